"""Disclosure rules, read from `data/policies/<name>.yml`: each has a value, a status and a source."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from gm_workbench.errors import DeclarationError, did_you_mean
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import LOADER
from gm_workbench.vocabulary.text import Text

DEFAULT_POLICY = "cbs-stijl"
LABEL = {"nl": "voorcontrole, geen officiële toestemming", "en": "a pre-check and not an official clearance"}
"""What every policy says of itself; a file that claims more is not read."""


class Method(StrEnum):
    """What happens to small counts. A policy has one method."""

    SUPPRESS = "suppress"  # small cells are hidden, and others with them until none can be worked out; the rest is exact
    ROUND = "round"  # small counts are one class, the others are rounded; totals are sums of what is printed


@dataclass(frozen=True, slots=True)
class Rule:
    """One number of a policy, and where it comes from."""

    value: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A set of disclosure rules. It is a pre-check and not an official clearance, and `label` says so."""

    name: str
    version: str
    title: Text
    label: Text
    method: Method
    rules: Mapping[str, Rule]
    digest: str

    @property
    def threshold(self) -> int:
        """Fewest persons that may be shown."""
        return int(self.rules["threshold"].value)

    @property
    def base(self) -> int:
        """What every printed number of persons behind a result is rounded to."""
        return int(self.rules["base"].value)

    @property
    def minimum_df(self) -> int:
        """Fewest observations minus coefficients."""
        return int(self.rules["minimum_df"].value)

    @property
    def dominance(self) -> float:
        """Largest share of a sum of money that one person may have."""
        return self.rules["dominance"].value

    @property
    def class_share(self) -> float:
        """Largest share of a group that may have a sensitive value."""
        return self.rules["class_share"].value

    @property
    def class_share_everywhere(self) -> bool:
        """Whether `class_share` holds for every category, not only for sensitive ones."""
        return bool(self.rules["class_share_everywhere"].value)

    @property
    def minimum_groups(self) -> int:
        """Fewest coaches or teams behind a result that speaks of them, on each side of a comparison."""
        return int(self.rules["minimum_groups"].value)

    @property
    def group_share(self) -> float:
        """Largest share that one coach or team may have of the persons behind a result, on each side of a comparison."""
        return self.rules["group_share"].value

    @property
    def zero_is_safe(self) -> bool:
        """Whether an empty cell may be told apart from a small one."""
        return bool(self.rules["zero_is_safe"].value)

    @property
    def width(self) -> int:
        """How far apart the possible values of a hidden count must stay."""
        return int(self.rules["width"].value)

    @property
    def significant(self) -> int:
        """Digits of its standard error to which an estimate is released."""
        return int(self.rules["significant"].value)

    def is_small(self, count: int) -> bool:
        """Whether so many persons may not be shown."""
        return (0 if not self.zero_is_safe else 1) <= count < self.threshold

    @property
    def smallest(self) -> int:
        """Smallest count that is hidden."""
        return 1 if self.zero_is_safe else 0


@dataclass(frozen=True, slots=True)
class _Range:
    low: float
    high: float
    kind: type = int

    def holds(self, value: object) -> bool:
        if self.kind is bool or isinstance(value, bool):
            return self.kind is bool and isinstance(value, bool)
        if isinstance(value, int):
            return self.low <= value <= self.high
        return self.kind is float and isinstance(value, float) and self.low <= value <= self.high

    def __str__(self) -> str:
        name = {int: "a whole number", float: "a number", bool: "true or false"}[self.kind]
        return name if self.kind is bool else f"{name} from {self.low:g} to {self.high:g}"


_RULES = {
    "threshold": _Range(2, 100),
    "base": _Range(1, 100),
    "minimum_df": _Range(1, 100),
    "dominance": _Range(0.01, 1, float),
    "class_share": _Range(0.5, 1, float),
    "class_share_everywhere": _Range(0, 1, bool),
    "minimum_groups": _Range(2, 100),
    "group_share": _Range(0.01, 1, float),
    "zero_is_safe": _Range(0, 1, bool),
    "width": _Range(1, 99),
    "significant": _Range(1, 6),
}
_KEYS = ("name", "version", "title", "label", "method", "rules")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_STATUS = ("documented", "assumed")


