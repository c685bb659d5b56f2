"""Days as Dutch systems write them. Which of two readings is meant, the column tells; a month never comes first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.rows.encode import Typed, flags, matches
from gm_workbench.intake.rows.parts import Flags, Floats
from gm_workbench.intake.rows.signs import are_digits, lengths

WAYS = {
    "jjjjmmdd": r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    "dd-mm-jjjj": r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})",
    "dd/mm/jjjj": r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})",
    "jjjj-mm-dd": r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})",
}
EXCEL = "excel"
TYPED = "T00:00:00"
"""How a day ends that was typed as a day in a workbook or system file (`reading.cells.day_text`)."""
ALL_WAYS = (*WAYS, EXCEL)

_TIME = r"[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?$"  # of day; only the day counts
_FIGURES = 8  # of jjjjmmdd
_YEAR_FIRST = ("jjjjmmdd", "jjjj-mm-dd")
_SERIAL = r"\d{5}(?:[.,]\d{1,17})?"  # what is behind the comma is the time of day
_NO_END = r"31[-/]12[-/][29]999|[29]999-?12-?31"
_FIRST_SERIAL_DAY = -25569  # day 0 of a spreadsheet, counted from 1970-01-01
_MONTH_ZERO = 12 * 1970

Ints = npt.NDArray[np.int64]


def read_dates(texts: Sequence[str] | pa.Array, allowed: Sequence[str]) -> Typed:
    """Read days, as days since 1 January 1970.

    Parameters
    ----------
    texts : sequence of str
        Distinct texts.
    allowed : sequence of str
        Ways of writing, of which the first is the usual one; ``jjjjmmdd`` and ``jjjj-mm-dd`` are always read, because a year
        that comes first cannot be misread. A time of day behind it is dropped.

    Returns
    -------
    Typed
        `mended` where a day is written in another way than the first, or as the number of a spreadsheet (read only when all
        texts are such numbers or typed days, or when it is declared); `two_ways` when only a month that comes first makes
        sense of them.

    >>> read_dates(["01-02-1970", ""], ["dd-mm-jjjj"]).values.tolist()
    [31.0, nan]
    >>> read_dates(["13-02-2024", "02-13-2024"], ["dd-mm-jjjj"]).bad.tolist()
    [False, True]
    """
    return _read(texts, allowed, unknown=False)


def is_endless(texts: pa.Array) -> Flags:
    """Say which texts are the last day of the year 2999 or 9999, which is how systems write that there is no end.

    >>> is_endless(pa.array(["31-12-9999", "99991231", "31-12-2024"])).tolist()
    [True, True, False]
    """
    return matches(pc.replace_substring_regex(texts, _TIME, ""), _NO_END)


def read_birth_years(texts: Sequence[str] | pa.Array, allowed: Sequence[str]) -> Typed:
    """Read the year of birth dates; month and day, or the day, may be unknown and written as zeros.

    >>> read_birth_years(["19840000", "19840229", "19840230"], ["jjjjmmdd"]).values.tolist()
    [1984.0, 1984.0, nan]
    """
    typed = _read(texts, allowed, unknown=True)
    return Typed(year_of(typed.values), typed.bad, typed.mended, typed.two_ways)


def read_years(texts: Sequence[str] | pa.Array) -> Typed:
    """Read years from 1900 to 2099."""
    array = _array(texts)
    good = matches(array, r"(19|20)\d{2}")
    return Typed(_numbers(array, good), ~good & filled(array), np.zeros(len(array), dtype=bool))


def read_months(texts: Sequence[str] | pa.Array, allowed: Sequence[str]) -> Typed:
    """Read months written in one cell: jjjjmm, jjjj-mm, or a day in it; given as month indices.

    >>> read_months(["202401", "2024-01", "20240131"], ["jjjjmmdd"]).values.tolist()
    [24288.0, 24288.0, 24288.0]
    """
    array = _array(texts)
    short = matches(array, r"(19|20)\d{2}-?(0[1-9]|1[0-2])")
    whole = pc.if_else(pa.array(short), pc.binary_join_element_wise(pc.replace_substring(array, "-", ""), "01", ""), array)
    typed = read_dates(whole, allowed)
    return Typed(month_of(typed.values), typed.bad, typed.mended & ~short, typed.two_ways)


def month_of(days: Floats) -> Floats:
    """Give the month index of days; NaN stays NaN.

    >>> month_of(np.array([0.0, np.nan])).tolist()
    [23640.0, nan]
    """
    known = ~np.isnan(days)
    months = np.where(known, days, 0).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + _MONTH_ZERO
    return np.where(known, months, np.nan)


def first_day_of(months: Floats) -> Floats:
    """Give the first day of months, in days since 1970."""
    known = ~np.isnan(months)
    index = np.where(known, months - _MONTH_ZERO, 0).astype(np.int64)
    return np.where(known, index.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64), np.nan)


def year_of(days: Floats) -> Floats:
    """Give the year of days; NaN stays NaN."""
    return np.floor(month_of(days) / 12)


def filled(texts: pa.Array) -> Flags:
    """Say which texts are not empty."""
    there: Flags = lengths(texts) > 0
    return there


def _array(texts: Sequence[str] | pa.Array) -> pa.Array:
    return texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())


def _read(texts: Sequence[str] | pa.Array, allowed: Sequence[str], unknown: bool) -> Typed:
    given = _array(texts)
    if ((size := lengths(given)) % _FIGURES == 0).all() and size.max(initial=0) <= _FIGURES and are_digits(given):
        return _of_figures(given, allowed, unknown)
    array = pc.replace_substring_regex(given, _TIME, "")
    typed = flags(pc.ends_with(given, TYPED))
    values, mended = np.full(len(array), np.nan), np.zeros(len(array), dtype=bool)
    swapped, plain = 0, 0
    for way in dict.fromkeys((*(way for way in allowed if way in WAYS), *_YEAR_FIRST)):
        day, month_first, day_first = _written(array, WAYS[way], unknown)
        new = ~np.isnan(day) & np.isnan(values)
        values[new] = day[new]
        mended |= new & ~typed & (way != allowed[0]) & (way in allowed)
        swapped, plain = swapped + int(month_first.sum()), plain + int(day_first.sum())
    serial = _serials(array, EXCEL in allowed, typed)
    values, mended = np.where(np.isnan(serial), values, serial), mended | ~np.isnan(serial)
    return Typed(values, np.isnan(values) & filled(array), mended, two_ways=swapped > 0 and plain == 0)


def _of_figures(texts: pa.Array, allowed: Sequence[str], unknown: bool) -> Typed:
    """Read texts that are all eight digits or empty: jjjjmmdd, for no other way of writing looks so."""
    there = filled(texts)
    numbers = _numbers(texts, there)
    figures = np.where(there, numbers, 0).astype(np.int64)
    values = np.where(there, _day(figures // 10_000, figures // 100 % 100, figures % 100, unknown), np.nan)
    other = "jjjjmmdd" in allowed and allowed[0] != "jjjjmmdd"
    return Typed(values, np.isnan(values) & there, ~np.isnan(values) & other)


def _written(texts: pa.Array, pattern: str, unknown: bool) -> tuple[Floats, Flags, Flags]:
    """Read one way of writing; also which texts make sense only with the month first, and which only with the day first."""
    shaped = matches(texts, pattern)
    days, swapped, plain = np.full(len(shaped), np.nan), np.zeros(len(shaped), dtype=bool), np.zeros(len(shaped), dtype=bool)
    at = np.flatnonzero(shaped)
    if not len(at):
        return days, swapped, plain
    parts = pc.extract_regex(texts.take(pa.array(at)), f"^{pattern}$")
    year, month, day = (pc.struct_field(parts, name).cast(pa.int64()).to_numpy(zero_copy_only=False) for name in "ymd")
    days[at] = _day(year, month, day, unknown)
    if not pattern.startswith("(?P<y>"):
        swapped[at], plain[at] = (month > 12) & (day <= 12), (day > 12) & (month <= 12)
    return days, swapped, plain


def _day(year: Ints, month: Ints, day: Ints, unknown: bool) -> Floats:
    if unknown:
        day = np.where(day == 0, 1, day)
        month = np.where((month == 0) & (day == 1), 1, month)
    sound = (year >= 1900) & (year <= 2099) & (month >= 1) & (month <= 12)
    first = np.where(sound, 12 * (year - 1970) + month - 1, 0).astype("datetime64[M]")
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    sound &= (day >= 1) & (day <= length)
    return np.where(sound, first.astype("datetime64[D]").astype(np.int64) + day - 1, np.nan)


def _serials(texts: pa.Array, declared: bool, typed: Flags) -> Floats:
    shaped = matches(texts, _SERIAL)
    if not shaped.any() or not (declared or (shaped | typed | ~filled(texts)).all()):
        return np.full(len(texts), np.nan)
    whole = pc.replace_substring_regex(texts, r"[.,]\d+$", "")
    return _numbers(whole, shaped) + _FIRST_SERIAL_DAY


def _numbers(texts: pa.Array, good: Flags) -> Floats:
    zero = pc.if_else(pa.array(good), texts, "0").cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.where(good, zero, np.nan)
