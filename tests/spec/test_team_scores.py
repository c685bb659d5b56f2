"""Differences in scores between teams against R's clubSandwich and means by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.joint import JointTest
from gm_workbench.metrics.team_scores import joint_difference, score_difference, score_slope

METRIC = "team_scores.score_difference"

SAME_SUM = 1e-10
"""The same arithmetic in R, of which twelve decimals were copied."""

EXACT = 1e-12
"""A sum of a few numbers by hand."""

IN_R = (
    "R: d <- do.call(rbind, lapply(0:9, function(t) data.frame(team = t, p = 0:(7 + t)))); "
    "d$new <- as.numeric(d$team %in% c(0, 3, 5, 9)); d$before <- (3 * d$team + 5 * d$p + d$team * d$p) %% 23; "
    "d$after <- (7 * d$team + 3 * d$p + 2 * d$team * d$p) %% 19 + d$before / 2 + 2 * d$new; m <- lm({model}, d); "
    'coef_test(m, vcov = "CR2", cluster = d$team) and conf_int of clubSandwich'
)


def scores() -> pd.DataFrame:
    """Give the table of `IN_R`: ten teams of 8 to 17 persons, four of them new."""
    d = pd.DataFrame([(team, p) for team in range(10) for p in range(8 + team)], columns=["team", "p"])
    new = d["team"].isin([0, 3, 5, 9]).astype(int)
    before = (3 * d["team"] + 5 * d["p"] + d["team"] * d["p"]).mod(23)
    after = (7 * d["team"] + 3 * d["p"] + 2 * d["team"] * d["p"]).mod(19) + before / 2 + 2 * new
    return d.assign(introduced=new, before=before.astype(float), after=after)


@pytest.mark.parametrize(
    ("model", "covariates", "expected"),
    [
        (
            "after ~ new + before",
            ["before"],
            {
                "value": 0.116174559512,
                "se": 1.863624154739,
                "df": 6.033346251445,
                "low": -4.437846974772,
                "high": 4.670196093796,
            },
        ),
        (
            "after ~ new",
            [],
            {
                "value": 0.216433941998,
                "se": 1.956223833781,
                "df": 6.030012385912,
                "low": -4.564504207790,
                "high": 4.997372091786,
            },
        ),
    ],
)
def test_score_difference_is_that_of_clubsandwich(
    model: str, covariates: list[str], expected: dict[str, float], witness: Callable[..., None]
) -> None:
    found = score_difference(scores(), "after", covariates)
    assert isinstance(found, Estimate)
    source = IN_R.replace("{model}", model)
    for name, value in expected.items():
        got = getattr(found, name)
        witness(METRIC, f"{name} of {model}", got, value, tolerance=SAME_SUM, data="drawn", source=source, known="run")
    assert (found.n, found.groups, found.unit, found.residual_df) == (125, 10, "points", 125 - 2 - len(covariates))


def test_teams_of_equal_size_are_compared_as_their_means(witness: Callable[..., None]) -> None:
    rows = scores().groupby("team").head(8)
    rows = rows.loc[rows["team"].between(0, 7)].assign(introduced=lambda frame: frame["team"].mod(2))
    means = rows.groupby(["introduced", "team"])["after"].mean()
    new, old = means[1], means[0]
    se = np.sqrt(new.var() / 4 + old.var() / 4)
    half = stats.t.ppf(0.975, 6) * se
    found = score_difference(rows, "after")
    assert isinstance(found, Estimate)
    value = new.mean() - old.mean()
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "t test on the means of teams of equal size", "known": "hand"}
    witness(METRIC, "difference of means of teams", found.value, value, **by_hand)
    witness(METRIC, "its standard error", found.se, se, **by_hand)
    witness(METRIC, "its upper bound", found.high, value + half, **by_hand)


def test_which_side_is_new_turns_the_sign() -> None:
    rows = scores()
    there = score_difference(rows, "after", ["before"])
    back = score_difference(rows.assign(introduced=1 - rows["introduced"]), "after", ["before"])
    assert (back.value, back.low) == pytest.approx((-there.value, -there.high), abs=EXACT)


def test_exposure_and_team_may_have_other_names_and_be_true_or_false() -> None:
    rows = scores()
    renamed = rows.rename(columns={"team": "group", "introduced": "new"}).assign(new=lambda frame: frame["new"].eq(1))
    found = score_difference(renamed, "after", exposed="new", team="group", unit="answers")
    assert found.value == pytest.approx(score_difference(rows, "after").value, abs=EXACT)
    assert found.unit == "answers"


@pytest.mark.parametrize(
    ("change", "what", "got", "needed"),
    [
        (lambda rows: rows.loc[rows["introduced"].eq(0)], "persons in each group", 0, 10),
        (lambda rows: rows.groupby("team").head(2), "persons in each group", 8, 10),
        (lambda rows: rows.loc[~rows["team"].isin([0])], "teams in each group", 3, 4),
        (lambda rows: rows.loc[rows["team"].isin([0, 3, 5, 9, 1, 2, 4])], "teams in each group", 3, 4),
        (lambda rows: rows.assign(after=50.0), "different outcomes", 1, 2),
    ],
)
def test_too_few_persons_teams_or_scores_give_no_number(
    change: Callable[[pd.DataFrame], pd.DataFrame], what: str, got: int, needed: int
) -> None:
    found = score_difference(change(scores()), "after")
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == (what, got, needed)


def test_four_teams_of_three_in_each_group_are_just_enough() -> None:
    rows = scores().groupby("team").head(3)
    assert isinstance(score_difference(rows.loc[rows["team"].isin([0, 3, 5, 9, 1, 2, 4, 6])], "after"), Estimate)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"after": "high"}, "column after must be numeric"),
        ({"before": float("nan")}, "column before must have no gaps"),
        ({"introduced": 2}, "column introduced must hold 0 and 1 only"),
        ({"team": None}, "column team must have no gaps"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(change: dict[str, object], match: str) -> None:
    with pytest.raises(MetricError, match=match):
        score_difference(scores().assign(**change), "after", ["before"])


def test_a_missing_column_is_named() -> None:
    with pytest.raises(MetricError, match="columns SEF_T0 are missing"):
        score_difference(scores(), "after", ["SEF_T0"])


SLOPE_IN_R = (
    "R: d <- do.call(rbind, lapply(0:11, function(t) data.frame(team = t, p = 0:(3 + t %% 4)))); d$own <- (5 * d$team) %% 13; "
    "d$before <- (3 * d$team + 5 * d$p + d$team * d$p) %% 23; d$use <- (7 * d$team + 3 * d$p + 2 * d$team * d$p) %% 19 + "
    'd$before / 2 + d$own; coef_test and conf_int(lm(use ~ own + before, d), vcov = "CR2", cluster = d$team) of clubSandwich'
)


def coaches() -> pd.DataFrame:
    """Give the table of `SLOPE_IN_R`: twelve teams of 4 to 7 coaches, whose supervisor's own account is `own`."""
    d = pd.DataFrame([(team, p) for team in range(12) for p in range(4 + team % 4)], columns=["team", "p"])
    before = (3 * d["team"] + 5 * d["p"] + d["team"] * d["p"]).mod(23)
    own = (5 * d["team"]).mod(13)
    use = (7 * d["team"] + 3 * d["p"] + 2 * d["team"] * d["p"]).mod(19) + before / 2 + own
    return d.assign(own=own.astype(float), before=before.astype(float), use=use)


