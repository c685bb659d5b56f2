from __future__ import annotations

import base64
import json

import pytest

OWN = {"text/html": "<h3>Hoeveel?</h3><p>120</p>", "text/plain": "[answer]"}


def display(data: dict[str, object], **more: object) -> dict[str, object]:
    return {"output_type": "display_data", "metadata": {}, "data": data, **more}


def notebook(
    *outputs: dict[str, object], cell: dict[str, object] | None = None, metadata: dict[str, object] | None = None
) -> str:
    code = {"cell_type": "code", "id": "cell-00", "metadata": {"tags": []}, "execution_count": 1, "source": ["show(x)\n", "y"]}
    whole = {"cells": [code | {"outputs": list(outputs)} | (cell or {})], "metadata": metadata or {}, "nbformat": 4}
    return json.dumps(whole)


def test_notebook_as_the_workbench_writes_it_is_left_alone(found, png):
    picture = {"image/png": base64.b64encode(png()).decode(), "text/plain": "Een lijn die stijgt."}
    assert found("report.ipynb", notebook(display(OWN), display(picture))) == []


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "name": "stdout", "text": "klaar"},
        {"output_type": "error", "ename": "KeyError", "evalue": "", "traceback": []},
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": OWN},
        display({"text/plain": "3"}),
        display({"text/html": "<p>x</p>", "text/plain": "[answer]"}),
        display(OWN | {"text/plain": "Table(3)"}),
        display(OWN | {"application/json": {}}),
        display({"application/vnd.jupyter.widget-view+json": {"model_id": "x"}}),
        display(OWN) | {"metadata": {"a": 1}},
    ],
    ids=lambda output: output["output_type"],
)
def test_output_that_is_not_the_workbenchs_own_is_found(found, output):
    assert "cell 1: output that is not the workbench's own" in found("report.ipynb", notebook(output))


def test_what_a_run_leaves_in_a_notebook_is_found(found, real):
    papermill = {"papermill": {"parameters": {"who": real}, "output_path": "x"}}
    assert found("report.ipynb", notebook(metadata=papermill)) == [
        "metadata: output that is not the workbench's own",
        "metadata: person number",
    ]
    widgets = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"value": int(real)}}}}}
    assert "metadata: person number" in found("report.ipynb", notebook(metadata=widgets))
    assert "cell 1, metadata: output that is not the workbench's own" in found(
        "report.ipynb", notebook(cell={"metadata": {"execution": {}}})
    )


def test_number_is_found_in_every_part_of_a_cell(found, png, real):
    in_text = base64.b64encode(png((b"tEXt", b"Comment\x00" + real.encode()))).decode()
    parts = {
        "cell 1": {"source": f"who = {real}"},
        "cell 1, page 1": {"outputs": [display(OWN | {"text/html": f"<h3>x</h3><p title='{real}'>"})]},
        "cell 1, image/png 1 > tEXt": {"attachments": {"a.png": {"image/png": in_text}}},
    }
    assert {part: found("report.ipynb", notebook(cell=cell)) for part, cell in parts.items()} == {
        part: [f"{part}: person number"] for part in parts
    }
    assert "cell 1: person number" in found("report.ipynb", notebook(cell={"id": f"x{real}"}))
    assert found("report.ipynb", notebook(cell={"id": "19850312"})) == []  # as notebooks make them up


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', '{"cells": [{"source": "a", "source": "b"}]}'])
def test_notebook_that_is_none_cannot_be_read(found, text):
    assert "cannot be read" in found("report.ipynb", text)
