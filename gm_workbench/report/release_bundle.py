"""A bundle, read back: every digest in it is checked, and everything that is wrong is said at once.

`docs/release.md` says what a bundle holds. A program that collects bundles starts here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gm_workbench.errors import BundleBroken
from gm_workbench.report.files import loose_folders
from gm_workbench.report.release_names import is_name, may_be_one, signer_name
from gm_workbench.report.release_reading import Finished, parse_finished
from gm_workbench.report.release_signing import APPROVAL, ASKED_SIGNER, SIGNATURE, SIGNED_REQUEST
from gm_workbench.report.release_summary import INSIDE, PAGES
from gm_workbench.vocabulary.checksums import CHECKSUMS, digests_by_name, sha256
from gm_workbench.vocabulary.schemas import DataKind

SCHEMA = 1
RELEASE = "release.json"
SUMMARY_CSV = "summary.csv"
DECISIONS = "decisions.csv"
REPORTS = "reports"
BESIDE = frozenset({CHECKSUMS, SIGNED_REQUEST, APPROVAL, SIGNATURE})
"""What the checksums of a bundle do not cover."""

OWN = frozenset({RELEASE, SUMMARY_CSV, DECISIONS, *PAGES.values(), *INSIDE.values()})
"""What a bundle holds beside reports; anything else is refused."""

UNSIGNED, SIGNED = "unsigned", "signed"
DRAFT = "draft"

KEYS = frozenset(
    ("schema", "name", "data_kind", "asked_by", "asked_at", "reason", "reports", "policies", "protocols", "differencing")
)
APPROVAL_KEYS = frozenset(
    ("schema", "name", "data_kind", "digest", "asked_by", "approved_by", "approved_at", "state", "signer", "previous")
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose every digest was checked.

    Attributes
    ----------
    folder : Path
    content : mapping
        What `release.json` holds.
    approval : mapping or None
        What `approval.json` holds; None of a draft. Its signature is checked by `release_signing.verify`.
    digest : str
        SHA-256 of its `checksums.sha256`.
    reports : mapping of str to Finished
        Each report by its path inside the bundle.
    """

    folder: Path
    content: Mapping[str, Any]
    approval: Mapping[str, Any] | None
    digest: str
    reports: Mapping[str, Finished]

    @property
    def name(self) -> str:
        return str(self.content["name"])

    @property
    def kind(self) -> DataKind:
        return DataKind(self.content["data_kind"])

    @property
    def state(self) -> str:
        """Say how it stands: a draft, or approved and how."""
        return DRAFT if self.approval is None else str(self.approval["state"])

    @property
    def signed(self) -> bool:
        """Whether it says that it was signed; `release_signing.verify` says whether it was."""
        return self.approval is not None and self.approval["signer"] != ""


def state_of(kind: DataKind, *, signed: bool) -> str:
    """Say how an approved bundle stands; one that is not real says so.

    >>> state_of(DataKind.REAL, signed=False), state_of(DataKind.SYNTHETIC, signed=True)
    ('approved, unsigned', 'approved as synthetic, signed')
    """
    how = "approved" if kind is DataKind.REAL else f"approved as {kind}"
    return f"{how}, {SIGNED if signed else UNSIGNED}"


