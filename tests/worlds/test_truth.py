from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gm_workbench.worlds.simulated import crossing, exits, resilience
from gm_workbench.worlds.truth import truth

NEEDED = {
    "resilience_12m",
    "held_24m",
    "exit_to_work_hr",
    "exit_to_work_cif_12m",
    "exit_to_work_cif_24m",
    "int_on_att_within",
    "int_on_nrm_within",
    "int_on_sef_within",
    "spend_gap_per_month",
    "low_pay_exit_12m_without",
}


@pytest.fixture(scope="module")
def told():
    return truth("default", size=0.025)


def test_truth_names_every_estimand_that_others_look_up(told):
    assert set(told["estimands"]) >= NEEDED
    assert (told["world"], told["period"], told["index_month"]) == ("default", "2023-01/2025-12", "2024-01")


def test_every_estimand_says_what_it_is_and_how_it_was_obtained(told):
    for name, entry in told["estimands"].items():
        for key in ("value", "study", "unit", "scale", "population", "contrast", "horizon_months"):
            assert key in entry, name
        assert entry["assumptions"]["met_for"], name
        how = entry["obtained"]
        assert how["mc_se"] >= 0
        assert how["persons"] > 0 if how["how"] == "simulated" else how["formula"]


def test_a_simulated_value_has_a_monte_carlo_error(told):
    simulated = [entry["obtained"] for entry in told["estimands"].values() if entry["obtained"]["how"] == "simulated"]
    assert len(simulated) >= 8
    assert all(how["mc_se"] > 0 for how in simulated)


def test_the_full_simulation_has_a_million_persons_behind_each_difference(default):
    for simulate in (resilience, exits, crossing):
        chunk, chunks = simulate.__defaults__
        small = simulate(default, chunk=500, chunks=2)
        share = next(iter(small.values())).persons / 1000  # who is still there, or is at the base
        assert chunk * chunks * share > 0.95e6


def test_closed_forms_are_those_of_the_calibration(told):
    estimands = told["estimands"]
    assert estimands["exit_to_work_hr"]["value"] == 1.15
    # 36 months: rates 1 - 0.55^(1/36) and 1 - 0.64^(1/36); means 1500 and 1250 times exp(0.405)
    gap = (1 - 0.55 ** (1 / 36)) * 1500 * 1.49930 - (1 - 0.64 ** (1 / 36)) * 1250 * 1.49930
    assert estimands["spend_gap_per_month"]["value"] == pytest.approx(gap, rel=1e-4)


def test_planted_signs(told):
    value = {name: entry["value"] for name, entry in told["estimands"].items()}
    # the planted 3 less what the ends of the scale take away; 25,000 persons give a standard error of 0.02
    assert value["resilience_12m"] == pytest.approx(2.945, abs=0.1)
    assert value["resilience_12m_raw"] > value["resilience_12m"] + 0.5
    assert 0 < value["exit_to_work_cif_12m"] < value["exit_to_work_cif_24m"]
    assert value["held_24m"] > 0.03
    assert 0.2 < value["low_pay_exit_12m_without"] < 0.3
    assert 0 < value["int_on_att_within"] < value["int_on_att_within_latent"]


def test_the_truth_is_the_same_each_time_and_can_be_written_as_json(default):
    first, second = (resilience(default, chunk=400, chunks=2) for _ in range(2))
    assert first == second
    assert json.loads(json.dumps(truth("default", size=0.02)))["world"] == "default"


def test_a_null_world_has_no_difference(worlds_folder, tmp_path):
    folder = Path(shutil.copytree(worlds_folder, tmp_path / "worlds"))
    (folder / "null.yml").write_text(
        """
about: nothing is planted
based_on: default
figures:
  exits: {introduction_ratio: {value: 1.0, status: assumed, line: no difference}}
  resilience: {introduction: {value: {T3: 0, T6: 0, T12: 0, T18: 0}, status: assumed, line: no difference}}
  wages:
    introduction_change_ratio: {value: 1.0, status: assumed, line: no difference}
    introduction_jump: {value: 0.0, status: assumed, line: no difference}
""",
        encoding="utf-8",
    )
    told = truth("null", folder, size=0.02)["estimands"]
    for name in ("resilience_12m", "exit_to_work_cif_12m", "held_24m"):
        assert told[name]["value"] == 0.0, name
    assert told["exit_to_work_hr"]["value"] == 1.0
