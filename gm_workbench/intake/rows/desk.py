"""One sheet on the desk: its columns read once each, by the rules of its source, with everything that is found noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.declared.grammar import ColumnRule, TableMap, Transform
from gm_workbench.intake.declared.sources import Source
from gm_workbench.intake.faults import found
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.books import Codebooks
from gm_workbench.intake.rows.dates import first_day_of, is_endless, read_dates, read_months, read_years
from gm_workbench.intake.rows.encode import Cells, Sheet, Typed
from gm_workbench.intake.rows.findings import Findings
from gm_workbench.intake.rows.numbers import read_wholes
from gm_workbench.intake.rows.parts import Flags, Floats
from gm_workbench.vocabulary.codes import CodeList, Place, code_list
from gm_workbench.vocabulary.declarations import read_rows
from gm_workbench.vocabulary.schemas import Column, DataKind
from gm_workbench.vocabulary.text import Text

_OTHER_WAY = Text("datums in een andere schrijfwijze", "dates that are written in another way")
_ENDLESS = Text(
    "een einde in het jaar 2999 of 9999 is gelezen als: nog geen einde",
    "an end in the year 2999 or 9999 was read as: no end yet",
)
_TWO_WAYS = Text(
    "de maand lijkt voorop te staan (mm-dd-jjjj), of een andere schrijfwijze past ook",
    "the month seems to come first (mm-dd-yyyy), or another way of writing fits too",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where rows are read: the place, the kind of data, the folder of codes, and the books of pseudonyms."""

    place: Place
    kind: DataKind
    codes: Path
    books: Codebooks

    def lists(self, names: Sequence[str]) -> tuple[CodeList, ...]:
        """Give code lists by name."""
        return tuple(_list(name, self.codes) for name in names)

    def mergers(self) -> dict[str, Floats]:
        """Give the codes (four digits) that were given up for this place, and the day since 1970 of the new one."""
        return _merged_into(self.place.code, self.codes / "mergers.csv")


@lru_cache(maxsize=128)
def _list(name: str, codes: Path) -> CodeList:
    return code_list(name, codes)


def _merged_into(code: str, path: Path) -> dict[str, Floats]:
    rows = read_rows(path, ("old_code", "new_code", "day", "source")) if path.is_file() else []
    found_codes: dict[str, Floats] = {}
    wanted = [code]
    while wanted:
        new = wanted.pop()
        for row in rows:
            old = row["old_code"].removeprefix("GM")
            if row["new_code"] == new and old not in found_codes:
                found_codes[old] = read_dates([row["day"]], ["jjjj-mm-dd"]).values
                wanted.append(row["old_code"])
    return found_codes


@dataclass(slots=True)
class Desk:
    """A sheet of one table, read column by column. `months` is the month that each row is about, NaN where rows have none."""

    sheet: Sheet
    source: Source
    table: TableMap
    setting: Setting
    findings: Findings
    summed: dict[str, Floats] = field(default_factory=dict)
    _days: dict[str, Floats] = field(default_factory=dict)
    _months: Floats | None = None

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.table.table.name

    def column(self, rule: ColumnRule) -> Column | None:
        """Give the table's column that a rule fills; None for one that is only checked."""
        return self.table.table.column(rule.column) if rule.column else None

    def mark(
        self, reason: Reason, rows: Flags, header: str = "", cells: Cells | None = None, **slots: Text | str | int
    ) -> None:
        """Note rows of this table."""
        self.findings.mark(reason, self.sheet, rows, self.name, header, cells, **slots)

    def aside(self) -> Flags:
        """Say which rows of the sheet are set aside so far, for this table or for all."""
        aside: Flags = self.findings.marks(self.name).any_of()[self.sheet.origin]
        return aside

    def cells(self, rule: ColumnRule) -> Cells:
        """Give the first column of a rule; what is empty reads as the rule says."""
        cells = self.sheet.cells[rule.headers[0]]
        if rule.empty is None:
            return cells
        return Cells(pc.if_else(pc.equal(cells.texts, ""), rule.empty, cells.texts), cells.index)

    def months(self) -> Floats:
        """Give the month of each row, from the columns that the rows of the table name for it."""
        if self._months is None:
            self._months = self._read_months()
        return self._months

    def _read_months(self) -> Floats:
        headers = self.table.rows.month
        if not headers:
            return np.full(len(self.sheet), np.nan)
        if len(headers) == 1:
            return self.spread(
                headers[0], read_months(self.sheet.cells[headers[0]].texts, self.source.dates), Text("jjjj-mm", "yyyy-mm")
            )
        year = self.spread(headers[0], read_years(self.sheet.cells[headers[0]].texts), Text("jjjj", "yyyy"))
        number = read_wholes(self.sheet.cells[headers[1]].texts)
        outside = ~np.isnan(number.values) & ((number.values < 1) | (number.values > 12))
        number = Typed(np.where(outside, np.nan, number.values), number.bad | outside, number.mended)
        return 12 * year + self.spread(headers[1], number, Text("mm", "mm")) - 1

    def spread(
        self, header: str, typed: Typed, allowed: Text, reason: Reason = Reason.DATE, mended: Text = _OTHER_WAY
    ) -> Floats:
        """Give the values of a column for each row, and note what could not be read, was mended, or allows two readings."""
        cells = self.sheet.cells[header]
        if typed.two_ways:
            self.findings.add(found(Reason.AMBIGUOUS, self.findings.file, column=header, what=_TWO_WAYS))
        self.mark(reason, cells.spread(typed.bad), header, cells, allowed=allowed)
        self.mark(Reason.REPAIRED, cells.spread(typed.mended), header, what=mended)
        values: Floats = cells.spread(typed.values)
        return values

    def days(self, header: str) -> Floats:
        """Give the day of each row in a column of dates, in days since 1970."""
        if header not in self._days:
            typed = read_dates(self._dated(header).texts, self.source.dates)
            self._days[header] = self.spread(header, typed, self.written())
        return self._days[header]

    def _dated(self, header: str) -> Cells:
        """Give a column of days; in one that may be empty, a day that means no end is empty."""
        cells = self.sheet.cells[header]
        nullable = any(rule.headers[:1] == (header,) and self._may_be_empty(rule) for rule in self.table.columns.values())
        endless = is_endless(cells.texts) if nullable or header == self.table.rows.end else np.zeros(1, dtype=bool)
        if not endless.any():
            return cells
        self.mark(Reason.REPAIRED, cells.spread(endless), header, what=_ENDLESS)
        return Cells(pc.if_else(pa.array(endless), "", cells.texts), cells.index)

    def _may_be_empty(self, rule: ColumnRule) -> bool:
        column = self.column(rule)
        return column is not None and column.nullable

    def event(self, on: str) -> Floats | None:
        """Give the day that decides which code list counts: that of a column, or the first of the row's month."""
        if not on:
            return None
        if on in self.table.rows.month or self._rule_of(on) in (Transform.YEAR, Transform.MONTH_NUMBER):
            return first_day_of(self.months())
        return self.days(on) if on in self.sheet.cells else None

    def _rule_of(self, header: str) -> Transform | None:
        return next((rule.transform for rule in self.table.columns.values() if rule.headers[:1] == (header,)), None)

    def written(self) -> Text:
        """Say how a date is written."""
        nl = " of ".join(self.source.dates)
        return Text(nl, nl.replace(" of ", " or ").replace("j", "y"))
