"""Witnesses for being on benefit again after an exit, by two definitions, and for a share with clusters."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.clustered_share import CLUSTERED, PLAIN, share
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.exit_months import after_exits
from gm_workbench.metrics.hazard_rows import MIN_CLUSTERS
from gm_workbench.metrics.recurrence import MIN_EXITS, Definition, Recurrence, States, cbs, difference, divosa

RUN = 1e-9  # R printed twelve figures
EXACT = 1e-12
WHOLE_PER_CENT = 5e-3  # as printed in the source


def course(persons: int, months: int, *, back: range | None = None, job: range | None = None, first: int = 0) -> pd.DataFrame:
    """Give persons on benefit in month 0, off it after that but for the months `back`, and with a job in the months `job`."""
    rows = [(first + p, m) for p in range(persons) for m in range(months + 1)]
    frame = pd.DataFrame(rows, columns=["person", "month"])
    on = frame["month"].eq(0) | (frame["month"].isin(back) if back is not None else False)
    return frame.assign(benefit=on, job=frame["month"].isin(job) if job is not None else False)


@pytest.fixture(scope="module")
def published_by_divosa() -> pd.DataFrame:
    """Give two hundred exits of which 30 are back within half a year, 44 within a year and 60 within two, as published."""
    parts = [(30, range(3, 25)), (14, range(9, 25)), (16, range(20, 25)), (140, None)]
    return after_exits(pd.concat([course(n, 24, back=back, first=1000 * i) for i, (n, back) in enumerate(parts)]))


@pytest.fixture(scope="module")
def published_by_cbs() -> pd.DataFrame:
    """Give CBS's exits to paid work of 2021, in hundreds: 250 without a break, 100 with one, 93 elsewhere, 44 on benefit."""
    always, broken, elsewhere, back = (
        course(250, 18, job=range(1, 19)),
        course(100, 18, back=range(8, 10), job=[*range(1, 8), *range(12, 19)], first=1000),
        course(93, 18, job=range(1, 7), first=2000),
        course(44, 18, job=range(1, 7), back=range(10, 19), first=3000),
    )
    other_exits = course(60, 18, first=4000)  # no job in the first month: not in the population of CBS
    return after_exits(pd.concat([always, broken, elsewhere, back, other_exits]))


@pytest.mark.parametrize(
    ("months", "published", "low", "high"),
    [(6, 0.15, 0.1071359356224, 0.2060557928417), (12, 0.22, 0.1681653835883, 0.2823879991829), (24, 0.30, None, None)],
)
def test_divosa_finds_the_shares_that_the_table_was_drawn_from(published_by_divosa, months, published, low, high, witness):
    found = divosa(published_by_divosa, months)
    source = "Divosa-monitor factsheet in- en uitstroom 2014, of which the table was drawn"
    printed = {"tolerance": WHOLE_PER_CENT, "data": "drawn", "source": source, "known": "read"}
    witness("recurrence.divosa", f"back within {months} months", found.back.value, published, **printed)
    assert (found.definition, found.months, found.exits, found.left_out) == (Definition.DIVOSA, months, 200, 0)
    if low is not None:
        run = {"tolerance": RUN, "data": "drawn", "known": "run"}
        call = f"R: prop.test({round(200 * published)}, 200, correct = FALSE)$conf.int"
        witness("recurrence.divosa", f"back within {months} months, low", found.back.low, low, source=call, **run)
        witness("recurrence.divosa", f"back within {months} months, high", found.back.high, high, source=call, **run)


def test_cbs_finds_the_states_that_the_table_was_drawn_from(published_by_cbs, witness):
    # 35 thousand of 49 work 18 months on, 25 of them without a break; 9.3 are off benefit otherwise, and 4.4 on it
    found = cbs(published_by_cbs, 18)
    given = {
        "tolerance": WHOLE_PER_CENT,
        "data": "drawn",
        "source": "CBS (2024), of which the table was drawn",
        "known": "read",
    }
    states = {"working": 0.72, "back": 0.09, "elsewhere": 0.19, "uninterrupted": 25 / 49}
    for name, expected in states.items():
        witness("recurrence.cbs", f"18 months, {name}", getattr(found, name).value, expected, **given)
    assert found.working.value + found.back.value + found.elsewhere.value == pytest.approx(1, abs=EXACT)
    assert (found.exits, found.working.n) == (487, 487)


