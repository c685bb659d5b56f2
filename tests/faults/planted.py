"""A delivery with marks of persons in every table, and a search for these marks in whatever was made from it.

The search shares no code with the scanner: it looks at bytes, and unpacks what it can by trying.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from gm_workbench.settings import Paths
from gm_workbench.worlds.deliveries import write_delivery
from gm_workbench.worlds.draw import draw

PLACE, WORLD, SEED = "GM9903", "default", 2026
NUMBER, BORN, NAME = "900000175", "31-12-1961", "Plantinga-Testman"
MARKS = {"NAAM": NAME, "GEBOREN": BORN, "NUMMER": NUMBER}
"""Columns that are added to every table; intake does not know them, and reads none of them."""

BIRTHS = (BORN, "19611231", "1961-12-31")

LAST = 2025 * 12 + 11


def few(tables: Mapping[str, pd.DataFrame], persons: int) -> dict[str, pd.DataFrame]:
    """Keep some persons, and of what is monthly the last three months."""
    kept = set(tables["caseload"]["person"].drop_duplicates()[:persons])
    some = {name: table.loc[table["person"].isin(kept)] if "person" in table else table for name, table in tables.items()}
    monthly = {name: some[name].loc[some[name]["month"] > LAST - 3] for name in ("benefits", "provisions", "wages")}
    return {name: table.reset_index(drop=True) for name, table in (some | monthly).items()}


def deliver(paths: Paths, persons: int | None = None) -> Path:
    """Write the delivery of a place: coaches go by a name, and every table has a name, a day of birth and a number more."""
    drawn = draw(WORLD, PLACE, SEED, folder=paths.worlds)
    tables = dict(drawn if persons is None else few(drawn, persons))
    for name, table in tables.items():
        if "coach" in table:
            tables[name] = table.assign(coach=NAME + " " + table["coach"].astype(str))
    folder = paths.synthetic / WORLD / PLACE
    write_delivery(tables, PLACE, WORLD, SEED, folder, paths.codes)
    for file in folder.glob("*.csv"):
        head, *rows = file.read_text(encoding="utf-8-sig").splitlines()
        lines = [";".join((head, *MARKS)), *(";".join((row, *MARKS.values())) for row in rows)]
        file.write_text("\r\n".join([*lines, ""]), encoding="utf-8-sig", newline="")
    return folder


def persons_of(folder: Path) -> frozenset[str]:
    """Give the number of every person in a delivery."""
    found: set[str] = set()
    for file in folder.glob("*.csv"):
        table = pd.read_csv(file, sep=";", dtype=str, encoding="utf-8-sig")
        found |= set(table["BURGERSERVICENUMMER"].dropna()) if "BURGERSERVICENUMMER" in table else set()
    return frozenset(found | {NUMBER})


_BETWEEN = re.compile(rb"(?<=\d)(?:[ .\-_/]|\xc2?\xa0|<[^<>]{1,40}>)(?=\d)")
_NINE = re.compile(rb"(?<!\d)\d{9}(?!\d)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")
_PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")


def marks_in(data: bytes, persons: frozenset[str]) -> set[str]:
    """Say which marks stand in bytes: numbers also written apart, in two bytes a letter, or as eight bytes."""
    flat = data.replace(b"\x00", b"")
    found = {mark for mark in (NAME, *BIRTHS) if mark.encode() in flat or mark.encode() in data}
    runs = {run.decode() for text in {data, flat} for run in _NINE.findall(text) + _NINE.findall(_BETWEEN.sub(b"", text))}
    packed = {form for form in ("<q", ">q", "<d", ">d") if struct.pack(form, int(NUMBER)) in data}
    whole = re.sub(rb"\D", b"", NUMBER.encode()) in _BETWEEN.sub(b"", flat)
    return found | (runs & persons) | ({NUMBER} if packed or whole else set())


def parts(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Give bytes, and what in them can be unpacked: archives, what zlib made, base64, Parquet. Not the points of pictures."""
    yield data
    if depth > 4:
        return
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from parts(archive.read(name), depth + 1)
    if data[:4] == b"PAR1":
        table = pq.ParquetFile(io.BytesIO(data)).read()
        yield str(table.schema.metadata).encode()
        yield from ("\n".join(map(str, column.to_pylist())).encode() for column in table.columns)
    for inner in (*_unpacked(data), *_decoded(data)):
        yield from parts(inner, depth + 1)


def _unpacked(data: bytes) -> Iterator[bytes]:
    bare = re.sub(rb"IDAT.*?(?=....IEND)", b"", data, flags=re.DOTALL) if data[:4] == b"\x89PNG" else data
    for match in _PACKED.finditer(bare):
        try:
            yield zlib.decompressobj(47).decompress(bare[match.start() :], 1 << 24)
        except zlib.error:
            continue


def _decoded(data: bytes) -> Iterator[bytes]:
    for match in _BASE64.finditer(data):
        try:
            yield base64.b64decode(match[0].rstrip(b"=") + b"=" * (-len(match[0].rstrip(b"=")) % 4))
        except binascii.Error:
            continue


def marked(root: Path, but: Path, persons: frozenset[str]) -> dict[str, set[str]]:
    """Look through the name and content of every file below a folder but the delivery; give those in which a mark stands."""
    files = [file for file in root.rglob("*") if file.is_file() and not file.is_symlink() and but not in file.parents]
    found = {
        file.relative_to(root).as_posix(): {
            mark for part in (file.name.encode(), *parts(file.read_bytes())) for mark in marks_in(part, persons)
        }
        for file in files
    }
    return {name: marks for name, marks in found.items() if marks}
