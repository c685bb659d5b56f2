from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gm_workbench.intake.faults import worst
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.intake.rows.parts import FileRows
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder
from gm_workbench.vocabulary.tables import TABLES

JAN = month_index("2024-01")

COSTS = """
GEMEENTECODE | JAAR | MAAND | BURGERSERVICENUMMER | TYPE VOORZIENING | OMSCHRIJVING | BEDRAG
9903         | 2024 | 1     | {ann}               | 06               | jobcoach     | 1.234,56
9903         | 2024 | 1     | {bob}               | 06               | jobcoach     | 10
"""


def persons(size: int, remainder: int = SYNTHETIC_REMAINDER) -> list[str]:
    numbers = [f"9999{number:05d}" for number in range(20_000, 22_000)]
    return [text for text, left in zip(numbers, eleven_remainder(numbers), strict=True) if left == remainder][:size]


ANN, BOB, EVE = persons(3)


def costs(*rows: str) -> str:
    header = "GEMEENTECODE|JAAR|MAAND|BURGERSERVICENUMMER|TYPE VOORZIENING|OMSCHRIJVING|BEDRAG"
    return "\n".join([header, *rows])


def cost(
    person: str = ANN, month: str = "1", kind: str = "06", text: str = "jobcoach", amount: str = "10", place: str = "9903"
) -> str:
    return f"{place}|2024|{month}|{person}|{kind}|{text}|{amount}"


def frame(rows: FileRows, table: str) -> pd.DataFrame:
    return pd.concat([part.data.to_pandas() for part in rows.parts if part.table == table], ignore_index=True)


def reasons(rows: FileRows) -> set[Reason]:
    return {fault.reason for fault in rows.faults}


def counts(rows: FileRows, table: str = "") -> tuple[int, int, int]:
    entry = next(one for one in rows.entries if one.table == table or not table)
    return entry.accepted, entry.set_aside, entry.refused


def many(*odd: str) -> str:
    """Draw a file in which a few odd rows do not refuse the whole."""
    return costs(*(cost(number) for number in persons(30)), *odd)


def test_good_rows_become_typed_columns_without_numbers_of_persons(read):
    rows = read(costs(cost(amount="1.234,56")), "costs")
    assert frame(rows, "costs").to_dict("list") == {
        "person": read.names.each([ANN], "person"),
        "month": [JAN],
        "type": ["06"],
        "amount": [1234.56],
    }
    assert counts(rows) == (1, 0, 0)
    assert rows.faults == ()


def test_types_of_a_part_are_those_of_storage(read):
    part = read(costs(cost()), "costs").parts[0]
    assert [str(field.type) for field in part.data.schema] == [
        "dictionary<values=string, indices=int32, ordered=0>",
        "int32",
        "string",
        "double",
    ]
    assert part.keys.dtype == np.uint64


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (cost("123456789"), Reason.IDENTIFIER),
        (cost(""), Reason.MISSING_VALUE),
        (cost(kind="7x"), Reason.CODE),
        (cost(kind=ANN), Reason.CODE),
        (cost(amount="3-apr"), Reason.NUMBER),
        (cost(amount=""), Reason.MISSING_VALUE),
        (cost(month="13"), Reason.DATE),
        (cost(persons(1)[0]), Reason.DUPLICATE),
    ],
)
def test_bad_row_is_set_aside_and_told(read, row, reason):
    rows = read(many(row), "costs")
    assert counts(rows) == (30, 1, 0)
    assert reasons(rows) == {reason}
    assert len(frame(rows, "costs")) == 30


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (cost(kind="6"), Reason.REPAIRED),
        (cost(text=f"voor {ANN[:4]} {ANN[4:]}"), Reason.FREE_TEXT),
    ],
)
def test_mended_row_is_read_and_noted(read, row, reason):
    rows = read(costs(row), "costs")
    assert counts(rows) == (1, 0, 0)
    assert [(fault.reason, fault.severity, fault.count) for fault in rows.faults] == [(reason, Severity.NOTE, 1)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (cost("111222333"), Reason.MIXED_KINDS),
        (cost(persons(31)[-1], place="0855"), Reason.PLACE),
    ],
)
def test_some_faults_refuse_the_whole_file(read, row, reason):
    rows = read(many(row), "costs")
    assert reasons(rows) == {reason}
    assert (rows.parts, counts(rows)) == ((), (0, 0, 31))


