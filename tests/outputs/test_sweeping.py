"""Of every output, in both languages: nothing of a hidden number is left in words, and cells say who is behind them."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from gm_workbench import outputs
from gm_workbench.guard.policy import Policy, load_policy
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.outputs.about import About, section_words
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Cell, Measure, Output, Sentence, plain
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

from .sweeping import Call, leaks, misjudged, unsaid

HERE = Path(__file__).parent
MORE = Estimate(2.0, 1.0, 3.0, 0.5, 80, "points", "m")


def policy() -> Policy:
    return load_policy("cbs-stijl", HERE.parents[1] / "data" / "policies")


def says_a_direction(one: Estimate, section: Section, about: About) -> Output:
    cell = estimate_cell(one, "r", "c")
    said = plain(Text("Het is hoger." if one.value > 0 else "Het is lager.", "It is higher."))
    return Output(section_words(section, about, sentence=said, caption=about.population, alt=said), (cell,))


def forgets_who(one: Estimate, section: Section, about: About) -> Output:
    cell = Cell("r", "c", Measure.ESTIMATE, one.n, one.value, one.low, one.high)
    said = Sentence(Text("{value}", "{value}"), {"value": quote(cell)["value"]})
    return Output(section_words(section, about, sentence=said, caption=about.population, alt=said), (cell,))


def needs_an_interval(one: Estimate, section: Section, about: About) -> Output:
    cell = Cell("r", "c", Measure.ESTIMATE, one.n, one.value, one.low, one.high, numerator=20)
    said = Sentence(Text("{low}", "{low}"), {"low": quote(cell)["low"]})
    return Output(section_words(section, about, sentence=said, caption=about.population, alt=said), (cell,))


def test_a_direction_in_words_is_found(section: Section, about: About) -> None:
    assert "Het is hoger." in " ".join(leaks(Call(says_a_direction, (MORE, section, about), {})))


def test_a_cell_that_forgets_who_is_behind_its_number_is_found(section: Section, about: About) -> None:
    assert len(misjudged(Call(forgets_who, (MORE, section, about), {}), policy())) == 3
    assert misjudged(Call(says_a_direction, (MORE, section, about), {}), policy()) == []


def test_a_sentence_that_needs_an_interval_is_found(section: Section, about: About) -> None:
    assert "quotes low" in unsaid(Call(needs_an_interval, (MORE, section, about), {}))[0]


def test_every_builder_of_outputs_has_a_test_here_that_sweeps_it() -> None:
    tests = "\n".join(file.read_text(encoding="utf-8") for file in HERE.glob("test_*.py"))
    rooms = [import_module(f"{outputs.__name__}.{name}") for name in outputs.__all__]
    made = {
        name
        for room in rooms
        for name, one in vars(room).items()
        if inspect.isfunction(one) and one.__module__ == room.__name__ and one.__annotations__.get("return") == "Output"
    }
    assert len(made) > 60
    assert {name for name in made if not name.startswith("_") and f"{name}(" not in tests} == set()


@pytest.mark.proof
def test_all_outputs_of_all_tests_are_swept() -> None:
    """The tests sweep a few of each kind; here all of them."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", str(HERE)]
    ran = subprocess.run(command, env={**os.environ, "GM_SWEPT": "100000"}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:]
