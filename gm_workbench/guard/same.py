"""Which counts of two outputs are the same persons."""

from __future__ import annotations

from itertools import combinations

from gm_workbench.guard.net import Count, Net
from gm_workbench.outputs.output import Whom


def contradicting(net: Net) -> frozenset[int]:
    """Give the outputs that say they count the same persons as another, and do not agree with it."""
    said: dict[Whom, list[Count]] = {}
    for count in net.counts:
        for whom in count.whom:
            said.setdefault(whom, []).append(count)
    return frozenset(one.output for group in said.values() if len({one.value for one in group}) > 1 for one in group)


def join_same(net: Net) -> None:
    """Take equal sizes of two outputs for the same persons; parts, and small sizes, only if they also bear one name."""
    by_value: dict[int, list[Count]] = {}
    for count in net.counts:
        if count.value > 0:
            by_value.setdefault(count.value, []).append(count)
    for group in by_value.values():
        hard = [count for count in group if count.hard]
        for one, other in sorted(combinations(hard, 2), key=_likeness):
            if (one.output != other.output or one.whom & other.whom) and _are_one(net, one, other):
                net.unite(one.place, other.place)
        for soft in (count for count in group if not count.hard):
            same = next((count for count in hard if _are_one(net, soft, count)), None)
            if same is not None:
                _tell(net, soft, same.place)


def _are_one(net: Net, one: Count, other: Count) -> bool:
    if one.whom and other.whom:
        return bool(one.whom & other.whom)
    if one.names & other.names and (one.split <= other.split or other.split <= one.split):
        return True
    if net.policy.is_small(one.value) or net.over_time(one) or net.over_time(other):
        return False
    return one.size and other.size and (not one.split or not other.split or one.split == other.split)


def _tell(net: Net, soft: Count, place: int) -> None:
    for at, places in enumerate(net.own[soft.output].behind):
        if net.starts[soft.output] + places[0] == soft.place:
            net.tells[soft.output, at] = place


def _likeness(pair: tuple[Count, Count]) -> tuple[bool, bool]:
    """Put first what bears the same names, and what the same categories tell from others."""
    one, other = pair
    return one.names != other.names, one.split != other.split
