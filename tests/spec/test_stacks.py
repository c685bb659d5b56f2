"""Stacks of teams that began and teams that had not, drawn month by month and held against the rows drawn by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.stacks import MONTH_IN_STACK, TEAM_IN_STACK, stacked

COUNT = 0
"""Rows are counted."""


def rows(starts: dict[str, int | None], months: range) -> pd.DataFrame:
    """Give a row for each team and month."""
    frame = pd.DataFrame([(team, month, start) for team, start in starts.items() for month in months])
    return frame.set_axis(["team", "month", "start"], axis=1).astype({"start": float})


def drawing(found: pd.DataFrame, months: range) -> list[str]:
    """Draw each team of each stack: `.` a month before, `#` from its start on, and a space where it has no row."""
    lines = []
    for name, own in found.groupby(TEAM_IN_STACK, sort=True):
        mark = own.set_index("month")["introduced"].map({0: ".", 1: "#"})
        lines.append(f"{name}  {mark.reindex(months, fill_value=' ').str.cat().rstrip()}")
    return lines


def test_each_stack_holds_its_starters_and_the_teams_that_begin_after_it(witness):
    # window 3; a begins in month 3, b in 5 (within the window of a, so no control of it), c in 6 (just after it), d never
    found = stacked(rows({"a": 3, "b": 5, "c": 6, "d": None}, range(10)), window=3)
    #        0123456789
    drawn = [
        "a@3  ...###",
        "b@5    ...###",
        "c@3  ......",
        "c@6     ...###",
        "d@3  ......",
        "d@5    ......",
        "d@6     ......",
    ]
    assert drawing(found, range(10)) == drawn
    given = {"data": "drawn", "source": "months drawn by hand, in the test", "known": "hand", "tolerance": COUNT}
    for mark, value, name in (("#", 1, "months with"), (".", 0, "months without")):
        count = sum(line.count(mark) for line in drawn)
        witness("stacks.stacked", f"window 3, {name}", found["introduced"].eq(value).sum(), count, **given)
    again = int(found.duplicated(["team", "month"]).sum())  # c: 12 rows in 9 months, d: 18 rows in 9 months
    witness("stacks.stacked", "window 3, months that stand in another stack too", again, 3 + 9, **given)


@pytest.mark.parametrize(("start", "controls"), [(5, 0), (6, 1), (7, 1)])
def test_a_team_is_a_control_from_the_window_on(start, controls):
    found = stacked(rows({"a": 3, "b": start}, range(12)), window=3)
    assert found.loc[found["control"], "team"].nunique() == controls
    assert found["introduced"].sum() == 3 * controls


@pytest.mark.parametrize(("month", "inside"), [(-1, False), (0, True), (5, True), (6, False)])
def test_a_stack_reaches_a_window_to_each_side(month, inside):
    found = stacked(rows({"a": 3, "b": None}, range(month, month + 1)), window=3)
    assert (len(found) == 2) is inside


def test_a_team_that_had_begun_is_never_a_control():
    found = stacked(rows({"a": 3, "b": 8}, range(14)), window=3)
    assert drawing(found, range(14)) == ["a@3  ...###", "b@3  ......"]  # at b's start only a is left, which has begun


def test_months_that_are_not_there_are_not_made():
    found = stacked(rows({"a": 3, "b": None}, range(2, 5)), window=3)
    assert drawing(found, range(6)) == ["a@3    .##", "b@3    ..."]


def test_labels_keep_stacks_apart_and_other_columns_stay():
    given = rows({"a": 3, "b": 6, "c": None}, range(9)).assign(left=1)
    found = stacked(given, window=3)
    assert set(found[MONTH_IN_STACK]) == {f"{month}@3" for month in range(6)} | {f"{month}@6" for month in range(3, 9)}
    assert found["left"].eq(1).all()
    assert list(given.columns) == ["team", "month", "start", "left"]


@pytest.mark.parametrize("starts", [{"a": 3, "b": 4}, {"a": None, "b": None}, {"a": 3}])
def test_without_anybody_to_compare_with_there_is_no_stack(starts):
    found = stacked(rows(starts, range(9)), window=3)
    assert found.empty
    assert {"introduced", "control", TEAM_IN_STACK, MONTH_IN_STACK} <= set(found.columns)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"month": "may"}, "column month must be numeric"),
        ({"month": None}, "column month"),
        ({"team": None}, "column team must"),
    ],
)
def test_stacks_refuse_what_they_cannot_use(change, says):
    with pytest.raises(MetricError, match=says):
        stacked(rows({"a": 3, "b": None}, range(6)).assign(**change), window=3)


def test_stacks_refuse_a_missing_column():
    with pytest.raises(MetricError, match="columns start are missing"):
        stacked(rows({"a": 3}, range(6)).drop(columns="start"))
