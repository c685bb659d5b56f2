"""Least squares with standard errors for persons who share a coach: the one regression that the other rooms build on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.regression.linear_model import OLS

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import all_finite, is_column, told_apart
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.sides import beside, over

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted regression: coefficients by name, their covariance, and what they rest on; `sizes` are rows by cluster."""

    names: tuple[str, ...]
    values: Floats
    covariance: Floats
    rows: int
    persons: int
    clusters: int
    sizes: tuple[int, ...] = ()

    @property
    def residual_df(self) -> int:
        """Observations minus coefficients."""
        return self.rows - len(self.names)

    def coefficient(self, name: str) -> tuple[float, float]:
        """Give one coefficient and its variance."""
        place = self.names.index(name)
        return float(self.values[place]), float(self.covariance[place, place])

    def combine(self, weights: Mapping[str, float], unit: str, method: str, *, groups: int | None = None) -> Estimate:
        """Estimate a weighted sum of coefficients, with a t interval on clusters − 1 degrees of freedom."""
        w = np.array([weights.get(name, 0.0) for name in self.names])
        value, se = float(w @ self.values), float(np.sqrt(max(w @ self.covariance @ w, 0.0)))
        df = self.clusters - 1
        half = float(stats.t.ppf(0.975, df)) * se
        made = Estimate(
            value, value - half, value + half, se, self.persons, unit, method, groups, float(df), residual_df=self.residual_df
        )
        return made if groups is None else beside(made, over(self.sizes, self.persons))


@as_declared
def least_squares(
    y: pd.Series[Any],
    x: Mapping[str, Floats],
    cluster: pd.Series[Any],
    *,
    persons: int | None = None,
    method: str = "least squares",
) -> Fit:
    r"""Fit y on the columns of x, with CR1 covariance: rows of one cluster may be alike in any way.

    .. math:: V = \frac{G}{G-1}\frac{N-1}{N-K} (X'X)^{-1} \Big(\sum_g X_g' e_g e_g' X_g\Big) (X'X)^{-1}

    Parameters
    ----------
    y : Series
        Outcome, one row per observation, no gaps.
    x : mapping of str to array
        Predictors by name; a constant must be given too, see `design`.
    cluster : Series
        The coach (or person) that observations share; at least two.
    persons : int, optional
        Persons behind the rows; default: the number of rows.
    method : str
        Name of the method, as results and errors give it.

    Returns
    -------
    Fit
        Coefficients and their CR1 covariance, by name of the column, with the clusters and rows that they rest on; intervals
        are t on clusters − 1 degrees of freedom.

    Raises
    ------
    MetricError
        When there is not a finite number and a cluster in every row, or one cluster alone; when one column of x is a
        combination of the others, or no observations are left over.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73, doi:10.1093/biomet/73.1.13; the factors are those of Stata's `vce(cluster)`.

    Examples
    --------
    >>> rows = pd.DataFrame({"y": [1.0, 3.0, 2.0, 4.0], "coach": ["a", "a", "b", "b"]})
    >>> fit = least_squares(rows["y"], design(rows, []), rows["coach"])
    >>> float(fit.values[0]), fit.clusters, fit.residual_df
    (2.5, 2, 3)
    """
    matrix = _checked(y, x, cluster, method)
    if not told_apart(matrix) or len(matrix) <= matrix.shape[1]:
        raise MetricError(
            f"{method}: the columns {', '.join(x)} repeat each other, so they cannot be told apart. Leave one out."
        )
    codes, labels = pd.factorize(cluster)
    if len(labels) < 2:
        raise MetricError(f"{method}: there must be two clusters or more but got {len(labels)}; with one there is no error.")
    options = {"groups": codes, "use_correction": True, "df_correction": True}
    basis, turn = np.linalg.qr(matrix)  # in columns that share nothing, for the square of X loses the figures of near-copies
    fitted = OLS(y.to_numpy(dtype=float), basis).fit(cov_type="cluster", cov_kwds=options, use_t=True)
    back = np.linalg.inv(turn)
    return Fit(
        tuple(x),
        np.asarray(back @ fitted.params, dtype=float),
        np.asarray(back @ fitted.cov_params() @ back.T, dtype=float),
        rows=len(matrix),
        persons=len(matrix) if persons is None else persons,
        clusters=len(labels),
        sizes=tuple(np.bincount(codes).tolist()),
    )


def in_one_size(matrix: Floats) -> tuple[Floats, Floats]:
    """Give the columns at length 1, and their lengths: euros squared beside a constant would leave it no figures.

    >>> in_one_size(np.array([[3.0, 0.0], [4.0, 0.0]]))[1].tolist()
    [5.0, 1.0]
    """
    lengths = np.linalg.norm(matrix.astype(float), axis=0)
    lengths = np.where(lengths > 0, lengths, 1.0)
    return np.asarray(matrix / lengths, dtype=np.float64), lengths


def _checked(y: pd.Series[Any], x: Mapping[str, Floats], cluster: pd.Series[Any], method: str) -> Floats:
    """Give the columns of x as a matrix, or say what is wrong with them."""
    columns: list[Any] = [y, *x.values()]
    if not x or not all(is_column(one, len(cluster)) for one in columns):
        raise MetricError(f"{method}: there must be a column of x, and every column a number for each of {len(cluster)} rows.")
    if not all(map(all_finite, columns)) or cluster.isna().any():
        raise MetricError(f"{method}: every row must have finite numbers and a cluster. Leave out rows that do not.")
    return np.column_stack([np.asarray(one, dtype=float) for one in x.values()])


def design(frame: pd.DataFrame, names: Iterable[str]) -> dict[str, Floats]:
    """Give a constant and the named columns, as `least_squares` takes them."""
    return {"const": np.ones(len(frame)), **{name: frame[name].to_numpy(dtype=float) for name in names}}
