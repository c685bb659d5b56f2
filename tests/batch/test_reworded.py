"""A notebook with other words and the same code: the same report as if it were made anew, and nothing computed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from gm_workbench.batch.reworded import reword
from gm_workbench.errors import DisclosureRefused
from gm_workbench.report.notebook import protected_notebook
from gm_workbench.report.write import write_texts

CODE = ("n = 1", "n + 1", "n + 2")


def notebook(file: Path, *words: str) -> Path:
    """Write a notebook: words, parameters, and code with the rest of the words between."""
    new = nbformat.v4
    tagged = new.new_code_cell("place: str = 'GM0855'", metadata={"tags": ["parameters"]})
    body = [new.new_markdown_cell(words[0]), tagged, new.new_code_cell(CODE[0])]
    body += [new.new_markdown_cell(word) for word in words[1:]]
    nbformat.write(new.new_notebook(cells=[*body, *map(new.new_code_cell, CODE[1:])]), file)
    return file


def executed(source: Path) -> str:
    """Give the notebook of a report as a whole run would have written it."""
    run = nbformat.read(source, as_version=4)
    asked = nbformat.v4.new_code_cell("place = 'GM0307'", metadata={"tags": ["injected-parameters"], "papermill": {"x": 1}})
    at = next(place for place, cell in enumerate(run.cells) if cell.metadata.get("tags"))
    run.cells.insert(at + 1, asked)
    for number, cell in enumerate([cell for cell in run.cells if cell.cell_type == "code"], start=1):
        cell["execution_count"] = number
    return protected_notebook(run, [])


@pytest.fixture
def report(tmp_path):
    folder, source = tmp_path / "GM0307", notebook(tmp_path / "a.ipynb", "# A question?", "And then.")
    write_texts(folder, {"report.html": "<p>é\n</p>", "outputs/a.csv": "a,b\r\n", "report.ipynb": executed(source)})
    return folder, source


def test_other_words_give_what_a_whole_run_would_have_given(report):
    folder, source = report
    notebook(source, "# Another question?", "One.", "Two.", "Three.")
    assert reword(folder, source)
    assert (folder / "report.ipynb").read_text(encoding="utf-8") == executed(source)
    assert (folder / "report.html").read_bytes() == "<p>é\n</p>".encode()
    assert (folder / "outputs" / "a.csv").read_bytes() == b"a,b\r\n"
    sums = dict(reversed(line.split("  ")) for line in (folder / "checksums.sha256").read_text("utf-8").splitlines())
    assert sorted(sums) == ["outputs/a.csv", "report.html", "report.ipynb"]
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("change", ["n + 1", "place: str = 'GM0855'"])
def test_other_code_is_refused_and_nothing_is_written(report, change):
    folder, source = report
    before = (folder / "report.ipynb").read_bytes()
    source.write_text(source.read_text(encoding="utf-8").replace(change, f"{change}  # x"), encoding="utf-8")
    assert not reword(folder, source)
    assert (folder / "report.ipynb").read_bytes() == before


def test_one_cell_of_code_more_or_less_is_refused(report):
    folder, source = report
    content = json.loads(source.read_text(encoding="utf-8"))
    for cells in (content["cells"][:-1], [*content["cells"], content["cells"][-1] | {"id": "more"}]):
        source.write_text(json.dumps(content | {"cells": cells}), encoding="utf-8")
        assert not reword(folder, source)


def test_report_that_is_not_whole_is_refused(report):
    folder, source = report
    shutil.rmtree(folder)
    assert not reword(folder, source)


def test_words_that_look_like_a_record_are_refused(report):
    folder, source = report
    before = (folder / "report.ipynb").read_bytes()
    notebook(source, "Born on 19800101 20010101.", "<td>20010101</td> <td>19800101</td>")
    with pytest.raises(DisclosureRefused, match=r"report\.ipynb"):
        reword(folder, source)
    assert (folder / "report.ipynb").read_bytes() == before
