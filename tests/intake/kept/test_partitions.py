from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace as changed
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.kept.catalog import Catalog, load
from gm_workbench.intake.kept.partitions import PSEUDONYMS, DamagedPart, read, recover, replace, stage
from gm_workbench.intake.rows.parts import WHOLE_TABLE, Part
from gm_workbench.vocabulary.calendar import Period

JANUARY = 12 * 2024


def put(folder, parts, catalog=None):
    replace(folder, stage(folder, parts), catalog or Catalog(key_id="0a1b2c3d"))
    return load(folder)


def amounts(folder, **asked):
    return sorted(read(folder, "costs", **asked).column("amount").to_pylist())


def test_a_part_lies_under_its_table_place_and_year(folder, parts):
    put(folder, parts)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")) == [
        "tables/costs/place=GM9903/period=2024/part-202401.parquet",
        "tables/costs/place=GM9903/period=2024/part-202402.parquet",
        "tables/costs/place=GM9903/period=2025/part-202501.parquet",
    ]


def test_what_is_kept_is_for_its_owner_only(folder, parts, monkeypatch):
    before = os.umask(0)
    try:
        put(folder, parts)
    finally:
        os.umask(before)
    entries = [folder.parent.parent, *folder.parent.parent.rglob("*")]
    assert {entry.stat().st_mode & 0o777 for entry in entries if entry.is_dir()} == {0o700}
    assert {entry.stat().st_mode & 0o777 for entry in entries if entry.is_file()} == {0o600}


def test_pandas_reads_it_without_this_package(folder, parts):
    put(folder, parts)
    (folder / "tables" / "costs" / "_card.md").write_text("no parquet")
    frame = pd.read_parquet(folder / "tables" / "costs").sort_values(["month", "type"])
    assert frame["amount"].tolist() == [10.0, 20.0, 11.0, 22.0]
    assert frame["person"].tolist() == ["ann", "bob", "ann", "bob"]
    assert set(frame["place"]) == {"GM9903"}
    assert sorted(set(frame["period"].astype(str))) == ["2024", "2025"]


def test_duckdb_reads_it_without_this_package(folder, parts):
    put(folder, parts)
    files = f"{folder}/tables/costs/**/*.parquet"
    with duckdb.connect() as asked:
        query = (
            "select person, sum(amount) from read_parquet(?, hive_partitioning=true) where period = 2024 group by 1 order by 1"
        )
        assert asked.execute(query, [files]).fetchall() == [("ann", 21.0), ("bob", 20.0)]


def test_types_and_paths_are_those_that_spark_reads(folder, parts):
    # Spark itself was not run: it takes partitions from name=value folders, skips _ and ., and knows no unsigned numbers.
    put(folder, parts)
    for path in folder.rglob("*.parquet"):
        file = pq.ParquetFile(path)
        assert {str(column.physical_type) for column in file.schema} <= {"BYTE_ARRAY", "INT32", "DOUBLE"}
        assert {str(column.logical_type) for column in file.schema} <= {"String", "None"}
        assert all("=" in one for one in path.relative_to(folder / "tables" / "costs").parts[:-1])
        assert not path.name.startswith(("_", "."))


def test_no_statistics_tell_the_first_and_last_pseudonym(folder, parts):
    put(folder, parts)
    for path in folder.rglob("*.parquet"):
        group = pq.ParquetFile(path).metadata.row_group(0)
        told = {group.column(number).path_in_schema: group.column(number).is_stats_set for number in range(4)}
        assert told == {"person": False, "month": True, "type": True, "amount": True}


@pytest.mark.parametrize("odd", [pa.uint32(), pa.int64(), pa.timestamp("ns"), pa.large_string(), pa.bool_()])
def test_other_types_are_refused_and_nothing_is_put_in_force(folder, odd):
    part = Part("costs", "2024", "202401", pa.table({"amount": pa.nulls(1, odd)}), np.zeros(1, dtype=np.uint64))
    with pytest.raises(DeclarationError, match="Table costs cannot be stored: amount must be"):
        put(folder, [part])
    assert load(folder) == Catalog()


def test_two_files_of_one_part_are_laid_on_top_of_each_other(folder, costs):
    put(folder, [costs(JANUARY, ("ann", "01", 1.0)), costs(JANUARY, ("eve", "01", 2.0))])
    table = read(folder, "costs")
    assert table.column("person").cast(pa.string()).to_pylist() == ["ann", "eve"]
    assert table.schema.field("person").type == PSEUDONYMS


