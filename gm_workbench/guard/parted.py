"""A group whose parts stand in two or more other reports: women in one study, men in another, everybody in a third.

That parts are those of one whole is known from how lines are called: `sex:woman` and `sex:man` are of one characteristic, and
so are the lines of any one table. Each part may be told by another report; what is told by none is what is left of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from math import inf, prod

from gm_workbench.guard.findings import Candidate
from gm_workbench.guard.names import is_everybody, name_of
from gm_workbench.guard.nested import Groups, Name, among, kind_of
from gm_workbench.guard.pairs import Term, together
from gm_workbench.guard.sides import Side, overlap
from gm_workbench.guard.systems import System
from gm_workbench.guard.told import Part, Told
from gm_workbench.outputs.output import Measure

Split = tuple[str, frozenset[Name]]
"""A characteristic, or the lines of a table; and the group that it splits, by its name."""

Parts = dict[Split, dict[str, list[Term]]]
MOST_WAYS = 1_000
"""Ways to take each part from one of the reports that tell it; of more, those with reports to be released now go first."""


def parted(shelf: Sequence[Side], linked: System, groups: Mapping[int, Groups]) -> Iterator[tuple[Term, Term, set[Candidate]]]:
    """Give each group beside the sum of its parts, where these stand in two or more reports of other studies on the place."""
    for place in dict.fromkeys(side.place for side in shelf):
        sides = [side for side in shelf if side.place == place]
        if len({side.study for side in sides}) < 2:
            continue
        for (_, context), told in _parts(sides, linked).items():
            wholes = [term for side in sides for term in groups[id(side)].get(context, ())]
            for whole, parts in product(wholes, _ways(list(told.values()))):
                if _stands_beside(whole, parts, everybody=not context):
                    terms = (whole, *parts)
                    yield whole, together(parts), {one.candidate for one in terms if one.side.asked}


def _parts(sides: Sequence[Side], linked: System) -> Parts:
    """Give the counts that are shown of each part; those of one side and range once."""
    made: Parts = {}
    for side in sides:
        tables: dict[tuple[str, Measure], list[Told]] = {}
        for told in side.told:
            if told.measure in (Measure.COUNT, Measure.SHARE) and told.part is Part.BODY:
                tables.setdefault((told.output, told.measure), []).append(told)
        for cells in tables.values():
            _add(made, side, cells, linked)
    return {split: parts for split, parts in made.items() if len(parts) > 1}


def _add(made: Parts, side: Side, cells: Sequence[Told], linked: System) -> None:
    lines = [told for told in cells if not is_everybody(told.row, told.row_label)]
    several = len({told.column for told in cells}) > 1
    for told in lines:
        named = several and not is_everybody(told.column, told.column_label)
        context = frozenset({(Part.BODY, name_of(told.column_label))} if named else ())
        alike = {name_of(one.row_label) for one in lines if kind_of(one) == kind_of(told)}
        split = kind_of(told) or (" | ".join(sorted(alike)) if len(alike) > 1 else "")
        term = Term(side, told, linked.range(side, told))
        known = made.setdefault((split, context), {}).setdefault(name_of(told.row_label), []) if split else []
        if not told.hidden and term.range[1] < inf and all(term.range != one.range or one.side is not side for one in known):
            known.append(term)


def _ways(parts: Sequence[Sequence[Term]]) -> Iterator[tuple[Term, ...]]:
    """Take every part that is told from one of the reports that tell it, in each way that there is."""
    told = [sorted(terms, key=lambda term: not term.side.asked) for terms in parts if terms]
    while told and prod(map(len, told)) > MOST_WAYS:
        told = [terms[: max(1, len(terms) - 1)] for terms in told]
    yield from product(*told)


def _stands_beside(whole: Term, parts: Sequence[Term], *, everybody: bool) -> bool:
    """Whether a sum is of several studies in months that they share, of people who may be among the whole; one is asked for."""
    terms = (whole, *parts)
    several = len({term.side.study for term in parts}) > 1
    asked = any(term.side.asked for term in terms)
    if not (several and asked and all(overlap(one.side.period, other.side.period) for one, other in combinations(terms, 2))):
        return False
    return not everybody or all(among(whole, part, first=True) for part in parts)
