"""What a stored table is, beside it: `_schema.json` for programs and `_card.md` for people, both made from the schema class."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from pathlib import Path

from gm_workbench.intake.kept.catalog import Catalog, Source
from gm_workbench.intake.kept.frames import Tables, arrow_type
from gm_workbench.intake.kept.partitions import TABLES_FOLDER
from gm_workbench.intake.kept.private import write_whole
from gm_workbench.vocabulary.schemas import Column, Kind, Table
from gm_workbench.vocabulary.tables import TABLES

SCHEMA, CARD = "_schema.json", "_card.md"
"""Readers of Parquet folders skip what begins with an underscore."""

_MONTHS = "Months are whole numbers: 12 × year + month − 1, so that 24288 is January 2024."


def write_cards(folder: Path, catalog: Catalog) -> None:
    """Write both beside every table in force; no count of rows is in them, because small ones tell of persons."""
    for name in Tables(folder, catalog).names:
        home, table = folder / TABLES_FOLDER / name, TABLES[name]
        write_whole(home / SCHEMA, json.dumps(schema_of(table, catalog), ensure_ascii=False, indent=1).encode())
        write_whole(home / CARD, card_of(table, list(catalog.sources.values())).encode())


def schema_of(table: type[Table], catalog: Catalog) -> dict[str, object]:
    """Describe a table for programs: its columns, and the digests of the files that the delivery consists of."""
    return {
        "table": table.name,
        "version": catalog.version,
        "key_id": catalog.key_id,
        "key": list(table.key),
        "partitioned_by": ["place", "period"],
        "columns": [_column(column) for column in table.columns],
        "sources": [{"name": source.name, "digest": source.digest} for source in catalog.sources.values()],
    }


def _column(column: Column) -> dict[str, object]:
    return {
        "name": column.name,
        "type": "string" if column.kind is Kind.PSEUDONYM else str(arrow_type(column)),
        "kind": str(column.kind),
        "meaning": column.meaning,
        "unit": column.unit,
        "allowed": list(column.allowed),
        "required": column.required,
        "nullable": column.nullable,
        "sensitive": column.sensitive,
    }


def card_of(table: type[Table], sources: Sequence[Source]) -> str:
    """Describe a table for people."""
    lines = [
        f"# {table.name}",
        "",
        inspect.cleandoc(table.__doc__ or ""),
        "",
        f"Key: {', '.join(table.key)}. Place and period are in the path. Persons, coaches and the like are pseudonyms.",
        _MONTHS,
        "",
        "| column | meaning | unit | remark |",
        "|---|---|---|---|",
        *(f"| {column.name} | {column.meaning} | {column.unit} | {_remark(column)} |" for column in table.columns),
        "",
        "The delivery consisted of these files (keyed digests):",
        "",
        *(f"- {source.name} `{source.digest[:16]}`" for source in sources),
        "",
    ]
    return "\n".join(lines)


def _remark(column: Column) -> str:
    said = (
        ("sensitive", column.sensitive),
        ("may be absent", not column.required),
        ("may be empty", column.nullable),
        (f"one of {', '.join(column.allowed)}", bool(column.allowed)),
    )
    return "; ".join(words for words, holds in said if holds)
