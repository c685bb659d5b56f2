from __future__ import annotations

import os
import stat

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.multikernelmanager import MultiKernelManager
from traitlets.config import Config

from gm_workbench.kernels import warm
from gm_workbench.kernels.folders import KERNEL
from gm_workbench.kernels.lab import DISPLAY_NAME, lab_arguments, lab_folder
from gm_workbench.settings import Paths

FORKS = pytest.mark.skipif(not warm.POSSIBLE, reason="kernels are forked on Linux only")


def test_lab_offers_our_kernel_under_the_name_that_notebooks_ask_for():
    with lab_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        found = KernelSpecManager().get_kernel_spec(KERNEL)
        assert found.display_name == DISPLAY_NAME == "Gewogen Maatwerk"
        assert found.resource_dir.startswith(str(folder))
    assert not folder.exists()
    assert "gm-lab-" not in os.environ.get("JUPYTER_PATH", "")


@pytest.mark.parametrize(("files", "private"), [(True, "transport=ipc"), (False, "transport_encryption=required")])
def test_lab_listens_here_only_and_its_kernels_talk_in_private(tmp_path, files, private):
    project = Paths(tmp_path)
    arguments = lab_arguments(project, files=files)
    assert "--ServerApp.ip=127.0.0.1" in arguments
    assert f"--ServerApp.root_dir={project.notebooks}" in arguments
    assert f"--KernelManager.{private}" in arguments


@FORKS
def test_kernel_of_lab_is_forked_and_has_sockets_of_its_own():
    config = Config()
    config.KernelManager.transport = "ipc"
    with lab_folder() as folder:
        many = MultiKernelManager(config=config, connection_dir=os.environ["JUPYTER_RUNTIME_DIR"])
        os.makedirs(many.connection_dir, mode=0o700)  # noqa: PTH103 - as the server does
        kernels = [many.get_kernel(many.start_kernel(kernel_name=KERNEL)) for _ in range(2)]
        assert {type(kernel.provisioner.process) for kernel in kernels} == {warm.WarmProcess}
        sockets = {kernel.ip for kernel in kernels}
        assert len(sockets) == 2
        assert all(socket.startswith(str(folder)) and len(socket) < 100 for socket in sockets)
        many.shutdown_all(now=True)
