"""An export that no layout knows: it must load by an alias file alone."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from gm_workbench.intake.store import check

from .case_system import ENDS, FORMS, HEADERS, NAME_SHOWN, SCHEMES, draw_dossiers, export_case_system
from .edits_formats import case_delivery
from .good import PLACE
from .leaks import leaks

FIRST, LAST = (2025, 10), (2025, 12)


@pytest.fixture
def dossiers():
    return draw_dossiers(3)


def test_export_has_what_case_systems_write(tmp_path):
    export_case_system(tmp_path / "export.csv", 3)
    header, *rows = csv.reader((tmp_path / "export.csv").read_text(encoding="cp1252").splitlines(), delimiter=";")
    assert tuple(header) == HEADERS
    assert len({row[0] for row in rows}) == len(rows) == 60
    assert all(re.fullmatch(r"\d{2}-\d{2}-\d{4}", row[HEADERS.index("Start uitkering")]) for row in rows)
    assert all(re.fullmatch(r"\d{1,2}\.\d{3},00", row[HEADERS.index("Uitkering p/j")]) for row in rows)


def test_export_has_no_number_of_a_citizen(tmp_path):
    export_case_system(tmp_path / "export.csv", 3)
    assert re.findall(rb"\d{8,9}", (tmp_path / "export.csv").read_bytes()) == []


def test_dossier_runs_in_the_months_between_its_days(dossiers):
    ended = next(dossier for dossier in dossiers if dossier.end and dossier.end.month == 11)
    assert ended.months(FIRST, LAST) == [(2025, 10), (2025, 11)]
    assert next(dossier for dossier in dossiers if not dossier.end).months(FIRST, LAST)[-1] == LAST


def expected(dossiers):
    """Count the rows that benefits must have, from what is true of the dossiers; months are month indices."""
    return Counter(
        (
            year * 12 + month - 1,
            SCHEMES[dossier.scheme],
            FORMS[dossier.form],
            {"M": "man", "V": "woman"}[sex],
            born,
            dossier.start.year * 12 + dossier.start.month - 1,
            round(dossier.yearly / 12, 2),
        )
        for dossier in dossiers
        for year, month in dossier.months(FIRST, LAST)
        for sex, born in zip(dossier.sexes, dossier.birth_years, strict=True)
    )


def test_export_loads_by_an_alias_file_alone(good, dossiers):
    delivery = good("bare")
    case_delivery(delivery)
    tables = check(delivery.folder, PLACE).tables
    benefits = tables["benefits"]
    columns = ["month", "scheme", "household", "sex", "birth_year", "start", "paid"]
    got = benefits.assign(paid=benefits["paid"].round(2))[columns]
    assert Counter(map(tuple, got.to_numpy().tolist())) == expected(dossiers)
    assert set(benefits["end_reason"].dropna()) <= set(ENDS.values())
    assert len(tables["caseload"]) == sum(len(dossier.clients) for dossier in dossiers)
    text = "\n".join(table.to_csv() for table in tables.values())
    assert leaks(text.encode(), {NAME_SHOWN}) == set()
