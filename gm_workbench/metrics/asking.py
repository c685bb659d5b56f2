"""Whether a metric is given the kinds of things that its signature names, said in words before it goes wrong inside.

A notebook has no type checker. Without this, text for a number or a list for a table would end in an error of the library that
happened to meet it first, or in the worst case in a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from functools import cache, wraps
from inspect import signature
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Literal, ParamSpec, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.checks import LARGEST, require_whole
from gm_workbench.metrics.widths import WRITTEN, varied

SEVERAL = (list, tuple, range, np.ndarray, pd.Index, pd.Series, pd.api.extensions.ExtensionArray)
"""What counts as several things in order: not text, of which the letters are no names, and not what can be read only once."""

LISTED = {str: "names", int: "whole numbers", float: "numbers"}
PLAIN = {str: "text", int: "a whole number", float: f"a number of at most {LARGEST:g}", bool: "True or False", NoneType: "None"}


NAMED_ONCE = ("covariates", "interactions", "items")
"""Lists of columns in which a name that comes back is a mistake that functions would pass over."""

CAUSE = "cause"
"""The number of a reason to leave: 0 is for those who were still there."""

LABELS = ("cluster", "clusters")
"""Columns of what rows share, where they come as they are and not by name."""

OUTCOMES = ("outcome", "amount")
"""Arguments that name the column of what is compared or explained."""

STEP = "per"
"""The difference in a predictor that a slope is told per; with none, or one without end, there is nothing to tell."""


P = ParamSpec("P")
R = TypeVar("R")


NAMES = {"pd": WRITTEN, "Column": Sequence[float] | pd.Series}
"""What names in signatures stand for where only a type checker can read them."""


def as_declared(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse arguments of another kind than declared, by name; columns of names or numbers become lists.

    What comes out is looked at too: an interval without width is not enough data (`widths.varied`).

    >>> @as_declared
    ... def half(size: float) -> float:
    ...     return size / 2
    >>> half("x")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    gm_workbench.errors.MetricError: half: size must be a number of at most 1e+50 but got str. ...
    """
    name = function.__name__
    usual = {own: one.default for own, one in signature(function).parameters.items()}
    order = function.__code__.co_varnames[: function.__code__.co_argcount]

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        hints = _hints(function)
        given = [_taken(name, own, value, hints.get(own, Any)) for own, value in zip(order, args, strict=False)]
        named = {own: _taken(name, own, value, hints.get(own, Any)) for own, value in kwargs.items()}
        found = function(*given, *args[len(order) :], **named)  # type: ignore[arg-type]
        size = _size(usual | dict(zip(order, given, strict=False)) | named)
        return cast(R, varied(found, hints.get("return", Any), size))

    return asked


@cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Read the signature on the first call, when every name in it is there."""
    return get_type_hints(function, localns=NAMES, include_extras=True)


def _taken(function: str, name: str, value: object, hint: Any) -> Any:
    """Give the argument, as a list where several are asked for and an array is given."""
    step = name == STEP and isinstance(value, Real)
    if not _fits(value, hint) or (step and not 0 < abs(cast(float, value)) < math.inf):
        got = "0" if step and value == 0 else _got(value, hint)
        help_ = f"help({function}) tells what each argument is."
        told = f"{_words(hint)}, and not 0," if step else _words(hint)
        raise MetricError(f"{function}: {name} must be {told} but got {got}. {help_}")
    if name == CAUSE and value is not None:
        require_whole(function, cause=value)
    if name in LABELS and isinstance(value, SEVERAL) and _holds_infinity(value):
        raise MetricError(f"{function}: {name} must name what rows share but holds infinity. Leave those rows out first.")
    if name in NAMED_ONCE:
        _require_once(function, name, value)
    value = _plainly(value) if isinstance(value, pd.DataFrame | pd.Series) else value
    listed = _origin(hint) in (Sequence, Collection) and isinstance(value, SEVERAL)
    return value.tolist() if listed and hasattr(value, "tolist") else value


def _plainly(table: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    """Give columns of rare kinds (sparse, half precision, yes and no that could be missing and is not) as the usual ones."""
    if isinstance(table, pd.Series):
        return _usual(table) if _is_rare(table.dtype) else table
    rare = {at for at, kind in enumerate(table.dtypes) if _is_rare(kind)}
    if not rare:  # most calls; looking at kinds makes no column
        return table
    columns = (table.iloc[:, at] for at in range(table.shape[1]))
    return pd.concat([_usual(column) if at in rare else column for at, column in enumerate(columns)], axis=1)


def _is_rare(kind: Any) -> bool:
    return isinstance(kind, pd.SparseDtype | pd.BooleanDtype) or kind == np.float16


def _usual(column: pd.Series) -> pd.Series:
    """Give a column of a rare kind in one that libraries can read, where there is one.

    >>> _usual(pd.Series([True, None], dtype="boolean")).dtype, _usual(pd.Series([True, False], dtype="boolean")).dtype
    (BooleanDtype, dtype('bool'))
    """
    if isinstance(column.dtype, pd.BooleanDtype):
        return column if column.isna().any() else column.astype(bool)
    return column.astype(column.dtype.subtype if isinstance(column.dtype, pd.SparseDtype) else np.float64)


def _holds_infinity(labels: Any) -> bool:
    told = pd.Series(labels)
    return bool(pd.api.types.is_float_dtype(told) and np.isinf(told.to_numpy(dtype=float)).any())


def _require_once(function: str, name: str, value: Any) -> None:
    """Refuse a list of columns that names one twice: a dictionary of columns would pass over it in silence."""
    columns = list(value)
    twice = sorted({str(one) for one in columns if columns.count(one) > 1})
    if twice:
        raise MetricError(f"{function}: {name} must name each column once but {', '.join(twice)} is named twice.")


def _size(arguments: Mapping[str, Any]) -> float:
    """Give the size of the largest outcome, and 0 where there is no column of it."""
    table = next((one for one in arguments.values() if isinstance(one, pd.DataFrame)), None)
    column = next((arguments[name] for name in OUTCOMES if isinstance(arguments.get(name), str)), None)
    if table is None or column not in table or not pd.api.types.is_numeric_dtype(table[column]):
        return 0.0
    return float(table[column].abs().max()) if len(table) else 0.0


def _origin(hint: Any) -> Any:
    return get_origin(hint) or hint


def _fits(value: object, hint: Any) -> bool:
    """Tell whether a value is of the declared kind; kinds that are not known here are left to the function."""
    kind, parts = _origin(hint), get_args(hint)
    if kind in (Union, UnionType):
        column = pd.Series in parts and isinstance(value, SEVERAL)  # of data, at which the function looks itself
        return column or any(_fits(value, part) for part in parts)
    if kind is Literal:
        return isinstance(value, str)  # of which words may be chosen the function says
    if kind is tuple:
        return _pair(value, parts)
    if kind in (Sequence, Collection):
        return _several(value, kind, parts[0])
    if kind is Mapping:
        return isinstance(value, Mapping) and all(_fits(one, parts[1]) for one in value.values())
    return _one(value, kind)


def _one(value: object, kind: Any) -> bool:
    if isinstance(value, bool) and kind in (int, float):
        return False
    if kind is float:
        # a whole number is compared as it is: it may be too long to turn into another kind
        size: Any = abs(value) if isinstance(value, Real) else math.nan
        return isinstance(value, Real) and not LARGEST < size < math.inf
    if kind is int:
        return isinstance(value, Integral) and abs(int(value)) <= LARGEST
    if kind is bool:
        return isinstance(value, bool | np.bool_)
    unknown = not isinstance(kind, type) or kind is np.ndarray or getattr(kind, "_is_protocol", False)
    return unknown or isinstance(value, kind)


def _pair(value: object, parts: tuple[Any, ...]) -> bool:
    """Tell of a fixed number of things whether each is as declared; how many groups are to be named the function says."""
    if not isinstance(value, list | tuple) or (str not in parts and len(value) != len(parts)):
        return False
    return all(isinstance(one, Hashable) if parts[0] is str else _fits(one, parts[0]) for one in value)


def _several(value: object, kind: Any, part: Any) -> bool:
    """Tell of a list whether its members are as declared; tables in lists the function looks at itself."""
    if not isinstance(value, SEVERAL if kind is Sequence else (*SEVERAL, set, frozenset, Mapping)):
        return False
    if isinstance(value, pd.Series) or _origin(part) is Sequence:
        return not (part in (int, float) and isinstance(value, pd.Series) and pd.api.types.is_complex_dtype(value))
    # a name may be anything that can stand in a column of names: persons and waves often are numbers
    return all(isinstance(one, Hashable) if part is str else _fits(one, part) for one in value)


def _got(value: object, hint: Any) -> str:
    """Name the kind of what was given, never what it holds, unless it is an option that is a number.

    >>> _got(["a", None], Sequence[str]), _got(1.5, int)
    ('list of NoneType, str', '1.5')
    """
    if isinstance(value, float) and hint in (int, float):
        return repr(value)
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    kinds = ", ".join(sorted({type(one).__name__ for one in inside}))
    return f"{type(value).__name__} of {kinds}" if kinds else type(value).__name__


def _words(hint: Any) -> str:
    """Name what is declared, as a reader would.

    >>> _words(Sequence[str]), _words(pd.DataFrame), _words(int | None)
    ('a list of names', 'a DataFrame', 'a whole number or None')
    """
    kind, parts = _origin(hint), get_args(hint)
    if kind in (Union, UnionType):
        return " or ".join(_words(part) for part in parts)
    if kind is Literal:
        return f"one of {', '.join(map(str, parts))}"
    if kind in (Sequence, Collection):
        return f"a list of {LISTED.get(parts[0], 'lists')}"
    if kind is tuple:
        return f"{len(parts)} of {LISTED.get(parts[0], 'a kind')}"
    if kind is Mapping:
        return f"a mapping to {_words(parts[1])}"
    return PLAIN.get(kind, f"a {getattr(kind, '__name__', kind)}")