@pytest.mark.parametrize("per", [1.0, 10.0])
def test_score_slope_is_that_of_clubsandwich(per: float, witness: Callable[..., None]) -> None:
    found = score_slope(coaches(), "use", "own", ["before"], per=per)
    assert isinstance(found, Estimate)
    expected = {"value": 1.094204367025, "se": 0.256305825583, "low": 0.477372410658, "high": 1.711036323391}
    for name, value in expected.items():
        told = {"tolerance": per * SAME_SUM, "data": "drawn", "source": SLOPE_IN_R, "known": "run"}
        witness("team_scores.score_slope", f"{name}, per {per:g}", getattr(found, name), per * value, **told)
    assert found.df == pytest.approx(6.443931842443, abs=SAME_SUM)
    assert (found.n, found.groups, found.unit) == (66, 12, "points")


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (coaches().head(29), "persons"),
        (coaches().loc[lambda frame: frame["team"] < 9], "teams"),
        (coaches().assign(use=3.0), "different outcomes"),
        (coaches().assign(own=3.0), "different scores between groups"),
    ],
)
def test_score_slope_says_what_is_short(rows: pd.DataFrame, what: str) -> None:
    short = score_slope(rows, "use", "own", ["before"])
    assert isinstance(short, NotEnoughData)
    assert short.what == what


