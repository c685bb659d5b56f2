"""The longest text between two tags of XML, without building anything of it: a cell of millions of signs costs no memory."""

from __future__ import annotations

from typing import IO

import numpy as np

BLOCK = 4 << 20


def longest_text(file: IO[bytes], enough: int) -> int:
    """Give the length in bytes of the longest stretch without ``<``; once one is longer than `enough`, nothing more is read.

    >>> import io; longest_text(io.BytesIO(b"<a>four</a>"), 100)
    6
    """
    longest, open_ = 0, 0
    while longest <= enough and (block := file.read(BLOCK)):
        tags = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord("<"))
        if not len(tags):
            open_ += len(block)
            longest = max(longest, open_)
            continue
        longest = max(longest, open_ + int(tags[0]), int(np.diff(tags).max(initial=0)) - 1)
        open_ = len(block) - int(tags[-1]) - 1
    return max(longest, open_)
