from __future__ import annotations

import ast
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytestmark = pytest.mark.untraced

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


def signs(mutants, line: str, executed: set[int]) -> set[str]:
    """The ways in which the sign of one line is turned."""
    found = mutants.sign_mutants("x.py", f"def f(a, b):\n    {line}\n", executed)
    return {mutant.source.splitlines()[-1].strip() for mutant in found}


@pytest.mark.parametrize(
    ("line", "turned"),
    [
        ("c = a + b", {"c = a - b"}),
        ("c = a - b", {"c = a + b"}),
        ("c -= b", {"c += b"}),
        ("c = f(-a)", {"c = f(+a)"}),
        ("c = a * b", {"c = -(a * b)"}),
        ("c *= b", {"c *= -b"}),
        ("return a @ b", {"return -(a @ b)"}),
        ("return a - b", {"return a + b"}),
        ("c = f(a / b)", {"c = f(-(a / b))"}),
        ("return a.value * b.value if a else 0", {"return -(a.value * b.value) if a else 0"}),
        ("c = a * b - 1", {"c = a * b + 1", "c = -(a * b) - 1"}),
        ("c = 1 - a * b", {"c = 1 + a * b"}),  # the minus of the product is the other sign
        ("c = a * b / 2", {"c = -(a * b / 2)"}),  # once for the whole of it
        ("c = (a + b) * 2", {"c = (a - b) * 2", "c = -((a + b) * 2)"}),
        ("c = -a * b", {"c = +a * b"}),
        ("c = (a * b) ** 2", set()),
        ("c = abs(a / b)", set()),
        ("c = 'x' + a", set()),
        ("raise ValueError(a - b)", set()),
    ],
)
def test_every_sign_of_a_line_is_turned(mutants, line, turned):
    assert signs(mutants, line, {2}) == turned


def test_signs_are_only_turned_in_lines_that_were_executed(mutants):
    assert signs(mutants, "c = a + b", {1, 3}) == set()
    assert signs(mutants, "c = (a +\n        b)", {3}) == {"c = a - b"}


def test_signs_of_a_longer_sum_each_have_a_place_of_their_own(mutants):
    found = mutants.sign_mutants("x.py", "def f(a, b):\n    c = a - b + (\n        2 * a)\n", {2})
    assert [(one.line, one.column, one.operator, one.lines) for one in found] == [
        (3, 8, "other sign", (2, 3)), (2, 12, "other sign", (2, 2))
    ]  # fmt: skip


def test_lines_outside_functions_are_executed_when_a_module_is_imported(mutants, tmp_path):
    file = tmp_path / "x.py"
    file.write_text("A = -1\n\n\nclass B:\n    c: int = 2\n\n    def d(self):\n        return -1\n", encoding="utf-8")
    assert mutants.at_import(file) == {1, 5}


@pytest.mark.parametrize(
    ("file", "left_out"),
    [
        ("metrics/scales.py", False),
        ("vocabulary/scoring.py", False),
        ("panel/public.py", False),
        ("outputs/compared.py", False),
        ("not/yet/there.py", False),
        ("outputs/validation.py", True),
        ("guard/cells.py", True),
        ("report/page.py", True),
    ],
)
def test_only_what_makes_no_number_is_left_out(mutants, file, left_out):
    assert mutants.is_left_out(f"gm_workbench/{file}") is left_out


def test_parts_that_are_left_out_are_there_each_with_a_reason(mutants):
    for name, reason in mutants.LEFT_OUT.items():
        assert (ROOT / "gm_workbench" / name).exists()
        assert reason
    assert all((ROOT / "gm_workbench" / name).is_file() for name in mutants.FOLLOWED)


def test_signs_that_change_nothing_stand_in_the_code_each_with_a_reason(mutants):
    for (file, line, column, operator), reason in mutants.NO_CHANGE.items():
        source = (ROOT / "gm_workbench" / file).read_text(encoding="utf-8")
        at = [number for number, one in enumerate(source.splitlines(), 1) if one.strip() == line]
        found = mutants.sign_mutants(file, source, set(at))
        indents = {number: len(one) - len(one.lstrip()) for number, one in enumerate(source.splitlines(), 1)}
        turned = {(one.column - indents[one.line], one.operator) for one in found if one.line in at}
        assert (column, operator) in turned, f"{file}: {line}"
        assert reason


def test_survivor_is_excused_by_its_line_column_and_operator_only(mutants):
    (file, line, column, operator), reason = next(iter(mutants.NO_CHANGE.items()))
    path = f"gm_workbench/{file}"
    whole = (ROOT / path).read_text(encoding="utf-8").splitlines()
    at = [one.strip() for one in whole].index(line)
    here = column + len(whole[at]) - len(whole[at].lstrip())
    excused = mutants.Result(path, at + 1, operator, "survived", 1.0, here)
    assert mutants.reason_of(excused) == reason
    for other in ({"operator": "arithmetic"}, {"line": 1}, {"column": here + 1}):
        assert mutants.reason_of(replace(excused, **other)) == ""


def test_mutant_is_judged_by_the_tests_that_come_past_its_lines(mutants):
    executed = {"t[a]": {"x.py": {2}}, "t[b]": {"y.py": {2}}, "t[c]": {"x.py": {9}}, "t[d]": {"x.py": {3}}}
    assert mutants.tests_executing(executed, mutants.Mutant("x.py", 2, 0, "minus", "", (2, 2))) == ["t[a]"]
    assert mutants.tests_executing(executed, mutants.Mutant("x.py", 3, 0, "minus", "", (2, 3))) == ["t[a]", "t[d]"]
