"""Complementary suppression: which further cells must be hidden so that no hidden count can be worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gm_workbench.guard.audit import Audit, needs
from gm_workbench.guard.cells import Reason, behind, own_reason, round_to_base
from gm_workbench.guard.curves import thinned
from gm_workbench.guard.links import Links, links
from gm_workbench.guard.policy import Policy
from gm_workbench.outputs.output import Cell, Measure, Output, Shape

STATISTICS = frozenset({Measure.ESTIMATE, Measure.MONEY})


@dataclass
class Plan:
    """What is hidden so far: cells by a rule, and counts whose every cell is hidden."""

    output: Output
    policy: Policy
    links: Links
    own: dict[int, Reason]
    hidden: set[int]
    concentrated: Mapping[int, int]
    chosen: list[int] = field(default_factory=list)

    def reason(self, cell: int) -> Reason | None:
        """Say why a cell is hidden, or None."""
        if cell in self.own:
            return self.own[cell]
        return Reason.COMPLEMENT if self.hidden & set(self.links.behind[cell]) else None

    def visible(self, cell: int) -> bool:
        return self.reason(cell) is None

    def known(self) -> dict[int, tuple[float, float]]:
        """Give what a reader sees of each count; the narrowest where several cells show it."""
        seen: dict[int, tuple[float, float]] = {}
        for at in filter(self.visible, range(len(self.output.cells))):
            rounded = self.links.rounded and self.output.cells[at].measure is Measure.COUNT
            for place in self.links.behind[at]:
                low, high = self._seen(self.links.values[place], rounded=rounded)
                before = seen.get(place, (low, high))
                seen[place] = (max(low, before[0]), min(high, before[1]))
        return seen

    def _seen(self, value: int, *, rounded: bool) -> tuple[float, float]:
        if not rounded or value == 0:
            return (value, value)
        low, high = behind(round_to_base(value, self.policy.base), self.policy.base)
        return (max(low, self.policy.threshold), high)


def plan(output: Output, policy: Policy) -> Plan | None:
    """Hide what must be hidden under the method *suppress*; None if the output cannot be made safe.

    A cell is hidden by its own rule, or because it would help to work out another. Of several that would do, the smallest count
    is hidden and a total only if nothing else is left; what turns out not to be needed is shown again.
    """
    made = start(output, policy)
    audit = Audit(made.links, needs(made.links, made.concentrated, policy), policy)
    while True:
        failing = audit.failing(made.known())
        if failing is not None:
            more = _next(made, audit, failing)
            if more is None:
                return None
            made.hidden.add(more)
            made.chosen.append(more)
        elif not hide_partners(made):
            break
    _show_again(made, audit)
    return made


def start(output: Output, policy: Policy) -> Plan:
    """Hide by each cell's own rules only."""
    found = links(output)
    own = dict.fromkeys(thinned(output, policy), Reason.STEP)
    curve = Shape.CURVE in output.words.shown_as
    for at, cell in enumerate(output.cells):
        if at in own and cell.n >= policy.threshold:
            continue
        reason = own_reason(_judged(cell, curve=curve), policy)
        if reason is not None:
            own[at] = reason
    for at in _crowded(output, found, policy):
        own.setdefault(at, Reason.COMPLEMENT)
    concentrated = _concentrated(output, found, own, policy)
    small = {place for place, value in enumerate(found.values) if policy.is_small(value)}
    return Plan(output, policy, found, own, small | set(concentrated), concentrated)


def _judged(cell: Cell, *, curve: bool) -> Cell:
    """Leave a curve's events so far to the rule for its steps."""
    return replace(cell, numerator=None) if curve and cell.measure is Measure.ESTIMATE else cell


def _crowded(output: Output, found: Links, policy: Policy) -> list[int]:
    """Give the sensitive counts that hold more of their total than the class rule allows."""
    return [
        at
        for at, cell in enumerate(output.cells)
        if cell.sensitive and cell.measure is Measure.COUNT
        for total in _totals_of(found, at)
        if cell.n > policy.class_share * total
    ]


def _totals_of(found: Links, cell: int) -> list[int]:
    return [found.values[one.total] for one in found.relations if found.body(cell) in one.parts]


def _concentrated(output: Output, found: Links, own: Mapping[int, Reason], policy: Policy) -> dict[int, int]:
    """Give the counts hidden for holding nearly all of a group, with the largest value that the class rule allows."""
    crowded = [at for at, reason in own.items() if reason is Reason.COMPLEMENT]
    cells = output.cells
    group = {at: cells[at].n if cells[at].measure is Measure.SHARE else min(_totals_of(found, at)) for at in crowded}
    return {found.body(at): int(policy.class_share * n) for at, n in group.items()}


def _next(made: Plan, audit: Audit, failing: int) -> int | None:
    """Choose the count to hide next, or None if there is none left that could help."""
    known = made.known()
    exact = {place for place, (low, high) in known.items() if low == high}
    near = audit.near(failing, known)
    weak = [one for one in near if len(set(one.members) - exact) == 1]
    for among in (weak, near):
        votes: dict[int, int] = {}
        for place in (place for one in among for place in one.members):
            if place in known and place not in made.hidden:
                votes[place] = votes.get(place, 0) + 1
        if votes:
            return min(votes, key=lambda place: _cost(made, place, votes))
    return None


def _cost(made: Plan, place: int, votes: Mapping[int, int]) -> tuple[bool, bool, int, int, int]:
    """Rank what could be hidden: totals and empty cells last; what mends most sums first, then the smallest."""
    value = made.links.values[place]
    return (any(one.total == place for one in made.links.relations), value == 0, -votes[place], value, place)


def _show_again(made: Plan, audit: Audit) -> None:
    """Show what was hidden along the way but is not needed, the largest first."""
    for place in sorted(made.chosen, key=lambda place: (-made.links.values[place], place)):
        made.hidden.remove(place)
        if audit.failing(made.known()) is not None or _alone(made):
            made.hidden.add(place)


def hide_partners(made: Plan) -> bool:
    """Hide the partners of statistics that stand alone in being hidden; tell whether there were any."""
    found = _alone(made)
    made.own.update(dict.fromkeys(found, Reason.COMPLEMENT))
    return bool(found)


def _alone(made: Plan) -> list[int]:
    """Find a mean or amount that is the only hidden one of a sum, and give the cell to hide with it: the smallest other.

    Means are made of sums: the mean of all persons and that of all but some give the mean of those.
    """
    cells = made.output.cells
    statistics = [at for at, cell in enumerate(cells) if cell.measure in STATISTICS]
    for at in (at for at in statistics if not made.visible(at) and cells[at].n > 0):
        for one in (one for one in made.links.relations if made.links.n(at) in one.members):
            for line in ("row", "column"):
                beside = [other for other in statistics if getattr(cells[other], line) == getattr(cells[at], line)]
                shown = {made.links.n(other): other for other in beside if made.visible(other)}
                others = [place for place in one.members if place != made.links.n(at)]
                if all(place in shown for place in others):
                    return [shown[min(others, key=lambda place: (place == one.total, made.links.values[place], place))]]
    return []
