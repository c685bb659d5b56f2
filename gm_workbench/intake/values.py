"""Text → typed values, one rule per transform. Each distinct text is read once, so a million rows cost a few thousand calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gm_workbench.intake.declared.grammar import Transform
from gm_workbench.intake.faults import shown_codes
from gm_workbench.intake.layouts import Feature, Layout
from gm_workbench.intake.reasons import Reason

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """One raw column of a stack of files: the distinct texts, and for each row which of them it has."""

    texts: tuple[str, ...]
    index: npt.NDArray[np.int64]

    @classmethod
    def encode(cls, cells: pa.ChunkedArray) -> Column:
        """Take a column of text apart into distinct texts (outer blanks dropped) and an index."""
        encoded = cells.combine_chunks().dictionary_encode()
        texts = tuple(text.strip() for text in encoded.dictionary.to_pylist())
        return cls(texts, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64))

    @property
    def empty(self) -> npt.NDArray[np.bool_]:
        """Whether each distinct text is empty."""
        return np.array([not text for text in self.texts], dtype=bool)

    def rows(self, distinct: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Spread a mark per distinct text over the rows."""
        marks: npt.NDArray[np.bool_] = distinct[self.index] if len(self.texts) else np.zeros(len(self.index), dtype=bool)
        return marks


@dataclass(frozen=True, slots=True)
class Rule:
    """What a transform demands: how a text is read (ValueError when it cannot be), and how to say that it could not."""

    parse: Callable[[str], Value]
    reason: Reason
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Typed:
    """One value per distinct text (None for an empty or a bad one), and which texts were bad."""

    results: tuple[Value, ...]
    bad: npt.NDArray[np.bool_]


def typed(texts: Sequence[str], parse: Callable[[str], Value], empty: str | None = None) -> Typed:
    """Read distinct texts; an empty one becomes None, or what `empty` reads as."""
    results = [_read(text or empty, parse) for text in texts]
    return Typed(tuple(value for value, _ in results), np.array([bad for _, bad in results], dtype=bool))


def _read(text: str | None, parse: Callable[[str], Value]) -> tuple[Value, bool]:
    if not text:
        return None, False
    try:
        return parse(text), False
    except (ValueError, KeyError):
        return None, True


_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,9}(,\d{1,17})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_YEAR = re.compile(r"(19|20)\d{2}", re.ASCII)

_KEEP_TEXT = "export the column as text, so that a spreadsheet cannot reformat it or drop leading zeros"


def parse_date(text: str) -> int:
    """Read jjjjmmdd as a month index.

    >>> parse_date("20240131")
    24288
    """
    day = _day(text)
    return 12 * day.year + day.month - 1


def _day(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None or _YEAR.fullmatch(match[1]) is None:
        raise ValueError
    return date(int(match[1]), int(match[2]), int(match[3]))


def parse_birth_year(text: str) -> int:
    """Read a birth date as its year; month and day may be unknown, written as 00.

    >>> parse_birth_year("19840000"), parse_birth_year("19840229")
    (1984, 1984)
    """
    known = text if text[6:] != "00" else f"{text[:6]}01"
    return _day(known if known[4:6] != "00" or text[6:] != "00" else f"{text[:4]}0101").year


def parse_decimal(text: str) -> float:
    """Read a number with a decimal comma and no thousands separator.

    >>> parse_decimal("-1234,5")
    -1234.5
    """
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError
    return float(text.replace(",", "."))


def parse_whole(text: str) -> int:
    """Read a whole number without sign."""
    if _WHOLE.fullmatch(text) is None:
        raise ValueError
    return int(text)


def parse_year(text: str) -> int:
    """Read a year from 1900 to 2099."""
    if _YEAR.fullmatch(text) is None:
        raise ValueError
    return int(text)


def parse_month_number(text: str) -> int:
    """Read a month, 1 to 12."""
    month = parse_whole(text)
    if not 1 <= month <= 12:
        raise ValueError
    return month


_DECIMAL_RULE = (Reason.NUMBER, "must be a number with a decimal comma and no thousands separator", "write 1234,56")

_RULES: dict[Transform, Rule] = {
    Transform.DATE: Rule(parse_date, Reason.DATE, "must be a date written as jjjjmmdd", _KEEP_TEXT),
    Transform.BIRTH_DATE: Rule(
        parse_birth_year, Reason.DATE, "must be a date written as jjjjmmdd (an unknown month or day as 00)", _KEEP_TEXT
    ),
    Transform.YEAR: Rule(parse_year, Reason.DATE, "must be a year written as jjjj", _KEEP_TEXT),
    Transform.MONTH_NUMBER: Rule(parse_month_number, Reason.DATE, "must be a month from 01 to 12", _KEEP_TEXT),
    Transform.DECIMAL: Rule(parse_decimal, *_DECIMAL_RULE),
    Transform.WHOLE: Rule(parse_whole, Reason.NUMBER, "must be a whole number", "write digits only, without sign or separator"),
    Transform.TEXT: Rule(str, Reason.NUMBER, "", ""),
}


def rule_for(feature: Feature, layout: Layout, statutory: str, texts: Sequence[str]) -> Rule:
    """Give the rule of a raw column; `statutory` is the place's four digits, `texts` are looked at for a shown example code."""
    if feature.transform is Transform.CODE:
        return _code_rule(feature, layout, texts)
    if feature.transform is Transform.PLACE:
        problem = f"must be the place of the folder, {statutory}, in every row"
        remedy = "deliver each municipality in a folder of its own, or move the file"
        return Rule(lambda text: {statutory: text}[text.zfill(4)], Reason.PLACE, problem, remedy)
    return _RULES.get(feature.transform, _RULES[Transform.TEXT])


def _code_rule(feature: Feature, layout: Layout, texts: Sequence[str]) -> Rule:
    codes = dict(feature.codes or {})
    unknown = shown_codes((text for text in texts if text and text not in codes), layout.sensitive(feature))
    declared = f"data/codes/layouts/{layout.name}.yml"
    listed = f"data/codes/lists/{feature.code_list}.csv (and {declared})" if feature.code_list else declared
    problem = f"must be a code of the list, one of {', '.join(codes)}, but is another{unknown}"
    remedy = f"correct the code (spreadsheets drop leading zeros), or when it is a valid one fill it in in {listed}"
    return Rule(lambda text: codes[text], Reason.CODE, problem, remedy)


def out_of_bounds(feature: Feature, values: Sequence[Value]) -> npt.NDArray[np.bool_]:
    """Mark the distinct values outside what the layout allows."""
    low = float("-inf") if feature.low is None else feature.low
    high = float("inf") if feature.high is None else feature.high
    return np.array([isinstance(value, int | float) and not low <= value <= high for value in values], dtype=bool)
