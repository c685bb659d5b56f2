"""Does a panel of person-months come at least five times as fast as from a pandas groupby? Each way in a process of its own.

    python benchmarks/panel.py [--rows 24000000] [--json]

Spells (some overlap, some touch) become person-months: put together, laid out by month, with time, late entry and exits. Both
ways begin with the frame that pandas reads, pseudonyms as text, and give the same rows, which is looked at before times count.
The plain way puts spells together, counts months and finds exits with groups. Every way uses one thread; its seconds are those
of the processor, which are the clock's on a machine that does nothing else. Exits with 1 when the plain way takes less than
five times as long.

Monthly rows that become the same person-months are timed too; no threshold is about them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
import pandas as pd

from gm_workbench.panel.delivered_runs import coded
from gm_workbench.panel.merging import merge_runs
from gm_workbench.panel.person_months import expand
from gm_workbench.panel.runs import MergeRule, runs_of, runs_of_spells
from gm_workbench.vocabulary.calendar import Period

LEAST_RATIO = 5
WINDOW = Period(24072, 24311)  # 2006-01 to 2025-12
ZERO = WINDOW.first
COLUMNS = ("person", "month", "time", "entry", "event")
SPELLS, MEAN_LENGTH = 3, 20
SEED = 7

Arrays = dict[str, np.ndarray]


def drawn(rows: int) -> pd.DataFrame:
    """Draw the spells of about so many months: three a person, of which some overlap, some touch, some lie apart."""
    draw = np.random.default_rng(SEED)
    people = max(1, round(rows / (SPELLS * (MEAN_LENGTH - 1))))
    length = draw.geometric(1 / MEAN_LENGTH, (people, SPELLS)).clip(max=120)
    gap = draw.choice([-2, 0, 1, 4], (people, SPELLS), p=[0.1, 0.1, 0.2, 0.6])
    first = WINDOW.first - 6 + np.cumsum(length + gap, axis=1) - length
    frame = pd.DataFrame({"first": first.ravel(), "last": (first + length - 1).ravel()}, dtype=np.int32)
    frame["person"] = np.repeat([f"{code:032x}" for code in range(people)], SPELLS)
    frame["event"] = draw.integers(1, 3, len(frame)).astype(np.int8)
    return frame.sample(frac=1, random_state=SEED, ignore_index=True)


def by_month(spells: pd.DataFrame) -> pd.DataFrame:
    """Write the spells as monthly rows, in the order in which they are delivered: all of January, all of February, ..."""
    length = (spells["last"] - spells["first"] + 1).to_numpy()
    after = np.cumsum(length)
    rows = spells.loc[spells.index.repeat(length), ["person", "event"]].reset_index(drop=True)
    rows["month"] = np.arange(after[-1], dtype=np.int32) + np.repeat(spells["first"].to_numpy() - after + length, length)
    rows["event"] = rows["event"].where(rows.index.isin(after - 1), 0).astype(np.int8)
    return rows.sort_values("month", kind="stable", ignore_index=True)


def ours(frame: pd.DataFrame) -> Arrays:
    """Sort whole numbers once, find where runs break, repeat."""
    people, person = coded(frame["person"])
    if "month" in frame.columns:
        runs = runs_of(people, person, frame["month"].to_numpy(), frame["event"].to_numpy())
    else:
        first, last, event = (frame[name].to_numpy() for name in ("first", "last", "event"))
        runs, _ = merge_runs(runs_of_spells(people, person, first, last, event, np.zeros(len(frame), dtype=bool)), TOUCHING)
    months = expand(runs, WINDOW, np.full(len(runs), ZERO, dtype=np.int32))
    return {name: getattr(months, name) for name in COLUMNS}


TOUCHING = MergeRule("benefit")


def plain(frame: pd.DataFrame) -> Arrays:
    """Ask groups: of the person for what went before, of the run for its ends, of each run's rows for the month."""
    runs = runs_of_months(frame) if "month" in frame.columns else runs_of_groups(frame)
    months = runs.loc[runs.index.repeat(runs["last"] - runs["first"] + 1)]
    months["month"] = months["first"] + months.groupby(level=0).cumcount()
    months = months.loc[months["month"].between(max(ZERO, WINDOW.first), WINDOW.last)]
    entry = months.groupby(level=0)["month"].transform("min") - ZERO
    event = months["event"].where(months["month"] == months["last"], 0)
    made = months.assign(time=months["month"] - ZERO + 1, entry=entry, event=event)
    return {name: made[name].to_numpy() for name in COLUMNS}


