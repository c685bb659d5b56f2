"""Draws on file: one line for each, under a digest of the code that it came from, so that a run that was cut goes on.

The digest covers the functions of the row and everything of metrics, panel and worlds that they import, without comments and
docstrings, and the figures of the world. What only words, checks declarations or reads deliveries is left out: draws in memory
do not pass it.
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
    return repr((function.args, sorted(function.keywords.items()))) if isinstance(function, partial) else ""


def _reached(module: str, name: str, seen: set[tuple[str, str]]) -> Iterator[str]:
    """Give the code of a name of ours and of what it leans on, in the order in which it is met."""
    if (module, name) in seen:
        return
    seen.add((module, name))
    if not module.startswith("calibrating"):
        yield from _imported(module, seen)
        return
    defined, imported = _names(module)
    if name in imported:
        where, original = imported[name]
        if where.startswith(("calibrating", PACKAGE)):
            yield from _reached(where, original, seen)
    elif name in defined:
        yield ast.unparse(defined[name])
        for used in sorted({node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)}):
            yield from _reached(module, used, seen)


@cache
def _names(module: str) -> tuple[dict[str, ast.AST], dict[str, tuple[str, str]]]:
    """Give what a file of ours defines at its top, and what it imports from where."""
    tree = _bare(HERE.parent / (module.replace(".", "/") + ".py"))
    defined: dict[str, ast.AST] = {}
    imported: dict[str, tuple[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            imported |= {alias.asname or alias.name: _source(node.module, alias.name) for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined[node.name] = node
        elif isinstance(node, ast.Assign):
            defined |= {name.id: node for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return defined, imported


def _source(module: str, name: str) -> tuple[str, str]:
    """Say where a name comes from: `from gm_workbench.panel import teams` names a file of the package."""
    return (f"{module}.{name}", "") if _file(f"{module}.{name}") else (module, name)


def _file(module: str) -> Path | None:
    path = HERE.parents[1] / (module.replace(".", "/") + ".py")
    return path if module.startswith(PACKAGE) and path.is_file() else None


def _imported(module: str, seen: set[tuple[str, str]]) -> Iterator[str]:
    path = _file(module)
    if path is None or module.removeprefix(f"{PACKAGE}.").startswith(NO_NUMBERS) or (module, "*") in seen:
        return
    seen.add((module, "*"))
    tree = _bare(path)
    yield _text(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield from _imported(_source(node.module, alias.name)[0], seen)


@cache
def _text(tree: ast.Module) -> str:
    return ast.unparse(tree)


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
