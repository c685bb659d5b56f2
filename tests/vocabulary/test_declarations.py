"""Declaration files: opened strictly, and every one that is shipped loads."""

import csv

import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.settings import paths
from gm_workbench.vocabulary.codes import code_list, code_list_names, municipalities
from gm_workbench.vocabulary.declarations import Form, open_form, read_rows, source_fault
from gm_workbench.vocabulary.instruments import instruments
from gm_workbench.vocabulary.protocols import load_protocol, study_names
from gm_workbench.vocabulary.references import wage_references

DATA = paths().root / "data"
DECLARED = [DATA / name for name in ("codes", "protocols", "policies", "worlds")]
YAMLS = sorted(path for folder in DECLARED for path in folder.rglob("*.yml"))
CSVS = sorted(path for folder in DECLARED for path in folder.rglob("*.csv"))


def name(path):
    return path.relative_to(DATA).as_posix()


@pytest.mark.parametrize("path", YAMLS, ids=name)
def test_every_shipped_yaml_is_a_mapping_without_a_key_twice(path):
    form = open_form(path)
    assert form.content
    assert form.faults == []


@pytest.mark.parametrize("path", CSVS, ids=name)
def test_every_shipped_csv_is_a_table_with_unix_lines(path):
    assert b"\r" not in path.read_bytes()
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert len(set(header)) == len(header)
    assert all(len(row) == len(header) for row in rows)


def test_every_shipped_declaration_loads():
    assert all(load_protocol(study).limits for study in study_names())
    assert all(code_list(list_name).codes for list_name in code_list_names())
    assert instruments()
    assert municipalities()
    assert not wage_references().empty


def walk(value, where=""):
    """Give every mapping of a declaration that says how something is known."""
    if isinstance(value, dict):
        if "status" in value and "source" in value:
            yield where, value
        for key, inner in value.items():
            yield from walk(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from walk(inner, f"{where}[{i}]")


# the sources of policies are the documentation of other software, by name; the guard's own tests look after them
@pytest.mark.parametrize("path", [path for path in YAMLS if path.parent.name != "policies"], ids=name)
def test_every_documented_fact_in_yaml_names_a_public_source(path):
    facts = list(walk(open_form(path).content))
    assert [where for where, fact in facts if source_fault(fact["status"], fact["source"])] == []


@pytest.mark.parametrize("path", CSVS, ids=name)
def test_every_documented_fact_in_csv_names_a_public_source(path):
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "status" in row and "source" in row]
    assert [row for row in rows if source_fault(row["status"], row["source"])] == []


@pytest.mark.parametrize(
    ("status", "source", "right"),
    [
        ("documented", "https://example.org/page", True),
        ("documented", "http://example.org", True),
        ("documented", "BWBR0031830, annex 1", True),
        ("label_only", "https://example.org/page", True),
        ("label_only", "a colleague", False),
        ("documented", "BWBR31830", False),
        ("documented", "see https://example.org", True),
        ("documented", "https://", False),
        ("documented", "", False),
        ("assumed", "anything", True),
    ],
)
def test_source_must_be_public_when_documented(status, source, right):
    assert (source_fault(status, source) == "") is right


def test_form_notes_that_the_file_is_no_mapping(tmp_path):
    (tmp_path / "a.yml").write_text("- one\n- two\n")
    form = open_form(tmp_path / "a.yml")
    with pytest.raises(DeclarationError, match=r"the file must be a mapping of names to values but got \['one', 'two'\]"):
        form.finish(tmp_path / "a.yml")


def test_form_tells_a_missing_key_from_an_empty_one():
    form = Form({"here": None, "zero": 0}, "", [])
    assert not form.has("here")
    assert not form.has("gone")
    assert form.has("zero")


def test_form_does_not_add_a_second_fault_to_a_missing_key():
    faults = []
    Form({}, "part", faults).one_of("colour", ("red", "blue"))
    assert faults == ["part.colour is missing; it must be a text"]


def test_open_refuses_a_name_that_occurs_twice(tmp_path):
    (tmp_path / "a.yml").write_text("sections:\n  answer: 1\n  answer: 2\n")
    with pytest.raises(DeclarationError, match=r"(?s)a\.yml .* the name 'answer' occurs twice.*line 3"):
        open_form(tmp_path / "a.yml")


@pytest.mark.parametrize("content", [b"a: [1, 2", b"a: b: c", "a: coördinatie".encode("cp1252")])
def test_open_refuses_what_is_no_utf8_yaml(tmp_path, content):
    (tmp_path / "a.yml").write_bytes(content)
    with pytest.raises(DeclarationError, match=r"a\.yml .* cannot be read as UTF-8 YAML"):
        open_form(tmp_path / "a.yml")


def test_open_refuses_python_objects(tmp_path):
    (tmp_path / "a.yml").write_text("a: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(DeclarationError, match="could not determine a constructor"):
        open_form(tmp_path / "a.yml")


def test_open_names_what_there_is_instead(tmp_path):
    (tmp_path / "default.yml").write_text("a: 1\n")
    with pytest.raises(DeclarationError, match=r"No defualt\.yml in .*; there are: default\. HINT: did you mean default"):
        open_form(tmp_path / "defualt.yml")


def test_rows_refuse_an_empty_file(tmp_path):
    (tmp_path / "a.csv").write_text("")
    with pytest.raises(DeclarationError, match=r"a\.csv: the columns must be code, name but got nothing"):
        read_rows(tmp_path / "a.csv", ("code", "name"))


def test_rows_keep_zeros_and_quoted_commas(tmp_path):
    (tmp_path / "a.csv").write_text('code,name\n0855,"a, b"\n')
    assert read_rows(tmp_path / "a.csv", ("code", "name")) == [{"code": "0855", "name": "a, b"}]


def test_rows_name_every_line_that_is_too_short_or_too_long(tmp_path):
    (tmp_path / "a.csv").write_text("code,name\n1\n2,b\n3,b,c\n")
    with pytest.raises(DeclarationError, match=r"every row must have 2 cells, but line\(s\) 2, 4 have not"):
        read_rows(tmp_path / "a.csv", ("code", "name"))
