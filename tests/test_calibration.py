"""A smoke test of calibration: twenty draws of each primary estimand. The full one is `make calibration`."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from gm_workbench.worlds.truth import truth

SEEDS = range(1, 21)
MOST_MISSES = 5  # 99.97 % point of a binomial with 20 draws and 5 % misses
TRUTH_SIZE = 0.05  # 50,000 persons: a Monte-Carlo error far below the standard error of one draw


def benchmark():
    path = Path(__file__).parent.parent / "benchmarks" / "calibration.py"
    spec = importlib.util.spec_from_file_location("calibration", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibration"] = module
    spec.loader.exec_module(module)
    return module


calibration = benchmark()


FIRST_AND_REST = [
    calibration.TARGETS[0],
    *(pytest.param(target, marks=pytest.mark.proof) for target in calibration.TARGETS[1:]),
]


@pytest.mark.parametrize("target", FIRST_AND_REST, ids=lambda target: target.estimand)
def test_intervals_hold_the_planted_truth(target):
    planted = truth(calibration.WORLD, size=TRUTH_SIZE)["estimands"][target.estimand]["value"]
    found = [calibration.in_memory(target, seed) for seed in SEEDS]
    assert sum(not one.low <= planted <= one.high for one in found) <= MOST_MISSES


@pytest.mark.parametrize("target", FIRST_AND_REST, ids=lambda target: target.estimand)
def test_deliveries_give_the_estimate_of_the_tables_in_memory(target):
    assert calibration.same(calibration.in_memory(target, 1), calibration.through_deliveries(target, 1))
