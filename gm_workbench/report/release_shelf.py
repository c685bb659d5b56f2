"""All approved bundles, held against the history: each line has its bundle, and each bundle its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from gm_workbench.errors import BundleBroken
from gm_workbench.report.release_bundle import Bundle, read_bundle
from gm_workbench.report.release_history import HISTORY, read_history
from gm_workbench.report.release_signing import APPROVAL, ASKED_SIGNER, REQUEST, verify
from gm_workbench.vocabulary.checksums import sha256


def approved_bundles(releases: Path) -> tuple[Bundle, ...]:
    """Read every approved bundle, in the order of the history.

    Raises
    ------
    BundleBroken
        If the history or a bundle was changed, or one has no other.
    """
    lines = read_history(releases)
    bundles = {folder.name: read_bundle(folder) for folder in folders_of(releases)}
    faults = shelf_faults(lines, bundles)
    if faults:
        raise BundleBroken("releases/ is not what was approved:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return tuple(bundles[line["name"]] for line in lines)


def verify_signatures(bundle: Bundle, allowed: Path) -> None:
    """Hold what is signed of a bundle, the request and the approval, against a file of allowed signers.

    Raises
    ------
    BundleBroken
        If a signature is not that of who asked, or who approved.
    """
    content, approval = bundle.content, bundle.approval
    if ASKED_SIGNER in content:
        verify(bundle.folder, allowed, content[ASKED_SIGNER], datetime.fromisoformat(content["asked_at"]), REQUEST)
    if approval is not None and bundle.signed:
        verify(bundle.folder, allowed, approval["signer"], datetime.fromisoformat(approval["approved_at"]))


def folders_of(releases: Path) -> list[Path]:
    """Give the folders that hold, or should hold, an approved bundle."""
    return sorted(one for one in releases.glob("*") if not one.name.startswith(".") and (one.is_dir() or one.is_symlink()))


def shelf_faults(lines: Sequence[Mapping[str, Any]], bundles: Mapping[str, Bundle]) -> list[str]:
    """Say where the history and the bundles do not belong together."""
    names = [line["name"] for line in lines]
    faults = [f"{name}: is in {HISTORY}, and its bundle is not there" for name in names if name not in bundles]
    loose = [name for name in bundles if name not in names]
    faults += [f"{name}: is not in {HISTORY}; nobody approved it, or its line was taken out" for name in loose]
    for line in lines:
        bundle = bundles.get(line["name"])
        if bundle is not None and line_of(bundle) != line:
            faults.append(f"{bundle.name}: is not what {HISTORY} says")
    return faults


def line_of(bundle: Bundle) -> dict[str, Any]:
    """Give the line of the history that belongs to an approved bundle; what is given of a draft fits no line."""
    approval = bundle.approval or {}
    same = ("name", "data_kind", "digest", "asked_by", "approved_by", "approved_at", "state", "previous")
    return {
        **{key: approval.get(key) for key in same},
        "reports": sorted(bundle.reports),
        "approval": sha256((bundle.folder / APPROVAL).read_bytes()) if approval else "",
    }
