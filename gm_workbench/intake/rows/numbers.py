"""Numbers with a decimal comma and thousands points, or the other way round; the source or the column tells which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.declared.grammar import NumberStyle
from gm_workbench.intake.rows.dates import filled
from gm_workbench.intake.rows.encode import Typed, digits, flags, matches
from gm_workbench.intake.rows.parts import Flags, Floats
from gm_workbench.intake.rows.signs import are_plain_numbers, lengths, with_points

_WHOLE_PART = r"-?(?:\d{{1,12}}|\d{{1,3}}(?:\{thousands}\d{{3}})+)"
_NL = _WHOLE_PART.format(thousands=".") + r"(?:,\d{1,17})?"
_EN = _WHOLE_PART.format(thousands=",") + r"(?:\.\d{1,17})?"
_MENDS = (
    # signs of money, and blanks around them and behind a sign
    (r"(?i)^([+-]?)\s*(?:€|EUR\b|euro\b)\s*", r"\1"),
    (r"(?i)\s*(?:€|\bEUR|euro)$", ""),
    (r"^[\x{2010}-\x{2013}\x{2212}]", "-"),
    (r"^\+\s*(\d)", r"\1"),
    (r"^-\s+(\d)", r"-\1"),
    (r"^(-?[\d.,]*\d)[.,](?:-{1,2}|\x{2013})$", r"\1"),  # 5,-
)
_GROUPS = r"-?\d{1,3}(?:[ \x{a0}\x{202f}'\x{2019}]\d{3})+(?:[.,]\d{1,17})?"
_BETWEEN = r"[ \x{a0}\x{202f}'\x{2019}]"
_BEHIND = (r"^([\d.,]*\d)\s*-$", r"^\(\s*([\d.,]*\d)\s*\)$")  # 12,50- and (12,50), as accounts write what is negative

_GROUPED = r"-?[1-9]\d{0,2}(?:,\d{3})+"
"""As commas stand between thousands."""

LOOKED_AT = 64
"""So many numbers are looked at before all of a column are."""

WRITTEN = {NumberStyle.NL: "1234,5", NumberStyle.EN: "1234.5", NumberStyle.AUTO: "1234,5"}
"""How a number is written, for messages."""

MIXED_FROM = 2
"""So many distinct numbers of the other way of writing are no slip of one cell any more: the column is mixed."""


def read_numbers(texts: Sequence[str] | pa.Array, style: NumberStyle = NumberStyle.NL) -> Typed:
    """Read decimal numbers.

    Returns
    -------
    Typed
        `mended` where a minus stood behind the number, or brackets around it; `two_ways` when commas and points are both used
        as the decimal sign, or when (`auto`) nothing tells which one is.

    >>> read_numbers(["1.234,56", "-2", "3-apr", ""]).values.tolist()
    [1234.56, -2.0, nan, nan]
    >>> read_numbers(["1.234"], NumberStyle.AUTO).two_ways, read_numbers(["1.234", "0.5"], NumberStyle.AUTO).values.tolist()
    (True, [1.234, 0.5])
    """
    array = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    if style is NumberStyle.NL and are_plain_numbers(array):
        return replace(_plainly(array), two_ways=_thousands(array))
    there, dutch = filled(array), matches(array, _NL)
    mended = np.zeros(len(array), dtype=bool)
    if (~dutch & there).any():
        array, mended = _plain(array)
        dutch = matches(array, _NL)
    if style is NumberStyle.NL and not (~dutch & there).any():
        return Typed(_read(array, dutch, ".", ","), ~dutch & there, mended, two_ways=_thousands(array))
    english = matches(array, _EN)
    only_dutch, only_english = dutch & ~english, english & ~dutch
    chosen = _chosen(style, only_dutch, only_english)
    good = dutch if chosen is NumberStyle.NL else english
    values = _read(array, good, *(".,", ",.")[chosen is NumberStyle.EN])
    unlike = style is NumberStyle.AUTO and not (only_dutch | only_english).any() and _differ(array, dutch & english)
    given = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    mixed = _mixed(style, given, only_dutch, only_english, dutch & english & matches(array, r".*[.,].*"))
    english_thousands = style is NumberStyle.NL and _thousands(array)
    return Typed(values, ~good & there, mended & good, two_ways=mixed or unlike or english_thousands)


def _plainly(array: pa.Array) -> Typed:
    """Read numbers without signs around or between them, all at once."""
    there, nothing = lengths(array) > 0, np.zeros(len(array), dtype=bool)
    written = with_points(array if there.all() else pc.if_else(pa.array(there), array, "0"))
    values = written.cast(pa.float64()).to_numpy(zero_copy_only=False) + 0.0  # -0 is 0
    return Typed(np.where(there, values, np.nan), nothing, nothing)


def read_wholes(texts: Sequence[str] | pa.Array) -> Typed:
    """Read whole numbers without sign.

    >>> read_wholes(["12", "1,5", ""]).bad.tolist()
    [False, True, False]
    """
    array = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    good = digits(array, 1, 9)
    return Typed(_read(array, good, "_", "_"), ~good & filled(array), np.zeros(len(array), dtype=bool))


def _chosen(style: NumberStyle, only_dutch: Flags, only_english: Flags) -> NumberStyle:
    if style is not NumberStyle.AUTO:
        return style
    return NumberStyle.EN if only_english.any() and not only_dutch.any() else NumberStyle.NL


def _thousands(array: pa.Array) -> bool:
    """Say whether commas that are declared to be decimal all stand where commas between thousands would."""
    few = array.slice(0, LOOKED_AT)
    if not _alike(few).all():  # which is so of nearly all columns, and seen at once
        return False
    return int(matches(array, _GROUPED).sum()) >= MIXED_FROM and bool(_alike(array).all())


def _alike(array: pa.Array) -> Flags:
    """Say which numbers have no comma, or only such as would stand between thousands."""
    return matches(array, _GROUPED) | ~flags(pc.match_substring(array, ","))


def _mixed(style: NumberStyle, given: pa.Array, only_dutch: Flags, only_english: Flags, either: Flags) -> bool:
    """Say whether points and commas are both the decimal sign; `either` has one of them and can be read both ways."""
    if style is NumberStyle.AUTO:
        return bool(only_dutch.any() and only_english.any())
    own, other = (only_dutch, only_english) if style is NumberStyle.NL else (only_english, only_dutch)
    return bool((own | either).any()) and len(given.filter(pa.array(other)).unique()) >= MIXED_FROM


def _plain(array: pa.Array) -> tuple[pa.Array, Flags]:
    """Leave out what stands around a number and between its thousands; also say where the minus stood behind it."""
    for pattern, instead in _MENDS:
        array = pc.replace_substring_regex(array, pattern, instead)
    grouped = matches(array, _GROUPS)
    array = pc.if_else(pa.array(grouped), pc.replace_substring_regex(array, _BETWEEN, ""), array)
    mended = np.zeros(len(array), dtype=bool)
    for pattern in _BEHIND:
        mended |= flags(pc.match_substring_regex(array, pattern))
        array = pc.replace_substring_regex(array, pattern, r"-\1")
    return array, mended


def _read(array: pa.Array, good: Flags, thousands: str, decimal: str) -> Floats:
    plain = pc.if_else(pa.array(good), array, "0")
    plain = pc.replace_substring(pc.replace_substring(plain, thousands, ""), decimal, ".")
    return np.where(good, plain.cast(pa.float64()).to_numpy(zero_copy_only=False) + 0.0, np.nan)  # -0 is 0


def _differ(array: pa.Array, both: Flags) -> bool:
    return bool((_read(array, both, ".", ",") != _read(array, both, ",", "."))[both].any())
