from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gm_workbench.worlds.streams import Streams, choose, choose_name, maybe_month, named, shared_out


def test_a_stream_starts_again_and_depends_on_seed_place_and_name():
    def first(seed: int, place: str, name: str) -> float:
        return float(Streams(seed, place).of(name).random())

    assert first(1, "GM0855", "people") == first(1, "GM0855", "people")
    others = {first(2, "GM0855", "people"), first(1, "GM0363", "people"), first(1, "GM0855", "spells")}
    assert len(others | {first(1, "GM0855", "people")}) == 4


@pytest.mark.parametrize(("uniform", "position"), [(0.0, 0), (0.249, 0), (0.25, 1), (0.999, 1)])
def test_shared_out_cuts_the_line_by_shares(uniform, position):
    assert shared_out([1.0, 3.0], np.array([uniform])).tolist() == [position]


def test_a_share_of_nothing_is_never_drawn():
    assert set(choose(np.random.default_rng(1), [0.5, 0.0, 0.5], 1000)) == {0, 2}


def test_choose_name_draws_in_the_given_shares():
    drawn = pd.Series(choose_name(np.random.default_rng(1), {"yes": 0.9, "no": 0.1}, 10_000))
    assert drawn.eq("yes").mean() == pytest.approx(0.9, abs=0.012)  # four standard errors


def test_named_leaves_minus_one_missing():
    assert pd.Series(named(("a", "b"), np.array([1, -1, 0]))).isna().tolist() == [False, True, False]


def test_maybe_month_is_missing_where_not_known():
    months = pd.Series(maybe_month(np.array([24288, 24289]), np.array([True, False])))
    assert (str(months.dtype), months[0], months.isna().tolist()) == ("Int32", 24288, [False, True])
