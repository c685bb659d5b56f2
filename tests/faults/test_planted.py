"""Marks of persons in every table of a delivery are found nowhere in what a batch leaves, whatever a notebook does."""

from __future__ import annotations

import base64
import gzip
import io
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import pytest

from gm_workbench.batch.attempts import State
from gm_workbench.batch.plan import Wish
from gm_workbench.guard.scan import scan_folder
from gm_workbench.report.release_approval import Consent, approve
from gm_workbench.report.release_asking import Asked, ask
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind

from .planted import BORN, MARKS, NAME, NUMBER, PLACE, WORLD, deliver, marked, marks_in, parts, persons_of

REPOSITORY = Path(__file__).resolve().parents[2]
STUDY, PERIOD = "tilburg_single_mothers", "2025-10/2025-12"
STUDIES = ("amersfoort_upward_mobility", "amsterdam_supervisor_cascade", "tilburg_single_mothers")

CLUMSY = """
import logging, warnings
from dataclasses import replace
raw = (paths().delivery_of(place, world) / "caseload.csv").read_text(encoding="utf-8-sig")
print(raw)
logging.getLogger("study").warning(raw)
tables = checked_tables(place, world, paths()).tables
cells = (Cell("all", "n", Measure.COUNT, n),)
"""
SHOWS = f"""
told = replace(words, id="more", role=Role.SECTION, caption=same("Persoon {NUMBER}"), labels={{"all": same("{BORN}")}})
show(Output(told, cells))
"""
ENDS = {
    "nothing else": ("pass", State.DONE, ""),
    "an error that quotes": ("{}[raw]", State.FAILED, "KeyError"),
    "a number in a caption and a day in the name of a row": (SHOWS, State.FAILED, "person number"),
}


@pytest.fixture(scope="module")
def small(declared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the delivery once, with few persons."""
    root = tmp_path_factory.mktemp("planted")
    shutil.copytree(declared, root / "data")
    return deliver(Paths(root), persons=30)


def test_every_table_of_the_delivery_holds_the_marks(small):
    tables = sorted(small.glob("*.csv"))
    assert len(tables) > 15
    assert all({NUMBER, NAME, BORN} <= marks_in(table.read_bytes(), frozenset()) for table in tables if _has_rows(table))
    assert all(table.read_text(encoding="utf-8-sig").splitlines()[0].endswith(";".join(MARKS)) for table in tables)
    assert len(persons_of(small)) == 31


def _has_rows(table: Path) -> bool:
    return len(table.read_text(encoding="utf-8-sig").splitlines()) > 1


def test_marks_are_found_nowhere_whatever_a_notebook_does(town, make, small, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(town.paths.root / "temporary"))
    Path(tempfile.gettempdir()).mkdir()
    there = Path(shutil.copytree(small, town.paths.synthetic / WORLD / PLACE))
    ended = {}
    for what, (does, _, _) in ENDS.items():
        town.write(CLUMSY, does)
        (result,) = make(town, wishes=[Wish(STUDY, PLACE, period=PERIOD)], again=True).results
        ended[what] = (result.outcome.state, result.outcome.reason)
    assert {what: state for what, (state, _) in ended.items()} == {what: state for what, (_, state, _) in ENDS.items()}
    assert all(why in ended[what][1] for what, (_, _, why) in ENDS.items())
    assert len(list(town.paths.reports.rglob("report.html"))) == 1  # the first, which still stands
    release(town)
    town.write()  # the last notebook had a day of birth in its code
    assert marked(town.paths.root, there, persons_of(there)) == {}
    assert scan_folder(town.paths.reports) == ()
    assert scan_folder(town.paths.releases) == ()


def release(town):
    """Release the one report that stands there, with two pairs of eyes; the code of its notebook is in it."""
    (page,) = town.paths.reports.rglob("report.html")
    told = page.parent.relative_to(town.paths.reports).as_posix()
    ask(Asked("synthetic-planted", (told,), "Noor Bakker", "to look for marks"), town.paths)
    bundle = approve(Consent("synthetic-planted", "Sem de Wit", DataKind.SYNTHETIC), town.paths)
    assert bundle.state == "approved as synthetic, unsigned"


def zipped(body: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("reports/x.csv"), body, zipfile.ZIP_DEFLATED
        )  # it bears no time: workers would name the test differently
    return made.getvalue()


def png(kind: bytes, body: bytes) -> bytes:
    blocks = ((kind, body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(one)) + name + one + bytes(4) for name, one in blocks)


@pytest.mark.parametrize(
    "data",
    [
        b"x " + NUMBER.encode(),
        NUMBER.encode("utf-16"),
        b"900.000.175",
        struct.pack("<d", float(NUMBER)),
        gzip.compress(NUMBER.encode(), mtime=0),  # with the time, workers would name this test differently
        zipped(NUMBER.encode()),
        zipped(png(b"tEXt", b"x\x00" + NUMBER.encode())),
        png(b"zTXt", b"x\x00\x00" + zlib.compress(NUMBER.encode())),
        b'<img src="data:image/png;base64,' + base64.b64encode(png(b"tEXt", b"x\x00" + NUMBER.encode())) + b'">',
        b"%PDF stream\n" + zlib.compress(b"(" + NUMBER.encode() + b") Tj") + b"\nendstream",
    ],
)
def test_search_finds_a_mark_however_it_is_packed(data):
    assert any(NUMBER in marks_in(part, frozenset()) for part in parts(data))


CHAIN = (
    ("run", "--workers", "1"),
    ("scan",),
    ("release", "synthetic-planted", *(f"{study}/{PLACE}" for study in STUDIES), "--asked-by", "Noor Bakker", "--reason", "x"),
    ("release", "synthetic-planted", f"{STUDIES[1]}/{PLACE}", "--asked-by", "Noor Bakker", "--reason", "x"),
    ("release", "approve", "synthetic-planted", "--by", "Sem de Wit", "--kind", "synthetic"),
    ("release", "verify", "synthetic-planted"),
    ("collect", "releases/synthetic-planted", "--into", "synthetic-planted", "--accept-unsigned"),
    ("scan", "reports", "releases", "collections"),
)
"""What a municipality does, from a delivery to a collection."""

REFUSED = 41  # all three reports of so small a place beside each other; the rows that would mend it are proposed


@pytest.mark.proof
def test_marks_are_found_nowhere_after_every_study_was_run_released_and_collected(town):
    root = town.paths.root
    shutil.rmtree(town.paths.notebooks)
    shutil.copytree(REPOSITORY / "notebooks", town.paths.notebooks)
    there = deliver(town.paths)
    for folder in ("home", "temporary"):
        (root / folder).mkdir()
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setenv("HOME", str(root / "home"))
        elsewhere.setenv("TMPDIR", "/".join((os.fspath(root), "temporary")))
        done = [town.gm(*words) for words in CHAIN]
    assert [one.returncode for one in done] == [0, 0, REFUSED, 0, 0, 0, 0, 0], [one.stderr for one in done]
    assert {path.parent.parent.name for path in town.paths.reports.rglob("report.html")} >= set(STUDIES)
    for folder in (town.paths.releases / "synthetic-planted", town.paths.collections / "synthetic-planted"):
        assert list(folder.rglob("report.html"))
    shutil.make_archive(str(root / "packed"), "zip", town.paths.releases / "synthetic-planted")
    persons = persons_of(there)
    assert marked(root, there, persons) == {}
    assert [marks_in(said.encode(), persons) for one in done for said in (one.stdout, one.stderr)] == [set()] * 2 * len(done)
