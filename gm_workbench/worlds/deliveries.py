"""Planted worlds written down as deliveries: the raw files that a municipality would export, and the marker beside them.

The files say the same as the drawn tables and no more. The same world and seed give the same bytes.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from codecs import BOM_UTF8
from collections.abc import Collection, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from gm_workbench.errors import UnknownWorld
from gm_workbench.intake.layouts import Layout, load_layouts
from gm_workbench.intake.marker import MARKER
from gm_workbench.settings import RAW, Paths
from gm_workbench.vocabulary.calendar import Period, month_code
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.worlds.calibration import load_world
from gm_workbench.worlds.draw import FORMATS, draw
from gm_workbench.worlds.formats import plan
from gm_workbench.worlds.rendering import Tables, render, wide
from gm_workbench.worlds.truth import truth

TRUTH = "truth.json"

WRITTEN = (
    "bus",
    "caseload",
    "coach_answers",
    "costs",
    "introductions",
    "questionnaire",
    "rosters",
    "srg",
    "supervisor_answers",
    "team_introductions",
    "wages",
)
"""Layouts by which every world is written; a layout that comes later is for reading, until it is added here."""

_NEW, _OLD = ".new-", ".old-"


def write_delivery(tables: Tables, place: str, world: str, seed: int, folder: Path, codes: Path | None = None) -> None:
    """Write logical tables as the raw files of one place, with `delivery.yml`.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Logical tables (`vocabulary.schemas`) with synthetic persons; one that is absent is not written.
    place, world, seed
        What the marker says.
    folder : Path
        Where; it is made when it is not there.
    codes : Path, optional
        Folder with layouts and code lists; default that of the project.
    """
    chosen = Place.parse(place, codes)
    folder.mkdir(parents=True, exist_ok=True)
    written = _every_format if world == FORMATS else _by_layout
    rows: dict[str, dict[str, int]] = {}
    for name, count, data in written(tables, chosen.statutory, codes):
        (folder / name).write_bytes(data)
        rows[name] = {"rows": count}
    (folder / MARKER).write_text(_marker(chosen, world, seed, tables, rows), encoding="utf-8", newline="\n")


def _by_layout(
    tables: Tables, statutory: str, codes: Path | None, borrowed: Tables | None = None
) -> Iterator[tuple[str, int, bytes]]:
    """Write what the layouts describe; a borrowed column may come from rows that are written elsewhere."""
    for name in WRITTEN:
        layout = load_layouts(codes)[name]
        if layout.table.name in tables:
            yield from _files(layout, tables[layout.table.name], borrowed or tables, statutory)


def _every_format(tables: Tables, statutory: str, codes: Path | None) -> Iterator[tuple[str, int, bytes]]:
    plain, other = plan.split(tables)
    yield from _by_layout(plain, statutory, codes, tables)
    for file in plan.other_files(other, statutory, codes):
        yield file.name, file.rows, file.data


def _files(layout: Layout, table: pd.DataFrame, tables: Tables, statutory: str) -> Iterator[tuple[str, int, bytes]]:
    """Give name, number of rows and bytes of every file of a layout."""
    if layout.items:
        table = wide(table, layout.key)
    cells = render(layout, table, tables, statutory)
    header = layout.separator.join(cells)
    lines = np.array([*map(layout.separator.join, zip(*cells.values(), strict=True))], dtype=object)
    for name, rows in _split(layout, table):
        text = "\r\n".join((header, *lines[rows], ""))
        yield name, len(rows), BOM_UTF8 + text.encode("utf-8")


def _split(layout: Layout, table: pd.DataFrame) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Say which rows stand in which file."""
    if not layout.split:
        yield layout.file, np.arange(len(table))
        return
    by = table["wave"] if layout.split == "wave" else table["month"].map(_periods(layout, table))
    codes, names = pd.factorize(by)
    for code, name in enumerate(names):
        yield layout.file.format(**{layout.split: name}), np.flatnonzero(codes == code)


def _periods(layout: Layout, table: pd.DataFrame) -> dict[int, str]:
    length = 4 if layout.split == "year" else 6
    return {month: month_code(month).replace("-", "")[:length] for month in map(int, table["month"].unique())}


def _marker(place: Place, world: str, seed: int, tables: Tables, rows: dict[str, dict[str, int]]) -> str:
    content = {
        "kind": str(DataKind.SYNTHETIC),
        "place": place.code,
        "world": world,
        "seed": seed,
        "period": str(_period(tables)),
        "made_by": f"gm-workbench {version('gm-workbench')}",
        "retain_until": None,  # nobody's data, so there is no day on which they must be gone
        "files": dict(sorted(rows.items())),
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _period(tables: Tables) -> Period:
    """Give the first and the last month of the monthly tables; when there are none, of all months that tables name."""
    monthly = [
        tables[name]["month"] for name in ("benefits", "wages", "provisions", "costs") if name in tables and len(tables[name])
    ]
    months = monthly or [
        table[name] for table in tables.values() for name in ("month", "start") if name in table and len(table)
    ]
    return Period(min(int(column.min()) for column in months), max(int(column.max()) for column in months))


def synthesise(
    world: str, seed: int, where: Paths, places: Collection[str] | None = None, *, with_truth: bool = True
) -> list[Path]:
    """Draw places of a world, write their deliveries under `data/synthetic/<world>`, and the world's truth beside them.

    Parameters
    ----------
    world : str
        A declared world (`data/worlds`).
    seed : int
        Of the draw; the same seed gives the same bytes.
    where : Paths
        The project's folders.
    places : collection of str, optional
        Municipality codes; default all of the world.
    with_truth : bool
        Whether the truth is written, whose simulation takes longer than the deliveries; if not, an older one is removed.

    Returns
    -------
    list of Path
        The folder of each delivery.

    Raises
    ------
    UnknownWorld, UnknownPlace
    """
    if world == RAW:
        raise UnknownWorld(
            f"A synthetic world must not be named {RAW!r}, which stands for real deliveries; choose another name."
        )
    declared = load_world(world, where.worlds)
    chosen = [Place.parse(place, where.codes).code for place in (places or declared.towns)]
    for place in chosen:
        declared.town(place)
    root = where.synthetic / world
    root.mkdir(parents=True, exist_ok=True)
    made = [_synthesise_place(world, place, seed, where) for place in chosen]
    if with_truth:
        _write_truth(root / TRUTH, truth(world, where.worlds))
    else:
        (root / TRUTH).unlink(missing_ok=True)
    return made


def _synthesise_place(world: str, place: str, seed: int, where: Paths) -> Path:
    root = where.synthetic / world
    with tempfile.TemporaryDirectory(prefix=_NEW, dir=root) as new:
        # within the temporary folder it is already named after its place
        folder = Path(new) / place
        write_delivery(draw(world, place, seed, folder=where.worlds), place, world, seed, folder, where.codes)
        _replace(folder, root / place)
    return root / place


def _replace(new: Path, final: Path) -> None:
    """Put a whole folder in the place of an older one."""
    old = Path(tempfile.mkdtemp(prefix=_OLD, dir=final.parent))
    try:
        if final.exists():
            final.rename(old / final.name)
        new.rename(final)
    finally:
        shutil.rmtree(old)


def _write_truth(path: Path, content: Mapping[str, object]) -> None:
    new = path.with_name(f".{path.name}.new")
    new.write_text(json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    new.replace(path)
