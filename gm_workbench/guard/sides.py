"""One report as somebody outside could see it, and what makes it hang together with others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from gm_workbench.guard.told import Rules, Told

_PERIOD = re.compile(r"(\d{4})-(0[1-9]|1[0-2])/(\d{4})-(0[1-9]|1[0-2])")

DRAFTS = "drafts"
"""The origin of what stands in `reports/` and is not to be released now."""


@dataclass(frozen=True, slots=True)
class Side:
    """One report, as somebody outside could see it.

    Attributes
    ----------
    study, place, period, world, kind : str
        `period` is ``yyyy-mm/yyyy-mm``, or whatever names it.
    origin : str
        Where it comes from: the name of an approved bundle, `DRAFTS`, or empty for what is to be released now.
    digest : str
        Two sides with the same digest are one report.
    rules : Rules
        The policy that protected it.
    told : tuple of Told
        Every count that it tells of.
    members : tuple of str or None
        The places that it is the total of; empty for one place, None when it is a total of nobody knows which.
    weights : mapping of str to int
        How much is lost when an output is withheld: the first ones to go have the least.
    populations : mapping of str to str
        Whom each output is about, in words.
    inputs : str
        Digest of the data that it was made from; empty when that is not known.
    """

    study: str
    place: str
    period: str
    world: str
    kind: str
    origin: str
    digest: str
    rules: Rules
    told: tuple[Told, ...]
    members: tuple[str, ...] | None = ()
    weights: Mapping[str, int] = field(default_factory=dict)
    populations: Mapping[str, str] = field(default_factory=dict)
    inputs: str = ""

    @property
    def asked(self) -> bool:
        """Whether it is one of those that are to be released now."""
        return self.origin == ""

    @property
    def report(self) -> str:
        """Name it as `decisions.csv` does."""
        return f"{self.study}/{self.place}"

    @property
    def name(self) -> str:
        where = {"": "", DRAFTS: ", a draft"}.get(self.origin, f", in release {self.origin}")
        return f"{self.report} {self.period}{where}"


def cell_name(side: Side, told: Told, more: str = "") -> str:
    """Name a cell in an arithmetic; `more` instead of its row and column."""
    part = "" if told.part == "count" else f" ({told.part})"
    return f"[{side.name}; {told.output}: {more or f'{told.row} × {told.column}'}{part}]"


def overlap(one: str, other: str) -> bool:
    """Whether two periods share a month; of what is no period it is taken for granted.

    >>> overlap("2023-01/2023-12", "2023-12/2024-11"), overlap("2023-01/2023-12", "2024-01/2024-12")
    (True, False)
    """
    (a, b), (c, d) = (_ends(period) for period in (one, other))
    return a <= d and c <= b


def holds(one: str, other: str) -> bool:
    """Whether every month of the second period lies in the first.

    >>> holds("2023-01/2025-12", "2024-01/2024-12"), holds("2024-01/2024-12", "2023-01/2025-12")
    (True, False)
    """
    (a, b), (c, d) = (_ends(period) for period in (one, other))
    return a <= c and d <= b


def begins(whole: str, parts: Sequence[str]) -> bool:
    """Whether a period begins with these, each of which begins in the month after the one before it.

    >>> begins("2023-01/2025-12", ["2023-01/2023-12", "2024-01/2024-12"]), begins("2023-01/2025-12", ["2024-01/2024-12"])
    (True, False)
    """
    ends = [_ends(period) for period in parts]
    joined = all(b < c and _after(b) == c for (_, b), (c, _) in pairwise(ends))
    return joined and ends[0][0] == _ends(whole)[0] and ends[-1][1] <= _ends(whole)[1]


def made_of(whole: str, parts: Sequence[str]) -> bool:
    """Whether a period is made of just these, in this order, which share no month.

    >>> made_of("2023-01/2024-12", ["2023-01/2023-12", "2024-01/2024-12"])
    True
    """
    return begins(whole, parts) and _ends(parts[-1])[1] == _ends(whole)[1]


def stretch(period: str) -> tuple[int, int] | None:
    """Give the first month of a period and the month after its last, both as numbers; None of what is no period.

    >>> stretch("2023-01/2023-12"), stretch("whenever")
    ((24276, 24288), None)
    """
    found = _PERIOD.fullmatch(period)
    if found is None:
        return None
    first, last = (int(found[year]) * 12 + int(found[month]) for year, month in ((1, 2), (3, 4)))
    return (first - 1, last) if first <= last else None


def _after(month: str) -> str:
    """Give the month after a month; of what is no month nothing is after it."""
    year, _, number = month.partition("-")
    if not (year.isdigit() and number.isdigit()):
        return ""
    return f"{int(year) + int(number) // 12}-{int(number) % 12 + 1:02d}"


def _ends(period: str) -> tuple[str, str]:
    first, slash, last = period.partition("/")
    return (first, last) if slash else ("", "9")
