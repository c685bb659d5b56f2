"""A checked stack → its logical table: pseudonyms instead of numbers, words instead of codes, months instead of dates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.declared.grammar import Transform
from gm_workbench.intake.identity import Pseudonyms, whole_number
from gm_workbench.intake.stacks import TypedStack
from gm_workbench.intake.values import Value
from gm_workbench.vocabulary.schemas import Column, Kind, Table

_NUMBERS = (Kind.MONTH, Kind.MAYBE_MONTH, Kind.WHOLE, Kind.NUMBER)

_DTYPES = {Kind.MONTH: "int32", Kind.WHOLE: "int32", Kind.MAYBE_MONTH: "Int32", Kind.NUMBER: "float64"}


def build(rows: TypedStack, names: Pseudonyms) -> pd.DataFrame:
    """Give the logical table of a stack without faults, sorted by its key."""
    table = rows.layout.table
    made = ("instrument", "item", "answer") if rows.layout.items else ()
    frame = pd.DataFrame({column.name: _column(rows, column, names) for column in table.columns if column.name not in made})
    if rows.layout.items:
        frame = _melted(rows, frame)
    return frame.sort_values(list(table.key), ignore_index=True)


def _column(rows: TypedStack, column: Column, names: Pseudonyms) -> pd.Series:
    if column.kind in _NUMBERS:
        return _number_column(rows.numbers(column.name), column.kind)
    feature = rows.layout.feature(rows.layout.source_of(column.name)[0])
    values = rows.typed[feature.header].results
    if feature.transform is Transform.IDENTIFIER:
        values = tuple(names.each([whole_number(str(value)) for value in values], "person"))
    elif feature.transform is Transform.KEY:
        values = tuple(names.each([str(value) for value in values], feature.domain))
    return _text_column(values, rows.stack.columns[feature.header].index)


def _number_column(numbers: npt.NDArray[np.float64], kind: Kind) -> pd.Series:
    if kind is Kind.MAYBE_MONTH:
        absent = np.isnan(numbers)
        return pd.Series(pd.arrays.IntegerArray(np.where(absent, 0, numbers).astype(np.int32), absent))
    return pd.Series(numbers.astype(_DTYPES[kind]))


def _text_column(values: Sequence[Value], index: npt.NDArray[np.int64]) -> pd.Series:
    series: pd.Series = pa.array(values, pa.string()).take(pa.array(index)).to_pandas()
    return series


def _melted(rows: TypedStack, frame: pd.DataFrame) -> pd.DataFrame:
    """Give one row per answered item of a wide frame."""
    items = [header for header in rows.stack.extra_headers if header in rows.typed]
    answers = [rows.spread(item) for item in items]
    answered = [np.flatnonzero(~np.isnan(answer)) for answer in answers]
    which = np.repeat(np.arange(len(items)), [len(found) for found in answered])
    long = frame.take(np.concatenate(answered)).reset_index(drop=True)
    long["instrument"] = _text_column([item.partition("_")[0] for item in items], which)
    long["item"] = _text_column(items, which)
    long["answer"] = np.concatenate([answer[found] for answer, found in zip(answers, answered, strict=True)])
    return long[list(rows.layout.table.column_names())]


def conform(frame: pd.DataFrame, table: type[Table]) -> None:
    """Hold a checked table against its schema.

    Raises
    ------
    DeclarationError
        If columns, types, allowed values or the key are not those of the schema. Raw data cannot cause this, only a layout or a
        schema that was changed without the other, so no fault of the delivery is listed.
    """
    problems = [problem for column in table.columns for problem in _column_problems(frame, column)]
    problems += [f"has column {name!r} which the schema has not" for name in frame.columns if name not in table.column_names()]
    if not problems and frame.duplicated(list(table.key)).any():
        problems = [f"has more than one row with the same {', '.join(table.key)}"]
    if problems:
        raise DeclarationError(f"Table {table.name} must be as its schema says, but {'; '.join(problems)}.")


def _column_problems(frame: pd.DataFrame, column: Column) -> list[str]:
    if column.name not in frame.columns:
        return [f"lacks column {column.name!r}"] if column.required else []
    values = frame[column.name]
    wanted = _DTYPES.get(column.kind, "text")
    text = pd.api.types.is_string_dtype(values.dtype) or isinstance(values.dtype, pd.CategoricalDtype)
    got = "text" if text else str(values.dtype)
    # a column in which everything is empty has no text to tell its type by
    unlike = got != wanted and not (wanted == "text" and column.nullable and values.isna().all())
    checks = (
        (unlike, f"column {column.name!r} must be {wanted} but is {got}"),
        (not column.nullable and bool(values.isna().any()), f"column {column.name!r} must not be empty"),
        (
            bool(column.allowed) and not set(values.dropna().unique()) <= set(column.allowed),
            f"column {column.name!r} must hold only {', '.join(column.allowed)}",
        ),
    )
    return [problem for wrong, problem in checks if wrong]
