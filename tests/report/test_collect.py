"""Three checkouts with three keys make one collection, and no record is shared; what is not sound is refused, all at once."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from gm_workbench.cli.main import gm
from gm_workbench.errors import CannotCollect
from gm_workbench.panel.collected import collected
from gm_workbench.report.collect import Gathered, collect
from gm_workbench.report.collection import read_collection
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind

from .conftest import DATA, NOON, Town, declared

pytestmark = [
    pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed"),
    pytest.mark.untraced,
]

PLACES = {"GM0855": ("Sem de Wit", 2.9), "GM0363": ("Aya Bakr", 1.1), "GM0307": ("Tom Vos", -0.4)}
STUDY, OTHER = "tilburg_single_mothers", "amersfoort_upward_mobility"


def records_of(place):
    """Draw numbers of the assumed test range (9999.....) with scores, and the pseudonyms under this place's own key."""
    drawn = [f"9999{at:04d}" for at in range(int(place[2:]) * 3, int(place[2:]) * 3 + 160)]
    remainders = [sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), one, strict=True)) % 11 for one in drawn]
    numbers = [one + str(last) for one, last in zip(drawn, remainders, strict=True) if last < 10]
    key = hashlib.sha256(place.encode()).digest()
    return numbers, [hmac.new(key, one.encode(), "sha256").hexdigest()[:16] for one in numbers]


class Checkout(Town):
    """A checkout of one municipality: its records, its key, its reports."""

    def __init__(self, root, place, keys):
        super().__init__(root)
        self.place, self.keys = place, keys
        numbers, pseudonyms = records_of(place)
        folder = self.paths.raw / place
        folder.mkdir(parents=True)
        rows = "".join(
            f"{number};{pseudonym};Jansen;1981-02-03\n" for number, pseudonym in zip(numbers, pseudonyms, strict=True)
        )
        (folder / "caseload.csv").write_text(rows, encoding="utf-8")
        self.n = len(numbers)

    def other_study(self, name, *, period="", **who):
        """Release counts of another study, which has no estimate here."""
        self.report(self.place, study=OTHER, period=period, who=who)
        self.ask("/".join(filter(None, (OTHER, self.place, period.replace("/", "_")))), name=name)
        by = PLACES[self.place][0]
        return self.approve(name, by, now=NOON, key=self.keys / by, allowed=self.keys / "allowed_signers").folder

    def bundle(self, name, *, signed=True, draft=False, later=0, kind=DataKind.REAL, about="", who=None, **estimate):
        by, value = PLACES[self.place]
        cell = {"n": self.n, "value": value, "low": value - 3.1, "high": value + 3.1, "se": 1.6} | estimate
        self.report(about or self.place, kind=kind, estimate=cell, who=who or {"all": self.n})
        made = self.ask(f"{STUDY}/{about or self.place}", name=name)
        if draft:
            return made
        key = {"key": self.keys / by, "allowed": self.keys / "allowed_signers"} if signed else {}
        return self.approve(name, by, kind=kind, now=NOON + timedelta(days=later), **key).folder


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    lines = []
    for by, _ in PLACES.values():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / by], check=True)
        public = (folder / f"{by}.pub").read_text(encoding="utf-8").strip()
        lines.append(f'{by.lower().replace(" ", "-")} namespaces="gm-release" {public}\n')
    (folder / "allowed_signers").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def sent(tmp_path_factory, keys):
    """Every bundle that is sent, each from a checkout of its own."""

    def one(name, place="GM0855", **more):
        return Checkout(tmp_path_factory.mktemp("checkout") / "p", place, keys).bundle(name, **more)

    return {
        "tilburg": one("tilburg-2026"),
        "amsterdam": one("amsterdam-2026", "GM0363"),
        "amersfoort": one("amersfoort-2026", "GM0307"),
        "corrected": one("tilburg-corrected", later=1, value=2.4),
        "unsigned": one("tilburg-unsigned", signed=False),
        "draft": one("tilburg-draft", draft=True),
        "euros": one("amsterdam-euros", "GM0363", unit="euro"),
        "made_up": one("synthetic-demo", "GM0307", kind=DataKind.SYNTHETIC, about="GM9901"),
        "hidden": one("amersfoort-hidden", "GM0307", n=6),
    }


@pytest.fixture
def house(tmp_path, keys, sent, monkeypatch):
    """The checkout of who collects, and what is sent to it."""
    monkeypatch.setattr("gm_workbench.report.collect_parts.load_protocol", lambda study, *_: declared(study))
    town = Town(tmp_path)
    for part in ("protocols", "codes"):
        shutil.copytree(DATA / part, town.paths.root / "data" / part)
    shutil.copyfile(keys / "allowed_signers", town.paths.policies / "allowed_signers")
    town.folder = town.paths.collections / "spring-2027"
    town.sent = sent

    def gathered(*names, name="spring-2027", **more):
        return collect(Gathered(name, tuple(sent[one] for one in names), **more), town.paths, NOON)

    town.collect = gathered
    return town


