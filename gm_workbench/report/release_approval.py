"""Approval: a second person looks at a draft, everything is checked again, and the bundle is closed for good."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gm_workbench.errors import ApprovalRefused, BundleBroken, CannotRelease
from gm_workbench.report.closed import close, remove_closed
from gm_workbench.report.release_alone import DRAFT_SHELF, alone, clear_unfinished, unfinished
from gm_workbench.report.release_asking import draft_of, own_texts, read_reports, refuse_scanned
from gm_workbench.report.release_beside import held_against
from gm_workbench.report.release_bundle import REPORTS, SCHEMA, Bundle, read_bundle, state_of
from gm_workbench.report.release_decisions import decisions_about
from gm_workbench.report.release_history import HISTORY, head, read_history, with_line
from gm_workbench.report.release_names import checked_name, checked_person, may_be_one, one_person, signer_name
from gm_workbench.report.release_refusal import PROPOSED, refuse_differences
from gm_workbench.report.release_shelf import folders_of, line_of, shelf_faults, verify_signatures
from gm_workbench.report.release_signing import APPROVAL, allowed_signers, sign
from gm_workbench.report.release_taken import approved_as
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind


@dataclass(frozen=True, slots=True)
class Consent:
    """Who approves what, as which kind of data, and with which key."""

    name: str
    by: str
    kind: DataKind = DataKind.REAL
    key: Path | None = None
    allowed: Path | None = None


def approve(consent: Consent, paths: Paths, now: datetime | None = None) -> Bundle:
    """Approve a draft: check everything again, close it, and write one line of history.

    Parameters
    ----------
    consent : Consent
    paths : Paths
    now : datetime, optional
        When it is approved; now, unless a test says otherwise.

    Returns
    -------
    Bundle
        The approved bundle.

    Raises
    ------
    ApprovalRefused
        If the same person asked for it, it is on another kind of data, or the key is not that person's.
    BundleBroken
        If the draft, an approved bundle or the history is not what was written.
    CannotRelease
        If the reports have changed since it was asked for, or there is no such draft.
    DifferencingRefused, DisclosureRefused
        As when it was asked for: another bundle may have been approved since.
    """
    name, by = checked_name(consent.name), checked_person(consent.by, "approves a release")
    with alone(paths.releases):
        clear_unfinished(paths.releases, name)
        _clear_interrupted(name, by, paths)
        draft = _draft(name, by, consent.kind, paths)
        half = paths.releases / f"{unfinished(name)}{os.getpid()}"
        try:
            shutil.copytree(draft.folder, half, symlinks=True)
            _check_again(read_bundle(half), paths)
            verify_signatures(read_bundle(half), allowed_signers(paths, consent.allowed))
            _write_approval(half, draft, by, consent, paths, now or datetime.now(UTC))
            bundle = read_bundle(half)
            close(half)
            half.rename(paths.releases / name)
        finally:
            remove_closed(half)
        bundle = read_bundle(paths.releases / name)
        _write_history(bundle, paths.releases)
        remove_closed(draft.folder)
        return bundle


def _draft(name: str, by: str, kind: DataKind, paths: Paths) -> Bundle:
    """Read the draft, and hold it against who approves it and as what."""
    taken = approved_as(name, paths)
    if taken:
        raise ApprovalRefused(taken)
    folder = draft_of(paths, name)
    if not folder.exists():
        raise CannotRelease(f"There is no draft {name}; gm release list says which there are.")
    draft = read_bundle(folder)
    if draft.approval is not None or draft.name != name:
        raise BundleBroken(f"{name} is not what was put in it: it is another bundle, or it says that it was approved.")
    if may_be_one(by, draft.content["asked_by"]):
        raise ApprovalRefused(
            f"{name} must be approved by another person than {draft.content['asked_by']}, who asked for it, but got {by}. "
            "Ask a colleague to look at it. If these are two people, both write a name with a word that is unlike all of the "
            f"other's: another first name, an initial, a name at birth. Discard the draft (gm release discard {name}) and ask "
            "again under the longer name; then approve under the other."
        )
    if draft.kind is not kind:
        as_kind = "" if draft.kind is DataKind.REAL else f" --kind {draft.kind}"
        raise ApprovalRefused(
            f"{name} holds {draft.kind} data and cannot be approved as {kind}. If that is what you mean, approve it as what it "
            f"is: gm release approve {name} --by ...{as_kind}"
        )
    return draft


def _check_again(draft: Bundle, paths: Paths) -> None:
    """Do every check anew: the reports as they stand, the numbers beside each other, the scanner, the summary."""
    stand = read_reports([report.path for report in draft.reports.values()], paths)
    changed = [one.path for one in stand if one.digest != draft.reports[f"{REPORTS}/{one.path}"].digest]
    if changed:
        raise CannotRelease(
            f"Reports in {draft.name} have changed since it was asked for: {', '.join(changed)}. "
            f"Discard the draft (gm release discard {draft.name}) and ask again."
        )
    found, beside = held_against(stand, paths)
    proposed = draft_of(paths, draft.name).with_name(f"{draft.name}{PROPOSED}")
    refuse_differences(found, beside, str(draft.content["asked_by"]), datetime.now(UTC).date(), proposed)
    texts = own_texts(draft.content, stand, decisions_about(stand, paths))
    other = [name for name, text in texts.items() if (draft.folder / name).read_bytes() != text.encode("utf-8")]
    if other:
        raise BundleBroken(
            f"{draft.name} does not say what is in it: {', '.join(sorted(other))}. Discard the draft and ask again."
        )
    refuse_scanned(draft.folder)


def _write_approval(folder: Path, draft: Bundle, by: str, consent: Consent, paths: Paths, at: datetime) -> None:
    at = at.astimezone(UTC).replace(microsecond=0)
    signer = signer_name(by) if consent.key else ""
    content = {
        "schema": SCHEMA,
        "name": draft.name,
        "data_kind": str(draft.kind),
        "digest": draft.digest,
        "asked_by": draft.content["asked_by"],
        "approved_by": by,
        "approved_at": at.isoformat(timespec="seconds"),
        "state": state_of(draft.kind, signed=bool(signer)),
        "signer": signer,
        "previous": head(paths.releases),
    }
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / APPROVAL).write_bytes(text.encode("utf-8"))
    if consent.key:
        sign(folder, consent.key, signer, allowed_signers(paths, consent.allowed), at)


def _write_history(bundle: Bundle, releases: Path) -> None:
    file = releases / HISTORY
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    half = releases / f".{HISTORY}.new-{os.getpid()}"
    half.write_bytes(with_line(text, line_of(bundle)).encode("utf-8"))
    half.replace(file)


def _clear_interrupted(name: str, by: str, paths: Paths) -> None:
    """Remove what an approval left that was stopped between closing the bundle and writing its line: it is done anew.

    Anybody who can write in the folder can put a bundle there, so it is not finished as it lies, and another than the draft is
    refused and left for a person to look at.
    """
    lines = read_history(paths.releases)
    if not (paths.releases / name).exists() or name in {line["name"] for line in lines}:
        return
    bundle = read_bundle(paths.releases / name)
    approval = bundle.approval or {}
    same = one_person(str(approval.get("approved_by", ""))) == one_person(by)
    if not same or approval.get("previous") != head(paths.releases) or not draft_of(paths, name).exists():
        return
    if bundle.digest != read_bundle(draft_of(paths, name)).digest:
        raise BundleBroken(
            f"{name} lies in releases/ without a line in {HISTORY}, and is not the draft of that name: nobody approved it. "
            "Remove that folder, look at who put it there, and approve again."
        )
    remove_closed(bundle.folder)


def discard(name: str, paths: Paths) -> None:
    """Remove a draft; an approved bundle stays.

    Raises
    ------
    CannotRelease
        If there is no such draft.
    """
    folder = draft_of(paths, name)
    if not folder.is_dir() or folder.is_symlink():
        raise CannotRelease(f"There is no draft {name}; gm release list says which there are.")
    with alone(paths.releases):
        clear_unfinished(paths.releases, name)
        remove_closed(folder)
    folder.with_name(f"{name}{PROPOSED}").unlink(missing_ok=True)


def verify_release(name: str, paths: Paths, allowed: Path | None = None) -> Bundle:
    """Say whether an approved bundle is what was approved: every byte, its line in the history, its signature.

    Parameters
    ----------
    name : str
    paths : Paths
    allowed : Path, optional
        Another file of allowed signers than the project's.

    Raises
    ------
    BundleBroken
        With everything that is wrong.
    """
    folder = paths.releases / checked_name(name)
    bundle = read_bundle(folder)
    if bundle.approval is None or bundle.name != name:
        raise BundleBroken(f"{name} was not approved, or is another bundle than its folder says.")
    lines = read_history(paths.releases)
    there = {one.name for one in folders_of(paths.releases)}
    own = [fault for fault in shelf_faults(lines, {name: bundle}) if fault.startswith(f"{name}:")]
    gone = [line["name"] for line in lines if line["name"] not in there]
    faults = [*own, *(f"{one}: is in {HISTORY}, and its bundle is not there" for one in gone if one != name)]
    if faults:
        raise BundleBroken("releases/ is not what was approved:\n" + "\n".join(f"  - {fault}" for fault in faults))
    verify_signatures(bundle, allowed_signers(paths, allowed))
    return bundle


def overview(paths: Paths) -> list[dict[str, Any]]:
    """List every release: drafts, approved bundles in the order of the history, and what is broken."""
    rows = []
    for folder in [*sorted((paths.releases / DRAFT_SHELF).glob("*")), *folders_of(paths.releases)]:
        if folder.is_dir() and not folder.name.startswith("."):
            rows.append({"name": folder.name, **_row(folder)})
    return rows


def _row(folder: Path) -> dict[str, Any]:
    try:
        bundle = read_bundle(folder)
    except BundleBroken:
        return {"state": "broken", "data_kind": "", "reports": 0, "asked_by": "", "approved_by": "", "approved_at": ""}
    approval = bundle.approval or {}
    return {
        "state": bundle.state,
        "data_kind": str(bundle.kind),
        "reports": len(bundle.reports),
        "asked_by": bundle.content["asked_by"],
        "approved_by": approval.get("approved_by", ""),
        "approved_at": approval.get("approved_at", "")[:10],
    }
