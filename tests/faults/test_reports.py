"""Reports that fail among reports that do not: what is on disk afterwards, and what the ledger says of it."""

from __future__ import annotations

import json
import sys

import pytest

from gm_workbench.batch.attempts import State
from gm_workbench.batch.standing import Stands, standings
from gm_workbench.kernels.warm import POSSIBLE

STUDY = "tilburg_single_mothers"
FAILING = ("GM0855", "GM0307", "GM1900", "GM0363", "GM9901")
PLACES = (*FAILING, "GM9902", "GM9903")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")

FAULTS = """
import os, signal, time
if place == "GM0855":
    os.kill(os.getpid(), signal.SIGKILL)  # as the system does when memory is short
if place == "GM0307":
    raise MemoryError("999900012")
if place == "GM1900":
    time.sleep(600)
if place == "GM0363":
    {}["999900012"]
if place == "GM9902":
    import subprocess
    subprocess.Popen(["sleep", "600"], start_new_session=True)
if place == "GM9901":
    much = b"x" * (1 << 30)
    time.sleep(600)
"""

pytestmark = [POSIX, pytest.mark.slow, pytest.mark.untraced]


@pytest.mark.proof  # each fault is tested by itself in `tests/batch/test_execution.py`
@pytest.mark.skipif(not POSSIBLE, reason="memory is watched where kernels are forked")
def test_each_fault_costs_its_own_report_and_the_last_good_one_of_it_stays(delivered, make, monkeypatch):
    town = delivered(*PLACES)
    make(town, *PLACES).raise_if_incomplete()
    assert {place: town.shown(place) for place in PLACES} == {place: {place} for place in PLACES}
    good = town.pages()
    assert len(good) == len(PLACES)

    town.write(FAULTS)
    monkeypatch.setenv("GM_KERNEL_MIB", "900")
    second = town.gm("run", "--cell-seconds", "8")
    assert second.returncode == 51
    assert "5 of 7 reports were not made" in second.stderr
    assert town.states() == {
        "GM0855": State.KILLED,
        "GM0307": State.FAILED,
        "GM1900": State.TIMED_OUT,
        "GM0363": State.FAILED,
        "GM9901": State.KILLED,
        "GM9902": State.DONE,
        "GM9903": State.DONE,
    }
    # what had too little memory was tried once more, the rest was not
    assert {place: len(town.tries(place)) for place in PLACES} == {
        "GM0855": 3,
        "GM0307": 3,
        "GM1900": 2,
        "GM0363": 2,
        "GM9901": 3,
        "GM9902": 2,
        "GM9903": 2,
    }
    assert {place: town.pages()[place] for place in FAILING} == {place: good[place] for place in FAILING}
    assert {place: town.shown(place) for place in PLACES} == {place: {place} for place in PLACES}

    index = (town.paths.reports / "index.en.html").read_text(encoding="utf-8")
    assert index.count("A newer attempt failed") == 5
    assert "the kernel took more memory than it may" in index
    assert "at cell 4: KeyError" in index
    assert "Súdwest-Fryslân" in index
    every = [path for path in town.paths.reports.rglob("*") if path.is_file() and path.suffix != ".ipynb"]  # which holds code
    assert [path.name for path in every if b"999900012" in path.read_bytes()] == []
    assert town.half_written() == []
    assert town.left_over() == []

    stood = {one.attempt.place: one.standing for one in standings(town.ledger, town.paths).values()}
    assert [stood[place].stands for place in PLACES] == [Stands.FAILED] * 5 + [Stands.FRESH] * 2
    told = json.loads(town.gm("status", "--json").stdout)
    assert {row["place"]: row["stands"] for row in told} == {place: str(stood[place].stands) for place in PLACES}
