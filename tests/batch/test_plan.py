from __future__ import annotations

import pytest

from gm_workbench.batch.plan import Planned, Wish, parse_plan, plan, read_plan, wishes_from_options
from gm_workbench.errors import (
    BadPlan,
    DeclarationError,
    ParameterBounds,
    ParameterType,
    UnknownParameter,
    UnknownPlace,
    UnknownStudy,
    UnknownWorld,
    UsageError,
)

AMERSFOORT, TILBURG = "amersfoort_upward_mobility", "tilburg_single_mothers"


def asked(*studies, places=(), world="default", period="", pairs=()):
    return wishes_from_options(studies, places, world, period, pairs)


def names(rows):
    return [row.name for row in rows]


def test_plan_without_wishes_is_every_study_for_every_place_that_delivered(project):
    assert names(plan(asked(), project)) == [
        f"{AMERSFOORT} × GM0307",
        f"{AMERSFOORT} × GM0855",
        f"{AMERSFOORT} × published-wages",
        f"{AMERSFOORT} × published-nlswork",
        f"{TILBURG} × GM0307",
        f"{TILBURG} × GM0855",
        f"{TILBURG} × published-unempdur",
        f"{TILBURG} × published-bfi",
    ]


def test_plan_of_nothing_is_refused(project):
    with pytest.raises(UnknownPlace, match="nothing to report on"):
        plan((), project)
    with pytest.raises(BadPlan, match="names columns but no report"):
        parse_plan(["study;place"], "plan.csv")


def test_plan_holds_every_parameter_typed(project):
    (row,) = plan(asked(AMERSFOORT, places=["GM0307"], pairs=["wage_threshold=0.6"]), project)
    assert row.parameters == {
        "place": "GM0307",
        "world": "default",
        "period": "2023-01/2025-12",
        "policy": "cbs-stijl",
        "wage_threshold": 0.6,
        "months_low": 3,
    }


def test_report_on_another_world_is_named_after_it():
    rows = [Planned(TILBURG, "GM0855", world, "2023-01/2025-12", {}) for world in ("default", "", "null")]
    assert [row.name for row in rows] == [f"{TILBURG} × GM0855", f"{TILBURG} × GM0855", f"{TILBURG} × GM0855 × null"]


def test_public_data_are_of_no_world(project):
    (row,) = plan(asked(places=["published-wages"]), project)
    assert (row.study, row.parameters["world"]) == (AMERSFOORT, "")


def test_public_data_cannot_stand_in_for_a_study_that_they_do_not_fit(project):
    with pytest.raises(
        UnknownPlace, match=r"no published-wages to report on.*shows of public data: published-unempdur, published-bfi"
    ):
        plan(asked(TILBURG, places=["published-wages"]), project)


def test_public_data_follow_their_declaration(project):
    file = project.codes / "published.yml"
    declared = file.read_text(encoding="utf-8")
    assert declared.count("    amersfoort_upward_mobility: {}\n") == 2
    file.write_text(declared.replace("amersfoort_upward_mobility: {}", "a_study_that_is_not_there: {}", 1), encoding="utf-8")
    assert names(plan(asked(AMERSFOORT), project))[2:] == [f"{AMERSFOORT} × published-nlswork"]


def test_public_data_that_no_study_shows_are_an_unknown_place(project):
    with pytest.raises(UnknownPlace, match=r"There is no published-wagse to report on.*did you mean published-wages"):
        plan(asked(places=["published-wagse"]), project)


