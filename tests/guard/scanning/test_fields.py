from __future__ import annotations

import json

import pytest

from gm_workbench.guard.scan import scan_bytes
from gm_workbench.report.csvfiles import COLUMNS

DIGEST = "b86f10b55f61a99e0ee5ef95306104af46d06ebc6f22b58374096ae87918ee96"
MANIFEST = {"lock": DIGEST, "commit": "9ca39134046fc43d76f7b42bd8d03160062ddffb", "inputs": {"BUS_202301.csv": DIGEST}}
ESTIMATE = {"name": "exit_12m", "estimate": 0.0419, "low": None, "n": "<10", "level": 0.95}


def own(file: str, **changed: object) -> bytes:
    whole = MANIFEST | changed if file == "manifest.json" else {"estimates": [ESTIMATE | changed]}
    return json.dumps(whole).encode()


@pytest.mark.parametrize("name", ["manifest.json", "estimates.json"])
def test_fields_of_their_own_types_are_left_alone(found, name):
    assert found(name, own(name)) == []
    assert found(name, own(name, commit="unknown", lock="")) == []  # outside a repository


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lock", DIGEST[:63]),
        ("lock", "1" * 64),  # decimal digits only: no digest
        ("lock", 17),
        ("protocol_digest", "none"),
        ("commit", DIGEST),
        ("started", "yesterday"),
        ("inputs", {"BUS_202301.csv": "12 rows"}),
        ("policy_digest", "x"),  # whatever bears this name is one
    ],
)
def test_field_of_the_manifest_that_holds_something_else_is_found(found, field, value):
    assert found("manifest.json", own("manifest.json", **{field: value})) == [f"{field}: field of another type"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("estimate", "many"), ("n", 12.5), ("low", "20010203x"), ("estimate", [1]), ("n", True), ("level", 1e400), ("high", {})],
)
def test_estimate_that_is_no_number_is_found(found, field, value):
    wrong = found("estimates.json", own("estimates.json", **{field: value}))
    assert wrong == ([] if value == 1e400 else [f"estimates[0].{field}: field of another type"])


def test_number_of_a_person_is_found_in_a_field_of_any_type(found, real):
    number = int(real)
    assert found("estimates.json", own("estimates.json", estimate=number + 0.5)) == []
    for field, value in (("estimate", number), ("estimate", float(number)), ("n", number), ("name", real)):
        assert any("person number" in one for one in found("estimates.json", own("estimates.json", **{field: value}))), field
    written = own("estimates.json").replace(b"0.0419", f"{real[0]}.{real[1:]}e8".encode())
    assert found("estimates.json", written) == [
        "person number",
        "estimates[0].estimate: field of another type",
        "estimates[0].estimate: person number",
    ]
    assert "seed: person number" in found("x.json", f'{{"seed": {float(number)}}}')
    assert found("manifest.json", own("manifest.json", lock=real))[-1] == "lock: field of another type"


def test_file_that_is_no_json_cannot_be_read(found):
    assert found("x.json", "{") == ["cannot be read"]


def row(**changed: object) -> str:
    cells = dict(zip(COLUMNS, ("all", "allen", "n", "n", "count", "120", "", "", "", "120", "persons"), strict=True))
    return ",".join(map(str, (cells | changed).values()))


@pytest.mark.parametrize(
    "changed", [{}, {"value": "<10", "n": "–"}, {"value": "1e-05", "low": "-0.5"}, {"value": "0.999990019"}]
)
def test_cells_of_their_own_types_are_left_alone(found, changed):
    assert found("outputs/a.csv", "\n".join((",".join(COLUMNS), row(**changed)))) == []


@pytest.mark.parametrize(
    "changed", [{"value": "Jansen"}, {"n": "1.5"}, {"se": "12-03-2015"}, {"low": "<1000"}, {"unit": "a,b"}]
)
def test_cell_that_holds_something_else_is_found(found, changed):
    (wrong,) = scan_bytes("outputs/a.csv", "\n".join((",".join(COLUMNS), row(), row(**changed))).encode())
    assert (wrong.line, wrong.rule) == (3, "field of another type")


def test_line_of_checksums_that_is_none_is_found(found):
    assert found("checksums.sha256", f"{DIGEST}  report.html\n") == []
    assert found("checksums.sha256", f"{DIGEST}  report.html\n{DIGEST[:-1]}  x\nnothing\n") == ["field of another type"]


def test_a_file_with_a_value_on_each_line_is_read_line_by_line(found):
    line = json.dumps({"name": "tilburg-2026", "digest": DIGEST})
    assert found("history.jsonl", f"{line}\n{line}\n".encode()) == []
    assert found("history.jsonl", f'{line}\n{{"digest": "x"}}\n'.encode()) == ["[1].digest: field of another type"]
    assert found("history.jsonl", f"{line}\nnot a value\n".encode()) == ["cannot be read"]