def runs_of_groups(spells: pd.DataFrame) -> pd.DataFrame:
    """Put spells together that overlap or touch; of two that end together the one to work counts."""
    spells = spells.sort_values(["person", "first", "last"], ignore_index=True)
    reached = spells.groupby("person")["last"].cummax().groupby(spells["person"]).shift()
    spells["run"] = (reached.isna() | (spells["first"] > reached + 1)).cumsum()
    ends = spells.sort_values(["last", "event"], ascending=[True, False]).groupby("run")["event"].last()
    return spells.groupby("run").agg({"person": "first", "first": "min", "last": "max"}).assign(event=ends)


def runs_of_months(rows: pd.DataFrame) -> pd.DataFrame:
    """Find the runs of monthly rows; of two rows of one month an end counts, and one to work first."""
    rank = rows["event"].map({0: 0, 2: 1, 1: 2})
    rows = rows.assign(rank=rank).sort_values(["person", "month", "rank"]).drop_duplicates(["person", "month"], keep="last")
    run = rows.groupby("person")["month"].diff().ne(1).cumsum()
    groups = rows.groupby(run)
    return groups.agg(person=("person", "first"), first=("month", "min"), last=("month", "max"), event=("event", "last"))


WAYS: dict[str, Callable[[pd.DataFrame], Arrays]] = {"ours": ours, "plain": plain}
CASES = ("spells", "monthly rows")


def timed(way: str, file: Path) -> dict[str, object]:
    """Make the panel one way; give seconds, peak memory, rows and a digest of what was made."""
    frame = pd.read_parquet(file, use_threads=False)
    began, wall = time.process_time(), time.perf_counter()
    made = WAYS[way](frame)
    seconds, wall = time.process_time() - began, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    rows = len(made["person"])
    return {"seconds": seconds, "wall_seconds": wall, "peak_mib": peak, "rows": rows, "digest": digest(made)}


def digest(made: Arrays) -> str:
    """Digest the rows, which are in the order of person and month, with persons numbered as they come."""
    made = {**made, "person": pd.factorize(made["person"])[0]}
    found = hashlib.sha256()
    for name in COLUMNS:
        found.update(np.asarray(made[name]).astype(np.int32).tobytes())
    return found.hexdigest()


def measure(rows: int) -> dict[str, object]:
    """Draw the spells, and let each way work in a process of its own."""
    found: dict[str, object] = {"cores": os.cpu_count()}
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as folder:
        file = Path(folder) / "rows.parquet"
        spells = drawn(rows)
        for case in CASES:
            frame = spells if case == "spells" else by_month(spells)
            frame.to_parquet(file, compression="zstd")
            found[case] = {"delivered": len(frame)} | side_by_side(file)
            del frame
    return found


def side_by_side(file: Path) -> dict[str, object]:
    """Run each way on a file, and hold what they made against each other."""
    made = {}
    for way in WAYS:
        call = [sys.executable, __file__, "--way", way, "--file", str(file)]
        made[way] = json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout)
    if made["plain"]["digest"] != made["ours"]["digest"]:
        raise SystemExit("The two ways do not give the same person-months; their times mean nothing.")
    return {**made, "ratio": made["plain"]["seconds"] / made["ours"]["seconds"]}


def told(found: dict[str, object]) -> str:
    """Say it in a table."""
    lines = []
    for case in CASES:
        one = found[case]
        lines += [f"{one['delivered']:,} {case} to {one['ours']['rows']:,} person-months ({found['cores']} cores, one thread)"]
        lines += [f"  {'':6}{'seconds':>9}{'on the clock':>14}{'peak MiB':>10}"]
        lines += [f"  {way:6}{_figures(one[way])}" for way in WAYS]
        threshold = f" (at least {LEAST_RATIO})" if case == "spells" else ""
        lines += [f"  ratio {one['ratio']:.1f}{threshold}; both give the same rows"]
    return "\n".join(lines)


def _figures(one: dict[str, float]) -> str:
    return f"{one['seconds']:>9.2f}{one['wall_seconds']:>14.2f}{one['peak_mib']:>10.0f}"


def main() -> int:
    """Measure, print, and fail when the ratio is too small."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=24_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--way", choices=tuple(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        print(json.dumps(timed(asked.way, asked.file)))
        return 0
    found = measure(asked.rows)
    print(json.dumps(found, indent=1) if asked.json else told(found))
    return 0 if found["spells"]["ratio"] >= LEAST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
