"""The house rules that a tool can hold: who may import whom, how long a room may be, what must never be in the repository."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from importlinter.cli import lint_imports

import gm_workbench

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "gm_workbench"
MODULES = sorted(PACKAGE.rglob("*.py"))

LONGEST_MODULE = 400
LONG_BODY = 22
"""Nine in ten function bodies are at most this long."""

NO_MODULE = ("utils", "helpers", "misc", "common")

TEXT = (".py", ".md", ".yml", ".yaml", ".toml", ".csv", ".json", ".ipynb", ".html", ".css", ".j2", ".lock", ".cfg", "", ".cff")
NOT_OURS = {".venv", ".git", "wheelhouse", "reports", "raw", "synthetic", "checked", "releases", "LICENSE"}

# spelt in pieces, or this file would be the first to break the rule
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.~])/(?:wo" + r"rk|ro" + r"ot|tm" + r"p)/"),
    "the host of a package registry": re.compile(
        "py" + r"pi\.org|python" + "hosted|ana" + r"conda\.(?:org|com)|npm" + r"js\.(?:org|com)"
    ),
    "a word of the workplace": re.compile(r"(?<!scope=\")\bses" + r"sions?\b", re.IGNORECASE),
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def ours(part: str) -> bool:
    """Say whether a file or folder of this name may hold what is ours."""
    hidden = part.startswith(".") and part not in (".ci", ".pre-commit-config.yaml", ".gitignore")
    return not hidden and part not in {*NOT_OURS, "__pycache__"}


@cache
def our_texts() -> dict[str, str]:
    found = {}
    for folder, below, files in os.walk(ROOT):
        below[:] = filter(ours, below)  # an environment has thousands of files, which are not even looked at
        texts = [Path(folder, file) for file in files if ours(file) and Path(file).suffix in TEXT]
        found |= {name(path): path.read_text(encoding="utf-8") for path in texts if path.is_file()}
    return found


def test_wings_import_leftwards_only(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_module_is_a_room_and_not_a_hall(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    assert path.stem not in NO_MODULE


def body_lengths() -> list[int]:
    """Count the lines of every function body, without its docstring."""
    lengths = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lengths.append(body[-1].end_lineno - body[0].lineno + 1 if body else 0)
    return sorted(lengths)


def test_functions_are_short():
    lengths = body_lengths()
    assert lengths[int(0.9 * len(lengths))] <= LONG_BODY


@pytest.mark.parametrize("wing", sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")))
def test_wing_says_what_it_never_does(wing):
    docstring = ast.get_docstring(ast.parse((PACKAGE / wing / "__init__.py").read_text(encoding="utf-8")))
    assert docstring
    assert "Never: " in docstring.replace("\n", " ")


IMPORT_ALL = """
import importlib, logging, os, pathlib, sys
sys.dont_write_bytecode = True
before = dict(os.environ)
for name in sys.argv[1:]:
    importlib.import_module(name)
ours = [name for name in logging.Logger.manager.loggerDict if name.startswith("gm_workbench")]
assert not ours, ours
assert not logging.getLogger().handlers, logging.getLogger().handlers
assert dict(os.environ) == before
"""


def test_importing_writes_nothing_and_says_nothing(tmp_path):
    dotted = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES]
    runnable = [module for module in dotted if not module.endswith("__main__")]
    environment = {
        "HOME": str(tmp_path),
        "GM_ROOT": str(tmp_path),
        "PATH": "",
        "MPLCONFIGDIR": str(ROOT / ".cache" / "matplotlib"),
    }
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *runnable],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_repository_is_free_of(what):
    found = [
        f"{path}:{number}"
        for path, text in our_texts().items()
        if FORBIDDEN[what].search(text)
        for number, line in enumerate(text.splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


def make_targets() -> dict[str, str]:
    rules = re.findall(r"^([a-z]+):([a-z ]*)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    return {target: prerequisites.strip() for target, prerequisites in rules}


def test_ci_and_precommit_run_what_make_check_runs():
    assert make_targets()["check"] == "lint test"
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    assert re.findall(r"^make (\w+)", ci, re.MULTILINE) == ["lint", "test"]
    assert [hook["entry"].removeprefix("make ") for hook in hooks if hook["entry"].startswith("make ")] == ["lint", "test"]


def test_every_make_target_has_a_line_of_help():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)) == set(make_targets())


def test_public_names_are_few_sorted_and_there():
    assert list(gm_workbench.__all__) == sorted(gm_workbench.__all__)
    assert 0 < len(gm_workbench.__all__) <= 12
    assert [public for public in gm_workbench.__all__ if not hasattr(gm_workbench, public)] == []


def test_test_that_is_marked_untraced_is_not_followed_by_coverage_in_a_parallel_run_either():
    assert not type(sys.gettrace()).__module__.startswith("coverage")
