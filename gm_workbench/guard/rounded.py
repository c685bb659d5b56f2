"""The method *round*: small counts are one class, others are rounded, and totals are sums of what is printed.

So a total tells a reader nothing that its parts did not, wherever in the report it stands; a small part adds nothing to it. A
part that is no total in its own table is rounded by itself, also where another table splits it or where its neighbours come to
it by chance: then the audit hides what that would give away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from gm_workbench.guard.cells import round_to_base
from gm_workbench.guard.links import Origin, Relation
from gm_workbench.guard.policy import Policy

_OWN_NUMBER = frozenset({Origin.SHARE, Origin.ACROSS, Origin.LINKED})
"""Sums whose total is rounded itself, unless that would give a small part away."""
_SURENESS = {Origin.DECLARED: 0, Origin.LAYOUT: 1, Origin.FOUND: 2}
_CHANCE = frozenset({Origin.FOUND, Origin.LAYOUT})
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
    clear = meant(counts.relations)
    inner = _inner(clear)
    return {one.total: one for one in reversed(clear) if _adds(one, counts, policy, inner)}


def usable(counts: Counts) -> list[Relation]:
    """Give the sums that a reader can use: all that are meant, though a total prints as the sum of one of them only.

    She finds none by adding rounded numbers up, but knows a total by its name, also where its table declares none and where
    another table splits the same persons otherwise.
    """
    clear = meant(counts.relations)
    inner = _inner(clear)
    by_name = [one.origin is Origin.FOUND and one.total not in inner for one in clear]
    return [replace(one, origin=Origin.DECLARED) if named else one for one, named in zip(clear, by_name, strict=True)]


def meant(relations: Sequence[Relation]) -> list[Relation]:
    """Leave out the sums that cannot be meant, since another that is at least as sure says otherwise."""
    sums = [one for one in relations if one.origin in _SURENESS]
    holding: dict[int, list[Relation]] = {}
    of_total: dict[int, list[Relation]] = {}
    for one in sums:
        of_total.setdefault(one.total, []).append(one)
        for part in one.parts:
            holding.setdefault(part, []).append(one)
    return [
        one
        for one in relations
        if one.origin not in _CHANCE or not (_is_beside(one, holding, of_total) or _is_short(one, of_total[one.total]))
    ]


def _is_beside(one: Relation, holding: Mapping[int, Sequence[Relation]], of_total: Mapping[int, Sequence[Relation]]) -> bool:
    """Whether a count and its parts stand side by side in another sum: who is counted twice there is so by chance.

    Where the other parts are nobody, a total and its only part are each the sum of the other: the one that is a total besides
    is meant as one.
    """
    for other in holding.get(one.total, ()):
        if _SURENESS[other.origin] > _SURENESS[one.origin]:
            continue
        if other.total in one.parts:
            if any(one.total not in more.parts for more in of_total[other.total]):
                return True
        elif set(one.parts) & set(other.parts):
            return True
    return False


def _is_short(one: Relation, others: Sequence[Relation]) -> bool:
    """Whether another sum of the same total has all its parts and more: those are nobody, and that is hidden."""
    return any(set(one.parts) < set(other.parts) for other in others if _SURENESS[other.origin] <= _SURENESS[one.origin])


def _inner(clear: Sequence[Relation]) -> frozenset[int]:
    """Give the counts that are parts in a table, and no totals in one."""
    sure, found = ([one for one in clear if one.origin in origins] for origins in (_SURE, {Origin.FOUND}))
    totals = {one.total for one in sure}
    parts = {part for one in sure for part in one.parts} - totals
    return frozenset(parts | ({part for one in found for part in one.parts} - totals - {one.total for one in found}))


def _adds(one: Relation, counts: Counts, policy: Policy, inner: frozenset[int]) -> bool:
    """Whether a total is made from its parts; the n of a share only where it would give a small part away."""
    if one.total in inner:
        return False
    return one.origin not in _OWN_NUMBER or any(policy.is_small(counts.values[part]) for part in one.parts)
