"""What a worker process does: check one delivery, or make one report. It never raises; it says how it ended."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from nbformat import NotebookNode

from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.catalogue import Study, load_study
from gm_workbench.batch.execution import Execution, computing_seconds, ended_early
from gm_workbench.batch.inputs import see
from gm_workbench.batch.jobs import Arrived, Intake, Job
from gm_workbench.batch.parameters import read_cells
from gm_workbench.batch.plan import Planned
from gm_workbench.batch.provenance import Inputs, manifest_of
from gm_workbench.batch.reworded import reword
from gm_workbench.errors import DeliveryError, DisclosureRefused
from gm_workbench.guard.decisions import load_decisions
from gm_workbench.guard.exploring import refuse_exploring
from gm_workbench.guard.policy import Policy, load_policy
from gm_workbench.guard.protect import Refusal, Released, protect
from gm_workbench.guard.showing import collect, most_memory
from gm_workbench.intake.marker import MARKER
from gm_workbench.intake.store import checked_tables
from gm_workbench.kernels.folders import RunFolder, environment, run_folder
from gm_workbench.outputs.output import Output
from gm_workbench.report.site import INDEX, headline
from gm_workbench.report.write import write_report
from gm_workbench.settings import DATA_VARIABLE, Paths
from gm_workbench.vocabulary.declarations import load_plain


def check_delivery(intake: Intake) -> Arrived:
    """Check a delivery and keep its tables, so that the notebooks find them checked."""
    began = time.monotonic()
    paths = intake.paths
    try:
        checked = checked_tables(intake.place, intake.world, paths)
        marker = paths.delivery_of(intake.place, intake.world) / MARKER
        seed = load_plain(marker.read_text(encoding="utf-8-sig")).get("seed")
    except Exception as error:  # whatever is wrong with a delivery costs its own reports only
        return Arrived(_failed(error, paths, seconds=time.monotonic() - began))
    return Arrived(Outcome(State.DONE, seconds=time.monotonic() - began), Inputs(checked.digests, seed, checked.remarks))


def make_report(job: Job) -> Outcome:
    """Execute the notebook, protect what it showed, and write the report whole; the last good one stays if this fails.

    What a failed run leaves may hold values, so nothing of it is kept: only the cell and the kind of error are told.
    """
    began, started = time.monotonic(), _now()
    try:
        study = load_study(job.row.study, job.paths)
        outcome = _reworded(job, study) or _executed(job, study, started)
    except Exception as error:  # one report that fails must not stop the others
        outcome = _failed(error, job.paths)
    return outcome if outcome is job.before else replace(outcome, seconds=time.monotonic() - began)


def _failed(error: Exception, paths: Paths, *, cell: int | None = None, seconds: float = 0.0) -> Outcome:
    """Say how it ended; the reason goes into the index, which may travel, so it names files as seen from the project's root."""
    state, reason = ended_early(error)
    return Outcome(state, reason.replace(f"{paths.root}{os.sep}", ""), cell, seconds)


def _reworded(job: Job, study: Study) -> Outcome | None:
    """Give the report other words, if nothing else has changed; it ended as it did before."""
    if job.before is None or not reword(job.row.folder(job.paths), study.notebook):
        return None
    return job.before


def _executed(job: Job, study: Study, started: str) -> Outcome:
    refuse_exploring({"cells": read_cells(study.notebook)}, study.notebook.name)
    with run_folder(job.batch, job.name) as run, environment(_data_root(job)):
        execution = Execution(study.notebook, job.row.parameters, run, job.cell_seconds)
        try:
            notebook = execution.execute()
        except Exception as error:
            return _failed(error, job.paths, cell=execution.cell)
        refuse_exploring(notebook, study.notebook.name)
        outcome = _written(job, study, collect(run.path), notebook, started)
        return replace(outcome, memory=_memory(run), computing=computing_seconds(notebook))


def _data_root(job: Job) -> dict[str, str]:
    """Tell the kernel of a data root that was asked for."""
    return {DATA_VARIABLE: str(job.data)} if job.data else {}


def _memory(run: RunFolder) -> int | None:
    """Give the most memory that a run took, in bytes: as the end of its kernel tells, else its last output."""
    end = run.kernel_end
    return end.peak_mib << 20 if end else most_memory(run.path)


def _written(job: Job, study: Study, outputs: list[Output], notebook: NotebookNode, started: str) -> Outcome:
    paths = job.paths
    _refuse_other_delivery(job, paths)
    policy = load_policy(str(job.row.parameters["policy"]), paths.policies)
    released = _released(outputs, job.row, policy, paths)
    manifest = manifest_of(job.row, released.kind, job.origin, job.inputs, study.protocol, policy, paths)
    folder = job.row.folder(paths)
    home = Path(os.path.relpath(paths.reports / INDEX["nl"], folder)).as_posix()
    times = {"started": started, "finished": _now()}
    write_report(job.into or folder, released, manifest, study.protocol, notebook, times=times, home=home)
    said = headline(released)
    if any(shown.words.off for shown in released.outputs):
        return Outcome(State.DEVIATES, said.en, kind=str(released.kind), headline=said)
    return Outcome(State.DONE, kind=str(released.kind), headline=said)


def _refuse_other_delivery(job: Job, paths: Paths) -> None:
    """Refuse a report when its delivery is no longer the one that it was begun on: it may be about either.

    What the file system says counts beside the bytes: a delivery that was replaced and put back has the same bytes again. A
    file that was only touched meanwhile cannot be told from that and costs one attempt; one that was only read does not.
    """
    row = job.row
    if job.seen is None:
        return
    now = see(row.place, row.world, paths, job.seen)
    if (now.look, now.digest) != (job.seen.look, job.seen.digest):
        how = "changed" if now.digest != job.seen.digest else "was touched, or was replaced and put back,"
        raise DeliveryError(f"The delivery of {row.place} {how} while its report was made. Make it again with: gm run")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _released(outputs: list[Output], row: Planned, policy: Policy, paths: Paths) -> Released:
    """Let the guard see all outputs together; a refusal is an error that names the reasons."""
    verdict = protect(outputs, policy, load_decisions(f"{row.study}/{row.place}", paths.policies))
    if isinstance(verdict, Refusal):
        raise DisclosureRefused(f"Nothing of {row.name} may be shown: {'; '.join(verdict.reasons)}.")
    if verdict.kind is not row.kind:
        raise DisclosureRefused(f"{row.name} must be on {row.kind} data, but its outputs say that they are {verdict.kind}.")
    return verdict
