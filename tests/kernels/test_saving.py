"""JupyterLab saves no output that is not known to be protected: its own contents manager, on real notebooks."""

from __future__ import annotations

import asyncio
import base64
import json
import sysconfig
from pathlib import Path

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError
from traitlets.config import Config

from gm_workbench.kernels.lab import lab_arguments
from gm_workbench.kernels.saving import HOOK
from gm_workbench.settings import Paths

SHIPPED = Path(__file__).parents[2] / "gm_workbench" / "kernels" / "jupyter_server_config.json"


@pytest.fixture
def save(tmp_path):
    """Save as JupyterLab does, with the configuration that is shipped; gives the text of the file."""
    manager = AsyncLargeFileManager(root_dir=str(tmp_path), config=Config(json.loads(SHIPPED.read_text(encoding="utf-8"))))

    def saved(model, name="a.ipynb"):
        asyncio.run(manager.save(model, name))
        return (tmp_path / name).read_text(encoding="utf-8")

    return saved


def notebook():
    kept = nbformat.v4.new_output("display_data", {"text/plain": "people <10"}, metadata={"gm_workbench": "protected"})
    as_is = nbformat.v4.new_output("display_data", {"text/plain": "4711"}, metadata={"gm_workbench": "unprotected"})
    printed = nbformat.v4.new_output("stream", text="4711\n")
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show(x)", outputs=[kept, as_is, printed])])


def test_lab_is_told_and_the_shipped_configuration_says_the_same():
    assert json.loads(SHIPPED.read_text(encoding="utf-8")) == {"ContentsManager": {"pre_save_hook": HOOK}}
    assert f"--ContentsManager.pre_save_hook={HOOK}" in lab_arguments(Paths(Path.cwd()))


def test_every_jupyterlab_of_the_environment_reads_the_configuration():
    installed = Path(sysconfig.get_path("data")) / "etc" / "jupyter" / "jupyter_server_config.json"
    if not installed.is_file():
        pytest.skip("the package was installed by other means than make environment")
    assert installed.read_bytes() == SHIPPED.read_bytes()


def test_notebook_is_saved_with_its_protected_outputs_only(save):
    text = save({"type": "notebook", "format": "json", "content": json.loads(nbformat.writes(notebook()))})
    assert ("people <10" in text, "4711" in text) == (True, False)


@pytest.mark.parametrize("coded", ["text", "base64"])
def test_notebook_saved_as_a_file_of_text_is_looked_through_too(save, coded):
    text = nbformat.writes(notebook())
    content = text if coded == "text" else base64.b64encode(text.encode()).decode()
    text = save({"type": "file", "format": coded, "content": content}, "B.IPYNB")
    assert ("people <10" in text, "4711" in text) == (True, False)


@pytest.mark.parametrize(
    "model",
    [
        {"type": "file", "format": "text", "content": "4711 is no notebook"},
        {"type": "file", "format": "text", "content": '{"cells": 4711}'},
        {"type": "file", "format": "base64", "content": "4711 is no notebook", "chunk": 1},
        {"type": "notebook", "content": {"cells": [4711]}},
        {"type": "notebook"},
    ],
)
def test_what_cannot_be_looked_through_is_not_saved(save, tmp_path, model):
    with pytest.raises(HTTPError, match="is not saved"):
        save(model)
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_saved_as_they_are(save):
    assert save({"type": "file", "format": "text", "content": "4711"}, "a.txt") == "4711"
