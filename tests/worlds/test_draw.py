from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder
from gm_workbench.vocabulary.instruments import instruments
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.worlds.draw import DRAWN, draw

SEED = 11


@pytest.fixture(scope="module")
def tables(worlds_folder):
    return draw("tiny", "GM0855", SEED, folder=worlds_folder)


def test_the_same_seed_gives_the_same_tables_and_another_seed_others(tables, worlds_folder):
    again, other = (draw("tiny", "GM0855", seed, folder=worlds_folder) for seed in (SEED, SEED + 1))
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, again[name])
        assert not table.equals(other[name]) or name in ("rosters", "team_introductions"), name  # few rows may fall alike


@pytest.mark.parametrize(
    "chosen",
    [("answers",), ("caseload", "introductions", "answers", "benefits"), ("wages", "caseload"), ("costs",), ("provisions",)],
)
def test_a_partial_draw_equals_that_part_of_the_full_one(tables, worlds_folder, chosen):
    part = draw("tiny", "GM0855", SEED, chosen, worlds_folder)
    assert set(part) == set(chosen)
    for name, table in part.items():
        pd.testing.assert_frame_equal(table, tables[name])


@pytest.mark.parametrize("name", list(DRAWN))
def test_a_table_is_as_its_schema_says(tables, name):
    table, schema = tables[name], TABLES[name]
    assert tuple(table.columns) == schema.column_names()
    assert not table.duplicated(list(schema.key)).any()
    for column in schema.columns:
        assert column.nullable or table[column.name].notna().all(), column.name
        if column.allowed:
            assert set(table[column.name].dropna()) <= set(column.allowed), column.name


def test_every_person_carries_the_synthetic_remainder_and_starts_with_nine(tables):
    persons = pd.Series(sorted(set().union(*(set(table["person"]) for table in tables.values() if "person" in table))))
    assert persons.str.fullmatch(r"9\d{8}").all()
    assert set(eleven_remainder(persons)) == {SYNTHETIC_REMAINDER}


def test_persons_are_unique_within_the_network(worlds_folder):
    places = [draw("tiny", place, SEED, ("caseload",), worlds_folder)["caseload"] for place in ("GM0855", "GM9903")]
    for column in ("person", "coach", "team"):
        assert not set(places[0][column]) & set(places[1][column])


def test_what_a_place_does_not_deliver_is_absent(worlds_folder):
    tables = draw("tiny", "GM9903", SEED, folder=worlds_folder)
    assert set(DRAWN) - set(tables) == {"costs"}
    assert set(tables["introductions"]["study"]) == {"tilburg_single_mothers"}


def test_both_studies_are_introduced_elsewhere_in_the_index_month(tables, tiny):
    introductions = tables["introductions"]
    assert set(introductions["study"]) == {"tilburg_single_mothers", "amersfoort_upward_mobility"}
    assert (introductions["month"] == tiny.index_month).all()


def test_an_unknown_table_is_refused(worlds_folder):
    with pytest.raises(DeclarationError, match="No table benefit; the tables are: benefits"):
        draw("tiny", "GM0855", SEED, ("benefit",), worlds_folder)


def test_couples_share_a_dossier_and_no_other_household_does(tables):
    benefits = tables["benefits"]
    persons = benefits.groupby(["dossier", "month"])["person"].nunique()
    households = benefits.groupby(["dossier", "month"])["household"].first()
    assert set(persons[households == "couple"]) == {2}
    assert set(persons[households != "couple"]) == {1}
    couples = benefits.loc[benefits["household"] == "couple"]
    assert (couples.groupby(["dossier", "month"])["sex"].nunique() == 2).all()


def test_end_and_reason_stand_in_the_last_month_of_a_spell_only(tables):
    benefits = tables["benefits"].sort_values(["person", "dossier", "month"])
    last = ~benefits.duplicated(["person", "dossier"], keep="last")
    ended = benefits["end"].notna()
    assert ended.any()
    assert not (ended & ~last).any()
    assert (benefits.loc[ended, "end"].astype("int64") == benefits.loc[ended, "month"]).all()
    assert (ended == benefits["end_reason"].notna()).all()


def test_a_spell_that_does_not_end_lasts_until_the_period_does(tables, tiny):
    benefits = tables["benefits"]
    last = benefits.sort_values("month").drop_duplicates(["person", "dossier"], keep="last")
    assert (last.loc[last["end"].isna(), "month"] == tiny.period.last).all()


