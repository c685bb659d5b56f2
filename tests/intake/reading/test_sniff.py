from __future__ import annotations

import io
import os
import zipfile

import pytest

from gm_workbench.intake.reading.opened import FileKind
from gm_workbench.intake.reading.sniff import name_notes, separator_of, sniff


def packed(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"BSN;NAAM\r\n1;x\r\n", FileKind.TEXT),
        (b"\xef\xbb\xbfBSN;NAAM\r\n", FileKind.TEXT),
        ("BSN;NAAM\r\n".encode("utf-16"), FileKind.TEXT),
        (packed(xl__workbook_xml=b""), FileKind.XLSX),
        (packed(content_xml=b""), FileKind.ODS),
        (packed(bestand=b"BSN;NAAM"), FileKind.OTHER),
        (packed(xl__workbook_xml=b"x" * 99)[:60], FileKind.OTHER),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), FileKind.XLS),
        (b"$FL2@(#) IBM SPSS", FileKind.SAV),
        (b"$FL3@(#) IBM SPSS", FileKind.SAV),
        (b"<?xml version='1.0'?><a/>", FileKind.XML),
        (b"\xef\xbb\xbf\n<Levering/>", FileKind.XML),
        ("<?xml version='1.0'?><a/>".encode("utf-16"), FileKind.XML),
        (b"\x8f\x01\x02\x03\x1f" * 500, FileKind.OTHER),
        (bytes(500), FileKind.OTHER),
        (b"<5 jaar;1\r\n", FileKind.TEXT),
    ],
    ids=range(16),
)
def test_file_is_told_by_its_bytes(sniffed, content, kind):
    told = sniffed(content)
    assert told.kind is kind
    assert all(reason.nl and reason.en for reason in told.because)
    assert told.because


def test_random_bytes_are_no_text(sniffed):
    assert {sniffed(b"\x01" + os.urandom(1 << 16)).kind for _ in range(5)} == {FileKind.OTHER}


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Zoë;1\n".encode(), "utf-8"),
        ("Zoë;1\n".encode("utf-8-sig"), "utf-8-sig"),
        ("Zoë;1\n".encode("cp1252"), "cp1252"),
        (b"a;1\n", "utf-8"),
        ("a;1\n".encode("utf-16-le") * 9, "utf-16"),
    ],
)
def test_encoding_is_told_by_evidence(sniffed, content, encoding):
    assert sniffed(content).encoding == encoding


def test_utf8_that_is_cut_within_a_letter_at_the_end_of_the_head_stays_utf8(sniffed):
    line = "ë" * 20 + ";1\n"
    assert sniffed(("a" + line * 5000).encode()).encoding == "utf-8"


@pytest.mark.parametrize(
    ("lines", "separator"),
    [
        (["a;b;c", "1,5;2,5;3,5"], ";"),
        (["a,b", "1,2"], ","),
        (["a\tb", "1,5\t2"], "\t"),
        (["a|b", "1|2"], "|"),
        (["naam;bedrag", '"x,y,z";1', "q;2"], ";"),
        (["Export, van gisteren", "a;b;c", "1;2;3", "4;5;6"], ";"),
        (["een regel", "nog een"], ""),
        ([], ""),
    ],
)
def test_separator_is_what_gives_lines_the_same_number_of_cells(lines, separator):
    assert separator_of(lines)[0] == separator


@pytest.mark.parametrize(
    ("name", "noted"), [("a.csv", False), ("a.TXT", False), ("a.xlsx", True), ("a", False), ("a.xml", True)]
)
def test_name_that_promises_another_format_is_noted(write, name, noted):
    path = write(name, b"a;b\n1;2\n")
    notes = name_notes(path, sniff(path))
    assert bool(notes) is noted
    assert all("text" in note.problem.nl for note in notes)