@pytest.mark.parametrize(
    ("wishes", "error", "code", "match"),
    [
        (
            asked(AMERSFOORT, pairs=["wage_treshold=0.6"]),
            UnknownParameter,
            12,
            r"wage_treshold\. HINT: did you mean wage_threshold",
        ),
        (asked(AMERSFOORT, pairs=["months_low=three"]), ParameterType, 13, "months_low must be int but got 'three'"),
        (asked(AMERSFOORT, pairs=["months_low=2"]), ParameterBounds, 14, "months_low must be one of 1, 3 but got 2"),
        (
            asked(AMERSFOORT, pairs=["wage_threshold=0.91"]),
            ParameterBounds,
            14,
            "wage_threshold must be at least 0.4 and at most 0.9",
        ),
        (asked(AMERSFOORT, places=["GM0855x"]), UnknownPlace, 11, "GM0855"),
        (asked(AMERSFOORT, places=["GM0363"]), UnknownPlace, 11, "no GM0363 to report on.*GM0307, GM0855"),
        (asked("amersfort_upward_mobility"), UnknownStudy, 10, "did you mean amersfoort_upward_mobility"),
        (asked("explore"), UnknownStudy, 10, "There is no study explore"),
        (asked(TILBURG, world="defualt"), UnknownWorld, 15, "did you mean default"),
        (asked(TILBURG, period="2023"), ParameterType, 13, "must be written as yyyy-mm/yyyy-mm"),
        (asked(TILBURG, pairs=["policy=none"]), ParameterBounds, 14, "policy must be one of cbs-stijl, .* but got 'none'"),
        (asked(TILBURG, pairs=["place=GM0307"]), UnknownParameter, 12, "place is not given as a parameter. Use --place"),
    ],
)
def test_plan_fault_stops_before_running_with_its_own_code(project, wishes, error, code, match):
    with pytest.raises(error, match=match) as caught:
        plan(wishes, project)
    assert caught.value.exit_code == code


def test_plan_says_every_fault_once_and_takes_the_first_kind(project):
    wishes = [
        Wish("nobody", where="line 2"),
        *asked(AMERSFOORT, places=["GM0307", "GM0855", "GM9999"], pairs=["months_low=2", "wage_treshold=1"]),
    ]
    with pytest.raises(UnknownStudy, match="The plan has 4 faults; nothing has run") as caught:
        plan(wishes, project)
    said = str(caught.value)
    assert [said.count(word) for word in ("study nobody", "months_low must", "wage_treshold", "GM9999")] == [1, 1, 1, 1]


def test_plan_does_not_let_one_report_replace_another(project):
    wishes = [Wish(AMERSFOORT, "GM0307"), Wish(AMERSFOORT, "GM0307", parameters={"months_low": "1"}, where="plan.csv line 3")]
    with pytest.raises(BadPlan, match=r"plan\.csv line 3: amersfoort_upward_mobility × GM0307 is asked for twice"):
        plan(wishes, project)


def test_report_of_another_period_or_world_stands_apart(project):
    project.synthetic.joinpath("null", "GM0855").mkdir(parents=True)
    project.synthetic.joinpath("null", "GM0855", "delivery.yml").touch()
    rows = plan(
        [Wish(TILBURG, "GM0855"), Wish(TILBURG, "GM0855", period="2023-01/2024-12"), Wish(TILBURG, world="null")], project
    )
    assert [row.folder(project).relative_to(project.reports).as_posix() for row in rows] == [
        "tilburg_single_mothers/GM0855",
        "tilburg_single_mothers/GM0855/2023-01_2024-12",
        "_worlds/null/tilburg_single_mothers/GM0855",
    ]
    assert rows[1].name == "tilburg_single_mothers × GM0855 × 2023-01/2024-12"


def test_real_deliveries_are_those_in_raw(project):
    project.raw.joinpath("GM0363").mkdir(parents=True)
    project.raw.joinpath("GM0363", "delivery.yml").touch()
    assert names(plan(asked(AMERSFOORT, world=""), project)) == [f"{AMERSFOORT} × GM0363"]


@pytest.mark.parametrize("separator", [";", ","])
def test_plan_file_gives_one_wish_a_row_and_empty_means_default(tmp_path, separator):
    lines = ["study;place;world;period;months_low", f"{AMERSFOORT};GM0307;;;1", f"{TILBURG};;null;2023-01/2024-12;"]
    file = tmp_path / "plan.csv"
    file.write_text("\n".join(lines).replace(";", separator), encoding="utf-8-sig")
    assert read_plan(file) == (
        Wish(AMERSFOORT, "GM0307", parameters={"months_low": "1"}, where="plan.csv line 2"),
        Wish(TILBURG, "", "null", "2023-01/2024-12", where="plan.csv line 3"),
    )


