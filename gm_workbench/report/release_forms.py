"""What each entry of a finished report must be, as it is declared where it is written; anything else is refused.

A fault names the file, the place in it, what is allowed and which kind of thing was got. What was got is never told: who
forges a report may write anything there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from gm_workbench.errors import did_you_mean
from gm_workbench.guard.released import Verdict
from gm_workbench.outputs.cell import MOST_PERSONS
from gm_workbench.outputs.output import Role, Shape
from gm_workbench.report.csvfiles import LEVEL
from gm_workbench.report.judged import JUDGED
from gm_workbench.report.manifest import MANIFEST, Manifest
from gm_workbench.vocabulary.protocol_parts import Assignment
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import LANGUAGES

ESTIMATES = "estimates.json"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(r"GM\d{4}|[a-z][a-z0-9_-]*")
MARK = re.compile(r"<\d+|–")


@dataclass(frozen=True, slots=True)
class Form:
    """What an entry may be: in words, as a test, and as the words of a list where it is one of these."""

    allowed: str
    holds: Callable[[Any], bool]
    words: tuple[str, ...] = ()


def _one_of(words: type[StrEnum] | tuple[str, ...]) -> Form:
    known = tuple(str(word) for word in words)
    return Form(f"one of {', '.join(known)}", lambda got: isinstance(got, str) and got in known, known)


def _list_of(form: Form) -> Form:
    return Form(f"a list, each {form.allowed}", lambda got: isinstance(got, list) and all(map(form.holds, got)), form.words)


def _is_whole(got: object) -> bool:
    return isinstance(got, int) and not isinstance(got, bool) and 0 <= got <= MOST_PERSONS


def _is_number(got: object) -> bool:
    return isinstance(got, int | float) and not isinstance(got, bool) and math.isfinite(got)


def _is_text_in_both(got: object) -> bool:
    return isinstance(got, dict) and got.keys() == set(LANGUAGES) and all(isinstance(one, str) for one in got.values())


TEXT = Form("a text", lambda got: isinstance(got, str))
NAME = Form(
    "a name of lower case letters, digits and underscores", lambda got: isinstance(got, str) and bool(_ID.fullmatch(got))
)
NAME_OR_NONE = Form("a name of lower case letters, digits and underscores, or empty", lambda got: got == "" or NAME.holds(got))
PLACE = Form(
    "a code such as GM0855, or a name of lower case letters", lambda got: isinstance(got, str) and bool(_PLACE.fullmatch(got))
)
BOTH = Form("a text in nl and in en", _is_text_in_both)
FLAG = Form("true or false", lambda got: isinstance(got, bool))
PERSONS = Form(f"a whole number of persons from 0 to {MOST_PERSONS:,}, or the mark of a hidden one", lambda got: _is_n(got))
WHOLE = Form("a whole number, 0 or more", _is_whole)
NUMBER = Form("a number", _is_number)
NUMBER_OR_NONE = Form("a number, or null", lambda got: got is None or _is_number(got))
WHOLE_OR_NONE = Form("a whole number, or null", lambda got: got is None or (isinstance(got, int) and not isinstance(got, bool)))
TEXT_OR_NONE = Form("a text, or null", lambda got: got is None or isinstance(got, str))
ERROR = Form("a number, 0 or more, or null", lambda got: got is None or (_is_number(got) and got >= 0))
LIST = Form("a list", lambda got: isinstance(got, list))
TABLE = Form("a table of names and values", lambda got: isinstance(got, dict))
TEXTS = Form(
    "a table of names and texts", lambda got: isinstance(got, dict) and all(isinstance(one, str) for one in got.values())
)
PLAIN = Form(
    "a table of names, each with a text or a number",
    lambda got: isinstance(got, dict) and all(isinstance(one, str) or _is_number(one) for one in got.values()),
)


def _is_n(got: object) -> bool:
    return _is_whole(got) or (isinstance(got, str) and MARK.fullmatch(got) is not None)


OUTPUT: Mapping[str, Form] = {
    "id": NAME,
    "role": _one_of(Role),
    "verdict": _one_of(tuple(one.name.lower() for one in Verdict)),
    "reasons": _list_of(TEXT),
    "shapes": _list_of(_one_of(Shape)),
    "counts": _one_of(("exact", "rounded")),
    "cells": WHOLE,
    "hidden": WHOLE,
    "withheld": FLAG,
    **dict.fromkeys(("heading", "context", "population", "period"), BOTH),
    "estimand": NAME_OR_NONE,
}
GUARD: Mapping[str, Form] = {
    "schema": WHOLE,
    "study": NAME,
    "place": PLACE,
    "period": TEXT,
    "data_kind": _one_of(DataKind),
    "policy": TABLE,
    "outputs": LIST,
}
ESTIMATE: Mapping[str, Form] = {
    **dict.fromkeys(("name", "estimand"), NAME),
    "n": PERSONS,
    "unit": TEXT,
    "level": Form(f"{LEVEL:g}", lambda got: got == LEVEL),
    "estimate": NUMBER,
    **dict.fromkeys(("low", "high"), NUMBER_OR_NONE),
    "standard_error": ERROR,
}
POOLED: Mapping[str, Form] = {
    "study": NAME,
    "place": PLACE,
    **dict.fromkeys(("period", "policy", "policy_version"), TEXT),
    "data_kind": _one_of(DataKind),
    "protocol_version": WHOLE,
    "design": TEXT_OR_NONE,
    "assignment": _one_of(Assignment),
    "estimates": LIST,
    "withheld": _list_of(NAME),
}
MADE: Mapping[str, Form] = {
    **{one.name: TEXT for one in fields(Manifest)},
    "study": NAME,
    "place": PLACE,
    "kind": _one_of(DataKind),
    "language": _one_of(LANGUAGES),
    "parameters": PLAIN,
    **dict.fromkeys(("inputs", "versions"), TEXTS),
    "dirty": FLAG,
    "protocol_version": WHOLE,
    "seed": WHOLE_OR_NONE,
    **dict.fromkeys(("caveat", "period_name", "heading"), BOTH),
    **dict.fromkeys(("limits", "remarks"), _list_of(BOTH)),
    **dict.fromkeys(("started", "finished"), TEXT),
}


def form_faults(
    manifest: Mapping[str, Any], judged: Mapping[str, Any], estimates: Mapping[str, Any], needed: tuple[str, ...]
) -> list[str]:
    """Say where the files of a report hold what is not declared, or miss what is.

    Parameters
    ----------
    manifest, judged, estimates : mapping
        What `manifest.json`, `guard.json` and `estimates.json` hold.
    needed : tuple of str
        What a manifest must hold; other keys that are declared may be missing, for older versions did not write them.
    """
    faults = [
        *_faults(MANIFEST, manifest, MADE, needed),
        *_faults(JUDGED, judged, GUARD, tuple(GUARD)),
        *_faults(ESTIMATES, estimates, POOLED, tuple(POOLED)),
    ]
    for file, key, content, forms in ((JUDGED, "outputs", judged, OUTPUT), (ESTIMATES, "estimates", estimates, ESTIMATE)):
        listed = content.get(key)
        for at, one in enumerate(listed if isinstance(listed, list) else [], start=1):
            faults += _faults(f"{file}: {key}, number {at}", one, forms, tuple(forms))
    return faults


def _faults(where: str, content: object, forms: Mapping[str, Form], needed: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(content, dict):
        yield f"{where}: must be {TABLE.allowed}, but got {got(content)}"
        return
    yield from (f"{where}: {key} is missing" for key in needed if key not in content)
    unknown = [key for key in content if key not in forms]
    if unknown:
        hint = did_you_mean(unknown[0], forms)
        yield f"{where}: holds {len(unknown)} keys that nobody knows; known are {', '.join(forms)}.{hint}"
    for key, form in forms.items():
        if key in content and not form.holds(content[key]):
            yield f"{where}: {key} must be {form.allowed}, but got {got(content[key])}.{_hint(content[key], form)}"


def _hint(value: object, form: Form) -> str:
    return did_you_mean(value, form.words) if isinstance(value, str) else ""


def got(value: object) -> str:
    """Say which kind of thing was got, and never what it was.

    >>> [got(one) for one in ("a", 25_000_000, -1, 0.5, None, True, [], {})]
    ['another text', 'a number', 'a number', 'a number', 'nothing', 'true or false', 'a list', 'a table']
    """
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (str, "another text"),
        ((int, float), "a number"),
        (list, "a list"),
        (dict, "a table"),
    )
    return next((said for kind, said in kinds if isinstance(value, kind)), "nothing")
