"""From a delivery to what is in force of a place: at once when nothing has changed, else read file by file and kept."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from gm_workbench.errors import MissingKey
from gm_workbench.intake.delivery import Delivery, open_delivery
from gm_workbench.intake.faults import Fault, found, masked, refuse, worst
from gm_workbench.intake.gathering import OF_ALL, Gathered, gather
from gm_workbench.intake.kept.catalog import Catalog, PartFile, Source, label, load
from gm_workbench.intake.kept.laying import keeps, layer, settle
from gm_workbench.intake.kept.partitions import SWAP, begin, recover
from gm_workbench.intake.kept.private import locked
from gm_workbench.intake.kept.retention import refuse_overdue
from gm_workbench.intake.kept.site import Site
from gm_workbench.intake.keys import refuse_other_key
from gm_workbench.intake.marker import MARKER, read_marker, root_of
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.intake.remarks import remarks_on
from gm_workbench.vocabulary.schemas import DataKind


def accepted(site: Site, *, new_key: bool = False) -> Catalog:
    """Give the state in force of a place; reading is done by one process at a time.

    Parameters
    ----------
    site : Site
    new_key : bool
        Read everything anew under the key that is set now.

    Returns
    -------
    Catalog
        With every fault of the delivery; a file that is refused leaves what was accepted of it before in force.

    Raises
    ------
    DeliveryError
        If the delivery as a whole is refused (its marker, or two kinds of data), or any of it under a new key. Nothing of what
        was in force has changed then.
    MissingKey, KeyChanged, RetentionPassed
    """
    known = None if new_key or (site.folder / SWAP).exists() else _as_before(site)
    if known is not None:
        return known
    with locked(site.folder):
        recover(site.folder)
        known = None if new_key else _as_before(site)
        return known or _read(site, load(site.folder), new_key=new_key)


def _as_before(site: Site) -> Catalog | None:
    """Give the state when the delivery is still the one that was read last, and all that is in force of it is whole."""
    catalog = load(site.folder)
    if catalog.parts or catalog.blocked:
        refuse_other_key(site.place.code, site.key, catalog.key_id)
    sources = site.as_before(catalog.sources)
    if sources is None or not site.whole(catalog):
        return None
    refuse_overdue(site.place.code, date.fromisoformat(catalog.retain_until) if catalog.retain_until else None)
    return site.remember(catalog, replace(catalog, sources=sources))


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A delivery as it is now: its files with how they look, what was accepted before, and which of them are blocked."""

    delivery: Delivery
    sources: Mapping[str, Source]
    before: Catalog
    blocked: Sequence[str]


def _read(site: Site, before: Catalog, *, new_key: bool) -> Catalog:
    arrived = _arrived(site, before)
    _refuse_all(site, arrived.delivery.faults)
    staged = begin(site.folder)
    try:
        return _keep(site, arrived, staged, new_key=new_key)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _keep(site: Site, arrived: _Arrived, staged: Path, *, new_key: bool) -> Catalog:
    gathered = gather(arrived.delivery, site.codes, site.key, site.kind, layer(staged))
    faults = (*gathered.faults, *_beside(site, arrived))
    _refuse_all(site, faults)
    if new_key and worst(faults) is Severity.REFUSE:
        raise refuse(site.place.code, str(site.raw), faults)
    faults += remarks_on(gathered.parts)
    settled = settle(staged, gathered.parts)
    refused = gathered.refused | {label(name, site.key) for name in arrived.blocked}
    kept = {} if new_key else keeps(arrived.before.parts, settled.parts, refused)
    settled = replace(settled, parts={path: part for path, part in settled.parts.items() if path not in kept})
    catalog = _to_be(site, arrived, gathered, kept, refused)
    return site.keep(settled, replace(catalog, faults=faults))


def _refuse_all(site: Site, faults: Sequence[Fault]) -> None:
    if any(fault.reason in OF_ALL for fault in faults):
        raise refuse(site.place.code, str(site.raw), faults)


def _arrived(site: Site, before: Catalog) -> _Arrived:
    """Open the delivery, unless its marker says that it may not be read (any more, or under this key)."""
    path = site.raw / MARKER
    marker, _ = read_marker(path.read_bytes() if path.is_file() else None, root_of(site.raw), site.place)
    refuse_overdue(site.place.code, marker.retain_until)
    if marker.kind is DataKind.REAL and marker.shared_key != site.key.scope:
        raise MissingKey(
            f"A shared key is used when {MARKER} names it under shared_key, GM_SHARED_KEY_FILE names its file and --shared-key "
            f"gives its name, all three. {MARKER} of {site.place.code} names {marker.shared_key or 'none'}, and the name given "
            f"(or in use) is {site.key.scope or 'none'}. docs/guide/keys.md says more."
        )
    sources, delivery = site.sources(), open_delivery(site.raw, site.place)
    blocked = site.blocked({name: sources[label(name, site.key)] for name in delivery.files}, before)
    files = {name: file for name, file in delivery.files.items() if name not in blocked}
    return _Arrived(replace(delivery, files=files), sources, before, blocked)


def _beside(site: Site, arrived: _Arrived) -> list[Fault]:
    """Say what concerns files that were not read: blocked ones, and those that were there before."""
    faults = [found(Reason.BLOCKED, masked(name)) for name in arrived.blocked]
    gone = arrived.before.accepted.keys() - arrived.sources.keys()
    faults += [found(Reason.VANISHED, arrived.before.accepted[name].name) for name in sorted(gone)]
    if site.kind is DataKind.REAL and arrived.delivery.marker.retain_until is None:
        faults.append(found(Reason.RETENTION, MARKER))
    return faults


def _to_be(site: Site, arrived: _Arrived, gathered: Gathered, kept: Mapping[str, PartFile], refused: frozenset[str]) -> Catalog:
    """Describe the state that is to be, but for what was found."""
    until, before = arrived.delivery.marker.retain_until, arrived.before
    old = {name for part in kept.values() for name in part.files}
    accepted = {name: source for name, source in arrived.sources.items() if name not in refused}
    accepted |= {name: source for name, source in before.accepted.items() if name in refused & old}
    return Catalog(
        key_id=site.key.id,
        scope=site.key.scope,
        retain_until=until.isoformat() if until else "",
        sources=arrived.sources,
        accepted=accepted,
        parts=kept,
        forgets=before.forgets,
        blocked=site.still_blocked(before, arrived.blocked),
        ledger=gathered.ledger,
    )
