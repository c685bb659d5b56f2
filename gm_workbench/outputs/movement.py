"""How far wages moved, up and down: by how much they rose or fell on balance, and how much they moved whatever the way."""

from __future__ import annotations

from dataclasses import replace

from gm_workbench.metrics.crossing import in_percent
from gm_workbench.metrics.directions import Movement
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

CHANGE = "change"
LARGEST = 0.5
"""Share of one person in all rises, or in all falls, above which only the balance is shown (assumed; that of the policies)."""

ROWS = {
    "net": Text("verandering per saldo", "change on balance"),
    "amount": Text("beweging, omhoog of omlaag", "movement, up or down"),
    "gains": Text("daarvan: omhoog", "of which: up"),
    "losses": Text("daarvan: omlaag", "of which: down"),
}
CAPTION = Text(
    "Verandering van het uurloon over {horizon} maanden in %, {prices}: het gemiddelde over iedereen die op beide momenten "
    "loon had (gerekend vanaf iemands eerste maand met loon in de periode).{parts} Wie geen loon meer "
    "had, telt niet mee. Dit gaat over andere mensen en maanden dan de groei per jaar verderop. Streep: marge (95 %).",
    "Change of the hourly wage over {horizon} months in %, {prices}: the mean over everybody who had pay at both moments "
    "(counted from somebody's first month with pay in the period).{parts} Those without pay later are left out. "
    "These are other people and months than in the growth per year further on. Line: interval (95 %).",
)
PARTS = Text(
    " Bij beweging telt een daling even zwaar als een stijging; die is dus nooit onder 0. Gemiddeld is over logaritmen; "
    "daardoor tellen de delen niet precies op.",
    " In movement a fall counts as much as a rise; so it is never below 0. Means are of logarithms; so the parts do not add up "
    "exactly.",
)
SAID = Text(
    "Over {horizon} maanden veranderde het uurloon gemiddeld met {{value}} % (marge {{low}} tot {{high}} %), {prices}.",
    "Over {horizon} months the hourly wage changed by {{value}}% on average (interval {{low}} to {{high}}%), {prices}.",
)
WHATEVER_THE_WAY = Text(
    "Telt een daling even zwaar als een stijging, dan bewoog het gemiddeld {value} % (marge {low} tot {high} %). Veel beweging "
    "is niet goed of slecht: ook een toevallig hoog of laag loon is beweging.",
    "When a fall counts as much as a rise, it moved by {value}% on average (interval {low} to {high}%). Much movement is not "
    "good or bad: a wage that is high or low by chance is movement too.",
)
NOT_WHY = Text("Waardoor lonen veranderden, is hier niet onderzocht.", "Why wages changed was not studied here.")


def movement(result: Movement | NotEnoughData, section: Section, about: About, *, horizon: int, prices: Text) -> Output:
    """Show how far wages moved, and which part of it was up.

    Parameters
    ----------
    result : Movement or NotEnoughData
        `metrics.directions.movement` of the wages at two moments.
    horizon : int
        Months between the two moments.
    prices : Text
        In which prices the wages are.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    cells = _cells(result)
    parts = PARTS if "amount" in cells else NOTHING
    said, caption = (text.format(horizon=str(horizon), prices=prices, parts=parts) for text in (SAID, CAPTION))
    sentence = Sentence(said, quote(cells["net"], signed=True))
    amount = (Sentence(WHATEVER_THE_WAY, quote(cells["amount"]), NOTHING),) if "amount" in cells else ()
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(*amount, plain(NOT_WHY)),
        caption=caption,
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**{row: ROWS[row] for row in cells}, CHANGE: Text("verandering van het uurloon", "change of the hourly wage")},
        axes={"x": Axis(Text(f"% in {horizon} maanden", f"% in {horizon} months"))},
        options={"strong": ("net",)},
    )
    return Output(words, tuple(cells.values()))


def _cells(result: Movement) -> dict[str, Cell]:
    """Give the balance, and the parts with how many went the rarer way, by which the guard judges them.

    Where all went one way the parts tell nothing more. Balance and movement together tell the sum of all falls: where few fell,
    or one person fell by far the most, that is theirs.
    """
    net = estimate_cell(in_percent(result.net), "net", CHANGE)
    fewest = min(result.rose, result.fell)
    up, down = result.gains, result.losses
    if not fewest or result.largest > LARGEST or isinstance(up, NotEnoughData) or isinstance(down, NotEnoughData):
        return {"net": net}
    parts = {"amount": result.amount, "gains": up, "losses": _below_zero(down)}
    judged = {row: replace(estimate_cell(in_percent(one), row, CHANGE), numerator=fewest) for row, one in parts.items()}
    return {"net": net, **judged}


def _below_zero(losses: Estimate) -> Estimate:
    """Give falls as what they are, changes below zero, beside rises above it."""
    return replace(losses, value=-losses.value, low=-losses.high, high=-losses.low)
