"""Groups of two reports of which one may hold the other, by their names: nobody declares which groups are nested.

A group goes by the names of its line and of its column. Everybody has no name, and may hold every group. Also summed are the
columns of a line, and the lines that are of one characteristic (`sex:man`, `sex:woman`) or the only ones of their table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import product

from gm_workbench.guard.findings import Candidate
from gm_workbench.guard.names import characteristic_of, is_everybody, name_of, words_of
from gm_workbench.guard.pairs import Term, together
from gm_workbench.guard.sides import Side
from gm_workbench.guard.systems import System
from gm_workbench.guard.told import Part, Told
from gm_workbench.outputs.output import Measure

Name = tuple[Part, str]
Groups = dict[frozenset[Name], list[Term]]

SHORTEST_NAME = 4


def nested(one: Groups, other: Groups) -> Iterator[tuple[Term, Term]]:
    """Give the counts of two reports of which one may hold the other."""
    for (own, terms), (their, others) in product(one.items(), other.items()):
        if may_hold(own, their) or may_hold(their, own):
            yield from (pair for pair in product(terms, others) if hold_by_name(own, their, *pair))


def hold_by_name(own: frozenset[Name], their: frozenset[Name], one: Term, other: Term) -> bool:
    """Whether one of two counts may hold the other, by the names of their groups and by their populations."""
    if not (may_hold(own, their) or may_hold(their, own)):
        return False
    return bool(own and their) or own == their or among(one, other, first=not own)


def renamed(one: Groups, other: Groups, *, nests: bool) -> Iterator[tuple[Term, Term]]:
    """Give the groups of two makings of a report whose line the other does not have, beside those of the other of that name.

    Of lines that both have, the other's is the same line. With `nests` also those of which one may hold the other by its name.
    """
    own, their = _lacking(one, other), _lacking(other, one)
    if nests:
        yield from nested(own, their)
        return
    for names in (names for names in own if names and names in their):
        yield from product(own[names], their[names])


def _lacking(groups: Groups, other: Groups) -> Groups:
    """Leave of the groups of one report those of lines that another does not have."""
    there = {term.cell for terms in other.values() for term in terms}
    left = {names: [term for term in terms if term.cell not in there] for names, terms in groups.items()}
    return {names: terms for names, terms in left.items() if terms}


def among(one: Term, other: Term, *, first: bool) -> bool:
    """Whether a group may be among everybody in another table, whose population is said with no word that the group lacks."""
    wide, narrow = (one, other) if first else (other, one)
    said = f"{population_of(narrow)} {narrow.told.row_label} {narrow.told.column_label}".casefold()
    return words_of(population_of(wide)) <= words_of(said)


def everybody(one: Groups, other: Groups) -> Iterator[tuple[Term, Term]]:
    """Give everybody in a table of one report beside everybody in a table of the other, when both are of the same persons."""
    for term, same in product(one.get(frozenset(), ()), other.get(frozenset(), ())):
        if population_of(term) == population_of(same) and term.cell != same.cell:
            yield term, same


def everybody_over(whole: Groups, parts: Sequence[Groups]) -> Iterator[tuple[Term, Term, set[Candidate]]]:
    """Give everybody in a period beside everybody in those that it is made of, when one tells it elsewhere or in parts."""
    for total in whole.get(frozenset(), ()):
        own = [[one for one in part.get(frozenset(), ()) if population_of(one) == population_of(total)] for part in parts]
        terms = [found[0] for found in own if found]
        if len(terms) == len(parts) and any(one.cell != total.cell for one in terms):
            yield total, together(terms), {one.candidate for one in (total, *terms) if one.side.asked}


def population_of(term: Term) -> str:
    """Give the words for everybody whom a count's table is about."""
    return term.side.populations.get(term.told.output, "").casefold()


@lru_cache(maxsize=1 << 16)  # places have the same groups
def may_hold(wide: frozenset[Name], narrow: frozenset[Name]) -> bool:
    """Whether a group may hold another: it has no name that the other has not, as it is or with more words.

    Examples
    --------
    >>> mothers, young = (Part.BODY, "lone mothers"), (Part.BODY, "young")
    >>> may_hold(frozenset({mothers}), frozenset({(Part.BODY, "lone mothers with a young child")}))
    True
    >>> may_hold(frozenset(), frozenset({mothers})), may_hold(frozenset({young}), frozenset({mothers}))
    (True, False)
    """
    return all(any(_holds(name, other) for other in narrow) for name in wide)


