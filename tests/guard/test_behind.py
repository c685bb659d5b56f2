"""Who is behind a statistic: what the metrics say of it is what the guard judges it by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gm_workbench.guard.cells import Reason, own_reason
from gm_workbench.metrics.agreement import shared_rating
from gm_workbench.metrics.attrition import who_is_lost
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.consensus import within_group_agreement
from gm_workbench.metrics.decomposition import spend_kitagawa
from gm_workbench.metrics.equity import spend_difference
from gm_workbench.metrics.estimate import Estimate, Sides
from gm_workbench.metrics.event_study import aggregate
from gm_workbench.metrics.fit_indices import Indices
from gm_workbench.metrics.hazards import cause_specific
from gm_workbench.metrics.mediation import mediation
from gm_workbench.metrics.monthly_hazards import monthly_hazards
from gm_workbench.metrics.multilevel import random_intercept
from gm_workbench.metrics.oaxaca import oaxaca_blinder
from gm_workbench.metrics.person_months import laid_out
from gm_workbench.metrics.shares import monthly_share
from gm_workbench.metrics.small_sample import cr2
from gm_workbench.metrics.staggered import group_time
from gm_workbench.metrics.two_part import two_part
from gm_workbench.outputs.about import About
from gm_workbench.outputs.attrition import who_left
from gm_workbench.outputs.cells import estimate_cell
from gm_workbench.outputs.growth import _apart
from gm_workbench.outputs.measuring import _index
from gm_workbench.outputs.output import Cell, Measure
from gm_workbench.outputs.part_time import part_time
from gm_workbench.outputs.sensitivity import _of_the_same
from gm_workbench.vocabulary.protocols import Assignment, load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import same

PROTOCOL = load_protocol("tilburg_single_mothers")
ABOUT = About(DataKind.SYNTHETIC, same("mothers"), same("2024"), same("benefits"), Assignment.UNKNOWN)


def why(policy, estimate: Estimate) -> Reason | None:
    return own_reason(estimate_cell(estimate, "r", "c"), policy)


def stays(few: int) -> pd.DataFrame:
    """Two hundred stays of one to nine months; so many of the persons have a characteristic."""
    at = np.arange(200)
    return pd.DataFrame({"person": at, "time": 1 + at % 9, "event": 1 - at % 5 // 4, "new": (at < few) * 1, "age": at % 37})


@pytest.mark.parametrize(("few", "reason"), [(9, Reason.THRESHOLD), (60, None)])
def test_hazard_ratio_is_judged_by_who_has_the_characteristic(policy, few, reason):
    fit = cause_specific(stays(few), ["new", "age"])
    assert (why(policy, fit.ratio("new")), why(policy, fit.ratio("age"))) == (reason, None)


@pytest.mark.parametrize(("few", "reason"), [(12, Reason.THRESHOLD), (60, None)])
def test_monthly_hazard_is_judged_by_who_left_on_either_side(policy, few, reason):
    """Of twelve persons ten left, so two did not."""
    fit = monthly_hazards(laid_out(stays(few)), ["new"], bands=[1, 5])
    assert why(policy, fit.ratio("new")) is reason


def test_chance_of_a_band_of_months_is_judged_by_who_left_in_it(policy):
    fit = monthly_hazards(laid_out(stays(60).query("time < 9 or person % 2 == 0")), [], bands=[1, 9])
    assert fit.chances[9].fewest < 10 < fit.chances[1].fewest
    assert (why(policy, fit.chances[1]), why(policy, fit.chances[9])) == (None, Reason.THRESHOLD)


def homes(few: int) -> pd.DataFrame:
    frame = pd.DataFrame({"sex": ["w"] * 60 + ["m"] * 60, "home": (["own"] * few + ["rent"] * (60 - few)) * 2})
    return frame.assign(y=[float(i % 7) for i in range(120)], age=[float(i * 11 % 31) for i in range(120)])


@pytest.mark.parametrize(("few", "reason"), [(9, Reason.THRESHOLD), (10, None)])
def test_part_of_a_difference_is_judged_by_the_smallest_category_of_a_group(policy, few, reason):
    found = oaxaca_blinder(homes(few), "y", "sex", ("w", "m"), ["home", "age"], draws=29)
    assert why(policy, found.detail["home"].explained) is reason
    assert why(policy, found.explained) is None


def test_part_of_the_only_characteristic_is_the_whole(policy):
    found = oaxaca_blinder(homes(9), "y", "sex", ("w", "m"), ["home"], draws=29)
    assert (why(policy, found.explained), why(policy, found.unexplained)) == (Reason.THRESHOLD, Reason.THRESHOLD)
    assert why(policy, found.gap) is None


@pytest.mark.parametrize(("few", "reason"), [(9, Reason.THRESHOLD), (10, None)])
def test_split_of_spend_needs_enough_persons_on_each_side(policy, few, reason):
    """The metric itself asks for more persons with spend; the guard looks at what it is told of each side."""
    sex = ["m"] * 60 + ["w"] * 80
    rows = pd.DataFrame({"person": range(140), "sex": sex, "amount": [1.0 + i % 9 for i in range(140)]})
    months = pd.concat([rows.assign(home="rent"), rows[rows["person"] % 3 > 0].assign(home="own")])
    split = spend_kitagawa(months, "sex", ("w", "m"), "home", draws=29)
    parts = (split.gap, split.composition, split.rates)
    assert {one.sides.persons for one in parts} == {(80, 60)}
    fewer = [replace(one, sides=replace(one.sides, persons=(80, few))) for one in parts]
    assert {why(policy, one) for one in fewer} == {reason}


def test_difference_in_spend_says_who_stands_on_each_side():
    months = pd.DataFrame({"person": range(99), "sex": ["m"] * 45 + ["w"] * 54, "amount": [1.0 + i % 9 for i in range(99)]})
    assert spend_difference(months, "sex", ("w", "m"), draws=29).sides == Sides((54, 45), money=9 / 225)


@pytest.mark.parametrize(("most", "reason"), [(59.0, None), (61.0, Reason.DOMINANCE)])
def test_difference_in_spend_is_not_that_of_one_person(policy, most, reason):
    """Beside the mean of women it gives that of men, of whose money one man has `most` and sixty others a euro each."""
    at = np.arange(121)
    months = pd.DataFrame({"person": at, "sex": np.where(at < 61, "m", "w"), "home": np.where(at % 2, "rent", "own")})
    months = months.assign(amount=np.where(at == 0, most, 1.0))
    gap = spend_difference(months, "sex", ("w", "m"), draws=29)
    split = spend_kitagawa(months, "sex", ("w", "m"), "home", draws=29)
    found = oaxaca_blinder(months, "amount", "sex", ("w", "m"), ["home"], person="person", draws=29)
    paid = (1.0 + at // 2 % 2) * (at % 3 > 0)  # who has most above gets nothing here
    model = two_part(months.assign(amount=paid), "sex", ("w", "m"), ["home"])
    assert {why(policy, one) for one in (gap, split.gap, split.rates, found.gap, found.unexplained)} == {reason}
    assert model.per_month.sides.money == pytest.approx(2 / min(paid[:61].sum(), paid[61:].sum()))


def begun(large: int) -> pd.DataFrame:
    """Twelve teams of ten and one that is larger; the larger one and five others begin in the third month."""
    teams = [team for team in range(12) for _ in range(10)] + [12] * large
    rows = pd.DataFrame([(p, t, team) for p, team in enumerate(teams) for t in range(1, 5)], columns=["person", "time", "team"])
    return rows.assign(first=np.where(rows["team"] > 6, 3, 0), score=rows["person"] * rows["time"] % 7)


@pytest.mark.parametrize(("large", "reason"), [(50, None), (51, Reason.GROUP_SHARE)])
def test_event_study_is_not_mostly_that_of_one_team(policy, large, reason):
    found = group_time(begun(large), "score", cluster="team", comparison="not_yet")
    after = aggregate(found, "group", draws=29).overall
    assert (after.sides.persons, after.sides.groups) == ((50 + large, 70), (6, 7))
    assert {why(policy, one) for one in (after, *found.effects.values(), *aggregate(found, draws=29).bands.values())} == {
        reason
    }


@pytest.mark.parametrize(("large", "reason"), [(40, None), (41, Reason.GROUP_SHARE)])
@pytest.mark.parametrize("fit", [least_squares, cr2])
def test_slope_over_teams_is_not_mostly_that_of_one_team(policy, fit, large, reason):
    team = pd.Series([0] * 10 + [1] * 10 + [2] * 10 + [3] * 10 + [4] * large)
    frame = pd.DataFrame({"x": [i * 5 % 11 for i in range(len(team))], "y": [float(i % 7) for i in range(len(team))]})
    made = fit(frame["y"], design(frame, ["x"]), team)
    assert why(policy, made.combine({"x": 1.0}, "points", "m", groups=5)) is reason
    assert made.combine({"x": 1.0}, "points", "m").sides is None  # clusters that are persons


@pytest.mark.parametrize(("large", "reason"), [(100, None), (101, Reason.GROUP_SHARE)])
def test_likeness_within_coaches_is_not_mostly_that_of_one_coach(policy, large, reason):
    """Coaches are alike, or not, over all; but where one has most of the persons it is hers."""
    coach = [at % 10 for at in range(100)] + [10] * large
    frame = pd.DataFrame({"coach": coach, "score": [float(at % 7 + of) for at, of in enumerate(coach)]})
    level = random_intercept(frame, "score", [], "coach")
    found = (shared_rating(frame, "score", "coach").single, level.share_between, level.coefficients["const"])
    assert {why(policy, one) for one in found} == {reason}


@pytest.mark.parametrize(("large", "reason"), [(60, None), (61, Reason.GROUP_SHARE)])
def test_agreement_with_the_middle_coach_is_not_mostly_that_of_one_coach(policy, large, reason):
    coach = [at % 10 for at in range(60)] + [10] * large
    rated = pd.DataFrame({"coach": coach, "bej": [3.0 + at // 10 % 2 for at in range(len(coach))]})
    assert why(policy, within_group_agreement(rated, ["bej"], "coach").median) is reason


@pytest.mark.parametrize(("coaches", "reason"), [(2, Reason.GROUPS), (3, None)])
def test_share_of_persons_in_a_month_is_not_that_of_two_coaches(policy, coaches, reason):
    """Who works beside the benefit among the persons of so few coaches is what these coaches bring about."""
    rows = pd.DataFrame({"month": 3, "coach": np.arange(60) % coaches, "works": np.arange(60) % 5 < 2})
    shares = {"True": monthly_share(rows, "works", cluster="coach")}
    output = part_time(shares, PROTOCOL.sections["parttime"], ABOUT)
    assert own_reason(output.cells[0], policy) is reason


@pytest.mark.parametrize(("coaches", "reason"), [(2, Reason.GROUPS), (3, None)])
def test_share_that_answered_again_is_not_that_of_two_coaches(policy, coaches, reason):
    at = np.arange(240)
    rows = pd.DataFrame({"there": (at * 7 % 31 + at % 30 > 25) * 1.0, "age": at % 30, "new": at < 60})
    rows = rows.assign(coach=np.where(rows["new"], at % coaches, 10 + at % 12))
    lost = who_is_lost(rows, "there", ["age"], cluster="coach", by="new")
    output = who_left(lost, PROTOCOL.sections["attrition_who"], ABOUT, names={"age": same("age")})
    assert [own_reason(cell, policy) for cell in output.cells[:2]] == [reason, None]


@pytest.mark.parametrize(("few", "reason"), [(9, Reason.THRESHOLD), (10, None)])
def test_path_is_judged_by_who_is_exposed(policy, few, reason):
    at = np.arange(80)
    frame = pd.DataFrame({"new": (at < few) * 1, "plan": at % 7 + (at < few), "y": at * 3 % 11 + at % 7})
    found = mediation(frame, "new", "plan", "y", draws=99)
    assert {why(policy, one) for one in (found.indirect, found.direct, found.total)} == {reason}


@pytest.mark.parametrize(("left", "reason"), [(9, Reason.DF), (10, None)])
def test_indices_of_fit_are_judged_by_persons_minus_parameters(policy, left, reason):
    """And not by the degrees of freedom of the model, which say how much it leaves out and nothing of persons."""
    misfit = Estimate(0.05, 0.0, 0.1, float("nan"), 60, "", "RMSEA", residual_df=left)
    fit = Indices(3.0, 2, 0.2, 0.97, 0.96, misfit, 0.03)
    assert own_reason(_index("cfi", "c", fit.cfi, 60, fit), policy) is why(policy, misfit) is reason


def test_another_way_of_calculating_is_judged_as_the_answer_is(policy):
    answer = Estimate(1.0, 0.0, 2.0, 0.5, 89, "points", "m", 11, residual_df=86, sides=Sides((9, 80), (5, 6), 0.4))
    lot = Estimate(1.0, -1.0, 3.0, float("nan"), 89, "points", "lot", 11)
    assert (why(policy, lot), why(policy, _of_the_same(lot, answer))) == (None, Reason.THRESHOLD)


def test_mean_of_a_wider_group_is_judged_by_who_is_in_it_alone(policy):
    """The means of 80 and of 76 of them give that of the four."""
    wide, narrow = (Cell(row, "3", Measure.ESTIMATE, n, 2.0) for row, n in (("one", 80), ("three", 76)))
    assert own_reason(_apart(wide, [wide, narrow]), policy) is Reason.THRESHOLD
    assert own_reason(_apart(narrow, [wide, narrow]), policy) is None
