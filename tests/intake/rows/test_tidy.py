"""What stands around rows and cells in real exports: totals, repeated headers, signs that keep zeros, zeros that floats add."""

from __future__ import annotations

import pytest

from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.vocabulary.calendar import month_index

from .test_pipeline import ANN, cost, costs, counts, frame, persons, reasons

HEADER, *_ = costs().splitlines()
GOOD = [cost(number) for number in persons(30)]
EVE = persons(31)[-1]


@pytest.mark.parametrize(
    "rows",
    [
        ["_|_|_|Totaal|_|_|300"],
        ["Totaal|_|_|_|_|_|300"],
        ["_|_|_|_|_|_|300,00"],
        ["_|_|_|_|_|Eindtotaal|300"],
        ["Einde bestand|_|_|_|_|_|_"],
        ["Aantal rijen|30|_|_|_|_|_"],
        ["_|_|_|Subtotaal|_|_|1", "_|_|_|Totaal|_|_|300", "EINDE|_|_|_|_|_|_"],
        [HEADER],
    ],
)
def test_rows_that_are_none_are_left_out_and_told(read, rows):
    told = read("\n".join([HEADER, *GOOD, *rows]), "costs")
    assert counts(told) == (30, 0, 0)
    assert [(fault.reason, fault.line, fault.count) for fault in told.faults] == [(Reason.REPAIRED, 32, len(rows))]


@pytest.mark.parametrize(
    "row",
    [
        "9903|2024|1|_|06|Totaal|300",  # a row in all but the person
        f"_|_|_|{EVE}|_|Totaal|300",  # of somebody
        "_|2024|1|_|06|_|300",
        "_|_|_|_|06|jobcoach|300",
    ],
)
def test_row_of_which_something_is_missing_is_no_total(read, row):
    told = read("\n".join([HEADER, *GOOD, row]), "costs")
    assert counts(told)[1:] == (1, 0)


def test_total_amid_the_rows_is_set_aside(read):
    told = read("\n".join([HEADER, "_|_|_|Totaal|_|_|300", *GOOD]), "costs")
    assert counts(told) == (30, 1, 0)


def test_headers_repeated_amid_rows_are_left_out(read):
    told = read("\n".join([HEADER, *GOOD[:3], HEADER.lower(), *GOOD[3:]]), "costs")
    assert (counts(told), reasons(told)) == ((30, 0, 0), {Reason.REPAIRED})


@pytest.mark.parametrize(
    ("changed", "noted"),
    [
        ({"person": f'="{EVE}"'}, True),
        ({"person": f"'{EVE}"}, True),
        ({"person": f"\ufeff{EVE}\u200b"}, True),
        ({"kind": '="06"'}, True),
        ({"kind": "6.0"}, True),
        ({"kind": "6,0"}, True),
        ({"month": "1.0"}, True),
        ({"place": "9903.0"}, True),
        ({"place": "\ufeff9903"}, True),
        ({"amount": "\u200b10"}, True),
        ({"text": "'s-Gravenhage"}, False),
    ],
)
def test_signs_around_a_cell_are_no_part_of_it(read, changed, noted):
    told = read("\n".join([HEADER, *GOOD, cost(**{"person": EVE, **changed})]), "costs")
    assert (counts(told), reasons(told)) == ((31, 0, 0), {Reason.REPAIRED} if noted else set())
    assert frame(told, "costs").iloc[-1].drop("person").to_dict() == {
        "month": month_index("2024-01"),
        "type": "06",
        "amount": 10,
    }
    assert frame(told, "costs")["person"].iloc[-1] == read.names.each([EVE], "person")[0]


@pytest.mark.parametrize("changed", [{"kind": "=cmd()"}, {"kind": "6.5"}, {"month": "1.00"}, {"kind": '="06'}])
def test_other_signs_are(read, changed):
    assert counts(read("\n".join([HEADER, *GOOD, cost(EVE, **changed)]), "costs")) == (30, 1, 0)


@pytest.mark.parametrize("amount", [ANN, f"{ANN},00", "111222333", "12345672"])
def test_number_of_a_person_is_no_amount(read, amount):
    told = read("\n".join([HEADER, *GOOD, cost(EVE, amount=amount)]), "costs")
    assert (counts(told), reasons(told)) == ((30, 1, 0), {Reason.NUMBER})


@pytest.mark.parametrize("amount", ["111222334", "11.122.233", "1234567"])
def test_large_amount_is_one(read, amount):
    assert counts(read("\n".join([HEADER, *GOOD, cost(EVE, amount=amount)]), "costs")) == (31, 0, 0)


def test_empty_place_is_missing_and_not_another_place(read):
    told = read("\n".join([HEADER, *GOOD, cost(EVE, place="_")]), "costs")
    assert (counts(told), reasons(told)) == ((30, 1, 0), {Reason.MISSING_VALUE})


CASELOAD = "GEMEENTECODE|TEAM|TEAMNAAM|CONSULENT|BURGERSERVICENUMMER|BEGINDATUM|EINDDATUM|TOESTEMMING ONDERZOEK"


@pytest.mark.parametrize("end", ["31-12-9999", "99991231", "9999-12-31", "9999-12-31T00:00:00", "31-12-2999"])
def test_end_that_never_comes_is_no_end_and_told(read, end):
    told = read(f"{CASELOAD}\n9903|T|_|C|{ANN}|20240101|{end}|ja", "caseload")
    assert frame(told, "caseload")["end"].isna().all()
    assert [(fault.reason, fault.severity, fault.column) for fault in told.faults] == [
        (Reason.REPAIRED, Severity.NOTE, "EINDDATUM")
    ]


@pytest.mark.parametrize(("start", "end"), [("31-12-9999", "_"), ("20240101", "00000000"), ("20240101", "30-12-9999")])
def test_other_day_that_cannot_be_is_set_aside(read, start, end):
    good = [f"9903|T|_|C|{number}|20240101|_|ja" for number in persons(30)]
    told = read("\n".join([CASELOAD, *good, f"9903|T|_|C|{EVE}|{start}|{end}|ja"]), "caseload")
    assert (counts(told), reasons(told)) == ((30, 1, 0), {Reason.DATE})


ASKED = "GEMEENTECODE|BURGERSERVICENUMMER|METING|DATUM|STU_1|STU_2"


@pytest.mark.parametrize("answer", ["3.0", "3,0", "'3"])
def test_whole_answer_that_became_a_float_is_the_answer_and_told(read, answer):
    told = read(f"{ASKED}\n9903|{ANN}|T0|20240115|{answer}|_\n9903|{EVE}|T0|20240115|1|_", "questionnaire")
    assert frame(told, "answers")["answer"].tolist() == [3.0, 1.0]
    assert [(fault.reason, fault.column, fault.count) for fault in told.faults] == [(Reason.REPAIRED, "STU_1", 1)]


@pytest.mark.parametrize("answer", ["3.5", "3.00", "30", "-3"])
def test_other_answer_is_not_on_the_scale(read, answer):
    rows = [f"9903|{number}|T0|20240115|3|2" for number in persons(30)]
    told = read("\n".join([ASKED, *rows, f"9903|{EVE}|T0|20240115|{answer}|2"]), "questionnaire")
    assert (counts(told), reasons(told)) == ((30, 1, 0), {Reason.SCALE})


def test_averages_at_the_bottom_are_no_person(read):
    told = read(f"{ASKED}\n9903|{ANN}|T0|20240115|3|2\n_|Gemiddelde|_|_|3,0|2,0", "questionnaire")
    assert (counts(told), reasons(told)) == ((1, 0, 0), {Reason.REPAIRED})
