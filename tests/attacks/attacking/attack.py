"""An attack: what it is after, what is put before it, and whether it got there."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from attacking.rules import RULES, switched_off
from gm_workbench.errors import WorkbenchError
from gm_workbench.guard.policy import Policy, load_policy

POLICIES = Path(__file__).parents[3] / "data" / "policies"
WIDTH = 5
"""An attacker who knows that a count is 1 to 9 has learnt something when less than so much is left between the bounds."""

Stage = Callable[[Policy, Path], object]
"""Releases a world: from a policy and an empty folder to what a reader gets."""
Claim = float | tuple[float, float]
"""What an attacker says: a value, or the lowest and highest that are possible."""


class Hidden(Exception):
    """There is nothing to be read here."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One way to get at one secret.

    Attributes
    ----------
    steal : callable
        From what is released to a claim; it raises `Hidden` where it has to give up.
    rule : str
        The rule that must stop it; `needs` are rules without which there would be nothing to work out, and are always on.
    secret : float
    near : float
        How near a claimed value must come.
    open : str
        Why it still succeeds; empty when it does not.
    """

    name: str
    steal: Callable[..., Claim]
    stage: Stage
    rule: str
    secret: float
    needs: tuple[str, ...] = ()
    near: float = 0.0
    policy: str = "cbs-stijl"
    open: str = ""

    @property
    def says(self) -> str:
        return inspect.getdoc(self.steal) or self.name

    def won(self, claim: Claim) -> bool:
        if not isinstance(claim, tuple):
            return abs(claim - self.secret) <= self.near + 1e-9
        low, high = claim
        return low <= self.secret <= high and high - low < WIDTH

    def succeeds(self, off: Collection[str] = ()) -> bool:
        """Whether it gets at the secret when these rules are off."""
        with switched_off(off) as weakened, TemporaryDirectory() as folder:
            try:
                return self.won(self.steal(self.stage(weakened(load_policy(self.policy, POLICIES)), Path(folder))))
            except (Hidden, WorkbenchError):  # nothing to be read, or nothing was written
                return False

    def succeeds_unopposed(self) -> bool:
        """Whether it gets there when nothing is on but what it needs."""
        return self.succeeds(RULES.keys() - set(self.needs))

    def succeeds_against_its_rule_alone(self) -> bool:
        return self.succeeds(RULES.keys() - {self.rule, *self.needs})

    def succeeds_without_its_rule(self) -> bool:
        """Whether it gets there when only its rule is off: else another layer stops it too."""
        return self.succeeds({self.rule})


def attack(stage: Stage, rule: str, secret: float, **more: object) -> Callable[[Callable[..., Claim]], Attack]:
    """Make an attack of a function; its docstring is what the table says of it."""
    unknown = {rule, *more.get("needs", ())} - RULES.keys()  # type: ignore[misc]
    if unknown:
        raise KeyError(f"no such rule: {', '.join(sorted(unknown))}")

    def made(steal: Callable[..., Claim]) -> Attack:
        return Attack(steal.__name__, steal, stage, rule, secret, **more)  # type: ignore[arg-type]

    return made
