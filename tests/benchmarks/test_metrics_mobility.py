"""The benchmark of the mobility indices tells the truth about its two ways."""

import importlib.util
import json
from pathlib import Path

import pytest

PLACE = Path(__file__).resolve().parents[2] / "benchmarks" / "metrics_mobility.py"


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("metrics_mobility", PLACE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_both_ways_give_the_same_numbers_for_the_same_draws(benchmark):
    assert benchmark.difference(benchmark.drawn(400)) < benchmark.ROUNDING


def test_benchmark_says_no_when_the_plain_way_is_not_so_slow(benchmark, monkeypatch, capsys):
    told = {"people": 10, "draws": 1, "plain_seconds": 2.9, "our_seconds": 0.1, "largest_difference": 0.0, "peak_mb": 1.0}
    for ratio, code in ((29.9, 1), (30.0, 0)):
        monkeypatch.setattr(benchmark, "measured", lambda *_, ratio=ratio: {**told, "ratio": ratio})
        assert benchmark.main(["--json"]) == code
        assert json.loads(capsys.readouterr().out)["ratio"] == ratio
