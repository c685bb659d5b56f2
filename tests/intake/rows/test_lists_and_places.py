"""Code lists of their own day, and municipalities that merged."""

from __future__ import annotations

import pytest

from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder

SRG = (
    "STATISTIEKJAAR|STATISTIEKMAAND|CBS-GEMEENTECODE|BURGERSERVICENUMMER|POSITIE OP DE PARTICIPATIELADDER|"
    "REGISTRATIENUMMER VOORZIENING|TYPE VOORZIENING|BEGINDATUM VOORZIENING|EINDDATUM VOORZIENING"
)
NUMBERS = [f"9999{number:05d}" for number in range(20_000, 20_100)]
ANN = next(one for one, left in zip(NUMBERS, eleven_remainder(NUMBERS), strict=True) if left == SYNTHETIC_REMAINDER)
CITIZEN = "012345672"


def provision(year: int, person: str, place: str, kind: str = "04") -> str:
    return f"{SRG}\n{year}|1|{place}|{person}|1|V1|{kind}|20170101|_"


def reasons(rows):
    return {fault.reason for fault in rows.faults}


def test_synthetic_rows_after_the_list_ended_are_read_and_noted(read):
    rows = read(provision(2024, ANN, "9903"), "srg")
    assert (reasons(rows), rows.entries[0].accepted) == ({Reason.REGIME}, 1)


def test_real_rows_after_the_list_ended_are_refused_and_say_which_file_to_fill_in(read_real):
    rows = read_real(provision(2024, CITIZEN, "0855"), "srg")
    fault = next(fault for fault in rows.faults if fault.reason is Reason.CODE)
    assert (fault.whole, rows.parts) == (True, ())
    assert "data/codes/lists/type_voorziening_2019.csv" in fault.remedy.nl


def test_real_rows_of_the_days_of_the_list_are_read(read_real):
    rows = read_real(provision(2018, CITIZEN, "0855"), "srg")
    assert (reasons(rows), rows.entries[0].accepted) == (set(), 1)


@pytest.mark.parametrize(("year", "reason"), [(2022, Reason.MERGED), (2024, Reason.PLACE)])
def test_code_of_a_merged_place_counts_until_the_merger(reader_with, codes, year, reason):
    (codes / "mergers.csv").write_text("old_code,new_code,day,source\nGM9801,GM9903,2023-01-01,a test\n", encoding="utf-8")
    assert reason in reasons(reader_with()(provision(year, ANN, "9801"), "srg"))


def test_merger_of_a_merger_leads_to_the_place(reader_with, codes):
    lines = ["old_code,new_code,day,source", "GM9801,GM9802,2020-01-01,a test", "GM9802,GM9903,2023-01-01,a test", ""]
    (codes / "mergers.csv").write_text("\n".join(lines), encoding="utf-8")
    assert Reason.MERGED in reasons(reader_with()(provision(2019, ANN, "9801"), "srg"))


def test_labels_of_a_file_that_contradict_the_list_refuse_it(read):
    labels = {"TYPE VOORZIENING": {"04": "beschut werk", "05": "loonkostensubsidie (Participatiewet)"}}
    assert Reason.LABELS in reasons(read(provision(2018, ANN, "9903"), "srg", labels=labels))


def test_labels_of_a_file_that_agree_are_fine(read):
    labels = {"TYPE VOORZIENING": {"04": "Loonkostensubsidie (Participatiewet)"}}
    assert reasons(read(provision(2018, ANN, "9903"), "srg", labels=labels)) == set()


def test_label_since_2019_that_nobody_knows_is_set_aside_by_name_of_the_list(read):
    drawing = provision(2024, ANN, "9903", "iets nieuws").replace("TYPE VOORZIENING", "SOORT VOORZIENING")
    fault = next(fault for fault in read(drawing, "srg_2019").faults if fault.reason is Reason.CODE)
    assert "type_voorziening_2019" in fault.problem.nl
    assert "iets nieuws" not in str(fault)
