from __future__ import annotations

import datetime

import pandas as pd
import pyreadstat
import pytest

from gm_workbench.intake.declared.limits import Limits
from gm_workbench.intake.reading import spss as room
from gm_workbench.intake.reading.files import open_file
from gm_workbench.intake.reading.sniff import sniff

pytestmark = pytest.mark.usefixtures("readers_here")


@pytest.fixture
def spss(tmp_path):
    """Write an SPSS file of a frame."""

    def written(frame, **how):
        path = tmp_path / how.pop("name", "a.sav")
        pyreadstat.write_sav(frame, str(path), **how)
        return path

    return written


def test_cells_are_codes_as_text_with_labels_beside_them(spss, tables):
    frame = pd.DataFrame({"RINPERSOON": ["000000012", "13"], "VRAAG": [1.0, 2.0], "LOON": [1234.5, float("nan")]})
    (got,) = tables(spss(frame, variable_value_labels={"VRAAG": {1: "ja", 2: "nee"}}))
    assert got.cells == {"RINPERSOON": ["000000012", "13"], "VRAAG": ["1", "2"], "LOON": ["1234,5", ""]}
    assert got.opened.labels == {"VRAAG": {"1": "ja", "2": "nee"}}
    assert (got.lines, got.opened.rows, got.reasons) == ([2, 3], 2, [])


def test_days_become_texts_that_are_no_number(spss, tables):
    (got,) = tables(spss(pd.DataFrame({"DAG": [datetime.date(2024, 4, 3)], "A": ["x"]})))
    assert got.cells["DAG"] == ["2024-04-03T00:00:00"]


def test_code_that_the_file_calls_missing_is_empty_and_counted(spss, tables):
    frame = pd.DataFrame({"A": [1.0, 98.0, 99.0, 2.0], "B": [98.0] * 4})
    (got,) = tables(spss(frame, missing_ranges={"A": [{"lo": 98, "hi": 99}]}))
    assert got.cells == {"A": ["1", "", "", "2"], "B": ["98"] * 4}
    assert got.reasons == [("missing_code", 3, 2)]


def test_file_is_read_in_chunks_as_if_it_were_one(spss, monkeypatch):
    monkeypatch.setattr(room, "CHUNK", 3)
    path = spss(pd.DataFrame({"A": [str(row) for row in range(8)], "B": [1.0, 2, 9, 1, 9, 3, 9, 1]}), missing_ranges={"B": [9]})
    (grid,) = room.spss_table(path, Limits())
    assert [column.to_pylist() for column in grid.columns] == [
        ["0", "1", "2", "3", "4", "5", "6", "7"],
        ["1", "2", "", "1", "", "3", "", "1"],
    ]
    assert (grid.lines.tolist(), grid.facts.missing) == ([2, 3, 4, 5, 6, 7, 8, 9], {"B": (3, 4)})


def test_file_without_rows_has_headers(spss, tables):
    (got,) = tables(spss(pd.DataFrame({"A": pd.Series([], dtype=float), "B": pd.Series([], dtype=object)})))
    assert got.cells == {"A": [], "B": []}
    assert got.reasons == []


def test_packed_file_is_read(spss, tables):
    (got,) = tables(spss(pd.DataFrame({"A": ["x"] * 500, "B": 1.0}), name="a.zsav", compress=True))
    assert got.cells["A"] == ["x"] * 500


@pytest.mark.parametrize("cut", [20, 100, 300])
def test_file_that_is_cut_is_a_fault(spss, write, tables, cut):
    whole = spss(pd.DataFrame({"A": ["999912345"] * 20, "B": 1.0})).read_bytes()
    (got,) = tables(write("cut.sav", whole[:-cut]))
    assert got.reasons == [("format", None, 1)]


@pytest.mark.parametrize("limits", [Limits(columns=1), Limits(sheet_rows=2)])
def test_file_beyond_a_limit_is_too_large(spss, limits):
    path = spss(pd.DataFrame({"A": ["x"] * 3, "B": 1.0}))
    (opened,) = open_file(path, sniff(path), limits)
    assert [fault.reason.value for fault in opened.faults] == ["too_large"]
