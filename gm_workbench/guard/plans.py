"""What is hidden of a report, and what each cell must be hidden for by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gm_workbench.guard.across import Linked, linked
from gm_workbench.guard.amounts import sums_beside_means
from gm_workbench.guard.cells import Reason, judged_by_class, own_reason
from gm_workbench.guard.curves import thinned
from gm_workbench.guard.equations import that_follow
from gm_workbench.guard.links import BEHIND, HARD, Links, Origin, Relation
from gm_workbench.guard.net import At
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.guard.rounded import leaves, rounded_counts, usable
from gm_workbench.outputs.output import Cell, Measure, Output, Shape

_Key = tuple[int, frozenset[int]]
_NO_SECRET = frozenset({None, Reason.STEP, Reason.EMPTY})
"""Why a number is not shown though it might be known: it is no step of its line, or of nobody."""


@dataclass
class Plan:
    """What is hidden of a report: cells by a rule of their own, and cells that would help to work those out.

    Attributes
    ----------
    own : dict of At to Reason
    crowded : frozenset of At
        Counts that hold nearly all of a total, whether or not that is allowed of them.
    hidden : set of At
        Besides.
    mute : set of At
        Shown, but without the number of persons behind it.
    failed : set of int
        Outputs that cannot be made safe.
    spare : dict of int to int
        For an output of which perhaps more is hidden than must be: how many cells at most.
    prints : dict of int to int
        How counts print under the method *round*.
    leaves : dict of int to tuple of int
        Under that method, the counts whose printed numbers add up to that of each.
    """

    outputs: Sequence[Output]
    policy: Policy
    linked: Linked
    own: dict[At, Reason]
    concentrated: Mapping[int, int]
    crowded: frozenset[At] = frozenset()
    withheld: frozenset[int] = frozenset()
    hidden: set[At] = field(default_factory=set)
    mute: set[At] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    spare: dict[int, int] = field(default_factory=dict)
    prints: dict[int, int] = field(default_factory=dict)
    leaves: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def sums(self) -> Sequence[Relation]:
        """Give the sums that a reader can use."""
        if self.policy.method is not Method.ROUND:
            return self.linked.relations
        return usable(self.linked)

    def reason(self, at: At) -> Reason | None:
        """Say why a cell is hidden, or None."""
        return self.own.get(at) or (Reason.COMPLEMENT if at in self.hidden else None)

    def secret(self, at: At) -> bool:
        """Whether a cell is hidden by a rule of its own, so that it may not be known."""
        return self.own.get(at) not in _NO_SECRET

    def visible(self, at: At) -> bool:
        return at[0] not in self.withheld and self.reason(at) is None

    def cells(self) -> Iterator[tuple[At, Cell]]:
        for output, made in enumerate(self.outputs):
            for at, cell in enumerate(made.cells):
                yield (output, at), cell

    def known(self, output: int) -> frozenset[int]:
        """Give the counts that some visible cell of an output gives away; only those print as an n."""
        here = [(output, at) for at in range(len(self.outputs[output].cells))]
        seen = {place for at in here if self.visible(at) for place in self.linked.of(at)}
        return frozenset(seen - {place for at in here if at in self.mute for place in self.linked.of(at)[:1]})


def start(outputs: Sequence[Output], policy: Policy, withheld: frozenset[int] = frozenset()) -> Plan:
    """Hide by each cell's own rules only."""
    found = linked(outputs, policy)
    totals = _smallest_totals(outputs, found)
    own: dict[At, Reason] = {}
    concentrated: dict[int, int] = {}
    crowded: set[At] = set()
    for output, made in enumerate(outputs):
        full = _crowded(made, found.parts[output], totals, policy)
        crowded |= {(output, at) for at in full}
        reasons = _own(made, [at for at in full if judged_by_class(made.cells[at], policy)], policy)
        own |= {(output, at): reason for at, reason in reasons.items()}
        concentrated |= _concentrated(made, found.parts[output], reasons, totals, policy)
    beside = sums_beside_means(outputs, lambda at: at in own or at[0] in withheld)
    own |= dict.fromkeys(beside, Reason.COMPLEMENT)
    plan = Plan(outputs, policy, found, own, concentrated, frozenset(crowded), withheld)
    own |= dict.fromkeys(that_follow(outputs, plan.secret, withheld), Reason.COMPLEMENT)
    if policy.method is Method.ROUND:
        plan.leaves, plan.prints = leaves(found, policy), rounded_counts(found, policy)
    return plan


