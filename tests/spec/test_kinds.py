"""Every function of docs/metrics.yml, given what its signature does not name or its columns cannot be.

What is right is taken from the example in the docstring of the function, so that a new function is in here by itself.
"""

from __future__ import annotations

import doctest
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate

SUBJECTS = yaml.safe_load((Path(__file__).resolve().parents[2] / "docs" / "metrics.yml").read_text(encoding="utf-8"))
LISTED = [name for subject in SUBJECTS for name in subject["functions"]]


def function(name: str) -> Callable[..., Any]:
    room, _, own = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"gm_workbench.metrics.{room}"), own)
    return found


@cache
def example(name: str) -> Mapping[str, Any]:
    """Give the arguments of the first call in the example of a function, and leave the rest of the example alone."""
    asked = function(name)
    told: list[Mapping[str, Any]] = []

    def listen(*args: Any, **kwargs: Any) -> Any:
        told.append(inspect.signature(asked).bind(*args, **kwargs).arguments)
        raise StopIteration

    names = {**vars(sys.modules[asked.__module__]), asked.__name__: listen}
    for line in doctest.DocTestParser().get_examples(inspect.getdoc(asked) or ""):
        try:
            exec(compile(line.source, name, "single"), names)
        except StopIteration:
            return told[0]
    raise AssertionError(f"{name}: its example does not call it")


def answer(name: str, /, **changes: Any) -> Any:
    """Give the result of the example with some arguments changed; a warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return function(name)(**{**example(name), **changes})


def estimates(found: Any) -> Iterator[Estimate]:
    """Give all estimates in a result."""
    if isinstance(found, Estimate):
        yield found
    elif is_dataclass(found):
        for field in fields(found):
            yield from estimates(getattr(found, field.name))
    elif isinstance(found, Mapping | Sequence) and not isinstance(found, str):
        for one in found.values() if isinstance(found, Mapping) else found:
            yield from estimates(one)


def refusal(name: str, /, **changes: Any) -> str:
    """Give what is said when the changed example is refused, and nothing when it is not."""
    try:
        answer(name, **changes)
    except MetricError as said:
        return str(said)
    return ""


@pytest.mark.parametrize("name", LISTED)
def test_argument_that_is_none_of_what_is_declared_is_refused(name: str) -> None:
    for argument in example(name):
        with pytest.raises(MetricError, match=r"must|there (is|are)"):
            answer(name, **{argument: object()})


WITH_TABLE = [name for name in LISTED if any(isinstance(one, pd.DataFrame) for one in example(name).values())]


def in_all(table: pd.DataFrame, make: Callable[[pd.Series[Any]], object]) -> pd.DataFrame:
    """Make every column anew."""
    return table.assign(**{str(column): make(values) for column, values in table.items()})


def first_is(value: float) -> Callable[[pd.Series[Any]], object]:
    """Put a number in the first row of columns of numbers."""

    def make(values: pd.Series[Any]) -> object:
        return [value, *values.astype(float).tolist()[1:]] if pd.api.types.is_numeric_dtype(values) else values

    return make


IMPOSSIBLE: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "one row": lambda table: table.iloc[:1],
    "lists in cells": lambda table: in_all(table, lambda values: [[1]] * len(values)),
    "words": lambda table: in_all(table, lambda values: ["GEHEIM"] * len(values)),
    "nothing known": lambda table: in_all(table, lambda values: [np.nan] * len(values)),
    "infinity": lambda table: in_all(table, first_is(np.inf)),
    "beyond numbers": lambda table: in_all(table, first_is(1e300)),
    "below zero and broken": lambda table: in_all(table, first_is(-1.5)),
    "days": lambda table: in_all(table, lambda values: [pd.Timestamp("2026-01-01")] * len(values)),
    "columns twice": lambda table: pd.concat([table, table], axis="columns"),
    "index named as a column": lambda table: table.rename_axis(table.columns[0], axis="index"),
}


@pytest.mark.untraced
@pytest.mark.parametrize("name", WITH_TABLE)
def test_table_that_cannot_be_is_refused_or_not_enough_and_its_values_stay_out_of_it(name: str) -> None:
    """Some take a table that others refuse, such as one row; what comes out then is a result, without a warning."""
    argument, table = next((key, one) for key, one in example(name).items() if isinstance(one, pd.DataFrame))
    for make in IMPOSSIBLE.values():
        assert "GEHEIM" not in refusal(name, **{argument: make(table.head(200))})


@pytest.mark.parametrize("name", WITH_TABLE)
def test_table_without_rows_gives_no_estimate(name: str) -> None:
    argument, table = next((key, one) for key, one in example(name).items() if isinstance(one, pd.DataFrame))
    try:
        found = answer(name, **{argument: table.iloc[:0]})
    except MetricError:
        return
    assert not list(estimates(found))
