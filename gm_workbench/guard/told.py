"""What a printed line says of counts: the smallest and largest number of persons that it leaves possible.

This is how an outsider reads a finished table, so it works from the file and never from what the guard knew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gm_workbench.guard.cells import behind
from gm_workbench.guard.policy import Method
from gm_workbench.outputs.cell import MOST_PERSONS, Measure

Range = tuple[float, float]
ANY: Range = (0.0, math.inf)
FEWEST_DECIMALS = 2
SHOWN = ("value", "low", "high", "se")


class NotACount(ValueError):
    """A line prints as a count what can be no number of persons."""


class Part(StrEnum):
    """Which count of a line."""

    BODY = "count"  # the number of persons that a count is, or a share's numerator
    REST = "rest"  # what a share leaves of its n
    N = "n"  # the persons behind it


@dataclass(frozen=True, slots=True)
class Rules:
    """What must be known of the policy that a report was protected by.

    Attributes
    ----------
    smallest : int
        The smallest count that is hidden: 1, or 0 where an empty cell is not told apart.
    """

    policy: str
    digest: str
    method: Method
    threshold: int
    base: int
    width: int
    smallest: int

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Rules:
        """Read them from the policy in `guard.json`; what is missing or strange is a KeyError, TypeError or ValueError."""
        rules = content["rules"]
        threshold, base, width = (int(rules[name]) for name in ("threshold", "base", "width"))
        if not (isinstance(rules["zero_is_safe"], bool) and threshold > 1 and base > 0 and width > 0):
            raise ValueError("a rule is out of range")
        method = Method(content["method"])
        return cls(content["name"], content["digest"], method, threshold, base, width, int(rules["zero_is_safe"]))


@dataclass(frozen=True, slots=True)
class Told:
    """A count that a line speaks of, and what it may be.

    Attributes
    ----------
    marked : Range
        For who reads `<10` as 1 to 9.
    plain : Range
        For who reads numbers only.
    hidden : bool
        Whether the line prints a mark in its place.
    below : bool
        Whether that mark says that it is small.
    silent : bool
        Whether the line's own number is hidden, whatever its n is.
    printed : str
        The line's own number and its interval, as they are printed.
    """

    output: str
    row: str
    column: str
    part: Part
    row_label: str
    column_label: str
    measure: Measure
    marked: Range
    plain: Range
    hidden: bool = False
    below: bool = False
    silent: bool = False
    printed: str = ""

    @property
    def exact(self) -> bool:
        """Whether the number itself is printed, or follows from what is."""
        return self.marked[0] == self.marked[1]


def told(output: str, lines: Sequence[Mapping[str, str]], rules: Rules, *, exact: bool) -> tuple[Told, ...]:
    """Give the counts that the lines of one output tell of.

    Parameters
    ----------
    output : str
        Its id.
    lines : sequence of mapping
        The rows of ``outputs/<id>.csv``.
    rules : Rules
    exact : bool
        Whether its plain counts print as they are.

    Raises
    ------
    NotACount
        When a count is no whole number of persons, or one of more than there are.
    KeyError, ValueError
        When a line is not of this form.

    Examples
    --------
    >>> rules = Rules("p", "", Method.SUPPRESS, 10, 10, 5, 1)
    >>> line = {"row": "a", "column": "b", "row_label": "", "column_label": "", "measure": "count", "value": "<10", "n": "<10"}
    >>> [(one.part.value, one.marked, one.hidden) for one in told("who", [line], rules, exact=True)]
    [('count', (1.0, 9.0), True)]
    """
    decimals = max((_decimals(line["value"]) for line in lines), default=0)
    return tuple(one for line in lines for one in _line(output, line, lines, rules, (exact, decimals)))


def _line(
    output: str, line: Mapping[str, str], lines: Sequence[Mapping[str, str]], rules: Rules, how: tuple[bool, int]
) -> Iterator[Told]:
    measure, place = Measure(line["measure"]), f"{line['row']} × {line['column']}"

    def made(part: Part, seen: Range, text: str) -> Told:
        hidden = not _is_number(text)
        plain = ANY if hidden else seen
        keys, labels = (line["row"], line["column"]), (line["row_label"], line["column_label"])
        silent, printed = not _is_number(line["value"]), " ".join(line.get(name, "") for name in SHOWN)
        return Told(output, *keys, part, *labels, measure, seen, plain, hidden, text.startswith("<"), silent, printed)

    if measure is Measure.COUNT:
        yield made(Part.BODY, _count(line["value"], rules, place, exact=how[0]), line["value"])
        return
    n = _count(line["n"], rules, place, exact=False)
    if measure is Measure.SHARE and _is_number(line["value"]) and n[1] < math.inf:
        whole = _exact_n(line, lines, n) if how[0] else n
        body, rest = _share(float(line["value"]), whole, rules, max(how[1], FEWEST_DECIMALS))
        yield made(Part.BODY, body, line["value"])
        yield made(Part.REST, rest, line["value"])
    yield made(Part.N, n, line["n"])


def _is_number(text: str) -> bool:
    return bool(text) and (text[0].isdigit() or (text[0] == "-" and text[1:2].isdigit()))


def _decimals(text: str) -> int:
    return len(text.partition(".")[2]) if _is_number(text) and "e" not in text else 0


def _count(text: str, rules: Rules, place: str, *, exact: bool) -> Range:
    """Read a printed count; a mark that is not known leaves everything possible."""
    if text.startswith("<"):
        return float(rules.smallest), float(int(text[1:]) - 1)
    if not _is_number(text):
        return ANY
    value = float(text)
    if not value.is_integer() or value < 0:
        raise NotACount(f"{place}: a count must be a whole number of persons")
    if value > MOST_PERSONS:
        raise NotACount(f"{place}: a count must be at most {MOST_PERSONS:,} persons, more than live in the Netherlands")
    if value == 0 or (exact and rules.method is Method.SUPPRESS) or value % rules.base:
        return value, value
    low, high = behind(int(value), rules.base)
    return float(max(low, min(rules.threshold, high))), float(high)


def _exact_n(line: Mapping[str, str], lines: Sequence[Mapping[str, str]], n: Range) -> Range:
    """Give the n of a share where the same column prints one count that it can be; an outsider would take it to be that one."""
    counts = {
        float(other["value"])
        for other in lines
        if other["measure"] == Measure.COUNT and other["column"] == line["column"] and _is_number(other["value"])
    }
    fitting = [count for count in counts if n[0] <= count <= n[1]]
    return (fitting[0], fitting[0]) if len(fitting) == 1 else n


def _share(value: float, n: Range, rules: Rules, decimals: int) -> tuple[Range, Range]:
    """Give what the numerator and the rest can be: every pair of whole numbers that prints as this share."""
    pairs = [(k, whole) for whole in range(int(n[0]), int(n[1]) + 1) for k in _numerators(value, whole, rules, decimals)]
    allowed = [(k, whole) for k, whole in pairs if all(one == 0 or one >= rules.threshold for one in (k, whole - k))]
    fitting = allowed or pairs
    if not fitting:
        return (0.0, n[1]), (0.0, n[1])
    return _hull([k for k, _ in fitting]), _hull([whole - k for k, whole in fitting])


def _numerators(value: float, whole: int, rules: Rules, decimals: int) -> range:
    """Give the whole numbers that are this share of `whole`; a rounded part may be any that rounds to it."""
    half = 0.5 * 10.0**-decimals + 1e-9
    low, high = math.ceil((value - half) * whole), math.floor((value + half) * whole)
    if rules.method is Method.ROUND:
        low, high = low - rules.base // 2, high + rules.base // 2
    return range(max(low, 0), min(high, whole) + 1)


def _hull(values: Sequence[int]) -> Range:
    return float(min(values)), float(max(values))
