"""An edge of each function on scales and on course over waves: the number follows without the metric."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest


def exact(persons: int, columns: int) -> np.ndarray:
    """Give columns that average 0, vary by 1 and go together with none of the others, to the last digit."""
    drawn = np.random.default_rng(1).normal(size=(persons, columns))
    return np.linalg.qr(drawn - drawn.mean(axis=0))[0] * persons**0.5


def of_one_factor(persons: int, items: int) -> pd.DataFrame:
    """Give items that are one factor and as much of their own: variance 2, covariance 1."""
    parts = exact(persons, items + 1)
    return pd.DataFrame(parts[:, :-1] + parts[:, -1:], columns=[f"A_{at}" for at in range(items)])


def twice_answered(persons: int) -> pd.DataFrame:
    """Give three such items at two waves, with half of the factor the same at both."""
    parts = exact(persons, 9)
    waves = [parts[:, 3 * at : 3 * at + 3] + (parts[:, 6:7] + parts[:, 7 + at : 8 + at]) / 2**0.5 for at in (0, 1)]
    rows = [
        pd.DataFrame(one, columns=["A_0", "A_1", "A_2"]).assign(person=range(persons), wave=at) for at, one in enumerate(waves)
    ]
    return pd.concat(rows)


ALIKE = pd.DataFrame({"A_1": [1, 2, 3, 4, 5] * 6, "A_2": [1, 2, 3, 4, 5] * 6})
RATED = pd.DataFrame({"coach": np.repeat(range(10), 3), "bej": np.tile([-1.0, 0, 1], 10) + np.repeat([0, 4.8**0.5], 15)})
AGREED = pd.DataFrame({"coach": np.repeat(range(10), 5), "bej": 3 + np.repeat(range(10), 5) % 2})
UNCHANGED = pd.DataFrame({"first": [40.0, 60.0] * 15, "second": [40.0, 60.0] * 15})
FIVE = pd.DataFrame(
    {"person": [*"abcde"] * 2, "wave": ["T0"] * 5 + ["T3"] * 5, "g": "all", "y": [1, 2, 3, 4, 5, 3, 4, 5, 6, 12]}
)
LINES = pd.DataFrame([(p, t, p % 4 + (2 + p % 3) * t + (t == 1) * (p % 5)) for p in range(30) for t in range(3)])
LINES.columns = ["person", "t", "y"]
PAIRS = pd.DataFrame([(p, t, t * (p % 2), p + t * (p % 2) * (1 + p % 3)) for p in range(30) for t in range(2)])
PAIRS.columns = ["person", "wave", "hours", "wage"]
LEVEL = pd.DataFrame(
    [(p, t, t % 2, t * t + (-1) ** (p + t) * (t < 2)) for p in range(30) for t in range(3)], columns=["person", "t", "x", "y"]
)
FEWEST = pd.DataFrame({"g": np.repeat(range(5), 3), "y": np.tile([-1.0, 0, 1], 5) + np.repeat([0.0, 3, 6, 9, 12], 3)})
ARMS = pd.DataFrame(
    [(p, t, "ab"[p % 2], p // 2 + t * (1 + 2 * (p % 2)) + (p // 2 % 5 == t)) for p in range(10) for t in (0, 1)]
)
ARMS.columns = ["person", "wave", "g", "y"]
TURNS = pd.DataFrame(
    [(p, p % 5 + 2 * t - 1, p * p % 7 + t * (1 + p % 3)) for p in range(12) for t in (0, 1)], columns=["person", "x", "y"]
)
STEPS = pd.DataFrame(
    [(p, t, p % 2, p * p % 7 + t * (1 + p % 2 * 2)) for p in range(10) for t in (0, 1)], columns=["person", "wave", "g", "y"]
)
SPREAD = pd.Series([0, 1, 2, 1, 1] * 2)[np.arange(10) // 2].to_numpy()
PARTED = pd.DataFrame({"person": [*range(10)] * 2, "wave": [0] * 10 + [1] * 10, "g": [*"ab"] * 10})
PARTED["y"] = [*range(10), *(np.arange(10) + SPREAD + 2 * (np.arange(10) % 2))]
LEFT = pd.DataFrame({"hard": [0, 1] * 20, "there": [0, 0, 1, 1] * 10})
STAYED = pd.DataFrame({"coach": [i % 12 for i in range(120)], "T0": [i // 12 % 5 for i in range(120)]})
STAYED = STAYED.assign(new=STAYED["coach"] % 2, hard=[i // 24 % 2 for i in range(120)])
STAYED["T12"] = 3.0 * STAYED["new"] + STAYED["T0"] + STAYED["coach"] // 2 % 3
NESTED = pd.DataFrame({"coach": np.repeat(range(20), 2), "team": np.repeat(range(10), 4), "y": [0.0, 1, 1, 2] * 10})

EDGES: list[tuple[str, str, Callable[[Callable[..., Any]], float], float, str]] = [
    (
        "scales.score_items",
        "three of four items answered, the fewest",
        lambda ask: ask(pd.DataFrame([[5, 5, 5, np.nan]]).add_prefix("A_"))[0],
        100,
        "the highest answer on each that was answered",
    ),
    (
        "scales.oriented",
        "an answer in the middle",
        lambda ask: ask(pd.DataFrame({"A_1": [3]}), ["A_1"], 1, 5)["A_1"][0],
        3,
        "1 + 5 − 3",
    ),
    (
        "scales.item_statistics",
        "thirty persons, the fewest, and two items alike",
        lambda ask: ask(ALIKE)[0].rest_correlation,
        1,
        "an item correlates with itself",
    ),
    (
        "scales.cronbach_alpha",
        "thirty persons, the fewest, and two items",
        lambda ask: ask(of_one_factor(30, 2)).value,
        2 / 3,
        "k/(k − 1) (1 − k·2/(k·2 + k (k − 1))), k = 2",
    ),
    (
        "reliability.omega",
        "a hundred persons, the fewest",
        lambda ask: ask(of_one_factor(100, 3)).value,
        0.75,
        "(3·1)² / ((3·1)² + 3·1)",
    ),
    (
        "confirmatory.confirmatory_fit",
        "covariances that fit to the last digit",
        lambda ask: ask(of_one_factor(100, 4), {"A": [f"A_{at}" for at in range(4)]}).indices.chi2,
        0,
        "nothing is left to fit",
    ),
    (
        "invariance.over_groups",
        "the same answers in two groups",
        lambda ask: (
            ask(pd.concat([of_one_factor(100, 4).assign(g=at) for at in (0, 1)]), {"A": [f"A_{at}" for at in range(4)]}, "g")
            .steps[-1]
            .chi2
        ),
        0,
        "groups that are alike",
    ),
    (
        "invariance.over_waves",
        "the same covariances at two waves",
        lambda ask: ask(twice_answered(100), {"A": ["A_0", "A_1", "A_2"]}).steps[-1].chi2,
        0,
        "waves that are alike",
    ),
    (
        "agreement.shared_rating",
        "thirty persons of ten coaches, the fewest",
        lambda ask: ask(RATED, "bej", "coach").single.value,
        0.5,
        "mean squares 4 and 1: (4 − 1) / (4 + 2·1)",
    ),
    (
        "consensus.within_group_agreement",
        "all of a coach agree",
        lambda ask: ask(AGREED, ["bej"], "coach").median.value,
        1,
        "no variance within",
    ),
    ("reliable_change.change_index", "no change", lambda ask: ask(50.0, 50.0, sd=10.0, reliability=0.8), 0, "0 over any error"),
    (
        "reliable_change.reliable_change",
        "thirty persons, the fewest, of whom nobody changes",
        lambda ask: ask(UNCHANGED, "first", "second", reliability=0.8).same.value,
        1,
        "30 of 30",
    ),
    (
        "waves.course",
        "five persons, the fewest",
        lambda ask: ask(FIVE, "y", group="g", waves=["T0", "T3"]).change[0].estimate.value,
        3,
        "mean of 2, 2, 2, 2 and 7",
    ),
    (
        "growth.growth",
        "thirty persons, the fewest, all measured at three moments",
        lambda ask: ask(LINES, "y", "t").slope.value,
        3,
        "mean of their own slopes, 2, 3 and 4",
    ),
    (
        "panels.fixed_effects",
        "thirty persons with two rows, the fewest rows",
        lambda ask: ask(PAIRS, "wage", ["hours"]).coefficients["hours"].value,
        2,
        "mean step of those who change: 1, 2 and 3",
    ),
    (
        "panels.random_effects",
        "persons who are alike",
        lambda ask: ask(LEVEL, "y", ["x"]).sd_person,
        0,
        "no variance between persons is left",
    ),
    (
        "multilevel.random_intercept",
        "groups with one mean",
        lambda ask: ask(LEVEL, "y", [], "person").share_between.value,
        0,
        "no variance between groups",
    ),
    (
        "mixed.mixed_model",
        "fifteen measurements in five groups, the fewest",
        lambda ask: ask(FEWEST, "y", [], {"g": []}).spreads["g"].covariance[0, 0],
        67.5 / 3 - 1 / 3,
        "(MSB − MSW) / 3 = (67.5 − 1) / 3",
    ),
    (
        "wave_model.course_model",
        "five persons of a group at a wave, the fewest",
        lambda ask: (
            ask(ARMS.assign(wave=ARMS["wave"].map("T{}".format)), "y", group="g", waves=["T0", "T1"])
            .contrast[-1]
            .estimate.value
        ),
        2,
        "steps of 3 and of 1",
    ),
    (
        "within_between.within_between",
        "two measurements each",
        lambda ask: ask(TURNS, "y", ["x"]).within["x"].value,
        1,
        "mean step of 2 over 2 of the predictor",
    ),
    (
        "wave_anova.repeated_anova",
        "ten persons, the fewest, at two waves",
        lambda ask: ask(STEPS, "y", waves=[0, 1]).effect("wave").f,
        36,
        "t² of the steps, five of 1 and five of 3",
    ),
    (
        "wave_anova.mixed_anova",
        "five persons in a group, the fewest, at two waves",
        lambda ask: ask(PARTED, "y", group="g", waves=[0, 1]).effect("group x wave").f,
        20,
        "t² of two samples: 2² / (0.5·2/5)",
    ),
    (
        "attrition.who_is_lost",
        "lost as often with as without",
        lambda ask: ask(LEFT, "there", ["hard"]).log_odds["hard"].value,
        0,
        "the same odds",
    ),
    (
        "attrition.attrition_weights",
        "a wave that loses nobody",
        lambda ask: ask(LEFT.assign(T12=1), ["T12"], ["hard"]).largest,
        1,
        "who stays for sure stands for herself",
    ),
    (
        "attrition_difference.attrition_weighted_difference",
        "nobody is lost",
        lambda ask: ask(STAYED, "T12", "new", ["T0"], ["hard"]).difference.value,
        3,
        "the difference as it is",
    ),
    (
        "imputation.imputed",
        "no gap at all",
        lambda ask: ask(LEFT, ["there"], given=["hard"], m=2).frames[1]["there"].sum(),
        20,
        "what is known stays",
    ),
    (
        "imputed_comparison.imputed_difference",
        "nobody is lost",
        lambda ask: ask(STAYED, "T12", "new", ["T0"]).pooled.estimate.value,
        3,
        "the difference as it is",
    ),
    (
        "tipping.tipping_point",
        "nobody is lost",
        lambda ask: ask(STAYED, "T12", "new", ["T0"], shifts=[-50.0]).shifts[0][1].value,
        3,
        "there is nobody to shift",
    ),
    ("rubin.pool", "fillings that agree", lambda ask: ask([2.0, 2.0], [0.04, 0.04]).estimate.se, 0.2, "the root of 0.04"),
    (
        "rubin.pool_wald",
        "sums that are zero",
        lambda ask: ask([[0.0, 1.0], [0.0, -1.0]], [np.eye(2)] * 2).f,
        0,
        "means 0 and 0",
    ),
    (
        "nested.nested_intercepts",
        "teams with one mean",
        lambda ask: ask(NESTED, "y", [], "coach", "team").above,
        0,
        "no variance between teams",
    ),
]


@pytest.mark.parametrize(("metric", "name", "ask", "expected", "why"), [pytest.param(*one, id=one[0]) for one in EDGES])
def test_edge_has_the_value_that_follows(
    metric: str, name: str, ask: Callable[..., float], expected: float, why: str, edge: Callable[..., None]
) -> None:
    edge(metric, name, ask, expected, why)
