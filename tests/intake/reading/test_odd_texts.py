"""Texts as exporters really write them: what is above, below, between and beside the rows, and signs that nobody sees."""

from __future__ import annotations

import pytest

ROWS = "a;b;c\r\n1;2;3\r\n4;5;6\r\n"
PLANT = "999912345"


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("sep=;\r\n" + ROWS, [("header_below", 2, 1)]),
        ("\ufeffsep=;\r\n" + ROWS, [("header_below", 2, 1)]),
        ('"sep=;"\r\n' + ROWS, [("header_below", 2, 1)]),
        (ROWS + "Einde bestand\r\n", [("repaired", 4, 1)]),
        (ROWS + "\r\nAantal records: 2\r\nEinde bestand\r\n", [("repaired", 5, 2)]),
        (ROWS + "Totaal;9\r\n", [("repaired", 4, 1)]),
        (ROWS + ";;\r\n  ; ;\r\n;;\r\n", []),
        (ROWS.replace("4;5", ";;\r\n   \r\n4;5"), []),
        (ROWS + "\x1a", []),
        (ROWS + '"";"";""\r\n', []),
        (ROWS.replace("\r\n", ";\r\n"), []),
        (ROWS.replace("3\r\n", "3;\r\n").replace("6\r\n", "6;\r\n"), [("repaired", 1, 1)]),
        (ROWS.replace("c\r\n", "c;;\r\n"), [("repaired", 1, 1)]),
        (ROWS.replace("a;b", "\u200ba;\ufeffb\u200b"), []),
        ("\ufeff\ufeff" + ROWS, []),
    ],
)
def test_rows_are_read_whatever_is_around_them(read, text, reasons):
    got = read(text, wanted=["a", "b", "c"])
    assert got.cells == {"a": ["1", "4"], "b": ["2", "5"], "c": ["3", "6"]}
    assert got.reasons == reasons


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ROWS + "7;8\r\n", "truncated"),  # neither a total nor an end
        (ROWS + f"{PLANT};Totaal\r\n", "truncated"),
        (ROWS.replace("1;2;3", "Totaal;3"), "ragged"),  # not at the bottom
        (ROWS + "7;8;9;10\r\n", "ragged"),
        ("a;b;c\r\n1;2;3;4\r\n5;6;7;8\r\n", "ragged"),  # something stands in the cell too many
        ("a;b;c;d\r\n1;2;3\r\n5;6;7\r\n", "truncated"),  # a column without cells
    ],
)
def test_line_that_is_no_footer_is_no_footer(read, text, reason):
    assert [one for one, *_ in read(text, wanted=["a"]).reasons] == [reason]


@pytest.mark.parametrize(
    ("cell", "told"), [('19" scherm', '19" scherm'), ('"19"" scherm"', '19" scherm'), ('a "b" c', 'a "b" c'), ('"a;b"', "a;b")]
)
def test_quotation_mark_within_a_cell_is_a_sign(read, cell, told):
    got = read(f"a;b\r\n1;{cell}\r\n2;x\r\n")
    assert (got.cells["b"], got.reasons) == ([told, "x"], [])


@pytest.mark.parametrize("cell", ['"open', '"a""'])
def test_open_quotation_mark_still_refuses(read, cell):
    got = read(f"a;b\r\n1;{cell}\r\n2;x\r\n", wanted=[])
    assert [one for one, *_ in got.reasons] == ["quotes"]


@pytest.mark.parametrize("last", ["crè".encode()[:-1], "€".encode()[:-1], b"\x81", b"\xf0\x9d"])
def test_text_that_ends_within_a_sign_of_several_bytes_is_not_read(read, last):
    got = read("a;b\r\n1;crè\r\n2;".encode() + last, wanted=[])
    assert (got.opened.refused, got.reasons[0][0]) == (True, "truncated")
    assert "encoding" not in {one for one, *_ in got.reasons}
