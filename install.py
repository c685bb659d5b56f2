"""Make the environment of this project, or leave it alone if it is current. Needs nothing but Python 3.11 or newer.

    python install.py                          install into .venv (or the folder named by GM_VENV), with every hash checked
    python install.py --make-wheelhouse DIR    download every package into DIR, on a machine with internet
    python install.py --wheelhouse DIR         install from DIR alone, on a machine without

uv does the work when it is there, else pip does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python older than 3.11: check_python says so, in words
    tomllib = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
HOUSE_LOCK = "wheelhouse.lock"
NEEDED = (3, 11)
QUIET = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--wheelhouse", metavar="DIR", type=Path, help="install from this folder, with the index switched off")
    choice.add_argument("--make-wheelhouse", metavar="DIR", type=Path, help="fill this folder for an install without internet")
    options = parser.parse_args(arguments)
    try:
        check_python(sys.version_info[:2])
        if options.make_wheelhouse:
            make_wheelhouse(options.make_wheelhouse, install(environment_folder(), None))
        else:
            install(environment_folder(), options.wheelhouse)
    except InstallError as error:
        print(f"install.py: {error}", file=sys.stderr)
        return 1
    return 0


class InstallError(Exception):
    """Something that the reader can mend."""


def check_python(version: tuple[int, int]) -> None:
    """Raise if this Python is too old."""
    if version < NEEDED:
        raise InstallError(
            f"Python must be {NEEDED[0]}.{NEEDED[1]} or newer but is {version[0]}.{version[1]} ({sys.executable}). "
            "Run install.py with a newer one, for example: python3.12 install.py, or make PYTHON=python3.12 reports."
        )


def environment_folder() -> Path:
    """Say where the environment goes."""
    return Path(os.environ.get("GM_VENV") or ROOT / ".venv").resolve()


def python_of(folder: Path) -> Path:
    """Say where the environment's Python is, on Windows too."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint() -> str:
    """Give what the environment depends on: the lock, what the project declares, where it is, and Python."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    depends_on = [list(sys.version_info[:2]), str(ROOT), declared["project"], declared["build-system"]]
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode() + LOCK.read_bytes()).hexdigest()


def install(folder: Path, wheelhouse: Path | None) -> Path:
    """Make the environment in `folder` unless it is current; give its Python."""
    stamp, python = folder / ".gm-stamp", python_of(folder)
    if python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint():
        return python
    lock = lock_of(wheelhouse)
    print(f"Installing the locked environment in {folder} (once; a few minutes) ...", flush=True)
    make_environment(folder)
    installer = [*installer_for(python), *source(wheelhouse)]
    # the lock is whole, so nothing is resolved: a resolver may ask for a version newer than the lock, which has no hash
    run([*installer, "--no-deps", "--require-hashes", "-r", str(lock)])
    run([*installer, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    run([str(python), "-m", "pip", "check", "--quiet"])
    stamp.write_text(fingerprint(), encoding="ascii")
    return python


def make_environment(folder: Path) -> None:
    """Make an empty virtual environment; one that is there is used again, unless its Python is another or gone."""
    if python_of(folder).exists() and (folder / "pyvenv.cfg").exists() and same_python(folder):
        return
    try:
        venv.create(folder, clear=True, with_pip=True, symlinks=os.name != "nt")
    except (subprocess.CalledProcessError, ImportError):
        raise InstallError(
            "This Python cannot make virtual environments with pip. On Debian and Ubuntu: apt install python3-venv."
        ) from None


def same_python(folder: Path) -> bool:
    """Say whether the environment was made with the version of Python that runs this script."""
    version = ".".join(map(str, sys.version_info[:3]))
    lines = (folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    return any(line.replace(" ", "") in (f"version={version}", f"version_info={version}") for line in lines)


def installer_for(python: Path) -> list[str]:
    """Give the command that installs packages: uv if it is there, else pip, which then says errors only."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(python)]
    return [str(python), "-m", "pip", "install", "--quiet", "--quiet"]


def source(wheelhouse: Path | None) -> list[str]:
    """Say where packages come from: the index, or one folder and nothing else."""
    return ["--no-index", "--find-links", str(wheelhouse.resolve())] if wheelhouse else []


def make_wheelhouse(folder: Path, python: Path) -> None:
    """Fill a folder with every locked package, for machines like this one.

    Hashes are checked here. A package that has no wheel is built into one, whose hash the lock cannot know; so the folder gets
    a lock of its own, with the hashes of what it holds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    asked = ["--no-deps", "--require-hashes", "-r", str(LOCK), "-w", str(folder)]
    run([str(python), "-m", "pip", "wheel", "--quiet", "--quiet", *asked])
    wheels = sorted(folder.glob("*.whl"))
    (folder / HOUSE_LOCK).write_text("\n".join([made_from(), *map(pinned, wheels)]) + "\n", encoding="ascii")
    print(f"{folder} now holds {len(wheels)} packages. Install from it with: python install.py --wheelhouse {folder}")


def made_from() -> str:
    """Give the first line of a wheelhouse's lock: which lock it was filled from."""
    return f"# requirements.lock {hashlib.sha256(LOCK.read_bytes()).hexdigest()}"


def pinned(wheel: Path) -> str:
    """Give the line of a lock for one wheel; its name begins with the package and the version."""
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


def lock_of(wheelhouse: Path | None) -> Path:
    """Say which lock to install: the project's, or that of a wheelhouse which was filled from it."""
    if wheelhouse is None:
        return LOCK
    lock = wheelhouse / HOUSE_LOCK
    if not lock.is_file() or not lock.read_text(encoding="ascii").startswith(made_from()):
        raise InstallError(
            f"There is no folder {wheelhouse} that was filled from this requirements.lock. "
            "Fill it on a machine with internet: python install.py --make-wheelhouse DIR"
        )
    return lock


def run(command: list[str]) -> None:
    """Run a command; say which one it was if it fails."""
    if subprocess.run(command, env={**os.environ, **QUIET}, check=False).returncode:
        raise InstallError(f"This step failed; what it said stands above: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
