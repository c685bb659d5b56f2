import hashlib
import json

import nbformat
import pytest

from gm_workbench.errors import DisclosureRefused
from gm_workbench.outputs.output import plain
from gm_workbench.report import write
from gm_workbench.report.write import write_report
from gm_workbench.vocabulary.text import same


@pytest.fixture
def small(shapes, release_of):
    return release_of(shapes["facts"](), shapes["flow"]())


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "reports" / "tilburg_single_mothers" / "GM0855"


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_report_is_written_with_every_file_of_the_contract(folder, small, manifest, protocol):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Vraag")])
    write_report(folder, small, manifest, protocol, notebook)
    assert names(folder) == [
        "checksums.sha256",
        "estimates.json",
        "guard.json",
        "manifest.json",
        "outputs/facts.csv",
        "outputs/flow.csv",
        "report.en.html",
        "report.html",
        "report.ipynb",
    ]
    assert [path.name for path in folder.parent.iterdir()] == ["GM0855"]


def test_checksums_cover_every_other_file(folder, small, manifest, protocol):
    write_report(folder, small, manifest, protocol)
    lines = [line.split("  ") for line in (folder / "checksums.sha256").read_text().splitlines()]
    assert [name for _, name in lines] == [name for name in names(folder) if name != "checksums.sha256"]
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for digest, name in lines)


def test_times_stand_in_the_manifest_only_so_that_a_rerun_gives_the_same_bytes(folder, small, manifest, protocol):
    write_report(folder, small, manifest, protocol, times={"started": "2026-01-01T10:00", "finished": "2026-01-01T10:01"})
    first = {name: (folder / name).read_bytes() for name in names(folder)}
    write_report(folder, small, manifest, protocol, times={"started": "2026-02-02T10:00", "finished": "2026-02-02T10:01"})
    changed = {name for name in names(folder) if (folder / name).read_bytes() != first[name]}
    assert changed == {"manifest.json", "checksums.sha256"}
    assert json.loads((folder / "manifest.json").read_text())["finished"] == "2026-02-02T10:01"


def test_new_report_replaces_the_old_one_whole(folder, shapes, small, release_of, manifest, protocol):
    write_report(folder, small, manifest, protocol)
    write_report(folder, release_of(shapes["absent"](), shapes["facts"]()), manifest, protocol)
    assert [name for name in names(folder) if name.startswith("outputs/")] == ["outputs/facts.csv"]


def test_reports_on_other_periods_inside_the_folder_are_kept(folder, small, manifest, protocol):
    write_report(folder, small, manifest, protocol)
    write_report(folder / "2023-01_2023-12", small, manifest, protocol)
    write_report(folder, small, manifest, protocol)
    assert (folder / "2023-01_2023-12" / "report.html").is_file()


def test_failure_while_writing_keeps_the_old_report(folder, small, manifest, protocol, monkeypatch):
    write_report(folder, small, manifest, protocol)
    before = {name: (folder / name).read_bytes() for name in names(folder)}

    def full(folder, texts):
        folder.mkdir()
        (folder / "report.html").write_text("half")
        raise OSError("no space left")

    monkeypatch.setattr(write, "write_texts", full)
    with pytest.raises(OSError, match="no space left"):
        write_report(folder, small, manifest, protocol)
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before
    assert [path.name for path in folder.parent.iterdir()] == ["GM0855"]


def test_failure_while_swapping_puts_the_old_report_back(folder, small, manifest, protocol, monkeypatch, tmp_path):
    write_report(folder, small, manifest, protocol)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        write.replace_folder(folder, tmp_path / "nowhere")
    assert (folder / "report.html").is_file()
    assert [path.name for path in folder.parent.iterdir()] == ["GM0855"]


def test_text_that_looks_like_a_record_is_refused_and_nothing_written(folder, shapes, release_of, manifest, protocol):
    # 999990019: nine digits that pass the eleven test (9*9+8*9+7*9+6*9+5*9+4*0+3*0+2*1-9 = 308 = 28*11)
    shown = shapes["flow"](sentence=plain(same("Persoon 999990019 viel af.")))
    with pytest.raises(DisclosureRefused, match="person number") as refused:
        write_report(folder, release_of(shown), manifest, protocol)
    assert "999990019" not in str(refused.value)
    assert "report.html:" in str(refused.value)
    assert not folder.exists()
    assert "Nine digits that may be the number of a person." in str(refused.value)


@pytest.mark.parametrize(("name", "rule"), [("extra.parquet", "unknown type of file"), ("wie-999990019.txt", "person number")])
def test_whole_folder_is_scanned_before_it_is_put_in_place(folder, small, manifest, protocol, monkeypatch, name, rule):
    write_report(folder, small, manifest, protocol)
    before, written = names(folder), write.write_texts

    def more(fresh, texts):
        written(fresh, texts)
        (fresh / name).write_bytes(b"PAR1")

    monkeypatch.setattr(write, "write_texts", more)
    for put in (lambda: write_report(folder, small, manifest, protocol), lambda: write.rewrite(folder, {})):
        with pytest.raises(DisclosureRefused, match=rule) as refused:
            put()
        assert "999990019" not in str(refused.value)
    assert names(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["GM0855"]
