"""What a comparison of teams could have seen: as it was planned beforehand, and as its own standard error tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.power import clustered_power, detectable
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import judged_as
from gm_workbench.outputs.output import Cell, Measure, Output, Sentence, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.teams import ALLOWED_FOR, ARMS, STATUS
from gm_workbench.outputs.verdicts import LEAST_CHANCE
from gm_workbench.outputs.weighing import CHANCE, chance_cell, chance_of_seeing, smallest_relevant
from gm_workbench.vocabulary.designs import Design, Template
from gm_workbench.vocabulary.protocols import Estimand, Fact, Section
from gm_workbench.vocabulary.text import Text, number

COLUMN = "difference"
LEAST = "detectable"
PLANNED = "planned"
ROWS = {
    PLANNED: Text("kans om dat verschil te zien, vooraf geraamd", "chance of seeing that difference, as planned beforehand"),
    CHANCE: Text("kans volgens de standaardfout", "chance by the standard error"),
    LEAST: Text("kleinste verschil dat met 80 % kans te zien is", "smallest difference seen with a chance of 80 %"),
    COLUMN: Text("waarde", "value"),
}
COULD = Text(
    "Deze opzet ziet een verschil van {sesoi} procentpunt met een kans van {{chance}} %.",
    "This design sees a difference of {sesoi} percentage points with a chance of {{chance}}%.",
)
TOO_WEAK = Text(
    "Dat is te weinig om iets uit te wijzen: ook een verschil dat ertoe doet, blijft vaker onopgemerkt dan niet.",
    "That is too little to tell anything: a difference that matters too is missed more often than not.",
)
BEFOREHAND = Text(
    "Zo was het vooraf geraamd: bij een uitstroom van {base} %, een samenhang binnen teams (ICC) van {icc} ({status}), en zo "
    "veel "
    "teams en mensen als hier.",
    "So it was planned beforehand: at exits of {base}%, a correlation within teams (ICC) of {icc} ({status}), and as many "
    "teams "
    "and people as here.",
)
ONLY_FROM_ERROR = Text(
    "Dat volgt uit de standaardfout van deze vergelijking. Met een kans van 80 % is een verschil van {{least}} procentpunt of "
    "meer te zien. Met weinig teams is die standaardfout zelf onzeker. Het gevonden verschil speelt hierin geen rol.",
    "That follows from the standard error of this comparison. A difference of {{least}} percentage points or more is seen with "
    "a chance of 80%. With few teams that standard error is itself uncertain. The difference that was found plays no part in "
    "this.",
)
FROM_ERROR = Text(
    "Volgens de standaardfout van deze vergelijking was de kans {{error}} %, en is met een kans van 80 % een verschil van "
    "{{least}} "
    "procentpunt of meer te zien. Met weinig teams is die standaardfout zelf onzeker. Het gevonden verschil speelt hierin "
    "geen rol.",
    "By the standard error of this comparison the chance was {{error}}%, and a difference of {{least}} percentage points or "
    "more is "
    "seen with a chance of 80%. With few teams that standard error is itself uncertain. The difference that was found plays "
    "no part "
    "in this.",
)


def answer_words(
    contrast: Contrast | NotEnoughData, estimand: Estimand, planning: Mapping[str, Fact], template: Template, *, who: Text
) -> dict[str, Any]:
    """Give what the answer must be told of a design: whose outcomes are compared, and what was planned."""
    planned = planned_chance(contrast, estimand, planning, template.design)
    return {"who": who, "arms": ARMS[template.design], "planned": planned, "allowed_for": ALLOWED_FOR[template.design]}


def planned_chance(
    contrast: Contrast | NotEnoughData,
    estimand: Estimand,
    planning: Mapping[str, Fact],
    used: Design = Design.PARALLEL_CLUSTERS,
) -> float | None:
    """Give the chance of seeing what just matters as the protocol planned it: by its base and ICC, and these teams and persons.

    None where nothing was planned, or the design is not that of teams side by side.
    """
    if isinstance(contrast, NotEnoughData) or not {"base", "icc"} <= planning.keys() or used is not Design.PARALLEL_CLUSTERS:
        return None
    base, icc, smallest = float(planning["base"].value), float(planning["icc"].value), smallest_relevant(estimand)
    # the base is the share of the other teams, so they come first
    teams = (contrast.clusters_other, contrast.clusters_exposed)
    size = (contrast.persons_exposed + contrast.persons_other) / sum(teams)
    return clustered_power(base, base + smallest, teams, size, icc)


def could_see(
    contrast: Contrast | NotEnoughData,
    estimand: Estimand,
    planning: Mapping[str, Fact],
    section: Section,
    about: About,
    *,
    used: Design = Design.PARALLEL_CLUSTERS,
) -> Output:
    """Say what difference this design could have seen: as planned beforehand, and by the comparison's own standard error."""
    if short := about.too_short(estimand.horizon_months):
        return words_only(section, about, shortage(short))
    if isinstance(contrast, NotEnoughData):
        return words_only(section, about, shortage(contrast))
    estimate, smallest = contrast.adjusted, smallest_relevant(estimand)
    by_error = chance_of_seeing(estimate, smallest)
    if by_error is None:
        return words_only(section, about, shortage(NotEnoughData("power", "optimisers that agree", 0, 1)))
    planned = planned_chance(contrast, estimand, planning, used)
    row, chance = (CHANCE, by_error) if planned is None else (PLANNED, planned)
    sentence = Sentence(COULD.format(sesoi=_points(smallest)), {"chance": Slot(row, COLUMN, digits=0, percent=True)})
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=tuple(_more(planning if planned is not None else {}, weak=chance < LEAST_CHANCE)),
        caption=Text("Wat deze vergelijking kon zien.", "What this comparison could see."),
        alt=sentence,
        labels=ROWS,
        row_title=Text("maat", "measure"),
    )
    return Output(words, tuple(_cells(estimate, by_error, planned)))


def _cells(estimate: Estimate, by_error: float, planned: float | None) -> list[Cell]:
    least = detectable(estimate.se, estimate.df)
    unit = "difference in probability"
    return [
        *([] if planned is None else [chance_cell(estimate, planned, COLUMN, PLANNED)]),
        chance_cell(estimate, by_error, COLUMN),
        Cell(LEAST, COLUMN, Measure.ESTIMATE, estimate.n, least, unit=unit, digits=1, **judged_as(estimate)),  # type: ignore[arg-type]
    ]


def _more(planning: Mapping[str, Fact], *, weak: bool) -> list[Sentence]:
    least = {"least": Slot(LEAST, COLUMN, digits=1, percent=True)}
    said = [Sentence(TOO_WEAK, least, NOTHING)] if weak else []
    if not planning:
        return [*said, Sentence(ONLY_FROM_ERROR.format(), least, NOTHING)]
    base, icc = float(planning["base"].value), float(planning["icc"].value)
    shown = {"base": _points(base), "icc": Text(number(icc, 4), number(icc, 4, language="en"))}
    beforehand = plain(BEFOREHAND.format(**shown, status=STATUS[planning["icc"].status]))
    slots = least | {"error": Slot(CHANCE, COLUMN, digits=0, percent=True)}
    return [*said, beforehand, Sentence(FROM_ERROR.format(), slots, NOTHING)]


def _points(part: float) -> Text:
    return Text(number(100 * part, 1), number(100 * part, 1, language="en"))
