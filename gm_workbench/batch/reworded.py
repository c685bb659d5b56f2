"""A report whose notebook has other words but the same code: its notebook written anew, with the results that stand in it.

Results in a report's notebook are protected already, and a word changes none of them, so nothing is computed. The pages do not
hold the notebook's words and stay as they are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from gm_workbench.batch.execution import INJECTED
from gm_workbench.batch.parameters import is_tagged
from gm_workbench.report.notebook import cell_id, kept_metadata
from gm_workbench.report.write import rewrite
from gm_workbench.vocabulary.checksums import CHECKSUMS

NOTEBOOK = "report.ipynb"


def reword(folder: Path, source: Path) -> bool:
    """Write the notebook of a report anew with the words of its source, if the code of the two is the same.

    Parameters
    ----------
    folder : Path
        The report.
    source : Path
        The notebook that it was made with, whose words have changed.

    Returns
    -------
    bool
        False when the code differs or no notebook is there; nothing is written then.
    """
    if not (folder / NOTEBOOK).is_file() or not (folder / CHECKSUMS).is_file():
        return False
    made = nbformat.read(folder / NOTEBOOK, as_version=4)
    cells = list(merged(nbformat.read(source, as_version=4).cells, made.cells))
    if [cell for cell in cells if cell.cell_type == "code"] != [cell for cell in made.cells if cell.cell_type == "code"]:
        return False
    numbered = [cell | {"id": cell_id(place)} for place, cell in enumerate(cells)]
    text = nbformat.writes(nbformat.from_dict({**made, "cells": numbered}))
    rewrite(folder, {NOTEBOOK: f"{text}\n"})
    return True


def merged(source: list[NotebookNode], made: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Give the cells of the source in their order, each code cell as it was made, and the cell with what was asked."""
    code = deque(cell for cell in made if cell.cell_type == "code")
    for cell in source:
        if cell.cell_type != "code":
            yield _word(cell)
            continue
        # code that was not made is given as it is, so that whoever compares sees the difference
        yield code.popleft() if code and code[0].source == cell.source else cell
        if is_tagged(cell) and code and INJECTED in code[0].metadata.get("tags", ()):
            yield code.popleft()


def _word(cell: NotebookNode) -> NotebookNode:
    made: dict[str, Any] = {"cell_type": cell.cell_type, "id": "", "metadata": kept_metadata(cell), "source": cell.source}
    return nbformat.from_dict(made)
