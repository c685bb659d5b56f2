"""What the tests of the output builders share: what captions need, a section, and an output read as if nothing were hidden."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Cell, Measure, Output, Sentence, ShownCell, ShownOutput, Suppressed
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language, Text, same

from .sweeping import Call, builders, leaks, misjudged, unsaid

Reader = Callable[..., str]

POLICY = load_policy("cbs-stijl", Path(__file__).parents[2] / "data" / "policies")
TIMES = int(os.environ.get("GM_SWEPT", "3"))
"""Outputs of one builder that are swept; the tests make most of them many times, and `test_sweeping` sweeps them all."""

SWEPT: Counter[str] = Counter()


@pytest.fixture(autouse=True)
def swept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sweep every kind of output that a test makes: `sweeping` says what for."""
    calls: list[Call] = []
    for home, name, builder in list(builders(request.module)):
        monkeypatch.setattr(home, name, _noted(builder, calls))
    yield
    monkeypatch.undo()
    found = [fault for call in calls if SWEPT[call.name] < TIMES for fault in _faults(call)]
    assert not found, "\n".join(found)


def _noted(builder: Callable[..., Any], calls: list[Call]) -> Callable[..., Any]:
    @wraps(builder)
    def made(*given: Any, **named: Any) -> Any:
        output = builder(*given, **named)
        if isinstance(output, Output):
            calls.append(Call(builder, given, named))
        return output

    return made


def _faults(call: Call) -> list[str]:
    SWEPT[call.name] += 1
    return [*leaks(call), *misjudged(call, POLICY), *unsaid(call)]


@pytest.fixture
def about() -> About:
    return About(
        DataKind.SYNTHETIC, Text("moeders", "mothers"), same("2024"), Text("vragenlijst", "questionnaire"), Assignment.UNKNOWN
    )


@pytest.fixture
def section() -> Section:
    return Section("part", Text("Vraag?", "Question?"), Text("Waarom.", "Why."), ("answers",))


@pytest.fixture
def read() -> Reader:
    """Say a sentence of an output (its own, or one given), with the cells in `hidden` suppressed."""

    def reader(
        output: Output, language: Language = "nl", *, sentence: Sentence | None = None, hidden: tuple[str, ...] = ()
    ) -> str:
        cells = tuple(_shown(cell, cell.row in hidden) for cell in output.cells)
        return say(sentence or output.words.sentence, ShownOutput(output.words, cells), language)

    return reader


def _shown(cell: Cell, hidden: bool) -> ShownCell:
    value = {Measure.COUNT: float(cell.n), Measure.SHARE: (cell.numerator or 0) / max(cell.n, 1)}.get(cell.measure, cell.value)
    return ShownCell(
        cell.row,
        cell.column,
        cell.measure,
        Suppressed(10) if hidden or value is None else value,
        cell.low,
        cell.high,
        cell.se,
        cell.n,
        cell.unit,
        cell.digits,
    )


@pytest.fixture
def estimate() -> Callable[..., Estimate]:
    """Make an estimate from its value and interval."""

    def maker(value: float, low: float, high: float, unit: str = "points", n: int = 700, groups: int | None = 38) -> Estimate:
        return Estimate(value, low, high, (high - low) / 4, n, unit, "example", groups, 37.0, residual_df=n - 3)

    return maker
