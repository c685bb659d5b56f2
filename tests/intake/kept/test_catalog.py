from __future__ import annotations

import os

import pytest

from gm_workbench.errors import DeliveryError
from gm_workbench.intake.faults import found, refusing
from gm_workbench.intake.kept.catalog import Catalog, Look, PartFile, Source, as_before, label, load, look_at, save
from gm_workbench.intake.keys import open_key
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rowledger import Entry, RowLedger
from gm_workbench.vocabulary.schemas import DataKind

KEY = open_key("GM9903", DataKind.SYNTHETIC)

LOOK = Look(10, 20, 30, 40)


def source(look: Look | None = LOOK) -> Source:
    return Source("costs.csv", look, "digest", "recipe")


def full() -> Catalog:
    return Catalog(
        key_id="0a1b2c3d",
        scope="pool",
        retain_until="2030-12-31",
        sources={"costs.csv": source()},
        accepted={"costs.csv": source(None)},
        parts={"tables/costs/place=GM9903/period=2024/part-202401.parquet": PartFile("ab" * 32, 2, ("costs.csv",))},
        forgets=3,
        blocked={"other.csv": source()},
        faults=(found(Reason.EXTRA_ROWS, "costs.csv", promised=2, found=3, cells=["12"]), refusing(found(Reason.RAGGED))),
        ledger=RowLedger((Entry("costs.csv", "costs", 3, 2, 1, 0),)),
    )


def test_state_comes_back_as_it_was_saved(tmp_path):
    save(tmp_path, full())
    assert load(tmp_path) == full()
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "catalog.json": 0o600,
        "rowledger.json": 0o600,
    }


def test_nothing_kept_is_an_empty_state(tmp_path):
    assert load(tmp_path / "none") == Catalog()


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"sources": 1}', b"\xff"])
def test_damaged_state_is_told_and_not_taken_for_an_empty_one(tmp_path, content):
    save(tmp_path, full())
    (tmp_path / "catalog.json").write_bytes(content)
    with pytest.raises(DeliveryError, match="was damaged and cannot be read"):
        load(tmp_path)


def test_state_without_its_ledger_is_told(tmp_path):
    save(tmp_path, full())
    (tmp_path / "rowledger.json").unlink()
    with pytest.raises(DeliveryError, match="was damaged"):
        load(tmp_path)


def test_file_is_unchanged_when_it_looks_the_same_and_is_read_by_the_same_rules():
    assert as_before(full().sources.get("costs.csv"), LOOK, "recipe")
    assert not as_before(full().sources.get("costs.csv"), LOOK, "another recipe")
    assert not as_before(full().sources.get("new.csv"), LOOK, "recipe")
    assert not as_before(Catalog(sources={"costs.csv": source(None)}).sources.get("costs.csv"), LOOK, "recipe")


@pytest.mark.parametrize("field", ["size", "mtime_ns", "ctime_ns", "inode"])
def test_each_thing_that_the_file_system_says_counts(field):
    other = Look(**{**{name: getattr(LOOK, name) for name in ("size", "mtime_ns", "ctime_ns", "inode")}, field: 99})
    assert not as_before(full().sources.get("costs.csv"), other, "recipe")


def test_file_replaced_by_one_of_the_same_size_and_time_looks_otherwise(tmp_path):
    path = tmp_path / "costs.csv"
    path.write_bytes(b"one")
    before, times = look_at(path), path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert look_at(path).mtime_ns == before.mtime_ns
    assert look_at(path) != before


def test_labels_tell_files_apart_without_the_number_in_their_names():
    one, two = label("export 123456782.csv", KEY), label("export 999992351.csv", KEY)
    assert one != two
    assert one.startswith("export #########.csv~")
