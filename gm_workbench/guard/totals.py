"""A total of places minus all others, wherever these stand: in another table, in another study, or in a smaller total.

The sums of one study are worked out in `linked`, with everything that is hidden. Here the groups are matched by their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gm_workbench.guard.findings import Candidate
from gm_workbench.guard.nested import Groups, population_of
from gm_workbench.guard.pairs import Term, together
from gm_workbench.guard.sides import Side, overlap


def totals(shelf: Sequence[Side], groups: Mapping[int, Groups]) -> Iterator[tuple[Term, Term, set[Candidate]]]:
    """Give each total beside the sum of those that it is made of and that print the same group."""
    for total in (side for side in shelf if side.members != ()):
        for parts in _divisions(total, [side for side in shelf if side.period == total.period and side is not total]):
            if any(side.asked for side in (total, *parts)):
                yield from _beside(groups[id(total)], [groups[id(part)] for part in parts])
        for parts in _filled(total, [side for side in shelf if side.period == total.period and side is not total]):
            if any(side.asked for side in (total, *parts)):
                yield from _wherever(groups[id(total)], [groups[id(part)] for part in parts])
        for parts in _of_other_months(total, [side for side in shelf if side is not total]):
            if any(side.asked for side in (total, *parts)):
                yield from _beside(groups[id(total)], [groups[id(part)] for part in parts])


def _divisions(total: Side, others: Sequence[Side]) -> Iterator[list[Side]]:
    """Give, for each study, the places of a total; and each smaller total with the places that it leaves."""
    for study in dict.fromkeys(side.study for side in others):
        own = [side for side in others if side.study == study]
        places = _once([side for side in own if side.members == () and _counts(total, side)])
        yield places
        for smaller in (side for side in own if side.members and _counts(total, side)):
            yield [smaller, *(side for side in places if side.place not in (smaller.members or ()))]


def _filled(total: Side, others: Sequence[Side]) -> Iterator[list[Side]]:
    """Give, for each study, its places of a total, and those of other studies for the places that it lacks."""
    places = [side for side in others if side.members == () and _counts(total, side)]
    for study in dict.fromkeys(side.study for side in places):
        own = _once([side for side in places if side.study == study])
        known = {side.place for side in own}
        more = _once([side for side in places if side.place not in known])
        if more:
            yield sorted([*own, *more], key=lambda side: side.place)


def _of_other_months(total: Side, others: Sequence[Side]) -> Iterator[list[Side]]:
    """Give, for each study, the places of a total of which one or more tell only a period that shares months with its own."""
    places = [side for side in others if side.members == () and _counts(total, side) and overlap(total.period, side.period)]
    for study in dict.fromkeys(side.study for side in places):
        own = [side for side in places if side.study == study]
        nearest = _once(sorted(own, key=lambda side: (side.period != total.period, side.period)), first=False)
        if any(side.period != total.period for side in nearest):
            yield nearest


def _wherever(total: Groups, parts: Sequence[Groups]) -> Iterator[tuple[Term, Term, set[Candidate]]]:
    """Put each group of a total beside its places, in whatever table these tell it; everybody must be of one population."""
    for names, terms in total.items():
        for term in terms:
            told = [[one for one in part.get(names, ()) if _may_be_of(term, one, everybody=not names)] for part in parts]
            shown = [found[0] for found in told if found]
            if len({one.side.study for one in shown}) > 1:
                yield term, together(shown), {one.candidate for one in (term, *shown) if one.side.asked}


def _may_be_of(total: Term, part: Term, *, everybody: bool) -> bool:
    shown = part.range[1] < float("inf") and not part.told.hidden
    return shown and (not everybody or population_of(total) == population_of(part))


def _counts(total: Side, side: Side) -> bool:
    """Whether a total counts the persons of a place, or of a smaller total."""
    if side.place == total.place:
        return False
    declared = total.members
    return declared is None or side.place in declared or (bool(side.members) and set(side.members or ()) < set(declared))


def _once(sides: Sequence[Side], *, first: bool = True) -> list[Side]:
    """Take one report of each place, those to be released now `first`."""
    found: dict[str, Side] = {}
    for side in sorted(sides, key=lambda one: first and not one.asked):
        found.setdefault(side.place, side)
    return list(found.values())


def _beside(total: Groups, parts: Sequence[Groups]) -> Iterator[tuple[Term, Term, set[Candidate]]]:
    for names, terms in total.items():
        tables = dict.fromkeys(term.told.output for part in parts for term in part.get(names, ()))
        for table in tables:
            found = [next((one for one in part.get(names, ()) if one.told.output == table), None) for part in parts]
            shown = [one for one in found if one is not None and one.range[1] < float("inf") and not one.told.hidden]
            for term in terms if shown else ():
                if not _is_linked(term, shown):
                    yield term, together(shown), {one.candidate for one in (term, *shown) if one.side.asked}


def _is_linked(total: Term, parts: Sequence[Term]) -> bool:
    """Whether this is one cell of one study, of a total and its places, which `linked` works out with all that is hidden.

    Where all places of a total are shown and do not come to it, there is no sum to work with, only who is left over.
    """
    own = [one for one in parts if (one.side.study, one.side.period) == (total.side.study, total.side.period)]
    alike = len(own) == len(parts) and all(one.side.members == () and one.cell == total.cell for one in own)
    return alike and not _is_over(total, parts)


def _is_over(total: Term, parts: Sequence[Term]) -> bool:
    whole = total.side.members is not None and set(total.side.members) <= {one.side.place for one in parts}
    exact = all(one.told.exact for one in (total, *parts))
    return whole and exact and total.range != together(parts).range
