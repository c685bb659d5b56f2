"""What the files of a finished report say twice: where they do not agree, one of them was written by another hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gm_workbench.guard.cells import round_to_base
from gm_workbench.guard.policy import Method
from gm_workbench.guard.told import Rules
from gm_workbench.outputs.cell import Measure
from gm_workbench.report.judged import JUDGED
from gm_workbench.report.manifest import MANIFEST
from gm_workbench.report.release_forms import ESTIMATES, MARK
from gm_workbench.vocabulary.schemas import DataKind

Line = Mapping[str, str]
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
NUMBERS = {"estimate": "value", "low": "low", "high": "high", "standard_error": "se"}
"""What `estimates.json` calls what stands in a column of an output."""


def is_number(text: str) -> bool:
    """Whether a cell of an output holds a number, and no mark."""
    return _NUMBER.fullmatch(text) is not None


def line_faults(output: str, lines: Sequence[Line], rules: Rules, *, exact: bool) -> Iterator[str]:
    """Say which lines of an output print what is neither a number nor a mark, or two things that cannot both be.

    Parameters
    ----------
    output : str
        Its id.
    lines : sequence of mapping
        The rows of ``outputs/<id>.csv``.
    rules : Rules
    exact : bool
        Whether its plain counts print as they are.
    """
    places = [(line["row"], line["column"]) for line in lines]
    for at, line in enumerate(lines, start=2):
        where = f"outputs/{output}.csv, line {at}"
        if places.index((line["row"], line["column"])) != at - 2:
            yield f"{where}: this row and column stand there already"
        wrong = list(_form_faults(line, rules))
        yield from (f"{where}: {fault}" for fault in wrong or _count_faults(line, rules, exact=exact))


def _form_faults(line: Line, rules: Rules) -> Iterator[str]:
    marks = f"<{rules.threshold}", "–"
    said = f"a number, or {marks[0]} or {marks[1]} for a hidden one"
    yield from (f"{name} must be {said}" for name in ("value", "n") if not (is_number(line[name]) or line[name] in marks))
    yield from (
        f"{name} must be a number, or empty" for name in ("low", "high", "se") if line[name] and not is_number(line[name])
    )
    if not is_number(line["value"]) and any(line[name] for name in ("low", "high", "se")):
        yield "the value is hidden, and its interval or error is shown"
    if bool(line["low"]) != bool(line["high"]):
        yield "an interval has two ends"


def _count_faults(line: Line, rules: Rules, *, exact: bool) -> Iterator[str]:
    value, n, measure = line["value"], line["n"], line["measure"]
    if measure == Measure.SHARE and is_number(value) and not 0 <= float(value) <= 1:
        yield "a share must be from 0 to 1"
    if measure == Measure.COUNT and is_number(value) != is_number(n):
        yield "of a count, value and n are the same persons: one is hidden, and the other shown"
    if is_number(n) and float(n) % rules.base:
        yield f"n must be rounded to {rules.base}"
    elif (
        measure == Measure.COUNT and is_number(value) and is_number(n) and not _same_count(float(value), float(n), rules, exact)
    ):
        yield "of a count, value and n are the same persons: n must be the value, rounded"


def _same_count(value: float, n: float, rules: Rules, exact: bool) -> bool:
    if not value.is_integer():
        return True  # told as no count
    rounds = exact and rules.method is Method.SUPPRESS
    return n == (round_to_base(int(value), rules.base) if rounds else value)


def estimate_faults(
    manifest: Mapping[str, Any], judged: Mapping[str, Any], estimates: Mapping[str, Any], lines: Mapping[str, Sequence[Line]]
) -> Iterator[str]:
    """Say where `estimates.json` tells another thing than the manifest, the guard or the outputs.

    Parameters
    ----------
    manifest, judged, estimates : mapping
        What `manifest.json`, `guard.json` and `estimates.json` hold.
    lines : mapping of str to sequence of mapping
        The rows of each output, by its id.
    """
    plain = ("policy", "policy_version", "protocol_version", *(() if manifest["kind"] == DataKind.PUBLISHED else ("period",)))
    yield from (f"{ESTIMATES}: {key} is not that of {MANIFEST}" for key in plain if estimates[key] != manifest[key])
    owners = [(output["estimand"], lines[output["id"]]) for output in judged["outputs"] if output["estimand"]]
    firsts = {name: own[0] if own and is_number(own[0]["value"]) else None for name, own in owners}
    if len(firsts) < len(owners):
        yield f"{JUDGED}: two outputs name one estimand"
    told = [one["name"] for one in estimates["estimates"]]
    wanted = sorted(name for name, first in firsts.items() if first is not None)
    if sorted(told) != wanted:
        yield f"{ESTIMATES}: must tell the estimands whose first number is shown, each once, and no others"
    if sorted(estimates["withheld"]) != sorted(firsts.keys() - set(wanted)):
        yield f"{ESTIMATES}: withheld must name the estimands whose first number is hidden, and no others"
    for at, one in enumerate(estimates["estimates"], start=1):
        first = firsts.get(one["name"])
        if first is not None:
            yield from (f"{ESTIMATES}: estimates, number {at}: {fault}" for fault in _differs(one, first))


def _differs(estimate: Mapping[str, Any], line: Line) -> Iterator[str]:
    said = "is not what the first line of its output says"
    if estimate["estimand"] != estimate["name"]:
        yield "name and estimand must be the same"
    for key, column in NUMBERS.items():
        if estimate[key] != (float(line[column]) if line[column] else None):
            yield f"{key} {said}"
    n = line["n"] if MARK.fullmatch(line["n"]) else float(line["n"])
    yield from (f"{key} {said}" for key, value in (("n", n), ("unit", line["unit"])) if estimate[key] != value)