def test_months_on_benefit_are_without_gaps_and_start_no_later(tables):
    benefits = tables["benefits"]
    months = benefits.groupby(["person", "dossier"])["month"].agg(["min", "max", "count"])
    assert (months["max"] - months["min"] + 1 == months["count"]).all()
    assert (benefits["start"] <= benefits["month"]).all()


def test_when_one_of_a_couple_leaves_for_work_the_other_has_reason_97(tables):
    benefits = tables["benefits"]
    ends = benefits.loc[benefits["household"].eq("couple") & benefits["end"].notna()]
    pairs = ends.groupby("dossier")["end_reason"].agg(list)
    assert len(pairs) > 0
    assert all(sum(reason == "97" for reason in pair) == 1 for pair in pairs)


def test_everybody_on_benefit_has_one_coach_in_each_month(tables):
    benefits, caseload = tables["benefits"][["person", "month"]], tables["caseload"]
    joined = benefits.merge(caseload, on="person")
    open_now = (joined["start"] <= joined["month"]) & (joined["end"].astype("Float64").fillna(10**9) >= joined["month"])
    assert (joined.loc[open_now].groupby(["person", "month"]).size() == 1).all()
    assert open_now.sum() == len(benefits)


def test_spells_with_coaches_do_not_overlap(tables):
    spells = tables["caseload"].sort_values(["person", "start"])
    before = spells.groupby("person")["end"].shift()
    again = spells["person"].duplicated()
    assert again.any()
    assert (before[again] < spells.loc[again, "start"]).all()


def of_mothers(tables):
    return tables["answers"].loc[lambda rows: rows["instrument"].eq("ECR"), "person"]


def test_only_consenting_persons_on_benefit_answer(tables, tiny):
    now = tables["benefits"].loc[lambda rows: rows["month"] == tiny.index_month]
    mothers = set(now.loc[now["sex"].eq("woman") & now["household"].eq("lone_parent"), "person"])
    consenting = set(tables["caseload"].loc[lambda rows: rows["consent"] == "yes", "person"])
    assert 0 < len(set(of_mothers(tables))) <= len(mothers & consenting)
    assert set(of_mothers(tables)) <= mothers & consenting
    others = set(tables["answers"]["person"]) - set(of_mothers(tables))
    assert others
    assert others <= (set(now["person"]) - mothers) & consenting


def test_answers_are_those_of_the_declared_items_and_scales(tables):
    answers, declared = tables["answers"], instruments()
    assert set(answers["instrument"]) == {"ATT", "BEH", "BEJ", "ECR", "ENV", "INT", "NRM", "REG", "SEF", "SKL"}
    for code, rows in answers.groupby("instrument"):
        assert set(rows["item"]) == set(declared[code].items)
        assert set(rows["answer"]) <= set(range(declared[code].low, declared[code].high + 1))


def test_candidates_are_asked_short_questionnaires_three_times(tables):
    mothers = set(of_mothers(tables))
    theirs = tables["answers"].loc[lambda rows: ~rows["person"].isin(mothers)]
    assert set(theirs["instrument"]) == {"ATT", "BEH", "INT", "SEF", "SKL"}
    assert set(theirs["wave"]) == {"T0", "T6", "T12"}


def test_costs_and_provisions_fall_in_months_on_benefit(tables):
    on_benefit = pd.MultiIndex.from_frame(tables["benefits"][["person", "month"]])
    for name in ("costs", "provisions"):
        assert pd.MultiIndex.from_frame(tables[name][["person", "month"]]).isin(on_benefit).all()


def test_amounts_can_be_written_in_cents_and_read_back(tables):
    wages, costs, benefits = tables["wages"], tables["costs"], tables["benefits"]
    assert np.array_equal(costs["amount"], costs["amount"].round(2))
    assert np.array_equal(benefits["paid"], benefits["paid"].round(0))
    pay = (wages["hourly_wage"] * wages["hours"]).round(2)
    assert np.array_equal(wages["hourly_wage"], pay / wages["hours"])
    assert np.array_equal(wages["hours"], wages["hours"].round(0))


def test_the_main_job_has_the_most_hours(tables):
    wages = tables["wages"]
    jobs = wages.groupby(["person", "month"])["hours"].agg(["count", "max", "nunique"])
    assert (jobs.loc[jobs["count"] > 1, "nunique"] == jobs.loc[jobs["count"] > 1, "count"]).all()
    assert (jobs["count"] == 2).any()
    assert (jobs["max"] >= 30).all()