@pytest.mark.parametrize(
    ("lines", "match"),
    [
        ([], "plan.csv is empty"),
        (["study;world"], "must name each column once, among them study and place"),
        (["study;place;place"], "must name each column once"),
        (["study;place", "a"], "plan.csv line 2 has another number of cells"),
        (["study;place", "a;b;c"], "plan.csv line 2 has another number of cells"),
    ],
)
def test_plan_file_that_is_no_such_table_is_refused(lines, match):
    with pytest.raises(BadPlan, match=match):
        parse_plan(lines, "plan.csv")


def test_plan_file_that_cannot_be_opened_is_refused(tmp_path):
    with pytest.raises(BadPlan, match="There is no plan file"):
        read_plan(tmp_path / "plan.csv")
    (tmp_path / "plan.csv").write_bytes(b"study;place\n\xff\xfe;x")
    with pytest.raises(BadPlan, match="cannot be read as text in UTF-8"):
        read_plan(tmp_path / "plan.csv")


@pytest.mark.parametrize("pair", ["wage_threshold", "=0.6", " =1"])
def test_parameter_is_written_as_name_and_value(pair):
    with pytest.raises(UsageError, match="A parameter is written as name=value"):
        asked(pairs=[pair])


def test_a_parameter_given_twice_is_refused():
    with pytest.raises(UsageError, match="months_low more than once"):
        wishes_from_options((), (), "default", "", ("months_low=3", "months_low=1"))


@pytest.mark.parametrize(
    ("period", "fits"),
    [("2024-01/2024-12", True), ("2024-02/2024-11", True), ("2023-12/2024-12", False), ("2024-01/2025-01", False)],
)
def test_a_period_must_lie_within_the_delivery(project, period, fits):
    marker = project.synthetic / "default" / "GM0307" / "delivery.yml"
    marker.write_text("kind: synthetic\nperiod: 2024-01/2024-12\n", encoding="utf-8")
    wishes = wishes_from_options((AMERSFOORT,), ("GM0307",), "default", period, ())
    if fits:
        assert plan(wishes, project)[0].period == period
    else:
        with pytest.raises(ParameterBounds, match="must lie within what GM0307 delivered, 2024-01/2024-12"):
            plan(wishes, project)


def test_a_published_set_has_its_own_years(project):
    wishes = wishes_from_options((AMERSFOORT,), ("published-wages",), "default", "2024-01/2024-12", ())
    with pytest.raises(ParameterBounds, match="has its own years"):
        plan(wishes, project)


@pytest.mark.parametrize("content", ["", "[1]", '{"cells": [1]}', '{"cells": [{"cell_type": "code", "metadata": {}}]}'])
def test_odd_notebook_of_a_study_that_is_not_named_leaves_the_plan_of_the_others_whole(project, content):
    whole = names(plan(asked(), project))
    (project.notebooks / f"{TILBURG}.ipynb").write_text(content, encoding="utf-8")
    rows = plan(asked(pairs=["policy=cbs-stijl"]), project)
    assert names(rows) == whole
    assert {row.study for row in rows if not row.parameters} == {TILBURG}
    with pytest.raises(DeclarationError, match=rf"{TILBURG}\.ipynb is not a notebook of format 4"):
        plan(asked(TILBURG), project)


def test_notebook_that_is_gone_is_said_to_be_gone_and_is_missed_only_where_there_are_reports(project):
    whole = names(plan(asked(), project))
    (project.notebooks / f"{TILBURG}.ipynb").unlink()
    assert names(plan(asked(), project)) == [name for name in whole if name.startswith(AMERSFOORT)]
    (project.reports / TILBURG).mkdir(parents=True)
    assert names(plan(asked(), project)) == whole
    with pytest.raises(UnknownStudy, match=rf"The notebook of {TILBURG} is gone.*there is no notebooks/{TILBURG}\.ipynb"):
        plan(asked(TILBURG), project)
