"""Wage references: the outside figures that a delivery's wages are held against, by year.

They come from `data/codes/wage_references.csv` and never from the delivery itself: the base of the labour market would
otherwise move along with whoever was delivered.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gm_workbench.errors import AssumedReference, DeclarationError
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Status, read_rows, source_fault
from gm_workbench.vocabulary.schemas import DataKind

_FILE = "wage_references.csv"
_HEADER = ("year", "minimum_wage", "national_median", "price_index", "source", "status")
_NUMBERS = ("minimum_wage", "national_median", "price_index")


def wage_references(folder: Path | None = None) -> pd.DataFrame:
    """Give the wage references, one row a year.

    Returns
    -------
    DataFrame
        `year` (int); `minimum_wage` and `national_median` (euro per hour); `price_index` (2022 = 100); `source`; `status`.

    Raises
    ------
    DeclarationError
        If a year occurs twice, a figure is not a positive number, or a documented row has no public source.
    """
    rows = read_rows((folder or paths().codes) / _FILE, _HEADER)
    faults = [f"line {line}: {fault}" for line, row in enumerate(rows, start=2) for fault in _row_faults(row)]
    if len({row["year"] for row in rows}) < len(rows):
        faults.append("a year occurs twice")
    if faults:
        raise DeclarationError(f"{_FILE}: {'; '.join(faults)}.")
    frame = pd.DataFrame(rows, columns=list(_HEADER)).astype(dict.fromkeys(_NUMBERS, "float64") | {"year": "int64"})
    return frame.sort_values("year", ignore_index=True)


def _row_faults(row: dict[str, str]) -> list[str]:
    faults = [f"{name} must be a number above 0 but got {row[name]!r}" for name in _NUMBERS if not _positive(row[name])]
    if not (row["year"].isdecimal() and len(row["year"]) == 4):
        faults.append(f"year must be four digits but got {row['year']!r}")
    if row["status"] not in (Status.DOCUMENTED, Status.ASSUMED):
        faults.append(f"status must be documented or assumed but got {row['status']!r}")
    source = source_fault(row["status"], row["source"])
    return [*faults, source] if source else faults


def _positive(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except ValueError:
        return False


def low_pay_threshold(folder: Path | None, year: int, share: float, data_kind: DataKind) -> float:
    """Give the hourly wage below which a job counts as low-paid in a year: a share of the national median.

    Parameters
    ----------
    folder : Path or None
        The folder of code files; the project's own when None.
    year : int
        Calendar year.
    share : float
        Share of the national median hourly wage, above 0; two thirds is common.
    data_kind : DataKind
        What the wages are that will be held against it.

    Returns
    -------
    float
        Euro per hour.

    Raises
    ------
    DeclarationError
        If the file has no row for the year, or the share is not above 0.
    AssumedReference
        If the row is assumed and the data are not synthetic.

    References
    ----------
    https://5dok.net/document/y4wk2e70-laagbetaald-werk-deeltijdwerk-en-loonmobiliteit.html

    Examples
    --------
    >>> round(low_pay_threshold(None, 2024, 2 / 3, DataKind.SYNTHETIC), 2)
    13.87
    """
    if not 0 < share < float("inf"):
        raise DeclarationError(f"The share of the national median must be above 0 but got {share!r}.")
    return share * _reference(folder, year, "national_median", data_kind)


def price_level(folder: Path | None, year: int, data_kind: DataKind) -> float:
    """Give the price index of a year over that of the first year in the file, to express wages in constant prices.

    Parameters
    ----------
    folder : Path or None
        The folder of code files; the project's own when None.
    year : int
        Calendar year.
    data_kind : DataKind
        What the wages are that will be divided by it.

    Returns
    -------
    float
        1 in the first year of the file.

    Raises
    ------
    DeclarationError, AssumedReference
        As `low_pay_threshold`.

    Examples
    --------
    >>> price_level(None, 2024, DataKind.SYNTHETIC)
    1.072
    """
    base = float(wage_references(folder)["price_index"].iloc[0])
    return _reference(folder, year, "price_index", data_kind) / base


def _reference(folder: Path | None, year: int, column: str, data_kind: DataKind) -> float:
    rows = wage_references(folder).set_index("year")
    if year not in rows.index:
        raise DeclarationError(
            f"No wage reference for {year}: {_FILE} covers {', '.join(map(str, rows.index))}. "
            f"Add a row for {year} to data/codes/{_FILE}, with its source."
        )
    if rows.loc[year, "status"] == Status.ASSUMED and data_kind is not DataKind.SYNTHETIC:
        raise AssumedReference(
            f"The wage reference for {year} is assumed, and the data are {data_kind}. Fill the row for {year} in "
            f"data/codes/{_FILE} from an official publication, name it as the source, and set status to documented."
        )
    return float(rows.loc[year, column])  # type: ignore[arg-type]
