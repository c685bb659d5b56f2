"""Columns of rare kinds are read as the usual ones that they stand for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gm_workbench.metrics.agreement import shared_rating
from gm_workbench.metrics.entropy import entropy_difference
from gm_workbench.metrics.johnson_neyman import region
from gm_workbench.metrics.wave_anova import repeated_anova

RATED = pd.DataFrame({"coach": np.repeat(np.arange(12), 4), "bej": np.repeat(np.arange(12), 4) % 3 + np.arange(48) % 4})


@pytest.mark.parametrize(
    ("column", "kind"), [("coach", "float16"), ("coach", "Sparse[int]"), ("bej", "Sparse[float]"), ("bej", "float16")]
)
def test_rare_kind_of_a_column_changes_nothing(column: str, kind: str) -> None:
    assert shared_rating(RATED.astype({column: kind}), "bej", "coach") == shared_rating(RATED, "bej", "coach")


@pytest.mark.parametrize("kind", ["bool", "boolean"])
def test_yes_and_no_is_one_and_nought(kind: str) -> None:
    draw = np.random.default_rng(1)
    rows = pd.DataFrame({"person": range(80), "INT": draw.normal(size=80), "SKL": np.arange(80) % 2})
    rows = rows.assign(BEH=rows["INT"] * (1 + rows["SKL"]) + draw.normal(size=80))
    assert region(rows.astype({"SKL": kind})) == region(rows)


def test_outcome_of_yes_and_no_over_waves_is_one_and_nought() -> None:
    rows = pd.DataFrame([(p, wave, p * w * 7 % 3 == 1) for p in range(20) for w, wave in enumerate("abc", 1)])
    rows.columns = pd.Index(["person", "wave", "works"])
    both = (repeated_anova(one, "works", waves=list("abc")) for one in (rows, rows.astype({"works": int})))
    assert next(both) == next(both)


def test_groups_that_cannot_be_balanced_are_refused_without_a_warning() -> None:
    draw = np.random.default_rng(1012)
    x = draw.standard_normal(40)
    new = (draw.random(40) < 1 / (1 + np.exp(-0.7 * x))) * 1.0
    rows = pd.DataFrame({"x": x, "new": new, "y": x + draw.standard_normal(40)})
    assert type(entropy_difference(rows, "y", "new", ["x"])).__name__ == "NotEnoughData"
