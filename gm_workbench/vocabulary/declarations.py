"""Declaration files, opened and read: every fault in a file is found before the first one is reported.

A declaration (protocol, instrument, code list) is written by people, so a wrong one must say everything that is wrong with it
at once. Values in these files are never a citizen's, so a message may quote them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Hashable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from gm_workbench.errors import DeclarationError, did_you_mean
from gm_workbench.vocabulary.text import Text

T = TypeVar("T")

_NO_TEXT = Text("", "")


class Status(StrEnum):
    """How a fact is known."""

    DOCUMENTED = "documented"  # read in a public source, which is named
    ASSUMED = "assumed"  # plausible, chosen here, to be replaced
    LABEL_ONLY = "label_only"  # the label is documented, its code is not public


_PUBLIC_SOURCE = re.compile(r"https?://\w+\.\w+|\bBWBR\d{7}\b")


def source_fault(status: str, source: str) -> str:
    """Say what is wrong with a source, or give an empty string.

    >>> source_fault("documented", "BWBR0031830, annex 1"), source_fault("documented", "a colleague")
    ('', 'documented needs a source with a web address or the number of a law (BWBR and seven digits), or must become assumed')
    """
    if status == Status.ASSUMED or _PUBLIC_SOURCE.search(source):
        return ""
    return f"{status} needs a source with a web address or the number of a law (BWBR and seven digits), or must become assumed"


class Form:
    """One mapping of a declaration file: gives typed values, and notes what is wrong instead of stopping there.

    A method that meets a fault notes it and returns an empty value of the right type, so that reading goes on. `close` notes
    keys that nobody asked for; `finish` raises when anything was noted.
    """

    def __init__(self, content: object, where: str, faults: list[str]) -> None:
        self.where = where
        self.faults = faults
        self._asked: set[str] = set()
        self._faulty: set[str] = set()
        self._content: Mapping[str, object] = content if isinstance(content, dict) else {}
        if not isinstance(content, dict):
            faults.append(f"{where or 'the file'} must be a mapping of names to values but got {content!r}")

    @property
    def content(self) -> Mapping[str, object]:
        return self._content

    def sound(self, *keys: str) -> bool:
        """Say whether nothing was wrong with these keys so far; what follows from a fault is not a fault of its own."""
        return self._faulty.isdisjoint(keys)

    def fault(self, key: str, text: str) -> None:
        self._faulty.add(key)
        self.faults.append(f"{self._at(key)} {text}")

    def _at(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def _take(self, key: str, kinds: tuple[type, ...], wanted: str, otherwise: T) -> Any | T:
        self._asked.add(key)
        if key not in self._content:
            self.fault(key, f"is missing; it must be {wanted}")
            return otherwise
        value = self._content[key]
        # YAML reads `yes` and `no` as booleans, and Python counts booleans as whole numbers
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            self.fault(key, f"must be {wanted} but got {value!r}")
            return otherwise
        return value

    def has(self, key: str) -> bool:
        self._asked.add(key)
        return self._content.get(key) is not None

    def text(self, key: str) -> str:
        value = str(self._take(key, (str,), "a text", "")).strip()
        if not value and self.sound(key):
            self.fault(key, "must not be empty")
        return value

    def number(self, key: str) -> float:
        return float(self._take(key, (int, float), "a number", 0.0))

    def whole(self, key: str, least: int | None = None) -> int:
        value = int(self._take(key, (int,), "a whole number", 0))
        if least is not None and value < least and self.sound(key):
            self.fault(key, f"must be {least} or more but got {value}")
        return value

    def flag(self, key: str) -> bool:
        return bool(self._take(key, (bool,), "true or false", False))

    def value(self, key: str) -> str | float:
        value: str | float = self._take(key, (str, int, float), "a text or a number", "")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in allowed and self.sound(key):
            self.fault(key, f"must be one of {', '.join(allowed)} but got {value!r}.{did_you_mean(value, allowed)}")
        return value if value in allowed else allowed[0]

    def list(self, key: str) -> tuple[object, ...]:
        return tuple(self._take(key, (list,), "a list", []))

    def words(self, key: str) -> tuple[str, ...]:
        values = self.list(key)
        wrong = [value for value in values if not isinstance(value, str)]
        if wrong:
            self.fault(key, f"must be a list of texts but holds {', '.join(map(repr, wrong))}")
        return tuple(value for value in values if isinstance(value, str))

    def both(self, key: str) -> Text:
        """Read a text in both languages."""
        value: object = self._take(key, (dict,), "a text in two languages (nl, en)", None)
        return self._languages(key, value) if value else _NO_TEXT

    def both_each(self, key: str) -> tuple[Text, ...]:
        """Read a list of texts, each in both languages."""
        return tuple(self._languages(f"{key}[{i}]", value) for i, value in enumerate(self.list(key), start=1))

    def _languages(self, key: str, value: object) -> Text:
        form = Form(value, self._at(key), self.faults)
        text = Text(form.text("nl"), form.text("en"))
        form.close()
        return text

    def child(self, key: str) -> Form:
        return Form(self._take(key, (dict,), "a mapping", {}), self._at(key), self.faults)

    def children(self, key: str) -> dict[str, Form]:
        values: dict[object, object] = self._take(key, (dict,), "a mapping of names", {})
        return {str(name): Form(value, self._at(f"{key}.{name}"), self.faults) for name, value in values.items()}

    def known_by(self) -> tuple[Status, str]:
        """Read `status` and `source` and hold the one against the other."""
        status, source = self.one_of("status", tuple(Status)), self.text("source")
        fault = source_fault(status, source)
        if fault and self.sound("status", "source"):
            self.fault("source", f"{fault}; got {source!r}")
        return Status(status), source

    def close(self) -> None:
        """Note every key that was never asked for, so that a misspelt one is not silently ignored."""
        for key in sorted(str(key) for key in self._content if key not in self._asked):
            self.fault(
                key,
                f"is not a name that is known here; allowed: {', '.join(sorted(self._asked))}.{did_you_mean(key, self._asked)}",
            )

    def finish(self, path: Path) -> None:
        """Raise one error that lists every fault of the file."""
        self.close()
        if self.faults:
            listed = "".join(f"\n  - {fault}" for fault in self.faults)
            raise DeclarationError(
                f"{path.name} in {path.parent} has {len(self.faults)} fault(s); mend them and try again:{listed}"
            )


LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""A safe loader, in C where there is one: it reads a thousand files in the time in which the one in Python reads a hundred."""


