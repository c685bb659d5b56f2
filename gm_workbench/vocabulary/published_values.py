"""Numbers from outside about public data, each with where it stands and how it is known, to hold ours against.

Some were published, others were given by other software that was run on the data. They are declared in
`data/codes/published_values.yml`, read whole and checked whole. A tolerance is half a unit of the last digit that is written
there, or that of draws where a number comes from draws. Where it is wider than that, the declaration says why, and the number
counts as not reproduced to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from gm_workbench.errors import DeclarationError, did_you_mean
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Form, open_form
from gm_workbench.vocabulary.text import Text

T = TypeVar("T")

FILE = "published_values.yml"

PARTS = ("value", "se", "low", "high", "df", "residual_df")
"""What can be published of a quantity: the number itself, its standard error, interval ends and degrees of freedom."""


class Known(StrEnum):
    """How a published number is known."""

    READ = "read"  # seen in the source
    RUN = "run"  # given by the software named, with the call quoted
    MEMORY = "memory"  # quoted from memory: not looked up again


@dataclass(frozen=True, slots=True)
class ShippedSet:
    """A public data set that a package ships, as R names it (`psych::bfi`); `digest` covers the whole frame."""

    name: str
    title: Text
    persons: int
    rows: int
    digest: str

    @property
    def package(self) -> str:
        return self.name.partition("::")[0]

    @property
    def item(self) -> str:
        return self.name.partition("::")[2]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number stands: `label` in a few words, `text` the publication with its table, or the call of other software."""

    label: str
    text: str
    known: Known

    @property
    def published(self) -> bool:
        """Whether people published the number; if not, this project had other software calculate it."""
        return self.known is not Known.RUN


@dataclass(frozen=True, slots=True)
class PublishedValue:
    """One number from outside: `part` of `quantity`, from the data set `data`.

    `wider` says why the tolerance is wider than the digits that stand there; hardly any number has such a reason.
    """

    subject: str
    quantity: str
    part: str
    what: Text
    data: ShippedSet
    expected: float
    tolerance: float
    source: Source
    wider: Text | None = None

    @property
    def id(self) -> str:
        """Name it uniquely, e.g. `reliability.openness.low`."""
        return f"{self.subject}.{self.quantity}.{self.part}"

    @property
    def digits(self) -> int:
        """Count the decimals that the source gives, from the tolerance: .0005 is half a unit of the third."""
        return max(0, math.floor(-math.log10(self.tolerance) + 1e-9))


@dataclass(frozen=True, slots=True)
class PublishedValues:
    """The declaration as a whole: data sets by name, and values by subject in the order of the file."""

    period: Text
    title: Text
    caveat: Text
    source: Text
    licence: str
    sets: Mapping[str, ShippedSet]
    values: Mapping[str, tuple[PublishedValue, ...]]

    def subject(self, name: str) -> tuple[PublishedValue, ...]:
        """Give the values of a subject."""
        if name not in self.values:
            allowed = ", ".join(self.values)
            raise DeclarationError(
                f"{FILE} must declare the subject but has no {name!r}; allowed: {allowed}.{did_you_mean(name, self.values)}"
            )
        return self.values[name]


def load_published_values(folder: Path | None = None) -> PublishedValues:
    """Load the declared values and check them whole.

    Raises
    ------
    DeclarationError
        If the declaration has faults; every fault is listed.

    Examples
    --------
    >>> load_published_values().subject("reliability")[0].id
    'reliability.agreeableness.value'
    """
    path = (folder or paths().codes) / FILE
    form = open_form(path)
    sets = {name: _set(name, child) for name, child in form.children("sets").items()}
    sources = {name: _source(child) for name, child in form.children("sources").items()}
    declared = PublishedValues(
        period=form.both("period"),
        title=form.both("title"),
        caveat=form.both("caveat"),
        source=form.both("source"),
        licence=form.text("licence"),
        sets=sets,
        values={name: _subject(name, child, sets, sources) for name, child in form.children("values").items()},
    )
    form.finish(path)
    return declared


def _set(name: str, form: Form) -> ShippedSet:
    if not all(name.partition("::")):
        form.fault("name", f"must be package::item, as R names it, but got {name!r}")
    shipped = ShippedSet(
        name,
        form.both("title"),
        form.whole("persons", least=10),
        form.whole("rows", least=10),
        form.text("digest"),
    )
    form.close()
    return shipped


def _source(form: Form) -> Source:
    source = Source(form.text("label"), form.text("text"), Known(form.one_of("known", tuple(Known))))
    form.close()
    return source


def _subject(
    name: str, form: Form, sets: Mapping[str, ShippedSet], sources: Mapping[str, Source]
) -> tuple[PublishedValue, ...]:
    quantities = {str(quantity): form.child(str(quantity)) for quantity in form.content}
    form.close()
    return tuple(value for quantity, child in quantities.items() for value in _quantity(name, quantity, child, sets, sources))


def _quantity(
    subject: str, name: str, form: Form, sets: Mapping[str, ShippedSet], sources: Mapping[str, Source]
) -> list[PublishedValue]:
    what, data = form.both("what"), _one_of(form, "data", sets)
    values = [
        value
        for part in PARTS
        if form.has(part)
        for value in _value(subject, name, part, what, data, form.child(part), sources)
    ]
    if not values and form.sound("what", "data"):
        form.fault("value", "is missing; at least one of " + ", ".join(PARTS) + " must be given")
    form.close()
    return values


def _value(
    subject: str, quantity: str, part: str, what: Text, data: ShippedSet | None, form: Form, sources: Mapping[str, Source]
) -> list[PublishedValue]:
    expected, tolerance, source = form.number("expected"), form.number("tolerance"), _one_of(form, "source", sources)
    wider = form.both("wider") if form.has("wider") else None
    if form.sound("tolerance") and not 0 < tolerance < math.inf:
        form.fault("tolerance", f"must be above 0 but got {tolerance!r}")
    if wider and source and not source.published:
        form.fault("wider", "is for published numbers; other software gives as many digits as are asked for")
    form.close()
    if data is None or source is None or not form.sound("tolerance", "wider"):
        return []
    return [PublishedValue(subject, quantity, part, what, data, expected, tolerance, source, wider)]


def _one_of(form: Form, key: str, allowed: Mapping[str, T]) -> T | None:
    name = form.text(key)
    if name not in allowed and form.sound(key):
        form.fault(key, f"must be one of {', '.join(allowed)} but got {name!r}.{did_you_mean(name, allowed)}")
    return allowed.get(name)
