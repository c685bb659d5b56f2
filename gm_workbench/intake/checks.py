"""The rules that rows must keep, run over a stack of files. Every broken rule is found; none is shown with its value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gm_workbench.intake.declared.grammar import Transform
from gm_workbench.intake.faults import Fault, english
from gm_workbench.intake.identity import as_numbers, judge
from gm_workbench.intake.layouts import Feature
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.stacks import Stack, TypedStack
from gm_workbench.intake.values import Column, Typed, out_of_bounds, parse_whole, rule_for, typed
from gm_workbench.vocabulary.calendar import month_code
from gm_workbench.vocabulary.instruments import Instrument
from gm_workbench.vocabulary.schemas import DataKind

NO_NUMBER = "must be a number of a person (nine digits that pass the eleven test)"
NO_SYNTHETIC_NUMBER = "must be a synthetic number (nine digits that start with 9 and carry the synthetic remainder)"
REAL_AMONG_SYNTHETIC = "holds numbers that pass the eleven test, so that they may be citizens', among synthetic data"
SYNTHETIC_AMONG_REAL = "holds synthetic numbers among real data"

_ITEM = re.compile(r"[A-Z]{2,4}_\d{1,2}")
_FILL_IN = "fill in the cell at the source, or leave the row out when it should not be there"


@dataclass(frozen=True, slots=True)
class Expected:
    """What rows are held against: the place's four digits, the kind of data (None when unknown), and the declared items."""

    statutory: str
    kind: DataKind | None
    items: Mapping[str, Instrument]


def examine(rows: Stack, expected: Expected) -> tuple[TypedStack, list[Fault]]:
    """Read every column of a stack and list every rule that its rows break."""
    found: list[Fault] = []
    read: dict[str, Typed] = {}
    for feature in rows.layout.features:
        if feature.transform is not Transform.IGNORED:
            read[feature.header], faults = _feature(rows, feature, expected)
            found += faults
    if rows.layout.items:
        read |= _answers(rows, expected, found)
    result = TypedStack(rows, read)
    spells = _order_faults(result) + _overlap_faults(result)
    return result, found + spells + _file_name_faults(result) + _duplicate_faults(result)


def _feature(rows: Stack, feature: Feature, expected: Expected) -> tuple[Typed, list[Fault]]:
    column = rows.columns[feature.header]
    rule = rule_for(feature, rows.layout, expected.statutory, column.texts)
    result = typed(column.texts, rule.parse, feature.empty)
    faults = rows.faults(column.rows(result.bad), rule.reason, feature.header, rule.problem, rule.remedy)
    if not rows.layout.may_be_missing(feature):
        faults += rows.faults(column.rows(column.empty), Reason.MISSING_VALUE, feature.header, "must not be empty", _FILL_IN)
    faults += _bounds_faults(rows, feature, column, result)
    if feature.transform is Transform.IDENTIFIER and expected.kind is not None:
        faults += _identifier_faults(rows, feature.header, column, expected.kind)
    return result, faults


def _bounds_faults(rows: Stack, feature: Feature, column: Column, result: Typed) -> list[Fault]:
    if feature.low is None and feature.high is None:
        return []
    outside = column.rows(out_of_bounds(feature, result.results))
    least = "" if feature.low is None else f"at least {feature.low:g}"
    most = "" if feature.high is None else f"at most {feature.high:g}"
    problem = f"must be {' and '.join(filter(None, (least, most)))}"
    return rows.faults(outside, Reason.BOUNDS, feature.header, problem, "correct the number at the source")


def _identifier_faults(rows: Stack, header: str, column: Column, kind: DataKind) -> list[Fault]:
    verdict = judge(as_numbers(column.texts), kind)
    synthetic = kind is DataKind.SYNTHETIC
    wrong = NO_SYNTHETIC_NUMBER if synthetic else NO_NUMBER
    other = REAL_AMONG_SYNTHETIC if synthetic else SYNTHETIC_AMONG_REAL
    remedy = "check that the right column was exported, as text with all its digits"
    apart = "keep synthetic and real data apart: make the delivery again from one kind only"
    return [
        *rows.faults(column.rows(verdict.wrong & ~column.empty), Reason.IDENTIFIER, header, wrong, remedy),
        *rows.faults(column.rows(verdict.other), Reason.MIXED_KINDS, header, other, apart),
    ]


def _answers(rows: Stack, expected: Expected, found: list[Fault]) -> dict[str, Typed]:
    """Read the item columns; faults are added to `found`."""
    known = {header: expected.items[header] for header in rows.extra_headers if header in expected.items}
    found += [_unknown_item(rows, header) for header in rows.extra_headers if header not in known]
    if not known:
        problem = "no column is an item of a declared instrument"
        found.append(english(Reason.ITEM, rows.files[0], problem, _DECLARE, line=1))
    read = {header: typed(rows.columns[header].texts, parse_whole) for header in known}
    for header, instrument in known.items():
        found += _scale_faults(rows, header, read[header], instrument)
    return read


