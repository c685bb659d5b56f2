from __future__ import annotations

import os
import signal
import stat
import sys
from pathlib import Path

import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from gm_workbench import errors
from gm_workbench.batch.attempts import State
from gm_workbench.batch.execution import Execution, LeftEarly, OverMemory, ended_early
from gm_workbench.batch.memory import kernel_limit
from gm_workbench.kernels import warm
from gm_workbench.kernels.folders import RunFolder, batch_folder, environment, kernel_config, run_folder
from gm_workbench.kernels.forked import Request
from gm_workbench.kernels.server import MEMORY_MIB

FORKS = pytest.mark.skipif(not warm.POSSIBLE, reason="kernels are forked on Linux only")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="sockets as files, and signals")


@pytest.fixture
def run():
    with batch_folder() as batch, run_folder(batch, "0") as run:
        yield run


def printed(executed) -> list[str]:
    return [output["text"].strip() for cell in executed.cells for output in cell.get("outputs", ()) if "text" in output]


def stopped(execution) -> tuple[State, str, int]:
    with pytest.raises((PapermillExecutionError, DeadKernelError, CellTimeoutError)) as caught:
        execution.execute()
    return (*ended_early(caught.value), execution.cell)


@POSIX
def test_notebook_runs_in_this_interpreter_with_its_parameters_one_thread_and_private_sockets(notebook, run):
    cells = (
        "print(place)",
        "import os, sys; print(sys.executable, os.environ['OMP_NUM_THREADS'], os.environ['GM_RUN_DIR'])",
        "import json, sys; c = json.load(open(sys.argv[sys.argv.index('-f') + 1])); print(c['transport'], c['ip'])",
        "import os; print(os.getcwd())",
    )
    execution = Execution(notebook(*cells), {"place": "GM0363"}, run, 60)
    assert printed(execution.execute()) == [
        "GM0363",
        f"{sys.executable} 1 {run.path}",
        f"ipc {run.sockets}",
        os.getcwd(),  # noqa: PTH109 - as the kernel says it
    ]


def test_failing_cell_is_told_by_its_number_and_kind_and_not_by_its_value(notebook, run):
    execution = Execution(notebook("1", "int('x999900012')", "2"), {"place": "GM0363"}, run, 60)
    assert stopped(execution) == (State.FAILED, "ValueError", 4)


@POSIX
def test_dead_kernel_is_told_as_killed(notebook, run):
    state, reason, cell = stopped(Execution(notebook("import os; os.kill(os.getpid(), 9)"), {"place": "GM0363"}, run, 60))
    assert (state, cell) == (State.KILLED, 3)
    assert "too little memory" in reason


def test_slow_cell_is_told_as_timed_out(notebook, run):
    state, reason, cell = stopped(Execution(notebook("import time; time.sleep(60)"), {"place": "GM0363"}, run, 1))
    assert (state, cell) == (State.TIMED_OUT, 3)
    assert "--cell-seconds" in reason


def papermill_error(name: str, text: str) -> PapermillExecutionError:
    return PapermillExecutionError(3, 2, "source", name, text, [])


def test_only_the_text_of_our_own_errors_is_told():
    assert ended_early(papermill_error("MetricError", "too few persons")) == (State.FAILED, "MetricError: too few persons")
    assert ended_early(papermill_error("KeyError", "999900012")) == (State.FAILED, "KeyError")
    assert ended_early(papermill_error("annotations", "999900012")) == (State.FAILED, "annotations")
    assert ended_early(errors.DeliveryError("BUS is empty")) == (State.FAILED, "DeliveryError: BUS is empty")


@POSIX
def test_run_folder_is_the_owners_alone_and_is_removed_even_when_the_run_fails():
    with pytest.raises(KeyError, match="boom"), batch_folder() as batch, run_folder(batch, "0") as run:  # noqa: PT012
        assert [stat.S_IMODE(folder.stat().st_mode) for folder in (batch, run.path)] == [0o700, 0o700]
        assert os.environ["JUPYTER_RUNTIME_DIR"].startswith(str(run.path))
        assert len(f"{kernel_config(run).KernelManager.ip}-5") < 100
        raise KeyError("boom")
    assert not batch.exists()
    assert not os.environ.get("JUPYTER_RUNTIME_DIR", "").startswith(str(batch))


