from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from gm_workbench.intake.corrections import resolve
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rowledger import Entry
from gm_workbench.intake.rows.parts import FileRows, Part


def file(name: str, *keys: int, paid: float = 1.0, month: str = "202401") -> FileRows:
    data = pa.table({"paid": pa.array([paid] * len(keys))})
    part = Part("benefits", month[:4], month, data, np.array(keys, dtype=np.uint64))
    return FileRows(name, "bus", (part,), (Entry(name, "benefits", len(keys), len(keys), 0, 0),), ())


def kept(resolved):
    return [name for name, _ in resolved.parts]


def reasons(resolved):
    return [fault.reason for fault in resolved.faults]


def test_files_about_other_rows_both_count():
    resolved = resolve([file("a.csv", 1, 2), file("b.csv", 3, 4)], {})
    assert (kept(resolved), reasons(resolved)) == (["a.csv", "b.csv"], [])


def test_copy_counts_once():
    resolved = resolve([file("a.csv", 1, 2), file("b.csv", 1, 2)], {})
    assert (kept(resolved), reasons(resolved)) == (["a.csv"], [Reason.DUPLICATE_FILE])
    assert [(entry.accepted, entry.refused) for entry in resolved.entries] == [(2, 0), (0, 2)]


@pytest.mark.parametrize(
    ("delivered", "times", "names", "winner"),
    [
        ({"a V2": date(2024, 3, 1), "b V1": date(2024, 4, 1)}, {}, ("a V2", "b V1"), "b V1"),
        ({}, {}, ("BUS V10", "BUS V9"), "BUS V10"),
        ({}, {"a": 100.0, "b": 50.0}, ("a", "b"), "a"),
    ],
)
def test_later_file_wins_and_says_by_what(delivered, times, names, winner):
    resolved = resolve([file(names[0], 1, 2), file(names[1], 1, 2, paid=2.0)], delivered, times)
    assert (kept(resolved), reasons(resolved)) == ([winner], [Reason.CORRECTION])


def test_tie_is_ambiguous_and_neither_counts():
    resolved = resolve([file("a", 1, 2), file("b", 1, 2, paid=2.0)], {}, {"a": 1.0, "b": 1.5})
    assert (kept(resolved), reasons(resolved)) == ([], [Reason.AMBIGUOUS, Reason.AMBIGUOUS])
    assert [entry.refused for entry in resolved.entries] == [2, 2]


def test_partly_the_same_rows_are_ambiguous():
    resolved = resolve([file("a", 1, 2, 3, 4), file("b V2", 4, 5, 6, 7, paid=2.0)], {})
    assert reasons(resolved) == [Reason.AMBIGUOUS, Reason.AMBIGUOUS]


def test_correction_of_one_month_leaves_the_others():
    resolved = resolve([file("a", 1, 2), file("a V2", 1, 2, paid=2.0), file("c", 1, 2, month="202402")], {})
    assert kept(resolved) == ["a V2", "c"]


@pytest.mark.parametrize(("left", "kept_files"), [(1, []), (2, ["b V2"]), (4, ["b V2"])])
def test_correction_that_would_take_away_more_than_half_is_ambiguous(left, kept_files):
    resolved = resolve([file("a", 1, 2, 3, 4), file("b V2", *range(1, left + 1), paid=2.0)], {})
    assert kept(resolved) == kept_files
