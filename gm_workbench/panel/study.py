"""Open a study for one place: the declaration, the checked tables, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from gm_workbench.errors import UnknownPlace
from gm_workbench.intake.store import checked_tables
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.instruments import Instrument, instrument
from gm_workbench.vocabulary.protocols import ASKED, LOW_PAY_THRESHOLD, Protocol, Section, load_protocol
from gm_workbench.vocabulary.references import low_pay_threshold, price_level
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.vocabulary.text import Text
from gm_workbench.worlds.literature import published_place
from gm_workbench.worlds.published import PublishedSet

THRESHOLD = LOW_PAY_THRESHOLD
"""What a section needs when it compares wages with the national low-pay threshold; foreign data have none."""

MONTHS_BEFORE_INDEX = 12
"""Without a roll-out, people are followed from twelve months into the period, so that there is a past to select on."""

INTRODUCED_TO = {"coach": "introductions", "team": "team_introductions"}
"""Which table says when a study's way of working was introduced, by the protocol's unit of introduction."""

DELIVERIES = Text("gemeentelijke leveringen", "municipal deliveries")


@dataclass(frozen=True, slots=True)
class Study:
    """One study in one place: what was declared and what was delivered.

    `tables` are the checked tables that were delivered; `missing` names what a section needed and did not find.
    """

    protocol: Protocol
    place: Place
    period: Period
    kind: DataKind
    tables: Mapping[str, pd.DataFrame]
    source: Text = DELIVERIES
    published: PublishedSet | None = None
    paths: Paths = field(default_factory=paths)

    def section(self, name: str) -> Section:
        """Give the declared words of a section; a published set has its own for what it can carry."""
        declared = self.protocol.sections[name]
        return self._own_sections.get(name, declared)

    @property
    def _own_sections(self) -> Mapping[str, Section]:
        return {} if self.published is None else self.published.studies[self.protocol.name]

    def instrument(self, code: str) -> Instrument:
        """Give a declared instrument; in a published set, the one that stands in for it there."""
        stand_ins = {} if self.published is None else self.published.instruments
        return stand_ins[code] if code in stand_ins else instrument(code, self.paths.instruments)

    def rows(self, table: str) -> pd.DataFrame:
        """Give a table with every column that its class declares, as `complete` does."""
        return complete(table, self.tables[table])

    def missing(self, name: str) -> tuple[str, ...]:
        """Name what section `name` needs and what was not delivered; of a table that is not there, no column is named."""
        unmet = tuple(need for need in self.section(name).needs if not self.meets(need))
        return tuple(need for need in unmet if "." not in need or need.partition(".")[0] not in unmet)

    def offers(self, name: str) -> bool:
        """Whether everything that section `name` needs was delivered."""
        return not self.missing(name)

    def meets(self, need: str) -> bool:
        """Whether a table, a column (``table.column``), answers to an instrument or the low-pay threshold is there."""
        if need == THRESHOLD:
            return self.kind is not DataKind.PUBLISHED
        if asked := ASKED.fullmatch(need):
            return self._answered(asked[1])
        table, _, column = need.partition(".")
        delivered = self.tables.get(table)
        if delivered is None or (table in INTRODUCED_TO.values() and not self.introduced_here):
            return False
        return not column or column in delivered.columns

    def _answered(self, code: str) -> bool:
        answers = self.tables.get("answers")
        return answers is not None and bool(answers["instrument"].eq(code).any())

    @property
    def introductions(self) -> pd.DataFrame | None:
        """The months in which this study's way of working was introduced here, by coach or team; None when not delivered.

        A month after the period does not count: whoever begins then works as before in all that is seen. Months before it do,
        so that those who began then can be left out. When nobody began within the period, there is none at all.
        """
        table = self.tables.get(INTRODUCED_TO.get(self.protocol.unit_of_introduction, ""))
        if table is None:
            return None
        own = table.loc[table["study"].eq(self.protocol.name) & table["month"].le(self.period.last)]
        return own if own["month"].ge(self.period.first).any() else own.iloc[:0]

    @property
    def introduced_here(self) -> bool:
        """Whether this study's way of working was introduced to at least one coach or team here, within the period."""
        return self.introductions is not None and len(self.introductions) > 0

    @property
    def introduced_outside(self) -> bool:
        """Whether this study's way of working was introduced here, but to nobody within the period."""
        table = self.tables.get(INTRODUCED_TO.get(self.protocol.unit_of_introduction, ""))
        return table is not None and not self.introduced_here and bool(table["study"].eq(self.protocol.name).any())

    @property
    def index_month(self) -> int:
        """The month from which people are followed: the first introduction within the period, else a year into the period.

        The spells of a published set are counted from their own start.
        """
        if self.published is not None and "benefits" in self.tables:
            return self.period.first
        own = self.introductions
        if own is None or own.empty:
            return self.period.first + MONTHS_BEFORE_INDEX
        return int(own.loc[own["month"].ge(self.period.first), "month"].min())

    @property
    def follow_up(self) -> int:
        """Months from the index month to the end of the period, both counted: longer than this nobody can be followed."""
        return max(self.period.last - self.index_month + 1, 0)

    def threshold(self, year: int, share: float) -> float:
        """Give the low-pay threshold of a year, in euros an hour: a share of the *national* median."""
        return low_pay_threshold(self.paths.codes, year, share, self.kind)

    def prices(self, year: int) -> float:
        """Give the price level of a year; published wages are taken as they come, adjusted as their source says."""
        return 1.0 if self.kind is DataKind.PUBLISHED else price_level(self.paths.codes, year, self.kind)

    @property
    def period_name(self) -> Text:
        """The period in words."""
        if self.published is not None:
            return self.published.period
        return Text(self.period.name("nl"), self.period.name("en"))


