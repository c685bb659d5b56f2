"""Figures of StatLine that stand beside a report's own, each with its table, its month, and how it is known.

They are declared in `data/codes/context.csv`, as they were quoted, and `gm context --refresh` looks them up again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gm_workbench.errors import DeclarationError
from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import month_code, month_index
from gm_workbench.vocabulary.declarations import read_rows
from gm_workbench.vocabulary.text import Text

FILE = "context.csv"
HEADER = ("name", "place", "month", "label_nl", "label_en", "value", "unit", "table", "source", "status", "words")

AS_QUOTED = "as quoted"
"""Read in a source that quotes StatLine; not looked up in the table."""

_STATUS = re.compile(r"as quoted|looked up \d{4}-\d{2}-\d{2}")
_PLACE = re.compile(r"NL|GM\d{4}")
_TABLE = re.compile(r"\d{5}[A-Za-z]{3}")
_WORDS = re.compile(r"[^|=]+(\|[^|=]+)*=\w+")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `value` in `unit`, of `place` in `month` (month index), from StatLine's `table`.

    Attributes
    ----------
    status : str
        `AS_QUOTED`, or when it was looked up.
    words : tuple of str
        What the cells of its row say; empty where that is not known, and then it cannot be looked up.
    column : str
        The column that holds the number; empty with `words`.
    """

    name: str
    place: str
    month: int
    label: Text
    value: int
    unit: str
    table: str
    source: str
    status: str = AS_QUOTED
    words: tuple[str, ...] = ()
    column: str = ""


def load_context(folder: Path | None = None) -> tuple[Figure, ...]:
    """Load the declared figures.

    Raises
    ------
    DeclarationError
        If the declaration has faults; every fault is listed.

    Examples
    --------
    >>> load_context()[0].table, load_context()[0].status
    ('82015NED', 'as quoted')
    """
    rows = read_rows((folder or paths().codes) / FILE, HEADER)
    names = [row["name"] for row in rows]
    faults = [fault for row in rows for fault in _faults(row)]
    faults += [f"{name}: the name occurs twice" for name in sorted({name for name in names if names.count(name) > 1})]
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        raise DeclarationError(f"{FILE} has {len(faults)} fault(s); mend them and try again:{listed}")
    return tuple(_figure(row) for row in rows)


def _faults(row: dict[str, str]) -> list[str]:
    asked = {
        "place": (_PLACE, "NL or a municipal code"),
        "month": (re.compile(r"\d{4}-(0[1-9]|1[0-2])"), "yyyy-mm"),
        "value": (re.compile(r"\d+"), "a whole number"),
        "table": (_TABLE, "the id of a StatLine table, as in 82015NED"),
        "source": (re.compile(r"https://\S+"), "a web address"),
        "status": (_STATUS, "'as quoted' or 'looked up yyyy-mm-dd'"),
        "words": (re.compile(f"({_WORDS.pattern})?"), "words|words=column, or empty"),
    }
    wrong = [name for name, (pattern, _) in asked.items() if not pattern.fullmatch(row[name])]
    empty = [name for name in ("name", "label_nl", "label_en", "unit") if not row[name].strip()]
    return [
        *(f"{row['name']}: {name} must be {asked[name][1]} but got {row[name]!r}" for name in wrong),
        *(f"{row['name']}: {name} must not be empty" for name in empty),
    ]


def _figure(row: dict[str, str]) -> Figure:
    words, _, column = row["words"].partition("=")
    return Figure(
        name=row["name"],
        place=row["place"],
        month=month_index(row["month"]),
        label=Text(row["label_nl"], row["label_en"]),
        value=int(row["value"]),
        unit=row["unit"],
        table=row["table"],
        source=row["source"],
        status=row["status"],
        words=tuple(words.split("|")) if words else (),
        column=column,
    )


def written(figures: Iterable[Figure]) -> str:
    """Write figures as the declaration that `load_context` reads."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(HEADER)
    out.writerows(_row(figure) for figure in figures)
    return text.getvalue()


def _row(figure: Figure) -> Sequence[str]:
    words = f"{'|'.join(figure.words)}={figure.column}" if figure.words else ""
    return (
        figure.name,
        figure.place,
        month_code(figure.month),
        figure.label.nl,
        figure.label.en,
        str(figure.value),
        figure.unit,
        figure.table,
        figure.source,
        figure.status,
        words,
    )
