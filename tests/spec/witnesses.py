"""Every outside witness of every metric as one table, our number beside the one from outside, with an edge and a refusal.

    python tests/spec/witnesses.py [--tests tests/spec] [--table docs/witnesses.md]

Runs the tests, prints what they compared through the fixture `witness`, what each metric gives at an edge (`edge`) and what it
refuses (`refused`), and writes the same as a page. When a witness is off or a test fails, the exit code is 1 and the page stays
as it was. The page ends with a digest of what the witnesses of each file of tests rest on, so that a test can tell a stale page
without running the others (tests/test_witnesses.py).
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = ("-q", "-p", "no:xdist", "-p", "no:cacheprovider", "--import-mode=importlib")

FINEST = 12
"""Decimals that are still the same on another machine."""

HEAD = """\
# Witnesses

Written by `make witnesses` from what the tests in `tests/spec/` compared; not to be edited. {count}

Each function is named as in `metrics.md`. *Known* says how the number from outside is known: `read` in the source, `run` in the
software named, quoted from `memory` and not looked up again, or worked out by `hand` (the same arithmetic in another form
included). Numbers are rounded to the tolerance, which stands there as it is used (three digits, rounded up); *off by* is the
distance between the two as a share of it: below a tenth, below a half, or at most 1. A finer number would change with the
processor, where an optimiser looks for a maximum.

