from __future__ import annotations

import pytest

from gm_workbench.errors import OutputError
from gm_workbench.guard.cells import Reason, behind, decimals, keeps_interval, own_reason, round_to_base
from gm_workbench.metrics.estimate import Sides
from gm_workbench.outputs.cell import MOST_PERSONS
from gm_workbench.outputs.output import Beyond, Cell, Measure

NAN = float("nan")


def cell(measure: Measure, n: int, **given):
    value = {} if measure in (Measure.COUNT, Measure.SHARE) else {"value": 5.0}
    return Cell("r", "c", measure, n, **(value | given))


@pytest.mark.parametrize("n", [0, 10, 11, 500])
def test_count_at_the_threshold_or_empty_is_shown(policy, n):
    assert own_reason(cell(Measure.COUNT, n), policy) is None


@pytest.mark.parametrize("n", [1, 2, 9])
def test_count_below_the_threshold_is_hidden(policy, n):
    assert own_reason(cell(Measure.COUNT, n), policy) is Reason.THRESHOLD


@pytest.mark.parametrize(
    ("numerator", "n", "reason"),
    [
        (9, 100, Reason.THRESHOLD),
        (10, 100, None),
        (11, 100, None),
        (91, 100, Reason.THRESHOLD),  # nine persons are left
        (90, 100, None),
        (0, 100, None),
        (100, 100, None),
        (0, 9, Reason.THRESHOLD),
        (0, 10, None),
        (0, 0, Reason.EMPTY),
    ],
)
def test_share_needs_enough_persons_on_both_sides(policy, numerator, n, reason):
    assert own_reason(cell(Measure.SHARE, n, numerator=numerator), policy) is reason


@pytest.mark.parametrize(("numerator", "reason"), [(180, None), (181, Reason.COMPLEMENT), (200, Reason.COMPLEMENT)])
def test_sensitive_share_may_not_hold_nearly_everybody(policy, numerator, reason):
    assert own_reason(cell(Measure.SHARE, 200, numerator=numerator, sensitive=True), policy) is reason
    assert own_reason(cell(Measure.SHARE, 200, numerator=numerator), policy) is None


@pytest.mark.parametrize("measure", [Measure.ESTIMATE, Measure.MONEY])
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"n": 9}, Reason.THRESHOLD),
        ({"n": 10}, None),
        ({"n": 0}, Reason.THRESHOLD),
        ({"n": 90, "groups": 2}, Reason.GROUPS),
        ({"n": 90, "groups": 3}, None),
        ({"n": 90, "df": 9}, Reason.DF),
        ({"n": 90, "df": 10}, None),
        ({"n": 90, "numerator": 9}, Reason.THRESHOLD),
        ({"n": 90, "numerator": 10}, None),
    ],
)
def test_statistic_needs_persons_groups_and_degrees_of_freedom(policy, measure, given, reason):
    largest = {"largest": 0.1} if measure is Measure.MONEY else {}
    assert own_reason(cell(measure, **(given | largest)), policy) is reason


@pytest.mark.parametrize(("largest", "reason"), [(0.5, None), (0.51, Reason.DOMINANCE)])
def test_money_may_not_be_mostly_one_persons(policy, largest, reason):
    assert own_reason(cell(Measure.MONEY, 90, largest=largest), policy) is reason


def test_cell_of_more_persons_than_there_are_cannot_be_made():
    assert cell(Measure.COUNT, MOST_PERSONS).n == MOST_PERSONS
    with pytest.raises(OutputError, match="n must be at most 20,000,000 persons"):
        cell(Measure.COUNT, MOST_PERSONS + 1)


@pytest.mark.parametrize("given", [{"numerator": 25.5}, {"numerator": True}, {"numerator": "3"}, {"numerator": NAN}])
def test_share_of_what_is_no_count_cannot_be_made(given):
    with pytest.raises(OutputError, match="numerator must be a whole number"):
        cell(Measure.SHARE, 50, **given)


