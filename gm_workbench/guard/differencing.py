"""Differencing: what can be worked out by putting several reports beside each other.

Each report is safe by itself. Beside others it may not be: a total minus all places but one, this year minus last year, one
sub-group in two studies, the same numbers under two policies. All of it is worked out from what is printed, as an outsider
would, and never from what the guard knew. A finding says which cells are subtracted, and never the small number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from gm_workbench.guard.linked import System, system
from gm_workbench.guard.readers import gives_away
from gm_workbench.guard.sides import DRAFTS, Side, cell_name, holds, overlap
from gm_workbench.guard.told import Part, Range, Told
from gm_workbench.outputs.output import Measure
from gm_workbench.vocabulary.text import Text


class Rule(StrEnum):
    """How a small count would be worked out."""

    TOTAL = "total"  # a total minus all others
    PERIOD = "period"  # this year minus last year
    SUBGROUP = "subgroup"  # one sub-group in two studies
    POLICY = "policy"  # what one policy hides, another shows
    REVISION = "revision"  # a report that was made again with a few persons more or fewer


SENTENCES: Mapping[Rule, Text] = {
    Rule.TOTAL: Text(
        "Wie van het totaal de andere plaatsen aftrekt, houdt een klein aantal personen over.",
        "Who subtracts the other places from the total is left with a small number of persons.",
    ),
    Rule.PERIOD: Text(
        "Wie de ene periode van de andere aftrekt, houdt een klein aantal personen over.",
        "Who subtracts one period from the other is left with a small number of persons.",
    ),
    Rule.SUBGROUP: Text(
        "Dezelfde groep staat in twee studies; het verschil is een klein aantal personen.",
        "The same group stands in two studies; the difference is a small number of persons.",
    ),
    Rule.POLICY: Text(
        "Dezelfde cijfers zijn volgens twee regels beschermd; wat de ene verbergt, laat de andere zien.",
        "The same numbers were protected by two policies; what one hides, the other shows.",
    ),
    Rule.REVISION: Text(
        "Het rapport is opnieuw gemaakt; het verschil met het eerdere is een klein aantal personen.",
        "The report was made again; the difference from the earlier one is a small number of persons.",
    ),
}


Candidate = tuple[str, str]
"""An output that could be withheld: (`<study>/<place>`, its id)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A small count that could be worked out: by which rule, from which cells, and what could be withheld against it."""

    rule: Rule
    arithmetic: str
    candidates: tuple[Candidate, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {self.arithmetic}"


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
        found += _hidden(linked)
        for rule, count in linked.compared.items():
            compared[Rule(rule)] += count
        for rule, one, other in _pairs(shelf):
            for pair in _matched(rule, one, other, linked):
                compared[rule] += 1
                found += _small(rule, *pair)
    return Differenced(tuple(sorted(dict.fromkeys(found), key=str)), compared)


def _once(sides: Sequence[Side]) -> list[Side]:
    """Leave out reports that stand there twice, byte for byte; what is to be released now goes first."""
    kept: dict[tuple[str, ...], Side] = {}
    ranked = sorted(sides, key=lambda side: (side.origin != "", side.origin == DRAFTS, side.origin, side.name, side.digest))
    for side in ranked:
        kept.setdefault((side.study, side.place, side.period, side.world, side.digest), side)
    return list(kept.values())


@dataclass(frozen=True, slots=True)
class _Term:
    """A count in an arithmetic: of which side, and what it can be."""

    side: Side
    told: Told
    range: Range
    more: str = ""
    people: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return cell_name(self.side, self.told, self.more)


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


def _pairs(shelf: Sequence[Side]) -> Iterator[tuple[Rule, Side, Side]]:
    """Give the pairs of which at least one is to be released now, and how they hang together."""
    for one, other in combinations(shelf, 2):
        if one.place != other.place or not (one.asked or other.asked):
            continue
        if one.study != other.study:
            if overlap(one.period, other.period):
                yield Rule.SUBGROUP, one, other
        elif one.period != other.period:
            yield Rule.PERIOD, one, other
        else:
            yield (Rule.REVISION if one.rules.digest == other.rules.digest else Rule.POLICY), one, other


def _matched(rule: Rule, one: Side, other: Side, linked: System) -> Iterator[tuple[_Term, _Term]]:
    """Give the counts of two reports that speak of the same thing."""
    if rule is not Rule.SUBGROUP:
        theirs = {(told.output, told.row, told.column, told.part): told for told in other.told}
        for told in one.told:
            same = theirs.get((told.output, told.row, told.column, told.part))
            if same is not None:
                yield _Term(one, told, linked.range(one, told)), _Term(other, same, linked.range(other, same))
        return
    groups: dict[tuple[str, Part], list[_Term]] = {}
    for term in _characteristics(other, linked):
        groups.setdefault(_characteristic(term.told), []).append(term)
    for term in _characteristics(one, linked):
        same_line = groups.get(_characteristic(term.told), ())
        yield from ((term, same) for same in same_line if _may_hold(term.people, same.people))


EVERYBODY = frozenset({"all", "total", "totaal", "persons", "personen", "everybody", "iedereen", "allen"})
SHORTEST_NAME = 4


def _characteristic(told: Told) -> tuple[str, Part]:
    """Say what a line is about; everybody is everybody, whatever the line is called."""
    label = told.row_label.casefold().strip()
    return ("" if EVERYBODY & {label, told.row.casefold()} else label), told.part


def _may_hold(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one group may hold the other, by their names: those of all persons of two studies may."""
    named = ((a, b) for a in one for b in other if min(len(a), len(b)) >= SHORTEST_NAME)
    return bool(one & other) or any(a in b or b in a for a, b in named)


