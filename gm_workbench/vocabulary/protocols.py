"""A study as a declaration: what it asks, how it was set up, what is estimated, and what its reports may say.

A protocol (`data/protocols/<study>.yml`) is read whole, checked whole and frozen. Its digest covers the instruments too, so
that a report can say under which agreements it was made.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gm_workbench.errors import DeclarationError, UnknownStudy, did_you_mean
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Form, open_form
from gm_workbench.vocabulary.designs import Comparison, parse_comparison
from gm_workbench.vocabulary.instruments import Instrument, instrument, instrument_codes
from gm_workbench.vocabulary.planning import parse_planning
from gm_workbench.vocabulary.protocol_parts import (
    ASKED,
    LOW_PAY_THRESHOLD,
    NO_FAMILY,
    NOT_DECLARED,
    OUTSIDE_NEEDS,
    PUBLISHED_VALUES,
    Assignment,
    Bounds,
    Correction,
    Estimand,
    Fact,
    Family,
    Secondary,
    Section,
    TimeZero,
    ZeroEvent,
    parse_bounds,
    parse_estimand,
    parse_fact,
    parse_family,
    parse_labelled,
    parse_section,
    parse_time_zero,
)
from gm_workbench.vocabulary.text import Text

__all__ = [
    "ASKED",
    "EVERY_REPORT",
    "LOW_PAY_THRESHOLD",
    "NOT_DECLARED",
    "NO_FAMILY",
    "OUTSIDE_NEEDS",
    "PUBLISHED_VALUES",
    "Assignment",
    "Bounds",
    "Correction",
    "Estimand",
    "Fact",
    "Family",
    "Protocol",
    "Secondary",
    "Section",
    "TimeZero",
    "ZeroEvent",
    "load_protocol",
    "parse_protocol",
    "study_names",
]

EVERY_REPORT = ("answer", "facts", "flow")
"""Sections that every report has: the box at the top, the facts beneath it, and who it is about."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_EFFECT = re.compile(r"\beffect", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Protocol:
    """A declared study. `digest` is the SHA-256 of everything in it, the scoring of its instruments included."""

    name: str
    version: int
    title: Text
    question: Text
    design: Fact
    assignment: Assignment
    unit_of_introduction: str
    estimands: tuple[Estimand, ...]
    instruments: tuple[str, ...]
    sections: Mapping[str, Section]
    limits: tuple[Text, ...]
    parameters: Mapping[str, Bounds]
    facts: Mapping[str, Fact]
    digest: str
    unit_of_analysis: str = "person"
    outcomes: Mapping[str, Text] = field(default_factory=dict)
    comparison: Comparison | None = None  # only of a study that compares teams
    planning: Mapping[str, Fact] = field(default_factory=dict)  # what was expected before there were data
    time_zero: TimeZero = NOT_DECLARED
    secondary: Family = NO_FAMILY

    @property
    def primary(self) -> Estimand:
        """The one estimand that gets a headline claim."""
        return next(estimand for estimand in self.estimands if estimand.primary)

    @property
    def may_say_effect(self) -> bool:
        """Whether a report may speak of an effect; otherwise it speaks of a difference after introduction."""
        return self.assignment is Assignment.RANDOMISED

    @property
    def public_only(self) -> bool:
        """Whether it is about what others published, and so about no municipality."""
        return all(PUBLISHED_VALUES in section.needs for section in self.sections.values())

    def estimand(self, name: str) -> Estimand:
        """Give an estimand by name."""
        names = [estimand.name for estimand in self.estimands]
        if name not in names:
            raise DeclarationError(f"{self.name} must declare the estimand but has no {name!r}.{did_you_mean(name, names)}")
        return self.estimands[names.index(name)]


def study_names(folder: Path | None = None) -> tuple[str, ...]:
    """Give the names of all declared studies.

    >>> "validation" in study_names()
    True
    """
    return tuple(sorted(path.stem for path in (folder or paths().protocols).glob("*.yml")))


def load_protocol(name: str, folder: Path | None = None, instruments_folder: Path | None = None) -> Protocol:
    """Load a declared study and check it whole.

    Raises
    ------
    UnknownStudy
        If there is no protocol of that name; the message suggests the nearest one.
    DeclarationError
        If the declaration has faults; every fault is listed.
    """
    path = (folder or paths().protocols) / f"{name}.yml"
    if not path.is_file():
        names = study_names(folder)
        raise UnknownStudy(
            f"A study must be one of {', '.join(names) or '(none declared)'} but got {name!r}.{did_you_mean(name, names)}"
        )
    return parse_protocol(open_form(path), path, instruments_folder)


