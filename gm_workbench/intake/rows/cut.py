"""The accepted rows of a table, cut into the parts that are stored: its months, its waves, or the whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from gm_workbench.intake.declared.grammar import TableMap
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.checks import key_of
from gm_workbench.intake.rows.conform import conform
from gm_workbench.intake.rows.desk import Desk
from gm_workbench.intake.rows.fields import Field, Words, each_once, stored
from gm_workbench.intake.rows.parts import WHOLE_TABLE, Flags, Part
from gm_workbench.intake.rows.reshape import Frame
from gm_workbench.vocabulary.calendar import month_code
from gm_workbench.vocabulary.text import Text

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_A_NAME = Text("1 tot 40 letters, cijfers, _ en -", "1 to 40 letters, digits, _ and -")


def is_safe(name: str) -> bool:
    r"""Say whether a text may be part of the name of a file.

    >>> is_safe("T0"), is_safe("../x"), is_safe(""), is_safe("T0\n")
    (True, False, False, False)
    """
    return _SAFE.fullmatch(name) is not None


def check_waves(frame: Frame, desk: Desk) -> None:
    """Set rows aside whose wave cannot be part of the name of a file: waves come from cells, and become names of parts."""
    waves = frame.fields.get("wave")
    if "wave" not in desk.table.table.key or not isinstance(waves, Words):
        return
    unsafe = np.array([*(not is_safe(word) for word in waves.words), False])[waves.index]
    marked: Flags = np.zeros(len(desk.sheet), dtype=bool)
    marked[frame.row[unsafe]] = True
    rule = desk.table.columns["wave"]
    header = next(iter(rule.headers), "wave")
    desk.mark(Reason.CODE, marked, header, list="wave", allowed=_A_NAME, declared=desk.source.declared_in)


def cut(table: TableMap, frame: Frame) -> list[Part]:
    """Cut the rows of a table into parts.

    Parameters
    ----------
    table : TableMap
        Whose key says how: a table with waves has a part for each (in the period `WHOLE_TABLE`, whatever its months, because a
        correction replaces a wave), one with months a part for each, others one.
    frame : Frame
        Accepted rows only.

    Returns
    -------
    list of Part
        At least one: a table that was delivered without rows is there all the same, in the part `WHOLE_TABLE`.
    """
    by = next((by for name, by in _BY.items() if name in table.table.key), None)
    if by is None or not len(frame):
        return [_part(table, frame, None, WHOLE_TABLE, WHOLE_TABLE)]
    return [_part(table, frame, rows, period, name) for period, name, rows in by(frame)]


Piece = tuple[str, str, np.ndarray | None]


def _by_month(frame: Frame) -> list[Piece]:
    months = np.asarray(frame.fields["month"], dtype=np.int64)
    distinct = each_once(months)
    names = [month_code(int(month)).replace("-", "") for month in distinct]
    if len(names) == 1:
        return [(names[0][:4], names[0], None)]
    order = np.argsort(months, kind="stable")
    pieces = np.split(order, np.searchsorted(months[order], distinct[1:]))
    return [(name[:4], name, rows) for name, rows in zip(names, pieces, strict=True)]


def _by_wave(frame: Frame) -> list[Piece]:
    waves: Field = frame.fields["wave"]
    if not isinstance(waves, Words):
        raise TypeError("a wave is a word; the declaration should have been refused")
    return [(WHOLE_TABLE, waves.words[at], np.flatnonzero(waves.index == at)) for at in np.unique(waves.index)]


_BY: Mapping[str, Callable[[Frame], list[Piece]]] = {"wave": _by_wave, "month": _by_month}


def _part(table: TableMap, frame: Frame, rows: np.ndarray | None, period: str, name: str) -> Part:
    own = frame if rows is None else frame.take(rows)
    columns = [column for column in table.table.columns if column.name in own.fields]
    data = pa.table({column.name: stored(own.fields[column.name], column.kind) for column in columns})
    conform(data, table.table)
    return Part(table.table.name, period, name, data, key_of(own, table.table.key)[0])
