"""What links counts of several reports: which are one count, and which add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gm_workbench.guard.bounds import Adds, narrowed
from gm_workbench.guard.names import characteristic_of, is_everybody, name_of
from gm_workbench.guard.sides import Side, cell_name
from gm_workbench.guard.systems import POLICY, REVISION, SUBGROUP, TOTAL, Exposed, Place, System
from gm_workbench.guard.told import Part, Told
from gm_workbench.outputs.output import Measure


def system(sides: Sequence[Side]) -> System:
    """Put the counts of reports on one kind of data together."""
    made = System(sides)
    for at, side in enumerate(sides):
        for told in side.told:
            made.add(at, told)
        for adds in _within(side):
            made.own.append(Adds(made.at[at, adds[0]], tuple(made.at[at, part] for part in adds[1:])))
    keyed = [{(told.output, told.row, told.column, told.part): told for told in side.told} for side in sides]
    _same_numbers(made, keyed)
    _same_groups(made)
    _totals(made, keyed)
    made.solved = narrowed(made.ranges(marks=True), made.own + made.across) if made.across else []
    return made


def _within(side: Side) -> Iterator[list[Told]]:
    """Find totals in the tables of exact counts: a row or column that is the sum of the others wherever all are shown."""
    tables: dict[str, list[Told]] = {}
    for told in side.told:
        if told.measure is Measure.COUNT:
            tables.setdefault(told.output, []).append(told)
    for cells in tables.values():
        for line, cross in (("row", "column"), ("column", "row")):
            yield from _sums_along(cells, line, cross)
        yield from _sums_by_name(cells)


def _sums_by_name(cells: Sequence[Told]) -> Iterator[list[Told]]:
    """Give everybody of a column beside the lines of one characteristic, some hidden: who reads their names adds them up."""
    for column in dict.fromkeys(told.column for told in cells):
        own = [told for told in cells if told.column == column]
        everybody = [told for told in own if is_everybody(told.row, told.row_label)]
        kinds: dict[str, list[Told]] = {}
        for told in own:
            if told not in everybody:
                kinds.setdefault(characteristic_of(told.row, told.row_label), []).append(told)
        for parts in kinds.values():
            if len(everybody) == 1 and len(parts) > 1 and any(told.hidden for told in parts):
                yield [everybody[0], *parts]


def _sums_along(cells: Sequence[Told], line: str, cross: str) -> Iterator[list[Told]]:
    keys = list(dict.fromkeys(getattr(told, cross) for told in cells))
    lines: dict[str, dict[str, Told]] = {}
    for told in cells:
        lines.setdefault(getattr(told, line), {})[getattr(told, cross)] = told
    whole = [one for one in lines.values() if len(one) == len(keys) > 2]
    seen = [one for one in whole if all(told.exact and not told.hidden for told in one.values())]
    for key in keys:
        if seen and all(_is_sum(one, key) for one in seen):
            yield from ([one[key], *(told for name, told in one.items() if name != key)] for one in whole)


def _is_sum(line: Mapping[str, Told], key: str) -> bool:
    rest = sum(told.marked[0] for name, told in line.items() if name != key)
    return line[key].marked[0] == rest > 0


Key = tuple[str, str, str, Part]
Cell = tuple[str, str, str, Key]
"""A count of a place that has no report: study, period, place, and its line."""


def _same_numbers(made: System, keyed: Sequence[Mapping[Key, Told]]) -> None:
    """Join what two makings of one report say, by one policy or two, where they do not contradict each other."""
    for at, side in enumerate(made.sides):
        for other in range(at + 1, len(made.sides)):
            beside = made.sides[other]
            if _subject(side) != _subject(beside):
                continue
            rule = REVISION if side.rules.digest == beside.rules.digest else POLICY
            for key in keyed[at].keys() & keyed[other].keys():
                one, two = keyed[at][key], keyed[other][key]
                if _agree(one, two):
                    made.relate(rule, made.at[at, one], [made.at[other, two]])


def _same_groups(made: System) -> None:
    """Join what two studies say of one group: the same people, by their names, in the same months."""
    first: dict[tuple[str, ...], int] = {}
    for place, (at, told) in enumerate(made.counts):
        if told is None or told.part is Part.N or told.measure not in (Measure.COUNT, Measure.SHARE):
            continue
        side = made.sides[at]
        people = side.populations.get(told.output, "")
        key = (side.place, side.period, name_of(told.row_label), name_of(told.column_label), told.part, people)
        other = first.setdefault(key, place)
        beside, seen = made.counts[other]
        if people and seen is not None and _are_two_lines(made, (beside, seen), (at, told)) and _agree(seen, told):
            made.relate(SUBGROUP, other, [place])


def _are_two_lines(made: System, one: Place, other: Place) -> bool:
    """Whether two counts stand in two studies, or under two names in two makings of one report."""
    cells = {(told.output, told.row, told.column) for _, told in (one, other) if told is not None}
    return made.sides[one[0]].study != made.sides[other[0]].study or (one[0] != other[0] and len(cells) > 1)


def _agree(one: Told, other: Told) -> bool:
    return one.marked[0] <= other.marked[1] and other.marked[0] <= one.marked[1]


def _subject(side: Side) -> tuple[str, str, str]:
    return side.study, side.place, side.period


def _totals(made: System, keyed: Sequence[Mapping[Key, Told]]) -> None:
    """Join each total with the places that it is the total of; places without a report have one count in all totals."""
    several = Counter((side.study, side.period) for side in made.sides if side.members)
    unreported: dict[Cell, int] = {}
    for at, side in enumerate(made.sides):
        if side.members == ():
            continue
        parts = _members(made.sides, side)
        for key, told in keyed[at].items():
            found = [(one, keyed[one][key]) for one in parts if key in keyed[one]]
            missing = sorted(set(side.members or ()) - {made.sides[one].place for one, _ in found})
            overlaps = bool(missing) and several[side.study, side.period] > 1
            if not found and not overlaps:
                continue
            places = [made.at[part] for part in found]
            if side.members is None or missing or len(found) < len(parts):
                places.append(made.add(at, None))
            made.relate(TOTAL, made.at[at, told], places)
            made.compared[TOTAL] = made.compared.get(TOTAL, 0) + 1
            if overlaps:
                keys = [(side.study, side.period, place, key) for place in missing]
                made.relate(TOTAL, made.at[at, told], [*places[:-1], *(_unreported(made, at, unreported, one) for one in keys)])
            _lone(made, (at, told), found)


def _unreported(made: System, at: int, known: dict[Cell, int], one: Cell) -> int:
    if one not in known:
        known[one] = made.add(at, None)
    return known[one]


def _members(sides: Sequence[Side], total: Side) -> list[int]:
    """Give one report of each place that a total counts, those to be released now first."""
    found: dict[str, int] = {}
    for at, side in sorted(enumerate(sides), key=lambda one: (not one[1].asked, one[0])):
        same = (side.study, side.period) == (total.study, total.period) and side.place != total.place and side.members == ()
        if same and (total.members is None or side.place in total.members):
            found.setdefault(side.place, at)
    return sorted(found.values())


def _lone(made: System, total: tuple[int, Told], parts: Sequence[tuple[int, Told]]) -> None:
    """Note the statistic that is the only one hidden beside a shown total: what it is made of can be worked out."""
    told = total[1]
    silent = [(side, part) for side, part in parts if part.silent]
    asked = any(made.sides[side].asked for side, _ in (total, *parts))
    if told.part is Part.N and not told.silent and len(silent) == 1 and len(parts) > 1 and asked:
        shown = (total, *(part for part in parts if part not in silent))
        side, hidden = silent[0]
        name = cell_name(made.sides[side], hidden)
        made.alone.append(Exposed(TOTAL, name, made.sides[side].rules.threshold, shown, silent[0]))
