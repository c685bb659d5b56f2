"""A collection, read for analyses over places: one row an estimate, and never a record."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from gm_workbench.errors import CannotCollect
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.checksums import CHECKSUMS, digests_by_name, sha256
from gm_workbench.vocabulary.schemas import DataKind

COLLECTION, ESTIMATES = "collection.json", "estimates.json"
SCHEMA = 1
NUMBERS = ("estimate", "low", "high", "standard_error", "level")


def collected(name: str, study: str = "", *, where: Paths | None = None) -> pd.DataFrame:
    """Read the estimates of a collection that `gm collect` made.

    Parameters
    ----------
    name : str
        Of the collection, in `collections/`.
    study : str, optional
        Only those of one study.
    where : Paths, optional
        The project.

    Returns
    -------
    DataFrame
        One row an estimate: study, place, period, estimand, estimate, low, high, standard_error, level, n (as it was printed:
        rounded, or a mark such as `<10`), unit, design, and where it came from. `attrs["kind"]` is the kind of data.

    Raises
    ------
    CannotCollect
        If there is no such collection, or it was changed since it was made.
    """
    folder = (where or paths()).collections / name
    sums = _sums(folder)
    text = {file: _unchanged(folder, file, sums) for file in (COLLECTION, ESTIMATES)}
    told = json.loads(text[ESTIMATES])
    if told.get("schema") != SCHEMA:
        raise CannotCollect(f"{name}: schema must be {SCHEMA}. Make the collection anew with gm collect.")
    rows = pd.DataFrame(told["estimates"])
    rows.attrs["kind"] = DataKind(json.loads(text[COLLECTION])["data_kind"])
    if rows.empty:
        return rows
    numbers = {column: pd.to_numeric(rows[column]) for column in NUMBERS}
    rows = rows.assign(**numbers)
    return rows[rows["study"] == study].reset_index(drop=True) if study else rows


def _sums(folder: Path) -> dict[str, str]:
    try:
        return digests_by_name((folder / CHECKSUMS).read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotCollect(f"There is no collection {folder.name}; gm collect lists which there are.") from error


def _unchanged(folder: Path, name: str, sums: dict[str, str]) -> str:
    """Read a file, if it is what was written; the parts are checked whenever `gm collect` opens them."""
    content = (folder / name).read_bytes() if (folder / name).is_file() else b""
    if sums.get(name) != sha256(content):
        raise CannotCollect(f"{folder.name}/{name} is not what was put in it. Make the collection anew with gm collect.")
    return content.decode("utf-8")
