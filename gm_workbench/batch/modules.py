"""Which rooms of the package a notebook uses: read from its code and from the imports of each room, without running anything.

`metrics.cascade.ancova_difference(...)` uses the room `metrics.cascade`, and all that this room imports. A wing that is used in
another way than `wing.room` (handed on, or looked into with `getattr`) counts whole, so that too much is seen and never too
little. A wing's own `__init__` only says which rooms there are; it is looked at, but not followed.
"""

from __future__ import annotations

import ast
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import gm_workbench

PACKAGE = "gm_workbench"
HOME = Path(gm_workbench.__file__).parent

HOMES = {f"{PACKAGE}.{name}": home for name, home in gm_workbench._HOMES.items() if home}
"""In which rooms the names live that the package itself offers."""


def used_by(sources: Iterable[str], home: Path = HOME) -> frozenset[str]:
    """Name every room that code uses, directly or through another room.

    Parameters
    ----------
    sources : iterable of str
        Python code, e.g. the cells of a notebook. Lines that only IPython understands are left out.
    home : Path
        The folder of the package.

    Examples
    --------
    >>> found = used_by(["from gm_workbench import metrics", "metrics.shares.share"])
    >>> "gm_workbench.metrics.shares" in found, "gm_workbench.metrics.cascade" in found
    (True, False)
    """
    return closure(_used(_tree("\n".join(sources)), home), home)


def closure(rooms: Iterable[str], home: Path = HOME) -> frozenset[str]:
    """Add to rooms everything that they import, and what that imports."""
    found: set[str] = set()
    waiting = list(rooms)
    while waiting:
        room = waiting.pop()
        if room not in found:
            found.add(room)
            waiting += imports_of(_file(room, home), home)
    return frozenset(found)


def imports_of(file: Path, home: Path = HOME) -> frozenset[str]:
    """Name the rooms that one file uses; remembered for as long as the file stays as it is."""
    if file.name == "__init__.py":
        return frozenset()
    seen = file.stat()
    return _imports(file, home, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=1024)
def _imports(file: Path, home: Path, *_seen: int) -> frozenset[str]:
    return _used(ast.parse(file.read_text(encoding="utf-8")), home)


def digests(rooms: Iterable[str], home: Path = HOME) -> dict[str, str]:
    """Digest rooms, wing by wing: short digests that differ when a room of that wing does.

    >>> sorted(digests(["gm_workbench.errors", "gm_workbench.metrics.shares"]))
    ['errors', 'metrics']
    """
    wings: defaultdict[str, Any] = defaultdict(hashlib.sha256)
    for room in sorted(rooms):
        file = _file(room, home)
        wing = room.split(".")[1] if "." in room else PACKAGE
        wings[wing].update(room.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return {wing: digest.hexdigest()[:16] for wing, digest in wings.items()}


def _tree(source: str) -> ast.Module:
    lines = (line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?")))
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        # what cannot be read may use anything
        return ast.parse(f"import {PACKAGE}; use({PACKAGE})")


def _used(tree: ast.Module, home: Path) -> frozenset[str]:
    """Name the rooms that code names: what it imports, and the rooms of the wings that it imports."""
    nodes = tuple(ast.walk(tree))  # walked once: code has tens of imports and thousands of nodes
    return frozenset(room for node in nodes for bound, target in _targets(node) for room in _rooms(bound, target, nodes, home))


def _targets(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Give the names that an import binds, and what of the package each stands for."""
    match node:
        case ast.Import(names=names):
            yield from ((one.asname or one.name, one.name) for one in names if one.name.split(".")[0] == PACKAGE)
        case ast.ImportFrom(module=str(module), names=names, level=0) if module.split(".")[0] == PACKAGE:
            yield from ((one.asname or one.name, f"{module}.{one.name}") for one in names)


def _rooms(bound: str, target: str, nodes: Sequence[ast.AST], home: Path) -> set[str]:
    """Give the rooms behind one imported name; of a wing, those that are used by name, or else all."""
    target = HOMES.get(target, target)
    if not _is_wing(target, home):
        room = target if _file(target, home).is_file() else target.rpartition(".")[0]
        return {room} if _file(room, home).is_file() else set()
    rooms, whole = _looked_into(bound, target, nodes)
    if whole or not all(_file(room, home).is_file() for room in rooms):
        return _wing(target, home)
    return {target, *rooms}


def _looked_into(bound: str, target: str, nodes: Sequence[ast.AST]) -> tuple[set[str], bool]:
    """Give the rooms that are named as `wing.room`, and whether the wing is used in any other way."""
    direct = [node for node in nodes if isinstance(node, ast.Attribute) and _says(node.value, bound)]
    names = [node for node in nodes if isinstance(node, ast.Name) and node.id == bound]
    whole = "." not in bound and len(names) > len(direct)
    return {f"{target}.{node.attr}" for node in direct}, whole


def _says(node: ast.expr, name: str) -> bool:
    """Say whether code is a name, which may have points."""
    before, _, last = name.rpartition(".")
    match node:
        case ast.Name(id=only):
            return only == name
        case ast.Attribute(value=owner, attr=attribute):
            return attribute == last and _says(owner, before)
    return False


def _wing(name: str, home: Path) -> set[str]:
    """Name every room of a wing, and the wing itself."""
    files = _folder(name, home).rglob("*.py")
    rooms = {".".join((PACKAGE, *path.relative_to(home).with_suffix("").parts)) for path in files}
    return {room.removesuffix(".__init__") for room in rooms}


def _is_wing(name: str, home: Path) -> bool:
    return (_folder(name, home) / "__init__.py").is_file()


def _folder(name: str, home: Path) -> Path:
    return home.joinpath(*name.split(".")[1:])


def _file(name: str, home: Path) -> Path:
    folder = _folder(name, home)
    return folder / "__init__.py" if folder.is_dir() else folder.with_name(folder.name + ".py")