def test_the_two_definitions_give_different_shares_of_the_same_table(published_by_cbs):
    # Divosa's: 100 with a break and 44 on benefit, of all 547; that of CBS: 44 of the 487 who had a job
    assert divosa(published_by_cbs, 18).back.value == pytest.approx(144 / 547, abs=EXACT)
    assert cbs(published_by_cbs, 18).back.value == pytest.approx(44 / 487, abs=EXACT)


def test_difference_refuses_two_definitions_and_two_horizons(published_by_cbs):
    with pytest.raises(MetricError, match="these are DIVOSA at 18 and CBS at 18 months"):
        difference(divosa(published_by_cbs, 18), cbs(published_by_cbs, 18).recurrence)
    with pytest.raises(MetricError, match="these are CBS at 12 and CBS at 18 months"):
        difference(cbs(published_by_cbs, 12).recurrence, cbs(published_by_cbs, 18).recurrence)


def test_difference_has_the_interval_of_newcombe(witness):
    # Newcombe (1998), Stat Med 17:873-890, example a: 56/70 less 48/80, method 10: .0524 to .3339
    first, second = (
        Recurrence(Definition.CBS, 12, share(pd.Series([1] * k + [0] * (n - k)), pd.Series(range(n))), n, 0)
        for k, n in ((56, 70), (48, 80))
    )
    found = difference(first, second)
    given = {"tolerance": 5e-5, "data": "56/70 and 48/80", "source": "Newcombe (1998), example a", "known": "memory"}
    witness("recurrence.difference", "difference", found.value, 0.2, **given)
    witness("recurrence.difference", "low", found.low, 0.0524, **given)
    witness("recurrence.difference", "high", found.high, 0.3339, **given)


def test_difference_changes_sign_with_the_groups(published_by_divosa):
    one = divosa(published_by_divosa, 12)
    other = replace(one, back=divosa(published_by_divosa, 24).back)
    there, back = difference(one, other), difference(other, one)
    assert (there.value, there.low) == pytest.approx((-back.value, -back.high), abs=EXACT)


def test_exits_that_were_not_followed_so_long_are_left_out_also_when_they_came_back():
    # forty are followed for a year, ten of whom come back in month 3; twenty more for half a year, all back in month 3
    followed, not_followed = course(40, 12, first=0), course(20, 6, back=range(3, 7), first=100)
    followed.loc[followed["person"].lt(10) & followed["month"].ge(3), "benefit"] = True
    after = after_exits(pd.concat([followed, not_followed]))
    found = divosa(after, 12)
    assert (found.back.value, found.exits, found.left_out) == (0.25, 40, 20)
    assert divosa(after, 6).back.value == 0.5


@pytest.mark.parametrize(("months", "back"), [(5, 0.0), (6, 1.0), (7, 1.0)])
def test_divosa_counts_the_month_of_the_horizon(months, back):
    assert divosa(after_exits(course(20, 8, back=range(6, 7))), months).back.value == back


@pytest.mark.parametrize(("months", "back"), [(5, 0.0), (6, 1.0), (7, 0.0)])
def test_cbs_counts_no_other_month_than_the_horizon(months, back):
    assert cbs(after_exits(course(20, 8, back=range(6, 7), job=range(1, 3))), months).back.value == back


@pytest.mark.parametrize("definition", [divosa, cbs])
@pytest.mark.parametrize(("exits", "enough"), [(MIN_EXITS - 1, False), (MIN_EXITS, True), (MIN_EXITS + 1, True)])
def test_recurrence_needs_enough_exits(definition, exits, enough):
    result = definition(after_exits(course(exits, 8, job=range(1, 9))), 6)
    assert isinstance(result, (Recurrence, States)) is enough
    if not enough:
        assert (result.what, result.got, result.needed) == ("exits that were followed", exits, MIN_EXITS)


