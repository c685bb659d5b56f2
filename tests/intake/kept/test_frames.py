from __future__ import annotations

import pandas as pd
import pytest

from gm_workbench.intake.kept import frames
from gm_workbench.intake.kept.catalog import Catalog, load
from gm_workbench.intake.kept.frames import Tables
from gm_workbench.intake.kept.partitions import replace, stage
from gm_workbench.vocabulary.tables import TABLES

from .conftest import parts_of

JANUARY = 12 * 2024


def int32(*values):
    return pd.array(values, dtype="int32")


@pytest.fixture
def stored(folder):
    """Store a frame and open it again."""

    def store(name, frame):
        replace(folder, stage(folder, list(parts_of(frame, TABLES[name]))), Catalog())
        return Tables(folder, load(folder))

    return store


def test_table_comes_back_cell_for_cell_sorted_by_its_key(stored):
    spells = pd.DataFrame(
        {
            "person": ["bob", "ann", "ann"],
            "coach": ["c1", "c2", "c1"],
            "team": ["t", "t", "t"],
            "start": int32(JANUARY, JANUARY + 1, JANUARY),
            "end": pd.array([None, None, JANUARY], dtype="Int32"),
            "consent": ["yes", "no", "yes"],
        }
    )
    back = stored("caseload", spells).frame("caseload")
    pd.testing.assert_frame_equal(back, spells.iloc[[2, 1, 0]].reset_index(drop=True))


def test_months_become_parts_and_come_back_as_one_table(stored):
    months = int32(JANUARY + 12, JANUARY, JANUARY + 1)
    costs = pd.DataFrame({"person": ["ann", "eve", "ann"], "month": months, "type": "01", "amount": [3.0, 2.0, 1.0]})
    tables = stored("costs", costs)
    assert [part.name for part in parts_of(costs, TABLES["costs"])] == ["202401", "202402", "202501"]
    assert tables.frame("costs")["amount"].tolist() == [1.0, 3.0, 2.0]


def test_table_without_rows_is_there_all_the_same(stored):
    nobody = pd.Series(dtype="str")
    tables = stored("team_introductions", pd.DataFrame({"study": nobody, "team": nobody, "month": int32()}))
    back = tables.frame("team_introductions")
    assert tables.names == ("team_introductions",)
    assert (len(back), list(back)) == (0, ["study", "team", "month"])


def test_table_that_was_not_delivered_has_no_rows(folder):
    tables = Tables(folder, Catalog())
    assert tables.names == ()
    assert len(tables.frame("costs")) == 0


@pytest.mark.parametrize("combinations", [None, 2**63], ids=["one number", "too many for one number"])
def test_rows_are_sorted_by_their_key_however_many_keys_there_could_be(stored, monkeypatch, combinations):
    if combinations:
        monkeypatch.setattr(frames.math, "prod", lambda _sizes: combinations)
    months = int32(JANUARY + 1, JANUARY, JANUARY, JANUARY)
    costs = pd.DataFrame(
        {"person": list("abab"), "month": months, "type": ["01", "02", "02", "01"], "amount": [1.0, 2.0, 3.0, 4.0]}
    )
    assert stored("costs", costs).frame("costs")["amount"].tolist() == [3.0, 1.0, 4.0, 2.0]
