from __future__ import annotations

import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.counts import CategoryCount, category_counts


def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person": [*"abcdef"],
            "group": ["x", "x", "x", "y", "y", "z"],
            "band": ["55+", "0-26", None, "0-26", "0-26", "55+"],
            "works": [True, False, True, True, True, True],
        }
    )


def test_counts_add_up_to_the_group_in_every_characteristic() -> None:
    counts = category_counts(people(), ["band", "works"], "group", ["x", "y"])
    for name in ("band", "works"):
        for group, total in (("x", 3), ("y", 2)):
            own = [count for count in counts if (count.characteristic, count.group) == (name, group)]
            assert sum(count.n for count in own) == total
            assert {count.total for count in own} == {total}


def test_unknown_comes_last_and_nobody_counts_zero() -> None:
    counts = category_counts(people(), ["band"], "group", ["x", "y"])
    assert [(count.category, count.group, count.n) for count in counts] == [
        ("0-26", "x", 1),
        ("0-26", "y", 2),
        ("55+", "x", 1),
        ("55+", "y", 0),
        ("unknown", "x", 1),
        ("unknown", "y", 0),
    ]


def test_unknown_comes_last_even_after_later_letters() -> None:
    rows = people().assign(band=["zone", None, "area", "zone", "zone", "zone"])
    assert [count.category for count in category_counts(rows, ["band"], "group", ["x"])] == ["area", "zone", "unknown"]


def test_a_group_without_persons_counts_zero() -> None:
    counts = category_counts(people(), ["works"], "group", ["y", "nobody"])
    assert counts == (CategoryCount("works", "True", "y", 2, 2), CategoryCount("works", "True", "nobody", 0, 0))


def test_categories_of_a_pandas_category_are_read_as_text() -> None:
    counts = category_counts(people().assign(band=lambda rows: rows["band"].astype("category")), ["band"], "group", ["x"])
    assert [count.category for count in counts] == ["0-26", "55+", "unknown"]


def test_counting_refuses_nonsense() -> None:
    with pytest.raises(MetricError, match="a person must have one row but some have more"):
        category_counts(pd.concat([people(), people()]), ["band"], "group", ["x"])
    with pytest.raises(MetricError, match="columns age are missing"):
        category_counts(people(), ["age"], "group", ["x"])
    with pytest.raises(MetricError, match="column group must have no gaps"):
        category_counts(people().assign(group=None), ["band"], "group", ["x"])
