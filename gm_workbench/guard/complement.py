"""Complementary suppression: which further cells of a report must be hidden so that no hidden count can be worked out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gm_workbench.guard.alike import choose_alike
from gm_workbench.guard.amounts import telling
from gm_workbench.guard.audit import Need, needs
from gm_workbench.guard.board import UNIT, Board, Clause
from gm_workbench.guard.cells import Reason
from gm_workbench.guard.choice import hide_more
from gm_workbench.guard.demands import Cells
from gm_workbench.guard.links import CHANCE, Links
from gm_workbench.guard.net import At
from gm_workbench.guard.plans import Plan, start
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.guard.purses import told_together
from gm_workbench.guard.scene import Part, Scene, given, is_bare
from gm_workbench.outputs.output import Cell, Measure, Output

STATISTICS = frozenset({Measure.ESTIMATE, Measure.MONEY})


def plan(outputs: Sequence[Output], policy: Policy, withheld: frozenset[int] = frozenset()) -> Plan:
    """Hide what must be hidden of a report.

    A cell is hidden by its own rule, or because it would help to work out another, in its own output or in one that is linked
    to it. Of all choices that would do the one is taken that hides fewest cells, then fewest totals (`choice.choose`).

    Parameters
    ----------
    outputs : sequence of Output
        All of the report.
    policy : Policy
    withheld : frozenset of int
        Outputs that are not shown at all. What they count is protected all the same.
    """
    made = start(outputs, policy, withheld)
    wanted = _wanted(made)
    _hide_forced(made, set(wanted))
    scene = Scene(made)
    lonely = [place for at in _lonely(made) for place in made.linked.of(at)]
    for part in scene.parts([*wanted, *lonely]):
        _settle(scene, part, wanted)
    while new := _amounts_to_hide(made):
        made.hidden |= new
    return made


def _amounts_to_hide(made: Plan) -> set[At]:
    """Give the amounts that others still tell: a hidden one, that of a few who are left, or all that is hidden of a sum."""

    def hidden(at: At) -> bool:
        return not made.visible(at)

    alone = telling(made.outputs, hidden, made.policy.threshold)
    return alone or told_together(made.outputs, hidden, made.secret, made.policy)


def _wanted(made: Plan) -> dict[int, Need]:
    """Say what must stay possible for each hidden count: the most that an output which holds it asks."""
    linked, policy = made.linked, made.policy
    if policy.method is Method.ROUND:
        return _wanted_of_classes(made)
    exact = Links(linked.values, (), linked.relations, False)
    loose = replace(exact, rounded=True)
    tight, slack = (needs(links, made.concentrated, policy) for links in (exact, loose))
    return {place: slack[place] if place in linked.loose else tight[place] for place in linked.live if place in tight}


def _wanted_of_classes(made: Plan) -> dict[int, Need]:
    """Under rounding a mark says of which class a small count is; what else is printed must leave most of that class."""
    linked, policy = made.linked, made.policy
    small = {at: Need(math.inf, -math.inf, policy.width) for at in linked.live if policy.is_small(linked.values[at])}
    return small | {at: Need(allowed, linked.values[at], 0.0) for at, allowed in made.concentrated.items()}


def _hide_forced(made: Plan, forced: set[int]) -> None:
    """Hide each cell that gives away a count which must be hidden; of a number that tells its n only, the n is enough."""
    for at, cell in made.cells():
        if at in made.own or not forced & given(made, made.linked.of(at)):
            continue
        if is_bare(cell):
            made.mute.add(at)
        else:
            made.own[at] = Reason.COMPLEMENT
    made.mute |= {at for at, place in made.linked.tells.items() if forced & given(made, (place,))}


def _settle(scene: Scene, part: Part, wanted: Mapping[int, Need]) -> None:
    """Decide on what hangs together."""
    made = scene.made
    means = _means(made, frozenset(part.places))

    def clauses(hidden: Cells) -> list[Clause]:
        return _clauses(scene, means, hidden)

    board = scene.board(part, wanted, clauses)
    chosen = choose_alike(board)
    hidden = None if chosen is None else chosen.hidden
    doubted = {} if hidden is None else _doubted(board, part, hidden)
    if hidden is not None and doubted:
        hidden = hide_more(scene.board(part, doubted, clauses, but=CHANCE), hidden)
    outputs = {scene.items[number][0][0] for number in part.numbers}
    if chosen is None or hidden is None:
        made.failed |= outputs
        return
    for number in hidden:
        at, only_n = scene.items[number]
        (made.mute if only_n else made.hidden).add(at)
    spare = (board.price(hidden) - chosen.bound) // UNIT
    for output in outputs if spare > 0 else ():
        made.spare[output] = max(made.spare.get(output, 0), spare)


def _doubted(board: Board, part: Part, hidden: Cells) -> dict[int, Need]:
    """Give the counts that were not found to have all the room that is wanted, since sums leave them less whatever is hidden.

    Where such a sum is there by chance, a reader who does not take it for one is left with less than she should be.
    """
    audit = board.audit
    limits = audit.limits(board.known(hidden), marks=True)
    rooms = {place: audit.moves.room(place, limits) for place, need in audit.wanted.items() if need.width > 0}
    return {
        part.places[place]: audit.wanted[place]
        for place, room in rooms.items()
        if room.high - room.low < audit.wanted[place].width
    }


def _lonely(made: Plan) -> list[At]:
    """Give the means and amounts that are hidden."""
    return [at for at, cell in made.cells() if cell.measure in STATISTICS and cell.n > 0 and not made.visible(at)]


def _means(made: Plan, places: frozenset[int]) -> dict[int, list[int]]:
    """Give the means and amounts of each output whose number of persons hangs together."""
    return {
        output: [
            at for at, cell in enumerate(made.outputs[output].cells) if cell.measure in STATISTICS and links.n(at) in places
        ]
        for output, links in enumerate(made.linked.parts)
    }


def _clauses(scene: Scene, means: Mapping[int, Sequence[int]], hidden: Cells) -> list[Clause]:
    """Ask a partner for each mean or amount that would be the only hidden one of a sum.

    Means are made of sums: the mean of all persons and that of all but some give the mean of those.
    """
    made = scene.made
    gone = {scene.items[number][0] for number in hidden if not scene.items[number][1]}
    asked = []
    for output, here in means.items():
        cells, links = made.outputs[output].cells, made.linked.parts[output]
        seen = [at for at in here if made.visible((output, at)) and (output, at) not in gone]
        for at in (at for at in here if at not in seen and cells[at].n > 0):
            when = frozenset({scene.number[(output, at), False]}) if (output, at) in gone else frozenset()
            for then in _alone(cells, links, at, seen):
                asked.append(Clause(when, frozenset(scene.number[(output, one), False] for one in then)))
    return asked


def _alone(cells: Sequence[Cell], links: Links, at: int, seen: Sequence[int]) -> Iterator[list[int]]:
    """Give, for a hidden mean that is the only hidden one of a sum, the others of it in its line."""
    for one in (one for one in links.relations if links.n(at) in one.members):
        for line in ("row", "column"):
            shown = {links.n(other): other for other in seen if getattr(cells[other], line) == getattr(cells[at], line)}
            others = [place for place in one.members if place != links.n(at)]
            if all(place in shown for place in others):
                yield [shown[place] for place in others]
