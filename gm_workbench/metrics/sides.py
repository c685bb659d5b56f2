"""Who stands on each side of a comparison: persons, coaches or teams, the largest of these, and who has the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.metrics.estimate import Estimate, Sides

Answer = TypeVar("Answer")


def sides_of(
    parts: Iterable[pd.DataFrame], cluster: str | None = None, outcome: str | None = None, person: str | None = None
) -> Sides:
    """Count who stands on each side.

    Parameters
    ----------
    parts : iterable of DataFrame
        The rows of each side; one row per person, or several with `person`.
    cluster : str, optional
        Column of the coach or team.
    outcome : str, optional
        Column of the outcome; its persons are counted where it holds nothing but 0 and 1 in one row per person.
    person : str, optional
        Column of the person, where a person has several rows.

    Returns
    -------
    Sides

    Examples
    --------
    >>> rows = pd.DataFrame({"team": ["a", "a", "a", "b"], "left": [1, 0, 1, 0]})
    >>> sides_of([rows], "team", "left")
    Sides(persons=(4,), groups=(2,), largest=0.75, events=(2,))
    """
    told = list(parts)
    rows = [part if person is None else part.drop_duplicates([person, *([cluster] if cluster else [])]) for part in told]
    persons = tuple(len(part) if person is None else int(part[person].nunique()) for part in rows)
    groups = () if cluster is None else tuple(int(part[cluster].nunique()) for part in rows)
    once = all(len(part) == count for part, count in zip(told, persons, strict=True))
    return Sides(persons, groups, _largest(rows, cluster), _events(rows, outcome) if once else ())


def side_of(group: pd.Series[Any], groups: tuple[str, str]) -> NDArray[np.int64]:
    """Give 0 for rows of the first group, 1 for the second, and -1 for others; names are compared as text, once each.

    >>> side_of(pd.Series([2, 1, 3, 1]), ("1", "2")).tolist()
    [1, 0, -1, 0]
    """
    codes, found = pd.factorize(group)
    place = {name: at for at, name in enumerate(groups)}
    return np.array([*(place.get(str(one), -1) for one in found), -1])[codes]


def _largest(rows: list[pd.DataFrame], cluster: str | None) -> float | None:
    if cluster is None or any(part.empty for part in rows):
        return None
    return max(float(part[cluster].value_counts(normalize=True).iloc[0]) for part in rows)


def _events(rows: list[pd.DataFrame], outcome: str | None) -> tuple[int, ...]:
    if outcome is None or not all(part[outcome].isin([0, 1]).all() for part in rows):
        return ()
    return tuple(int(part[outcome].sum()) for part in rows)


def over(sizes: Iterable[float], persons: int) -> Sides:
    """Say of a number of one group over how many coaches or teams it is, from how many rows each has.

    >>> over([30, 10, 20], persons=60)
    Sides(persons=(60,), groups=(3,), largest=0.5, events=())
    """
    known = [float(size) for size in sizes]
    return Sides((persons,), (len(known),), max(known) / sum(known))


def of_money(persons: Sequence[int], amounts: Iterable[NDArray[np.float64]]) -> Sides:
    """Count who stands on each side of a number of money, and which share of it is one person's; amounts are by person.

    >>> of_money([2, 3], [np.array([10.0, 30.0]), np.array([0.0, 1.0, 1.0])]).money
    0.75
    """
    sizes = [np.abs(amount) for amount in amounts]
    return Sides(tuple(persons), money=max((float(size.max() / size.sum()) for size in sizes if size.sum() > 0), default=0.0))


def two_sides(frame: pd.DataFrame, name: str, cluster: str | None = None) -> Sides | None:
    """Count who stands on either side of a column of yes and no; one of more values has one side, or none without a cluster.

    >>> two_sides(pd.DataFrame({"new": [1, 0, 0]}), "new"), two_sides(pd.DataFrame({"age": [1, 2, 3]}), "age")
    (Sides(persons=(1, 2), groups=(), largest=None, events=()), None)
    """
    parts = _parted(frame[name], frame)
    return None if len(parts) == 1 and cluster is None else sides_of(parts, cluster)


def sides_of_each(frame: pd.DataFrame, columns: Sequence[str], told: pd.DataFrame, *, cluster: str | None) -> dict[str, Sides]:
    """Do as `two_sides` for several columns, where a person may have several rows, and count those to whom it happened.

    Parameters
    ----------
    frame : one row per person, or several
    columns : of the frame
    told : of each row the ``person``, whether it ``happened``, and the cluster
    cluster : the column of `told` with the coach or team, where they play a part

    Examples
    --------
    >>> told = pd.DataFrame({"person": [1, 1, 2, 3], "happened": [False, True, False, True]})
    >>> sides_of_each(pd.DataFrame({"new": [1, 1, 0, 0], "age": [20, 21, 30, 40]}), ["new", "age"], told, cluster=None)
    {'new': Sides(persons=(1, 2), groups=(), largest=None, events=(1, 1))}
    """
    parted = {name: _parted(frame[name], told) for name in columns}
    found = {} if cluster is None else dict.fromkeys(columns, sides_of([told], cluster, person="person"))
    for name, parts in ((name, parts) for name, parts in parted.items() if len(parts) == 2):
        events = tuple(int(part.loc[part["happened"], "person"].nunique()) for part in parts)
        found[name] = replace(sides_of(parts, cluster, person="person"), events=events)
    return found


def _parted(column: pd.Series[Any], rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Give the rows with the higher value and the others, or all together where there are more values than two, or one."""
    if column.nunique() != 2:
        return [rows]
    one = (column == column.max()).to_numpy()
    return [rows.loc[one], rows.loc[~one]]


def beside(found: Answer, sides: Sides | None) -> Answer:
    """Put with an estimate who stands on each side; anything else stays as it is.

    >>> beside(Estimate(1.0, 0.0, 2.0, 0.5, 40, "points", "m"), Sides((20, 20))).sides
    Sides(persons=(20, 20), groups=(), largest=None, events=())
    """
    return replace(found, sides=sides) if isinstance(found, Estimate) else found
