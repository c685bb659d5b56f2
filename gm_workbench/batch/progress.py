"""Which report is being made, how many are done, how long it will still take: for a person, a log file or a program."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import Any, TextIO

from tqdm import tqdm

from gm_workbench.batch.ledger import Outcome, State


@dataclass(slots=True)
class Progress:
    """Counts what is done. This one says nothing; the others say it in their own way."""

    total: int = 0
    done: int = 0
    workers: int = 1
    running: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def begin(self, what: str, total: int, workers: int) -> None:
        """Start to count `total` of something."""
        self.total, self.done, self.workers = total, 0, workers
        self.running, self.seconds = [], []
        self.on_begin(what)

    def started(self, name: str) -> None:
        self.running.append(name)
        self.on_start(name)

    def ended(self, name: str, outcome: Outcome) -> None:
        self.running.remove(name)
        self.seconds.append(outcome.seconds)
        self.done += 1
        self.on_end(name, outcome)

    def seconds_left(self) -> float:
        """Give the mean time of what is done, times what is not, shared by the workers."""
        if not self.seconds:
            return 0.0
        return sum(self.seconds) / len(self.seconds) * (self.total - self.done) / self.workers

    def close(self) -> None:
        """Stop counting."""

    def on_begin(self, what: str) -> None:
        """Say that counting starts."""

    def on_start(self, name: str) -> None:
        """Say that something starts."""

    def on_end(self, name: str, outcome: Outcome) -> None:
        """Say that something ended."""


@dataclass(slots=True)
class Lines(Progress):
    """One plain line for each event, for a log file."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)

    def on_begin(self, what: str) -> None:
        self._say(f"{what}: {self.total}, {self.workers} at a time")

    def on_start(self, name: str) -> None:
        self._say(f"  start  {name}")

    def on_end(self, name: str, outcome: Outcome) -> None:
        took = f"{outcome.seconds:.0f} s"
        left = f", about {duration(self.seconds_left())} left" if self.done < self.total else ""
        self._say(f"  {outcome.state:<9}  {name}  ({took}; {self.done} of {self.total}{left})")

    def _say(self, line: str) -> None:
        print(line, file=self.stream, flush=True)


@dataclass(slots=True)
class JsonLines(Lines):
    """One JSON object for each event, for a program."""

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

    def on_end(self, name: str, outcome: Outcome) -> None:
        if outcome.state is not State.DONE:
            self._bar.write(f"{outcome.state}: {name}", file=self.stream)
        self._bar.update(1)
        self._show()

    def _show(self) -> None:
        left = f"{duration(self.seconds_left())} left; " if self.seconds else ""
        self._bar.set_postfix_str(left + ", ".join(self.running))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


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
