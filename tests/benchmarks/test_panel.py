"""The two ways that benchmarks/panel.py times give the same person-months."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def panel():
    spec = importlib.util.spec_from_file_location("bench_panel", ROOT / "benchmarks" / "panel.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_panel"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["bench_panel"]


@pytest.mark.parametrize("case", ["spells", "monthly rows"])
def test_both_ways_give_the_same_rows(panel, case):
    spells = panel.drawn(3000)
    frame = spells if case == "spells" else panel.by_month(spells)
    made = {way: panel.WAYS[way](frame.copy()) for way in panel.WAYS}
    assert len(made["ours"]["person"]) > 2000
    assert panel.digest(made["ours"]) == panel.digest(made["plain"])


def test_a_row_that_differs_changes_the_digest(panel):
    made = panel.ours(panel.drawn(600))
    before = panel.digest(made)
    made["event"] = made["event"].copy()
    made["event"][5] += 1
    assert panel.digest(made) != before


def test_spells_that_are_drawn_overlap_touch_and_lie_apart(panel):
    spells = panel.drawn(30_000).sort_values(["person", "first"])
    gap = spells["first"] - spells.groupby("person")["last"].shift() - 1
    assert {-2, 0, 1, 4} <= set(gap.dropna().astype(int))
