from __future__ import annotations

import pytest

from gm_workbench.batch.ledger import Ledger, Outcome, State
from gm_workbench.batch.plan import Planned
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


def test_ledger_lets_a_reader_look_while_it_is_written(ledger):
    with ledger._open() as writer:
        writer.execute("begin immediate")
        assert ledger.attempts() == ()
