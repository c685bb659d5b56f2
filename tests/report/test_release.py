"""A release with two pairs of eyes: what is asked for, what is refused, and what an approved bundle is."""

from __future__ import annotations

import csv
import json
import shutil

import pytest

from gm_workbench.errors import (
    ApprovalRefused,
    BundleBroken,
    CannotRelease,
    DifferencingRefused,
    DisclosureRefused,
    WorkbenchError,
)
from gm_workbench.guard.scan import scan_folder
from gm_workbench.report.release_alone import alone
from gm_workbench.report.release_approval import discard
from gm_workbench.report.release_bundle import SCHEMA, read_bundle
from gm_workbench.report.release_history import FIRST
from gm_workbench.vocabulary.schemas import DataKind

from .conftest import resealed

pytestmark = pytest.mark.untraced

TILBURG = "tilburg_single_mothers/GM0855"
AMERSFOORT = "amersfoort_upward_mobility/GM0855"


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_release_that_was_asked_for_is_a_draft_with_everything_a_checker_needs(town):
    town.report(who={"all": 140, "homeless": 4, "lodging": 3})
    draft = town.ask()
    inside = f"reports/{TILBURG}"
    assert names(draft) == [
        "checksums.sha256",
        "decisions.csv",
        "release.json",
        "reports/index.en.html",
        "reports/index.html",
        *(
            f"{inside}/{name}"
            for name in ("checksums.sha256", "estimates.json", "guard.json", "manifest.json", "outputs/who.csv")
        ),
        *(f"{inside}/{name}" for name in ("report.en.html", "report.html")),
        "summary.csv",
        "summary.en.html",
        "summary.html",
    ]
    (row,) = csv.DictReader((draft / "summary.csv").read_text(encoding="utf-8").splitlines())
    assert (row["output"], row["verdict"], row["rules"], row["cells"], row["hidden"]) == (
        "who",
        "release",
        "threshold; order",
        "3",
        "2",
    )
    assert "2 numbers not shown (fewer than 10 persons). Sorted by name" in row["context_en"]
    bundle = read_bundle(draft)
    assert (bundle.state, bundle.kind, bundle.content["asked_by"]) == ("draft", DataKind.REAL, "Noor Bakker")
    assert [policy["name"] for policy in bundle.content["policies"]] == ["cbs-stijl"]
    assert scan_folder(town.paths.releases) == ()


def test_release_that_is_approved_is_closed_and_in_the_history(town):
    town.report()
    town.ask()
    bundle = town.approve()
    assert bundle.state == "approved, unsigned"
    assert not (town.paths.releases / ".drafts" / "tilburg-2026").exists()
    assert {path.stat().st_mode & 0o222 for path in (bundle.folder, *bundle.folder.rglob("*"))} == {0}
    (line,) = (town.paths.releases / "history.jsonl").read_text(encoding="utf-8").splitlines()
    told = json.loads(line)
    assert (told["name"], told["asked_by"], told["approved_by"]) == ("tilburg-2026", "Noor Bakker", "Sem de Wit")
    assert (told["digest"], told["previous"]) == (bundle.digest, 64 * "0")
    assert town.verify().digest == bundle.digest


def test_release_is_never_approved_by_who_asked_for_it_however_the_name_is_written(town):
    town.report()
    town.ask()
    for by in (
        "Noor Bakker",
        "noor bakker",
        "Nóór  BAKKER",
        " Noor-Bakker. ",
        "NoorBakker",
        "Bakker, Noor",
        "N. Bakker",
        "Noor (checker)",
        "Noor Bakkers",
        "Noro Bakker",
        "Nor Bäkkar",
        "Bekker, Noor",
        "(Noor Bakker) Vos",
    ):
        with pytest.raises(ApprovalRefused, match="must be approved by another person than Noor Bakker"):
            town.approve(by=by)
    assert not (town.paths.releases / "history.jsonl").exists()


