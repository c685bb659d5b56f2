"""The history of releases: one line for each approval, with the digest of the line before it; nothing is ever taken out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gm_workbench.errors import BundleBroken

HISTORY = "history.jsonl"
FIRST = 64 * "0"
"""What stands for the line before the first."""

KEYS = frozenset(
    ("name", "data_kind", "digest", "asked_by", "approved_by", "approved_at", "state", "reports", "approval", "previous")
)


def read_history(releases: Path) -> tuple[dict[str, Any], ...]:
    """Read the history; none when nothing was ever approved.

    Raises
    ------
    BundleBroken
        If a line was changed, taken out or put in: then the digests do not follow each other.
    """
    file = releases / HISTORY
    lines = _lines(file)
    faults = history_faults(lines)
    if file.is_symlink():
        faults = ["it is a symbolic link"]
    if faults:
        raise BundleBroken(f"{HISTORY} is not what was written:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return tuple(json.loads(line) for line in lines)


def _lines(file: Path) -> list[str]:
    """Split at line ends only: what else could pass for one may stand in a name."""
    text = file.read_bytes().decode("utf-8", errors="replace") if file.is_file() else ""
    return text.removesuffix("\n").split("\n") if text else []


def history_faults(lines: Sequence[str]) -> list[str]:
    """Say at which lines the chain of digests is broken.

    Examples
    --------
    >>> history_faults([]), history_faults(["{}"])
    ([], ['line 1: not a line of the history'])
    """
    faults, before, names = [], FIRST, set()
    for at, line in enumerate(lines, start=1):
        content = _line(line)
        if content is None:
            faults.append(f"line {at}: not a line of the history")
        elif content["previous"] != before:
            faults.append(f"line {at}: does not follow on the line before it; a line was changed, taken out or put in")
        elif content["name"] in names:
            faults.append(f"line {at}: {content['name']} was approved before")
        names.add("" if content is None else content["name"])
        before = digest_of(line)
    return faults


def _line(line: str) -> dict[str, Any] | None:
    try:
        content = json.loads(line)
    except ValueError:
        return None
    return content if isinstance(content, dict) and content.keys() == KEYS else None


def digest_of(line: str) -> str:
    """Give the digest of a line, without its line end."""
    return hashlib.sha256(line.encode("utf-8")).hexdigest()


def head(releases: Path) -> str:
    """Give the digest of the last line; whoever keeps it notices when lines at the end are taken out."""
    lines = _lines(releases / HISTORY)
    return digest_of(lines[-1]) if lines else FIRST


def with_line(text: str, content: Mapping[str, Any]) -> str:
    """Give the history with one line more."""
    return text + json.dumps(content, sort_keys=True, ensure_ascii=False) + "\n"
