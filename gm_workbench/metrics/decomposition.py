"""Where a difference in spend sits: in who is in the two groups, or in what is done for those who are alike.

This is arithmetic on means: parts of a difference, not causes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.bootstrap import percentile
from gm_workbench.metrics.bootstrap_sums import drawn_sums
from gm_workbench.metrics.equity import EURO_MONTH
from gm_workbench.metrics.estimate import Estimate, NotEnoughData

Floats = NDArray[np.float64]

KITAGAWA = "Kitagawa decomposition, bootstrap of persons, percentile interval"


@dataclass(frozen=True, slots=True)
class Part:
    """What one category adds to the difference, and the persons of both groups in it.

    By composition the sign of a part hangs on where zero is: a category in which everybody gets something adds to composition
    when a group spends more of its months there, and another takes away. Only the sum over categories is free of that.
    """

    category: str
    composition: Estimate
    rates: Estimate
    persons: int


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A difference in spend and its two parts; `composition` + `rates` = `gap`, and so do the sums over `parts`."""

    gap: Estimate
    composition: Estimate
    rates: Estimate
    parts: tuple[Part, ...]


def kitagawa(shares: Sequence[Sequence[float]], rates: Sequence[Sequence[float]]) -> tuple[Floats, Floats]:
    r"""Split the difference between two sums of share × rate into a part per category for shares and one for rates.

    With shares c and rates r in groups A and B: composition :math:`\tfrac12 (r_A + r_B)(c_A - c_B)`, rates
    :math:`\tfrac12 (c_A + c_B)(r_A - r_B)`. The parts sum to :math:`\sum c_A r_A - \sum c_B r_B` exactly, and neither group is
    the standard. A category that one group lacks has no rate there: it is given the other group's, so its part is all
    composition.

    Parameters
    ----------
    shares : (2, categories) group A and group B
    rates : (2, categories) NaN where the share is 0

    Returns
    -------
    (composition, rates)
        Arrays of length categories, in the unit of the rates.

    Raises
    ------
    MetricError
        When the two do not have two rows and equally many categories.

    References
    ----------
    Kitagawa (1955), Components of a difference between two rates, JASA 50:1168-1194.

    Examples
    --------
    >>> composition, rates = kitagawa([[0.5, 0.5], [0.2, 0.8]], [[10.0, 20.0], [10.0, 30.0]])
    >>> [round(float(part), 2) for part in (*composition, *rates)]
    [3.0, -7.5, 0.0, -6.5]
    """
    c, r = np.asarray(shares, dtype=float), np.asarray(rates, dtype=float)
    if c.ndim != 2 or c.shape[0] != 2 or c.shape != r.shape:
        raise MetricError("kitagawa: shares and rates must both have two rows and equally many categories.")
    composition, by_rates = _kitagawa_stack(c[0][None], c[1][None], r[0][None], r[1][None])
    return composition[0], by_rates[0]


def spend_kitagawa(
    months: pd.DataFrame, group: str, groups: tuple[str, str], by: str, draws: int = 999, seed: int = 1
) -> Decomposition | NotEnoughData:
    """Split the difference in euros per person-month (first group minus second) over the categories of `by`.

    Composition: the groups spend their months in other categories (households, age bands). Rates: within a category another
    amount per person-month is spent.

    Parameters
    ----------
    months : one row per person and month on benefit: ``person``, ``amount`` (euro), columns `group` and `by`
    group, groups : column, and the two groups: compared, reference
    by : column whose categories divide the months
    draws, seed : of the bootstrap

    Returns
    -------
    Decomposition
        In euros per person-month; or NotEnoughData when a group has fewer than two persons.

    Raises
    ------
    MetricError
        When the category is missing in some rows.

    References
    ----------
    Kitagawa (1955), JASA 50:1168-1194.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.DataFrame({"person": list("abcd"), "sex": ["w", "w", "m", "m"], "household": ["x", "y", "x", "x"],
    ...                        "amount": [10.0, 30.0, 10.0, 10.0]})
    >>> result = spend_kitagawa(months, "sex", ("w", "m"), "household")
    >>> result.gap.value, result.composition.value, result.rates.value
    (10.0, 10.0, 0.0)
    """
    if months[by].isna().any():
        raise MetricError(f"{KITAGAWA}: {by} must be known in every row, but it is missing in some.")
    categories = tuple(sorted(months[by].astype(str).unique()))
    rows = months.assign(category=months[by].astype(str))
    return _decompose(rows, rows, group, groups, categories, draws, seed)


