"""What a protocol promises before there are data: the plan as declared, the chance by size of the difference and by clusters.

Made from a declaration and, where a place is named, from how many persons and clusters its delivery holds; no outcome is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from gm_workbench.errors import DeclarationError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.plans import Plan
from gm_workbench.metrics.power_plans import Foreseen, by_clusters, by_size, foreseen, never, smallest_seen
from gm_workbench.metrics.power_simulation import Simulated, simulated
from gm_workbench.vocabulary.designs import Design
from gm_workbench.vocabulary.planning import PLANNED
from gm_workbench.vocabulary.protocols import Assignment, Protocol

NEEDED = ("clusters", "persons_per_coach", "icc")
WHERE_NOT_PLANNED: Mapping[str, tuple[float, tuple[Design | None, ...]]] = {
    "introduced": (0.5, (None, Design.PARALLEL_CLUSTERS, Design.STAGGERED_INTRODUCTION)),
    "size_cv": (0.0, (None, *Design)),
    "attrition": (0.0, (None, *Design)),
    "correlation": (0.0, (None,)),
    "stays": (1.0, (Design.BEFORE_AFTER,)),
    "steps": (4, (Design.STEPPED_WEDGE, Design.STAGGERED_INTRODUCTION)),
    "months_between": (4, (Design.STEPPED_WEDGE, Design.STAGGERED_INTRODUCTION)),
}
"""What is reckoned with where a protocol does not say, and for which designs (None: persons by coach). It is told each time."""

STEPS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)
"""Differences of the curve, in the smallest difference that the protocol calls relevant."""

CLUSTERS = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""Numbers of clusters that are tried, as parts of those planned."""

