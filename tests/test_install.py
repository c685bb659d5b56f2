"""install.py, with the commands that it would run written down in place of run."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def installer(monkeypatch, tmp_path):
    spec = importlib.util.spec_from_file_location("install", ROOT / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    commands = []
    monkeypatch.setattr(module, "run", commands.append)
    monkeypatch.setattr(module, "make_environment", make_python(module))
    monkeypatch.setattr(module.shutil, "which", {}.get)
    monkeypatch.setenv("GM_VENV", str(tmp_path / "venv"))
    module.commands = commands
    return module


def make_python(module):
    def make(folder: Path) -> None:
        module.python_of(folder).parent.mkdir(parents=True, exist_ok=True)
        module.python_of(folder).touch()

    return make


def test_install_checks_every_hash_and_then_adds_the_project(installer, tmp_path):
    assert installer.main([]) == 0
    locked, project, check = installer.commands
    python = str(installer.python_of(tmp_path / "venv"))
    assert locked == [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "-r",
        str(ROOT / "requirements.lock"),
    ]
    assert project[-5:] == ["--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    assert check == [python, "-m", "pip", "check", "--quiet"]


def test_install_resolves_nothing_so_that_a_newer_version_of_a_package_cannot_break_it(installer):
    installer.main([])
    assert all("--no-deps" in command for command in installer.commands if "install" in command)


def test_install_uses_uv_when_it_is_there(installer, monkeypatch, tmp_path):
    monkeypatch.setattr(installer.shutil, "which", lambda name: f"/bin/{name}")
    installer.main([])
    assert installer.commands[0][:6] == [
        "/bin/uv",
        "pip",
        "install",
        "--quiet",
        "--python",
        str(installer.python_of(tmp_path / "venv")),
    ]


def test_install_does_nothing_when_it_is_current(installer):
    installer.main([])
    installer.commands.clear()
    assert installer.main([]) == 0
    assert installer.commands == []


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_install_is_done_again_when_what_it_rests_on_changes(installer, monkeypatch, tmp_path, changed):
    installer.main([])
    installer.commands.clear()
    for name in ("requirements.lock", "pyproject.toml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("==", "===", 1).replace('version = "', 'version = "9.', 1), encoding="utf-8")
    monkeypatch.setattr(installer, "LOCK", tmp_path / changed if changed == "requirements.lock" else installer.LOCK)
    monkeypatch.setattr(installer, "ROOT", tmp_path if changed == "pyproject.toml" else installer.ROOT)
    installer.main([])
    assert len(installer.commands) == 3


def test_install_is_done_again_after_it_was_broken_off(installer, monkeypatch):
    def broken(command):
        raise installer.InstallError("no space")

    monkeypatch.setattr(installer, "run", broken)
    assert installer.main([]) == 1
    monkeypatch.setattr(installer, "run", installer.commands.append)
    installer.main([])
    assert len(installer.commands) == 3


def fill(installer, house, monkeypatch):
    """Let the command that fills a wheelhouse leave one wheel there."""

    def run(command):
        installer.commands.append(command)
        if "wheel" in command:
            (house / "yattag-1.16.1-py3-none-any.whl").write_bytes(b"wheel")

    monkeypatch.setattr(installer, "run", run)
    assert installer.main(["--make-wheelhouse", str(house)]) == 0


def test_wheelhouse_is_filled_with_hashes_checked_and_locks_what_it_holds(installer, tmp_path, monkeypatch):
    house = tmp_path / "house"
    house.mkdir()
    (house / "left-1.0-py3-none-any.whl").touch()
    fill(installer, house, monkeypatch)
    assert installer.commands[-1][-6:] == ["--no-deps", "--require-hashes", "-r", str(installer.LOCK), "-w", str(house)]
    first, *wheels = (house / "wheelhouse.lock").read_text(encoding="ascii").splitlines()
    assert first.startswith("# requirements.lock ")
    assert wheels == [f"yattag==1.16.1 --hash=sha256:{hashlib.sha256(b'wheel').hexdigest()}"]


def test_install_from_a_wheelhouse_switches_the_index_off(installer, tmp_path, monkeypatch):
    house = tmp_path / "house"
    fill(installer, house, monkeypatch)
    monkeypatch.setenv("GM_VENV", str(tmp_path / "other"))
    installer.commands.clear()
    assert installer.main(["--wheelhouse", str(house)]) == 0
    installs = [command for command in installer.commands if "check" not in command]
    assert len(installs) == 2
    for command in installs:
        assert command[command.index("--no-index") :][:3] == ["--no-index", "--find-links", str(house)]
    assert installer.commands[0][-3:] == ["--require-hashes", "-r", str(house / "wheelhouse.lock")]


def test_wheelhouse_that_is_missing_or_of_another_lock_says_how_to_fill_one(installer, capsys, tmp_path, monkeypatch):
    assert installer.main(["--wheelhouse", str(tmp_path / "nowhere")]) == 1
    assert "install.py --make-wheelhouse DIR" in capsys.readouterr().err
    house = tmp_path / "house"
    fill(installer, house, monkeypatch)
    (house / "wheelhouse.lock").write_text("# requirements.lock 0\n", encoding="ascii")
    monkeypatch.setenv("GM_VENV", str(tmp_path / "other"))
    assert installer.main(["--wheelhouse", str(house)]) == 1
    assert "filled from this requirements.lock" in capsys.readouterr().err


def test_old_python_is_refused_in_words(installer, monkeypatch, capsys):
    monkeypatch.setattr(installer.sys, "version_info", (3, 10, 4, "final", 0))
    assert installer.main([]) == 1
    assert "Python must be 3.11 or newer but is 3.10" in capsys.readouterr().err


def test_a_step_that_fails_is_named(installer, monkeypatch):
    spec = importlib.util.spec_from_file_location("again", ROOT / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(module.InstallError, match=r"This step failed; .* -c raise SystemExit\(3\)"):
        module.run([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.parametrize(("system", "ends"), [("nt", "Scripts/python.exe"), ("posix", "bin/python")])
def test_python_of_the_environment_is_found_on_windows_too(installer, monkeypatch, system, ends):
    # only the name is asked: the paths of the other system cannot be made here
    monkeypatch.setattr(installer, "os", type("Os", (), {"name": system, "environ": os.environ}))
    assert installer.python_of(Path("venv")).as_posix().endswith(ends)


def test_environment_of_another_python_is_not_used_again(installer, tmp_path):
    (tmp_path / "pyvenv.cfg").write_text("home = x\nversion = 3.9.1\n", encoding="utf-8")
    assert not installer.same_python(tmp_path)
    (tmp_path / "pyvenv.cfg").write_text(f"version = {'.'.join(map(str, sys.version_info[:3]))}\n", encoding="utf-8")
    assert installer.same_python(tmp_path)
