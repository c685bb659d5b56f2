"""A quiet process that kernels are forked from: `python -m gm_workbench.kernels.server SOCKET DESCRIPTOR`.

One thread, no sockets of ZeroMQ, one loop. A client connects to the socket and asks for a kernel; the kernel lives as long as
that connection, and its end is told over it. All kernels die with this process, and this process dies with the one that
started it, which holds the other end of its standard input.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gm_workbench.kernels import stack
from gm_workbench.kernels.forked import HERE, Request, become, signal_all
from gm_workbench.kernels.resident import memory_of

LOOK_SECONDS = 0.1
"""How often the memory of a kernel with a limit is looked at."""

MEMORY_MIB = "GM_KERNEL_MIB"
"""How much memory a kernel may take, in MiB; not set, as much as there is."""

PATIENCE = 5.0
"""Seconds that a client may take to send what it asks for."""

ENDED = "ended.json"
"""In the folder of a run: how its kernel ended, and how much memory it took."""

HEADER = 8
"""Bytes before a request, which say how long it is."""


@dataclass(slots=True)
class Forked:
    """A kernel that runs: its process, a descriptor that becomes readable when it ends, and who asked for it."""

    pid: int
    pidfd: int
    client: socket.socket
    run: str
    limit: int | None
    over: bool = False

    def kill(self) -> None:
        """Kill it, and what it started."""
        signal_all(self.pid, signal.SIGKILL)

    @property
    def too_large(self) -> bool:
        """Whether it and what it started have more memory than it may have."""
        return self.limit is not None and memory_of(self.pid) > self.limit


class Server:
    """The loop: requests in, kernels out, and the end of each told to who asked for it."""

    def __init__(self, listener: socket.socket, lifeline: int) -> None:
        self.listener = listener
        self.selector = selectors.DefaultSelector()
        self.kernels: dict[int, Forked] = {}
        self.modules = stack.our_modules()
        self.selector.register(listener, selectors.EVENT_READ, self._asked)
        self.selector.register(lifeline, selectors.EVENT_READ, self._stop)

    def serve(self) -> None:
        """Go on until the process that started this one is gone."""
        while True:
            watched = [kernel for kernel in self.kernels.values() if kernel.limit and not kernel.over]
            for key, _ in self.selector.select(LOOK_SECONDS if watched else None):
                key.data(key.fileobj)
            for kernel in watched:
                self._look(kernel)

    def _stop(self, _: Any) -> None:
        for kernel in self.kernels.values():
            kernel.kill()
        raise SystemExit

    def _look(self, kernel: Forked) -> None:
        """Kill a kernel that has more memory than it may: what it has, not what it reserved, is what runs out."""
        if kernel.pid in self.kernels and kernel.too_large:
            kernel.over = True
            kernel.kill()

    def _asked(self, _: Any) -> None:
        client, _address = self.listener.accept()
        client.settimeout(PATIENCE)
        try:
            request = received(client)
        except (OSError, ValueError, LookupError):  # who asked is gone again
            client.close()
            return
        try:
            pid = self._fork(request, client)
        finally:
            for stream in request.streams:
                os.close(stream)
        if pid is None:
            client.close()  # which is told as: no
        else:
            self._forked(pid, client, request)

    def _fork(self, request: Request, client: socket.socket) -> int | None:
        """Fork a kernel; None when it is asked by another environment than this, or when the machine cannot take one more."""
        if request.home != HERE:
            return None
        try:
            pid = os.fork()
        except OSError:
            return None
        if pid == 0:
            self._become(request, client)
        return pid

    def _become(self, request: Request, client: socket.socket) -> None:
        """Be the kernel from here on: nothing of the server stays open in it, or a client would not see the server end."""
        code = 1
        try:
            self.selector.close()
            self.listener.close()
            client.close()
            for kernel in self.kernels.values():
                kernel.client.close()
                os.close(kernel.pidfd)
            code = become(request, self.modules)
        except BaseException:  # whatever it is, this process must never get back into the loop of its parent
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)

    def _forked(self, pid: int, client: socket.socket, request: Request) -> None:
        limit = request.env.get(MEMORY_MIB, "")
        kernel = Forked(pid, os.pidfd_open(pid), client, request.run, int(limit) if limit.isdecimal() else None)
        self.kernels[pid] = kernel
        self.selector.register(kernel.pidfd, selectors.EVENT_READ, lambda _: self._ended(kernel))
        self.selector.register(client, selectors.EVENT_READ, lambda _: self._hung_up(kernel))
        self._look(kernel)  # before anybody talks to it: a short notebook may come to its end between two looks
        tell(client, {"pid": pid})

    def _hung_up(self, kernel: Forked) -> None:
        """Kill a kernel that nobody waits for any more; that it ended may have been seen in the same round."""
        if kernel.pid in self.kernels:
            self.selector.unregister(kernel.client)
            kernel.kill()

    def _ended(self, kernel: Forked) -> None:
        """Note how a kernel ended, then tell it: who is told finds the note there."""
        kernel.kill()  # what it started; the process itself is still to be waited for, so its number is nobody else's
        _, status, usage = os.wait4(kernel.pid, 0)
        said = {"code": os.waitstatus_to_exitcode(status), "peak_mib": usage.ru_maxrss >> 10, "over_memory": kernel.over}
        if kernel.run:
            with contextlib.suppress(OSError):
                (Path(kernel.run) / ENDED).write_text(json.dumps(said), encoding="utf-8")
        tell(kernel.client, said)
        self._forget(kernel)

    def _forget(self, kernel: Forked) -> None:
        del self.kernels[kernel.pid]
        self.selector.unregister(kernel.pidfd)
        os.close(kernel.pidfd)
        with contextlib.suppress(KeyError):
            self.selector.unregister(kernel.client)
        kernel.client.close()


def received(client: socket.socket) -> Request:
    """Read what a client asks for: a length, two descriptors to print to, and then the request."""
    header, streams, _, _ = socket.recv_fds(client, HEADER, 2)
    left = int.from_bytes(header, "big")
    parts = []
    while left:
        part = client.recv(min(left, 1 << 16))
        if not part:
            raise ValueError("the request ends too early")
        parts.append(part)
        left -= len(part)
    return Request.read(b"".join(parts), (streams[0], streams[1]))


def tell(client: socket.socket, what: dict[str, Any]) -> None:
    """Send a line to a client that may be gone."""
    with contextlib.suppress(OSError):
        client.sendall(json.dumps(what).encode() + b"\n")


def main(address: str, listening: str) -> None:
    """Get warm, then serve; a process that is not quiet by then must not be forked, and ends.

    The socket is handed down open, so that clients can wait for it while this process gets warm.
    """
    listener = socket.socket(fileno=int(listening))
    try:
        stack.warm_up()
        if stack.threads() == 1:
            Server(listener, sys.stdin.fileno()).serve()
    finally:
        shutil.rmtree(Path(address).parent, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
