"""Two or three reports beside each other: which counts speak of the same thing, and what their difference gives away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice

from gm_workbench.guard.findings import Candidate, Finding, Rule
from gm_workbench.guard.names import name_of
from gm_workbench.guard.readers import gives_away
from gm_workbench.guard.sides import Side, begins, cell_name, holds, made_of, overlap
from gm_workbench.guard.systems import System
from gm_workbench.guard.told import Part, Range, Told
from gm_workbench.outputs.output import Measure

MOST_CHAINS = 1_000
"""Ways to make up one period of others."""


@dataclass(frozen=True, slots=True)
class Term:
    """A count in an arithmetic: of which side, and what it can be; of several counts the sum has these as its parts."""

    side: Side
    told: Told
    range: Range
    more: str = ""
    parts: tuple[Term, ...] = ()

    @property
    def sides(self) -> tuple[Side, ...]:
        return tuple(side for part in self.parts for side in part.sides) or (self.side,)

    @property
    def name(self) -> str:
        if self.parts:
            return f"({' + '.join(part.name for part in self.parts)})"
        return cell_name(self.side, self.told, self.more)

    @property
    def cell(self) -> tuple[str, str, str, Part, str]:
        """Which line of its report it is; `more` says of which several it is the sum."""
        return *_cell(self.told), self.more

    @property
    def candidate(self) -> Candidate:
        return self.side.report, self.told.output


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


def matched(one: Side, other: Side, linked: System) -> Iterator[tuple[Term, Term]]:
    """Give the counts of two reports that stand at one place of one table, or under one name at places of their own."""
    own, theirs = ({_cell(told): told for told in side.told} for side in (one, other))
    named = {_called(told): told for cell, told in theirs.items() if cell not in own}
    for cell, told in own.items():
        same = theirs.get(cell) or named.get(_called(told))
        if same is not None:
            yield Term(one, told, linked.range(one, told)), Term(other, same, linked.range(other, same))


def small(rule: Rule, one: Term, other: Term, asked: Iterable[Candidate] = ()) -> Iterator[Finding]:
    """Judge the difference of two counts that are printed, or follow from what is; `asked` are the outputs they are from."""
    sides = (*one.sides, *other.sides)
    threshold, width = max(side.rules.threshold for side in sides), max(side.rules.width for side in sides)
    low, high = _apart(rule, one, other)
    if not _unchanged(rule, one, other) and gives_away((low, high), threshold, width):
        first, second = (one, other) if one.range[1] >= other.range[1] else (other, one)
        candidates = set(asked) or {(term.side.report, term.told.output) for term in (one, other) if term.side.asked}
        text = f"{first.name} − {second.name} = <{threshold} persons"
        yield Finding(rule, text, tuple(sorted(candidates)))


def _unchanged(rule: Rule, one: Term, other: Term) -> bool:
    """Whether a report that was made again prints the same, and nothing else in the two tells more of one than of the other.

    Of an exact count that stayed the same the difference is nought; of a share whose persons are known to a few only, it is
    nought to a few, which says less.
    """
    same = (one.told.printed, one.told.marked, one.range) == (other.told.printed, other.told.marked, other.range)
    return rule is Rule.REVISION and same


def few_changed(rule: Rule, one: Term, other: Term) -> Iterator[Finding]:
    """Judge a statistic that was made again from other data on nearly the same persons.

    Its two values give the value of those who came or went: of one person who had herself removed, for instance. That there
    were enough of them shows only in the printed n; where it does not show, it is not believed.
    """
    told = one.told
    if rule not in (Rule.REVISION, Rule.POLICY) or told.part is not Part.N or told.silent or other.told.silent:
        return
    if rule is Rule.POLICY and told.measure is Measure.SHARE:  # made of counts, which each policy prints in its own way
        return
    same = _print_the_same(told, other.told) or (one.side.inputs == other.side.inputs != "")
    threshold = max(term.side.rules.threshold for term in (one, other))
    if not same and _apart(rule, one, other)[1] < threshold:
        candidates = {(term.side.report, term.told.output) for term in (one, other) if term.side.asked}
        text = f"{one.name} and {other.name} are other numbers on nearly the same persons: the difference is of <{threshold}"
        yield Finding(rule, text, tuple(sorted(candidates)))


def _print_the_same(one: Told, other: Told) -> bool:
    """Whether two lines print one number, and one interval where both print it: a policy may keep an interval back."""
    pairs = zip(one.printed.split(" "), other.printed.split(" "), strict=False)
    return all(mine == its or not (mine and its) for mine, its in pairs)


def divided(shelf: Sequence[Side]) -> Iterator[tuple[Side, list[Side]]]:
    """Give the periods that are made of others, with those; something is to be released now.

    The others may be of other studies. Of many ways to make up a period, those with what is to be released now go first.
    """
    of_place: dict[str, list[Side]] = {}
    for side in sorted(shelf, key=lambda one: not one.asked):
        of_place.setdefault(side.place, []).append(side)
    for sides in of_place.values():
        for whole in sides:
            for parts in islice(_chains(whole, sides), MOST_CHAINS):
                yield from [(whole, parts)] * any(side.asked for side in (whole, *parts))


def _chains(whole: Side, sides: Sequence[Side], begun: tuple[Side, ...] = ()) -> Iterator[list[Side]]:
    """Give the ways in which a period is made of two or more others, each of which begins where another ends."""
    for side in sides:
        chain = (*begun, side)
        if len(chain) > 1 and made_of(whole.period, [one.period for one in chain]):
            yield list(chain)
        elif side.period != whole.period and begins(whole.period, [one.period for one in chain]):
            yield from _chains(whole, sides, chain)


def spanned(whole: Side, parts: Sequence[Side], linked: System) -> Iterator[tuple[Term, Term, set[Candidate]]]:
    """Give each count of a period beside the sum of those of the periods that it is made of."""
    cells = [{_cell(told): told for told in side.told} for side in (whole, *parts)]
    for key in (key for key in cells[0] if all(key in its for its in cells)):
        terms = [Term(side, its[key], linked.range(side, its[key])) for side, its in zip((whole, *parts), cells, strict=True)]
        yield terms[0], together(terms[1:]), {term.candidate for term in terms if term.side.asked}


def together(terms: Sequence[Term]) -> Term:
    """Add up counts of several reports."""
    if len(terms) == 1:
        return terms[0]
    both = sum(term.range[0] for term in terms), sum(term.range[1] for term in terms)
    return replace(terms[0], range=both, parts=tuple(terms))


def _cell(told: Told) -> tuple[str, str, str, Part]:
    return told.output, told.row, told.column, told.part


def _called(told: Told) -> tuple[str, ...]:
    """Say what a count is called, whatever its table and its line are called by code."""
    return told.part, told.measure, name_of(told.row_label), name_of(told.column_label)


def _apart(rule: Rule, one: Term, other: Term) -> Range:
    """Give how many persons two counts can differ by; a period that holds the other has no fewer."""
    low, high = one.range[0] - other.range[1], one.range[1] - other.range[0]
    nested = rule is Rule.PERIOD and not (one.parts or other.parts)
    if nested and holds(one.side.period, other.side.period):
        return max(low, 0.0), max(high, 0.0)
    if nested and holds(other.side.period, one.side.period):
        return max(-high, 0.0), max(-low, 0.0)
    return max(low, -high, 0.0), max(abs(low), abs(high))
