"""How the outputs of one report hang together: which counts are the same persons, and what adds up across outputs.

A reader lays two tables beside each other. What the first hides she reads from the second: the same count under another
heading, the parts of a total that stands elsewhere, a group and all but a few of it. Where cells say whom they count
(`Cell.whom`), that is known. Beside it, links are found from the numbers and the words. A link that is there by coincidence
costs at most a cell that could have been shown; it never shows one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gm_workbench.guard.adding import add_declared, add_made_up
from gm_workbench.guard.crosswise import add_crosswise
from gm_workbench.guard.joint import add_joint
from gm_workbench.guard.links import BEHIND, Links, Relation
from gm_workbench.guard.net import At, Net
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.guard.remainders import add_remainders
from gm_workbench.guard.same import contradicting, join_same
from gm_workbench.outputs.output import Output


@dataclass(frozen=True, slots=True)
class Linked:
    """The counts behind a report.

    Attributes
    ----------
    values : tuple of int
    relations : tuple of Relation
    parts : tuple of Links
        Per output; its places are those of the report.
    tells : mapping of At to int
        For an estimate, the count elsewhere of which its rounded n tells.
    loose : frozenset of int
        Counts that occur only beside rounded ones.
    wrong : frozenset of int
        Outputs that say they count the same persons as another, and do not agree with it.
    unjoined : frozenset of int
        Outputs of which the table behind them and others is not reckoned with.
    """

    values: tuple[int, ...]
    relations: tuple[Relation, ...]
    parts: tuple[Links, ...]
    tells: Mapping[At, int]
    loose: frozenset[int]
    wrong: frozenset[int]
    unjoined: frozenset[int] = frozenset()

    @property
    def live(self) -> list[int]:
        """Give the places that some cell or sum speaks of; others are the same count as one of these, or of unknown value."""
        behind = {place for part in self.parts for places in part.behind for place in places}
        known = (one for one in self.relations if one.origin not in BEHIND)
        return sorted(behind | {place for one in known for place in one.members})

    @property
    def totals(self) -> frozenset[int]:
        """Give the counts that are the sum of others of which the values are known."""
        return frozenset(one.total for one in self.relations if one.origin not in BEHIND)

    def of(self, at: At) -> tuple[int, ...]:
        """Give the places of the counts that a cell gives away."""
        return self.parts[at[0]].behind[at[1]]


def linked(outputs: Sequence[Output], policy: Policy) -> Linked:
    """Find the counts of a report and how they hang together.

    Parameters
    ----------
    outputs : sequence of Output
        All of the report.
    policy : Policy
        Below its threshold equal numbers are not taken for the same persons, unless they bear one name.

    Examples
    --------
    >>> from gm_workbench.guard.policy import load_policy
    >>> linked([], load_policy("cbs-stijl")).values
    ()
    """
    net = Net(outputs, policy)
    wrong = contradicting(net)
    join_same(net)
    add_declared(net)
    add_made_up(net)
    add_crosswise(net)
    unjoined = frozenset[int]()
    if net.policy.method is Method.SUPPRESS:
        add_remainders(net)
        unjoined = add_joint(net)
    kept: dict[tuple[int, frozenset[int]], Relation] = {}
    for one in (*net.within(), *map(net.rooted, net.across)):
        if one.total not in one.parts:
            kept.setdefault((one.total, frozenset(one.parts)), one)
    parts = tuple(net.part(at) for at in range(len(net.outputs)))
    tells = {at: net.root(place) for at, place in net.tells.items()}
    return Linked(tuple(net.values), tuple(kept.values()), parts, tells, net.loose(), wrong, unjoined)
