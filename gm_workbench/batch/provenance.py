"""What a report was made from: code, environment, inputs and rules, so that it can be made again."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gm_workbench.batch.catalogue import PREFIX
from gm_workbench.batch.machine import machine_type
from gm_workbench.batch.plan import Planned
from gm_workbench.guard.decisions import decided
from gm_workbench.guard.policy import Policy
from gm_workbench.report.manifest import Manifest
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.protocols import Protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text
from gm_workbench.worlds.frames import digest
from gm_workbench.worlds.literature import digests, published_place

PACKAGES = ("gm-workbench", "numpy", "pandas", "scipy", "statsmodels", "pingouin", "matplotlib", "papermill")
"""The packages that numbers and pictures rest on."""

MADE_FROM = ("gm_workbench", "notebooks", "data", "pyproject.toml", "requirements.lock")
"""What decides a report; a difference elsewhere does not make it another one."""

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """The code and the environment of a whole batch; asked once, so that all its reports say the same."""

    commit: str
    dirty: bool
    lock: str
    versions: Mapping[str, str]
    machine: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The data of one place: a keyed digest of each file, the seed of a synthetic delivery, and what was said on reading it."""

    digests: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    remarks: tuple[Text, ...] = ()


def origin(paths: Paths) -> Origin:
    """Say which code runs, and in which environment."""
    commit = _git(paths.root, "rev-parse", "HEAD") or UNKNOWN
    dirty = bool(_git(paths.root, "status", "--porcelain", "--", *MADE_FROM))
    versions = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    return Origin(commit, dirty, _digest(paths.root / "requirements.lock"), versions, machine_type())


def _git(root: Path, *arguments: str) -> str:
    """Ask git; an unpacked archive has no history and gives nothing."""
    try:
        asked = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError):
        return ""
    return asked.stdout.strip()


def same_code(paths: Paths, was: str, now: str) -> bool:
    """Say whether two commits hold the same of what decides a report; a commit that is not there is not the same."""
    commits = [commit for commit in (was, now) if commit.isalnum() and commit != UNKNOWN]
    trees = [_git(paths.root, "ls-tree", commit, "--", *MADE_FROM) for commit in commits]
    return len(trees) == 2 and trees[0] == trees[1] != ""


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def manifest_of(
    row: Planned, kind: DataKind, made_with: Origin, inputs: Inputs, protocol: Protocol, policy: Policy, paths: Paths
) -> Manifest:
    """Give the manifest of a report."""
    return Manifest(
        study=row.study,
        place=row.place,
        world=row.world,
        parameters={name: _plain(value) for name, value in row.parameters.items()},
        policy=policy.name,
        policy_version=policy.version,
        decisions=decided(paths.policies)[f"{row.study}/{row.place}"],
        protocol_version=protocol.version,
        protocol_digest=protocol.digest,
        commit=made_with.commit,
        dirty=made_with.dirty,
        lock=made_with.lock,
        versions=made_with.versions,
        machine=made_with.machine,
        seed=inputs.seed,
        kind=kind,
        **_about_place(row, inputs, paths),
    )


def _about_place(row: Planned, inputs: Inputs, paths: Paths) -> dict[str, Any]:
    place = Place.parse(row.place, paths.codes)
    if not row.published:
        return {"place_name": place.name, "period": row.period, "inputs": inputs.digests, "remarks": inputs.remarks}
    shown = published_place(row.place.removeprefix(PREFIX), paths.codes)
    tables = {f"{row.place}:{name}": digest(table) for name, table in shown.tables.items()}
    return {
        "place_name": shown.dataset,
        "period": shown.years,
        "inputs": tables or digests(paths.codes),
        "caveat": shown.caveat,
        "period_name": shown.period,
        "heading": shown.question,
        "limits": shown.limits,
    }


def _plain(value: object) -> str | int | float:
    return value if isinstance(value, (str, int, float)) else repr(value)
