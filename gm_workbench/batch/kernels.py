"""A kernel for one run: this interpreter, one thread, sockets that nobody else can open.

By default Jupyter's traffic is plain TCP, which other users of the machine can read; and IPC with Jupyter's own socket names
makes parallel kernels talk across each other. So each run gets an owner-only folder with sockets of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ipykernel.kernelspec import get_kernel_dict
from traitlets.config import Config

KERNEL = "python3"

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
"""One report a core: threads of the linear algebra beside that get in each other's way, and make sums depend on the machine."""

RUN_DIR = "GM_RUN_DIR"
"""Where `show` leaves the outputs of a batch run."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The private folder of one run: sockets, kernel specification, and the outputs before they are protected."""

    path: Path

    @property
    def sockets(self) -> str:
        return str(self.path / "k")

    @property
    def outputs(self) -> Path:
        return self.path / "outputs"


@contextmanager
def batch_folder() -> Iterator[Path]:
    """Make an owner-only folder for the runs of a batch, and remove it whatever happens.

    The parent of the workers owns it, so that what a killed worker leaves behind goes too. Its name is short, because the path
    of a socket may have about a hundred characters.
    """
    folder = Path(tempfile.mkdtemp(prefix="gm-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def run_folder(batch: Path, name: str, variables: Mapping[str, str] | None = None) -> Iterator[RunFolder]:
    """Make the folder of one run, point Jupyter at it, and remove it whatever happens.

    The kernel gets `variables` in its environment; left out, it is told that this is a batch run, and where its outputs go.
    """
    run = RunFolder(batch / name)
    run.path.mkdir(mode=0o700)
    try:
        run.outputs.mkdir()
        _write_kernel_spec(run, {RUN_DIR: str(run.path)} if variables is None else variables)
        with environment(_jupyter(run)):
            yield run
    finally:
        shutil.rmtree(run.path, ignore_errors=True)


def kernel_config(run: RunFolder) -> Config:
    """Give the settings of a kernel manager whose sockets are files in the run's folder; Windows has no such sockets."""
    config = Config()
    if os.name == "posix":
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = run.sockets
    return config


def _write_kernel_spec(run: RunFolder, variables: Mapping[str, str]) -> None:
    """Write a specification for this interpreter: one that is installed elsewhere may start another."""
    folder = run.path / "kernels" / KERNEL
    folder.mkdir(parents=True)
    specification = {**get_kernel_dict(), "env": {**ONE_THREAD, **variables}}
    specification["argv"][0] = sys.executable
    (folder / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")


def _jupyter(run: RunFolder) -> dict[str, str]:
    """Keep connection keys, history and start-up files of the user out of the run, and the run's out of the user's folders."""
    return {
        "JUPYTER_PATH": str(run.path),
        "JUPYTER_RUNTIME_DIR": str(run.path / "r"),
        "IPYTHONDIR": str(run.path / "i"),
    }


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while: what is started meanwhile inherits them."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
