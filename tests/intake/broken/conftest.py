"""Good deliveries, written once for all processes; and `gm check` in a child whose every word and file is looked through."""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from .forked import Gm
from .good import KEY, PLACE, REAL_PLACE, WORLD, Delivery, make_project, place_delivery, write_bases

PATIENCE = 10
"""Seconds of work that a check may take; a busy machine may need longer, but a child that hangs is killed."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did, and how many seconds it worked."""

    code: int
    out: str
    err: str
    seconds: float

    def reasons(self) -> set[str]:
        """Give every reason that `--json` names, at any depth."""
        try:
            told = json.loads(self.out)
        except json.JSONDecodeError:
            return set()
        return set(_reasons(told))


def _reasons(told: object) -> list[str]:
    if isinstance(told, dict):
        here = [str(told["reason"])] if "reason" in told else []
        return here + [reason for value in told.values() for reason in _reasons(value)]
    return [reason for value in told for reason in _reasons(value)] if isinstance(told, list) else []


@pytest.fixture(scope="session")
def bases(once: Callable[..., Path]) -> Path:
    """A folder with every good delivery."""
    return once("bases", write_bases)


@pytest.fixture
def good(bases: Path, tmp_path: Path) -> Callable[[str], Delivery]:
    """Put a good delivery in a project of its own."""
    return lambda base: place_delivery(bases, base, make_project(tmp_path / "project"))


def arguments(delivery: Delivery) -> list[str]:
    """Give what `gm check` is called with for a delivery."""
    real = delivery.folder.parent.name == "raw"
    return ["check", REAL_PLACE, "--real", "--json"] if real else ["check", PLACE, "--world", WORLD, "--json"]


def environment(delivery: Delivery, changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the variables of a child: its own home and scratch folder inside the project, so that what it leaves is found."""
    root = delivery.project
    own = {"GM_ROOT": str(root), "TMPDIR": str(root / "scratch"), "HOME": str(root / "home"), "GM_PSEUDONYM_KEY": KEY}
    passed = {name: os.environ[name] for name in ("PATH", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS") if name in os.environ}
    return {name: value for name, value in (passed | own | dict(changes or {})).items() if value}


def run_gm(delivery: Delivery, asked: list[str], changes: Mapping[str, str] | None = None, told: str = "") -> Ran:
    """Run `gm` in a child; one that hangs is killed, and that is an error."""
    done = _gm().run(asked, delivery.project, environment(delivery, changes), told)
    return Ran(done["code"], done["out"], done["err"], done["seconds"])


@cache
def _gm() -> Gm:
    gm = Gm()
    atexit.register(gm.stop)
    return gm
