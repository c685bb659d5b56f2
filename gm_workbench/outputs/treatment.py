"""Experienced treatment (bejegening): how far it is shared by clients of one coach, and what it goes together with."""

from __future__ import annotations

from gm_workbench.metrics.agreement import SharedRating
from gm_workbench.metrics.cascade import WithinBetween
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import PARTS, estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, number

COLUMN = "slope"

ROWS = {
    "within": Text("binnen consulenten", "within coaches"),
    "between": Text("tussen consulenten", "between coaches"),
    "difference": Text("tussen min binnen", "between minus within"),
}
VERDICTS = {
    (False, False): Text(
        "Of bejegening en {outcome} samenhangen, is nog niet te zeggen.",
        "Whether treatment and {outcome} go together cannot be said yet.",
    ),
    (True, False): Text(
        "Bejegening en {outcome} hangen samen binnen consulenten; tussen consulenten is dat nog niet te zeggen.",
        "Treatment and {outcome} go together within coaches; between coaches that cannot be said yet.",
    ),
    (False, True): Text(
        "Bejegening en {outcome} hangen samen tussen consulenten; binnen consulenten is dat nog niet te zeggen.",
        "Treatment and {outcome} go together between coaches; within coaches that cannot be said yet.",
    ),
    (True, True): Text(
        "Bejegening en {outcome} hangen samen, binnen consulenten en tussen consulenten.",
        "Treatment and {outcome} go together, within coaches and between coaches.",
    ),
}
"""By whether zero lies outside the interval within, and between, coaches."""

NUMBERS = Text(
    "Bij {per} punten meer bejegening hoort binnen consulenten een verschil van {{within}} {unit} (marge {{within_low}} tot "
    "{{within_high}}), en tussen consulenten {{between}} (marge {{between_low}} tot {{between_high}}).",
    "With {per} points more in treatment goes a difference of {{within}} {unit} within coaches (interval {{within_low}} to "
    "{{within_high}}), and {{between}} between coaches (interval {{between_low}} to {{between_high}}).",
)
MEANING = Text(
    "Binnen: cliënten van dezelfde consulent. Tussen: het gemiddelde oordeel per consulent. Samenhang zegt niet wat "
    "oorzaak is en wat gevolg.",
    "Within: clients of the same coach. Between: the mean rating of each coach. A relation does not say which is "
    "cause and which is consequence.",
)
CAPTION = Text(
    "Verschil in {outcome} bij {per} punten meer ervaren bejegening, met marge (95 %).",
    "Difference in {outcome} with {per} points more in experienced treatment, with its interval (95 %).",
)


def treatment(
    result: WithinBetween | NotEnoughData,
    section: Section,
    about: About,
    *,
    outcome: Text,
    id: str = "",  # noqa: A002 — the name of the field of Words that it fills
    estimand: str = "",
) -> Output:
    """Show how experienced treatment goes with an outcome, within coaches and between them.

    Parameters
    ----------
    outcome : Text
        As it reads after "samenhang van bejegening en ...", e.g. ``economische veerkracht``.
    id : str
        When a section shows more than one outcome; default the section's.
    estimand : str
        Name of the declared estimand that the first cell (within coaches) estimates, if any.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result), id=id)
    cells = {row: _cell(getattr(result, row), row) for row in ROWS}
    per = Text(number(result.per), number(result.per, language="en"))
    sentence = _sentence(result, cells, per, outcome)
    words = section_words(
        section,
        about,
        id=id,
        sentence=sentence,
        more=(plain(MEANING),),
        caption=CAPTION.format(outcome=outcome, per=per),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**ROWS, COLUMN: outcome},
        axes={"x": Axis(_axis(cells["within"], outcome))},
        estimand=estimand,
    )
    return Output(words, tuple(cells.values()))


def _cell(estimate: Estimate, row: str) -> Cell:
    unit = "difference in probability" if estimate.unit == "probability" else estimate.unit
    return estimate_cell(estimate, row, COLUMN, digits=1, unit=unit)


def _unit(cell: Cell) -> Text:
    return Text("procentpunt", "percentage points") if cell.unit in PARTS else Text("punten", "points")


def _axis(cell: Cell, outcome: Text) -> Text:
    unit = _unit(cell)
    return Text(f"verschil in {outcome.nl} ({unit.nl})", f"difference in {outcome.en} ({unit.en})")


def _sentence(result: WithinBetween, cells: dict[str, Cell], per: Text, outcome: Text) -> Sentence:
    verdict = VERDICTS[result.within.excludes_zero, result.between.excludes_zero].format(outcome=outcome)
    numbers = NUMBERS.format(per=per, unit=_unit(cells["within"]))
    slots: dict[str, Slot] = {}
    for row in ("within", "between"):
        found = quote(cells[row], signed=True)
        slots |= {row: found["value"], f"{row}_low": found["low"], f"{row}_high": found["high"]}
    return Sentence(Text(f"{verdict.nl} {numbers.nl}", f"{verdict.en} {numbers.en}"), slots)


SHARED = Text(
    "Van de verschillen in ervaren bejegening ligt een deel van {value} tussen consulenten (marge {low} tot {high}; 0 "
    "is niets, 1 is alles). Het gemiddelde oordeel over een consulent heeft een betrouwbaarheid van {mean}.",
    "Of the differences in experienced treatment a part of {value} lies between coaches (interval {low} to {high}; 0 "
    "is none, 1 is all). The mean rating of a coach has a reliability of {mean}.",
)
SHARED_CAPTION = Text(
    "Intraklassecorrelaties van ervaren bejegening per consulent: van één oordeel, ICC(1), en van het gemiddelde, ICC(2).",
    "Intraclass correlations of experienced treatment by coach: of a single rating, ICC(1), and of the mean, ICC(2).",
)
SHARED_ROWS = {
    "single": Text("één oordeel, ICC(1)", "a single rating, ICC(1)"),
    "mean": Text("gemiddelde per consulent, ICC(2)", "mean of a coach, ICC(2)"),
    "icc": Text("gedeeld", "shared"),
}


def shared_treatment(result: SharedRating | NotEnoughData, section: Section, about: About) -> Output:
    """Show how far clients of the same coach rate alike."""
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    single, mean = (estimate_cell(getattr(result, row), row, "icc", digits=2) for row in ("single", "mean"))
    sentence = Sentence(SHARED, {**quote(single), "mean": quote(mean)["value"]})
    words = section_words(section, about, sentence=sentence, caption=SHARED_CAPTION, alt=sentence, labels=SHARED_ROWS)
    return Output(words, (single, mean))
