"""An edge of each function on comparison without a lottery, power and many tests: the number follows without the metric."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.plans import Plan
from gm_workbench.metrics.power import power
from gm_workbench.metrics.power_plans import foreseen
from gm_workbench.vocabulary.designs import Design

ALIKE = pd.DataFrame(
    {"new": [0, 1] * 10, "hard": [i // 2 % 2 for i in range(20)], "y": [i % 2 * 4.0 + i // 4 % 3 for i in range(20)]}
)
PLAN = Plan(Design.PARALLEL_CLUSTERS, 17, 400, 0.0015, base=0.09)
SCORES = Plan(None, 20, 15, 0.02, sd=15, correlation=0.6)
ALONE = Estimate(2.0, 2.0 - 1.959963984540054, 2.0 + 1.959963984540054, 1.0, 100, "points", "difference")
UNSAID = pd.DataFrame({"person": [*"abc"], "g": "x", "housing": [None] * 3})

EDGES: list[tuple[str, str, Callable[[Callable[..., Any]], float], float, str]] = [
    (
        "weighting.standardised_difference",
        "ten persons in a group, the fewest, who are alike",
        lambda ask: ask(ALIKE, "y", "new", ["hard"], draws=9).value,
        4,
        "the difference of means",
    ),
    (
        "weighting.weighted_difference",
        "ten persons in a group, the fewest, who are alike",
        lambda ask: ask(ALIKE, "y", "new", ["hard"]).value,
        4,
        "the difference of means",
    ),
    ("weighting.stabilised_weights", "groups that are alike", lambda ask: ask(ALIKE, "new", ["hard"]).max(), 1, ".5 over .5"),
    ("weighting.balance", "groups that are alike", lambda ask: ask(ALIKE, "new", ["hard"])[0].before, 0, ".5 less .5"),
    (
        "entropy.entropy_weights",
        "groups that are alike",
        lambda ask: ask(ALIKE, "new", ["hard"]).max(),
        1,
        "nothing to make alike",
    ),
    (
        "entropy.entropy_difference",
        "ten persons in a group, the fewest, who are alike",
        lambda ask: ask(ALIKE, "y", "new", ["hard"]).difference.value,
        4,
        "the difference of means",
    ),
    (
        "doubly_robust.doubly_robust_difference",
        "ten persons in a group, the fewest, who are alike",
        lambda ask: ask(ALIKE, "y", "new", ["hard"]).difference.value,
        4,
        "the difference of means",
    ),
    ("power.power", "no difference", lambda ask: ask(0.0, 1.0), 0.05, "false alarms alone"),
    (
        "power.detectable",
        "a chance just above that of false alarms",
        lambda ask: power(ask(1.0, 4, chance=0.06), 1.0, 4),
        0.06,
        "the chance that was asked",
    ),
    ("power.design_effect", "clusters of one person", lambda ask: ask(1, 0.3), 1, "1 + (1 − 1)·.3"),
    (
        "power.two_shares_se",
        "clusters in which nobody is alike",
        lambda ask: ask(0.5, 0.5, 8, 50, 0.0),
        (0.5 / 400) ** 0.5,
        "two shares of 400: √(.25/400 + .25/400)",
    ),
    ("power.clustered_power", "no difference", lambda ask: ask(0.3, 0.3, 8, 50, 0.02), 0.05, "false alarms alone"),
    ("power.stepped_wedge_power", "no difference", lambda ask: ask(0.3, 0.3, [2, 2, 2], 50, 0.01), 0.05, "false alarms alone"),
    (
        "power.stepped_wedge_se",
        "two clusters, the fewest, that do not differ",
        lambda ask: ask([1, 1], 50, 10, 0),
        2,
        "one month compares: 10 √(2/50)",
    ),
    ("power_plans.foreseen", "no difference", lambda ask: ask(PLAN, 0.0).chance, 0.05, "false alarms alone"),
    (
        "power_plans.smallest_seen",
        "what is seen at that difference",
        lambda ask: foreseen(PLAN, ask(PLAN, chance=0.5)).chance,
        0.5,
        "the chance that was asked",
    ),
    ("power_plans.by_clusters", "no difference", lambda ask: ask(PLAN, 0.0, [10])[10].chance, 0.05, "false alarms alone"),
    ("power_plans.by_size", "no difference", lambda ask: ask(PLAN, 0.0, [50])[50].chance, 0.05, "false alarms alone"),
    (
        "power_simulation.simulated",
        "a difference that nobody could miss",
        lambda ask: ask(SCORES, 100.0, draws=20).chance.value,
        1,
        "20 of 20",
    ),
    (
        "several.holm",
        "two tests that tie",
        lambda ask: ask({"a": 0.04, "b": 0.04})["b"],
        0.08,
        "2 · .04, and no less for the second",
    ),
    (
        "several.simultaneous",
        "one outcome",
        lambda ask: ask({"a": ALONE})["a"].estimate.low,
        2 - 1.959963984540054,
        "its own interval",
    ),
    ("counts.category_counts", "nobody is known", lambda ask: ask(UNSAID, ["housing"], "g", ["x"])[0].n, 3, "3 of 3 unknown"),
    ("bootstrap.person_weights", "one person", lambda ask: ask(1, 2, 1)[2, 0], 1, "nobody else to draw"),
    (
        "bootstrap.percentile",
        "a value beyond all draws",
        lambda ask: ask(5.0, np.array([0.0, 2.0]), 2, "points", "m").high,
        5,
        "the interval reaches the value",
    ),
]


@pytest.mark.parametrize(("metric", "name", "ask", "expected", "why"), [pytest.param(*one, id=one[0]) for one in EDGES])
def test_edge_has_the_value_that_follows(
    metric: str, name: str, ask: Callable[..., float], expected: float, why: str, edge: Callable[..., None]
) -> None:
    edge(metric, name, ask, expected, why)
