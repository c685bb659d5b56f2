"""The two ways that benchmarks/intake.py times give the same cells."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).parents[2]
PERSONS, MONTHS = 60, 2


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench_intake", ROOT / "benchmarks" / "intake.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_intake"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["bench_intake"]


@pytest.fixture(scope="module")
def both_ways(bench, tmp_path_factory):
    """Parts of a small delivery, by ours and by the plain way, and the rows that each accepted."""
    folder = tmp_path_factory.mktemp("intake")
    ours, plain, target = bench.Ours(folder / "project"), bench.Plain(), folder / "plain"
    target.mkdir()
    files = [ours.delivery / f"BUS_{name}.csv" for name in ("202001", "202002")]
    for month, file in enumerate(files, start=bench.FIRST):
        bench.write_month(file, bench.synthetic_numbers(PERSONS), month)
    rows = ours.all(), sum(plain.file(file, target) for file in files)
    return ours.parts(), sorted(target.glob("*.parquet")), rows


def test_both_ways_accept_all_rows_and_give_the_same_cells(bench, both_ways):
    ours, plain, rows = both_ways
    assert rows == (PERSONS * MONTHS, PERSONS * MONTHS)
    assert bench.differences(ours, plain) == []


def test_a_cell_that_differs_is_named_by_its_column(bench, both_ways, tmp_path):
    ours, plain, _ = both_ways
    table = pq.ParquetFile(plain[0]).read()
    paid = table.column("paid").to_pylist()
    at = table.column_names.index("paid")
    pq.write_table(table.set_column(at, "paid", [[paid[0] + 1, *paid[1:]]]), tmp_path / "other.parquet")
    assert bench.differences(ours[:1], [tmp_path / "other.parquet"]) == ["paid"]


def test_slope_of_times_that_grow_with_the_rows_is_one(bench):
    assert bench.slope([{"rows": 10, "ours": 2.0}, {"rows": 1000, "ours": 200.0}]) == pytest.approx(1)