def _characteristics(side: Side, linked: System) -> Iterator[_Term]:
    """Give the numbers of persons with a characteristic: counts, the numerators of shares, and the sums of a line."""
    own = [told for told in side.told if told.measure in (Measure.COUNT, Measure.SHARE) and told.part is not Part.N]
    lines: dict[tuple[str, str, Part], list[Told]] = {}
    for told in own:
        lines.setdefault((told.output, told.row, told.part), []).append(told)
    for line in lines.values():
        everybody = frozenset({"", side.populations.get(line[0].output, "").casefold()})
        ranges = [linked.range(side, told) for told in line]
        for told, seen in zip(line, ranges, strict=True):
            yield _Term(side, told, seen, people=frozenset({told.column_label.casefold()}) if len(line) > 1 else everybody)
        if len(line) > 1:
            whole = (sum(low for low, _ in ranges), sum(high for _, high in ranges))
            columns = " + ".join(told.column for told in line)
            yield _Term(side, line[0], whole, f"{line[0].row} × ({columns})", everybody)


def _small(rule: Rule, one: _Term, other: _Term) -> Iterator[Finding]:
    """Judge the difference of two counts that are printed, or follow from what is."""
    sides = (one.side, other.side)
    threshold, width = max(side.rules.threshold for side in sides), max(side.rules.width for side in sides)
    low, high = _apart(rule, one, other)
    if gives_away((low, high), threshold, width):
        first, second = (one, other) if one.range[1] >= other.range[1] else (other, one)
        candidates = {(term.side.report, term.told.output) for term in (one, other) if term.side.asked}
        text = f"{first.name} − {second.name} = <{threshold} persons"
        yield Finding(rule, text, tuple(sorted(candidates)))


def _apart(rule: Rule, one: _Term, other: _Term) -> Range:
    """Give how many persons two counts can differ by; a period that holds the other has no fewer."""
    low, high = one.range[0] - other.range[1], one.range[1] - other.range[0]
    if rule is Rule.PERIOD and holds(one.side.period, other.side.period):
        return max(low, 0.0), max(high, 0.0)
    if rule is Rule.PERIOD and holds(other.side.period, one.side.period):
        return max(-high, 0.0), max(-low, 0.0)
    return max(low, -high, 0.0), max(abs(low), abs(high))


def remedies(sides: Sequence[Side], least: Iterable[Finding] = ()) -> tuple[tuple[Candidate, ...], tuple[Finding, ...]]:
    """Say which outputs of what is to be released must be withheld besides, and what is then still left.

    Of those that would help, the one is taken that mends most, then the one that loses least; then all is worked out again.

    Parameters
    ----------
    sides : sequence of Side
    least : iterable of Finding
        What was found with all of them; worked out when it is not given.
    """
    chosen: list[Candidate] = []
    left = tuple(least) or difference(sides).findings
    weights = {(side.report, output): weight for side in sides if side.asked for output, weight in side.weights.items()}
    while left:
        votes: dict[Candidate, int] = {}
        for candidate in (candidate for finding in left for candidate in finding.candidates if candidate not in chosen):
            votes[candidate] = votes.get(candidate, 0) + 1
        if not votes:
            break
        chosen.append(min(votes, key=lambda one: (-votes[one], weights.get(one, 0), one)))
        left = difference([_without(side, chosen) for side in sides]).findings
    return tuple(sorted(chosen)), left


def _without(side: Side, chosen: Sequence[Candidate]) -> Side:
    if not side.asked:
        return side
    kept = tuple(told for told in side.told if (side.report, told.output) not in chosen)
    return replace(side, told=kept)
