"""What a study reckons with before there are data: each number by its name, within its range, and how it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, nextafter

from gm_workbench.errors import did_you_mean
from gm_workbench.vocabulary.declarations import Form
from gm_workbench.vocabulary.protocol_parts import Fact, parse_fact


@dataclass(frozen=True, slots=True)
class Planned:
    """A number that may be planned on: what it is, and its range, both ends included."""

    meaning: str
    low: float
    high: float
    whole: bool = False


_ABOVE_0, _BELOW_1 = nextafter(0, 1), nextafter(1, 0)

PLANNED: Mapping[str, Planned] = {
    "clusters": Planned("teams, or coaches, that take part", 2, inf, whole=True),
    "introduced": Planned("part of them that begin (in steps: that ever begin)", _ABOVE_0, 1),
    "coaches_per_team": Planned("coaches in a team", 1, inf, whole=True),
    "persons_per_coach": Planned("persons of the study's population with one coach, with consent, at the start", 1, inf),
    "size_cv": Planned("standard deviation of cluster sizes divided by their mean", 0, inf),
    "base": Planned("share to whom it happens within the horizon without the new way of working", _ABOVE_0, _BELOW_1),
    "sd": Planned("standard deviation of the outcome, in points", _ABOVE_0, inf),
    "icc": Planned("intraclass correlation of the outcome within clusters", 0, _BELOW_1),
    "correlation": Planned("correlation of the outcome with what is allowed for", -_BELOW_1, _BELOW_1),
    "attrition": Planned("part of the persons without an outcome at the horizon", 0, _BELOW_1),
    "stays": Planned("correlation of a team's level in one year and the next (before and after)", 0, 1),
    "steps": Planned("moments at which teams begin (in steps)", 2, inf, whole=True),
    "months_between": Planned("months from one step to the next (in steps)", 1, inf, whole=True),
}
"""Every number that a protocol may plan on."""


def parse_planning(form: Form) -> dict[str, Fact]:
    """Read what a study was planned on.

    >>> faults: list[str] = []
    >>> known = {"status": "assumed", "source": "assumed; a guess"}
    >>> parse_planning(Form({"planning": {"icc": {"value": 1.5, **known}}}, "", faults)) and faults
    ['planning.icc.value must be at least 0 and below 1 but got 1.5']
    """
    facts: dict[str, Fact] = {}
    for name, child in form.children("planning").items():
        facts[name] = parse_fact(child)
        if name not in PLANNED:
            form.fault(f"planning.{name}", f"is not planned on; allowed: {', '.join(PLANNED)}.{did_you_mean(name, PLANNED)}")
        elif child.sound("value"):
            _hold(child, facts[name].value, PLANNED[name])
    if {"base", "sd"} <= facts.keys():
        form.fault("planning", "must have base (a share) or sd (points), for the primary outcome is one of the two")
    return facts


def _hold(form: Form, value: str | float, planned: Planned) -> None:
    number = isinstance(value, (int, float)) and (float(value).is_integer() or not planned.whole)
    if not number or not planned.low <= float(value) <= planned.high:
        form.fault("value", f"must be {_range(planned)} but got {value!r}")


def _range(planned: Planned) -> str:
    """Say a range in words; an end one step of a number away from a whole one is not included.

    >>> _range(PLANNED["steps"]), _range(PLANNED["base"]), _range(PLANNED["correlation"])
    ('a whole number, at least 2', 'above 0 and below 1', 'above -1 and below 1')
    """
    low = f"at least {planned.low:g}" if planned.low == round(planned.low) else f"above {round(planned.low)}"
    words = [low]
    if planned.high != inf:
        words.append(f"at most {planned.high:g}" if planned.high == round(planned.high) else f"below {round(planned.high)}")
    return ("a whole number, " if planned.whole else "") + " and ".join(words)
