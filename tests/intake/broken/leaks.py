"""Looking for what must not get out: numbers of persons in any form, birth dates, names; in text, archives and Parquet."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from .good import MARKER, NAME, PASSES, SHORT, Delivery

_BETWEEN = re.compile(rb"(?<=\d)(?:[ .\-]|\xc2?\xa0)(?=\d)")
_DIGITS = re.compile(rb"\d{7,}")


def planted(delivery: Delivery) -> frozenset[str]:
    """Collect what a delivery holds of persons: their numbers, birth dates, and the name that some edits plant."""
    found = {PASSES, SHORT, SHORT.zfill(9), NAME}
    for path in delivery.folder.glob("*.csv"):
        table = pd.read_csv(path, sep=None, engine="python", dtype=str, keep_default_na=False, encoding="latin-1")
        for column in table:
            if str(column).endswith(("BURGERSERVICENUMMER", "GEBOORTEDATUM")):
                found |= set(table[column]) - {""}
    for path in delivery.folder.glob("*.sav"):
        found |= set(re.findall(r"9\d{8}", path.read_bytes().decode("latin-1")))
    return frozenset(found)


def leaks(data: bytes, plants: Iterable[str]) -> set[str]:
    """Find plants in bytes: as they are, with dots or spaces, without leading zeros, as UTF-16, as eight-byte numbers."""
    plants = set(plants)
    without_nul = data.replace(b"\x00", b"")
    runs = b"\n".join(run for text in (data, without_nul) for run in _DIGITS.findall(_BETWEEN.sub(b"", text)))
    words = {plant for plant in plants if not plant.isdigit() and plant.encode() in without_nul}
    digits = {plant for plant in plants - words if plant.isdigit()}
    return words | {plant for plant in digits if plant.lstrip("0").encode() in runs or _as_number(plant, data)}


def _as_number(plant: str, data: bytes) -> bool:
    return any(struct.pack(form, int(plant)) in data for form in ("<q", ">q", "<d", ">d"))


def leaks_in_file(path: Path, plants: Iterable[str]) -> set[str]:
    """Find plants in the name and content of a file, also in the members of an archive and the cells of Parquet."""
    return {plant for part in (path.name.encode(), *_parts(path)) for plant in leaks(part, plants)}


def _parts(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            yield from (packed.read(member) for member in packed.namelist())
    if data[:4] == b"PAR1":
        table = pq.ParquetFile(io.BytesIO(data)).read()
        yield str(table.schema.metadata).encode()
        yield from (("\n".join(map(str, column.to_pylist()))).encode() for column in table.columns)


def leaks_in_tree(root: Path, but: Path, plants: Iterable[str]) -> dict[str, set[str]]:
    """Look through all files below a root, except the delivery itself and what is only linked."""
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink() and but not in path.parents]
    found = {path.relative_to(root).as_posix(): leaks_in_file(path, plants) for path in files if path.name != MARKER}
    return {name: plants for name, plants in found.items() if plants}