def _own(output: Output, too_full: Sequence[int], policy: Policy) -> dict[int, Reason]:
    own = dict.fromkeys(thinned(output, policy), Reason.STEP)
    curve = Shape.CURVE in output.words.shown_as
    for at, cell in enumerate(output.cells):
        if at in own and cell.n >= policy.threshold:
            continue
        reason = own_reason(_judged(cell, curve=curve), policy)
        if reason is not None:
            own[at] = reason
    for at in too_full:
        own.setdefault(at, Reason.COMPLEMENT)
    return own


def _judged(cell: Cell, *, curve: bool) -> Cell:
    """Leave a curve's events so far to the rule for its steps."""
    return replace(cell, numerator=None) if curve and cell.measure is Measure.ESTIMATE else cell


def _crowded(output: Output, found: Links, totals: Mapping[int, int], policy: Policy) -> list[int]:
    """Give the counts that hold more of a total than the class rule allows where it holds.

    A step of a flow is no category of the step before it: who is not in the next step has left, and no more is said of her. It
    is judged where what it counts is sensitive.
    """
    flow = Shape.FLOW in output.words.shown_as
    return [
        at
        for at, cell in enumerate(output.cells)
        if cell.measure is Measure.COUNT and (cell.sensitive or not flow)
        if found.body(at) in totals and cell.n > policy.class_share * totals[found.body(at)]
    ]


def _smallest_totals(outputs: Sequence[Output], found: Linked) -> dict[int, int]:
    """Give the smallest total that each count is a part of, in its own output or across outputs that say whom they count.

    What stands in two outputs and adds up by its numbers alone may be other persons, so no class is told by it; nor by a total
    of one part, which is that part under another name; nor by who left between two steps of a flow, wherever else the step is
    counted.
    """
    totals: dict[int, int] = {}
    steps = _steps(outputs, found)
    told = (one for one in found.relations if one.origin not in BEHIND | {Origin.ACROSS} and _key(one) not in steps)
    for one in (one for one in told if len(one.parts) > 1):
        whole = found.values[one.total]
        totals |= {part: min(whole, totals.get(part, whole)) for part in one.parts}
    return totals


def _steps(outputs: Sequence[Output], found: Linked) -> set[_Key]:
    """Give the sums that only flows tell: who is still there and who left."""
    flows, others = set[_Key](), set[_Key]()
    for made, part in zip(outputs, found.parts, strict=True):
        plain = Shape.FLOW in made.words.shown_as and not any(cell.sensitive for cell in made.cells)
        (flows if plain else others).update(_key(one) for one in part.relations)
    return flows - others


def _key(one: Relation) -> _Key:
    return one.total, frozenset(one.parts)


def _concentrated(
    output: Output, found: Links, own: Mapping[int, Reason], totals: Mapping[int, int], policy: Policy
) -> dict[int, int]:
    """Give the counts hidden for holding nearly all of a group, with the largest value that the class rule allows."""
    cells = output.cells
    crowded = [at for at, reason in own.items() if reason is Reason.COMPLEMENT and cells[at].measure in HARD]
    group = {at: cells[at].n if cells[at].measure is Measure.SHARE else totals[found.body(at)] for at in crowded}
    return {found.body(at): int(policy.class_share * n) for at, n in group.items()}
