"""Workbooks: `.xlsx` by XlsxWriter, `.ods` by hand, for no maintained writer of it needs no compiler.

Both carry a fixed date of creation, so that a seed gives the same bytes. Numbers are written as numbers and dates as dates, as
a spreadsheet does: zeros in front of a number of a person are lost, and intake must restore them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from xlsxwriter import Workbook

from gm_workbench.worlds.formats.cells import Cells, lines_of

_MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"), ("manifest", "manifest"))
)


def xlsx_bytes(sheets: Mapping[str, Cells], numbers: Collection[str] = (), dates: Collection[str] = ()) -> bytes:
    """Write sheets by name; columns in `numbers` become numbers, those in `dates` (``jjjjmmdd``) days of a spreadsheet."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": _MADE})
        day = book.add_format({"num_format": "dd-mm-yyyy"})
        for name, cells in sheets.items():
            sheet = book.add_worksheet(name)
            for column, header in enumerate(cells):
                sheet.write_string(0, column, header)
                for row, cell in enumerate(cells[header], start=1):
                    if not cell:
                        continue
                    if header in numbers:
                        sheet.write_number(row, column, _number(cell))
                    elif header in dates:
                        sheet.write_datetime(row, column, _day(cell), day)
                    else:
                        sheet.write_string(row, column, cell)
    return target.getvalue()


def _number(cell: str) -> float:
    return float(cell.replace(",", "."))


def _day(cell: str) -> datetime:
    return datetime(int(cell[:4]), int(cell[4:6]), int(cell[6:]), tzinfo=UTC).replace(tzinfo=None)


def ods_bytes(sheets: Mapping[str, Cells], numbers: Collection[str] = (), dates: Collection[str] = ()) -> bytes:
    """Write sheets by name as an OpenDocument spreadsheet; `numbers` and `dates` as in `xlsx_bytes`."""
    tables = "".join(_table(name, cells, numbers, dates) for name, cells in sheets.items())
    content = f'<office:document-content {_NAMESPACES} office:version="1.3"><office:body><office:spreadsheet>{tables}'
    members = {
        "mimetype": _ODS,
        "META-INF/manifest.xml": _manifest(),
        "content.xml": f"{_HEAD}{content}</office:spreadsheet></office:body></office:document-content>",
    }
    return zip_bytes({name: member.encode() for name, member in members.items()})


_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def _manifest() -> str:
    entries = "".join(
        f"<manifest:file-entry manifest:full-path={quoteattr(path)} manifest:media-type={quoteattr(kind)}/>"
        for path, kind in (("/", _ODS), ("content.xml", "text/xml"))
    )
    return f'{_HEAD}<manifest:manifest {_NAMESPACES} manifest:version="1.3">{entries}</manifest:manifest>'


def _table(name: str, cells: Cells, numbers: Collection[str], dates: Collection[str]) -> str:
    header, *rows = lines_of(cells)
    kinds = ["float" if name in numbers else "date" if name in dates else "string" for name in header]
    lines = [_row(header, ["string"] * len(header)), *(_row(row, kinds) for row in rows)]
    return f"<table:table table:name={quoteattr(name)}>{''.join(lines)}</table:table>"


def _row(line: tuple[str, ...], kinds: list[str]) -> str:
    return f"<table:table-row>{''.join(map(_cell, line, kinds))}</table:table-row>"


def _cell(cell: str, kind: str) -> str:
    if not cell:
        return "<table:table-cell/>"
    value = {
        "float": f' office:value="{cell.replace(",", ".")}"',
        "date": f' office:date-value="{cell[:4]}-{cell[4:6]}-{cell[6:]}"',
    }.get(kind, "")
    return f'<table:table-cell office:value-type="{kind}"{value}><text:p>{escape(cell)}</text:p></table:table-cell>'


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """Pack members in their order under one fixed time; the first, a `mimetype`, is not compressed."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, data in members.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            packed.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, how)
    return target.getvalue()
