"""An interval without width is none: where nothing varied, nothing is known of how sure a number is, and no number is given.

Standard errors are made of what differs between persons, or between draws of persons. Where nothing does they come out as
zero, and the interval would claim to be certain. `asking.as_declared` looks at all that a metric gives, so that none forgets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from types import MappingProxyType, SimpleNamespace
from typing import Any, get_args, get_type_hints

import pandas as pd

from gm_workbench.metrics.estimate import KNOWN, Estimate, NotEnoughData

NARROWEST = 1e-12
"""Width beside the size of its ends below which an interval is what rounding leaves of nothing."""

NOTHING = 1e-14
"""Size of both ends beside that of the outcome below which they are what rounding leaves of zero."""

ALIKE = "different outcomes"
"""What there is too little of; of two that would be needed there is one."""

Part = tuple[Any, Any, Any]
"""Where it stands, what it is, and what it is declared to be."""


def is_flat(found: Estimate, size: float = 0.0) -> bool:
    """Tell whether an interval has no width, or none that could be told from zero in an outcome of this size.

    >>> is_flat(Estimate(2.0, 2.0, 2.0, 0.0, 9, "points", "m")), is_flat(Estimate(2.0, 1.9, 2.0, 0.05, 9, "points", "m"))
    (True, False)
    """
    ends = max(abs(found.low), abs(found.high))
    return found.high - found.low <= NARROWEST * ends or ends < NOTHING * size


def varied(found: Any, declared: Any, size: float = 0.0) -> Any:
    """Give a result, or NotEnoughData for the smallest part of it that may be so and holds an interval without width.

    A part may be NotEnoughData when it is declared so. It stays as it is when it is declared `Known`, and so does a result
    that cannot be NotEnoughData at all: whoever asks for such a one decides by what it is made of. `size` is that of the
    largest outcome, where there is one: a model that fits without rest leaves what rounding makes of zero.

    >>> still = Estimate(2.0, 2.0, 2.0, 0.0, 9, "points", "m")
    >>> varied(still, Estimate | NotEnoughData)
    NotEnoughData(method='m', what='different outcomes', got=1, needed=2)
    >>> varied(still, Estimate) is still, varied({"a": still}, dict[str, Estimate] | NotEnoughData).what
    (True, 'different outcomes')
    """
    told = _told(found, declared, size)
    return found if _fell(told, found) and not _may_fall(declared) else told


def _told(found: Any, declared: Any, size: float) -> Any:
    """Give the same with its flat parts replaced; the whole becomes NotEnoughData where a part may not."""
    if isinstance(found, Estimate):
        known = any(KNOWN in getattr(arm, "__metadata__", ()) for arm in (declared, *get_args(declared)))
        return NotEnoughData(found.method, ALIKE, 1, 2) if is_flat(found, size) and not known else found
    changed = {}
    for place, one, its in _parts(found, declared):
        told = _told(one, its, size)
        if _fell(told, one) and not _may_fall(its):
            return told
        if told is not one:
            changed[place] = told
    return _with(found, changed) if changed else found


def _fell(told: Any, found: Any) -> bool:
    return isinstance(told, NotEnoughData) and told is not found


def _may_fall(declared: Any) -> bool:
    return NotEnoughData in (declared, *get_args(declared))


def _parts(found: Any, declared: Any) -> Iterator[Part]:
    """Give the parts of a result that can hold estimates."""
    if is_dataclass(found) and not isinstance(found, type | NotEnoughData):
        hints = _hints(type(found))
        yield from ((field.name, getattr(found, field.name), hints.get(field.name)) for field in fields(found))
    elif isinstance(found, Mapping):
        its = next((get_args(arm)[-1] for arm in (declared, *get_args(declared)) if _is_mapping(arm)), None)
        yield from ((key, one, its) for key, one in found.items())
    elif isinstance(found, tuple):
        members = _of_tuple(declared, len(found))
        yield from ((place, one, its) for place, (one, its) in enumerate(zip(found, members, strict=True)))


def _is_mapping(declared: Any) -> bool:
    kind = getattr(declared, "__origin__", None)
    return isinstance(kind, type) and issubclass(kind, Mapping)


def _of_tuple(declared: Any, size: int) -> tuple[Any, ...]:
    """Say what the members of a tuple are declared to be: one after the other, or all alike."""
    arms = [get_args(arm) for arm in (declared, *get_args(declared)) if getattr(arm, "__origin__", None) is tuple]
    members = arms[0] if arms else ()
    return members if len(members) == size and ... not in members else (members[0] if members else None,) * size


def _with(found: Any, changed: Mapping[Any, Any]) -> Any:
    if isinstance(found, Mapping):
        made = {**found, **changed}
        return made if isinstance(found, dict) else MappingProxyType(made)
    if isinstance(found, tuple):
        return tuple(changed.get(place, one) for place, one in enumerate(found))
    return replace(found, **changed)


class _Series:
    """A Series as signatures write it: pandas lets only a type checker say of what."""

    def __class_getitem__(cls, of: object) -> type:
        return pd.Series


WRITTEN = SimpleNamespace(Series=_Series, DataFrame=pd.DataFrame)
"""What `pd` stands for in signatures."""


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, localns={"pd": WRITTEN}, include_extras=True)
