"""Numbers with a decimal comma and thousands points, or the other way round; the source or the column tells which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.declared.grammar import NumberStyle
from gm_workbench.intake.rows.dates import filled
from gm_workbench.intake.rows.encode import Typed, matches
from gm_workbench.intake.rows.parts import Flags, Floats

_WHOLE_PART = r"-?(?:\d{{1,12}}|\d{{1,3}}(?:\{thousands}\d{{3}})+)"
_NL = _WHOLE_PART.format(thousands=".") + r"(?:,\d{1,17})?"
_EN = _WHOLE_PART.format(thousands=",") + r"(?:\.\d{1,17})?"
_MONEY = r"^(?:€|EUR)\s*|\s+"

WRITTEN = {NumberStyle.NL: "1234,5", NumberStyle.EN: "1234.5", NumberStyle.AUTO: "1234,5"}
"""How a number is written, for messages."""

MIXED_FROM = 2
"""So many distinct numbers of the other way of writing are no slip of one cell any more: the column is mixed."""


def read_numbers(texts: Sequence[str] | pa.Array, style: NumberStyle = NumberStyle.NL) -> Typed:
    """Read decimal numbers.

    Returns
    -------
    Typed
        `two_ways` when commas and points are both used as the decimal sign, or when (`auto`) nothing tells which one is.

    >>> read_numbers(["1.234,56", "-2", "3-apr", ""]).values.tolist()
    [1234.56, -2.0, nan, nan]
    >>> read_numbers(["1.234"], NumberStyle.AUTO).two_ways, read_numbers(["1.234", "0.5"], NumberStyle.AUTO).values.tolist()
    (True, [1.234, 0.5])
    """
    array = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    dutch = matches(array, _NL)
    if (~dutch & filled(array)).any():
        array = pc.replace_substring_regex(array, _MONEY, "")
        dutch = matches(array, _NL)
    if style is NumberStyle.NL and not (~dutch & filled(array)).any():
        return Typed(_read(array, dutch, ".", ","), ~dutch & filled(array), np.zeros(len(array), dtype=bool))
    english = matches(array, _EN)
    only_dutch, only_english = dutch & ~english, english & ~dutch
    chosen = _chosen(style, only_dutch, only_english)
    good = dutch if chosen is NumberStyle.NL else english
    values = _read(array, good, *(".,", ",.")[chosen is NumberStyle.EN])
    unlike = style is NumberStyle.AUTO and not (only_dutch | only_english).any() and _differ(array, dutch & english)
    mixed = _mixed(style, only_dutch, only_english)
    return Typed(values, ~good & filled(array), np.zeros(len(array), dtype=bool), two_ways=mixed or unlike)


def read_wholes(texts: Sequence[str] | pa.Array) -> Typed:
    """Read whole numbers without sign.

    >>> read_wholes(["12", "1,5", ""]).bad.tolist()
    [False, True, False]
    """
    array = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    good = matches(array, r"\d{1,9}")
    return Typed(_read(array, good, "_", "_"), ~good & filled(array), np.zeros(len(array), dtype=bool))


def _chosen(style: NumberStyle, only_dutch: Flags, only_english: Flags) -> NumberStyle:
    if style is not NumberStyle.AUTO:
        return style
    return NumberStyle.EN if only_english.any() and not only_dutch.any() else NumberStyle.NL


def _mixed(style: NumberStyle, only_dutch: Flags, only_english: Flags) -> bool:
    if style is NumberStyle.AUTO:
        return bool(only_dutch.any() and only_english.any())
    own, other = (only_dutch, only_english) if style is NumberStyle.NL else (only_english, only_dutch)
    return bool(own.any()) and int(other.sum()) >= MIXED_FROM


def _read(array: pa.Array, good: Flags, thousands: str, decimal: str) -> Floats:
    plain = pc.if_else(pa.array(good), array, "0")
    plain = pc.replace_substring(pc.replace_substring(plain, thousands, ""), decimal, ".")
    return np.where(good, plain.cast(pa.float64()).to_numpy(zero_copy_only=False), np.nan)


def _differ(array: pa.Array, both: Flags) -> bool:
    return bool((_read(array, both, ".", ",") != _read(array, both, ",", "."))[both].any())
