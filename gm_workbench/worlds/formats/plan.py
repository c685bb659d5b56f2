"""Which rows of a place go into which format, where a world writes them all.

Every row is written once: wave by wave another format of the questionnaire, the last month of benefits and the last year of
wages in the shape of microdata, provisions of the last year with the labels of 2019 where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gm_workbench.intake.layouts import load_layouts
from gm_workbench.vocabulary.codes import code_list
from gm_workbench.worlds.formats.cells import Cells, csv_bytes, rows_of
from gm_workbench.worlds.formats.microdata import HOUSEHOLDS, SPOLIS, assistance, register, spolis
from gm_workbench.worlds.formats.shapes import long_answers, measures, months, sick_spells, srg_2019, wide_employers
from gm_workbench.worlds.formats.sheets import ods_bytes, xlsx_bytes
from gm_workbench.worlds.formats.spss import Dictionary, sav_bytes
from gm_workbench.worlds.rendering import Tables, render, wide

NO_ANSWER = "99"
"""A skipped item in an SPSS file; declared as missing."""

OTHER_WAVES = ("T3", "T6", "T12", "T18")
_SHEET = "Export"
_DAYS, _KEPT_AS_TEXT = ("DATUM",), ("GEMEENTECODE", "METING", "DATUM")


@dataclass(frozen=True, slots=True)
class Written:
    """A file: its name, its rows below the header, its bytes."""

    name: str
    rows: int
    data: bytes


def split(tables: Tables) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Divide the rows of each table: what the layouts write, and what another format does."""
    apart = {name: _elsewhere(name, table) for name, table in tables.items()}
    plain = {name: table.loc[~apart[name]] for name, table in tables.items() if table.empty or not apart[name].all()}
    other = {name: table.loc[apart[name]].reset_index(drop=True) for name, table in tables.items() if apart[name].any()}
    return {name: table.reset_index(drop=True) for name, table in plain.items()}, other


def _elsewhere(name: str, table: pd.DataFrame) -> pd.Series:
    rules: dict[str, Callable[[], pd.Series]] = {
        "benefits": lambda: table["month"] == table["month"].max(),
        "wages": lambda: table["month"] // 12 == table["month"].max() // 12,
        "provisions": lambda: (table["month"] // 12 == table["month"].max() // 12) & table["type"].isin(_known_since_2019()),
        "answers": lambda: table["wave"].isin(OTHER_WAVES),
    }
    always = name in ("households", "sick_leave", "sick_measures", "employer_answers")
    return rules[name]() if name in rules and len(table) else pd.Series(always, index=table.index)


def _known_since_2019(codes: Path | None = None) -> dict[str, str]:
    return {entry.word: entry.label.nl for entry in code_list("type_voorziening_2019", codes).codes}


def other_files(other: Tables, statutory: str, codes: Path | None = None) -> Iterator[Written]:
    """Write what `split` gave to other formats than text with a layout."""
    writers: dict[str, Callable[[pd.DataFrame], Iterator[Written]]] = {
        "benefits": _assistance,
        "provisions": lambda table: _by(table, "SRG2019", lambda part: srg_2019(part, statutory, _known_since_2019(codes))),
        "answers": lambda table: _questionnaires(table, statutory, codes),
        "wages": lambda table: _sav(f"SPOLISBUS{_year(table)}V1.sav", spolis(table), SPOLIS),
        "households": lambda table: _sav(f"GBAHUISHOUDENS{_year(table, 'start')}BUSV1.sav", register(table), HOUSEHOLDS),
        "employer_answers": lambda table: _employers(table, statutory),
        "sick_leave": lambda table: _csv("verzuim.csv", sick_spells(table, statutory)),
        "sick_measures": lambda table: _csv("verzuim_maatregelen.csv", measures(table, other["sick_leave"], statutory)),
    }
    for name, write in writers.items():
        if name in other:
            yield from write(other[name])


def _year(table: pd.DataFrame, column: str = "month") -> int:
    return int(table[column].max()) // 12


def _csv(name: str, cells: Cells, separator: str = ";", encoding: str = "utf-8-sig") -> Iterator[Written]:
    yield Written(name, rows_of(cells), csv_bytes(cells, separator, encoding))


def _sav(name: str, cells: Cells, says: Dictionary) -> Iterator[Written]:
    yield Written(name, rows_of(cells), sav_bytes(cells, says))


def _by(table: pd.DataFrame, prefix: str, shape: Callable[[pd.DataFrame], Cells]) -> Iterator[Written]:
    month = pd.Series(months(table["month"]), index=table.index)
    for name, part in table.groupby(month):
        yield from _csv(f"{prefix}_{name!s}.csv", shape(part), encoding="cp1252")


def _assistance(table: pd.DataFrame) -> Iterator[Written]:
    month = months(table["month"])[0]
    yield from _sav(f"BIJSTANDUITKERING{month}TABV1.sav", assistance(table), Dictionary())


def _employers(table: pd.DataFrame, statutory: str) -> Iterator[Written]:
    for name, part in table.groupby("wave"):
        yield from _csv(
            f"vragenlijst_werkgevers_{name!s}.csv", wide_employers(wide(part, ("employer", "wave")), statutory), ","
        )


def _questionnaires(table: pd.DataFrame, statutory: str, codes: Path | None) -> Iterator[Written]:
    layout = load_layouts(codes)["questionnaire"]
    for name, part in table.groupby("wave"):
        if name == OTHER_WAVES[-1]:
            yield from _csv(f"vragenlijst_lang_{name!s}.csv", long_answers(part, statutory), "\t", "utf-8")
            continue
        cells = render(layout, wide(part, layout.key), {}, statutory)
        yield _WIDE[str(name)](f"vragenlijst_{name!s}", cells)


def _numbers(cells: Cells) -> frozenset[str]:
    return frozenset(cells) - frozenset(_KEPT_AS_TEXT)


def _workbook(name: str, cells: Cells) -> Written:
    return Written(f"{name}.xlsx", rows_of(cells), xlsx_bytes({_SHEET: cells}, _numbers(cells), _DAYS))


def _opendocument(name: str, cells: Cells) -> Written:
    return Written(f"{name}.ods", rows_of(cells), ods_bytes({_SHEET: cells}, _numbers(cells), _DAYS))


def _system_file(name: str, cells: Cells) -> Written:
    items = _numbers(cells) - {"BURGERSERVICENUMMER"}
    filled = {header: [cell or NO_ANSWER for cell in cells[header]] if header in items else cells[header] for header in cells}
    says = Dictionary(
        numbers=_numbers(cells),
        labels={item: {98.0: "weet niet", 99.0: "geen antwoord"} for item in sorted(items)},
        missing=dict.fromkeys(sorted(items), (98.0, 99.0)),
    )
    return Written(f"{name}.sav", rows_of(cells), sav_bytes(filled, says))


_WIDE: Mapping[str, Callable[[str, Cells], Written]] = {"T3": _workbook, "T6": _opendocument, "T12": _system_file}
