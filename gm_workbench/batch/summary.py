"""How the reports of a batch ended, and what to say of those that are not as they should be."""

from __future__ import annotations

from dataclasses import dataclass

from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.plan import Planned
from gm_workbench.errors import BatchIncomplete, ValuesDeviate


@dataclass(frozen=True, slots=True)
class Result:
    """A report that was asked for, and how that ended; `fresh` when it stood there already, made of the same things."""

    row: Planned
    outcome: Outcome
    fresh: bool = False

    @property
    def made(self) -> bool:
        return self.outcome.state.made


@dataclass(frozen=True, slots=True)
class Summary:
    """How a whole batch ended."""

    results: tuple[Result, ...]
    seconds: float

    @property
    def made(self) -> tuple[Result, ...]:
        """Reports that stand there as they should, made now or before."""
        return tuple(result for result in self.results if result.made)

    @property
    def new(self) -> tuple[Result, ...]:
        """Reports that were made now."""
        return tuple(result for result in self.made if not result.fresh)

    @property
    def fresh(self) -> tuple[Result, ...]:
        """Reports that had nothing to be made anew for."""
        return tuple(result for result in self.results if result.fresh)

    @property
    def not_made(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if not result.made)

    @property
    def deviating(self) -> tuple[Result, ...]:
        """Reports that were made and say themselves that values in them are off."""
        return tuple(result for result in self.results if result.outcome.state is State.DEVIATES)

    def raise_if_incomplete(self) -> None:
        """Raise `BatchIncomplete`, or else `ValuesDeviate`, with one line for each report that is not as it should be."""
        wrong = "\n".join(f"- {result.row.name}: {reason(result.outcome)}" for result in (*self.not_made, *self.deviating))
        if self.not_made:
            raise BatchIncomplete(
                f"{len(self.not_made)} of {len(self.results)} reports were not made; "
                f"the last good one of each, if any, is still there.\n{wrong}"
            )
        if self.deviating:
            raise ValuesDeviate(f"Every report was made, but values are off; the page shows in red which.\n{wrong}")


def reason(outcome: Outcome) -> str:
    """Say in one line how an attempt ended."""
    cell = f" at cell {outcome.cell}" if outcome.cell else ""
    return f"{outcome.state}{cell}: {outcome.reason}" if outcome.reason else f"{outcome.state}{cell}"
