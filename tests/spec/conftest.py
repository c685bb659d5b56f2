"""The fixture `witness`: hold a number of ours against one from outside, and keep both for the table of witnesses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Witness:
    """A number from outside beside ours.

    `metric` is the function as `docs/metrics.md` names it (``scales.cronbach_alpha``); `data` the data set, as R names it
    (``psych::bfi``), or ``drawn`` for a table in the test; `source` the publication or the call of other software; `known` how the
    number is known: ``read`` in the source, ``run`` in the software named, quoted from ``memory``, or worked out by ``hand``.
    """

    metric: str
    name: str
    data: str
    source: str
    known: str
    expected: float
    got: float
    tolerance: float

    @property
    def deviation(self) -> float:
        return self.got - self.expected


KNOWN = ("read", "run", "memory", "hand")
KEPT = pytest.StashKey[list[Witness]]()


@pytest.fixture
def witness(request) -> Callable[..., None]:
    """Give the function that compares and keeps: `witness(metric, name, got, expected, tolerance=, data=, source=, known=)`."""
    kept = request.config.stash.setdefault(KEPT, [])

    def compare(
        metric: str, name: str, got: float, expected: float, *, tolerance: float, data: str, source: str, known: str
    ) -> None:
        assert known in KNOWN
        found = Witness(metric, name, data, source, known, float(expected), float(got), tolerance)
        kept.append(found)
        assert abs(found.deviation) <= tolerance, f"{metric}, {name}: got {found.got!r} where {found.expected!r} is expected"

    return compare
