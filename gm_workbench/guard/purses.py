"""What is hidden of a sum of money is told together by the rest: so it is of enough persons, and not mostly one person's.

Two hidden amounts give each other cover, and who takes the others from the total has their sum all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gm_workbench.guard.amounts import Amount, adds_up, amounts_of, sums_up
from gm_workbench.guard.net import At
from gm_workbench.guard.policy import Policy
from gm_workbench.outputs.output import Measure, Output

Purse = tuple[Sequence[Amount], Amount]
"""Amounts that stand beside one another, and their total."""


def told_together(outputs: Sequence[Output], hidden: Callable[[At], bool], policy: Policy) -> set[At]:
    """Give the amounts to keep back besides, so that what is hidden of each sum may be told in one.

    Parameters
    ----------
    outputs : sequence of Output
        All of the report: the total may stand in another one.
    hidden : callable
        Whether an amount is hidden already.
    policy : Policy
        Its threshold, and the largest share that one person may have.
    """
    purses = list(_purses(outputs))
    gone: set[At] = set()

    def seen(one: Amount) -> bool:
        return one[0] not in gone and not hidden(one[0])

    while True:
        asked = (_next(parts, whole, seen, policy) for parts, whole in purses if seen(whole))
        more = {at for at in asked if at is not None}
        if not more:
            return gone
        gone |= more


def _next(parts: Sequence[Amount], whole: Amount, seen: Callable[[Amount], bool], policy: Policy) -> At | None:
    """Give the amount to hide next: of those that make what is hidden safe the one of the fewest persons; None if it is."""
    kept, left = [one for one in parts if seen(one)], [one for one in parts if not seen(one)]
    sums = sums_up([cell for _, cell in parts], whole[1])
    if not left or _is_safe(left, policy, sums=sums):
        return None
    ranked = sorted(kept, key=lambda one: (not _is_safe([*left, one], policy, sums=sums), one[1].n, one[0]))
    return (ranked[0] if ranked else whole)[0]


def _is_safe(told: Sequence[Amount], policy: Policy, *, sums: bool) -> bool:
    cells = [cell for _, cell in told]
    amounts = [abs(cell.value or 0.0) * (1 if sums else cell.n) for cell in cells]
    largest = max((cell.largest or 0.0) * amount for cell, amount in zip(cells, amounts, strict=True))
    return sum(cell.n for cell in cells) >= policy.threshold and largest <= policy.dominance * sum(amounts)


def _purses(outputs: Sequence[Output]) -> Iterator[Purse]:
    """Find the totals of neighbours in a row or column, wherever these stand."""
    money = amounts_of(outputs, lambda cell: cell.measure is Measure.MONEY and cell.n > 0)
    by_n: dict[tuple[str, int], list[Amount]] = {}
    for one in money:
        by_n.setdefault((one[1].unit, one[1].n), []).append(one)
    for line in _lines(money):
        for start in range(len(line)):
            for end in range(start + 2, len(line) + 1):
                parts = line[start:end]
                wholes = by_n.get((parts[0][1].unit, sum(cell.n for _, cell in parts)), ())
                yield from ((parts, one) for one in wholes if adds_up([cell for _, cell in parts], one[1]))


def _lines(money: Sequence[Amount]) -> Iterator[list[Amount]]:
    """Give the amounts of each row, of each column, and of each output."""
    for along in ("row", "column", "unit"):
        lines: dict[tuple[int, str, str], list[Amount]] = {}
        for one in money:
            lines.setdefault((one[0][0], getattr(one[1], along), one[1].unit), []).append(one)
        yield from lines.values()
