"""Spend at equal characteristics, in two parts: is anything spent in a month, and how much when something is.

Most person-months have no spend at all, so a regression of euros on characteristics fits neither the zeros nor the amounts. A
logistic model for the first and a model with a log link for the second fit both, and multiply back to euros per person-month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.characteristics import require_characteristics
from gm_workbench.metrics.checks import require_filled, require_numbers, require_pair, shortage
from gm_workbench.metrics.collapsed import Cells, collapsed
from gm_workbench.metrics.equity import EURO_MONTH
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.sides import beside, of_money
from gm_workbench.metrics.two_models import Models, fitted

Floats = NDArray[np.float64]

TWO_PART = "two-part model: logit for any, gamma with log link for how much; average difference, errors by person"
MIN_SPENDERS = 20
"""Persons in each group with any spend, below which nothing is said at equal characteristics (assumed floor)."""
MIN_SPENDERS_PER_CATEGORY = 5
"""Persons with any spend in each category of a characteristic, below which its coefficients are chance (assumed floor)."""

MOST_EUROS = 1e12
"""More than a country spends; beside it the other amounts are lost in the figures of a computer."""

SPENT_MONTH = "euro per month with spend"
NORMAL = 1.959963984540054


@dataclass(frozen=True, slots=True)
class TwoPart:
    """A difference in spend between two groups at equal characteristics: compared minus reference.

    Attributes
    ----------
    per_month : Estimate
        Both parts together: difference in expected euros per person-month.
    any : Estimate
        Part 1: difference in the probability that anything is spent in a month, over all person-months.
    given_any : Estimate
        Part 2: difference in expected euros in a month in which something is spent, over those months.
    compared, reference : Estimate
        Expected euros per person-month if everybody were of that group and kept the other characteristics.
    raw : float
        Difference in euros per person-month as it is, nothing held equal.
    any_coefficients, amount_coefficients : mapping of str to Estimate
        Log odds and log euros, per unit of the column; the group's is under the name of its column. NotEnoughData where
        nothing varies, as with one amount for everybody.
    spenders : int
        Persons with any spend.
    """

    per_month: Estimate
    any: Estimate
    given_any: Estimate
    compared: Estimate
    reference: Estimate
    raw: float
    any_coefficients: Mapping[str, Estimate | NotEnoughData]
    amount_coefficients: Mapping[str, Estimate | NotEnoughData]
    spenders: int


@as_declared
def two_part(
    months: pd.DataFrame,
    group: str,
    groups: tuple[str, str],
    covariates: Sequence[str],
    *,
    amount: str = "amount",
    person: str = "person",
    unit: str = EURO_MONTH,
) -> TwoPart | NotEnoughData:
    r"""Estimate the difference in spend per person-month between two groups at equal characteristics.

    With d the group (1 compared, 0 reference) and x the characteristics in a person-month,

    .. math:: \Pr(y > 0 \mid d, x) = \Lambda(\alpha_0 + \alpha_1 d + \alpha' x), \qquad
        E(y \mid y > 0, d, x) = \exp(\beta_0 + \beta_1 d + \beta' x)

    and the difference is averaged over all N person-months, of both groups:

    .. math:: \hat\Delta = \frac1N \sum_{it} \left\{ \hat p_1(x_{it})\,\hat\mu_1(x_{it}) - \hat p_0(x_{it})\,\hat\mu_0(x_{it})
        \right\}

    The amounts are fitted by the quasi-score of a gamma with log link (variance as the square of the mean). Unlike least
    squares on log euros it needs no retransformation: with unequal spread of the logs, smearing by one factor is wrong in
    each group. It asks only that the mean is right.

    Standard errors are by the delta method, from the influence of each person on both parts and on the characteristics over
    which is averaged; months of a person are added up before they are squared, times G/(G − 1). Bread: expected information.
    Intervals are normal.

    It does not say why: who gets a provision hangs on need, rules and choices that are not among the characteristics. Equal
    characteristics are equal in these columns only. The difference has the same direction and relative size for everybody in
    each part (no interactions). It is not about persons without months on benefit.

    Parameters
    ----------
    months : one row per person and month on benefit, no gaps in the columns named; rows of other groups are passed over
    group, groups : column, and the two groups: compared, reference
    covariates : characteristics in the month, none of which follows from the spend; numeric ones enter as they are, others by
        category (``household``, ``age_band``); may change from month to month
    amount : column with euros in the month, 0 where nothing was spent
    person : column that tells persons apart
    unit : of the difference; `given_any` is then in ``euro per month with spend``

    Returns
    -------
    TwoPart or NotEnoughData
        NotEnoughData below `MIN_SPENDERS` persons with any spend in a group, or `MIN_SPENDERS_PER_CATEGORY` in a category;
        and when the models have no finite answer (everybody of some kind got something, or nobody).

    Raises
    ------
    MetricError
        When a column is missing or has gaps, an amount is negative or not a number, or the characteristics determine each
        other or the group.

    References
    ----------
    Belotti, Deb, Manning & Norton (2015), twopm: Two-part models, Stata Journal 15:3-20. Duan, Manning, Morris & Newhouse
    (1983), JBES 1:115-126. Mullahy (1998), Journal of Health Economics 17:247-281 (why not logs). Manning & Mullahy (2001),
    Journal of Health Economics 20:461-494.

    Examples
    --------
    Of each sex something is spent on one person in two, on women in two months of four and on men in all, 100 euros on average:

    >>> woman = [80.0, 100, 0, 0, *[0] * 4, 120, 100, 0, 0, *[0] * 4]
    >>> man = [80.0, 100, 80, 100, *[0] * 4, 120, 100, 120, 100, *[0] * 4]
    >>> months = pd.DataFrame({"person": [i // 4 for i in range(416)], "sex": ["woman"] * 208 + ["man"] * 208,
    ...                        "amount": woman * 13 + man * 13, "home": ["rent", "own", "own", "rent"] * 104})
    >>> found = two_part(months, "sex", ("woman", "man"), ["home"])
    >>> round(found.per_month.value, 2), round(found.any.value, 3), round(found.raw, 2)
    (-25.0, -0.25, -25.0)
    """
    require_pair(groups, TWO_PART)
    require_filled(months, [group, person], TWO_PART)
    require_characteristics(months, covariates, TWO_PART)
    require_numbers(months, [amount], TWO_PART)
    if (months[amount] < 0).any():
        raise MetricError(f"{TWO_PART}: every amount must be 0 or more, but at least one is negative.")
    if (months[amount] > MOST_EUROS).any():
        raise MetricError(f"{TWO_PART}: every amount must be at most {MOST_EUROS:g}, but at least one is more. Look it up.")
    cells = collapsed(months, group, groups, covariates, amount, person, TWO_PART)
    short = shortage(TWO_PART, *_wants(cells))
    if short is not None:
        return short
    known, kept = cells.known, cells.known.kept
    models = fitted(cells, np.insert(known.columns[:, kept], 1, cells.compared, axis=1), TWO_PART)
    names = (known.names[0], group, *(known.names[place] for place in kept[1:]))
    return models if isinstance(models, NotEnoughData) else _told(cells, models, names, unit)


def _wants(cells: Cells) -> list[tuple[str, int, int]]:
    spent = cells.some > 0
    in_groups = [cells.persons(side, spent) for side in (cells.compared, ~cells.compared)]
    in_categories = [cells.persons(one, spent) for one in cells.categories()]
    least = min(in_categories, default=MIN_SPENDERS_PER_CATEGORY)
    return [
        ("persons with any spend", min(in_groups), MIN_SPENDERS),
        ("persons with any spend in each category", least, MIN_SPENDERS_PER_CATEGORY),
    ]


def _told(cells: Cells, models: Models, names: Sequence[str], unit: str) -> TwoPart:
    people, spenders = cells.people, cells.persons(np.full(len(cells.compared), True), cells.some > 0)

    both = (cells.compared, ~cells.compared)
    sides = of_money([cells.persons(side) for side in both], map(cells.sums, both))

    def told(value: float, influence: Floats, unit: str) -> Estimate:
        by_person = np.bincount(cells.person, influence, minlength=people)
        se = sqrt(people / (people - 1) * float(by_person @ by_person))
        margin, left = NORMAL * se, spenders - len(names)
        made = Estimate(value, value - margin, value + margin, se, people, unit, TWO_PART, residual_df=left)
        return beside(made, sides)

    new, old = (models.at(side) for side in (1.0, 0.0))
    compared, reference = (models.averaged(cells, one.both, cells.rows, *one.of("both")) for one in (new, old))
    any_, given, per_month = (
        models.averaged(
            cells,
            getattr(new, name) - getattr(old, name),
            cells.some if name == "amount" else cells.rows,
            *(a - b for a, b in zip(new.of(name), old.of(name), strict=True)),
        )
        for name in ("any", "amount", "both")
    )
    odds, euros = (
        MappingProxyType({name: told(float(b[i]), part[:, i], scale) for i, name in enumerate(names)})
        for b, part, scale in (
            (models.any, models.any_influence, "log odds"),
            (models.amount, models.amount_influence, "log euro"),
        )
    )
    return TwoPart(
        told(*per_month, unit),
        told(*any_, "difference in probability"),
        replace(told(*given, SPENT_MONTH if unit == EURO_MONTH else unit), n=spenders),
        told(*compared, unit),
        told(*reference, unit),
        cells.mean(cells.compared) - cells.mean(~cells.compared),
        odds,
        euros,
        spenders,
    )
