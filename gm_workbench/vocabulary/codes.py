"""Codes as values: places, numbers of persons, and the statutory code lists with the days they were valid.

Facts live in `data/codes`; each file there has a data card beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from gm_workbench.errors import DeclarationError, UnknownPlace, did_you_mean
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Status, read_rows, source_fault
from gm_workbench.vocabulary.text import Text

_PLACE = re.compile(
    r"""
      (?P<municipality> GM \d{4} )                  # CBS municipality code: GM0855; statutory files write 0855
    | published- (?P<published> [a-z][a-z0-9]* )    # a public data set that stands in for a place: published-wages
    """,
    re.VERBOSE,
)

SYNTHETIC_REMAINDER = 5
"""Remainder of the eleven test that every synthetic person carries, so that none can be a citizen's number (remainder 0)."""

_PLACES_HEADER = ("code", "name", "valid_from", "valid_to")
_MERGERS_HEADER = ("old_code", "new_code", "day", "source")
_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])


class PlaceKind(StrEnum):
    """What a place is."""

    MUNICIPALITY = "municipality"
    FICTIONAL = "fictional"  # synthetic data only
    PUBLISHED = "published"  # a public data set


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality and the days between which its code was valid; an empty end is open."""

    code: str
    name: str
    valid_from: date | None
    valid_to: date | None
    fictional: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report is about: a municipality, a fictional one, or a public data set.

    >>> Place.parse("GM0855").name, Place.parse("GM9901").kind.value, Place.parse("published-wages").name
    ('Tilburg', 'fictional', 'wages')
    """

    code: str
    name: str
    kind: PlaceKind

    @classmethod
    def parse(cls, text: str, folder: Path | None = None) -> Place:
        """Read `GM0855` or `published-<set>`; `folder` holds the code files.

        Raises
        ------
        UnknownPlace
            If it is neither, or no municipality has that code. The message names the nearest one.
        """
        match = _PLACE.fullmatch(text)
        if match and match["published"]:
            return cls(text, match["published"], PlaceKind.PUBLISHED)
        known = municipalities(folder)
        if text not in known:
            raise UnknownPlace(_unknown_place(text, known, folder))
        kind = PlaceKind.FICTIONAL if known[text].fictional else PlaceKind.MUNICIPALITY
        return cls(text, known[text].name, kind)

    @property
    def statutory(self) -> str:
        """The code as statutory files write it: four digits."""
        return self.code.removeprefix("GM")

    @property
    def label(self) -> Text:
        """The place in words."""
        if self.kind is PlaceKind.PUBLISHED:
            return Text(f"openbare gegevens „{self.name}”", f"public data “{self.name}”")
        return Text(self.name, self.name)


def _unknown_place(text: str, known: dict[str, Municipality], folder: Path | None) -> str:
    merged = {row["old_code"]: row for row in read_rows((folder or paths().codes) / "mergers.csv", _MERGERS_HEADER)}
    by_name = {place.name.casefold(): place.code for place in known.values()}
    meant = by_name.get(text.casefold()) or f"GM{text.zfill(4)}"
    near = get_close_matches(text.casefold(), by_name, n=1, cutoff=0.75)
    meant = by_name[near[0]] if near else meant
    hint = f" HINT: did you mean {meant} ({known[meant].name})?" if meant in known else did_you_mean(text, known)
    if text in merged:
        hint = f" HINT: it became {merged[text]['new_code']} on {merged[text]['day']}."
    return f"A place must be a municipality code such as GM0855, or published-<set>, but got {text!r}.{hint}"


def municipalities(folder: Path | None = None) -> dict[str, Municipality]:
    """Give every municipality by its code, the three fictional ones included.

    >>> len(municipalities()), municipalities()["GM0363"].name
    (345, 'Amsterdam')
    """
    folder = folder or paths().codes
    files = {"municipalities.csv": False, "fictional.csv": True}
    return {code: place for file, fictional in files.items() for code, place in _read_places(folder / file, fictional).items()}


def _read_places(file: Path, fictional: bool) -> dict[str, Municipality]:
    """Read a list of places; a plan asks for it a thousand times, so it is kept for as long as the file stays as it is."""
    seen = file.stat() if file.is_file() else None
    return _places(file, fictional, (seen.st_mtime_ns, seen.st_size) if seen else ())


