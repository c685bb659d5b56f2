"""Rows that split one whole in several ways, where no row has that whole: by sex, and below that by age, without all persons.

Men and women are as many as young and old. So who sees three of the four knows the fourth, though no total is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gm_workbench.guard.stacked import LEAST, Vector

Parts = tuple[int, ...]


def same_wholes(rows: Sequence[Vector], variables: Sequence[str]) -> list[tuple[Parts, ...]]:
    """Find sets of rows that come to the same in every column.

    These are all rows, divided where they stand into runs that come to the same; the rows of two variables, where their names
    say of which they are; and any two runs of neighbours, where there are persons in two or more columns: in one such runs are
    often there by chance.

    Parameters
    ----------
    rows : sequence of tuple of int
        Counts of each row, in the same columns.
    variables : sequence of str
        Of which variable each row is a category; empty where its name does not say.

    Returns
    -------
    list of tuple of tuple of int
        The rows of each set; those of two or more sets come to the same.

    Examples
    --------
    Men and women, then young and old:

    >>> same_wholes([(3,), (30,), (13,), (20,)], [""] * 4)
    [((0, 1), (2, 3))]
    >>> same_wholes([(3,), (30,), (5,), (12,), (16,), (9,)], ["sex", "sex", "age", "age", "age", ""])
    [((0, 1), (2, 3, 4))]
    """
    some = [at for at, row in enumerate(rows) if any(row)]
    found = [tuple(_divided(rows, some)), *_by_value((_sum(rows, parts), parts) for parts in _named(some, variables))]
    if sum(any(column) for column in zip(*rows, strict=True)) >= LEAST:
        found += [tuple(tuple(some[at] for at in run) for run in sets) for sets in _by_value(_runs(rows, some))]
    return list(dict.fromkeys(one for one in found if len(one) > 1))


def _named(some: Sequence[int], variables: Sequence[str]) -> Iterator[Parts]:
    for name in dict.fromkeys(variables[at] for at in some if variables[at]):
        yield tuple(at for at in some if variables[at] == name)


def _by_value(sets: Iterable[tuple[Vector, Sequence[int]]]) -> list[tuple[Parts, ...]]:
    """Put sets of two rows and more together that come to the same, and have no row in common."""
    alike: dict[Vector, list[Sequence[int]]] = {}
    for whole, parts in sets:
        same = alike.setdefault(whole, [])
        if len(parts) > 1 and not any(set(parts) & set(one) for one in same):
            same.append(parts)
    return [tuple(map(tuple, same)) for same in alike.values() if len(same) > 1]


def _runs(rows: Sequence[Vector], some: Sequence[int]) -> Iterator[tuple[Vector, range]]:
    """Give all runs of two and more of some rows, and what they come to."""
    for first in range(len(some)):
        so_far = rows[some[first]]
        for last in range(first + 1, len(some)):
            so_far = _added(so_far, rows[some[last]])
            yield so_far, range(first, last + 1)


def _divided(rows: Sequence[Vector], some: Sequence[int]) -> list[Parts]:
    """Divide all rows into runs of two and more that come to the same, as many as there can be."""
    whole = _sum(rows, some)
    for many in range(len(some) // 2, 1, -1):
        if all(value % many == 0 for value in whole):
            runs = _runs_of(rows, some, tuple(value // many for value in whole))
            if len(runs) == many:
                return runs
    return []


def _runs_of(rows: Sequence[Vector], some: Sequence[int], each: Vector) -> list[Parts]:
    """Divide rows into runs of two and more that come to so much each; none if that does not come out."""
    runs: list[Parts] = []
    first, so_far = 0, (0,) * len(each)
    for last, at in enumerate(some, start=1):
        so_far = _added(so_far, rows[at])
        if so_far == each and last - first > 1:
            runs.append(tuple(some[first:last]))
            first, so_far = last, (0,) * len(each)
    return runs if first == len(some) else []


def _sum(rows: Sequence[Vector], parts: Sequence[int]) -> Vector:
    return tuple(map(sum, zip(*(rows[part] for part in parts), strict=True)))


def _added(one: Vector, other: Vector) -> Vector:
    return tuple(map(int.__add__, one, other))
