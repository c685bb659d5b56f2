"""Estimators of shares, moves and spend, on small draws that are declared here, with their truth in closed form."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np
import pandas as pd

from calibrating.rows import RESAMPLED, Estimator, Found, Scene
from gm_workbench.metrics.clustered_share import share
from gm_workbench.metrics.equity import spend
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.mobility import indices, mobility_indices

STATES = ("low", "middle", "high")
MATRIX = ((0.6, 0.3, 0.1), (0.25, 0.5, 0.25), (0.1, 0.3, 0.6))
START = (0.5, 0.3, 0.2)
TRUE = indices(MATRIX, START)


class Moves:
    """300 persons who move between three states by a planted matrix."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        first = rng.choice(3, 300, p=START)
        later = (rng.random(300)[:, None] > np.cumsum(MATRIX, axis=1)[first]).sum(axis=1)
        names = np.array(STATES)
        self.pairs = pd.DataFrame({"person": range(300), "from": names[first], "to": names[later]})
        self.coach = pd.Series(np.arange(300) % 20)

    @cached_property
    def found(self):
        return mobility_indices(self.pairs, STATES, draws=499)


def index(draw: Moves, name: str) -> Found:
    return draw.found if isinstance(draw.found, NotEnoughData) else draw.found[name]


def stayed_low(draw: Moves) -> Found:
    low = draw.pairs["from"] == "low"
    return share(draw.pairs.loc[low, "to"].eq("low"), draw.coach.loc[low])


def spending(seed: int) -> pd.DataFrame:
    """Draw 300 persons over twelve months: 30 % get something, 800 euro on average (log-normal), in one month."""
    rng = np.random.default_rng(seed)
    amount = np.where(rng.random(300) < 0.3, 800 * rng.lognormal(-0.18, 0.6, 300), 0.0)
    rows = pd.DataFrame({"person": np.repeat(np.arange(300), 12), "amount": 0.0})
    return rows.assign(amount=np.where(np.arange(3600) % 12 == 5, amount[rows["person"]], 0.0))


def per_month(rows: pd.DataFrame) -> Found:
    found = spend(rows)
    return found if isinstance(found, NotEnoughData) else found.per_month


def given_any(rows: pd.DataFrame) -> Found:
    found = spend(rows)
    return found if isinstance(found, NotEnoughData) else found.given_any


AS_IF_ALIKE = "the effective number of persons is never put above the number there are, and coaches are alike here"

MOVES, SPENT = Scene("own: moves", Moves), Scene("own: spend", spending)

ROWS = [
    *(
        Estimator(f"own-mobility-{name.replace('_', '-')}", MOVES, partial(index, name=name), value, draws=RESAMPLED)
        for name, value in TRUE.items()
    ),
    Estimator("own-transition-share", MOVES, stayed_low, MATRIX[0][0], wide=AS_IF_ALIKE),
    Estimator("own-spend-per-month", SPENT, per_month, 0.3 * 800 / 12, draws=RESAMPLED),
    Estimator("own-spend-given-any", SPENT, given_any, 800.0, draws=RESAMPLED),
]