def test_months_and_columns_can_be_chosen(folder, parts):
    put(folder, parts)
    assert amounts(folder, period=Period(JANUARY + 1, JANUARY + 12)) == [11.0, 22.0]
    assert amounts(folder, period=Period(JANUARY, JANUARY)) == [10.0, 20.0]
    assert read(folder, "costs", columns=["amount"]).column_names == ["amount"]
    assert read(folder, "costs", columns=["amount"], period=Period(JANUARY + 1, JANUARY + 1)).to_pydict() == {"amount": [11.0]}


def test_months_outside_are_not_even_opened(folder, parts):
    put(folder, parts)
    next(folder.rglob("part-202501.parquet")).write_bytes(b"damaged")
    assert amounts(folder, period=Period(JANUARY, JANUARY + 1)) == [10.0, 11.0, 20.0]
    with pytest.raises(DamagedPart, match="part-202501"):
        read(folder, "costs")


def test_table_without_months_is_read_whatever_the_period(folder):
    data = pa.table({"coach": pa.array(["c"]).cast(PSEUDONYMS), "start": pa.array([JANUARY], pa.int32())})
    put(folder, [Part("rosters", WHOLE_TABLE, WHOLE_TABLE, data, np.zeros(1, dtype=np.uint64))])
    assert read(folder, "rosters", period=Period(0, 1)).num_rows == 1
    assert read(folder, "costs").num_rows == 0


def test_a_correction_replaces_one_part_and_leaves_the_others(folder, parts, costs):
    before = put(folder, parts)
    stay = {path: part for path, part in before.parts.items() if "202402" not in path}
    after = put(folder, [costs(JANUARY + 1, ("ann", "01", 99.0))], changed(before, parts=stay))
    assert after.parts.keys() == before.parts.keys()
    assert amounts(folder) == [10.0, 20.0, 22.0, 99.0]


def test_part_that_the_new_state_does_not_name_goes(folder, parts):
    before = put(folder, parts)
    put(folder, [], changed(before, parts={path: part for path, part in before.parts.items() if "2025" in path}))
    assert [path.name for path in folder.rglob("*.parquet")] == ["part-202501.parquet"]
    put(folder, [], Catalog())
    assert not list((folder / "tables").iterdir())


def test_damaged_or_lost_part_is_told(folder, parts):
    put(folder, parts)
    path = next(folder.rglob("part-202401.parquet"))
    whole = path.read_bytes()
    path.write_bytes(whole[:50] + b"\0\1" + whole[52:])
    with pytest.raises(DamagedPart, match="is not what was written"):
        read(folder, "costs")
    path.unlink()
    with pytest.raises(DamagedPart, match="is not what was written"):
        read(folder, "costs")


def test_what_was_staged_and_never_put_in_force_is_removed(folder, parts):
    put(folder, parts)
    stage(folder, parts)
    assert list(folder.glob(".staged-*"))
    recover(folder)
    assert not list(folder.glob(".staged-*"))
    assert amounts(folder) == [10.0, 11.0, 20.0, 22.0]


KILLED = """
import os, signal, sys
from pathlib import Path
from gm_workbench.intake.kept import partitions
from gm_workbench.intake.kept.catalog import Catalog
from conftest import costs_part

folder, moves = Path(sys.argv[1]), int(sys.argv[2])
move, done = partitions._move, []

def stop(*paths):
    if len(done) == moves:
        os.kill(os.getpid(), signal.SIGKILL)
    move(*paths)
    done.append(paths)

partitions._move = stop
new = [costs_part(12 * 2024 + month, ("ann", "01", 100.0 + month)) for month in (0, 1, 2)]
partitions.replace(folder, partitions.stage(folder, new), Catalog(key_id="0a1b2c3d"))
"""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has SIGKILL")
@pytest.mark.parametrize("moves", [0, 1, 2])
def test_swap_that_was_killed_between_two_moves_is_finished_by_the_next(folder, parts, moves):
    put(folder, parts)
    here = Path(__file__).resolve().parent
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(moves)], cwd=here, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (folder / "swap.json").is_file()
    assert json.loads((folder / "catalog.json").read_bytes())["parts"].keys() == {
        f"tables/costs/place=GM9903/{path}" for path in OLD
    }
    recover(folder)
    assert amounts(folder) == [100.0, 101.0, 102.0]
    assert {path.name for path in folder.iterdir()} == {"catalog.json", "rowledger.json", "tables"}


OLD = ("period=2024/part-202401.parquet", "period=2024/part-202402.parquet", "period=2025/part-202501.parquet")


def test_swap_that_stopped_before_it_was_written_down_changes_nothing(folder, parts, costs, monkeypatch):
    put(folder, parts)

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr("gm_workbench.intake.kept.partitions.write_whole", full)
    with pytest.raises(OSError, match="disk full"):
        put(folder, [costs(JANUARY, ("ann", "01", 1.0))])
    assert amounts(folder) == [10.0, 11.0, 20.0, 22.0]
