"""What signs the texts of a column are made of, told by all their bytes at once.

That is cheap: a rule that costs more is asked only where it can find something.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gm_workbench.intake.rows.parts import Int32s

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

_ZERO, _NINE, _COMMA, _MINUS = b"09,-"
_LAST_BLANK, _LAST_ASCII = 0x20, 0x7F
_COMMA_TO_POINT = bytes.maketrans(b",", b".")

LONGEST_WHOLE, LONGEST_FRACTION = 12, 17
"""Digits before and behind the comma of a number."""


def spans(texts: pa.Array) -> tuple[Bytes, Int32s]:
    """Give the bytes of all texts behind each other, and where each text begins; one place more is the end of the last.

    >>> signs, places = spans(pa.array(["ab", "", "c"]))
    >>> bytes(signs), places.tolist()
    (b'abc', [0, 2, 2, 3])
    """
    _, places, signs = texts.buffers()
    if not len(texts) or signs is None:
        return np.empty(0, dtype=np.uint8), np.zeros(len(texts) + 1, dtype=np.int32)
    at = np.frombuffer(places, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(signs, dtype=np.uint8)[at[0] : at[-1]], at - at[0]


def lengths(texts: pa.Array) -> Int32s:
    """Give the bytes of each text."""
    return np.diff(spans(texts)[1])


def are_alike(texts: pa.Array) -> bool:
    """Whether all texts are the same one.

    >>> are_alike(pa.array(["ab", "ab"])), are_alike(pa.array(["ab", "ba"])), are_alike(pa.array(["a", "aa"]))
    (True, False, False)
    """
    signs, places = spans(texts)
    size = np.diff(places)
    if not len(size) or (size != size[0]).any():
        return not len(size)
    each = signs.reshape(len(size), -1)
    return bool((each == each[0]).all())


def are_bare(texts: pa.Array) -> bool:
    """Whether no text has a blank or a sign beyond ASCII, so that there is nothing to trim and nothing unseen.

    >>> are_bare(pa.array(["a", "1,5"])), are_bare(pa.array([" a"])), are_bare(pa.array(["é"]))
    (True, False, False)
    """
    signs, _ = spans(texts)
    return not len(signs) or bool(signs.min() > _LAST_BLANK and signs.max() <= _LAST_ASCII)


def are_ascii(texts: pa.Array) -> bool:
    """Whether no text has a sign beyond ASCII."""
    signs, _ = spans(texts)
    return not len(signs) or bool(signs.max() <= _LAST_ASCII)


def holds(texts: pa.Array, sign: bytes) -> bool:
    """Whether a sign of one byte is anywhere in the texts."""
    return bool((spans(texts)[0] == ord(sign)).any())


def are_digits(texts: pa.Array) -> bool:
    """Whether all texts are digits and nothing else, or empty.

    >>> are_digits(pa.array(["12", ""])), are_digits(pa.array(["12", "1,5"]))
    (True, False)
    """
    signs, _ = spans(texts)
    return not len(signs) or bool(signs.min() >= _ZERO and signs.max() <= _NINE)


def are_plain_numbers(texts: pa.Array) -> bool:
    """Whether all texts are digits, with at most a comma among them and a minus before them, or empty.

    >>> are_plain_numbers(pa.array(["12", "-1,50", ""])), are_plain_numbers(pa.array(["1.234,50"]))
    (True, False)
    >>> [are_plain_numbers(pa.array([text])) for text in ("1,", ",5", "1,2,3", "1-", "-", "--1")]
    [False, False, False, False, False, False]
    """
    signs, places = spans(texts)
    first, behind = places[:-1], places[1:]
    comma, minus = (np.flatnonzero(signs == sign) for sign in (_COMMA, _MINUS))
    figures = np.count_nonzero(signs - np.uint8(_ZERO) <= _NINE - _ZERO)  # what is below nought becomes large
    begins = _begins(signs, first, behind) if len(minus) else np.zeros(len(first), dtype=bool)
    owner = _owners(comma, behind)
    if figures + len(comma) + begins.sum() != len(signs) or (comma < first[owner]).any() or (np.diff(owner) < 1).any():
        return False
    end = behind.copy()
    end[owner] = comma
    whole, fraction = end - first - begins, behind[owner] - comma - 1
    return _within(whole[first < behind], LONGEST_WHOLE) and _within(fraction, LONGEST_FRACTION)


def _begins(signs: Bytes, first: Int32s, behind: Int32s) -> npt.NDArray[np.bool_]:
    """Say which texts begin with a minus."""
    begins: npt.NDArray[np.bool_] = (first < behind) & (np.append(signs, np.uint8(0))[first] == _MINUS)
    return begins


def _owners(comma: Places, behind: Int32s) -> Places:
    """Say in which text each comma stands; where there are as many as texts, each must have one."""
    if len(comma) == len(behind):
        return np.arange(len(comma))
    return np.searchsorted(behind, comma, side="right")


def _within(figures: npt.NDArray[np.signedinteger], most: int) -> bool:
    return not len(figures) or bool(figures.min() >= 1 and figures.max() <= most)


def with_points(texts: pa.Array) -> pa.Array:
    """Write a point for each comma.

    >>> with_points(pa.array(["1,5", "2"])).to_pylist()
    ['1.5', '2']
    """
    signs, places = spans(texts)
    written = signs.tobytes().translate(_COMMA_TO_POINT)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(places), pa.py_buffer(written))
