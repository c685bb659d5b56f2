"""Every filter is counted: the attrition ledger of a panel."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.panel.runs import MergeCounts
from gm_workbench.vocabulary.text import Text


@dataclass(frozen=True, slots=True)
class Step:
    """One filter: how many persons went in, how many came out, and why the others did not."""

    label: Text
    persons_in: int
    persons_out: int
    why: Text


@dataclass(frozen=True, slots=True)
class Ledger:
    """The filters in order; each step starts with the persons that the step before let through.

    `merged` says of each rule under which runs of one person were put together, by the rule's name, what that did. It loses no
    person, so it is no step. Those are counts of runs, not of persons, and are for no report as they stand.
    """

    steps: tuple[Step, ...] = field(default=())
    merged: tuple[tuple[str, MergeCounts], ...] = field(default=())

    def __post_init__(self) -> None:
        for step in self.steps:
            if step.persons_out > step.persons_in:
                raise MetricError(f"Ledger step {step.label.en!r}: more persons came out than went in.")
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            if before.persons_out != after.persons_in:
                raise MetricError(f"Ledger step {after.label.en!r}: persons went in that did not come out of the step before.")

    def then(self, label: Text, persons: int, why: Text) -> Ledger:
        """Add a filter that let `persons` through."""
        before = self.steps[-1].persons_out if self.steps else persons
        return Ledger((*self.steps, Step(label, before, persons, why)), self.merged)

    def merging(self, rule: str, counts: MergeCounts) -> Ledger:
        """Write down what a rule put together."""
        return Ledger(self.steps, (*self.merged, (rule, counts)))

    @property
    def persons(self) -> int:
        """Persons left after the last step."""
        return self.steps[-1].persons_out if self.steps else 0


@dataclass(frozen=True, slots=True)
class Cohort:
    """Persons, one row each, and how they came to be the ones."""

    frame: pd.DataFrame
    ledger: Ledger

    def keep(self, mask: pd.Series, label: Text, why: Text) -> Cohort:
        """Keep the rows where `mask` holds, and write the loss down."""
        kept = self.frame.loc[mask.to_numpy(dtype=bool)].reset_index(drop=True)
        return Cohort(kept, self.ledger.then(label, len(kept), why))


def start_cohort(frame: pd.DataFrame, label: Text, why: Text) -> Cohort:
    """Open a ledger with all rows of `frame`, one per person.

    Raises
    ------
    MetricError
        When a person has more than one row.
    """
    if frame["person"].duplicated().any():
        raise MetricError("A cohort must have one row per person, but some persons have more.")
    return Cohort(frame.reset_index(drop=True), Ledger().then(label, len(frame), why))
