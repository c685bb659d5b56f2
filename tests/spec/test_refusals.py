"""What metrics are asked that has no answer: refused in words that name the column or the option, and never hold a value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.attrition_difference import attrition_weighted_difference
from gm_workbench.metrics.bootstrap import percentile, person_weights
from gm_workbench.metrics.cascade import within_between
from gm_workbench.metrics.clustered import least_squares
from gm_workbench.metrics.clustered_share import share
from gm_workbench.metrics.consensus import within_group_agreement
from gm_workbench.metrics.crossing import crossing_times, first_held, held_within, in_percent, wage_course
from gm_workbench.metrics.decomposition import kitagawa, provision_kitagawa, spend_kitagawa
from gm_workbench.metrics.directions import direction_shares
from gm_workbench.metrics.doubly_robust import doubly_robust_difference
from gm_workbench.metrics.entropy import entropy_difference, entropy_weights
from gm_workbench.metrics.equity import ratio_draws, spend, spend_by, spend_difference
from gm_workbench.metrics.escape import escape_times
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.exit_contrast import incidence_difference
from gm_workbench.metrics.exit_months import after_exits
from gm_workbench.metrics.exits import cumulative_incidence, incidence_by_group, survival
from gm_workbench.metrics.growth import growth
from gm_workbench.metrics.hazards import cause_specific, side_by_side, subdistribution
from gm_workbench.metrics.imputation import imputed
from gm_workbench.metrics.late_entry import cumulative_incidence as late_incidence
from gm_workbench.metrics.membership import contamination
from gm_workbench.metrics.mixed import mixed_model
from gm_workbench.metrics.mobility import indices, mobility_indices, transitions
from gm_workbench.metrics.moderation import moderation
from gm_workbench.metrics.monthly_hazards import monthly_hazards
from gm_workbench.metrics.person_months import laid_out
from gm_workbench.metrics.restricted_mean import difference, lost, still_there
from gm_workbench.metrics.rubin import pool, pool_wald
from gm_workbench.metrics.scales import cronbach_alpha, item_statistics, oriented, score_items
from gm_workbench.metrics.shares import monthly_share, wilson
from gm_workbench.metrics.stacks import stacked
from gm_workbench.metrics.two_part import two_part
from gm_workbench.metrics.wave_model import course_model
from gm_workbench.metrics.waves import course
from gm_workbench.metrics.weighting import balance, stabilised_weights, standardised_difference, weighted_difference

PLANTED = ("GEHEIM", "999999990", "7.1234")

SPELLS = pd.DataFrame(
    {"time": [1 + i % 9 for i in range(90)], "event": [i % 3 for i in range(90)], "x": [i % 2 for i in range(90)]}
)
SPELLS["arm"] = np.where(SPELLS["x"] == 1, "a", "b")
MONTHS = pd.DataFrame({"person": "a", "months": [1, 2, 3], "above": [False, True, True]})
WAVES = pd.DataFrame([(p, f"T{t}", "ab"[p % 2], p % 7 + t) for p in range(20) for t in (0, 1)], columns=[*"pwgy"])
WAVES = WAVES.set_axis(["person", "wave", "g", "y"], axis="columns")
PAIRS = pd.DataFrame({"person": range(40), "from": ["low", "high"] * 20, "to": ["high", "low", "low", "high"] * 10})
ITEMS = pd.DataFrame({f"A_{k}": [(i * (k + 1) + i // 7) % 5 + 1 for i in range(60)] for k in range(3)})
STAYS = pd.DataFrame({"person": range(60), "month": 1, "event": [0, 1] * 30})
FLAGS = pd.DataFrame({"month": [0, 0, 1], "working": [True, False, True]})
GROUPS = pd.DataFrame({"new": [0, 1] * 20, "hard": [i // 2 % 2 for i in range(40)]})
STARTS = pd.DataFrame([(t, m, s) for t, s in (("a", 3), ("b", None)) for m in range(6)], columns=["team", "month", "start"])
SPEND = pd.DataFrame({"person": range(20), "amount": 1.0, "sex": ["w", "m"] * 10, "home": "rent"})
ARMS = pd.DataFrame(
    {"coach": [i // 8 for i in range(80)], "new": [i // 8 % 2 for i in range(80)], "x": [i % 5 + 1 for i in range(80)]}
)
ARMS["y"] = [float(i * 7 % 11) for i in range(80)]
PAY = pd.DataFrame({"person": "a", "months": [-1, 1], "hourly_wage": [10.0, 11.0]})
PANEL = pd.DataFrame({"person": "a", "month": [1, 2], "benefit": [1, 0]})
DOSES = pd.DataFrame([(t, t % 2, 0.5) for t in range(8)], columns=["team", "z", "d"])
DRIFT = pd.DataFrame({"person": [i // 5 for i in range(150)], "t": [i % 5 for i in range(150)]}).assign(
    y=range(999999990, 1000000140)
)


def planted(frame: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    """Give the frame with the value in the first row of a column."""
    return frame.assign(**{column: [value, *frame[column].tolist()[1:]]})


REFUSED: list[tuple[str, Callable[[], Any], str]] = [
    ("words as time", lambda: cumulative_incidence(["GEHEIM", 1], [1, 0], [1]), "Every time must be a number"),
    ("words as event", lambda: survival([1, 2], ["GEHEIM", 0], [1]), "Every event must be a number"),
    ("part of an event", lambda: survival([1, 2], [7.1234, 0], [1]), "Every event must be a whole number"),
    ("endless event", lambda: survival([1, 2], [math.inf, 0], [1]), "Every event must be a whole number"),
    ("words as entry", lambda: late_incidence([3, 4], [1, 0], [1], entry=["GEHEIM", 0]), "Every entry must be a number"),
    ("no times", lambda: late_incidence([3, 4], [1, 0], [], entry=[0, 0]), "there must be times"),
    ("endless times", lambda: late_incidence([3, 4], [1, 0], [math.inf], entry=[0, 0]), "finite number of months"),
    ("no such group", lambda: incidence_by_group(SPELLS, [2], by="no_such"), "columns no_such are missing"),
    ("gap in the group", lambda: incidence_by_group(planted(SPELLS, "arm", None), [2], by="arm"), "arm must have no gaps"),
    ("time in words", lambda: incidence_by_group(planted(SPELLS, "time", "GEHEIM"), [2], by="arm"), "time must be numeric"),
    ("exit in month 0", lambda: still_there([0, *[4] * 30], [1] * 31, 3), "nobody can leave in month 0"),
    ("endless horizon", lambda: lost([4] * 30, [1] * 30, math.inf), "above 0 months and finite but got inf"),
    ("one group", lambda: difference(SPELLS, 3, by="arm", groups=("a",)), "two different groups, .* but got 1"),
    ("no covariate", lambda: side_by_side(SPELLS, [], [1]), "there must be a covariate"),
    ("covariate in words", lambda: side_by_side(planted(SPELLS, "x", "GEHEIM"), ["x"], [1]), "column x must be numeric"),
    ("no such link", lambda: monthly_hazards(STAYS, [], bands=[1], link="probit"), "one of cloglog, logit but got probit"),
    ("no bands", lambda: monthly_hazards(STAYS, [], bands=[]), "there must be a band of months"),
    ("share of no column", lambda: monthly_share(FLAGS, "no_such"), "columns no_such are missing"),
    ("flag in words", lambda: monthly_share(planted(FLAGS, "working", "GEHEIM"), "working"), "working must be numeric"),
    (
        "flag of 7",
        lambda: monthly_share(planted(FLAGS.astype(int), "working", 7.1234), "working"),
        "working must hold 0 and 1 only",
    ),
    ("part of a month", lambda: monthly_share(planted(FLAGS, "month", 7.1234), "working"), "month must hold whole numbers"),
    ("level of 1", lambda: wilson(1, 2, level=1.0), "level must lie between 0 and 1 but got 1"),
    ("unknown above", lambda: first_held(planted(MONTHS, "above", None), 1), "column above must"),
    ("above in words", lambda: held_within(planted(MONTHS, "above", "GEHEIM"), ["a"], 1, 3), "column above must be numeric"),
    ("month in words", lambda: crossing_times(planted(MONTHS, "months", "GEHEIM"), ["a"], 1, 3), "months must be numeric"),
    ("half a month", lambda: first_held(planted(MONTHS, "months", 7.1234), 1), "months must hold whole numbers"),
    ("no months", lambda: held_within(MONTHS[["person"]], ["a"], 1, 3), "columns months, above are missing"),
    ("no room", lambda: held_within(MONTHS, ["a"], 3, 2), "leaves no room for a run of 3"),
    ("no waves", lambda: course(WAVES, "y", group="g", waves=[]), "name at least one wave"),
    ("state twice", lambda: transitions(PAIRS, ("low", "low", "high")), "declared once, but got low, low, high"),
    ("no draws", lambda: mobility_indices(PAIRS, ("low", "high"), draws=0), "draws must be a whole number of 2 or more"),
    ("reversed words", lambda: oriented(planted(ITEMS, "A_1", "GEHEIM"), ["A_1"], 1, 5), "A_1 must be numeric"),
    ("words left as they are", lambda: oriented(planted(ITEMS, "A_2", "GEHEIM"), ["A_1"], 1, 5), "A_2 must be numeric"),
    ("endless answer", lambda: oriented(planted(ITEMS.astype(float), "A_1", math.inf), ["A_1"], 1, 5), "A_1 must be finite"),
    ("answer off the scale", lambda: oriented(ITEMS, ["A_1"], 1, 4), "between 1 and 4 but some of A_0, A_1, A_2 do not"),
    ("turned item that is not there", lambda: score_items(ITEMS, reverse=["A_9"]), "columns A_9 are missing"),
    ("scores of a scale that falls", lambda: score_items(ITEMS, low=5, high=1), "must rise from low to high but got 5 to 1"),
    ("scale that falls", lambda: oriented(ITEMS, ["A_1"], 5, 1), "must rise from low to high but got 5 to 1"),
    ("items in words", lambda: item_statistics(planted(ITEMS, "A_1", "GEHEIM")), "A_1 must be numeric"),
    ("endless item", lambda: cronbach_alpha(planted(ITEMS.astype(float), "A_1", math.inf)), "A_1 must be finite"),
    ("nobody to draw", lambda: person_weights(0, 9, 1), "people must be a whole number of 1 or more but got 0"),
    ("negative seed", lambda: person_weights(5, 9, -1), "seed must be a whole number of 0 or more but got -1"),
    ("value that is none", lambda: percentile(math.nan, np.arange(9.0), 9, "points", "m"), "finite and lie within"),
    (
        "one cluster",
        lambda: least_squares(pd.Series([1.0, 2.0]), {"c": np.ones(2)}, pd.Series(["a", "a"])),
        "two clusters or more",
    ),
    (
        "outcome in words",
        lambda: least_squares(pd.Series(["GEHEIM", "x"]), {"c": np.ones(2)}, pd.Series([1, 2])),
        "a number for each",
    ),
    (
        "gap in y",
        lambda: least_squares(pd.Series([math.nan, 1]), {"c": np.ones(2)}, pd.Series([1, 2])),
        "finite numbers and a cluster",
    ),
    ("seed that is none", lambda: imputed(ITEMS.where(ITEMS > 1), ["A_0"], given=[], seed=0.5), "seed must be a whole number"),
    ("weights in words", lambda: balance(GROUPS, "new", ["hard"], ["GEHEIM"] * 40), "weights must be numbers"),
    ("group of 7", lambda: stabilised_weights(planted(GROUPS, "new", 7.1234), "new", ["hard"]), "new must hold 0 and 1 only"),
    ("half a start", lambda: stacked(planted(STARTS, "start", 7.1234), 2), "month and start must hold whole numbers"),
    ("no window", lambda: stacked(STARTS, 0), "window must be a whole number of 1 or more but got 0"),
    ("no such arm", lambda: incidence_difference(SPELLS, 3, by="no_such", groups=("a", "b")), "columns no_such are missing"),
    ("arm with a gap", lambda: incidence_difference(planted(SPELLS, "arm", None), 3, by="arm", groups=("a", "b")), "no gaps"),
    ("one arm", lambda: incidence_difference(SPELLS, 3, by="arm", groups=("a",)), "two different groups"),
    (
        "endless wait",
        lambda: incidence_difference(SPELLS, math.inf, by="arm", groups=("a", "b")),
        "0 or more months and finite but got inf",
    ),
    (
        "months in words",
        lambda: cumulative_incidence([1, 2], [1, 0], ["GEHEIM"]),
        "at must be a list of numbers but got list",
    ),
    ("spend by nothing", lambda: spend_by(SPEND, []), "name the columns that make the groups"),
    ("spend by what is not there", lambda: spend_by(SPEND, ["no_such"]), "columns no_such are missing"),
    (
        "spend in words",
        lambda: spend_difference(planted(SPEND, "amount", "GEHEIM"), "sex", ("w", "m")),
        "amount must be numeric",
    ),
    ("spend of nobody", lambda: spend(planted(SPEND, "person", None)), "person must have no gaps"),
    ("debt as spend", lambda: spend(planted(SPEND, "amount", -7.1234)), "0 or more euros"),
    ("the same group twice", lambda: spend_difference(SPEND, "sex", ("w", "w")), "two different groups"),
    (
        "gap in the household",
        lambda: spend_kitagawa(planted(SPEND, "home", None), "sex", ("w", "m"), "home"),
        "home must be known",
    ),
    (
        "endless spend",
        lambda: spend_kitagawa(planted(SPEND, "amount", math.inf), "sex", ("w", "m"), "home"),
        "amount must be finite",
    ),
    ("costs without a type", lambda: provision_kitagawa(SPEND, SPEND, "sex", ("w", "m")), "columns type are missing"),
    (
        "wage in words",
        lambda: wage_course(planted(PAY, "hourly_wage", "GEHEIM"), ["a"], [-1], [1]),
        "hourly_wage must be numeric",
    ),
    ("part of an event", lambda: share(pd.Series([7.1234, 0]), pd.Series(["a", "b"])), "must be 0 or 1"),
    ("nowhere to go", lambda: direction_shares(PAIRS[["person", "from"]], ["low", "high"]), "columns to are missing"),
    ("never anywhere", lambda: escape_times(PAIRS[["person", "from"]], ["low", "high"]), "columns to are missing"),
    ("days for months", lambda: laid_out(pd.DataFrame({"time": [999999990], "event": [1]})), "not days"),
    ("half a month apart", lambda: after_exits(PANEL, apart=1.5), "apart must be a whole number but got 1.5"),
    ("dose in words", lambda: contamination(planted(DOSES, "d", "GEHEIM"), "z", "d", "team"), "column d must be numeric"),
    (
        "a wave that is not there",
        lambda: attrition_weighted_difference(ARMS, "y", "new", waves=["no_such"]),
        "columns no_such are missing",
    ),
    (
        "a number for an interaction",
        lambda: standardised_difference(ARMS, "y", "new", ["x"], interactions=[1]),
        "the interactions 1 must be among the covariates",
    ),
    *(
        (
            f"a covariate twice, {ask.__name__}",
            lambda ask=ask: ask(ARMS, "y", "new", ["x", "x"]),
            "name each column once but x is",
        )
        for ask in (weighted_difference, entropy_difference, doubly_robust_difference, standardised_difference)
    ),
    (
        "a covariate twice, weights",
        lambda: entropy_weights(ARMS, "new", ["x", "x"]),
        "name each column once but x is named twice",
    ),
    ("an item twice", lambda: within_group_agreement(ARMS, ["x", "x"], "coach"), "name each column once but x is named twice"),
    ("half a step", lambda: within_group_agreement(ARMS.assign(x=3.5), ["x"], "coach"), "whole steps from 1 to 5"),
    (
        "endless coach",
        lambda: within_group_agreement(ARMS.assign(coach=[math.inf, *range(79)]), ["x"], "coach"),
        "column coach must be finite but holds infinity",
    ),
    (
        "coach that is missing",
        lambda: cumulative_incidence([1, 2], [1, 0], [1], clusters=["a", math.nan]),
        "1 clusters are missing",
    ),
    *(
        (
            f"endless cluster, {ask.__name__}",
            lambda ask=ask: ask(pd.Series([0, 1] * 20), pd.Series([math.inf, *range(39)])),
            "infinity",
        )
        for ask in (share, lambda happened, cluster: least_squares(happened, {"const": np.ones(40)}, cluster))
    ),
    *(
        (f"no reason, {name}", ask, "cause must be a whole number of 1 or more but got 0")
        for name, ask in {
            "lost": lambda: lost([1, 2, 3] * 9, [1, 0, 1] * 9, 3, cause=0),
            "difference": lambda: incidence_difference(SPELLS, 4, by="arm", groups=("a", "b"), cause=0),
            "by the month": lambda: monthly_hazards(STAYS.assign(x=STAYS["person"] % 7), ["x"], bands=(1,), cause=0),
        }.items()
    ),
    (
        "below the start",
        lambda: late_incidence([2] * 20, [1] * 20, [-2], entry=[0] * 20, start=-5),
        "the start must be 0 or more",
    ),
    ("fewer than nobody", lambda: pool([1.0, 2.0], [1.0, 1.0], n=-5), "n must be a whole number of 0 or more but got -5"),
    ("answers as text", lambda: pool(["1.0", "2.0"], [1.0, 1.0]), "must be numbers"),
    ("variances as text", lambda: pool_wald([[1.0], [2.0]], np.array([[["1"]], [["2"]]])), "must be numbers"),
    ("answers of yes and no", lambda: pool([True, False], [1.0, 1.0]), "must be numbers"),
    ("complex answers", lambda: pool([1.0 + 1j, 2.0], [1.0, 1.0]), "must be numbers"),
    ("answers that are too long", lambda: pool([10**400, 2.0], [1.0, 1.0]), "must be numbers"),
    ("all begin at the top", lambda: indices([[0, 1], [0, 1]], start=[0, 1]), "leave somebody below the highest state"),
    (
        "a country's money",
        lambda: two_part(SPEND.assign(amount=1e30), "sex", ("w", "m"), []),
        r"every amount must be at most 1e\+12",
    ),
    ("too many draws", lambda: person_weights(5, 10**9, 1), r"draws must be a whole number of at most 1e\+07"),
    ("endless value", lambda: percentile(math.inf, np.array([1.0, 2.0]), 9, "points", "m"), "finite and lie within"),
    ("endless step", lambda: escape_times(PAIRS, ["low", "high"], step=math.inf), "the step must be finite but got inf"),
    ("endless end", lambda: Estimate(1.0, 0.0, math.inf, 1.0, 9, "points", "m"), "must be finite"),
    ("endless difference", lambda: moderation(WAVES, "y", "person", ["g"], per=math.inf), "per must be a number of at most"),
    ("no difference", lambda: within_between(ARMS, "y", "x", "coach", per=0), "per must be a number .*, and not 0, but got 0"),
    ("difference that is none", lambda: within_between(ARMS, "y", "x", "coach", per=math.nan), ", and not 0, but got nan"),
    ("difference in words", lambda: within_between(ARMS, "y", "x", "coach", per="7.1234"), "per must be a number .* got str"),
    ("singular", lambda: pool_wald([[1.0], [2.0]], np.full((2, 1, 1), math.nan)), "finite variance above zero"),
]


@pytest.mark.parametrize(("ask", "words"), [pytest.param(ask, words, id=name) for name, ask, words in REFUSED])
def test_nonsense_is_refused_in_words_without_a_value(ask: Callable[[], Any], words: str) -> None:
    with pytest.raises(MetricError, match=words) as caught:
        ask()
    assert not any(value in str(caught.value) for value in PLANTED)


SHORT: list[tuple[str, Callable[[], Any], str]] = [
    (
        "nobody at any wave",
        lambda: course_model(WAVES.head(0), "y", group="g", waves=["T0", "T1"]),
        "persons at each wave in each group",
    ),
    ("hardly anything but rounding", lambda: growth(DRIFT, "y", "t"), "different outcomes within a group"),
    ("no rows", lambda: mixed_model(WAVES.head(0), "y", [], {"person": []}), "measurements"),
    ("answers that say nothing", lambda: pool([1.0, 1e9], [1e-9, 1e-9], 98), "percent of the information"),
]


@pytest.mark.parametrize(("ask", "what"), [pytest.param(ask, what, id=name) for name, ask, what in SHORT])
def test_emptiness_is_not_enough_data(ask: Callable[[], Any], what: str) -> None:
    found = ask()
    assert isinstance(found, NotEnoughData)
    assert found.what == what


def test_a_ratio_does_not_hang_on_where_a_covariate_starts() -> None:
    rows = SPELLS.assign(x=[i // 5 % 2 for i in range(90)])
    for fit in (cause_specific, subdistribution):
        near, far = (fit(rows.assign(x=rows["x"] + start), ["x"]).log["x"] for start in (0, 10_000_000))
        assert (far.value, far.se) == pytest.approx((near.value, near.se), rel=1e-6)


def test_a_ratio_that_is_too_large_to_write_asks_for_another_unit() -> None:
    rows = SPELLS.assign(x=[i // 5 % 2 / 1e6 for i in range(90)])
    with pytest.raises(MetricError, match=r"too large to write\. Take a larger unit"):
        cause_specific(rows, ["x"]).ratio("x")


def test_nullable_numbers_are_numbers() -> None:
    rows = pd.DataFrame([(p, t, (p * 7 % 5) + (1 + p % 3) * t + (p * t * 5 % 7) / 10) for p in range(30) for t in range(5)])
    rows = rows.set_axis(["person", "t", "y"], axis="columns")
    assert growth(rows.astype({"t": "Int64"}), "y", "t") == growth(rows, "y", "t")


def test_months_as_floats_are_the_same_months() -> None:
    assert monthly_share(FLAGS.astype({"month": float}), "working") == monthly_share(FLAGS, "working")


def test_rows_with_one_name_stack_as_others_do() -> None:
    again = stacked(STARTS.set_axis([0] * len(STARTS), axis="index"), 2)
    pd.testing.assert_frame_equal(again, stacked(STARTS, 2))


def test_who_is_lost_at_once_is_no_exit() -> None:
    found = still_there([0, *[4] * 30], [0, *[1] * 30], 3)
    assert found == NotEnoughData(found.method, "exits before the horizon", 0, 5)


def test_no_change_in_log_points_is_none_in_percent() -> None:
    none = in_percent(Estimate(0.0, -0.1, 0.1, 0.05, 30, "log points", "m"))
    assert (none.value, none.se, none.unit) == (0.0, 5.0, "percent")


def test_both_models_of_a_reason_that_nobody_left_for_are_not_enough_data() -> None:
    both = side_by_side(SPELLS, ["x"], [7])
    assert [one[7].what for one in (both.cause_specific, both.subdistribution)] == ["exits for the reason"] * 2


@pytest.mark.parametrize(("persons", "enough"), [(1, False), (2, True), (3, True)])
def test_spend_by_group_needs_two_persons_in_each(persons: int, enough: bool) -> None:
    found = spend_by(SPEND.assign(amount=range(20)).loc[SPEND["sex"].eq("w")].head(persons), ["sex"])["w",]
    assert isinstance(found, NotEnoughData) != enough


@pytest.mark.parametrize(("horizon", "held"), [(2, False), (3, True), (4, True)])
def test_a_run_counts_when_all_of_it_lies_within_the_horizon(horizon: int, held: bool) -> None:
    assert held_within(MONTHS, ["a"], 2, horizon).to_dict() == {"a": held}


@pytest.mark.parametrize("cause", [0, -1])
def test_reason_of_an_exit_is_one_or_more(cause):
    """0 is who did not leave: its curve would be of those who are no longer followed."""
    time, event = [1, 2, 3] * 9, [1, 0, 1] * 9
    frame = pd.DataFrame({"time": time, "event": event, "x": [0.0, 1.0, 1.0] * 9})
    with pytest.raises(MetricError, match="cause must be a whole number of 1 or more"):
        cumulative_incidence(time, event, [2], cause=cause)
    with pytest.raises(MetricError, match="cause must be a whole number of 1 or more"):
        late_incidence(time, event, [2], entry=[0] * 27, cause=cause)
    with pytest.raises(MetricError, match="cause must be a whole number of 1 or more"):
        cause_specific(frame, ["x"], cause=cause)


def test_draws_below_nought_are_refused_in_words():
    with pytest.raises(MetricError, match="draws must be a whole number of 2 or more but got -1"):
        ratio_draws(np.ones(30), np.ones(30), draws=-1, seed=1)


def test_tables_of_words_are_refused_in_words():
    with pytest.raises(MetricError):
        indices([["a", "b"], ["c", "d"]])
    with pytest.raises(MetricError):
        kitagawa([["a"]], [["b"]])
