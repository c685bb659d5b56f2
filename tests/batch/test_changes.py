from __future__ import annotations

import pytest

from gm_workbench.batch.changes import PART_OF, Part, changes, code_is_known, exactly
from gm_workbench.batch.machine import machine_type
from gm_workbench.report.manifest import Manifest

MANIFEST = {
    "commit": "a" * 40,
    "dirty": False,
    "parameters": {"months": 12},
    "inputs": {"BUS_202301.csv": "1", "teams.csv": "2"},
    "kind": "synthetic",
    "lock": "c",
    "versions": {"numpy": "2.0", "pandas": "3.0"},
    "machine": "Linux, x86_64",
    "protocol_digest": "d",
    "policy": "cbs-stijl",
    "policy_version": "1",
    "decisions": "e",
    "seed": 2026,
}


@pytest.mark.parametrize(
    ("now", "part", "name"),
    [
        ({"commit": "b"}, Part.CODE, "commit"),
        ({"dirty": True}, Part.CODE, "dirty"),
        ({"parameters": {"months": 12, "share": 0.5}}, Part.CODE, "share"),
        ({"inputs": {"BUS_202301.csv": "1", "teams.csv": "3"}}, Part.DATA, "teams.csv"),
        ({"inputs": {"BUS_202301.csv": "1"}}, Part.DATA, "teams.csv"),
        ({"lock": "x"}, Part.ENVIRONMENT, "lock"),
        ({"versions": {"numpy": "2.1", "pandas": "3.0"}}, Part.ENVIRONMENT, "numpy"),
        ({"machine": "Darwin, arm64"}, Part.ENVIRONMENT, "machine"),
        ({"protocol_digest": "x"}, Part.RULES, "protocol_digest"),
        ({"policy_version": "2"}, Part.RULES, "policy_version"),
        ({"decisions": "x"}, Part.RULES, "decisions"),
        ({"seed": 7}, Part.SEED, "seed"),
    ],
)
def test_change_is_named_with_its_part(now, part, name):
    (found,) = changes(MANIFEST, MANIFEST | now)
    assert (found.part, found.name) == (part, name)
    assert found.was != found.now


def test_nothing_changed_is_no_change_and_times_do_not_count():
    assert changes(MANIFEST, MANIFEST | {"started": "2026", "finished": "2027"}) == ()


def test_all_inputs_gone_are_told_file_by_file():
    found = changes(MANIFEST, MANIFEST | {"inputs": {}})
    assert [(one.name, one.now) for one in found] == [("BUS_202301.csv", None), ("teams.csv", None)]


def test_every_part_is_an_entry_of_the_manifest():
    assert set(PART_OF) <= set(Manifest.__slots__)
    assert set(PART_OF.values()) == set(Part)


@pytest.mark.parametrize(("now", "known"), [({}, True), ({"dirty": True}, False), ({"commit": "unknown"}, False)])
def test_code_is_known_when_it_was_committed(now, known):
    assert code_is_known(MANIFEST | now) is known


@pytest.mark.parametrize(
    ("now", "exact"),
    [({}, True), ({"commit": "b"}, True), ({"machine": "x"}, False), ({"lock": "x"}, False), ({"versions": {}}, False)],
)
def test_numbers_must_agree_to_the_last_digit_in_one_environment(now, exact):
    assert exactly(MANIFEST, MANIFEST | now) is exact
    assert exactly(MANIFEST | {"machine": ""}, MANIFEST | {"machine": ""}) is False


def test_machine_type_names_what_last_digits_rest_on_and_nobodys_computer():
    import platform

    said = machine_type()
    assert said.startswith(f"{platform.system()}, {platform.machine()}")
    assert platform.node() not in said.split(", ")
    assert said == machine_type()
