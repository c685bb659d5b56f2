"""Bundles of several places beside each other: what could be worked out from all that a collection holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gm_workbench.guard.decisions import Decision, parse_decisions
from gm_workbench.guard.differencing import difference
from gm_workbench.guard.sides import Side
from gm_workbench.guard.sizes import judged
from gm_workbench.report.collect_parts import Part
from gm_workbench.report.release_beside import side_of
from gm_workbench.report.release_bundle import DECISIONS

SHOWN = 20


def sides_of(parts: Sequence[Part], mergers: Mapping[str, tuple[str, ...]]) -> list[Side]:
    """Give the reports of bundles as somebody outside could see them.

    Parameters
    ----------
    parts : sequence of Part
        All that the collection would hold.
    mergers : mapping of str to tuple of str
        For a municipality that others became part of, their codes.
    """
    return [side_of(report, "", mergers) for part in parts for report in part.bundle.reports.values()]


def decisions_of(parts: Sequence[Part]) -> list[Decision]:
    """Give what persons decided about the outputs of bundles, as each bundle tells."""
    texts = [(part.bundle.folder / DECISIONS).read_text(encoding="utf-8") for part in parts]
    return [decision for text in texts for decision in parse_decisions(text)]


def given_away(sides: Sequence[Side], decisions: Sequence[Decision] = ()) -> Iterator[str]:
    """Say which small numbers of persons reports of several checkouts give away together.

    Each checkout held its own reports against each other and knew of no others: a municipality beside those that became part of
    it, a group that one checkout counts and another splits. Of `decisions` those count that say that sizes are of other people.
    """
    found = judged(difference(sides).findings, decisions)
    yield from (f"beside each other these give a small number of persons away, {finding}" for finding in found[:SHOWN])
    if len(found) > SHOWN:
        yield f"beside each other these give {len(found) - SHOWN} more small numbers of persons away"
