"""Kernels that are forked from a warm process: as an ordinary one to whoever uses them, and gone when nobody does."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty

import pytest
from jupyter_client.manager import KernelManager

from gm_workbench.kernels import stack, warm
from gm_workbench.kernels.folders import batch_folder, kernel_config, kernel_specification, run_folder
from gm_workbench.kernels.forked import Request
from gm_workbench.kernels.provisioner import NAME, forkable, is_installed

pytestmark = pytest.mark.untraced

FORKS = pytest.mark.skipif(not warm.POSSIBLE, reason="kernels are forked on Linux only")
SECONDS = 60


class Kernel:
    """A kernel and a client of it."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        manager.start_kernel()
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=SECONDS)

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()

    def run(self, code: str) -> list[dict[str, object]]:
        """Execute a cell and give the content of what it sent."""
        sent: list[dict[str, object]] = []
        self.client.execute_interactive(code, output_hook=lambda message: sent.append(message["content"]), timeout=SECONDS)
        return sent

    def printed(self, code: str) -> str:
        return "".join(str(content.get("text", "")) for content in self.run(code)).strip()

    @property
    def pid(self) -> int:
        return int(self.printed("import os; print(os.getpid())"))

    def exit_code(self) -> int | None:
        """Wait until the manager says that the kernel is dead, and give its exit code."""
        assert until(lambda: not self.manager.is_alive())
        process = self.manager.provisioner.process
        return process.poll() if process else 0


def until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def runs(pid: int) -> bool:
    """Say whether a process is there and not merely waiting to be counted out."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def run():
    with batch_folder() as batch, run_folder(batch, "0") as run:
        yield run


@pytest.fixture
def start(run) -> Iterator[Callable[[], Kernel]]:
    started: list[Kernel] = []

    def one() -> Kernel:
        started.append(Kernel(KernelManager(kernel_name="python3", config=kernel_config(run))))
        return started[-1]

    yield one
    for kernel in started:
        kernel.close()


def server_pid() -> int:
    return warm._servers[os.getpid()].process.pid


WARM = """
import os
os.environ.update({quiet!r})
import sys, threading
from gm_workbench.kernels import stack
stack.warm_up()
print(stack.threads(), threading.active_count(), [name for name in ("polars", "numba", "duckdb") if name in sys.modules])
import zmq
print(zmq.Context._instance)
"""


@FORKS
def test_process_to_fork_from_is_quiet_after_warming_up():
    command = [sys.executable, "-Xfrozen_modules=off", "-c", WARM.format(quiet=warm.QUIET)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["1 1 []", "None"]


def test_stack_that_is_used_once_stays_usable():
    stack.use_once()
    stack.use_once()


@FORKS
def test_kernel_is_a_fork_with_the_stack_imported_and_an_environment_of_its_own(start, run, monkeypatch):
    monkeypatch.setenv("GM_TOLD", "to this one")
    monkeypatch.setenv("PYTHONHASHSEED", "7")  # not for the user to choose: sets have one order in every kernel
    kernel = start()
    told = "import os, sys; print(os.getppid(), 'pingouin' in sys.modules, os.getcwd(), os.environ['GM_TOLD'])"
    assert kernel.printed(told) == f"{server_pid()} True {Path.cwd()} to this one"
    assert kernel.printed("print(os.environ['GM_RUN_DIR'], os.environ['PYTHONHASHSEED'])") == f"{run.path} 0"
    assert kernel.printed("print(sys.argv[1], __name__, os.getpgid(0) == os.getpid())") == "-f __main__ True"
    assert kernel.printed("print(sys.stdin.read() == '', sorted(os.listdir('/proc/self/fd')) and 'quiet')").endswith("quiet")


@FORKS
def test_figure_of_pyplot_is_shown_in_a_forked_kernel(start, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)
    sent = start().run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    assert any("image/png" in content.get("data", {}) for content in sent)


@FORKS
def test_two_kernels_draw_different_random_numbers(start):
    code = "import random, numpy as np; print(random.random(), np.random.random(), np.random.default_rng().random())"
    one, other = start().printed(code).split(), start().printed(code).split()
    assert len(one) == 3
    assert not set(one) & set(other)


@FORKS
def test_interrupt_stops_the_cell_and_not_the_kernel(start):
    kernel = start()
    kernel.client.execute("print('at', 'work'); import time; time.sleep(60)")
    assert until(lambda: "at work" in str(message(kernel)))
    kernel.manager.interrupt_kernel()
    assert until(lambda: "KeyboardInterrupt" in str(message(kernel)))
    assert until(lambda: kernel.printed("print(1 + 1)") == "2")  # right after an error it may still turn requests away


def message(kernel: Kernel) -> object:
    try:
        return kernel.client.get_iopub_msg(timeout=0.1)["content"]
    except Empty:
        return None


@FORKS
def test_restart_gives_another_process_that_remembers_nothing(start):
    kernel = start()
    before = kernel.pid
    kernel.run("kept = 1")
    kernel.manager.restart_kernel()
    kernel.client.wait_for_ready(timeout=SECONDS)
    assert kernel.printed("print('kept' in globals())") == "False"
    assert kernel.pid != before
    assert not runs(before)


@FORKS
@pytest.mark.parametrize(
    ("code", "ends"), [("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL), ("import os; os._exit(3)", 3)]
)
def test_death_is_told_with_its_exit_code(start, code, ends):
    kernel = start()
    kernel.client.execute(code)
    assert kernel.exit_code() == ends


@FORKS
def test_kernel_that_shuts_down_in_order_ends_as_it_should(start, run):
    kernel = start()
    pid = kernel.pid
    kernel.manager.shutdown_kernel()
    assert not runs(pid)
    assert run.kernel_end.code == 0


@FORKS
def test_what_a_kernel_started_ends_with_it(start):
    kernel = start()
    pid = kernel.pid
    child = int(kernel.printed("import subprocess; print(subprocess.Popen(['sleep', '60']).pid)"))
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: not runs(pid) and not runs(child))


LONELY = """
import json, os, sys, time
from gm_workbench.kernels import warm
from gm_workbench.kernels.folders import batch_folder, kernel_config, run_folder
from jupyter_client.manager import KernelManager
if __name__ == "__main__":
    with batch_folder() as batch, run_folder(batch, "0") as run:
        manager = KernelManager(kernel_name="python3", config=kernel_config(run))
        manager.start_kernel()
        pid = manager.provisioner.pid
        own = warm._servers.get(os.getpid())
        server = own.process.pid if own else 0
        print(json.dumps({"kernel": pid, "server": server, "address": warm.server_address()}), flush=True)
        time.sleep(60)
