"""A few persons who are left when one group is taken from another: they stand nowhere, and are told all the same."""

from __future__ import annotations

from itertools import permutations

from gm_workbench.guard.links import Origin
from gm_workbench.guard.names import is_everybody
from gm_workbench.guard.net import Count, Net


def add_remainders(net: Net) -> None:
    """Find two exact sizes that differ by a few persons: if the one are among the other, the few can be told from them.

    Whether they are is known where both say whom they count. Else two sizes are suspected that bear one name, unless the
    larger is told from others by a category that the smaller lacks, or that are both the whole of an output about one
    population; and of one line everybody and any other.
    """
    sizes = {net.root(count.place): count for count in reversed(net.counts) if count.exact and count.size}
    ordered = sorted(sizes.items(), key=lambda item: (item[1].value, item[0]))
    relations = [*net.within(), *map(net.rooted, net.across)]
    apart = {pair for one in relations for pair in permutations(one.members, 2)}
    split = {part for one in relations if one.origin is not Origin.SHARE for part in one.parts}
    tops: dict[int, tuple[int, int]] = {}
    for count in sizes.values():
        tops[count.output] = max(tops.get(count.output, (0, 0)), (count.value, net.root(count.place)))
    whole = {place for _, place in tops.values()} - split
    for at, (low, small) in enumerate(ordered):
        for high, large in ordered[at + 1 :]:
            rest = large.value - small.value
            if rest >= net.policy.threshold:
                break
            if rest and (low, high) not in apart and _may_hold(net, large, small, whole=low in whole and high in whole):
                net.relate_rest(high, [low], rest, Origin.ACROSS)


def _is_everybody(large: Count, small: Count) -> bool:
    """Whether one of two counts of a line is of everybody in it, and the other is not."""
    line = large.names & small.names
    of_all, of_some = ([one for one in count.names - line if is_everybody(one, one)] for count in (large, small))
    return bool(line and of_all) and not of_some and len(large.names - line) == len(of_all)


def _may_hold(net: Net, large: Count, small: Count, *, whole: bool) -> bool:
    if large.whom and small.whom:
        return any(one.within(other) for one in small.whom for other in large.whom)
    if large.output == small.output:
        return _is_everybody(large, small) or (bool(large.rows & small.rows) and (large.of_share or small.of_share))
    if net.over_time(large) or net.over_time(small):
        return False
    if large.names & small.names and large.split <= small.split:
        return True
    here, there = (net.outputs[count.output].words.population.nl for count in (large, small))
    return whole and here == there
