from __future__ import annotations

import yaml

from gm_workbench.intake.declared.forms import load_sources
from gm_workbench.intake.suggest import suggest
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder

NUMBERS = [f"9999{number:05d}" for number in range(20_000, 20_400)]
PERSONS = [one for one, left in zip(NUMBERS, eleven_remainder(NUMBERS), strict=True) if left == SYNTHETIC_REMAINDER][:24]


def drafted(tmp_path, header, *rows):
    path = tmp_path / "export 123456782.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return suggest(path, load_sources().values())


def file(tmp_path):
    rows = [f"{number};U{at};alleenstaande;01-01-2024;Jansen{at}" for at, number in enumerate(PERSONS)]
    return drafted(tmp_path, "Burgerservice nr;Dossiernr;Leefsituatie;Start uitkering;Achternaam", *rows)


def test_columns_are_told_by_name_and_by_content(tmp_path):
    draft = yaml.safe_load(file(tmp_path))
    assert draft["person"] == {"number": "Burgerservice nr", "kind": "bsn"}
    columns = draft["tables"]["benefits"]["columns"]
    assert columns["dossier"] == {"from": "Dossiernr", "as": "key", "domain": "dossier"}
    assert columns["start"] == {"from": "Start uitkering", "as": "date"}
    assert columns["household"]["list"] == "leefvorm"
    assert draft["ignore"] == ["Achternaam"]


def test_draft_shows_no_cell_but_words_of_a_list(tmp_path):
    text = file(tmp_path)
    assert "alleenstaande" in text
    assert not any(word in text for word in ("Jansen", "U1", "2024", "123456782", *PERSONS))


def test_rare_words_are_not_shown(tmp_path):
    text = drafted(tmp_path, "Leefsituatie;X", *["alleenstaande;1"] * 9)
    assert "alleenstaande" not in text


def test_header_that_may_be_a_number_of_a_person_is_masked(tmp_path):
    text = drafted(tmp_path, f"{PERSONS[0]};Leefsituatie", "1;2")
    assert PERSONS[0] not in text


def test_file_of_which_nothing_is_known_gives_a_draft_to_fill_in(tmp_path):
    draft = yaml.safe_load(drafted(tmp_path, "qqq;zzz", "a;b"))
    assert draft["person"]["number"] == "???"
    assert draft["ignore"] == ["qqq", "zzz"]
