"""What a release is held against: its own reports, the other drafts, and everything that was approved before."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gm_workbench.errors import CannotRelease
from gm_workbench.guard.decisions import Decision
from gm_workbench.guard.differencing import Differenced, difference
from gm_workbench.guard.sides import DRAFTS, Side
from gm_workbench.guard.sizes import judged
from gm_workbench.guard.told import Rules, told
from gm_workbench.report.manifest import MANIFEST
from gm_workbench.report.release_decisions import decisions_about
from gm_workbench.report.release_reading import Finished, read_finished
from gm_workbench.report.release_shelf import approved_bundles
from gm_workbench.settings import Paths

_ONE_PLACE = re.compile(r"GM\d{4}|published-.+")


@dataclass(frozen=True, slots=True)
class Beside:
    """What a release is held against: each report and where it is from, drafts that could not be read, and what was decided."""

    sides: tuple[Side, ...]
    skipped: tuple[str, ...]
    decisions: tuple[Decision, ...] = ()


def held_against(reports: Sequence[Finished], paths: Paths) -> tuple[Differenced, Beside]:
    """Hold reports against each other, against the other drafts, and against every approved bundle."""
    mergers = merged_places(paths)
    own = [side_of(report, "", mergers) for report in reports]
    drafts, skipped = _drafts({report.path for report in reports}, paths, mergers)
    others = tuple(side for side in (*drafts, *_approved(paths, mergers)) if side.kind in {one.kind for one in own})
    found = difference([*own, *others])
    decisions = decisions_about(reports, paths)
    return replace(found, findings=judged(found.findings, decisions)), Beside((*own, *others), skipped, decisions)


def _drafts(asked: set[str], paths: Paths, mergers: Mapping[str, tuple[str, ...]]) -> tuple[list[Side], tuple[str, ...]]:
    """Read what else stands in `reports/`. What cannot be read can be released by nobody, and is held against what was then."""
    made, skipped = [], []
    for manifest in sorted(paths.reports.rglob(MANIFEST)):
        path = manifest.parent.relative_to(paths.reports).as_posix()
        if path in asked or any(step.startswith(".") for step in path.split("/")):
            continue
        try:
            made.append(side_of(read_finished(paths.reports, path), DRAFTS, mergers))
        except CannotRelease:
            skipped.append(path)
    return made, tuple(skipped)


def merged_places(paths: Paths) -> dict[str, tuple[str, ...]]:
    """Give, for each municipality that others became part of, the codes of those."""
    file = paths.codes / "mergers.csv"
    if not file.is_file():
        return {}
    made: dict[str, tuple[str, ...]] = {}
    for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))):
        made[row["new_code"]] = (*made.get(row["new_code"], ()), row["old_code"])
    return made


def _approved(paths: Paths, mergers: Mapping[str, tuple[str, ...]]) -> list[Side]:
    bundles = approved_bundles(paths.releases)
    return [side_of(report, bundle.name, mergers) for bundle in bundles for report in bundle.reports.values()]


def side_of(made: Finished, origin: str, mergers: Mapping[str, tuple[str, ...]]) -> Side:
    """Give a report as somebody outside could see it.

    Parameters
    ----------
    made : Finished
    origin : str
        See `Side`.
    mergers : mapping of str to tuple of str
        For a municipality that others became part of, their codes.
    """
    rules = Rules.read(made.judged["policy"])
    manifest, outputs = made.manifest, made.judged["outputs"]
    seen = [
        one
        for output in outputs
        for one in told(output["id"], made.lines(output["id"]), rules, exact=output["counts"] == "exact")
    ]
    return Side(
        manifest["study"],
        manifest["place"],
        manifest["period"],
        manifest["world"],
        manifest["kind"],
        origin,
        made.digest,
        rules,
        tuple(seen),
        _members(manifest, mergers),
        {output["id"]: _weight(output) for output in outputs},
        {output["id"]: output["population"]["nl"] for output in outputs},
        _inputs(manifest),
    )


def _inputs(manifest: Mapping[str, Any]) -> str:
    """Digest what it was made from: the keyed digests of its files; empty when there are none."""
    inputs = manifest.get("inputs")
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode("utf-8")).hexdigest() if inputs else ""


def _members(manifest: Mapping[str, Any], mergers: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """Give the places that a report is the total of; of a place that is no municipality, whatever it says, or nobody knows."""
    place = manifest["place"]
    if _ONE_PLACE.fullmatch(place):
        return mergers.get(place, ())
    named = str(manifest.get("parameters", {}).get("places", ""))
    return tuple(one.strip() for one in named.split(",") if one.strip()) or None


def _weight(output: Mapping[str, Any]) -> int:
    """Say how much is lost when it is withheld: what carries the page goes last."""
    return int(output["cells"]) + {"answer": 100_000, "facts": 50_000, "flow": 50_000}.get(output["role"], 0)