def test_score_slope_at_its_floors_gives_a_number() -> None:
    ten = coaches().loc[lambda frame: frame["team"] < 10]
    assert isinstance(score_slope(ten, "use", "own"), Estimate)


def test_score_slope_refuses_gaps_and_unknown_columns() -> None:
    with pytest.raises(MetricError, match="column own must have no gaps"):
        score_slope(coaches().assign(own=lambda frame: frame["own"].where(frame["p"] > 0)), "use", "own")
    with pytest.raises(MetricError, match="columns steering are missing"):
        score_slope(coaches(), "use", "steering")


def three_scores(teams: int = 14) -> dict[str, pd.DataFrame]:
    """Give three scores of seven persons a team, the third without the last of them; in R:

    d <- expand.grid(p = 0:6, t = 0:13); d$new <- d$t %% 2
    long <- do.call(rbind, lapply(1:3, function(s) { e <- d; e$score <- s; e$before <- (3 * e$p + 5 * e$t + s) %% 11
      e$after <- e$before / 2 + (7 * e$t + 3 * e$p * s + e$t * e$p) %% 13 + s * e$new; e }))
    long <- long[!(long$score == 3 & long$p == 6), ]
    """
    d = pd.DataFrame([(t, p) for t in range(teams) for p in range(7)], columns=["team", "p"])
    d = d.assign(introduced=d["team"] % 2)
    scores = {}
    for s in (1, 2, 3):
        before = (3 * d["p"] + 5 * d["team"] + s) % 11
        after = before / 2 + (7 * d["team"] + 3 * d["p"] * s + d["team"] * d["p"]) % 13 + s * d["introduced"]
        scores[f"s{s}"] = d.assign(before=before * 1.0, after=after)
    return {**scores, "s3": scores["s3"].loc[lambda rows: rows["p"] < 6]}


def test_three_scores_at_once_equal_clubsandwich(witness: Callable[..., None]) -> None:
    # R 4.2, clubSandwich 0.5.8: f <- lm(after ~ 0 + factor(score) + factor(score):new + factor(score):before, long)
    #   Wald_test(f, constrain_zero(4:6), "CR2", cluster = long$t, test = "HTZ")
    found = joint_difference(three_scores())
    assert isinstance(found, JointTest)
    source = "clubSandwich: Wald_test(lm(after ~ score + score:new + score:before), constrain_zero(4:6), 'CR2', test = 'HTZ')"
    for what, got, expected in (
        ("F", found.f, 10.25367601589411),
        ("df", found.residual_df, 10.003245024457192),
        ("p", found.p, 0.00214333082977041),
    ):
        given = {"tolerance": 1e-8 * expected, "data": "drawn", "source": source, "known": "run"}
        witness("team_scores.joint_difference", f"three scores, {what}", got, expected, **given)
    assert (found.df, found.clusters) == (3, 14)


def test_the_usual_wald_test_of_three_scores_would_find_far_too_much() -> None:
    found = joint_difference(three_scores())
    usual = stats.chi2.sf(found.f * found.df * (found.residual_df + found.df - 1) / found.residual_df, found.df)
    assert usual < found.p / 100


def test_one_score_at_once_is_its_own_t_test() -> None:
    rows = three_scores()["s1"]
    alone = score_difference(rows, "after", ["before"])
    joint = joint_difference({"s1": rows})
    assert joint.p == pytest.approx(2 * stats.t.sf(abs(alone.value / alone.se), alone.df))


@pytest.mark.parametrize(("teams", "enough"), [(7, False), (8, True)])
def test_scores_at_once_need_four_teams_in_each_group(teams: int, enough: bool) -> None:
    found = joint_difference({name: three_scores(teams)[name] for name in ("s1", "s2")})
    assert isinstance(found, JointTest) is enough


def test_scores_at_once_must_be_there() -> None:
    with pytest.raises(MetricError, match="there must be a score"):
        joint_difference({})


def test_scores_at_once_may_be_named_by_their_score() -> None:
    scores = three_scores()
    renamed = {name: rows.rename(columns={"before": f"{name}_T0", "after": f"{name}_T12"}) for name, rows in scores.items()}
    assert joint_difference(renamed, outcome="{score}_T12", covariate="{score}_T0") == joint_difference(scores)
