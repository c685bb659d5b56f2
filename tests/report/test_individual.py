"""A result of one person: in no report, whatever way it goes, and only where its owner can read it."""

from __future__ import annotations

import copy
import os
import pickle
import stat
from pathlib import Path

import pytest

import gm_workbench
from gm_workbench.errors import DisclosureRefused, MetricError, OutputError
from gm_workbench.guard.protect import Refusal, protect
from gm_workbench.guard.released import release
from gm_workbench.guard.showing import collect, show
from gm_workbench.intake.kept.forget import forget_all
from gm_workbench.outputs.individual import Individual, Moment, individual_change
from gm_workbench.report.individual import keep_private
from gm_workbench.report.write import write_report
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text

REPOSITORY = Path(__file__).parents[2]
PERSON = "0123456789abcdef"
SCALE = Text("economische veerkracht (0–100)", "economic resilience (0–100)")


def result(last=32.5, **more):
    about = {"scale": SCALE, "kind": DataKind.REAL, "place": "GM0855", "sd": 7.5, "reliability": 0.88}
    moments = [Moment(Text("begin", "start"), 47.5), Moment(Text("na 12 maanden", "after 12 months"), last)]
    return individual_change(PERSON, moments, **(about | more))


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.delenv("GM_RUN_DIR", raising=False)
    monkeypatch.delenv("GM_DATA", raising=False)
    monkeypatch.setenv("GM_ROOT", str(tmp_path))
    (tmp_path / "reports").mkdir()
    return Paths(tmp_path)


def kept(project, **more):
    return keep_private(result(**more), "Sem de Wit", project)


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_change_is_weighed_against_what_the_scale_errs():
    # Jacobson & Truax 1991: 47.5 to 32.5 with sd 7.5 and reliability .88 is an index of -4.08
    assert result().index == pytest.approx(-4.08, abs=0.005)
    assert "hoger" in result(60.0).verdict.nl
    assert result(49.0).verdict.en.startswith("Whether anything changed cannot be said")
    assert result().margin == pytest.approx(1.959964 * 7.5 * (2 * 0.12) ** 0.5, rel=1e-6)


def test_page_is_for_its_owner_only(project):
    page = kept(project)
    folders = [page.parent, *list(page.parents)[1:4]]
    assert [rights(folder) for folder in folders] == [0o700] * 4
    assert folders[-1] == project.root / "private"
    assert rights(page) == 0o600
    assert PERSON not in str(page)
    assert [one.name for one in page.parent.iterdir()] == ["course.html"]


def test_page_says_that_it_decides_nothing_and_compares_nobody(project):
    text = kept(project).read_text(encoding="utf-8")
    for words in ("Het is geen besluit", "een mens besluit", "er is geen ranglijst", "there is no ranking", "32,5", "32.5"):
        assert words in text
    assert "−15,0 punten (95%-interval −22,2 tot −7,8)" in text
    assert "http" not in text


def test_page_on_synthetic_data_says_so(project):
    page = kept(project, kind=DataKind.SYNTHETIC, world="default")
    assert page.name == "synthetic-course.html"
    assert "Synthetische gegevens" in page.read_text(encoding="utf-8")


def test_page_escapes_what_it_is_told(project):
    text = keep_private(result(scale=Text("<script>", "x")), "<b>Sem</b>", project).read_text(encoding="utf-8")
    assert ("<script>" in text, "<b>Sem" in text) == (False, False)


def test_individual_shows_no_value_and_has_no_order():
    one, other = result(), result()
    assert repr(one) == str(one) == "<an individual result: see keep_private>"
    assert one != other
    with pytest.raises(TypeError):
        sorted([one, other])


@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy])
def test_individual_is_not_copied_or_sent(way):
    with pytest.raises(DisclosureRefused, match="is not stored, copied or sent"):
        way(result())


@pytest.mark.parametrize("in_batch", [True, False])
@pytest.mark.parametrize("protected", [True, False])
def test_show_refuses_an_individual_also_unprotected(tmp_path, monkeypatch, in_batch, protected):
    if in_batch:
        monkeypatch.setenv("GM_RUN_DIR", str(tmp_path))
    with pytest.raises(DisclosureRefused, match="is kept with keep_private"):
        show(result(), protected=protected)
    assert list(tmp_path.iterdir()) == []


def test_guard_refuses_an_individual_among_outputs(policy):
    for outputs in ([result()], [result(), result()], [result(), "answer"], [None]):
        assert protect(outputs, policy) == Refusal(("something is no output, so nobody knows how many persons are behind it",))


def test_batch_refuses_what_was_registered_and_is_no_output(tmp_path):
    class Disguised:
        def __reduce__(self):
            return individual_from_parts, ()

    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "000-x.pkl").write_bytes(pickle.dumps(Disguised()))
    with pytest.raises(DisclosureRefused, match="must hold an Output"):
        collect(tmp_path)


def individual_from_parts():
    return result()


