"""What is handed to a worker process, and the functions that it is asked to call.

The worker imports matplotlib, Jupyter and the guard, which takes seconds. It does so when it is called, so that the parent,
which only plans and waits, can say at once what is wrong with a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gm_workbench.batch.attempts import Outcome
from gm_workbench.batch.inputs import Seen
from gm_workbench.batch.plan import Planned
from gm_workbench.batch.provenance import Inputs, Origin
from gm_workbench.settings import Paths


@dataclass(frozen=True, slots=True)
class Intake:
    """A delivery to check; `data` is the data root of real deliveries when one was asked for."""

    place: str
    world: str
    root: Path
    data: Path | None = None

    @property
    def paths(self) -> Paths:
        """The folders of the project."""
        return Paths(self.root, self.data)


@dataclass(frozen=True, slots=True)
class Arrived:
    """How the check of a delivery ended, and what to remember of its files."""

    outcome: Outcome
    inputs: Inputs = field(default_factory=Inputs)


@dataclass(frozen=True, slots=True)
class Job:
    """A report to make; `batch` is the private folder of the batch, `name` that of this run in it.

    `into` is where the report is written instead of in `reports/`, when it is made only to be compared; `data` is the data root
    of real deliveries when one was asked for.
    """

    row: Planned
    root: Path
    batch: Path
    name: str
    cell_seconds: int
    origin: Origin
    inputs: Inputs = field(default_factory=Inputs)
    seen: Seen | None = None  # how the delivery looked when it was decided that the report is to be made
    before: Outcome | None = None  # how it was made before, when since then only the notebook's words have changed
    into: Path | None = field(default=None, kw_only=True)
    data: Path | None = field(default=None, kw_only=True)

    @property
    def paths(self) -> Paths:
        """The folders of the project."""
        return Paths(self.root, self.data)


def check_delivery(intake: Intake) -> Arrived:
    """Check a delivery; see `worker.check_delivery`."""
    from gm_workbench.batch import worker

    return worker.check_delivery(intake)


def make_report(job: Job) -> Outcome:
    """Make a report; see `worker.make_report`."""
    from gm_workbench.batch import worker

    return worker.make_report(job)
