"""How often 95 % intervals hold what was planted, and see something where nothing is.

    python benchmarks/calibration.py [--only TEXT ...] [--draws N] [--minutes N] [--workers N] [--status] [--json]

For each estimator: 2,000 draws in closed form, 500 of those that resample, seeds 1 and up, never chosen. Draws of planted
worlds are tables in memory that go through the panel and the metric that the notebook calls; the truth is that of
`truth.json`, whose `assumptions` say which estimators it holds for. Where a world has no truth for an estimator, a small
generator is declared in `benchmarks/calibrating`, with its truth in closed form, and the table says "own draw".

Every draw is written to `.cache/calibration` under a digest of the code it came from. A run that was cut goes on where it
stopped, code that changed is drawn anew, and `--status` prints what there is without drawing.

For the first three seeds of each primary estimand the same tables are also written as deliveries, checked by intake and read
back: the estimates must be equal.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
sys.path.insert(0, str(Path(__file__).parent))

from calibrating import (
    amersfoort,
    amsterdam,
    own_halves,
    own_levels,
    own_regressions,
    own_shares,
    own_sides,
    own_times,
    tilburg,
)
from calibrating.ledger import Draws, answered
from calibrating.rows import CLOSED, RESAMPLED, Estimator, Judgement, judge
from calibrating.table import printed
from calibrating.worlds import HOME, PERIOD, figures, truth_of

from gm_workbench.intake.store import check
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.panel.study import from_tables
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.worlds.deliveries import write_delivery
from gm_workbench.worlds.draw import draw

SUBJECTS = (own_regressions, own_levels, own_times, own_shares, own_sides, own_halves, tilburg, amsterdam, amersfoort)
ROWS: list[Estimator] = [row for subject in SUBJECTS for row in subject.ROWS]

STAGES = (100, RESAMPLED, CLOSED)
"""Draws of every scene before the next stage begins, so that a run that is cut has something of each."""

ROUTES = 3
PRIMARY = ("resilience-ancova-cr2", "teams-cr2", "held-ancova-cr2")


def chosen(only: Iterable[str]) -> list[Estimator]:
    """Give the rows whose name holds one of the texts; all without any."""
    asked = list(only)
    return [row for row in ROWS if not asked or any(text in row.name for text in asked)]


def answers(row_names: tuple[str, ...], seed: int) -> dict[str, dict[str, Any]]:
    """Make one draw of a scene, and what these estimators say of it."""
    rows = [row for row in ROWS if row.name in row_names]
    drawn = rows[0].scene.draw(seed)
    return {row.name: answered(seed, row.compute(drawn)) for row in rows}


def scenes(rows: Iterable[Estimator]) -> list[list[Estimator]]:
    """Give the rows scene by scene, in the order of the first of each: estimators of one scene see the same draws."""
    found: dict[str, list[Estimator]] = {}
    for row in rows:
        found.setdefault(row.scene.name, []).append(row)
    return list(found.values())


def run(files: dict[str, Draws], draws: int, until: float, pool: ProcessPoolExecutor | None) -> None:
    """Draw what is missing until everything is there or time is up: a few draws of every scene before many of one."""
    for stage in STAGES:
        for rows in scenes(file.row for file in files.values()):
            if not _draw(rows, files, min(stage, draws), until, pool):
                return


def _draw(rows: list[Estimator], files: dict[str, Draws], draws: int, until: float, pool: ProcessPoolExecutor | None) -> bool:
    """Draw what a scene lacks up to a number of draws; say whether there was time."""
    lacking = {seed: tuple(row.name for row in rows if files[row.name].lacks(seed, draws)) for seed in range(1, draws + 1)}
    todo = [(seed, names) for seed, names in lacking.items() if names]
    started = time.perf_counter()
    for done, found in enumerate(_drawn(todo, pool), start=1):
        for name, answer in found.items():
            files[name].add(answer)
        if done in (5, len(todo)):
            each = (time.perf_counter() - started) / done
            print(f"{rows[0].scene.name}: {each:.2f} s a draw, {done} of {len(todo)} done", file=sys.stderr, flush=True)
        if time.time() > until:
            return False
    return True


def _drawn(todo: list[tuple[int, tuple[str, ...]]], pool: ProcessPoolExecutor | None) -> Iterator[dict[str, Any]]:
    if pool is None:
        yield from (answers(names, seed) for seed, names in todo)
        return
    step = 40
    for at in range(0, len(todo), step):
        part = todo[at : at + step]
        yield from pool.map(answers, [names for _, names in part], [seed for seed, _ in part])


def judged(files: dict[str, Draws], draws: int) -> list[Judgement]:
    """Judge the draws that there are; only seeds from 1 without a gap count."""
    return [judge(f.row, truth_of(f.row.scene, f.row.truth), f.first(draws)) for f in files.values()]


def through_deliveries(row: Estimator, seed: int) -> Estimate:
    """Make the same draw, written in raw formats and read back by intake."""
    study = row.scene.draw(seed).study
    place, name = HOME[study.protocol.name], study.protocol.name
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "data" / "synthetic" / row.scene.world / place
        write_delivery(draw(row.scene.world, place, seed, frozenset(study.tables)), place, row.scene.world, seed, where)
        tables = dict(check(where, place).tables)
    again = row.scene.draw(seed)
    again.study = from_tables(load_protocol(name), place, tables, DataKind.SYNTHETIC, PERIOD)
    return row.compute(again)


def same(one: Estimate, other: Estimate) -> bool:
    """Equal up to the order in which floating-point sums were made: pseudonyms sort otherwise than numbers."""
    return all(abs(getattr(one, name) - getattr(other, name)) < 1e-9 for name in ("value", "low", "high")) and one.n == other.n


def routes_differ(rows: Iterable[Estimator]) -> list[str]:
    """Give the primary estimands that deliveries tell otherwise than tables in memory."""
    primary = [row for row in rows if row.name in PRIMARY]
    return [
        f"{row.name}, seed {seed}"
        for row in primary
        for seed in range(1, ROUTES + 1)
        if not same(row.compute(row.scene.draw(seed)), through_deliveries(row, seed))
    ]


def main() -> int:
    """Print the table; fail when an estimator misses more often than chance allows, or the two routes differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[], metavar="TEXT", help="only estimators with this in their name")
    parser.add_argument("--draws", type=int, default=CLOSED, help="at most so many draws of each")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop drawing after so many minutes; the next run goes on")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--status", action="store_true", help="print what there is, and draw nothing")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    started, rows = time.time(), chosen(asked.only)
    files = {row.name: Draws(row, figures(row.scene.world)) for row in rows}
    differ: list[str] = []
    if not asked.status:
        with ProcessPoolExecutor(asked.workers, mp_context=get_context("spawn")) as pool:
            run(files, asked.draws, started + 60 * asked.minutes, pool if asked.workers > 1 else None)
        differ = routes_differ(rows)
    found = judged(files, asked.draws)
    if asked.json:
        told = {"rows": [asdict(one) for one in found], "routes_differ": differ}
        print(json.dumps({**told, "seconds": time.time() - started, "cores": os.cpu_count()}, sort_keys=True))
    else:
        print(printed(found))
        print(
            f"{time.time() - started:.0f} s on {os.cpu_count()} cores.",
            *(f"Through deliveries otherwise: {one}" for one in differ),
        )
    return int(bool(differ) or any(one.failed for one in found))


if __name__ == "__main__":
    sys.exit(main())
