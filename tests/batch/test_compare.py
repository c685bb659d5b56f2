from __future__ import annotations

import json

import pytest

from gm_workbench.batch.compare import RELATIVE, TOLERANCES, agree, compare, tolerance, values_of
from gm_workbench.report.csvfiles import COLUMNS

HEADER = "row,row_label,column,column_label,measure,value,low,high,se,n,unit\n"


def line(value="0.3", n="120", *, row="a", measure="estimate", label="met", low="0.1"):
    return f"{row},{label},x,x,{measure},{value},{low},0.5,0.1,{n},share\n"


def files(*lines, **estimate):
    content = {"place": "GM9903", "estimates": [{"name": "exit_12m", "n": 120, **estimate}] if estimate else []}
    return {"outputs/a.csv": HEADER + "".join(lines), "estimates.json": json.dumps(content)}


def places(compared):
    return [(one.file, one.row, one.column, one.was, one.now) for one in compared.differences]


def test_equal_files_have_no_difference_and_every_value_is_counted():
    found = compare(files(line(), line(row="b")), files(line(), line(row="b")), exact=True)
    assert (found.values, found.differences) == (2 * 8 + 1, ())


def test_last_digit_must_agree_on_the_same_type_of_machine_only():
    was, now = files(line("0.3")), files(line("0.3000000001"))
    assert places(compare(was, now, exact=True)) == [("outputs/a.csv", "a/x/estimate", "value", "0.3", "0.3000000001")]
    assert compare(was, now, exact=False).differences == ()


@pytest.mark.parametrize(("by", "differs"), [(0.9, False), (1.1, True)])
@pytest.mark.parametrize("column", ["value", "low"])
def test_tolerance_is_relative_and_has_an_edge(column, by, differs):
    was, now = files(line(**{column: "0.25"})), files(line(**{column: f"{0.25 * (1 + by * RELATIVE):.12g}"}))
    assert bool(compare(was, now, exact=False).differences) is differs


def test_counts_and_marks_must_be_equal_on_every_machine():
    was = files(line("1000000", "1000000", measure="count"))
    now = files(line("1000001", "1000001", measure="count"))
    assert [one.column for one in compare(was, now, exact=False).differences] == ["value", "n"]
    hidden = compare(files(line("0.3", "<10")), files(line("–", "<10")), exact=False)
    assert places(hidden) == [("outputs/a.csv", "a/x/estimate", "value", "0.3", "–")]


def test_words_are_compared_too():
    assert [one.column for one in compare(files(line()), files(line(label="zonder")), exact=False).differences] == ["row_label"]


def test_line_and_file_that_appear_or_go_are_differences():
    more = compare(files(line()), files(line(), line(row="b")), exact=False)
    assert {(one.row, one.was) for one in more.differences} == {("b/x/estimate", "")}
    assert len(more.differences) == 8
    gone = compare(files(line()), {"estimates.json": files()["estimates.json"]}, exact=False)
    assert {(one.file, one.now) for one in gone.differences} == {("outputs/a.csv", "")}


def test_estimates_are_compared_by_name_and_field():
    was, now = files(estimate=2.5, level=0.95), files(estimate=2.5 * (1 + 2e-6), level=0.9)
    found = compare(was, now, exact=False)
    assert [(one.row, one.column) for one in found.differences] == [("exit_12m", "estimate"), ("exit_12m", "level")]
    assert found.differences[0].tolerance == RELATIVE


def test_two_lines_of_one_name_are_both_compared():
    found = compare(files(line("1"), line("2")), files(line("1"), line("3")), exact=False)
    assert [(one.was, one.now) for one in found.differences] == [("2", "3")]


def test_file_that_someone_broke_is_a_difference_and_not_a_crash():
    for broken in ({"estimates.json": "{"}, {"outputs/a.csv": "a,b\n1,2\n"}):
        assert compare(files(line()), files(line()) | broken, exact=False).differences
    assert values_of("estimates.json", "[1]") == {("", "the whole file"): "[1]"}


def test_every_number_in_a_csv_file_has_a_tolerance_and_n_has_none():
    assert [column for column in COLUMNS if column in TOLERANCES] == ["value", "low", "high", "se"]
    assert tolerance("a/x/share", "n") == 0.0
    assert set(TOLERANCES.values()) == {1e-6}  # as docs/adr/0014 promises


def test_numbers_without_a_tolerance_agree_only_as_they_are_written():
    assert not agree("1.0", "1", 0.0)
    assert not agree("0", "1e-9", RELATIVE)
