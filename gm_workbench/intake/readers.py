"""Bytes of a raw file → text cells with the line that each row stands on. Everything is text here; typing comes later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from gm_workbench.intake.faults import Fault, english, masked
from gm_workbench.intake.layouts import Layout
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.recognise import (
    BOM,
    Recognised,
    encoding_fault,
    header_line,
    recognise,
    separator_fault,
)

_EXPORT_AGAIN = "export the file again and copy it whole"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One raw file as text: the columns of its layout (all columns, for a file with items), and the line of each row."""

    name: str
    layout: Layout
    cells: pa.Table
    lines: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one file: a sheet unless the file could not be read, and every fault met so far.

    `rows` counts the lines under the header, the unreadable ones included; -1 when they could not be counted.
    """

    sheet: Sheet | None
    faults: tuple[Fault, ...] = ()
    rows: int = -1


def read_file(name: str, data: bytes, layouts: Mapping[str, Layout]) -> Reading:
    """Read one raw file.

    Parameters
    ----------
    name : str
        The file's name; in messages runs of digits that could be a person's number are hidden.
    data : bytes
        All of the file.
    layouts : mapping
        The layouts to choose from.
    """
    shown = masked(name)
    fault = _unreadable(shown, data)
    if fault is not None:
        return Reading(None, (fault,))
    cut = not data.endswith(b"\n")
    whole = data if not cut else data[: data.rfind(b"\n") + 1]
    faults = [_cut_fault(shown, data)] if cut else []
    if not whole:
        return Reading(None, tuple(faults))
    found = recognise(header_line(whole), layouts.values())
    stop = _header_fault(shown, found) if found is not None else _unknown_file(shown)
    if stop is not None or found is None:
        return Reading(None, (*faults, *filter(None, [stop])))
    return _parse(name, whole, found, faults)


def _unreadable(shown: str, data: bytes) -> Fault | None:
    if not data.strip():
        return english(Reason.EMPTY, shown, "the file is empty", _EXPORT_AGAIN)
    wrong = encoding_fault(shown, data)
    if wrong is not None:
        return wrong
    if data.removesuffix(b"\r").count(b"\r") != data.count(b"\r\n"):
        problem, remedy = "lines must end in CR LF or LF but some end in CR only", "export again, without line ends in texts"
        return english(Reason.LINE_ENDS, shown, problem, remedy)
    if data.count(b'"') % 2:
        problem, remedy = "a quotation mark is opened and never closed", "remove or double the quotation marks in texts"
        return english(Reason.QUOTES, shown, problem, remedy)
    return None


def _cut_fault(shown: str, data: bytes) -> Fault:
    last = data.count(b"\n") + 1
    return english(Reason.TRUNCATED, shown, "the file is cut off: its last line has no line end", _EXPORT_AGAIN, last)


def _unknown_file(shown: str) -> Fault:
    return english(
        Reason.UNKNOWN_FILE,
        shown,
        "the header belongs to no known kind of file",
        "check that line 1 holds the column names, remove a stray file, or declare its layout in data/codes/layouts",
        line=1,
    )


def _header_fault(shown: str, found: Recognised) -> Fault | None:
    """Say what makes every row of the file unreadable: another separator, or columns that are missing or there twice."""
    wrong = separator_fault(shown, found)
    if wrong is not None:
        return wrong
    wanted = found.layout.headers
    missing = [header for header in wanted if header not in found.headers]
    twice = [header for header in wanted if found.headers.count(header) > 1]
    problems = [f"columns are missing: {', '.join(missing)}"] if missing else []
    problems += [f"columns are there more than once: {', '.join(twice)}"] if twice else []
    if not problems:
        return None
    remedy = f"give each column of the layout once, as in data/codes/layouts/{found.layout.name}.yml"
    return english(Reason.COLUMNS, shown, "; ".join(problems), remedy, line=1, count=len(missing) + len(twice))


def _parse(name: str, data: bytes, found: Recognised, faults: list[Fault]) -> Reading:
    ragged: list[tuple[int, bool]] = []
    body = data.removeprefix(BOM).rstrip(b"\r\n") + b"\r\n"
    cells = _cells(body, found, ragged)
    rows = cells.num_rows + len(ragged)
    if rows != body.count(b"\n") - 1:
        broken = "a text in quotation marks runs over a line end"
        return Reading(
            None, (*faults, english(Reason.QUOTES, masked(name), broken, "remove line ends from texts and export again"))
        )
    faults = faults + _ragged_faults(masked(name), ragged, rows)
    if rows == 0 and not found.layout.may_be_empty and not faults:
        faults = [english(Reason.EMPTY, masked(name), "the file has a header but no rows", _EXPORT_AGAIN, line=1)]
    lines = np.delete(np.arange(2, rows + 2), [line - 2 for line, _ in ragged])
    return Reading(Sheet(name, found.layout, cells, lines), tuple(faults), rows)


def _cells(body: bytes, found: Recognised, ragged: list[tuple[int, bool]]) -> pa.Table:
    """Parse to text columns; a line with another number of cells is skipped and noted as (line, too few)."""

    def skip(row: Any) -> str:
        ragged.append((row.number, row.actual_columns < row.expected_columns))
        return "skip"

    names = _column_names(found)
    kept = list(names) if found.layout.items else list(found.layout.headers)
    return pa_csv.read_csv(
        pa.BufferReader(body),
        # one block and one thread, because only then does a skipped row know its line
        read_options=pa_csv.ReadOptions(column_names=names, skip_rows=1, use_threads=False, block_size=len(body) + 1),
        parse_options=pa_csv.ParseOptions(delimiter=found.separator, invalid_row_handler=skip, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), null_values=[], strings_can_be_null=False, include_columns=kept
        ),
    )


def _column_names(found: Recognised) -> list[str]:
    """Give each column a name of its own; only the layout's columns can have been checked for doubles."""
    seen: set[str] = set()
    names = []
    for position, header in enumerate(found.headers, start=1):
        names.append(header if header and header not in seen else f"#{position}")
        seen.add(header)
    return names


def _ragged_faults(shown: str, ragged: list[tuple[int, bool]], rows: int) -> list[Fault]:
    ends_short = bool(ragged) and ragged[-1] == (rows + 1, True)
    others = ragged[:-1] if ends_short else ragged
    faults = []
    if ends_short:
        wrong = "the file is cut off: its last line has too few cells"
        faults.append(english(Reason.TRUNCATED, shown, wrong, _EXPORT_AGAIN, rows + 1))
    if others:
        wrong = "lines have another number of cells than the header"
        remedy = "put texts that hold a separator between quotation marks, and export again"
        faults.append(english(Reason.RAGGED, shown, wrong, remedy, others[0][0], count=len(others)))
    return faults