*At the edge* says what a function gives with the fewest data that are allowed, where all or nobody does, where groups are alike
or a column does not vary; the number follows from the words in brackets. *Refused* quotes what is said of input that cannot be.
"""
FIXTURES = re.compile(r"\bwitness\b|\bedge\(|\brefused\(")
"""What a test that the page is made from speaks of."""
STEPS = ((0.1, "< 0.1"), (0.5, "< 0.5"))
COLUMNS = ("what", "data", "source or call", "known", "expected", "got", "tolerance", "off by")
FOOT = "\n## Made from\n\n"


@dataclass(frozen=True, slots=True)
class Witness:
    """A number from outside (`expected`) beside ours (`got`); the words are explained at the fixture `witness`."""

    metric: str
    name: str
    data: str
    source: str
    known: str
    expected: float
    got: float
    tolerance: float

    @property
    def off_by(self) -> float:
        """The distance between the two as a share of the tolerance; infinite where there is no tolerance and they differ."""
        distance = abs(self.got - self.expected)
        if not self.tolerance:
            return math.inf if distance else 0.0
        return distance / self.tolerance

    @property
    def agrees(self) -> bool:
        return self.off_by <= 1

    def rounded(self, value: float) -> str:
        """Write a number as far as the tolerance goes."""
        if not self.tolerance or not math.isfinite(value):
            return f"{value:.{FINEST}g}"
        decimals = min(FINEST, max(0, math.ceil(-math.log10(self.tolerance))))
        text = f"{round(value, decimals) + 0.0:.{decimals}f}"  # adding 0 turns -0 round
        return text.rstrip("0").rstrip(".") if "." in text else text

    @property
    def cells(self) -> tuple[str, ...]:
        """What the page says of it; how far it is off only in steps, for the last digits differ by processor."""
        numbers = self.rounded(self.expected), self.rounded(self.got), _as_used(self.tolerance)
        step = next((said for below, said in STEPS if self.off_by < below), "≤ 1" if self.agrees else "> 1")
        return self.name, self.data, self.source, self.known, *numbers, step


def _as_used(tolerance: float) -> str:
    """Write a tolerance as it was used; one of more than three digits is rounded up, never to a tighter one."""
    used = Decimal(f"{tolerance:.{FINEST}g}")
    return f"{float(Context(prec=3, rounding=ROUND_CEILING).plus(used)):g}"


@dataclass(frozen=True, slots=True)
class Edge:
    """What a function gives at an edge, and why."""

    metric: str
    name: str
    value: float
    why: str

    def __str__(self) -> str:
        return f"At the edge: {self.name}: {self.value:.7g} ({self.why})."


@dataclass(frozen=True, slots=True)
class Refused:
    """Input that a function refuses, and in what words."""

    metric: str
    name: str
    words: str

    def __str__(self) -> str:
        return f"Refused: {self.name}: “{self.words}”."


Beside = Edge | Refused


class Collector:
    """Takes what is kept from the reports of tests."""

    def __init__(self) -> None:
        self.kept: list[Witness] = []
        self.beside: list[Beside] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = report.user_properties if report.when == "call" else []
        self.kept += [Witness(**values) for name, values in told if name == "witness"]
        self.beside += [Edge(**values) for name, values in told if name == "edge"]
        self.beside += [Refused(**values) for name, values in told if name == "refused"]


def beside_of(metric: str, beside: Iterable[Beside]) -> list[str]:
    """Say what is known of a function beside its witnesses: edges first."""
    own = [one for one in beside if one.metric == metric]
    return [str(one) for kind in (Edge, Refused) for one in own if isinstance(one, kind)]


def by_metric(kept: Iterable[Witness]) -> dict[str, list[Witness]]:
    """Group by function, in the order of their names; within a function in the order of the tests, the same row once."""
    once = {(one.metric, one.cells): one for one in kept}
    ordered = sorted(once.values(), key=lambda one: one.metric)
    return {metric: list(rows) for metric, rows in groupby(ordered, key=lambda one: one.metric)}


def counted(kept: Iterable[Witness]) -> str:
    """Say how many there are, and how they are known."""
    tables = by_metric(kept)
    rows = [one for table in tables.values() for one in table]
    known = ", ".join(f"{n} {how}" for how, n in sorted(Counter(one.known for one in rows).items()))
    return f"{len(rows)} witnesses of {len(tables)} functions: {known}."


def page(kept: Sequence[Witness], digests: Mapping[str, str], beside: Sequence[Beside] = ()) -> str:
    """Write the page in Markdown."""
    lines = [HEAD.format(count=counted(kept))]
    for metric, rows in by_metric(kept).items():
        lines += [f"## {metric}\n", _row(COLUMNS), _row(["---"] * len(COLUMNS)), *(_row(one.cells) for one in rows), ""]
        lines += [f"{one}\n" for one in beside_of(metric, beside)]
    body = "\n".join(lines)
    made_from = {**digests, "this table": digest(body)}
    return body + FOOT + "\n".join([_row(("file", "digest")), _row(("---", "---")), *map(_row, made_from.items())]) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def printed(kept: Iterable[Witness], beside: Sequence[Beside] = ()) -> str:
    """Write the same for a terminal: a line a witness, with a mark where it is off, and a line for what is beside them."""
    lines = []
    for metric, rows in by_metric(kept).items():
        lines += ["", f"{metric:<52}{'expected':>18}{'got':>18}{'off by':>8}  known"]
        for one in rows:
            name, data, source, known, expected, got, *_ = one.cells
            off_by, mark = f"{one.off_by:.1f}" if one.off_by < 100 else "> 99", "" if one.agrees else "  <-- OFF"
            lines.append(f"  {name:<50}{expected:>18}{got:>18}{off_by:>8}  {known:<7} {data}; {source}{mark}")
        lines += [f"  {one}" for one in beside_of(metric, beside)]
    return "\n".join(lines)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def rests_on(text: str) -> str:
    """Give what the page rests on in a file of tests: all of it but comments and the tests that keep nothing for it."""
    lines = ["" if line.lstrip().startswith("#") else line for line in text.splitlines()]
    parts = []
    for node in ast.parse(text).body:
        first = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", ()))])
        part = "\n".join(lines[first - 1 : node.end_lineno])
        if not getattr(node, "name", "").startswith("test_") or FIXTURES.search(part):
            parts.append(part)
    return "\n".join(parts)


def digests(folder: Path) -> dict[str, str]:
    """Give a digest for each file of tests in which there are witnesses, edges or refusals."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("test_*.py"))}
    return {name: digest(rests_on(text)) for name, text in texts.items() if FIXTURES.search(text)}


def main() -> int:
    """Run the tests, print the table, and write the page when all agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=Path, default=ROOT / "tests" / "spec")
    parser.add_argument("--table", type=Path, default=ROOT / "docs" / "witnesses.md")
    asked = parser.parse_args()
    collector = Collector()
    code = pytest.main([*OPTIONS, str(asked.tests)], plugins=[collector])
    good = code == 0 and all(one.agrees for one in collector.kept)
    if good:
        asked.table.write_text(page(collector.kept, digests(asked.tests), collector.beside), encoding="utf-8")
    told = "is written" if good else "is not written: a witness is off or a test fails"
    sys.stdout.write(f"{printed(collector.kept, collector.beside)}\n\n{counted(collector.kept)} {asked.table.name} {told}.\n")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
