"""Witnesses for staggered difference in differences and its event study."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.event_study import Aggregate, Pretrends, aggregate, pretrends
from gm_workbench.metrics.planning import two_groups_df
from gm_workbench.metrics.staggered import MIN_CLUSTERS, GroupTime, group_time
from gm_workbench.metrics.staggered_cells import MANY_ON_A_SIDE

RUN = 1e-12  # moderndid gives every figure
FOUR_DECIMALS = 5e-5  # as printed in the source
BOOTSTRAPPED = 5e-4  # published errors are bootstrapped: relative to .02 that is the noise of 1,000 draws
EXACT = 1e-12
MPDTA = "did::mpdta"
VIGNETTE = 'did, vignette "Getting Started": att_gt("lemp", "year", "countyreal", "first.treat", ~1, est_method = "reg")'
CALL = 'moderndid 0.2.0: att_gt(yname="lemp", tname="year", idname="countyreal", gname="first.treat", est_method="reg")'


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    wide = pd.read_csv(Path(__file__).with_name("mpdta.csv"))
    rows = wide.melt(["county", "first"], var_name="year", value_name="jobs")
    return rows.assign(year=rows["year"].astype(int), lemp=np.log(rows["jobs"]))


def fitted(counties: pd.DataFrame, **options: str) -> GroupTime:
    return group_time(counties, "lemp", person="county", time="year", **options)


@pytest.fixture(scope="module")
def never(counties) -> GroupTime:
    return fitted(counties)


@pytest.mark.parametrize(
    ("cell", "printed", "value", "se"),
    [
        ((2004, 2004), -0.0105, -0.010503246220961895, 0.023251036368166035),
        ((2004, 2006), -0.1373, -0.1372587388894027, 0.03643566428768616),
        ((2006, 2004), 0.0065, 0.006520112424232963, 0.02332680514180471),
        ((2007, 2006), -0.0311, -0.031087119389688705, 0.01787751131334352),
        ((2007, 2007), -0.0261, -0.026054410719196838, 0.01665543534925217),
    ],
)
def test_effects_by_group_and_moment_equal_did_on_teen_employment(never, cell, printed, value, se, witness):
    one, told = never.effects[cell], f"ATT{cell}"
    published = {"tolerance": FOUR_DECIMALS, "data": MPDTA, "source": VIGNETTE, "known": "memory"}
    witness("staggered.group_time", f"{told}, as published", one.value, printed, **published)
    given = {"tolerance": RUN, "data": MPDTA, "source": CALL, "known": "run"}
    witness("staggered.group_time", told, one.value, value, **given)
    witness("staggered.group_time", f"{told}, error", one.se, se, **given)
    assert (never.sizes, never.never, never.always) == ({2004: 20, 2006: 40, 2007: 131}, 309, 0)


@pytest.mark.parametrize(
    ("options", "told", "cell", "value", "se"),
    [
        ({"comparison": "not_yet"}, "not yet begun", (2004, 2005), -0.07831909906206022, 0.030390228543396913),
        ({"comparison": "not_yet"}, "not yet begun", (2006, 2006), 0.0046608763199762065, 0.016335584246823635),
        ({"base": "universal"}, "universal base", (2006, 2003), -0.003769293673714043, 0.03134202760181592),
        ({"base": "universal"}, "universal base", (2007, 2004), 0.033813012275804896, 0.02112917492431265),
    ],
)
def test_effects_with_other_comparisons_and_bases_equal_moderndid(counties, options, told, cell, value, se, witness):
    one = fitted(counties, **options).effects[cell]
    option = 'control_group="notyettreated"' if "comparison" in options else 'base_period="universal"'
    given = {"tolerance": RUN, "data": MPDTA, "source": f"{CALL[:-1]}, {option})", "known": "run"}
    witness("staggered.group_time", f"ATT{cell}, {told}", one.value, value, **given)
    witness("staggered.group_time", f"ATT{cell}, {told}, error", one.se, se, **given)


@pytest.mark.parametrize(
    ("kind", "printed", "printed_se", "value", "se"),
    [
        ("simple", -0.0400, None, -0.03995127515517626, 0.012034012770185351),
        ("dynamic", -0.0772, 0.0200, -0.07723982145731488, 0.01996498906184918),
        ("group", -0.0310, 0.0124, -0.031018282228748514, 0.01244605932099789),
        ("calendar", -0.0417, 0.0160, -0.04170043213128197, 0.015971851884559744),
    ],
)
def test_aggregates_equal_did_on_teen_employment(never, kind, printed, printed_se, value, se, witness):
    overall = aggregate(never, kind).overall
    published = {"data": MPDTA, "source": f'{VIGNETTE}, aggte(type = "{kind}")', "known": "memory"}
    told = "event_study.aggregate"
    witness(told, f"{kind}, as published", overall.value, printed, tolerance=FOUR_DECIMALS, **published)
    if printed_se is not None:
        witness(told, f"{kind}, error as published", overall.se, printed_se, tolerance=BOOTSTRAPPED, **published)
    given = {"tolerance": RUN, "data": MPDTA, "source": f'{CALL}, aggte(type="{kind}")', "known": "run"}
    witness(told, kind, overall.value, value, **given)
    witness(told, f"{kind}, error", overall.se, se, **given)
    assert overall.n == 500
    assert 20 < overall.df < 500  # twenty counties began in 2004 and tell most of the longest effects


@pytest.mark.parametrize(
    ("kind", "part", "value", "se"),
    [
        ("dynamic", -3, 0.030506655583292575, 0.015033560280130044),
        ("dynamic", 0, -0.019931816789259378, 0.011826364058058172),
        ("dynamic", 1, -0.05095736706519374, 0.01689347626867793),
        ("group", 2004, -0.07974912657472867, 0.026367799435026897),
        ("calendar", 2006, -0.04881598426504286, 0.020125861260500214),
    ],
)
def test_parts_of_aggregates_equal_moderndid(never, kind, part, value, se, witness):
    one = aggregate(never, kind).parts[part]
    given = {"tolerance": RUN, "data": MPDTA, "source": f'{CALL}, aggte(type="{kind}")', "known": "run"}
    witness("event_study.aggregate", f"{kind}, {part}", one.value, value, **given)
    witness("event_study.aggregate", f"{kind}, {part}, error", one.se, se, **given)


def test_pretrends_equal_did_on_teen_employment(never, witness):
    found = pretrends(never)
    given = {"data": MPDTA, "known": "run", "source": f"{CALL}: wald_stat, wald_pvalue"}
    witness("event_study.pretrends", "Wald", found.statistic * found.df, 7.791236627200228, tolerance=1e-10, **given)
    printed = {"tolerance": 5e-6, "data": MPDTA, "source": VIGNETTE, "known": "memory"}
    witness("event_study.pretrends", "p, as published", found.p, 0.16812, **printed)
    assert found.df == 5
    assert found.could_hide > abs(never.effects[2007, 2005].value)


def test_two_groups_and_two_moments_have_the_error_of_welch(witness):
    # R: began <- c(3.1, 4.4, 2.2, 5.0, 3.7, 4.1); others <- c(1.0, 2.5, 0.7, 1.9, 1.4, 2.2, 0.3, 1.8); t.test(began, others):
    # difference 2.275, $stderr 0.48710148546566
    began, others = [3.1, 4.4, 2.2, 5.0, 3.7, 4.1], [1.0, 2.5, 0.7, 1.9, 1.4, 2.2, 0.3, 1.8]
    changes = [*began, *others]
    rows = [(p, t, change * t, 1 if p < 6 else 0) for p, change in enumerate(changes) for t in (0, 1)]
    one = group_time(pd.DataFrame(rows, columns=["person", "time", "score", "first"]), "score").effects[1, 1]
    given = {"data": "drawn", "source": "R: t.test(began, others), difference and $stderr", "known": "run"}
    witness("staggered.group_time", "two groups, two moments", one.value, 2.275, tolerance=1e-9, **given)
    witness("staggered.group_time", "two groups, two moments, error", one.se, 0.48710148546566, tolerance=1e-9, **given)
    # clubSandwich::coef_test(lm(y ~ b), vcov = "CR2", cluster = seq_along(y), test = "Satterthwaite"), of c(began, others)
    club = {"tolerance": 1e-9, "data": "drawn", "source": "R: clubSandwich::coef_test, everybody by herself", "known": "run"}
    witness("staggered.group_time", "two groups, two moments, df", one.df, 10.923566878981, **club)


def test_five_coaches_who_began_and_twelve_have_the_error_and_degrees_of_clubsandwich(witness):
    # R: i <- 0:119; g <- ifelse(i %% 3 == 0, i %% 17, (i*i) %% 17); new <- as.numeric(g < 5); d <- (i*7) %% 13 + g/3;
    # clubSandwich::coef_test(lm(d ~ new), vcov = "CR2", cluster = g, test = "Satterthwaite"): beta, SE, df_Satt; CI_L
    i = np.arange(120)
    coach = np.where(i % 3 == 0, i % 17, i * i % 17)
    change = i * 7 % 13 + coach / 3
    rows = [(p, t, change[p] * t, coach[p], 1 if coach[p] < 5 else 0) for p in range(120) for t in (0, 1)]
    frame = pd.DataFrame(rows, columns=["person", "time", "score", "coach", "first"])
    result = group_time(frame, "score", cluster="coach")
    source = 'R: clubSandwich::coef_test(lm(d ~ new), vcov = "CR2", cluster = g, test = "Satterthwaite")'
    given = {"tolerance": 1e-9, "data": "drawn", "source": source, "known": "run"}
    for told, metric, one in (
        ("one effect", "staggered.group_time", result.effects[1, 1]),
        ("added up", "event_study.aggregate", aggregate(result, "simple").overall),
    ):
        for name, got, expected in (
            ("", one.value, -3.17777777777778),
            (", error", one.se, 0.57320743474560),
            (", degrees of freedom", one.df, 7.38944751941167),
            (", low", one.low, -4.5188503809458),
        ):
            witness(metric, f"five coaches and twelve, {told}{name}", got, expected, **given)


def test_degrees_of_a_sum_are_those_of_welch_and_satterthwaite_over_its_groups():
    # persons by themselves, at three moments: five begin at 2, six at 3, ten never. The mean of (2, 2) and (3, 3) by size, a
    # and b, weighs moments 1 and 2 of the first group by −a and a, 2 and 3 of the second by −b and b, and of the others by a,
    # b − a and −b; squares of these over persons are the parts of the variance, on 4, 5 and 9 degrees of freedom
    first = np.array([2] * 5 + [3] * 6 + [0] * 10)
    score = np.random.default_rng(1).normal(size=(21, 3))
    rows = [(p, t, first[p], score[p, t - 1]) for p in range(21) for t in (1, 2, 3)]
    result = group_time(pd.DataFrame(rows, columns=["person", "time", "first", "score"]), "score", base="universal")
    one = aggregate(result, "dynamic").parts[0]
    a, b = 5 / 11, 6 / 11
    parts = np.array([a**2 * 2 / 5, b**2 * 2 / 6, (a**2 + (b - a) ** 2 + b**2) / 10])
    assert one.df == pytest.approx(parts.sum() ** 2 / (parts**2 / [4, 5, 9]).sum(), rel=1e-9)


def test_a_coach_with_nearly_all_persons_who_began_is_not_enough_data():
    coach = np.array([0] * 60 + [1, 2, 3, 4] + list(range(5, 45)))
    rows = [(p, t, one, 2 if one < 5 else 0, (p * p * t) % 11) for p, one in enumerate(coach) for t in (1, 2)]
    result = group_time(pd.DataFrame(rows, columns=["person", "time", "coach", "first", "score"]), "score", cluster="coach")
    assert (result.what, result.got, result.needed) == ("degrees of freedom over clusters", 1, 2)


def test_bands_of_few_coaches_have_the_quantile_of_few():
    frame = grown(0.3, with_never=True).query("first != 5 and (first == 0 or person < 15)")
    found = aggregate(group_time(frame, "score", base="universal"))
    one, band = found.parts[3], found.bands[3]
    assert one.df < 7
    # no normal band of eight moments is wider than Bonferroni's, 2.73 errors
    assert (band.high - band.value) / one.se > stats.norm.isf(0.025 / 8)


def of_coaches() -> pd.DataFrame:
    """Give 46 persons of 15 coaches of unequal size, five of whom began at moment 1."""
    coach = np.repeat(np.arange(15), [2, 3, 4, 5, 6, 2, 3, 2, 3, 2, 3, 2, 3, 2, 4])
    rows = pd.DataFrame({"person": np.arange(46), "coach": coach, "first": np.where(coach < 5, 1, 0)})
    change = rows["person"] * 7 % 11 - rows["coach"] % 4
    return pd.concat([rows.assign(time=time, score=change * time) for time in (0, 1)])


def test_five_coaches_who_began_have_the_error_and_degrees_of_freedom_of_clubsandwich(witness):
    # R: coach <- rep(0:14, c(2, 3, 4, 5, 6, 2, 3, 2, 3, 2, 3, 2, 3, 2, 4)); p <- seq_along(coach) - 1; b <- coach < 5
    # y <- (p * 7) %% 11 - coach %% 4; clubSandwich::coef_test(lm(y ~ b), vcov = "CR2", cluster = coach, test = "Satterthwaite")
    found = group_time(of_coaches(), "score", cluster="coach")
    one, overall = found.effects[1, 1], aggregate(found, "simple").overall
    given = {"tolerance": 1e-9, "data": "drawn", "source": "R: clubSandwich::coef_test, CR2 by coach", "known": "run"}
    witness("staggered.group_time", "five coaches of fifteen", one.value, 0.1, **given)
    witness("staggered.group_time", "five coaches of fifteen, error", one.se, 1.15746279691550, **given)
    witness("staggered.group_time", "five coaches of fifteen, df", one.df, 8.7350259189172, **given)
    witness("event_study.aggregate", "five coaches of fifteen, error", overall.se, 1.15746279691550, **given)
    witness("event_study.aggregate", "five coaches of fifteen, df", overall.df, 8.7350259189172, **given)


def test_sum_over_many_coaches_that_began_is_as_sure_as_those_who_did_not():
    rows = grown(0.5, with_never=True).assign(coach=lambda f: f["person"])
    few = rows.loc[rows["first"].ne(0) | rows["person"].lt(15)]
    wide, narrow = (aggregate(group_time(one, "score", cluster="coach"), "simple").overall.df for one in (few, rows))
    assert wide < 7 < 30 < narrow


def grown(noise: float = 0.0, *, with_never: bool = False) -> pd.DataFrame:
    """Draw teams that begin at 2, at 5 or not in time; the effect is 1 for each moment since, and moments go up alike."""
    random, rows = np.random.default_rng(3), []
    for person in range(60):
        first = (2, 5, 0 if with_never else 9)[person % 3]
        for time in range(9):
            gained = time - first + 1 if first and time >= first else 0
            rows.append((person, time, first, person % 7 + 0.5 * time + gained + noise * random.normal()))
    return pd.DataFrame(rows, columns=["person", "time", "first", "score"])


def test_growing_effects_are_found_where_two_way_fixed_effects_are_far_off(witness):
    frame = grown(0.01)
    by_time = aggregate(group_time(frame, "score", comparison="not_yet"), "dynamic")
    by_hand = {"tolerance": 0.02, "data": "drawn", "source": "one more for each moment since the beginning", "known": "hand"}
    for since in (0, 2, 6):
        witness("event_study.aggregate", f"effect after {since}", by_time.parts[since].value, since + 1.0, **by_hand)
    truth = np.mean([time - first + 1 for first in (2, 5) for time in range(first, 9)])
    simple = aggregate(group_time(frame, "score", comparison="not_yet"), "simple").overall
    witness("event_study.aggregate", "mean effect", simple.value, truth, **by_hand)
    # with early and late groups alone it finds next to nothing, where the mean is above three
    assert abs(two_way(frame[frame["first"] != 9])) < 0.1 < 3 < simple.value
    assert abs(two_way(frame) - truth) > 0.4


def two_way(frame: pd.DataFrame) -> float:
    """Fit dummies for persons and moments and one for having begun: the number that must not be ours."""
    begun = ((frame["first"] > 0) & (frame["time"] >= frame["first"])).astype(float)
    dummies = pd.get_dummies(frame[["person", "time"]].astype(str), drop_first=True, dtype=float)
    return float(OLS(frame["score"], dummies.assign(begun=begun, const=1.0)).fit().params["begun"])


def test_nobody_who_has_begun_is_compared_with():
    # those who begun at 2 jump to a thousand at 5: whoever began at 5 must not notice
    frame = grown(0.01, with_never=True)
    jumped = frame.assign(score=frame["score"] + 1000.0 * ((frame["first"] == 2) & (frame["time"] >= 5)))
    for comparison in ("never", "not_yet"):
        plain, other = (group_time(rows, "score", comparison=comparison) for rows in (frame, jumped))
        assert plain.effects[5, 6].value == pytest.approx(other.effects[5, 6].value, abs=1e-9)


def test_a_straight_trend_before_shows_with_a_universal_base_and_is_contradicted():
    frame = grown(0.3, with_never=True)
    drifting = frame.assign(score=frame["score"] + 0.4 * frame["time"] * (frame["first"] == 5))
    before = group_time(drifting, "score", base="universal")
    assert before.effects[5, 0].value == pytest.approx(-1.6, abs=0.4)
    assert pretrends(before).p < 0.001
    assert pretrends(group_time(frame, "score", base="universal")).p > 0.01


def test_could_hide_grows_when_there_are_fewer_teams():
    many, few = grown(0.3, with_never=True), grown(0.3, with_never=True).query("person < 18")
    wide, narrow = (pretrends(group_time(rows, "score", base="universal"), "dynamic") for rows in (few, many))
    assert wide.could_hide > 1.3 * narrow.could_hide


def test_bands_are_wider_than_intervals_and_hold_the_same_values(never):
    found = aggregate(never, "dynamic")
    for since, one in found.parts.items():
        band = found.bands[since]
        assert band.value == one.value
        assert band.high - band.low > 1.15 * (one.high - one.low)
        assert band.high - band.low < 1.6 * (one.high - one.low)


def test_bands_of_five_coaches_reach_farther_than_their_signs_can():
    # five signs have 32 sums: the largest is drawn in more than one of twenty, so that no band would be wider than its interval
    random = np.random.default_rng(2)
    rows = pd.concat([of_coaches().query("time == 0").assign(time=time) for time in range(6)])
    rows = rows.assign(first=rows["first"] * 3, score=np.where(rows["first"] > 0, random.normal(size=len(rows)), 0.0))
    found = aggregate(group_time(rows, "score", cluster="coach"))
    widths = [(band.high - band.low) / (found.parts[at].high - found.parts[at].low) for at, band in found.bands.items()]
    assert min(widths) > 1.2


@pytest.mark.proof
def test_bands_cover_all_parts_together_in_nineteen_of_twenty():
    # no effect at all: how often does any of seven bands miss zero? 200 draws, 5 % has an error of 1.5 points
    random = np.random.default_rng(11)
    frame = pd.DataFrame([(p, t, 4 * (p < 60)) for p in range(120) for t in range(8)], columns=["person", "time", "first"])
    missed = 0
    for _ in range(200):
        found = aggregate(group_time(frame.assign(score=random.normal(size=len(frame))), "score", base="universal"), draws=199)
        missed += any(band.excludes_zero for band in found.bands.values())
    assert missed <= 200 * 0.05 + 3 * 3.1


def test_errors_by_team_are_wider_when_persons_of_a_team_go_alike():
    frame = grown(0.1, with_never=True).assign(team=lambda f: f["person"] // 3 // 2 * 3 + f["person"] % 3)
    shocks = np.random.default_rng(8).normal(size=(40, 9))
    alike = frame.assign(score=frame["score"] + shocks[frame["team"], frame["time"]])
    alone, together = (group_time(alike, "score", cluster=name) for name in (None, "team"))
    assert together.effects[2, 4].se > 1.2 * alone.effects[2, 4].se
    assert (together.clusters, together.effects[2, 4].groups, alone.effects[2, 4].groups) == (30, 30, None)


def test_persons_of_groups_that_began_before_the_first_moment_are_left_out_and_counted():
    frame = grown(0.1, with_never=True)
    early = frame.assign(person=frame["person"] + 100, first=-1, score=0.0)
    with_early, without = group_time(pd.concat([frame, early]), "score"), group_time(frame, "score")
    assert (with_early.always, with_early.effects) == (60, without.effects)


def test_a_beginning_after_the_last_moment_is_none_in_the_time_watched():
    late = grown(0.1).assign(first=lambda f: f["first"].replace(9, 50))
    assert group_time(late, "score").never == 20
    missing = late.assign(first=late["first"].astype(float).replace(50, np.nan))
    assert group_time(missing, "score").effects == group_time(late, "score").effects


def cohort_of(teams: int) -> pd.DataFrame:
    return grown(0.1, with_never=True).query("first != 5 and (first == 0 or person < 3 * @teams)")


@pytest.mark.parametrize(("teams", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True), (MIN_CLUSTERS + 1, True)])
def test_effects_need_teams_that_began(teams, enough):
    result = group_time(cohort_of(teams), "score")
    assert isinstance(result, GroupTime) is enough
    if not enough:
        assert (result.what, result.got, result.needed) == ("clusters that began later", teams, MIN_CLUSTERS)


@pytest.mark.parametrize(("teams", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True), (MIN_CLUSTERS + 1, True)])
def test_effects_need_teams_to_compare_with(teams, enough):
    frame = grown(0.1, with_never=True).query("first == 2 or (first == 0 and person < 3 * @teams)")
    result = group_time(frame, "score")
    assert isinstance(result, GroupTime) is enough
    if not enough:
        assert (result.what, result.got) == ("clusters to compare with", teams)


def test_effects_of_teams_that_all_began_at_the_first_moment_are_not_enough_data():
    result = group_time(grown(0.1).assign(first=-3), "score")
    assert isinstance(result, NotEnoughData)
    assert result.what == "clusters that began later"


@pytest.mark.parametrize(
    ("began", "others", "few"),
    [
        (MANY_ON_A_SIDE - 1, 300, True),
        (MANY_ON_A_SIDE, 300, False),
        (300, MANY_ON_A_SIDE - 1, True),
        (300, MANY_ON_A_SIDE, False),
    ],
)
def test_errors_are_those_of_few_where_either_side_has_few(began, others, few):
    change = np.array([p * p % 11 for p in range(began + others)], dtype=float)
    rows = [(p, t, 2 * (p < began), one * t) for p, one in enumerate(change) for t in (1, 2)]
    one = group_time(pd.DataFrame(rows, columns=["person", "time", "first", "score"]), "score").effects[2, 2]
    welch, paper = (sum(side.var(ddof=d) / len(side) for side in (change[:began], change[began:])) ** 0.5 for d in (1, 0))
    assert one.se == pytest.approx(welch if few else paper, abs=EXACT)
    # either way on the degrees of freedom of two groups, which are near those of the smaller
    assert one.df == pytest.approx(two_groups_df((began, others)), rel=1e-9)
    assert one.df < 25


def test_pretrends_need_a_moment_before_and_more_teams_than_moments():
    rows = grown(0.1, with_never=True).query("first != 5")
    assert pretrends(group_time(rows.query("time > 0"), "score")).what == "moments before the beginning"
    few = rows.query("person < 17").assign(first=lambda f: f["first"].replace(2, 8))
    # 12 teams and two groups leave room for 9; there are seven moments before
    assert isinstance(pretrends(group_time(few, "score")), Pretrends)
    fewer = few.assign(time=few["time"] + 4, first=few["first"].replace(8, 12))
    longer = pd.concat([fewer, *[few.query("time < 4").assign(first=few["first"].replace(8, 12))]])
    assert pretrends(group_time(longer, "score")).what == "clusters more than moments before"


def test_aggregate_gives_parts_and_no_parts_for_simple(never):
    assert aggregate(never, "simple").parts == {}
    assert isinstance(aggregate(never), Aggregate)
    assert list(aggregate(never).parts) == [-3, -2, -1, 0, 1, 2, 3]


def test_staggered_refuses_what_makes_no_sense(never):
    frame = grown(0.1, with_never=True)
    with pytest.raises(MetricError, match="1 rows are missing and 0 are double"):
        group_time(frame.iloc[1:], "score")
    with pytest.raises(MetricError, match="0 rows are missing and 1 are double"):
        group_time(pd.concat([frame, frame.iloc[:1]]), "score")
    with pytest.raises(MetricError, match="column first must be the same in all rows of a person, but 1 persons differ"):
        group_time(frame.assign(first=frame["first"].where(frame.index != 4, 7)), "score")
    with pytest.raises(MetricError, match="must hold whole numbers"):
        group_time(frame.assign(time=frame["time"] + 0.5), "score")
    with pytest.raises(MetricError, match="comparison must be one of never, not_yet and base one of varying, universal"):
        group_time(frame, "score", comparison="later")
    with pytest.raises(MetricError, match="the kind must be one of simple, dynamic, group, calendar but got 'mean'"):
        aggregate(never, "mean")
    with pytest.raises(MetricError, match="over must be 'group_time' or 'dynamic' but got 'all'"):
        pretrends(never, "all")