class _Loader(LOADER):  # type: ignore[misc]  # a safe loader
    """Refuses a key that is written twice, which YAML would read as the last one, and rules that stand elsewhere (`<<`)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.YAMLError(f"written twice: {', '.join(twice)}")
        if "<<" in keys:
            raise yaml.YAMLError("<< takes rules from elsewhere: write each where it holds")
        return dict(super().construct_mapping(node, deep))


def policy_names(folder: Path | None = None) -> tuple[str, ...]:
    """List the policies that there are."""
    return tuple(sorted(file.stem for file in (folder or paths().policies).glob("*.yml")))


def load_policy(name: str, folder: Path | None = None) -> Policy:
    """Open `<name>.yml` in the folder of policies and read it.

    Raises
    ------
    DeclarationError
        If there is no such policy (the message lists those that there are), or the file is malformed (every fault is listed).
    """
    home = folder or paths().policies
    known = policy_names(home)
    if name not in known:
        raise DeclarationError(
            f"A policy must be one of {', '.join(known) or '(none found)'} but got {name!r}, in {home.name}/."
            + did_you_mean(name, known)
        )
    try:
        text = (home / f"{name}.yml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = type(error).__name__
        raise DeclarationError(f"Policy {name}: {home.name}/{name}.yml cannot be read as a file of UTF-8 ({reason}).") from None
    return parse_policy(text, name)


def parse_policy(text: str, name: str) -> Policy:
    """Read the text of a policy file, whose name must be `name`."""
    try:
        # _Loader is a SafeLoader: it makes plain values only
        raw = yaml.load(text, _Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise DeclarationError(f"Policy {name}: the file is not readable as YAML ({str(error).splitlines()[0]}).") from None
    faults = _faults(raw, name) if isinstance(raw, dict) else ["it must be a mapping of keys to values"]
    if faults:
        raise DeclarationError(f"Policy {name} is malformed:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return Policy(
        name,
        raw["version"],
        Text(**raw["title"]),
        Text(**raw["label"]),
        Method(raw["method"]),
        {key: Rule(rule["value"], rule["status"], rule["source"]) for key, rule in raw["rules"].items()},
        hashlib.sha256(text.encode()).hexdigest(),
    )


def _faults(raw: dict[str, Any], name: str) -> list[str]:
    rules = raw.get("rules")
    methods = ", ".join(Method)
    own = [
        (raw.get("name") != name, f"name must be {name}, as the file is called"),
        (_NAME.fullmatch(name) is None, "a name must be lower case letters, digits and hyphens"),
        (not (isinstance(raw.get("version"), str) and raw["version"].strip()), "version must be a text, in quotes"),
        (not _is_text(raw.get("title")), "title must have nl and en"),
        (not _is_text(raw.get("label")), "label must have nl and en"),
        (raw.get("label") != LABEL, f"label must read {LABEL['nl']!r} and {LABEL['en']!r}: no policy is more than that"),
        (raw.get("method") not in list(Method), f"method must be one of {methods}"),
        (not isinstance(rules, dict), "rules must be a mapping"),
    ]
    return [
        *_key_faults("key", raw, _KEYS),
        *(text for wrong, text in own if wrong),
        *(_rule_faults(rules) if isinstance(rules, dict) else []),
    ]


def _is_text(value: object) -> bool:
    return (
        isinstance(value, dict) and set(value) == {"nl", "en"} and all(isinstance(v, str) and v.strip() for v in value.values())
    )


def _key_faults(what: str, got: Mapping[Any, object], allowed: tuple[str, ...]) -> list[str]:
    unknown = [f"unknown {what} {key!r}.{did_you_mean(str(key), allowed)}" for key in got if key not in allowed]
    return [*unknown, *(f"{what} {key} is missing" for key in allowed if key not in got)]


def _rule_faults(rules: dict[str, Any]) -> list[str]:
    faults = _key_faults("rule", rules, tuple(_RULES))
    for key in (key for key in _RULES if key in rules):
        rule = rules[key]
        if not isinstance(rule, dict) or set(rule) != {"value", "status", "source"}:
            faults.append(f"rule {key} must have value, status and source, and nothing else")
            continue
        if not _RULES[key].holds(rule["value"]):
            faults.append(f"rule {key}: value must be {_RULES[key]} but got {rule['value']!r}")
        if rule["status"] not in _STATUS:
            faults.append(f"rule {key}: status must be one of {', '.join(_STATUS)} but got {rule['status']!r}")
        if not (isinstance(rule["source"], str) and rule["source"].strip()):
            faults.append(f"rule {key}: source must be a text")
    return faults or _relation_faults(rules)


def _relation_faults(rules: dict[str, Any]) -> list[str]:
    threshold, base, width = (rules[key]["value"] for key in ("threshold", "base", "width"))
    return [
        text
        for wrong, text in (
            (base > threshold, "rule base must not exceed threshold, or persons who may be counted would round to none"),
            (width > threshold - 2, "rule width must be at most threshold - 2, or no hidden count can have it"),
        )
        if wrong
    ]
