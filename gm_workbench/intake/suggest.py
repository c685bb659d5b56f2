"""A first version of a mapping for a file that nobody declared, from its headers and from what its columns look like.

In: a path and the sources that are known. Out: YAML for a data steward to complete. Never: a cell, except the words of a code
column that are known to a list, stand in many rows and hold no digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

import numpy as np
import yaml

from gm_workbench.intake.declared.grammar import ColumnRule, PersonKind, Transform
from gm_workbench.intake.declared.sources import Source
from gm_workbench.intake.faults import masked
from gm_workbench.intake.reading.files import open_file
from gm_workbench.intake.reading.opened import FileKind, Opened
from gm_workbench.intake.reading.recognise import folded
from gm_workbench.intake.reading.sniff import sniff
from gm_workbench.intake.rows.codes import fold
from gm_workbench.intake.rows.dates import ALL_WAYS, filled, read_dates
from gm_workbench.intake.rows.encode import Cells, gather
from gm_workbench.intake.rows.numbers import read_numbers
from gm_workbench.intake.rows.persons import own_and_other, whole_numbers
from gm_workbench.vocabulary.codes import CodeList, code_list, code_list_names
from gm_workbench.vocabulary.schemas import DataKind

NEAR = 0.75
"""So alike a header must be to a known one."""

MOSTLY = 0.8
"""This share of the texts must look like something before it is taken for it."""

PERSONS = 0.5
MOST_WORDS = 30
LEAST_ROWS = 10
BATCHES = 4
"""So many batches of a file are looked at."""

UNKNOWN = "???"
_FOLDS = frozenset({"case", "accents", "spaces"})
_FORMATS = {FileKind.XLSX: "xlsx", FileKind.XLS: "xlsx", FileKind.ODS: "ods", FileKind.SAV: "sav", FileKind.XML: "xml"}

_HEAD = """# A first version, made by looking at headers and at what columns look like. Check every line and fill in each ???.
# Delete what is not needed: a column that is not named here or under ignore is not read. docs/intake.md explains the words.
"""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column may be: the table and rule of the known header that is most like it, and what its cells look like."""

    header: str
    table: str = ""
    rule: ColumnRule | None = None
    looks: str = ""
    listed: str = ""
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class _Known:
    """Every header of every source, folded, with what it means."""

    rules: dict[str, list[tuple[str, ColumnRule]]] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: Iterable[Source]) -> _Known:
        known = cls()
        for source in sources:
            for table in source.tables:
                for rule in table.columns.values():
                    for header in (*rule.headers[:1], *rule.aliases):
                        known.rules.setdefault(folded(header, _FOLDS), []).append((table.table.name, rule))
        return known

    def near(self, header: str) -> list[tuple[str, ColumnRule]]:
        """Give what the most alike known header means; nothing when none is alike."""
        name = folded(header, _FOLDS)
        scored = [(SequenceMatcher(None, name, other).ratio(), other) for other in self.rules]
        score, best = max(scored, default=(0.0, ""))
        return self.rules[best] if score >= NEAR else []


