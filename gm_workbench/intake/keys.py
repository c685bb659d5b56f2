"""Where the key of pseudonyms comes from, and what may be done with it. The key itself shows nowhere.

Real data need a key that only their keeper has: a plain hash would not do, because there are only 10⁹ numbers and all of them
can be hashed in seconds. Each place has a key of its own, made from the keeper's, so that the pseudonyms of two places cannot
be laid beside each other unless a shared key was given on purpose (`docs/guide/keys.md`).
"""

from __future__ import annotations

import hmac
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gm_workbench.errors import KeyChanged, MissingKey
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.schemas import DataKind

SYNTHETIC_KEY = b"gm-workbench: synthetic persons do not exist, so this key is no secret"
"""Key for synthetic data: public on purpose, so that the same seed gives the same checked tables on every machine."""

KEY_VARIABLE = "GM_PSEUDONYM_KEY"
KEY_FILE_VARIABLE = "GM_PSEUDONYM_KEY_FILE"
SHARED_FILE_VARIABLE = "GM_SHARED_KEY_FILE"
SHORTEST_KEY = 32

PSEUDONYM_DIGITS = 16
ID_DIGITS = 8

_HOW = (
    f"Set {KEY_FILE_VARIABLE} to a file outside the project that only you can read (chmod 600) and that holds a random text of "
    f'at least {SHORTEST_KEY} characters, made once with: python -c "import secrets; print(secrets.token_hex(32))". '
    f"{KEY_VARIABLE} may hold the text itself."
)


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """Makes pseudonyms and digests under one key, which does not show in its repr.

    Attributes
    ----------
    scope : str
        Name of the shared key; empty for the key of one place.
    """

    scope: str
    _secret: bytes

    def __repr__(self) -> str:
        return "Key(...)"

    @property
    def id(self) -> str:
        """Tell keys apart without giving one away: eight hexadecimal digits."""
        return self._digest(b"key id")[:ID_DIGITS]

    def each(self, identifiers: Sequence[str], domain: str) -> list[str]:
        """Give a pseudonym per identifier; `domain` (person, coach ...) keeps equal numbers of different things apart."""
        begun = hmac.new(self._secret, f"{domain}:".encode(), "sha256")
        return [_ended(begun, identifier.encode())[:PSEUDONYM_DIGITS] for identifier in identifiers]

    def digest(self, data: bytes) -> str:
        """Give a keyed digest of a file's bytes; without the key the content of a small file cannot be guessed from it."""
        return self._digest(b"file:" + data)

    def digest_of(self, path: Path) -> str:
        """Give the same digest of a file on the disk, however large it is.

        Raises
        ------
        OSError
            If it cannot be read.
        """
        running = hmac.new(self._secret, b"file:", "sha256")
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                running.update(block)
        return running.hexdigest()

    def _digest(self, message: bytes) -> str:
        return mac(self._secret, message).hex()


def mac(secret: bytes, message: bytes) -> bytes:
    """Give HMAC-SHA256 (RFC 2104): who has not the secret cannot make it, nor find the message by trying all of them."""
    return hmac.digest(secret, message, "sha256")


def _ended(begun: hmac.HMAC, message: bytes) -> str:
    """Give the digest of what was begun and this behind it; a copy is made faster than a beginning."""
    whole = begun.copy()
    whole.update(message)
    return whole.hexdigest()


def open_key(place: str, kind: DataKind, shared: str = "", where: Paths | None = None) -> Key:
    """Open the key of a place. No delivery has to be opened for it, so it can and must be done first.

    Parameters
    ----------
    place : str
        Municipality code.
    kind : DataKind
        Synthetic persons have a key that is no secret.
    shared : str
        Name of a key that several places share on purpose, so that a person is the same in all of them; empty for a key of the
        place alone.
    where : Paths, optional
        The project and its data roots, in none of which the file of a key may lie; default those that are in use.

    Raises
    ------
    MissingKey
        If the data are real and no usable key is set.

    Examples
    --------
    >>> open_key("GM9903", DataKind.SYNTHETIC).id != open_key("GM9902", DataKind.SYNTHETIC).id
    True
    """
    if kind is DataKind.SYNTHETIC:
        return Key("", mac(SYNTHETIC_KEY, place.encode()))
    if shared:
        asks = f"The delivery of {place} asks for the shared key {shared}"
        master = _from_file(SHARED_FILE_VARIABLE, place, asks, where or paths())
        return Key(shared, mac(master, f"shared:{shared}".encode()))
    return Key("", mac(_own(place, where or paths()), place.encode()))


def refuse_other_key(place: str, key: Key, used: str) -> None:
    """Raise `KeyChanged` when the tables in use were made under another key than this one.

    Parameters
    ----------
    place : str
        Municipality code.
    key : Key
        The key that is set now.
    used : str
        The id of the key that the tables were made under; empty when there are none.
    """
    if used not in ("", key.id):
        raise KeyChanged(
            f"The checked tables of {place} were made under key {used}, but the key that is set now is {key.id}. Set the old "
            f"key again, or read everything anew under this one with: gm check {place} --real --new-key. More: "
            "docs/guide/keys.md."
        )


def _own(place: str, where: Paths) -> bytes:
    if os.environ.get(KEY_FILE_VARIABLE):
        return _from_file(KEY_FILE_VARIABLE, place, "", where)
    text = os.environ.get(KEY_VARIABLE, "").strip()
    if not text:
        raise MissingKey(f"Real data need a pseudonym key, but neither {KEY_VARIABLE} nor {KEY_FILE_VARIABLE} is set. {_HOW}")
    return _long_enough(text.encode())


def _long_enough(key: bytes) -> bytes:
    if len(key) < SHORTEST_KEY:
        raise MissingKey(f"The pseudonym key must have at least {SHORTEST_KEY} characters but got {len(key)}. {_HOW}")
    return key


def _from_file(variable: str, place: str, why: str, where: Paths) -> bytes:
    """Read the key from the file that a variable names; `{place}` in the name stands for the place."""
    name = os.environ.get(variable, "")
    if not name:
        raise MissingKey(f"{why}, but {variable} is not set. docs/guide/keys.md says how a shared key is given.")
    path = Path(name.replace("{place}", place))
    problem = next(_problems(path, place, where), "")
    if problem:
        raise MissingKey(f"The pseudonym key file that {variable} names {problem}. {_HOW}")
    return _long_enough(path.read_bytes().strip())


def _problems(path: Path, place: str, where: Paths) -> Iterator[str]:
    real = path.resolve()
    if real.is_relative_to(where.root.resolve()) or real.is_relative_to(where.data_of(place).resolve()):
        yield "must lie outside the project and outside the data, where it cannot be committed or copied along"
    if path.is_symlink():
        yield "must be the file itself, but it is a link"
    if not path.is_file():
        yield "is not there, or is no regular file"
    if os.name == "posix" and path.is_file():  # rights of Windows are not checked; docs/guide/keys.md says so
        yield from _open_to_others(path.stat(), path.parent.stat())


def _open_to_others(file: os.stat_result, folder: os.stat_result) -> Iterator[str]:
    if file.st_uid != os.geteuid():
        yield "must be yours, but it belongs to another user"
    if file.st_mode & 0o077:
        yield "must be readable by its owner only, but group or others may read it"
    if folder.st_mode & 0o022 and not folder.st_mode & stat.S_ISVTX:
        yield "lies in a folder that group or others may write in, so that it could be replaced"
