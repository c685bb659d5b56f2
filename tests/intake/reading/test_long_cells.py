"""A cell of two million signs, in every format: refused as too large, in a second, without memory for it."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from gm_workbench.intake.declared.limits import LIMITS
from gm_workbench.intake.declared.sources import FixedShape, XmlShape
from gm_workbench.intake.reading.files import open_file
from gm_workbench.intake.reading.fixed import open_fixed
from gm_workbench.intake.reading.long_text import longest_text
from gm_workbench.intake.reading.sniff import sniff
from gm_workbench.intake.reading.xmlrows import open_xml

MOST = LIMITS.cell_bytes
ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="A"><table:table-row>'
    '<table:table-cell office:value-type="string">'
    "<text:p>{}</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
    "</office:document-content>"
)


ODS_MEMBERS = {
    "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
    "META-INF__manifest_xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
}


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


def shared_by_many(size: int) -> bytes:
    """Write a workbook in which two thousand cells share one long text."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(2000):
            sheet.write_string(row, 0, "q")
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(buffer.getvalue())) as before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b"<t>q</t>", b"<t>" + b"1" * size + b"</t>"))
    return changed.getvalue()


WRITERS = {
    "text": lambda size: f"a;b\r\n1;{'1' * size}\r\n".encode(),
    "text, far down": lambda size: b"a;b\r\n" + b"1;2\r\n" * 50 + f"1;{'1' * size}\r\n".encode(),
    "text, no line end": lambda size: b"a;b\r\n1;" + b"1" * size,
    "text, header": lambda size: b"a;" + b"b" * size + b"\r\n1;2\r\n",
    "text, in quotes with separators": lambda size: f'a;b\r\n1;"{"1;" * (size // 2)}"\r\n'.encode(),
    "xlsx": shared_by_many,
    "ods": lambda size: zipped(**ODS_MEMBERS, content_xml=ODS.format("1" * size)),
    "xml": lambda size: f"<a><b>{'1' * size}</b></a>".encode(),
    "xml, attribute": lambda size: f'<a><b c="{"1" * size}"/></a>'.encode(),
}


@pytest.mark.untraced
@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("size", [2_000_000, 40_000_000])
def test_very_long_cell_is_too_large_quickly_and_without_memory(write, kind, size):
    path = write("a.bin", WRITERS[kind](size))
    began = time.process_time()
    tracemalloc.start()
    (opened,) = open_file(path, sniff(path))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [fault.reason.value for fault in opened.faults] == ["too_large"]
    assert "11111" not in repr(opened.faults)
    assert (time.process_time() - began < 5, most < 120_000_000) == (True, True)


@pytest.mark.parametrize(("size", "refused"), [(MOST - 20, False), (MOST + 1, True)])
@pytest.mark.parametrize("kind", ["text", "text, far down", "ods", "xml"])
def test_limit_of_a_cell_is_a_limit(write, kind, size, refused):
    path = write("a.bin", WRITERS[kind](size))  # tags and line ends around it count
    assert open_file(path, sniff(path))[0].refused is refused


def test_long_line_of_many_short_cells_is_no_long_cell(read):
    got = read(";".join(f"K{at}" for at in range(400)) + "\r\n" + ";".join(["x" * 900] * 400) + "\r\n", wanted=["K1"])
    assert (len(got.cells["K1"]), got.reasons) == (1, [])


def test_shapes_of_xml_and_fixed_width_refuse_too(write):
    xml, fixed = write("a.xml", WRITERS["xml"](2_000_000)), write("a.txt", "1" * 2_000_000 + "\r\n")
    tables = [
        open_xml(xml, sniff(xml), XmlShape("a")),
        open_fixed(fixed, sniff(fixed), FixedShape(10, "^1", {"A": (1, 10)})),
    ]
    assert [[fault.reason.value for fault in table.faults] for table in tables] == [["too_large"]] * 2


@pytest.mark.parametrize(("size", "refused"), [(32_767, False), (40_000, True), (2_000_000, True)])
def test_system_file_that_says_more_than_it_can_hold_is_too_large(tmp_path, size, refused):
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"A": ["1" * size], "B": [1.0]}), str(path))
    (opened,) = open_file(path, sniff(path))
    assert [fault.reason.value for fault in opened.faults] == ["too_large"] * refused


def test_text_over_two_blocks_is_one(monkeypatch):
    monkeypatch.setattr("gm_workbench.intake.reading.long_text.BLOCK", 4)
    assert longest_text(io.BytesIO(b"<a>0123456789</a>xx"), 100) == len("a>0123456789")
