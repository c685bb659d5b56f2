"""One rule of a column → the column: read, checked, and with every fault noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow.compute as pc

from gm_workbench.intake.declared.grammar import ColumnRule, Read, Transform
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.amounts import decimal, whole
from gm_workbench.intake.rows.books import PERSON
from gm_workbench.intake.rows.codes import meanings, read_codes
from gm_workbench.intake.rows.dates import TYPED, month_of, read_birth_years, read_dates, read_years
from gm_workbench.intake.rows.desk import Desk
from gm_workbench.intake.rows.encode import Cells, flags
from gm_workbench.intake.rows.fields import Field, Words, known, same_word
from gm_workbench.intake.rows.parts import Flags, Floats
from gm_workbench.intake.rows.persons import holds_number
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.schemas import DataKind, Kind
from gm_workbench.vocabulary.text import Text

_LOST_ZEROS = Text("voorloopnullen van codes", "leading zeros of codes")
_NAME_ONLY = Text("een korte naam zonder nummers van personen", "a short name without numbers of persons")
_NUMBER_OR_NAME = Text(
    "een nummer of naam; een spreadsheet heeft er een datum van gemaakt", "a number or name, of which a spreadsheet made a date"
)
_LONGEST_TEXT = 60
_JOINED = "\x1f"  # stands between the parts of a key of several columns


def read_column(rule: ColumnRule, desk: Desk) -> Field | None:
    """Read one column; None for one that is only checked.

    Rows that are empty where a value is needed are noted too.
    """
    if rule.constant is not None:
        return _constant(rule, desk)
    field = _READERS[rule.transform](rule, desk)
    column = desk.column(rule)
    if column is None:
        return None
    if not column.nullable and rule.transform is not Transform.IDENTIFIER:
        desk.mark(Reason.MISSING_VALUE, ~known(field) & ~desk.aside(), rule.headers[0])
    return field


def _constant(rule: ColumnRule, desk: Desk) -> Field:
    column, value = desk.column(rule), str(rule.constant)
    if column is not None and column.kind in (Kind.NUMBER, Kind.WHOLE):
        return np.full(len(desk.sheet), float(value))
    if column is not None and column.kind in (Kind.MONTH, Kind.MAYBE_MONTH):
        return np.full(len(desk.sheet), float(month_index(value)))
    return same_word(value, len(desk.sheet))


def _identifier(_rule: ColumnRule, desk: Desk) -> Field:
    persons = desk.sheet.persons
    if persons is not None:
        return persons
    return desk.setting.books.of(PERSON).column(np.full(len(desk.sheet), -1, dtype=np.int32))


def _key(rule: ColumnRule, desk: Desk) -> Field:
    _no_days(rule, desk, _NUMBER_OR_NAME)
    cells = joined([desk.sheet.cells[header] for header in rule.headers])
    book = desk.setting.books.of(rule.domain)
    return book.column(np.where(cells.empty, -1, cells.spread(book.learn(cells.texts))).astype(np.int32))


def _no_days(rule: ColumnRule, desk: Desk, allowed: Text) -> None:
    """Mark cells that a workbook holds as days where a key or a name must be: what stood there before is lost."""
    for header in rule.headers:
        cells = desk.sheet.cells[header]
        days = cells.spread(flags(pc.ends_with(cells.texts, TYPED)))
        desk.mark(Reason.CODE, days, header, cells, list=rule.column, allowed=allowed, declared=desk.source.declared_in)


def joined(columns: list[Cells]) -> Cells:
    r"""Join columns to one; a row is empty when all of them are.

    >>> import pyarrow as pa
    >>> joined([Cells.of(pa.array(["a", "a", ""])), Cells.of(pa.array(["1", "2", ""]))]).rows()[1:]
    ['a\x1f2', '']
    """
    one = columns[0]
    for other in columns[1:]:
        pairs, index = np.unique(one.index.astype(np.int64) * len(other.texts) + other.index, return_inverse=True)
        left, right = (part.tolist() for part in np.divmod(pairs, len(other.texts)))
        above, below = one.words, other.words
        texts = [f"{above[a]}{_JOINED}{below[b]}".strip(_JOINED) for a, b in zip(left, right, strict=True)]
        one = Cells(pc.if_else(True, texts, ""), index.astype(np.int32))
    return one


def _code(rule: ColumnRule, desk: Desk) -> Field:
    cells, column = desk.cells(rule), desk.column(rule)
    means = meanings(desk.setting.lists(rule.lists), rule.words, rule.read, column.allowed if column else ())
    coded = read_codes(cells, means, rule.read, _day_of_list(rule, desk))
    declared = ", ".join(f"data/codes/lists/{name}.csv" for name in rule.lists) or desk.source.declared_in
    shown = None if column is not None and column.sensitive else cells
    listed = ", ".join(rule.lists) or desk.source.name
    allowed = ", ".join(_allowed(rule, desk)[:40])
    desk.mark(Reason.CODE, coded.bad, rule.headers[0], shown, list=listed, allowed=allowed, declared=declared)
    desk.mark(Reason.REPAIRED, coded.mended, rule.headers[0], what=_LOST_ZEROS)
    return Words(coded.words, coded.index)


def _allowed(rule: ColumnRule, desk: Desk) -> list[str]:
    lists = desk.setting.lists(rule.lists)
    listed = [entry.code if rule.read is Read.CODE else entry.label.nl for one in lists for entry in one.codes]
    return list(dict.fromkeys([*rule.words, *filter(None, listed)]))


def _day_of_list(rule: ColumnRule, desk: Desk) -> Floats | None:
    """Give the day of each row's list; synthetic rows after the list's end are read with an earlier one, and that is noted."""
    days = desk.event(rule.on)
    if days is None or not rule.until or desk.setting.kind is not DataKind.SYNTHETIC:
        return days
    last, instead = (read_dates([day], ["jjjj-mm-dd"]).values[0] for day in (rule.until, rule.read_as))
    late = (days > last) & ~desk.cells(rule).empty
    desk.mark(Reason.REGIME, late, rule.headers[0], list=", ".join(rule.lists), day=rule.until)
    return np.where(late, instead, days)


def _date(rule: ColumnRule, desk: Desk) -> Field:
    return month_of(desk.days(rule.headers[0]))


def _birth_date(rule: ColumnRule, desk: Desk) -> Field:
    typed = read_birth_years(desk.cells(rule).texts, desk.source.dates)
    return desk.spread(rule.headers[0], typed, desk.written())


def _birth_year(rule: ColumnRule, desk: Desk) -> Field:
    return desk.spread(rule.headers[0], read_years(desk.cells(rule).texts), Text("jjjj", "yyyy"))


def _days(rule: ColumnRule, desk: Desk) -> Field:
    later, earlier = (desk.days(header) for header in rule.headers)
    desk.mark(Reason.ORDER, later < earlier, rule.headers[0], desk.cells(rule), start=rule.headers[1])
    return later - earlier + (1 if rule.last_day else 0)


def _text(rule: ColumnRule, desk: Desk) -> Field:
    _no_days(rule, desk, _NUMBER_OR_NAME)
    cells = desk.cells(rule)
    long = flags(pc.greater(pc.utf8_length(cells.texts), _LONGEST_TEXT)) | holds_number(cells.texts)
    bad = cells.spread(long)
    desk.mark(Reason.CODE, bad, rule.headers[0], cells, list=rule.column, allowed=_NAME_ONLY, declared=desk.source.declared_in)
    return Words(tuple(cells.words), np.where(bad | cells.empty, -1, cells.index).astype(np.int32))


def _place(rule: ColumnRule, desk: Desk) -> Field:
    cells, place = desk.cells(rule), desk.setting.place
    codes = [text.upper().removeprefix("GM").zfill(4) if text else "" for text in cells.words]
    own = cells.spread(np.array([code == place.statutory for code in codes], dtype=bool))
    merged = _merged(cells, codes, desk)
    desk.mark(Reason.MISSING_VALUE, cells.empty, rule.headers[0])
    desk.mark(Reason.PLACE, ~own & ~merged & ~cells.empty, rule.headers[0], cells, allowed=place.statutory)
    desk.mark(Reason.MERGED, merged, rule.headers[0], place=place.code)
    lost = [0 < len(text.upper().removeprefix("GM")) < len(place.statutory) for text in cells.words]
    short = cells.spread(np.array(lost, dtype=bool))
    desk.mark(Reason.REPAIRED, short & (own | merged), rule.headers[0], what=_LOST_ZEROS)
    return same_word(place.code, len(desk.sheet))


def _merged(cells: Cells, codes: list[str], desk: Desk) -> Flags:
    """Say which rows have the code of a municipality that merged into this one, in a month before it did."""
    mergers = desk.setting.mergers()
    if not mergers:
        return np.zeros(len(cells.index), dtype=bool)
    until = cells.spread(np.array([float(mergers[code][0]) if code in mergers else np.nan for code in codes]))
    months = desk.months()
    merged: Flags = ~np.isnan(until) & (np.isnan(months) | (months < month_of(until)))
    return merged


def _month_part(_rule: ColumnRule, desk: Desk) -> Field:
    return desk.months()


_READERS: Mapping[Transform, Callable[[ColumnRule, Desk], Field]] = {
    Transform.IDENTIFIER: _identifier,
    Transform.KEY: _key,
    Transform.CODE: _code,
    Transform.DATE: _date,
    Transform.BIRTH_DATE: _birth_date,
    Transform.BIRTH_YEAR: _birth_year,
    Transform.YEAR: _month_part,
    Transform.MONTH_NUMBER: _month_part,
    Transform.DAYS: _days,
    Transform.DECIMAL: decimal,
    Transform.WHOLE: whole,
    Transform.TEXT: _text,
    Transform.PLACE: _place,
}
"""How each kind of column is read; what is ignored is read by nobody."""
