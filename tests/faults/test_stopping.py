"""Batches that are stopped, killed, or meet one another."""

from __future__ import annotations

import json
import os
import signal
import sys
import time

import pytest

from gm_workbench.batch.attempts import State

STUDY = "tilburg_single_mothers"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="stops by signal")

WAITS = """
import time
while place == "GM0307" and not (paths().root / "go on").exists():
    time.sleep(0.05)
"""

pytestmark = [POSIX, pytest.mark.slow, pytest.mark.untraced]


@pytest.mark.parametrize(
    ("how", "code", "state"),
    [
        *(pytest.param(one, 54, State.KILLED, marks=pytest.mark.proof) for one in (signal.SIGINT, signal.SIGTERM)),
        (signal.SIGKILL, -9, State.RUNNING),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_stopped_batch_keeps_what_was_finished_and_goes_on_where_it_was(delivered, how, code, state):
    town = delivered("GM0307", "GM0855")
    town.write(WAITS)
    batch = town.begin("run", "--workers", "2", "--json")
    town.until("GM0855", state=State.DONE)
    town.until("GM0307", state=State.RUNNING)
    finished, began = town.pages(), time.monotonic()
    batch.send_signal(how)
    _, told = batch.communicate(timeout=30)
    took = time.monotonic() - began
    assert batch.returncode == code, told
    assert took < 2
    assert "Traceback" not in told
    assert town.states()["GM0307"] is state
    assert town.left_over() == []

    rows = {row["place"]: row for row in json.loads(town.gm("status", "--json").stdout)}
    assert {place: row["stands"] for place, row in rows.items()} == {"GM0307": "failed", "GM0855": "fresh"}
    assert "the batch was" in rows["GM0307"]["reason"]
    assert (town.pages(), town.half_written()) == (finished, [])

    (town.paths.root / "go on").touch()
    again = town.gm("run")
    assert (again.returncode, "1 of 1 reports made" in again.stdout) == (0, True), again
    assert {place: town.tries(place)[-1] for place in rows} == dict.fromkeys(rows, State.DONE)
    assert [len(town.tries(place)) for place in ("GM0307", "GM0855")] == [2, 1]
    assert town.pages().keys() == {"GM0307", "GM0855"}
    assert [folder for folder in town.private_folders() if folder.exists()] == []


SLOW = """
import time
from pathlib import Path

rename, write = Path.rename, Path.write_bytes

def slow_rename(self, target):
    moved = rename(self, target)
    time.sleep(20 * (MOMENT == "swap" and ".old-" in str(target)))
    return moved

def slow_write(self, data):
    time.sleep(20 * (MOMENT == "write" and self.name == "manifest.json" and ".new-" in str(self)))
    return write(self, data)

Path.rename, Path.write_bytes = slow_rename, slow_write
"""


@pytest.fixture
def half_way(delivered, make, tmp_path, monkeypatch):
    """Begin to make a report again that stands, and wait until it is being written, which takes long."""

    def begin(moment):
        town = delivered("GM0307")
        make(town, "GM0307").raise_if_incomplete()
        good = town.pages()
        town.write("1")
        (tmp_path / "sitecustomize.py").write_text(f"MOMENT = {moment!r}\n{SLOW}", encoding="utf-8")
        with monkeypatch.context() as slow:
            slow.setenv("PYTHONPATH", str(tmp_path))
            batch = town.begin("run", "--json")
        end = time.monotonic() + 60
        while not (found := list((town.paths.reports / STUDY).glob(".GM0307.*-*"))) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.2)
        while moment == "swap" and town.page("GM0307").is_file() and time.monotonic() < end:
            time.sleep(0.01)
        return town, good, batch, found[0]

    return begin


@pytest.mark.parametrize("moment", ["swap", pytest.param("write", marks=pytest.mark.proof)])
@pytest.mark.parametrize(
    "how", [*(pytest.param(one, marks=pytest.mark.proof) for one in (signal.SIGINT, signal.SIGTERM)), "worker"], ids=str
)
def test_report_that_stood_is_there_after_a_stop_while_it_is_replaced(half_way, moment, how):
    town, good, batch, half = half_way(moment)
    assert (town.page("GM0307").is_file(), town.half_written() != []) == (moment == "write", True)
    if how == "worker":
        os.kill(int(half.name.rpartition("-")[2]), signal.SIGKILL)
        while State.KILLED not in town.tries("GM0307"):
            time.sleep(0.01)
        assert (town.pages(), half.exists()) == (good, False)  # it is tried once more, alone; that is stopped too
        how = signal.SIGINT
    batch.send_signal(how)
    _, told = batch.communicate(timeout=30)
    assert batch.returncode == 54, told
    assert (town.pages(), town.half_written(), town.states()) == (good, [], {"GM0307": State.KILLED})


@pytest.mark.parametrize(
    "how",
    [signal.SIGINT, *(pytest.param(one, marks=pytest.mark.proof) for one in (signal.SIGTERM, signal.SIGKILL))],
    ids=str,
)
def test_stopped_verification_leaves_no_outputs_behind(delivered, make, how):
    town = delivered("GM0307")
    make(town, "GM0307").raise_if_incomplete()
    good = town.pages()
    town.write(WAITS)
    verification = town.begin("verify", f"{STUDY}/GM0307")
    end = time.monotonic() + 60
    while not (raw := [file for folder in town.private_folders() for file in folder.glob("*/outputs/*")]):
        assert time.monotonic() < end, verification.poll()
        time.sleep(0.05)
    began = time.monotonic()
    if how is signal.SIGKILL:
        os.killpg(verification.pid, how)  # its workers too: nobody is left who could clear up
    else:
        verification.send_signal(how)
    _, told = verification.communicate(timeout=30)
    assert time.monotonic() - began < 2
    assert (verification.returncode, "Traceback" in told) == (-9 if how is signal.SIGKILL else 54, False), told
    assert town.left_over() == []
    assert raw[0].exists() == (how is signal.SIGKILL)
    assert town.gm("status").returncode == 0
    assert [folder for folder in town.private_folders() if folder.exists()] == []
    assert (town.pages(), town.states()) == (good, {"GM0307": State.DONE})


LONG_IMPORT = """
import sys
import time
from pathlib import Path

class Long:
    def find_spec(name, *_):
        if name == NAME:
            Path(NOTE).touch()
            time.sleep(20)

sys.meta_path.insert(0, Long)
"""


@pytest.mark.parametrize("moment", ["gm_workbench.cli.reports", "gm_workbench.batch.index"])
def test_stop_before_anything_runs_is_told_as_any_other(delivered, tmp_path, monkeypatch, moment):
    town, note = delivered("GM0307"), tmp_path / "begun"
    (tmp_path / "sitecustomize.py").write_text(f"NAME, NOTE = {moment!r}, {str(note)!r}\n{LONG_IMPORT}", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    batch = town.begin("run")
    while not note.exists():
        time.sleep(0.02)
    batch.send_signal(signal.SIGINT)
    _, told = batch.communicate(timeout=30)
    assert (batch.returncode, told) == (54, "gm: Stopped.\n")


@pytest.mark.proof
def test_second_stop_changes_nothing(delivered):
    town = delivered("GM0307")
    town.write(WAITS)
    batch = town.begin("run", "--json")
    town.until("GM0307", state=State.RUNNING)
    time.sleep(1)
    end = time.monotonic() + 20
    while batch.poll() is None and time.monotonic() < end:
        batch.send_signal(signal.SIGINT)
        time.sleep(0.02)
    _, told = batch.communicate(timeout=30)
    assert (batch.returncode, "Traceback" in told, "gm: Stopped." in told) == (54, False, True), told
    assert (town.left_over(), [folder for folder in town.private_folders() if folder.exists()]) == ([], [])


def test_two_batches_on_the_same_reports_make_each_once(delivered):
    town = delivered("GM0307", "GM0855")
    town.write("import time; time.sleep(1)")
    batches = [town.begin("run", "--workers", "1", "--json") for _ in range(2)]
    ended = [(batch.communicate(timeout=240), batch.returncode) for batch in batches]
    assert [code for _, code in ended] == [0, 0], ended
    tries = {place: sorted(map(str, town.tries(place))) for place in ("GM0307", "GM0855")}
    assert all(states.count("done") == 1 and set(states) <= {"done", "stopped"} for states in tries.values()), tries
    assert {place: town.shown(place) for place in tries} == {place: {place} for place in tries}
    assert (town.half_written(), town.left_over()) == ([], [])