def test_two_people_whose_names_are_nearly_one_write_more_of_them(town):
    town.report()
    town.ask(by="Anna Smit")
    with pytest.raises(ApprovalRefused, match="If these are two people, both write a name with a word that is unlike all"):
        town.approve(by="Anne Smit")
    discard("tilburg-2026", town.paths)
    town.ask(by="Anna Maria Smit")
    assert town.approve(by="Anne Louise Smit").state == "approved, unsigned"


@pytest.mark.parametrize(
    "by", ["", " . ", "1234", "N", "N. 1", "Sem 2", "N\N{CYRILLIC SMALL LETTER O}or Bakker", "Noor\N{ZERO WIDTH SPACE}Bakker"]
)
def test_release_is_approved_by_somebody_with_a_name_in_plain_letters(town, by):
    with pytest.raises(ApprovalRefused, match="must be named, with the letters a to z"):
        town.approve(by=by)
    with pytest.raises(ApprovalRefused, match="Who asks for a release must be named"):
        town.ask(by=by)


def test_release_whose_report_changed_since_it_was_asked_for_is_not_approved(town):
    town.report()
    town.ask()
    town.report(who={"all": 160})
    with pytest.raises(CannotRelease, match="have changed since it was asked for: tilburg_single_mothers/GM0855"):
        town.approve()


def test_release_of_a_report_that_somebody_edited_is_refused_with_every_fault(town):
    page = town.report() / "report.html"
    page.write_text(page.read_text().replace("140", "150"))
    (page.parent / "outputs" / "raw.csv").write_text("a\n")
    with pytest.raises(CannotRelease, match=r"(?s)outputs/raw\.csv: not one of its files.*report\.html: changed by hand"):
        town.ask()
    assert not (town.paths.releases / ".drafts").exists()


@pytest.mark.parametrize(("count", "told"), [("1e+30", "at most 20,000,000 persons"), ("139.5", "a whole number of persons")])
def test_release_of_a_count_that_can_be_none_is_refused_and_says_where_it_stands(town, count, told):
    folder = town.report(who={"all": 140, "women": 70})
    numbers = folder / "outputs" / "who.csv"
    numbers.write_text(numbers.read_text(encoding="utf-8").replace("140", count), encoding="utf-8")
    resealed(folder)
    with pytest.raises(CannotRelease, match=rf"outputs/who\.csv: all × persons: a count must be {told}") as refused:
        town.ask()
    assert count not in str(refused.value)


@pytest.mark.parametrize(
    "reports", [["../GM0855"], ["tilburg_single_mothers/../x"], ["/etc/passwd"], ["a"], ["a/b/c/d"], ["a/.b"]]
)
def test_release_takes_no_way_out_of_the_reports(town, reports):
    with pytest.raises(CannotRelease, match="A report is named as STUDY/PLACE"):
        town.ask(*reports)


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "A", "history.jsonl", "approve", ".drafts", "a" * 64])
def test_release_name_is_a_safe_name_of_a_folder(town, name):
    with pytest.raises(CannotRelease, match="The name of a release must be"):
        town.ask(name=name)


def test_release_follows_no_symbolic_link(town):
    folder = town.report()
    elsewhere = folder.rename(town.paths.root / "elsewhere")
    folder.symlink_to(elsewhere)
    with pytest.raises(CannotRelease, match="a symbolic link"):
        town.ask()


def test_release_of_the_same_name_is_refused_while_it_is_a_draft_and_after(town):
    town.report()
    town.ask()
    with pytest.raises(CannotRelease, match="There is a release tilburg-2026 already"):
        town.ask()
    town.approve()
    with pytest.raises(CannotRelease, match="There is a release tilburg-2026 already"):
        town.ask()
    with pytest.raises(ApprovalRefused, match="was approved already"):
        town.approve()


def test_second_request_says_what_lies_there_and_what_to_do(town):
    town.report()
    draft = town.ask()
    whole = "a whole draft, which Noor Bakker asked for on 2026-11-26, of tilburg_single_mothers/GM0855.*have it approved"
    with pytest.raises(CannotRelease, match=whole):
        town.ask()
    (draft / "summary.csv").unlink()
    with pytest.raises(
        CannotRelease, match=r"(?s)summary\.csv: missing.*Remove this draft \(gm release discard tilburg-2026\)"
    ):
        town.ask()
    discard("tilburg-2026", town.paths)
    town.ask()
    town.approve()
    for again in (town.ask, town.approve):
        with pytest.raises(WorkbenchError, match=r"approved already, by Sem de Wit on 2026-11-26.*under another name"):
            again()