def complete(table: str, delivered: pd.DataFrame) -> pd.DataFrame:
    """Give a table with every column that its class declares; one that was not delivered holds missing values only.

    >>> complete("costs", pd.DataFrame({"person": ["a"], "month": [1], "type": ["01"]}))["amount"].isna().all()
    np.True_
    """
    absent = [name for name in TABLES[table].column_names() if name not in delivered.columns]
    return delivered.assign(**dict.fromkeys(absent, float("nan"))) if absent else delivered


def open_study(name: str, place: str, world: str = "default", period: str = "2023-01/2025-12") -> Study:
    """Open study `name` for `place`.

    Parameters
    ----------
    name : str
        A declared study, e.g. ``tilburg_single_mothers``.
    place : str
        A municipality code (``GM0855``) or a published data set (``published-wages``).
    world : str
        A synthetic world; empty for the real delivery in `data/raw`.
    period : str
        First and last month, ``yyyy-mm/yyyy-mm``; rows outside it are left out.

    Raises
    ------
    UnknownStudy, UnknownPlace, UnknownWorld, DeliveryError
    """
    where = paths()
    protocol = load_protocol(name, where.protocols)
    if place.startswith("published-"):
        return published_study(protocol, place, where)
    checked = checked_tables(place, world, where)
    return from_tables(protocol, place, checked.tables, checked.kind, Period.parse(period), where)


def from_tables(
    protocol: Protocol,
    place: str,
    tables: Mapping[str, pd.DataFrame],
    kind: DataKind,
    period: Period,
    where: Paths | None = None,
) -> Study:
    """Open a study on logical tables in memory, cut to the period."""
    where = where or paths()
    inside = partial(_within, period=period)
    cut = {name: table if name in INTRODUCED_TO.values() else inside(table) for name, table in tables.items()}
    return Study(protocol, Place.parse(place), period, kind, cut, paths=where)


def _within(table: pd.DataFrame, period: Period) -> pd.DataFrame:
    if "month" not in table.columns:
        return table
    return table.loc[table["month"].between(period.first, period.last)]


def published_study(protocol: Protocol, place: str, where: Paths) -> Study:
    """Open a study on real public data that a package ships.

    Raises
    ------
    UnknownPlace
        When the set is not declared for this study.
    """
    chosen = Place.parse(place)
    loaded = published_place(place.removeprefix("published-"))
    if protocol.name not in loaded.studies:
        raise UnknownPlace(f"{place} must be declared for {protocol.name} but is for {', '.join(loaded.studies)}.")
    months = [month for table in loaded.tables.values() for month in (table["month"].min(), table["month"].max())]
    period = Period(int(min(months, default=0)), int(max(months, default=0)))
    return Study(protocol, chosen, period, loaded.kind, loaded.tables, loaded.source, loaded, where)
