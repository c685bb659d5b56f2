"""What the tests of the output builders share: what captions need, a section, and an output read as if nothing were hidden."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gm_workbench.metrics.estimate import Estimate
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Cell, Measure, Output, Sentence, ShownCell, ShownOutput, Suppressed
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language, Text, same

Reader = Callable[..., str]


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
