"""The fixtures `witness`, `edge` and `refused`: what a test compared, kept for the page of witnesses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from gm_workbench.errors import MetricError

KNOWN = ("read", "run", "memory", "hand")
FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let coverage follow none of these: examples in docstrings go through every metric, and tracing takes half as long."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker("untraced")


@pytest.fixture
def witness(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Give the function that compares and keeps: `witness(metric, name, got, expected, tolerance=, data=, source=, known=)`.

    `metric` is the function as `docs/metrics.md` names it (``scales.cronbach_alpha``); `data` the data set, as R names it
    (``psych::bfi``), or ``drawn`` for a table in the test; `source` the publication or the call of other software; `known` how
    the number is known: ``read`` in the source, ``run`` in the software named, from ``memory``, or worked out by ``hand``.
    """

    def compare(
        metric: str, name: str, got: float, expected: float, *, tolerance: float, data: str, source: str, known: str
    ) -> None:
        assert known in KNOWN
        found = {"metric": metric, "name": name, "data": data, "source": source, "known": known}
        numbers = {"expected": float(expected), "got": float(got), "tolerance": float(tolerance)}
        # travels with the test's report, also from the workers of a parallel run, to whoever asks (tests/spec/witnesses.py)
        request.node.user_properties.append(("witness", {**found, **numbers}))
        distance = abs(numbers["got"] - numbers["expected"])
        assert distance <= tolerance, f"{metric}, {name}: got {numbers['got']!r} where {numbers['expected']!r} is expected"

    return compare


def function(metric: str) -> Callable[..., Any]:
    """Give the function that `docs/metrics.md` lists so."""
    room, _, own = metric.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"gm_workbench.metrics.{room}"), own)
    return found


@pytest.fixture
def edge(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Give the function that asks a metric something at its edge: `edge(metric, name, ask, expected, why)`.

    `ask` gets the function that `metric` names and gives a number; `why` says how the one expected follows, without the metric:
    the fewest data that are allowed, all or nothing, ties, columns that do not vary. Rounding is all it may be off by.
    """

    def compare(metric: str, name: str, ask: Callable[[Callable[..., Any]], float], expected: float, why: str) -> None:
        got = float(ask(function(metric)))
        assert got == pytest.approx(expected, rel=1e-6, abs=1e-9), f"{metric}, {name}: got {got!r} where it is {expected!r}"
        request.node.user_properties.append(("edge", {"metric": metric, "name": name, "value": float(expected), "why": why}))

    return compare


@pytest.fixture
def refused(request: pytest.FixtureRequest) -> Callable[..., AbstractContextManager[None]]:
    """Give what sees that a metric refuses what it is asked in these words: `with refused(metric, name, words): ...`."""

    @contextmanager
    def expect(metric: str, name: str, words: str) -> Iterator[None]:
        with pytest.raises(MetricError, match=re.escape(words)):
            yield
        request.node.user_properties.append(("refused", {"metric": metric, "name": name, "words": words}))

    return expect
