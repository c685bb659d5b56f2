"""What is declared of each public data set in `data/codes/published.yml`: where it comes from, and what a reader must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gm_workbench.errors import UnknownPlace, did_you_mean
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Form, open_form
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.spells import ON_BENEFIT, Spells
from gm_workbench.vocabulary.text import Text

PUBLISHED = ("wages", "nlswork", "unempdur", "bfi")

FILE = "published.yml"

Sections = Mapping[str, Section]


@dataclass(frozen=True, slots=True)
class Declared:
    """One entry of the file.

    Attributes
    ----------
    package, item : str
        As R names them; `rows`, `persons` and `digest` hold what is shipped to what was declared.
    studies : mapping of str to Sections
        The studies that the set stands in for a place of, with the sections that it has words of its own for.
    instruments : mapping of str to str
        A study's instrument, and the code of the one that stands in for it here (`data/codes/instruments/published`).
    spells : Spells
        How time is counted and what leaving means.
    """

    package: str
    item: str
    studies: Mapping[str, Sections]
    country: Text
    years: str
    period: Text
    title: Text
    question: Text
    source: Text
    caveat: Text
    limits: tuple[Text, ...]
    licence: str
    described_at: str
    rows: int
    persons: int
    digest: str
    instruments: Mapping[str, str]
    spells: Spells = ON_BENEFIT


def declared_set(name: str, folder: Path | None = None) -> Declared:
    """Give what is declared of a set.

    Raises
    ------
    UnknownPlace
        When there is no set of this name.
    DeclarationError
        When the file has faults; every fault is listed.
    """
    if name not in PUBLISHED:
        allowed = ", ".join(f"published-{known}" for known in PUBLISHED)
        raise UnknownPlace(f"No published set is called {name!r}; allowed: {allowed}.{did_you_mean(name, PUBLISHED)}")
    return declared_sets(folder)[name]


def declared_sets(folder: Path | None = None) -> dict[str, Declared]:
    """Give what is declared of every set, by name."""
    path = (folder or paths().codes) / FILE
    form = open_form(path)
    entries = {name: _entry(form.child(name)) for name in PUBLISHED}
    form.finish(path)
    return entries


def sets_for(study: str, folder: Path | None = None) -> tuple[str, ...]:
    """Name the sets that are declared to stand in for a place of `study`.

    >>> sets_for("amersfoort_upward_mobility")
    ('wages', 'nlswork')
    """
    return tuple(name for name, declared in declared_sets(folder).items() if study in declared.studies)


def dataset_name(name: str, folder: Path | None = None) -> str:
    """Give the package and item that a published set comes from, as R names them.

    >>> dataset_name("wages")
    'HLMdiag::wages'
    """
    declared = declared_set(name, folder)
    return f"{declared.package}::{declared.item}"


def _entry(form: Form) -> Declared:
    entry = Declared(
        package=form.text("package"),
        item=form.text("item"),
        studies={study: _sections(child) for study, child in form.children("studies").items()},
        country=form.both("country"),
        years=form.text("years"),
        period=form.both("period"),
        title=form.both("title"),
        question=form.both("question"),
        source=form.both("source"),
        caveat=form.both("caveat"),
        limits=form.both_each("limits"),
        licence=form.text("licence"),
        described_at=form.text("described_at"),
        rows=form.whole("rows"),
        persons=form.whole("persons"),
        digest=form.text("digest"),
        instruments=_stand_ins(form.child("instruments")) if form.has("instruments") else {},
        spells=_spells(form.child("spells")) if form.has("spells") else ON_BENEFIT,
    )
    form.close()
    return entry


def _sections(form: Form) -> Sections:
    return {name: _section(name, form.child(name)) for name in form.content}


def _section(name: str, form: Form) -> Section:
    """Read a section's words; a set has them only for sections that it can carry, so nothing is missing for these."""
    section = Section(name, form.both("heading"), form.both("lead"), needs=())
    form.close()
    return section


def _stand_ins(form: Form) -> dict[str, str]:
    return {code: form.text(code) for code in form.content}


def _spells(form: Form) -> Spells:
    spells = Spells(form.both("unit"), form.both("work"), form.both("caption"), form.both("note"))
    form.close()
    return spells
