"""Resampling metrics beside a plain loop over refits: at least thirty times as fast, with the same numbers to rounding.

    python benchmarks/metrics.py [--persons 50000] [--replicates 10000] [--checked 200] [--json]

Six cases: the starts of teams dealt out again, with a regression on persons for each deal (cluster permutation); two
decompositions of spend, Oaxaca-Blinder and Kitagawa, with persons drawn again; and mobility indices with persons drawn again.
Each decomposition is done twice: where one person in four has any spend, so that most persons are alike and only their number
is drawn; and where everybody has, no two the same amount, which is the hardest for ours. The plain way draws persons one by
one and fits their rows again: numpy's least squares for the deals and for Oaxaca-Blinder, a pandas groupby for Kitagawa, a
crosstab for mobility, replicate after replicate. It is timed over the first of them (`--checked`) and its seconds multiplied
up to all. Ours does all of them.

Whether numbers are the same is seen apart, over the replicates that are checked: the draws of ours are written out as rows,
these are refitted the plain way, and standard error and interval of each statistic are held against ours. Each way works in a
process of its own with one thread; seconds are those of the processor. Exits with 1 when a ratio is below thirty, numbers
differ by more than rounding, or ours takes more than 300 MiB beside what it began with.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
import pandas as pd
from scipy.stats import t

from gm_workbench.metrics import assignments, mobility
from gm_workbench.metrics.bootstrap import class_draws
from gm_workbench.metrics.bootstrap_lines import own_counts
from gm_workbench.metrics.bootstrap_sums import drawn_kinds, kinds
from gm_workbench.metrics.decomposition import kitagawa, spend_kitagawa
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.oaxaca import oaxaca_blinder
from gm_workbench.metrics.randomisation import randomisation_inference

LEAST_RATIO, MOST_MIB, ROUNDING = 30, 300, 1e-6
TEAMS, PERIODS = 40, 4
STATES = ("q1", "q2", "q3", "q4", "q5")
HOUSEHOLDS = ("couple", "lone_parent", "other", "single")
SEXES = ("woman", "man")
SEED = 3

Numbers = dict[str, float]
Rows = tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Data; ours for so many replicates; rows drawn the plain way, or written out from our draws; and the refit of rows."""

    data: Callable[[int], pd.DataFrame]
    ours: Callable[[pd.DataFrame, int], Numbers]
    plain_draws: Callable[[pd.DataFrame], Iterator[Rows]]
    our_draws: Callable[[pd.DataFrame, int], Iterator[Rows]]
    refit: Callable[[pd.DataFrame], Callable[[Rows], Numbers]]
    told: Callable[[list[Numbers]], Numbers]


def ends(replicates: list[Numbers]) -> Numbers:
    """Give standard error and interval of each statistic over replicates."""
    table = pd.DataFrame(replicates)
    found = {"se": table.std(ddof=1), "low": table.quantile(0.025), "high": table.quantile(0.975)}
    return {f"{name} {end}": float(one) for end, values in found.items() for name, one in values.items()}


def no_narrower(numbers: Numbers, whole: Numbers, frame: pd.DataFrame) -> Numbers:
    """Widen the intervals of spend to Student's t with as many degrees as persons with spend in the smaller group, less one."""
    aside = t.ppf(0.975, frame.loc[frame["amount"] > 0, "sex"].value_counts().min() - 1)
    low = {f"{name} low": min(numbers[f"{name} low"], one - aside * numbers[f"{name} se"]) for name, one in whole.items()}
    high = {f"{name} high": max(numbers[f"{name} high"], one + aside * numbers[f"{name} se"]) for name, one in whole.items()}
    return numbers | low | high


def of(estimates: dict[str, Estimate]) -> Numbers:
    """Give the same numbers of estimates."""
    return {f"{name} {end}": getattr(one, end) for name, one in estimates.items() for end in ("se", "low", "high")}


