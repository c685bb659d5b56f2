"""The answer once more, with the groups made alike in what was measured at the start: a sensitivity analysis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.doubly_robust import DoublyRobust
from gm_workbench.metrics.entropy import EntropyBalanced
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.overlap import Balance
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import judged_as, quote
from gm_workbench.outputs.output import NUMBER_HIDDEN, Candidate, Cell, Measure, Output, Sentence, Slot, plain, verdict
from gm_workbench.outputs.sentence import furthest
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.teams import difference_cell
from gm_workbench.outputs.weighing import caution
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, capitalised, joined

Found: TypeAlias = EntropyBalanced | DoublyRobust | NotEnoughData

MAIN, WEIGHED, ROBUST = "main", "weighed", "robust"
ROWS = {
    MAIN: Text("hoofdanalyse", "main analysis"),
    WEIGHED: Text("anderen gewogen naar wie erbij hoorde (entropy balancing)", "others weighed (entropy balancing)"),
    ROBUST: Text("gewogen en voorspeld (doubly robust)", "weighed and predicted (doubly robust)"),
}
SAID = {
    WEIGHED: Text(
        "Worden de anderen gewogen tot zij op gemeten kenmerken gelijk zijn aan wie de nieuwe werkwijze kreeg, dan is het "
        "{difference} {{value}} procentpunt (marge {{low}} tot {{high}}).",
        "When the others are weighed until they equal those with the new way of working in measured characteristics, the "
        "{difference} is {{value}} percentage points (interval {{low}} to {{high}}).",
    ),
    ROBUST: Text(
        "Wordt van iedereen voorspeld wat er met en zonder de nieuwe werkwijze zou zijn, en die voorspelling met een weging "
        "bijgesteld, dan is het {difference} {{value}} procentpunt (marge {{low}} tot {{high}}).",
        "When it is predicted for everybody what there would be with and without the new way of working, and the prediction is "
        "mended by weights, the {difference} is {{value}} percentage points (interval {{low}} to {{high}}).",
    ),
}
BEFORE, AFTER, WORTH = "before", "after", "worth"
COLUMNS = {
    BEFORE: Text("verschil vóór weging", "difference before weighing"),
    AFTER: Text("verschil na weging", "difference after weighing"),
    WORTH: Text("anderen waar de weging op neerkomt", "others that the weighing comes down to"),
}
BALANCED = Text(
    "Vóór de weging verschilden de groepen het meest in {name}: {{before}} standaarddeviaties; na de weging is dat {{after}}.",
    "Before weighing the groups differed most in {name}: {{before}} standard deviations; after weighing that is {{after}}.",
)
BALANCED_OF_SHOWN = Text(
    "Van de kenmerken met een getal verschilden de groepen vóór de weging het meest in {name}: {{before}} standaarddeviaties; "
    "na de weging is dat {{after}}.",
    "Of the characteristics with a number, the groups differed most in {name} before weighing: {{before}} standard deviations; "
    "after weighing that is {{after}}.",
)
COMES_DOWN_TO = Text(
    "Doordat sommigen zwaarder wegen, is de gewogen vergelijking zoveel waard als een met {{worth}} % van de anderen.",
    "As some weigh more, the weighed comparison is worth as much as one with {{worth}}% of the others.",
)
HARDLY = Text(
    "Een deel van de mensen had bijna zeker in één van de groepen gezeten. Voor hen is er weinig om mee te vergelijken.",
    "Some people would almost surely have been in one of the groups. For them there is little to compare with.",
)
UNMEASURED = Text(
    "Dit is een gevoeligheidsanalyse. Zij maakt groepen alleen gelijk in wat is gemeten ({names}); wat niet is gemeten, kan "
    "nog verschillen.",
    "This is a sensitivity analysis. It makes groups alike only in what was measured ({names}); what was not measured can "
    "still differ.",
)
CAPTION = Text(
    "{difference} in de hoofdanalyse, en met groepen die op gemeten kenmerken gelijk zijn gemaakt, in procentpunt. "
    "Marge: 95 %, met consulenten als groep. Standaarddeviatie: maat voor hoe ver mensen uiteenlopen; een verschil onder 0,1 "
    "geldt meestal als klein.",
    "{difference} in the main analysis, and with groups made alike in measured characteristics, in percentage points. "
    "Interval: 95 %, with coaches as groups. Standard deviation: a measure of how far people lie apart; a difference below 0.1 "
    "is usually taken as small.",
)
RARE = 0.05
"""Share of persons with hardly anybody to compare with from which on it is said (assumed)."""


def alike(
    contrast: Contrast | NotEnoughData,
    weighed: Found,
    robust: Found,
    section: Section,
    about: About,
    *,
    names: Mapping[str, Text],
) -> Output:
    """Show the difference of the answer beside the same with groups made alike.

    Parameters
    ----------
    contrast : Contrast or NotEnoughData
        As the answer has it, a difference in probability.
    weighed, robust : EntropyBalanced, DoublyRobust or NotEnoughData
        From `metrics.entropy.entropy_difference` and `metrics.doubly_robust.doubly_robust_difference`.
    names : mapping of str to Text
        The covariates as they read within a sentence ("de leeftijd").
    """
    known = {row: one for row, one in ((WEIGHED, weighed), (ROBUST, robust)) if not isinstance(one, NotEnoughData)}
    if isinstance(contrast, NotEnoughData) or not known:
        missing = next(one for one in (contrast, weighed, robust) if isinstance(one, NotEnoughData))
        return words_only(section, about, shortage(missing))
    cells = {row: difference_cell(one, row) for row, one in _estimates(contrast, known).items()}
    said = [
        Sentence(SAID[row].format(difference=about.difference), quote(cells[row], signed=True)) for row in SAID if row in known
    ]
    balance = _balance_cells(_table(known), contrast.adjusted)
    worth = _worth_cells(known, contrast)
    words = section_words(
        section,
        about,
        sentence=said[0],
        more=(*said[1:], *_more(known, worth, names, cells.values()), *caution(about)),
        caption=CAPTION.format(difference=capitalised(about.difference)),
        alt=said[0],
        labels={**{row: ROWS[row] for row in cells}, "difference": about.difference, **names, **COLUMNS},
        row_title=Text("rekenwijze of kenmerk", "way of calculating or characteristic"),
    )
    return Output(words, (*cells.values(), *balance, *worth))


def _table(known: Mapping[str, EntropyBalanced | DoublyRobust]) -> tuple[Balance, ...]:
    return next(iter(known.values())).balance


def _more(
    known: Mapping[str, EntropyBalanced | DoublyRobust],
    worth: tuple[Cell, ...],
    names: Mapping[str, Text],
    cells: Iterable[Cell],
) -> list[Sentence]:
    robust = known.get(ROBUST)
    return [
        _balanced(_table(known), names),
        *(Sentence(COMES_DOWN_TO.format(), {WORTH: Slot(one.row, WORTH, digits=0, percent=True)}) for one in worth),
        *([verdict(HARDLY, cells)] if isinstance(robust, DoublyRobust) and robust.overlap.rare > RARE else []),
        plain(UNMEASURED.format(names=joined(names.values(), ", "))),
    ]


def _estimates(contrast: Contrast, known: Mapping[str, EntropyBalanced | DoublyRobust]) -> dict[str, Estimate]:
    return {MAIN: contrast.adjusted, **{row: one.difference for row, one in known.items()}}


def _balance_cells(table: tuple[Balance, ...], main: Estimate) -> tuple[Cell, ...]:
    """Give the differences of each characteristic.

    Each is judged by all the persons and coaches behind the answer, and by the fewest on a side who have it, or lack it.
    """
    values = [(one, column, value) for one in table for column, value in ((BEFORE, one.before), (AFTER, one.after))]
    same = {"n": main.n, "unit": "standard deviations", "digits": 2, **judged_as(main)}
    return tuple(
        Cell(one.covariate, column, Measure.ESTIMATE, value=round(value, 2) + 0.0, **(same | {"fewest": one.fewest}))  # type: ignore[arg-type]
        for one, column, value in values
    )


def _balanced(table: tuple[Balance, ...], names: Mapping[str, Text]) -> Sentence:
    return furthest([_differed(one.covariate, names[one.covariate]) for one in table], NUMBER_HIDDEN)


def _differed(row: str, name: Text) -> Candidate:
    slots = {column: Slot(row, column, digits=2, absolute=True) for column in (BEFORE, AFTER)}
    return Candidate(BALANCED.format(name=name), BALANCED_OF_SHOWN.format(name=name), slots, (BEFORE,))


def _worth_cells(known: Mapping[str, EntropyBalanced | DoublyRobust], contrast: Contrast) -> tuple[Cell, ...]:
    """Give the share of the others that would give the same precision without weights; judged by all of the others."""
    if WEIGHED not in known:
        return ()
    main, others = contrast.adjusted, contrast.persons_other
    part = known[WEIGHED].balance[0].effective_other / others
    about = judged_as(main)
    return (Cell(WEIGHED, WORTH, Measure.ESTIMATE, others, part, unit="share", digits=0, **about),)  # type: ignore[arg-type]
