"""Draws on file: one line for each, under a digest of the code that it came from, so that a run that was cut goes on.

The digest covers the functions of the row and every function, class and constant of ours that they reach by name, without
comments and docstrings, and the figures of the world. What only words, checks declarations or reads deliveries is left out:
draws in memory do not pass it.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from calibrating.rows import CLOSED, Estimator
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.settings import paths

HERE = Path(__file__).parent
PACKAGE = "gm_workbench"
WHOLE = "*"
NO_NUMBERS = (
    "intake",
    "errors",
    "settings",
    "vocabulary.declarations",
    "vocabulary.protocol",
    "vocabulary.text",
    "vocabulary.context",
)


def folder() -> Path:
    return paths().root / ".cache" / "calibration"


def digest(row: Estimator, figures: str) -> str:
    """Give the digest of what an estimator's numbers follow from."""
    seen: set[tuple[str, str]] = set()
    parts = [figures, *(_said(function) for function in (row.scene.draw, row.compute))]
    for function in (row.scene.draw, row.compute):
        bare = function.func if isinstance(function, partial) else function
        parts += _reached(bare.__module__, bare.__name__, seen)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _said(function: Any) -> str:
    if not isinstance(function, partial):
        return ""
    named = sorted((name, _ordered(value)) for name, value in function.keywords.items())
    return repr((tuple(map(_ordered, function.args)), named))


def _ordered(value: Any) -> Any:
    """Give a set in order: as it is, it prints otherwise in every process, and its draws would not be found again."""
    return sorted(value) if isinstance(value, (set, frozenset)) else value


def _reached(module: str, name: str, seen: set[tuple[str, str]]) -> Iterator[str]:
    """Give the code of a name of ours and of what it leans on, in the order in which it is met."""
    if (module, name) in seen or not _counts(module):
        return
    seen.add((module, name))
    defined, imported = _names(module)
    if name in imported:
        yield from _reached(*imported[name], seen)
    for node in defined.get(name, ()) if name != WHOLE else [one for many in defined.values() for one in many]:
        yield _text(node)
        for used in _used(node):
            yield from _reached(module, used, seen)


def _counts(module: str) -> bool:
    """Say whether a file is ours and can change a number."""
    return _file(module) is not None and not module.removeprefix(f"{PACKAGE}.").startswith(NO_NUMBERS)


@cache
def _names(module: str) -> tuple[dict[str, list[ast.stmt]], dict[str, tuple[str, str]]]:
    """Give what a file of ours defines at its top, and what it imports from where."""
    path = _file(module)
    tree = ast.parse("") if path is None else _bare(path)
    defined: dict[str, list[ast.stmt]] = {}
    imported: dict[str, tuple[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            imported |= {alias.asname or alias.name: _source(node.module, alias.name) for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined.setdefault(node.name, []).append(node)
        else:
            for name in _bound(node):
                defined.setdefault(name, []).append(node)
    return defined, imported


def _bound(node: ast.stmt) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}


@cache
def _used(node: ast.stmt) -> tuple[str, ...]:
    return tuple(sorted({one.id for one in ast.walk(node) if isinstance(one, ast.Name)}))


def _source(module: str, name: str) -> tuple[str, str]:
    """Say where a name comes from: `from gm_workbench.panel import teams` names a file, all of which counts."""
    return (f"{module}.{name}", WHOLE) if _file(f"{module}.{name}") else (module, name)


@cache
def _file(module: str) -> Path | None:
    root = HERE.parent if module.startswith("calibrating") else HERE.parents[1]
    path = root / (module.replace(".", "/") + ".py")
    return path if module.startswith(("calibrating", PACKAGE)) and path.is_file() else None


@cache
def _text(node: ast.AST) -> str:
    return ast.unparse(node)


@cache
def _bare(path: Path) -> ast.Module:
    """Read a file without its docstrings; comments are gone by themselves."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


class Draws:
    """The draws of one estimator, on file."""

    def __init__(self, row: Estimator, figures: str, where: Path | None = None) -> None:
        self.row = row
        self.path = (where or folder()) / f"{row.name}-{digest(row, figures)}.jsonl"
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        self.answers = {one["seed"]: one for one in _lines(text)}
        self._cut = bool(text) and not text.endswith("\n")

    def lacks(self, seed: int, draws: int = CLOSED) -> bool:
        """Say whether this seed is asked for and not yet drawn."""
        return seed <= min(self.row.draws, draws) and seed not in self.answers

    def add(self, answer: dict[str, Any]) -> None:
        """Write one draw; a line is whole or is drawn again."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(self._cut * "\n" + json.dumps(answer) + "\n")
        self._cut = False
        self.answers[answer["seed"]] = answer

    def first(self, draws: int) -> list[dict[str, Any]]:
        """Give the answers of the first seeds, never chosen: only those without a gap before them count."""
        found = []
        for seed in range(1, min(draws, self.row.draws) + 1):
            if seed not in self.answers:
                break
            found.append(self.answers[seed])
        return found


def _lines(text: str) -> Iterable[dict[str, Any]]:
    """Give what whole lines hold; the last may be cut."""
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def answered(seed: int, found: Any) -> dict[str, Any]:
    """Put an estimate on a line."""
    if isinstance(found, NotEnoughData):
        return {"seed": seed, "short": found.what}
    return {"seed": seed, "value": found.value, "low": found.low, "high": found.high, "se": found.se, "n": found.n}
