"""Fixtures that every wing's tests share."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule
from filelock import FileLock

REPOSITORY = Path(__file__).resolve().parents[1]

# One thread per process: the suite itself runs in parallel.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("MPLBACKEND", "agg")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Iterator[list[pytest.Collector]]:
    """Look for examples in docstrings of the package and of helpers: no test has any, and looking takes ten seconds."""
    found = yield
    return [one for one in found if not (isinstance(one, DoctestModule) and file_path.name.startswith("test_"))]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Do not trace a test that repeats what others go through: tracing costs as much again as the test.

    What traces is taken off, as a worker of a parallel run has two of them: one told to pause wakes the other.
    """
    tracing = sys.gettrace()
    if tracing is None or not _repeats(item):
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracing)


def _repeats(item: pytest.Item) -> bool:
    """Whether other tests go through the lines: it is marked so, or is not the first of its cases."""
    case = getattr(item, "callspec", None)
    return item.get_closest_marker("untraced") is not None or (case is not None and any(case.indices.values()))


@pytest.fixture(scope="session")
def once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Callable[[Path], object]], Path]:
    """Give a function that makes a folder once for all workers of a run, and says where it is: a test changes a copy of it."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if hasattr(request.config, "workerinput") else own

    def folder(name: str, make: Callable[[Path], object]) -> Path:
        made, half = shared / f"once-{name}", shared / f"half-{name}"
        with FileLock(f"{made}.lock"):
            if not made.is_dir():
                shutil.rmtree(half, ignore_errors=True)
                make(half)
                half.rename(made)
        return made

    return folder


@pytest.fixture(scope="session")
def checked_project(once: Callable[..., Path]) -> Path:
    """The project with one small delivery, which was checked."""

    def make(root: Path) -> None:
        # imported here, as tests of one small room do not need the half of the package that this needs
        from gm_workbench.batch.goldens import DEFAULT_WORLD, PLACE, small_project
        from gm_workbench.intake.store import checked_tables
        from gm_workbench.settings import Paths

        small = small_project(Paths(REPOSITORY), root)
        checked_tables(PLACE, DEFAULT_WORLD, small)

    return once("checked", make)
