import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from gm_workbench.report.notebook import PLACEHOLDER, protected_notebook


def placeholder(name):
    return new_output("display_data", data={PLACEHOLDER: {"id": name}, "text/plain": f"[output {name}]"})


@pytest.fixture
def notebook():
    cells = [
        new_markdown_cell("# De vraag"),
        new_code_cell("show(answer(primary))", execution_count=1, outputs=[placeholder("answer")]),
        new_code_cell(
            "table.head()",
            execution_count=2,
            outputs=[
                new_output("stream", name="stdout", text="999990019 geboren 19800101"),
                new_output("execute_result", data={"text/plain": "   person\n0  999990019"}, execution_count=2),
                new_output("error", ename="KeyError", evalue="'geheim'", traceback=["/home/iemand/geheim"]),
            ],
            metadata={
                "tags": ["parameters"],
                "papermill": {"start_time": "2026-01-01T10:00:00", "exception": False},
                "execution": {"iopub.execute_input": "2026-01-01T10:00:00Z"},
            },
        ),
    ]
    made = new_notebook(cells=cells)
    made.metadata["papermill"] = {"input_path": "/home/iemand/in.ipynb", "output_path": "/home/iemand/out.ipynb"}
    return made


def test_placeholder_becomes_protected_words_numbers_and_picture(notebook, shapes):
    read = nbformat.reads(protected_notebook(notebook, [shapes["answer"]()]), as_version=4)
    html, picture = (output.data for output in read.cells[1].outputs)
    assert "2,9 punten hoger" in html["text/html"]
    assert "<table>" in html["text/html"]
    assert picture["image/png"].startswith("iVBOR")
    assert read.cells[1].source == "show(answer(primary))"


def test_every_other_result_and_everything_a_run_adds_is_left_out(notebook, shapes):
    text = protected_notebook(notebook, [shapes["answer"]()])
    read = json.loads(text)
    assert read["cells"][2]["outputs"] == []
    assert read["cells"][2]["metadata"] == {"tags": ["parameters"]}
    assert "papermill" not in read["metadata"]
    assert not [word for word in ("999990019", "geheim", "/home/", "2026-01-01") if word in text]


def test_words_and_code_are_kept(notebook, shapes):
    read = json.loads(protected_notebook(notebook, [shapes["answer"]()]))
    assert [cell["cell_type"] for cell in read["cells"]] == ["markdown", "code", "code"]
    assert read["cells"][0]["source"] == ["# De vraag"]
    assert read["cells"][2]["execution_count"] == 2


def test_cell_ids_do_not_differ_between_runs(notebook, shapes):
    first = protected_notebook(notebook, [shapes["answer"]()])
    notebook.cells[1]["id"] = "deadbeef"
    assert protected_notebook(notebook, [shapes["answer"]()]) == first


def test_output_that_was_not_released_leaves_nothing(notebook, shapes):
    read = json.loads(protected_notebook(notebook, [shapes["facts"]()]))
    assert read["cells"][1]["outputs"] == []


@pytest.mark.parametrize(
    ("name", "held"), [("flow", '<ol class="flow">'), ("facts", '<dl class="tiles">'), ("withheld", "niet getoond")]
)
def test_flow_tiles_and_withheld_outputs_are_text(shapes, name, held):
    shown = shapes[name]()
    made = new_notebook(cells=[new_code_cell("show(x)", outputs=[placeholder(shown.words.id)])])
    (output,) = json.loads(protected_notebook(made, [shown]))["cells"][0]["outputs"]
    assert held in "".join(output["data"]["text/html"])
