"""From a delivery to what is in force of a place: at once when nothing has changed, else read, and kept when it is good."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gm_workbench.errors import MissingKey
from gm_workbench.intake.delivery import Delivery, open_delivery
from gm_workbench.intake.faults import found, masked, refuse
from gm_workbench.intake.kept.catalog import Catalog, load
from gm_workbench.intake.kept.frames import parts_of
from gm_workbench.intake.kept.partitions import SWAP, recover
from gm_workbench.intake.kept.private import locked
from gm_workbench.intake.kept.retention import refuse_overdue
from gm_workbench.intake.kept.site import Site
from gm_workbench.intake.keys import refuse_other_key
from gm_workbench.intake.marker import MARKER, read_marker, root_of
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.whole import read_whole
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.tables import TABLES


def accepted(site: Site, *, new_key: bool = False, refused_is_known: bool = False) -> Catalog:
    """Give the state in force of a place; reading is done by one process at a time.

    Parameters
    ----------
    site : Site
    new_key : bool
        Read everything anew under the key that is set now.
    refused_is_known : bool
        Whether a delivery that was refused before need not be read again, as long as an older one is in force.

    Raises
    ------
    DeliveryError
        If the delivery has any fault.
    MissingKey, KeyChanged, RetentionPassed
    """
    known = None if new_key or (site.folder / SWAP).exists() else _as_before(site, refused_is_known=refused_is_known)
    if known is not None:
        return known
    with locked(site.folder):
        recover(site.folder)
        known = None if new_key else _as_before(site, refused_is_known=refused_is_known)
        return known or _read(site, load(site.folder), new_key=new_key)


def _as_before(site: Site, *, refused_is_known: bool) -> Catalog | None:
    """Give the state when the delivery is still that of the tables in force (or the one that was refused), and all is whole."""
    catalog = load(site.folder)
    if catalog.parts or catalog.blocked:
        refuse_other_key(site.place.code, site.key, catalog.key_id)
    now = _same_delivery(site, catalog, refused_is_known=refused_is_known)
    if now is None or not site.whole(catalog):
        return None
    refuse_overdue(site.place.code, date.fromisoformat(catalog.retain_until) if catalog.retain_until else None)
    return site.remember(catalog, now)


def _same_delivery(site: Site, catalog: Catalog, *, refused_is_known: bool) -> Catalog | None:
    sources = site.as_before(catalog.sources)
    if sources is not None:
        return replace(catalog, sources=sources, refused={})
    refused = site.as_before(catalog.refused) if refused_is_known and catalog.parts else None
    return None if refused is None else replace(catalog, refused=refused)


def _read(site: Site, catalog: Catalog, *, new_key: bool) -> Catalog:
    looks, delivery = site.looks(), _opened(site)
    blocked = site.blocked(delivery.raw, catalog)
    whole = read_whole(_without(delivery, blocked), site.codes, site.key)
    faults = [*whole.faults, *(found(Reason.BLOCKED, masked(name)) for name in blocked)]
    if faults:
        site.note_refused(catalog, site.sources(looks, delivery.files), whole.ledger, new_key=new_key)
        raise refuse(site.place.code, str(site.raw), faults)
    until = delivery.marker.retain_until
    to_be = Catalog(
        key_id=site.key.id,
        scope=site.key.scope,
        retain_until=until.isoformat() if until else "",
        sources=site.sources(looks, delivery.files),
        forgets=catalog.forgets,
        blocked=site.still_blocked(catalog),
        notes=(*whole.notes, *_retention_note(site, until)),
        ledger=whole.ledger,
    )
    return site.keep([part for name, frame in whole.tables.items() for part in parts_of(frame, TABLES[name])], to_be)


def _opened(site: Site) -> Delivery:
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
    return open_delivery(site.raw, site.place)


def _without(delivery: Delivery, blocked: list[str]) -> Delivery:
    """Leave blocked files out, so that nothing of them is read and nobody misses them."""
    marker = replace(delivery.marker, rows={name: rows for name, rows in delivery.marker.rows.items() if name not in blocked})
    return replace(delivery, marker=marker, files={name: data for name, data in delivery.files.items() if name not in blocked})


def _retention_note(site: Site, until: date | None) -> list[str]:
    unsaid = site.kind is DataKind.REAL and until is None
    return [found(Reason.RETENTION, MARKER).problem.en] if unsaid else []