def suggest(path: Path, sources: Iterable[Source]) -> str:
    """Draft a mapping for a file.

    Parameters
    ----------
    path : Path
        The file; of a workbook the first sheet with columns counts.
    sources : iterable of Source
        All that are known; their headers are what this one's are held against.

    Returns
    -------
    str
        YAML. What could not be told is ``???``, so that the draft is a fault until somebody has filled it in.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    tables = open_file(path, sniff(path))
    opened = next((table for table in tables if table.headers and not table.refused), tables[0])
    return draft(opened, sources)


def draft(opened: Opened, sources: Iterable[Source]) -> str:
    """Draft a mapping for an opened table."""
    known = _Known.of(sources)
    guesses = _guesses(opened)
    votes = Counter(table for guess in guesses for table, _ in known.near(guess.header))
    table = votes.most_common(1)[0][0] if votes else UNKNOWN
    content = _content(opened, table, [_settled(guess, known, table) for guess in guesses])
    return _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def _settled(guess: Guess, known: _Known, table: str) -> Guess:
    rules = [rule for name, rule in known.near(guess.header) if name == table]
    return Guess(guess.header, table, rules[0] if rules else None, guess.looks, guess.listed, guess.words)


def _guesses(opened: Opened) -> list[Guess]:
    headers = [header for header in opened.headers if header]
    if opened.refused or opened.sniffed.kind is FileKind.XML:
        return [Guess(header) for header in headers]
    sheet = gather(islice(opened.batches(headers), BATCHES), {header: header for header in headers}, ("",))
    lists = [code_list(name) for name in code_list_names()]
    return [_look(header, sheet.cells[header], lists) for header in headers]


def _look(header: str, cells: Cells, lists: Sequence[CodeList]) -> Guess:
    texts = cells.texts
    some = filled(texts)
    if not some.any():
        return Guess(header)
    persons = sum(each[whole_numbers(texts) >= 0].sum() for each in own_and_other(whole_numbers(texts), DataKind.REAL))
    if persons > PERSONS * some.sum():
        return Guess(header, looks="bsn")
    if (~np.isnan(read_dates(texts, ALL_WAYS[:-1]).values)).sum() >= MOSTLY * some.sum():
        return Guess(header, looks="date")
    listed = _list_of(cells.words, lists)
    if listed is not None:
        return Guess(header, looks="label", listed=listed.name, words=tuple(_safe_words(cells, listed)))
    numbers = (~np.isnan(read_numbers(texts).values)).sum() >= MOSTLY * some.sum()
    return Guess(header, looks="decimal" if numbers else "")


def _list_of(words: Sequence[str], lists: Sequence[CodeList]) -> CodeList | None:
    """Give the list of which most of the words are labels."""
    names = {fold(word) for word in words if word}
    if not names or len(names) > MOST_WORDS:
        return None
    shares = [(len(names & {fold(code.label.nl) for code in one.codes}) / len(names), at) for at, one in enumerate(lists)]
    share, at = max(shares)
    return lists[at] if share >= PERSONS else None


def _safe_words(cells: Cells, listed: CodeList) -> Iterator[str]:
    """Give the words that may be shown: known to the list, in many rows, without a digit."""
    labels = {fold(code.label.nl) for code in listed.codes}
    rows = np.bincount(cells.index, minlength=len(cells.texts))
    for word, count in zip(cells.words, rows, strict=True):
        if word and count >= LEAST_ROWS and fold(word) in labels and not any(sign.isdigit() for sign in word):
            yield word


def _content(opened: Opened, table: str, guesses: Sequence[Guess]) -> dict[str, object]:
    person = next((guess for guess in guesses if guess.looks == PersonKind.BSN), None)
    columns = {_column(guess): _entry(guess) for guess in guesses if guess is not person and _column(guess)}
    used = {guess.header for guess in guesses if _column(guess)} | ({person.header} if person else set())
    known = [guess.header for guess in guesses if guess.header in used]
    number = {"number": shown(person.header), "kind": "bsn"} if person else {"number": UNKNOWN, "kind": UNKNOWN}
    return {
        "source": fold(masked(Path(opened.name).stem)).replace(" ", "_") or UNKNOWN,
        "status": "assumed",
        "made_by": UNKNOWN,
        "format": _FORMATS.get(opened.sniffed.kind, "text"),
        "recognised_by": [shown(header) for header in known[:3]] or [UNKNOWN],
        "person": number,
        "ignore": [shown(guess.header) for guess in guesses if guess.header not in used],
        "tables": {table: {"columns": columns}},
    }


def shown(header: str) -> str:
    """Give a header as it may be shown: a run of digits in it may be somebody's number.

    >>> shown("Start uitkering"), shown("999912345")
    ('Start uitkering', '#########')
    """
    return masked(header)


def _column(guess: Guess) -> str:
    rule = guess.rule
    if rule is not None and rule.column:
        return "" if rule.transform is Transform.IDENTIFIER else rule.column
    return f"{UNKNOWN} {shown(guess.header)}" if rule is None and guess.looks in ("date", "label", "decimal") else ""


def _entry(guess: Guess) -> dict[str, object]:
    """Draft one column; what its cells look like goes before what the known header was."""
    rule = guess.rule
    entry: dict[str, object] = {"from": shown(guess.header)}
    if guess.looks == "label":
        return entry | {
            "as": "code",
            "list": guess.listed,
            "read": "label",
            "words": dict.fromkeys(guess.words or [UNKNOWN], UNKNOWN),
        }
    entry["as"] = str(rule.transform) if rule is not None else guess.looks
    if rule is not None:
        entry |= {"domain": rule.domain} if rule.domain else {}
        entry |= {"list": rule.lists[0]} if rule.lists else {}
        entry |= {"words": dict(rule.words)} if rule.words and not rule.lists else {}
    return entry
