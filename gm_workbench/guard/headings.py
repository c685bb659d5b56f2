"""What tells a count from the others of a sum, and which categories of two outputs may be one under two headings.

A reader who finds the same numbers under "women" in one table and under "mothers" in another takes them for the same persons.
One equal number is coincidence in a report of any length; a row or column whose numbers are all equal is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from gm_workbench.guard.links import HARD, Links, Origin, is_over_time
from gm_workbench.outputs.output import Cell, Output


@dataclass(frozen=True, slots=True)
class Heading:
    """A category: its output, its name, and by the name of what stands across it how many persons it counts there."""

    output: int
    name: str
    counts: Mapping[str, int]

    def may_be(self, other: Heading) -> bool:
        """Whether all numbers that can be compared are equal; without such numbers, the largest."""
        if self.output == other.output:
            return False
        both = self.counts.keys() & other.counts.keys()
        if both:
            return all(self.counts[name] == other.counts[name] for name in both)
        return max(self.counts.values()) == max(other.counts.values())


def named_lines(output: Output) -> Iterator[tuple[str, list[int]]]:
    """Give rows and columns by name, with the places of their cells. Along time nothing adds up."""
    for name in ("column",) if is_over_time(output) else ("row", "column"):
        for key in dict.fromkeys(getattr(cell, name) for cell in output.cells):
            yield output.words.label(key).nl, [at for at, cell in enumerate(output.cells) if getattr(cell, name) == key]


def splits(output: Output, own: Links) -> dict[int, frozenset[str]]:
    """Say for each part of a sum by which names it is told from the other parts: its row's, its column's or both."""
    found: dict[int, set[str]] = {}
    cells = {place: cell for cell, places in zip(output.cells, own.behind, strict=True) for place in places}
    for one in (one for one in own.relations if one.origin is not Origin.SHARE):
        parts = {part: cells[part] for part in one.parts if part in cells}
        for name in ("row", "column"):
            keys = {getattr(cell, name) for cell in parts.values()}
            for part, cell in parts.items() if len(keys) > 1 else ():
                found.setdefault(part, set()).add(output.words.label(getattr(cell, name)).nl)
    return {place: frozenset(names) for place, names in found.items()}


_BETWEEN = re.compile(r"(?:\W+(?:(?:and|en|met|with|x)\W+)?)(.+)", re.DOTALL)
"""What stands between two names in one, and the second."""


def composed(labels: Iterable[str]) -> dict[str, frozenset[str]]:
    """Give the labels that are made of others, with those: a table of three variables has two of them in its rows.

    >>> found = composed(["women", "young", "women, young", "women and", "27", "34", "27-34"])
    >>> {label: sorted(parts) for label, parts in found.items()}
    {'women, young': ['women', 'young']}
    """
    known = {label for label in labels if any(letter.isalpha() for letter in label)}
    starts = {length: {label for label in known if len(label) == length} for length in {len(label) for label in known}}

    def parts(label: str) -> frozenset[str]:
        for length in sorted(starts):
            first = label[:length]
            between = _BETWEEN.fullmatch(label[length:]) if first in starts[length] else None
            rest = frozenset[str]() if between is None else frozenset({between[1]} & known) or parts(between[1])
            if rest:
                return rest | {first}
        return frozenset()

    made = {label: parts(label) for label in sorted(known)}
    return {label: own for label, own in made.items() if own}


def classes(outputs: Sequence[Output], split: Sequence[Mapping[int, frozenset[str]]], threshold: int) -> dict[str, str]:
    """Give each name of a category the name that stands for all that may be the same; small ones are nobody's but their own."""
    headings = [
        one
        for at, output in enumerate(outputs)
        for one in _headings(at, output, frozenset().union(*split[at].values()))
        if max(one.counts.values()) >= threshold
    ]
    above = {one.name: one.name for one in headings}
    for one, other in _candidates(headings):
        if one.may_be(other):
            first, last = sorted((_root(above, one.name), _root(above, other.name)))
            above[last] = first
    return {name: _root(above, name) for name in above}


def _root(above: Mapping[str, str], name: str) -> str:
    while above[name] != name:
        name = above[name]
    return name


def _headings(at: int, output: Output, categories: frozenset[str]) -> Iterator[Heading]:
    for name, line in named_lines(output):
        cells = [output.cells[place] for place in line if output.cells[place].measure in HARD]
        if name in categories and cells:
            along_row = len({cell.row for cell in cells}) == 1
            yield Heading(at, name, {_across(output, cell, along_row=along_row): cell.n for cell in cells})


def _across(output: Output, cell: Cell, *, along_row: bool) -> str:
    return output.words.label(cell.column if along_row else cell.row).nl


def _candidates(headings: Sequence[Heading]) -> Iterator[tuple[Heading, Heading]]:
    """Give the pairs that have one number in common."""
    alike: dict[tuple[str, int], list[int]] = {}
    for at, one in enumerate(headings):
        for key in {("", max(one.counts.values())), *one.counts.items()}:
            alike.setdefault(key, []).append(at)
    pairs = {pair for group in alike.values() for pair in combinations(group, 2)}
    yield from ((headings[one], headings[other]) for one, other in sorted(pairs))
