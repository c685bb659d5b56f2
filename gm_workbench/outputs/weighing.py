"""What must be said beside a difference: what it excludes, how likely it was to see one, and how people were assigned."""

from __future__ import annotations

import math

from gm_workbench.errors import OutputError
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.power import power
from gm_workbench.outputs.about import NOTHING, About
from gm_workbench.outputs.cells import PARTS, judged_as
from gm_workbench.outputs.output import Cell, Measure, Sentence, Slot, plain, verdict
from gm_workbench.outputs.verdicts import EXCLUSIONS, LEAST_CHANCE, excluded
from gm_workbench.vocabulary.protocols import Assignment, Estimand
from gm_workbench.vocabulary.text import Text, number

CHANCE = "chance"
POINTS = Text("punten", "points")
PERCENT_POINTS = Text("procentpunt", "percentage points")

CAUTION = {
    Assignment.BY_CHOICE: Text(
        "De {units} kozen zelf of zij de nieuwe werkwijze invoerden. Een verschil na introductie kan ook daardoor komen.",
        "The {units} chose whether to introduce the new way of working. That may also explain a difference after introduction.",
    ),
    Assignment.UNKNOWN: Text(
        "Niet bekend is hoe is bepaald wie de nieuwe werkwijze invoerde. Een verschil na introductie kan ook daardoor komen.",
        "How it was decided who introduced the new way of working is not known. "
        "That too may explain a difference after introduction.",
    ),
}
SEEN = Text(
    "De kans om met deze gegevens {a_difference} van {sesoi} {unit} te zien, was {{chance}} %.",
    "The chance of seeing {a_difference} of {sesoi} {unit} with these data was {{chance}}%.",
)
UNSEEN = Text(
    "De kans om met deze gegevens {a_difference} van {sesoi} {unit} te zien, was maar {{chance}} %. Een schatting uit zo "
    "weinig gegevens valt vaak te groot uit, of naar de verkeerde kant.",
    "The chance of seeing {a_difference} of {sesoi} {unit} with these data was only {{chance}}%. An estimate from so few data "
    "often comes out too large, or in the wrong direction.",
)
SEEN_BEFOREHAND = Text(
    "De kans om met deze opzet {a_difference} van {sesoi} {unit} te zien, was volgens de raming vooraf {{chance}} %.",
    "The chance of seeing {a_difference} of {sesoi} {unit} with this design was {{chance}}%, as planned beforehand.",
)
UNSEEN_BEFOREHAND = Text(
    "De kans om met deze opzet {a_difference} van {sesoi} {unit} te zien, was volgens de raming vooraf maar {{chance}} %. Een "
    "schatting uit zo weinig gegevens valt vaak te groot uit, of naar de verkeerde kant.",
    "The chance of seeing {a_difference} of {sesoi} {unit} with this design was only {{chance}}%, as planned beforehand. An "
    "estimate from so few data often comes out too large, or in the wrong direction.",
)
CHANCES = {(True, False): SEEN, (False, False): UNSEEN, (True, True): SEEN_BEFOREHAND, (False, True): UNSEEN_BEFOREHAND}
"""By whether the chance is enough to tell anything, and whether it was planned."""


def smallest_relevant(estimand: Estimand) -> float:
    """Give the smallest difference that matters, as a number."""
    value = estimand.smallest_relevant.value
    if isinstance(value, str):
        raise OutputError(f"Estimand {estimand.name}: the smallest relevant difference must be a number.")
    return float(value)


def noun(about: About) -> Text:
    """Call a difference an effect only where people were assigned by lot."""
    return Text("effect", "effect") if about.may_say_effect else Text("verschil", "difference")


def a_noun(about: About) -> Text:
    """Give the same with its article."""
    return Text("een effect", "an effect") if about.may_say_effect else Text("een verschil", "a difference")


def unit_of(cell: Cell) -> Text:
    """Give the unit of a difference, in words."""
    return PERCENT_POINTS if cell.unit in PARTS else POINTS


def amount(cell: Cell, smallest: float) -> Text:
    """Write the smallest difference that matters as the cell's number prints."""
    shown = 100 * smallest if cell.unit in PARTS else smallest
    return Text(number(shown, 1), number(shown, 1, language="en"))


def caution(about: About) -> tuple[Sentence, ...]:
    """Say that it was not a lot that decided who introduced, where that is so."""
    return (plain(CAUTION[about.assignment].format(units=about.units)),) if about.assignment in CAUTION else ()


def chance_of_seeing(estimate: Estimate, smallest: float) -> float | None:
    """Give the chance that this design sees a difference that just matters; None where there is no standard error to go by."""
    if not (math.isfinite(estimate.se) and estimate.se > 0):
        return None
    return power(smallest, estimate.se, estimate.df)


def chance_cell(estimate: Estimate, chance: float, column: str, row: str = CHANCE) -> Cell:
    """Give the cell of that chance; it rests on the same persons and groups as the estimate."""
    about = judged_as(estimate)
    return Cell(row, column, Measure.ESTIMATE, estimate.n, chance, unit="probability", digits=0, **about)  # type: ignore[arg-type]


def weighed(cell: Cell, smallest: float, chance: float | None, about: About, *, planned: bool = False) -> tuple[Sentence, ...]:
    """Say which differences that matter the interval excludes, and how likely it was to see one."""
    named = {"sesoi": amount(cell, smallest), "unit": unit_of(cell), "a_difference": a_noun(about)}
    said = verdict(EXCLUSIONS[excluded(cell.low or 0.0, cell.high or 0.0, smallest)].format(**named), [cell])
    if chance is None:
        return (said,)
    text = CHANCES[chance >= LEAST_CHANCE, planned]
    return (said, Sentence(text.format(**named), {"chance": Slot(CHANCE, cell.column, digits=0, percent=True)}, NOTHING))