def _holds(wide: Name, narrow: Name) -> bool:
    (part, a), (its, b) = wide, narrow
    return part is its and (a == b or (len(a) >= SHORTEST_NAME and a in b) or (bool(a) and set(a.split()) <= set(b.split())))


def groups_of(side: Side, linked: System) -> Groups:
    """Give the numbers of persons that a report tells, and the sums of them, by the names of their group."""
    made: Groups = {}
    tables: dict[tuple[str, Measure], list[Told]] = {}
    for told in side.told:
        if told.measure in (Measure.COUNT, Measure.SHARE):
            tables.setdefault((told.output, told.measure), []).append(told)
    for cells in tables.values():
        terms = [Term(side, told, linked.range(side, told)) for told in cells if told.part is not Part.N]
        several = len({told.column for told in cells}) > 1
        for term in terms:
            _put(made, _names(term.told, column=several), term)
            if not several and name_of(term.told.column_label) in linked.lines:  # rows and columns change places elsewhere
                _put(made, _names(term.told), term)
        for names, term in _sums(terms, cells, several=several):
            _put(made, names, term)
    return made


def _put(made: Groups, names: frozenset[Name], term: Term) -> None:
    """Keep a count once for each thing that it can be."""
    known = made.setdefault(names, [])
    if all((other.range, other.told.output) != (term.range, term.told.output) for other in known):
        known.append(term)


def _names(told: Told, *, row: bool = True, column: bool = True) -> frozenset[Name]:
    """Name a group by its line and its column; what is no more than *everybody* is no name, but a share is of something."""
    names = {(told.part, name_of(told.row_label))} if row and not is_everybody(told.row, told.row_label) else set()
    if column and not is_everybody(told.column, told.column_label):
        names.add((Part.BODY, name_of(told.column_label)))
    shared = told.measure is Measure.SHARE and row
    return frozenset(names or ({(told.part, "")} if shared else ()))


def _sums(terms: Sequence[Term], cells: Sequence[Told], *, several: bool) -> Iterator[tuple[frozenset[Name], Term]]:
    """Add up lines over all columns, characteristics over all categories, and both; what is hidden leaves no sum."""
    columns = {told.column for told in cells if not is_everybody(told.column, told.column_label)}
    rows: dict[str, set[str]] = {}
    for told in cells:
        if not is_everybody(told.row, told.row_label):
            rows.setdefault(kind_of(told), set()).add(told.row)
    own = [term for term in terms if term.told.column in columns]
    for line in _gathered(own, lambda told: (told.row, told.part)):
        if {term.told.column for term in line} == columns and len(columns) > 1:
            yield _names(line[0].told, column=False), _added(line)
    within = [term for term in terms if term.told.part is Part.BODY and term.told.row in rows.get(kind_of(term.told), ())]
    for line in _gathered(within, lambda told: (kind_of(told), told.column)):
        if {term.told.row for term in line} == rows[kind_of(line[0].told)] and len(line) > 1:
            yield _names(line[0].told, row=False, column=several), _added(_parts(line))
    for block in _gathered([term for term in within if term.told.column in columns], lambda told: (kind_of(told),)):
        if len(block) == len(columns) * len(rows[kind_of(block[0].told)]) and len(columns) > 1:
            yield frozenset(), _added(block)


def kind_of(told: Told) -> str:
    """Say of which characteristic a line is: `sex:man` of `sex`."""
    return characteristic_of(told.row, told.row_label)


def _gathered(terms: Sequence[Term], key: Callable[[Told], tuple[str, ...]]) -> list[list[Term]]:
    made: dict[tuple[str, ...], list[Term]] = {}
    for term in terms:
        made.setdefault(key(term.told), []).append(term)
    return list(made.values())


def _parts(line: Sequence[Term]) -> list[Term]:
    """Leave out what is the sum of the others already."""
    for term in line:
        rest = [other for other in line if other is not term]
        if len(rest) > 1 and term.range == _range(rest) and term.range[0] == term.range[1]:
            return rest
    return list(line)


def _range(terms: Sequence[Term]) -> tuple[float, float]:
    return sum(term.range[0] for term in terms), sum(term.range[1] for term in terms)


def _added(parts: Sequence[Term]) -> Term:
    rows, columns = (" + ".join(dict.fromkeys(getattr(term.told, name) for term in parts)) for name in ("row", "column"))
    more = f"{_bracketed(rows)} × {_bracketed(columns)}"
    return Term(parts[0].side, parts[0].told, _range(parts), more)


def _bracketed(names: str) -> str:
    return f"({names})" if " + " in names else names
