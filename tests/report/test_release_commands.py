"""`gm release` as it is typed; it stands here because the reports that it needs are drawn here."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from gm_workbench.cli.main import gm
from gm_workbench.vocabulary.schemas import DataKind

TILBURG = "tilburg_single_mothers/GM0855"
ASKED = ("--asked-by", "Noor Bakker", "--reason", "for the council")


@pytest.fixture
def call(town, monkeypatch):
    monkeypatch.setenv("GM_ROOT", str(town.paths.root))
    return lambda *words: CliRunner().invoke(gm, ["release", *words])


def test_release_goes_from_a_question_to_an_approved_bundle(town, call):
    town.report(who={"all": 140, "homeless": 4, "lodging": 3})
    assert call("list").output == "There are no releases yet.\n"
    asked = call("tilburg-2026", TILBURG, *ASKED)
    assert (asked.exit_code, asked.output.splitlines()[-1]) == (0, "  gm release approve tilburg-2026 --by NAME")
    assert "releases/.drafts/tilburg-2026/summary.html" in asked.output
    assert "tilburg-2026: draft" in call("show", "tilburg-2026").output
    approved = call("approve", "tilburg-2026", "--by", "Sem de Wit")
    assert approved.output.startswith("tilburg-2026: approved, unsigned, in releases/tilburg-2026\nhistory    ")
    assert call("verify", "tilburg-2026").output.startswith("tilburg-2026 is what was approved: approved, unsigned, digest ")
    (row,) = json.loads(call("list", "--json").output)
    assert (row["name"], row["state"], row["reports"], row["asked_by"]) == (
        "tilburg-2026",
        "approved, unsigned",
        1,
        "Noor Bakker",
    )
    assert json.loads(call("show", "tilburg-2026", "--json").output)["reports"][0]["place"] == "GM0855"
    scanned = CliRunner().invoke(gm, ["scan", str(town.paths.releases)])
    assert scanned.exit_code == 0, scanned.output
    assert scanned.output.endswith("files scanned, no findings.\n")


def test_release_tells_each_refusal_by_an_exit_code_of_its_own(town, call):
    town.report(who={"all": 147})
    town.report(study="amersfoort_upward_mobility", who={"all": 140})
    assert call("tilburg-2026", "tilburg_single_mothers/GM0001", *ASKED).exit_code == 42
    refused = call("tilburg-2026", TILBURG, "amersfoort_upward_mobility/GM0855", *ASKED)
    assert (refused.exit_code, "Traceback" in refused.output) == (41, False)
    assert "What must be withheld besides stands in releases/.drafts/tilburg-2026.proposed.csv" in refused.output
    assert call("approve", "tilburg-2026", "--by", "Sem de Wit").exit_code == 42
    assert call("verify", "tilburg-2026").exit_code == 44
    assert call("tilburg-2026", TILBURG).exit_code == 2


def test_release_of_synthetic_data_says_how_it_can_be_approved(town, call):
    town.report(kind=DataKind.SYNTHETIC)
    asked = call("new", "synthetic-demo", TILBURG, *ASKED)
    assert asked.output.endswith("gm release approve synthetic-demo --by NAME --kind synthetic\n")
    assert call("approve", "synthetic-demo", "--by", "Sem de Wit").exit_code == 43
    assert call("approve", "synthetic-demo", "--by", "Sem de Wit", "--kind", "Real").exit_code == 2
    assert call("discard", "synthetic-demo").output == "The draft synthetic-demo is removed.\n"
    assert call("discard", "synthetic-demo").exit_code == 42


@pytest.mark.parametrize("name", ["new", "show", "approve", "verify", "list", "discard"])
def test_every_command_of_release_has_help_with_an_example(call, name):
    said = call(name, "--help")
    assert (said.exit_code, "Example:\n    gm release " in said.output) == (0, True)
