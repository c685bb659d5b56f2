"""Person-months from hand-drawn runs: time, late entry, the window, exits and the ledger."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gm_workbench.errors import MetricError
from gm_workbench.panel.ledger import Ledger
from gm_workbench.panel.merging import merge_runs
from gm_workbench.panel.person_months import expand
from gm_workbench.panel.runs import MergeCounts, MergeRule, Runs, runs_of_spells
from gm_workbench.panel.spells import CENSORED, OTHERWISE, TO_WORK
from gm_workbench.panel.time_zero import NEVER
from gm_workbench.vocabulary.calendar import Period

PEOPLE = pd.Index(list("abcd"))
WINDOW = Period(10, 20)


def runs(*drawn):
    person, first, last, event = (np.array(column, dtype=np.int32) for column in zip(*drawn, strict=True))
    return runs_of_spells(PEOPLE, person, first, last, event.astype(np.int8), event == CENSORED)


def zeros(*months):
    return np.array(months, dtype=np.int32)


def lists(months, *columns):
    return [getattr(months, column).tolist() for column in columns]


def test_time_is_one_in_the_month_of_time_zero_and_the_event_stands_in_the_last_month():
    months = expand(runs((0, 12, 14, TO_WORK)), WINDOW, zeros(12))
    assert lists(months, "month", "time", "entry", "event") == [[12, 13, 14], [1, 2, 3], [0, 0, 0], [0, 0, TO_WORK]]


def test_who_began_before_the_window_comes_in_late():
    months = expand(runs((0, 4, 11, OTHERWISE)), WINDOW, zeros(4))
    assert lists(months, "month", "time", "entry", "event") == [[10, 11], [7, 8], [6, 6], [0, OTHERWISE]]


def test_months_before_time_zero_are_not_followed():
    months = expand(runs((0, 4, 16, TO_WORK)), WINDOW, zeros(15))
    assert lists(months, "month", "time", "entry") == [[15, 16], [1, 2], [0, 0]]


def test_an_exit_after_the_window_is_not_seen_and_one_in_its_last_month_is():
    months = expand(runs((0, 19, 21, TO_WORK), (1, 19, 20, TO_WORK)), WINDOW, zeros(19, 19))
    assert lists(months, "person", "event") == [[0, 0, 1, 1], [0, 0, 0, TO_WORK]]


def test_a_second_run_counts_on_from_the_same_time_zero():
    months = expand(runs((0, 12, 13, TO_WORK), (0, 16, 16, OTHERWISE)), WINDOW, zeros(12, 12))
    assert lists(months, "time", "entry") == [[1, 2, 5], [0, 0, 4]]


def test_ledger_counts_persons_and_keeps_what_was_merged():
    drawn = runs((0, 12, 13, TO_WORK), (0, 15, 15, OTHERWISE), (1, 12, 13, TO_WORK), (2, 1, 9, OTHERWISE))
    before = Ledger().merging("benefit", MergeCounts(5, 4, 1, 0, 0, 0))
    months = expand(drawn, WINDOW, zeros(12, 12, NEVER, 5), before)
    assert [step.persons_out for step in months.ledger.steps] == [3, 2, 1]
    assert months.ledger.merged == before.merged
    assert months.ledger.persons == months.frame()["person"].nunique()


def test_nobody_gives_no_rows():
    months = expand(runs((0, 1, 2, TO_WORK)), WINDOW, zeros(NEVER))
    assert (len(months), months.ledger.persons) == (0, 0)
    assert months.frame()["event"].dtype == np.int8


def test_overlapping_runs_and_a_missing_time_zero_are_refused():
    overlapping = runs((0, 12, 14, TO_WORK), (0, 14, 15, TO_WORK))
    with pytest.raises(MetricError, match="must not overlap"):
        expand(overlapping, WINDOW, zeros(12, 12))
    with pytest.raises(MetricError, match="one time zero for each of 2 runs but got 1"):
        expand(overlapping, WINDOW, zeros(12))


SPELLS = st.tuples(
    st.integers(0, 3),
    st.integers(0, 30),
    st.integers(0, 9),
    st.sampled_from([CENSORED, TO_WORK, OTHERWISE]),
    st.integers(-1, 30),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(SPELLS, min_size=1, max_size=12))
def test_person_months_are_those_of_a_slow_way(drawing):
    merged, _ = merge_runs(
        runs(*((who, first, first + more, event) for who, first, more, event, _ in drawing)), MergeRule("any")
    )
    of_person = {who: zero for who, *_, zero in drawing}
    zero = zeros(*(of_person[who] for who in merged.person.tolist()))
    slow = [
        (who, month, month - at + 1, max(first, at, WINDOW.first) - at, int(event) if month == last else 0)
        for who, first, last, event, at in zip(
            *(each.tolist() for each in (merged.person, merged.first, merged.last, merged.event, zero)), strict=True
        )
        for month in range(first, last + 1)
        if at != NEVER and month >= at and WINDOW.first <= month <= WINDOW.last
    ]
    months = expand(merged, WINDOW, zero)
    assert list(zip(*lists(months, "person", "month", "time", "entry", "event"), strict=True)) == slow


@settings(deadline=None)
@given(st.lists(SPELLS, min_size=1, max_size=12))
def test_exits_by_month_are_those_of_a_groupby(drawing):
    merged, _ = merge_runs(
        runs(*((who, first, first + more, event) for who, first, more, event, _ in drawing)), MergeRule("any")
    )
    months = expand(merged, WINDOW, merged.first)
    ended = (merged.event != CENSORED) & (merged.last >= WINDOW.first) & (merged.last <= WINDOW.last)
    expected = pd.Series(1, index=merged.last[ended]).groupby(level=0).sum()
    counted = months.frame(["month", "event"]).query("event > 0").groupby("month").size()
    assert counted.to_dict() == expected.to_dict()


def test_expanding_does_not_change_the_runs():
    drawn = runs((0, 4, 16, TO_WORK))
    copies = {name: getattr(drawn, name).copy() for name in ("person", "first", "last", "event")}
    expand(drawn, WINDOW, drawn.first)
    assert all((getattr(drawn, name) == copy).all() for name, copy in copies.items())
    assert isinstance(drawn, Runs)
