"""Whom a count counts, and who lies beyond a quantile: what a cell says of its persons besides how many they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a count counts: the persons of a population who have these categories.

    Attributes
    ----------
    population : str
        The same word for the same persons, wherever in a report.
    having : frozenset of pairs of str
        Variable and category; none: the whole population.

    Examples
    --------
    >>> women = Whom("workers").with_("sex", "woman")
    >>> women.with_("contract", "on call").within(women), women.within(women.with_("contract", "on call"))
    (True, False)
    """

    population: str
    having: frozenset[tuple[str, str]] = frozenset()

    def with_(self, variable: str, category: str) -> Whom:
        """Give those of them who also have a category."""
        return Whom(self.population, self.having | {(variable, category)})

    def within(self, other: Whom) -> bool:
        """Whether everybody counted here is counted there."""
        return self.population == other.population and self.having >= other.having


@dataclass(frozen=True, slots=True)
class Beyond:
    """Fewest persons, and coaches or teams where it is a value of theirs, that lie beyond a quantile on either side."""

    persons: int
    groups: int | None = None