def test_environment_is_put_back(monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", "mine")
    with batch_folder() as batch, run_folder(batch, "0"):
        assert os.environ["IPYTHONDIR"] != "mine"
    assert os.environ["IPYTHONDIR"] == "mine"


@FORKS
def test_kernel_over_its_memory_is_told_with_its_cell_and_its_peak(notebook, run):
    cells = ("fine = 1", "import numpy as np, time; much = np.ones((600, 1 << 17)); time.sleep(30)")
    with environment({MEMORY_MIB: "700"}):
        execution = Execution(notebook(*cells), {"place": "GM0363"}, run, 60)
        with pytest.raises(OverMemory) as caught:
            execution.execute()
    state, reason = ended_early(caught.value)
    assert (state, execution.cell) == (State.KILLED, 4)
    assert MEMORY_MIB in reason
    assert run.kernel_end.over_memory
    assert run.kernel_end.peak_mib > 600


@FORKS
def test_finished_run_says_how_much_memory_it_took_and_that_it_was_not_too_much(notebook, run):
    with environment({MEMORY_MIB: "4000"}):
        Execution(notebook("1"), {"place": "GM0363"}, run, 60).execute()
    assert not run.kernel_end.over_memory
    assert run.kernel_end.code == -signal.SIGKILL  # by us: after the last cell there is nothing to wait for
    assert 50 < run.kernel_end.peak_mib < 4000


@pytest.mark.parametrize("variables", [{warm.SERVER: warm.OFF}])
def test_kernel_is_ordinary_when_warm_ones_are_switched_off(notebook, run, variables):
    with environment(variables):
        assert warm.server_address() is None
        assert warm.shared() == {}
        assert warm.fork_kernel(Request((), ".", {})) is None
        executed = Execution(notebook("import os; print(os.getppid())"), {"place": "GM0363"}, run, 60).execute()
    assert executed.cells[-1].outputs[0].text.strip() == str(os.getpid())
    assert run.kernel_end is None


def test_kernel_without_sockets_as_files_is_encrypted(notebook, run, monkeypatch):
    monkeypatch.setattr("gm_workbench.batch.execution.kernel_config", lambda run: kernel_config(run, files=False))
    code = "import json, sys; c = json.load(open(sys.argv[2])); print(c['transport'], len(c['curve_secretkey']))"
    with environment({warm.SERVER: warm.OFF}):
        executed = Execution(notebook(code), {"place": "GM0363"}, run, 60).execute()
    assert executed.cells[-1].outputs[0].text.strip() == "tcp 40"


@POSIX
def test_notebook_that_ends_itself_is_not_taken_for_one_that_came_to_its_end(notebook, run):
    cells = ("first = 1", "import sys; sys.exit()", "raise RuntimeError('never reached, and never missed')")
    execution = Execution(notebook(*cells), {"place": "GM0363"}, run, 60)
    with pytest.raises(LeftEarly) as caught:
        execution.execute()
    why = "the notebook ended itself before its last cell (SystemExit)"
    assert (*ended_early(caught.value), execution.cell) == (State.FAILED, why, 4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("person 999900012", "person #########"),
        ("999 900 012 and 9999.00.012", "########### and ###########"),
        ("born 1984-03-21", "born ##########"),
        ("GM0363, 2023-01/2025-12, at least 10 of 123456", "GM0363, 2023-01/2025-12, at least 10 of 123456"),
    ],
)
def test_reason_holds_no_number_of_a_person_even_when_an_error_of_ours_does(text, told):
    assert ended_early(errors.DeliveryError(text)) == (State.FAILED, f"DeliveryError: {told}")


@FORKS
def test_memory_of_what_a_kernel_started_counts_too(notebook, run):
    child = "if os.fork() == 0:\n    much = b'x' * (900 << 20)\n    time.sleep(30)"
    with environment({MEMORY_MIB: "700"}), pytest.raises(OverMemory):
        Execution(notebook("import os, time", child, "os.wait()"), {"place": "GM0363"}, run, 60).execute()


@FORKS
def test_kernel_that_may_have_less_than_it_starts_with_is_over_its_memory(notebook, run):
    with environment({MEMORY_MIB: "10"}), pytest.raises(OverMemory):
        Execution(notebook("1"), {"place": "GM0363"}, run, 60).execute()


@pytest.mark.parametrize("asked", ["abc", "0", "-5", "1.5", " ", "1e9", ""])
def test_limit_of_memory_that_is_no_number_is_refused(asked, monkeypatch):
    monkeypatch.setenv(MEMORY_MIB, asked)
    with pytest.raises(errors.UsageError, match=f"{MEMORY_MIB} must be a whole number of MiB"):
        kernel_limit(1 << 32)


@POSIX
def test_connection_files_stay_in_the_run_folder(run):
    assert Path(kernel_config(run).KernelManager.connection_file).parent == run.path


@POSIX
def test_kernel_whose_sockets_would_have_too_long_a_path_is_encrypted(tmp_path):
    config = kernel_config(RunFolder(tmp_path / ("x" * 90)))
    assert (config.KernelManager.transport_encryption, "transport" in config.KernelManager) == ("required", False)
