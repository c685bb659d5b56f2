"""One row for each estimator, and how its draws are judged.

Limits are those of chance: the 99.95 % point of a binomial. At 2,000 draws of a 95 % interval that is 133 misses (1,867 hits),
at 500 it is 42 (458 hits).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor
from typing import Any

import numpy as np
from scipy.stats import binom, binomtest

from gm_workbench.metrics.estimate import Estimate, NotEnoughData

CLOSED, RESAMPLED = 2_000, 500
"""Draws for estimators in closed form, and for those that draw anew themselves."""

CHANCE = 0.9995
RISK = 0.05

Found = Estimate | NotEnoughData


class Judged(StrEnum):
    """What is asked of an estimator."""

    COVERS = "covers"  # its intervals hold the truth
    ALARMS = "alarms"  # where nothing is, its intervals hold zero
    BIAS = "bias"  # outside its assumptions: the bias is printed, and nothing is judged


@dataclass(frozen=True, slots=True)
class Scene:
    """Where draws come from: `draw` gives, for a seed, what the estimators of this scene are computed from.

    `world` is the planted world whose truth is looked up; empty for a small draw that is declared here.
    """

    name: str
    draw: Callable[[int], Any]
    world: str = ""


@dataclass(frozen=True, slots=True)
class Estimator:
    """An estimator under calibration.

    Attributes
    ----------
    name : str
        Unique; also that of its file of draws.
    scene : Scene
        Where its draws come from.
    compute : function
        From what the scene gives to the estimate.
    truth : str or float
        Name of the estimand in the world's truth (`-name` for its opposite), or the value where the draw is declared here.
    judged : Judged
    draws : int
        `CLOSED` or `RESAMPLED`.
    assumes : str
        The words of the world's truth that say its assumptions are met (of `BIAS`: not met); for a draw declared here, its own.
    size : float
        Attainable size: below 5 % for a permutation test over few assignments.
    wide : str
        Why its intervals are wider than they need be, where they are.
    """

    name: str
    scene: Scene
    compute: Callable[[Any], Found]
    truth: str | float
    judged: Judged = Judged.COVERS
    draws: int = CLOSED
    assumes: str = ""
    size: float = RISK
    wide: str = ""


def attainable(assignments: int, ties: int = 1, risk: float = RISK) -> float:
    """Give the largest size below `risk` of a test over equally likely assignments, of which `ties` give the same statistic.

    >>> round(attainable(70, ties=2), 4)
    0.0286
    """
    at_most = floor(risk * assignments / ties)
    exact = at_most * ties / assignments == risk
    return (at_most - exact) * ties / assignments


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of an estimator's draws."""

    estimator: str
    world: str
    judged: str
    truth: float
    draws: int
    wanted: int
    without_number: int
    misses: int
    allowed: int
    missed_share: float
    low: float
    high: float
    size: float
    bias: float
    bias_se: float
    mean_se: float
    spread: float
    verdict: str
    note: str

    @property
    def failed(self) -> bool:
        return self.verdict.startswith("FAILS")


def allowed_misses(draws: int, size: float = RISK) -> int:
    """Give the most misses that chance allows.

    >>> allowed_misses(2_000), allowed_misses(500)
    (133, 42)
    """
    return int(binom.ppf(CHANCE, draws, size)) if draws else 0


def judge(row: Estimator, truth: float, answers: Sequence[dict[str, Any]]) -> Judgement:
    """Count the intervals that miss the truth, with an exact (Clopper-Pearson) interval for their share."""
    told = [one for one in answers if "value" in one]
    value, low, high, se = (np.array([one[name] for one in told], dtype=float) for name in ("value", "low", "high", "se"))
    missed, n = int(((low > truth) | (high < truth)).sum()), len(told)
    share = missed / n if n else float("nan")
    bounds = binomtest(missed, n).proportion_ci(0.95, "exact") if n else None
    spread = float(value.std(ddof=1)) if n > 1 else float("nan")
    return Judgement(
        estimator=row.name,
        world=row.scene.world or "own draw",
        judged=row.judged,
        truth=truth,
        draws=n,
        wanted=row.draws,
        without_number=len(answers) - n,
        misses=missed,
        allowed=allowed_misses(n, row.size),
        missed_share=share,
        low=float(bounds.low) if bounds else float("nan"),
        high=float(bounds.high) if bounds else float("nan"),
        size=row.size,
        bias=float(value.mean() - truth) if n else float("nan"),
        bias_se=spread / n**0.5 if n else float("nan"),
        mean_se=float(np.mean(se)) if n else float("nan"),
        spread=spread,
        verdict=_verdict(row, missed, n, len(answers)),
        note=_why_wide(row) if n and _too_few(missed, n, row.size) and row.judged is not Judged.BIAS else "",
    )


def _why_wide(row: Estimator) -> str:
    return row.wide or "conservative, and why was not declared"


def _verdict(row: Estimator, missed: int, n: int, tried: int) -> str:
    if not n:
        return "no number" if tried else "not begun"
    partial = "" if tried >= row.draws else f" so far ({tried} of {row.draws})"
    if row.judged is Judged.BIAS:
        return "printed" + partial
    if missed > allowed_misses(n, row.size):
        return "FAILS" + partial
    return ("conservative" if _too_few(missed, n, row.size) else "sound") + partial


def _too_few(missed: int, n: int, size: float) -> bool:
    """Say whether fewer miss than chance would let: the interval is wider than it need be."""
    return missed < int(binom.ppf(1 - CHANCE, n, size))
