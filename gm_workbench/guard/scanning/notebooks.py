"""A notebook: what its cells say, what they show, and what programs leave in it beside that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gm_workbench.guard.scanning.embedded import from_base64
from gm_workbench.guard.scanning.findings import Rule
from gm_workbench.guard.scanning.pieces import Piece, Seen
from gm_workbench.guard.scanning.text import decoded, look

_ID = re.compile(r"[0-9a-f]{8}|[a-z][a-z-]*-?\d{0,3}")
_OWN_WORDS = re.compile(r"\[[a-z][\w-]*\]")
_PICTURE = "image/png"
_CELL_METADATA = frozenset({"tags", "slideshow", "jupyter"})
_NOTEBOOK_METADATA = frozenset({"kernelspec", "language_info"})
_NOTEBOOK = frozenset({"cells", "metadata", "nbformat", "nbformat_minor"})
_CELL = frozenset({"cell_type", "execution_count", "id", "metadata", "outputs", "source", "attachments"})


def read_notebook(piece: Piece) -> Seen:
    """Look through a notebook cell by cell; what is not shown by the workbench, or left by a program, is said."""
    text = decoded(piece)
    try:
        content = json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        yield from look(piece, text)
        yield piece.finding(Rule.UNREADABLE)
        return
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        yield piece.finding(Rule.UNREADABLE)
        yield from _leaves_of(piece, "content", content)
        return
    rest = {key: value for key, value in content.items() if key != "cells"}
    if not (set(content) <= _NOTEBOOK and set(content.get("metadata", {})) <= _NOTEBOOK_METADATA):
        yield piece.finding(Rule.FOREIGN, what="metadata")
    yield from _leaves_of(piece, "metadata", rest)
    for at, cell in enumerate(cells, start=1):
        yield from _cell(piece, f"cell {at}", cell)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that is written twice: the first would not be looked at."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError
    return made


def _cell(piece: Piece, name: str, cell: Mapping[str, Any]) -> Seen:
    kept = {key: value for key, value in cell.items() if key != "id" or not _ID.fullmatch(str(value))}
    if not set(cell) <= _CELL or not set(cell.get("metadata", {})) <= _CELL_METADATA:
        yield piece.finding(Rule.FOREIGN, what=f"{name}, metadata")
    if not all(map(is_own, cell.get("outputs", ()))):
        yield piece.finding(Rule.FOREIGN, what=name)
    yield from _leaves_of(piece, name, kept)


def is_own(output: object) -> bool:
    """Whether what a cell shows has the form in which the workbench shows it: words and numbers, or a picture with its words.

    >>> is_own({"output_type": "stream", "name": "stdout", "text": "x"})
    False
    >>> own = {"text/html": "<h3>x</h3>", "text/plain": "[answer]"}
    >>> is_own({"output_type": "display_data", "metadata": {}, "data": own})
    True
    """
    if not isinstance(output, dict) or set(output) != {"output_type", "metadata", "data"} or output["metadata"] != {}:
        return False
    data = output["data"]
    if output["output_type"] != "display_data" or not isinstance(data, dict):
        return False
    if set(data) == {_PICTURE, "text/plain"}:
        return True
    own = set(data) == {"text/html", "text/plain"} and _OWN_WORDS.fullmatch(_joined(data["text/plain"])) is not None
    return own and _joined(data["text/html"]).startswith("<h3>")


def _leaves_of(piece: Piece, name: str, content: object) -> Seen:
    """Give the texts in a part of a notebook as one piece, and its pages and pictures as pieces of their own."""
    words: list[str] = []
    embedded: list[Piece] = []
    for key, text in _leaves(content):
        kind = key.partition(";")[0]
        if kind.startswith(("image/", "application/pdf")) and "svg" not in kind:
            embedded.append(piece.inside(f"{name}, {kind} {len(embedded) + 1}", from_base64(text)))
        elif kind in ("text/html", "image/svg+xml", "application/xml"):
            embedded.append(piece.inside(f"{name}, page {len(embedded) + 1}", text.encode("utf-8", "replace"), ".html"))
        else:
            words.append(text)
    yield piece.inside(name, "\n".join(words).encode("utf-8", "replace"), ".txt")
    yield from embedded


def _leaves(content: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Give every text, number and name in a part of a notebook, each with the name that it stands under."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield "", str(name)
            yield from _leaves(value, str(name) if "/" in str(name) else "")
    elif isinstance(content, list) and all(isinstance(line, str) for line in content):
        yield key, "".join(content)
    elif isinstance(content, list):
        for value in content:
            yield from _leaves(value)
    elif content is not None:
        yield key, str(content)


def _joined(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