def provision_kitagawa(
    months: pd.DataFrame, costs: pd.DataFrame, group: str, groups: tuple[str, str], draws: int = 999, seed: int = 1
) -> Decomposition | NotEnoughData:
    """Split the difference in euros per person-month (first group minus second) over types of provision.

    Composition: how often a person-month has costs of a type. Rates: the mean amount when it has. Shares need not sum to 1, for
    most months have no costs and some have two types.

    Parameters
    ----------
    months : one row per person and month on benefit: ``person``, column `group`
    costs : one row per person, month and type with costs in those months: ``person``, ``type``, ``amount`` (euro), `group`
    group, groups : column, and the two groups: compared, reference
    draws, seed : of the bootstrap

    Returns
    -------
    Decomposition
        In euros per person-month; or NotEnoughData when a group has fewer than two persons.

    Raises
    ------
    MetricError
        When costs name a person who has no month on benefit.

    References
    ----------
    Kitagawa (1955), JASA 50:1168-1194.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.DataFrame({"person": list("abcd"), "sex": ["w", "w", "m", "m"]})
    >>> costs = pd.DataFrame({"person": ["a", "c", "d"], "sex": ["w", "m", "m"], "type": "06", "amount": [10.0, 10.0, 10.0]})
    >>> result = provision_kitagawa(months, costs, "sex", ("w", "m"))
    >>> result.gap.value, result.composition.value, result.rates.value
    (-5.0, -5.0, 0.0)
    """
    categories = tuple(sorted(costs["type"].astype(str).unique()))
    return _decompose(months, costs.assign(category=costs["type"].astype(str)), group, groups, categories, draws, seed)


def _decompose(
    months: pd.DataFrame,
    costs: pd.DataFrame,
    group: str,
    groups: tuple[str, str],
    categories: tuple[str, ...],
    draws: int,
    seed: int,
) -> Decomposition | NotEnoughData:
    """Decompose with shares = rows of costs per person-month and rates = euros per row of costs."""
    sides = [
        _draws(
            months.loc[months[group].astype(str) == name],
            costs.loc[costs[group].astype(str) == name],
            categories,
            draws,
            seed + i,
        )
        for i, name in enumerate(groups)
    ]
    people = [side.people for side in sides]
    if min(people) < 2:
        return NotEnoughData(KITAGAWA, "persons in each group", min(people), 2)
    composition, rates = _kitagawa_stack(sides[0].shares, sides[1].shares, sides[0].rates, sides[1].rates)
    behind = costs.groupby("category")["person"].nunique()
    sums = [composition.sum(axis=1) + rates.sum(axis=1), composition.sum(axis=1), rates.sum(axis=1)]

    def told(drawn: Floats) -> Estimate:
        return percentile(drawn[0], drawn[1:], sum(people), EURO_MONTH, KITAGAWA)

    parts = (Part(name, told(composition[:, i]), told(rates[:, i]), int(behind[name])) for i, name in enumerate(categories))
    gap, by_composition, by_rates = (told(total) for total in sums)
    return Decomposition(gap, by_composition, by_rates, tuple(parts))


@dataclass(frozen=True, slots=True)
class _Side:
    shares: Floats  # (draws + 1, categories)
    rates: Floats
    people: int


def _draws(months: pd.DataFrame, costs: pd.DataFrame, categories: tuple[str, ...], draws: int, seed: int) -> _Side:
    who, people = pd.factorize(months["person"])
    if len(people) < 2:
        return _Side(np.empty((0, 0)), np.empty((0, 0)), len(people))
    at_risk = np.bincount(who, minlength=len(people)).astype(float)
    row = pd.Index(people).get_indexer(costs["person"])
    if (row < 0).any():
        raise MetricError(f"{KITAGAWA}: costs must belong to persons with a month on benefit, but some do not.")
    column = pd.Categorical(costs["category"], categories=list(categories)).codes
    summed = np.zeros((len(people), 1 + 2 * len(categories)))  # months, then rows of costs and euros by category
    summed[:, 0] = at_risk
    np.add.at(summed, (row, 1 + column), 1.0)
    np.add.at(summed, (row, 1 + len(categories) + column), costs["amount"].to_numpy(dtype=float))
    months_in, times, euros = np.split(drawn_sums(summed, draws, seed), [1, 1 + len(categories)], axis=1)
    with np.errstate(invalid="ignore"):
        rates = np.where(times > 0, euros / times, np.nan)
    return _Side(times / months_in, rates, len(people))


def _kitagawa_stack(c_a: Floats, c_b: Floats, r_a: Floats, r_b: Floats) -> tuple[Floats, Floats]:
    known_a = np.nan_to_num(np.where(np.isnan(r_a), r_b, r_a))
    known_b = np.nan_to_num(np.where(np.isnan(r_b), r_a, r_b))
    return (known_a + known_b) / 2 * (c_a - c_b), (c_a + c_b) / 2 * (known_a - known_b)
