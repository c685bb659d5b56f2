"""Chances of being measured, wave by wave, and the weights made of them: what `attrition` builds on."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from gm_workbench.metrics.checks import shortage
from gm_workbench.metrics.clustered import in_one_size
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.overlap import CERTAIN
from gm_workbench.metrics.score_errors import ScoreErrors, score_errors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

MIN_EACH = 10
"""Persons lost, and persons who stayed, below which nothing can be said of who is lost (assumed floor)."""

PER_COVARIATE = 5
"""The same for each covariate, where coefficients are told; for weights alone one will do (assumed floor)."""

SIDES = "persons with, and persons without, the later measurement"
COULD = "persons who could have been measured"


@dataclass(frozen=True, slots=True)
class Answering:
    """A logistic regression: coefficients (k,), what each person adds to their error (n, k), and chances (n,)."""

    values: Floats
    influence: Floats
    chance: Floats


def answering(matrix: Floats, answered: Floats, method: str, *, to_tell: bool = False) -> Answering | NotEnoughData:
    """Fit the chance of being measured; `to_tell` its coefficients asks for more, and that nobody was sure to stay either.

    >>> found = answering(np.ones((40, 1)), np.repeat([0.0, 1.0], [10, 30]), "example")
    >>> float(found.chance[0].round(6)), float(abs(found.influence.sum()).round(6))
    (0.75, 0.0)
    """
    there = int(answered.sum())
    needed = max(MIN_EACH, (PER_COVARIATE if to_tell else 1) * (matrix.shape[1] - 1))
    short = shortage(method, (SIDES, min(there, len(answered) - there), needed))
    if short is not None:
        return short
    # in columns that share nothing, for the square of near-copies loses their figures
    z, turn = np.linalg.qr(matrix)
    z, back = z * np.sqrt(len(z)), np.linalg.inv(turn) * np.sqrt(len(z))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # complete separation is told below, in our own words
        fit = GLM(answered, z, Binomial()).fit(tol=1e-12, maxiter=200)
        chance = np.asarray(fit.fittedvalues, dtype=float)
    sure = (chance < CERTAIN) | (to_tell & (chance > 1 - CERTAIN))
    short = shortage(method, (COULD, len(chance) - int(sure.sum()), len(chance)))
    if short is not None:
        return short
    bread = np.linalg.inv((z.T * (chance * (1 - chance))) @ z)
    influence = (z * (answered - chance)[:, None]) @ bread
    return Answering(back @ np.asarray(fit.params), influence @ back.T, chance)


def errors_by_cluster(columns: Sequence[Floats], answered: Floats, fit: Answering, codes: Ints) -> ScoreErrors:
    """Give CR2 errors of the coefficients of columns after the first, which is the constant, when clusters may be alike."""
    # from their means and in one size, which no coefficient hangs on, for the information holds squares
    apart, size = in_one_size(np.column_stack([columns[0], *(column - column.mean() for column in columns[1:])]))
    weight = fit.chance * (1 - fit.chance)
    parts, information = apart * (answered - fit.chance)[:, None], apart.T @ (weight[:, None] * apart)
    found = score_errors(parts, apart, weight, information, codes)
    return ScoreErrors(found.errors[1:] / size[1:], found.df[1:], found.alone[1:])


@dataclass(frozen=True, slots=True)
class Stage:
    """One wave: who was measured (n,), and columns that predict it (n, k): those of the analysis alone, and all."""

    answered: Floats
    few: Floats
    all: Floats


@dataclass(frozen=True, slots=True)
class Slope:
    """How log weights move with the coefficients of one model (n, k), and what each person adds to their error (n, k)."""

    of_log: Floats
    influence: Floats


@dataclass(frozen=True, slots=True)
class Weighing:
    """Weights (n,), 0 for who was lost; how they hang on the models of answering; and whose weight was cut."""

    weights: Floats
    slopes: tuple[Slope, ...]
    trimmed: Mask

    @property
    def kept(self) -> Mask:
        return self.weights > 0

    @property
    def effective(self) -> float:
        """Persons that would give the same precision without weights (Kish)."""
        return effective(self.weights)


def effective(weights: Floats) -> float:
    """Give Kish's number of effective persons."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def weighing(stages: Sequence[Stage], method: str, trim: float | None = None) -> Weighing | NotEnoughData:
    """Multiply the ratios of both chances over waves, among those still there at each."""
    n = len(stages[0].answered)
    log, still, slopes = np.zeros(n), np.ones(n, dtype=bool), []
    for stage in stages:
        if not stage.answered[still].all():
            for matrix, sign in ((stage.few, 1.0), (stage.all, -1.0)):
                fit = answering(matrix[still], stage.answered[still], method)
                if isinstance(fit, NotEnoughData):
                    return fit
                log[still] += sign * np.log(fit.chance)
                parts = sign * (1 - fit.chance)[:, None] * matrix[still]
                slopes.append(Slope(_spread(parts, still), _spread(fit.influence, still)))
        still = still & (stage.answered == 1)
    weights = np.where(still, np.exp(log), 0.0)
    bound = np.inf if trim is None else float(np.quantile(weights[still], trim))
    return Weighing(np.minimum(weights, bound), tuple(slopes), weights > bound)


def _spread(part: Floats, still: Mask) -> Floats:
    """Give rows of those still there their place among everybody; the others have none."""
    whole = np.zeros((len(still), part.shape[1]))
    whole[still] = part
    return whole
