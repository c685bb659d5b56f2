"""A batch: check each delivery once, then make every report; go on after a failure, and say at the end what was not made."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from gm_workbench.batch.jobs import Arrived, Intake, Job, check_delivery, make_report
from gm_workbench.batch.kernels import ONE_THREAD, batch_folder, environment
from gm_workbench.batch.lanes import Lanes, Task, spawned
from gm_workbench.batch.ledger import Ledger, Outcome, State
from gm_workbench.batch.plan import Planned
from gm_workbench.batch.progress import Progress
from gm_workbench.batch.provenance import Inputs, Origin, origin
from gm_workbench.errors import BatchIncomplete, ValuesDeviate
from gm_workbench.settings import Paths

CELL_SECONDS = 600
"""How long one cell may run."""

KILLED = Outcome(State.KILLED, "the worker was killed; often there was too little memory")


@dataclass(frozen=True, slots=True)
class Result:
    """A report that was asked for, and how that ended."""

    row: Planned
    outcome: Outcome

    @property
    def made(self) -> bool:
        return self.outcome.state.made


@dataclass(frozen=True, slots=True)
class Summary:
    """How a whole batch ended."""

    results: tuple[Result, ...]
    seconds: float

    @property
    def made(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.made)

    @property
    def not_made(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if not result.made)

    @property
    def deviating(self) -> tuple[Result, ...]:
        """Reports that were made and say themselves that values in them are off."""
        return tuple(result for result in self.results if result.outcome.state is State.DEVIATES)

    def raise_if_incomplete(self) -> None:
        """Raise `BatchIncomplete`, or else `ValuesDeviate`, with one line for each report that is not as it should be."""
        wrong = "\n".join(f"- {result.row.name}: {reason(result.outcome)}" for result in (*self.not_made, *self.deviating))
        if self.not_made:
            raise BatchIncomplete(
                f"{len(self.not_made)} of {len(self.results)} reports were not made; "
                f"the last good one of each, if any, is still there.\n{wrong}"
            )
        if self.deviating:
            raise ValuesDeviate(f"Every report was made, but values are off; the page shows in red which.\n{wrong}")


def reason(outcome: Outcome) -> str:
    """Say in one line how an attempt ended."""
    cell = f" at cell {outcome.cell}" if outcome.cell else ""
    return f"{outcome.state}{cell}: {outcome.reason}" if outcome.reason else f"{outcome.state}{cell}"


@dataclass(slots=True)
class Batch:
    """The reports of one batch, the ledger that they are noted in, and who is told how it goes."""

    paths: Paths
    ledger: Ledger
    workers: int
    progress: Progress
    cell_seconds: int = CELL_SECONDS
    new_lane: Callable[[], Executor] = spawned
    attempts: dict[Path, int] = field(default_factory=dict)
    ended: dict[Path, Outcome] = field(default_factory=dict)
    inputs: dict[tuple[str, str], Inputs] = field(default_factory=dict)

    def run(self, rows: Sequence[Planned]) -> Summary:
        """Make the reports and give how each ended."""
        began = time.monotonic()
        self.attempts = {row.folder(self.paths): self.ledger.queue(row, self._relative(row)) for row in rows}
        try:
            with environment(ONE_THREAD), batch_folder() as folder, Lanes(self.workers, self.new_lane) as lanes:
                self._check_deliveries(rows, lanes)
                self._make_reports([row for row in rows if row.folder(self.paths) not in self.ended], folder, lanes)
        finally:
            self._close(rows)
            self.progress.close()
        return Summary(tuple(Result(row, self.ended[row.folder(self.paths)]) for row in rows), time.monotonic() - began)

    def _relative(self, row: Planned) -> str:
        return row.folder(self.paths).relative_to(self.paths.reports).as_posix()

    def _check_deliveries(self, rows: Sequence[Planned], lanes: Lanes) -> None:
        """Check each delivery once; a broken one costs the reports on it, and no others."""
        wanted = {(row.world, row.place): row for row in rows if not row.published}
        tasks = [
            Task(f"{place} ({world or 'real'})", check_delivery, Intake(place, world, self.paths.root))
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
        made_with = origin(self.paths)
        tasks = [Task(row.name, make_report, self._job(row, folder, str(number), made_with)) for number, row in enumerate(rows)]
        self.progress.begin("reports", len(tasks), self.workers)
        for task, result in lanes.do(tasks, self._started):
            outcome = result or KILLED
            self._note(task.argument.row, outcome)
            self.progress.ended(task.name, outcome)

    def _job(self, row: Planned, folder: Path, name: str, made_with: Origin) -> Job:
        inputs = self.inputs.get((row.world, row.place), Inputs())
        return Job(row, self.paths.root, folder, name, self.cell_seconds, made_with, inputs)

    def _started(self, task: Task[Job, Outcome]) -> None:
        self.ledger.start(self.attempts[task.argument.row.folder(self.paths)])
        self.progress.started(task.name)

    def _note(self, row: Planned, outcome: Outcome) -> None:
        folder = row.folder(self.paths)
        self.ended[folder] = outcome
        self.ledger.finish(self.attempts[folder], outcome)

    def _close(self, rows: Sequence[Planned]) -> None:
        """Leave nothing that seems to run: what did not end by now was stopped, by hand or by an error here."""
        stopped = Outcome(State.KILLED, "the batch was stopped")
        self._fail([row for row in rows if row.folder(self.paths) not in self.ended], stopped)


def run_batch(
    rows: Sequence[Planned],
    paths: Paths,
    workers: int,
    progress: Progress | None = None,
    *,
    cell_seconds: int = CELL_SECONDS,
    new_lane: Callable[[], Executor] = spawned,
) -> Summary:
    """Make every report of a plan, `workers` at a time.

    Parameters
    ----------
    rows : sequence of Planned
        One row a report; none is a batch too.
    paths : Paths
        The project.
    workers : int
        How many reports are made at once.
    progress : Progress, optional
        Who is told how it goes; by default nobody.
    cell_seconds : int
        How long one cell may run.
    new_lane : callable
        Gives an executor with one worker: by default a fresh process.
    """
    return Batch(paths, Ledger.at(paths), workers, progress or Progress(), cell_seconds, new_lane).run(rows)