def parse_protocol(form: Form, path: Path, instruments_folder: Path | None = None) -> Protocol:
    """Turn an opened declaration into a protocol; pure but for the instruments it names."""
    codes = form.words("instruments")
    known = instrument_codes(instruments_folder)
    scales = [instrument(code, instruments_folder) for code in codes if code in known]
    assignment = Assignment(form.one_of("assignment", tuple(Assignment)))
    by_lot = assignment is Assignment.RANDOMISED
    comparison = parse_comparison(form.child("comparison"), path.parent, by_lot=by_lot) if form.has("comparison") else None
    protocol = Protocol(
        name=form.text("name"),
        version=form.whole("version", least=1),
        title=form.both("title"),
        question=form.both("question"),
        design=parse_fact(form.child("design")),
        assignment=assignment,
        unit_of_introduction=form.text("unit_of_introduction"),
        estimands=tuple(parse_estimand(name, child) for name, child in form.children("estimands").items()),
        instruments=codes,
        sections={name: parse_section(name, child) for name, child in form.children("sections").items()},
        limits=(*_limits_of(assignment, form), *form.both_each("limits")),
        parameters={name: parse_bounds(child) for name, child in form.children("parameters").items()},
        facts={name: parse_fact(child) for name, child in form.children("facts").items()},
        digest=_digest(form.content, scales, comparison),
        unit_of_analysis=form.text("unit_of_analysis"),
        outcomes={name: parse_labelled(child) for name, child in form.children("outcomes").items()},
        comparison=comparison,
        planning=parse_planning(form) if form.has("planning") else {},
        time_zero=parse_time_zero(form.child("time_zero")) if form.has("time_zero") else NOT_DECLARED,
        secondary=parse_family(form.child("secondary")) if form.has("secondary") else NO_FAMILY,
    )
    unknown = [f"{code}.{did_you_mean(code, known)}" for code in codes if code not in known]
    form.faults.extend(text for wrong, text in _faults(protocol, path.stem, unknown) if wrong)
    form.finish(path)
    return protocol


def _limits_of(assignment: Assignment, form: Form) -> tuple[Text, ...]:
    """Read what cannot be told apart under each way of assigning, and give that of the declared one."""
    if not form.has("assignment_limits"):
        return ()
    own = form.child("assignment_limits")
    said = {one: own.both(one) for one in Assignment if own.has(one)}
    own.close()
    return (said[assignment],) if assignment in said else ()


def _faults(protocol: Protocol, stem: str, unknown_instruments: list[str]) -> list[tuple[bool, str]]:
    primary = [estimand.name for estimand in protocol.estimands if estimand.primary]
    absent = [section for section in EVERY_REPORT if section not in protocol.sections]
    names = [*protocol.sections, *protocol.parameters, *(one.name for one in protocol.estimands), *protocol.secondary.names]
    both = sorted(set(primary) & set(protocol.secondary.names))
    asked = {match[1] for one in protocol.sections.values() for need in one.needs if (match := ASKED.fullmatch(need))}
    strange = sorted(asked - set(protocol.instruments))
    wrong_names = [name for name in names if _NAME.fullmatch(name) is None]
    claims = (
        []
        if protocol.may_say_effect
        else [place for place, text in _texts(protocol) if _EFFECT.search(text.nl + " " + text.en)]
    )
    return [
        (protocol.name != stem, f"name must be that of the file, {stem}, but got {protocol.name!r}"),
        (len(primary) != 1, f"exactly one estimand must be primary but got {', '.join(primary) or 'none'}"),
        (bool(both), f"the primary estimand must not be a secondary outcome too but got {', '.join(both)}"),
        (bool(absent), f"sections must include {', '.join(absent)}"),
        (bool(wrong_names), f"names must be lower case letters, digits and underscores but got {', '.join(wrong_names)}"),
        (bool(unknown_instruments), f"instruments must be declared but got {' '.join(unknown_instruments)}"),
        (bool(strange), f"sections need answers to instruments that the study does not name: {', '.join(strange)}"),
        (not protocol.limits, "limits must say at least one thing that the report does not say"),
        (bool(claims), f"only a randomised study may say effect, but it is said in {', '.join(claims)}"),
    ]


def _texts(protocol: Protocol) -> list[tuple[str, Text]]:
    return [
        ("title", protocol.title),
        ("question", protocol.question),
        *((f"sections.{s.id}.heading", s.heading) for s in protocol.sections.values()),
        *((f"sections.{s.id}.lead", s.lead) for s in protocol.sections.values()),
        *((f"estimands.{e.name}.label", e.label) for e in protocol.estimands),
        *((f"estimands.{e.name}.contrast", e.contrast) for e in protocol.estimands),
        *((f"secondary.outcomes.{one.name}.label", one.label) for one in protocol.secondary.outcomes),
        *((f"outcomes.{name}", label) for name, label in protocol.outcomes.items()),
        *((f"limits[{i}]", limit) for i, limit in enumerate(protocol.limits, start=1)),
        *(_said_of_design(protocol.comparison) if protocol.comparison else ()),
    ]


def _said_of_design(comparison: Comparison) -> list[tuple[str, Text]]:
    template = comparison.template
    said = {"how": template.how, "contrast": template.contrast, "label": template.label}
    return [(f"design {template.design}, {name}", text) for name, text in said.items()]


def _digest(content: Mapping[str, object], scales: list[Instrument], comparison: Comparison | None) -> str:
    scoring = [asdict(scale) | {"reversed": sorted(scale.reversed)} for scale in scales]
    declared: dict[str, object] = {"protocol": content, "instruments": scoring}
    if comparison is not None:
        declared["design"] = comparison.template.content
    canonical = json.dumps(declared, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