@pytest.mark.parametrize("given", [{"groups": NAN}, {"groups": 2.5}, {"fewest": NAN}, {"df": NAN}, {"largest": NAN}])
def test_estimate_judged_by_what_is_no_number_cannot_be_made(given):
    with pytest.raises(OutputError, match="must be"):
        cell(Measure.ESTIMATE, 50, **given)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"persons": (NAN, 50)}, Reason.THRESHOLD),
        ({"persons": (50, 50), "events": (NAN, 20)}, Reason.THRESHOLD),
        ({"persons": (50, 50), "groups": (NAN, 5)}, Reason.GROUPS),
        ({"persons": (50, 50), "largest": NAN}, Reason.GROUP_SHARE),
        ({"persons": (50, 50), "money": NAN}, Reason.DOMINANCE),
    ],
)
def test_side_of_which_nobody_knows_how_many_it_has_is_hidden(policy, given, reason):
    assert own_reason(cell(Measure.ESTIMATE, 100, sides=Sides(**given)), policy) is reason


@pytest.mark.parametrize("beyond", [Beyond(NAN), Beyond(50, NAN)])
def test_quantile_of_which_nobody_knows_how_many_lie_beyond_it_is_hidden(policy, beyond):
    assert own_reason(cell(Measure.ESTIMATE, 100, beyond=beyond), policy) is Reason.THRESHOLD


def test_count_of_one_coach_is_hidden(policy):
    assert own_reason(cell(Measure.COUNT, 50, groups=1), policy) is Reason.GROUPS


@pytest.mark.parametrize(
    ("n", "ten", "five"), [(0, 0, 0), (4, 0, 5), (5, 10, 5), (15, 20, 15), (25, 30, 25), (12, 10, 10), (13, 10, 15)]
)
def test_rounding_takes_halves_up_never_to_even(n, ten, five):
    assert (round_to_base(n, 10), round_to_base(n, 5)) == (ten, five)


@pytest.mark.parametrize("base", [1, 2, 5, 10])
def test_counts_behind_a_rounded_number_are_exactly_those_that_round_to_it(base):
    for printed in range(0, 60, base):
        low, high = behind(printed, base)
        assert [n for n in range(120) if round_to_base(n, base) == printed] == list(range(low, high + 1))


@pytest.mark.parametrize(
    ("given", "places"),
    [
        ({"measure": Measure.SHARE, "n": 90, "numerator": 30, "digits": 0}, 2),
        ({"measure": Measure.MONEY, "n": 90, "largest": 0.1, "digits": 0, "se": 0.01}, 0),
        ({"measure": Measure.ESTIMATE, "n": 90, "se": 1.2}, 2),
        ({"measure": Measure.ESTIMATE, "n": 90, "se": 0.012}, 4),
        ({"measure": Measure.ESTIMATE, "n": 90, "se": 120.0}, 0),
        ({"measure": Measure.ESTIMATE, "n": 90, "low": 3.0, "high": 7.0}, 2),
        ({"measure": Measure.ESTIMATE, "n": 90, "digits": 1}, 1),
        ({"measure": Measure.ESTIMATE, "n": 90, "digits": 1, "se": 0.0}, 1),
        ({"measure": Measure.ESTIMATE, "n": 90, "digits": 1, "unit": "probability"}, 3),
        ({"measure": Measure.ESTIMATE, "n": 90, "digits": 1, "se": float("nan"), "low": 3.0, "high": 7.0}, 2),
    ],
)
def test_values_are_released_with_few_decimals(policy, given, places):
    assert decimals(cell(**given), policy) == places


def test_interval_of_a_share_is_dropped_where_counts_are_rounded(policy, rounding):
    share = cell(Measure.SHARE, 100, numerator=30)
    assert keeps_interval(share, policy)
    assert not keeps_interval(share, rounding)
    assert keeps_interval(cell(Measure.ESTIMATE, 90), rounding)


@pytest.mark.parametrize(
    ("n", "numerator", "kept"), [(99, 30, False), (100, 30, True), (101, 30, True), (200, 0, False), (200, 200, False)]
)
def test_interval_of_a_share_is_dropped_where_its_bounds_give_n_away(policy, n, numerator, kept):
    assert keeps_interval(cell(Measure.SHARE, n, numerator=numerator), policy) is kept
