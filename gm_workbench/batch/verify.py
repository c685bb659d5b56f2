"""Make a report again from its manifest and say whether it is the same; the one that stands is read, and never written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from gm_workbench.batch import printed
from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.catalogue import PREFIX
from gm_workbench.batch.changes import Change, Part, changes, code_is_known, exactly
from gm_workbench.batch.compare import Difference, compare
from gm_workbench.batch.finished import read_manifest
from gm_workbench.batch.jobs import Arrived, Intake, Job, check_delivery, make_report
from gm_workbench.batch.lanes import Lanes, Task, spawned
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Planned, Wish, plan
from gm_workbench.batch.processes import MARK, cleared_when_stopped, stopped_by_signal, this_process
from gm_workbench.batch.provenance import Inputs, Origin, origin, same_code
from gm_workbench.batch.run import CELL_SECONDS, KILLED, settle
from gm_workbench.batch.summary import reason
from gm_workbench.errors import RunFailed, StorageError
from gm_workbench.kernels.folders import ONE_THREAD, batch_folder, environment
from gm_workbench.report.files import contents, edited
from gm_workbench.report.manifest import MANIFEST
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.checksums import CHECKSUMS

ESTIMATES = "estimates.json"
READ = (".html", ".ipynb")

A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How a report that stands compares with the same report made again.

    Attributes
    ----------
    report : str
    edited : tuple of str
        Files that are not what was written, each with what is wrong with it.
    changes : tuple of Change
        What is not as it was when the report was made.
    code_known : bool
        Whether the code is on record, then and now; if not, it may have changed without a trace.
    exact : bool
        Whether numbers had to agree to the last digit.
    values : int
        How many protected values were compared.
    differences : tuple of Difference
        Those that lie outside their tolerance.
    files : int
        How many files were compared, byte for byte.
    other_bytes : tuple of str
        Those that are not the same.
    printed : tuple of Difference
        Numbers that a page or the notebook prints, and that are other; of what is known to have changed they are left out.
    """

    report: str
    edited: tuple[str, ...]
    changes: tuple[Change, ...]
    code_known: bool
    exact: bool
    values: int
    differences: tuple[Difference, ...]
    files: int
    other_bytes: tuple[str, ...]
    printed: tuple[Difference, ...] = ()

    @property
    def changed(self) -> tuple[Part, ...]:
        """Name the parts of the circumstances that changed."""
        return tuple(part for part in Part if any(change.part is part for change in self.changes))

    @property
    def same(self) -> bool:
        """Whether the report stands: not edited, the same numbers, and the same bytes if nothing is known to have changed.

        After a change the same numbers are all one can ask: in its files, on its pages and in its notebook.
        """
        same_numbers = not self.differences and not self.printed
        return not self.edited and same_numbers and (bool(self.changes) or not self.other_bytes)


def verify(
    folder: Path, paths: Paths, *, cell_seconds: int = CELL_SECONDS, new_lane: Callable[[], Executor] = spawned
) -> Verification:
    """Make a report again in a private folder that is removed afterwards, and compare.

    Parameters
    ----------
    folder : Path
        The report that stands.
    paths : Paths
        The project that makes it again.
    cell_seconds : int
        How long one cell may run.
    new_lane : callable
        Gives an executor with one worker; see `run_batch`.

    Raises
    ------
    UsageError
        When the report does not say what it was made from.
    PlanError
        When it can no longer be asked for: its study, its delivery or a parameter is gone.
    RunFailed
        When it cannot be made again; the message says what has changed since.
    """
    manifest = read_manifest(folder)
    row = planned(manifest, paths)
    with stopped_by_signal(), batch_folder() as batch, _noted(paths, batch):
        variables = {**ONE_THREAD, MARK: str(batch)}
        with environment(variables), Lanes(1, new_lane) as lanes, cleared_when_stopped(str(batch)):
            again = batch / "again"
            made_with = _now(manifest, paths)
            _make(Again(manifest, row, paths, batch, again, cell_seconds), made_with, lanes)
            return compared(row.name, contents(folder), contents(again), made_with)


def _now(manifest: Mapping[str, Any], paths: Paths) -> Origin:
    """Say which code runs; a later commit with the same code is not another code."""
    now, then = origin(paths), _then(manifest)
    same = not (now.dirty or then.dirty) and same_code(paths, then.commit, now.commit)
    return replace(now, commit=then.commit) if same else now


def _then(manifest: Mapping[str, Any]) -> Origin:
    """Say which code a report was made by: made again it prints that too, and only what differs besides is a difference."""
    kept = {field.name: manifest[field.name] for field in fields(Origin) if field.name in manifest}
    return Origin(**({"dirty": False} | kept))


