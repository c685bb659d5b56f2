"""The kernel provisioner `gm-warm`: what Jupyter asks to start a kernel, here a fork of a warm process.

JupyterLab, papermill and nbclient find it by its entry point in a kernel specification. All else (ports, sockets, keys,
interrupt, restart, death) is Jupyter's own local provisioner, which sees a process as it knows them.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from gm_workbench.kernels.forked import LAUNCHER, Request
from gm_workbench.kernels.warm import WarmProcess, fork_kernel

NAME = "gm-warm"
GROUP = "jupyter_client.kernel_provisioners"
KNOWN = {"env", "cwd", "kernel_id", "extra_arguments", "stdin", "stdout", "stderr"}
"""What a kernel may be started with here; with anything else an ordinary one is started."""

LOOK_SECONDS, KILL_LOOKS = 0.005, 20


def is_installed() -> bool:
    """Say whether Jupyter would find this provisioner in this environment."""
    return bool(entry_points(group=GROUP, name=NAME))


def forkable(command: Sequence[str], options: dict[str, Any]) -> bool:
    """Say whether a fork can be what this command would start: a kernel of this interpreter, without a pipe to it."""
    here = Path(command[0]).absolute() == Path(sys.executable).absolute()
    plain = not any(options.get(stream) == subprocess.PIPE for stream in ("stdout", "stderr"))
    return here and plain and LAUNCHER in command and set(options) <= KNOWN


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]  # jupyter_client has no types that mypy reads here
    """Starts kernels by fork where that can be, and ordinary ones where not."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start a kernel and give its connection information."""
        forked = await asyncio.to_thread(self._forked, cmd, kwargs) if forkable(cmd, kwargs) else None
        if forked is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid = (
            forked,
            forked.pid,
            None,
        )  # no group: a signal goes through the process, which looks first
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info

    def _forked(self, command: list[str], options: dict[str, Any]) -> WarmProcess | None:
        arguments = tuple(command[command.index(LAUNCHER) + 1 :])
        env = {**(options.get("env") or os.environ), "JPY_PARENT_PID": str(os.getpid())}  # as an ordinary kernel is told
        return fork_kernel(Request(arguments, str(options.get("cwd") or Path.cwd()), env))

    async def wait(self) -> int | None:
        """Wait for the kernel to end; a fork ends in less time than the tenth of a second between two looks of the original."""
        while self.process and await self.poll() is None:
            await asyncio.sleep(LOOK_SECONDS)
        code: int | None = await super().wait()
        return code

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and give it the moment that it takes: who asks looks at once, then not for a tenth of a second."""
        await super().kill(restart=restart)
        for _ in range(KILL_LOOKS):
            if not self.process or await self.poll() is not None:
                return
            await asyncio.sleep(LOOK_SECONDS)
