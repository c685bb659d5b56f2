from __future__ import annotations

import nbformat
import pytest

from gm_workbench.batch import goldens
from gm_workbench.batch.goldens import MARK, cleaned, write_goldens
from gm_workbench.batch.stripped import main
from gm_workbench.settings import Paths


def executed(source: str, **metadata) -> nbformat.NotebookNode:
    output = nbformat.v4.new_output("stream", text="shown")
    return nbformat.v4.new_code_cell(source, outputs=[output], execution_count=3, metadata=metadata)


def test_copy_keeps_only_the_outputs_that_are_compared():
    times = {"papermill": {"start_time": "2026-01-01"}, "tags": ["parameters"]}
    cells = [nbformat.v4.new_markdown_cell("# x"), executed("1", **times), executed(f"{MARK}\n1")]
    made = cleaned(nbformat.v4.new_notebook(cells=cells, metadata={"papermill": {"input_path": "/somewhere"}}))
    assert [cell.get("outputs") for cell in made.cells] == [None, [], cells[2].outputs]
    assert [cell.metadata for cell in made.cells] == [{}, {"tags": ["parameters"]}, {}]
    assert made.cells[1].execution_count == 3
    assert "papermill" not in made.metadata


def test_copies_stand_with_the_tests(tmp_path, monkeypatch, write_notebook):
    project = Paths(tmp_path)
    write_notebook(project.notebooks / "a.ipynb", f"{MARK}\nprint(place)")
    monkeypatch.setattr(goldens, "small_project", lambda source, _: source)
    assert write_goldens(project) == [tmp_path / "tests" / "notebooks" / "a.ipynb"]
    cells = nbformat.read(tmp_path / "tests" / "notebooks" / "a.ipynb", as_version=4).cells
    assert cells[-1].outputs[0].text == "GM9903\n"


@pytest.mark.parametrize(("cell", "code"), [(executed("1"), 1), (nbformat.v4.new_code_cell("1"), 0)])
def test_notebook_with_outputs_is_refused_before_it_is_committed(tmp_path, capsys, cell, code):
    file = tmp_path / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), file)
    assert main([str(file)]) == code
    assert ("Clear Outputs" in capsys.readouterr().err) is bool(code)


def test_copy_of_an_unchanged_notebook_is_the_same():
    cells = [
        nbformat.v4.new_code_cell("place = 1", execution_count=1, metadata={"tags": ["injected-parameters"]}) for _ in "ab"
    ]
    first, second = (cleaned(nbformat.v4.new_notebook(cells=[cell])) for cell in cells)
    assert cells[0].id != cells[1].id
    assert first == second
