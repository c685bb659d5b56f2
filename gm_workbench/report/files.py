"""The files of a finished report, read back, and whether someone changed them since."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gm_workbench.report.manifest import MANIFEST
from gm_workbench.vocabulary.checksums import CHECKSUMS, digests_by_name, sha256


def contents(folder: Path) -> dict[str, bytes]:
    """Read the files of a report; folders inside it that hold a manifest are reports on other periods, and are left out."""
    others = [manifest.parent for manifest in folder.glob(f"*/{MANIFEST}")]
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not any(map(file.is_relative_to, others))]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def loose_folders(folder: Path) -> list[str]:
    """Name the folders in which, and below which, there is no file: checksums do not see them."""
    everything = sorted(folder.rglob("*"))
    held = {above for one in everything if not one.is_dir() for above in one.parents}
    return [one.relative_to(folder).as_posix() for one in everything if one.is_dir() and one not in held]


def edited(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Name the files of a report that are not what was written, by its checksums, each with what is wrong with it.

    >>> edited({"checksums.sha256": b"", "report.html": b"x"})
    ('report.html: not one of its files',)
    """
    if CHECKSUMS not in files:
        return (f"{CHECKSUMS}: missing",)
    sums = digests_by_name(files[CHECKSUMS].decode("utf-8", errors="replace"))
    there = {name: sha256(content) for name, content in files.items() if name != CHECKSUMS}
    changed = sorted(name for name in {*sums, *there} if sums.get(name) != there.get(name))
    return tuple(f"{name}: {_what(name, sums, there)}" for name in changed)


def _what(name: str, sums: Mapping[str, str], there: Mapping[str, str]) -> str:
    if name not in there:
        return "missing"
    return "changed by hand" if name in sums else "not one of its files"
