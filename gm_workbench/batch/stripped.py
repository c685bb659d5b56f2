"""Notebooks are committed without outputs, which could hold a citizen's record: `python -m gm_workbench.batch.stripped`.

Without more it refuses notebooks that are not stripped, and notebooks and Python files that ask for numbers as they are (the
hook before a commit). With `--clean` it reads a notebook from standard
input and writes it stripped to standard output: a clean filter of git.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gm_workbench.batch.parameters import read_cells
from gm_workbench.errors import DeclarationError
from gm_workbench.guard.exploring import PROTECTED, UNPROTECTED, cells_asking, lines_asking, mark_of, stripped

EXECUTED = ("tests", "notebooks")
"""Where executed copies on a fictional place stand; only these are committed with outputs: lines, and what is protected."""

HOME = Path(__file__).resolve().parents[2]
SHOWING = frozenset(
    HOME / file
    for file in (
        "gm_workbench/guard/showing.py",
        "tests/guard/test_exploring.py",
        "tests/guard/test_showing.py",
        "tests/report/test_individual.py",
    )
)
"""The room that defines `show`, and its tests: only these ask for numbers as they are."""

WHAT = {
    "outputs": "outputs",
    "execution_count": "numbers of executions",
    "attachments": "pasted pictures",
    "metadata": "metadata",
}


def has_outputs(notebook: Path) -> bool:
    """Say whether a notebook keeps an output, or the number of an execution."""
    return any(cell.get("outputs") or cell.get("execution_count") for cell in read_cells(notebook))


def fault_of(file: Path) -> str:
    """Say why a notebook or a Python file may not be committed as it is, or nothing. What cannot be read may not."""
    if file.suffix.lower() == ".py":
        return _script_fault(file)
    try:
        content = read_notebook(file)
    except DeclarationError as error:
        return str(error)
    held = _unprotected(content) if _is_copy(file) else _not_stripped(file, content)
    asking = ", ".join(map(str, cells_asking(content)))
    asked = f"{file}: cells {asking} ask for numbers as they are, or might: {_REMOVE}" if asking else ""
    return "\n".join(fault for fault in (held, asked) if fault)


_REMOVE = "remove `protected=` there, or write `protected=True`; exploring is not shared"


def _script_fault(file: Path) -> str:
    """Say at which lines a Python file shows numbers as they are; the room that defines `show`, and its tests, may."""
    if file.resolve() in SHOWING:
        return ""
    try:
        lines = lines_asking(file.read_text(encoding="utf-8-sig"))
    except (OSError, SyntaxError, ValueError):
        return f"{file} cannot be read as Python, so nobody knows what it shows; mend it, and commit again"
    return f"{file}: lines {', '.join(map(str, lines))} ask for numbers as they are, or might: {_REMOVE}" if lines else ""


def _not_stripped(notebook: Path, content: dict[str, Any]) -> str:
    left = _left(content)
    if not left:
        return ""
    return (
        f"{notebook} holds {', '.join(left)}. Take them out with: gm strip {notebook} "
        "(or in JupyterLab: Edit, Clear Outputs of All Cells; then save)"
    )


def _is_copy(notebook: Path) -> bool:
    return notebook.absolute().parent.parts[-2:] == EXECUTED


def _unprotected(content: dict[str, Any]) -> str:
    cells = [
        str(at)
        for at, cell in enumerate(content["cells"], start=1)
        if any(not _may_be_copied(output) for output in cell.get("outputs", ()))
    ]
    return f"Cells {', '.join(cells)} of an executed copy are not protected. Make it anew: make goldens" if cells else ""


def _may_be_copied(output: dict[str, Any]) -> bool:
    """Whether an output may stand in an executed copy: it is protected, or plain lines that a test compares."""
    mark = mark_of(output)
    return mark == PROTECTED or (mark != UNPROTECTED and output.get("output_type") == "stream")


def _left(content: dict[str, Any]) -> list[str]:
    """Name what is in a notebook that a stripped one does not hold."""
    clean = stripped(content)
    pairs = [(content, clean), *zip(content["cells"], clean["cells"], strict=True)]
    differ = {key for one, other in pairs for key in one if key != "cells" and one[key] != other.get(key)}
    return [WHAT.get(key, "what a notebook does not have") for key in sorted(differ)]


def read_notebook(notebook: Path) -> dict[str, Any]:
    """Read the JSON of a notebook.

    Raises
    ------
    DeclarationError
        If it is no notebook.
    """
    read_cells(notebook)  # which says what is wrong with it
    content: dict[str, Any] = json.loads(notebook.read_text(encoding="utf-8"))
    return content


def written(content: dict[str, Any]) -> str:
    """Write the JSON of a notebook as Jupyter does."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def strip(notebook: Path) -> bool:
    """Strip a notebook where it stands, whole or not at all; say whether anything was taken out.

    Raises
    ------
    DeclarationError
        If it is no notebook; it is left as it is.
    """
    content = read_notebook(notebook)
    if not _left(content):
        return False
    handle, half = tempfile.mkstemp(prefix=f".{notebook.name}.", dir=notebook.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(written(stripped(content)))
        Path(half).chmod(notebook.stat().st_mode & 0o777)
        Path(half).replace(notebook)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise
    return True


def _clean(text: str) -> int:
    """Write a notebook stripped; what is no notebook is not let through."""
    try:
        sys.stdout.write(written(stripped(json.loads(text))))
    except (ValueError, KeyError, TypeError, AttributeError):
        print("This is no notebook of format 4, so it is not taken.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def main(arguments: Sequence[str]) -> int:
    """Refuse files that may not be committed, or strip the one that comes in; give the exit code."""
    if list(arguments) == ["--clean"]:
        return _clean(sys.stdin.read())
    faults = [fault for fault in (fault_of(Path(name)) for name in arguments) if fault]
    for fault in faults:
        print(fault, file=sys.stderr)  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
