"""Attacks on numbers shown as they are: a notebook that was saved, one that a batch runs, and one that is committed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest

from attacking.attack import Claim, Hidden, Stage, attack
from attacking.scenes import counts
from gm_workbench.batch import stripped, worker
from gm_workbench.guard import exploring, showing
from gm_workbench.guard.policy import Policy
from gm_workbench.kernels import saving
from gm_workbench.report import write

PEOPLE = counts({"women": 4, "men": 60})
AS_IT_IS = "show(people, protected=False)"


@contextmanager
def _displays(run: Path | None) -> Iterator[list[dict[str, Any]]]:
    """Catch what `show` displays, in JupyterLab or in a batch run."""
    shown: list[dict[str, Any]] = []

    def display(bundle: dict[str, Any], raw: bool, metadata: dict[str, Any]) -> None:
        shown.append(nbformat.v4.new_output("display_data", bundle, metadata=metadata))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(showing, "display", display)
        patch.delenv(exploring.RUN_DIR, raising=False)
        if run is not None:
            patch.setenv(exploring.RUN_DIR, str(run))
        yield shown


def _notebook(source: str, run: Path | None) -> Any:
    """Run one cell and give the notebook as it stands afterwards."""
    with _displays(run) as shown:
        exec(source, {"show": showing.show, "showing": showing, "people": PEOPLE, "os": os})
    cell = nbformat.v4.new_code_cell(source, outputs=shown, execution_count=1)
    return nbformat.v4.new_notebook(cells=[cell])


def women(text: str) -> Claim:
    """Read how many women there are."""
    found = re.search(r"women\W+n\W+(\d+)\b", re.sub(r"<[^>]*>|\\n", " ", text))
    if found is None:
        raise Hidden
    return float(found[1])


def _saved(policy: Policy, folder: Path) -> str:
    model = {"type": "notebook", "content": json.loads(nbformat.writes(_notebook(AS_IT_IS, None)))}
    saving.take_out_unprotected(model, "explore.ipynb")
    return json.dumps(model["content"])


@attack(_saved, "saving", 4)
def number_in_a_notebook_that_was_saved(text: str) -> Claim:
    """JupyterLab showed it in red, and somebody pressed save"""
    return women(text)


def batch(source: str) -> Stage:
    """Do what a batch does with a notebook: look at it, run it, look again, and keep the protected form of it."""

    def stage(policy: Policy, folder: Path) -> str:
        worker.refuse_exploring({"cells": [nbformat.v4.new_code_cell(source)]}, "study.ipynb")
        made = _notebook(source, folder)
        worker.refuse_exploring(made, "study.ipynb")
        return write.protected_notebook(made, [])

    return stage


@attack(batch(AS_IT_IS), "batch", 4)
def number_that_a_batch_is_asked_to_show(text: str) -> Claim:
    """The call that was left in the notebook of a study"""
    return women(text)


HIDES_ITS_NAME = 'getattr(showing, "sh" + "ow")(people, 1 > 2)'


@attack(batch(HIDES_ITS_NAME), "batch", 4)
def number_asked_for_by_a_call_that_hides_its_name(text: str) -> Claim:
    """Nobody who reads the code sees that `show` is called"""
    return women(text)


LEAVES_THE_BATCH = f'os.environ.pop("GM_RUN" + "_DIR")\n{HIDES_ITS_NAME}'


@attack(batch(LEAVES_THE_BATCH), "batch", 4)
def number_in_a_notebook_that_says_it_is_no_batch(text: str) -> Claim:
    """The notebook makes `show` believe that somebody is exploring"""
    return women(text)


OWN_MARK = """
said = {"text/plain": f"women n {people.cells[0].n}"}
showing.display(said, raw=True, metadata={"gm_workbench": "protect" + "ed"})
"""


@attack(batch(OWN_MARK), "notebook", 4)
def number_with_a_mark_that_says_protected(text: str) -> Claim:
    """The notebook displays it by itself, and marks it as protected"""
    return women(text)


def commit(name: str, change: Callable[[Any], Any] = lambda made: made) -> Stage:
    """Commit a notebook as it stands; the hook looks at it."""

    def stage(policy: Policy, folder: Path) -> str:
        file = folder / name
        file.parent.mkdir(parents=True)
        file.write_text(nbformat.writes(change(_notebook(AS_IT_IS, None))), encoding="utf-8")
        if stripped.fault_of(file):
            raise Hidden
        return file.read_text(encoding="utf-8")

    return stage


@attack(commit("notebooks/study.ipynb"), "hook", 4)
def number_in_a_notebook_that_is_committed(text: str) -> Claim:
    """The notebook of a study, with what it showed"""
    return women(text)


@attack(commit("tests/notebooks/study.ipynb"), "hook", 4)
def number_in_an_executed_copy(text: str) -> Claim:
    """An executed copy, which may hold results"""
    return women(text)


def _unmarked(made: Any) -> Any:
    data = {"text/plain": made.cells[0].outputs[0].data["text/plain"].replace(exploring.BAND.nl, "")}
    made.cells[0].outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
    return made


@attack(commit("tests/notebooks/study.ipynb", _unmarked), "hook", 4)
def table_that_bears_no_mark_in_an_executed_copy(text: str) -> Claim:
    """A frame at the end of a cell of an executed copy: nobody marked it, so nobody knows"""
    return women(text)
