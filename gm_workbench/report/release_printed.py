"""The tables and tiles on the pages of a report and in its notebook, read back and held against the numbers in its files.

A page is read as it is written here. It is no proof that a page was not made by hand, for words may stand anywhere on it:
`gm verify` makes the report again and compares every byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from gm_workbench.outputs.cells import PARTS
from gm_workbench.outputs.output import Measure, Role, Shape
from gm_workbench.outputs.tables import WIDEST
from gm_workbench.report.page import FILES
from gm_workbench.report.release_twice import Line, is_number
from gm_workbench.vocabulary.text import Language, number

_PART = re.compile(r'<(?:section|div) id="([a-z][a-z0-9_]*)"')
_BODY = re.compile(r"<tbody>(.*?)</tbody>", re.DOTALL)
_CELL = re.compile(r'<td class="number">(.*?)</td>|(<td></td>)', re.DOTALL)
_TILE = re.compile(r"<dd>(.*?)</dd>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_PRINTED = re.compile(r"[−+]?\d[\d.,]*")
_INTERVAL = re.compile(r'<span class="interval">(.*?)</span>', re.DOTALL)
_N = re.compile(r"<small>n = (.*?)</small>", re.DOTALL)
NOTEBOOK = "report.ipynb"
DECIMAL: Mapping[Language, str] = {"nl": ",", "en": "."}


def printed_faults(
    files: Mapping[str, bytes], outputs: Sequence[Mapping[str, Any]], lines: Mapping[str, Sequence[Line]]
) -> list[str]:
    """Say which tables of the pages and the notebook do not print the numbers that the files of the report hold.

    Parameters
    ----------
    files : mapping of str to bytes
        Name and content of every file.
    outputs : sequence of mapping
        What `guard.json` says of each output.
    lines : mapping of str to sequence of mapping
        The rows of ``outputs/<id>.csv``, by its id.
    """
    faults = []
    for language, page in FILES.items():
        parts = _parts(files[page].decode("utf-8", errors="replace"))
        for output in outputs:
            own, text = lines[output["id"]], parts.get(output["id"], "")
            wanted = _grid(own) if _has_table(output, own) else []
            faults += [f"{page}, part {output['id']}: {fault}" for fault in _part_faults(text, output, own, wanted, language)]
    return faults + (notebook_faults(files[NOTEBOOK], outputs, lines) if NOTEBOOK in files else [])


def notebook_faults(content: bytes, outputs: Sequence[Mapping[str, Any]], lines: Mapping[str, Sequence[Line]]) -> list[str]:
    """Say which results in the notebook of a report are not those of its files, or none that a report has."""
    try:
        return [fault for result in _results(content) for fault in _result_faults(*result, outputs, lines)]
    except (KeyError, TypeError, ValueError, AttributeError):  # closed by default
        return [f"{NOTEBOOK}: is no notebook as a report has it"]


def _results(content: bytes) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Give what the cells of a notebook show, with the cell, counted from 1; what is not shown as data holds nothing."""
    for at, cell in enumerate(json.loads(content)["cells"], start=1):
        yield from ((at, result.get("data", {})) for result in cell.get("outputs", ()))


def _result_faults(
    at: int, data: Mapping[str, Any], outputs: Sequence[Mapping[str, Any]], lines: Mapping[str, Sequence[Line]]
) -> Iterator[str]:
    if data.keys() == {"image/png", "text/plain"}:
        return
    name = "".join(data.get("text/plain", ""))
    output = next((one for one in outputs if f"[{one['id']}]" == name), None)
    if output is None or data.keys() != {"text/html", "text/plain"}:
        yield f"{NOTEBOOK}, cell {at}: a result that no report has"
        return
    own = lines[output["id"]]
    wanted = [] if {Shape.TILES, Shape.FLOW} & set(output["shapes"]) else _grid(own)
    said = _part_faults("".join(data["text/html"]), output, own, wanted, "nl")
    yield from (f"{NOTEBOOK}, cell {at}, part {output['id']}: {fault}" for fault in said)


