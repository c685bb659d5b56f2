from __future__ import annotations

import pytest

from gm_workbench.intake.declared.sources import FixedShape
from gm_workbench.intake.reading import fixed
from gm_workbench.intake.reading.fixed import open_fixed
from gm_workbench.intake.reading.sniff import sniff

SHAPE = FixedShape(10, r"^\d{4}", {"JAAR": (1, 4), "NAAM": (5, 8), "CODE": (9, 10)})


@pytest.fixture
def lines(write, told):
    """Write lines and read their fields."""

    def read(content, shape=SHAPE):
        path = write("a.txt", content)
        return told(open_fixed(path, sniff(path), shape))

    return read


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_bytes_are_cut_before_they_are_decoded(lines, end):
    got = lines(f"2018Zoë 01{end}2019éé  02{end}".encode("cp1252"))
    assert got.cells == {"JAAR": ["2018", "2019"], "NAAM": ["Zoë", "éé"], "CODE": ["01", "02"]}
    assert (got.lines, got.reasons) == ([1, 2], [])


def test_line_of_another_length_is_left_out_and_counted(lines, monkeypatch):
    monkeypatch.setattr(fixed, "BLOCK", 8)
    got = lines("2018abcd01\n999912345\n\n2019abcd02x\n2020abcd03\n")
    assert (got.cells["JAAR"], got.lines) == (["2018", "2020"], [1, 5])
    assert got.reasons == [("ragged", 2, 2)]
    assert got.opened.rows == 4


def test_signs_of_csv_mean_nothing_here(lines):
    assert lines('2018";,"01\n').cells["NAAM"] == ['";,"']


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("2018abcd01\n2018ab", "truncated"),
        ("2018abcd01\r2018abcd01\r", "line_ends"),
        ("2018ab\0d01\n" * 9, "encoding"),
    ],
)
def test_file_that_is_not_whole_is_refused(lines, content, reason):
    got = lines(content)
    assert got.opened.refused
    assert reason in [told for told, *_ in got.reasons]


def test_other_encoding_than_declared_is_refused_when_it_shows(lines):
    shape = FixedShape(10, "", SHAPE.fields, encoding="ascii")
    assert lines("2018Zoë 01\n".encode("cp1252"), shape).reasons == [("encoding", None, 1)]
