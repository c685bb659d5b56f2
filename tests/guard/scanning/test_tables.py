from __future__ import annotations

import json

import pytest

from gm_workbench.guard.scan import scan_text
from gm_workbench.report.csvfiles import COLUMNS

HEAD = "<tr><th>a</th><th>b</th><th>c</th></tr>"


def page(*rows: tuple[object, ...]) -> str:
    body = "".join("<tr>" + "".join(f"<td><b>{cell}</b></td>" for cell in row) + "</tr>" for row in rows)
    return f"<p>x</p>\n<table>{HEAD}{body}</table>"


def table(*rows: tuple[object, ...]) -> str:
    return "\n".join(";".join(map(str, row)) for row in (("a", "b", "c"), *rows))


def records(text: str, suffix: str) -> list[int]:
    found = scan_text(text, suffix)
    assert {one.rule for one in found} <= {"table of records"}
    return [one.line for one in found]


SEXES, DISTRICTS = ("man", "vrouw"), ("Noord", "Zuid", "Oost", "West")


def persons(many: int) -> list[tuple[object, ...]]:
    """Rows of one person each: age, sex, district, income."""
    return [(18 + 7 * n % 47, SEXES[n * n % 3 % 2], DISTRICTS[n * n % 7 % 4], 900 + 37 * n % 3001) for n in range(many)]


def groups(*more: str) -> list[tuple[object, ...]]:
    """Rows of one group each: all combinations of age, sex and district."""
    return [(age, sex, place, *more) for age in ("18-26", "27-44", "45-67") for sex in SEXES for place in DISTRICTS]


