"""The two ways that benchmarks/metrics.py times give the same numbers on the same draws."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).parents[2]
CASES = [
    "cluster permutation",
    "Oaxaca-Blinder bootstrap",
    "Oaxaca-Blinder, everybody has spend",
    "Kitagawa bootstrap",
    "Kitagawa, everybody has spend",
    "mobility bootstrap",
]
GOOD = {"ratio": 30.0, "ours_mib": 300.0, "largest_relative_difference": 1e-6}


@pytest.fixture(scope="module")
def metrics():
    spec = importlib.util.spec_from_file_location("bench_metrics", ROOT / "benchmarks" / "metrics.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_metrics"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["bench_metrics"]


@pytest.mark.parametrize("case", CASES)
def test_refits_of_our_draws_give_our_numbers(metrics, case):
    ours, same = (metrics.work(case, way, 2000, 120)["numbers"] for way in ("ours", "same"))
    assert set(ours) >= set(same)
    assert {name: ours[name] for name in same} == pytest.approx(same, rel=metrics.ROUNDING, abs=1e-9)


def test_the_plain_way_draws_the_same_kind_of_persons(metrics):
    # other draws, so other numbers, but errors of the same size; each is known to 6 % from 120 draws
    plain, same = (metrics.work(CASES[1], way, 2000, 120)["numbers"] for way in ("plain", "same"))
    for name in (name for name in same if name.endswith(" se")):
        assert plain[name] != same[name]
        assert plain[name] == pytest.approx(same[name], rel=0.35)


@pytest.mark.parametrize(
    ("change", "kept"),
    [({}, True), ({"ratio": 29.9}, False), ({"ours_mib": 300.1}, False), ({"largest_relative_difference": 1.1e-6}, False)],
)
def test_a_bound_that_is_not_kept_is_noticed(metrics, change, kept):
    assert metrics.kept({**GOOD, **change}) is kept
