"""What goes together with what: a relation within groups and between them, on one line with zero."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gm_workbench.metrics.cascade import WithinBetween
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About, capital, section_words, words_only
from gm_workbench.outputs.cells import PARTS, estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import all_known, shortage
from gm_workbench.outputs.verdicts import telling_digits
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, number

COLUMN = "slope"


@dataclass(frozen=True, slots=True)
class Levels:
    """What a relation is within and between: `groups` as a plural, `means` what the two slopes compare."""

    groups: Text
    means: Text


COACHES = Levels(
    Text("consulenten", "coaches"),
    Text(
        "Binnen: cliënten van dezelfde consulent. Tussen: het gemiddelde per consulent.",
        "Within: clients of the same coach. Between: the mean of each coach.",
    ),
)
TEAMS = Levels(
    Text("teams", "teams"),
    Text(
        "Binnen: mensen van hetzelfde team. Tussen: het gemiddelde per team.",
        "Within: people of the same team. Between: the mean of each team.",
    ),
)

VERDICTS = {
    (False, False): Text(
        "Of {predictor} en {outcome} samenhangen, is nog niet te zeggen.",
        "Whether {predictor} and {outcome} go together cannot be said yet.",
    ),
    (True, False): Text(
        "{Predictor} en {outcome} hangen samen binnen {groups}; tussen {groups} is dat nog niet te zeggen.",
        "{Predictor} and {outcome} go together within {groups}; between {groups} that cannot be said yet.",
    ),
    (False, True): Text(
        "{Predictor} en {outcome} hangen samen tussen {groups}; binnen {groups} is dat nog niet te zeggen.",
        "{Predictor} and {outcome} go together between {groups}; within {groups} that cannot be said yet.",
    ),
    (True, True): Text(
        "{Predictor} en {outcome} hangen samen, binnen {groups} en tussen {groups}.",
        "{Predictor} and {outcome} go together, within {groups} and between {groups}.",
    ),
}
"""By whether zero lies outside the interval within, and between, groups."""

NUMBERS = Text(
    "Bij {per} punten meer {predictor} hoort binnen {groups} een verschil van {{within}} {unit} (marge {{within_low}} tot "
    "{{within_high}}), en tussen {groups} {{between}} (marge {{between_low}} tot {{between_high}}).",
    "With {per} points more in {predictor} goes a difference of {{within}} {unit} within {groups} (interval {{within_low}} to "
    "{{within_high}}), and {{between}} between {groups} (interval {{between_low}} to {{between_high}}).",
)
NO_CAUSE = Text(
    "{means} Samenhang zegt niet wat oorzaak is en wat gevolg.",
    "{means} A relation does not say which is cause and which is consequence.",
)
CAPTION = Text(
    "Verschil in {outcome} bij {per} punten meer {in_full}, met marge (95 %).",
    "Difference in {outcome} with {per} points more in {in_full}, with its interval (95 %).",
)


def association(
    result: WithinBetween | NotEnoughData,
    section: Section,
    about: About,
    *,
    predictor: Text,
    outcome: Text,
    levels: Levels = COACHES,
    id: str = "",  # noqa: A002 — the name of the field of Words that it fills
    estimand: str = "",
    in_full: Text | None = None,
    caveat: Text | None = None,
) -> Output:
    """Show how one thing goes with another, within groups and between them.

    Parameters
    ----------
    predictor, outcome : Text
        As they read within a sentence, e.g. ``ervaren bejegening``, ``economische veerkracht``.
    levels : Levels
        What is within and between.
    id : str
        When a section shows more than one relation; default the section's.
    estimand : str
        Name of the declared estimand that the first cell (within groups) estimates, if any.
    in_full : Text, optional
        The predictor as the caption names it, where that is longer.
    caveat : Text, optional
        Said after what within and between mean.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(all_known(result), levels.groups), id=id)
    rows = rows_of(levels)
    cells = {row: _cell(getattr(result, row), row) for row in rows}
    named = {
        "predictor": predictor,
        "Predictor": capital(predictor),
        "in_full": in_full or predictor,
        "outcome": outcome,
        "groups": levels.groups,
        "per": Text(number(result.per), number(result.per, language="en")),
        "unit": _unit(cells["within"]),
    }
    sentence = _sentence(result, cells, named)
    words = section_words(
        section,
        about,
        id=id,
        sentence=sentence,
        more=tuple(plain(text) for text in (NO_CAUSE.format(means=levels.means), caveat) if text is not None),
        caption=CAPTION.format(**named),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**rows, COLUMN: outcome},
        axes={"x": Axis(_axis(cells["within"], outcome))},
        estimand=estimand,
    )
    return Output(words, tuple(cells.values()))