RECORDS = {
    "words that come back": persons(400),
    "few rows of words that come back": persons(20),
    "numbered lines of words that come back": [(n, *row) for n, row in enumerate(persons(40))],
    "codes that come back": [(n % 7 + 1, n * n % 5 % 3, n % 3, 900 + 37 * n % 3001) for n in range(60)],
    "a word and numbers that differ": [(row[0] + n % 3, row[1], n * n * 37 % 3001) for n, row in enumerate(persons(30))],
    "two words of each": [row[1:3] for row in persons(40)],
    "codes of coaches": [(f"C{n:05d}", "x", 3) for n in range(12)],
    "numbers of files": [(12000 + 7 * n, "x", 3) for n in range(12)],
    "days": [("x", f"2024-03-{n:02d}", 3) for n in range(1, 13)],
    "many rows of bare values": [(n, n * 7 % 90, "m") for n in range(260)],
    "rows of bare values": [(n, n * 7 % 90, "m") for n in range(121)],
}
SUMMARIES = {
    "few rows": [(f"C{n:05d}", "x", 3) for n in range(9)],
    "places": [(f"GM{n:04d}", "x", 3) for n in range(300)],
    "months": [(202301 + n, "x", 3) for n in range(12)],
    "years": [(2000 + n, "x", 3) for n in range(12)],
    "words and numbers": [(f"vraag nummer {n} van velen", n, "0,5 [0,1; 0,9]") for n in range(300)],
    "all combinations": groups("120", "ja"),
    "all combinations, in any order": groups("120", "ja")[::-1][5:] + groups("120", "nee")[-5:],
    "a curve": [(n, 990 - 10 * (n // 5), 10 * (n % 3), "0,0 n = –" if n % 2 else "") for n in range(61)],
    "a curve with a verdict": [(n, 10 * (n % 3), "ja" if n % 7 < 3 else "nee") for n in range(61)],
    "a curve with numbers and a verdict": [(n, 993 - 7 * n, "ja" if n % 7 < 3 else "nee") for n in range(61)],
    "bare values by year of age": [(n, 1200 - n, n * 7 % 90) for n in range(106)],
    "lines with words of their own": [(f"vraag {n}", "goed" if n % 3 else "matig", DISTRICTS[n % 4]) for n in range(40)],
    "the same numbers": [(12000, 15000, 16000)] * 12,
}


@pytest.mark.parametrize("rows", RECORDS.values(), ids=RECORDS)
def test_table_of_records_is_found(rows):
    assert records(page(*rows), ".html") == [2]
    assert records(table(*rows), ".csv") == [1]


@pytest.mark.parametrize("rows", SUMMARIES.values(), ids=SUMMARIES)
def test_table_that_sums_up_is_left_alone(rows):
    assert records(page(*rows), ".html") == []
    assert records(table(*rows), ".csv") == []


HEAD_OF_PERSONS = ("leeftijd", "geslacht", "wijk", "inkomen")


def shapes(rows: list[tuple[object, ...]]) -> dict[str, object]:
    """Write a table as programs do."""
    by_row = [dict(zip(HEAD_OF_PERSONS, row, strict=False)) for row in rows]
    by_column = dict(zip(HEAD_OF_PERSONS, map(list, zip(*rows, strict=True)), strict=False))
    return {
        "records": by_row,
        "within": [{"who": row, "of": {"a": 1}} for row in by_row],
        "lists": rows,
        "split": {"columns": HEAD_OF_PERSONS, "data": rows},
        "index": {str(n): row for n, row in enumerate(by_row)},
        "columns": {name: dict(enumerate(column)) for name, column in by_column.items()},
        "list": by_column,
        "table": {"schema": {"fields": []}, "data": [{"index": n, **row} for n, row in enumerate(by_row)]},
        "text": "\n".join(";".join(map(str, row)) for row in rows),
    }


@pytest.mark.parametrize("shape", shapes([]))
def test_table_of_records_is_found_in_every_shape_of_json(shape):
    assert [one.rule for one in scan_text(json.dumps(shapes(persons(40))[shape]), ".json")] == ["table of records"]
    assert scan_text(json.dumps(shapes(groups("120"))[shape]), ".json") == ()


@pytest.mark.parametrize(
    "written",
    [
        "<script>var rows = {lists}</script>",
        "<script>var rows = {records}</script>",
        '<script type="application/json">{list}</script>',
        "<div data-rows='{lists}'>",
        "<pre>\n{text}</pre>",
        "<ul><li>{items}</li></ul>",
        "<table>{cells}",
        "{cells}",
    ],
)
def test_table_of_records_is_found_wherever_it_stands_in_a_page(written):
    def page_of(rows: list[tuple[object, ...]]) -> str:
        ways = {name: json.dumps(shape) for name, shape in shapes(rows).items()}
        lines = [", ".join(map(str, row)) for row in rows]
        cells = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in rows)
        also = {"text": shapes(rows)["text"], "items": "</li><li>".join(lines), "cells": cells}
        return written.format(**ways | also)

    assert {one.rule for one in scan_text(page_of(persons(40)))} == {"table of records"}
    assert scan_text(page_of(groups("120"))) == ()


def test_table_below_a_title_and_table_with_bars_are_found():
    rows = [";".join(map(str, row)) for row in persons(40)]
    assert [one.line for one in scan_text("\n".join(("Export", *rows)), ".csv")] == [2]
    barred = "".join(f"| {row.replace(';', ' | ')} |\n" for row in ("a;b;c;d", "---;---;---;---", *rows))
    assert {one.rule for one in scan_text(barred, ".md")} == {"table of records"}
    aligned = "".join(f"{age}   {sex:6}  {place:6}  {income}\n" for age, sex, place, income in persons(40))
    assert {one.rule for one in scan_text(aligned, ".log")} == {"table of records"}


def test_table_that_calls_itself_one_of_the_workbench_has_one_line_of_each():
    head = ",".join(COLUMNS)
    lines = [f"{sex},x,{place},y,share,0.5,,,,120,%" for _, sex, place, _ in persons(40)]
    assert records("\n".join((head, *lines)), ".csv") == [1]
    assert records("\n".join((head, *dict.fromkeys(lines))), ".csv") == []
    assert records("\n".join(("measure,n,wijk", *(f"{sex},{age},{place}" for age, sex, place, _ in persons(40)))), ".csv") == [
        1
    ]


def test_list_of_records_in_json_is_found(found):
    rows = ", ".join(f'{{"who": "C{n:05d}", "score": {n}}}' for n in range(12))
    assert found("x.json", f'{{"rows": [{rows}]}}') == ["rows: table of records"]


def test_table_that_is_no_table_cannot_be_read(found):
    assert found("x.csv", 'a,b\n"x') == ["cannot be read"]
    assert found("x.csv", "") == []


def test_table_of_records_in_a_text_is_found(found):
    lines = "".join(f"C{n:05d};{n}\n" for n in range(12))
    assert [str(one) for one in scan_text("Klaar.\n" + lines, ".log")] == [":2:1: table of records"]
    assert scan_text("Klaar, en\nvlug.\n" * 20, ".log") == ()


def test_drawing_of_single_persons_is_found(found):
    assert found("a.svg", "<svg>" + "<circle r='1'/>" * 61 + "</svg>") == ["table of records"]
    assert found("a.svg", "<svg>" + "<circle r='1'/>" * 60 + "</svg>") == []


def test_numbers_cut_in_columns_are_found_and_columns_of_counts_are_not(real):
    cut = scan_text(f"a;b;c\nx;{real[:4]};{real[4:]}\n", ".csv")
    assert [one.rule for one in cut] == ["person number"]
    assert scan_text("a;b\n" + "".join(f"{1200 + 37 * n};{43210 + 91 * n}\n" for n in range(9)), ".csv") == ()
