"""`gm collect`: approved bundles of several places → one collection of estimates. No record is shared."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from gm_workbench.errors import CannotCollect
from gm_workbench.report.collect_beside import decisions_of, given_away, sides_of
from gm_workbench.report.collect_parts import Part, Rules, read_part
from gm_workbench.report.collect_set import faults_of, missing, replaced, withdrawn
from gm_workbench.report.collection import (
    SCHEMA,
    Collection,
    checked_collection_name,
    mend,
    name_fault,
    read_collection,
    told_of,
    write_collection,
)
from gm_workbench.report.release_beside import merged_places
from gm_workbench.report.release_bundle import RELEASE
from gm_workbench.report.release_signing import allowed_signers
from gm_workbench.settings import Paths

LOCK = ".lock"
LOCK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Gathered:
    """What somebody asked to be put together, replaced or withdrawn.

    Attributes
    ----------
    name : str
        Of the collection.
    bundles : tuple of Path
    replace : bool
        Whether what arrives takes the place of what is there on the same study and place, and may come back after it was
        withdrawn.
    withdraw : tuple of str
        Places to take out; `reason` says why.
    unsigned : bool
        Whether approved bundles without a signature count.
    allowed : Path, optional
        Another file of allowed signers than the project's.
    places, studies : tuple of str
        What is expected besides what is there.
    """

    name: str
    bundles: tuple[Path, ...] = ()
    replace: bool = False
    withdraw: tuple[str, ...] = ()
    reason: str = ""
    unsigned: bool = False
    allowed: Path | None = None
    places: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()


def collect(asked: Gathered, paths: Paths, now: datetime | None = None) -> Collection:
    """Put approved bundles into a collection, or take places out of it.

    Parameters
    ----------
    asked : Gathered
    paths : Paths
        The project of who collects: its protocols, policies and allowed signers are those that everything is held against.
    now : datetime, optional
        When; now, unless a test says otherwise.

    Returns
    -------
    Collection
        In `collections/<name>/`, put there whole and closed.

    Raises
    ------
    CannotCollect
        With everything that stands in the way; the collection stays as it was.
    """
    folder = paths.collections / checked_collection_name(asked.name)
    rules = Rules(paths, allowed_signers(paths, asked.allowed), asked.unsigned)
    if asked.withdraw and (not asked.reason.strip() or asked.bundles):
        raise CannotCollect("To withdraw a place, give a reason (--reason ...) and no bundles: one thing at a time.")
    with _alone(paths.collections), tempfile.TemporaryDirectory() as room:
        mend(folder)
        before = read_collection(folder).content if folder.exists() else None
        if before is None and not asked.bundles:
            raise CannotCollect(f"There is no collection {asked.name} yet. Name the bundles to begin with.")
        old, faults = _kept(folder, before, rules)
        arrived, wrong = _arrived(asked.bundles, Path(room), rules)
        faults += wrong
        parts, wrong = _together(asked, before, old, arrived)
        mergers = merged_places(paths)
        faults += [*wrong, *faults_of(parts, mergers), *given_away(sides_of(parts, mergers), decisions_of(parts))]
        faults += [fault for fault in {name_fault(asked.name, part.bundle.kind) for part in parts} if fault]
        if not parts and not faults:
            faults.append("nothing would be left in it; remove the folder, if that is what you mean")
        if faults:
            said = "\n".join(f"  - {fault}" for fault in dict.fromkeys(faults))
            raise CannotCollect(f"{asked.name} stays as it is, for:\n{said}")
        at = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
        write_collection(folder, _content(asked, before, old, arrived, parts, at), parts)
    return read_collection(folder)


@contextmanager
def _alone(shelf: Path) -> Iterator[None]:
    shelf.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(shelf / LOCK, timeout=LOCK_SECONDS):
            yield
    except Timeout:
        raise CannotCollect("Somebody else is collecting at this moment. Wait until that has ended.") from None


def _kept(folder: Path, before: Any, rules: Rules) -> tuple[list[Part], list[str]]:
    """Read what is there already, and check it again: a protocol or a key may have changed since.

    What was taken unsigned stays so.
    """
    if before is None:
        return [], []
    anyhow = replace(rules, unsigned=True)
    return _read_all([(one.name, one) for one in Collection(folder, before).part_folders], anyhow)


def _arrived(bundles: Sequence[Path], room: Path, rules: Rules) -> tuple[list[Part], list[str]]:
    """Copy what arrives before it is read, so that nobody changes it after it was checked."""
    copies, faults = [], []
    for at, bundle in enumerate(bundles):
        if bundle.is_symlink() or not (bundle / RELEASE).is_file():
            packed = "; if it was packed for the way, unpack it first" if bundle.is_file() else ""
            faults.append(f"{bundle.name}: no bundle of gm release, which is a folder that holds {RELEASE}{packed}")
            continue
        copy = room / f"{at}" / bundle.resolve().name
        try:
            shutil.copytree(bundle, copy, symlinks=True, copy_function=_copied)
        except OSError as error:
            faults.append(f"{bundle.name}: cannot be read ({type(error).__name__})")
            continue
        copies.append((bundle.name, copy))
    parts, wrong = _read_all(copies, rules)
    return parts, faults + wrong


def _copied(source: str, target: str) -> str:
    """Copy the bytes of a file and no rights; a link stays one, and is then refused."""
    return str(shutil.copyfile(source, target, follow_symlinks=False))


def _read_all(folders: Sequence[tuple[str, Path]], rules: Rules) -> tuple[list[Part], list[str]]:
    parts, faults = [], []
    for name, folder in folders:
        part, wrong = read_part(folder, rules)
        faults += [f"{name}: {fault}" for fault in wrong]
        parts += [] if part is None else [part]
    return parts, faults


def _together(asked: Gathered, before: Any, old: Sequence[Part], arrived: Sequence[Part]) -> tuple[list[Part], list[str]]:
    """Say what the collection will hold, and what is wrong with that."""
    if asked.withdraw:
        return withdrawn(old, asked.withdraw)
    known = {part.bundle.digest for part in old}
    faults = [f"{part.bundle.name} is in it already" for part in arrived if part.bundle.digest in known]
    fresh = [part for part in arrived if part.bundle.digest not in known]
    if asked.replace:
        stays, wrong = replaced(old, fresh)
        return [*stays, *fresh], faults + wrong
    gone = {row["place"] for row in before["withdrawn"]} if before else set()
    back = sorted({place for part in fresh for _, place in part.reports if place in gone})
    faults += [f"{place} was withdrawn; say --replace if it comes back" for place in back]
    return [*old, *fresh], faults


def _content(
    asked: Gathered, before: Any, old: Sequence[Part], arrived: Sequence[Part], parts: Sequence[Part], at: str
) -> dict[str, Any]:
    past = before or {"changes": [], "withdrawn": [], "expected": {"places": [], "studies": []}}
    expected = {
        "places": sorted({*past["expected"]["places"], *asked.places}),
        "studies": sorted({*past["expected"]["studies"], *asked.studies}),
    }
    there = {place for part in parts for _, place in part.reports}
    gone = [{"place": place, "at": at, "reason": asked.reason.strip()} for place in asked.withdraw]
    return {
        "schema": SCHEMA,
        "name": asked.name,
        "data_kind": str(parts[0].bundle.kind),
        "parts": [told_of(part) for part in sorted(parts, key=lambda part: part.name)],
        "expected": expected,
        "missing": missing(parts, expected["places"], expected["studies"]),
        "withdrawn": [row for row in (*past["withdrawn"], *gone) if row["place"] not in there],
        "changes": [*past["changes"], *_changes(old, arrived, parts, at)],
    }


def _changes(old: Sequence[Part], arrived: Sequence[Part], parts: Sequence[Part], at: str) -> list[dict[str, str]]:
    """Say which bundles came and went, by name and digest; of what went nothing else is kept."""
    left = {part.bundle.digest for part in parts}
    went = [("out", part) for part in old if part.bundle.digest not in left]
    return [
        {"at": at, "what": what, "release": part.bundle.name, "digest": part.bundle.digest}
        for what, part in (*went, *(("in", part) for part in arrived))
    ]


def collections_in(paths: Paths) -> list[Collection]:
    """Read every collection.

    Raises
    ------
    CannotCollect
        If one is not what was put in it.
    """
    folders = sorted(one for one in paths.collections.glob("*") if one.is_dir() and not one.name.startswith("."))
    return [read_collection(folder) for folder in folders]
