"""Spells beside each other: overlapping ones are set aside where one is allowed; touching and stale ones are counted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.desk import Desk
from gm_workbench.intake.rows.fields import known, mixed
from gm_workbench.intake.rows.parts import Flags, Floats
from gm_workbench.intake.rows.reshape import Frame
from gm_workbench.vocabulary.text import Text

STALE_AFTER_MONTHS = 300
"""A spell of more than twenty-five years is possible, but more often somebody forgot to end it (assumed)."""

_TOUCHING = Text("van hetzelfde soort sluiten op elkaar aan", "of the same kind touch each other")
_STALE = Text(f"duren langer dan {STALE_AFTER_MONTHS // 12} jaar", f"last longer than {STALE_AFTER_MONTHS // 12} years")


def check_spells(frame: Frame, desk: Desk) -> None:
    """Look at the spells of a table that has them."""
    table = desk.table.table
    if not {"start", "end"} <= set(frame.fields):
        return
    start, end = (np.asarray(frame.fields[name], dtype=np.float64) for name in ("start", "end"))
    if table.one_spell_of in frame.fields:
        _check_overlap(frame, start, end, desk)
    elif {"person", "type"} <= set(frame.fields):
        who = mixed([frame.fields["person"], frame.fields["type"]])
        _note(touching(who, start, end), frame, _TOUCHING, desk)
    last = np.where(np.isnan(end), _now(desk, frame, start), end)
    _note(last - start > STALE_AFTER_MONTHS, frame, _STALE, desk)


def _now(desk: Desk, frame: Frame, start: Floats) -> Floats:
    """Give the month up to which an open spell has certainly run: that of the row, else the latest of all beginnings."""
    months = desk.months()[frame.row]
    latest = np.nanmax(start, initial=-np.inf)
    return np.where(np.isnan(months), latest, months)


def _note(rows: Flags, frame: Frame, what: Text, desk: Desk) -> None:
    desk.mark(Reason.SPELLS, _marked(frame.row[rows], desk), what=what)


def _marked(rows: npt.NDArray[np.int64], desk: Desk) -> Flags:
    marked = np.zeros(len(desk.sheet), dtype=bool)
    marked[rows] = True
    return marked


def _check_overlap(frame: Frame, start: Floats, end: Floats, desk: Desk) -> None:
    whose, columns = desk.table.table.one_spell_of, desk.table.columns
    who = np.where(known(frame.fields[whose]), pd.factorize(mixed([frame.fields[whose]]))[0], -1)
    over = overlapping(who, start, end)
    own, ends, starts = (next(iter(columns[name].headers), name) for name in (whose, "end", "start"))
    desk.mark(Reason.OVERLAP, _marked(frame.row[over], desk), starts, own=own, end=ends)


def overlapping(who: npt.NDArray[np.int64], start: Floats, end: Floats) -> Flags:
    """Mark spells that begin before an earlier spell of the same one is over; two that begin at once are doubles, not overlaps.

    >>> overlapping(np.array([1, 1, 1]), np.array([1.0, 3.0, 9.0]), np.array([3.0, 5.0, np.nan])).tolist()
    [False, True, False]
    """
    spells = pd.DataFrame({"who": who, "start": start, "end": np.where(np.isnan(end), np.inf, end)})
    spells = spells.loc[spells["who"].ge(0) & spells["start"].notna()]
    spells = spells.sort_values(["who", "start", "end"]).drop_duplicates(["who", "start"], keep="last")
    over = spells.groupby("who")["end"].cummax().groupby(spells["who"]).shift()
    marked: Flags = over.ge(spells["start"]).reindex(range(len(who)), fill_value=False).to_numpy(dtype=bool)
    return marked


def touching(who: npt.NDArray[np.uint64], start: Floats, end: Floats) -> Flags:
    """Mark spells that begin in the month in which another of the same one ended, or in the next.

    >>> touching(np.array([1, 1], dtype=np.uint64), np.array([1.0, 4.0]), np.array([3.0, np.nan])).tolist()
    [False, True]
    """
    order = np.lexsort((start, who))
    gap = start[order][1:] - end[order][:-1]
    beside = (who[order][1:] == who[order][:-1]) & (gap >= 0) & (gap <= 1) & (start[order][1:] > start[order][:-1])
    marked = np.zeros(len(who), dtype=bool)
    marked[order[1:]] = beside
    return marked
