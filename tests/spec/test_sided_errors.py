"""Errors of a difference between two groups of coaches: CR2 from what each person adds, and from the smaller side."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gm_workbench.metrics.attrition import who_is_lost
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.exit_contrast import incidence_difference
from gm_workbench.metrics.mediation import mediation
from gm_workbench.metrics.planning import two_groups_df
from gm_workbench.metrics.score_errors import score_errors
from gm_workbench.metrics.sided_errors import Side, between_sides, degrees, fewest_clusters
from gm_workbench.metrics.small_sample import CR2, cr2
from gm_workbench.metrics.stepwise_errors import Clusters, from_influence

EXACT = 1e-12


def drawn(crossing: bool) -> pd.DataFrame:
    """Give 120 persons of 14 coaches of unequal size, five of whom are new; or persons of every coach in both groups."""
    rng = np.random.default_rng(1)
    coach = np.concatenate([np.arange(14), rng.integers(0, 14, 106) // rng.integers(1, 3, 106)])
    new = rng.random(120) < 0.3 if crossing else coach < 5
    return pd.DataFrame({"coach": coach, "new": new.astype(int), "y": rng.normal(size=120) + 0.3 * coach})


def influence_of_means(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first = rows["new"].eq(1).to_numpy()
    shares = np.where(first, 1 / first.sum(), 1 / (~first).sum())
    mean = rows.groupby("new")["y"].transform("mean")
    return np.where(first, 1, -1) * shares * (rows["y"] - mean).to_numpy(), shares, first


@pytest.mark.parametrize("crossing", [False, True])
def test_difference_in_means_has_the_error_of_cr2(crossing):
    rows = drawn(crossing)
    theirs = cr2(rows["y"], design(rows, ["new"]), rows["coach"]).combine({"new": 1.0}, "points", CR2)
    clusters = Clusters(rows["coach"].to_numpy(), 14, named=True)
    ours = between_sides(theirs.value, *influence_of_means(rows), clusters, unit="points", method=CR2, fitted=2)
    assert (ours.se, ours.df, ours.high) == pytest.approx((theirs.se, theirs.df, theirs.high), rel=EXACT)
    assert (ours.n, ours.groups, ours.residual_df) == (120, 14, 118)


def test_scores_of_a_regression_have_the_errors_of_cr2():
    rows = drawn(crossing=True).assign(x=np.random.default_rng(2).normal(size=120))
    x = np.column_stack(list(design(rows, ["new", "x"]).values()))
    left = rows["y"].to_numpy() - x @ np.linalg.lstsq(x, rows["y"].to_numpy(), rcond=None)[0]
    ours = score_errors(x * left[:, None], x, np.ones(120), x.T @ x, rows["coach"].to_numpy())
    fit = cr2(rows["y"], design(rows, ["new", "x"]), rows["coach"])
    for place, name in enumerate(("const", "new", "x")):
        theirs = fit.combine({name: 1.0}, "points", CR2)
        assert (ours.errors[place], ours.df[place]) == pytest.approx((theirs.se, theirs.df), rel=1e-9)


def test_persons_by_themselves_keep_the_error_of_their_method():
    rows = drawn(crossing=False)
    influence, shares, first = influence_of_means(rows)
    told = {"unit": "points", "method": "means", "fitted": 2}
    alone = Clusters(np.arange(120), 120, named=False)
    assert between_sides(0.0, influence, shares, first, alone, **told) == from_influence(0.0, influence, alone, **told)


@pytest.mark.parametrize("arms", [(2, 2), (3, 5), (5, 40)])
def test_degrees_of_freedom_of_equal_coaches_are_those_of_two_groups(arms):
    codes = np.arange(sum(arms))
    masks = codes < arms[0], codes >= arms[0]
    one, two = (Side.of(mask / mask.sum(), codes, sum(arms)) for mask in masks)
    assert degrees((one, two)) == pytest.approx(two_groups_df(arms), rel=EXACT)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([0, 0, 0, 1, 1, 1], None),
        ([0, 1, 0, 1, 0, 1], None),
        ([0, 0, 1, 1, 2, 2], None),
        ([5, 5, 5, 5, 9, 9], 1),
        ([1] * 6, None),
    ],
    ids=["cuts through a coach", "within coaches", "three values", "any two values", "one value"],
)
def test_smaller_side_is_counted_of_columns_that_tell_of_coaches(column, expected):
    assert fewest_clusters(np.array(column, dtype=float), np.repeat([0, 1, 2], 2)) == expected


def test_bootstrap_of_coaches_makes_up_for_what_the_mean_took():
    # of coaches of equal size with everybody watched: Welch's test on their shares, with the degrees of freedom of two groups
    rng = np.random.default_rng(3)
    left = [*rng.integers(0, 8, 5), *rng.integers(0, 8, 25)]
    rows = pd.DataFrame([(c, int(i < count)) for c, count in enumerate(left) for i in range(10)], columns=["coach", "event"])
    rows = rows.assign(time=3, arm=np.where(rows["coach"] < 5, "few", "many"))
    found = incidence_difference(rows, 3, by="arm", groups=("few", "many"), cluster="coach", draws=20_000)
    shares = pd.Series(left) / 10
    welch = np.sqrt(shares[:5].var() / 5 + shares[5:].var() / 25)
    assert found.value == pytest.approx(shares[:5].mean() - shares[5:].mean(), abs=EXACT)
    assert found.se == pytest.approx(welch, rel=0.02)
    assert found.df == pytest.approx(two_groups_df((5, 25)), rel=EXACT)


@pytest.mark.parametrize(("few", "enough"), [(4, False), (5, True), (6, True)])
def test_what_a_coach_does_needs_five_on_a_side(few, enough):
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"coach": np.repeat(np.arange(30), 8), "m": rng.normal(size=240), "y": rng.normal(size=240)})
    rows = rows.assign(new=(rows["coach"] < few).astype(int), there=rng.integers(0, 2, 240))
    for found in (mediation(rows, "new", "m", "y", cluster="coach"), who_is_lost(rows, "there", ["new"], cluster="coach")):
        assert isinstance(found, NotEnoughData) is not enough
        assert enough or (found.what, found.got, found.needed) == ("clusters in each group", 4, 5)