"""


@pytest.fixture
def lonely(tmp_path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], dict[str, object]]]]:
    """Start a process that has a kernel, and that nobody tells to clean up."""
    started = []

    def one(**variables: str) -> tuple[subprocess.Popen[str], dict[str, object]]:
        script = tmp_path / "lonely.py"
        script.write_text(LONELY, encoding="utf-8")
        env = {**os.environ, "TMPDIR": str(tmp_path), **variables}
        process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=env)
        started.append(process)
        return process, json.loads(process.stdout.readline())

    yield one
    for process in started:
        process.kill()
        process.communicate()


@FORKS
def test_nothing_stays_when_the_process_that_started_the_server_is_killed(lonely):
    process, told = lonely()
    assert runs(told["kernel"])
    assert runs(told["server"])
    process.kill()
    assert until(lambda: not runs(told["kernel"]) and not runs(told["server"]))
    assert until(lambda: not Path(told["address"]).parent.exists())


@FORKS
def test_kernel_dies_with_its_client_and_the_server_serves_on(lonely, start):
    with batch_folder():  # in which others find our server
        process, told = lonely(**warm.shared())
    assert told["server"] == 0
    assert runs(told["kernel"])
    process.kill()
    assert until(lambda: not runs(told["kernel"]))
    assert start().printed("import os; print(os.getppid())") == str(server_pid())


@FORKS
def test_kernel_after_the_server_was_killed_is_forked_from_a_new_one(start):
    kernel = start()
    pid = kernel.pid
    killed = server_pid()
    os.kill(killed, signal.SIGKILL)
    assert kernel.exit_code() == -signal.SIGKILL
    assert until(lambda: not runs(pid))
    assert start().printed("import os; print(os.getppid())") == str(server_pid()) != str(killed)
    warm.server_stop()  # so that the next test has a new one


USE_EACH = """
from gm_workbench.kernels import stack
stack.use_once()
import io, pandas as pd, pyarrow as pa, pyarrow.parquet as pq, pingouin as pg, seaborn as sns, matplotlib.pyplot as plt
frame = pd.DataFrame({"a": [1.0, 2.0, 4.0, 3.0] * 5, "b": [2.0, 1.0, 3.0, 5.0] * 5})
kept = io.BytesIO(); frame.to_parquet(kept); back = pq.read_table(io.BytesIO(kept.getvalue()), use_threads=True).to_pandas()
pg.corr(frame["a"], frame["b"]); sns.scatterplot(frame, x="a", y="b"); plt.close("all")
print(back.equals(frame))
"""


@pytest.mark.proof
@FORKS
def test_forks_that_use_every_library_come_to_their_end(start):
    """A few of them here; `benchmarks/engine.py --forks 500` is the long run."""
    for _ in range(5):
        assert start().printed(USE_EACH).endswith("True")


def test_changed_module_of_ours_is_read_again(tmp_path, monkeypatch):
    (tmp_path / "gm_room.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import gm_room  # noqa: F401 - so that it is among the modules

    before = {"gm_room": stack.written("gm_room")}
    assert not stack.forget_changed(before)
    assert "gm_room" in sys.modules
    (tmp_path / "gm_room.py").write_text("x = 22\n", encoding="utf-8")
    assert stack.forget_changed(before)
    assert "gm_room" not in sys.modules


def test_removed_module_of_ours_counts_as_changed(tmp_path, monkeypatch):
    (tmp_path / "gm_attic.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    import gm_attic  # noqa: F401 - so that it is among the modules

    before = {"gm_attic": stack.written("gm_attic")}
    (tmp_path / "gm_attic.py").unlink()
    assert stack.forget_changed(before)


def test_every_module_of_ours_is_watched():
    assert "gm_workbench.kernels.warm" in stack.our_modules()
    assert not [name for name in stack.our_modules() if not name.startswith("gm_workbench")]


def test_specification_names_the_provisioner_only_where_jupyter_would_find_it(monkeypatch):
    assert is_installed()
    named = {"kernel_provisioner": {"provisioner_name": NAME}}.items()
    assert (named <= kernel_specification({})["metadata"].items()) == warm.POSSIBLE
    monkeypatch.setattr("gm_workbench.kernels.provisioner.entry_points", lambda **_: ())
    assert not named <= kernel_specification({}).get("metadata", {}).items()


@pytest.mark.parametrize(
    ("command", "options", "is_so"),
    [
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "x"], {"env": {}}, True),
        (["python-of-another", "-m", "ipykernel_launcher", "-f", "x"], {"env": {}}, False),
        ([sys.executable, "-m", "another_kernel", "-f", "x"], {"env": {}}, False),
        ([sys.executable, "-m", "ipykernel_launcher"], {"stdout": subprocess.PIPE}, False),
        ([sys.executable, "-m", "ipykernel_launcher"], {"preexec_fn": print}, False),
    ],
)
def test_only_what_a_fork_can_be_is_forked(command, options, is_so):
    assert forkable(command, options) is is_so


@FORKS
def test_server_of_another_environment_or_copy_of_the_package_forks_nothing():
    arguments = ("-f", "nowhere.json")
    assert warm.fork_kernel(Request(arguments, ".", dict(os.environ), home=("another", "place"))) is None
    assert warm._servers[os.getpid()].alive


@FORKS
def test_server_outlives_who_asks_for_nonsense(tmp_path):
    address = warm.server_address()
    for sent in (b"", b"\0\0\0\0\0\0\0\x02{}", b"\0\0\0\0\0\0\0\x09{}"):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(address)
            if sent:
                socket.send_fds(client, [sent], [1, 2])
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(address)
        client.sendall(b"\0" * 9)
    forked = warm.fork_kernel(Request(("-f", str(tmp_path / "c.json")), str(tmp_path), dict(os.environ)))
    forked.kill()
    assert forked.wait(SECONDS) == -signal.SIGKILL
    assert warm._servers[os.getpid()].alive


def test_request_survives_its_way_to_the_server():
    request = Request(("-f", "é x.json"), "a folder", {"NAME": "ü"}, (7, 8))
    assert Request.read(request.written(), (7, 8)) == request


@FORKS
def test_no_server_where_its_socket_would_have_too_long_a_path(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("x" * 90)))
    monkeypatch.delenv(warm.SERVER, raising=False)
    assert warm.server_address() is None


@FORKS
def test_kernel_has_the_time_zone_and_the_modules_that_its_environment_asks_for(start, tmp_path, monkeypatch):
    (tmp_path / "gm_of_the_user.py").write_text("there = True", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert start().printed("import time, gm_of_the_user; print(gm_of_the_user.there, time.timezone)") == "True -32400"
