"""Is the bootstrap of mobility indices at least thirty times as fast as a loop over refits? Both get the same draws first.

    python benchmarks/metrics_mobility.py [--people 50000] [--draws 10000] [--json]

The plain way draws persons with replacement, counts their pairs and works the indices out, as often as there are draws; it is
timed on a part of the draws and scaled up. Ours draws how many there are of each kind of person. First both get the same
draws: the same persons, laid out one by one for the plain way, and every index must be the same to rounding. One thread;
seconds of the processor. Exits with 1 when the numbers differ or the plain way takes less than thirty times as long.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
import pandas as pd

from gm_workbench.metrics.bootstrap import class_draws
from gm_workbench.metrics.mobility import indices, mobility_indices
from gm_workbench.metrics.mobility_draws import INDICES, Alike, counted_indices, same_pairs

LEAST_RATIO = 30
ROUNDING = 1e-9
STATES = ("q1", "q2", "q3", "q4", "q5")
SEED = 7
TIMED = 200
"""Draws on which the plain way is timed."""

COMPARED = 50
"""Draws in which the two ways must give the same numbers."""


def drawn(people: int) -> np.ndarray:
    """Draw states at the start and later (people, 2), the later one mostly near the first."""
    random = np.random.default_rng(SEED)
    start = random.integers(0, len(STATES), people)
    return np.column_stack([start, np.clip(start + random.integers(-1, 2, people), 0, len(STATES) - 1)])


def refit(pairs: np.ndarray) -> list[float]:
    """Count the pairs of the persons given, and work out each index: what the plain way does in every draw."""
    counts = np.zeros((len(STATES), len(STATES)))
    np.add.at(counts, (pairs[:, 0], pairs[:, 1]), 1.0)
    rows = counts.sum(axis=1)
    found = indices((counts / rows[:, None]).tolist(), (rows / rows.sum()).tolist())
    return [found[name] for name in INDICES]


def difference(pairs: np.ndarray) -> float:
    """Give the largest difference in any index of any draw, when both ways get the same draws of persons."""
    alike = _alike(pairs)
    numbers = class_draws(alike.sizes, COMPARED, SEED)
    fast = counted_indices(alike.tables(numbers))
    kinds = np.array(np.unravel_index(np.arange(len(alike.sizes)), (len(STATES), len(STATES)))).T
    plain = np.array([refit(np.repeat(kinds, row.astype(int), axis=0)) for row in numbers])
    return float(np.abs(fast - plain).max())


def _alike(pairs: np.ndarray) -> Alike:
    return same_pairs(np.arange(len(pairs)), pairs[:, 0], pairs[:, 1], len(STATES))


def plain_seconds(pairs: np.ndarray, draws: int) -> float:
    """Time the loop on a part of the draws, and scale up."""
    random, began = np.random.default_rng(SEED), time.process_time()
    for _ in range(TIMED):
        refit(pairs[random.integers(0, len(pairs), len(pairs))])
    return (time.process_time() - began) * draws / TIMED


def our_seconds(pairs: np.ndarray, draws: int) -> float:
    """Time the metric as a notebook calls it, from the frame with names of states on."""
    names = np.array(STATES)
    frame = pd.DataFrame({"person": np.arange(len(pairs)), "from": names[pairs[:, 0]], "to": names[pairs[:, 1]]})
    began = time.process_time()
    mobility_indices(frame, STATES, draws=draws, seed=SEED)
    return time.process_time() - began


def measured(people: int, draws: int) -> dict[str, float]:
    """Give the seconds of both ways, their ratio, the largest difference and the peak memory."""
    pairs = drawn(people)
    apart, ours, plain = difference(pairs), our_seconds(pairs, draws), plain_seconds(pairs, draws)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = {"plain_seconds": plain, "our_seconds": ours, "ratio": plain / ours}
    return {"people": people, "draws": draws, **seconds, "largest_difference": apart, "peak_mb": peak}


def main(arguments: list[str] | None = None) -> int:
    """Print the two ways side by side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    found = measured(chosen.people, chosen.draws) | {"cores": os.cpu_count() or 1}
    if chosen.json:
        print(json.dumps(found))
    else:
        print("mobility indices, bootstrap   people   draws   plain s    ours s   ratio   difference   peak MB   cores")
        row = (found[key] for key in ("people", "draws", "plain_seconds", "our_seconds", "ratio", "largest_difference"))
        print("{:37d} {:7d} {:9.1f} {:9.3f} {:7.0f} {:12.1e}".format(*row), end="")
        print(f" {found['peak_mb']:9.0f} {found['cores']:7d}")
    return int(found["ratio"] < LEAST_RATIO or found["largest_difference"] > ROUNDING)


if __name__ == "__main__":
    sys.exit(main())
