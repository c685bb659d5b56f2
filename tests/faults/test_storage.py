"""Disks, clocks, caches and deliveries that do what nobody wants."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from gm_workbench.batch import ledger as ledgers
from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.decision import Decision
from gm_workbench.batch.lanes import Task
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Planned, Wish, plan
from gm_workbench.batch.processes import Owner, this_process
from gm_workbench.batch.progress import Lines, Progress
from gm_workbench.batch.run import Batch, settle
from gm_workbench.batch.standing import Stands, standings
from gm_workbench.cli.reports import status
from gm_workbench.errors import StorageError, UnknownPlace
from gm_workbench.report.write import mend

pytestmark = pytest.mark.untraced

STUDY, PLACE = "tilburg_single_mothers", "GM0855"


def broken(monkeypatch: pytest.MonkeyPatch, name: str, error: OSError) -> None:
    """Let the writing of one file of a report fail, after others were written."""
    write = Path.write_bytes

    def written(self: Path, data: bytes) -> int:
        if self.name == name:
            raise error
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", written)


def test_full_disk_while_a_report_is_written_leaves_the_last_good_one(delivered, make, monkeypatch):
    town = delivered(PLACE)
    make(town, PLACE)
    good = town.pages()
    town.deliver(PLACE, 240)
    with monkeypatch.context() as full:
        broken(full, "manifest.json", OSError(28, "No space left on device"))
        (result,) = make(town, PLACE).results
    assert (result.outcome.state, result.outcome.reason) == (State.FAILED, "the disk is full")
    assert (town.pages(), town.half_written(), town.states()) == (good, [], {PLACE: State.FAILED})
    assert [one.outcome.state for one in make(town, PLACE).new] == [State.DONE]
    assert town.pages() != good


def again_and_again(make, town) -> None:
    for _ in range(200):  # until the file of the ledger would have to grow
        make(town, PLACE, again=True)


def test_full_disk_under_the_ledger_is_told_and_nothing_runs(delivered, make, monkeypatch):
    town = delivered(PLACE)
    make(town, PLACE)
    good, connect = town.pages(), sqlite3.connect
    town.write("1")

    def full(*arguments: object, **more: object) -> sqlite3.Connection:
        connection = connect(*arguments, **more)
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count = {pages}")
        return connection

    with monkeypatch.context() as small:
        small.setattr(sqlite3, "connect", full)
        with pytest.raises(StorageError, match=r"cannot be written .*full.* room on the disk") as caught:
            again_and_again(make, town)
    assert caught.value.exit_code == 53
    assert town.pages() == good or town.states() == {PLACE: State.DONE}
    settle(town.ledger, town.paths)
    assert make(town, PLACE, again=True).results[0].outcome.state is State.DONE


def test_batch_whose_end_could_not_be_written_does_not_wait_for_itself(town, monkeypatch):
    batch = town.ledger.begin(this_process(), "gm-x")
    assert town.ledger.settle() == []
    with monkeypatch.context() as full:
        full.setattr("gm_workbench.batch.ledger._end", lambda *_: (_ for _ in ()).throw(StorageError("the disk is full")))
        with pytest.raises(StorageError, match="the disk is full"):
            town.ledger.close(batch)
    assert [left.mark for left in town.ledger.settle()] == ["gm-x"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that even its owner cannot write to")
def test_reports_folder_that_cannot_be_written_is_told_before_anything_runs(delivered, make):
    town = delivered(PLACE)
    town.paths.reports.symlink_to("/sys/kernel/reports")
    with pytest.raises(StorageError, match="reports cannot be written"):
        make(town, PLACE)
    told = town.gm("run")
    assert (told.returncode, "Traceback" in told.stderr) == (53, False)
    assert "you may write there" in told.stderr


def test_ledger_that_is_no_database_is_told(town):
    town.paths.reports.mkdir()
    (town.paths.reports / ".ledger.sqlite").write_bytes(b"not a database, but long enough to be read as one" * 40)
    with pytest.raises(StorageError, match=r"damaged .*not a database"):
        Ledger.at(town.paths)


DAMAGE = {
    "unknown state": "update attempts set state = 'nonsense'",
    "broken recipe": "update attempts set recipe = '{'",
    "parameters that are a list": "update attempts set parameters = '[]'",
    "a number that is text": "update attempts set seconds = 'x'",
    "text that is bytes": "update attempts set folder = x'ff'",
    "text that is no text": "update attempts set reason = cast(x'ff' as text)",
    "another database": "drop table attempts",
}


@pytest.fixture
def attempted(town):
    """Give a town with a ledger of many attempts, whole in its one file."""
    row, ledger = Planned(STUDY, PLACE, "default", "2023-01/2025-12", {}), town.ledger
    for number in ledger.queue_all([(row, f"{STUDY}/{PLACE}", {"inputs": "a" * 400})] * 40, None):
        ledger.finish(number, Outcome(State.DONE))
    with closing(sqlite3.connect(ledger.file)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    return town


def refused(town, *command: str) -> None:
    """See that a command says that the ledger is damaged, and what to do."""
    told = town.gm(*command)
    assert (told.returncode, "Traceback" in told.stderr) == (53, False), told.stderr
    assert "reports/.ledger.sqlite is damaged" in told.stderr
    assert "move it out of the folder" in told.stderr


@pytest.mark.parametrize("how", DAMAGE)
def test_damaged_row_of_the_ledger_is_told_and_what_to_do(attempted, how):
    ledger = attempted.ledger
    with closing(sqlite3.connect(ledger.file)) as connection, connection:
        connection.execute(DAMAGE[how])
    with pytest.raises(StorageError, match=r"damaged .*Put a copy of the file back, or move it out") as caught:
        ledger.latest()
    assert (caught.value.exit_code, "nonsense" in str(caught.value)) == (53, False)


def test_ledger_that_was_cut_is_told_by_every_command_and_not_with_a_traceback(attempted):
    attempted.deliver(PLACE)
    file = attempted.ledger.file
    file.write_bytes(file.read_bytes()[:-1000])
    refused(attempted, "status")
    refused(attempted, "run")
    file.unlink()
    assert attempted.gm("status").returncode == 0


def test_status_of_reports_that_can_only_be_read_says_what_there_is(delivered, make, monkeypatch, capsys):
    town = delivered(PLACE)
    make(town, PLACE)
    before = town.ledger.file.read_bytes()
    with monkeypatch.context() as only:
        only.setattr(os, "access", may_only_read)  # to root nothing else is forbidden
        capsys.readouterr()
        status.callback(data=None, gone="", as_json=True)
        (row,) = json.loads(capsys.readouterr().out)
        assert (row["place"], row["stands"], row["headline"]["nl"]) == (PLACE, "fresh", "Het zijn er 230.")
        with pytest.raises(StorageError, match=r"reports cannot be written \(read only\)"):
            make(town, PLACE, again=True)
        with pytest.raises(StorageError, match=r"cannot be written .*readonly"):
            looked_at(town).begin(this_process(), "gm-x")
    assert town.ledger.file.read_bytes() == before
    shutil.rmtree(town.paths.reports)
    town.paths.reports.mkdir()
    monkeypatch.setattr(os, "access", may_only_read)
    status.callback(data=None, gone="", as_json=True)
    assert json.loads(capsys.readouterr().out) == []


def may_only_read(_: object, mode: int) -> bool:
    """Stand in for a folder that one may read in and not write."""
    return not mode & os.W_OK


def looked_at(town) -> Ledger:
    ledger = Ledger.to_look_at(town.paths)
    assert ledger is not None
    return ledger


@pytest.mark.parametrize(
    "damage", ["changed", *(pytest.param(one, marks=pytest.mark.proof) for one in ("cut", "removed", "emptied"))]
)
def test_damaged_cache_entry_is_made_again(delivered, make, damage):
    town = delivered(PLACE)
    make(town, PLACE)
    (table,) = town.paths.checked.rglob("tables/introductions/**/*.parquet")
    whole = table.read_bytes()
    changed = {"cut": whole[: len(whole) // 2], "changed": whole[:50] + b"\0\1\2" + whole[53:], "emptied": b""}
    if damage == "removed":
        table.unlink()
    else:
        table.write_bytes(changed[damage])
    (result,) = make(town, PLACE, again=True).results
    assert (result.outcome.state, result.outcome.headline.nl) == (State.DONE, "Het zijn er 230.")
    (again,) = town.paths.checked.rglob("tables/introductions/**/*.parquet")
    assert again.read_bytes() == whole


REPLACES = """
from pathlib import Path
from gm_workbench.settings import paths
folder = paths().synthetic / "default" / place
text = (folder / "introducties.csv").read_bytes().split(b"\\r\\n")
(folder / "introducties.csv").write_bytes(b"\\r\\n".join(text[:-11] + [b""]))
(folder / "delivery.yml").write_text((folder / "delivery.yml").read_text().replace("rows: 230", "rows: 220"))
"""


@pytest.mark.proof
def test_delivery_that_is_replaced_during_the_run_gives_no_report_on_either(delivered, make):
    town = delivered(PLACE)
    make(town, PLACE)
    good = town.pages()
    town.write(REPLACES)
    (result,) = make(town, PLACE).results
    assert result.outcome.state is State.FAILED
    assert "delivery of GM0855 changed while its report was made" in result.outcome.reason
    assert (town.pages(), town.states()) == (good, {PLACE: State.FAILED})
    town.write("1")
    (again,) = make(town, PLACE).results
    assert (again.outcome.state, again.outcome.headline.nl) == (State.DONE, "Het zijn er 220.")


PUTS_BACK = """
import os
from gm_workbench.settings import paths
folder = paths().synthetic / "default" / place
for name, whole in kept.items():
    (folder / name).write_bytes(whole)
    os.utime(folder / name, ns=times[name])
