"""What is not as it was when a report was made: code, data, environment, rules or seed, by two manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

UNKNOWN = ("", "unknown")


class Part(StrEnum):
    """A part of the circumstances of a report."""

    CODE = "code"
    DATA = "data"
    ENVIRONMENT = "environment"
    RULES = "rules"  # protocol, policy and decisions: declared, and neither code nor data
    SEED = "seed"


PART_OF = {
    "commit": Part.CODE,
    "dirty": Part.CODE,
    "parameters": Part.CODE,
    "inputs": Part.DATA,
    "kind": Part.DATA,
    "lock": Part.ENVIRONMENT,
    "versions": Part.ENVIRONMENT,
    "machine": Part.ENVIRONMENT,
    "protocol_digest": Part.RULES,
    "policy": Part.RULES,
    "policy_version": Part.RULES,
    "decisions": Part.RULES,
    "seed": Part.SEED,
}
"""To which part each entry of a manifest belongs."""


@dataclass(frozen=True, slots=True)
class Change:
    """One circumstance that is another than it was; None where there is or was none."""

    part: Part
    name: str
    was: Any
    now: Any


def changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Change, ...]:
    """Compare the manifests of two reports.

    >>> changes({"commit": "a", "versions": {"numpy": "1"}}, {"commit": "b", "versions": {"numpy": "1"}})
    (Change(part=<Part.CODE: 'code'>, name='commit', was='a', now='b'),)
    """
    return tuple(
        Change(part, name, old, new)
        for key, part in PART_OF.items()
        for name, old, new in _entries(key, was.get(key), now.get(key))
        if old != new
    )


def _entries(key: str, was: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    """Take an entry that is a table apart, so that each file and each package has its own line."""
    if not isinstance(was or now, Mapping):
        yield key, was, now
        return
    old, new = was or {}, now or {}
    for name in sorted({*old, *new}):
        yield name, old.get(name), new.get(name)


def code_is_known(manifest: Mapping[str, Any]) -> bool:
    """Say whether the code of a report is on record: committed, and no file differed from the commit."""
    return manifest.get("commit", "") not in UNKNOWN and not manifest.get("dirty", False)


def exactly(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Say whether numbers must agree to the last digit: the same type of machine, and the same packages."""
    known = bool(was.get("machine"))
    return known and all(was.get(key) == now.get(key) for key in ("machine", "lock", "versions"))
