"""The fixture `witness`: hold a number of ours against one from outside, and keep both for the table of witnesses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

KNOWN = ("read", "run", "memory", "hand")


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
