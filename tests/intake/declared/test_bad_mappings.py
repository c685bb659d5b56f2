"""Private mappings that are wrong, hostile or contradict the tables: one fault each, quickly, and the others are read."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.declared.forms import load_sources, sources_and_faults
from gm_workbench.intake.declared.grammar import NumberStyle
from gm_workbench.intake.reasons import Reason

from .test_forms import MAPPING

_LINES = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
GROWING = "\n".join(["l0: &l0 [ha]", *_LINES, "source: *l9", "status: *l9", "tables: *l9"])
HOSTILE = {
    "references that grow tenfold nine times": GROWING,
    "a reference to itself": "source: &a [*a]",
    "merged keys": "a: &a {source: x}\nb:\n  <<: *a",
    "50,000 deep, lists": "tables: " + "[" * 50_000,
    "50,000 deep, mappings": "tables: " + "{a: " * 50_000,
    "50,000 deep, closed": "[" * 50_000 + "]" * 50_000,
    "a date that does not exist": "made_by: 2024-13-45",
    "a number without end": f"made_by: {'9' * 100_000}",
    "a list as a name": "? [a, b]\n: c",
    "a class of Python": "made_by: !!python/object/apply:os.system [true]",
    "a control sign": "made_by: \x01",
    "two documents": "a: 1\n---\nb: 2",
    "nothing": "",
    "a text": "zomaar een tekst",
    "more than a megabyte": "x: " + "y" * 2_000_000,
}


@pytest.fixture
def beside(tmp_path):
    def write(**mappings: str | bytes) -> Path:
        for name, text in mappings.items():
            (tmp_path / f"{name}.mapping.yml").write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return write


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_mapping_is_one_fault_and_quick(beside, text):
    began = time.process_time()
    sources, faults = sources_and_faults(beside=beside(eigen=text, goed=MAPPING))
    assert [(fault.reason, fault.file) for fault in faults] == [(Reason.MAPPING, "eigen.mapping.yml")]
    assert "eigen" in sources  # the good one has that name
    assert len(faults[0].problem.nl) < 6000
    assert time.process_time() - began < 5


def test_other_bytes_are_one_fault(beside):
    _, faults = sources_and_faults(beside=beside(a=MAPPING.encode("utf-16"), b=b"\xff\xfe\x00", c=b"made_by: \xeb"))
    assert [fault.file for fault in faults] == ["a.mapping.yml", "b.mapping.yml", "c.mapping.yml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may read everything")
def test_mapping_that_may_not_be_read_is_one_fault(beside):
    folder = beside(eigen=MAPPING)
    (folder / "eigen.mapping.yml").chmod(0)
    assert [fault.reason for fault in sources_and_faults(beside=folder)[1]] == [Reason.MAPPING]


def test_folder_and_pipe_named_as_a_mapping_are_one_fault_each(tmp_path):
    (tmp_path / "map.mapping.yml").mkdir()
    os.mkfifo(tmp_path / "pijp.mapping.yml")
    assert [fault.file for fault in sources_and_faults(beside=tmp_path)[1]] == ["map.mapping.yml", "pijp.mapping.yml"]


def test_number_in_the_name_of_a_mapping_or_in_it_is_not_repeated(beside):
    _, (fault,) = sources_and_faults(beside=beside(dossier_999912345="source: x\nstatus: '999912345'"))
    assert "999912345" not in repr(fault)
    assert fault.file == "dossier_#########.mapping.yml"


def test_fault_names_no_folder_of_the_machine(beside):
    folder = beside(a="source: x", b="tables: [", c=MAPPING.replace("as: key", "as: kee"))
    told = repr(sources_and_faults(beside=folder)[1])
    assert str(folder) not in told


def test_good_and_bad_are_told_apart_and_the_old_way_still_raises(beside):
    folder = beside(eigen=MAPPING, fout=MAPPING.replace("benefits", "benefit"))
    sources, faults = sources_and_faults(beside=folder)
    assert (next(iter(sources)), [fault.file for fault in faults]) == ("eigen", ["fout.mapping.yml"])
    with pytest.raises(DeclarationError, match=r"fout\.mapping\.yml"):
        load_sources(beside=folder)


def test_two_mappings_of_one_name_are_a_fault_of_the_second(beside):
    _, (fault,) = sources_and_faults(beside=beside(a=MAPPING, b=MAPPING))
    assert (fault.file, "a.mapping.yml" in fault.problem.nl) == ("b.mapping.yml", True)


def test_like_takes_over_how_the_other_is_written(beside):
    text = "source: eigen\nstatus: assumed\nlike: {}\n"
    sources, faults = sources_and_faults(
        beside=beside(a=text.format("spolisbus"), b=text.replace("eigen", "ander").format("bus_xml_voorbeeld"))
    )
    assert faults == ()
    assert sources["eigen"].numbers is NumberStyle.AUTO
    assert sources["ander"].shape == sources["bus_xml_voorbeeld"].shape


START, CODE = "start: {from: Begin, as: date}", "as: code, list: reden_beeindiging, on: Einde"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (START, "start: {from: Begin, as: birth_year}", "start cannot be filled by as: birth_year"),
        (START, "start: {from: Begin, as: decimal}", "start cannot be filled by as: decimal"),
        (START, "start: {from: Begin, as: ignored}", "start cannot be filled by as: ignored"),
        (START, "start: {from: [Begin, Einde], as: date}", "start has too many headers"),
        (START, "start: {constant: begin, because: x}", "start must be a month"),
        (START, "start: {from: BSN, as: date}", "BSN holds numbers of persons"),
        (START, START + "\n      sex: {from: S, as: text}", "sex holds words of a list; say as: code"),
        (START, START + "\n      cost_sharers: {constant: 1.5, because: x}", "cost_sharers must be a whole number"),
        (START, START + "\n      paid: {constant: x, because: x}", "paid must be a number"),
        (START, START + "\n      cost_sharers: {from: A, as: whole, unit: cents, to: euro}", "cost_sharers has a unit"),
        (START, START + "\n      paid: {from: A, as: decimal, unit: a, to: b, factor: .inf}", "a factor above 0"),
        ("domain: dossier", "domain: person", "another domain than person"),
        ("dossier: {from: Dossiernr, as: key, domain: dossier}", "dossier: {constant: x, because: x}", "cannot be constant"),
        (CODE, CODE + ", until: 31-12-2018, read_as: x", "until and read_as written as"),
        ("month: [Jaar, Maand]", "month: [Jaar, Maand, Dag]", "rows.month must be"),
        ("month: [Jaar, Maand]", "month: [BSN]", "BSN holds numbers of persons"),
        ("month: [Jaar, Maand]", "items: wide, month: [Jaar, Maand]", "is no questionnaire"),
        ("person: {number: BSN, kind: bsn}", "person: {number: BSN, kind: bsn, client: C}", "person.system"),
        ("source: eigen", "source: eigen\nfile: '{month}_{month}.csv'", "at most one of"),
        ("source: eigen", "source: eigen\nfixed: {length: 9, recognised_by: '(', fields: {A: [1, 4]}}", "regular expression"),
        ("source: eigen", "source: eigen\nfixed: {length: 9, recognised_by: 'x', fields: {A: [true, 4]}}", "the last position"),
    ],
)
def test_what_contradicts_the_tables_is_told_when_the_mapping_is_read(beside, old, new, said):
    assert old in MAPPING
    (fault,) = sources_and_faults(beside=beside(eigen=MAPPING.replace(old, new, 1)))[1]
    assert said in fault.problem.nl


def test_every_contradiction_is_told_at_once(beside):
    text = MAPPING.replace(START, "start: {from: Begin, as: decimal}").replace("domain: dossier", "domain: person")
    (fault,) = sources_and_faults(beside=beside(eigen=text))[1]
    assert ("as: decimal" in fault.problem.nl, "domain" in fault.problem.nl) == (True, True)
