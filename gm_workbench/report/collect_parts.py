"""A bundle that arrived, checked by itself: every digest, its signature, its protocols and policies, and what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from gm_workbench.errors import BundleBroken, WorkbenchError
from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.scan import scan_folder
from gm_workbench.report.release_bundle import RELEASE, Bundle, read_bundle
from gm_workbench.report.release_reading import Finished
from gm_workbench.report.release_signing import verify
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.codes import Place, PlaceKind
from gm_workbench.vocabulary.protocols import Protocol, load_protocol
from gm_workbench.vocabulary.schemas import DataKind

Key = tuple[str, str]
"""What a collection holds once: (study, place)."""

PLACES = {
    DataKind.REAL: (PlaceKind.MUNICIPALITY,),
    DataKind.SYNTHETIC: (PlaceKind.MUNICIPALITY, PlaceKind.FICTIONAL),
    DataKind.PUBLISHED: (PlaceKind.PUBLISHED,),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """Against what a bundle is held: this checkout's declarations, who may sign, and whether an unsigned one counts."""

    paths: Paths
    allowed: Path
    unsigned: bool = False
    protocols: dict[str, Protocol] = field(default_factory=dict, compare=False)  # read once, however many bundles there are

    def protocol(self, study: str) -> Protocol:
        """Give the protocol that is declared here, or raise as `load_protocol` does."""
        if study not in self.protocols:
            self.protocols[study] = load_protocol(study, self.paths.protocols, self.paths.instruments)
        return self.protocols[study]


@dataclass(frozen=True, slots=True)
class Part:
    """An approved bundle as it is kept in a collection."""

    bundle: Bundle

    @property
    def approval(self) -> Mapping[str, Any]:
        return self.bundle.approval or {}

    @property
    def name(self) -> str:
        """Name its folder: two bundles of one name have two digests."""
        return f"{self.bundle.name}-{self.bundle.digest[:12]}"

    @property
    def approved_at(self) -> datetime:
        return datetime.fromisoformat(str(self.approval["approved_at"]))

    @property
    def signature(self) -> str:
        return f"signed by {self.approval['signer']}" if self.bundle.signed else "unsigned"

    @property
    def reports(self) -> dict[Key, Finished]:
        """Each report by study and place."""
        return {key_of(report): report for report in self.bundle.reports.values()}

    @property
    def worlds(self) -> set[str]:
        return {str(report.manifest["world"]) for report in self.bundle.reports.values()}


def key_of(report: Finished) -> Key:
    """Give what a report is about: (study, place)."""
    return (str(report.manifest["study"]), str(report.manifest["place"]))


def read_part(folder: Path, rules: Rules) -> tuple[Part | None, list[str]]:
    """Read a bundle and say everything that is wrong with it.

    Parameters
    ----------
    folder : Path
        A copy that nobody else changes.
    rules : Rules

    Returns
    -------
    tuple of Part or None, and list of str
        No part when it is no bundle, or not an approved one.
    """
    if not (folder / RELEASE).is_file():
        return None, [f"there is no {RELEASE} in it, so it is no bundle of gm release"]
    try:
        bundle = read_bundle(folder)
    except BundleBroken as error:
        return None, [line.removeprefix("  - ") for line in str(error).splitlines()[1:]]
    if bundle.approval is None:
        return None, ["it is a draft, which nobody approved"]
    part = Part(bundle)
    return part, [*_signature_faults(part, rules), *_report_faults(part, rules), *_scanned(folder)]


def _signature_faults(part: Part, rules: Rules) -> Iterator[str]:
    if not part.bundle.signed:
        if not rules.unsigned:
            yield "it is not signed, so it could be anybody's; ask for a signed one, or take it with --accept-unsigned"
        return
    try:
        verify(part.bundle.folder, rules.allowed, str(part.approval["signer"]), part.approved_at)
    except BundleBroken as error:
        yield str(error)


def _report_faults(part: Part, rules: Rules) -> Iterator[str]:
    if len(part.reports) < len(part.bundle.reports):
        yield "it holds two periods of one study and place; ask for a bundle with the one that is meant"
    for (study, place), report in part.reports.items():
        said = f"{study}/{place}: "
        yield from (said + fault for fault in (*_place_faults(place, part, rules.paths), *_declared_faults(report, rules)))


def _place_faults(place: str, part: Part, where: Paths) -> Iterator[str]:
    try:
        kind = Place.parse(place, where.codes).kind
    except WorkbenchError as error:
        yield str(error)
        return
    if kind not in PLACES[part.bundle.kind]:
        yield f"{place} cannot have {part.bundle.kind} data"


def _declared_faults(report: Finished, rules: Rules) -> Iterator[str]:
    """Say where a report rests on another protocol or policy than this checkout declares."""
    manifest, told = report.manifest, report.estimates
    try:
        protocol = rules.protocol(str(manifest["study"]))
    except WorkbenchError:
        yield "its protocol is not declared here, or cannot be read"
        return
    if manifest["protocol_digest"] != protocol.digest:
        yield f"its protocol (version {manifest['protocol_version']}) is not the one that is declared here ({protocol.version})"
    published = manifest["kind"] == DataKind.PUBLISHED
    wanted = {"design": None if published else protocol.design.value, "assignment": str(protocol.assignment)}
    yield from (f"its {name} is not that of the protocol" for name, value in wanted.items() if told.get(name) != value)
    strange = {one["name"] for one in told["estimates"]} - {one.name for one in protocol.estimands}
    yield from (f"the protocol declares no estimand {name}" for name in sorted(strange))
    try:
        digest = load_policy(str(manifest["policy"]), rules.paths.policies).digest
    except WorkbenchError:
        digest = ""
    if report.judged["policy"]["digest"] != digest:
        yield f"its policy {manifest['policy']} is not the one of that name here"


def _scanned(folder: Path) -> list[str]:
    return [f"the scanner found what looks like a record: {finding}" for finding in scan_folder(folder)]
