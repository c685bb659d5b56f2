from __future__ import annotations

import pytest

from gm_workbench.intake.declared.grammar import ColumnRule, Format, PersonKind, PersonRule, RowRule, TableMap, Transform
from gm_workbench.intake.declared.sources import FixedShape, SheetShape, Source, XmlShape
from gm_workbench.intake.reading.files import opened_as
from gm_workbench.intake.reading.recognise import recognise
from gm_workbench.vocabulary.declarations import Status
from gm_workbench.vocabulary.tables import TABLES


def source(name="zaak", by=("Dossiernr",), headers=("Dossiernr", "Start uitkering", "Leefvorm"), **more):
    columns = {header: ColumnRule("", (header,), Transform.TEXT) for header in headers}
    table = TableMap(TABLES["benefits"], RowRule(), columns, ())
    return Source(name, Status.ASSUMED, "", f"{name}.yml", Format.TEXT, "", by, (table,), **more)


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("Dossiernr;Start uitkering;Leefvorm", True),
        ("DOSSIERNR;startuitkering;LEEFVÓRM", True),
        ("Leefvorm;Dossiernr;Start_uitkering", True),
        ("Dossiernr;iets;anders", True),
        ("Start uitkering;Leefvorm;x", False),
        ("a;b;c", False),
    ],
)
def test_source_is_told_by_its_headers(read, header, known):
    opened = read(f"{header}\n1;2;3\n").opened
    assert (recognise(opened, [source()]) is not None) is known


@pytest.mark.parametrize(("headers", "known"), [("Dossiernr;Leefvorm", True), ("Dossiernr;x", False)])
def test_one_telling_header_needs_half_of_the_others(read, headers, known):
    told = source(by=("Dossiernr", "Klantmanager"))
    assert (recognise(read(f"{headers}\n1;2\n").opened, [told]) is not None) is known


def test_case_counts_where_the_source_says_so(read):
    opened = read("DOSSIERNR;x\n1;2\n").opened
    assert recognise(opened, [source(folds=frozenset())]) is None


def test_best_of_several_sources_is_chosen_and_of_equals_the_first(read):
    opened = read("Dossiernr;Start uitkering;Leefvorm\n1;2;3\n").opened
    less = source("minder", headers=("Dossiernr", "Start uitkering", "Anders"))
    assert recognise(opened, [less, source(), source("tweede")]).source.name == "zaak"


def test_evidence_is_in_words_of_the_declaration(read):
    hit = recognise(read("Titel\nDossiernr;999912345;Leefvorm\n1;2;3\n").opened, [source()])
    said = " ".join(reason.nl for reason in hit.because)
    assert "2 van de 3 kolommen van zaak" in said
    assert "regel 2" in said
    assert "999912345" not in said


def test_headers_are_found_on_a_line_that_did_not_look_like_headers(read):
    opened = read("Export;van;gisteren;hier\nDossiernr;Leefvorm;;\n1;2;;\n").opened
    assert opened.header_line == 1
    hit = recognise(opened, [source()])
    assert (hit.opened.header_line, hit.opened.headers[:2]) == (2, ("Dossiernr", "Leefvorm"))


def test_declared_line_of_headers_goes_before_what_seems(read):
    opened = read("Dossiernr;Leefvorm\nDossiernr;Start uitkering\n1;2\n").opened
    assert recognise(opened, [source(shape=SheetShape(header_row=2))]).opened.header_line == 2


def test_number_of_a_person_and_what_is_ignored_are_known_too(read):
    more = {"person": PersonRule("Clientnr", PersonKind.CLIENT), "ignore": ("Opmerkingen",)}
    hit = recognise(read("Dossiernr;Clientnr;Opmerkingen\n1;2;3\n").opened, [source(headers=("Dossiernr",), **more)])
    assert hit.score == pytest.approx(2.0)


def test_refused_file_is_not_recognised(read):
    assert recognise(read("Dossiernr;Leefvorm\n1;2").opened, [source()]) is None


def test_xml_is_recognised_by_its_elements_and_opened_by_the_shape(write, read, told):
    content = "<L><Persoon><Dossiernr>7</Dossiernr><Leefvorm>1</Leefvorm></Persoon></L>"
    opened = read(content, "a.xml").opened
    in_xml = source("in_xml", shape=XmlShape("Persoon"))
    assert recognise(opened, [source()]) is None
    assert recognise(opened, [source(), in_xml]).source is in_xml
    assert told(opened_as(write("a.xml", content), opened, in_xml)).cells == {"Dossiernr": ["7"], "Leefvorm": ["1"]}


@pytest.mark.parametrize(("line", "known"), [("201801x;", True), ("201813xy", False), ("201801x", False)])
def test_fixed_width_is_recognised_by_its_first_line(write, read, told, line, known):
    shape = FixedShape(8, r"\d{4}(0[1-9]|1[0-2])", {"JAAR": (1, 4), "REST": (7, 8)})
    opened = read(f"{line}\n").opened
    hit = recognise(opened, [source(), source("vast", shape=shape)])
    assert (hit is not None) is known
    if known:
        assert told(opened_as(write("file.csv", f"{line}\n"), hit.opened, hit.source)).cells["JAAR"] == ["2018"]