def test_too_many_rows_aside_refuse_the_file_and_keep_the_reason(read):
    rows = read(many(*(cost(number, kind="zz") for number in persons(12))), "costs")
    fault = next(fault for fault in rows.faults if fault.reason is Reason.CODE)
    assert (fault.whole, fault.count) == (True, 12)
    assert (rows.parts, counts(rows)) == ((), (0, 0, 42))


def test_no_fault_holds_what_was_in_a_cell(read):
    rows = read(many(cost("123456789"), cost(kind="Jansen"), cost(amount="Pietersen")), "costs")
    said = " ".join(str(fault) for fault in rows.faults)
    assert not any(text in said for text in ("123456789", "Jansen", "Pietersen"))
    assert "#########" in said


def test_missing_column_refuses_and_names_the_declaration(read):
    rows = read("GEMEENTECODE|JAAR|MAAND|BURGERSERVICENUMMER|BEDRAG\n9903|2024|1|_|1", "costs")
    fault = next(fault for fault in rows.faults if fault.reason is Reason.COLUMNS)
    assert "TYPE VOORZIENING" in fault.problem.nl
    assert "data/codes/layouts/costs.yml" in fault.remedy.nl
    assert counts(rows) == (0, 0, 1)


def test_headers_in_another_case_and_with_accents_are_known(read):
    drawing = costs(cost()).replace("TYPE VOORZIENING", "Type  voorziening").replace("BEDRAG", "Bedrág")
    assert counts(read(drawing, "costs")) == (1, 0, 0)


def test_unknown_columns_are_counted_and_not_read(read):
    header, row = costs(cost()).splitlines()
    rows = read(f"{header}|NAAM|ADRES\n{row}|Jansen|Dorpsstraat", "costs")
    assert [(fault.reason, fault.count) for fault in rows.faults] == [(Reason.EXTRA_COLUMNS, 2)]


def test_month_of_the_name_must_be_that_of_the_rows(read):
    head = "STATISTIEKJAAR|STATISTIEKMAAND|REGISTRATIENUMMER VOORZIENING|BURGERSERVICENUMMER|SOORT VOORZIENING"
    drawing = f"{head}|BEGINDATUM VOORZIENING|EINDDATUM VOORZIENING\n2024|1|V1|{ANN}|Beschut werk|20240101|_"
    assert worst(read(drawing, "srg_2019", "SRG2019_202401.csv").faults) is Severity.NOTE
    assert reasons(read(drawing, "srg_2019", "SRG2019_202402.csv")) == {Reason.FILE_NAME}


def test_a_number_that_lost_its_zeros_is_the_same_person(read_real):
    drawing = costs(cost("012345672", place="0855"), cost("12345672", month="2", place="0855"))
    rows = read_real(drawing, "costs")
    assert frame(rows, "costs")["person"].unique().tolist() == read_real.names.each(["012345672"], "person")
    assert [(fault.reason, fault.count) for fault in rows.faults] == [(Reason.REPAIRED, 1)]


def test_synthetic_number_among_real_ones_refuses(read_real):
    drawing = costs(cost("012345672", place="0855"), cost(ANN, place="0855"))
    assert reasons(read_real(drawing, "costs")) == {Reason.MIXED_KINDS}


