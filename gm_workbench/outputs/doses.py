"""What was assigned and what was received: the difference by assignment first, and how far moving may have diluted it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gm_workbench.metrics.dose import Doses
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.membership import Contamination
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.moves import SENSITIVITY
from gm_workbench.outputs.output import Cell, Output, Sentence, plain
from gm_workbench.outputs.pathways import COLUMN, SIZE, difference, slots_of, unit_of
from gm_workbench.outputs.teams import lacking
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

ROWS = {
    "assigned": Text("naar het team van de start", "by the team of the start"),
    "full": Text(
        "bij alle maanden, berekend uit het team van de start", "with all months, worked out from the team of the start"
    ),
    "by_dose": Text("bij alle maanden, naar wat men kreeg", "with all months, by what people received"),
    "by_first_coach": Text("naar de maanden van de eerste consulent", "by the months of the first coach"),
    "stayed": Text("zonder wie van kant wisselde", "without those who changed sides"),
    "dose_assigned": Text("maanden, teams met de nieuwe werkwijze", "months, teams with the new way of working"),
    "dose_others": Text("maanden, andere teams", "months, other teams"),
    "dilution": Text("zonder wisselen zo veel keer zo groot", "without moving so many times as large"),
}
SAID = Text(
    "Naar het team van de start is het verschil in {outcome} {{assigned}} {unit} (marge {{assigned_low}} tot "
    "{{assigned_high}}).",
    "By the team of the start the difference in {outcome} is {{assigned}} {unit} (interval {{assigned_low}} to "
    "{{assigned_high}}).",
)
MONTHS = Text(
    "Wie bij de start een team met de nieuwe werkwijze had, zat gemiddeld {assigned} % van de maanden bij zo'n team, de "
    "anderen {others} %.",
    "Those whose team at the start worked in the new way spent {assigned}% of their months on average with such a team, the "
    "others {others}%.",
)
FULL = Text(
    "Stel dat elke maand even zwaar telt, en dat het team van de start alleen via die maanden iets uitmaakt. Dan is het "
    "verschil bij alle maanden {{full}} {unit} (marge {{full_low}} tot {{full_high}}), en was het verschil zonder wisselen "
    "{{times}} keer zo groot geweest.",
    "Suppose that every month counts the same, and that the team of the start matters through those months only. Then the "
    "difference with all months is {{full}} {unit} (interval {{full_low}} to {{full_high}}), and without moving the difference "
    "would have been {{times}} times as large.",
)
WEAK = Text(
    "Hoe groot het verschil bij alle maanden zou zijn, is niet te zeggen: het team van de start bepaalde daarvoor te weinig "
    "bij welk team mensen later zaten.",
    "How large the difference with all months would be cannot be said: for that, the team of the start decided too little with "
    "which team people were later.",
)
CAPTION = Text(
    "Verschil in {outcome}, naar het team van de start en naar wat mensen kregen, met marge (95 %) met teams als eenheid. De "
    "marge bij alle maanden, berekend uit het team van de start, is die van Anderson en Rubin.",
    "Difference in {outcome}, by the team of the start and by what people received, with interval (95 %) with teams as the "
    "unit. The interval with all months, worked out from the team of the start, is that of Anderson and Rubin.",
)


def doses(
    result: Doses | NotEnoughData,
    shares: Contamination | NotEnoughData,
    section: Section,
    about: About,
    *,
    outcome: Text,
    id: str = "",  # noqa: A002 — the name of the field of Words that it fills
) -> Output:
    """Show the difference as assigned, what each side received, and what the difference may be without moving.

    It is called a difference throughout: also where a lot assigned teams, no lot decided who moved.

    Parameters
    ----------
    result, shares : of `metrics.dose.doses` and `metrics.membership.contamination`, of the same persons
    outcome : Text
        As it reads within a sentence, e.g. ``uitstroom naar werk``.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, lacking(result), id=id)
    if isinstance(shares, NotEnoughData):
        return words_only(section, about, lacking(shares), id=id)
    cells = _differences(result)
    named = {"outcome": outcome, "unit": unit_of(cells["assigned"])}
    sentence = Sentence(SAID.format(**named), slots_of({"assigned": cells["assigned"]}))
    sizes = _sizes(result, shares)
    words = section_words(
        section,
        about,
        id=id,
        sentence=sentence,
        more=(_months(sizes), _full(cells, sizes, named), plain(SENSITIVITY)),
        caption=CAPTION.format(**named),
        alt=sentence,
        # a table: differences, shares of months and a factor do not belong on one axis
        labels={
            **ROWS,
            COLUMN: Text("verschil", "difference"),
            SIZE: Text("aandeel of factor", "share or factor"),
        },
        row_title=Text("maat", "measure"),
    )
    return Output(words, (*cells.values(), *sizes.values()))


def _differences(result: Doses) -> dict[str, Cell]:
    found = {"assigned": result.by_assignment.assigned, "full": _by_region(result)}
    found |= {row: getattr(result, row) for row in ("by_dose", "by_first_coach", "stayed")}
    return {row: difference(one, row) for row, one in found.items() if isinstance(one, Estimate)}


def _by_region(result: Doses) -> Estimate | None:
    """Give the difference per full dose with the interval that holds also with a weak assignment, where there is one."""
    effect, region = result.by_assignment.effect, result.by_assignment.region
    if isinstance(effect, NotEnoughData) or region.shape != "interval":
        return None
    return replace(effect, low=min(region.low, effect.value), high=max(region.high, effect.value), df=region.df)


def _sizes(result: Doses, shares: Contamination) -> dict[str, Cell]:
    cells = {
        "dose_assigned": estimate_cell(shares.assigned, "dose_assigned", SIZE, digits=0, unit="share"),
        "dose_others": estimate_cell(shares.others, "dose_others", SIZE, digits=0, unit="share"),
    }
    if isinstance(result.dilution, Estimate):
        cells["dilution"] = estimate_cell(result.dilution, "dilution", SIZE, digits=2, unit="")
    return cells


def _months(sizes: Mapping[str, Cell]) -> Sentence:
    slots = {"assigned": quote(sizes["dose_assigned"])["value"], "others": quote(sizes["dose_others"])["value"]}
    return Sentence(MONTHS, slots)


def _full(cells: Mapping[str, Cell], sizes: Mapping[str, Cell], named: Mapping[str, Text]) -> Sentence:
    if "full" not in cells or "dilution" not in sizes:
        return plain(WEAK)
    slots = slots_of({"full": cells["full"]}) | {"times": quote(sizes["dilution"])["value"]}
    return Sentence(FULL.format(**named), slots)
