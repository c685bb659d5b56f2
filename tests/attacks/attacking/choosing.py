"""Attacks by who knows the rules and the code: which hidden counts would have made the guard hide just these cells."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from attacking.attack import Claim, Stage, attack
from attacking.scenes import Seen, counts, released
from gm_workbench.guard.policy import Policy
from gm_workbench.outputs.output import Output, Suppressed

ON = ("threshold", "complement", "found sums", "width")


class Knowing:
    """A reader who has the code and the policy: she can protect any report herself."""

    def __init__(self, outputs: list[Output], policy: Policy) -> None:
        self.policy = policy
        self.seen = self.protect(outputs)

    def protect(self, outputs: list[Output]) -> Seen:
        return Seen(released(outputs, self.policy).outputs)

    def looks_the_same(self, outputs: list[Output]) -> bool:
        return _numbers(self.protect(outputs)) == _numbers(self.seen)


def _numbers(seen: Seen) -> list[object]:
    """Give what stands in each cell: a number or a mark."""
    return [cell.value for one in seen.outputs.values() for cell in one.cells]


def put_before_a_knowing_one(made: Output) -> Stage:
    def stage(policy: Policy, folder: Path) -> Knowing:
        return Knowing([made], policy)

    return stage


def _two(few: int, many: int) -> Output:
    return counts({"few": few, "many": many, "all": few + many})


@attack(put_before_a_knowing_one(_two(1, 14)), "alike", 1, needs=ON)
def only_one_person_leaves_fourteen_shown(reader: Knowing) -> Claim:
    """Of all lines below ten beside fourteen, only that of one person leaves the total hidden and the fourteen shown"""
    shown = reader.seen.cell("many").value
    others = (10, 12, 14) if isinstance(shown, Suppressed) else (int(shown),)
    fits = [few for few, many in product(range(1, 10), others) if reader.looks_the_same([_two(few, many)])]
    return min(fits), max(fits)