def test_each_month_becomes_a_part_of_its_year(read):
    rows = read(costs(cost(month="2"), cost(month="1"), cost(BOB, month="2")), "costs")
    assert [(part.period, part.name, len(part.data)) for part in rows.parts] == [("2024", "202401", 1), ("2024", "202402", 2)]


def test_equal_keys_of_two_files_have_equal_hashes(read):
    first, second = (read(costs(cost(amount=amount)), "costs").parts[0] for amount in ("1", "2"))
    other = read(costs(cost(month="2")), "costs").parts[0]
    assert first.keys.tolist() == second.keys.tolist() != other.keys.tolist()


def test_items_beside_each_other_become_rows_and_skipped_ones_none(read):
    drawing = (
        f"GEMEENTECODE|BURGERSERVICENUMMER|METING|DATUM|STU_1|STU_2\n9903|{ANN}|T0|20240115|3|_\n9903|{BOB}|T0|20240115|1|2"
    )
    rows = read(drawing, "questionnaire", "vragenlijst_T0.csv")
    got = frame(rows, "answers")[["instrument", "item", "answer"]].values.tolist()
    assert got == [["STU", "STU_1", 3.0], ["STU", "STU_1", 1.0], ["STU", "STU_2", 2.0]]
    assert [(part.period, part.name) for part in rows.parts] == [("all", "T0")]


def test_items_below_each_other_give_the_same_rows(read):
    drawing = f"BURGERSERVICENUMMER|METING|DATUM|VRAAG|ANTWOORD\n{ANN}|T0|20240115|STU_1|3\n{ANN}|T0|20240115|stu_2|_"
    rows = read(drawing, "vragenlijst_lang")
    assert frame(rows, "answers")[["instrument", "item", "answer"]].values.tolist() == [["STU", "STU_1", 3.0]]
    assert counts(rows) == (2, 0, 0)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [("STU_1|9", Reason.SCALE), ("ATT_77|1", Reason.ITEM)],
)
def test_answer_outside_its_scale_and_unknown_item_are_told(read, cells, reason):
    good = [f"{number}|T0|20240115|STU_1|3" for number in persons(30)[1:]]
    rows = read(
        "\n".join(["BURGERSERVICENUMMER|METING|DATUM|VRAAG|ANTWOORD", *good, f"{ANN}|T0|20240115|{cells}"]), "vragenlijst_lang"
    )
    assert reasons(rows) == {reason}


def test_overlapping_spells_are_set_aside_where_one_is_allowed(read):
    head = "GEMEENTECODE|TEAM|LEIDINGGEVENDE|CONSULENT|BEGINDATUM|EINDDATUM"
    good = [f"9903|T|L|C{at}|20240101|_" for at in range(20)]
    rows = read("\n".join([head, *good, "9903|T|L|X|20240101|20240331", "9903|U|L|X|20240301|_"]), "rosters")
    assert reasons(rows) == {Reason.OVERLAP}
    assert counts(rows) == (21, 1, 0)


def test_end_before_start_is_seen_to_the_day(read):
    head = "GEMEENTECODE|TEAM|TEAMNAAM|CONSULENT|BURGERSERVICENUMMER|BEGINDATUM|EINDDATUM|TOESTEMMING ONDERZOEK"
    good = [f"9903|T|_|C|{number}|20240101|_|ja" for number in persons(20)[1:]]
    rows = read("\n".join([head, *good, f"9903|T|_|C|{ANN}|20240110|20240109|ja"]), "caseload")
    assert reasons(rows) == {Reason.ORDER}
    assert counts(rows) == (19, 1, 0)


def test_records_of_one_month_are_added_up_before_the_wage_is_divided(read):
    head = "RINPERSOONS|RINPERSOON|IKVID|SDATUMAANVANGIKO|SBASISLOON|SBASISUREN|SBEID"
    rows = read(f"{head}\nR|000000017|K1|20240101|100|10|W\nR|000000017|K1|20240129|300|10|W", "spolisbus")
    assert frame(rows, "wages")[["hourly_wage", "hours"]].values.tolist() == [[20.0, 20.0]]
    assert reasons(rows) == {Reason.ADDED_UP}
    assert counts(rows) == (2, 0, 0)


