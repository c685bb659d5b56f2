"""An edge of each function on exits: the number follows without the metric."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.person_months import laid_out
from gm_workbench.metrics.recurrence import Definition, Recurrence

TWO_ALIKE = pd.DataFrame({"time": [*range(1, 11)] * 2, "event": 1, "x": [0] * 10 + [1] * 10, "arm": [*"a" * 10, *"b" * 10]})
STAYERS = pd.DataFrame({"time": [4, 4, 2, 3], "event": [0, 0, 1, 1], "arm": [*"aabb"]})
ONE_MONTH = pd.DataFrame({"person": range(20), "time": 1, "event": [0, 1] * 10})
AFTER = pd.DataFrame({"person": range(10), "exit": range(10), "month": 1, "benefit": True, "job": False})


def after(benefit: bool, job: bool) -> pd.DataFrame:
    """Give ten exits, the fewest, with work at once, of whom all are the same in the second and last month."""
    first = pd.DataFrame({"person": range(10), "exit": range(10), "after": 1, "benefit": False, "job": True})
    return pd.concat([first, first.assign(after=2, benefit=benefit, job=job)])


def recurred(value: float) -> Recurrence:
    return Recurrence(Definition.CBS, 12, Estimate(value, value, value, 0.0, 80, "probability", "m"), 80, 0)


EDGES: list[tuple[str, str, Callable[[Callable[..., Any]], float], float, str]] = [
    ("exits.cumulative_incidence", "everybody leaves at once", lambda ask: ask([1, 1], [1, 1], [1]).value[0], 1, "2 of 2"),
    (
        "exits.incidence_by_group",
        "nobody of a group leaves",
        lambda ask: ask(STAYERS, [4], by="arm")["a"].value[0],
        0,
        "0 of 2",
    ),
    ("exits.survival", "everybody leaves at once", lambda ask: ask([1, 1], [1, 1], [1]).value[0], 0, "1 − 2/2"),
    (
        "exit_contrast.incidence_difference",
        "two groups that are alike",
        lambda ask: ask(TWO_ALIKE, 5, by="arm", groups=("a", "b")).value,
        0,
        "5 of 10 less 5 of 10",
    ),
    (
        "late_entry.cumulative_incidence",
        "ten at risk, the fewest",
        lambda ask: ask([2] + [9] * 9, [1] + [0] * 9, [2], entry=[0] * 10).value[0],
        0.1,
        "1 of 10",
    ),
    (
        "late_entry.survival",
        "ten at risk, the fewest",
        lambda ask: ask([2] + [9] * 9, [1] + [0] * 9, [2], entry=[0] * 10).value[0],
        0.9,
        "9 of 10",
    ),
    (
        "hazards.cause_specific",
        "two groups that are alike",
        lambda ask: ask(TWO_ALIKE, ["x"]).log["x"].value,
        0,
        "the same rates",
    ),
    (
        "hazards.subdistribution",
        "two groups that are alike",
        lambda ask: ask(TWO_ALIKE, ["x"]).log["x"].value,
        0,
        "the same shares",
    ),
    (
        "hazards.side_by_side",
        "one reason to leave, and nobody lost",
        lambda ask: _apart(ask(TWO_ALIKE.assign(x=[0, 1, 1, 1] * 5), ["x"], [1])),
        0,
        "one reason: both are Cox's model",
    ),
    (
        "restricted_mean.still_there",
        "five exits, the fewest",
        lambda ask: ask([2, 4, 6, 8, 10], [1] * 5, 12).value,
        6,
        "mean of 2, 4, 6, 8 and 10",
    ),
    (
        "restricted_mean.lost",
        "five exits, the fewest",
        lambda ask: ask([2, 4, 6, 8, 10], [1] * 5, 12).value,
        6,
        "12 less a mean of 6",
    ),
    (
        "restricted_mean.difference",
        "two groups that are alike",
        lambda ask: ask(TWO_ALIKE, 10, by="arm", groups=("a", "b")).value,
        0,
        "the same months",
    ),
    ("person_months.laid_out", "a stay of one month", lambda ask: len(ask(ONE_MONTH.head(1))), 1, "one row"),
    (
        "monthly_hazards.monthly_hazards",
        "ten exits in a single month",
        lambda ask: ask(laid_out(ONE_MONTH), [], bands=[1]).chances[1].value,
        0.5,
        "10 of 20",
    ),
    ("exit_months.after_exits", "nobody leaves", lambda ask: len(ask(AFTER)), 0, "no month after an exit"),
    (
        "recurrence.divosa",
        "ten exits, the fewest, who all come back",
        lambda ask: ask(after(True, False), 2).back.value,
        1,
        "10 of 10",
    ),
    (
        "recurrence.cbs",
        "ten exits, the fewest, who all still work",
        lambda ask: ask(after(False, True), 2).working.value,
        1,
        "10 of 10",
    ),
    ("recurrence.difference", "all against none", lambda ask: ask(recurred(1.0), recurred(0.0)).value, 1, "1 − 0"),
    (
        "clustered_share.share",
        "it happened to nobody",
        lambda ask: ask(pd.Series([0] * 4), pd.Series([*"abcd"])).value,
        0,
        "0 of 4",
    ),
    (
        "shares.monthly_share",
        "one person",
        lambda ask: ask(pd.DataFrame({"month": [1], "works": [True]}), "works")[0].value,
        1,
        "1 of 1",
    ),
    (
        "shares.wilson",
        "none of one",
        lambda ask: ask(0, 1)[1],
        3.841458820694124 / 4.841458820694124,
        "z² / (1 + z²), z² the .95 quantile of χ²₁",
    ),
    ("horizon.incidence", "who leaves for sure", lambda ask: ask(1.0, 0.0, 1), 1, "the chance of the one month"),
    (
        "horizon.over_months",
        "no difference a month",
        lambda ask: ask(Estimate(0.0, -0.01, 0.01, 0.005, 90, "probability", "m"), 0.01, 0.02, 12).value,
        0,
        "no difference in a year",
    ),
]


def _apart(both: Any) -> float:
    return float(both.cause_specific[1].log["x"].value - both.subdistribution[1].log["x"].value)


@pytest.mark.parametrize(("metric", "name", "ask", "expected", "why"), [pytest.param(*one, id=one[0]) for one in EDGES])
def test_edge_has_the_value_that_follows(
    metric: str, name: str, ask: Callable[..., float], expected: float, why: str, edge: Callable[..., None]
) -> None:
    edge(metric, name, ask, expected, why)


def test_a_value_that_does_not_follow_fails(edge: Callable[..., None]) -> None:
    with pytest.raises(AssertionError, match=r"shares\.wilson, none of one: got 0\.0 where it is 0\.1"):
        edge("shares.wilson", "none of one", lambda ask: ask(0, 1)[0], 0.1, "wrong")
