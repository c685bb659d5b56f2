"""The shapes of runs and person-months."""

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.panel.ledger import Ledger
from gm_workbench.panel.person_months import PersonMonths
from gm_workbench.panel.runs import Runs

PEOPLE = pd.Index(["a", "b"])


def months(length=3, **other):
    arrays = {"person": np.int32, "month": np.int32, "time": np.int16, "entry": np.int16, "event": np.int8}
    made = {name: np.arange(length, dtype=kind) % 2 for name, kind in arrays.items()} | other
    return PersonMonths(PEOPLE, ledger=Ledger(), **made)


def test_person_months_give_a_frame_with_pseudonyms():
    frame = months().frame()
    assert list(frame.columns) == ["person", "month", "time", "entry", "event"]
    assert frame["person"].tolist() == ["a", "b", "a"]
    assert months().frame(["time"]).columns.tolist() == ["time"]


def test_person_months_name_a_column_that_is_not_there():
    with pytest.raises(MetricError, match="columns person, month, time, entry, event but got age"):
        months().frame(["age"])


def test_arrays_of_unequal_length_are_refused():
    with pytest.raises(MetricError, match=r"one length but got lengths \[2, 3\]"):
        months(time=np.zeros(2, dtype=np.int16))
    three, two = np.zeros(3, dtype=np.int32), np.zeros(2, dtype=np.int32)
    with pytest.raises(MetricError, match=r"Runs must have arrays of one length but got lengths \[2, 3\]"):
        Runs(PEOPLE, three, three, two, three.astype(np.int8), three.astype(bool))


def test_runs_are_counted():
    none = np.zeros(0, dtype=np.int32)
    assert len(Runs(PEOPLE, none, none, none, none.astype(np.int8), none.astype(bool))) == 0
    assert len(months()) == 3
