"""Where folders of a machine are named: on a disk, on a server, or in somebody's own folder; also as scripts write them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ROOTS = "home|Users|root|tmp|var|mnt|media|data|opt|srv|private|work|workspace|usr|etc|run|proc|Volumes|app|nfs|scratch|dbfs"
_KINDS = "csv|xlsx?|sav|parquet|db|sqlite|json|txt|docx?|pdf"
_PATH = re.compile(
    rf"(?=[/~\\$%])(?:(?<![\w./<~\-])/(?:[A-Za-z]/)?(?:{_ROOTS})/[\w.\-]+|(?<![\w/])~/[\w.\-]+/"
    r"|\$\{?HOME\}?/|%(?:USERPROFILE|APPDATA|HOMEPATH|TEMP)%"
    r"|(?<!\\)\\\\[\w.\-]{2,}\\[\w.$\-]{2,}|\\{4}[\w.\-]{2,}\\\\[\w.$\-]{2,})"
)
_COLON = re.compile(
    rf":(?:(?<=[A-Za-z]:)(?<!\w[A-Za-z]:)(?:/(?:{_ROOTS})/|\\{{1,2}}[\w .$\-]+(?:\\|\.(?:{_KINDS})\b)"
    r"|\\{1,2}(?:Users|Windows|Temp|Documents)\b)"
    r"|/(?<=file:/)(?<![A-Za-z]file:/)|//(?<=(?:smb|nfs|afp)://)|//(?<=(?:cifs|sftp|hdfs|dbfs)://))"
)
"""What stands behind a colon: of a drive, or of a way to reach a folder."""


def paths(text: str) -> Iterator[int]:
    r"""Give where paths begin, those of a drive or a server at the colon.

    >>> list(paths(r"C:\Users")), list(paths(r"\\server\share")), list(paths("data/raw"))
    ([1], [0], [])
    """
    colons = {match.start() for match in _COLON.finditer(text)}
    yield from sorted(colons)
    yield from (match.start() for match in _PATH.finditer(text) if match.start() - 1 not in colons)
