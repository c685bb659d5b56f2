"""Exploring stays where it is done: what a notebook may keep when it is saved, and what must not be in one that a batch runs.

An output that `show` made bears a mark in its metadata: protected or unprotected. What bears no mark (a printed table, a
traceback, a picture) is not known to be protected, so it is treated as if it were not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from gm_workbench.errors import DisclosureRefused
from gm_workbench.vocabulary.text import LANGUAGES, Text

MARK = "gm_workbench"
PROTECTED, UNPROTECTED = "protected", "unprotected"
BAND = Text("onbeschermd – alleen om te verkennen", "unprotected – only to explore")
"""What stands in red over numbers as they are."""

PLACEHOLDER = "application/vnd.gm.output+json"
RUN_DIR = "GM_RUN_DIR"

CELL_METADATA = frozenset(("tags", "slideshow", "jupyter"))
NOTEBOOK_METADATA = frozenset(("kernelspec", "language_info"))

Content = Mapping[str, Any]


def mark_of(output: Content) -> str:
    """Say whether an output of a notebook is marked as protected or as unprotected; empty when nobody knows.

    The words of the red band count too, whatever the metadata say.

    Examples
    --------
    >>> mark_of({"metadata": {"gm_workbench": "protected"}, "data": {"text/plain": "women  <10"}})
    'protected'
    >>> mark_of({"output_type": "stream", "text": "anything"})
    ''
    """
    if any(BAND[language] in text for text in _texts(output) for language in LANGUAGES):
        return UNPROTECTED
    if PLACEHOLDER in output.get("data", {}):
        return PROTECTED
    said = output.get("metadata", {}).get(MARK)
    return said if said in (PROTECTED, UNPROTECTED) else ""


def _texts(value: object) -> Iterator[str]:
    """Give every text in an output; a notebook writes one text as a list of lines."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for one in value.values() for text in _texts(one))
    elif isinstance(value, Sequence):
        parts = [text for one in value for text in _texts(one)]
        yield "".join(parts)


def to_keep(content: Content) -> dict[str, Any]:
    """Give a notebook as it may be saved while exploring: with protected outputs, and without every other.

    Parameters
    ----------
    content : mapping
        The JSON of a notebook; it is not changed.

    Returns
    -------
    dict
        State of widgets is left out too: it may hold what they show.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "1", "metadata": {}, "execution_count": 1, "outputs": [{"text": "1"}]}
    >>> to_keep({"cells": [cell], "metadata": {"widgets": {}}})["cells"][0]["outputs"]
    []
    """
    metadata = {key: value for key, value in content.get("metadata", {}).items() if key != "widgets"}
    return {**content, "metadata": metadata, "cells": [_cell_to_keep(cell) for cell in content["cells"]]}


def _cell_to_keep(cell: Content) -> dict[str, Any]:
    if "outputs" not in cell:
        return dict(cell)
    return {**cell, "outputs": [output for output in cell["outputs"] if mark_of(output) == PROTECTED]}


def stripped(content: Content) -> dict[str, Any]:
    """Give a notebook as it is committed: code and words, and nothing that came from a run.

    Outputs, numbers of executions, state of widgets, pasted pictures and all metadata but tags are left out.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "1", "metadata": {"scrolled": True}, "execution_count": 1, "outputs": [{}]}
    >>> stripped({"cells": [cell], "metadata": {"papermill": {}}})["cells"]
    [{'cell_type': 'code', 'source': '1', 'metadata': {}, 'execution_count': None, 'outputs': []}]
    """
    metadata = {key: value for key, value in content.get("metadata", {}).items() if key in NOTEBOOK_METADATA}
    return {**content, "cells": [_stripped_cell(cell) for cell in content["cells"]], "metadata": metadata}


def _stripped_cell(cell: Content) -> dict[str, Any]:
    kept = {key: value for key, value in cell.items() if key != "attachments"}
    kept["metadata"] = {key: value for key, value in cell.get("metadata", {}).items() if key in CELL_METADATA}
    if cell.get("cell_type") == "code":
        kept |= {"execution_count": None, "outputs": []}
    else:
        kept.pop("outputs", None)
    return kept


