"""A collection on disk: bundles as they arrived, closed, and one table of their estimates. Written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gm_workbench.errors import CannotCollect
from gm_workbench.report.closed import close, remove_closed
from gm_workbench.report.collect_parts import Part
from gm_workbench.report.collect_set import COLUMNS, rows_of
from gm_workbench.report.files import loose_folders
from gm_workbench.vocabulary.checksums import CHECKSUMS, checksum_lines, digests_by_name, sha256
from gm_workbench.vocabulary.schemas import DataKind

SCHEMA = 1
COLLECTION = "collection.json"
ESTIMATES_CSV, ESTIMATES_JSON = "estimates.csv", "estimates.json"
PARTS = "parts"
KEYS = frozenset(("schema", "name", "data_kind", "parts", "expected", "missing", "withdrawn", "changes"))

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Collection:
    """What a collection says of itself, once every digest in it was checked."""

    folder: Path
    content: Mapping[str, Any]

    @property
    def part_folders(self) -> tuple[Path, ...]:
        return tuple(self.folder / PARTS / str(part["folder"]) for part in self.content["parts"])


def checked_collection_name(name: str) -> str:
    """Give the name of a collection back if it can be one: then it is also a safe name of a folder.

    Raises
    ------
    CannotCollect
        If it is anything else.

    Examples
    --------
    >>> checked_collection_name("spring-2027")
    'spring-2027'
    """
    if _NAME.fullmatch(name) is None:
        raise CannotCollect(
            f"The name of a collection must be lower case letters, digits and hyphens, at most 63, but got {name!r}. "
            "For example: spring-2027."
        )
    return name


def name_fault(name: str, kind: DataKind) -> str:
    """Say whether the name of a collection hides the kind of its data, or claims another."""
    wanted = "" if kind is DataKind.REAL else f"{kind}-"
    claims = next((f"{other}-" for other in DataKind if name.startswith(f"{other}-")), "")
    if claims == wanted:
        return ""
    return f"a collection of {kind} data must be called {wanted or 'without a kind, '}..., and not {name}"


def read_collection(folder: Path) -> Collection:
    """Read a collection.

    Raises
    ------
    CannotCollect
        With every file in it that is missing, changed or too many; or if it is of another schema.
    """
    try:
        faults, content = _read(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:  # closed by default
        faults, content = [f"it is not of the form of a collection ({type(error).__name__})"], {}
    if faults:
        raise CannotCollect(f"{folder.name} is not what was put in it:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return Collection(folder, content)


def _read(folder: Path) -> tuple[list[str], dict[str, Any]]:
    if folder.is_symlink() or not folder.is_dir():
        return ["there is no such folder"], {}
    everything = sorted(folder.rglob("*"))
    links = [one.relative_to(folder).as_posix() for one in everything if one.is_symlink()]
    if links:
        return [f"{link}: a symbolic link" for link in links], {}
    there = {one.relative_to(folder).as_posix(): sha256(one.read_bytes()) for one in everything if one.is_file()}
    sums = digests_by_name((folder / CHECKSUMS).read_text(encoding="utf-8"))
    there.pop(CHECKSUMS)
    wrong = sorted(name for name in {*there, *sums} if there.get(name) != sums.get(name))
    faults = [f"{name}: missing, changed, or not one of its files" for name in wrong]
    faults += [f"{name}/: a folder without a file" for name in loose_folders(folder) if name != PARTS]
    if faults:
        return faults, {}
    content = json.loads((folder / COLLECTION).read_text(encoding="utf-8"))
    if content.get("schema") != SCHEMA or content.keys() != KEYS or content["name"] != folder.name:
        return [f"{COLLECTION}: schema must be {SCHEMA}, with its keys and no others, and the name that of the folder"], {}
    return [], content


def told_of(part: Part) -> dict[str, Any]:
    """Give what a collection says of one part."""
    return {
        "folder": part.name,
        "release": part.bundle.name,
        "digest": part.bundle.digest,
        "state": part.bundle.state,
        "signature": part.signature,
        "asked_by": part.bundle.content["asked_by"],
        "approved_by": part.approval["approved_by"],
        "approved_at": part.approval["approved_at"],
        "reports": [
            {
                "study": study,
                "place": place,
                "period": report.manifest["period"],
                "protocol_digest": report.manifest["protocol_digest"],
                "policy": report.manifest["policy"],
                "policy_digest": report.judged["policy"]["digest"],
                "estimates": [one["name"] for one in report.estimates["estimates"]],
                "withheld": list(report.estimates["withheld"]),
            }
            for (study, place), report in sorted(part.reports.items())
        ],
    }


def write_collection(folder: Path, content: Mapping[str, Any], parts: Sequence[Part]) -> None:
    """Write a collection beside its place and put it there whole; the old one stays if anything fails."""
    fresh = folder.with_name(f".{folder.name}.new-{os.getpid()}")
    remove_closed(fresh)
    try:
        (fresh / PARTS).mkdir(parents=True)
        for part in parts:
            shutil.copytree(part.bundle.folder, fresh / PARTS / part.name, copy_function=shutil.copyfile)
        _write_texts(fresh, content, parts)
        close(fresh)
        _put(folder, fresh)
    finally:
        remove_closed(fresh)


def _write_texts(fresh: Path, content: Mapping[str, Any], parts: Sequence[Part]) -> None:
    rows = rows_of(parts)
    texts = {
        COLLECTION: _json(content),
        ESTIMATES_JSON: _json(
            {"schema": SCHEMA, "name": content["name"], "data_kind": content["data_kind"], "estimates": rows}
        ),
        ESTIMATES_CSV: _csv(rows),
    }
    for name, text in texts.items():
        (fresh / name).write_bytes(text.encode("utf-8"))
    digests = {one.relative_to(fresh).as_posix(): sha256(one.read_bytes()) for one in fresh.rglob("*") if one.is_file()}
    (fresh / CHECKSUMS).write_bytes(checksum_lines(digests).encode("utf-8"))


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _put(folder: Path, fresh: Path) -> None:
    aside = folder.with_name(f".{folder.name}.old")
    if folder.exists():
        folder.rename(aside)
    try:
        fresh.rename(folder)
    except BaseException:  # also when it is stopped
        if aside.exists():
            aside.rename(folder)
        raise
    remove_closed(aside)


def mend(folder: Path) -> None:
    """Undo what a writer left that was killed; only for who alone may write to `folder`."""
    aside = folder.with_name(f".{folder.name}.old")
    if aside.exists() and not folder.exists():
        aside.rename(folder)
    remove_closed(aside)
    for half in folder.parent.glob(f".{folder.name}.new-*"):
        remove_closed(half)
