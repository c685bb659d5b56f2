"""The matrix of section and table: present, in part, missing."""

import pandas as pd

from gm_workbench.panel.coverage import Presence, matrix, place_coverage, study_coverage
from gm_workbench.panel.study import from_tables
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind

STUDY = "tilburg_single_mothers"
JAN = month_index("2024-01")
QUARTER = Period(JAN, JAN + 2)


def benefits(months=(JAN, JAN + 1, JAN + 2), without=()):
    columns = ("person", "dossier", "scheme", "household", "sex", "housing", "exemption", "income_kind", "birth_year")
    rows = [{**dict.fromkeys(columns, "x"), "month": month, "start": JAN} for month in months]
    return pd.DataFrame(rows).drop(columns=list(without))


def answers(*codes):
    return pd.DataFrame({"person": "x", "wave": "T0", "month": JAN, "instrument": list(codes)})


def cells(**tables):
    study = from_tables(load_protocol(STUDY), "GM0855", tables, DataKind.SYNTHETIC, QUARTER)
    return {(cell.section, cell.table): cell for cell in study_coverage(study)}


def said(cell):
    return cell.presence, [why.en for why in cell.why]


def test_a_table_is_present_when_all_that_a_section_needs_of_it_is_there():
    assert said(cells(benefits=benefits())["who", "benefits"]) == (Presence.PRESENT, [])


def test_a_table_that_was_not_delivered_or_is_empty_is_missing():
    assert said(cells()["who", "benefits"]) == (Presence.MISSING, ["not delivered"])
    assert said(cells(benefits=benefits().iloc[:0])["who", "benefits"])[0] is Presence.MISSING


def test_a_column_that_a_section_needs_makes_it_partial_there_and_nowhere_else():
    found = cells(benefits=benefits(without=["housing"]))
    assert said(found["who", "benefits"]) == (Presence.PARTIAL, ["without column housing"])
    assert said(found["exits", "benefits"]) == (Presence.PRESENT, [])


def test_months_of_the_period_that_are_missing_are_counted():
    assert said(cells(benefits=benefits(months=(JAN, JAN + 2)))["exits", "benefits"]) == (
        Presence.PARTIAL,
        ["1 of 3 months are missing"],
    )


def test_instruments_that_were_not_asked_are_named():
    found = cells(answers=answers("ECR"))
    assert said(found["scale", "answers"]) == (Presence.PRESENT, [])
    assert said(found["bejegening", "answers"]) == (Presence.PARTIAL, ["no answers to BEJ"])


def test_introductions_of_another_study_are_no_introduction_here():
    other = pd.DataFrame({"study": ["amersfoort_upward_mobility"], "coach": ["c1"], "month": [JAN]})
    assert said(cells(introductions=other)["answer", "introductions"]) == (
        Presence.PARTIAL,
        ["no introduction of this study within the period"],
    )
    own = other.assign(study=STUDY)
    assert said(cells(introductions=own)["answer", "introductions"]) == (Presence.PRESENT, [])


def test_sections_that_fall_away_are_those_that_the_matrix_does_not_call_present():
    tables = {"benefits": benefits(without=["household"]), "answers": answers("ECR")}
    study = from_tables(load_protocol(STUDY), "GM0855", tables, DataKind.SYNTHETIC, QUARTER)
    found = study_coverage(study)
    for section in study.protocol.sections:
        whole = all(cell.presence is Presence.PRESENT for cell in found if cell.section == section)
        assert whole == study.offers(section), section


def test_place_has_a_row_for_each_section_of_each_study_about_municipalities():
    rows = matrix(place_coverage("GM0855", {"benefits": benefits()}, DataKind.SYNTHETIC))
    assert {row["study"] for row in rows} == {STUDY, "amersfoort_upward_mobility", "amsterdam_supervisor_cascade"}
    who = next(row for row in rows if (row["study"], row["section"]) == (STUDY, "who"))
    assert who["benefits"] == "present"
    assert {len(row) for row in rows} == {len(who)}


def test_nothing_delivered_is_missing_everywhere():
    assert {cell.presence for cell in place_coverage("GM0855", {}, DataKind.SYNTHETIC)} == {Presence.MISSING}
