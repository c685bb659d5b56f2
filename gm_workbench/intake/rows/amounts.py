"""Columns of numbers: decimal and whole, within bounds, and never the number of a person."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.declared.grammar import ColumnRule
from gm_workbench.intake.identity import LONGEST
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.desk import Desk
from gm_workbench.intake.rows.fields import Field
from gm_workbench.intake.rows.numbers import WRITTEN, read_numbers, read_wholes
from gm_workbench.intake.rows.parts import Flags, Floats
from gm_workbench.intake.rows.persons import is_number
from gm_workbench.vocabulary.text import Text, same

_BEHIND = Text("een minteken achter een getal, of haakjes eromheen", "a minus behind a number, or brackets around it")
_NO_PERSON = Text("12,5, en geen nummer van een persoon", "12,5, and no number of a person")


def decimal(rule: ColumnRule, desk: Desk) -> Field:
    """Read a column of decimal numbers, or the ratio of two."""
    parts = [number(header, rule, desk) for header in rule.headers]
    value = parts[0]
    if len(parts) > 1:
        value = np.divide(parts[0], parts[1], out=np.full(len(parts[0]), np.nan), where=parts[1] > 0)
        if not _has_a_floor(rule.headers[1], desk):  # else what is not above it is told there
            desk.mark(Reason.BOUNDS, parts[1] <= 0, rule.headers[1], desk.sheet.cells[rule.headers[1]], low="> 0", high="∞")
    elif rule.headers[0] not in desk.summed:
        _bounds(value, rule, desk)
    return value * rule.unit.factor if rule.unit else value


def _has_a_floor(header: str, desk: Desk) -> bool:
    """Whether a column of its own declares that what stands under a header is above nought."""
    rules = (rule for rule in desk.table.columns.values() if rule.headers == (header,))
    return any(rule.low is not None and rule.low > 0 for rule in rules)


def number(header: str, rule: ColumnRule, desk: Desk) -> Floats:
    """Give the decimal numbers of one column, or their sums where records of one month are added up."""
    if header in desk.summed:
        return desk.summed[header]
    cells = desk.cells(rule) if header == rule.headers[0] else desk.sheet.cells[header]
    typed = read_numbers(_per_cent(cells.texts, rule, desk), desk.source.numbers)
    _no_persons(header, desk, LONGEST if rule.unit else LONGEST - 1)  # in cents eight digits are an amount
    return desk.spread(header, typed, same(WRITTEN[desk.source.numbers]), Reason.NUMBER, _BEHIND)


def _per_cent(texts: pa.Array, rule: ColumnRule, desk: Desk) -> pa.Array:
    """Leave out the sign of a percentage where the column is one; elsewhere a percentage is no number."""
    column = desk.column(rule)
    shown = column is not None and column.unit == "per cent"
    return pc.replace_substring_regex(texts, r"\s*%$", "") if shown else texts


def _no_persons(header: str, desk: Desk, shortest: int = LONGEST - 1) -> None:
    """Mark cells of a column of numbers that hold the number of a person: a column was shifted, and it must not be kept."""
    cells = desk.sheet.cells[header]
    desk.mark(Reason.NUMBER, cells.spread(is_number(cells.texts, shortest)), header, cells, allowed=_NO_PERSON)


def whole(rule: ColumnRule, desk: Desk) -> Field:
    """Read a column of whole numbers."""
    _no_persons(rule.headers[0], desk)
    values = desk.spread(rule.headers[0], read_wholes(desk.cells(rule).texts), same("12"), Reason.NUMBER)
    _bounds(values, rule, desk)
    return values


def _bounds(values: Floats, rule: ColumnRule, desk: Desk) -> None:
    low = -np.inf if rule.low is None else rule.low
    high = np.inf if rule.high is None else rule.high
    outside: Flags = (values < low) | (values > high)
    words = [f"{bound:g}".replace("inf", "∞") for bound in (low, high)]
    column = desk.column(rule)
    shown = None if column is not None and column.sensitive else desk.cells(rule)
    desk.mark(Reason.BOUNDS, outside, rule.headers[0], shown, low=words[0], high=words[1])
