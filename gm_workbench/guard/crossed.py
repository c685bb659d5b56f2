"""Totals over places and periods at once: a total of two years minus every year of every place but one.

Within one period totals are worked out in `totals` and `linked`, within one place periods in `ways`. Here a total is taken over
months as its reports tell them, or as they follow from several, and each of its places over the same months in the same way.
Of places that do not reach over all of these months, those are taken away that all of them tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from gm_workbench.guard.ways import Balance, Unit, Walk, Ways

MOST_REMAINDERS = 1_000
"""For one line of a table, the sums of one total over places and periods."""


def crossed(walks: Mapping[Unit, Walk]) -> Iterator[Balance]:
    """Give what is left of each total over places and periods at once, where something is to be released now."""
    for unit, walk in walks.items():
        for parts, whole in _divisions(unit, walks):
            left = (one for one in _left(walk.ways, [part.ways for part in parts], whole=whole) if one.is_new)
            yield from islice(left, MOST_REMAINDERS)


def _divisions(total: Unit, units: Mapping[Unit, Walk]) -> Iterator[tuple[list[Walk], bool]]:
    """Give the places of a total, and each smaller total with the places that it leaves; and whether those are all."""
    place, members = total
    if members == ():
        return
    places = {one: found for (one, inner), found in units.items() if inner == () and one != place}
    if members is None:
        yield list(places.values()), False
        return
    smaller = [(inner, found) for (_, inner), found in units.items() if inner and set(inner) < set(members)]
    for inner, found in ((None, None), *smaller):
        rest = [one for one in dict.fromkeys(members) if one not in (inner or ())]
        parts = [places[one] for one in rest if one in places] + ([] if found is None else [found])
        yield parts, all(one in places for one in rest)


def _left(total: Ways, parts: Sequence[Ways], *, whole: bool) -> Iterator[Balance]:
    """Give what is left of a total over some months; `whole` says whether a report tells of all of its parts."""
    for (first, after), over in total.items():
        if first >= after:
            continue
        told = [part[first, after] for part in parts if (first, after) in part]
        lacking = [part for part in parts if (first, after) not in part]
        rest = over
        for one in told:
            rest -= one
        plain = len(over) == 1 and all(len(one) == 1 for one in told)
        if told and not plain:
            yield rest
        if lacking and whole:
            yield from _minus_what_is_told(rest, lacking, (first, after))


def _minus_what_is_told(rest: Balance, lacking: Sequence[Ways], over: tuple[int, int]) -> Iterator[Balance]:
    """Take from a remainder the months at its beginning and end of which all places that it is of tell, each in its own way."""
    first, after = over
    starts, ends = [first], [after]
    for month in sorted({end for _, end in lacking[0]}):
        starts += [month] * all((first, month) in part for part in lacking)
        ends += [month] * all((month, after) in part for part in lacking)
    for start in starts:
        for end in ends:
            if start >= end or (start, end) == over:
                continue
            less = rest
            for part in lacking:
                less -= part.get((first, start), Balance())
                less -= part.get((end, after), Balance())
            yield less
