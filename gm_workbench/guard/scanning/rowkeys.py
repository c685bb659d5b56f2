"""Whether the rows of a table say of which group each is: those of a summary do, those of records do not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

FEWEST_UNNAMED = 20
"""From so many rows on, a table whose rows do not say of whom they are is no summary."""

_LONGEST_WORD = 40
_MOST_COLUMNS = 8
"""Columns that are tried together as a key; no summary has more characteristics."""

_FULL = 2 / 3
"""The share of all combinations that a summary has at least; persons have few of them, and some twice."""

_NEARLY = 0.8

_WHOLE = re.compile(r"[-+]?\d{1,9}")
_MONTH = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])")
_LETTER = re.compile(r"[^\W\d_]")
_SHOWN = re.compile(r"\d[.,]\d|\u2013$")
"""A number with a word beside it, as cells of the workbench have, or the mark of one that is hidden."""

_FEW_CODES = 10

Column = Sequence[str]


def is_without_key(columns: Sequence[Column]) -> bool:
    """Whether two or more columns describe, and no columns together say of which group a row is.

    A key is a first column of words that nearly all differ, or columns of which nearly every combination has one row. A number
    that runs on (a month, an age, but also the number of a line) is no key: then the other columns decide.

    >>> persons = [("vrouw", "Noord"), ("man", "Zuid"), ("vrouw", "Noord")] * 7
    >>> groups = [(sex, place) for sex in ("vrouw", "man") for place in "ABCDEFGHIJ"]
    >>> is_without_key(list(zip(*persons))), is_without_key(list(zip(*groups)))
    (True, False)
    """
    if not columns or len(columns[0]) < FEWEST_UNNAMED:
        return False
    told = [column for column in columns if len(set(column)) > 1 and not _runs(column)]
    kinds = [column for column in told if _describes(column)]
    if any(map(_runs, columns)):  # a curve: what it tells may be counts that are rounded, and come back
        telling = [column for column in kinds if not _is_rounded(column)]
    else:
        telling = [column for column in told if column in kinds or (_is_of_numbers(column) and not _is_rounded(column))]
    if len(telling) < 2 or not (any(map(_is_of_words, kinds)) or any(map(_is_of_codes, kinds))):
        return False
    return not names_each(told[0]) and not any(map(_is_key, _together(kinds)))


def names_each(column: Column) -> bool:
    """Whether nearly each row has words of its own in it."""
    return len(set(column)) >= _NEARLY * len(column) and _is_of_words(column)


def _runs(column: Column) -> bool:
    """Whether a column counts on by equal steps, as months, ages and the numbers of lines do."""
    if not all(map(_WHOLE.fullmatch, column)):
        return False
    months = all(map(_MONTH.fullmatch, column))
    numbers = [int(cell[:4]) * 12 + int(cell[4:]) if months else int(cell) for cell in column]
    return len({after - before for before, after in pairwise(numbers)}) == 1


def _describes(column: Column) -> bool:
    """Whether short words, bands or whole numbers stand in it, each more than once."""
    kinds = set(column)
    if not 1 < len(kinds) <= len(column) / 2 or column.count("") > len(column) / 2:
        return False
    return max(map(len, kinds)) <= _LONGEST_WORD and not any(map(_SHOWN.search, kinds))


def _is_of_words(column: Column) -> bool:
    return all(_LETTER.search(kind) and not _SHOWN.search(kind) for kind in set(column) if kind)


def _is_of_codes(column: Column) -> bool:
    """Whether it holds codes such as 1 and 2: counts as small as those are in no finished file."""
    kinds = set(column) - {""}
    return len(kinds) <= _FEW_CODES and all(map(_WHOLE.fullmatch, kinds)) and not kinds.isdisjoint("1234")


def _is_of_numbers(column: Column) -> bool:
    """Whether it holds whole numbers that differ, such as ages or incomes."""
    return all(map(_WHOLE.fullmatch, column))


def _is_rounded(column: Column) -> bool:
    """Whether it may hold counts as policies round them, in tens or fives, and marks of hidden ones."""
    return all(int(kind) % 5 == 0 for kind in set(column) if _WHOLE.fullmatch(kind)) and not _is_of_words(column)


def _together(kinds: Sequence[Column]) -> Iterator[tuple[Column, ...]]:
    for count in (1, 2, 3):
        yield from combinations(kinds[:_MOST_COLUMNS], count)


def _is_key(columns: Sequence[Column]) -> bool:
    rows, possible = len(columns[0]), 1
    for column in columns:
        possible *= len(set(column))
    return _FULL * possible <= rows <= possible and len(set(zip(*columns, strict=True))) == rows
