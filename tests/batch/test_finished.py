from __future__ import annotations

import hashlib
import json

import pytest

from gm_workbench.batch.finished import NEEDED, find_report, read_manifest
from gm_workbench.errors import UsageError
from gm_workbench.report.files import contents, edited
from gm_workbench.settings import Paths


@pytest.fixture
def where(tmp_path) -> Paths:
    for folder in ("study/GM0855", "study/GM0855/2023-01_2023-12", "_worlds/null/study/GM0855"):
        write(tmp_path / "reports" / folder, **{"report.html": folder})
    return Paths(tmp_path)


def write(folder, **texts):
    texts = {"manifest.json": json.dumps(dict.fromkeys(NEEDED, "")), **texts}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    sums = [f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in texts.items()]
    (folder / "checksums.sha256").write_text("".join(sums), encoding="utf-8")


@pytest.mark.parametrize(
    ("asked", "folder"),
    [
        (("study/GM0855",), "study/GM0855"),
        (("study", "GM0855"), "study/GM0855"),
        (("study/GM0855/2023-01_2023-12",), "study/GM0855/2023-01_2023-12"),
        (("study", "GM0855", "null"), "_worlds/null/study/GM0855"),
    ],
)
def test_report_is_found_by_folder_or_by_study_and_place(where, asked, folder):
    assert find_report(asked[0], where, *asked[1:]) == where.reports / folder
    assert find_report(str(where.reports / folder), where) == where.reports / folder


@pytest.mark.parametrize("asked", [("study",), ("study", "GM0363"), ("study", "GM0855", "harm")])
def test_report_that_is_not_there_is_said_so(where, asked):
    with pytest.raises(UsageError, match=r"There is no report study.*gm status"):
        find_report(asked[0], where, *asked[1:])


def test_report_as_it_was_written_is_not_edited_and_other_periods_are_not_its_files(where):
    files = contents(where.reports / "study/GM0855")
    assert sorted(files) == ["checksums.sha256", "manifest.json", "report.html"]
    assert edited(files) == ()


def test_every_kind_of_edit_is_named(where):
    folder = where.reports / "study/GM0855"
    (folder / "report.html").write_text("better numbers", encoding="utf-8")
    (folder / "manifest.json").unlink()
    (folder / "outputs").mkdir()
    (folder / "outputs" / "more.csv").touch()
    assert edited(contents(folder)) == (
        "manifest.json: missing",
        "outputs/more.csv: not one of its files",
        "report.html: changed by hand",
    )
    (folder / "checksums.sha256").unlink()
    assert edited(contents(folder)) == ("checksums.sha256: missing",)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"study": "x"}'])
def test_manifest_that_does_not_say_enough_is_refused(where, text):
    folder = where.reports / "study/GM0855"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"must say .*place.*Make it anew with gm run"):
        read_manifest(folder)
