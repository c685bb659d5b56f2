"""A process that was just forked becomes the kernel that was asked for, as if it had been started from nothing."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gm_workbench.kernels import stack

LAUNCHER = "ipykernel_launcher"
INLINE = "module://matplotlib_inline.backend_inline"
PR_SET_PDEATHSIG = 1
RUN_DIR = "GM_RUN_DIR"

LAST_ANSWER_SECONDS = 2.0
"""How long a kernel that ends may take to say so: less than Jupyter waits before it ends the kernel itself."""


HERE = (sys.prefix, str(Path(__file__).parent))
"""Which environment and which copy of this package: a server of another must not answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a kernel is started with: its arguments, folder and environment, and the two descriptors that it prints to."""

    arguments: tuple[str, ...]
    folder: str
    env: dict[str, str]
    streams: tuple[int, int] = (1, 2)
    home: tuple[str, str] = HERE

    @classmethod
    def read(cls, text: bytes, streams: tuple[int, int]) -> Request:
        """Read a request that `written` wrote."""
        content = json.loads(text)
        home, package = content["home"]
        return cls(tuple(content["arguments"]), content["folder"], content["env"], streams, (home, package))

    def written(self) -> bytes:
        """Write everything but the descriptors, which do not travel as text."""
        content = {"arguments": self.arguments, "folder": self.folder, "env": self.env, "home": self.home}
        return json.dumps(content).encode()

    @property
    def run(self) -> str:
        """The private folder of the batch run that the kernel is for; empty if it is for none."""
        return self.env.get(RUN_DIR, "")


def signal_all(pid: int, number: int) -> None:
    """Send a signal to a kernel and what it started; one that was forked just now may not lead its group yet."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def become(request: Request, modules: dict[str, tuple[int, int] | None]) -> int:
    """Run the kernel to its end and give its exit code."""
    _stand_alone()
    _take(request)
    _own_chance()
    stack.forget_changed(modules)
    code = _run(list(request.arguments))
    atexit._run_exitfuncs()  # then out at once: to take the stack down in order costs more than a cell
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _stand_alone() -> None:
    """Lead a group of our own, so that an interrupt reaches us and what we start, and die when the server does."""
    parent = os.getppid()
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we could ask to be told
        os._exit(1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def _take(request: Request) -> None:
    """Take over folder, environment and streams; nothing is read from standard input."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in zip((nothing, *request.streams), (0, 1, 2), strict=True):
        os.dup2(here, there)
        os.close(here)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.env)
    time.tzset()
    sys.path[:0] = [folder for folder in request.env.get("PYTHONPATH", "").split(os.pathsep) if folder]


def _own_chance() -> None:
    """Draw other random numbers than the kernels that were forked before."""
    import numpy as np

    random.seed()
    np.random.seed()  # the old generator is what notebooks may call


def _run(arguments: list[str]) -> int:
    """Run the kernel's application as `python -m ipykernel_launcher` would."""
    import matplotlib as mpl
    from ipykernel.kernelapp import IPKernelApp

    launcher = find_spec(LAUNCHER)
    sys.argv = [str(launcher.origin) if launcher else LAUNCHER, *arguments]
    mpl.rcParams["backend"] = os.environ.setdefault("MPLBACKEND", INLINE)
    kernel: Any = IPKernelApp.instance(parent_handle=os.getppid())
    try:
        kernel.initialize(arguments)
        kernel.start()
        _finish(kernel.control_thread)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


def _finish(control: Any) -> None:
    """Let the control thread answer to its end: an ipykernel that closes its output first leaves it waiting for ever."""
    if control is not None and control.is_alive():
        with contextlib.suppress(RuntimeError):  # it ended this very moment, and its loop with it
            control.stop()
        control.join(LAST_ANSWER_SECONDS)