# -- the starts of teams dealt out again ---------------------------------------------------------------------------------------


def cascade(people: int) -> pd.DataFrame:
    """Draw persons in teams and months, half of the teams with a start at one of three moments."""
    draw = np.random.default_rng(SEED)
    frame = pd.DataFrame({"team": draw.integers(0, TEAMS, people), "month": draw.integers(0, PERIODS, people)})
    frame["y"] = draw.normal(0, 1, TEAMS)[frame["team"]] * 0.1 + frame["month"] * 0.05 + draw.normal(size=people)
    return frame


STARTS = {team: 1 + team % 3 if team % 2 else None for team in range(TEAMS)}


def cells_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Give mean and number by team and month, all that the comparison needs."""
    return frame.groupby(["team", "month"])["y"].agg(y="mean", n="size").reset_index().astype({"n": float})


def dealt_by_us(frame: pd.DataFrame, replicates: int) -> Numbers:
    """Judge the difference by so many deals."""
    found = randomisation_inference(
        cells_of(frame),
        "y",
        "n",
        "team",
        "month",
        STARTS,
        nuisance="period",
        unit="points",
        persons=len(frame),
        draws=replicates,
    )
    return {"difference": found.estimate.value, "p": found.p}


def deals(frame: pd.DataFrame, replicates: int = 10**6) -> Iterator[Rows]:
    """Deal the starts out again, as ours does; the first is as it happened."""
    plan = assignments.design(cells_of(frame), "n", "team", "month", STARTS, "period")
    first_months = np.sort([PERIODS if start is None else start for start in set(STARTS.values())])
    at_once = min(replicates, 10_000)
    for dealt in assignments.drawn(plan, at_once, 1):
        yield (first_months[dealt],)


def difference_of(frame: pd.DataFrame) -> Callable[[Rows], Numbers]:
    """Fit the persons to exposure and month."""
    y, team, month = (frame[name].to_numpy() for name in ("y", "team", "month"))
    months = np.eye(PERIODS)[month]

    def refit(rows: Rows) -> Numbers:
        exposed = (month >= rows[0][team]).astype(float)
        return {"difference": float(np.linalg.lstsq(np.column_stack([exposed, months]), y, rcond=None)[0][0])}

    return refit


def share_beyond(replicates: list[Numbers]) -> Numbers:
    """Give the difference as it happened, and the share of deals with one as far from zero."""
    found = np.array([one["difference"] for one in replicates])
    return {"difference": found[0], "p": float((np.abs(found) >= abs(found[0]) * (1 - 1e-9)).mean())}


# -- decompositions of spend, with persons drawn again -------------------------------------------------------------------------


def spend(people: int) -> pd.DataFrame:
    """Draw women and men with an age, children and a household, of whom one in four has any spend."""
    draw = np.random.default_rng(SEED)
    frame = pd.DataFrame({"person": range(people), "sex": np.where(np.arange(people) < people // 2, *SEXES)})
    frame = frame.assign(age=draw.integers(18, 67, people), children=draw.poisson(0.8, people).clip(max=4))
    frame["household"] = draw.choice(HOUSEHOLDS, people, p=[0.2, 0.25, 0.1, 0.45])
    amount = draw.gamma(1.2, 400 + 5 * frame["age"]) * (draw.random(people) < 0.25)
    return frame.assign(amount=amount, kind=frame["household"].map(dict(zip(HOUSEHOLDS, range(4), strict=True))))


def everybody_has_spend(people: int) -> pd.DataFrame:
    """Draw the same women and men, each with an amount of her own."""
    frame = spend(people)
    return frame.assign(amount=np.random.default_rng(SEED + 1).gamma(1.2, 400 + 5 * frame["age"]))


def persons_drawn(frame: pd.DataFrame) -> Iterator[Rows]:
    """Draw persons within each sex, one by one."""
    sizes = [int((frame["sex"] == sex).sum()) for sex in SEXES]
    draw = np.random.default_rng(SEED)
    while True:
        yield draw.integers(0, sizes[0], sizes[0]), sizes[0] + draw.integers(0, sizes[1], sizes[1])


def written_out(columns: list[str]) -> Callable[[pd.DataFrame, int], Iterator[Rows]]:
    """Write our draws out as rows: of each kind, its first person as often as the kind was drawn."""

    def rows(frame: pd.DataFrame, replicates: int) -> Iterator[Rows]:
        sides = []
        for place, sex in enumerate(SEXES):
            at = np.flatnonzero(frame["sex"] == sex)
            alike = kinds(frame[columns].to_numpy(dtype=float)[at])
            first = at[np.unique(alike.of_person, return_index=True)[1]]
            sides.append((first, drawn_kinds(alike, replicates, 1 + place)[1:].astype(int)))
        for drawn in zip(*(counts for _, counts in sides), strict=True):
            yield tuple(np.repeat(first, times) for (first, _), times in zip(sides, drawn, strict=True))

    return rows


def months_written_out(frame: pd.DataFrame, replicates: int) -> Iterator[Rows]:
    """Write our draws of the Kitagawa decomposition out as rows: each person as often as she was drawn."""
    sides = []
    for place, sex in enumerate(SEXES):
        at = np.flatnonzero(frame["sex"] == sex)
        homes = np.eye(len(HOUSEHOLDS))[frame["kind"].to_numpy()[at]]
        summed = np.column_stack([np.ones(len(at)), homes, homes * frame["amount"].to_numpy()[at, None]])
        sides.append((at, own_counts(summed, range(5, 9), replicates, 1 + place)))
    for drawn in zip(*(counts for _, counts in sides), strict=True):
        yield tuple(np.repeat(at, times) for (at, _), times in zip(sides, drawn, strict=True))


KNOWN = ["age", "children", "household"]


def oaxaca_by_us(frame: pd.DataFrame, replicates: int) -> Numbers:
    """Decompose by three characteristics."""
    found = oaxaca_blinder(frame, "amount", "sex", SEXES, KNOWN, draws=replicates)
    parts = {name: getattr(found, name) for name in ("gap", "explained", "endowments", "interaction")}
    return of(parts | {f"explained by {name}": found.detail[name].explained for name in KNOWN})


def oaxaca_of(frame: pd.DataFrame) -> Callable[[Rows], Numbers]:
    """Fit three regressions to the rows drawn, and take the means."""
    homes = np.eye(4)[frame["kind"]][:, 1:]
    x = np.column_stack([np.ones(len(frame)), frame[["age", "children"]], homes])
    y, woman = frame["amount"].to_numpy(), (frame["sex"] == "woman").to_numpy(dtype=float)
    pooled = np.column_stack([x, woman])

    def refit(rows: Rows) -> Numbers:
        a, b = (np.linalg.lstsq(x[side], y[side], rcond=None)[0] for side in rows)
        both = np.concatenate(rows)
        star = np.linalg.lstsq(pooled[both], y[both], rcond=None)[0][:-1]
        apart = x[rows[0]].mean(axis=0) - x[rows[1]].mean(axis=0)
        by = apart * star
        total = {"gap": y[rows[0]].mean() - y[rows[1]].mean(), "explained": by.sum()}
        total |= {"endowments": apart @ b, "interaction": apart @ (a - b)}
        return total | dict(zip([f"explained by {name}" for name in KNOWN], (by[1], by[2], by[3:].sum()), strict=True))

    return refit


def kitagawa_by_us(frame: pd.DataFrame, replicates: int) -> Numbers:
    """Decompose over households."""
    found = spend_kitagawa(frame, "sex", SEXES, "household", draws=replicates)
    return of({"composition": found.composition, "rates": found.rates, "single": found.parts[3].rates})


def kitagawa_of(frame: pd.DataFrame) -> Callable[[Rows], Numbers]:
    """Count the rows drawn by household, and take the means."""

    def refit(rows: Rows) -> Numbers:
        sides = [frame.iloc[side].groupby("household")["amount"].agg(["size", "mean"]) for side in rows]
        shares = [one["size"].to_numpy() / one["size"].sum() for one in sides]
        composition, rates = kitagawa(shares, [one["mean"].to_numpy() for one in sides])
        return {"composition": composition.sum(), "rates": rates.sum(), "single": rates[3]}

    return refit


# -- mobility, with persons drawn again ----------------------------------------------------------------------------------------


def moves(people: int) -> pd.DataFrame:
    """Draw persons in fifths who move a little."""
    draw = np.random.default_rng(SEED)
    start = draw.integers(0, 5, people)
    end = (start + draw.choice([-1, 0, 0, 0, 1], people)).clip(0, 4)
    names = np.array(STATES)
    return pd.DataFrame({"person": range(people), "from": names[start], "to": names[end], "start": start, "end": end})


def mobility_by_us(frame: pd.DataFrame, replicates: int) -> Numbers:
    """Estimate the indices."""
    return of(dict(mobility.mobility_indices(frame, STATES, draws=replicates)))


def movers_drawn(frame: pd.DataFrame) -> Iterator[Rows]:
    """Draw persons one by one."""
    draw = np.random.default_rng(SEED)
    while True:
        yield (draw.integers(0, len(frame), len(frame)),)


def movers_written_out(frame: pd.DataFrame, replicates: int) -> Iterator[Rows]:
    """Write our draws out as rows: of each pair of states, its first person as often as the pair was drawn."""
    pair = (frame["start"] * 5 + frame["end"]).to_numpy()
    there, first = np.unique(pair, return_index=True)
    sizes = np.bincount(pair, minlength=25)
    for drawn in class_draws(sizes, replicates, 1)[1:]:
        yield (np.repeat(first, drawn[there].astype(int)),)


def mobility_of(frame: pd.DataFrame) -> Callable[[Rows], Numbers]:
    """Count the pairs of the rows drawn, and work the indices out."""
    start, end = frame["start"].to_numpy(), frame["end"].to_numpy()

    def refit(rows: Rows) -> Numbers:
        counts = pd.crosstab(start[rows[0]], end[rows[0]]).to_numpy()
        of_rows = counts.sum(axis=1)
        return mobility.indices(counts / of_rows[:, None], of_rows / of_rows.sum())

    return refit


OAXACA = Case(spend, oaxaca_by_us, persons_drawn, written_out(["age", "children", "kind", "amount"]), oaxaca_of, ends)
KITAGAWA = Case(spend, kitagawa_by_us, persons_drawn, months_written_out, kitagawa_of, ends)
CASES = {
    "cluster permutation": Case(cascade, dealt_by_us, deals, deals, difference_of, share_beyond),
    "Oaxaca-Blinder bootstrap": OAXACA,
    "Oaxaca-Blinder, everybody has spend": replace(OAXACA, data=everybody_has_spend),
    "Kitagawa bootstrap": KITAGAWA,
    "Kitagawa, everybody has spend": replace(KITAGAWA, data=everybody_has_spend),
    "mobility bootstrap": Case(moves, mobility_by_us, movers_drawn, movers_written_out, mobility_of, ends),
}


# -- measuring -----------------------------------------------------------------------------------------------------------------


def work(name: str, way: str, people: int, replicates: int) -> dict[str, object]:
    """Let one way do so many replicates of a case; give seconds, memory beside the data, and the numbers."""
    case = CASES[name]
    frame = case.data(people)
    if way == "ours":
        case.ours(frame.iloc[:: max(1, people // 2000)], 99)  # what is imported when first called is no part of the metric
    before, began = peak_mib(), time.process_time()
    if way == "ours":
        numbers = case.ours(frame, replicates)
    else:
        draws = case.plain_draws(frame) if way == "plain" else case.our_draws(frame, replicates)
        refit = case.refit(frame)
        many = replicates + (case.told is share_beyond)
        numbers = case.told([refit(rows) for rows in islice(draws, many)])
        if "sex" in frame:
            numbers = no_narrower(numbers, refit(tuple(np.flatnonzero(frame["sex"] == sex) for sex in SEXES)), frame)
    return {"seconds": time.process_time() - began, "mib": peak_mib() - before, "numbers": numbers}


def peak_mib() -> float:
    """Give the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def apart(name: str, way: str, people: int, replicates: int) -> dict[str, object]:
    """Do the work in a process of its own."""
    options = ["--case", name, "--way", way, "--persons", str(people), "--replicates", str(replicates)]
    return json.loads(subprocess.run([sys.executable, __file__, *options], capture_output=True, text=True, check=True).stdout)


