"""Differencing: what can be worked out by putting several reports beside each other.

Each report is safe by itself. Beside others it may not be: a total minus all places but one, this year minus last year, one
sub-group in two studies, the same numbers under two policies. All of it is worked out from what is printed, as an outsider
would, and never from what the guard knew. A finding says which cells are subtracted, and never the small number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gm_workbench.guard.crossed import crossed
from gm_workbench.guard.decisions import Decision
from gm_workbench.guard.findings import SENTENCES, Candidate, Finding, Rule
from gm_workbench.guard.linked import system
from gm_workbench.guard.nested import Groups, everybody, everybody_over, groups_of, nested, renamed
from gm_workbench.guard.pairs import Term, divided, few_changed, matched, pairs_of, small, spanned
from gm_workbench.guard.parted import parted
from gm_workbench.guard.sides import DRAFTS, Side, cell_name
from gm_workbench.guard.sizes import alike_sizes, judged
from gm_workbench.guard.systems import System
from gm_workbench.guard.totals import totals
from gm_workbench.guard.ways import spans, walked

__all__ = ["SENTENCES", "Candidate", "Differenced", "Finding", "Rule", "difference", "remedies"]


@dataclass(frozen=True, slots=True)
class Differenced:
    """What was found, and how many comparisons were made by each rule."""

    findings: tuple[Finding, ...]
    compared: Mapping[Rule, int]


def difference(sides: Sequence[Side]) -> Differenced:
    """Hold reports against each other, and say what could be worked out with the help of those that are to be released.

    Parameters
    ----------
    sides : sequence of Side
        Those to be released (`origin` empty) and those beside them. Reports on other kinds of data or other synthetic worlds
        are never compared with each other.

    Returns
    -------
    Differenced
        In an order that does not depend on the order of `sides`.
    """
    shelves: dict[tuple[str, str], list[Side]] = {}
    for side in _once(sides):
        shelves.setdefault((side.kind, side.world), []).append(side)
    compared = dict.fromkeys(Rule, 0)
    found: list[Finding] = []
    for shelf in shelves.values():
        linked = system(shelf)
        groups = {id(side): groups_of(side, linked) for side in shelf}
        found += _hidden(linked)
        for rule, count in linked.compared.items():
            compared[Rule(rule)] += count
        for rule, one, other in pairs_of(shelf):
            for pair in _alike(rule, (one, other), linked, groups):
                compared[rule] += 1
                found += small(rule, *pair)
                found += few_changed(rule, *pair)
            for pair in alike_sizes(groups[id(one)], groups[id(other)]) if rule is Rule.SUBGROUP else ():
                compared[Rule.SIZES] += 1
                found += small(Rule.SIZES, *pair)
        for rule, total, both, asked in _added(shelf, linked, groups):
            compared[rule] += 1
            found += small(rule, total, both, asked)
    return Differenced(tuple(sorted(dict.fromkeys(found), key=str)), compared)


def _added(
    shelf: Sequence[Side], linked: System, groups: Mapping[int, Groups]
) -> Iterator[tuple[Rule, Term, Term, set[Candidate]]]:
    """Give the counts that are sums of others: a period of those that it is made of, a total of places, a group of parts."""
    for whole, parts in divided(shelf):
        yield from ((Rule.PERIOD, *one) for one in spanned(whole, parts, linked))
        over = everybody_over(groups[id(whole)], [groups[id(part)] for part in parts])
        yield from ((Rule.PERIOD, *one) for one in over)
    for units in walked(shelf, linked, groups):
        yield from ((Rule.PERIOD, *one.terms) for one in spans(units))
        yield from ((Rule.TOTAL, *one.terms) for one in crossed(units))
    yield from ((Rule.TOTAL, *one) for one in totals(shelf, groups))
    yield from ((Rule.SUBGROUP, *one) for one in parted(shelf, linked, groups))


def _alike(rule: Rule, pair: tuple[Side, Side], linked: System, groups: Mapping[int, Groups]) -> Iterator[tuple[Term, Term]]:
    """Give the counts of two reports that may be of the same persons, or of persons among them."""
    one, other = (groups[id(side)] for side in pair)
    if rule is Rule.SUBGROUP:
        yield from nested(one, other)
        return
    yield from matched(*pair, linked)
    yield from everybody(one, other)
    yield from renamed(one, other, nests=rule is not Rule.PERIOD)


def _once(sides: Sequence[Side]) -> list[Side]:
    """Leave out reports that stand there twice, byte for byte; what is to be released now goes first."""
    kept: dict[tuple[str, ...], Side] = {}
    ranked = sorted(sides, key=lambda side: (side.origin != "", side.origin == DRAFTS, side.origin, side.name, side.digest))
    for side in ranked:
        kept.setdefault((side.study, side.place, side.period, side.world, side.digest), side)
    return list(kept.values())


def _hidden(linked: System) -> Iterator[Finding]:
    """Give the hidden cells, and the places left over by a total, that the others give away."""
    for exposed in linked.exposed():
        sides = linked.sides
        candidates = {(sides[at].report, one.output) for at, one in exposed.shown if sides[at].asked}
        if not candidates and exposed.itself is not None and sides[exposed.itself[0]].asked:
            candidates = {(sides[exposed.itself[0]].report, exposed.itself[1].output)}  # the others are out already
        if candidates:
            minus = " − ".join(cell_name(sides[at], one) for at, one in exposed.shown)
            text = f"{minus} = <{exposed.threshold} in {exposed.name}"
            yield Finding(Rule(exposed.rule), text, tuple(sorted(candidates)))


def remedies(
    sides: Sequence[Side], least: Iterable[Finding] = (), answered: Sequence[Decision] = ()
) -> tuple[tuple[Candidate, ...], tuple[Finding, ...]]:
    """Say which outputs of what is to be released must be withheld besides, and what is then still left.

    Of those that would help, the one is taken that mends most, then the one that loses least; then all is worked out again.

    Parameters
    ----------
    sides : sequence of Side
    least : iterable of Finding
        What was found with all of them; worked out when it is not given.
    answered : sequence of Decision
        Rows that answer the question whether sizes are of the same people.
    """
    chosen: list[Candidate] = []
    left = tuple(least) or judged(difference(sides).findings, answered)
    weights = {(side.report, output): weight for side in sides if side.asked for output, weight in side.weights.items()}
    while left:
        votes: dict[Candidate, int] = {}
        for candidate in (candidate for finding in left for candidate in finding.candidates if candidate not in chosen):
            votes[candidate] = votes.get(candidate, 0) + 1
        if not votes:
            break
        chosen.append(min(votes, key=lambda one: (-votes[one], weights.get(one, 0), one)))
        left = judged(difference([_without(side, chosen) for side in sides]).findings, answered)
    return tuple(sorted(chosen)), left


def _without(side: Side, chosen: Sequence[Candidate]) -> Side:
    if not side.asked:
        return side
    kept = tuple(told for told in side.told if (side.report, told.output) not in chosen)
    return replace(side, told=kept)
