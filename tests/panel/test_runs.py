"""Runs from monthly rows and from spells; the shapes of runs and person-months."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gm_workbench.errors import MetricError
from gm_workbench.panel.ledger import Ledger
from gm_workbench.panel.person_months import PersonMonths
from gm_workbench.panel.runs import Runs, runs_of, runs_of_spells
from gm_workbench.panel.spells import CENSORED, OTHERWISE, TO_WORK

PEOPLE = pd.Index(["a", "b"])


def months(length=3, **other):
    arrays = {"person": np.int32, "month": np.int32, "time": np.int16, "entry": np.int16, "event": np.int8}
    made = {name: np.arange(length, dtype=kind) % 2 for name, kind in arrays.items()} | other
    return PersonMonths(PEOPLE, ledger=Ledger(), **made)


def test_person_months_give_a_frame_with_pseudonyms():
    frame = months().frame()
    assert list(frame.columns) == ["person", "month", "time", "entry", "event"]
    assert frame["person"].tolist() == ["a", "b", "a"]
    assert months().frame(["time"]).columns.tolist() == ["time"]


def test_person_months_name_a_column_that_is_not_there():
    with pytest.raises(MetricError, match="columns person, month, time, entry, event but got age"):
        months().frame(["age"])


def test_arrays_of_unequal_length_are_refused():
    with pytest.raises(MetricError, match=r"one length but got lengths \[2, 3\]"):
        months(time=np.zeros(2, dtype=np.int16))
    three, two = np.zeros(3, dtype=np.int32), np.zeros(2, dtype=np.int32)
    with pytest.raises(MetricError, match=r"Runs must have arrays of one length but got lengths \[2, 3\]"):
        Runs(PEOPLE, three, three, two, three.astype(np.int8), three.astype(bool))


def test_runs_are_counted():
    none = np.zeros(0, dtype=np.int32)
    assert len(Runs(PEOPLE, none, none, none, none.astype(np.int8), none.astype(bool))) == 0
    assert len(months()) == 3


def rows(*drawn):
    """Draw monthly rows: person, month, and perhaps how it ended."""
    columns = list(zip(*((*row, 0)[:3] for row in drawn), strict=True))
    return [np.array(column, dtype=kind) for column, kind in zip(columns, (np.int32, np.int32, np.int8), strict=True)]


def drawn(runs):
    return list(
        zip(
            runs.person.tolist(),
            runs.first.tolist(),
            runs.last.tolist(),
            runs.event.tolist(),
            runs.open_end.tolist(),
            strict=True,
        )
    )


def test_months_without_a_break_are_one_run_in_whatever_order_they_come():
    person, month, event = rows((1, 5), (0, 7), (0, 3), (0, 2), (1, 4, TO_WORK), (0, 8, OTHERWISE))
    assert drawn(runs_of(PEOPLE, person, month, event)) == [
        (0, 2, 3, CENSORED, True),
        (0, 7, 8, OTHERWISE, False),
        (1, 4, 5, CENSORED, True),  # the end in month 4 was that of another dossier: she went on
    ]


def test_an_end_counts_in_a_month_with_two_dossiers_and_the_one_to_work_first():
    person, month, event = rows((0, 3), (0, 3, OTHERWISE), (0, 3, TO_WORK), (1, 3), (1, 3, OTHERWISE))
    assert drawn(runs_of(PEOPLE, person, month, event)) == [(0, 3, 3, TO_WORK, False), (1, 3, 3, OTHERWISE, False)]


def test_a_run_begins_when_the_delivery_says_unless_an_earlier_run_had_not_ended():
    person, month, event = rows((0, 100), (0, 101), (0, 110), (1, 100))
    runs = runs_of(PEOPLE, person, month, event, np.array([40, 40, 40, 100], dtype=np.int32))
    assert drawn(runs)[:2] == [(0, 40, 101, CENSORED, True), (0, 110, 110, CENSORED, True)]
    later = runs_of(PEOPLE, person, month, event, np.array([40, 40, 105, 100], dtype=np.int32))
    assert later.first.tolist() == [40, 105, 100]


def test_months_too_far_apart_and_columns_of_unequal_length_are_refused():
    person, month, _ = rows((0, 1), (0, 5000))
    with pytest.raises(MetricError, match="Months must lie less than 4096 apart but got 5000 months"):
        runs_of(PEOPLE, person, month)
    with pytest.raises(MetricError, match="Monthly rows must have arrays of one length"):
        runs_of(PEOPLE, person, month[:1])


def test_neighbours_in_the_list_of_people_are_never_one_run():
    person, month, _ = rows((0, 4094), (1, 0))
    assert len(runs_of(PEOPLE, person, month)) == 2


def test_nobody_has_no_runs():
    none = np.zeros(0, dtype=np.int32)
    assert len(runs_of(PEOPLE, none, none)) == 0


def test_spells_are_put_in_order_and_cannot_end_before_they_begin():
    person, first, last = (np.array(each, dtype=np.int32) for each in ([1, 0, 0], [3, 9, 2], [4, 9, 8]))
    event, going_on = np.array([1, 0, 2], dtype=np.int8), np.array([False, True, False])
    assert drawn(runs_of_spells(PEOPLE, person, first, last, event, going_on)) == [
        (0, 2, 8, OTHERWISE, False),
        (0, 9, 9, CENSORED, True),
        (1, 3, 4, TO_WORK, False),
    ]
    with pytest.raises(MetricError, match="but 1 end before"):
        runs_of_spells(PEOPLE, person, first, last - np.int32([2, 0, 0]), event, going_on)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 25), st.sampled_from([0, 1, 2])), min_size=1, max_size=60))
def test_runs_are_those_of_a_groupby(drawing):
    person, month, event = rows(*drawing)
    frame = pd.DataFrame({"person": person, "month": month, "rank": np.array([0, 2, 1])[event]})
    months = frame.groupby(["person", "month"])["rank"].max().reset_index()
    run = (months.groupby("person")["month"].diff() != 1).cumsum()
    expected = months.groupby(run).agg(
        person=("person", "first"), first=("month", "min"), last=("month", "max"), rank=("rank", "last")
    )
    runs = runs_of(pd.Index(list("abcd")), person, month, event)
    assert runs.person.tolist() == expected["person"].tolist()
    assert (runs.first.tolist(), runs.last.tolist()) == (expected["first"].tolist(), expected["last"].tolist())
    assert runs.event.tolist() == np.array([0, 2, 1])[expected["rank"]].tolist()
    assert (runs.open_end == (runs.event == CENSORED)).all()
