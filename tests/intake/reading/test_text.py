from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gm_workbench.intake.declared.limits import Limits
from gm_workbench.intake.faults import worst
from gm_workbench.intake.reading import scan, text
from gm_workbench.intake.reading.files import open_file
from gm_workbench.intake.reading.opened import FileKind
from gm_workbench.intake.reading.sniff import sniff
from gm_workbench.intake.reasons import Severity

PLANT = "999912345"


def test_text_gives_cells_by_header_with_their_lines(read):
    got = read("BSN;NAAM;BEDRAG\r\n012;Zoë;1,5\r\n13;;\r\n")
    assert got.cells == {"BSN": ["012", "13"], "NAAM": ["Zoë", ""], "BEDRAG": ["1,5", ""]}
    assert (got.lines, got.opened.rows, got.reasons) == ([2, 3], 2, [])


def test_only_wanted_columns_are_read_in_the_wanted_order(read):
    assert list(read("a;b;c\n1;2;3\n", wanted=["c", "a"]).cells.items()) == [("c", ["3"]), ("a", ["1"])]


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        ("Zoë".encode("utf-8-sig"), []),
        ("Zoë".encode(), []),
        ("Zoë".encode("cp1252"), ["repaired"]),
    ],
)
def test_encoding_is_read_and_another_one_than_utf8_is_noted(read, content, reasons):
    body = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    got = read(body + b"a;b\r\n1;" + content.removeprefix(b"\xef\xbb\xbf") + b"\r\n")
    assert got.cells == {"a": ["1"], "b": ["Zoë"]}
    assert [reason for reason, *_ in got.reasons] == reasons


def test_windows_letters_far_down_are_found_although_the_first_bytes_are_ascii(read):
    got = read(b"a;b\n" + b"1;x\n" * 20_000 + "2;é\n".encode("cp1252"))
    assert got.cells["b"][-1] == "é"
    assert [reason for reason, *_ in got.reasons] == ["repaired"]


@pytest.mark.parametrize(("separator", "reasons"), [(";", []), (",", ["repaired"]), ("\t", ["repaired"]), ("|", ["repaired"])])
def test_every_separator_is_read_and_another_than_a_semicolon_is_noted(read, separator, reasons):
    got = read("a;b;c\nx;y;z\n".replace(";", separator))
    assert got.cells == {"a": ["x"], "b": ["y"], "c": ["z"]}
    assert [reason for reason, *_ in got.reasons] == reasons


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        (b"", "empty", None),
        (b"\n\n\n", "empty", None),
        ("a;b\n1;ë\n".encode() + "2;ë\n".encode("cp1252"), "encoding", 3),
        ("a;b\nëë;\xeb\n".encode()[:-4] + b"\xeb\n", "encoding", 2),
        ("\ufeffa;b\n".encode() + "1;ë\n".encode("cp1252"), "encoding", 2),
        ("a;b\n1;Zo" + "ë".encode().decode("cp1252") + "\n", "encoding", 2),
        ("a;b\n1;Zo\N{REPLACEMENT CHARACTER}\n", "encoding", 2),
        (b"a;b\n1;\x81\xff\n", "encoding", 2),
        ("a;b\n1;2\n".encode("utf-16"), "encoding", None),
        (b"a;b\n1;x\n2;\0y\n" + b"3;zzzzzzzzzzzzzzz\n" * 3, "encoding", 3),
        (b'a;b\n1;"x\n2;y\n', "quotes", 2),
        (b'a;b\n1;"x\ny"\n', "quotes", 2),
        (b"a;b\r1;2\r", "line_ends", 1),
        (b"a;b\r\n1;x\ry\r\n", "line_ends", 1),
        (b"a;b\n1;2\n3;", "truncated", 3),
        (b"a;b", "truncated", 1),
    ],
)
def test_text_that_cannot_be_trusted_is_refused(read, content, reason, line):
    got = read(content)
    assert got.opened.refused
    assert (reason, line, 1) in got.reasons


def test_cut_and_unclosed_are_both_said(read):
    assert {reason for reason, *_ in read(b'a;b\n1;"x\n2;y').reasons} == {"quotes", "truncated"}


def test_text_in_quotes_may_hold_separators_and_doubled_quotes(read):
    assert read('a;b\n1;"x;""y"""\n').cells == {"a": ["1"], "b": ['x;"y"']}


def test_quotes_that_swallow_a_line_end_although_each_line_has_an_even_number_are_found_late(read):
    assert read('a;b\n1x"y;"z\n2;3\n4;"5"\n').reasons == [("quotes", None, 1)]


def test_ragged_lines_are_left_out_with_their_lines_and_blank_lines_are_no_rows(read):
    got = read(f"a;b\n1;x\n\n2;y;{PLANT}\n3;z\n{PLANT}\n4;q\n\n")
    assert (got.cells["a"], got.lines) == (["1", "3", "4"], [2, 5, 7])
    assert got.reasons == [("ragged", 4, 2)]
    assert got.opened.rows == len(got.lines) + 2


