from __future__ import annotations

import pytest

from gm_workbench.guard.scan import scan_text

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


RECORDS = {
    "codes of coaches": [(f"C{n:05d}", "x", 3) for n in range(12)],
    "numbers of files": [(12000 + 7 * n, "x", 3) for n in range(12)],
    "days": [("x", f"2024-03-{n:02d}", 3) for n in range(1, 13)],
    "many rows of bare values": [(n, n * 7 % 90, "m") for n in range(260)],
}
SUMMARIES = {
    "few rows": [(f"C{n:05d}", "x", 3) for n in range(9)],
    "places": [(f"GM{n:04d}", "x", 3) for n in range(300)],
    "months": [(202301 + n, "x", 3) for n in range(12)],
    "years": [(2000 + n, "x", 3) for n in range(12)],
    "words and numbers": [(f"vraag nummer {n} van velen", n, "0,5 [0,1; 0,9]") for n in range(300)],
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
