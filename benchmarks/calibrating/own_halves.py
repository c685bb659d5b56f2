"""Numbers of one group of coaches of whom one has half of the persons: means, shares, curves and months."""

from __future__ import annotations

import numpy as np
import pandas as pd

from calibrating.rows import CLOSED, Estimator, Found, Judged, Scene
from gm_workbench.metrics.clustered_share import share
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.exits import cumulative_incidence
from gm_workbench.metrics.restricted_mean import lost
from gm_workbench.metrics.waves import course

SIZES = np.array([198, *[18] * 11])
"""Persons of twelve coaches."""

ALIKE, SHARE, HORIZON, MONTHLY, SPREAD = 0.1, 0.3, 12, 0.03, 0.4


def halved(seed: int) -> pd.DataFrame:
    """Draw persons of twelve coaches of whom one has half: intraclass correlation .1 of a score and of a flag.

    The log chance of leaving in a month has a standard deviation of .4 over coaches; one in a hundred leaves otherwise.
    """
    rng, coach = np.random.default_rng(seed), np.repeat(np.arange(12), SIZES)
    n, odds = len(coach), (1 - ALIKE) / ALIKE
    flag = rng.random(n) < rng.beta(SHARE * odds, (1 - SHARE) * odds, 12)[coach]
    y = ALIKE**0.5 * rng.normal(size=12)[coach] + (1 - ALIKE) ** 0.5 * rng.normal(size=n)
    time, otherwise = rng.geometric(monthly(rng.normal(size=12))[coach]), rng.geometric(0.01, n)
    watched = rng.integers(HORIZON, 40, n)
    event = np.where(np.minimum(time, otherwise) > watched, 0, np.where(time <= otherwise, 1, 2))
    rows = pd.DataFrame({"person": range(n), "coach": coach, "wave": "T0", "all": "all", "flag": flag.astype(int), "y": y})
    return rows.assign(time=np.minimum.reduce([time, otherwise, watched]), event=event)


def monthly(level: np.ndarray) -> np.ndarray:
    """Give the chance of leaving in a month of coaches at their levels."""
    return np.minimum(MONTHLY * np.exp(SPREAD * level), 0.9)


def left_after(months: int) -> float:
    """Give the share of all that has left, over coaches of a normal level: 60 points of Gauss and Hermite."""
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    chance = monthly(points)
    stays = (1 - chance) * 0.99
    return float(chance * (1 - stays**months) / (1 - stays) @ weights / weights.sum())


def mean(rows: pd.DataFrame) -> Found:
    return course(rows, "y", group="all", waves=["T0"], cluster="coach").reported[0].estimate


def mean_cr1(rows: pd.DataFrame) -> Found:
    """Give the mean with the error that counts all coaches alike, for comparison."""
    found, sums = mean(rows), (rows["y"] - rows["y"].mean()).groupby(rows["coach"]).sum()
    if isinstance(found, NotEnoughData):
        return found
    se = float((sums**2).sum() * 12 / 11) ** 0.5 / len(rows)
    return Estimate(found.value, found.value - T11 * se, found.value + T11 * se, se, found.n, found.unit, "CR1")


T11 = 2.2009851600829
"""The .975 quantile of t on 11."""


def flagged(rows: pd.DataFrame) -> Found:
    return share(rows["flag"], rows["coach"])


def left(rows: pd.DataFrame) -> Found:
    curve = cumulative_incidence(rows["time"], rows["event"], [HORIZON], 1, rows["coach"])
    return curve if isinstance(curve, NotEnoughData) else curve.at(HORIZON)


def months(rows: pd.DataFrame) -> Found:
    return lost(rows["time"], rows["event"], HORIZON, 1, clusters=rows["coach"])


HALVED = Scene("own: one coach with half", halved)

ROWS = [
    Estimator("own-halves-mean", HALVED, mean, 0.0),
    Estimator("own-halves-mean-cr1", HALVED, mean_cr1, 0.0, Judged.BIAS, CLOSED, "t on coaches − 1"),
    Estimator("own-halves-share", HALVED, flagged, SHARE),
    Estimator("own-halves-incidence", HALVED, left, left_after(HORIZON)),
    Estimator("own-halves-months-lost", HALVED, months, sum(left_after(m) for m in range(1, HORIZON))),
]