def test_report_cannot_be_made_of_an_individual(tmp_path, manifest, protocol, released):
    with pytest.raises(DisclosureRefused, match="never is"):
        write_report(tmp_path / "r", result(), manifest, protocol)
    with pytest.raises(DisclosureRefused, match="in their protected form"):
        release((result(),), released.policy, (), DataKind.REAL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shelf", ["reports", "releases", "collections", "notebooks", "docs", "data/raw"])
def test_private_folder_is_not_where_things_are_shared(project, tmp_path, shelf):
    (tmp_path / shelf).mkdir(exist_ok=True, parents=True)
    with pytest.raises(DisclosureRefused, match=f"lies in {shelf.partition('/')[0]}/ of the project"):
        keep_private(result(), "Sem de Wit", Paths(tmp_path, tmp_path / shelf / "data"))
    assert list((tmp_path / shelf).iterdir()) == []


def test_private_folder_is_no_symbolic_link(project, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "private").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DisclosureRefused, match="private is a symbolic link"):
        kept(project)
    (tmp_path / "private").unlink()
    page = kept(project)
    page.parent.rename(tmp_path / "moved")
    page.parent.symlink_to(tmp_path / "moved")
    with pytest.raises(DisclosureRefused, match="a folder in it is a symbolic link"):
        kept(project)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701, 0o770])
def test_private_folder_that_others_can_read_is_refused_and_not_closed_in_silence(project, tmp_path, mode):
    (tmp_path / "private").mkdir()
    (tmp_path / "private").chmod(mode)
    with pytest.raises(DisclosureRefused, match="private can be read by others"):
        kept(project)
    assert (rights(tmp_path / "private"), list((tmp_path / "private").iterdir())) == (mode, [])


def test_folder_deep_inside_that_others_can_read_is_refused(project):
    page = kept(project)
    page.parent.chmod(0o750)
    with pytest.raises(DisclosureRefused, match="a folder in it can be read by others"):
        kept(project)


def test_private_folder_of_another_user_is_refused(project, monkeypatch):
    kept(project)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(DisclosureRefused, match="is of another user"):
        kept(project)


def test_disk_that_does_not_hold_rights_is_refused(project, monkeypatch):
    monkeypatch.setattr("gm_workbench.report.individual._holds", lambda _: False)
    with pytest.raises(DisclosureRefused, match="does not hold rights of owners only"):
        kept(project)
    assert list(project.root.rglob("*.html")) == []


def test_system_that_cannot_hold_rights_is_refused(project, monkeypatch):
    monkeypatch.setattr("gm_workbench.report.individual.POSIX", False)
    with pytest.raises(DisclosureRefused, match="this system does not hold rights"):
        kept(project)


def test_batch_keeps_nothing_about_one_person(project, tmp_path, monkeypatch):
    monkeypatch.setenv("GM_RUN_DIR", str(tmp_path))
    with pytest.raises(DisclosureRefused, match="a batch makes reports"):
        kept(project)


def test_every_fault_is_told_at_once(project):
    with pytest.raises(DisclosureRefused, match=r"(?s)must be one Individual.*name the professional"):
        keep_private([result(), result()], " ", project)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "real"},
        {"kind": DataKind.PUBLISHED},
        {"world": "default"},
        {"kind": DataKind.SYNTHETIC},
        {"place": "../x"},
        {"name": "../x"},
        {"last": float("nan")},
    ],
)
def test_malformed_individual_is_refused_without_a_value(wrong):
    with pytest.raises(OutputError, match="malformed") as told:
        result(**wrong)
    assert ("47" in str(told.value), PERSON in str(told.value)) == (False, False)


def test_individual_needs_two_moments_and_a_scale_that_errs():
    with pytest.raises(OutputError, match="at least 2 moments"):
        individual_change(PERSON, [], scale=SCALE, kind=DataKind.REAL, place="GM0855", sd=1.0, reliability=0.5)
    with pytest.raises(MetricError):
        result(reliability=1.0)
    with pytest.raises(OutputError, match="person is not of the form"):
        Individual("a", DataKind.REAL, "GM0855", "", "999912345", SCALE, (Moment(SCALE, 1.0),) * 2, 1.0, 1.0)


def test_place_with_a_data_root_of_its_own_keeps_them_there(project, tmp_path):
    page = keep_private(result(), "Sem de Wit", Paths(tmp_path / "project", tmp_path / "closed"))
    assert page.is_relative_to(tmp_path / "closed" / "private" / "raw" / "GM0855")


@pytest.mark.parametrize("delivered", ["raw", "checked"])
def test_private_folder_does_not_lie_among_deliveries_outside_the_project(tmp_path, monkeypatch, delivered):
    monkeypatch.delenv("GM_RUN_DIR", raising=False)
    (tmp_path / "project" / "data").mkdir(parents=True)
    lines = f"place,root\nGM0855,../../net/{delivered}/GM0363\nGM0363,../../net\n"
    (tmp_path / "project" / "data" / "roots.csv").write_text(lines, encoding="utf-8")
    with pytest.raises(DisclosureRefused, match="lies among deliveries"):
        keep_private(result(), "Sem de Wit", Paths(tmp_path / "project"))
    assert not (tmp_path / "net").exists()


def test_forgetting_a_place_removes_its_individual_results(project):
    page, other = kept(project), kept(project, place="GM0363")
    forget_all("GM0855", "", project)
    assert (page.parent.parent.exists(), other.exists()) == (False, True)


def test_git_ignores_the_private_folder_and_a_notebook_can_call_it():
    assert gm_workbench.keep_private is keep_private
    assert "/private/" in (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