SIZES = (0.25, 0.5, 1.0, 2.0)
"""Persons in a cluster that are tried, as parts of those planned."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Persons and clusters that a delivery holds in the index month."""

    clusters: int
    introduced: float
    size: float
    cv: float


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a plan promises.

    Attributes
    ----------
    plan : Plan
    rests_on : list of dict
        Each number of the plan: its name, value, status and source.
    never : NotEnoughData or None
        What there is too little of to see any difference.
    curve, clusters, sizes : list of dict
        Chance by size of the difference; and, of the smallest relevant one, by number of clusters, and of persons in each.
    smallest_relevant : float
    smallest_seen : float or None
        Seen four times in five, in closed form.
    unit : str
    """

    plan: Plan
    rests_on: list[dict[str, Any]]
    never: NotEnoughData | None
    curve: list[dict[str, Any]]
    clusters: list[dict[str, Any]]
    sizes: list[dict[str, Any]]
    smallest_relevant: float
    smallest_seen: float | None
    unit: str


def planned(
    protocol: Protocol, design: str | None = None, delivered: Counted | None = None
) -> tuple[Plan, list[dict[str, Any]]]:
    """Give the plan of a protocol, and what each of its numbers rests on.

    Parameters
    ----------
    protocol : Protocol
    design : str, optional
        Another of the four designs than the one declared; only of a study that compares teams.
    delivered : Counted, optional
        Clusters and persons of a delivery, in place of those declared.

    Raises
    ------
    DeclarationError
        When the protocol lacks a number, which is named, or compares no teams while a design is asked for.
    """
    declared, way = protocol.planning, _way(protocol, design)
    lacking = [name for name in NEEDED if name not in declared]
    if not {"base", "sd"} & declared.keys():
        lacking.append("base or sd")
    if lacking:
        raise DeclarationError(
            f"{protocol.name} must plan on {', '.join(lacking)}, but its protocol does not; add them under `planning`, each "
            "with value, status and source. What each is stands in data/protocols/README.md."
        )
    otherwise = {name: value for name, (value, ways) in WHERE_NOT_PLANNED.items() if way in ways and name not in declared}
    numbers = otherwise | {name: float(fact.value) for name, fact in declared.items()}
    size = numbers.pop("coaches_per_team", 1.0) * numbers.pop("persons_per_coach")
    whole = {name: int(numbers.pop(name)) for name in ("clusters", "steps", "months_between") if name in numbers}
    cv = numbers.pop("size_cv", 0.0)
    plan = Plan(
        way,
        size=size,
        cv=cv,
        randomised=protocol.assignment is Assignment.RANDOMISED,
        **whole,
        **numbers,  # type: ignore[arg-type]
    )
    rests_on = [
        {"number": name, "value": fact.value, "what": PLANNED[name].meaning, "status": str(fact.status), "source": fact.source}
        for name, fact in declared.items()
    ] + [
        {"number": name, "value": value, "what": PLANNED[name].meaning, "status": "not planned", "source": "taken so here"}
        for name, value in otherwise.items()
    ]
    return (plan, rests_on) if delivered is None else _as_counted(plan, rests_on, delivered)


def _way(protocol: Protocol, design: str | None) -> Design | None:
    if protocol.comparison is None:
        if design is not None:
            raise DeclarationError(f"{protocol.name} compares no teams, so it has no design to choose; leave --design out.")
        return None
    return Design(design) if design else protocol.comparison.design


def _as_counted(plan: Plan, rests_on: list[dict[str, Any]], counted: Counted) -> tuple[Plan, list[dict[str, Any]]]:
    seen = {"clusters": counted.clusters, "introduced": round(counted.introduced, 3), "size_cv": round(counted.cv, 3)}
    kept = [row for row in rests_on if row["number"] not in (*seen, "coaches_per_team", "persons_per_coach")]
    told = {**seen, "persons_per_cluster": round(counted.size, 1)}
    rows = [
        {"number": name, "value": value, "what": "counted", "status": "counted", "source": "the delivery of this place"}
        for name, value in told.items()
    ]
    introduced = counted.introduced if 0 < counted.introduced < 1 else plan.introduced
    changed = replace(plan, clusters=counted.clusters, introduced=introduced, size=counted.size, cv=counted.cv)
    return changed, rows + kept


def counted(people: pd.DataFrame, cluster: str) -> Counted:
    """Count the clusters of a cohort, the part of them that begins, and their sizes.

    >>> people = pd.DataFrame({"coach": ["a", "a", "b", "b"], "introduced": [True, True, False, False]})
    >>> counted(people, "coach")
    Counted(clusters=2, introduced=0.5, size=2.0, cv=0.0)
    """
    sizes = people.groupby(cluster).size()
    if len(sizes) < 2:
        raise DeclarationError(
            f"A plan needs at least 2 clusters, but this delivery holds {len(sizes)} {cluster}s of this study."
        )
    begun = float(people.groupby(cluster)["introduced"].max().astype(float).mean())
    return Counted(len(sizes), begun, float(sizes.mean()), float(sizes.std(ddof=0) / sizes.mean()))


def prospect(
    protocol: Protocol, *, design: str | None = None, delivered: Counted | None = None, draws: int = 0, seed: int = 1
) -> Prospect:
    """Work out what a protocol promises; with `draws`, also by simulation with the analysis that will be used.

    Raises
    ------
    DeclarationError
        As in `planned`.
    """
    plan, rests_on = planned(protocol, design, delivered)
    relevant, least = float(protocol.primary.smallest_relevant.value), smallest_seen(plan)
    differences = [relevant * step for step in STEPS if plan.base is None or plan.base + relevant * step < 1]
    short = never(plan)
    return Prospect(
        plan,
        rests_on,
        short,
        [] if short else [_point(plan, size, draws, seed) for size in differences],
        _by_clusters(plan, relevant),
        _by_size(plan, relevant),
        relevant,
        None if isinstance(least, NotEnoughData) else least,
        protocol.primary.unit,
    )


def _point(plan: Plan, size: float, draws: int, seed: int) -> dict[str, Any]:
    closed = foreseen(plan, size)
    row: dict[str, Any] = {"difference": size, "closed_form": _chance(closed)}
    if draws:
        row |= _simulated(simulated(plan, size, draws, seed))
    return row


def _chance(found: Foreseen | NotEnoughData) -> float | None:
    return found.chance if isinstance(found, Foreseen) else None


def _simulated(found: Simulated | NotEnoughData) -> dict[str, float | int | None]:
    if isinstance(found, NotEnoughData):
        return {}
    chance = found.chance
    bounds = {"simulated_low": chance.low, "simulated_high": chance.high}
    return {"simulated": chance.value, "monte_carlo_error": chance.se, **bounds, "without_number": found.without_number}


def _by_clusters(plan: Plan, relevant: float) -> list[dict[str, Any]]:
    tried = sorted({max(round(plan.clusters * part), 2) for part in CLUSTERS})
    return [{"clusters": count, "chance": _chance(found)} for count, found in by_clusters(plan, relevant, tried).items()]


def _by_size(plan: Plan, relevant: float) -> list[dict[str, Any]]:
    tried = sorted({max(round(plan.size * part), 1) for part in SIZES})
    return [{"persons": size, "chance": _chance(found)} for size, found in by_size(plan, relevant, tried).items()]
