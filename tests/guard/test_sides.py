"""Results over coaches, teams and sides of a comparison: who is behind each side decides whether a number may be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gm_workbench.guard.cells import Reason, decimals, keeps_interval, own_reason
from gm_workbench.guard.phrasing import notes
from gm_workbench.guard.policy import Policy
from gm_workbench.guard.printing import NOTICED
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.estimate import Sides
from gm_workbench.outputs.output import Beyond, Cell, Measure, Output, Shape, ShownCell, Sum, Words

COUNT, SHARE, ESTIMATE = Measure.COUNT, Measure.SHARE, Measure.ESTIMATE


def estimate(**given: object) -> Cell:
    return Cell("r", "c", ESTIMATE, 100, **({"value": 5.0} | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("groups", "largest", "reason"),
    [
        ((3, 3), 0.5, None),
        ((2, 9), 0.5, Reason.GROUPS),
        ((9, 2), 0.5, Reason.GROUPS),
        ((3, 3), 0.51, Reason.GROUP_SHARE),
        ((3,), 0.51, Reason.GROUP_SHARE),
        ((), None, None),
    ],
)
def test_result_over_teams_needs_three_on_each_side_and_none_with_most_persons(policy, groups, largest, reason):
    assert own_reason(estimate(groups=11, sides=Sides((50, 50), groups, largest)), policy) is reason


def test_shares_and_counts_of_teams_follow_the_same_rule(policy):
    mostly = Sides((100,), (4,), 0.6)
    assert own_reason(Cell("r", "c", COUNT, 100, sides=mostly), policy) is Reason.GROUP_SHARE
    assert own_reason(Cell("r", "c", SHARE, 100, numerator=40, sides=mostly), policy) is Reason.GROUP_SHARE


@pytest.mark.parametrize(("persons", "reason"), [((10, 90), None), ((9, 91), Reason.THRESHOLD), ((91, 9), Reason.THRESHOLD)])
def test_comparison_needs_enough_persons_on_each_side(policy, persons, reason):
    assert own_reason(estimate(sides=Sides(persons)), policy) is reason


@pytest.mark.parametrize(
    ("events", "reason"),
    [((10, 20), None), ((9, 20), Reason.THRESHOLD), ((20, 41), Reason.THRESHOLD), ((0, 20), None), ((50, 20), None)],
)
def test_difference_of_shares_needs_enough_persons_with_and_without_the_outcome(policy, events, reason):
    """The share of the other side stands beside it, so the difference gives this one's few persons away."""
    assert own_reason(estimate(sides=Sides((50, 50), events=events)), policy) is reason


def test_difference_of_shares_does_not_tell_none_from_a_few_under_rounding(rounding):
    assert own_reason(estimate(sides=Sides((50, 50), events=(0, 20))), rounding) is Reason.THRESHOLD


@pytest.mark.parametrize(("fewest", "reason"), [(None, None), (10, None), (9, Reason.THRESHOLD), (1, Reason.THRESHOLD)])
def test_coefficient_that_sets_a_few_persons_apart_is_hidden(policy, fewest, reason):
    assert own_reason(estimate(fewest=fewest), policy) is reason


@pytest.mark.parametrize(
    ("beyond", "reason"),
    [
        (Beyond(10), None),
        (Beyond(9), Reason.THRESHOLD),
        (Beyond(0), Reason.THRESHOLD),  # a minimum or maximum
        (Beyond(40, 3), None),
        (Beyond(40, 2), Reason.THRESHOLD),
    ],
)
def test_quantile_needs_enough_persons_and_coaches_beyond_it(policy, beyond, reason):
    assert own_reason(estimate(beyond=beyond), policy) is reason


def test_quantile_is_released_with_the_digits_that_it_prints(policy):
    assert decimals(estimate(digits=1, se=0.001, beyond=Beyond(40)), policy) == 1


@pytest.mark.parametrize(("ends", "kept"), [(Beyond(40, 3), True), (Beyond(40, 2), False), (Beyond(9, 3), False)])
def test_interval_between_values_of_a_few_is_left_out(policy, ends, kept):
    assert keeps_interval(estimate(low=4.0, high=6.0, beyond_ends=ends), policy) is kept


