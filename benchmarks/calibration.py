"""How often the 95 % interval of each primary estimand misses the planted truth, over 200 draws of the default world.

    python benchmarks/calibration.py [--draws 200] [--workers 2] [--json]

Draws are tables in memory, seeds 1 to `--draws`, never chosen; they go through the panel and the metric that the notebook
calls. For the first three seeds the same tables are also written as deliveries, checked by intake and read back: the estimates
must be equal.
At 200 draws up to 21 misses are what chance allows (the 99.9 % point of a binomial with 5 % misses).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import pandas as pd
from scipy.stats import binom, binomtest

from gm_workbench.intake.store import check
from gm_workbench.metrics.cascade import ancova_difference
from gm_workbench.metrics.crossing import held_within
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.team_comparison import difference
from gm_workbench.panel import teams
from gm_workbench.panel.people import lone_mothers, measured_mothers
from gm_workbench.panel.study import Study, from_tables
from gm_workbench.panel.work import base_workers, follow_up, work_months
from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.worlds.deliveries import write_delivery
from gm_workbench.worlds.draw import draw
from gm_workbench.worlds.truth import truth

WORLD, PERIOD = "default", Period.parse("2023-01/2025-12")
ROUTES = 3
CHANCE = 0.999


def resilience(study: Study) -> Estimate | NotEnoughData:
    """The primary estimand of the Tilburg study, as its notebook computes it."""
    measured = measured_mothers(study, lone_mothers(study))
    found = ancova_difference(measured.frame, "ECR_T12", "introduced", ["ECR_T0"])
    return found if isinstance(found, NotEnoughData) else found.adjusted


def held(study: Study) -> Estimate | NotEnoughData:
    """The primary estimand of the Amersfoort study, as its notebook computes it."""
    months = work_months(study, 0.6667)
    base = base_workers(study, months)
    outcome = held_within(follow_up(months, base), base.frame["person"], run=6, horizon=24)
    frame = base.frame.assign(held=outcome.to_numpy(dtype=float))
    found = ancova_difference(frame, "held", "introduced", ["log_gap"], unit="probability")
    return found if isinstance(found, NotEnoughData) else found.adjusted


def exits(study: Study) -> Estimate | NotEnoughData:
    """The primary estimand of the Amsterdam study under its declared design, as its notebook computes it."""
    design = teams.template(study).design
    found = difference(teams.compared(study, design).frame, design)
    return found if isinstance(found, NotEnoughData) else found.adjusted


@dataclass(frozen=True, slots=True)
class Target:
    """A primary estimand: its study and home place, the tables that it needs, and how it is computed."""

    estimand: str
    study: str
    place: str
    tables: frozenset[str]


TARGETS = (
    Target(
        "resilience_12m", "tilburg_single_mothers", "GM0855", frozenset({"benefits", "caseload", "introductions", "answers"})
    ),
    Target(
        "exit_teams_12m",
        "amsterdam_supervisor_cascade",
        "GM0363",
        frozenset({"benefits", "caseload", "rosters", "team_introductions"}),
    ),
    Target("held_24m", "amersfoort_upward_mobility", "GM0307", frozenset({"benefits", "caseload", "introductions", "wages"})),
)
COMPUTE = {"resilience_12m": resilience, "exit_teams_12m": exits, "held_24m": held}


def estimate(target: Target, tables: dict[str, pd.DataFrame]) -> Estimate:
    """Compute the estimand from logical tables; a world that cannot carry it is a fault of the world."""
    study = from_tables(load_protocol(target.study), target.place, tables, DataKind.SYNTHETIC, PERIOD)
    found = COMPUTE[target.estimand](study)
    if isinstance(found, NotEnoughData):
        raise SystemExit(f"{target.estimand}: not enough data ({found.what}: {found.got} of {found.needed}).")
    return found


def in_memory(target: Target, seed: int) -> Estimate:
    """One draw."""
    return estimate(target, draw(WORLD, target.place, seed, target.tables))


def through_deliveries(target: Target, seed: int) -> Estimate:
    """The same draw, written in raw formats and read back by intake."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "data" / "synthetic" / WORLD / target.place
        write_delivery(draw(WORLD, target.place, seed, target.tables), target.place, WORLD, seed, place)
        return estimate(target, dict(check(place, target.place).tables))


@dataclass(frozen=True, slots=True)
class Row:
    """What the table prints for one estimand."""

    estimand: str
    truth: float
    draws: int
    misses: int
    missed_share: float
    low: float
    high: float
    allowed: int
    bias: float
    bias_se: float
    mean_se: float
    spread: float
    equal_through_deliveries: bool


def calibrate(target: Target, value: float, draws: int, workers: int) -> Row:
    """Count the intervals that miss, with an exact (Clopper-Pearson) interval for their share."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(partial(in_memory, target), range(1, draws + 1)))
        routes = list(pool.map(partial(through_deliveries, target), range(1, ROUTES + 1)))
    values = pd.Series([one.value for one in found])
    misses = sum(not one.low <= value <= one.high for one in found)
    bounds = binomtest(misses, draws).proportion_ci(0.95, "exact")
    return Row(
        estimand=target.estimand,
        truth=value,
        draws=draws,
        misses=misses,
        missed_share=misses / draws,
        low=float(bounds.low),
        high=float(bounds.high),
        allowed=int(binom.ppf(CHANCE, draws, 0.05)),
        bias=float(values.mean() - value),
        bias_se=float(values.std() / draws**0.5),
        mean_se=float(pd.Series([one.se for one in found]).mean()),
        spread=float(values.std()),
        equal_through_deliveries=all(same(one, other) for one, other in zip(found, routes, strict=False)),
    )


def same(one: Estimate, other: Estimate) -> bool:
    """Equal up to the order in which floating-point sums were made: pseudonyms sort otherwise than numbers."""
    return all(abs(getattr(one, name) - getattr(other, name)) < 1e-9 for name in ("value", "low", "high")) and one.n == other.n


def main() -> int:
    """Print the table; fail when an estimand misses more often than chance allows, or the two routes differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    started = time.perf_counter()
    truths = {name: entry["value"] for name, entry in truth(WORLD, paths().worlds)["estimands"].items()}
    rows = [calibrate(target, truths[target.estimand], asked.draws, asked.workers) for target in TARGETS]
    seconds = time.perf_counter() - started
    if asked.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "seconds": seconds, "cores": os.cpu_count()}, sort_keys=True))
    else:
        print(pd.DataFrame([asdict(row) for row in rows]).set_index("estimand").T.to_string())
        print(f"{seconds:.0f} s on {os.cpu_count()} cores; seeds 1 to {asked.draws}; world {WORLD}")
    return int(any(row.misses > row.allowed or not row.equal_through_deliveries for row in rows))


if __name__ == "__main__":
    sys.exit(main())