def measure(people: int, replicates: int, checked: int) -> dict[str, object]:
    """Time both ways of every case, and hold their numbers against each other on the same draws."""
    found: dict[str, object] = {"cores": os.cpu_count(), "persons": people, "replicates": replicates, "checked": checked}
    for name in CASES:
        ours, plain = apart(name, "ours", people, replicates), apart(name, "plain", people, checked)
        same = apart(name, "ours", people, checked)["numbers"], apart(name, "same", people, checked)["numbers"]
        whole = plain["seconds"] / checked * replicates
        far = max(abs(same[0][one] - same[1][one]) / max(abs(same[1][one]), 1e-3) for one in same[1])
        found[name] = {
            "ours_seconds": ours["seconds"],
            "plain_seconds": whole,
            "ratio": whole / ours["seconds"],
            "ours_mib": ours["mib"],
            "plain_mib": plain["mib"],
            "numbers_compared": len(same[1]),
            "largest_relative_difference": far,
        }
    return found


def kept(one: dict[str, float]) -> bool:
    """Whether a case is fast, frugal and right."""
    return one["ratio"] >= LEAST_RATIO and one["ours_mib"] <= MOST_MIB and one["largest_relative_difference"] <= ROUNDING


def told(found: dict[str, object]) -> str:
    """Say it in a table."""
    head = (
        f"{found['replicates']:,} replicates at {found['persons']:,} persons, {found['cores']} cores, one thread; the plain "
        f"way timed over {found['checked']:,} and multiplied up"
    )
    columns = f"{'':36}{'plain s':>9}{'ours s':>9}{'ratio':>8}{'plain MiB':>11}{'ours MiB':>10}"
    lines = [head, f"{columns}  same draws: numbers, largest difference"]
    for name in CASES:
        one = found[name]
        lines.append(
            f"{name:36}{one['plain_seconds']:>9.1f}{one['ours_seconds']:>9.2f}{one['ratio']:>8.0f}{one['plain_mib']:>11.0f}"
            f"{one['ours_mib']:>10.0f}  {one['numbers_compared']:>19}, {one['largest_relative_difference']:.0e}"
            f"{'' if kept(one) else '  NOT KEPT'}"
        )
    lines.append(f"bounds: ratio at least {LEAST_RATIO}, ours at most {MOST_MIB} MiB beside the data, relative {ROUNDING:.0e}")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and fail when a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=50_000)
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--checked", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--case", choices=tuple(CASES), help=argparse.SUPPRESS)
    parser.add_argument("--way", choices=("ours", "plain", "same"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.case:
        print(json.dumps(work(asked.case, asked.way, asked.persons, asked.replicates)))
        return 0
    found = measure(asked.persons, asked.replicates, asked.checked)
    print(json.dumps(found, indent=1) if asked.json else told(found))
    return 0 if all(kept(found[name]) for name in CASES) else 1


if __name__ == "__main__":
    sys.exit(main())
