r"""Means and covariances as a factor model implies them, fitted to one or several groups by maximum likelihood.

Answers lean on factors: :math:`\Sigma = \Lambda \Phi \Lambda' + \Theta` and :math:`\mu = \tau + \Lambda \alpha`, in the
notation of Jöreskog. Each entry of these is fixed, or has a place in one vector of parameters; two entries with the same place
are equal. The rooms `confirmatory`, `invariance` and `reliability` say what is free; here it is fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cho_factor, cho_solve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEPS = 200
"""Steps of Fisher scoring after which a fit that has not come to rest never will."""

HALVINGS = 40
RESTED = 1e-12
"""A step that promises less than this gain in log-likelihood for each person is the last."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a group of n persons says: means (p,) and covariances (p, p) of its items, with divisor n."""

    n: int
    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, answers: pd.DataFrame) -> Sample:
        """Summarise complete answers, a row per person."""
        values = answers.to_numpy(dtype=float)
        return cls(len(values), values.mean(axis=0), np.atleast_2d(np.cov(values, rowvar=False, ddof=0)))

    @property
    def is_regular(self) -> bool:
        """Whether no item is constant or a combination of the others."""
        sd = np.sqrt(np.diag(self.covariance))
        if not (sd > 0).all() or self.n <= len(sd):
            return False
        return bool(np.linalg.eigvalsh(self.covariance / np.outer(sd, sd))[0] > 1e-8)


@dataclass(frozen=True, slots=True)
class Entries:
    """A matrix or vector of the model: `place` in the parameters where an entry is free, and −1 where it is `fixed`."""

    fixed: Floats
    place: Ints

    @classmethod
    def make(cls, place: ArrayLike, fixed: ArrayLike = 0.0) -> Entries:
        """Lay out an array of places; `fixed` is one value for all fixed entries, or an array of them."""
        places = np.asarray(place, dtype=np.int64)
        return cls(np.broadcast_to(np.asarray(fixed, dtype=float), places.shape), places)

    def at(self, theta: Floats) -> Floats:
        return np.where(self.place >= 0, theta[self.place], self.fixed)

    @property
    def free(self) -> list[tuple[tuple[int, ...], int]]:
        """Free entries: where they stand, and their place in the parameters."""
        return [(where, int(place)) for where, place in np.ndenumerate(self.place) if place >= 0]


@dataclass(frozen=True, slots=True)
class Structure:
    """What the model says of one group: Λ (p, k), Φ (k, k), Θ (p, p), τ (p,) and α (k,)."""

    loadings: Entries
    factors: Entries
    errors: Entries
    intercepts: Entries
    means: Entries

    def implied(self, theta: Floats) -> tuple[Floats, Floats]:
        """Give μ (p,) and Σ (p, p)."""
        loadings = self.loadings.at(theta)
        covariance = loadings @ self.factors.at(theta) @ loadings.T + self.errors.at(theta)
        return self.intercepts.at(theta) + loadings @ self.means.at(theta), covariance

    def slopes(self, theta: Floats) -> tuple[Floats, Floats]:
        """Give the derivatives of μ (q, p) and Σ (q, p, p) by the q parameters."""
        loadings, factors, means = self.loadings.at(theta), self.factors.at(theta), self.means.at(theta)
        p, down = len(loadings), factors @ loadings.T
        of_mean, of_covariance = np.zeros((len(theta), p)), np.zeros((len(theta), p, p))
        for (item, factor), place in self.loadings.free:
            of_covariance[place, item, :] += down[factor]
            of_covariance[place, :, item] += down[factor]
            of_mean[place, item] += means[factor]
        for (one, other), place in self.factors.free:
            of_covariance[place] += np.outer(loadings[:, one], loadings[:, other])
        for where, place in self.errors.free:
            of_covariance[(place, *where)] += 1.0
        for where, place in self.intercepts.free:
            of_mean[(place, *where)] += 1.0
        for (factor,), place in self.means.free:
            of_mean[place] += loadings[:, factor]
        return of_mean, of_covariance


