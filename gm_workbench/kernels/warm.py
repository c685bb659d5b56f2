"""Ask for a kernel that is forked from a warm process: a fifth of a second in place of an import of seconds.

A process has one server, started when it is first needed; those that it starts find it through `GM_WARM_SERVER`. Where there is
no server, or it does not answer, there is no warm kernel, and the caller starts an ordinary one.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gm_workbench.kernels.forked import Request, signal_all

SERVER = "GM_WARM_SERVER"
"""Where a server listens that another process started; `off` for ordinary kernels only."""

OFF = "off"

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
"""One report a core: threads of the linear algebra beside that get in each other's way, and make sums depend on the machine."""

QUIET = {
    **ONE_THREAD,
    "NUMBA_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # one of Arrow's allocators starts a thread when it is loaded
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
}
"""What a library reads when it is imported must be right in the server: a kernel's own environment comes too late for it."""

POSSIBLE = hasattr(os, "fork") and hasattr(os, "pidfd_open")
"""Linux. On macOS a fork of a process that used the system's own libraries may crash; Windows has none."""


LONGEST_ADDRESS = 100
"""Bytes that the path of a socket may have; a few systems allow no more, with room for the number that Jupyter adds."""

PREFIX = "gm-warm-"

STOP_SECONDS = 0.5
"""How long a server gets to end its kernels; one that is still getting warm does not listen."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that this process started and that ends with it."""

    process: subprocess.Popen[bytes]
    address: str

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """End the server and every kernel that was forked from it."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(Path(self.address).parent, ignore_errors=True)


_servers: dict[int, Server] = {}
"""The server of this process; by its number, because a fork of it inherits the entry but not the server."""

_starting = threading.Lock()


def short_enough(path: str) -> bool:
    """Say whether a socket can have this path.

    >>> short_enough("run/k"), short_enough("run/" + 100 * "x")
    (True, False)
    """
    return len(os.fsencode(path)) <= LONGEST_ADDRESS


def start_server() -> Server:
    """Start a server; it gets warm by itself, and who asks meanwhile waits."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))  # the owner's alone
    address = str(folder / "s")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(128)
        command = [
            sys.executable,
            "-P",
            "-Xfrozen_modules=off",
            "-m",
            "gm_workbench.kernels.server",
            address,
            str(listener.fileno()),
        ]
        process = subprocess.Popen(  # noqa: S603 - this interpreter and a module of ours
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # an interrupt in the terminal is not for it
            env={**os.environ, **QUIET},
        )
    return Server(process, address)


def server_address() -> str | None:
    """Say where the server listens, after starting one if need be; None where there can be none."""
    given = os.environ.get(SERVER, "")
    if given == OFF or not POSSIBLE or not short_enough(f"{tempfile.gettempdir()}/{PREFIX}12345678/s"):
        return None
    with _starting:
        server = _servers.get(os.getpid())
        if server and not server.alive:
            server_stop()
            given, server = "", None
        if given and Path(given).exists():
            return given
        return (server or _started()).address


def _started() -> Server:
    server = _servers[os.getpid()] = start_server()
    atexit.register(server_stop, os.getpid())
    return server


def server_stop(owner: int | None = None) -> None:
    """End the server of this process, if it has one; in a fork of its owner nothing happens."""
    if owner in (None, os.getpid()) and (server := _servers.pop(os.getpid(), None)):
        server.stop()


def shared() -> dict[str, str]:
    """Start a server, and give the environment in which processes that are started from here find it."""
    address = server_address()
    return {SERVER: address} if address else {}


class WarmProcess:
    """A kernel that was forked for us, to be handled as a `subprocess.Popen`. It lives as long as the connection does."""

    stdin = stdout = stderr = None  # what a provisioner closes at the end

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        weakref.finalize(self, connection.close)
        self._heard = b""
        self.returncode: int | None = None
        self.pid = int(self._line()["pid"])
        connection.setblocking(False)

    def _line(self) -> dict[str, Any]:
        """Read a line of the server, which may not be there yet; without a server the kernel is dead."""
        while b"\n" not in self._heard:
            part = self._connection.recv(4096)
            if not part:
                return {"code": -signal.SIGKILL}
            self._heard += part
        line, _, self._heard = self._heard.partition(b"\n")
        content: dict[str, Any] = json.loads(line)
        return content

    def poll(self) -> int | None:
        """Give the exit code, or None while it runs."""
        if self.returncode is None:
            try:
                self.returncode = int(self._line()["code"])
            except BlockingIOError:
                return None
            except ConnectionError:
                self.returncode = -signal.SIGKILL
            self._connection.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for it to end and give the exit code."""
        if self.poll() is None and not select.select([self._connection], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        code = self.poll()
        return self.wait(timeout) if code is None else code

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and what it started, unless it has ended: its number may be another's by then."""
        if self.poll() is None:
            signal_all(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def fork_kernel(request: Request) -> WarmProcess | None:
    """Have a kernel forked; None when there is no server that does it."""
    address = server_address()
    if address is None:
        return None
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
        text = request.written()
        socket.send_fds(connection, [len(text).to_bytes(8, "big")], request.streams)
        connection.sendall(text)
        return WarmProcess(connection)
    except (OSError, KeyError):  # the server is gone, or could not get quiet
        connection.close()
        return None
