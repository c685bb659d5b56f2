"""The rules that a cell can be judged by alone, and how protected numbers print.

A rule asks whether a number is large enough, or small enough, to be shown: so what is no number (NaN) is not shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum

from gm_workbench.guard.policy import Method, Policy
from gm_workbench.metrics.estimate import Sides
from gm_workbench.outputs.cells import PARTS
from gm_workbench.outputs.output import Beyond, Cell, Measure, Output


class Reason(StrEnum):
    """Why a number is hidden. `COMPLEMENT` is also said where naming the rule would give the value away."""

    THRESHOLD = "threshold"
    COMPLEMENT = "complement"
    GROUPS = "groups"
    GROUP_SHARE = "group_share"
    DF = "df"
    DOMINANCE = "dominance"
    STEP = "step"
    EMPTY = "empty"


INTERVAL_FROM = 10
"""A share keeps its interval from this many times the threshold in persons on (a choice of ours, not of any authority)."""


def own_reason(cell: Cell, policy: Policy) -> Reason | None:
    """Say why a cell must be hidden whatever else is shown, or None. A measure without a rule is a KeyError."""
    rule = _RULES[cell.measure]
    return _of_groups(cell, policy) or _of_one_purse(cell, policy) or _set_apart(cell, policy) or rule(cell, policy)


def _of_groups(cell: Cell, policy: Policy) -> Reason | None:
    """Judge the coaches or teams behind a number, on each side: enough of them, and no one of them most of the persons."""
    sides = cell.sides
    counts = [*([] if cell.groups is None else [cell.groups]), *(sides.groups if sides else ())]
    if not all(count >= policy.minimum_groups for count in counts):
        return Reason.GROUPS
    mostly_one = sides is not None and sides.largest is not None and not sides.largest <= policy.group_share
    return Reason.GROUP_SHARE if mostly_one else None


def _of_one_purse(cell: Cell, policy: Policy) -> Reason | None:
    """Judge the money on each side of a number: a difference gives away the mean on one side to who has the other."""
    share = cell.sides.money if cell.sides is not None else None
    return None if share is None or share <= policy.dominance else Reason.DOMINANCE


def _set_apart(cell: Cell, policy: Policy) -> Reason | None:
    """Judge the persons whom a number sets apart: a side, a category, who lies beyond a quantile, who has the outcome."""
    sides = cell.sides
    few = not all(count >= policy.threshold for count in (sides.persons if sides else ()))
    few = few or (cell.fewest is not None and policy.is_small(cell.fewest))
    return Reason.THRESHOLD if few or _lies_outside(cell.beyond, policy) or _few_on_a_side(sides, policy) else None


def _few_on_a_side(sides: Sides | None, policy: Policy) -> bool:
    """Whether a difference would give away a small number of persons with the outcome, or without it, on one of its sides."""
    if sides is None or not sides.events:
        return False
    without = (n - events for n, events in zip(sides.persons, sides.events, strict=True))
    return any(policy.is_small(count) or count != count for count in (*sides.events, *without))


def _lies_outside(beyond: Beyond | None, policy: Policy) -> bool:
    """Whether a quantile is so far out that it is the value of one of a few."""
    if beyond is None:
        return False
    enough = beyond.groups is None or beyond.groups >= policy.minimum_groups
    return not (beyond.persons >= policy.threshold and enough)


def _count(cell: Cell, policy: Policy) -> Reason | None:
    return Reason.THRESHOLD if policy.is_small(cell.n) else None


def _share(cell: Cell, policy: Policy) -> Reason | None:
    """A share of n gives away its numerator and the rest of n, so all three must be large enough."""
    if cell.n == 0:
        return Reason.EMPTY
    if any(policy.is_small(count) for count in (cell.n, numerator(cell), cell.n - numerator(cell))):
        return Reason.THRESHOLD
    return Reason.COMPLEMENT if judged_by_class(cell, policy) and is_crowded(cell, policy) else None


def judged_by_class(cell: Cell, policy: Policy) -> bool:
    """Whether no more of a group than `class_share` may have what a cell counts."""
    return cell.sensitive or policy.class_share_everywhere


def is_crowded(cell: Cell, policy: Policy) -> bool:
    """Whether nearly everybody of a group has what a share counts; where that is allowed it is recorded."""
    return cell.measure is Measure.SHARE and numerator(cell) > policy.class_share * cell.n


def recorded(output: Output, policy: Policy, counts: bool = False) -> tuple[str, ...]:
    """Say of an output what was allowed but is worth an output checker's look; the words hold no value.

    `counts` says whether a count of it holds nearly all of its total.
    """
    crowded = counts or any(is_crowded(cell, policy) and own_reason(cell, policy) is None for cell in output.cells)
    return (f"a category holds more than {policy.class_share:.0%} of a group: allowed, it is not sensitive",) if crowded else ()


def _estimate(cell: Cell, policy: Policy) -> Reason | None:
    if cell.n < policy.threshold or (cell.numerator is not None and policy.is_small(cell.numerator)):
        return Reason.THRESHOLD
    if cell.df is not None and cell.df < policy.minimum_df:
        return Reason.DF
    if cell.sensitive and cell.se == 0 and policy.class_share < 1:  # nobody differs, so the mean is each one's own value
        return Reason.COMPLEMENT
    return None


def _money(cell: Cell, policy: Policy) -> Reason | None:
    if cell.largest is None or not cell.largest <= policy.dominance:
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


WHOLE = 1e-6
"""How near a number must come to a whole one to be taken for it."""


def share_of(cell: Cell) -> tuple[int, int] | None:
    """Give how many, of how many, where an estimate is a share and says how many the fewer of both sides are.

    >>> share_of(Cell("back", "share", Measure.ESTIMATE, 97, value=0.75, numerator=25, unit="probability"))
    (25, 100)
    """
    value = cell.value or 0.0
    fewer = min(value, 1 - value)
    if not cell.numerator or fewer <= 0:
        return None
    whole = cell.numerator / fewer
    return (cell.numerator, round(whole)) if abs(whole - round(whole)) < WHOLE else None


def tells_n(cell: Cell) -> bool:
    """Whether the standard error of a share is the one that any number of persons without a design has: n follows from both.

    >>> [tells_n(Cell("a", "b", Measure.ESTIMATE, 40, value=0.2, se=se, unit="probability")) for se in (0.0632456, 0.07)]
    [True, False]
    """
    value, se = cell.value or 0.0, cell.se or 0.0
    spread = value * (1 - value)
    if cell.measure is not Measure.ESTIMATE or cell.unit not in PARTS or not (spread > 0 and se > 0):
        return False
    return abs(spread / se**2 - cell.n) < NEAR_N


NEAR_N = 0.5
"""How near a number of persons that is worked out must come to be the right one."""


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
    its interval where it has none). Money, a quantile, and an estimate that comes without both, have the digits that they
    print: a mean of whole answers with more decimals is a fraction whose n can be found.
    """
    if cell.measure is Measure.MONEY or cell.beyond is not None:
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
    is 0 or 1 or there are few persons, since n then follows from its bounds to the person. An interval between two values that
    somebody has goes where too few lie beyond one of them.
    """
    if _lies_outside(cell.beyond_ends, policy):
        return False
    if cell.measure is not Measure.SHARE:
        return not (policy.method is Method.ROUND and cell.numerator is not None)
    many = cell.n >= INTERVAL_FROM * policy.threshold
    return policy.method is not Method.ROUND and many and 0 < numerator(cell) < cell.n
