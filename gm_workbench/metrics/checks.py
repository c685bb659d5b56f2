"""What a metric asks of its columns before it calculates. Messages name columns and count rows; they never hold a value."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData

LARGEST = 1e50
"""Nothing that is measured comes near; beyond it sums of fourth powers no longer fit in a computer's number."""

SMALLEST = 1e-50
"""The same at the other end: a column of which nothing comes above it has a variance of zero."""


APART = 1e-7
"""Share of its length that a column must keep beside the others; below it the figures of a computer tell them apart no more.
The same as in R's `lm`."""


def told_apart(matrix: NDArray[np.float64], least: float = APART) -> bool:
    """Tell whether no column (nearly) follows from the others, each taken at its own length.

    A constant must be among them where there is one: a number of 1000000 and a little is nearly a constant.

    >>> bool(told_apart(np.array([[1.0, 1e6], [1.0, 1e6 + 1], [1.0, 1e6 - 1]])))
    True
    >>> bool(told_apart(np.array([[1.0, 1e8], [1.0, 1e8 + 1], [1.0, 1e8 - 1]])))
    False
    """
    lengths = np.linalg.norm(matrix, axis=0)
    return bool(lengths.all()) and int(np.linalg.matrix_rank(matrix / lengths, tol=least)) == matrix.shape[1]


def require_columns(frame: pd.DataFrame, columns: Iterable[str], method: str) -> None:
    """Refuse what is not a frame, and a frame that lacks a column or has it twice.

    >>> require_columns(pd.DataFrame({"a": [1]}), ["a"], "mean")
    """
    if not isinstance(frame, pd.DataFrame):
        raise MetricError(f"{method}: the rows must be a DataFrame but got {type(frame).__name__}.")
    names, own = list(columns), list(frame.columns)
    missing = [name for name in names if not isinstance(name, Hashable) or name not in own]
    if missing:
        there = ", ".join(map(str, own)) or "none"
        raise MetricError(f"{method}: columns {', '.join(map(str, missing))} are missing; there are: {there}.")
    twice = [name for name in names if own.count(name) > 1]
    if twice:
        raise MetricError(
            f"{method}: there must be one column {twice[0]} but there are {own.count(twice[0])}. Rename the others."
        )
    shared = [name for name in names if name in frame.index.names]
    if shared:
        raise MetricError(
            f"{method}: {shared[0]} must be a column only, but the index has that name too. Use reset_index(drop=True) first."
        )


def are_labels(values: pd.Series[Any]) -> bool:
    """Tell whether every value can stand for a group: text, a number or a day, and not a list.

    >>> are_labels(pd.Series(["a", 1])), are_labels(pd.Series([["a"], 1]))
    (True, False)
    """
    kind = pd.api.types.infer_dtype(values)
    return kind != "complex" and (not kind.startswith("mixed") or bool(values.map(lambda one: isinstance(one, Hashable)).all()))


def is_column(values: Any, rows: int) -> bool:
    """Tell whether there is a number, or a gap, for each of the rows.

    >>> is_column([1, 2], 2), is_column(3, 2), is_column(["a", "b"], 2)
    (True, False, False)
    """
    column = values if hasattr(values, "dtype") else np.asarray(values)
    numbers = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)
    return bool(numbers and np.shape(column) == (rows,))


def all_finite(values: Any) -> bool:
    """Tell whether all numbers are finite, and their powers too.

    >>> all_finite([1.0, 2.0]), all_finite([1e300, 2.0]), all_finite([float("nan")])
    (True, False, False)
    """
    return bool((np.abs(np.asarray(values, dtype=float)) <= LARGEST).all())