def bytes_in(folder):
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


def state(folder):
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def test_three_checkouts_with_three_keys_make_one_collection_and_no_record_is_shared(house):
    made = house.collect("tilburg", "amsterdam", "amersfoort")
    assert [(part["release"], part["signature"], part["state"]) for part in made.content["parts"]] == [
        ("amersfoort-2026", "signed by tom-vos", "approved, signed"),
        ("amsterdam-2026", "signed by aya-bakr", "approved, signed"),
        ("tilburg-2026", "signed by sem-de-wit", "approved, signed"),
    ]
    rows = list(csv.DictReader((house.folder / "estimates.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["place"], float(row["estimate"])) for row in rows] == [("GM0307", -0.4), ("GM0363", 1.1), ("GM0855", 2.9)]
    assert made.content["missing"] == []
    everything = bytes_in(house.paths.root / "collections")
    assert b"tilburg_single_mothers" in everything
    for place in PLACES:
        numbers, pseudonyms = records_of(place)
        assert [one for one in (*numbers, *pseudonyms, "Jansen", "1981-02-03") if one.encode() in everything] == []


def test_collection_is_closed_and_the_same_whatever_the_order(house):
    first = state(house.collect("tilburg", "amsterdam").folder)
    assert {one.stat().st_mode & 0o222 for one in (house.folder, *house.folder.rglob("*"))} == {0}
    other = house.collect("amsterdam", "tilburg", name="other-2027").folder
    for name in ("estimates.csv", *(name for name in first if name.startswith("parts/"))):
        assert (other / name).read_bytes() == first[name]
    kept = first["parts/" + next(iter((house.folder / "parts").glob("tilburg-*"))).name + "/checksums.sha256"]
    assert kept == (house.sent["tilburg"] / "checksums.sha256").read_bytes()


def test_collection_is_read_for_analyses_over_places(house):
    house.collect("tilburg", "amsterdam")
    rows = collected("spring-2027", STUDY, where=house.paths)
    assert rows[["place", "estimate", "standard_error"]].to_numpy().tolist() == [["GM0363", 1.1, 1.6], ["GM0855", 2.9, 1.6]]
    assert rows.attrs["kind"] is DataKind.REAL
    assert len(collected("spring-2027", "amersfoort_upward_mobility", where=house.paths)) == 0


def test_collection_that_was_changed_is_read_by_nobody(house):
    house.collect("tilburg")
    house.folder.chmod(0o755)
    (house.folder / "raw").mkdir()
    with pytest.raises(CannotCollect, match="raw/: a folder without a file"):
        house.collect("amsterdam")
    (house.folder / "raw").rmdir()
    file = house.folder / "estimates.json"
    file.chmod(0o644)
    file.write_text(file.read_text(encoding="utf-8").replace("2.9", "9.9"), encoding="utf-8")
    for read in (lambda: collected("spring-2027", where=house.paths), lambda: house.collect("amsterdam")):
        with pytest.raises(CannotCollect, match="not what was put in it"):
            read()
    with pytest.raises(CannotCollect, match="There is no collection autumn-2027"):
        collected("autumn-2027", where=house.paths)


def test_everything_that_is_wrong_is_told_at_once_and_nothing_changes(house):
    house.collect("tilburg")
    before = state(house.folder)
    with pytest.raises(CannotCollect) as told:
        house.collect("corrected", "draft", "unsigned", "euros", "made_up")
    for words in (
        "tilburg-draft: it is a draft, which nobody approved",
        "tilburg-unsigned: it is not signed, so it could be anybody's",
        f"{STUDY}/GM0855 is in tilburg-2026 and in tilburg-corrected",
        "real and synthetic data never come together",
        ": unit differs, so these are not estimates of one thing: GM0363 euro; GM0855 points",
    ):
        assert words in str(told.value)
    assert state(house.folder) == before
    assert [one.name for one in house.paths.collections.iterdir() if one.name.startswith(".")] in ([], [".lock"])


def test_unsigned_bundle_is_taken_when_that_is_said_and_it_is_written_down(house):
    (part,) = house.collect("unsigned", unsigned=True).content["parts"]
    assert (part["signature"], part["state"]) == ("unsigned", "approved, unsigned")


def test_signature_of_a_key_that_is_not_allowed_here_is_refused(house):
    allowed = house.paths.policies / "allowed_signers"
    allowed.write_text("".join(line for line in allowed.read_text().splitlines(True) if "aya" not in line))
    with pytest.raises(CannotCollect, match="amsterdam-2026: The signature is not one of aya-bakr"):
        house.collect("tilburg", "amsterdam")
    assert not house.folder.exists()


def test_bundle_that_was_touched_on_its_way_is_refused(house, tmp_path):
    copy = tmp_path / "on-its-way"
    shutil.copytree(house.sent["tilburg"], copy, copy_function=shutil.copyfile)
    for one in (copy, *copy.rglob("*")):
        one.chmod(0o755)
    file = copy / "reports" / STUDY / "GM0855" / "estimates.json"
    file.write_text(file.read_text().replace("2.9", "3.9"))
    (copy / "caseload.csv").write_text("a\n")
    house.sent = {}
    with pytest.raises(CannotCollect, match=r"(?s)caseload\.csv: not one of its files.*estimates\.json: changed"):
        collect(Gathered("spring-2027", (copy,)), house.paths, NOON)


def test_what_is_no_bundle_is_refused(house, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(house.sent["tilburg"])
    packed = Path(shutil.make_archive(str(tmp_path / "tilburg-2026"), "zip", house.sent["tilburg"]))
    for what in (link, tmp_path / "gone", house.paths.policies, packed):
        with pytest.raises(CannotCollect, match="no bundle of gm release") as told:
            collect(Gathered("spring-2027", (what,)), house.paths, NOON)
        assert ("unpack it first" in str(told.value)) is (what == packed)


def test_other_protocols_and_policies_than_those_here_are_refused(house, monkeypatch):
    monkeypatch.setattr("gm_workbench.report.collect_parts.load_protocol", load_protocol)
    protocol = house.paths.protocols / f"{STUDY}.yml"
    protocol.write_text(protocol.read_text(encoding="utf-8").replace("value: 38,", "value: 39,"), encoding="utf-8")
    policy = house.paths.policies / "cbs-stijl.yml"
    policy.unlink()
    with pytest.raises(
        CannotCollect, match=r"(?s)its protocol \(version 1\) is not the one.*its policy cbs-stijl is not the one"
    ):
        house.collect("tilburg")


def test_correction_takes_the_place_of_what_was_there_and_never_the_other_way_round(house):
    house.collect("tilburg", "amsterdam")
    made = house.collect("corrected", replace=True)
    assert [part["release"] for part in made.content["parts"]] == ["amsterdam-2026", "tilburg-corrected"]
    assert collected("spring-2027", where=house.paths)["estimate"].tolist() == [1.1, 2.4]
    assert [(one["what"], one["release"]) for one in made.content["changes"]][-2:] == [
        ("out", "tilburg-2026"),
        ("in", "tilburg-corrected"),
    ]
    with pytest.raises(CannotCollect, match="tilburg-2026 was approved no later than tilburg-corrected"):
        house.collect("tilburg", replace=True)


def test_place_that_is_withdrawn_leaves_no_number_behind(house):
    house.collect("tilburg", "amsterdam")
    made = house.collect(withdraw=("GM0363",), reason="asked by the municipality")
    assert [part["release"] for part in made.content["parts"]] == ["tilburg-2026"]
    assert [(row["place"], row["reason"]) for row in made.content["withdrawn"]] == [("GM0363", "asked by the municipality")]
    assert not list((house.folder / "parts").glob("amsterdam*"))
    assert b"GM0363" not in (house.folder / "estimates.csv").read_bytes()
    with pytest.raises(CannotCollect, match="GM0363 was withdrawn; say --replace if it comes back"):
        house.collect("amsterdam")
    assert house.collect("amsterdam", replace=True).content["withdrawn"] == []


@pytest.mark.parametrize(
    ("withdraw", "reason", "told"),
    [
        (("GM0855",), " ", "give a reason"),
        (("GM0307",), "x", "GM0307 is not in the collection"),
        pytest.param(("GM0855",), "x", "nothing would be left", marks=pytest.mark.proof),
    ],
)
def test_withdrawing_needs_a_reason_a_place_and_something_that_stays(house, withdraw, reason, told):
    house.collect("tilburg")
    with pytest.raises(CannotCollect, match=told):
        house.collect(withdraw=withdraw, reason=reason)


def test_what_is_missing_is_listed_by_place_and_study(house):
    made = house.collect("tilburg", "hidden", places=("GM0363",), studies=("amersfoort_upward_mobility",))
    told = [(row["study"].partition("_")[0], row["place"], row["what"].split(" ", 1)[1]) for row in made.content["missing"]]
    assert told == [
        *(("amersfoort", place, "report") for place in ("GM0307", "GM0363", "GM0855")),
        ("tilburg", "GM0307", "is withheld"),
        ("tilburg", "GM0363", "report"),
    ]
    assert made.content["expected"] == {"places": ["GM0363"], "studies": ["amersfoort_upward_mobility"]}


def test_total_minus_all_other_places_is_refused_when_it_leaves_a_few(house, keys, tmp_path):
    """A municipality counted everybody; one that became part of it had counted its own in another study, in two parts."""
    mergers = house.paths.codes / "mergers.csv"
    mergers.write_text("old_code,new_code,day,source\nGM0307,GM0855,2027-01-01,x\n")
    whole = Checkout(tmp_path / "whole", "GM0855", keys).bundle("whole", who={"all": 157})
    part = Checkout(tmp_path / "part", "GM0307", keys).other_study("part", women=100, men=52)
    made = collect(Gathered("spring-2027", (part,)), house.paths, NOON)
    with pytest.raises(CannotCollect, match=r"persons away, total: .*GM0855.* − .*GM0307.*\(women \+ men\).* = <10 persons"):
        collect(Gathered("spring-2027", (whole,)), house.paths, NOON)
    assert read_collection(house.folder).content == made.content


@pytest.mark.parametrize(("period", "refused"), [("2024-07/2025-06", True), ("2025-01/2025-12", False)])
def test_total_is_held_against_places_that_tell_other_months_when_they_share_some(house, keys, tmp_path, period, refused):
    """The municipality tells of 2024; one that became part of it of other months, which leave five persons."""
    mergers = house.paths.codes / "mergers.csv"
    mergers.write_text("old_code,new_code,day,source\nGM0307,GM0855,2027-01-01,x\n")
    whole = Checkout(tmp_path / "whole", "GM0855", keys).bundle("whole", who={"all": 157})
    part = Checkout(tmp_path / "part", "GM0307", keys).other_study("part", period=period, women=100, men=52)
    asked = Gathered("spring-2027", (part, whole))
    if not refused:
        assert len(collect(asked, house.paths, NOON).content["parts"]) == 2
        return
    with pytest.raises(CannotCollect, match=r"persons away, total: .*GM0855 2024-01/2024-12.* − .*GM0307 .* = <10 persons"):
        collect(asked, house.paths, NOON)
    assert not house.folder.exists()


def test_synthetic_collection_says_so_in_its_name(house):
    with pytest.raises(CannotCollect, match=r"must be called synthetic-\.\.\."):
        house.collect("made_up")
    assert house.collect("made_up", name="synthetic-demo").content["data_kind"] == "synthetic"
    with pytest.raises(CannotCollect, match="must be called without a kind"):
        house.collect("tilburg", name="synthetic-real")


@pytest.mark.parametrize("name", ["", "../x", ".x", "A", "a/b"])
def test_name_of_a_collection_is_a_safe_name_of_a_folder(house, name):
    with pytest.raises(CannotCollect, match="The name of a collection must be"):
        house.collect("tilburg", name=name)


def test_writer_that_was_killed_leaves_the_old_collection(house):
    house.collect("tilburg")
    before = state(house.folder)
    (house.paths.collections / ".spring-2027.new-1" / "parts").mkdir(parents=True)
    house.folder.rename(house.paths.collections / ".spring-2027.old")
    with pytest.raises(CannotCollect, match="is in it already"):
        house.collect("tilburg")
    assert state(house.folder) == before
    assert sorted(one.name for one in house.paths.collections.iterdir() if one.is_dir()) == ["spring-2027"]


@pytest.mark.proof  # what a killed writer leaves is tested above
def test_disk_that_fills_up_leaves_the_old_collection(house, monkeypatch):
    house.collect("tilburg")
    before = state(house.folder)

    def full(*_):
        raise OSError

    monkeypatch.setattr("gm_workbench.report.collection.close", full)
    with pytest.raises(OSError):
        house.collect("amsterdam")
    assert state(house.folder) == before
    assert read_collection(house.folder).content["name"] == "spring-2027"


def test_collect_as_it_is_typed(house, monkeypatch):
    monkeypatch.setenv("GM_ROOT", str(house.paths.root))

    def call(*words):
        return CliRunner().invoke(gm, ["collect", *map(str, words)])

    assert call().output == "There are no collections yet.\n"
    made = call(house.sent["tilburg"], "--into", "spring-2027", "--expect", "GM0363")
    assert made.exit_code == 0, made.output
    assert "spring-2027: real data, in collections/spring-2027" in made.output
    assert f"GM0363  {STUDY}  no report" in made.output
    assert call("--into", "spring-2027").output == made.output
    assert json.loads(call("--into", "spring-2027", "--json").output)["schema"] == 1
    assert json.loads(call("--json").output) == [{"name": "spring-2027", "data": "real", "bundles": 1, "missing": 1}]
    refused = call(house.sent["draft"], "--into", "spring-2027")
    assert (refused.exit_code, "Traceback" in refused.output) == (45, False)
    assert call(house.sent["tilburg"]).exit_code == 2
    assert "Example:\n    gm collect" in call("--help").output


def test_git_ignores_collections():
    assert "/collections/" in (Path(__file__).parents[2] / ".gitignore").read_text(encoding="utf-8").splitlines()
