"""A kernel for one run: this interpreter, one thread, forked where that can be, sockets that nobody else can open.

By default Jupyter's traffic is plain TCP, which other users of the machine can read; and IPC with Jupyter's own socket names
makes parallel kernels talk across each other. So each run gets an owner-only folder with sockets of its own, and where
there are no such sockets the traffic is encrypted.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import get_kernel_dict
from traitlets.config import Config

from gm_workbench.kernels import provisioner, warm
from gm_workbench.kernels.client import PromptClient
from gm_workbench.kernels.forked import RUN_DIR as RUN_DIR
from gm_workbench.kernels.server import ENDED
from gm_workbench.kernels.warm import ONE_THREAD as ONE_THREAD  # for the batch, which knows kernels by this room

KERNEL = "python3"

SAME_ORDER = {"PYTHONHASHSEED": "0"}
"""Sets have the same order in every kernel, forked or not: a report must not depend on which it was."""

NO_HISTORY = "--HistoryManager.enabled=False"
"""What a batch run types is in its notebook; a database of it costs a tenth of a second."""


@dataclass(frozen=True, slots=True)
class KernelEnd:
    """How a forked kernel ended: exit code, the most memory that it had, and whether it was killed for having too much."""

    code: int
    peak_mib: int
    over_memory: bool


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

    @property
    def kernel_end(self) -> KernelEnd | None:
        """How the kernel of this run ended; None while it runs, and of an ordinary kernel."""
        note = self.path / ENDED
        return KernelEnd(**json.loads(note.read_text(encoding="utf-8"))) if note.is_file() else None


@contextmanager
def batch_folder() -> Iterator[Path]:
    """Make an owner-only folder for the runs of a batch, and remove it whatever happens; its runs fork from one warm process.

    The parent of the workers owns it, so that what a killed worker leaves behind goes too. Its name is short, because the path
    of a socket may have about a hundred characters.
    """
    folder = Path(tempfile.mkdtemp(prefix="gm-"))
    try:
        with environment(warm.shared()):
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
        told = {RUN_DIR: str(run.path)} if variables is None else variables
        specification = kernel_specification(told)
        specification["argv"].append(NO_HISTORY)
        write_specification(run.path / "kernels" / KERNEL, specification)
        with environment(_jupyter(run)):
            yield run
    finally:
        shutil.rmtree(run.path, ignore_errors=True)


def kernel_config(run: RunFolder, *, files: bool = os.name == "posix") -> Config:
    """Give the settings of a kernel manager: sockets are files in the run's folder, or encrypted where there is no such."""
    config = Config()
    # after the last cell everything is kept; asked politely, a kernel that is just done with it may take seconds to end
    config.NotebookClient.shutdown_kernel = "immediate"
    config.AsyncKernelManager.client_factory = PromptClient
    # left to itself Jupyter writes this file, which holds the key, among everybody's temporary files
    config.KernelManager.connection_file = str(run.path / f"{secrets.token_hex(4)}.json")
    if files and warm.short_enough(run.sockets):
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = run.sockets
    else:
        config.KernelManager.transport_encryption = "required"
    return config


def kernel_specification(variables: Mapping[str, str], *, name: str = "Python 3") -> dict[str, Any]:
    """Specify a kernel of this interpreter, forked if that can be, which gets `variables` in its environment."""
    specification: dict[str, Any] = get_kernel_dict()
    specification["argv"][0] = sys.executable
    specification |= {"display_name": name, "env": {**ONE_THREAD, **SAME_ORDER, **variables}}
    if warm.POSSIBLE and provisioner.is_installed():
        chosen = {"kernel_provisioner": {"provisioner_name": provisioner.NAME}}
        specification["metadata"] = {**specification.get("metadata", {}), **chosen}
    return specification


def write_specification(folder: Path, specification: Mapping[str, Any]) -> None:
    """Write a kernel specification into a folder: one that is installed elsewhere may start another interpreter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kernel.json").write_text(json.dumps(specification, indent=1), encoding="utf-8")


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
