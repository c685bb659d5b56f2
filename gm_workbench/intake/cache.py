"""Checked tables kept as parquet, under a key of everything that made them.

A folder is written whole under a temporary name and then renamed, so that what is there is complete and two processes that
check the same delivery at once do no harm: the second finds the folder there and throws its own away. The digest of each file
is kept with it; an entry that is not whole, or not what was written, is removed and made again.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pandas as pd

from gm_workbench.intake.identity import Pseudonyms
from gm_workbench.intake.layouts import declared_files
from gm_workbench.vocabulary.tables import TABLES

NOTES = "notes.json"
FILES = "files.json"

OWNER_ONLY_FOLDER, OWNER_ONLY_FILE = 0o700, 0o600

_NEW = ".new-"


def key_of(digests: Mapping[str, str], codes: Path, names: Pseudonyms) -> str:
    """Give the key of a delivery: its files, the declarations they are read by, the schemas, and the code of this wing."""
    parts = [
        json.dumps(sorted(digests.items())),
        *(f"{path.relative_to(codes).as_posix()}:{names.digest(path.read_bytes())}" for path in declared_files(codes)),
        *(repr((table.name, table.key, table.columns, table.one_spell_of)) for table in TABLES.values()),
        _wing(),
    ]
    return names.digest("\n".join(parts).encode())[:32]


@lru_cache(maxsize=1)
def _wing() -> str:
    """Give the source of this wing, so that a changed rule never meets tables that an older rule made."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.rglob("*.py")))


def load(folder: Path) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]] | None:
    """Read kept tables and notes; None when nothing is kept there (any more), or when it was damaged."""
    if not folder.is_dir():
        return None
    try:
        digests = json.loads((folder / FILES).read_bytes())
        kept = {name: (folder / name).read_bytes() for name in digests}
        if _digests(kept) == digests:
            notes = tuple(json.loads(kept.pop(NOTES)))
            return {Path(name).stem: pd.read_parquet(io.BytesIO(data)) for name, data in kept.items()}, notes
    except (OSError, ValueError, KeyError):
        pass
    # or the new one could not take its place
    shutil.rmtree(folder, ignore_errors=True)
    return None


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def save(folder: Path, tables: Mapping[str, pd.DataFrame], notes: tuple[str, ...]) -> None:
    """Keep tables and notes in `folder`, readable by their owner only, and remove what older deliveries left beside it."""
    shelf = folder.parent
    for parent in (shelf.parent.parent, shelf.parent, shelf):
        parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=_NEW, dir=shelf))
    for name, table in tables.items():
        table.to_parquet(new / f"{name}.parquet", index=False)
    (new / NOTES).write_text(json.dumps(notes), encoding="utf-8")
    digests = _digests({path.name: path.read_bytes() for path in sorted(new.iterdir())})
    (new / FILES).write_text(json.dumps(digests), encoding="utf-8")
    for path in new.iterdir():
        path.chmod(OWNER_ONLY_FILE)
    _put(new, folder)
    for old in shelf.iterdir():
        if old != folder and not old.name.startswith(_NEW):
            shutil.rmtree(old, ignore_errors=True)


def _put(new: Path, folder: Path) -> None:
    try:
        new.rename(folder)
    except OSError:
        shutil.rmtree(new)
        if not folder.is_dir():
            raise
