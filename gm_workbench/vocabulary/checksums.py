"""The file that says what the files beside it are: a line each, digest and name, as `sha256sum` writes and checks it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

CHECKSUMS = "checksums.sha256"


def sha256(content: bytes) -> str:
    """Give the digest of some bytes."""
    return hashlib.sha256(content).hexdigest()


def checksum_lines(digests: Mapping[str, str]) -> str:
    r"""Write the digest of each file, by name.

    >>> checksum_lines({"b": "1f", "a": "0c"})
    '0c  a\n1f  b\n'
    """
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def digests_by_name(lines: str) -> dict[str, str]:
    r"""Read such a file back, in the order of its lines.

    >>> digests_by_name("0c  a\n1f  b\n")
    {'a': '0c', 'b': '1f'}
    """
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines.splitlines())}
