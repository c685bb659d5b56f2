from __future__ import annotations

import subprocess

from gm_workbench.batch.provenance import UNKNOWN, origin
from gm_workbench.settings import Paths


def git(folder, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_origin_of_an_unpacked_archive_has_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    made_with = origin(Paths(tmp_path))
    assert (made_with.commit, made_with.dirty, made_with.lock) == (UNKNOWN, False, "")


def test_origin_is_dirty_when_what_decides_a_report_differs_from_the_commit(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "notebooks").mkdir()
    notebook, lock, other = tmp_path / "notebooks" / "a.ipynb", tmp_path / "requirements.lock", tmp_path / "notes.txt"
    for file in (notebook, lock, other):
        file.write_text("1", encoding="utf-8")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")
    clean = origin(Paths(tmp_path))
    other.write_text("2", encoding="utf-8")
    assert (len(clean.commit), clean.dirty, origin(Paths(tmp_path)).dirty) == (40, False, False)
    assert len(clean.lock) == 64
    notebook.write_text("2", encoding="utf-8")
    assert origin(Paths(tmp_path)).dirty
