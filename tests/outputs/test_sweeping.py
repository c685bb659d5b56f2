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
from gm_workbench.batch.demonstration import SEED
from gm_workbench.batch.execution import Execution
from gm_workbench.batch.goldens import small_project
from gm_workbench.guard.policy import Policy, load_policy
from gm_workbench.guard.showing import collect
from gm_workbench.kernels.folders import batch_folder, run_folder
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.outputs.about import About, section_words
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Cell, Measure, Output, Sentence, plain
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text
from gm_workbench.worlds.deliveries import write_delivery
from gm_workbench.worlds.draw import draw

from .sweeping import Call, leaks, misjudged, unsaid, without_numbers

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
@pytest.mark.parametrize(
    ("study", "place"),
    [
        ("tilburg_single_mothers", "GM0855"),
        ("amersfoort_upward_mobility", "GM0307"),
        ("amsterdam_supervisor_cascade", "GM0363"),
    ],
)
def test_a_report_without_numbers_does_not_tell_a_world_from_one_with_harm(study: str, place: str, tmp_path: Path) -> None:
    """Whole reports of two worlds: in the one a way of working helps, in the other it harms."""
    project = small_project(paths(), tmp_path / "project")
    said = []
    for world in ("default", "harm"):
        tables = draw(world, place, SEED, folder=project.worlds)
        write_delivery(tables, place, world, SEED, project.synthetic / world / place, project.codes)
        said.append([without_numbers(output) for output in _outputs(project, study, place, world)])
    assert len(said[0]) > 15
    assert said[0] == said[1]


def _outputs(project: Paths, study: str, place: str, world: str) -> list[Output]:
    with batch_folder() as batch:
        told = {"GM_ROOT": str(project.root), "GM_RUN_DIR": str(batch / "0")}
        with run_folder(batch, "0", told) as run:
            Execution(project.root / "notebooks" / f"{study}.ipynb", {"place": place, "world": world}, run, 300).execute()
            return collect(run.path)


@pytest.mark.proof
def test_all_outputs_of_all_tests_are_swept() -> None:
    """The tests sweep a few of each kind; here all of them."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", str(HERE)]
    ran = subprocess.run(command, env={**os.environ, "GM_SWEPT": "100000"}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:]
