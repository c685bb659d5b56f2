"""Estimates that add up exactly, to one another, to nought or to one: a hidden one then follows from those that are shown.

Shares of all that can have become of somebody make up one, differences in these come to nought, and parts of a difference make
it up. No n says so, for all are of the same persons. It is found from the numbers before they are rounded, so that it is hardly
ever coincidence; where it is, it costs a number that could have been shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations

from gm_workbench.guard.cells import numerator
from gm_workbench.guard.net import At
from gm_workbench.outputs.output import Cell, Measure, Output, Role, Shape

NEAR = 1e-9
"""How near a sum must come, beside the largest number in it."""
MOST_HERE, MOST_ELSEWHERE = 3, 2
"""How many shown numbers of one output, or of several, are tried beside a hidden one; a whole output is tried besides."""
MANY = 24
"""Numbers of one unit in an output from which on no more of them are tried together than of several outputs."""
CERTAIN = frozenset({"probability", "share"})
"""Units of which all parts come to one."""

Number = tuple[At, Cell, float]


def that_follow(outputs: Sequence[Output], hidden: Callable[[At], bool], withheld: frozenset[int]) -> set[At]:
    """Give the estimates to keep back: with others that are shown they give a hidden one.

    What is kept back is hidden then, and must not follow from others either. Curves are left out: where nothing happens their
    points are the same.

    Parameters
    ----------
    outputs : sequence of Output
        All of the report.
    hidden : callable
        Whether a rule of its own hides an estimate.
    withheld : frozenset of int
        Outputs that are not shown at all.
    """
    numbers = list(_numbers(outputs))
    asked = [one for one in numbers if hidden(one[0])]
    shown = [one for one in numbers if not hidden(one[0]) and one[0][0] not in withheld]
    gone: set[At] = set()
    while asked:
        new = {_least(outputs, others, shown) for one in asked for others in _telling(one, shown)}
        gone |= new
        asked, shown = [one for one in shown if one[0] in new], [one for one in shown if one[0] not in new]
    return gone


def _numbers(outputs: Sequence[Output]) -> Iterator[Number]:
    for o, made in enumerate(outputs):
        if Shape.CURVE not in made.words.shown_as:
            for at, cell in enumerate(made.cells):
                value = numerator(cell) / cell.n if cell.measure is Measure.SHARE and cell.n else cell.value
                if value and cell.measure is not Measure.COUNT:
                    yield (o, at), cell, value


def _telling(one: Number, shown: Sequence[Number]) -> Iterator[Sequence[Number]]:
    """Give the first others by which a number follows, in its own output or in several; shares alone the counts see to.

    That one number is another takes the same n: small numbers are often alike.
    """
    at, cell, _ = one
    like = [other for other in shown if other[1].unit == cell.unit]
    here = [other for other in like if other[0][0] == at[0]]
    same = [other for other in like if other[1].n == cell.n]
    sizes = range(2, (MOST_HERE if len(here) <= MANY else MOST_ELSEWHERE) + 1)
    beside = (others for size in sizes for others in combinations(here, size))
    elsewhere = (others for size in range(1, MOST_ELSEWHERE + 1) for others in combinations(same, size))
    for others in chain(beside, elsewhere, [tuple(here)] if len(here) > 1 else []):
        if not _are_counts([one, *others]) and _adds_up([one, *others]):
            yield others
            return


def _are_counts(terms: Sequence[Number]) -> bool:
    return all(cell.measure is Measure.SHARE for _, cell, _ in terms)


def _adds_up(terms: Sequence[Number]) -> bool:
    """Whether all together come to nought or one, or one of them is the sum of the others."""
    values = [value for _, _, value in terms]
    whole, near = sum(values), NEAR * max(map(abs, values))
    certain = all(cell.unit in CERTAIN for _, cell, _ in terms)
    ends = (0.0, 1.0) if certain else (0.0,)
    return any(abs(whole - end) <= near for end in ends) or any(abs(whole - 2 * value) <= near for value in values)


def _least(outputs: Sequence[Output], others: Sequence[Number], shown: Sequence[Number]) -> At:
    """Give the number that is missed least: one that follows from no others, that no headline is about, and that comes last."""

    def missed(one: Number) -> tuple[bool, bool, int, int]:
        (o, at), words = one[0], outputs[one[0][0]].words
        follows = any(True for _ in _telling(one, [other for other in shown if other is not one]))
        return follows, words.role is Role.ANSWER or bool(words.estimand and at == 0), -o, -at

    return min(others, key=missed)[0]
