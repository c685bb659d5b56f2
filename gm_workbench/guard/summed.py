"""Rounded totals that print as the sum of their printed parts, and so may be further from what prints than one rounding.

A report does not say which totals these are; who reads it sees that a number is the sum of those before or after it, or of all
others in its line. Twelve, twelve and twelve print as 10, 10 and 10, and their total as 30: it is 24 to 36.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gm_workbench.guard.policy import Method
from gm_workbench.guard.sides import Side
from gm_workbench.guard.told import Range, Told
from gm_workbench.outputs.output import Measure


def as_sums(side: Side) -> Mapping[Told, Range]:
    """Give what each count can be that prints as a sum of others, and each that prints the same number elsewhere in the report.

    Nothing where a policy does not round counts.
    """
    if side.rules.method is not Method.ROUND:
        return {}
    counts = [told for told in side.told if told.measure is Measure.COUNT]
    found: dict[str, Range] = {}
    for line in _lines(counts):
        for at, total in enumerate(line):
            for parts in _parts(line, at):
                if not total.hidden and _printed(total) == sum(map(_printed, parts)) > 0:
                    own, known = _added(parts), found.get(total.printed, total.marked)
                    found[total.printed] = min(own[0], known[0]), max(own[1], known[1])
    return {told: found[told.printed] for told in counts if told.printed in found}


def _lines(counts: Sequence[Told]) -> Iterator[list[Told]]:
    """Give the rows and the columns of every table."""
    for line in ("row", "column"):
        made: dict[tuple[str, str], list[Told]] = {}
        for told in counts:
            made.setdefault((told.output, getattr(told, line)), []).append(told)
        yield from made.values()


def _parts(line: Sequence[Told], at: int) -> Iterator[Sequence[Told]]:
    """Give what a number may be the sum of: all others, or two or more that stand before it or after it."""
    yield [*line[:at], *line[at + 1 :]] if len(line) > 2 else []
    yield from (line[first:at] for first in range(at - 1))
    yield from (line[at + 1 : last] for last in range(at + 3, len(line) + 1))


def _printed(told: Told) -> float:
    """Give the number that is printed; what is hidden counts as none in a sum."""
    return 0.0 if told.hidden else float(told.printed.split(" ")[0])


def _added(parts: Sequence[Told]) -> Range:
    return sum(part.marked[0] for part in parts), sum(part.marked[1] for part in parts)
