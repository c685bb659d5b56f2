"""The method *round*: small counts are one class, others are rounded, and totals are sums of what is printed.

So a total tells a reader nothing that its parts did not, wherever in the report it stands; a small part adds nothing to it. A
part that is no total in its own table is rounded by itself, also where another table splits it or where its neighbours come to
it by chance: then the audit hides what that would give away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gm_workbench.guard.cells import round_to_base
from gm_workbench.guard.links import Origin, Relation
from gm_workbench.guard.policy import Policy

_OWN_NUMBER = frozenset({Origin.SHARE, Origin.ACROSS, Origin.LINKED})
"""Sums whose total is rounded itself, unless that would give a small part away."""
_CHANCE = frozenset({Origin.FOUND, Origin.ACROSS})
_SURE = frozenset({Origin.DECLARED, Origin.LAYOUT})


class Counts(Protocol):
    """Counts and how they add up."""

    @property
    def values(self) -> tuple[int, ...]: ...

    @property
    def relations(self) -> Sequence[Relation]: ...


def rounded_counts(counts: Counts, policy: Policy) -> dict[int, int]:
    """Round every count; a total is the sum of its rounded parts, small parts counting as 0."""
    values = counts.values
    printed = [0 if policy.is_small(value) else round_to_base(value, policy.base) for value in values]
    return {place: sum(printed[leaf] for leaf in made) for place, made in leaves(counts, policy).items()}


def leaves(counts: Counts, policy: Policy) -> dict[int, tuple[int, ...]]:
    """Give for each count those whose printed numbers add up to its own; most are only themselves.

    Examples
    --------
    >>> from gm_workbench.guard.links import Links
    >>> from gm_workbench.guard.policy import load_policy
    >>> table = Links((43, 20, 23), (), (Relation(0, (1, 2)),), False)
    >>> leaves(table, load_policy("opensafely-stijl"))[0]
    (1, 2)
    """
    parts = {total: one.parts for total, one in added(counts, policy).items()}
    made: dict[int, tuple[int, ...]] = {}

    def below(place: int, above: frozenset[int]) -> tuple[int, ...]:
        if place not in made:
            own = parts.get(place, ())
            rings = not own or above & set(own)
            made[place] = (place,) if rings else tuple(leaf for part in own for leaf in below(part, above | {place}))
        return made[place]

    for place in range(len(counts.values)):
        below(place, frozenset())
    return made


def added(counts: Counts, policy: Policy) -> dict[int, Relation]:
    """Give the sum that each total is printed as."""
    inner = _inner(counts)
    return {one.total: one for one in reversed(counts.relations) if _adds(one, counts, policy, inner)}


def usable(counts: Counts, policy: Policy) -> list[Relation]:
    """Give the sums that a reader can use: she finds none by adding rounded numbers up, but sees margins and finer tables."""
    printed, inner = added(counts, policy), _inner(counts)
    split = [one for one in counts.relations if one.origin is Origin.ACROSS and one.total in inner]
    return [one for one in counts.relations if one.origin not in _CHANCE or printed.get(one.total) is one or one in split]


def _inner(counts: Counts) -> frozenset[int]:
    """Give the counts that are parts in a table, and no totals in one."""
    sure = [one for one in counts.relations if one.origin in _SURE]
    return frozenset(part for one in sure for part in one.parts) - {one.total for one in sure}


def _adds(one: Relation, counts: Counts, policy: Policy, inner: frozenset[int]) -> bool:
    """Whether a total is made from its parts; the n of a share only where it would give a small part away."""
    if one.total in inner:
        return False
    return one.origin not in _OWN_NUMBER or any(policy.is_small(counts.values[part]) for part in one.parts)
