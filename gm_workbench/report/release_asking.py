"""Asking for a release: reports → a draft bundle, or everything that stands in the way of one."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from gm_workbench.errors import CannotRelease, DeclarationError, DisclosureRefused
from gm_workbench.guard.decisions import Decision, load_decisions
from gm_workbench.guard.differencing import Differenced
from gm_workbench.guard.policy import load_policy, policy_names
from gm_workbench.guard.scan import scan_folder
from gm_workbench.report.judged import JUDGED, policy_content
from gm_workbench.report.release_alone import DRAFT_SHELF, alone, clear_unfinished, unfinished
from gm_workbench.report.release_beside import Beside, held_against
from gm_workbench.report.release_bundle import DECISIONS, RELEASE, REPORTS, SCHEMA, SUMMARY_CSV, entry_of, read_bundle
from gm_workbench.report.release_decisions import decisions_about, decisions_csv
from gm_workbench.report.release_names import checked_name, checked_person, checked_steps, name_for, signer_name
from gm_workbench.report.release_printed import printed_faults
from gm_workbench.report.release_reading import Finished, decision_faults, faulty, read_finished
from gm_workbench.report.release_refusal import PROPOSED, refuse_differences
from gm_workbench.report.release_signing import ASKED_SIGNER, REQUEST, allowed_signers, sign
from gm_workbench.report.release_summary import pages, summary_csv
from gm_workbench.report.release_taken import approved_as, drafted_as
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.checksums import CHECKSUMS, checksum_lines, sha256
from gm_workbench.vocabulary.schemas import DataKind

WORLDS = "_worlds"
DEFAULT_WORLD = "default"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for: which reports, and why; with a key it is signed, and held against the allowed signers."""

    name: str
    reports: tuple[str, ...]
    by: str
    reason: str
    world: str = DEFAULT_WORLD
    key: Path | None = None
    allowed: Path | None = None


def draft_of(paths: Paths, name: str) -> Path:
    """Give the folder of a draft."""
    return paths.releases / DRAFT_SHELF / checked_name(name)


def ask(asked: Asked, paths: Paths, now: datetime | None = None) -> Path:
    """Make a draft of a release.

    Parameters
    ----------
    asked : Asked
    paths : Paths
    now : datetime, optional
        When it is asked for; now, unless a test says otherwise.

    Returns
    -------
    Path
        The folder of the draft, put there whole.

    Raises
    ------
    CannotRelease
        If a report, the name or the reason is not what it must be; every fault is listed.
    DifferencingRefused
        If the reports beside each other, or beside others, would give a small count away. What must be withheld besides is
        written to `releases/.drafts/<name>.proposed.csv`.
    DisclosureRefused
        If the scanner finds what looks like a record.
    ApprovalRefused
        If who asks has no name, or the key is not that person's.
    BundleBroken
        If an approved bundle, which it is held against, is not what was approved.
    """
    folder = draft_of(paths, asked.name)
    by = checked_person(asked.by, "asks for a release")
    if not asked.reason.strip():
        raise CannotRelease("A release needs a reason, in a few words: --reason ...")
    _refuse_taken(asked.name, paths)
    reports = read_reports(_paths_of(asked), paths)
    name_for(asked.name, _one_kind(reports))
    at = now or datetime.now(UTC)
    found, beside = held_against(reports, paths)
    refuse_differences(found, beside, by, at.date(), folder.with_name(f"{asked.name}{PROPOSED}"))
    content = release_content(asked, by, at, reports, found, beside)
    texts = own_texts(content, reports, decisions_about(reports, paths))
    with alone(paths.releases):
        clear_unfinished(paths.releases, asked.name)
        _refuse_taken(asked.name, paths)
        _put(folder, texts, reports, partial(_signed, asked=asked, by=by, at=at, paths=paths))
    folder.with_name(f"{asked.name}{PROPOSED}").unlink(missing_ok=True)
    return folder


def _refuse_taken(name: str, paths: Paths) -> None:
    taken = approved_as(name, paths) or drafted_as(name, paths)
    if taken:
        raise CannotRelease(f"There is a release {name} already. {taken}")


def _signed(folder: Path, asked: Asked, by: str, at: datetime, paths: Paths) -> None:
    if asked.key:
        sign(folder, asked.key, signer_name(by), allowed_signers(paths, asked.allowed), at, REQUEST)


def _paths_of(asked: Asked) -> list[str]:
    """Give where the reports that were asked for stand, inside `reports/`."""
    shelf = "" if asked.world == DEFAULT_WORLD else f"{WORLDS}/{checked_steps(f'{asked.world}/x')[0]}/"
    if not asked.reports:
        raise CannotRelease("Name at least one report as STUDY/PLACE; gm status lists what was made.")
    return sorted({shelf + "/".join(checked_steps(one)) for one in asked.reports})


