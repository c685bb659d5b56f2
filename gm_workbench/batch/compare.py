"""Hold the protected numbers of one report against those of another, each column within its stated tolerance."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RELATIVE = 1e-6
"""How far a calculated number may lie from the other, as a share of the larger, on another type of machine."""

TOLERANCES = dict.fromkeys(("value", "estimate", "low", "high", "se", "standard_error"), RELATIVE)
"""By column; what is not named here (counts, the level, every word and mark) must be equal."""

KEYS = ("row", "column", "measure")
COUNT = "count"

Values = dict[tuple[str, str], str]
"""What a file holds: (which row, which column) → as it is written."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One number or word that is another; empty where there is or was none. Both are protected, so they may be printed."""

    file: str
    row: str
    column: str
    was: str
    now: str
    tolerance: float


@dataclass(frozen=True, slots=True)
class Compared:
    """How many values were compared, and which differ."""

    values: int
    differences: tuple[Difference, ...]


def compare(was: Mapping[str, str], now: Mapping[str, str], *, exact: bool) -> Compared:
    """Compare every value in the files of two reports.

    Parameters
    ----------
    was, now : mapping of str to str
        Name and text of each file with protected numbers.
    exact : bool
        Whether the last digit must agree; else `TOLERANCES` hold.
    """
    files = {name: (values_of(name, was.get(name, "")), values_of(name, now.get(name, ""))) for name in sorted({*was, *now})}
    differences = [one for name, (old, new) in files.items() for one in _differences(name, old, new, exact=exact)]
    return Compared(sum(len({*old, *new}) for old, new in files.values()), tuple(differences))


def _differences(file: str, was: Values, now: Values, *, exact: bool) -> Iterator[Difference]:
    for place in dict.fromkeys((*was, *now)):
        row, column = place
        old, new = was.get(place, ""), now.get(place, "")
        within = 0.0 if exact else tolerance(row, column)
        if not agree(old, new, within):
            yield Difference(file, row, column, old, new, within)


def tolerance(row: str, column: str) -> float:
    """Give the tolerance of a column; the value of a count is a count.

    >>> tolerance("step_1/persons/count", "value"), tolerance("SKL_-1/slope/estimate", "value")
    (0.0, 1e-06)
    """
    return 0.0 if row.rpartition("/")[2] == COUNT else TOLERANCES.get(column, 0.0)


def agree(was: str, now: str, relative: float) -> bool:
    """Say whether two values agree: as they are written, or as numbers within a relative tolerance.

    >>> agree("0.3", "0.3000001", 1e-6), agree("0.3", "0.3000001", 0.0), agree("<10", "12", 1e-6)
    (True, False, False)
    """
    if was == now:
        return True
    try:
        return relative > 0 and math.isclose(float(was), float(now), rel_tol=relative)
    except ValueError:
        return False


def values_of(name: str, text: str) -> Values:
    """Take a file apart into values; an empty text holds none, and a file that someone broke is one value."""
    try:
        return dict(_from_json(json.loads(text)) if name.endswith(".json") else _from_csv(text)) if text else {}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {("", "the whole file"): text}


def _from_csv(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    seen: dict[str, int] = {}
    for line in csv.DictReader(io.StringIO(text)):
        row = "/".join(line[key] for key in KEYS)
        seen[row] = seen.get(row, 0) + 1
        again = "" if seen[row] == 1 else f"{seen[row]}:"  # no two cells have one name; should they, both are compared
        yield from (((f"{again}{row}", column), value) for column, value in line.items() if column not in KEYS)


def _from_json(content: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    for key, value in content.items():
        if key != "estimates":
            yield ("", key), json.dumps(value, ensure_ascii=False)
    for estimate in content.get("estimates", ()):
        yield from (((estimate["name"], key), json.dumps(value)) for key, value in estimate.items())