ALONE = "slope"
TOGETHER = Text("{Predictor} en {outcome} hangen samen.", "{Predictor} and {outcome} go together.")
APART = Text(
    "Of {predictor} en {outcome} samenhangen, is nog niet te zeggen.",
    "Whether {predictor} and {outcome} go together cannot be said yet.",
)
ONE_NUMBER = Text(
    "Bij {per} punten meer {predictor} hoort een verschil van {{value}} {unit} (marge {{low}} tot {{high}}).",
    "With {per} points more in {predictor} goes a difference of {{value}} {unit} (interval {{low}} to {{high}}).",
)
ONLY_RELATION = Text(
    "Samenhang zegt niet wat oorzaak is en wat gevolg.", "A relation does not say which is cause and which is consequence."
)


def slope(
    result: Estimate | NotEnoughData,
    section: Section,
    about: About,
    *,
    predictor: Text,
    outcome: Text,
    per: float,
    caveat: Text | None = None,
) -> Output:
    """Show how a score goes with something that a whole team shares: one slope.

    Parameters
    ----------
    predictor, outcome : Text
        As they read within a sentence.
    per : float
        The step in the predictor that the estimate is about.
    caveat : Text, optional
        Said after the number.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(all_known(result), about.units))
    cell = replace(_cell(result, ALONE), column="between")
    step = Text(number(per), number(per, language="en"))
    named = {"predictor": predictor, "Predictor": capital(predictor), "outcome": outcome, "per": step, "unit": _unit(cell)}
    verdict, numbers = ((TOGETHER if result.excludes_zero else APART).format(**named), ONE_NUMBER.format(**named))
    sentence = Sentence(Text(f"{verdict.nl} {numbers.nl}", f"{verdict.en} {numbers.en}"), quote(cell, signed=True))
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=tuple(plain(text) for text in (caveat, ONLY_RELATION) if text is not None),
        caption=CAPTION.format(**named, in_full=predictor),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={ALONE: capital(predictor), "between": outcome},
        axes={"x": Axis(_axis(cell, outcome))},
    )
    return Output(words, (cell,))


def rows_of(levels: Levels) -> dict[str, Text]:
    """Name the three rows."""
    groups = levels.groups
    return {
        "within": Text(f"binnen {groups.nl}", f"within {groups.en}"),
        "between": Text(f"tussen {groups.nl}", f"between {groups.en}"),
        "difference": Text("tussen min binnen", "between minus within"),
    }


def _cell(estimate: Estimate, row: str) -> Cell:
    unit = "difference in probability" if estimate.unit == "probability" else estimate.unit
    digits = telling_digits(estimate.low, estimate.high, 0.0, 100 if unit in PARTS else 1)
    return estimate_cell(estimate, row, COLUMN, digits=digits, unit=unit)


def _unit(cell: Cell) -> Text:
    return Text("procentpunt", "percentage points") if cell.unit in PARTS else Text("punten", "points")


def _axis(cell: Cell, outcome: Text) -> Text:
    unit = _unit(cell)
    return Text(f"verschil in {outcome.nl} ({unit.nl})", f"difference in {outcome.en} ({unit.en})")


def _sentence(result: WithinBetween, cells: dict[str, Cell], named: dict[str, Text]) -> Sentence:
    verdict = VERDICTS[result.within.excludes_zero, result.between.excludes_zero].format(**named)
    numbers = NUMBERS.format(**named)
    slots: dict[str, Slot] = {}
    for row in ("within", "between"):
        found = quote(cells[row], signed=True)
        slots |= {row: found["value"], f"{row}_low": found["low"], f"{row}_high": found["high"]}
    return Sentence(Text(f"{verdict.nl} {numbers.nl}", f"{verdict.en} {numbers.en}"), slots)
