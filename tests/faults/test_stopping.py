"""Batches that are stopped, killed, or meet one another."""

from __future__ import annotations

import json
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

pytestmark = [POSIX, pytest.mark.slow]


@pytest.mark.parametrize(
    ("how", "code", "state"),
    [(signal.SIGINT, 54, State.KILLED), (signal.SIGTERM, 54, State.KILLED), (signal.SIGKILL, -9, State.RUNNING)],
    ids=lambda value: getattr(value, "name", None),
)
def test_stopped_batch_keeps_what_was_finished_and_goes_on_where_it_was(delivered, how, code, state):
    town = delivered("GM0307", "GM0855", "GM9903")
    town.write(WAITS)
    batch = town.begin("run", "--workers", "2", "--json")
    town.until("GM0855", "GM9903", state=State.DONE)
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
    assert {place: row["stands"] for place, row in rows.items()} == {"GM0307": "failed", "GM0855": "fresh", "GM9903": "fresh"}
    assert "the batch was" in rows["GM0307"]["reason"]
    assert (town.pages(), town.half_written()) == (finished, [])

    (town.paths.root / "go on").touch()
    again = town.gm("run")
    assert (again.returncode, "1 of 1 reports made" in again.stdout) == (0, True), again
    assert {place: town.tries(place)[-1] for place in rows} == dict.fromkeys(rows, State.DONE)
    assert [len(town.tries(place)) for place in ("GM0307", "GM0855", "GM9903")] == [2, 1, 1]
    assert town.pages().keys() == {"GM0307", "GM0855", "GM9903"}
    assert [folder for folder in town.private_folders() if folder.exists()] == []


def test_two_batches_on_the_same_reports_make_each_once(delivered):
    town = delivered("GM0307", "GM0855", "GM9903")
    town.write("import time; time.sleep(1)")
    batches = [town.begin("run", "--json") for _ in range(2)]
    ended = [(batch.communicate(timeout=240), batch.returncode) for batch in batches]
    assert [code for _, code in ended] == [0, 0], ended
    tries = {place: sorted(map(str, town.tries(place))) for place in ("GM0307", "GM0855", "GM9903")}
    assert all(states.count("done") == 1 and set(states) <= {"done", "stopped"} for states in tries.values()), tries
    assert {place: town.shown(place) for place in tries} == {place: {place} for place in tries}
    assert (town.half_written(), town.left_over()) == ([], [])
