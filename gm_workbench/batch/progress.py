"""Which report is being made, how many are done, how long it will still take: for a person, a log file or a program."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from tqdm import tqdm

from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.standing import Standing

NOTHING_EXPECTED: Mapping[str, float | None] = {}


@dataclass(slots=True)
class Progress:
    """Counts what is done. This one says nothing; the others say it in their own way."""

    total: int = 0
    done: int = 0
    workers: int = 1
    running: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    expected: dict[str, float] = field(default_factory=dict)
    begun: dict[str, float] = field(default_factory=dict)

    def decided(self, standings: Mapping[str, Standing], todo: int) -> None:
        """Say how reports stand before anything runs, and how many are to be made."""
        self.on_decide(standings, todo)

    def begin(self, what: str, total: int, workers: int, expected: Mapping[str, float | None] = NOTHING_EXPECTED) -> None:
        """Start to count `total` of something; `expected` holds what each will probably take, where that is known."""
        self.total, self.done, self.workers = total, 0, workers
        self.running, self.seconds, self.begun = [], [], {}
        self.expected = {name: seconds for name, seconds in expected.items() if seconds is not None}
        self.on_begin(what)

    def started(self, name: str) -> None:
        self.running.append(name)
        self.begun[name] = time.monotonic()
        self.on_start(name)

    def waits(self, name: str, holder: str = "") -> None:
        """Say that something waits for another batch, which is making it, and whose that is; it is said once."""
        if name not in self.begun:
            self.begun[name] = time.monotonic()
            self.on_wait(name, holder)

    def retried(self, name: str, outcome: Outcome) -> None:
        """Say that something ended for want of memory, and will be tried once more."""
        self.running.remove(name)
        self.on_retry(name, outcome)

    def ended(self, name: str, outcome: Outcome) -> None:
        self.running.remove(name)
        self.expected.pop(name, None)
        self.seconds.append(outcome.seconds)
        self.done += 1
        self.on_end(name, outcome)

    def seconds_left(self) -> float:
        """Give the time that is probably left: what was learnt before, else the mean so far, for each that is not done.

        Workers share the sum, but no report is shared: the longest of them sets the least.
        """
        known = dict(self.expected)
        for name in set(self.running) & known.keys():
            known[name] = max(0.0, known[name] - (time.monotonic() - self.begun[name]))
        mean = sum(self.seconds) / len(self.seconds) if self.seconds else 0.0
        left = [*known.values(), *[mean] * max(0, self.total - self.done - len(known))]
        return max(sum(left) / self.workers, *left) if left else 0.0

    def close(self) -> None:
        """Stop counting."""

    def on_decide(self, standings: Mapping[str, Standing], todo: int) -> None:
        """Say what was decided."""

    def on_begin(self, what: str) -> None:
        """Say that counting starts."""

    def on_start(self, name: str) -> None:
        """Say that something starts."""

    def on_wait(self, name: str, holder: str) -> None:
        """Say that something waits for another batch."""

    def on_retry(self, name: str, outcome: Outcome) -> None:
        """Say that something is tried once more."""

    def on_end(self, name: str, outcome: Outcome) -> None:
        """Say that something ended."""


@dataclass(slots=True)
class Lines(Progress):
    """One plain line for each event, for a log file."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)

    def on_decide(self, standings: Mapping[str, Standing], todo: int) -> None:
        self._say(f"{len(standings)} reports: {todo} to make, {len(standings) - todo} fresh")

    def on_begin(self, what: str) -> None:
        self._say(f"{what}: {self.total}, {self.workers} at a time")

    def on_wait(self, name: str, holder: str) -> None:
        self._say(f"  waits  {name}: another batch is making it{_in_brackets(holder)}")

    def on_retry(self, name: str, outcome: Outcome) -> None:
        self._say(f"  {outcome.state:<9}  {name}: once more, alone, at the end")

    def on_start(self, name: str) -> None:
        self._say(f"  start  {name}")

    def on_end(self, name: str, outcome: Outcome) -> None:
        took = f"{outcome.seconds:.0f} s"
        left = f", about {duration(self.seconds_left())} left" if self.seconds_left() >= 1 else ""
        self._say(f"  {outcome.state:<9}  {name}  ({took}; {self.done} of {self.total}{left})")

    def _say(self, line: str) -> None:
        print(line, file=self.stream, flush=True)


@dataclass(slots=True)
class JsonLines(Lines):
    """One JSON object for each event, for a program."""

    def on_decide(self, standings: Mapping[str, Standing], todo: int) -> None:
        self._event(event="decided", total=len(standings), to_make=todo, fresh=len(standings) - todo)
        for name, standing in standings.items():
            if not standing.fresh:
                self._event(event="report", name=name, stands=str(standing.stands), why=standing.why)

    def on_wait(self, name: str, holder: str) -> None:
        self._event(event="wait", name=name, why="another batch is making it", holder=holder)

    def on_retry(self, name: str, outcome: Outcome) -> None:
        self._event(event="retry", name=name, state=str(outcome.state), reason=outcome.reason)

    def on_begin(self, what: str) -> None:
        self._event(event="begin", what=what, total=self.total, workers=self.workers)

    def on_start(self, name: str) -> None:
        self._event(event="start", name=name)

    def on_end(self, name: str, outcome: Outcome) -> None:
        self._event(
            event="end",
            name=name,
            state=str(outcome.state),
            seconds=round(outcome.seconds, 1),
            cell=outcome.cell,
            reason=outcome.reason,
            done=self.done,
            total=self.total,
            seconds_left=round(self.seconds_left()),
        )

    def _event(self, **event: Any) -> None:
        self._say(json.dumps(event, ensure_ascii=False))


@dataclass(slots=True)
class Bar(Progress):
    """One moving line, for a person at a terminal; what fails is written above it at once."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _bar: Any = None

    def on_begin(self, what: str) -> None:
        self.close()
        form = "{desc} {n_fmt}/{total_fmt} |{bar:20}| {elapsed}{postfix}"
        self._bar = tqdm(total=self.total, desc=what, bar_format=form, file=self.stream, dynamic_ncols=True)

    def on_start(self, name: str) -> None:
        del name
        self._show()

    def on_wait(self, name: str, holder: str) -> None:
        self._bar.write(f"waits: {name}, which another batch is making{_in_brackets(holder)}", file=self.stream)

    def on_retry(self, name: str, outcome: Outcome) -> None:
        self._bar.write(f"{outcome.state}: {name}; once more, alone, at the end", file=self.stream)

    def on_end(self, name: str, outcome: Outcome) -> None:
        if outcome.state is not State.DONE:
            self._bar.write(f"{outcome.state}: {name}", file=self.stream)
        self._bar.update(1)
        self._show()

    def _show(self) -> None:
        left = f"{duration(self.seconds_left())} left; " if self.seconds or self.expected else ""
        self._bar.set_postfix_str(left + ", ".join(self.running))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


def duration(seconds: float) -> str:
    """Write a time as a person says it.

    >>> duration(42), duration(150)
    ('42 s', '2 min 30 s')
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def progress_for(stream: TextIO, *, as_json: bool = False) -> Progress:
    """Choose how to say it: JSON if asked, a moving line on a terminal, else plain lines."""
    if as_json:
        return JsonLines(stream=stream)
    return Bar(stream=stream) if stream.isatty() else Lines(stream=stream)
