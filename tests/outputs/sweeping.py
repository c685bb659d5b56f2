"""Every output that a test makes is made again from other results, to see what of them is left when no number may be shown.

What is hidden must not be read from the words beside it: with all numbers hidden, an output says the same whatever they were.
Whoever is behind an estimate must be behind each cell that tells it, or the guard judges the cell by somebody else. And the
guard may keep back an interval and show its number: that too must be something to say.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from types import ModuleType
from typing import Any

from gm_workbench.errors import OutputError
from gm_workbench.guard.cells import own_reason
from gm_workbench.guard.policy import Policy
from gm_workbench.metrics.estimate import Estimate, Sides
from gm_workbench.outputs.output import Cell, Measure, Output, ShownCell, ShownOutput, Suppressed
from gm_workbench.outputs.sentences import say

ROOMS, RESULTS = "gm_workbench.outputs.", "gm_workbench.metrics."
Change = Callable[[Any], Any]


@dataclass(frozen=True)
class Call:
    """A builder of outputs, and what a test gave it."""

    builder: Callable[..., Output]
    given: tuple[Any, ...]
    named: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.builder.__module__.removeprefix(ROOMS)}.{self.builder.__name__}"

    def output(self, change: Change = lambda one: one) -> Output | None:
        """Make the output again from changed results; None where these are no results that there can be."""
        try:
            given = [changed(one, change) for one in self.given]
            return self.builder(*given, **{name: changed(one, change) for name, one in self.named.items()})
        except Exception:
            return None


SETTINGS = {"per", "rho", "zero", "low", "high", "largest"}
"""Fields of results that are no results: steps and stretches that were looked at, and a share by which rows are left out."""


def changed(one: Any, change: Change) -> Any:
    """Change results, wherever they stand in what was given; names, sections and settings stay as they are."""
    if isinstance(one, tuple | list):
        return type(one)(changed(part, change) for part in one)
    if isinstance(one, Mapping):
        return {key: changed(part, change) for key, part in one.items()}
    if isinstance(one, Estimate):
        return change(one)
    if not (is_dataclass(one) and type(one).__module__.startswith(RESULTS)):
        return one
    told = [field.name for field in fields(one) if field.name not in SETTINGS]
    return replace(one, **{name: _field(getattr(one, name), change) for name in told})


def _field(value: Any, change: Change) -> Any:
    return change(value) if isinstance(value, int | float) else changed(value, change)


def turned(one: Any) -> Any:
    """Turn the direction of everything."""
    if isinstance(one, Estimate):
        return replace(one, value=-one.value, low=-one.high, high=-one.low)
    turns = isinstance(one, float) or (isinstance(one, int) and one in (-1, 1) and not isinstance(one, bool))
    return -one if turns else one


def unsure(one: Any) -> Any:
    """Widen every interval over zero."""
    if not isinstance(one, Estimate):
        return one
    width = 2 * max(abs(one.value), one.high - one.low)
    return replace(one, low=one.value - width, high=one.value + width)


def sure(one: Any) -> Any:
    """Narrow every interval, away from zero."""
    if not isinstance(one, Estimate):
        return one
    return replace(one, low=one.value - abs(one.value) / 20, high=one.value + abs(one.value) / 20)


def other(one: Any) -> Any:
    """Give everything another size, and other persons behind it."""
    if isinstance(one, Estimate):
        groups = None if one.groups is None else one.groups + 11
        return replace(one, value=3 * one.value, low=3 * one.low, high=3 * one.high, n=one.n + 137, groups=groups)
    return 0.7 * one if isinstance(one, float) else one


def behind(**who: Any) -> Change:
    """Put others behind every estimate."""
    return lambda one: replace(one, **who) if isinstance(one, Estimate) else one


COUNTED = {"recurrence.recurrence"}
"""Builders that count who is behind a difference from the results themselves, and not from the estimates in them."""

TOLD = {"turned": turned, "unsure": unsure, "sure": sure, "other": other}
"""Results that differ in what they would say."""

JUDGED = {
    "a few on a side": behind(sides=Sides((2, 3))),
    "one coach or team": behind(groups=1),
    "mostly one coach or team": behind(sides=Sides((400,), (9,), 0.9)),
}
"""Estimates that must not be shown, whatever they are."""


def builders(module: ModuleType) -> Iterator[tuple[ModuleType, str, Callable[..., Any]]]:
    """Give what makes outputs among what a test module knows, by the names under which it does."""
    rooms = [one for one in vars(module).values() if inspect.ismodule(one) and one.__name__.startswith(ROOMS)]
    for home in (module, *rooms):
        for name, one in vars(home).items():
            if inspect.isfunction(one) and one.__module__.startswith(ROOMS) and not name.startswith("_"):
                yield home, name, one


def without_numbers(output: Output) -> Counter[str]:
    """Give everything that an output says when all its numbers are hidden, in both languages."""
    words = output.words
    shown = ShownOutput(words, tuple(map(_hidden, output.cells)))
    said = (say(one, shown, language) for one in (words.sentence, words.alt, *words.more) for language in ("nl", "en"))
    keys = {key for cell in output.cells for key in cell.key}
    texts = (words.heading, words.lead, words.caption, *(words.label(key) for key in keys), *words.tile_words.values())
    rest = (words.options.get("sesoi"), words.off, *(axis.label.nl for axis in words.axes.values()))
    return Counter([*filter(None, said), *(part for text in texts for part in (text.nl, text.en)), *map(str, rest)])


def _hidden(cell: Cell) -> ShownCell:
    none = Suppressed(None, "swept")
    return ShownCell(cell.row, cell.column, cell.measure, none, None, None, None, none, cell.unit, cell.digits)


def unsaid(call: Call) -> list[str]:
    """Name the outputs that cannot be said when the guard keeps back intervals that follow from counts."""
    output = call.output()
    if output is None:
        return []
    shown = ShownOutput(output.words, tuple(map(_bare, output.cells)))
    try:
        for sentence in (output.words.sentence, output.words.alt, *output.words.more):
            say(sentence, shown, "nl"), say(sentence, shown, "en")
    except OutputError as error:
        return [f"{call.name}: {error}"]
    return []


def _bare(cell: Cell) -> ShownCell:
    kept_back = cell.numerator is not None or cell.beyond_ends is not None
    ends = (None, None, None) if kept_back else (cell.low, cell.high, cell.se)
    value = float(cell.n) if cell.value is None else cell.value
    return ShownCell(cell.row, cell.column, cell.measure, value, *ends, cell.n, cell.unit, cell.digits)


def leaks(call: Call) -> list[str]:
    """Name what an output still says of its results when no number of it is shown."""
    whole = call.output()
    before = Counter() if whole is None else without_numbers(whole)
    found = []
    for name, change in TOLD.items():
        again = call.output(change)
        if whole is not None and again is not None and (after := without_numbers(again)) != before:
            found.append(f"{call.name}, {name}: {list(before - after)} or {list(after - before)}")
    return found


def misjudged(call: Call, policy: Policy) -> list[str]:
    """Name the cells that tell an estimate and are not judged by who is behind it."""
    plain, moved = call.output(), call.output(unsure)
    if plain is None or moved is None or call.name in COUNTED:
        return []
    tell = {one.key for one, same in zip(plain.cells, moved.cells, strict=False) if _told(one) != _told(same)}
    return [
        f"{call.name}, {name}: {cell.key}"
        for name, change in JUDGED.items()
        for cell in getattr(call.output(change), "cells", ())
        if cell.key in tell and cell.measure is not Measure.COUNT and own_reason(cell, policy) is None
    ]


def _told(cell: Cell) -> tuple[Any, ...]:
    return cell.key, cell.value, cell.low, cell.high