def test_interval_that_is_left_out_is_explained_in_both_languages(policy):
    said = notes([], policy, rounded=False, bare=[estimate(low=4.0, high=6.0, beyond_ends=Beyond(9, 3))])
    assert said[0].nl == "Een marge is weggelaten: haar grenzen zijn waarden van een paar consulenten of personen"
    assert said[0].en == "An interval was left out: its ends are values of a few coaches or persons"


def test_team_that_is_most_of_a_side_is_explained_in_both_languages(policy):
    said = notes([Reason.GROUP_SHARE], policy, rounded=False)[0]
    assert said.nl == "1 getal niet getoond (één consulent of team heeft de meeste personen)"
    assert said.en == "1 number not shown (one coach or team has most of the persons)"


def shown(words: Callable[..., Words], policy: Policy, *cells: Cell, shape: Shape = Shape.TABLE) -> tuple[ShownCell, ...]:
    return protect([Output(words(shape=shape), cells)], policy).outputs[0].cells  # type: ignore[union-attr]


def test_category_of_nearly_all_is_allowed_and_recorded_unless_it_is_sensitive_or_the_policy_is_strict(policy, strict, words):
    free, marked = (Output(words(), (Cell("r", "c", SHARE, 400, numerator=380, sensitive=it),)) for it in (False, True))
    for output, rules, hidden, why in (
        (free, policy, False, "a category holds more than 90% of a group: allowed, it is not sensitive"),
        (marked, policy, True, "complement"),
        (free, strict, True, "complement"),
    ):
        made = protect([output], rules)
        assert made.outputs[0].cells[0].hidden is hidden
        assert made.records[0].reasons == (why,)


@pytest.mark.parametrize(("most", "hidden"), [(270, False), (271, True)])
def test_count_of_nearly_all_of_its_total_is_judged_as_a_share_is(policy, strict, table, most, hidden):
    drawn = table({"r": [most, 300 - most], "s": [100, 100]})
    lenient, made = (protect([drawn], rules) for rules in (policy, strict))
    assert not any(cell.hidden for cell in lenient.outputs[0].cells)
    assert lenient.records[0].reasons == (
        ("a category holds more than 90% of a group: allowed, it is not sensitive",) if hidden else ()
    )
    assert made.outputs[0].cells[0].hidden is hidden
    assert made.records[0].reasons == (("complement",) if hidden else ())


def test_count_of_nearly_all_cannot_be_subtracted_from_its_total(strict, table):
    shown = protect([table({"r": [950, 50], "s": [100, 100]})], strict).outputs[0]
    row = [shown.cell("r", name).hidden for name in ("a", "b", "all")]  # type: ignore[union-attr]
    column = [shown.cell(name, "a").hidden for name in ("r", "s", "all")]  # type: ignore[union-attr]
    assert row.count(True) > 1
    assert column.count(True) > 1


@pytest.mark.parametrize("left", [(9,), (5, 4), (9, 0)])
def test_count_that_leaves_a_few_of_its_total_does_not_stand_beside_it(policy, strict, table, left):
    """Whatever the category is, and also where several rows share the few who are left."""
    for rules in (policy, strict):
        shown = protect([table({"r": [191, *left], "s": [60] * (1 + len(left))})], rules).outputs[0]
        assert shown.cell("r", "a").hidden or shown.cell("r", "all").hidden  # type: ignore[union-attr]


def test_step_of_a_flow_is_no_category_of_the_one_before_it(strict, words):
    steps = [Cell(f"step{at}", "persons", COUNT, n) for at, n in enumerate((400, 380, 300))]
    assert not any(cell.hidden for cell in shown(words, strict, *steps, shape=Shape.FLOW))


def test_difference_is_made_from_rounded_counts(rounding, words):
    # 12 of 52 minus 23 of 48 is -0.2484; from rounded counts 10 of 50 minus 25 of 50
    cell = Cell(
        "r", "c", ESTIMATE, 100, -0.2484, -0.4, -0.1, 0.08, unit="difference in probability", digits=1,
        sides=Sides((52, 48), events=(12, 23)),
    )  # fmt: skip
    one = shown(words, rounding, cell)[0]
    assert one.value == pytest.approx(-0.3, abs=0.001)
    assert (one.low, one.high) == pytest.approx((-0.4516, -0.1516), abs=0.001)