@contextmanager
def _noted(paths: Paths, batch: Path) -> Iterator[None]:
    """Note in the ledger whose the private folder is, so that the next command removes it if this one is killed."""
    try:
        ledger = Ledger.at(paths)
        settle(ledger, paths)
        number = ledger.begin(this_process(), str(batch))
    except StorageError:  # a report may also be verified where nothing can be written
        yield
        return
    try:
        yield
    finally:
        ledger.close(number)


def planned(manifest: Mapping[str, Any], paths: Paths) -> Planned:
    """Give the row of a plan that a manifest came from."""
    given = {name: str(value) for name, value in manifest["parameters"].items() if name not in ("place", "world")}
    period = given.pop("period", "")
    if manifest["place"].startswith(PREFIX):
        period = ""  # public data have years of their own, and may not be asked for others
    wish = Wish(manifest["study"], manifest["place"], manifest["world"], period, given, where=MANIFEST)
    (row,) = plan((wish,), paths)
    return row


@dataclass(frozen=True, slots=True)
class Again:
    """A report to make once more: what it says it was made from, its row of a plan, and where it goes."""

    manifest: Mapping[str, Any]
    row: Planned
    paths: Paths
    batch: Path
    into: Path
    cell_seconds: int


def _make(again: Again, made_with: Origin, lanes: Lanes) -> None:
    row = again.row
    arrived = Arrived(Outcome(State.DONE))
    if not row.published:
        intake = Intake(row.place, row.world, again.paths.root, again.paths.data)
        arrived = _one(lanes, check_delivery, intake) or Arrived(KILLED)
    _refuse(arrived.outcome, again, made_with, arrived.inputs)
    root, data = again.paths.root, again.paths.data
    then = _then(again.manifest)
    job = Job(row, root, again.batch, "0", again.cell_seconds, then, arrived.inputs, into=again.into, data=data)
    _refuse(_one(lanes, make_report, job) or KILLED, again, made_with, arrived.inputs)


def _one(lanes: Lanes, function: Callable[[A], R], argument: A) -> R | None:
    ((_, result),) = lanes.do([Task("verify", function, argument)], lambda _: None)
    return result


def _refuse(outcome: Outcome, again: Again, made_with: Origin, inputs: Inputs) -> None:
    """Stop when there is nothing to compare with."""
    if outcome.state.made:
        return
    now = asdict(made_with) | ({"inputs": inputs.digests, "seed": inputs.seed} if inputs.digests else {})
    found = changes({name: value for name, value in again.manifest.items() if name in now}, now)
    parts = [str(change.part) for change in found]
    if not (inputs.digests or again.row.published):
        parts.append("data, or how they are read")
    named = ", ".join(dict.fromkeys(parts)) or "nothing that is on record"
    raise RunFailed(f"{again.row.name} could not be made again. Changed since: {named}. It {reason(outcome)}")


def compared(report: str, was: Mapping[str, bytes], now: Mapping[str, bytes], made_with: Origin | None = None) -> Verification:
    """Compare the files of two reports: numbers within their tolerance, files byte for byte, manifests without their times.

    The second was made with `made_with`, if that is given, whatever its manifest says.
    """
    old, new = json.loads(was[MANIFEST]), json.loads(now[MANIFEST]) | (asdict(made_with) if made_with else {})
    exact, found = exactly(old, new), changes(old, new)
    known = {(old_word, new_word) for change in found for old_word, new_word in _printed(change)}
    numbers = compare(_numbers(was), _numbers(now), exact=exact)
    names = sorted({*was, *now} - {MANIFEST, CHECKSUMS})
    return Verification(
        report=report,
        edited=edited(was),
        changes=found,
        code_known=code_is_known(old) and code_is_known(new),
        exact=exact,
        values=numbers.values,
        differences=numbers.differences,
        files=len(names),
        other_bytes=tuple(name for name in names if was.get(name) != now.get(name)),
        printed=printed.differences(_pages(was), _pages(now), known, exact=exact),
    )


def _printed(change: Change) -> Iterator[tuple[str, str]]:
    """Give what a page printed of a circumstance, and what it prints now: all of it, or the first digits of a digest."""
    was, now = ("" if value is None else str(value) for value in (change.was, change.now))
    yield from ((was[:length], now[:length]) for length in (None, 12, 8, 7))


def _pages(files: Mapping[str, bytes]) -> dict[str, str]:
    """Give the files that a reader reads."""
    return {name: content.decode("utf-8", errors="replace") for name, content in files.items() if name.endswith(READ)}


def _numbers(files: Mapping[str, bytes]) -> dict[str, str]:
    """Give the files that hold protected numbers."""
    wanted = [name for name in files if name == ESTIMATES or name.startswith("outputs/")]
    return {name: files[name].decode("utf-8", errors="replace") for name in wanted}
