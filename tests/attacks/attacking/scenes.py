"""Worlds made to tempt: small outputs with a secret in them, and how they are released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attacking.attack import Hidden, Stage
from gm_workbench.guard import protect as door
from gm_workbench.guard.policy import Policy
from gm_workbench.guard.released import Released
from gm_workbench.outputs.output import (
    Cell,
    Measure,
    Output,
    Role,
    Shape,
    ShownCell,
    ShownOutput,
    Sum,
    Suppressed,
    Words,
    plain,
)
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

COUNT, SHARE, ESTIMATE, MONEY = Measure.COUNT, Measure.SHARE, Measure.ESTIMATE, Measure.MONEY


def words(name: str = "people", shape: Shape = Shape.TABLE, **given: object) -> Words:
    parts: dict[str, object] = {
        "id": name,
        "role": Role.SECTION,
        "heading": Text("Wie zijn het?", "Who are they?"),
        "sentence": plain(Text("Er zijn verschillen.", "There are differences.")),
        "caption": Text("Personen naar kenmerk.", "Persons by characteristic."),
        "alt": plain(Text("Een tabel van personen naar kenmerk.", "A table of persons by characteristic.")),
        "kind": DataKind.SYNTHETIC,
        "population": Text("mensen met bijstand", "people on benefit"),
        "period": same("2024"),
        "source": Text("bijstand", "benefits"),
        "shown_as": (shape,),
    }
    return Words(**(parts | given))  # type: ignore[arg-type]


def output(cells: Sequence[Cell], name: str = "people", shape: Shape = Shape.TABLE, **given: object) -> Output:
    """Draw an output of these cells; nobody declares what adds up."""
    return Output(words(name, shape, **given), tuple(cells))


def counts(numbers: Mapping[str, int], name: str = "people", column: str = "n", **given: object) -> Output:
    """Draw one column of counts."""
    return output([Cell(row, column, COUNT, n) for row, n in numbers.items()], name, **given)


def table(
    rows: Mapping[str, Sequence[int]], name: str = "people", columns: Sequence[str] = "abcdefgh", **given: object
) -> Output:
    """Draw counts by row and column, with totals `all` and the sums that make them declared."""
    names = list(columns[: len(next(iter(rows.values())))])
    cells = [Cell(row, key, COUNT, n) for row, line in rows.items() for key, n in zip(names, line, strict=True)]
    cells += [Cell(row, "all", COUNT, sum(line)) for row, line in rows.items()]
    cells += [Cell("total", key, COUNT, sum(line[at] for line in rows.values())) for at, key in enumerate(names)]
    cells += [Cell("total", "all", COUNT, sum(map(sum, rows.values())))]
    sums = [Sum((row, "all"), tuple((row, key) for key in names)) for row in (*rows, "total")]
    sums += [Sum(("total", key), tuple((row, key) for row in rows)) for key in (*names, "all")]
    return Output(words(name, **given), tuple(cells), tuple(sums))


class Seen:
    """Protected outputs, as a reader reads them."""

    def __init__(self, outputs: Sequence[ShownOutput]) -> None:
        self.outputs = {one.words.id: one for one in outputs}

    def cell(self, row: str, column: str = "n", name: str = "people") -> ShownCell:
        found = self.outputs[name].cell(row, column)
        if found is None:
            raise Hidden
        return found

    def number(self, row: str, column: str = "n", name: str = "people") -> float:
        value = self.cell(row, column, name).value
        if isinstance(value, Suppressed):
            raise Hidden
        return value

    def ends(self, row: str, column: str = "n", name: str = "people") -> tuple[float, float]:
        cell = self.cell(row, column, name)
        if cell.low is None or cell.high is None:
            raise Hidden
        return cell.low, cell.high

    def error(self, row: str, column: str = "n", name: str = "people") -> float:
        cell = self.cell(row, column, name)
        if cell.se is None or cell.hidden:
            raise Hidden
        return cell.se

    def persons(self, row: str, column: str = "n", name: str = "people") -> int:
        n = self.cell(row, column, name).n
        if isinstance(n, Suppressed):
            raise Hidden
        return n

    def said(self, name: str = "people") -> str:
        """Give all words of an output, in both languages, as they are said."""
        one = self.outputs[name]
        texts = [*one.notes, *one.words.labels.values(), one.words.heading, one.words.caption, one.words.population]
        sentences = (one.words.sentence, one.words.alt, *one.words.more)
        spoken = [say(sentence, one, language) for sentence in sentences for language in ("nl", "en")]
        keys = [key for cell in one.cells for key in cell.key]
        return "\n".join([*spoken, *(part for text in texts for part in (text.nl, text.en)), *keys])


def released(made: Sequence[Output], policy: Policy) -> Released:
    """Send outputs through the one door; a refusal leaves nothing to be seen, but one for a failure proves nothing."""
    verdict = door.protect(made, policy)
    if not isinstance(verdict, Released):
        assert not any("a check failed" in reason for reason in verdict.reasons), verdict.reasons
        raise Hidden
    return verdict


def shown(*made: Output) -> Stage:
    """Release these outputs as one report, and show its cells."""

    def stage(policy: Policy, folder: Path) -> Seen:
        return Seen(released(made, policy).outputs)

    return stage


def cells(*rows: tuple[Any, ...], measure: Measure = ESTIMATE, column: str = "n", **given: Any) -> list[Cell]:
    """Draw cells `(row, n, value)`, alike but for these."""
    return [Cell(row, column, measure, n, value=value, **given) for row, n, value in rows]
