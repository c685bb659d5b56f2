"""Rows of a file → rows of a table: months of a dossier, two persons in a row, answers, records added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gm_workbench.intake.declared.grammar import SecondPerson
from gm_workbench.intake.reading.opened import Int64s
from gm_workbench.intake.rows.encode import Cells, Sheet
from gm_workbench.intake.rows.fields import Field, Names, Words, known, taken
from gm_workbench.intake.rows.parts import Flags, Floats, UInt64s
from gm_workbench.vocabulary.calendar import Period

ENDED = ("end", "end_reason")
"""What a monthly delivery tells in the last month of a spell only, because before it nobody knows."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns of a table on their way; `row` says of which row of the sheet each one is."""

    fields: Mapping[str, Field]
    row: Int64s

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: npt.NDArray[np.int64]) -> Frame:
        """Keep some rows, in this order."""
        return Frame({name: taken(field, rows) for name, field in self.fields.items()}, self.row[rows])

    def with_fields(self, **fields: Field) -> Frame:
        """Add or replace columns."""
        return Frame({**self.fields, **fields}, self.row)


def months_between(first: Floats, last: Floats, period: Period) -> tuple[Int64s, Int64s]:
    """Give row and month index for each month from `first` to `last` within the period; an empty last one is the period's.

    >>> rows, months = months_between(np.array([0.0, 9.0]), np.array([np.nan, 9.0]), Period(1, 2))
    >>> rows.tolist(), months.tolist()
    ([0, 0], [1, 2])
    """
    start = np.where(np.isnan(first), period.last + 1, np.maximum(first, period.first)).astype(np.int64)
    stop = np.where(np.isnan(last), period.last, np.minimum(last, period.last)).astype(np.int64)
    length = np.maximum(stop - start + 1, 0)
    rows = np.repeat(np.arange(len(first), dtype=np.int64), length)
    within = np.arange(len(rows), dtype=np.int64) - np.repeat(np.cumsum(length) - length, length)
    return rows, start[rows] + within


def expand_months(frame: Frame, first: Floats, last: Floats, period: Period) -> Frame:
    """Give one row for each month in which a spell ran within the period.

    An end and its reason stay in the month of the end only, as in a monthly delivery.
    """
    rows, months = months_between(first, last, period)
    long = frame.take(rows).with_fields(month=months.astype(np.float64))
    over = last[rows] == months
    return long.with_fields(**{name: _only(long.fields[name], over) for name in ENDED if name in long.fields})


def _only(field: Field, rows: Flags) -> Field:
    if isinstance(field, np.ndarray):
        return np.where(rows, field, np.nan)
    index = np.where(rows, field.index, -1).astype(np.int32)
    return Names(field.hexes, field.whole, index) if isinstance(field, Names) else Words(field.words, index)


def unpivot_persons(sheet: Sheet, first: Names, second: Names, also: SecondPerson) -> Sheet:
    """Put the second person of each row below the first ones; a column that is that person's own counts for that one."""
    rows = np.flatnonzero(second.index >= 0)
    below = sheet.take(rows)
    cells = {header: _stacked(header, sheet, below, also) for header in sheet.cells}
    theirs = {also.header(header) for header in sheet.cells}
    return Sheet(
        {header: one for header, one in cells.items() if header not in theirs},
        np.concatenate([sheet.lines, below.lines]),
        np.concatenate([sheet.origin, below.origin]),
        sheet.delivered,
        first.below(second.take(rows)),
    )


def _stacked(header: str, sheet: Sheet, below: Sheet, also: SecondPerson) -> Cells:
    own = below.cells.get(also.header(header))
    return sheet.cells[header].below(own or below.cells[header])


def first_of(sheet: Sheet, headers: Sequence[str]) -> Sheet:
    """Keep the first of the rows that are equal in these columns (`person` is the person)."""
    columns = {str(at): _codes(header, sheet) for at, header in enumerate(headers)}
    return sheet.take(~pd.DataFrame(columns).duplicated().to_numpy())


def _codes(header: str, sheet: Sheet) -> npt.NDArray[np.int64]:
    if header == "person" and sheet.persons is not None:
        persons: npt.NDArray[np.int64] = pd.factorize(sheet.persons.numbers)[0].astype(np.int64)
        return persons
    cells = sheet.cells[header]
    found: npt.NDArray[np.int64] = cells.spread(pd.factorize(np.array(cells.words, dtype=object))[0].astype(np.int64))
    return found


def wide_answers(frame: Frame, answers: Mapping[str, Floats]) -> Frame:
    """Give one row for each item that was answered; `answers` has a column for each item."""
    answered = [np.flatnonzero(~np.isnan(column)) for column in answers.values()]
    rows = np.concatenate([*answered, np.empty(0, dtype=np.int64)]).astype(np.int64)
    which = np.repeat(np.arange(len(answers), dtype=np.int32), [len(found) for found in answered])
    values = [column[found] for column, found in zip(answers.values(), answered, strict=True)]
    return _asked(frame.take(rows), Words(tuple(answers), which), np.concatenate([*values, np.empty(0)]))


def long_answers(frame: Frame, items: Words, answers: Floats) -> Frame:
    """Give the rows that have an answer, with item and instrument."""
    rows = np.flatnonzero(~np.isnan(answers) & known(items))
    return _asked(frame.take(rows), items.take(rows), answers[rows])


def _asked(frame: Frame, items: Words, answers: Floats) -> Frame:
    instruments = Words(tuple(item.partition("_")[0] for item in items.words), items.index)
    return frame.with_fields(instrument=instruments, item=items, answer=answers)


def add_up(keys: UInt64s, numbers: Mapping[str, Floats]) -> tuple[dict[str, Floats], Flags]:
    """Sum numbers over records with the same key; also say which records are the first of theirs.

    >>> sums, first = add_up(np.array([7, 7, 8], dtype=np.uint64), {"hours": np.array([1.0, 2.0, 5.0])})
    >>> sums["hours"].tolist(), first.tolist()
    ([3.0, 3.0, 5.0], [True, False, True])
    """
    group = pd.factorize(keys)[0]
    sums = {name: np.bincount(group, weights=column)[group].astype(np.float64) for name, column in numbers.items()}
    return sums, ~pd.Series(group).duplicated().to_numpy()