DEEPEST = 30


def load_plain(text: str) -> Any:
    """Read YAML that somebody else wrote: without references, which can make a few lines endless, and not nested too deep.

    Raises
    ------
    yaml.YAMLError
        When it is no such YAML.

    Examples
    --------
    >>> load_plain("place: GM0855")
    {'place': 'GM0855'}
    """
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):  # one after another: what reads it whole may run out of stack
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
            raise yaml.YAMLError("references, or nesting that is too deep")
    return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader


class _OneKeyOnce(LOADER):  # type: ignore[misc]  # which of the two, is known when it runs
    """YAML keeps the last of two equal keys without a word; here that is a fault."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the name {key!r} occurs twice", key_node.start_mark)
            seen.add(key)
        return dict(super().construct_mapping(node, deep))


def open_form(path: Path) -> Form:
    """Open a YAML declaration; the form notes faults from here on.

    Raises
    ------
    DeclarationError
        If the file is not there, is not UTF-8 or is not YAML.
    """
    if not path.is_file():
        others = sorted(other.stem for other in path.parent.glob(f"*{path.suffix}"))
        there = ", ".join(others) or "none"
        raise DeclarationError(f"No {path.name} in {path.parent}; there are: {there}.{did_you_mean(path.stem, others)}")
    try:
        return Form(yaml.load(path.read_text(encoding="utf-8"), Loader=_OneKeyOnce), "", [])  # noqa: S506 -- a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{path.name} in {path.parent} cannot be read as UTF-8 YAML: {error}") from error


def read_rows(path: Path, header: tuple[str, ...]) -> list[dict[str, str]]:
    """Open a CSV declaration (comma, UTF-8) whose columns must be exactly `header`.

    Raises
    ------
    DeclarationError
        If the file is not there, is not UTF-8, or its columns or the number of cells in a row differ.
    """
    if not path.is_file():
        raise DeclarationError(f"No file {path.name} in {path.parent}; it must be a CSV file with columns {', '.join(header)}.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            got, *rows = list(csv.reader(file)) or [[]]
    except (UnicodeError, csv.Error) as error:
        raise DeclarationError(f"{path.name} must be a CSV file in UTF-8 with commas; save it as CSV UTF-8.") from error
    if tuple(got) != header:
        raise DeclarationError(f"{path.name}: the columns must be {', '.join(header)} but got {', '.join(got) or 'nothing'}.")
    wrong = [str(line) for line, row in enumerate(rows, start=2) if len(row) != len(header)]
    if wrong:
        raise DeclarationError(
            f"{path.name}: every row must have {len(header)} cells, but line(s) {', '.join(wrong)} have not."
        )
    return [dict(zip(header, row, strict=True)) for row in rows]
