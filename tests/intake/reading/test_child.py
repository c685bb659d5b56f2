from __future__ import annotations

import subprocess
import sys
import time

import pytest

from gm_workbench.intake.declared.limits import Limits
from gm_workbench.intake.faults import Fault
from gm_workbench.intake.reading import child
from gm_workbench.intake.reading.child import in_child
from gm_workbench.intake.reading.opened import FileKind

RUN = subprocess.run


@pytest.fixture
def instead(monkeypatch):
    """Let the child run another program than the reader."""

    def of(program):
        monkeypatch.setattr(
            subprocess,
            "run",
            lambda command, **how: (
                RUN([sys.executable, "-c", program, *command[-2:]], check=False, **how) if not how.pop("check", None) else None
            ),
        )

    return of


@pytest.mark.parametrize(
    "program",
    [
        "import os; os.abort()",
        "import sys; sys.exit(3)",
        "raise ValueError('999912345')",
        "print('no arrow 999912345')",
        "x = bytearray(1 << 40)",
        "",
    ],
    ids=["crash", "exit", "error", "other words", "memory", "silence"],
)
def test_whatever_happens_to_the_child_is_a_fault(instead, write, capfd, program):
    instead(program)
    fault = in_child(FileKind.SAV, write("a.sav", b"$FL2"))
    assert isinstance(fault, Fault)
    assert fault.reason.value in ("format", "empty")
    assert "999912345" not in repr(fault)
    assert capfd.readouterr() == ("", "")


def test_child_that_hangs_is_ended(instead, write):
    instead("import time; time.sleep(60)")
    start = time.monotonic()
    fault = in_child(FileKind.XLSX, write("a.xlsx", b""), Limits(child_seconds=0.5))
    assert isinstance(fault, Fault)
    assert time.monotonic() - start < 20


def test_child_has_no_key_and_no_name_of_a_file_in_its_arguments(monkeypatch, write):
    seen = {}
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "k" * 32)

    def run(command, **how):
        seen.update(command=command, **how)
        return subprocess.CompletedProcess(command, 1, b"")

    monkeypatch.setattr(subprocess, "run", run)
    in_child(FileKind.SAV, write("999912345.sav", b"$FL2"))
    assert "999912345" not in " ".join(seen["command"])
    assert "GM_PSEUDONYM_KEY" not in seen["env"]
    assert seen["stderr"] == subprocess.DEVNULL


def test_limits_hold_in_the_child():
    script = (
        "import resource; from gm_workbench.intake.reading import child; "
        "from gm_workbench.intake.declared.limits import Limits; "
        "child._hold(Limits(child_bytes=1 << 33, child_seconds=7)); "
        "print([resource.getrlimit(x)[0] for x in (resource.RLIMIT_CORE, resource.RLIMIT_AS, resource.RLIMIT_CPU)])"
    )
    done = RUN([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([0, 1 << 33, 8])


@pytest.mark.parametrize(("ratio", "small", "refused"), [(200, 0, True), (200, 1 << 24, False), (2000, 0, False)])
def test_zip_that_becomes_much_larger_is_refused_unless_it_stays_small(write, monkeypatch, ratio, small, refused):
    import zipfile

    monkeypatch.setattr(child, "SMALL", small)
    monkeypatch.setattr(child, "_run", lambda *_: None)
    path = write("a.xlsx", b"")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", bytes(1 << 20))
    fault = in_child(FileKind.XLSX, path, Limits(unzip_ratio=ratio))
    assert fault.reason.value == ("too_large" if refused else "format")
