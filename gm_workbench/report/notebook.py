"""The executed notebook as it may be seen: code and words kept, every result replaced by its protected form."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Any

import nbformat
from nbformat import NotebookNode

from gm_workbench.outputs.blocks import flow_html, tiles_html
from gm_workbench.outputs.figures import DRAWN
from gm_workbench.outputs.output import Shape, ShownOutput
from gm_workbench.outputs.sentences import say
from gm_workbench.outputs.tables import table_html
from gm_workbench.report.figures import alt_text, picture
from gm_workbench.vocabulary.text import Language

PLACEHOLDER = "application/vnd.gm.output+json"
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT_METADATA = ("tags", "slideshow", "jupyter")


def protected_notebook(notebook: NotebookNode, outputs: Sequence[ShownOutput], language: Language = "nl") -> str:
    """Write the notebook with protected results in place of the placeholders, and no other results at all.

    Everything a run adds is left out: streams, reprs, errors, times, paths, and ids that differ from run to run.
    """
    shown = {one.words.id: one for one in outputs}
    cells = [_cell(cell, place, shown, language) for place, cell in enumerate(notebook.cells)]
    clean = nbformat.from_dict({"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5})
    return str(nbformat.writes(clean)) + "\n"


def cell_id(place: int) -> str:
    """Name a cell by its place: an id that a run makes up would differ from run to run."""
    return f"cell-{place:02d}"


def kept_metadata(cell: NotebookNode) -> dict[str, Any]:
    """Give what is kept of what a notebook says of a cell."""
    return {key: value for key, value in cell.metadata.items() if key in KEPT_METADATA}


def _cell(cell: NotebookNode, place: int, shown: dict[str, ShownOutput], language: Language) -> dict[str, Any]:
    made: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": cell_id(place),
        "metadata": kept_metadata(cell),
        "source": cell.source,
    }
    if cell.cell_type != "code":
        return made
    ids = [output.data[PLACEHOLDER]["id"] for output in cell.outputs if PLACEHOLDER in output.get("data", {})]
    results = [result for name in ids if name in shown for result in _results(shown[name], language)]
    return made | {"execution_count": cell.execution_count, "outputs": results}


def _results(shown: ShownOutput, language: Language) -> list[dict[str, Any]]:
    """Give the protected form: words and numbers as HTML, then each picture."""
    alt = alt_text(shown, language)
    pictures = [
        picture(shown, shape, language)
        for shape in shown.words.shown_as
        if shape in DRAWN and shown.cells and not shown.withheld
    ]
    html = {"text/html": fragment_html(shown, language), "text/plain": f"[{shown.words.id}]"}
    images = [{"image/png": b64encode(png).decode("ascii"), "text/plain": alt} for png in pictures]
    return [{"output_type": "display_data", "data": data, "metadata": {}} for data in (html, *images)]


def fragment_html(shown: ShownOutput, language: Language) -> str:
    """Write an output's words and numbers without its pictures, for a notebook."""
    words = shown.words
    heading = f"<h3>{escape(words.heading[language])}</h3>"
    if shown.withheld:
        return f"{heading}<p>{escape(shown.withheld[language])}</p>"
    said = " ".join(say(sentence, shown, language) for sentence in (words.sentence, *words.more))
    return f"{heading}<p>{escape(said)}</p>{_numbers(shown, language)}"


def _numbers(shown: ShownOutput, language: Language) -> str:
    if Shape.TILES in shown.words.shown_as:
        return tiles_html(shown, language)
    if not shown.cells:
        return ""
    if Shape.FLOW in shown.words.shown_as:
        return flow_html(shown, language)
    return table_html(shown, language, caption=shown.words.heading[language], with_n=True)