def _parts(page: str) -> dict[str, str]:
    """Cut a page at the anchors of its parts."""
    found = list(_PART.finditer(page))
    ends = [one.start() for one in found[1:]] + [len(page)]
    return {one[1]: page[one.end() : end] for one, end in zip(found, ends, strict=True)}


def _part_faults(
    text: str, output: Mapping[str, Any], lines: Sequence[Line], wanted: Sequence[Line | None], language: Language
) -> Iterator[str]:
    bodies = _BODY.findall(text.partition('<footer class="foot">')[0])
    if len(bodies) != bool(wanted):
        yield f"must have {int(bool(wanted))} tables of its numbers, but has {len(bodies)}"
        return
    cells = [one[0] for one in _CELL.findall(bodies[0])] if bodies else []
    if len(cells) != len(wanted):
        yield "its table does not have a cell for each line of its numbers"
        return
    tiles = _tiles(lines) if Shape.TILES in output["shapes"] else []
    for cell, line in [*zip(cells, wanted, strict=True), *zip(_TILE.findall(text), tiles, strict=False)]:
        if (line is None) != (cell == "") or (line is not None and not _prints(cell, line, language)):
            place = "a cell that has no line" if line is None else f"{line['row']} × {line['column']}"
            yield f"{place} is printed otherwise than outputs/{output['id']}.csv says"


def _has_table(output: Mapping[str, Any], lines: Sequence[Line]) -> bool:
    """Whether a part prints a table: not one of tiles or words alone, nor a section of which only counts are left."""
    told = [is_number(line["value"]) for line in lines if line["measure"] != Measure.COUNT]
    silent = output["role"] == Role.SECTION and bool(told) and not any(told)
    return bool(lines) and not silent and not set(output["shapes"]) <= {Shape.TILES, Shape.WORDS}


def _grid(lines: Sequence[Line]) -> list[Line | None]:
    """Put lines in the order in which a table prints them: row by row, turned where it is wide."""
    rows, columns = (list(dict.fromkeys(line[key] for line in lines)) for key in ("row", "column"))
    at = {(line["row"], line["column"]): line for line in lines}
    if len(columns) > max(WIDEST, len(rows)):
        return [at.get((row, column)) for column in columns for row in rows]
    return [at.get((row, column)) for row in rows for column in columns]


def _tiles(lines: Sequence[Line]) -> list[Line | None]:
    """Give the lines that have a tile, the first of each row, in order; their interval stands beside, and is not read."""
    firsts = {line["row"]: line for line in reversed(lines)}
    return [{**firsts[row], "low": "", "high": ""} for row in dict.fromkeys(line["row"] for line in lines)]


def _prints(cell: str, line: Line, language: Language) -> bool:
    """Whether a cell prints its line: the number, the interval where it has one, and n where it stands there."""
    interval, n = _INTERVAL.search(cell), _N.search(cell)
    bare = _N.sub("", _INTERVAL.sub("", cell))
    times = 100.0 if line["measure"] == Measure.SHARE or line["unit"] in PARTS else 1.0
    ends = [line["low"], line["high"]] if line["low"] else []
    said = _PRINTED.findall(_plain(interval[1])) if interval else []
    return (
        _says(_plain(bare), line["value"], times, language)
        and len(said) == len(ends)
        and all(_says(text, end, times, language) for text, end in zip(said, ends, strict=True))
        and (n is None or _says(_plain(n[1]), line["n"], 1.0, language))
    )


def _plain(text: str) -> str:
    return unescape(_TAG.sub("", text)).strip()


def _says(text: str, value: str, times: float, language: Language) -> bool:
    """Whether a text prints a number with as many decimals as it has, or a mark as it is."""
    if not is_number(value):
        return text == value
    found = _PRINTED.search(text)
    if found is None:
        return False
    printed = found[0].rstrip(".,")
    decimals = len(printed.partition(DECIMAL[language])[2])
    return printed.lstrip("+") == number(times * float(value), decimals, language=language)
