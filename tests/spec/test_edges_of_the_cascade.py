"""An edge of each function on the cascade and on moderation: the number follows without the metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gm_workbench.metrics.mediation import mediation
from gm_workbench.metrics.sensitivity import Way
from gm_workbench.metrics.small_sample import CR2, cr2
from gm_workbench.vocabulary.designs import Design


def arms(teams: int, persons: int, gain: float) -> pd.DataFrame:
    """Give teams of which every other one is introduced; scores differ within teams and between them by no more than 2."""
    rows = pd.DataFrame([(t, p) for t in range(teams) for p in range(persons)], columns=["team", "p"])
    new = rows["team"] % 2
    return rows.assign(coach=rows["team"], introduced=new, new=new, y=gain * new + rows["p"] % 3 + rows["team"] // 2 % 2)


def paths(groups: int, persons: int, on: float) -> pd.DataFrame:
    """Give groups of which every other one is exposed: 2 more of the mediator, and `on` more of the outcome for each."""
    rows = pd.DataFrame([(g, p) for g in range(groups) for p in range(persons)], columns=["group", "p"])
    rows = rows.assign(x=rows["group"] % 2, own=(rows["group"] // 2 % 2) * 2 - 1.0, noise=(rows["group"] // 4 % 2) * 2 - 1.0)
    return rows.assign(m=2 * rows["x"] + rows["own"], y=on * (2 * rows["x"] + rows["own"]) + rows["noise"] + rows["p"] % 2)


def within(groups: int) -> pd.DataFrame:
    """Give groups of eight in which half are exposed: 1 or 3 more of the mediator, which goes up or down with the outcome."""
    rows = pd.DataFrame([(g, x, own, noise) for g in range(groups) for x in (0, 1) for own in (-1, 1) for noise in (-1, 1)])
    rows.columns = ["group", "x", "own", "noise"]
    more, turn = 1 + 2 * (rows["group"] % 2), 2 * (rows["group"] // 2 % 2) - 1
    return rows.assign(m=more * rows["x"] + rows["own"], y=rows["noise"] + turn * rows["own"])


def constant(rows: int) -> Mapping[str, np.ndarray]:
    return {"const": np.ones(rows)}


LINE = pd.DataFrame([(t, t, p, t % 5 + p, (1.0 + t % 2 * 2) * p) for t in range(10) for p in range(3)])
LINE.columns = ["team", "coach", "p", "x", "y"]
ONE_EACH = pd.Series([1.0, 2, 3, 4]), constant(4), pd.Series([*"abcd"])
ABOVE_ZERO = pd.Series([1.0, 2, 3, 4, 5, 6] * 2), constant(12), pd.Series([*range(6)] * 2)
TEAMS = pd.DataFrame({"team": [*"abcdefgh"], "month": 1, "y": [6, 7, 8, 9, 2, 3, 4, 5], "n": 20})
STARTS = {name: 1 if name in "abcd" else None for name in "abcdefgh"}
SHARES = arms(8, 10, 0).assign(left=lambda rows: (rows["p"] < 2 + 4 * rows["introduced"] + rows["team"] // 2 % 2).astype(int))
LONELY = pd.DataFrame([("a", month, 3) for month in range(6)], columns=["team", "month", "start"])
TAKEN = arms(8, 6, 3).assign(z=lambda rows: rows["introduced"], d=lambda rows: rows["introduced"] * 1.0)
NEAR = pd.DataFrame({"hours": [i % 4 for i in range(32)], "zeal": [i // 4 % 2 for i in range(32)]})
NEAR = NEAR.assign(near=NEAR["hours"], wage=2.0 * NEAR["hours"] + NEAR["zeal"])
MOVES = pd.DataFrame({"person": ["p", "p", "q"], "team": ["a", "b", "b"], "new": [1, 1, 1]})
SATISFIED = pd.DataFrame({"person": [i // 2 for i in range(60)], "INT": [50.0 + i % 2 for i in range(60)]})
SATISFIED["SEF"] = 100.0 * (SATISFIED["person"] % 2)
TIED = pd.DataFrame({"person": np.arange(90) // 3, "INT": [40.0 + i * i % 7 for i in range(90)]})
TIED = TIED.assign(ATT=TIED["INT"] + np.arange(90) % 5, SEF=TIED["INT"] + np.arange(90) * 3 % 5)
GRID = pd.DataFrame([(i, i % 2 * 2 - 1, i // 2 % 2 * 2 - 1, i // 4 % 2 * 2 - 1) for i in range(32)]).astype(float)
GRID.columns = ["person", "INT", "SKL", "noise"]
GRID["BEH"] = GRID["INT"] + GRID["SKL"] + GRID["noise"]
WAVES = pd.DataFrame(
    [
        (p, (p % 15 + t * t) % 5, (2 * p + t - p // 15 * 2) % 7, (-1) ** (p // 15) * (t * p % 15 % 4))
        for p in range(30)
        for t in range(3)
    ],
    columns=["person", "INT", "SKL", "off"],
)
WAVES = WAVES.assign(BEH=WAVES["INT"] + WAVES["person"] % 3 + WAVES["off"]).astype(float)
FEWEST = arms(10, 2, 3).assign(y=lambda rows: 3.0 * rows["new"] + rows["p"] + rows["coach"] % 5)
DIRECT = paths(16, 4, 0)
COACHED = paths(48, 2, 0).assign(team=lambda rows: rows["group"] % 2 + rows["group"] // 8 * 2)
COACHED["m"] += COACHED["team"] // 2 % 3

EDGES: list[tuple[str, str, Callable[[Callable[..., Any]], float], float, str]] = [
    (
        "cascade.ancova_difference",
        "ten persons and five coaches in an arm, the fewest",
        lambda ask: ask(FEWEST, "y", "new").adjusted.value,
        3,
        "means 5.5 and 2.5",
    ),
    (
        "cascade.within_between",
        "thirty persons of ten coaches, the fewest",
        lambda ask: ask(LINE, "y", "x", "coach").within.value,
        2,
        "within five coaches a point goes with 1, within five with 3",
    ),
    (
        "clustered.least_squares",
        "two clusters, the fewest",
        lambda ask: ask(pd.Series([1.0, 3, 2, 4]), constant(4), pd.Series([*"aabb"])).covariance[0, 0],
        0.25,
        "2/1 · 3/3 · (1² + 1²) / 4²",
    ),
    (
        "small_sample.cr2",
        "each row a cluster",
        lambda ask: ask(*ONE_EACH).combine({"const": 1.0}, "points", CR2).se,
        (5 / 12) ** 0.5,
        "the error of a mean, s² / n = 5/3 / 4",
    ),
    ("joint.joint_test", "one coefficient", lambda ask: ask(cr2(*ONE_EACH), ["const"]).f, 15, "t² = 2.5² / (5/12)"),
    (
        "wild.wild_bootstrap",
        "six clusters, the fewest, all above zero",
        lambda ask: ask(*ABOVE_ZERO, "const").p,
        2 / 64,
        "only all turned, or none, are as far",
    ),
    (
        "randomisation.randomisation_inference",
        "four teams, all above the other four",
        lambda ask: ask(TEAMS, "y", "n", "team", "month", STARTS, nuisance="none", unit="points", persons=160).p,
        2 / 70,
        "only the lot itself and its mirror are as far",
    ),
    (
        "team_comparison.difference",
        "four teams in an arm, the fewest",
        lambda ask: ask(SHARES, Design.PARALLEL_CLUSTERS, covariates=()).adjusted.value,
        0.4,
        "shares of .65 and .25",
    ),
    (
        "team_scores.score_difference",
        "four teams in a group, the fewest",
        lambda ask: ask(arms(8, 3, 5), "y").value,
        5,
        "means 6.5 and 1.5",
    ),
    (
        "team_scores.score_slope",
        "thirty persons of ten teams, the fewest",
        lambda ask: ask(LINE, "y", "p").value,
        2,
        "in five teams a point goes with 1, in five with 3",
    ),
    ("stacks.stacked", "no team to be compared with", lambda ask: len(ask(LONELY, 2)), 0, "no rows"),
    (
        "mediation.mediation",
        "nothing goes on from the mediator",
        lambda ask: ask(DIRECT, "x", "m", "y").indirect.value,
        0,
        "2 · 0",
    ),
    (
        "mediation.multilevel_mediation",
        "nothing goes on from the mediator",
        lambda ask: ask(DIRECT, "x", "m", "y", "group").indirect.value,
        0,
        "2 · 0",
    ),
    (
        "mediation_levels.two_one_one",
        "nothing goes on from the mediator",
        lambda ask: ask(DIRECT.assign(m=DIRECT["m"] + DIRECT["p"] // 2), "x", "m", "y", "group").between.indirect.value,
        0,
        "2 · 0",
    ),
    (
        "mediation_levels.three_two_one",
        "nothing goes on from the mediator",
        lambda ask: ask(COACHED, "x", "m", "y", "group", "team").between.indirect.value,
        0,
        "2 · 0",
    ),
    (
        "mediation_levels.one_one_one",
        "nothing goes on from the mediator",
        lambda ask: ask(within(12), "x", "m", "y", "group").indirect.value,
        0,
        "as often up as down: 2 · 0",
    ),
    (
        "confounding.tilt",
        "a correlation of 0",
        lambda ask: ask(mediation(paths(16, 4, 3), "x", "m", "y"), [0.0]).curve[0].indirect.value,
        6,
        "the indirect effect as it is, 2 · 3",
    ),
    (
        "team_scores.joint_difference",
        "one score",
        lambda ask: ask({"skills": arms(8, 3, 0).assign(before=lambda rows: rows["p"] * 1.0, after=lambda rows: rows["y"])}).f,
        0,
        "no difference in it",
    ),
    (
        "sensitivity.other_ways",
        "four teams, all above the other four",
        lambda ask: ask(SHARES, Design.PARALLEL_CLUSTERS, covariates=())[Way.LOT].p,
        2 / 70,
        "only the lot itself and its mirror are as far",
    ),
    (
        "dose.doses",
        "everybody gets what was assigned",
        lambda ask: ask(TAKEN, "y", "z", "d").dilution.value,
        1,
        "1 over a compliance of 1",
    ),
    (
        "instrument.two_stage",
        "an instrument that is the treatment itself",
        lambda ask: ask(NEAR, "wage", "hours", ["near"]).effect.value,
        2,
        "least squares: each hour goes with 2",
    ),
    (
        "instrument.complier_difference",
        "everybody gets what was assigned",
        lambda ask: ask(TAKEN, "y", "d", "z", cluster="team").effect.value,
        3,
        "the difference as assigned, over 1",
    ),
    (
        "membership.weights",
        "one month with one coach",
        lambda ask: ask(MOVES, "person", "team")["weight"].iloc[-1],
        1,
        "1 of 1",
    ),
    ("membership.exposure_share", "exposed in every month", lambda ask: ask(MOVES, "person", "new")["p"], 1, "2 of 2"),
    ("membership.contamination", "nobody moves", lambda ask: ask(TAKEN, "z", "d", "team").compliance.value, 1, "1 − 0"),
    (
        "moderation.knobs",
        "thirty persons, the fewest, of whom half cannot score higher",
        lambda ask: ask(SATISFIED, scales=["SEF"])[0].room.value,
        0.5,
        "half of (100 − 0) / 100",
    ),
    (
        "knob_order.knob_order",
        "two knobs with as much room",
        lambda ask: sum(ask(TIED, scales=["ATT", "SEF"]).places[0].room),
        3,
        "places 1 to 2: neither comes first",
    ),
    (
        "moderation.moderation",
        "a moderator that changes no step",
        lambda ask: ask(GRID, moderators=["SKL"]).interactions[0].estimate.value,
        0,
        "the step is 1 at either score",
    ),
    (
        "moderation_levels.moderation_levels",
        "thirty persons with three measurements, the fewest",
        lambda ask: ask(WAVES).step_within.value,
        1,
        "each point within a person goes with 1",
    ),
    (
        "johnson_neyman.region",
        "a moderator that changes no step",
        lambda ask: sum(one.persons for one in ask(GRID).stretches if one.direction == 1),
        32,
        "the step is 1 for everybody",
    ),
]


@pytest.mark.parametrize(("metric", "name", "ask", "expected", "why"), [pytest.param(*one, id=one[0]) for one in EDGES])
def test_edge_has_the_value_that_follows(
    metric: str, name: str, ask: Callable[..., float], expected: float, why: str, edge: Callable[..., None]
) -> None:
    edge(metric, name, ask, expected, why)