def refuse_exploring(content: Content, name: str) -> None:
    """Refuse a notebook that a batch is to run, or has run, if it holds or asks for numbers as they are.

    Parameters
    ----------
    content : mapping
        The JSON of the notebook.
    name : str
        What it is called, for the message.

    Raises
    ------
    DisclosureRefused
        With every cell that holds an unprotected output, or in which `protected` is anything else than True, under whatever
        name `show` goes there. `show` itself refuses too; this sees it before anything runs.
    """
    faults = [fault for at, cell in enumerate(content["cells"], start=1) for fault in _cell_faults(cell, at)]
    if faults:
        said = "\n".join(f"  - {fault}" for fault in faults)
        raise DisclosureRefused(
            f"{name} was used to explore, so a batch does not run it:\n{said}\n"
            f"Remove these calls; gm strip {name} takes out what it shows."
        )


def _cell_faults(cell: Content, at: int) -> Iterator[str]:
    if any(mark_of(output) == UNPROTECTED for output in cell.get("outputs", ())):
        yield f"cell {at} holds numbers that are not protected"
    if cell.get("cell_type") == "code" and asks_unprotected(_source(cell)):
        yield f"cell {at} asks for numbers as they are: `protected` is not True there, or might not be"


def cells_asking(content: Content) -> list[int]:
    """Give the code cells of a notebook, counted from 1, that ask for numbers as they are, or might."""
    cells = enumerate(content["cells"], start=1)
    return [at for at, cell in cells if cell.get("cell_type") == "code" and asks_unprotected(_source(cell))]


def lines_asking(source: str) -> list[int]:
    r"""Give the lines of a Python file at which it asks for numbers as they are, or might: by how it reads, not how it is set.

    Raises
    ------
    SyntaxError, ValueError
        If it is no Python.

    Examples
    --------
    >>> lines_asking("show(x)\nshow(\n    x,\n    protected = SAFE,\n)")
    [4]
    """
    nodes = list(ast.walk(ast.parse(source)))
    shows = _names_of_show(nodes)
    return sorted({node.lineno for node in nodes if isinstance(node, ast.keyword | ast.Call) and _shows_as_is(node, shows)})


def _source(cell: Content) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


@lru_cache(maxsize=1)
def _transformer() -> TransformerManager:
    return TransformerManager()  # type: ignore[no-untyped-call]


def asks_unprotected(source: str) -> bool:
    r"""Say whether the code of a cell asks for numbers as they are, or might.

    Whatever cannot be read as code might; so might `protected` as a text, for it can be a key of keywords.

    Examples
    --------
    >>> asks_unprotected("show(x)"), asks_unprotected("show(x, protected=True)")
    (False, False)
    >>> asks_unprotected("s = show\ns(x, False)"), asks_unprotected("s(x, **{'protected': False})")
    (True, True)
    """
    try:
        nodes = list(ast.walk(ast.parse(_transformer().transform_cell(source))))
    except (SyntaxError, ValueError):
        return True
    shows = _names_of_show(nodes)
    return any(_might(node, shows) for node in nodes)


def _names_of_show(nodes: Sequence[ast.AST]) -> set[str]:
    """Give the names that `show` goes by: what it is imported as, and what it is put in."""
    names = {"show"}
    for node in nodes:
        if isinstance(node, ast.alias) and node.name == "show" and node.asname:
            names.add(node.asname)
        elif isinstance(node, ast.Assign) and _last_name(node.value) in names:
            names |= {one.id for one in node.targets if isinstance(one, ast.Name)}
    return names


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _might(node: ast.AST, shows: set[str]) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value in ("protected", RUN_DIR) or "protected=" in node.value.replace(" ", "")
    return _shows_as_is(node, shows)


def _shows_as_is(node: ast.AST, shows: set[str]) -> bool:
    match node:
        case ast.keyword(arg="protected", value=value):
            return not _is_true(value)
        case ast.Call(func=func, args=args, keywords=keywords) if _last_name(func) in shows:
            # a second argument is `protected`; of keywords that come from elsewhere nobody knows what they hold
            return (len(args) > 1 and not _is_true(args[1])) or any(_is_open(one) for one in (*args, *keywords))
        case _:
            return False


def _is_true(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _is_open(node: ast.AST) -> bool:
    return isinstance(node, ast.Starred) or (isinstance(node, ast.keyword) and node.arg is None)
