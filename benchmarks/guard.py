"""Protecting reports: one of 60 tables in under two seconds, tables of 1,000 cells that are linked in under ten.

    python benchmarks/guard.py [--reports FOLDER] [--json]

Three cases. A made report of 60 tables over one population: three by three to six by four, with margins and without, shares and
scores beside them, and the same persons in several. A linked set: tables of one population by other variables, of which the
margin of the first stands in all, 1,000 cells in all. And, with `--reports`, the outputs of reports as a batch registered them
(files `*.pkl`, each a list of outputs), of which the median is told. The plain way beside ours is each output protected by
itself, which is what a tool for single tables does; it does not see what one table gives away of another.

Seconds are those of the processor, of one thread. Exits with 1 when a case takes longer than it may.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np

from gm_workbench.guard.policy import DEFAULT_POLICY, Policy, load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.guard.released import Released
from gm_workbench.outputs.output import Cell, Measure, Output, Role, Sum, Words, plain
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import same

SEED = 11
TABLES, CELLS = 60, 1000
MOST = {"60 tables": 2.0, "1,000 linked cells": 10.0, "median report": 2.0}


@dataclass(frozen=True, slots=True)
class Line:
    """One case: seconds of ours and of the plain way, cells, and how many each hides."""

    case: str
    cells: int
    ours: float
    plain: float
    hidden: int
    hidden_plain: int
    most: float

    @property
    def ratio(self) -> float:
        return self.ours / self.plain if self.plain else float("nan")


def made_report(tables: int = TABLES, seed: int = SEED) -> list[Output]:
    """Make a report about one population: each table is it by two other variables."""
    draw = np.random.default_rng(seed)
    persons = 2000
    return [_table(f"table_{number}", _shared(draw, persons, number)) for number in range(tables)]


def linked_set(cells: int = CELLS, seed: int = SEED) -> list[Output]:
    """Make tables of the same rows by other variables, until there are so many cells."""
    draw = np.random.default_rng(seed)
    rows = draw.multinomial(4000, draw.dirichlet(np.full(9, 3.0)))
    made: list[Output] = []
    while sum(len(output.cells) for output in made) < cells:
        columns = int(draw.integers(4, 9))
        inside = np.array([draw.multinomial(int(total), draw.dirichlet(np.full(columns, 1.0))) for total in rows])
        made.append(_table(f"table_{len(made)}", inside, rows=[f"group {at}" for at in range(len(rows))]))
    return made


def _shared(draw: np.random.Generator, persons: int, number: int) -> np.ndarray:
    shape = (int(draw.integers(3, 7)), int(draw.integers(3, 5)))
    cells = draw.multinomial(persons - 20 * (number % 7), draw.dirichlet(np.full(shape[0] * shape[1], 1.2)))
    return cells.reshape(shape)


def _table(name: str, inside: np.ndarray, rows: Sequence[str] = ()) -> Output:
    names = list(rows) or [f"{name} row {at}" for at in range(len(inside))]
    columns = [f"{name} column {at}" for at in range(inside.shape[1])]
    full = {
        (row, column): int(n) for row, line in zip(names, inside, strict=True) for column, n in zip(columns, line, strict=True)
    }
    full |= {(row, "all"): int(line.sum()) for row, line in zip(names, inside, strict=True)}
    full |= {("all", column): int(n) for column, n in zip(columns, inside.sum(axis=0), strict=True)}
    full["all", "all"] = int(inside.sum())
    cells = tuple(Cell(row, column, Measure.COUNT, n) for (row, column), n in full.items())
    sums = [Sum((row, "all"), tuple((row, column) for column in columns)) for row in (*names, "all")]
    sums += [Sum(("all", column), tuple((row, column) for row in names)) for column in (*columns, "all")]
    said = (Role.SECTION, same("x"), plain(same("x")), same("x"), plain(same("x")), DataKind.SYNTHETIC)
    return Output(Words(name, *said, same("persons"), same("2024"), same("made")), cells, tuple(sums))


def measured(case: str, outputs: Sequence[Output], policy: Policy) -> Line:
    """Time both ways over the same outputs."""
    ours, hidden = _timed(lambda: [protect(outputs, policy)])
    alone, hidden_plain = _timed(lambda: [protect([output], policy) for output in outputs])
    return Line(case, sum(len(output.cells) for output in outputs), ours, alone, hidden, hidden_plain, MOST[case])


def _timed(work: Callable[[], list[object]]) -> tuple[float, int]:
    began = time.process_time()
    made = work()
    seconds = time.process_time() - began
    refused = [one for one in made if not isinstance(one, Released)]
    if refused:
        raise SystemExit(f"refused: {refused[0]}")
    return seconds, sum(
        cell.hidden for one in made if isinstance(one, Released) for shown in one.outputs for cell in shown.cells
    )


def _of_reports(folder: Path, policy: Policy) -> list[Line]:
    # written by the one who runs this, from a batch of synthetic reports
    lines = [measured("median report", pickle.loads(file.read_bytes()), policy) for file in sorted(folder.glob("*.pkl"))]
    middle = median(line.ours for line in lines)
    return sorted(lines, key=lambda line: abs(line.ours - middle))[:1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Time the cases and print them."""
    parser = argparse.ArgumentParser(description="How long does it take to protect a report?")
    parser.add_argument("--reports", type=Path, help="a folder with registered outputs (*.pkl), one file a report")
    parser.add_argument("--tables", type=int, default=TABLES)
    parser.add_argument("--cells", type=int, default=CELLS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    policy = load_policy(DEFAULT_POLICY)
    lines = [
        measured("60 tables", made_report(given.tables), policy),
        measured("1,000 linked cells", linked_set(given.cells), policy),
        *(_of_reports(given.reports, policy) if given.reports else []),
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    if given.json:
        rows = [{name: getattr(line, name) for name in (*Line.__slots__, "ratio")} for line in lines]
        print(json.dumps({"cases": rows, "peak_mib": round(peak), "cores": os.cpu_count()}, indent=2))
    else:
        print(_readable(lines, peak))
    return int(any(line.ours > line.most for line in lines))


def _readable(lines: Sequence[Line], peak: float) -> str:
    head = f"{'case':<20} {'cells':>6} {'ours':>8} {'plain':>8} {'ratio':>6} {'at most':>8} {'hidden':>7} {'plain':>6}"
    rows = [
        f"{one.case:<20} {one.cells:>6} {one.ours:>6.2f} s {one.plain:>6.2f} s {one.ratio:>6.1f} {one.most:>6.0f} s "
        f"{one.hidden:>7} {one.hidden_plain:>6}"
        for one in lines
    ]
    return "\n".join([head, *rows, f"peak {peak:.0f} MiB, {os.cpu_count()} cores, one thread"])


if __name__ == "__main__":
    raise SystemExit(main())
