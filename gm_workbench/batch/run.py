"""A batch: leave what is fresh, check each delivery once, make the rest, longest first; go on after a failure."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path

from gm_workbench.batch.attempts import Claim, Outcome, State
from gm_workbench.batch.decision import Decision, decide
from gm_workbench.batch.jobs import Arrived, Intake, Job, check_delivery, make_report
from gm_workbench.batch.lanes import LATER, Known, Lanes, Task, spawned
from gm_workbench.batch.learnt import Learnt, learnt
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.memory import UNKNOWN_STUDY, WORKER, budget, kernel_limit
from gm_workbench.batch.plan import Planned
from gm_workbench.batch.processes import MARK, clear, cleared_when_stopped, end_marked, stopped_by_signal, this_process
from gm_workbench.batch.progress import Progress
from gm_workbench.batch.provenance import Inputs, Origin, origin
from gm_workbench.batch.summary import Result, Summary
from gm_workbench.kernels.folders import ONE_THREAD, batch_folder, environment
from gm_workbench.settings import Paths

CELL_SECONDS = 600
"""How long one cell may run."""

KILLED = Outcome(State.KILLED, "the worker was killed; often there was too little memory")


def run_batch(
    rows: Sequence[Planned],
    paths: Paths,
    workers: int,
    progress: Progress | None = None,
    *,
    cell_seconds: int = CELL_SECONDS,
    new_lane: Callable[[], Executor] = spawned,
    again: bool = False,
) -> Summary:
    """Make every report of a plan that is not fresh, at most `workers` at a time.

    Parameters
    ----------
    rows : sequence of Planned
        One row a report; none is a batch too.
    paths : Paths
        The project.
    workers : int
        How many reports are made at once; fewer when there is not memory enough for so many.
    progress : Progress, optional
        Who is told how it goes; by default nobody.
    cell_seconds : int
        How long one cell may run.
    new_lane : callable
        Gives an executor with one worker: by default a fresh process.
    again : bool
        Make also what is fresh.

    Raises
    ------
    StorageError
        If the ledger cannot be written.
    KeyboardInterrupt
        If it was stopped; what was finished is kept, and nothing of the rest seems to run.
    """
    progress, ledger, began = progress or Progress(), Ledger.at(paths), time.monotonic()
    settle(ledger, paths)
    decision = decide(rows, ledger, paths)
    todo = decision.todo(rows, paths, again=again)
    progress.decided({row.name: decision.standings[row.folder(paths)] for row in rows}, len(todo))
    ended: dict[Path, Result] = {}
    try:
        if todo:
            ended = Batch(paths, ledger, workers, progress, decision, cell_seconds, new_lane, again).run(todo)
    finally:
        progress.close()
    folders = {row.folder(paths): row for row in rows}
    fresh = {
        folder: Result(row, decision.outcomes[folder], fresh=True) for folder, row in folders.items() if folder not in ended
    }
    return Summary(tuple((fresh | ended)[folder] for folder in folders), time.monotonic() - began)


def settle(ledger: Ledger, paths: Paths, gone: str = "") -> None:
    """Clear away what batches left that were killed: note their end, end their processes, mend what was being written.

    `gone` names another machine of which it is said that its batches are over, which cannot be seen from here.
    """
    for left in ledger.settle(gone):
        clear(left.mark)
        _mend(left.folders, paths)


def _mend(folders: Sequence[str], paths: Paths) -> None:
    """Undo what writers left that were killed."""
    for folder in (paths.reports / folder for folder in folders):
        if any(folder.parent.glob(f".{folder.name}.*")):
            from gm_workbench.report.write import mend  # takes a second to import, and is seldom needed

            mend(folder)


@dataclass(slots=True)
class Batch:
    """The reports of one batch, the ledger that they are noted in, and who is told how it goes."""

    paths: Paths
    ledger: Ledger
    workers: int
    progress: Progress
    decision: Decision
    cell_seconds: int = CELL_SECONDS
    new_lane: Callable[[], Executor] = spawned
    again: bool = False
    number: int = 0
    attempts: dict[Path, int] = field(default_factory=dict)
    ended: dict[Path, Result] = field(default_factory=dict)
    inputs: dict[tuple[str, str], Inputs] = field(default_factory=dict)
    retries: dict[Path, Task[Job, Outcome]] = field(default_factory=dict)
    room: int = field(default_factory=budget)
    learnt: Learnt = field(default_factory=lambda: Learnt({}, {}))

    def run(self, rows: Sequence[Planned]) -> dict[Path, Result]:
        """Make the reports and give how each ended."""
        with stopped_by_signal(), batch_folder() as folder:
            self.number = self.ledger.begin(this_process(), str(folder))
            try:
                self._queue(rows)
                variables = {**ONE_THREAD, **kernel_limit(self.room), MARK: str(folder)}
                with environment(variables), Lanes(self.workers, self.new_lane) as lanes, cleared_when_stopped(str(folder)):
                    self._check_deliveries(rows, lanes)
                    self._make_reports([row for row in rows if row.folder(self.paths) not in self.ended], folder, lanes)
            finally:
                end_marked(str(folder))  # what a cell started apart from its kernel
                _mend(self.ledger.running(self.number), self.paths)
                self.ledger.close(self.number)
        return self.ended

    def _queue(self, rows: Sequence[Planned]) -> None:
        folders = [row.folder(self.paths) for row in rows]
        wanted = [
            (row, self._relative(folder), self.decision.recipes[folder]) for row, folder in zip(rows, folders, strict=True)
        ]
        self.attempts = dict(zip(folders, self.ledger.queue_all(wanted, self.number), strict=True))
        self.learnt = learnt(self.ledger)

    def _relative(self, folder: Path) -> str:
        return folder.relative_to(self.paths.reports).as_posix()

    def _check_deliveries(self, rows: Sequence[Planned], lanes: Lanes) -> None:
        """Check each delivery once; a broken one costs the reports on it, and no others."""
        wanted = dict.fromkeys((row.world, row.place) for row in rows if not row.published)
        tasks = [
            Task(f"{place} ({world or 'real'})", check_delivery, Intake(place, world, self.paths.root, self.paths.data))
            for world, place in wanted
        ]
        self.progress.begin("deliveries", len(tasks), self.workers)
        for task, result in lanes.do(tasks, lambda task: self.progress.started(task.name)):
            arrived = result or Arrived(KILLED)
            where = (task.argument.world, task.argument.place)
            self.inputs[where] = arrived.inputs
            self.progress.ended(task.name, arrived.outcome)
            if arrived.outcome.state is not State.DONE:
                self._fail([row for row in rows if (row.world, row.place) == where], arrived.outcome)

    def _fail(self, rows: Sequence[Planned], outcome: Outcome) -> None:
        for row in rows:
            self._note(row, outcome)

    def _make_reports(self, rows: Sequence[Planned], folder: Path, lanes: Lanes) -> None:
        """Make the reports, those first that take longest; what ran out of memory is made once more when nothing else runs."""
        made_with = origin(self.paths)
        ordered = sorted(rows, key=lambda row: -self._expected(row))
        tasks = [Task(row.name, make_report, self._job(row, folder, f"{at}", made_with)) for at, row in enumerate(ordered)]
        self.progress.begin("reports", len(tasks), self.workers, {row.name: self.learnt.expected(row) for row in rows})
        for task, result in lanes.do(tasks, self._claimed, self._fits):
            self._done(task, result or self._killed(task))
        for task, result in lanes.do(list(self.retries.values()), self._claimed, lambda *_: False):
            self._done(task, result or self._killed(task))

    def _killed(self, task: Task[Job, Outcome]) -> Outcome:
        """Undo what a worker left that was killed, perhaps while it wrote its report."""
        _mend([self._relative(task.argument.row.folder(self.paths))], self.paths)
        return KILLED

    def _expected(self, row: Planned) -> float:
        """Give how long a report will probably take; one that is not known goes first, because it may be long."""
        seconds = self.learnt.expected(row)
        return math.inf if seconds is None else seconds

    def _fits(self, task: Task[Job, Outcome], running: Sequence[Task[Job, Outcome]]) -> bool:
        """Whether there is memory for one more report, and none runs whose folder lies around its folder or in it."""
        own, *others = [one.argument.row.folder(self.paths) for one in (task, *running)]
        if any(own.is_relative_to(other) or other.is_relative_to(own) for other in others):
            return False
        studies = [one.argument.row.study for one in (task, *running)]
        return sum(self.learnt.memory.get(study, UNKNOWN_STUDY) + WORKER for study in studies) <= self.room

    def _job(self, row: Planned, folder: Path, name: str, made_with: Origin) -> Job:
        where = (row.world, row.place)
        seen = self.decision.seen.get((row.place, row.world))
        inputs, before = self.inputs.get(where, Inputs()), self.decision.reworded(row.folder(self.paths))
        known = None if self.again else before
        root, data = self.paths.root, self.paths.data
        return Job(row, root, folder, name, self.cell_seconds, made_with, inputs, seen, known, data=data)

    def _claimed(self, task: Task[Job, Outcome]) -> object:
        """Begin a report, unless another batch is making it (wait) or has made it (take that)."""
        row = task.argument.row
        folder = row.folder(self.paths)
        claim = self.ledger.claim(self.attempts[folder], again=self.again)
        if claim is Claim.BUSY:
            self.progress.waits(task.name, self._held(folder))
            return LATER
        self.progress.started(task.name)
        if claim is Claim.OURS:
            return None
        outcome = self.ledger.latest_done()[self._relative(folder)].outcome
        self.ended[folder] = Result(row, outcome, fresh=True)
        return Known(outcome)

    def _held(self, folder: Path) -> str:
        """Say who is making a report, and what to do if that machine is gone: from here it cannot be seen."""
        holder = self.ledger.holder(self.attempts[folder])
        if holder is None:
            return ""
        release = f"; if that machine is gone, release it with: gm status --gone {holder.host}" if holder.elsewhere else ""
        return f"process {holder.pid} on {holder.host}{release}"

    def _done(self, task: Task[Job, Outcome], outcome: Outcome) -> None:
        row = task.argument.row
        folder = row.folder(self.paths)
        if folder not in self.ended and outcome.out_of_memory and folder not in self.retries:
            self._retry(task, folder, outcome)
            return
        if folder not in self.ended:
            self._note(row, outcome)
        self.progress.ended(task.name, outcome)

    def _retry(self, task: Task[Job, Outcome], folder: Path, outcome: Outcome) -> None:
        """Note the attempt as it ended, and ask for another."""
        job = task.argument
        self.ledger.finish(self.attempts[folder], outcome)
        self.attempts[folder] = self.ledger.queue(job.row, self._relative(folder), self.number, self.decision.recipes[folder])
        self.retries[folder] = Task(task.name, task.function, replace(job, name=f"{job.name}-again"))
        self.progress.retried(task.name, outcome)

    def _note(self, row: Planned, outcome: Outcome) -> None:
        folder = row.folder(self.paths)
        self.ended[folder] = Result(row, outcome)
        self.ledger.finish(self.attempts[folder], outcome)
