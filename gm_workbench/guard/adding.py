"""What adds up across outputs: categories of a variable, lines that make up a count elsewhere, lines that split one further."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, permutations

from gm_workbench.guard.headings import named_lines
from gm_workbench.guard.links import HARD, Links, Origin, is_over_time
from gm_workbench.guard.names import is_unknown
from gm_workbench.guard.net import Count, Net
from gm_workbench.outputs.output import Cell, Measure, Output, Whom


@dataclass(frozen=True, slots=True)
class Line:
    """Counts that stand beside one another in a row or column: sizes, or numerators."""

    output: int
    name: str
    parts: tuple[int, ...]
    sizes: bool
    whole: int


def add_declared(net: Net) -> None:
    """Add up the categories of a variable, as cells say whom they count; a few who are left over are a count as well."""
    places = {whom: net.root(count.place) for count in net.counts for whom in sorted(count.whom, key=str)}
    below: dict[tuple[Whom, str], list[int]] = {}
    for whom, place in places.items():
        for variable, category in sorted(whom.having):
            above = Whom(whom.population, whom.having - {(variable, category)})
            below.setdefault((above, variable), []).append(place)
    _place_wholes(net, places, below)
    for (above, _), parts in below.items():
        if above not in places:
            continue
        rest = net.values[places[above]] - sum(net.values[part] for part in parts)
        if rest == 0:
            net.relate(places[above], parts, Origin.LINKED)
        elif net.policy.is_small(rest):
            net.relate_rest(places[above], parts, rest, Origin.LINKED)


def _place_wholes(net: Net, places: dict[Whom, int], below: Mapping[tuple[Whom, str], Sequence[int]]) -> None:
    """Place the wholes that no cell holds and that are split by several variables: they are as large as the largest sum."""
    sums: dict[Whom, list[int]] = {}
    for (above, _), parts in below.items():
        sums.setdefault(above, []).append(sum(net.values[part] for part in parts))
    for above, wholes in sums.items():
        if above not in places and len(wholes) > 1:
            places[above] = net.unheld(max(wholes))


def add_made_up(net: Net) -> None:
    """Find sizes of one output that together make up a count of another, and lines that split one of another further.

    Where their own output has their sum, that is laid beside the counts of others instead.
    """
    by_value: dict[int, list[Count]] = {}
    for count in net.counts:
        if count.hard and count.value > 0:
            by_value.setdefault(count.value, []).append(count)
    lines = [line for at in range(len(net.outputs)) for line in _lines(net, at)]
    places = {line: frozenset(map(net.root, line.parts)) for line in lines}
    held = {net.root(count.place) for count in net.counts}
    sums = [one for one in net.within() if one.origin is not Origin.SHARE and one.total in held]
    summed = {frozenset(one.parts) for one in sums}
    with_sum: dict[int, list[frozenset[int]]] = {}
    for one in sums:
        with_sum.setdefault(one.total, []).append(frozenset(one.members))
    loose = [line for line in lines if places[line] not in summed]
    for line in loose:
        for count in by_value.get(line.whole, ()):
            if count.output != line.output and ((line.sizes and count.size) or line.name in count.names):
                net.relate(count.place, line.parts, Origin.ACROSS)
    _same_whole(net, [line for line in loose if not _holds_a_sum(places[line], with_sum)])
    by_sum: dict[int, list[Line]] = {}
    for line in lines:
        by_sum.setdefault(line.whole, []).append(line)
    for fine, coarse in (pair for alike in by_sum.values() for pair in permutations(alike, 2)):
        if fine.output != coarse.output and len(fine.parts) > len(coarse.parts):
            _split(net, fine, coarse)


def _holds_a_sum(places: frozenset[int], with_sum: Mapping[int, Sequence[frozenset[int]]]) -> bool:
    return any(members <= places for place in places for members in with_sum.get(place, ()))


def _same_whole(net: Net, lines: Iterable[Line]) -> None:
    """Relate lines that come to the same, of which no output has the sum: it is a count that no cell holds.

    From the threshold up they are taken for the same persons whatever they are called.
    """
    alike: dict[tuple[str, bool, int], list[Line]] = {}
    for line in lines:
        called = net.called(line.name) if net.policy.is_small(line.whole) else ""
        alike.setdefault((called, line.sizes, line.whole), []).append(line)
    for (_, _, whole), group in alike.items():
        if whole > 0 and len({line.output for line in group}) > 1:
            place = net.unheld(whole)
            for line in group:
                net.relate(place, line.parts, Origin.ACROSS)


def _lines(net: Net, output: int) -> Iterator[Line]:
    own, start, cells = net.own[output], net.starts[output], net.outputs[output].cells
    held = {place for places in own.behind for place in places}
    unheld = [one.parts for one in own.relations if one.total not in held]
    unknown = _unknown(net.outputs[output], own)
    found = [
        (name, sizes, some)
        for name, line in named_lines(net.outputs[output])
        for sizes, parts in _columns(cells, own, line)
        for some in (parts, *(one for one in unheld if {*one} < {*parts}), *_known(parts, unknown))
    ]
    everybody = [] if is_over_time(net.outputs[output]) else [("", True, _everybody(cells, own))]
    for name, sizes, some in (*found, *everybody):
        if len(some) > 1:
            whole = sum(own.values[part] for part in some)
            yield Line(output, name, tuple(start + part for part in some), sizes, whole)


def _unknown(output: Output, own: Links) -> frozenset[int]:
    """Give the counts of those of whom the category is not known."""
    said = {key: is_unknown(output.words.label(key).nl) for cell in output.cells for key in cell.key}
    pairs = zip(output.cells, own.behind, strict=True)
    return frozenset(place for cell, places in pairs if any(said[key] for key in cell.key) for place in places)


def _known(parts: Sequence[int], unknown: frozenset[int]) -> list[list[int]]:
    """Give those of a line of which the category is known, where another is not: another table may leave these out."""
    some = [part for part in parts if part not in unknown]
    return [some] if 0 < len(some) < len(parts) else []


def _everybody(cells: Sequence[Cell], own: Links) -> Sequence[int]:
    """Give all plain counts of a table of rows and columns without a total."""
    counts = {cell.key: places[0] for cell, places in zip(cells, own.behind, strict=True) if cell.measure is Measure.COUNT}
    alone = not any({*one.members} & {*counts.values()} for one in own.relations)
    return [*counts.values()] if alone and all(len({key[axis] for key in counts}) > 1 for axis in (0, 1)) else []


def _split(net: Net, fine: Line, coarse: Line) -> None:
    """Relate two lines if each count of the one is made up of neighbours of the other."""
    ends = list(accumulate(net.values[part] for part in fine.parts))
    cuts = list(accumulate(net.values[part] for part in coarse.parts))
    if not set(cuts) <= set(ends):
        return
    first = 0
    for total, cut in zip(coarse.parts, cuts, strict=True):
        last = ends.index(cut) + 1
        if last - first > 1:
            net.relate(total, fine.parts[first:last], Origin.ACROSS)
        first = max(first, last)


def _columns(cells: Sequence[Cell], own: Links, line: list[int]) -> Iterator[tuple[bool, list[int]]]:
    """Give the sizes of a line, and its numerators, each count once."""
    hard = [at for at in line if cells[at].measure in HARD]
    yield True, list(dict.fromkeys(own.n(at) for at in hard))
    yield False, list(dict.fromkeys(own.body(at) for at in hard if cells[at].measure is Measure.SHARE))