_DECLARE = "correct the name, leave the column out, or declare the instrument in data/codes/instruments"


def _unknown_item(rows: Stack, header: str) -> Fault:
    # a header that does not look like an item may be a cell that slipped into the first line
    named = f" ({header})" if _ITEM.fullmatch(header) else ""
    file = next(name for name in rows.files)
    return english(Reason.ITEM, file, f"a column{named} is no item of a declared instrument", _DECLARE, line=1)


def _scale_faults(rows: Stack, header: str, answers: Typed, instrument: Instrument) -> list[Fault]:
    outside = [value is not None and not instrument.low <= int(value) <= instrument.high for value in answers.results]
    bad = rows.columns[header].rows(answers.bad | np.array(outside, dtype=bool))
    problem = f"must be a whole number on the scale of {instrument.code}, {instrument.low} to {instrument.high}, or empty"
    return rows.faults(bad, Reason.SCALE, header, problem, "correct the answer, or leave it empty when the item was skipped")


def _order_faults(rows: TypedStack) -> list[Fault]:
    names = rows.layout.table.column_names()
    if not {"start", "end"} <= set(names):
        return []
    before = rows.numbers("end") < rows.numbers("start")
    start, end = (rows.layout.source_of(column)[0] for column in ("start", "end"))
    return rows.stack.faults(
        before, Reason.ORDER, end, f"must not be before {start}", "correct one of the two dates at the source"
    )


def _overlap_faults(rows: TypedStack) -> list[Fault]:
    """Find spells that begin before an earlier spell of the same coach (or whom the table names) is over."""
    whose = rows.layout.table.one_spell_of
    if not whose:
        return []
    own, start, end = (rows.layout.source_of(column)[0] for column in (whose, "start", "end"))
    spells = pd.DataFrame({"who": rows.same(whose), "start": rows.numbers("start"), "end": rows.numbers("end")})
    unreadable = rows.stack.columns[end].rows(rows.typed[end].bad)
    problem = f"must be later than {end} of every earlier row with the same {own} (an empty {end} is still running)"
    remedy = f"fill in {end} of the earlier row, or correct the dates at the source"
    return rows.stack.faults(_overlapping(spells.loc[~unreadable], len(spells)), Reason.OVERLAP, start, problem, remedy)


def _overlapping(spells: pd.DataFrame, rows: int) -> npt.NDArray[np.bool_]:
    """Mark which of all rows begin before an earlier spell is over; two that begin at once are doubles, another fault."""
    known = spells.loc[spells["who"].ge(0) & spells["start"].notna()].assign(end=lambda one: one["end"].fillna(np.inf))
    known = known.sort_values(["who", "start", "end"]).drop_duplicates(["who", "start"], keep="last")
    over = known.groupby("who")["end"].cummax().groupby(known["who"]).shift()
    return over.ge(known["start"]).reindex(range(rows), fill_value=False).to_numpy(dtype=bool)


def _file_name_faults(rows: TypedStack) -> list[Fault]:
    """Hold what a file's name says (`BUS_202301.csv`) against its rows."""
    said = [rows.layout.named(name) for name in rows.stack.files]
    if not any(said):
        return []
    other = _content(rows) != np.array(said, dtype=object)[rows.stack.file]
    silent = np.array([not name for name in said])[rows.stack.file]
    header = rows.layout.source_of("wave" if rows.layout.split == "wave" else "month")[0]
    problem = f"must be the {rows.layout.split} that the file's name says"
    unknown = rows.same("wave" if rows.layout.split == "wave" else "month") < 0
    return rows.stack.faults(
        other & ~silent & ~unknown, Reason.FILE_NAME, header, problem, "rename the file, or export the right selection"
    )


def _content(rows: TypedStack) -> npt.NDArray[np.object_]:
    """Give per row what the file's name should say."""
    if rows.layout.split == "wave":
        (header,) = rows.layout.source_of("wave")
        return np.array([*rows.typed[header].results, None], dtype=object)[rows.stack.columns[header].index]
    months = rows.months()
    distinct, index = np.unique(np.where(np.isnan(months), 0, months).astype(np.int64), return_inverse=True)
    codes = [month_code(int(month)).replace("-", "") for month in distinct]
    length = 4 if rows.layout.split == "year" else 6
    return np.array([code[:length] for code in codes], dtype=object)[index]


def _duplicate_faults(rows: TypedStack) -> list[Fault]:
    key = pd.DataFrame({column: rows.same(column) for column in rows.layout.key})
    complete = (key >= 0).all(axis="columns")
    twice = (key.duplicated() & complete).to_numpy()
    headers = " + ".join(header for column in rows.layout.key for header in rows.layout.source_of(column))
    problem = f"a row must be the only one with its {headers}"
    remedy = "remove the double row, or add up rows that belong together"
    return rows.stack.faults(twice, Reason.DUPLICATE, "", problem, remedy)
