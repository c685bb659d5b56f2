"""What a study says of itself, and what it says where a table is missing."""

import pandas as pd
import pytest

from gm_workbench.guard import offered as gate
from gm_workbench.outputs.output import Role
from gm_workbench.outputs.studies import NEEDS, about_study, absent, no_answer, no_rollout
from gm_workbench.panel.study import Study, from_tables, open_study
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.protocols import ASKED, load_protocol, study_names
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.tables_benefit import Benefits
from gm_workbench.vocabulary.text import Text


def opened(name: str = "tilburg_single_mothers", period: str = "2024-01/2024-12", **tables: pd.DataFrame) -> Study:
    return from_tables(load_protocol(name), "GM0855", tables, DataKind.SYNTHETIC, Period.parse(period))


def test_about_a_study_takes_period_assignment_and_primary_population():
    about = about_study(opened())
    assert about.period.nl == "januari 2024 – december 2024"
    assert about.population == load_protocol("tilburg_single_mothers").primary.population
    assert not about.may_say_effect


def test_about_a_published_set_is_about_its_own_people():
    study = open_study("amersfoort_upward_mobility", "published-wages")
    about = about_study(study, Text("werkenden", "workers"))
    assert about.kind is DataKind.PUBLISHED
    assert about.population == study.published.title


def test_an_absent_section_says_in_one_sentence_what_is_missing():
    output = absent(opened(), "spend")
    assert output.words.role is Role.ABSENT
    assert output.words.sentence.text.nl.endswith("ontbreekt: kosten van voorzieningen, uitkeringen (BUS).")
    assert output.cells == ()


def said(study: Study, section: str) -> str:
    return absent(study, section).words.sentence.text.nl.partition(": ")[2]


def test_what_was_not_asked_is_named_by_its_instrument_and_without_answers_once():
    answers = pd.DataFrame({"person": ["a"], "month": [24288], "instrument": ["ECR"]})
    assert said(opened(answers=answers), "bejegening_exit").endswith(
        "verdeling over consulenten, vragen over ervaren bejegening."
    )
    assert said(opened(), "moderation") == "vragenlijsten."


def test_of_a_table_that_is_missing_no_column_is_named():
    assert said(opened(), "who") == "uitkeringen (BUS)."
    columns = ["month", "scheme", "sex", "housing", "exemption"]
    assert said(opened(benefits=pd.DataFrame({name: [] for name in columns})), "who") == "leefvorm."


def test_what_stands_in_for_an_instrument_does_not_answer_for_it():
    study = open_study("tilburg_single_mothers", "published-bfi")
    assert study.offers("scale")
    assert said(study, "course") == "uitkeringen (BUS), vragen over economische veerkracht."


def test_spells_of_a_published_set_are_told_in_its_own_words():
    about = about_study(open_study("tilburg_single_mothers", "published-unempdur"))
    assert about.spells.work.en == "a full-time job"
    assert about_study(opened()).spells.unit.nl == "maanden"


def test_every_need_of_a_shipped_protocol_has_words():
    needs = {need for name in study_names() for section in load_protocol(name).sections.values() for need in section.needs}
    assert {need for need in needs if not ASKED.fullmatch(need)} <= set(NEEDS)


@pytest.mark.parametrize(("held", "cells"), [(None, 0), (pd.Series([1.0, 0.0, 1.0]), 1)])
def test_without_a_roll_out_nothing_is_compared_but_a_share_may_be_described(held, cells):
    output = no_rollout(opened("amersfoort_upward_mobility", "2023-01/2025-12"), held)
    assert output.words.role is Role.ANSWER
    assert len(output.cells) == cells
    if cells:
        assert (output.cells[0].numerator, output.cells[0].n) == (2, 3)


@pytest.mark.parametrize(("last", "cells"), [("2025-11", 0), ("2025-12", 1)])  # followed from 2024-01, for 24 months
def test_no_share_is_described_of_people_who_were_not_followed_long_enough(last, cells):
    output = no_rollout(opened("amersfoort_upward_mobility", f"2023-01/{last}"), pd.Series([1.0, 0.0, 1.0]))
    assert len(output.cells) == cells


def test_the_gate_lets_a_delivered_section_through_and_shows_the_sentence_of_another(monkeypatch):
    shown = []
    monkeypatch.setattr(gate, "show", lambda output: shown.append(output.id))
    study = opened(benefits=pd.DataFrame({name: [] for name in Benefits.column_names()}))
    assert gate.offered(study, "who")
    assert not gate.offered(study, "spend")
    assert shown == ["spend"]


def test_an_absent_answer_stands_in_the_box_at_the_top():
    assert absent(opened(), "answer").words.role is Role.ANSWER
    assert absent(opened(), "answer").words.sentence.text.nl.startswith("Hierover is niets te zeggen.")


def test_without_an_answer_a_report_says_whether_nothing_was_introduced_or_what_is_missing():
    study = open_study("amersfoort_upward_mobility", "published-wages")
    assert no_answer(study).words.sentence.text.nl.startswith("Hier is niets te vergelijken.")
    assert no_answer(opened("amersfoort_upward_mobility")).words.sentence.text.nl.startswith("Hierover is niets te zeggen.")


LIES_OUTSIDE = "De introductie van de nieuwe werkwijze ligt buiten de periode van dit rapport."
INTRODUCED = {
    "tilburg_single_mothers": ("introductions", "coach", "introductie bij consulenten"),
    "amersfoort_upward_mobility": ("introductions", "coach", "introductie bij consulenten"),
    "amsterdam_supervisor_cascade": ("team_introductions", "team", "introductie bij teams"),
}


@pytest.mark.parametrize("name", INTRODUCED)
@pytest.mark.parametrize(
    ("month", "own", "why", "within"),
    [
        (
            "2023-12",
            True,
            "De introductie van de nieuwe werkwijze ligt buiten de periode van dit rapport.",
            " binnen de periode",
        ),
        (
            "2025-01",
            True,
            "De introductie van de nieuwe werkwijze ligt buiten de periode van dit rapport.",
            " binnen de periode",
        ),
        ("2024-06", False, "In deze gegevens staat niet dat de nieuwe werkwijze is ingevoerd.", ""),
    ],
)
def test_an_introduction_outside_the_period_is_told_from_none_at_all(name, month, own, why, within):
    table, unit, need = INTRODUCED[name]
    rows = pd.DataFrame({"study": [name if own else "another"], unit: ["x"], "month": [month_index(month)]})
    study = opened(name, **{table: rows})
    assert study.introduced_outside is own
    assert no_rollout(study).words.sentence.text.nl == f"Hier is niets te vergelijken. {why}"
    assert f"{need}{within}." in said(study, "answer") or f"{need}{within}," in said(study, "answer")


def test_an_introduction_within_the_period_does_not_lie_outside_it():
    months = [month_index(month) for month in ("2023-12", "2024-01")]
    rows = pd.DataFrame({"study": "tilburg_single_mothers", "coach": ["a", "b"], "month": months})
    assert not opened(introductions=rows).introduced_outside
