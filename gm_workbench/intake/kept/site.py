"""One place's delivery and what is kept of it: has anything changed, and put what was read in force."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path

from gm_workbench.intake.faults import masked
from gm_workbench.intake.kept.card import write_cards
from gm_workbench.intake.kept.catalog import Catalog, Look, Source, as_before, label, load, look_at, recipe, save
from gm_workbench.intake.kept.partitions import Staged, is_whole, replace
from gm_workbench.intake.kept.private import locked
from gm_workbench.intake.keys import Key
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.schemas import DataKind

SETTLED_SECONDS = 2.0
"""How old a change must be before what the file system says of it is believed."""

AT_ONCE = 2
"""So many files are digested at a time."""


@dataclass(frozen=True, slots=True)
class Site:
    """One place: its delivery in `raw`, what is kept of it in `folder`, and the key that is set for it."""

    place: Place
    kind: DataKind
    raw: Path
    folder: Path
    codes: Path
    key: Key

    def looks(self) -> dict[str, Look]:
        """Ask how each entry of the delivery looks, folders too; hidden ones are left alone. No file is opened."""
        entries = sorted(entry for entry in self.raw.iterdir() if not entry.name.startswith("."))
        return {entry.name: look_at(entry) for entry in entries}

    def as_before(self, sources: Mapping[str, Source]) -> dict[str, Source] | None:
        """Give these files as they look now when the delivery consists of them and the rules are the same, else None.

        Only a file that looks otherwise, or had just changed when it was looked at, is opened, to digest it.
        """
        looks = self.looks()
        if not sources or {label(name, self.key) for name in looks} != sources.keys():
            return None
        rules = recipe(self.codes, self.key)
        pairs = [(name, look, sources[label(name, self.key)]) for name, look in looks.items()]
        if not all(self._same(name, look, source, rules) for name, look, source in pairs):
            return None
        return {label(name, self.key): changed(source, look=_believed(look)) for name, look, source in pairs}

    def _same(self, name: str, look: Look, source: Source, rules: str) -> bool:
        if as_before(source, look, rules):
            return True
        return source.recipe == rules and bool(source.digest) and source.digest == self._digest(name)

    def remember(self, before: Catalog, now: Catalog) -> Catalog:
        """Write down how the files look now, unless another process wrote something meanwhile."""
        if now != before:
            with locked(self.folder):
                if load(self.folder) == before:
                    save(self.folder, now)
        return now

    def sources(self) -> dict[str, Source]:
        """Describe the files of a delivery: how each looks, and then a digest of it; who changes it meanwhile is noticed."""
        rules, looks = recipe(self.codes, self.key), self.looks()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            digests = list(pool.map(self._digest, looks))
        return {
            label(name, self.key): Source(masked(name), _believed(look), digest, rules)
            for (name, look), digest in zip(looks.items(), digests, strict=True)
        }

    def _digest(self, name: str) -> str:
        """Give the digest of a file; of what is no file, or may not be read, there is none."""
        path = self.raw / name
        try:
            return self.key.digest_of(path) if path.is_file() and not path.is_symlink() else ""
        except OSError:
            return ""

    def blocked(self, files: Mapping[str, Source], catalog: Catalog) -> list[str]:
        """Name the files that still hold somebody who was removed, also under another name."""
        digests = {source.digest for source in catalog.blocked.values()}
        looks = {source.look for source in catalog.blocked.values()}  # digests of another key say nothing
        return [name for name, source in files.items() if source.digest in digests or look_at(self.raw / name) in looks]

    def still_blocked(self, catalog: Catalog, here: Sequence[str]) -> dict[str, Source]:
        """Give the blocked files that are there, under whatever name, and those that are not; one that was read has changed."""
        there = {label(name, self.key) for name in self.looks()} - {label(name, self.key) for name in here}
        return {name: source for name, source in catalog.blocked.items() if name not in there}

    def whole(self, catalog: Catalog) -> bool:
        """Whether every part in force is what was written."""
        return all(is_whole(self.folder / path, part) for path, part in catalog.parts.items())

    def keep(self, staged: Staged, to_be: Catalog) -> Catalog:
        """Put what was staged in force, beside the parts that `to_be` names and in place of all others; give the new state."""
        replace(self.folder, staged, to_be)
        _remove_older(self.folder)
        catalog = load(self.folder)
        write_cards(self.folder, catalog)
        return catalog


def _believed(look: Look) -> Look | None:
    """Give how a file looks, or None when it changed so lately (or in the future) that another change would not show."""
    changed_at = max(look.mtime_ns, look.ctime_ns) / 1e9
    return look if changed_at < time.time() - SETTLED_SECONDS else None


_OLDER = re.compile(r"[0-9a-f]{32}")


def _remove_older(folder: Path) -> None:
    """Remove the shelves of the way in which tables were kept before ADR 0016: a folder under a key of everything."""
    for entry in folder.iterdir():
        if _OLDER.fullmatch(entry.name) and entry.is_dir():
            shutil.rmtree(entry)
