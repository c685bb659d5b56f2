"""Small outputs drawn in the test, and the policies as they ship."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gm_workbench.guard.policy import Policy, load_policy
from gm_workbench.outputs.output import Cell, Measure, Output, Role, Shape, Sum, Words, plain
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

POLICIES = Path(__file__).parents[2] / "data" / "policies"


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy("cbs-stijl", POLICIES)


@pytest.fixture(scope="session")
def rounding() -> Policy:
    return load_policy("opensafely-stijl", POLICIES)


@pytest.fixture(scope="session")
def strict() -> Policy:
    return load_policy("cbs-streng", POLICIES)


def _words(name: str = "people", shape: Shape = Shape.TABLE, **given: object) -> Words:
    parts: dict[str, object] = {
        "id": name,
        "role": Role.SECTION,
        "heading": Text("Wie zijn het?", "Who are they?"),
        "sentence": plain(same("x")),
        "caption": same("c"),
        "alt": plain(same("a")),
        "kind": DataKind.SYNTHETIC,
        "population": same("p"),
        "period": same("2024"),
        "source": same("s"),
        "shown_as": (shape,),
        "ordered": True,
    }
    return Words(**(parts | given))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def words() -> Callable[..., Words]:
    return _words


def _table(rows: dict[str, list[int]], *, margins: bool = True, shape: Shape = Shape.TABLE, **given: object) -> Output:
    """Counts by row and column (a, b, c ...), with totals `all` and the sums that make them."""
    names = [chr(97 + at) for at in range(len(next(iter(rows.values()))))]
    cells = [_count(row, name, n) for row, counts in rows.items() for name, n in zip(names, counts, strict=True)]
    sums: list[Sum] = []
    if margins:
        cells += [_count(row, "all", sum(counts)) for row, counts in rows.items()]
        cells += [_count("all", name, sum(counts[at] for counts in rows.values())) for at, name in enumerate(names)]
        cells += [_count("all", "all", sum(map(sum, rows.values())))]
        sums += [Sum((row, "all"), tuple((row, name) for name in names)) for row in (*rows, "all")]
        sums += [Sum(("all", name), tuple((row, name) for row in rows)) for name in (*names, "all")]
    return Output(_words(shape=shape, **given), tuple(cells), tuple(sums))


def _count(row: str, column: str, n: int, **given: object) -> Cell:
    return Cell(row, column, Measure.COUNT, n, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def table() -> Callable[..., Output]:
    return _table
