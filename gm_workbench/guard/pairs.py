"""Two or three reports beside each other: which counts speak of the same thing, and what their difference gives away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from gm_workbench.guard.findings import Candidate, Finding, Rule
from gm_workbench.guard.linked import System
from gm_workbench.guard.readers import gives_away
from gm_workbench.guard.sides import Side, cell_name, holds, overlap, spans
from gm_workbench.guard.told import Part, Range, Told
from gm_workbench.outputs.output import Measure


@dataclass(frozen=True, slots=True)
class Term:
    """A count in an arithmetic: of which side, and what it can be."""

    side: Side
    told: Told
    range: Range
    more: str = ""
    people: frozenset[str] = frozenset()
    called: str = ""

    @property
    def name(self) -> str:
        return self.called or cell_name(self.side, self.told, self.more)


def pairs_of(shelf: Sequence[Side]) -> Iterator[tuple[Rule, Side, Side]]:
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


def matched(rule: Rule, one: Side, other: Side, linked: System) -> Iterator[tuple[Term, Term]]:
    """Give the counts of two reports that speak of the same thing."""
    if rule is not Rule.SUBGROUP:
        theirs = {_cell(told): told for told in other.told}
        for told in one.told:
            same = theirs.get(_cell(told))
            if same is not None:
                yield Term(one, told, linked.range(one, told)), Term(other, same, linked.range(other, same))
        return
    groups: dict[tuple[str, Part], list[Term]] = {}
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


def _characteristics(side: Side, linked: System) -> Iterator[Term]:
    """Give the numbers of persons with a characteristic: counts, the numerators of shares, and the sums of a line."""
    own = [told for told in side.told if told.measure in (Measure.COUNT, Measure.SHARE) and told.part is not Part.N]
    lines: dict[tuple[str, str, Part], list[Told]] = {}
    for told in own:
        lines.setdefault((told.output, told.row, told.part), []).append(told)
    for line in lines.values():
        everybody = frozenset({"", side.populations.get(line[0].output, "").casefold()})
        ranges = [linked.range(side, told) for told in line]
        for told, seen in zip(line, ranges, strict=True):
            yield Term(side, told, seen, people=frozenset({told.column_label.casefold()}) if len(line) > 1 else everybody)
        if len(line) > 1:
            whole = (sum(low for low, _ in ranges), sum(high for _, high in ranges))
            columns = " + ".join(told.column for told in line)
            yield Term(side, line[0], whole, f"{line[0].row} × ({columns})", everybody)


def small(rule: Rule, one: Term, other: Term, asked: Iterable[Candidate] = ()) -> Iterator[Finding]:
    """Judge the difference of two counts that are printed, or follow from what is; `asked` are the outputs they are from."""
    sides = (one.side, other.side)
    threshold, width = max(side.rules.threshold for side in sides), max(side.rules.width for side in sides)
    low, high = _apart(rule, one, other)
    if gives_away((low, high), threshold, width):
        first, second = (one, other) if one.range[1] >= other.range[1] else (other, one)
        candidates = set(asked) or {(term.side.report, term.told.output) for term in (one, other) if term.side.asked}
        text = f"{first.name} − {second.name} = <{threshold} persons"
        yield Finding(rule, text, tuple(sorted(candidates)))


def few_changed(rule: Rule, one: Term, other: Term) -> Iterator[Finding]:
    """Judge a statistic that was made again from other data on nearly the same persons.

    Its two values give the value of those who came or went: of one person who had herself removed, for instance. That there
    were enough of them shows only in the printed n; where it does not show, it is not believed.
    """
    told = one.told
    if rule is not Rule.REVISION or told.part is not Part.N or told.silent or other.told.silent:
        return
    same = told.printed == other.told.printed or (one.side.inputs == other.side.inputs != "")
    threshold = max(term.side.rules.threshold for term in (one, other))
    if not same and _apart(rule, one, other)[1] < threshold:
        candidates = {(term.side.report, term.told.output) for term in (one, other) if term.side.asked}
        text = f"{one.name} and {other.name} are other numbers on nearly the same persons: the difference is of <{threshold}"
        yield Finding(rule, text, tuple(sorted(candidates)))


def threes_of(shelf: Sequence[Side]) -> Iterator[tuple[Side, Side, Side]]:
    """Give the periods that are made of just two others, with those; at least one of them is to be released now."""
    of_place: dict[tuple[str, str], list[Side]] = {}
    for side in shelf:
        of_place.setdefault((side.study, side.place), []).append(side)
    for sides in of_place.values():
        for one, other in combinations(sides, 2):
            for whole in sides:
                if spans(whole.period, one.period, other.period) and any(side.asked for side in (whole, one, other)):
                    yield whole, one, other


def spanned(whole: Side, one: Side, other: Side, linked: System) -> Iterator[tuple[Term, Term, set[Candidate]]]:
    """Give each count of a period beside the sum of those of the two that it is made of."""
    parts = {_cell(told): told for told in other.told}
    totals = {_cell(told): told for told in whole.told}
    for told in (told for told in one.told if _cell(told) in parts.keys() & totals.keys()):
        three = ((whole, totals[_cell(told)]), (one, told), (other, parts[_cell(told)]))
        total, *terms = (Term(side, its, linked.range(side, its)) for side, its in three)
        both = sum(term.range[0] for term in terms), sum(term.range[1] for term in terms)
        together = replace(terms[0], range=both, called=f"({terms[0].name} + {terms[1].name})")
        yield total, together, {(side.report, told.output) for side, _ in three if side.asked}


def _cell(told: Told) -> tuple[str, str, str, Part]:
    return told.output, told.row, told.column, told.part


def _apart(rule: Rule, one: Term, other: Term) -> Range:
    """Give how many persons two counts can differ by; a period that holds the other has no fewer."""
    low, high = one.range[0] - other.range[1], one.range[1] - other.range[0]
    nested = rule is Rule.PERIOD and not other.called
    if nested and holds(one.side.period, other.side.period):
        return max(low, 0.0), max(high, 0.0)
    if nested and holds(other.side.period, one.side.period):
        return max(-high, 0.0), max(-low, 0.0)
    return max(low, -high, 0.0), max(abs(low), abs(high))