def test_lines_stay_right_over_many_blocks(read, monkeypatch):
    monkeypatch.setattr(text, "BLOCK", 200)
    monkeypatch.setattr(scan, "BLOCK", 64)
    rows = [f"{line};x" if line % 50 else f"{line};x;y" for line in range(2, 400)]
    got = read("\n".join(["a;b", *rows, ""]))
    assert [str(line) for line in got.lines] == got.cells["a"]
    assert got.reasons == [("ragged", 50, 7)]


def test_last_line_with_too_few_cells_is_a_cut_file(read):
    assert read("a;b;c\n1;2;3\n4\n").reasons == [("truncated", 3, 1)]


def test_titles_above_the_headers_are_passed_over_and_said(read):
    got = read("Export bijstand\r\n\r\nBSN;NAAM\r\n1;x\r\n")
    assert (got.opened.headers, got.opened.header_line, got.lines) == (("BSN", "NAAM"), 3, [4])
    assert got.reasons == [("header_below", 3, 1)]


def test_headers_can_be_moved_to_another_line(read, told):
    opened = read("x;y\nBSN;NAAM\n1;2\n").opened
    assert told(opened.moved(2)).cells == {"BSN": ["1"], "NAAM": ["2"]}


def test_headers_that_are_empty_or_there_twice_are_named_by_position(read):
    assert read("BSN;;Naam;NAAM\n1;2;3;4\n").opened.headers == ("BSN", "#2", "#3", "#4")


def test_error_of_a_spreadsheet_sets_its_row_aside(read):
    got = read("a;b\n1;x\n2;#N/B\n3;#4\n#DIV/0!;y\n")
    assert (got.cells["b"], got.lines) == (["x", "#4"], [2, 4])
    assert got.reasons == [("cell_error", 3, 1), ("cell_error", 5, 1)]  # one for each column


def test_error_in_a_column_that_nobody_wants_does_no_harm(read):
    assert read("a;b\n1;#N/A\n", wanted=["a"]).reasons == []


def test_text_with_headers_only_has_no_rows_and_no_fault(read):
    got = read("a;b\n")
    assert (got.opened.rows, got.lines, got.reasons) == (0, [], [])


def test_rows_that_are_all_ragged_are_counted(read):
    assert read("a;b\n1;2;3\n4;5;6\n").reasons == [("ragged", 2, 2)]


@pytest.mark.parametrize(("columns", "refused"), [(4, False), (5, False), (6, True)])
def test_text_with_too_many_columns_is_refused(write, columns, refused):
    path = write("wide.csv", ";".join(f"k{i}" for i in range(columns)) + "\n")
    (opened,) = open_file(path, sniff(path), Limits(columns=5))
    assert opened.refused is refused


def test_text_that_is_too_large_is_not_opened(write):
    path = write("a.csv", "a;b\n1;2\n")
    (opened,) = open_file(path, sniff(path), Limits(file_bytes=7))
    assert [fault.reason.value for fault in opened.faults] == ["too_large"]


def test_line_without_end_is_refused_and_not_collected(write, monkeypatch):
    monkeypatch.setattr(scan, "BLOCK", 1000)
    path = write("a.csv", b"a;b\n" + b"x" * 5000)
    (opened,) = open_file(path, sniff(path))
    assert [fault.reason.value for fault in opened.faults] == ["too_large"]


def test_name_with_a_number_is_masked_in_every_message(read):
    got = read(b'a,b\n1,"x\n', name=f"export {PLANT}.xlsx")
    assert got.opened.name == f"export {PLANT}.xlsx"
    assert {fault.file for fault in got.opened.faults} == {"export #########.xlsx"}


WHOLE = b"\xef\xbb\xbfBSN;NAAM;START\r\n" + b"".join(b'%09d;"Zo\xc3\xab";20240101\r\n' % i for i in range(30))
TRICKS = st.sampled_from([b'"', b"\0", b"\r", b"\n", b";", b"\t", b"\xff", b"\xc3", b"#N/B", b"\n\n", b"\xef\xbb\xbf", b"=1+1"])


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory):
    return tmp_path_factory.mktemp("spoilt") / "a.csv"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(edits=st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 30), TRICKS | st.binary(max_size=9)), max_size=4))
def test_however_a_text_is_spoilt_it_is_refused_or_each_row_is_given_or_counted(spoilt, edits):
    content = bytearray(WHOLE)
    for at, length, instead in edits:
        content[at : at + length] = instead
    spoilt.write_bytes(content)
    (opened,) = open_file(spoilt, sniff(spoilt))
    if opened.refused or opened.sniffed.kind is not FileKind.TEXT:
        return
    given_rows = sum(len(batch.lines) for batch in opened.batches(opened.headers))
    severe = worst(opened.late) is Severity.REFUSE
    aside = sum(fault.count for fault in (*opened.faults, *opened.late) if fault.severity is Severity.SET_ASIDE)
    assert severe or given_rows + aside == opened.rows