@pytest.mark.parametrize("definition", [divosa, cbs])
@pytest.mark.parametrize(("coaches", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True)])
def test_recurrence_needs_enough_clusters(definition, coaches, enough):
    frame = course(40, 8, job=range(1, 9)).assign(coach=lambda f: f["person"] % coaches)
    result = definition(after_exits(frame), 6, cluster="coach")
    assert isinstance(result, (Recurrence, States)) is enough
    if enough:
        assert result.back.groups == coaches


def test_recurrence_of_nobody_who_worked_is_not_enough_data():
    assert isinstance(cbs(after_exits(course(20, 8)), 6), NotEnoughData)


def test_two_exits_of_one_person_may_be_alike():
    twice = pd.concat([course(20, 8, back=range(3, 4)), course(20, 8, first=100)])
    result = divosa(after_exits(twice), 5)
    found = result.back
    # of those who come back in month 3 the second exit, after that month, is followed for five months and not back
    assert (result.exits, found.n, found.value, found.groups) == (60, 40, 20 / 60, None)
    assert found.method == CLUSTERED


@pytest.mark.parametrize(("apart", "exits"), [(1, 3), (2, 2), (3, 1)])
def test_months_apart_make_an_exit(apart, exits):
    # on benefit: yes, no, yes, no, no, yes, no, no, no
    panel = pd.DataFrame({"person": "a", "month": range(9), "benefit": [1, 0, 1, 0, 0, 1, 0, 0, 0]})
    assert after_exits(panel, apart=apart)["exit"].nunique() == exits


def test_months_after_exits_are_numbered_from_the_month_after_the_last_on_benefit(witness):
    panel = pd.DataFrame({"person": "a", "month": [7, 8, 9, 10], "benefit": [True, False, True, False], "coach": "c"})
    after = after_exits(panel)
    assert after[["exit", "after", "month", "coach"]].values.tolist() == [
        [0, 1, 8, "c"],
        [0, 2, 9, "c"],
        [0, 3, 10, "c"],
        [1, 1, 10, "c"],
    ]
    given = {"tolerance": 0.0, "data": "drawn", "source": "counted by hand", "known": "hand"}
    witness("exit_months.after_exits", "months after two exits", len(after), 4, **given)


@pytest.mark.parametrize("after", [[2], [], [2, 3]])
def test_an_end_of_benefit_after_which_nobody_watched_is_no_exit(after):
    panel = pd.DataFrame({"person": "a", "month": [0, *after], "benefit": [True, *[False] * len(after)]})
    assert after_exits(panel).empty