def read_bundle(folder: Path) -> Bundle:
    """Read a bundle, a draft or an approved one.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    BundleBroken
        With everything that is wrong: files that are missing, changed or too many, symbolic links, another schema, reports that
        contradict each other or the bundle, an approval of something else.
    """
    try:
        faults, bundle = _read(folder)
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:  # closed by default
        faults, bundle = [f"it is not of the form of a bundle ({type(error).__name__})"], None
    if faults or bundle is None:
        raise BundleBroken(f"{folder.name} is not what was put in it:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return bundle


def _read(folder: Path) -> tuple[list[str], Bundle | None]:
    if folder.is_symlink() or not folder.is_dir():
        return ["there is no such folder"], None
    everything = sorted(folder.rglob("*"))
    links = [
        one.relative_to(folder).as_posix() for one in everything if one.is_symlink() or not (one.is_file() or one.is_dir())
    ]
    if links:
        return [f"{link}: a symbolic link, or no file" for link in links], None
    files = {one.relative_to(folder).as_posix(): one.read_bytes() for one in everything if one.is_file()}
    faults = [*_file_faults(files), *(f"{name}/: a folder without a file" for name in loose_folders(folder))]
    if faults:
        return faults, None
    content = json.loads(files[RELEASE])
    approval = json.loads(files[APPROVAL]) if APPROVAL in files else None
    reports, faults = _reports(content, files)
    digest = sha256(files[CHECKSUMS])
    bundle = Bundle(folder, content, approval, digest, reports)
    faults += [*_content_faults(bundle), *_request_faults(content, signature=SIGNED_REQUEST in files)]
    return [*faults, *_approval_faults(bundle, signature=SIGNATURE in files)], bundle


def _file_faults(files: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted({CHECKSUMS, *OWN}):
        if name not in files:
            yield f"{name}: missing"
    sums = digests_by_name(files.get(CHECKSUMS, b"").decode("utf-8", errors="replace"))
    if list(sums) != sorted(sums):
        yield f"{CHECKSUMS}: not sorted by path"
    for name in sorted({*sums, *files} - BESIDE):
        if name not in files:
            yield from () if name in OWN else (f"{name}: missing",)
        elif name not in sums:
            yield f"{name}: not one of its files"
        elif sums[name] != sha256(files[name]):
            yield f"{name}: changed"


def _reports(content: Mapping[str, Any], files: Mapping[str, bytes]) -> tuple[dict[str, Finished], list[str]]:
    """Read the reports that a bundle says that it holds; each file is of one of them, or of the bundle itself."""
    made: dict[str, Finished] = {}
    faults: list[str] = []
    paths = [entry["path"] for entry in content["reports"]]
    owner = {name: _owner(name, paths) for name in files if name not in BESIDE | OWN}
    faults += [f"{name}: nothing that belongs in a bundle" for name, path in owner.items() if path is None]
    for entry in content["reports"]:
        path = entry["path"]
        own = {name.removeprefix(f"{path}/"): files[name] for name, whose in owner.items() if whose == path}
        report, wrong = parse_finished(path.removeprefix(f"{REPORTS}/"), own)
        faults += [f"{path}/{fault}" for fault in wrong]
        if report is None:
            continue
        made[path] = report
        faults += [
            f"{path}: {key} is not what {RELEASE} says" for key, value in entry_of(report).items() if entry.get(key) != value
        ]
    return made, faults


def _owner(name: str, paths: list[str]) -> str | None:
    """Give the report that a file is of: the one that stands deepest, as another period stands in a folder inside it."""
    return max((path for path in paths if name.startswith(f"{path}/")), key=len, default=None)


def entry_of(report: Finished) -> dict[str, Any]:
    """Give what `release.json` says of one report."""
    manifest, judged = report.manifest, report.judged
    plain = ("study", "place", "place_name", "period", "world", "protocol_version", "protocol_digest")
    return {
        **{key: manifest[key] for key in (*plain, "policy", "policy_version", "commit", "dirty", "lock", "decisions")},
        "path": f"{REPORTS}/{report.path}",
        "data_kind": manifest["kind"],
        "policy_digest": judged["policy"]["digest"],
        "checksums": report.digest,
        "estimates": [one["name"] for one in report.estimates["estimates"]],
        "withheld": list(report.estimates["withheld"]),
    }


def _content_faults(bundle: Bundle) -> Iterator[str]:
    content = bundle.content
    if content.get("schema") != SCHEMA or content.keys() - {ASKED_SIGNER} != KEYS:
        yield f"{RELEASE}: schema must be {SCHEMA}, with the keys of {SCHEMA} and no others"
        return
    kinds = {entry["data_kind"] for entry in content["reports"]} | {
        report.manifest["kind"] for report in bundle.reports.values()
    }
    if kinds != {content["data_kind"]}:
        yield f"{RELEASE}: data_kind is not that of every report"
    if content["data_kind"] != DataKind.REAL and not content["name"].startswith(f"{content['data_kind']}-"):
        yield f"{RELEASE}: the name does not say that the data are {content['data_kind']}"
    if not is_name(content["asked_by"]) or not content["reason"].strip():
        yield f"{RELEASE}: nobody asked for it, or without a reason"
    datetime.fromisoformat(content["asked_at"])


def _request_faults(content: Mapping[str, Any], *, signature: bool) -> Iterator[str]:
    """Say whether it was signed by who asked for it, when it says so; `verify_signatures` holds the signature against a key."""
    signed = ASKED_SIGNER in content
    if signed and content[ASKED_SIGNER] != signer_name(content["asked_by"]):
        yield f"{RELEASE}: signed by another than who asked for it"
    if signed != signature:
        yield f"{SIGNED_REQUEST}: {'missing' if signed else 'not expected'}"


def _approval_faults(bundle: Bundle, *, signature: bool) -> Iterator[str]:
    approval = bundle.approval
    if approval is None:
        if signature:
            yield f"{SIGNATURE}: a signature of no approval"
        return
    if approval.get("schema") != SCHEMA or approval.keys() != APPROVAL_KEYS:
        yield f"{APPROVAL}: schema must be {SCHEMA}, with the keys of {SCHEMA} and no others"
        return
    signed = approval["signer"] != ""
    wanted = {
        "name": bundle.name,
        "data_kind": bundle.content["data_kind"],
        "asked_by": bundle.content["asked_by"],
        "digest": bundle.digest,
        "state": state_of(bundle.kind, signed=signed),
    }
    yield from (f"{APPROVAL}: {key} is not that of the bundle" for key, value in wanted.items() if approval[key] != value)
    if not is_name(approval["approved_by"]):
        yield f"{APPROVAL}: approved by what is no name"
    if may_be_one(approval["approved_by"], bundle.content["asked_by"]):
        yield f"{APPROVAL}: approved by who asked for it, or under nearly the same name"
    if signed and approval["signer"] != signer_name(approval["approved_by"]):
        yield f"{APPROVAL}: signed by another than who approved"
    if signed != signature:
        yield f"{SIGNATURE}: {'missing' if signed else 'not expected'}"
    datetime.fromisoformat(approval["approved_at"])
