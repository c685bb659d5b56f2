"""Long tables in which each row seems to be about one person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gm_workbench.guard.scanning.numbers import is_person
from gm_workbench.guard.scanning.rowkeys import is_without_key

FEWEST_ROWS = 10
"""From so many rows on, a column of codes that are nearly all different points at persons."""

MOST_ROWS = 120
"""More rows than this of bare values, nearly all different, are no summary: there are not as many ages, nor months followed."""

NEARLY_ALL = 0.9

_CODE = re.compile(
    r"(?!(?:19|20)\d\d(?:0[1-9]|1[0-2])?$)(?!GM\d{4}$)"  # years, months and places are no persons
    r"(?:\d{5,12}|[A-Za-z]{1,5}[-_ ]?\d{3,12}|[\w.+-]+@[\w.-]+"
    r"|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})"
)
_BARE = re.compile(
    r"(?!GM\d{4}$)(?:[-+]?\d+(?:[.,]\d+)?|[A-Za-z]{0,5}[-_]?\d+|[A-Za-z]?|\d{4}-\d{1,2}-\d{1,2}|true|false|nan|none|<na>)",
    re.IGNORECASE,
)

Rows = Sequence[Sequence[str]]


def is_of_records(rows: Rows) -> bool:
    """Whether rows (without their heading) seem to be about one person each.

    So it is when a column of at least ten rows holds codes or days that are nearly all different, when at least twenty rows
    tell characteristics but not of which group they are, or when more than 120 rows of at least three bare values are nearly
    all different.

    >>> is_of_records([(f"C{n:05d}", "x") for n in range(12)]), is_of_records([("20-24", "120")] * 40)
    (True, False)
    """
    if len(rows) < FEWEST_ROWS:
        return False
    wide = max(map(len, rows))
    if any(_points_at_persons([row[at].strip() for row in rows if len(row) > at]) for at in range(wide)):
        return True
    if is_without_key([[row[at].strip() if len(row) > at else "" for row in rows] for at in range(wide)]):
        return True
    return len(rows) > MOST_ROWS and wide >= 3 and _bare(rows)


def _points_at_persons(column: Sequence[str]) -> bool:
    filled = [cell for cell in column if cell]
    codes = {cell for cell in filled if _CODE.fullmatch(cell)}
    return len(filled) >= FEWEST_ROWS and len(codes) >= NEARLY_ALL * len(filled)


def _bare(rows: Rows) -> bool:
    cells = [cell.strip() for row in rows for cell in row]
    bare = sum(_BARE.fullmatch(cell) is not None for cell in cells)
    return bare >= NEARLY_ALL * len(cells) and len(set(map(tuple, rows))) >= NEARLY_ALL * len(rows)


def cut_in_columns(rows: Rows) -> bool:
    """Whether two or three columns beside each other hold numbers of persons in parts: nine digits, nearly all of which pass.

    One number in eleven passes by chance, so columns of counts are found only where nearly all do.

    >>> cut_in_columns([("9999", "90019")]), cut_in_columns([("9999", "90019"), ("1234", "56789")])
    (True, False)
    """
    wide = max(map(len, rows), default=0)
    for first in range(wide):
        for parts in (2, 3, 9):
            cells = [row[first : first + parts] for row in rows if len(row) >= first + parts]
            joined = ["".join(cell) for cell in cells if all(part.isdecimal() for part in cell)]
            nine = [number for number in joined if len(number) == 9 and number.isascii()]
            if nine and sum(map(is_person, nine)) >= NEARLY_ALL * len(nine):
                return True
    return False
