"""Parts of tables ↔ Parquet files by place and period. A set of parts takes the place of another at once, or not at all.

Parts are staged beside the tables and flushed; `swap.json` then names every move and the state that is to be. From that moment
the swap is done, even if the machine stops: who comes next finishes it. Who reads in between finds a part that is not the one
of the catalog, and is told so.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gm_workbench.errors import DeclarationError, DeliveryError
from gm_workbench.intake.kept.catalog import Catalog, PartFile, from_json, load, save, to_json
from gm_workbench.intake.kept.private import make_folder, write_new, write_whole
from gm_workbench.intake.rows.parts import WHOLE_TABLE, Part, Piece
from gm_workbench.vocabulary.calendar import Period, month_code
from gm_workbench.vocabulary.tables import TABLES

TABLES_FOLDER, SWAP, STAGED = "tables", "swap.json", ".staged-"

PSEUDONYMS = pa.dictionary(pa.int32(), pa.string())

STORED = (pa.string(), pa.int32(), pa.float64(), PSEUDONYMS)
"""Types that pandas, DuckDB and Spark read alike."""


class DamagedPart(DeliveryError):
    """A stored part is not what the catalog says: it was changed, or a swap was not finished."""


@dataclass(frozen=True, slots=True)
class Staged:
    """Parts that are written and flushed but not in force: their folder, and their files by the path that they will have."""

    folder: str
    parts: Mapping[str, PartFile]


def path_of(place: str, part: Piece) -> str:
    """Say where a part is stored, under the folder of its place.

    >>> path_of("GM0855", Part("benefits", "2023", "202301", pa.table({}), None))
    'tables/benefits/place=GM0855/period=2023/part-202301.parquet'
    """
    return f"{TABLES_FOLDER}/{part.table}/place={place}/period={part.period}/part-{part.name}.parquet"


def stage(folder: Path, parts: Sequence[Part], gave: Mapping[str, tuple[str, ...]] | None = None) -> Staged:
    """Write parts beside the tables; parts of the same table, period and name are laid on top of each other.

    Parameters
    ----------
    folder : Path
        Of the place.
    parts : sequence of Part
    gave : mapping, optional
        The files of the delivery that gave each part, by its path.

    Raises
    ------
    DeclarationError
        If a column is of another type than those that every reader knows.
    """
    staged, together = begin(folder), dict[str, list[Part]]()
    for part in parts:
        together.setdefault(path_of(folder.name, part), []).append(part)
    gave = gave or {}
    return Staged(staged.name, {path: write(staged / path, alike, gave.get(path, ())) for path, alike in together.items()})


def begin(folder: Path) -> Path:
    """Make a folder for what is staged; the lock of the place is held."""
    make_folder(folder, above=2)
    return Path(tempfile.mkdtemp(prefix=STAGED, dir=folder))


def write(path: Path, parts: Sequence[Piece], files: tuple[str, ...] = ()) -> PartFile:
    """Write parts as one file that is not there yet, and flush it.

    Raises
    ------
    DeclarationError
        If a column is of another type than those that every reader knows.
    """
    data = pa.concat_tables([part.data for part in parts], promote_options="default").unify_dictionaries().combine_chunks()
    content = _parquet(parts[0].table, data)
    make_folder(path.parent, above=4)  # as many as `path_of` names
    write_new(path, content)
    return PartFile(hashlib.sha256(content).hexdigest(), data.num_rows, files)


def _parquet(table: str, data: pa.Table) -> bytes:
    unknown = [column.name for column in data.schema if column.type not in STORED]
    if unknown:
        raise DeclarationError(f"Table {table} cannot be stored: {', '.join(unknown)} must be text, int32 or double.")
    told = [column.name for column in data.schema if column.type != PSEUDONYMS]  # the least and most pseudonym are persons
    sink = io.BytesIO()
    again = [column.name for column in data.schema if column.type != pa.float64()]  # amounts hardly ever repeat
    plain = data.replace_schema_metadata(None)
    pq.write_table(plain, sink, compression="zstd", use_dictionary=again, write_statistics=told)
    return sink.getvalue()


def replace(folder: Path, staged: Staged, catalog: Catalog) -> None:
    """Put staged parts in force. Parts that `catalog` names stay as they are; all others go.

    Parameters
    ----------
    folder : Path
        Of the place, whose lock is held.
    staged : Staged
        What `stage` gave.
    catalog : Catalog
        The state that is to be, with the parts that stay.
    """
    to_be = changed(catalog, parts={**catalog.parts, **staged.parts})
    swap = {"staged": staged.folder, "moves": list(staged.parts), "catalog": to_json(to_be)}
    write_whole(folder / SWAP, json.dumps(swap).encode())
    recover(folder)


def recover(folder: Path) -> None:
    """Finish a swap that was begun, and remove what was staged for one that never was. The lock is held."""
    if (folder / SWAP).exists():
        _finish(folder, json.loads((folder / SWAP).read_bytes()))
    for staged in folder.glob(f"{STAGED}*"):
        shutil.rmtree(staged)


def _finish(folder: Path, swap: Mapping[str, object]) -> None:
    catalog = from_json(swap["catalog"])  # type: ignore[arg-type]  # as `replace` wrote it
    moves: list[str] = swap["moves"]  # type: ignore[assignment]
    for path in moves:
        _move(folder / str(swap["staged"]) / path, folder / path)
    for path in _stored(folder) - catalog.parts.keys():
        (folder / path).unlink()
    save(folder, catalog)
    (folder / SWAP).unlink()
    _remove_empty(folder / TABLES_FOLDER)


def _move(staged: Path, to: Path) -> None:
    if staged.exists():  # else it was moved before the machine stopped
        make_folder(to.parent, above=4)
        staged.replace(to)


def _stored(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in (folder / TABLES_FOLDER).rglob("*.parquet")}


def _remove_empty(tables: Path) -> None:
    """Remove tables of which no part is left, with their cards."""
    for table in tables.glob("*"):
        if not any(table.rglob("*.parquet")):
            shutil.rmtree(table)


def read(
    folder: Path, table: str, columns: Sequence[str] | None = None, period: Period | None = None, catalog: Catalog | None = None
) -> pa.Table:
    """Read a table, or some columns and months of it; each part is held against its digest first.

    Text comes as codes with their words, as it is stored: few words stand in millions of rows.

    Parameters
    ----------
    folder : Path
        Of the place.
    table : str
        Name of a logical table.
    columns : sequence of str, optional
        Default all. One that a part lacks is empty there.
    period : Period, optional
        Months to read; rows without a month are always read.
    catalog : Catalog, optional
        The state to read by; default that of now.

    Raises
    ------
    DamagedPart
        If a part is gone or is not what was written.
    """
    known = (catalog or load(folder)).parts
    chosen = {path: known[path] for path in sorted(known) if path.split("/")[1] == table and _within(path, period)}
    tables = [_read(folder / path, part, columns, _months(table, period)) for path, part in chosen.items()]
    if not tables:
        return pa.table({})
    return pa.concat_tables(tables, promote_options="default").unify_dictionaries()


def _within(path: str, period: Period | None) -> bool:
    """Whether a part may hold rows of these months, by its name alone."""
    where = PurePosixPath(path)
    year, name = where.parent.name.partition("=")[2], where.stem.partition("-")[2]
    if period is None or year == WHOLE_TABLE:
        return True
    first, last = (month_code(month).replace("-", "") for month in (period.first, period.last))
    return first <= name <= last if len(name) == len(first) and name.isdigit() else first[:4] <= year <= last[:4]


def _months(table: str, period: Period | None) -> Period | None:
    return period if "month" in TABLES[table].column_names() else None


def _read(path: Path, part: PartFile, columns: Iterable[str] | None, months: Period | None) -> pa.Table:
    """Read one part by itself: made for folders of large files, `pq.read_table` takes four times as long for one of a month."""
    content = pa.BufferReader(_content(path, part))
    stored = pq.ParquetFile(content)
    there = stored.schema_arrow
    wanted = there.names if columns is None else [column for column in columns if column in there.names]
    text = [column.name for column in there if column.type == pa.string()]
    asked = wanted if months is None else [*dict.fromkeys((*wanted, "month"))]
    rows = pq.ParquetFile(content, metadata=stored.metadata, read_dictionary=text).read(asked, use_threads=False)
    if months is None:
        return rows
    return rows.filter((pc.field("month") >= months.first) & (pc.field("month") <= months.last)).select(wanted)


def read_part(path: Path, part: PartFile) -> pa.Table:
    """Read one part whole, as it was stored; raises `DamagedPart` like `read`."""
    return pq.ParquetFile(pa.BufferReader(_content(path, part))).read(use_threads=False)


def is_whole(path: Path, part: PartFile) -> bool:
    """Whether a stored part is what was written."""
    try:
        return bool(_content(path, part))
    except DamagedPart:
        return False


def _content(path: Path, part: PartFile) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != part.sha256:
        raise DamagedPart(f"{path} is not what was written. Have it made again with: gm check")
    return content