def test_months_after_exits_leave_the_panel_as_it_was():
    panel = course(3, 4)
    before = panel.copy()
    after_exits(panel.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(panel, before)


@pytest.mark.parametrize(
    ("change", "apart", "message"),
    [
        ({"benefit": 2}, 1, "benefit must hold 0 and 1 only"),
        ({"benefit": np.nan}, 1, "benefit must have no gaps"),
        ({"month": 1}, 1, "a person must have each month once"),
        ({"person": None}, 1, "person must have no gaps"),
        ({}, 0, "apart must be a whole number of 1 or more"),
    ],
)
def test_panels_that_cannot_be_are_refused(change, apart, message):
    with pytest.raises(MetricError, match=message):
        after_exits(course(3, 4).assign(**change), apart=apart)


@pytest.mark.parametrize("definition", [divosa, cbs])
@pytest.mark.parametrize(
    ("change", "months", "message"),
    [
        ({}, 0, "the horizon must be 1 month or more"),
        ({"after": 1}, 6, "each exit have a month once"),
        ({"person": None}, 6, "person must have no gaps"),
    ],
)
def test_months_after_exits_that_cannot_be_are_refused(definition, change, months, message):
    with pytest.raises(MetricError, match=message):
        definition(after_exits(course(20, 8, job=range(1, 9))).assign(**change), months)


def test_an_exit_that_begins_on_benefit_is_refused_by_divosa_and_none_to_cbs():
    after = after_exits(course(20, 8, job=range(1, 9))).assign(benefit=True)
    with pytest.raises(MetricError, match="its first month be without benefit"):
        divosa(after, 6)
    assert isinstance(cbs(after, 6), NotEnoughData)


def test_share_by_cluster_equals_sandwich(witness):
    # R: i <- 0:119; y <- as.numeric((i %/% 4 * 5 + i) %% 11 < 3); g <- i %/% 6
    # sqrt(vcovCL(lm(y ~ 1), g, type = "HC1")); Wilson with n = p(1-p)/se^2 = 95 and z = qt(.975, 19)
    i = np.arange(120)
    found = share(pd.Series((i // 4 * 5 + i) % 11 < 3), pd.Series(i // 6))
    given = {"tolerance": RUN, "data": "drawn", "known": "run"}
    source = 'R: sandwich::vcovCL(lm(y ~ 1), g, type = "HC1")'
    witness("clustered_share.share", "error by cluster", found.se, 0.04663376032811, source=source, **given)
    source = "R: Wilson at n = p(1 - p)/se^2 = 95, z = qt(.975, 19)"
    witness("clustered_share.share", "low", found.low, 0.2049791572128, source=source, **given)
    witness("clustered_share.share", "high", found.high, 0.3967210366791, source=source, **given)
    assert (found.groups, found.df, found.method) == (20, 19, CLUSTERED)


def test_share_of_which_one_cluster_has_half_equals_clubsandwich(witness):
    # R: y as above; g <- ifelse(i < 60, 0, i %% 11 + 1); clubSandwich::coef_test(lm(y ~ 1), vcov = "CR2", cluster = g, test =
    # "Satterthwaite"): SE, df_Satt; Wilson with n = 120, as p(1-p)/SE^2 is more, and z = qt(.975, df_Satt)
    i = np.arange(120)
    found = share(pd.Series((i // 4 * 5 + i) % 11 < 3), pd.Series(np.where(i < 60, 0, i % 11 + 1)))
    source = 'R: clubSandwich::coef_test(lm(y ~ 1), vcov = "CR2", cluster = g, test = "Satterthwaite"), and Wilson by hand'
    given = {"tolerance": RUN, "data": "drawn", "known": "run", "source": source}
    for name, got, expected in (
        ("error", found.se, 0.02807777237968),
        ("degrees of freedom", found.df, 3.361715985706),
        ("low", found.low, 0.1853479754143),
        ("high", found.high, 0.4270052274911),
    ):
        witness("clustered_share.share", f"one cluster with half of the rows, {name}", got, expected, **given)


def test_share_with_a_row_in_each_cluster_is_plain_wilson(witness):
    found = share(pd.Series([1] * 81 + [0] * 182), pd.Series(range(263)))
    given = {"tolerance": 5e-5, "data": "81 of 263", "source": "Newcombe (1998), table I, Wilson", "known": "memory"}
    witness("clustered_share.share", "81 of 263, low", found.low, 0.2553, **given)
    witness("clustered_share.share", "81 of 263, high", found.high, 0.3662, **given)
    assert (found.method, found.df) == (PLAIN, np.inf)


def test_share_does_not_count_more_rows_than_there_are():
    # one of two in every cluster: as if nothing were left to chance
    paired = share(pd.Series([0, 1] * 20), pd.Series(np.arange(40) // 2))
    alone = share(pd.Series([0, 1] * 20), pd.Series(range(40)))
    assert paired.se < 1e-9
    assert paired.low < alone.low < alone.high < paired.high


@pytest.mark.parametrize("happened", [0, 1])
def test_share_of_all_or_none_counts_a_cluster_for_one(happened):
    many = share(pd.Series([happened] * 120), pd.Series(np.arange(120) // 6))
    few = share(pd.Series([happened] * 20), pd.Series(range(20)))
    assert many.value == happened
    assert many.low <= few.low
    assert many.high >= few.high
    assert (many.low, many.high) != (happened, happened)


@pytest.mark.parametrize(
    ("happened", "cluster", "message"),
    [
        ([1, 0], ["a", "a"], "two clusters or more but got 1"),
        ([1, 0], ["a"], "equally long and without gaps"),
        ([1, None], ["a", "b"], "equally long and without gaps"),
        ([], [], "two clusters or more but got 0"),
    ],
)
def test_share_refuses_what_is_none(happened, cluster, message):
    with pytest.raises(MetricError, match=message):
        share(pd.Series(happened, dtype=object), pd.Series(cluster, dtype=object))