def table_of(rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """Give rows of numbers as a table; rows that are not equally long, or of something else, are none: it has no columns.

    >>> table_of([[1, 2], [3, 4]]).shape, table_of([[1, 2], [3]]).shape
    ((2, 2), (0,))
    """
    alike = len({np.shape(row) for row in rows}) == 1
    try:
        return np.asarray(rows if alike else [], dtype=float)
    except (TypeError, ValueError, OverflowError):
        return np.empty(0)


def require_filled(frame: pd.DataFrame, columns: Iterable[str], method: str) -> None:
    """Refuse columns that are missing or have gaps."""
    names = list(columns)
    require_columns(frame, names, method)
    for name in names:
        gaps = int(frame[name].isna().sum())
        if gaps:
            raise MetricError(
                f"{method}: column {name} must have no gaps but {gaps} rows are missing. "
                "Leave those rows out first, and count them in the ledger."
            )
        if pd.api.types.is_float_dtype(frame[name]) and np.isinf(frame[name].to_numpy(dtype=float)).any():
            raise MetricError(f"{method}: column {name} must be finite but holds infinity.")
        if not are_labels(frame[name]):
            raise MetricError(f"{method}: column {name} must hold text, numbers or dates, but some of it is none of these.")


def require_numbers(frame: pd.DataFrame, columns: Iterable[str], method: str, *, gaps: bool = False) -> None:
    """Refuse columns that are missing, hold something else than finite numbers, or (unless `gaps`) have gaps."""
    names = list(columns)
    require_columns(frame, names, method)
    for name in names:
        if not pd.api.types.is_numeric_dtype(frame[name]) or pd.api.types.is_complex_dtype(frame[name]):
            raise MetricError(f"{method}: column {name} must be numeric but got {frame[name].dtype}.")
        largest = np.abs(frame[name].dropna().to_numpy(dtype=float)).max(initial=0.0)
        if largest > LARGEST:
            got = "infinity" if np.isinf(largest) else f"a number beyond {LARGEST:g}"
            raise MetricError(f"{method}: column {name} must be finite but holds {got}.")
        if 0 < largest < SMALLEST:
            raise MetricError(
                f"{method}: column {name} holds nothing above {SMALLEST:g}, too small to square. Take another unit."
            )
    if not gaps:
        require_filled(frame, names, method)


def require_pair(groups: Sequence[str], method: str) -> None:
    """Refuse what is not (compared, reference).

    >>> require_pair(("woman", "man"), "difference")
    """
    if isinstance(groups, str) or len(groups) != 2 or groups[0] == groups[1]:
        told = repr(groups) if isinstance(groups, str) else f"{len(groups)}, or the same twice"
        raise MetricError(f"{method}: there must be two different groups, (compared, reference), but got {told}.")


MOST = 1_000_000_000
"""Nothing that is counted here comes above it; numbers beyond it would be counted to until the end of days."""


def require_whole(method: str, *, least: int = 1, most: float = MOST, **numbers: object) -> None:
    """Refuse what should be a whole number, of draws say, and is not, or is below `least` or above `most`.

    >>> require_whole("bootstrap", draws=999)
    """
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, Integral) or int(number) < least:
            got = number if isinstance(number, int | float) else type(number).__name__
            raise MetricError(f"{method}: {name} must be a whole number of {least} or more but got {got}.")
        if int(number) > most:
            raise MetricError(f"{method}: {name} must be a whole number of at most {most:g} but got a larger one.")


def require_one_of(method: str, name: str, got: object, allowed: Iterable[str]) -> None:
    """Refuse an option that there is not.

    >>> require_one_of("regression", "errors", "HC1", ["CR1", "CR2"])
    Traceback (most recent call last):
    gm_workbench.errors.MetricError: regression: errors must be one of CR1, CR2 but got HC1.
    """
    known = tuple(allowed)
    if got not in known:
        raise MetricError(f"{method}: {name} must be one of {', '.join(known)} but got {got}.")


MOST_DRAWS = 10_000_000
"""More draws change nothing that is told, and do not fit in a computer's memory."""


def require_draws(draws: int, seed: int, method: str) -> None:
    """Refuse draws that have no spread, or are not a number of draws at all, and a seed that cannot be one.

    >>> require_draws(999, 1, "bootstrap")
    """
    require_whole(method, least=2, most=MOST_DRAWS, draws=draws)
    require_whole(method, least=0, most=LARGEST, seed=seed)


def require_binary(frame: pd.DataFrame, column: str, method: str) -> None:
    """Refuse a column with anything else than 0 and 1 (or false and true)."""
    require_numbers(frame, [column], method)
    if not frame[column].isin([0, 1]).all():
        raise MetricError(f"{method}: column {column} must hold 0 and 1 only.")


def shortage(method: str, *wants: tuple[str, int, int]) -> NotEnoughData | None:
    """Give the first of (what, got, needed) that falls short, or nothing.

    >>> shortage("mean", ("persons", 10, 10), ("coaches", 4, 5))
    NotEnoughData(method='mean', what='coaches', got=4, needed=5)
    """
    return next((NotEnoughData(method, what, got, needed) for what, got, needed in wants if got < needed), None)


def two_arms(
    frame: pd.DataFrame,
    numbers: Sequence[str],
    exposed: str,
    cluster: str,
    method: str,
    *,
    persons: int,
    clusters: tuple[str, int],
) -> tuple[pd.DataFrame, pd.DataFrame] | NotEnoughData:
    """Check the columns of a comparison and give its exposed and other rows, or what there is too little of.

    `numbers` are the outcome, and what is allowed for; `persons` and `clusters` (in words) are needed in each group.

    >>> frame = pd.DataFrame({"y": [1.0, 2.0], "new": [0, 1], "coach": ["a", "b"]})
    >>> new, old = two_arms(frame, ["y"], "new", "coach", "mean", persons=1, clusters=("coaches in each group", 1))
    >>> new["coach"].item()
    'b'
    """
    require_numbers(frame, numbers, method)
    require_binary(frame, exposed, method)
    require_filled(frame, [cluster], method)
    new, old = frame.loc[frame[exposed].eq(1)], frame.loc[frame[exposed].eq(0)]
    what, least = clusters
    short = shortage(
        method,
        ("persons in each group", min(len(new), len(old)), persons),
        (what, min(new[cluster].nunique(), old[cluster].nunique()), least),
        ("different outcomes", frame[numbers[0]].nunique(), 2),
    )
    return (new, old) if short is None else short