def test_curve_is_made_from_rounded_counts(rounding, words):
    points = [
        Cell("all", str(at), ESTIMATE, 203, k / 203, numerator=k, digits=1, unit="probability") for at, k in ((0, 0), (1, 33))
    ]
    assert [cell.value for cell in shown(words, rounding, *points, shape=Shape.CURVE)] == [
        0.0,
        pytest.approx(35 / 205, abs=1e-3),
    ]


@pytest.mark.parametrize("events", [0, 3, 7])
def test_curve_does_not_tell_none_from_a_few(rounding, words, events):
    points = [Cell("all", str(at), ESTIMATE, 200, k / 200, numerator=k, unit="probability") for at, k in ((0, 0), (1, events))]
    assert [cell.hidden for cell in shown(words, rounding, *points, shape=Shape.CURVE)] == [False, True]


@pytest.mark.parametrize("later", [20, 24, 27])
def test_curve_does_not_tell_a_standstill_from_a_few_more(rounding, words, later):
    steps = ((0, 0), (1, 20), (2, later), (3, 40))
    points = [Cell("all", str(at), ESTIMATE, 200, k / 200, numerator=k, unit="probability") for at, k in steps]
    assert [cell.value for cell in shown(words, rounding, *points, shape=Shape.CURVE)] == [0.0, 0.1, 0.1, 0.2]


def test_point_of_a_curve_with_few_still_followed_is_hidden(policy, words):
    points = [Cell("all", str(at), ESTIMATE, 200, at / 4, numerator=50 * at, fewest=n) for at, n in ((0, 200), (1, 10), (2, 9))]
    assert [cell.hidden for cell in shown(words, policy, *points, shape=Shape.CURVE)] == [False, False, True]


def test_numbers_that_may_have_moved_say_so_whether_they_did_or_not(rounding, policy, words):
    """The note is the same for 10 of 50, which round to themselves, and 12 of 52: else it would tell the two apart."""
    said = "Aandelen en verschillen zijn uit afgeronde aantallen berekend"
    for numerator, n in ((10, 50), (12, 52)):
        output = Output(words(), (Cell("r", "c", SHARE, n, numerator=numerator),))
        assert protect([output], rounding).outputs[0].notes[-1].nl.startswith(said)
        assert not any(note.nl.startswith(said) for note in protect([output], policy).outputs[0].notes)
    many = Output(words(), (Cell("r", "c", SHARE, 400_000, numerator=100_000),))
    assert NOTICED == 0.1
    assert not any(note.nl.startswith(said) for note in protect([many], rounding).outputs[0].notes)


def test_share_is_not_shown_as_everybody_where_small_parts_count_for_nothing(rounding, words):
    parts = (("tenant", 41), ("owner", 3), ("lodging", 3), ("homeless", 3))
    cells = [Cell(row, "c", SHARE, 50, numerator=k) for row, k in parts]
    output = Output(words(), (*cells, Cell("all", "c", COUNT, 50)), (Sum(("all", "c"), tuple((row, "c") for row, _ in parts)),))
    made = protect([output], rounding).outputs[0]
    assert [cell.hidden for cell in made.cells] == [True, True, True, True, False]


def test_table_whose_counts_are_exact_beside_a_rounded_n_says_so(policy, words):
    cells = Cell("r", "share", SHARE, 154, numerator=60), Cell("r", "persons", COUNT, 154)
    said = [note.en for note in protect([Output(words(), cells)], policy).outputs[0].notes]
    assert said == ["Counts in the table are exact; n is rounded to 10"]


def test_difference_that_would_read_otherwise_after_rounding_is_not_shown(rounding, words):
    """12 of 52 minus 10 of 48 is above zero; from rounded counts both are 10 of 50, and the words say *higher*."""
    given = {"value": 0.0224, "unit": "difference in probability", "sides": Sides((52, 48), events=(12, 10))}
    assert shown(words, rounding, estimate(**given))[0].hidden