@dataclass(frozen=True, slots=True)
class Solution:
    """Where the likelihood is largest: parameters (q,), their covariance (q, q), and the distance to the data (chi-square)."""

    theta: Floats
    covariance: Floats
    chi2: float


def discrepancy(samples: Sequence[Sample], structures: Sequence[Structure], theta: Floats) -> float:
    r"""Give minus twice the log-likelihood ratio to a model without any structure; infinite where no covariance is implied.

    .. math:: \sum_g n_g \big( \ln|\Sigma_g| - \ln|S_g| + \text{tr}(S_g \Sigma_g^{-1}) - p
        + (\bar x_g - \mu_g)' \Sigma_g^{-1} (\bar x_g - \mu_g) \big)
    """
    whole = 0.0
    for sample, structure in zip(samples, structures, strict=True):
        mean, covariance = structure.implied(theta)
        sign, size = np.linalg.slogdet(covariance)
        if not np.isfinite(covariance).all() or sign <= 0 or np.linalg.eigvalsh(covariance)[0] <= 0:
            return np.inf
        away = sample.mean - mean
        spread = np.linalg.solve(covariance, sample.covariance + np.outer(away, away))
        whole += sample.n * float(size - np.linalg.slogdet(sample.covariance)[1] + np.trace(spread) - len(mean))
    return whole


def fit(samples: Sequence[Sample], structures: Sequence[Structure], start: Floats) -> Solution | None:
    """Maximise the likelihood by Fisher scoring from `start`; None when it does not come to rest at a regular point."""
    theta, here = start, discrepancy(samples, structures, start)
    for _ in range(STEPS):
        score, information = _score(samples, structures, theta)
        inverse = _inverse(information)
        if inverse is None:
            return None
        step = inverse @ score
        if float(score @ step) < RESTED * sum(sample.n for sample in samples):
            last = theta + step
            return Solution(last, inverse, max(discrepancy(samples, structures, last), 0.0))
        found = _downhill(samples, structures, theta, step, here)
        if found is None:
            return None
        theta, here = found
    return None


def _score(samples: Sequence[Sample], structures: Sequence[Structure], theta: Floats) -> tuple[Floats, Floats]:
    """Give the slope (q,) of the log-likelihood and the expected information (q, q)."""
    score, information = np.zeros(len(theta)), np.zeros((len(theta), len(theta)))
    for sample, structure in zip(samples, structures, strict=True):
        (mean, covariance), (of_mean, of_covariance) = structure.implied(theta), structure.slopes(theta)
        away, factored = sample.mean - mean, cho_factor(covariance)
        inverse = cho_solve(factored, np.eye(len(mean)))
        turned = (inverse @ of_covariance).reshape(len(theta), -1)
        beyond = inverse @ (sample.covariance + np.outer(away, away) - covariance)
        score += sample.n * (turned @ beyond.T.ravel() / 2 + of_mean @ inverse @ away)
        across = (inverse @ of_covariance).transpose(0, 2, 1).reshape(len(theta), -1)
        information += sample.n * (turned @ across.T / 2 + of_mean @ inverse @ of_mean.T)
    return score, information


def _inverse(information: Floats) -> Floats | None:
    sizes = np.sqrt(np.diag(information))
    if not (np.isfinite(sizes).all() and (sizes > 0).all()):
        return None
    scaled = information / np.outer(sizes, sizes)
    if np.linalg.eigvalsh(scaled)[0] < 1e-10:  # some parameter cannot be told from the others
        return None
    return np.asarray(np.linalg.inv(scaled) / np.outer(sizes, sizes))


def _downhill(
    samples: Sequence[Sample], structures: Sequence[Structure], theta: Floats, step: Floats, here: float
) -> tuple[Floats, float] | None:
    """Go along the step, half as far each time that it leads uphill."""
    for halving in range(HALVINGS):
        there = theta + step / 2**halving
        value = discrepancy(samples, structures, there)
        if value < here:
            return there, value
    return None
