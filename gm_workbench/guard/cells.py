"""The rules that a cell can be judged by alone, and how protected numbers print."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum

from gm_workbench.guard.policy import Method, Policy
from gm_workbench.outputs.cells import PARTS
from gm_workbench.outputs.output import Cell, Measure


class Reason(StrEnum):
    """Why a number is hidden. `COMPLEMENT` is also said where naming the rule would give the value away."""

    THRESHOLD = "threshold"
    COMPLEMENT = "complement"
    GROUPS = "groups"
    DF = "df"
    DOMINANCE = "dominance"
    STEP = "step"
    EMPTY = "empty"


INTERVAL_FROM = 10
"""A share keeps its interval from this many times the threshold in persons on (a choice of ours, not of any authority)."""


def own_reason(cell: Cell, policy: Policy) -> Reason | None:
    """Say why a cell must be hidden whatever else is shown, or None. A measure without a rule is a KeyError."""
    rule = _RULES[cell.measure]
    if cell.groups is not None and cell.groups < policy.minimum_groups:
        return Reason.GROUPS
    return rule(cell, policy)


def _count(cell: Cell, policy: Policy) -> Reason | None:
    return Reason.THRESHOLD if policy.is_small(cell.n) else None


def _share(cell: Cell, policy: Policy) -> Reason | None:
    """A share of n gives away its numerator and the rest of n, so all three must be large enough."""
    if cell.n == 0:
        return Reason.EMPTY
    if any(policy.is_small(count) for count in (cell.n, numerator(cell), cell.n - numerator(cell))):
        return Reason.THRESHOLD
    too_many = cell.sensitive and numerator(cell) > policy.class_share * cell.n
    return Reason.COMPLEMENT if too_many else None


def _estimate(cell: Cell, policy: Policy) -> Reason | None:
    if cell.n < policy.threshold or (cell.numerator is not None and policy.is_small(cell.numerator)):
        return Reason.THRESHOLD
    if cell.df is not None and cell.df < policy.minimum_df:
        return Reason.DF
    if cell.sensitive and cell.se == 0 and policy.class_share < 1:  # nobody differs, so the mean is each one's own value
        return Reason.COMPLEMENT
    return None


def _money(cell: Cell, policy: Policy) -> Reason | None:
    if cell.largest is None or cell.largest > policy.dominance:
        return Reason.DOMINANCE
    return _estimate(cell, policy)


_RULES: Mapping[Measure, Callable[[Cell, Policy], Reason | None]] = {
    Measure.COUNT: _count,
    Measure.SHARE: _share,
    Measure.ESTIMATE: _estimate,
    Measure.MONEY: _money,
}


def numerator(cell: Cell) -> int:
    """Give the numerator of a share, which cannot be made without one."""
    return cell.numerator or 0


def round_to_base(count: int, base: int) -> int:
    """Round a count to a multiple of `base`, halves upwards (never to even).

    >>> [round_to_base(n, 10) for n in (14, 15, 25, 24)], round_to_base(13, 5)
    ([10, 20, 30, 20], 15)
    """
    return base * ((2 * count + base) // (2 * base))


def behind(printed: int, base: int) -> tuple[int, int]:
    """Give the smallest and largest count that print as `printed`.

    >>> behind(50, 10), behind(10, 5)
    ((45, 54), (8, 12))
    """
    return max(0, printed - base // 2), printed + (base - 1) // 2


def decimals(cell: Cell, policy: Policy) -> int:
    """Give the number of decimals that a value is released with: enough to read and to pool, too few to work out its exact n.

    A share has two more than its percentage prints. An estimate has `significant` digits of its standard error (of a quarter of
    its interval where it has none). Money, and an estimate that comes without both, have the digits that they print: a mean of
    whole answers with more decimals is a fraction whose n can be found.
    """
    if cell.measure is Measure.MONEY:
        return cell.digits
    if cell.measure is Measure.SHARE:
        return cell.digits + 2
    spread = _spread(cell)
    if spread <= 0 or not math.isfinite(spread):
        return cell.digits + 2 if cell.unit in PARTS else cell.digits
    return policy.significant - 1 - math.floor(math.log10(spread))


def _spread(cell: Cell) -> float:
    if cell.se is not None and math.isfinite(cell.se):
        return cell.se
    return (cell.high - cell.low) / 4 if cell.low is not None and cell.high is not None else 0.0


def keeps_interval(cell: Cell, policy: Policy) -> bool:
    """Whether the interval may stay.

    The interval of a share follows from its counts, so it gives them away: always under rounding; and otherwise where the share
    is 0 or 1 or there are few persons, since n then follows from its bounds to the person.
    """
    if cell.measure is not Measure.SHARE:
        return not (policy.method is Method.ROUND and cell.numerator is not None)
    many = cell.n >= INTERVAL_FROM * policy.threshold
    return policy.method is not Method.ROUND and many and 0 < numerator(cell) < cell.n
