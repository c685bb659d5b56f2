"""How rows are cut into the parts that are stored, and that nothing of a cell becomes a path."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gm_workbench.intake.declared.forms import load_sources
from gm_workbench.intake.declared.grammar import Transform
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.cut import is_safe
from gm_workbench.intake.rows.parts import WHOLE_TABLE

from .test_odd_files import headers
from .test_pipeline import ANN, cost, costs, counts, persons

HEADER = "BURGERSERVICENUMMER|METING|DATUM|VRAAG|ANTWOORD"


def named(rows):
    return [(part.table, part.period, part.name, len(part.data)) for part in rows.parts]


@pytest.fixture
def any_wave():
    """Give a source whose waves are texts, as no declaration may say."""
    source = load_sources()["vragenlijst_lang"]
    (table,) = source.tables
    wave = replace(table.columns["wave"], transform=Transform.TEXT)
    return replace(source, tables=(replace(table, columns={**table.columns, "wave": wave}),))


@pytest.mark.parametrize("name", ["introductions", "team_introductions"])
def test_file_that_may_be_empty_still_gives_its_table(read, name):
    source = load_sources()[name]
    rows = read("|".join(headers(source)), source)
    assert named(rows) == [(source.tables[0].table.name, WHOLE_TABLE, WHOLE_TABLE, 0)]
    assert rows.parts[0].data.column_names == [
        column.name for column in source.tables[0].table.columns if column.name in source.tables[0].columns
    ]
    assert len(rows.parts[0].keys) == 0


@pytest.mark.parametrize("name", ["costs", "bus", "questionnaire", "vragenlijst_lang", "spolisbus", "zaaksysteem_voorbeeld"])
def test_table_by_month_or_wave_is_there_without_rows_too(read, name):
    source = replace(load_sources()[name], may_be_empty=True)
    rows = read("|".join(headers(source)), source)
    assert named(rows) == [(table.table.name, WHOLE_TABLE, WHOLE_TABLE, 0) for table in source.tables]


def test_table_of_which_a_file_has_no_row_is_there(read):
    source = load_sources()["zaaksysteem_voorbeeld"]
    columns = headers(source)
    cells = {
        "Dossiernr": "D1",
        "Clientnr": "7",
        "Start uitkering": "01-01-2024",
        "Regeling": "Pwet levensonderhoud",
        "Klantmanager": "C",
        "Team": "T",
        "Geboortejaar": "1980",
        "Leefsituatie": "Samenwonend",
        "Geslacht": "m",
        "Uitkering p/j": "12",
    }
    rows = read("\n".join(["|".join(columns), "|".join(cells.get(name, "_") for name in columns)]), source)
    assert ("provisions", WHOLE_TABLE, WHOLE_TABLE, 0) in named(rows)


def test_waves_are_parts_of_the_whole_and_months_of_their_year(read):
    answers = [
        f"{person}|{wave}|{day}|STU_1|3"
        for person, wave, day in zip(persons(3), ("T3", "T0", "T0"), (20240115,) * 3, strict=True)
    ]
    assert named(read("\n".join([HEADER, *answers]), "vragenlijst_lang")) == [
        ("answers", WHOLE_TABLE, "T0", 2),
        ("answers", WHOLE_TABLE, "T3", 1),
    ]
    assert named(read(costs(cost(month="2"), cost(month="1")), "costs")) == [
        ("costs", "2024", "202401", 1),
        ("costs", "2024", "202402", 1),
    ]


@pytest.mark.parametrize("wave", ["../x", "a/b", "a\\b", "..", "T0.", "T 0", "a" * 41, "T\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_wave_that_cannot_be_part_of_a_path_is_set_aside(read, any_wave, wave):
    good = [f"{person}|T0|20240115|STU_1|3" for person in persons(31)[1:]]
    rows = read("\n".join([HEADER, *good, f"{ANN}|{wave}|20240115|STU_1|3"]), any_wave)
    assert named(rows) == [("answers", WHOLE_TABLE, "T0", 30)]
    assert (counts(rows), {fault.reason for fault in rows.faults}) == ((30, 1, 0), {Reason.CODE})


@pytest.mark.parametrize(("wave", "reason"), [("../x", Reason.CODE), ("a/b", Reason.CODE), ("_", Reason.MISSING_VALUE)])
def test_wave_of_a_declared_questionnaire_is_one_of_its_list(read, wave, reason):
    good = [f"{person}|T0|20240115|STU_1|3" for person in persons(31)[1:]]
    rows = read("\n".join([HEADER, *good, f"{ANN}|{wave}|20240115|STU_1|3"]), "vragenlijst_lang")
    assert (counts(rows), {fault.reason for fault in rows.faults}) == ((30, 1, 0), {reason})


@pytest.mark.parametrize("name", ["../x", "a/b", "", "T0\n", "\nT0", "T0\0", "a" * 41, "CON.txt", "Ⅷ"])
def test_unsafe_name_is_told(name):
    assert not is_safe(name)


@pytest.mark.parametrize("name", ["T0", "202401", "all", "a-b_C", "a" * 40])
def test_safe_name_is_told(name):
    assert is_safe(name)