def test_what_a_killed_attempt_left_is_removed_by_the_next_and_nothing_else(town):
    town.report()
    drafts = town.paths.releases / ".drafts"
    left = [drafts / ".tilburg-2026.new-ab12_x", town.paths.releases / ".tilburg-2026.new-4711"]
    others = [drafts / ".tilburg.new-ab12_x", drafts / ".tilburg-2026.new-A B", town.paths.releases / ".synthetic-a.new-4711"]
    for one in (*left, *others):
        one.mkdir(parents=True)
        (one / "summary.html").write_text("half")
        one.chmod(0o500)
    town.ask()
    assert [one.exists() for one in (*left, *others)] == [False, False, True, True, True]
    left[1].mkdir()
    town.approve()
    assert not left[1].exists()


def test_attempt_that_lives_is_waited_for_and_its_folder_stays(town, monkeypatch):
    monkeypatch.setattr("gm_workbench.report.release_alone.LOCK_SECONDS", 0.1)
    town.report()
    half = town.paths.releases / ".tilburg-2026.new-4711"
    half.mkdir(parents=True)
    with alone(town.paths.releases), pytest.raises(ApprovalRefused, match="Somebody else is making or approving a release"):
        town.ask()
    assert half.exists()


def test_release_needs_a_reason(town):
    town.report()
    with pytest.raises(CannotRelease, match="needs a reason"):
        town.ask(reason="  ")


def test_release_holds_one_kind_of_data(town):
    town.report()
    town.report("GM9901", kind=DataKind.SYNTHETIC)
    with pytest.raises(CannotRelease, match="one kind of data, but these are on real and synthetic"):
        town.ask(TILBURG, "tilburg_single_mothers/GM9901")


def test_release_of_synthetic_data_is_marked_in_its_name_its_pages_and_the_history(town):
    town.report(kind=DataKind.SYNTHETIC)
    with pytest.raises(CannotRelease, match=r"Call it synthetic-tilburg-2026"):
        town.ask()
    draft = town.ask(name="synthetic-2026")
    assert 'class="kind synthetic">synthetic data' in (draft / "summary.en.html").read_text(encoding="utf-8")
    with pytest.raises(ApprovalRefused, match="holds synthetic data and cannot be approved as real"):
        town.approve("synthetic-2026")
    assert town.approve("synthetic-2026", kind=DataKind.SYNTHETIC).state == "approved as synthetic, unsigned"
    assert json.loads((town.paths.releases / "history.jsonl").read_text())["data_kind"] == "synthetic"


def test_release_of_real_data_is_not_called_synthetic(town):
    town.report()
    with pytest.raises(CannotRelease, match="Call it demo"):
        town.ask(name="synthetic-demo")


def test_release_in_which_the_scanner_finds_a_person_is_not_made(town):
    town.report()
    with pytest.raises(DisclosureRefused, match=r"(?s)nothing that looks like a record.*person number"):
        town.ask(reason="for 999990019")
    assert list((town.paths.releases / ".drafts").iterdir()) == []


