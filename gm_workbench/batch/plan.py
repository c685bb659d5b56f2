"""A plan is a table with one row a report. Everything that can be wrong with it is said at once, before anything runs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from gm_workbench.batch.catalogue import (
    DEFAULT_WORLD,
    PREFIX,
    REAL,
    Study,
    check_place,
    check_world,
    delivered,
    delivered_period,
    load_study,
    places_for,
    to_make,
)
from gm_workbench.batch.parameters import check_bounds, coerce, find
from gm_workbench.errors import (
    BadPlan,
    DeclarationError,
    ParameterBounds,
    ParameterType,
    PlanError,
    UnknownParameter,
    UnknownPlace,
    UsageError,
    WorkbenchError,
)
from gm_workbench.guard.policy import policy_names
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.protocols import Bounds
from gm_workbench.vocabulary.schemas import DataKind

COMMAND_LINE = "command line"
COLUMNS = ("study", "place", "world", "period")


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone asked for, as it was typed; an empty study or place means every one that there is."""

    study: str = ""
    place: str = ""
    world: str = DEFAULT_WORLD
    period: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    where: str = COMMAND_LINE
    every: bool = False  # whether its study is one of all, and was not named


@dataclass(frozen=True, slots=True)
class Planned:
    """One report to make. `parameters` holds every parameter of the notebook, typed and within bounds."""

    study: str
    place: str
    world: str
    period: str
    parameters: Mapping[str, object]
    latest: bool = True  # whether it is about the notebook's own, latest period

    @property
    def name(self) -> str:
        """Say which report this is, e.g. `tilburg_single_mothers × GM0855`."""
        world = [] if self.world in (REAL, DEFAULT_WORLD) else [self.world]
        return " × ".join([self.study, self.place, *world, *([] if self.latest else [self.period])])

    @property
    def published(self) -> bool:
        """Whether it is about public data, which have no delivery."""
        return self.place.startswith(PREFIX)

    @property
    def kind(self) -> DataKind:
        """What kind of data it is about, by where they come from."""
        if self.published:
            return DataKind.PUBLISHED
        return DataKind.REAL if self.world == REAL else DataKind.SYNTHETIC

    def folder(self, paths: Paths) -> Path:
        """Say where the report stands."""
        root = paths.reports if self.world in (REAL, DEFAULT_WORLD) else paths.reports / "_worlds" / self.world
        place = root / self.study / self.place
        return place if self.latest else place / self.period.replace("/", "_")


def wishes_from_options(
    studies: Sequence[str], places: Sequence[str], world: str, period: str, pairs: Sequence[str]
) -> tuple[Wish, ...]:
    """Turn command-line options into wishes: every study asked for at every place asked for."""
    given = [_pair(pair) for pair in pairs]
    parameters = dict(given)
    twice = sorted({name for name, _ in given if [one for one, _ in given].count(name) > 1})
    if twice:
        raise UsageError(f"Each parameter is given once, but -p names {', '.join(twice)} more than once. Keep one of them.")
    return tuple(Wish(study, place, world, period, parameters) for study in studies or ("",) for place in places or ("",))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"A parameter is written as name=value but got {text!r}, as in -p wage_threshold=0.6.")
    return name.strip(), value


