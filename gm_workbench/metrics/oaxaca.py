"""A difference in means and what goes with characteristics that can be measured: the Oaxaca-Blinder decomposition.

Parts of a difference, not causes of it: "unexplained" holds everything that was not measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.bootstrap import percentile
from gm_workbench.metrics.characteristics import Characteristics, require_characteristics
from gm_workbench.metrics.checks import require_filled, require_numbers, require_pair, shortage
from gm_workbench.metrics.collapsed import Cells, Flags, collapsed
from gm_workbench.metrics.equity import EURO_MONTH
from gm_workbench.metrics.estimate import Estimate, Known, NotEnoughData, Sides
from gm_workbench.metrics.oaxaca_draws import NEGLIGIBLE, Moments, Standard, folds, moments
from gm_workbench.metrics.sides import of_money
from gm_workbench.metrics.spend_width import MIN_WITH_SPEND, WITH_SPEND, fewest_with_spend, no_narrower

Floats = NDArray[np.float64]

OAXACA = "Oaxaca-Blinder decomposition, bootstrap of persons, the wider of the percentile interval and Student's t"
MIN_PERSONS = 10
"""Persons in each group, above the number of coefficients, below which two regressions say nothing (assumed floor)."""
MIN_PERSONS_OF_SPEND = 60
"""Persons in each group below which euros per person-month are not split: with 40 intervals missed too often (measured)."""
MIN_PERSONS_PER_CATEGORY = 5
"""Persons of each group in each category, below which many draws have none and its coefficient is chance (assumed floor)."""
MOST_LEFT_OUT = 0.05
"""Share of draws without an answer above which the others are no longer a fair picture (assumed)."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one characteristic, or one category of it, adds to each part of the difference.

    These are `Known` where they have no width: the constant explains nothing by definition, nor does a category that both
    groups have equally often in every draw.
    """

    explained: Known
    unexplained: Known
    endowments: Known
    coefficients: Known
    interaction: Known


@dataclass(frozen=True, slots=True)
class Oaxaca:
    """A difference in means: two-fold (explained + unexplained) and three-fold (endowments + coefficients + interaction).

    Attributes
    ----------
    gap, explained, unexplained, endowments, coefficients, interaction : Estimate
        Totals: ``explained + unexplained = gap`` and ``endowments + coefficients + interaction = gap``.
    detail : mapping of str to Share
        By characteristic, and ``constant``; each part sums to its total.
    categories : mapping of str to Share
        By column: a number, or ``household: couple``; the categories of a characteristic sum to its detail.
    standard : str
        Whose coefficients the explained part is worked out with.
    """

    gap: Estimate
    explained: Estimate
    unexplained: Estimate
    endowments: Estimate
    coefficients: Estimate
    interaction: Estimate
    detail: Mapping[str, Share]
    categories: Mapping[str, Share]
    standard: Standard


@as_declared
def oaxaca_blinder(
    frame: pd.DataFrame,
    outcome: str,
    group: str,
    groups: tuple[str, str],
    covariates: Sequence[str],
    unit: str = EURO_MONTH,
    draws: int = 999,
    seed: int = 1,
    *,
    person: str | None = None,
    standard: Standard = "pooled",
) -> Oaxaca | NotEnoughData:
    r"""Split a difference in means (first group minus second) by linear regressions in each group, in total and by variable.

    With means :math:`\bar x_A, \bar x_B` and least-squares coefficients :math:`\hat\beta_A, \hat\beta_B`, each with a constant,

    .. math:: \bar y_A - \bar y_B = \underbrace{(\bar x_A - \bar x_B)' \beta^*}_{\text{explained}}
        + \underbrace{\bar x_A' (\hat\beta_A - \beta^*) + \bar x_B' (\beta^* - \hat\beta_B)}_{\text{unexplained}}

    .. math:: = \underbrace{(\bar x_A - \bar x_B)' \hat\beta_B}_{\text{endowments}}
        + \underbrace{\bar x_B' (\hat\beta_A - \hat\beta_B)}_{\text{coefficients}}
        + \underbrace{(\bar x_A - \bar x_B)' (\hat\beta_A - \hat\beta_B)}_{\text{interaction}}

    The standard :math:`\beta^*` is declared: ``"pooled"``, of both groups together *with the group as a column* (Jann 2008),
    without which part of what is unexplained passes for explained; ``"pooled without group"`` (Neumark 1988; Oaxaca & Ransom
    1994), kept for comparison with older work; ``"compared"`` or ``"reference"``, of one of the groups; ``"cotton"``, their
    mean by size; ``"reimers"``, their plain mean.

    The detail of a variable is its term in these sums. Categories have no base: coefficients are taken as deviations from
    their plain mean, which goes to the constant (Yun 2005; Gardeazabal & Ugidos 2004), so it does not matter which category a
    model leaves out. For a *number*, its detail in unexplained and coefficients, and the constant's, still hang on where its
    zero is; read these for numbers only with a zero that means something. Detail of explained and endowments does not.

    Intervals are by drawing persons within each group, all their rows with them, and on each side no narrower than Student's t
    with the persons of the smaller group less one degrees of freedom; of spend (euros a month) those with any count. A draw
    in which a regression has no answer is left out.

    How often they miss, where 5 in 100 should, for the difference and what is unexplained: of skewed amounts (three in ten
    lognormal, and all a little) 33 and 29 of 500 with 60 beside 200 persons, 38 and 34 of 500 with 80; 10 and 10 of 418 where
    200 of 640 lone parents of the default world are drawn at random. Of any other outcome that is skewed the floor is lower,
    and with few persons intervals miss more often.

    It does not say what would happen if a characteristic changed, and unexplained is not a measure of discrimination: it holds
    whatever was not measured. Linear in the mean; for euros with many zeros see also `two_part.two_part`.

    Parameters
    ----------
    frame : one row per person, or with `person` several (months); no gaps; rows of other groups are passed over
    outcome : numeric column, in `unit`
    group, groups : column, and the two groups: compared, reference
    covariates : numeric ones enter as they are, others by category
    unit : of the outcome
    draws, seed : of the bootstrap
    person : column that tells persons apart, when they have several rows; means are then over rows
    standard : whose coefficients the explained part is worked out with

    Returns
    -------
    Oaxaca or NotEnoughData
        In the unit of the outcome; NotEnoughData when a group has fewer persons than coefficients + `MIN_PERSONS`, a category
        has fewer than `MIN_PERSONS_PER_CATEGORY` persons of a group, in more than one draw in twenty there is no answer, or the
        difference or one of its five parts is the same in every draw. Of spend over person-months (`unit` is euros a month, and
        `person` is named) also with fewer than `MIN_PERSONS_OF_SPEND` (60) persons in a group, or fewer with any spend than
        coefficients + `spend_width.MIN_WITH_SPEND` (40).

    Raises
    ------
    MetricError
        When a column is missing, not finite or has gaps, the covariates determine each other within a group, or `standard` is
        none of those allowed.

    References
    ----------
    Oaxaca (1973), doi:10.2307/2525981; Blinder (1973), doi:10.2307/144855; Jann (2008), Stata Journal 8:453-479; Yun (2005),
    doi:10.1111/j.1465-7295.2005.tb00090.x; Gardeazabal & Ugidos (2004), doi:10.1162/003465304774201860.

    Examples
    --------
    Women have a characteristic less often that goes with 10 more for everybody, and get 2 less whatever they have:

    >>> frame = pd.DataFrame({"sex": ["w"] * 80 + ["m"] * 80, "home": (["rent"] * 3 + ["own"]) * 20 + ["rent", "own"] * 40})
    >>> frame["y"] = 10.0 * (frame["home"] == "own") - 2.0 * (frame["sex"] == "w") + frame.index // 4 % 2
    >>> found = oaxaca_blinder(frame, "y", "sex", ("w", "m"), ["home"], draws=99)
    >>> round(found.gap.value, 6), round(found.explained.value, 6), round(found.detail["home"].explained.value, 6)
    (-4.5, -2.5, -2.5)
    >>> {name: round(share.explained.value, 6) for name, share in found.categories.items()}
    {'constant': 0.0, 'home: own': -1.25, 'home: rent': -1.25}
    """
    if standard not in get_args(Standard):
        raise MetricError(f"{OAXACA}: standard must be one of {', '.join(get_args(Standard))} but got {standard!r}.")
    require_pair(groups, OAXACA)
    require_numbers(frame, [outcome], OAXACA)
    require_filled(frame, [group, *([person] if person else [])], OAXACA)
    require_characteristics(frame, covariates, OAXACA)
    cells = collapsed(frame, group, groups, covariates, outcome, person, OAXACA)
    sides = (cells.compared, ~cells.compared)
    people = [cells.persons(side) for side in sides]
    money = [cells.sums(side) for side in sides] if unit == EURO_MONTH else None
    spent = None if person is None else money
    short = shortage(OAXACA, *_wants(cells, sides, people, spent))
    if short is not None:
        return short
    coded, scaled = cells.known, _Scaled.of(cells)
    drawn = [scaled.moments(cells, side, draws, seed + place) for place, side in enumerate(sides)]
    whole = drawn[0].tells_apart & drawn[1].tells_apart
    if not whole[0]:
        raise MetricError(f"{OAXACA}: in at least one group the covariates determine each other; leave one of them out.")
    if whole.mean() < 1 - MOST_LEFT_OUT:
        return NotEnoughData(OAXACA, "optimisers that agree", 0, 1)
    first, second = (one.only(whole) for one in drawn)
    behind = Sides(tuple(people)) if money is None else of_money(people, money)
    fewest = min(people) if money is None else fewest_with_spend(money)
    found = _told(coded, folds(first, second, scaled.to_means, scaled.to_slopes, standard), behind, fewest, unit, standard)
    return _with_fewest(found, _least(cells, sides))


def _wants(
    cells: Cells, sides: Sequence[Flags], people: Sequence[int], spent: Sequence[Floats] | None
) -> list[tuple[str, int, int]]:
    least, needed, coefficients = _least(cells, sides), MIN_PERSONS_PER_CATEGORY, len(cells.known.kept)
    floor = coefficients + MIN_PERSONS
    of_spend = [] if spent is None else [(WITH_SPEND, fewest_with_spend(spent), coefficients + MIN_WITH_SPEND)]
    return [
        ("persons in each group", min(people), floor if spent is None else max(floor, MIN_PERSONS_OF_SPEND)),
        *of_spend,
        ("persons in each category of each group", needed if least is None else least, needed),
    ]


def _least(cells: Cells, sides: Sequence[Flags]) -> int | None:
    """Count the persons in the smallest category of a group; None where there are no categories."""
    return min((cells.persons(side & one) for one in cells.categories() for side in sides), default=None)


def _with_fewest(found: Oaxaca, least: int | None) -> Oaxaca:
    """Say of each part how few persons it sets apart; the whole is told with it where there is one characteristic."""
    detail, categories = ({name: _set_apart(one, least) for name, one in of.items()} for of in (found.detail, found.categories))
    alone = len(detail.keys() - {"constant"}) == 1
    whole = {part.name: replace(getattr(found, part.name), fewest=least) for part in fields(Share)} if alone else {}
    return replace(found, detail=MappingProxyType(detail), categories=MappingProxyType(categories), **whole)


def _set_apart(share: Share, least: int | None) -> Share:
    """Say of what belongs to one characteristic how few persons it sets apart."""
    return Share(**{part.name: replace(getattr(share, part.name), fewest=least) for part in fields(Share)})


@dataclass(frozen=True, slots=True)
class _Scaled:
    """Columns of the model by pattern, numbers centred and of one size so that cross-products lose no digits; the way back."""

    z: Floats
    centre: float
    to_means: Floats
    to_slopes: Floats

    @classmethod
    def of(cls, cells: Cells) -> _Scaled:
        coded, weights = cells.known, cells.by_pattern(cells.rows) / cells.rows.sum()
        x = coded.columns[:, coded.kept]
        middle = weights @ x
        size = np.sqrt(weights @ (x - middle) ** 2)
        zero_or_one = np.array([coded.names[at] != coded.owners[at] or at == 0 for at in coded.kept])
        middle[zero_or_one], size[zero_or_one | (size <= NEGLIGIBLE * np.abs(x).max(axis=0))] = 0.0, 1.0
        back, slopes = np.diag(size), np.diag(1 / size)
        back[1:, 0], slopes[0, 1:] = middle[1:], -(middle / size)[1:]
        centre = float(cells.total.sum() / cells.rows.sum())
        return cls((x - middle) / size, centre, coded.filled @ back, coded.normalised @ slopes)

    def moments(self, cells: Cells, side: Flags, draws: int, seed: int) -> Moments:
        """Draw the persons of one group."""
        mine = side[cells.pattern]
        rows, total = cells.rows[mine], cells.total[mine]
        person = np.asarray(pd.factorize(cells.person[mine])[0], dtype=np.int64)
        return moments(self.z[cells.pattern[mine]], rows, total - rows * self.centre, person, draws, seed)


def _told(coded: Characteristics, parts: dict[str, Floats], sides: Sides, fewest: int, unit: str, standard: Standard) -> Oaxaca:
    people, left = sides.persons, min(sides.persons) - len(coded.kept)

    def told(values: Floats) -> Estimate:
        drawn = percentile(values[0], values[1:], sum(people), unit, OAXACA)
        return replace(no_narrower(drawn, fewest), sides=sides, residual_df=left)

    def share(places: Sequence[int]) -> Share:
        return Share(**{part.name: told(parts[part.name][:, places].sum(axis=1)) for part in fields(Share)})

    owned = {owner: [i for i, one in enumerate(coded.owners) if one == owner] for owner in coded.owners}
    total = {name: told(values.sum(axis=1)) for name, values in parts.items()}
    return Oaxaca(
        gap=total["gap"],
        explained=total["explained"],
        unexplained=total["unexplained"],
        endowments=total["endowments"],
        coefficients=total["coefficients"],
        interaction=total["interaction"],
        detail=MappingProxyType({owner: share(places) for owner, places in owned.items()}),
        categories=MappingProxyType({name: share([place]) for place, name in enumerate(coded.names)}),
        standard=standard,
    )
