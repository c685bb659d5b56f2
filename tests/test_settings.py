"""Where things are: the project's folders, and data roots of a place's own."""

import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.settings import Paths, paths


@pytest.fixture
def project(tmp_path):
    (tmp_path / "data").mkdir()
    return Paths(tmp_path)


def test_a_place_without_a_root_of_its_own_lies_in_the_project(project):
    assert project.raw_of("GM0855") == project.raw / "GM0855"
    assert project.checked_of("GM0855", "") == project.checked / "raw" / "GM0855"


def test_a_place_may_have_a_root_of_its_own(project, tmp_path):
    project.roots.write_text(f"place,root\nGM0855,{tmp_path / 'elsewhere'}\nGM0307,beside\n", encoding="utf-8")
    assert project.raw_of("GM0855") == tmp_path / "elsewhere" / "raw" / "GM0855"
    assert project.data_of("GM0307") == tmp_path / "data" / "beside"
    assert project.checked_of("GM0855", "") == tmp_path / "elsewhere" / "checked" / "raw" / "GM0855"
    assert project.raw_of("GM0363") == project.raw / "GM0363"


def test_synthetic_data_stay_in_the_project(project, tmp_path):
    asked = Paths(project.root, tmp_path / "asked")
    assert asked.checked_of("GM0855", "tiny") == project.checked / "tiny" / "GM0855"
    assert asked.synthetic == project.synthetic


def test_what_is_asked_for_goes_before_the_environment_and_that_before_the_table(project, tmp_path, monkeypatch):
    project.roots.write_text("place,root\nGM0855,beside\n", encoding="utf-8")
    monkeypatch.setenv("GM_DATA", str(tmp_path / "environment"))
    assert paths(project.root).data_of("GM0855") == tmp_path / "environment"
    assert paths(project.root, tmp_path / "asked").data_of("GM0855") == tmp_path / "asked"
    monkeypatch.delenv("GM_DATA")
    assert paths(project.root).data_of("GM0855") == tmp_path / "data" / "beside"


@pytest.mark.parametrize(
    "text", ["place\nGM0855\n", "place,root\nGM0855,\n", "place,root\nGM0855,a,b\n", "town,root\nGM0855,a\n"]
)
def test_a_table_of_roots_that_is_no_such_table_is_refused(project, text):
    project.roots.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match="must have the columns place,root, both filled in every line"):
        project.data_of("GM0855")


def test_a_table_of_roots_in_another_encoding_is_refused(project):
    project.roots.write_bytes("place,root\nGM0855,caf\u00e9\n".encode("cp1252"))
    with pytest.raises(DeclarationError, match="must be a CSV file in UTF-8"):
        project.data_of("GM0855")
