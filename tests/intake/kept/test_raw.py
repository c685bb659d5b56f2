from __future__ import annotations

import io
import zipfile

import pytest

from gm_workbench.intake.kept.raw import holds, remove_lines

PERSON = "012345672"


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("a;012345672;b", True),
        ("a;12345672;b", True),
        ("a;12.345.672;b", True),
        ('"0123 45 672"', True),
        ("a;123456729;b", False),
        ("a;912345672;b", False),
        ("a;012345673;b", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_number_is_found_however_it_is_written(text, there, encoding):
    assert holds(text.encode(encoding), PERSON) is there


def workbook(text: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/sharedStrings.xml", text)
    return sink.getvalue()


def test_number_is_found_in_a_workbook():
    assert holds(workbook("<t>12345672</t>"), PERSON)
    assert not holds(workbook("<t>12345680</t>"), PERSON)


@pytest.mark.parametrize("data", [b"$FL2 anything", b"\xd0\xcf\x11\xe0", b"PK\x03\x04 damaged"])
def test_file_that_cannot_be_searched_counts_as_holding(data):
    assert holds(data, PERSON)


def test_lines_go_and_the_marker_promises_fewer(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"BSN;X\r\n12345672;1\r\n123456782;2\r\n012345672;3\r\n")
    (tmp_path / "b.csv").write_bytes(b"BSN;X\n123456782;2\n")
    (tmp_path / "delivery.yml").write_text("kind: real\nfiles:\n  a.csv:\n    rows: 3\n  b.csv:\n    rows: 1\n")
    assert remove_lines(tmp_path, PERSON) == 1
    assert (tmp_path / "a.csv").read_bytes() == b"BSN;X\r\n123456782;2\r\n"
    assert (tmp_path / "delivery.yml").read_text() == "kind: real\nfiles:\n  a.csv:\n    rows: 1\n  b.csv:\n    rows: 1\n"


@pytest.mark.parametrize(
    "data", [b'BSN;X\n12345672;"two\nlines"\n', "BSN;X\n12345672;1\n".encode("utf-16"), workbook("12345672")]
)
def test_file_that_is_not_one_line_a_row_is_left_alone(tmp_path, data):
    (tmp_path / "a.csv").write_bytes(data)
    assert remove_lines(tmp_path, PERSON) == 0
    assert (tmp_path / "a.csv").read_bytes() == data


def test_file_with_nobody_else_goes_and_is_promised_no_more(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"BSN;X\n12345672;1\n")
    (tmp_path / "delivery.yml").write_text("files:\n  a.csv:\n    rows: 1\n  b.csv:\n    rows: 1\n")
    assert remove_lines(tmp_path, PERSON) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["delivery.yml"]
    assert (tmp_path / "delivery.yml").read_text() == "files:\n  b.csv:\n    rows: 1\n"