def test_release_is_refused_with_the_arithmetic_and_passes_once_its_proposed_decisions_are_taken(town):
    town.report(who={"all": 147})
    town.report(study="amersfoort_upward_mobility", flow={"wages": 500}, who={"all": 140})
    with pytest.raises(DifferencingRefused) as refused:
        town.ask(TILBURG, AMERSFOORT)
    assert "[tilburg_single_mothers/GM0855 2024-01/2024-12; who: all × persons] − [amersfoort" in str(refused.value)
    assert "= <10 persons" in str(refused.value)
    assert "The same group stands in two or more studies" in str(refused.value)
    assert "Dezelfde groep staat in twee of meer studies" in str(refused.value)
    proposed = town.paths.releases / ".drafts" / "tilburg-2026.proposed.csv"
    (row,) = csv.DictReader(proposed.read_text(encoding="utf-8").splitlines())
    assert (row["report"], row["output"], row["decision"]) == (AMERSFOORT, "who", "withhold")
    assert TILBURG not in row["reason"]  # the reason goes into the released report: it may not say which cells are alike
    town.decide(proposed)
    with pytest.raises(CannotRelease, match="who: to be withheld by the decision of Noor Bakker, and it is shown"):
        town.ask(TILBURG, AMERSFOORT)
    town.report(study="amersfoort_upward_mobility", flow={"wages": 500}, who={"all": 140})
    draft = town.ask(TILBURG, AMERSFOORT)
    assert not proposed.exists()
    (decided,) = csv.DictReader((draft / "decisions.csv").read_text(encoding="utf-8").splitlines())
    assert (decided["output"], decided["decided_by"]) == ("who", "Noor Bakker")
    page = (draft / "summary.html").read_text(encoding="utf-8")
    assert page.count("Noor Bakker, 2026-11-26: differencing (subgroup): naast andere rapporten") == 1
    assert "withheld by" not in page
    assert "niet getoond: zo besloten" in page
    assert "alles verborgen" in page
    shown = (draft / "reports" / AMERSFOORT / "report.html").read_text(encoding="utf-8")
    assert "Dit onderdeel wordt niet getoond: zo is besloten, om te voorkomen dat iemand herkenbaar is." in shown


def test_nearly_equal_sizes_are_a_question_that_is_answered_with_a_row_and_shown_to_who_approves(town):
    town.report(who={"kandidaten": 2400, "jong": 4})
    town.report(study="amersfoort_upward_mobility", who={"de rest": 2395})
    with pytest.raises(
        DifferencingRefused, match=r"(?s)Are they the same people\?.*AMERS: who  \(to judge".replace("AMERS", AMERSFOORT)
    ):
        town.ask(TILBURG, AMERSFOORT)
    proposed = town.paths.releases / ".drafts" / "tilburg-2026.proposed.csv"
    row = proposed.read_text(encoding="utf-8")
    assert "withhold,differencing (sizes): zijn dit de mensen van een ander rapport?" in row
    proposed.write_text(row.replace("withhold", "release").replace("zijn dit", "andere mensen dan: zijn dit"), encoding="utf-8")
    town.decide(proposed)
    draft = town.ask(TILBURG, AMERSFOORT)
    page = (draft / "summary.html").read_text(encoding="utf-8")
    assert "heeft iemand gezegd dat ze over andere mensen gaan" in page
    assert page.count("Noor Bakker, 2026-11-26: differencing (sizes): andere mensen dan: zijn dit") == 1
    assert "verborgen: te weinig personen; op naam gesorteerd" in page
    assert town.approve().state == "approved, unsigned"


def test_release_is_held_against_drafts_of_sibling_places_that_are_not_in_it(town):
    town.report("network", who={"all": 200})
    town.report("GM0363", who={"all": 130})
    town.report(who={"all": 65})
    with pytest.raises(DifferencingRefused, match=r"network.* − .*GM0363.*a draft.* = <10 in the places of"):
        town.ask("tilburg_single_mothers/network")


def test_release_is_held_against_what_was_approved_before(town):
    town.report(who={"all": 140})
    town.ask()
    town.approve()
    town.report(who={"all": 143})
    with pytest.raises(DifferencingRefused, match="in release tilburg-2026; who: all × persons"):
        town.ask(name="tilburg-again")


def test_second_of_two_drafts_that_do_not_go_together_is_not_approved(town):
    town.report(who={"all": 140})
    town.ask()
    town.report(who={"all": 143})
    town.ask(name="other")
    town.report(who={"all": 140})
    town.approve()
    town.report(who={"all": 143})
    with pytest.raises(DifferencingRefused, match="revision"):
        town.approve("other")


def test_release_of_the_same_reports_again_passes(town):
    town.report()
    town.ask()
    town.approve()
    town.ask(name="tilburg-again")
    assert town.approve("tilburg-again", by="Ilse Vos").approval["previous"] != 64 * "0"


