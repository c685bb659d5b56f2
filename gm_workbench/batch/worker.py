"""What a worker process does: check one delivery, or make one report. It never raises; it says how it ended."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from gm_workbench.batch.catalogue import Study, deliveries_folder, load_study
from gm_workbench.batch.execution import Execution, ended_early
from gm_workbench.batch.kernels import run_folder
from gm_workbench.batch.ledger import Outcome, State
from gm_workbench.batch.plan import Planned
from gm_workbench.batch.provenance import Inputs, Origin, manifest_of
from gm_workbench.errors import DisclosureRefused
from gm_workbench.guard.decisions import load_decisions
from gm_workbench.guard.policy import Policy, load_policy
from gm_workbench.guard.protect import Refusal, Released, protect
from gm_workbench.guard.showing import collect
from gm_workbench.intake.marker import MARKER
from gm_workbench.intake.store import checked_tables
from gm_workbench.outputs.output import Output, Role
from gm_workbench.outputs.sentences import say
from gm_workbench.report.write import write_report
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.text import Text


@dataclass(frozen=True, slots=True)
class Intake:
    """A delivery to check."""

    place: str
    world: str
    root: Path


@dataclass(frozen=True, slots=True)
class Arrived:
    """How the check of a delivery ended, and what to remember of its files."""

    outcome: Outcome
    inputs: Inputs = Inputs()


@dataclass(frozen=True, slots=True)
class Job:
    """A report to make; `batch` is the private folder of the batch, `name` that of this run in it."""

    row: Planned
    root: Path
    batch: Path
    name: str
    cell_seconds: int
    origin: Origin
    inputs: Inputs = Inputs()


def check_delivery(intake: Intake) -> Arrived:
    """Check a delivery and keep its tables, so that the notebooks find them checked."""
    began = time.monotonic()
    paths = Paths(intake.root)
    try:
        checked = checked_tables(intake.place, intake.world, paths)
        marker = deliveries_folder(intake.world, paths) / intake.place / MARKER
        seed = yaml.safe_load(marker.read_text(encoding="utf-8-sig")).get("seed")
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a delivery costs its own reports only
        return Arrived(Outcome(*ended_early(error), seconds=time.monotonic() - began))
    return Arrived(Outcome(State.DONE, seconds=time.monotonic() - began), Inputs(checked.digests, seed))


def make_report(job: Job) -> Outcome:
    """Execute the notebook, protect what it showed, and write the report whole; the last good one stays if this fails.

    What a failed run leaves may hold values, so nothing of it is kept: only the cell and the kind of error are told.
    """
    began = time.monotonic()
    try:
        outcome = _make(job, load_study(job.row.study, Paths(job.root)))
    except Exception as error:  # noqa: BLE001 - one report that fails must not stop the others
        outcome = Outcome(*ended_early(error))
    return replace(outcome, seconds=time.monotonic() - began)


def _make(job: Job, study: Study) -> Outcome:
    with run_folder(job.batch, job.name) as run:
        execution = Execution(study.notebook, job.row.parameters, run, job.cell_seconds)
        try:
            notebook = execution.execute()
        except Exception as error:  # noqa: BLE001 - see make_report
            return Outcome(*ended_early(error), cell=execution.cell)
        outputs = collect(run.path)
    paths = Paths(job.root)
    policy = load_policy(str(job.row.parameters["policy"]), paths.policies)
    released = _released(outputs, job.row, policy, paths)
    manifest = manifest_of(job.row, released.kind, job.origin, job.inputs, study.protocol, policy, paths)
    write_report(job.row.folder(paths), released, manifest, study.protocol, notebook)
    return Outcome(State.DONE, kind=str(released.kind), headline=headline(released))


def _released(outputs: list[Output], row: Planned, policy: Policy, paths: Paths) -> Released:
    """Let the guard see all outputs together; a refusal is an error that names the reasons."""
    verdict = protect(outputs, policy, load_decisions(f"{row.study}/{row.place}", paths.policies))
    if isinstance(verdict, Refusal):
        raise DisclosureRefused(f"Nothing of {row.name} may be shown: {'; '.join(verdict.reasons)}.")
    return verdict


def headline(released: Released) -> Text:
    """Give the answer at the top of the report, filled with protected numbers; empty if there is none."""
    answer = next((shown for shown in released.outputs if shown.words.role is Role.ANSWER), None)
    if answer is None:
        return Text("", "")
    if answer.withheld is not None:
        return answer.withheld
    return Text(say(answer.words.sentence, answer, "nl"), say(answer.words.sentence, answer, "en"))
