from __future__ import annotations

import hashlib
import json

import pytest

from gm_workbench.batch.changes import Change, Part
from gm_workbench.batch.compare import Difference
from gm_workbench.batch.verify import Verification
from gm_workbench.cli import verify as command

SAME = Verification(
    report="study × GM0855",
    edited=(),
    changes=(),
    code_known=True,
    exact=True,
    values=120,
    differences=(),
    files=9,
    other_bytes=(),
)


@pytest.fixture
def found(project, monkeypatch):
    """Stand in for making a report again: give what a test says was found, and note what was asked."""
    folder = project.reports / "study" / "GM0855"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    (folder / "checksums.sha256").write_text(f"{hashlib.sha256(b'{}').hexdigest()}  manifest.json\n", encoding="utf-8")
    asked = []

    def set_to(verification):
        def verify_report(report, where, *, cell_seconds):
            asked.append((report, where, cell_seconds))
            return verification

        monkeypatch.setattr(command, "verify_report", verify_report)
        return asked

    return set_to


def changed(**more):
    fields = {name: getattr(SAME, name) for name in SAME.__slots__}
    return Verification(**(fields | more))


@pytest.mark.parametrize("arguments", [("study/GM0855",), ("study", "--place", "GM0855")])
def test_report_that_is_the_same_ends_with_zero(call, project, found, arguments):
    asked = found(SAME)
    said = call("verify", *arguments, "--cell-seconds", "9")
    assert (said.exit_code, said.stderr) == (0, "")
    assert asked == [(project.reports / "study" / "GM0855", project, 9)]
    assert said.stdout.splitlines() == [
        "study × GM0855",
        "120 of 120 values are the same, to the last digit.",
        "9 of 9 files are the same, byte for byte.",
    ]


def test_report_that_differs_has_an_exit_code_of_its_own_and_says_what_and_why(call, found):
    values = tuple(Difference("outputs/a.csv", f"row/{at}/count", "value", "10", "20", 0.0) for at in range(25))
    changes = (Change(Part.DATA, "teams.csv", "a" * 64, "b" * 64), Change(Part.SEED, "seed", None, 7))
    found(changed(changes=changes, differences=values, other_bytes=("report.html",), exact=False))
    said = call("verify", "study/GM0855")
    assert said.exit_code == 55
    assert (
        "is not what is made now: 25 values, 0 printed numbers and 1 files differ; what changed since: data, seed."
        in said.stderr
    )
    assert "changed  data: teams.csv (aaaaaaaa → bbbbbbbb)\nchanged  seed: seed (none → 7)\n" in said.stdout
    assert "number   outputs/a.csv row/0/count value: was 10, now 20\n" in said.stdout
    assert "number   ... and 5 more; see --json\nfile     report.html\n" in said.stdout
    assert "95 of 120 values are the same, within the tolerance" in said.stdout


def test_report_that_was_edited_is_told_first(call, project, found):
    found(changed(edited=("report.html: not one of its files",)))
    (project.reports / "study" / "GM0855" / "report.html").write_text("mine", encoding="utf-8")
    said = call("verify", "study/GM0855")
    assert said.exit_code == 55
    assert said.stdout.splitlines()[:2] == ["edited   report.html: not one of its files", "study × GM0855"]
    assert "was changed after it was made" in said.stderr
    assert json.loads(call("verify", "study/GM0855", "--json").stdout)["edited"] == ["report.html: not one of its files"]


def test_edit_is_told_also_when_the_report_cannot_be_made_again(call, project):
    folder = project.reports / "study" / "GM0855"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    said = call("verify", "study/GM0855")
    assert said.exit_code == 2
    assert said.stdout == "edited   checksums.sha256: missing\n"
    assert "manifest.json in GM0855 must say study" in said.stderr


def test_code_that_is_not_on_record_is_said_so(call, found):
    found(changed(code_known=False, other_bytes=("report.html",)))
    said = call("verify", "study/GM0855")
    assert "unknown  code" in said.stdout
    assert "nothing on record has changed since" in said.stderr


def test_json_holds_everything(call, found):
    found(changed(changes=(Change(Part.CODE, "commit", "a", "b"),)))
    said = call("verify", "study/GM0855", "--json")
    content = json.loads(said.stdout)
    assert (content["report"], content["same"], content["changed"]) == ("study × GM0855", True, ["code"])
    assert content["changes"] == [{"part": "code", "name": "commit", "was": "a", "now": "b"}]
    assert content["tolerances"]["value"] == 1e-6
    assert set(SAME.__slots__) <= set(content)


def test_report_that_is_not_there_is_a_wrong_call(call, project):
    said = call("verify", "study/GM0363")
    assert said.exit_code == 2
    assert "There is no report study/GM0363" in said.stderr
