"""Layouts: how each kind of raw file is written, declared in `data/codes/layouts/*.yml`.

One declaration serves the reader (what a raw column means) and the writer of synthetic deliveries (how it is filled), so the
two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.declared.forms import Stamps, stamps
from gm_workbench.intake.declared.grammar import Transform
from gm_workbench.intake.declared.sources import Filling
from gm_workbench.settings import paths
from gm_workbench.vocabulary.codes import code_list
from gm_workbench.vocabulary.declarations import Form, Status, open_form
from gm_workbench.vocabulary.schemas import Column, Table
from gm_workbench.vocabulary.tables import TABLES

READ_HERE = tuple(kind for kind in Transform if kind not in (Transform.BIRTH_YEAR, Transform.DAYS))
"""What the columns of a layout can be; the others are read from a mapping only."""

MONTH_PAIR = (Transform.YEAR, Transform.MONTH_NUMBER)

_SPLITS = ("month", "year", "wave")


@dataclass(frozen=True, slots=True)
class Feature:
    """One raw column. `codes` maps each code to its word; `column` is empty for a raw column that is only checked."""

    header: str
    transform: Transform
    column: str = ""
    domain: str = ""
    codes: Mapping[str, str] | None = None
    code_list: str = ""
    empty: str | None = None
    low: float | None = None
    high: float | None = None
    last_day: bool = False
    filling: Filling | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of raw file."""

    name: str
    table: type[Table]
    file: str
    separator: str
    encoding: str
    recognised_by: tuple[str, ...]
    features: tuple[Feature, ...]
    ratios: Mapping[str, tuple[str, str]]
    items: bool
    may_be_empty: bool
    status: Status
    source: str

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(feature.header for feature in self.features)

    @property
    def split(self) -> str:
        """What there is one file for: ``month``, ``year``, ``wave``, or nothing."""
        return next((name for name in _SPLITS if f"{{{name}}}" in self.file), "")

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that make a raw row unique: the table's key, without the item where items are columns."""
        return tuple(name for name in self.table.key if not (self.items and name in ("instrument", "item")))

    def feature(self, header: str) -> Feature:
        return next(feature for feature in self.features if feature.header == header)

    def source_of(self, column: str) -> tuple[str, ...]:
        """Headers that a logical column comes from."""
        direct = tuple(feature.header for feature in self.features if feature.column == column)
        if column in self.ratios:
            return self.ratios[column]
        pair = tuple(feature.header for feature in self.features if feature.transform in MONTH_PAIR)
        return direct or (pair if column == "month" else ())


def load_layouts(codes: Path | None = None) -> dict[str, Layout]:
    """Load every layout of the folder with code files, by name.

    Raises
    ------
    DeclarationError
        If a declaration is malformed, or no layout is there; every fault of a file is listed.
    """
    codes = codes or paths().codes
    return dict(_load_all(codes, stamps(codes)))


@lru_cache(maxsize=4)
def _load_all(codes: Path, _changed: Stamps) -> dict[str, Layout]:
    files = sorted((codes / "layouts").glob("*.yml"))
    if not files:
        raise DeclarationError(f"No layout of a raw file in {codes / 'layouts'}; expected bus.yml and others there.")
    return {path.stem: _load(path, codes) for path in files}


def _load(path: Path, codes: Path) -> Layout:
    form = open_form(path)
    layout = Layout(
        name=path.stem,
        table=TABLES[form.one_of("table", tuple(TABLES))],
        file=form.text("file"),
        separator=form.one_of("separator", (";", ",", "\t", "|")) if form.has("separator") else ";",
        encoding=form.one_of("encoding", ("utf-8-sig",)),
        recognised_by=form.words("recognised_by"),
        features=tuple(
            _feature(entry, f"features[{i}]", form, codes) for i, entry in enumerate(form.list("features"), start=1)
        ),
        ratios=_ratios(form),
        items=form.has("items") and form.flag("items"),
        may_be_empty=form.has("may_be_empty") and form.flag("may_be_empty"),
        status=Status(form.one_of("status", tuple(Status))),
        source=form.text("source"),
    )
    form.faults.extend(_layout_faults(layout))
    form.finish(path)
    return layout


