"""A batch runs no notebook that was used to explore; no kernel is started to find that out."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from gm_workbench.batch import worker
from gm_workbench.batch.attempts import State
from gm_workbench.batch.jobs import Job
from gm_workbench.batch.plan import Wish, plan

AS_IS = nbformat.v4.new_output("display_data", {"text/plain": "4711"}, metadata={"gm_workbench": "unprotected"})


def made(project, cell, monkeypatch):
    """Make the report of a notebook with one more cell; fail if it is executed."""
    file = project.notebooks / "tilburg_single_mothers.ipynb"
    notebook = nbformat.read(file, as_version=4)
    notebook.cells.append(cell)
    nbformat.write(notebook, file)
    monkeypatch.setattr(worker, "Execution", lambda *_: pytest.fail("it was executed"))
    (row,) = plan([Wish("tilburg_single_mothers", "GM0855")], project)
    return worker.make_report(Job(row, project.root, Path(), "0", 1, None))


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (nbformat.v4.new_code_cell("look = show\nlook(x, **{'protected': False})"), "asks for numbers as they are"),
        (nbformat.v4.new_code_cell("show(x)", outputs=[AS_IS]), "holds numbers that are not protected"),
    ],
)
def test_notebook_that_was_used_to_explore_is_not_executed(project, monkeypatch, cell, said):
    outcome = made(project, cell, monkeypatch)
    assert (outcome.state, said in outcome.reason) == (State.FAILED, True)
    assert outcome.reason.startswith("DisclosureRefused: tilburg_single_mothers.ipynb was used to explore")
    assert "4711" not in json.dumps(outcome.reason)