def read_reports(where: Iterable[str], paths: Paths) -> list[Finished]:
    """Read reports by where they stand inside `reports/`; the faults of all of them are listed together.

    Raises
    ------
    CannotRelease
        If one was edited, misses a file, contradicts itself, or was made under other rules or decisions than those of now.
    """
    made: list[Finished] = []
    faults: list[str] = []
    for path in where:
        try:
            report = read_finished(paths.reports, path)
        except CannotRelease as error:
            faults.append(str(error))
            continue
        printed = printed_faults(report.files, report.judged["outputs"], report.every_line)
        faults += [faulty(path, printed)] if printed else []
        wrong = _policy_faults(report, paths) + decision_faults(report, load_decisions(report.report, paths.policies))
        faults += [f"{path} was made under other rules:\n" + "\n".join(f"  - {one}" for one in wrong)] if wrong else []
        made.append(report)
    if faults:
        raise CannotRelease("\n".join(faults))
    return made


def _policy_faults(report: Finished, paths: Paths) -> list[str]:
    """Say whether a report was protected by a policy that has changed since."""
    name = report.manifest["policy"]
    try:
        now = policy_content(load_policy(name, paths.policies))
    except DeclarationError as error:
        gone = name not in policy_names(paths.policies)
        said = "is no longer there; put it back in data/policies/" if gone else f"is faulty now; mend it: {error}"
        return [f"the policy {name} {said}"]
    told = report.judged["policy"]
    if now["digest"] != told["digest"]:
        return [f"the policy {name} has changed; make the report anew"]
    return (
        [] if now == told else [f"{JUDGED} tells other rules than the policy {name} of this digest has; make the report anew"]
    )


def _one_kind(reports: Sequence[Finished]) -> DataKind:
    kinds = sorted({report.manifest["kind"] for report in reports})
    if len(kinds) > 1:
        raise CannotRelease(f"A release is on one kind of data, but these are on {' and '.join(kinds)}. Ask for each apart.")
    return DataKind(kinds[0])


def release_content(
    asked: Asked, by: str, at: datetime, reports: Sequence[Finished], found: Differenced, beside: Beside
) -> dict[str, Any]:
    """Give what `release.json` holds; `docs/release.md` says what each key means."""
    policies = {report.judged["policy"]["digest"]: report.judged["policy"] for report in reports}
    protocols = {
        manifest["protocol_digest"]: {
            "name": manifest["study"],
            "version": manifest["protocol_version"],
            "digest": manifest["protocol_digest"],
        }
        for manifest in (report.manifest for report in reports)
    }
    others = sorted({(f"{side.report} {side.period}", side.origin) for side in beside.sides if not side.asked})
    return {
        "schema": SCHEMA,
        "name": asked.name,
        "data_kind": reports[0].manifest["kind"],
        "asked_by": by,
        **({ASKED_SIGNER: signer_name(by)} if asked.key else {}),
        "asked_at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "reason": asked.reason.strip(),
        "reports": [entry_of(report) for report in reports],
        "policies": [policies[key] for key in sorted(policies)],
        "protocols": [protocols[key] for key in sorted(protocols)],
        "differencing": {
            "compared": {str(rule): count for rule, count in found.compared.items()},
            "beside": [{"report": name, "release": origin} for name, origin in others],
            "skipped": list(beside.skipped),
        },
    }


def own_texts(content: Mapping[str, Any], reports: Sequence[Finished], decisions: Sequence[Decision]) -> dict[str, str]:
    """Make every file of a bundle but its reports and its checksums."""
    return {
        RELEASE: json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n",
        DECISIONS: decisions_csv(decisions),
        SUMMARY_CSV: summary_csv(reports, decisions),
        **pages(content, reports, decisions),
    }


def _put(folder: Path, texts: Mapping[str, str], reports: Sequence[Finished], seal: Callable[[Path], None]) -> None:
    """Write a bundle beside its place, seal and scan it, and give it its name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=unfinished(folder.name), dir=folder.parent))
    try:
        files = {name: text.encode("utf-8") for name, text in texts.items()}
        for report in reports:
            files |= {f"{REPORTS}/{report.path}/{name}": content for name, content in report.files.items()}
        for name, content in files.items():
            (half / name).parent.mkdir(parents=True, exist_ok=True)
            (half / name).write_bytes(content)
        sums = checksum_lines({name: sha256(content) for name, content in files.items()})
        (half / CHECKSUMS).write_bytes(sums.encode("utf-8"))
        seal(half)
        refuse_scanned(half)
        read_bundle(half)
        half.rename(folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def refuse_scanned(folder: Path) -> None:
    """Refuse a bundle in which the scanner finds what looks like a record."""
    found = scan_folder(folder)
    if found:
        said = "\n".join(f"  {finding}" for finding in found)
        raise DisclosureRefused(f"A release must hold nothing that looks like a record, so it is not made. Found:\n{said}")
