"""JupyterLab on the notebooks, for this machine only, with warm kernels: `python -m gm_workbench.kernels.lab`, or `make lab`.

The kernel is called "Gewogen Maatwerk". Its specification carries the name that every notebook already asks for, so that
one that was saved here opens anywhere. Kernel traffic goes over sockets that only the owner can open, or is encrypted.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gm_workbench.kernels import warm
from gm_workbench.kernels.folders import KERNEL, environment, kernel_specification, write_specification
from gm_workbench.kernels.saving import HOOK
from gm_workbench.settings import Paths, paths

DISPLAY_NAME = "Gewogen Maatwerk"


@contextmanager
def lab_folder() -> Iterator[Path]:
    """Make an owner-only folder for the specification, keys and sockets of one JupyterLab, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="gm-lab-"))
    try:
        write_specification(folder / "kernels" / KERNEL, kernel_specification({}, name=DISPLAY_NAME))
        with environment({"JUPYTER_PATH": str(folder), "JUPYTER_RUNTIME_DIR": str(folder / "r"), **warm.shared()}):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lab_arguments(project: Paths, *, files: bool = sys.platform == "linux") -> list[str]:
    """Give the arguments of JupyterLab: this machine, the notebooks, what is saved, and kernel traffic that nobody else reads.

    On macOS the folder for temporary files has too long a name for a socket in it.
    """
    private = "--KernelManager.transport=ipc" if files else "--KernelManager.transport_encryption=required"
    saved = f"--ContentsManager.pre_save_hook={HOOK}"
    return ["--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={project.notebooks}", saved, private]


def main(arguments: Sequence[str] = ()) -> None:
    """Run JupyterLab until it is stopped; the warm process gets ready while it starts."""
    from jupyterlab.labapp import LabApp  # imports a web server, which takes a second

    with lab_folder():
        LabApp.launch_instance([*lab_arguments(paths()), *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
