"""A table on its way to storage, held against its schema: a last look at what the rules of a source can get wrong together."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.errors import DeclarationError
from gm_workbench.vocabulary.schemas import Column, Kind, Table

_PSEUDONYM = pa.dictionary(pa.int32(), pa.string())
_STORED: Mapping[Kind, pa.DataType] = {
    Kind.PSEUDONYM: _PSEUDONYM,
    Kind.MONTH: pa.int32(),
    Kind.MAYBE_MONTH: pa.int32(),
    Kind.WHOLE: pa.int32(),
    Kind.NUMBER: pa.float64(),
    Kind.CATEGORY: pa.string(),
    Kind.TEXT: pa.string(),
}


def conform(table: pa.Table, schema: type[Table]) -> None:
    """Hold a table against its schema.

    Raises
    ------
    DeclarationError
        If columns, their order, their types or their values are not those of the schema. Raw data alone cannot cause this, only
        a declaration or a schema that was changed without the other; so no value is shown and no fault of the delivery listed.
    """
    problems = [problem for column in schema.columns for problem in _problems(table, column)]
    expected = [name for name in schema.column_names() if name in table.column_names]
    if table.column_names != expected:
        problems.append(f"has columns that the schema has not, or in another order; it must have {', '.join(expected)}")
    if problems:
        raise DeclarationError(f"Table {schema.name} must be as its schema says, but {'; '.join(problems)}.")


def _problems(table: pa.Table, column: Column) -> list[str]:
    if column.name not in table.column_names:
        return [f"lacks column {column.name!r}"] if column.required else []
    values, wanted = table.column(column.name), _STORED[column.kind]
    checks = (
        (values.type != wanted, f"column {column.name!r} must be {wanted} but is {values.type}"),
        (not column.nullable and values.null_count > 0, f"column {column.name!r} must not be empty"),
        (not _allowed(values, column), f"column {column.name!r} must hold only {', '.join(column.allowed)}"),
    )
    return [problem for wrong, problem in checks if wrong]


def _allowed(values: pa.ChunkedArray, column: Column) -> bool:
    return not column.allowed or set(pc.unique(values).to_pylist()) <= {*column.allowed, None}