"""
KEEPS = """
from gm_workbench.settings import paths
folder = paths().synthetic / "default" / place
kept = {path.name: path.read_bytes() for path in folder.iterdir()}
times = {path.name: (path.stat().st_atime_ns, path.stat().st_mtime_ns) for path in folder.iterdir()}
"""


def test_delivery_that_is_replaced_and_put_back_during_the_run_gives_no_report_on_either(delivered, make):
    town = delivered(PLACE)
    make(town, PLACE)
    good = town.pages()
    notebook = town.paths.notebooks / f"{STUDY}.ipynb"
    town.write(PUTS_BACK)
    content = nbformat.read(notebook, as_version=4)
    # the notebook reads what was put there; it is put back, dates included, before anybody looks again
    content.cells.insert(2, nbformat.v4.new_code_cell(KEEPS + REPLACES))
    nbformat.write(content, notebook)
    (result,) = make(town, PLACE).results
    assert result.outcome.state is State.FAILED
    assert "replaced and put back, while its report was made" in result.outcome.reason
    assert (town.pages(), town.states()) == (good, {PLACE: State.FAILED})
    town.write("1")
    (again,) = make(town, PLACE).results
    assert (again.outcome.state, again.outcome.headline.nl) == (State.DONE, "Het zijn er 230.")


def test_delivery_that_is_only_read_during_the_run_or_touched_before_it_is_the_same(delivered, make):
    town = delivered(PLACE)
    make(town, PLACE)
    (town.paths.synthetic / "default" / PLACE / "introducties.csv").touch()
    assert len(make(town, PLACE).fresh) == 1
    town.write(KEEPS)
    assert [one.outcome.state for one in make(town, PLACE).new] == [State.DONE]


def test_clock_that_is_set_back_changes_neither_order_nor_freshness(delivered, make, monkeypatch):
    town = delivered(PLACE)
    make(town, PLACE)
    monkeypatch.setattr(ledgers, "_now", lambda: datetime(1999, 1, 1, tzinfo=UTC).isoformat())
    town.write("{}['x']")
    make(town, PLACE)
    assert town.states() == {PLACE: State.FAILED}
    town.write("1")
    assert len(make(town, PLACE).new) == 1
    assert len(make(town, PLACE).fresh) == 1
    assert town.tries(PLACE) == [State.DONE, State.FAILED, State.DONE]
    os.utime(town.paths.synthetic / "default" / PLACE / "introducties.csv", (0, 0))
    assert len(make(town, PLACE).fresh) == 1


def test_number_of_a_dead_process_that_is_used_again_is_not_that_process():
    me = this_process()
    assert me.alive
    assert not Owner(me.host, me.pid, "another start").alive
    assert not Owner(me.host, 2**22 + 1, me.born).alive
    assert Owner("another machine", 1, "").alive
    assert Owner("another machine", 1, "another start+1").alive


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing tells a machine from its name")
def test_machine_that_got_another_name_still_knows_its_processes(monkeypatch):
    me = this_process()
    monkeypatch.setattr("platform.node", lambda: "another name")
    assert me.alive
    assert not me.elsewhere
    assert not Owner(me.host, 2**22 + 1, me.born).alive
    assert not Owner(me.host, me.pid, f"{me.born}1").alive


def test_what_a_killed_writer_left_is_mended(delivered, make):
    town = delivered(PLACE)
    make(town, PLACE)
    folder, good = town.page(PLACE).parent, town.pages()
    folder.rename(folder.with_name(f".{PLACE}.old-1"))
    folder.with_name(f".{PLACE}.new-1").mkdir()
    dead, ledger = Owner(this_process().host, 2**22 + 1, "gone"), town.ledger
    batch = ledger.begin(dead, "gm-x")
    (row,) = plan([Wish(STUDY, PLACE)], town.paths)
    ledger.start(ledger.queue(row, f"{STUDY}/{PLACE}", batch))
    settle(ledger, town.paths)
    assert (town.pages(), town.half_written()) == (good, [])
    assert town.states() == {PLACE: State.KILLED}


def test_mending_keeps_reports_on_other_periods(tmp_path):
    folder, old = tmp_path / PLACE, tmp_path / f".{PLACE}.old-1"
    for report in (folder, old, old / "2023-01_2023-12"):
        report.mkdir(parents=True)
        (report / "manifest.json").write_text(json.dumps(report.name), encoding="utf-8")
    mend(folder)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json")) == [
        f"{PLACE}/2023-01_2023-12/manifest.json",
        f"{PLACE}/manifest.json",
    ]


def test_other_words_in_the_notebook_are_written_and_nothing_is_computed(delivered, make, monkeypatch):
    town = delivered(PLACE)
    make(town, PLACE)
    pages, notebook = town.pages(), town.paths.notebooks / f"{STUDY}.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("# A question?", "# Another one?"), encoding="utf-8")
    with monkeypatch.context() as nothing:
        nothing.setattr("gm_workbench.batch.worker.collect", None)
        (result,) = make(town, PLACE).new
    assert (result.outcome.state, result.outcome.headline.nl) == (State.DONE, "Het zijn er 230.")
    assert "# Another one?" in (town.page(PLACE).parent / "report.ipynb").read_text(encoding="utf-8")
    assert (town.pages(), town.half_written()) == (pages, [])
    assert len(make(town, PLACE).fresh) == 1


@pytest.mark.parametrize("content", ['{"cells": [1]}', '{"cells": [{"cell_type": "code", "metadata": {}}]}', None])
def test_notebook_of_another_study_that_cannot_be_read_costs_its_own_reports_only(delivered, make, content):
    town = delivered(PLACE)
    make(town, PLACE)
    town.write("1")
    other = town.paths.notebooks / "amersfoort_upward_mobility.ipynb"
    if content is None:
        (town.paths.reports / other.stem).mkdir()
    else:
        other.write_text(content, encoding="utf-8")
    ended = {result.row.study: result.outcome for result in make(town, wishes=[Wish(place=PLACE)]).results}
    assert {study: outcome.state for study, outcome in ended.items()} == {STUDY: State.DONE, other.stem: State.FAILED}
    said = (
        f"DeclarationError: {other.name} is not a notebook"
        if content
        else f"UnknownStudy: The notebook of {other.stem} is gone"
    )
    assert ended[other.stem].reason.startswith(said)
    told = {stood.attempt.study: stood.standing.stands for stood in standings(town.ledger, town.paths).values()}
    assert told == {STUDY: Stands.FRESH, other.stem: Stands.FAILED}


def test_no_rows_and_one_row(delivered, make):
    town = delivered(PLACE)
    nothing = make(town)
    assert (nothing.results, town.states()) == ((), {})
    assert len(make(town, PLACE).new) == 1
    with pytest.raises(UnknownPlace, match="GM0307"):
        make(town, "GM0307")


def test_attempt_of_a_living_batch_elsewhere_is_waited_for(town):
    ledger = town.ledger
    batch = ledger.begin(Owner("another machine", 1, ""), "gm-x")
    row = Planned(STUDY, PLACE, "default", "2023-01/2025-12", {})
    (first, second) = (ledger.queue(row, f"{STUDY}/{PLACE}", batch) for _ in range(2))
    assert ledger.claim(first) == "ours"
    assert ledger.claim(second) == "busy"
    assert ledger.holder(second) == Owner("another machine", 1, "")
    ledger.finish(first, Outcome(State.DONE))
    assert ledger.claim(second) == "ours"
    assert ledger.holder(second) is None


def test_batch_on_a_machine_that_is_gone_is_told_and_can_be_released(delivered, make, monkeypatch):
    town = delivered(PLACE)
    (row,) = plan([Wish(STUDY, PLACE)], town.paths)
    attempt = town.ledger.queue(row, f"{STUDY}/{PLACE}", town.ledger.begin(Owner("old-server", 7, ""), "gm-x"))
    town.ledger.start(attempt)
    told = io.StringIO()

    def released(_: float) -> None:
        assert town.gm("status", "--gone", "another").returncode == 0
        assert town.tries(PLACE)[0] is State.RUNNING
        assert town.gm("status", "--gone", "old-server").returncode == 0

    monkeypatch.setattr("gm_workbench.batch.lanes.time", SimpleNamespace(sleep=released))
    assert [one.outcome.state for one in make(town, PLACE, progress=Lines(stream=told)).new] == [State.DONE]
    assert town.tries(PLACE) == [State.KILLED, State.DONE]
    assert "(process 7 on old-server; if that machine is gone, release it with: gm status --gone old-server)" in told.getvalue()


@pytest.mark.parametrize(("one", "other"), [("GM0855", "GM0855/2024"), ("GM0855/2024", "GM0855")])
def test_report_waits_for_one_inside_its_folder_or_around_it(town, one, other):
    ledger, row = town.ledger, Planned(STUDY, PLACE, "default", "", {})
    batches = [ledger.begin(this_process(), "gm-x") for _ in range(2)]
    made, waits = (ledger.queue(row, f"{STUDY}/{folder}", batch) for folder, batch in zip((one, other), batches, strict=True))
    beside = [ledger.queue(row, f"{STUDY}/{folder}", batches[1]) for folder in ("GM0855-2", "GM08", "GM0307/2024")]
    assert ledger.claim(made) == "ours"
    assert [ledger.claim(attempt) for attempt in (waits, *beside)] == ["busy", "ours", "ours", "ours"]
    ledger.finish(made, Outcome(State.DONE))
    assert ledger.claim(waits) == "ours"


def test_one_batch_does_not_make_a_report_beside_one_inside_its_folder(town):
    def task(place: str, period: str, *, latest: bool) -> Task:
        row = Planned(STUDY, place, "default", period, {}, latest)
        return Task(row.name, str, SimpleNamespace(row=row))

    whole, inside = task(PLACE, "2023-01/2025-12", latest=True), task(PLACE, "2023-01/2024-12", latest=False)
    elsewhere, beside = task("GM0307", "2023-01/2025-12", latest=True), task(PLACE, "2023-01/2023-12", latest=False)
    batch = Batch(town.paths, town.ledger, 4, Progress(), Decision({}, {}, {}, {}), room=2**50)
    assert [batch._fits(inside, [elsewhere, whole]), batch._fits(whole, [inside])] == [False, False]
    assert [batch._fits(inside, [elsewhere, beside]), batch._fits(whole, [elsewhere])] == [True, True]