def test_linkage_numbers_of_nobody_are_set_aside(read):
    head = "RINPERSOONS|RINPERSOON|IKVID|SDATUMAANVANGIKO|SBASISLOON|SBASISUREN|SBEID"
    good = [f"R|{at:09d}|K1|20240101|100|10|W" for at in range(1, 30)]
    rows = read("\n".join([head, *good, "F|000000099|K1|20240101|100|10|W"]), "spolisbus")
    assert reasons(rows) == {Reason.RIN_KIND}
    assert counts(rows) == (29, 1, 0)


def test_days_of_measures_are_counted_from_the_first_sick_day(read):
    head = "BURGERSERVICENUMMER|VERZUIMNUMMER|MAATREGEL|DATUM MAATREGEL|EERSTE ZIEKTEDAG"
    rows = read(f"{head}\n{ANN}|V1|Probleemanalyse|12-02-2024|01-01-2024", "verzuim_maatregelen")
    assert frame(rows, "sick_measures")[["measure", "day"]].values.tolist() == [["problem_analysis", 42]]


def test_length_of_sick_leave_counts_both_days_and_is_open_while_it_lasts(read):
    head = "BURGERSERVICENUMMER|VERZUIMNUMMER|EERSTE ZIEKTEDAG|LAATSTE ZIEKTEDAG|HERSTELD"
    rows = read(f"{head}\n{ANN}|V1|01-01-2024|02-01-2024|ja\n{BOB}|V2|01-01-2024|_|_", "verzuim")
    assert frame(rows, "sick_leave")["days"].fillna(-1).tolist() == [2.0, -1.0]


def test_every_table_of_every_source_is_a_logical_table(read):
    from gm_workbench.intake.declared.forms import load_sources

    named = {table.table.name for source in load_sources().values() for table in source.tables}
    assert named == set(TABLES)


BENEFIT = """
STATISTIEKJAAR|STATISTIEKMAAND|GEMEENTECODE|REGISTRATIENUMMER UITKERING|STATISTIEKCODE|LEEFVORM|AANTAL KOSTENDELERS|\
BEDRAG BIJSTANDSNORM|BETAALBAAR GESTELD BEDRAG|BURGERSERVICENUMMER|GEBOORTEDATUM|GESLACHT|HUISVESTING|\
AANVANGSDATUM UITKERING PERSOON|EINDDATUM UITKERING PERSOON|ONTHEFFING ARBEIDSVERPLICHTING|SOORT INKOMSTEN|\
BEDRAG INKOMSTEN PERSOON|REDEN BEEINDIGING UITKERING PERSOON
2024|03|9903|U1|01|1|0|1200|{paid}|{ann}|{born}0000|1|1|{start}|_|2|_|0|_
2024|03|9903|U2|01|1|0|1200|1200|{bob}|19800000|1|1|20200101|_|2|_|0|_
"""


@pytest.mark.parametrize(
    ("born", "start", "paid", "aside"),
    [
        ("2011", "20240331", "0", 0),  # thirteen in the year of the row
        ("2012", "20240301", "1200", 1),
        ("1914", "20240301", "0", 0),  # a hundred and ten
        ("1913", "20240301", "1200", 1),
        ("1980", "20240401", "1200", 1),  # begins after the month that the row is about
        ("1980", "20240301", "-1", 1),
    ],
)
def test_row_that_cannot_be_of_its_month_is_set_aside(read, born, start, paid, aside):
    rows = read(BENEFIT.format(ann=ANN, bob=BOB, born=born, start=start, paid=paid), "bus")
    assert counts(rows) == (2 - aside, aside, 0)
    assert reasons(rows) == ({Reason.BOUNDS} if aside else set())
