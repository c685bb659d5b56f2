from __future__ import annotations

import pytest

from gm_workbench.guard.curves import series_of, thinned
from gm_workbench.guard.protect import protect
from gm_workbench.outputs.output import Cell, Measure, Output, Sentence, Shape, Slot, Suppressed
from gm_workbench.vocabulary.text import same

ESTIMATE, COUNT, SHARE = Measure.ESTIMATE, Measure.COUNT, Measure.SHARE


def curve(words, events, n=200, measure=ESTIMATE, **given):
    def value(k: int) -> dict[str, float]:
        return {"value": k / n} if measure is ESTIMATE else {}

    cells = [
        Cell("women", str(at), measure, n, numerator=k, digits=1, unit="probability", **value(k)) for at, k in enumerate(events)
    ]
    return Output(words(shape=Shape.CURVE, **given), tuple(cells))


@pytest.mark.parametrize(
    ("events", "repeating"),
    [
        ((0, 9), [1]),
        ((0, 10), []),
        ((0, 11), []),
        ((0, 4, 9, 10, 19, 20), [1, 2, 4]),
        ((0, 10, 10, 13), [3]),
        ((3, 13), [0]),
    ],
)
def test_curve_keeps_steps_of_enough_events(policy, words, events, repeating):
    assert thinned(curve(words, events), policy) == repeating


def test_curve_repeats_the_step_before_where_events_are_few_and_ends_with_the_last_step(policy, words):
    shown = protect([curve(words, (0, 4, 10, 15, 21, 22, 30))], policy).outputs[0]
    assert [None if cell.hidden else cell.value for cell in shown.cells] == [0.0, 0.0, 0.05, 0.05, 0.105, None, None]
    assert shown.notes[0].nl == (
        "De lijn loopt in stappen van ten minste 10 gebeurtenissen; daartussen staat de stap ervoor, en kan het echte aandeel "
        "anders zijn"
    )


def test_curve_with_few_events_is_not_drawn_as_if_there_were_none(policy, words):
    shown = protect([curve(words, (0, 4, 9, 9))], policy).outputs[0]
    assert [cell.hidden for cell in shown.cells] == [False, True, True, True]


@pytest.mark.parametrize(
    ("events", "left_out"),
    [((0, 10, 19, 29), [1]), ((0, 10, 20, 29), [3]), ((0, 4, 9, 29), [1, 2]), ((0, 10, 19, 28), [1, 3])],
)
def test_quoted_point_is_a_step_before_others_are(policy, words, events, left_out):
    sentence = Sentence(same("{a}"), {"a": Slot("women", "2")})
    assert thinned(curve(words, events, sentence=sentence), policy) == left_out


@pytest.mark.parametrize("where", ["sentence", "alt", "more"])
def test_quoted_point_does_not_repeat_an_earlier_number(policy, words, where):
    said = Sentence(same("{a}"), {"a": Slot("women", "1")})
    output = curve(words, (0, 4, 14), **{where: (said,) if where == "more" else said})
    assert [cell.hidden for cell in protect([output], policy).outputs[0].cells] == [False, True, False]


def test_curve_that_starts_with_few_events_starts_hidden(policy, words):
    shown = protect([curve(words, (3, 14))], policy).outputs[0]
    assert isinstance(shown.cells[0].value, Suppressed)
    assert shown.cells[1].value == 0.07


def test_curve_hides_points_with_few_at_risk_and_rounds_the_others(policy, words):
    cells = tuple(Cell("women", str(at), ESTIMATE, n, value=0.5) for at, n in enumerate((30, 10, 9)))
    risks = tuple(Cell("women_at_risk", str(at), COUNT, n) for at, n in enumerate((34, 15, 9)))
    shown = protect([Output(words(shape=Shape.CURVE), cells + risks)], policy).outputs[0]
    assert [cell.hidden for cell in shown.cells[:3]] == [False, False, True]
    assert [str(cell.value) for cell in shown.cells[3:]] == ["30.0", "20.0", "<10"]


def test_curve_of_shares_steps_on_both_counts(policy, words):
    output = curve(words, (0, 20, 24, 40), measure=SHARE)
    assert thinned(output, policy) == [2]
    shown = protect([output], policy).outputs[0]
    assert [cell.value for cell in shown.cells] == [0.0, 0.1, 0.1, 0.2]


def test_curve_of_shares_does_not_step_when_few_leave_its_n(policy, words):
    cells = tuple(Cell("women", str(at), SHARE, n, numerator=20) for at, n in enumerate((200, 197, 190)))
    assert thinned(Output(words(shape=Shape.CURVE), cells), policy) == [1]


def test_series_are_in_the_order_of_time(words):
    cells = tuple(Cell("women", at, ESTIMATE, 50, value=0.5) for at in ("12", "3", "0"))
    assert series_of(Output(words(shape=Shape.CURVE), cells)) == [[2, 1, 0]]
    waves = tuple(Cell("women", at, ESTIMATE, 50, value=0.5) for at in ("T12", "T3"))
    assert series_of(Output(words(shape=Shape.CURVE), waves)) == [[0, 1]]


def test_points_without_events_are_kept(policy, words):
    cells = tuple(Cell("women", str(at), ESTIMATE, 50, value=0.5) for at in range(3))
    assert thinned(Output(words(shape=Shape.CURVE), cells), policy) == []


def test_other_shapes_are_not_thinned(policy, words):
    cells = tuple(Cell("women", str(at), ESTIMATE, 50, value=0.5, numerator=at) for at in range(3))
    assert thinned(Output(words(shape=Shape.TREND), cells), policy) == []
