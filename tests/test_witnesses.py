"""The page of witnesses: of every listed function, of the tests as they are, not edited. `make witnesses` writes it."""

from __future__ import annotations

import importlib
import importlib.util
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "tests" / "spec"
PAGE = (ROOT / "docs" / "witnesses.md").read_text(encoding="utf-8")


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("witnesses", SPEC / "witnesses.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["witnesses"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


witnesses = script()
BODY, FOOT = PAGE.split(witnesses.FOOT)
MADE_FROM = dict(re.findall(r"^\| (\S.*?) \| ([0-9a-f]{12}) \|$", FOOT, re.MULTILINE))


def listed() -> set[str]:
    """The functions of docs/metrics.md: in the second column of its tables, as `room.function`."""
    rows = re.findall(r"^\|[^|]*\|([^|]*)\|", (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([a-z_]+\.[a-z_0-9]+)`", row)}


def witnessed() -> set[str]:
    return set(re.findall(r"^## (\S+)$", BODY, re.MULTILINE))


def test_every_listed_function_has_a_witness():
    assert len(listed()) > 30
    assert listed() - witnessed() == set()


@pytest.mark.parametrize("metric", sorted(witnessed()))
def test_witnesses_are_of_functions_that_exist(metric):
    room, function = metric.split(".")
    assert callable(getattr(importlib.import_module(f"gm_workbench.metrics.{room}"), function))
    assert not function.startswith("_")


def test_page_is_of_the_tests_as_they_are():
    now = witnesses.digests(SPEC)
    stale = sorted(name for name in {*now, *MADE_FROM} - {"this table"} if now.get(name) != MADE_FROM.get(name))
    assert stale == [], "docs/witnesses.md was made from other tests: run `make witnesses`"


def test_page_was_not_edited_by_hand():
    assert MADE_FROM["this table"] == witnesses.digest(BODY), "docs/witnesses.md was edited: run `make witnesses`"


TESTS = """
HELD = {held}


def test_half_has_a_witness(witness):
    # {remark}
    witness("room.half", "of one", 0.5, HELD, tolerance=0.1, data="drawn", source="by hand", known="hand")


def test_other_thing():
    assert True  # {comment}
"""


@pytest.mark.parametrize(
    ("changes", "same"),
    [({}, True), ({"comment": "told"}, True), ({"remark": "told"}, True), ({"held": 0.55}, False)],
    ids=["nothing", "a test without witness", "a comment", "an expected value"],
)
def test_digest_is_of_what_witnesses_rest_on(tmp_path, changes, same):
    before = {"held": 0.5, "comment": "said", "remark": "said"}
    for folder, words in (("before", before), ("after", {**before, **changes})):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "test_room.py").write_text(TESTS.format(**words), encoding="utf-8")
    assert (witnesses.digests(tmp_path / "before") == witnesses.digests(tmp_path / "after")) is same


def test_file_without_witnesses_has_no_digest(tmp_path):
    (tmp_path / "test_room.py").write_text("def test_other_thing():\n    assert True\n", encoding="utf-8")
    assert witnesses.digests(tmp_path) == {}


@pytest.mark.parametrize(("held", "code", "told"), [(0.55, 0, "is written"), (0.7, 1, "<-- OFF")])
def test_run_writes_the_page_only_when_witnesses_agree(tmp_path, held, code, told):
    tests, table = tmp_path / "spec", tmp_path / "page.md"
    tests.mkdir()
    shutil.copy(SPEC / "conftest.py", tests)
    (tests / "test_room.py").write_text(TESTS.format(held=held, comment="said", remark="said"), encoding="utf-8")
    table.write_text("as it was", encoding="utf-8")
    command = [sys.executable, SPEC / "witnesses.py", "--tests", tests, "--table", table]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, told in done.stdout) == (code, True), done.stdout + done.stderr
    row = "| of one | drawn | by hand | hand | 0.6 | 0.5 | 0.1 | ≤ 1 |"  # 0.55, rounded as far as the tolerance goes
    assert (row in table.read_text(encoding="utf-8")) is (code == 0)
    assert (table.read_text(encoding="utf-8") == "as it was") is (code == 1)


def one(**changes):
    given = {"metric": "room.half", "name": "of one", "data": "drawn", "source": "lm(y ~ x | z)", "known": "run"}
    return witnesses.Witness(**{**given, "expected": 2.0, "got": 2.04, "tolerance": 0.05, **changes})


@pytest.mark.parametrize(
    ("changes", "off_by", "said"),
    [
        ({}, 0.8, "≤ 1"),
        ({"got": 2.02}, 0.4, "< 0.5"),
        ({"got": 2.001}, 0.02, "< 0.1"),
        ({"got": 2.06}, 1.2, "> 1"),
        ({"got": 2.0, "tolerance": 0.0}, 0.0, "< 0.1"),
        ({"tolerance": 0.0}, math.inf, "> 1"),
        ({"got": math.nan}, math.nan, "> 1"),
    ],
)
def test_witness_is_off_beyond_its_tolerance(changes, off_by, said):
    assert one(**changes).off_by == pytest.approx(off_by, nan_ok=True)
    assert one(**changes).cells[-1] == said
    assert one(**changes).agrees is (said != "> 1")


@pytest.mark.parametrize(
    ("tolerance", "value", "written"),
    [
        (0.0005, 0.70302, "0.703"),
        (0.00005, 1.03483, "1.03483"),
        (2.0, 1200.4, "1200"),
        (0.0, 7697.0, "7697"),
        (1e-9, -1e-17, "0"),
        (0.01, math.nan, "nan"),
    ],
)
def test_numbers_are_written_as_far_as_the_tolerance_goes(tolerance, value, written):
    assert one(tolerance=tolerance).rounded(value) == written


@pytest.mark.parametrize(
    ("tolerance", "written"),
    [(0.015, "0.015"), (0.0051, "0.0051"), (3 * 0.1, "0.3"), (0.12341, "0.124"), (2.0, "2"), (5e-10, "5e-10"), (0.0, "0")],
)
def test_tolerance_is_written_as_it_is_used_and_never_tighter(tolerance, written):
    assert one(tolerance=tolerance, got=2.0).cells[-2] == written


def test_page_sorts_functions_and_writes_a_row_once():
    text = witnesses.page([one(metric="b.b"), one(), one(), one(metric="a.a")], {})
    assert re.findall(r"^## (\S+)$", text, re.MULTILINE) == ["a.a", "b.b", "room.half"]
    assert text.count("| of one | drawn | lm(y ~ x \\| z) | run | 2 | 2.04 | 0.05 | ≤ 1 |") == 3
    assert "3 witnesses of 3 functions: 3 run." in text


def test_fixture_refuses_an_unknown_way_of_knowing(tmp_path):
    shutil.copy(SPEC / "conftest.py", tmp_path)
    text = TESTS.format(held=0.5, comment="said", remark="said").replace('known="hand"', 'known="somebody said so"')
    (tmp_path / "test_room.py").write_text(text, encoding="utf-8")
    command = [sys.executable, SPEC / "witnesses.py", "--tests", tmp_path, "--table", tmp_path / "page.md"]
    assert subprocess.run(command, capture_output=True, check=False, cwd=tmp_path).returncode == 1