def _ratios(form: Form) -> dict[str, tuple[str, str]]:
    if not form.has("ratios"):
        return {}
    ratios = form.child("ratios")
    pairs = {str(column): ratios.words(str(column)) for column in ratios.content}
    for column, pair in pairs.items():
        if len(pair) != 2:
            ratios.fault(column, "must name two columns: what is divided, and by what")
    return {column: (pair[0], pair[1]) for column, pair in pairs.items() if len(pair) == 2}


def _feature(entry: object, where: str, parent: Form, codes: Path) -> Feature:
    form = Form(entry, where, parent.faults)
    listed = form.text("codes") if form.has("codes") else ""
    feature = Feature(
        header=form.text("header"),
        transform=Transform(form.one_of("as", READ_HERE)),
        column=form.text("column") if form.has("column") else "",
        domain=form.text("domain") if form.has("domain") else "",
        codes=_codes(form, listed, codes),
        code_list=listed,
        empty=form.text("empty") if form.has("empty") else None,
        low=form.number("low") if form.has("low") else None,
        high=form.number("high") if form.has("high") else None,
        last_day=form.has("day") and form.one_of("day", ("first", "last")) == "last",
        filling=_filling(form.child("write")) if form.has("write") else None,
    )
    for key in ("later", "on", "until", "read_as"):  # read by `declared.short` only
        form.has(key)
    form.close()
    return feature


def _codes(form: Form, listed: str, codes: Path) -> dict[str, str] | None:
    words = _words(form, "words")
    if not listed:
        return words
    allowed = code_list(listed, codes).allowed()
    if words is None:
        return {code: code for code in allowed}
    if strange := sorted(set(words) - set(allowed)):
        form.fault("words", f"names codes that list {listed} has not: {', '.join(strange)}")
    return words


def _words(form: Form, key: str) -> dict[str, str] | None:
    if not form.has(key):
        return None
    words = form.child(key)
    return {str(code): words.text(str(code)) for code in words.content}


_FILLINGS = ("place", "constant", "borrow", "sum", "product", "column")


def _filling(form: Form) -> Filling:
    how = next((how for how in _FILLINGS if form.has(how)), "")
    if not how:
        form.fault("", f"must have one of {', '.join(_FILLINGS)}")
    content = form.content.get(how)
    of = tuple(map(str, content)) if isinstance(content, list) else (str(content),)
    otherwise = form.text("otherwise") if form.has("otherwise") else ""
    filling = Filling(how, of, _words(form, "words"), otherwise)
    form.close()
    return filling


def _layout_faults(layout: Layout) -> list[str]:
    names = layout.table.column_names()
    unknown = [feature.column for feature in layout.features if feature.column and feature.column not in names]
    made = () if not layout.items else ("instrument", "item", "answer")
    absent = [name for name in names if name not in made and not layout.source_of(name)]
    strange = [header for header in layout.recognised_by if header not in layout.headers]
    twice = sorted({header for header in layout.headers if layout.headers.count(header) > 1})
    checks = (
        (unknown, "features name columns that table {table} has not: {listed}"),
        (absent, "no feature gives these columns of table {table}: {listed}"),
        (strange, "recognised_by names headers that are not there: {listed}"),
        (twice, "headers occur twice: {listed}"),
        ([text for feature in layout.features for text in _feature_faults(feature, layout)], "{listed}"),
    )
    return [text.format(table=layout.table.name, listed=", ".join(found)) for found, text in checks if found]


def _feature_faults(feature: Feature, layout: Layout) -> list[str]:
    column = _logical(feature, layout)
    words = set((feature.codes or {}).values())
    outside = sorted(words - set(column.allowed)) if column is not None and column.allowed else []
    checks = (
        (feature.transform is Transform.CODE and not feature.codes, "needs codes or words"),
        (feature.transform is Transform.KEY and not feature.domain, "needs a domain"),
        (bool(outside), f"gives words that the table does not allow: {', '.join(outside)}"),
    )
    return [f"feature {feature.header} {text}" for wrong, text in checks if wrong]


def _logical(feature: Feature, layout: Layout) -> Column | None:
    known = feature.column in layout.table.column_names()
    return layout.table.column(feature.column) if known else None
