from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from gm_workbench.batch.attempts import Claim, Left, Outcome, State
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Planned
from gm_workbench.batch.processes import Owner, this_process
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.text import Text

ROW = Planned("study", "GM0855", "default", "2023-01/2025-12", {})


@pytest.fixture
def ledger(tmp_path):
    return Ledger.at(Paths(tmp_path))


def test_ledger_stands_beside_the_reports(ledger, tmp_path):
    assert ledger.file == tmp_path / "reports" / ".ledger.sqlite"
    assert ledger.attempts() == ()


def test_ledger_follows_an_attempt_from_queue_to_end(ledger):
    attempt = ledger.queue(ROW, "study/GM0855")
    assert [a.state for a in ledger.attempts()] == [State.QUEUED]
    ledger.start(attempt)
    assert ledger.attempts()[0].state is State.RUNNING
    ledger.finish(attempt, Outcome(State.DONE, seconds=2.5, kind="synthetic", headline=Text("ja", "yes")))
    (done,) = ledger.attempts()
    assert (done.state, done.seconds, done.kind, done.headline) == (State.DONE, 2.5, "synthetic", Text("ja", "yes"))
    assert done.started.endswith("+00:00")


def test_ledger_keeps_the_last_good_attempt_beside_a_newer_failure(ledger):
    for state, reason in ((State.DONE, ""), (State.FAILED, "KeyError")):
        ledger.finish(ledger.queue(ROW, "study/GM0855"), Outcome(state, reason, cell=4))
    assert ledger.latest()["study/GM0855"].reason == "KeyError"
    assert ledger.latest()["study/GM0855"].cell == 4
    assert ledger.latest_done()["study/GM0855"].state is State.DONE


def test_ledger_is_the_same_when_opened_again(ledger, tmp_path):
    ledger.queue(ROW, "study/GM0855")
    assert Ledger.at(Paths(tmp_path)).attempts() == ledger.attempts()


def test_ledger_of_an_older_version_gets_the_columns_that_it_lacks(tmp_path):
    (tmp_path / "reports").mkdir()
    with closing(sqlite3.connect(tmp_path / "reports" / ".ledger.sqlite")) as old, old:
        old.execute(
            "create table attempts (id integer primary key, study text not null, place text not null, world text not null,"
            " period text not null, folder text not null, state text not null, queued text not null, started text,"
            " finished text, seconds real, cell integer, reason text not null default '', kind text not null default '',"
            " headline_nl text not null default '', headline_en text not null default '')"
        )
        old.execute(
            "insert into attempts (study, place, world, period, folder, state, queued)"
            " values ('study', 'GM0855', 'default', '', 'study/GM0855', 'done', '2026-01-01')"
        )
    ledger = Ledger.at(Paths(tmp_path))
    (attempt,) = ledger.latest_done().values()
    assert (attempt.state, attempt.turn, attempt.recipe, attempt.parameters) == (State.DONE, 1, {}, {})
    ledger.finish(ledger.queue(ROW, "study/GM0855"), Outcome(State.FAILED))
    assert ledger.latest()["study/GM0855"].state is State.FAILED


def test_ledger_gives_a_report_to_one_living_batch_and_its_result_to_the_other(ledger):
    ours, theirs = (ledger.begin(this_process(), "gm-x") for _ in range(2))
    first, second, third = (ledger.queue(ROW, "study/GM0855", batch, {"a": "1"}) for batch in (ours, theirs, theirs))
    assert (ledger.claim(first), ledger.claim(second)) == (Claim.OURS, Claim.BUSY)
    ledger.finish(first, Outcome(State.DONE))
    assert ledger.claim(second) is Claim.MADE
    assert ledger.attempts()[1].state is State.STOPPED
    assert ledger.claim(third, again=True) is Claim.OURS


def test_ledger_does_not_give_what_was_made_of_other_things(ledger):
    first, second = (ledger.queue(ROW, "study/GM0855", None, {"a": value}) for value in "12")
    ledger.claim(first)
    ledger.finish(first, Outcome(State.DONE))
    assert ledger.claim(second) is Claim.OURS


def test_ledger_settles_what_a_dead_batch_left_and_nothing_of_a_living_one(ledger):
    living, dead = ledger.begin(this_process(), "gm-a"), ledger.begin(Owner(this_process().host, 2**22 + 1, "x"), "gm-b")
    for batch, place in ((living, "GM0855"), (dead, "GM0307"), (dead, "GM0363")):
        ledger.queue(replace(ROW, place=place), f"study/{place}", batch)
    ledger.start(2)
    assert ledger.settle() == [Left("gm-b", ("study/GM0307",))]
    assert [attempt.state for attempt in ledger.attempts()] == [State.QUEUED, State.KILLED, State.STOPPED]
    assert ledger.settle() == []


def test_ledger_lets_a_reader_look_while_it_is_written(ledger):
    with ledger._open() as writer:
        writer.execute("begin immediate")
        assert ledger.attempts() == ()