@lru_cache(maxsize=8)
def _places(file: Path, fictional: bool, _seen: tuple[int, ...]) -> dict[str, Municipality]:
    return {
        row["code"]: Municipality(row["code"], row["name"], _day(row["valid_from"]), _day(row["valid_to"]), fictional)
        for row in read_rows(file, _PLACES_HEADER)
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise DeclarationError(f"A day in a code file must be written as yyyy-mm-dd but got {text!r}.") from error


def eleven_remainder(numbers: Sequence[str] | pd.Series | npt.NDArray[np.str_]) -> npt.NDArray[np.int64]:
    r"""Divide the weighted digits of each number by eleven and give what is left.

    .. math:: r = (9 d_1 + 8 d_2 + \dots + 2 d_8 - d_9) \bmod 11

    Parameters
    ----------
    numbers : sequence of str
        Up to nine digits each; shorter ones are padded with zeros on the left, because leading zeros are often lost.

    Returns
    -------
    array of int
        0 for a number that passes the test, 1-10 for one that does not, and -1 for what is not a number of persons at all:
        empty, longer than nine digits, another character than a digit, or only zeros.

    Notes
    -----
    One in eleven random numbers passes, so passing proves nothing by itself.

    References
    ----------
    https://arthurdejong.org/python-stdnum/doc/2.2/stdnum.nl.bsn

    Examples
    --------
    >>> eleven_remainder(["111222333", "123456789", "12345x"]).tolist()
    [0, 4, -1]
    """
    text = np.asarray(numbers, dtype=np.str_)
    if text.size == 0:
        return np.empty(0, dtype=np.int64)
    length = np.char.str_len(text)
    digits = np.char.zfill(text, 9).astype("U9").view(np.uint32).reshape(-1, 9).astype(np.int64) - ord("0")
    whole = ((digits >= 0) & (digits <= 9)).all(axis=1) & digits.any(axis=1) & (length <= 9)
    return np.where(whole, digits @ _WEIGHTS % 11, -1)


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list, and the days between which it was valid; an empty end is open.

    `word` is what checked tables hold for it: the code itself, where the list has no column of words.
    """

    code: str
    label: Text
    valid_from: date | None
    valid_to: date | None
    status: Status
    source: str
    word: str = ""

    def valid(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list by name: the labels of its codes, as they were valid on a day."""

    name: str
    codes: tuple[Code, ...]

    def label(self, code: str, day: date | None = None) -> Text:
        """Give the words for a code on a day; without a day, as it was last valid.

        >>> code_list("leefvorm").label("2", date(2024, 1, 31)).nl
        'alleenstaande ouder'

        Raises
        ------
        DeclarationError
            If the list has no such code on that day.
        """
        found = [entry for entry in self.codes if entry.code == code and (day is None or entry.valid(day))]
        if not found:
            allowed = ", ".join(self.allowed(day))
            raise DeclarationError(
                f"Code list {self.name} must hold the code on {day or 'any day'} but got {code!r}; it holds {allowed}."
            )
        return found[-1].label

    def allowed(self, day: date | None = None) -> tuple[str, ...]:
        """Give the codes that are valid on a day, in the list's order; without a day, all that ever were."""
        entries = (entry.code for entry in self.codes if entry.code and (day is None or entry.valid(day)))
        return tuple(dict.fromkeys(entries))

    def words(self) -> tuple[str, ...]:
        """Give the words that checked tables can hold, in the list's order.

        >>> code_list("type_voorziening_2019").words()
        ('04', 'flat_rate_subsidy', '01', '02', '05', 'coaching')
        """
        return tuple(dict.fromkeys(entry.word for entry in self.codes if entry.word))


_LIST_HEADER = ("code", "label_nl", "label_en", "valid_from", "valid_to", "status", "source")


def code_list(name: str, folder: Path | None = None) -> CodeList:
    """Load a code list from `lists/<name>.csv` in the folder of code files.

    Raises
    ------
    DeclarationError
        If there is no such list, or a row has no label, an unknown status or no public source.
    """
    path = (folder or paths().codes) / "lists" / f"{name}.csv"
    if not path.is_file():
        names = code_list_names(folder)
        raise DeclarationError(f"No code list {name!r}; there are: {', '.join(names)}.{did_you_mean(name, names)}")
    rows = read_rows(path, (*_LIST_HEADER, "word") if _has_words(path) else _LIST_HEADER)
    faults = [f"line {line}: {fault}" for line, row in enumerate(rows, start=2) for fault in _code_faults(row)]
    if faults:
        raise DeclarationError(f"Code list {name}: {'; '.join(faults)}.")
    return CodeList(name, tuple(_code(row) for row in rows))


def code_list_names(folder: Path | None = None) -> tuple[str, ...]:
    """Give the names of all code lists."""
    return tuple(sorted(path.stem for path in ((folder or paths().codes) / "lists").glob("*.csv")))


def _has_words(path: Path) -> bool:
    with path.open(
        encoding="utf-8-sig", errors="replace"
    ) as lines:  # reading it in earnest says what is wrong with its letters
        return next(lines, "").rstrip().endswith(",word")


def _code_faults(row: dict[str, str]) -> list[str]:
    checks = (
        (row["status"] not in tuple(Status), f"status must be one of {', '.join(Status)} but got {row['status']!r}"),
        (not (row["label_nl"] and row["label_en"]), "a label is missing"),
        (
            bool(row["code"]) == (row["status"] == Status.LABEL_ONLY),
            "a code must be empty if, and only if, the status is label_only",
        ),
    )
    source = source_fault(row["status"], row["source"])
    return [text for wrong, text in checks if wrong] + ([source] if source else [])


def _code(row: dict[str, str]) -> Code:
    label = Text(row["label_nl"], row["label_en"])
    days = _day(row["valid_from"]), _day(row["valid_to"])
    return Code(row["code"], label, *days, Status(row["status"]), row["source"], row.get("word") or row["code"])
