"""The place of the report that holds the workbench against others: all public data about which they published numbers."""

from __future__ import annotations

from pathlib import Path

from gm_workbench.vocabulary.published_values import load_published_values
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text
from gm_workbench.worlds.published import PublishedSet, load_published

LITERATURE = "literature"
STUDY = "validation"

_NOTHING = Text("", "")


def published_place(name: str, folder: Path | None = None) -> PublishedSet:
    """Load what stands in for a place: one public data set, or `literature`, which has no tables of its own.

    >>> published_place("literature").dataset, len(published_place("literature").tables)
    ('literature', 0)
    """
    return literature(folder) if name == LITERATURE else load_published(name, folder)


def literature(folder: Path | None = None) -> PublishedSet:
    """Give what a reader must know of the data behind published values; `worlds.frames` loads each of them."""
    declared = load_published_values(folder)
    return PublishedSet(
        name=LITERATURE,
        dataset=LITERATURE,
        tables={},
        kind=DataKind.PUBLISHED,
        country=_NOTHING,
        years="",
        period=declared.period,
        title=declared.title,
        question=_NOTHING,
        caveat=declared.caveat,
        source=declared.source,
        licence=declared.licence,
        studies={STUDY: {}},
        limits=(),
    )


def digests(folder: Path | None = None) -> dict[str, str]:
    """Give the digest of each data set, by its name."""
    return {name: one.digest for name, one in load_published_values(folder).sets.items()}
