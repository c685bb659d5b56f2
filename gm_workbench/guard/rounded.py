"""The method *round*: small counts are one class, others are rounded, and totals are sums of what is printed.

So a total tells a reader nothing that its parts did not; a part that is hidden counts for nothing in it.
"""

from __future__ import annotations

from gm_workbench.guard.cells import round_to_base
from gm_workbench.guard.complement import Plan, hide_partners, start
from gm_workbench.guard.links import Links, Origin, Relation
from gm_workbench.guard.policy import Policy
from gm_workbench.guard.printing import Printer
from gm_workbench.outputs.output import Output


def rounded_plan(output: Output, policy: Policy) -> Printer:
    """Say for each cell whether it is hidden, and for each count how it prints."""
    made = start(output, policy)
    while hide_partners(made):
        pass
    prints = rounded_counts(made.links, policy)
    return Printer(
        output, policy, tuple(made.reason(at) for at in range(len(output.cells))), made.links, frozenset(_known(made)), prints
    )


def _known(made: Plan) -> set[int]:
    return {place for at in range(len(made.output.cells)) if made.visible(at) for place in made.links.behind[at]}


def rounded_counts(links: Links, policy: Policy) -> dict[int, int]:
    """Round every count; a total is the sum of its rounded parts, small parts counting as 0."""
    parts = {one.total: one.parts for one in reversed(links.relations) if _adds(one, links, policy)}
    made: dict[int, int] = {}

    def value(place: int, above: frozenset[int]) -> int:
        if place not in made:
            below = parts.get(place, ())
            if not below or above & set(below):
                made[place] = 0 if policy.is_small(links.values[place]) else round_to_base(links.values[place], policy.base)
            else:
                made[place] = sum(value(part, above | {place}) for part in below)
        return made[place]

    for place in range(len(links.values)):
        value(place, frozenset())
    return made


def _adds(one: Relation, links: Links, policy: Policy) -> bool:
    """Whether a total is made from its parts; the n of a share only where it would give a small part away."""
    return one.origin is not Origin.SHARE or any(policy.is_small(links.values[part]) for part in one.parts)