def test_release_of_a_report_with_a_withdrawn_decision_is_refused(town):
    town.decisions.write_text(town.decisions.read_text() + f"{TILBURG},who,withhold,too few,Ilse Vos,2026-11-01\n")
    town.report(who={"all": 140}, more={"all": 150})
    town.decisions.write_text("report,output,decision,reason,decided_by,date\n")
    with pytest.raises(CannotRelease, match="who: was withheld by a decision that is no longer there"):
        town.ask()


def test_release_of_a_report_whose_policy_has_changed_is_refused(town):
    town.report()
    town.ask()
    policy = town.paths.policies / "cbs-stijl.yml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("value: 5", "value: 6"), encoding="utf-8")
    for what in (lambda: town.ask(name="other"), town.approve):
        with pytest.raises(CannotRelease, match="the policy cbs-stijl has changed"):
            what()
    policy.write_text(policy.read_text(encoding="utf-8").replace("threshold:", "treshold:"), encoding="utf-8")
    with pytest.raises(CannotRelease, match=r"(?s)policy cbs-stijl is faulty now; mend it: .*unknown rule 'treshold'"):
        town.ask(name="other")
    policy.unlink()
    with pytest.raises(CannotRelease, match=r"policy cbs-stijl is no longer there; put it back in data/policies/"):
        town.ask(name="other")


def test_release_that_was_stopped_before_its_line_was_written_is_finished_by_approving_again(town, monkeypatch):
    town.report()
    town.ask()

    def stopped(bundle, releases):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("gm_workbench.report.release_approval._write_history", stopped)
        with pytest.raises(KeyboardInterrupt):
            town.approve()
    assert town.approve().state == "approved, unsigned"
    assert len((town.paths.releases / "history.jsonl").read_text().splitlines()) == 1
    town.verify()


def test_bundle_that_somebody_put_beside_its_draft_is_not_taken_for_a_stopped_approval(town):
    """A copy of the draft with other bytes, right digests and an approval of its own: nobody approved it."""
    town.report()
    draft = town.ask()
    forged = town.paths.releases / "tilburg-2026"
    shutil.copytree(draft, forged)
    page = forged / "summary.html"
    page.write_text(page.read_text(encoding="utf-8") + "<p>more</p>", encoding="utf-8")
    resealed(forged)
    asked = read_bundle(forged)
    approval = {
        "schema": SCHEMA,
        "name": "tilburg-2026",
        "data_kind": str(asked.kind),
        "digest": asked.digest,
        "asked_by": asked.content["asked_by"],
        "approved_by": "Sem de Wit",
        "approved_at": "2026-11-27T10:00:00+00:00",
        "state": "approved, unsigned",
        "signer": "",
        "previous": FIRST,
    }
    (forged / "approval.json").write_text(json.dumps(approval), encoding="utf-8")
    with pytest.raises(BundleBroken, match="is not the draft of that name: nobody approved it"):
        town.approve()
    assert not (town.paths.releases / "history.jsonl").exists()


def test_stopped_approval_is_checked_anew(town, monkeypatch):
    """The reports changed since: what was stopped is not finished, and nothing is approved."""
    town.report()
    town.ask()
    with monkeypatch.context() as patch:
        patch.setattr("gm_workbench.report.release_approval._write_history", lambda *_: None)
        patch.setattr("gm_workbench.report.release_approval.remove_closed", lambda *_: None)
        town.approve()
    town.report(who={"all": 240, "homeless": 40, "lodging": 30})
    with pytest.raises(CannotRelease, match="have changed since it was asked for"):
        town.approve()
    assert not (town.paths.releases / "history.jsonl").exists()


def test_release_that_fails_halfway_leaves_the_draft_and_nothing_else(town, monkeypatch):
    town.report()
    town.ask()

    def full(*arguments):
        raise OSError("no space left")

    monkeypatch.setattr("gm_workbench.report.release_approval._write_approval", full)
    with pytest.raises(OSError, match="no space left"):
        town.approve()
    assert sorted(path.name for path in town.paths.releases.iterdir()) == [".drafts", ".lock"]
