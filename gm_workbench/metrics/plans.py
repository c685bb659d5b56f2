"""A planned study as numbers: how many clusters of which size, and what their outcomes are expected to be like."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf

from gm_workbench.errors import MetricError
from gm_workbench.metrics.planning import PLAN, require
from gm_workbench.vocabulary.designs import Design

YEAR = 12
"""Months that a planned share is about."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a study is planned on.

    Attributes
    ----------
    design : Design or None
        How teams are compared; None where persons are compared by what their coach did, at equal starts (ANCOVA).
    clusters : int
        Teams, or coaches, in all.
    introduced : float
        Part of the clusters that begin; in steps those that ever begin.
    size : float
        Persons in a cluster who are there at the start.
    icc : float
        Intraclass correlation of the outcome, 0 to 1.
    base : float or None
        Share of persons within a year without the new way of working; None for an outcome in points.
    sd : float or None
        Standard deviation of an outcome in points.
    correlation : float
        Of the outcome with the same at the start, which the analysis of persons by coach allows for.
    attrition : float
        Part of the persons without an outcome, 0 to below 1.
    cv : float
        Standard deviation of cluster sizes divided by their mean.
    stays : float
        Correlation of a cluster's level in one year and the next, 0 to 1: only before and after.
    steps, months_between : int
        Moments at which clusters begin, and months from one to the next: only in steps.
    randomised : bool
        Whether a lot decides who begins, or when.
    """

    design: Design | None
    clusters: int
    size: float
    icc: float
    base: float | None = None
    sd: float | None = None
    introduced: float = 0.5
    correlation: float = 0.0
    attrition: float = 0.0
    cv: float = 0.0
    stays: float = 1.0
    steps: int = 4
    months_between: int = 4
    randomised: bool = False

    def __post_init__(self) -> None:
        require(
            ("clusters", self.clusters >= 2, "at least 2"),
            ("size", 1 <= self.size < inf, "at least 1 and finite"),
            ("base or sd", (self.base is None) != (self.sd is None), "given, and one of them only"),
            ("base", self.base is None or 0 < self.base < 1, "above 0 and below 1"),
            ("sd", self.sd is None or self.sd > 0, "above 0"),
            ("introduced", 0 < self.introduced <= 1, "above 0 and at most 1"),
            ("icc", 0 <= self.icc < 1, "at least 0 and below 1"),
            ("correlation", -1 < self.correlation < 1, "between −1 and 1"),
            ("attrition", 0 <= self.attrition < 1, "at least 0 and below 1"),
            ("cv", self.cv >= 0, "at least 0"),
            ("stays", 0 <= self.stays <= 1, "between 0 and 1"),
            ("steps", self.steps >= 2, "at least 2"),
            ("months_between", self.months_between >= 1, "at least 1"),
        )

    @property
    def arms(self) -> tuple[int, int]:
        """Clusters that do not begin, and clusters that do; of designs in which all begin, none and all."""
        if self.design in (Design.STEPPED_WEDGE, Design.BEFORE_AFTER):
            return 0, self.clusters
        begin = min(max(round(self.clusters * self.introduced), 1), self.clusters - 1)
        return self.clusters - begin, begin

    @property
    def kept(self) -> float:
        """Persons in a cluster with an outcome."""
        return self.size * (1 - self.attrition)

    @property
    def waves(self) -> tuple[int, ...]:
        """Clusters that begin at each step, as equal as they come."""
        begin = self.arms[1]
        edges = [round(begin * step / self.steps) for step in range(self.steps + 1)]
        return tuple(last - first for first, last in pairwise(edges))

    def shares(self, difference: float) -> tuple[float, float]:
        """Give the share without and with the new way of working."""
        if self.base is None:
            raise MetricError(f"{PLAN}: a plan in points has no shares.")
        require(("difference", 0 < self.base + difference < 1, "such that base + difference is above 0 and below 1"))
        return self.base, self.base + difference
