from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def mutants():
    spec = importlib.util.spec_from_file_location("mutants", ROOT / "benchmarks" / "mutants.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["mutants"]


def body(mutants, line: str) -> set[str]:
    """The ways in which one line is broken."""
    return {mutant.source.splitlines()[-1].strip() for mutant in mutants.mutants_of("x.py", f"def f(a, b):\n    {line}\n")}


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("c = a < b", {"c = a <= b", "c = a >= b"}),
        ("c = a == b", {"c = a != b"}),
        ("c = a in b", {"c = a not in b"}),
        ("c = a + b", {"c = a - b"}),
        ("c = a // b", {"c = a * b"}),
        ("c += b", {"c -= b"}),
        ("c = a and b", {"c = a or b"}),
        ("c = not a", {"c = not not a"}),
        ("c = -a", {"c = +a"}),
        ("c = f(True)", {"c = f(False)"}),
        ("c = f(3)", {"c = f(4)", "c = f(2)"}),
        ("return a", {"return None"}),
        ("return None", set()),
        ("c = 'text'", set()),
        ("c: Literal[3] = a", set()),
        ("raise ValueError(a + b)", set()),
        ("c = f'{a + b}'", set()),
        ("c = 'x' + a", set()),
    ],
)
def test_line_is_broken_in_every_way_that_matters(mutants, line, broken):
    assert body(mutants, line) == broken


def test_docstrings_decorators_and_types_are_left_alone(mutants):
    lines = (
        '"""Two 2."""',
        "Range = tuple[int, 3]",
        '__all__ = ["a"]',
        "@dataclass(frozen=True)",
        "class A:",
        '    """One 1."""',
    )
    text = "\n".join(lines)
    assert mutants.mutants_of("x.py", text) == []


def test_mutant_knows_its_line_and_differs_in_one_place(mutants):
    (mutant,) = mutants.mutants_of("x.py", "def f(a, b):\n    c = a\n    return_ = a + b\n")
    assert (mutant.line, mutant.operator) == (3, "arithmetic")
    assert ast.parse(mutant.source)


def test_same_seed_draws_the_same_mutants(mutants):
    first, again, other = (mutants.sample(5, seed, "guard/released") for seed in (1, 1, 2))
    assert first == again != other
    assert {mutant.file for mutant in first} == {"gm_workbench/guard/released.py"}


def test_tests_of_a_module_are_those_named_after_it_or_using_it(mutants):
    assert mutants.tests_for("gm_workbench/guard/scan.py", ROOT) == ["tests/guard/test_scan.py", "gm_workbench/guard/scan.py"]
    assert "tests/guard/test_attacks.py" in mutants.tests_for("gm_workbench/guard/printing.py", ROOT)


def test_copy_holds_no_deliveries(mutants, tmp_path):
    made = mutants.copy_of_project(tmp_path)
    assert (made / "gm_workbench" / "guard" / "cells.py").exists()
    assert not (made / "data" / "raw").exists()
    assert not (made / "data" / "synthetic").exists()