def read_plan(path: Path, world: str = DEFAULT_WORLD) -> tuple[Wish, ...]:
    """Read a plan file: CSV with the columns study, place, world, period and any parameter; an empty cell means the default.

    Raises
    ------
    BadPlan
        If the file cannot be read as such a table.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadPlan(
            f"There is no plan file {path}. Give the path of a CSV file with the columns {', '.join(COLUMNS)}."
        ) from None
    except (UnicodeDecodeError, OSError):
        raise BadPlan(f"{path.name} cannot be read as text in UTF-8. Save it as CSV UTF-8.") from None
    return parse_plan(text.splitlines(), path.name, world)


def parse_plan(lines: Sequence[str], name: str, world: str = DEFAULT_WORLD) -> tuple[Wish, ...]:
    """Turn the lines of a plan file into wishes; `;` and `,` both separate."""
    if not lines:
        raise BadPlan(f"{name} is empty. Its first line must name the columns: {', '.join(COLUMNS)}.")
    reader = csv.DictReader(lines, delimiter=";" if ";" in lines[0] else ",")
    header = [column.strip() for column in reader.fieldnames or ()]
    missing = [column for column in COLUMNS[:2] if column not in header]
    if missing or len(set(header)) < len(header):
        raise BadPlan(
            f"{name} must name each column once, among them study and place, but its first line names: {', '.join(header)}."
        )
    reader.fieldnames = header
    wishes = tuple(_wish(row, f"{name} line {reader.line_num}", world) for row in reader)
    if not wishes:
        raise BadPlan(f"{name} names columns but no report. Add a line for each report to make.")
    return wishes


def _wish(row: Mapping[str | None, str | list[str] | None], where: str, world: str) -> Wish:
    if None in row or None in row.values():
        raise BadPlan(f"{where} has another number of cells than the first line has columns.")
    cells = {str(column): str(value).strip() for column, value in row.items()}
    parameters = {column: value for column, value in cells.items() if column not in COLUMNS and value}
    return Wish(cells["study"], cells["place"], cells.get("world") or world, cells.get("period", ""), parameters, where)


def plan(wishes: Iterable[Wish], paths: Paths) -> tuple[Planned, ...]:
    """Turn wishes into reports to make, or raise with every fault of all of them.

    A notebook that cannot be read, of a study that nobody named, is no fault of the plan: its reports fail, and say why.

    Raises
    ------
    PlanError
        Of the kind of the first fault; its message lists them all.
    """
    planner = _Planner(paths)
    rows: dict[Path, Planned] = {}
    for wish in planner.every_study(wishes):
        for row in planner.rows(wish):
            folder = row.folder(paths)
            if folder in rows:
                planner.note(BadPlan(f"{wish.where}: {row.name} is asked for twice, and the second would replace the first."))
            rows[folder] = row
    planner.raise_faults()
    if not rows:
        raise UnknownPlace(
            "There is nothing to report on: no place has a delivery there. Put one in data/raw/<GM code>, or run gm synthesise."
        )
    return tuple(rows.values())


class _Planner:
    """Opens each study once, and collects the faults of a plan so that they can be said together."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.faults: dict[str, WorkbenchError] = {}
        self._open = cache(partial(load_study, paths=paths))
        self.there = cache(partial(delivered, paths=paths))
        self.covered = cache(partial(delivered_period, paths=paths))

    def open(self, wish: Wish) -> Study:
        """Open the study of a wish; where all studies are meant, also one whose notebook cannot be read."""
        return self._open(wish.study, whole=not wish.every)

    def note(self, fault: WorkbenchError) -> None:
        self.faults.setdefault(str(fault), fault)

    def good(self, check: Callable[[], object]) -> bool:
        """Run a check; note its fault, and say whether there was none."""
        try:
            check()
        except (PlanError, DeclarationError) as fault:
            self.note(fault)
            return False
        return True

    def raise_faults(self) -> None:
        faults = list(self.faults.values())
        if len(faults) == 1:
            raise faults[0]
        if faults:
            lines = "\n".join(f"- {fault}" for fault in faults)
            raise type(faults[0])(f"The plan has {len(faults)} faults; nothing has run.\n{lines}")

    def every_study(self, wishes: Iterable[Wish]) -> Iterator[Wish]:
        """Spell out an empty study: all of them that can be about the place, if any can."""
        for wish in wishes:
            names = (wish.study,) if wish.study else to_make(self.paths)
            each = [replace(wish, study=name, every=not wish.study) for name in names]
            yield from [one for one in each if not wish.place or self._suits(one)] or each

    def _suits(self, wish: Wish) -> bool:
        place = wish.place
        if not self.good(lambda: self.open(wish)):
            return not place.startswith(PREFIX)
        study = self.open(wish)
        return place in study.published if place.startswith(PREFIX) else not study.protocol.public_only

    def rows(self, wish: Wish) -> Iterator[Planned]:
        """Give the rows of one wish; a row with a fault is left out, and its fault is noted."""
        known = self.good(lambda: self.open(wish))
        public = known and self.open(wish).protocol.public_only  # no delivery has to be there
        if not ((public or self.good(lambda: check_world(wish.world, self.paths))) and known):
            return
        study = self.open(wish)
        asked = dict(self._typed(wish, study)) if study.parameters else {}
        for place in (wish.place,) if wish.place else places_for(study, wish.world, self.paths):
            if not self.good(partial(check_place, study, place, wish.world, self.paths, self.there(wish.world))):
                continue
            row = _planned(wish, study, place, asked)
            if self.good(partial(_check_covered, row, "period" in asked, self.covered, wish.where)):
                yield row

    def _typed(self, wish: Wish, study: Study) -> Iterator[tuple[str, object]]:
        """Give the parameters that were asked for, typed; note the fault of each that is wrong."""
        where = f"{wish.where}, {study.notebook.name}"
        period = {"period": wish.period} if wish.period else {}
        for name, text in {**wish.parameters, **period}.items():
            try:
                yield name, _value(name, text, study, self.paths, where)
            except PlanError as fault:
                self.note(fault)


def _value(name: str, text: str, study: Study, paths: Paths, where: str) -> object:
    if name in COLUMNS[:3]:
        raise UnknownParameter(f"{where}: {name} is not given as a parameter. Use --{name}, or the column {name} of a plan.")
    value = coerce(find(study.parameters, name, where), text, where)
    if name in study.protocol.parameters:
        check_bounds(name, value, study.protocol.parameters[name], where)
    if name == "period":
        _check_period(text, where)
    if name == "policy":
        check_bounds(name, value, Bounds("str", allowed=policy_names(paths.policies)), where)
    return value


def _check_period(text: str, where: str) -> None:
    try:
        Period.parse(text)
    except DeclarationError as error:
        raise ParameterType(f"{where}: {error}") from None


def _check_covered(row: Planned, asked: bool, period_of: Callable[[str, str], Period | None], where: str) -> None:
    """Raise `ParameterBounds` if the period lies outside what was delivered, or a published set is asked for another one."""
    if row.published and asked:
        raise ParameterBounds(f"{where}: {row.place} has its own years, so period cannot be set for it. Leave period out.")
    covered = period_of(row.place, row.world)
    if not row.period or covered is None:
        return
    wanted = Period.parse(row.period)
    if wanted.first < covered.first or wanted.last > covered.last:
        raise ParameterBounds(
            f"{where}: period must lie within what {row.place} delivered, {covered}, but got {row.period}. "
            "Choose months within it, or deliver the other months."
        )


def _planned(wish: Wish, study: Study, place: str, asked: Mapping[str, object]) -> Planned:
    world = REAL if place.startswith(PREFIX) else wish.world
    defaults = {parameter.name: parameter.default for parameter in study.parameters}
    own = {name: value for name, value in (("place", place), ("world", world)) if name in defaults}
    parameters = {**defaults, **asked, **own}
    period = str(parameters.get("period", ""))
    return Planned(study.name, place, world, period, parameters, latest=period == study.default("period"))
