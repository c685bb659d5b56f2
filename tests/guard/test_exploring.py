"""Numbers as they are stay on the screen: not in a saved notebook, not in a batch, not in a commit."""

from __future__ import annotations

import json

import nbformat
import pytest

from gm_workbench.errors import DisclosureRefused
from gm_workbench.guard import showing
from gm_workbench.guard.exploring import asks_unprotected, mark_of, refuse_exploring, stripped, to_keep
from gm_workbench.guard.showing import show
from gm_workbench.outputs.output import Cell, Measure, Output, Shape

KERNEL = {"name": "python3", "display_name": "Python 3"}


@pytest.fixture
def explored(monkeypatch, words):
    """A real notebook in which somebody explored: protected, as it is (with a picture), printed, and ended in an error."""
    shown: list[nbformat.NotebookNode] = []

    def display(bundle, raw, metadata):
        shown.append(nbformat.v4.new_output("display_data", bundle, metadata=metadata))

    monkeypatch.setattr(showing, "display", display)
    monkeypatch.setattr(showing, "_pictures", lambda _: [("dots people", "iVBORw0KGgo=")])
    monkeypatch.delenv("GM_RUN_DIR", raising=False)
    cell = Cell("all", "gain", Measure.ESTIMATE, 54321, value=2.94, low=-0.4, high=6.1, se=1.6, unit="points", digits=1)
    show(Output(words(shape=Shape.DOTS), (cell,)))
    protected = shown[:]
    show(Output(words(shape=Shape.DOTS), (cell,)), protected=False)
    printed = nbformat.v4.new_output("stream", text="person  987654\n")
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="987654", traceback=["987654"])
    table = nbformat.v4.new_output("execute_result", {"text/html": "<td>987654</td>"}, execution_count=2)
    cells = [
        nbformat.v4.new_markdown_cell("# x", attachments={"a.png": {"image/png": "iVBORw0KGgo="}}),
        nbformat.v4.new_code_cell("show(x)", outputs=protected, execution_count=1),
        nbformat.v4.new_code_cell("show(x, protected=False)", outputs=shown[2:], execution_count=2, metadata={"tags": ["a"]}),
        nbformat.v4.new_code_cell("frame", outputs=[printed, error, table], execution_count=3, metadata={"scrolled": True}),
    ]
    made = nbformat.v4.new_notebook(cells=cells, metadata={"widgets": {"state": "987654"}, "kernelspec": KERNEL})
    return json.loads(nbformat.writes(made))


def test_unprotected_output_is_marked_also_where_it_is_only_a_picture(explored):
    assert [[mark_of(output) for output in cell["outputs"]] for cell in explored["cells"][1:]] == [
        ["protected", "protected"],
        ["unprotected", "unprotected"],
        ["", "", ""],
    ]


def test_saved_notebook_keeps_what_is_protected_and_nothing_else(explored):
    before = json.dumps(explored)
    kept = to_keep(explored)
    assert [len(cell["outputs"]) for cell in kept["cells"][1:]] == [2, 0, 0]
    assert [cell["source"] for cell in kept["cells"]] == [cell["source"] for cell in explored["cells"]]
    assert ("987654" in json.dumps(kept), "54321" in json.dumps(kept), "onbeschermd" in json.dumps(kept)) == (False,) * 3
    assert json.dumps(explored) == before
    assert to_keep(kept) == kept


def test_red_words_count_whatever_the_mark_says():
    split = {"metadata": {"gm_workbench": "protected"}, "data": {"text/html": ["<p>onbeschermd – ", "alleen om te verkennen"]}}
    assert mark_of(split) == "unprotected"
    assert mark_of({"metadata": {"gm_workbench": "Protected"}, "data": {}}) == ""


def test_committed_notebook_is_code_and_words(explored):
    clean = stripped(explored)
    assert [cell.get("outputs") for cell in clean["cells"]] == [None, [], [], []]
    assert [cell["metadata"] for cell in clean["cells"]] == [{}, {}, {"tags": ["a"]}, {}]
    assert clean["metadata"] == {"kernelspec": KERNEL}
    assert "attachments" not in clean["cells"][0]
    nbformat.validate(clean)


def test_batch_refuses_a_notebook_that_was_used_to_explore_with_every_cell(explored):
    with pytest.raises(DisclosureRefused, match=r"(?s)cell 3 holds numbers that are not.*cell 3 asks for numbers as they are"):
        refuse_exploring(explored, "n.ipynb")
    refuse_exploring(stripped({**explored, "cells": explored["cells"][:2]}), "n.ipynb")


@pytest.mark.parametrize(
    "source",
    [
        "show(x, protected=False)",
        "show(x, protected=0)",
        "show(x, protected=SAFE)",
        "show(x, False)",
        "gm_workbench.show(x, not True)",
        "from gm_workbench import show as s\ns(x, False)",
        "look = show\nlook(x, False)",
        "see = gm_workbench.guard.showing.show\nsee(*[x, False])",
        "how = {'protected': False}\nshow(x, **how)",
        "show(x, **dict(protected=False))",
        "show(x, **how)",
        "from functools import partial\npartial(show, protected=False)(x)",
        "exec('show(x, protected = False)')",
        "import os\ndel os.environ['GM_RUN_DIR']",
        "if this is no code",
    ],
)
def test_call_that_asks_for_numbers_as_they_are_is_seen_however_it_is_written(source):
    assert asks_unprotected(source)


@pytest.mark.parametrize(
    "source",
    [
        "show(x)",
        "show(x, protected=True)",
        "show(x, True, policy=policy)",
        "%matplotlib inline\nframe.plot(**how)",
        "# protected=False",
    ],
)
def test_call_that_shows_protected_numbers_is_left_alone(source):
    assert not asks_unprotected(source)


@pytest.mark.parametrize("protected", [None, 0, 1, "no"])
def test_show_takes_true_or_false_and_nothing_that_looks_like_it(monkeypatch, table, protected):
    monkeypatch.delenv("GM_RUN_DIR", raising=False)
    with pytest.raises(DisclosureRefused, match="must be True or False"):
        show(table({"men": [4, 30]}), protected=protected)
