"""Sizes of one place that differ by a few persons, whatever their groups are called, and so may be of the same people.

Names may have nothing in common and still be of one group: *candidates* in one study, *the rest of the caseload* in another.
Only exact counts are held against each other, and only the largest of a line or table: of large numbers it is seldom chance
that two are nearly equal. It is a question all the same, which a person may answer with a row of `decisions.csv` (`judged`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from gm_workbench.guard.decisions import Choice, Decision
from gm_workbench.guard.findings import Finding, Rule
from gm_workbench.guard.nested import Groups, Name, hold_by_name, kind_of
from gm_workbench.guard.pairs import Term
from gm_workbench.outputs.output import Measure

JUDGED = f"differencing ({Rule.SIZES})"
"""With this in its reason, a row that releases an output says that somebody knows the two groups to be of other people."""

LARGE = 20
"""Times the threshold: from there on a group with a name is held against others; smaller ones are often alike by chance."""

Size = tuple[frozenset[Name], Term]


def alike_sizes(one: Groups, other: Groups) -> Iterator[tuple[Term, Term]]:
    """Give the sizes that two reports of one place print, other than those of groups whose names hold each other."""
    for (own, term), (their, same) in product(_sizes(one), _sizes(other)):
        large = not (own or their) or min(term.range[0], same.range[0]) >= LARGE * term.side.rules.threshold
        if large and not hold_by_name(own, their, term, same) and not _apart(term, same):
            yield term, same


def _sizes(groups: Groups) -> list[Size]:
    """Give the largest exact count of each column of a table, and of its sums."""
    found: dict[tuple[str, str, bool], Size] = {}
    for names, terms in groups.items():
        for term in terms:
            key = (term.told.output, "" if term.more else term.told.column, bool(term.more))
            larger = key not in found or term.range[0] > found[key][1].range[0]
            if term.told.measure is Measure.COUNT and term.range[0] == term.range[1] and larger:
                found[key] = names, term
    return list(found.values())


def _apart(one: Term, other: Term) -> bool:
    """Whether two groups are of two categories of one characteristic, and so of other people."""
    kind = kind_of(one.told)
    return bool(kind) and kind == kind_of(other.told) and one.told.row_label != other.told.row_label


def judged(found: Iterable[Finding], decisions: Iterable[Decision]) -> tuple[Finding, ...]:
    """Leave out the questions that somebody answered: these sizes are of other people."""
    known = {(one.report, one.output) for one in decisions if is_answer(one)}
    return tuple(one for one in found if one.rule is not Rule.SIZES or not known & set(one.candidates))


def is_answer(decision: Decision) -> bool:
    """Whether somebody says with it that sizes are of other people."""
    return decision.decision is Choice.RELEASE and JUDGED in decision.reason
