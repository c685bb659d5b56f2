"""Numbers of persons, and the pseudonyms that replace them. No identifier leaves this wing.

A pseudonym is the first 16 hexadecimal digits of HMAC-SHA256 over the identifier, under a key of the place. A plain hash would
not do: there are only 10⁹ numbers, and all of them can be hashed in seconds. Because each place has a key of its own, the
pseudonyms of two places cannot be laid beside each other; within a place the same person has the same pseudonym in every file.
"""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gm_workbench.errors import MissingKey
from gm_workbench.settings import project_root
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder
from gm_workbench.vocabulary.schemas import DataKind

SYNTHETIC_KEY = b"gm-workbench: synthetic persons do not exist, so this key is no secret"
"""Key for synthetic data: public on purpose, so that the same seed gives the same checked tables on every machine."""

KEY_VARIABLE = "GM_PSEUDONYM_KEY"
KEY_FILE_VARIABLE = "GM_PSEUDONYM_KEY_FILE"
SHORTEST_KEY = 32

PSEUDONYM_DIGITS = 16

_HOW = (
    f"Set {KEY_FILE_VARIABLE} to a file outside the project that only you can read (chmod 600) and that holds a random text of "
    f'at least {SHORTEST_KEY} characters, made once with: python -c "import secrets; print(secrets.token_hex(32))". '
    f"{KEY_VARIABLE} may hold the text itself."
)

_NUMBER = re.compile(r"\d{8,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the eleven test says of each number: `wrong` is no number of this kind of data, `other` is one of the other kind."""

    wrong: npt.NDArray[np.bool_]
    other: npt.NDArray[np.bool_]


def judge(numbers: Sequence[str], kind: DataKind) -> Verdict:
    """Hold numbers of persons against the eleven test.

    Parameters
    ----------
    numbers : sequence of str
        As delivered; eight digits have lost a leading zero.
    kind : DataKind
        Real numbers have remainder 0; synthetic ones start with 9 and have remainder `SYNTHETIC_REMAINDER`.
    """
    shaped = np.array([_NUMBER.fullmatch(number) is not None for number in numbers], dtype=bool)
    remainder = eleven_remainder([number if fits else "" for number, fits in zip(numbers, shaped, strict=True)])
    nines = np.array([len(number) == 9 and number.startswith("9") for number in numbers], dtype=bool)
    real = shaped & (remainder == 0)
    synthetic = shaped & nines & (remainder == SYNTHETIC_REMAINDER)
    own, other = (synthetic, real) if kind is DataKind.SYNTHETIC else (real, synthetic)
    return Verdict(~own & ~other, other)


def whole_number(number: str) -> str:
    """Give back the leading zero that a spreadsheet took away."""
    return number.zfill(9)


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes pseudonyms and digests under the key of one place. The key does not show in its repr."""

    _key: bytes

    def __repr__(self) -> str:
        return "Pseudonyms(...)"

    def each(self, identifiers: Sequence[str], domain: str) -> list[str]:
        """Give a pseudonym per identifier; `domain` (person, coach ...) keeps equal numbers of different things apart."""
        start = f"{domain}:".encode()
        return [self._digest(start + identifier.encode())[:PSEUDONYM_DIGITS] for identifier in identifiers]

    def digest(self, data: bytes) -> str:
        """Give a keyed digest of a file's bytes; without the key the content of a small file cannot be guessed from it."""
        return self._digest(b"file:" + data)

    def _digest(self, message: bytes) -> str:
        return hmac.digest(self._key, message, "sha256").hex()


def pseudonyms(place: str, kind: DataKind) -> Pseudonyms:
    """Open the pseudonyms of a place.

    Raises
    ------
    MissingKey
        If the data are real and no usable key is set.
    """
    master = SYNTHETIC_KEY if kind is DataKind.SYNTHETIC else _real_key()
    return Pseudonyms(hmac.digest(master, place.encode(), "sha256"))


def _real_key() -> bytes:
    key = os.environ.get(KEY_VARIABLE, "").strip().encode() or _key_from_file(os.environ.get(KEY_FILE_VARIABLE, ""))
    if len(key) < SHORTEST_KEY:
        raise MissingKey(f"The pseudonym key must have at least {SHORTEST_KEY} characters but got {len(key)}. {_HOW}")
    return key


def _key_from_file(name: str) -> bytes:
    if not name:
        raise MissingKey(f"Real data need a pseudonym key, but neither {KEY_VARIABLE} nor {KEY_FILE_VARIABLE} is set. {_HOW}")
    path = Path(name).resolve()
    problem = _key_file_problem(path)
    if problem:
        raise MissingKey(f"The pseudonym key file that {KEY_FILE_VARIABLE} names {problem}. {_HOW}")
    return path.read_bytes().strip()


def _key_file_problem(path: Path) -> str:
    if path.is_relative_to(project_root()):
        return "must lie outside the project, where it cannot be committed or copied along"
    if not path.is_file():
        return "is not there"
    if os.name == "posix" and path.stat().st_mode & 0o077:
        return "must be readable by its owner only, but group or others may read it"
    return ""
