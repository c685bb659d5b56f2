"""Bundles beside each other: what may be in one collection, what takes the place of what, and what is still missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from gm_workbench.report.collect_parts import Key, Part

SAME = ("unit", "level", "design", "assignment", "protocol_version")
"""In what the estimates of one estimand must agree before anybody pools them."""

COLUMNS = (
    *("study", "place", "place_name", "period", "world", "data_kind", "estimand", "estimate", "low", "high", "standard_error"),
    *("level", "n", "unit", "design", "assignment", "protocol_version", "protocol_digest"),
    *("policy", "policy_version", "policy_digest", "release", "release_digest", "signature", "approved_by", "approved_at"),
)


def rows_of(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Give the estimates of all parts, one row each, in an order that does not hang on how they arrived."""
    made = [row for part in parts for row in _rows(part)]
    return sorted(made, key=lambda row: (row["study"], row["estimand"], row["place"]))


def _rows(part: Part) -> Iterator[dict[str, Any]]:
    release = {
        "release": part.bundle.name,
        "release_digest": part.bundle.digest,
        "signature": part.signature,
        "approved_by": part.approval["approved_by"],
        "approved_at": part.approval["approved_at"],
    }
    for report in part.reports.values():
        manifest, told = report.manifest, report.estimates
        about = {key: manifest[key] for key in ("study", "place", "place_name", "world", "policy", "policy_version")}
        about |= {key: manifest[key] for key in ("protocol_version", "protocol_digest")}
        about |= {key: told[key] for key in ("period", "data_kind", "design", "assignment")}
        about |= {"policy_digest": report.judged["policy"]["digest"], **release}
        for one in told["estimates"]:
            numbers = {key: one[key] for key in ("estimand", "estimate", "low", "high", "standard_error", "level", "n", "unit")}
            yield {key: (about | numbers)[key] for key in COLUMNS}


def faults_of(parts: Sequence[Part], mergers: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Say everything because of which bundles cannot be in one collection.

    Parameters
    ----------
    parts : sequence of Part
    mergers : mapping of str to tuple of str
        Municipalities that others became part of: their persons would count twice.
    """
    return [*_kind_faults(parts), *_double_faults(parts, mergers), *_estimand_faults(parts)]


def _kind_faults(parts: Sequence[Part]) -> Iterator[str]:
    kinds = sorted({str(part.bundle.kind) for part in parts})
    if len(kinds) > 1:
        told = "; ".join(f"{part.bundle.name} is {part.bundle.kind}" for part in parts)
        yield f"{' and '.join(kinds)} data never come together: {told}"
    worlds = sorted({world for part in parts for world in part.worlds})
    if len(worlds) > 1 and len(kinds) == 1:
        yield f"these are from several synthetic worlds: {', '.join(worlds)}"


def _double_faults(parts: Sequence[Part], mergers: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    holders: dict[Key, list[str]] = {}
    for part in parts:
        for key in part.reports:
            holders.setdefault(key, []).append(part.bundle.name)
    for (study, place), names in sorted(holders.items()):
        if len(names) > 1:
            yield f"{study}/{place} is in {' and in '.join(names)}; say --replace if what arrives takes the other's place"
        for old in mergers.get(place, ()):
            if (study, old) in holders:
                yield f"{study}: {old} became part of {place}, so its persons would count twice"


def _estimand_faults(parts: Sequence[Part]) -> Iterator[str]:
    rows = rows_of(parts)
    for study, estimand in sorted({(row["study"], row["estimand"]) for row in rows}):
        own = [row for row in rows if (row["study"], row["estimand"]) == (study, estimand)]
        for name in SAME:
            if len({row[name] for row in own}) > 1:
                told = "; ".join(f"{row['place']} {row[name]}" for row in own)
                yield f"{study}, {estimand}: {name} differs, so these are not estimates of one thing: {told}"


def replaced(old: Sequence[Part], arrived: Sequence[Part]) -> tuple[list[Part], list[str]]:
    """Take out of a collection what arrives anew.

    Returns
    -------
    tuple of list of Part, and list of str
        What stays, and what is wrong: an older one that would take the place of a newer one, or one that would go while only
        part of it arrives anew.
    """
    keys = {key for part in arrived for key in part.reports}
    stays, faults = [], []
    for part in old:
        shared = part.reports.keys() & keys
        if not shared:
            stays.append(part)
            continue
        left = sorted("/".join(key) for key in part.reports.keys() - keys)
        if left:
            faults.append(f"{part.bundle.name} also holds {', '.join(left)}, which nothing that arrives replaces")
        newer = [one for one in arrived if one.reports.keys() & shared]
        faults += [
            f"{one.bundle.name} was approved no later than {part.bundle.name}, whose place it would take"
            for one in newer
            if one.approved_at <= part.approved_at
        ]
    return stays, faults


def withdrawn(old: Sequence[Part], places: Collection[str]) -> tuple[list[Part], list[str]]:
    """Take places out of a collection, with the whole bundle that each is in.

    Returns
    -------
    tuple of list of Part, and list of str
        What stays, and what is wrong: a place that is not in it, or that shares a bundle with one that stays.
    """
    held = {place for part in old for _, place in part.reports}
    faults = [f"{place} is not in the collection" for place in sorted(set(places) - held)]
    stays = []
    for part in old:
        own = {place for _, place in part.reports}
        if not own & set(places):
            stays.append(part)
        elif own - set(places):
            rest = ", ".join(sorted(own - set(places)))
            faults.append(
                f"{part.bundle.name} holds {rest} too, and a bundle is not cut; withdraw these as well, and let them come again"
            )
    return stays, faults


def missing(parts: Sequence[Part], places: Collection[str], studies: Collection[str]) -> list[dict[str, str]]:
    """List what is expected and not there: no report of a place and study, or one whose estimate is withheld.

    Parameters
    ----------
    parts : sequence of Part
    places, studies : collections of str
        What is expected besides what is there.
    """
    there = {key: report for part in parts for key, report in part.reports.items()}
    wanted_places = sorted({*places, *(place for _, place in there)})
    wanted_studies = sorted({*studies, *(study for study, _ in there)})
    made: list[dict[str, str]] = []
    for study in wanted_studies:
        for place in wanted_places:
            report = there.get((study, place))
            if report is None:
                made.append({"study": study, "place": place, "what": "no report"})
            else:
                made += [
                    {"study": study, "place": place, "what": f"{name} is withheld"} for name in report.estimates["withheld"]
                ]
    return made
