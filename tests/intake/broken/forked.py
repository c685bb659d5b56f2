"""`gm` in a child of a process that has imported it already: a check of a tiny delivery would else be mostly imports.

`python forked.py` reads requests from standard input, a line of JSON each, and answers in a line each. The child has its own
folder, environment, limits and streams, as if it had been started from nothing.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HANGS, MOST_WORK, MOST_MEMORY = 120, 11, 4 << 30
"""Seconds on the clock and of work, and bytes, that a child may take; one that hangs is killed."""

QUIET = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A library that starts a thread when it is imported must not be forked."""


class Gm:
    """The process that children are forked from; it ends with the one that made it."""

    def __init__(self) -> None:
        command = [sys.executable, __file__]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._server = subprocess.Popen(command, env={**os.environ, **QUIET}, text=True, **pipes)  # type: ignore[call-overload]

    def run(self, asked: Sequence[str], folder: Path, env: Mapping[str, str], told: str) -> dict[str, Any]:
        """Run `gm` and give code, out, err and the seconds that it worked."""
        request = {"asked": list(asked), "folder": str(folder), "env": dict(env), "told": told}
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        if answer["code"] is None:
            raise TimeoutError(f"gm {' '.join(asked)} hung")
        return answer

    def stop(self) -> None:
        self._server.stdin.close()
        self._server.stdout.close()
        self._server.wait()


def _become(request: Mapping[str, Any], streams: Sequence[int]) -> None:
    """Be `gm`, and never come back."""
    code: object = 1
    try:
        os.setsid()
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["env"])
        for there, here in enumerate(streams):
            os.dup2(here, there)
        for what, most in ((resource.RLIMIT_CPU, MOST_WORK), (resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CORE, 0)):
            resource.setrlimit(what, (most, most))
        sys.argv = ["gm", *request["asked"]]
        from gm_workbench.cli.main import run

        run()
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        told.write(request["told"].encode())
        told.seek(0)
        pid = os.fork()
        if not pid:
            _become(request, [stream.fileno() for stream in (told, out, err)])
        code, seconds = _waited(pid)
        for stream in (out, err):
            stream.seek(0)
        texts = [stream.read().decode(errors="replace") for stream in (out, err)]
    return {"code": code, "out": texts[0], "err": texts[1], "seconds": seconds}


def _waited(pid: int) -> tuple[int | None, float]:
    """Give the exit code and the seconds of work, also of what it started; no code of one that was killed because it hung."""
    late, hung = time.monotonic() + HANGS, False
    while True:
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            return None if hung else os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
        if not hung and time.monotonic() > late:
            hung = True
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.01)


def main() -> None:
    """Import what a check needs, then fork for each request until nobody asks any more."""
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    from gm_workbench.cli import checking, forgetting  # noqa: F401

    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
