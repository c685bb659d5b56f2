from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.declared.forms import load_sources, sources_and_faults
from gm_workbench.intake.declared.grammar import PersonKind, RowForm, Transform
from gm_workbench.intake.declared.sources import FixedShape, XmlShape
from gm_workbench.intake.layouts import load_layouts
from gm_workbench.intake.reasons import Reason
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Status

MAPPING = """
source: eigen
status: assumed
recognised_by: [Dossiernr]
person: {number: BSN, kind: bsn}
tables:
  benefits:
    rows: {month: [Jaar, Maand]}
    columns:
      dossier: {from: Dossiernr, as: key, domain: dossier}
      start: {from: Begin, as: date}
      end: {from: Einde, as: date}
      end_reason: {from: Reden, as: code, list: reden_beeindiging, on: Einde}
"""


@pytest.fixture
def private(tmp_path):
    def write(text: str = MAPPING, name: str = "eigen") -> Path:
        path = tmp_path / f"{name}.mapping.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def faults_of(mapping: Path):
    """Give what is wrong with the one private mapping of a folder."""
    return sources_and_faults(beside=mapping.parent)[1]


def test_layouts_and_sources_say_the_same_of_every_header():
    sources = load_sources()
    for name, layout in load_layouts().items():
        columns = sources[name].tables[0].columns
        pairs = [
            (rule.headers[0], rule.transform, rule.column, rule.domain) for rule in columns.values() if len(rule.headers) == 1
        ]
        assert pairs == [(one.header, one.transform, one.column, one.domain) for one in layout.features]


def test_private_mapping_goes_before_the_others(private):
    path = private(MAPPING.replace("source: eigen", "source: bus"))
    sources = load_sources(beside=path.parent)
    assert next(iter(sources)) == "bus"
    assert sources["bus"].declared_in == "eigen.mapping.yml"


def test_key_on_is_a_word_and_not_true(private):
    source = load_sources(beside=private().parent)["eigen"]
    assert source.tables[0].columns["end_reason"].on == "Einde"


def test_like_takes_a_source_over_and_names_what_differs(private):
    text = "source: eigen\nstatus: assumed\nlike: bus\ntables: {benefits: {columns: {paid: {from: Bedrag, as: decimal}}}}"
    table = load_sources(beside=private(text).parent)["eigen"].tables[0]
    assert table.columns["paid"].headers == ("Bedrag",)
    assert table.columns["dossier"].headers == ("REGISTRATIENUMMER UITKERING",)


def test_unit_is_converted_by_a_declared_factor(private):
    text = MAPPING + "      paid: {from: P/j, as: decimal, unit: euro per year, to: euro per month}\n"
    unit = load_sources(beside=private(text).parent)["eigen"].tables[0].columns["paid"].unit
    assert unit is not None
    assert unit.factor == pytest.approx(1 / 12)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dossier: {", "dosier: {", "did you mean dossier"),
        ("as: key", "as: kee", "did you mean key"),
        ("list: reden_beeindiging", "list: reden_beeindigen", "did you mean reden_beeindiging"),
        ("domain: dossier", "domein: dossier", "domein"),
        ("benefits:", "benefit:", "there are: benefits"),
        ("      start: {from: Begin, as: date}\n", "", "nothing gives these columns of table benefits: start"),
        ("      end: {", '      consent: {constant: "no"}\n      end: {', "because"),
        ("person: {number: BSN, kind: bsn}", "person: {number: Clientnr, kind: client}", "system"),
        ("status: assumed", "status: documented", "documented"),
        ("status: assumed", "status: assumed\ndates: [mm-dd-jjjj]", "mm-dd-jjjj"),
        ("as: date}\n      end_reason", "as: date, words: {01: x}}\n      end_reason", "quotation marks"),
    ],
)
def test_fault_of_a_mapping_is_named_with_a_way_out(private, old, new, said):
    assert old in MAPPING
    (fault,) = faults_of(private(MAPPING.replace(old, new, 1)))
    assert fault.reason is Reason.MAPPING
    assert said in fault.problem.nl


def test_sound_mapping_has_no_faults(private):
    assert faults_of(private()) == ()


def test_all_faults_of_a_mapping_are_told_at_once(private):
    (fault,) = faults_of(private(MAPPING.replace("as: key", "as: kee").replace("status: assumed", "status: sure")))
    assert "kee" in fault.problem.nl
    assert "sure" in fault.problem.nl


def test_word_that_the_table_does_not_allow_is_a_fault(private):
    text = MAPPING + "      household: {from: Leefvorm, as: code, words: {x: alone}}\n"
    assert "alone" in faults_of(private(text))[0].problem.nl


def test_shapes_of_the_assumed_formats_are_read():
    sources = load_sources()
    xml, fixed = sources["bus_xml_voorbeeld"].shape, sources["srg_vaste_breedte_voorbeeld"].shape
    assert xml == XmlShape("Persoon", ("Levering", "Uitkering"))
    assert isinstance(fixed, FixedShape)
    assert (fixed.length, fixed.fields["BSN"], fixed.encoding) == (96, (13, 21), "cp1252")


def test_everything_but_the_statutory_layouts_is_assumed():
    documented = {source.name for source in load_sources().values() if source.status is Status.DOCUMENTED}
    assert documented == {"bus", "srg"}


def test_case_system_example_says_how_rows_become_rows():
    source = load_sources()["zaaksysteem_voorbeeld"]
    assert [table.rows.form for table in source.tables] == [RowForm.EXPAND_MONTHS, RowForm.ONE_PER, RowForm.EXPAND_MONTHS]
    assert source.person is not None
    assert (source.person.kind, source.person.also.suffix) == (PersonKind.CLIENT, " partner")
    assert source.tables[0].columns["person"].transform is Transform.IDENTIFIER


def test_changed_declaration_is_read_again(tmp_path):
    codes = Path(shutil.copytree(paths().codes, tmp_path / "codes"))
    before = load_sources(codes)["costs"].recognised_by
    path = codes / "layouts" / "costs.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8")) | {"recognised_by": ["BEDRAG"]}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert before != load_sources(codes)["costs"].recognised_by == ("BEDRAG",)


def test_folder_without_layouts_is_refused(tmp_path):
    with pytest.raises(DeclarationError, match="No layout"):
        load_sources(tmp_path)
