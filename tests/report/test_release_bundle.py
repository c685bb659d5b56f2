"""Attacks on an approved bundle, on its history and on its signature: each is found."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import nbformat
import pytest

from gm_workbench.errors import ApprovalRefused, BundleBroken, CannotRelease, WorkbenchError
from gm_workbench.guard.protect import protect
from gm_workbench.report.csvfiles import csv_text
from gm_workbench.report.notebook import protected_notebook
from gm_workbench.report.release_approval import discard, overview, verify_release
from gm_workbench.report.release_asking import own_texts, read_reports
from gm_workbench.report.release_bundle import read_bundle
from gm_workbench.report.release_history import digest_of, head
from gm_workbench.report.release_printed import notebook_faults
from gm_workbench.report.release_reading import lines_of
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind

from .conftest import resealed, table

TILBURG = "tilburg_single_mothers/GM0855"
REPORT = f"reports/{TILBURG}"
needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


@pytest.fixture(scope="module")
def shelf(new_town, tmp_path_factory):
    """Two approved bundles, made once."""
    town = new_town(tmp_path_factory.mktemp("shelf"))
    for name, place in (("first", "GM0855"), ("second", "GM0363")):
        town.report(place, who={"all": 140, "homeless": 4, "lodging": 3})
        town.ask(f"tilburg_single_mothers/{place}", name=name)
        town.approve(name)
    return town.paths.releases


@pytest.fixture
def paths(shelf, tmp_path):
    """A copy of them that a test may spoil."""
    made = Paths(tmp_path)
    shutil.copytree(shelf, made.releases)
    for one in (made.releases, *made.releases.rglob("*")):
        one.chmod(0o700 if one.is_dir() else 0o600)
    return made


def edit(file, **changed):
    content = json.loads(file.read_text(encoding="utf-8")) | changed
    file.write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def append(file):
    file.write_bytes(file.read_bytes() + b" ")


def swap(file):
    other = file.parents[5] / "second" / "reports" / "tilburg_single_mothers" / "GM0363" / "outputs" / "who.csv"
    file.write_bytes(other.read_bytes().replace(b"140", b"150"))


def link(file):
    file.symlink_to("/etc/hostname")


ATTACKS = [
    (f"{REPORT}/report.html", append, r"report\.html: changed"),
    (f"{REPORT}/outputs/who.csv", swap, r"outputs/who\.csv: changed"),
    (f"{REPORT}/outputs/who.csv", lambda file: file.unlink(), r"outputs/who\.csv: missing"),
    (f"{REPORT}/outputs/extra.csv", lambda file: file.write_text("a\n"), r"outputs/extra\.csv: not one of its files"),
    (f"{REPORT}/more/raw", lambda folder: folder.mkdir(parents=True), r"GM0855/more/raw/: a folder without a file"),
    (f"{REPORT}/outputs/link.csv", link, r"outputs/link\.csv: a symbolic link"),
    ("summary.html", append, r"summary\.html: changed"),
    ("decisions.csv", lambda file: file.unlink(), r"decisions\.csv: missing"),
    ("checksums.sha256", append, r"checksums\.sha256: not sorted by path"),
    ("approval.json", lambda file: edit(file, approved_by="Ilse Vos"), "first: is not what history.jsonl says"),
    ("approval.json", lambda file: edit(file, approved_by="noor  BAKKER"), r"approval\.json: approved by who asked for it"),
    ("approval.json", lambda file: edit(file, state="approved, signed"), r"approval\.json: state is not that of the bundle"),
    ("approval.json", lambda file: edit(file, signer="sem-de-wit", state="approved, signed"), r"approval\.json\.sig: missing"),
    ("approval.json", lambda file: edit(file, why="more"), r"approval\.json: schema must be 1"),
    ("approval.json", lambda file: file.unlink(), "was not approved"),
    ("approval.json", lambda file: file.write_text("{"), r"not of the form of a bundle \(JSONDecodeError\)"),
    ("approval.json.sig", lambda file: file.write_text("x"), r"approval\.json\.sig: not expected"),
]


@pytest.mark.parametrize(("name", "attack", "found"), ATTACKS, ids=[f"{at}-{one[0]}" for at, one in enumerate(ATTACKS)])
def test_approved_bundle_that_was_touched_is_found(paths, name, attack, found):
    attack(paths.releases / "first" / name)
    with pytest.raises(BundleBroken, match=found):
        verify_release("first", paths)


def test_approved_bundle_that_was_sealed_again_is_not_what_was_approved(paths):
    folder = paths.releases / "first"
    append(folder / "summary.html")
    resealed(folder)
    with pytest.raises(BundleBroken, match=r"approval\.json: digest is not that of the bundle"):
        verify_release("first", paths)


def test_report_that_was_swapped_and_sealed_again_is_not_what_the_bundle_says(paths):
    folder = paths.releases / "first"
    csv = folder / REPORT / "outputs" / "who.csv"
    csv.write_bytes(csv.read_bytes().replace(b"140", b"150"))
    resealed(folder / REPORT)
    resealed(folder)
    with pytest.raises(BundleBroken, match=r"checksums is not what release\.json says"):
        read_bundle(folder)


def test_bundle_takes_in_nothing_that_belongs_to_no_report(paths):
    folder = paths.releases / "first"
    (folder / "persons.parquet").write_bytes(b"x")
    (folder / REPORT / "2020").mkdir()
    (folder / REPORT / "2020" / "raw.csv").write_text("a\n")
    resealed(folder)
    with pytest.raises(BundleBroken, match=r"(?s)persons\.parquet: nothing that belongs in a bundle.*2020/raw\.csv"):
        read_bundle(folder)


def test_bundle_of_another_schema_is_refused(paths):
    folder = paths.releases / "first"
    edit(folder / "release.json", schema=2)
    resealed(folder)
    with pytest.raises(BundleBroken, match=r"release\.json: schema must be 1"):
        read_bundle(folder)


def spoil(line, **changed):
    return json.dumps(json.loads(line) | changed, sort_keys=True, ensure_ascii=False)


def retold(lines):
    """Edit the first line, and put the digest of the edited one into the next."""
    edited = spoil(lines[0], asked_by="X Y")
    return [edited, spoil(lines[1], previous=digest_of(edited))]


HISTORIES = {
    "edited": (lambda lines: [spoil(lines[0], approved_by="Ilse Vos"), lines[1]], "line 2: does not follow on the line before"),
    "first taken out": (lambda lines: lines[1:], "line 1: does not follow"),
    "last taken out": (lambda lines: lines[:1], r"second: is not in history\.jsonl"),
    "turned": (lambda lines: lines[::-1], "line 1: does not follow"),
    "twice": (lambda lines: [lines[0], spoil(lines[0], previous=digest_of(lines[0]))], "line 2: first was approved before"),
    "key misspelt": (lambda lines: [lines[0], lines[1].replace('"state"', '"stat"')], "line 2: not a line of the history"),
    "empty": (lambda lines: lines[2:], r"second: is not in history\.jsonl"),
    "retold": (retold, r"second: is not what history\.jsonl says"),
}


@pytest.mark.parametrize("attack", HISTORIES)
def test_history_that_was_touched_is_found(paths, attack):
    change, found = HISTORIES[attack]
    file = paths.releases / "history.jsonl"
    file.write_text("".join(f"{line}\n" for line in change(file.read_text(encoding="utf-8").splitlines())), encoding="utf-8")
    with pytest.raises(BundleBroken, match=found):
        verify_release("second", paths)


def test_history_whose_bundle_was_removed_is_found(paths):
    shutil.rmtree(paths.releases / "first")
    with pytest.raises(BundleBroken, match=r"first: is in history\.jsonl, and its bundle is not there"):
        verify_release("second", paths)


def test_list_says_how_every_release_stands(paths):
    append(paths.releases / "first" / "summary.csv")
    assert [(row["name"], row["state"]) for row in overview(paths)] == [("first", "broken"), ("second", "approved, unsigned")]


def test_nothing_is_released_beside_a_broken_bundle(town, paths):
    town.report()
    append(paths.releases / "first" / "summary.csv")
    with pytest.raises(BundleBroken, match=r"summary\.csv: changed"):
        town.ask()


FORGED = {
    "manifest.json": {"kind": "real", "world": "", "seed": None},
    "guard.json": {"data_kind": "real"},
    "estimates.json": {"data_kind": "real"},
}


@pytest.mark.parametrize("forged", [("manifest.json",), ("manifest.json", "guard.json", "estimates.json")], ids=len)
def test_synthetic_report_whose_mark_was_changed_by_hand_is_found(town, forged):
    folder = town.report(kind=DataKind.SYNTHETIC)
    for name in forged:
        edit(folder / name, **FORGED[name])
    resealed(folder)
    with pytest.raises(
        CannotRelease, match=r"report\.html says that the data are synthetic, and manifest\.json that they are real"
    ):
        town.ask()


@pytest.mark.parametrize(
    ("found", "more"),
    [
        (
            r"guard\.json: outputs, number 1: verdict must be one of release, review, refuse, but got another text\. HINT: did",
            {"verdict": "relase"},
        ),
        ("who: the verdict is review, and it is shown", {"verdict": "review"}),
        (r"counts must be one of exact, rounded, but got another text\. HINT: did you mean exact", {"counts": "exakt"}),
    ],
)
def test_verdict_that_is_misspelt_or_contradicted_is_not_released(town, found, more):
    folder = town.report()
    judged = json.loads((folder / "guard.json").read_text(encoding="utf-8"))
    edit(folder / "guard.json", outputs=[judged["outputs"][0] | more, *judged["outputs"][1:]])
    resealed(folder)
    with pytest.raises(CannotRelease, match=found):
        town.ask()


ESTIMATE = {"n": 480, "value": 2.9, "low": -0.4, "high": 6.1, "se": 1.6}


@pytest.fixture(scope="module")
def estimated(new_town, tmp_path_factory):
    """A report with an estimate, made once; a test copies it."""
    made = new_town(tmp_path_factory.mktemp("estimated"))
    made.report(estimate=ESTIMATE, who={"all": 143, "women": 4, "men": 3})
    return made


@pytest.fixture
def forge(estimated, new_town, tmp_path):
    """Change a file of a copy of that report, make its digests anew, and give what `gm release` says."""

    def forged(name, change):
        shutil.copytree(estimated.paths.root, tmp_path / "forged")
        town = new_town.of(tmp_path / "forged")
        file = town.paths.reports / TILBURG / name
        before = file.read_text(encoding="utf-8")
        file.write_text(change(before), encoding="utf-8")
        assert file.read_text(encoding="utf-8") != before
        resealed(file.parents[name.count("/")])
        with pytest.raises(CannotRelease) as refused:
            town.ask()
        return str(refused.value)

    return forged


def otherwise(listed, **changed):
    def change(text):
        content = json.loads(text)
        content[listed][0] |= changed
        return json.dumps(content)

    return change


told_otherwise, judged_otherwise = partial(otherwise, "estimates"), partial(otherwise, "outputs")


def put(old, new):
    return lambda text: text.replace(old, new, 1)


TOLD = "estimates.json: estimates, number 1: "
FIRST = "is not what the first line of its output says"
ONE = "of a count, value and n are the same persons"
PRINTED = "part who: all × persons is printed otherwise than outputs/who.csv says"
FORGERIES = [
    ("estimates.json", told_otherwise(n=25_000_000), f"{TOLD}n must be a whole number of persons from 0 to 20,000,000"),
    ("estimates.json", told_otherwise(n=470), f"{TOLD}n {FIRST}"),
    ("estimates.json", told_otherwise(estimate=3.9), f"{TOLD}estimate {FIRST}"),
    ("estimates.json", told_otherwise(low=None), f"{TOLD}low {FIRST}"),
    ("estimates.json", told_otherwise(estimate=math.nan), f"{TOLD}estimate must be a number, but got a number"),
    ("estimates.json", told_otherwise(persons=["4711"]), f"{TOLD}holds 1 keys that nobody knows"),
    ("estimates.json", put('"withheld": []', '"withheld": ["x"]'), "withheld must name the estimands whose first number is"),
    ("manifest.json", put('"dirty": false', '"dirty": "4711"'), "dirty must be true or false, but got another text"),
    ("manifest.json", put('"seed"', '"rows": "4711", "seed"'), "manifest.json: holds 1 keys that nobody knows"),
    ("outputs/primary.csv", put("2.9", "3.9"), f"estimate {FIRST}"),
    ("outputs/primary.csv", put("480", "483"), "outputs/primary.csv, line 2: n must be rounded to 10"),
    ("outputs/who.csv", put(",143,", ",157,"), f"outputs/who.csv, line 2: {ONE}"),
    ("outputs/who.csv", put(",143,", ",141,"), f"report.html, {PRINTED}"),
    ("outputs/who.csv", put("<10", "nan"), "value must be a number, or <10 or – for a hidden one"),
    ("report.en.html", put(">143<", ">141<"), f"report.en.html, {PRINTED}"),
    ("guard.json", judged_otherwise(role="4711"), "guard.json: outputs, number 1: role must be one of answer, facts, flow,"),
    ("guard.json", judged_otherwise(shapes=["table", "4711"]), "shapes must be a list, each one of interval, tiles,"),
    ("guard.json", judged_otherwise(cells=True), "cells must be a whole number, 0 or more, but got true or false"),
    ("guard.json", judged_otherwise(withheld=0), "withheld must be true or false, but got a number"),
    ("guard.json", judged_otherwise(**{"4711": 1}), "guard.json: outputs, number 1: holds 1 keys that nobody knows"),
    ("guard.json", judged_otherwise(hidden=0), "outputs/who.csv: does not hide as many numbers as guard.json says"),
    ("guard.json", put('"threshold": 10', '"threshold": 3'), "value must be a number, or <3"),
    ("guard.json", put('"minimum_df": 10', '"minimum_df": 1'), "guard.json tells other rules than the policy"),
]


@pytest.mark.parametrize(("name", "change", "said"), FORGERIES, ids=[f"{at}-{one[0]}" for at, one in enumerate(FORGERIES)])
def test_forged_report_whose_digests_were_made_anew_is_refused_and_no_value_is_told(forge, name, change, said):
    refused = forge(name, change)
    assert said in refused
    assert "Make it anew with gm run, and ask again." in refused or "make the report anew" in refused
    assert [value for value in ("4711", "157", "141", "25000000") if value in refused] == []


def test_forged_number_in_the_notebook_of_a_report_is_found(policy):
    (shown,) = protect([table("who", {"all": 143, "women": 4, "men": 3}, DataKind.REAL)], policy).outputs
    placed = nbformat.v4.new_output("display_data", {"application/vnd.gm.output+json": {"id": "who"}})
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show(who)", outputs=[placed])])
    text = protected_notebook(made, [shown])
    about = [{"id": "who", "shapes": ["table"]}], {"who": lines_of(csv_text(shown).encode())}
    assert notebook_faults(text.encode(), *about) == []
    forged = text.replace(">143<", ">141<")
    assert notebook_faults(forged.encode(), *about) == [f"report.ipynb, cell 1, {PRINTED}"]
    assert notebook_faults(b"{}", *about) == ["report.ipynb: is no notebook as a report has it"]
    for strange in ("[people]", "4711"):
        (fault,) = notebook_faults(text.replace("[who]", strange).encode(), *about)
        assert fault == "report.ipynb, cell 1: a result that no report has"


def test_fictional_place_is_never_real(town):
    town.report("GM9901")
    with pytest.raises(CannotRelease, match="the code of a fictional place says that the data are synthetic"):
        town.ask("tilburg_single_mothers/GM9901")


def test_draft_that_was_touched_is_not_approved(town):
    town.report()
    draft = town.ask()
    (draft / "summary.html").write_text("all is well")
    resealed(draft)
    with pytest.raises(BundleBroken, match=r"does not say what is in it: summary\.html"):
        town.approve()
    discard("tilburg-2026", town.paths)
    assert overview(town.paths) == []


def test_two_releases_of_one_name_at_the_same_time_make_one(town):
    town.report()
    town.report("GM0363", who={"all": 250})
    asked = ("tilburg_single_mothers/GM0855", "tilburg_single_mothers/GM0363")

    def ask(report):
        try:
            return town.ask(report)
        except CannotRelease:
            return None

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(ask, asked))
    assert sum(one is not None for one in made) >= 1
    assert len(read_bundle(town.paths.releases / ".drafts" / "tilburg-2026").reports) == 1


def test_two_approvals_at_the_same_time_make_one(town):
    town.report()
    town.ask()

    def approve(by):
        try:
            return town.approve(by=by).state
        except WorkbenchError as error:
            return type(error).__name__

    with ThreadPoolExecutor(2) as pool:
        made = sorted(pool.map(approve, ("Sem de Wit", "Ilse Vos")))
    assert made == ["ApprovalRefused", "approved, unsigned"]
    assert len((town.paths.releases / "history.jsonl").read_text().splitlines()) == 1
    assert head(town.paths.releases) != 64 * "0"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A key of Sem and one of somebody else."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("sem", "noor", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name], check=True)
    return folder


def allow(town, keys, line='sem-de-wit namespaces="gm-release"'):
    (town.paths.policies / "allowed_signers").write_text(f"{line} {(keys / 'sem.pub').read_text()}")


@needs_ssh
def test_approval_with_a_key_is_signed_and_stays_so_after_the_key_expires(town, keys):
    allow(town, keys)
    town.report()
    town.ask()
    assert town.approve(key=keys / "sem").state == "approved, signed"
    allow(town, keys, 'sem-de-wit namespaces="gm-release",valid-before="20270101"')
    town.verify()
    allow(town, keys, 'sem-de-wit namespaces="gm-release",valid-before="20260101"')
    with pytest.raises(BundleBroken, match="The signature is not one of sem-de-wit that allowed_signers allows"):
        town.verify()
    folder = town.paths.releases / "tilburg-2026"
    folder.chmod(0o700)
    (folder / "approval.json.sig").chmod(0o600)
    (folder / "approval.json.sig").write_text("no signature")
    allow(town, keys)
    with pytest.raises(BundleBroken, match="The signature is not one of sem-de-wit"):
        town.verify()


def asked_as(town, by, **more):
    """Edit who asked in a draft as well as can be: every text is written anew, and every digest made again."""
    draft = town.paths.releases / ".drafts" / "tilburg-2026"
    content = json.loads((draft / "release.json").read_text(encoding="utf-8"))
    content = {key: value for key, value in (content | {"asked_by": by} | more).items() if value is not None}
    reports = read_reports([TILBURG], town.paths)
    for name, text in own_texts(content, reports, ()).items():
        (draft / name).write_text(text, encoding="utf-8")
    resealed(draft)


def test_name_of_who_asked_cannot_be_edited_without_making_everything_that_says_it_anew(town):
    town.report()
    draft = town.ask()
    edit(draft / "release.json", asked_by="Ilse Vos")
    with pytest.raises(BundleBroken, match=r"release\.json: changed"):
        town.approve(by="Noor Bakker")
    resealed(draft)
    with pytest.raises(BundleBroken, match=r"does not say what is in it: .*summary\.html"):
        town.approve(by="Noor Bakker")
    asked_as(town, "Ilse Vos")
    assert town.approve(by="Noor Bakker").state == "approved, unsigned"  # names can be invented: docs/release.md says so


@needs_ssh
def test_request_that_was_signed_cannot_be_put_in_another_name(town, keys):
    lines = [
        f'{who}-{last} namespaces="gm-release{more}" {(keys / f"{who}.pub").read_text()}'
        for who, last, more in (("sem", "de-wit", ""), ("noor", "bakker", "-request"))
    ]
    (town.paths.policies / "allowed_signers").write_text("".join(lines), encoding="utf-8")
    town.report()
    with pytest.raises(ApprovalRefused, match="The signature is not one of noor-bakker"):
        town.ask(key=keys / "other")
    draft = town.ask(key=keys / "noor")
    assert "Noor Bakker (signed)" in (draft / "summary.en.html").read_text(encoding="utf-8")
    for signer, found in (
        ("ilse-vos", "The signature is not one of ilse-vos"),
        ("noor-bakker", "signed by another than who asked for it"),
        (None, r"checksums\.sha256\.sig: not expected"),
    ):
        asked_as(town, "Ilse Vos", asked_signer=signer)
        with pytest.raises(BundleBroken, match=found):
            town.approve(by="Noor Bakker")
    discard("tilburg-2026", town.paths)
    town.ask(key=keys / "noor")
    assert town.approve(key=keys / "sem").state == "approved, signed"
    town.verify()
    signature = town.paths.releases / "tilburg-2026" / "checksums.sha256.sig"
    signature.parent.chmod(0o700)
    signature.unlink()
    with pytest.raises(BundleBroken, match=r"checksums\.sha256\.sig: missing"):
        town.verify()


@needs_ssh
def test_approval_with_a_key_that_is_not_allowed_is_refused_and_leaves_the_draft(town, keys):
    town.report()
    town.ask()
    with pytest.raises(ApprovalRefused, match=r'no file of allowed signers.*sem-de-wit namespaces="gm-release"'):
        town.approve(key=keys / "sem")
    allow(town, keys)
    (keys / "text").write_text("no key")
    for key, by, said in (
        ("other", "Sem de Wit", "The signature is not one of sem-de-wit"),
        ("sem", "Ilse Vos", "The signature is not one of ilse-vos"),
        ("nobody", "Sem de Wit", "There is no key nobody"),
        ("text", "Sem de Wit", "could not sign with text"),
    ):
        with pytest.raises(ApprovalRefused, match=said):
            town.approve(by=by, key=keys / key)
    for line in ('sem-de-wit namespaces="git"', 'sem-de-wit namespaces="gm-release",valid-before="20260101"'):
        allow(town, keys, line)
        with pytest.raises(ApprovalRefused, match="The signature is not one of sem-de-wit"):
            town.approve(key=keys / "sem")
    assert [row["state"] for row in overview(town.paths)] == ["draft"]


def test_approval_without_the_program_that_signs_says_so_plainly(town, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    town.report()
    town.ask()
    with pytest.raises(ApprovalRefused, match="ssh-keygen was not found on this machine"):
        town.approve(key=town.paths.root / "key")
    assert town.approve(now=datetime(2026, 11, 27, tzinfo=UTC)).state == "approved, unsigned"
