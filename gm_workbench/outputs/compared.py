"""Results of ours held against values from outside: which are equal, which are off, and that none goes unnoticed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gm_workbench.errors import OutputError, did_you_mean
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.vocabulary.published_values import PublishedValue, ShippedSet


@dataclass(frozen=True, slots=True)
class Compared:
    """A value from outside and ours; `got` is None where the workbench gave no number."""

    published: PublishedValue
    got: float | None

    @property
    def deviation(self) -> float | None:
        return None if self.got is None else self.got - self.published.expected

    @property
    def off(self) -> bool:
        """Whether ours differs by more than the tolerance, or is not there."""
        return self.deviation is None or not abs(self.deviation) <= self.published.tolerance

    @property
    def nearly(self) -> bool:
        """Whether ours is not off, but by a tolerance that is wider than the digits of the source."""
        return not self.off and self.published.wider is not None


def compare(values: Sequence[PublishedValue], results: Mapping[str, object]) -> tuple[Compared, ...]:
    """Hold results against the published values of a subject.

    Parameters
    ----------
    values : sequence of PublishedValue
        Those of one subject.
    results : mapping
        By the name of each quantity: an `Estimate`, of which the published parts are taken, a number, or `NotEnoughData`.

    Raises
    ------
    OutputError
        When a quantity is published and not given, or given and not published: nothing may go unnoticed.

    Examples
    --------
    >>> from gm_workbench.vocabulary.published_values import load_published_values
    >>> values = load_published_values().subject("transitions")[:1]
    >>> compare(values, {"single_single": 80.487})[0].off, compare(values, {"single_single": 81})[0].off
    (False, True)
    """
    wanted = list(dict.fromkeys(value.quantity for value in values))
    absent, unknown = [name for name in wanted if name not in results], [name for name in results if name not in wanted]
    if absent or unknown:
        hint = did_you_mean(unknown[0], wanted) if unknown else ""
        raise OutputError(
            f"Every published quantity must be recomputed, and no other; missing: {', '.join(absent) or 'none'}; "
            f"not published: {', '.join(unknown) or 'none'}.{hint}"
        )
    return tuple(Compared(value, _part(results[value.quantity], value.part)) for value in values)


def _part(result: object, part: str) -> float | None:
    if isinstance(result, NotEnoughData):
        return None
    found = result if isinstance(result, int | float) else getattr(result, part)
    return float(found) if math.isfinite(found) else None


def data_sets(compared: Sequence[Compared]) -> list[ShippedSet]:
    """Give the data sets behind values, each once."""
    return list({one.published.data.name: one.published.data for one in compared}.values())
