"""An edge of each function on mobility and on equity of spend: the number follows without the metric."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.staggered import group_time

STATES = ("low", "high")
STAYED = pd.DataFrame({"person": range(20), "from": ["low", "high"] * 10, "to": ["low", "high"] * 10})
TURNED = STAYED.assign(to=["high", "low"] * 10)
HALF = STAYED.assign(to=["low", "high", "high", "low"] * 5)
WAGES = pd.DataFrame({"from": [*range(10, 50)], "to": [*range(20, 60)]})
MONTHS = pd.DataFrame({"person": "a", "months": [1, 2, 3], "above": True})
PAY = pd.DataFrame({"person": [*"aabb"], "months": [-1, 1] * 2, "hourly_wage": [10.0, 20.0, 12.0, 6.0]})
BEGAN = pd.DataFrame([(p, t, 3 * (p < 5)) for p in range(10) for t in range(1, 4)], columns=["person", "time", "first"])
BEGAN["score"] = 3.0 * ((BEGAN["first"] > 0) & (BEGAN["time"] == 3)) + BEGAN["person"] % 5 * BEGAN["time"] ** 2
NOTHING = pd.DataFrame({"person": range(20), "amount": 0.0, "sex": ["w", "m"] * 10, "home": ["rent", "rent", "own", "own"] * 5})
ALIKE = NOTHING.assign(amount=[i // 4 * 10.0 for i in range(20)])
MANY = pd.concat([ALIKE.assign(person=ALIKE["person"] + 20 * again) for again in range(5)], ignore_index=True)
"""Forty of each group, the fewest, have spend."""
COSTS = pd.DataFrame({"person": range(80), "sex": ["w", "m"] * 40, "type": [*"aabb"] * 10 + ["c"] * 40})
COSTS["amount"] = [10.0] * 40 + [8.0, 8.0, 12.0, 12.0] * 10
HOMES = pd.DataFrame(
    {"sex": ["w"] * 40 + ["m"] * 40, "home": ["rent", "own"] * 40, "y": [3.0, 5.0, 4.0, 6.0] * 10 + [1.0, 3.0, 2.0, 4.0] * 10}
)
SOME = pd.DataFrame({"person": [i // 4 for i in range(320)], "sex": ["w"] * 160 + ["m"] * 160, "home": ["rent", "own"] * 160})
SOME["amount"] = ([100.0, 200, 0, 0] + [200.0, 100, 0, 0] + [0.0] * 4 + [200.0, 100, 200, 100]) * 20

EDGES: list[tuple[str, str, Callable[[Callable[..., Any]], float], float, str]] = [
    (
        "mobility.transitions",
        "five of a state, the fewest, who all stay",
        lambda ask: ask(STAYED.head(10), STATES).counts[0][0],
        5,
        "5 of 5",
    ),
    ("mobility.indices", "everybody changes place", lambda ask: ask([[0.0, 1.0], [1.0, 0.0]])["prais"], 2, "(2 − 0) / (2 − 1)"),
    (
        "mobility.mobility_indices",
        "ten from each state, the fewest, of whom half move",
        lambda ask: ask(HALF, STATES, draws=9)["prais"].value,
        1,
        "(2 − .5 − .5) / (2 − 1)",
    ),
    (
        "directions.direction_shares",
        "ten who could rise, the fewest, and all do",
        lambda ask: ask(TURNED, STATES).up.value,
        1,
        "10 of 10 who could",
    ),
    (
        "directions.movement",
        "as many wages double as halve",
        lambda ask: ask(WAGES.assign(to=WAGES["from"] * ([2.0, 0.5, 1.0, 1.0] * 10))).net.value,
        0,
        "log 2 less log 2",
    ),
    (
        "escape.escape_times",
        "everybody leaves at once",
        lambda ask: ask(TURNED, STATES)["low"].stay.value,
        1,
        "1 over a chance of 1",
    ),
    (
        "rank_mobility.rank_mobility",
        "forty persons, the fewest, of whom the lowest two change places",
        lambda ask: ask(WAGES.assign(to=[21, 20, *range(22, 60)]), draws=9).slope.value,
        1 - 6 * 2 / (40 * (40**2 - 1)),
        "Spearman's 1 − 6 Σd² / (n (n² − 1))",
    ),
    (
        "staggered.group_time",
        "five who began, the fewest",
        lambda ask: ask(BEGAN, "score").effects[3, 3].value,
        3,
        "3 more than the same five without",
    ),
    (
        "event_study.aggregate",
        "one moment at which anybody began",
        lambda ask: ask(group_time(BEGAN, "score"), draws=9).overall.value,
        3,
        "the only effect there is",
    ),
    (
        "event_study.pretrends",
        "no difference before the beginning",
        lambda ask: ask(group_time(BEGAN, "score"), draws=9).statistic,
        0,
        "0 over its error",
    ),
    ("crossing.first_held", "a run of one month", lambda ask: ask(MONTHS, 1)["a"], 1, "the first month"),
    (
        "crossing.crossing_times",
        "nobody crosses",
        lambda ask: ask(MONTHS.assign(above=False), ["a"], 1, 3)["event"].iloc[0],
        0,
        "no month above",
    ),
    ("crossing.held_within", "a run as long as the horizon", lambda ask: ask(MONTHS, ["a"], 3, 3)["a"], 1, "months 1 to 3"),
    (
        "crossing.wage_course",
        "two persons, the fewest: one wage doubles and one halves",
        lambda ask: ask(PAY, ["a", "b"], [-1], [1])[1].value,
        0,
        "log 2 less log 2",
    ),
    (
        "crossing.in_percent",
        "a wage that doubles",
        lambda ask: ask(Estimate(0.6931471805599453, 0.6, 0.8, 0.05, 9, "log points", "m")).value,
        100,
        "log 2",
    ),
    (
        "equity.spend",
        "one of twenty has any",
        lambda ask: ask(NOTHING.assign(amount=[20.0, *[0.0] * 19]), 99).per_month.value,
        1,
        "20 over 20 months",
    ),
    (
        "equity.spend_by",
        "two persons, the fewest, in a group",
        lambda ask: ask(ALIKE.tail(4).assign(amount=[30.0, 1.0, 50.0, 2.0]), ["sex"], 99)["w",].per_month.value,
        40,
        "30 and 50",
    ),
    (
        "equity.spend_difference",
        "two groups that are alike",
        lambda ask: ask(MANY, "sex", ("w", "m"), 9).value,
        0,
        "20 less 20",
    ),
    (
        "decomposition.kitagawa",
        "a category of which one group has nobody",
        lambda ask: ask([[1.0, 0.0], [0.5, 0.5]], [[10.0, 20.0], [10.0, 20.0]])[0].sum(),
        -5,
        "(1 − .5)·10 + (0 − .5)·20",
    ),
    (
        "decomposition.spend_kitagawa",
        "two groups that are alike",
        lambda ask: ask(MANY, "sex", ("w", "m"), "home", 9).gap.value,
        0,
        "20 less 20",
    ),
    (
        "decomposition.provision_kitagawa",
        "types that one group never has, and one for both",
        lambda ask: ask(MANY, COSTS, "sex", ("w", "m"), 99).gap.value,
        0,
        "20 of 50 months at 10 each and 20 at 8 and 12, on both sides",
    ),
    (
        "oaxaca.oaxaca_blinder",
        "the same characteristics",
        lambda ask: ask(HOMES, "y", "sex", ("w", "m"), ["home"], "points", 9).explained.value,
        0,
        "shares of .5 less .5",
    ),
    (
        "two_part.two_part",
        "two groups that are alike",
        lambda ask: ask(SOME, "sex", ("w", "m"), ["home"]).per_month.value,
        0,
        "75 less 75",
    ),
]


@pytest.mark.parametrize(("metric", "name", "ask", "expected", "why"), [pytest.param(*one, id=one[0]) for one in EDGES])
def test_edge_has_the_value_that_follows(
    metric: str, name: str, ask: Callable[..., float], expected: float, why: str, edge: Callable[..., None]
) -> None:
    edge(metric, name, ask, expected, why)
