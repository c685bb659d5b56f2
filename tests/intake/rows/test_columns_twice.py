"""A column that is there twice: one that is read refuses the file, because no choice is made; any other is a note."""

from __future__ import annotations

import pytest

from gm_workbench.intake.reasons import Reason

from .test_pipeline import ANN

HEADER = "GEMEENTECODE;JAAR;MAAND;BURGERSERVICENUMMER;TYPE VOORZIENING;OMSCHRIJVING;BEDRAG"
ROW = f"9903;2024;1;{ANN};06;jobcoach;10"


@pytest.fixture
def faults_of(read, tmp_path):
    def told(*lines: str, name: str = "kosten.csv"):
        path = tmp_path / name
        path.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8", newline="")
        (rows,) = read.file(path)
        return rows, {fault.reason: fault for fault in rows.faults}

    return told


@pytest.mark.parametrize("again", ["BEDRAG", "Bedrag", " bedrag ", "BEDRÁG", "BE_DRAG", "GEMEENTECODE", "BURGERSERVICENUMMER"])
def test_column_that_is_read_and_is_there_twice_refuses(faults_of, again):
    rows, told = faults_of(f"{HEADER};{again}", f"{ROW};20")
    assert set(told) >= {Reason.COLUMNS}
    assert rows.parts == ()
    assert told[Reason.COLUMNS].count == 1
    assert (again.strip().upper().replace("Á", "A").replace("_", "")) in told[Reason.COLUMNS].problem.nl


@pytest.mark.parametrize("again", ["OMSCHRIJVING", "Omschrijving"])
def test_column_that_is_ignored_may_be_there_twice(faults_of, again):
    rows, told = faults_of(f"{HEADER};{again}", f"{ROW};x")
    assert Reason.COLUMNS not in told
    assert len(rows.parts) == 1


def test_unknown_columns_twice_are_a_note(faults_of):
    rows, told = faults_of(f"{HEADER};NAAM;NAAM;;;#9", f"{ROW};Jansen;Pietersen;;;x")
    assert (set(told), told[Reason.EXTRA_COLUMNS].count, len(rows.parts)) == ({Reason.EXTRA_COLUMNS}, 5, 1)


def test_item_of_a_questionnaire_that_is_there_twice_refuses(faults_of):
    header = "GEMEENTECODE;BURGERSERVICENUMMER;METING;DATUM;STU_1;STU_2;stu_1"
    _, told = faults_of(header, f"9903;{ANN};T0;20240115;3;2;1", name="vragenlijst_T0.csv")
    assert "STU_1" in told[Reason.COLUMNS].problem.nl


def test_file_is_recognised_though_what_tells_it_is_there_twice(faults_of):
    header = "GEMEENTECODE;BURGERSERVICENUMMER;METING;METING;DATUM;DATUM;STU_1"
    _, told = faults_of(header, f"9903;{ANN};T0;T0;20240115;20240115;3", name="vragenlijst_T0.csv")
    assert told[Reason.COLUMNS].count == 2
