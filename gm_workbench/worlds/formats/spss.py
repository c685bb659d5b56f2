"""SPSS files, with value labels, user-missing codes and text columns of a fixed width."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from gm_workbench.worlds.formats.cells import Cells

_TIME = slice(92, 109)  # date (9 bytes) and time (8 bytes) of writing, in the header of a system file
_FIXED = b"01 Jan 2600:00:00"


@dataclass(frozen=True, slots=True)
class Dictionary:
    """What a file says of its columns: value labels, codes that count as missing, and which columns are numbers."""

    numbers: frozenset[str] = frozenset()
    labels: Mapping[str, Mapping[float | str, str]] = field(default_factory=dict)
    missing: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def sav_bytes(cells: Cells, says: Dictionary) -> bytes:
    """Write cells as a system file whose time of writing is fixed, so that the same cells give the same bytes."""
    frame = pd.DataFrame({header: _column(cells[header], header in says.numbers) for header in cells})
    widths = {header: f"A{max(1, *map(len, cells[header]))}" for header in cells if header not in says.numbers}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.sav"
        pyreadstat.write_sav(
            frame,
            path,
            variable_value_labels={name: dict(labels) for name, labels in says.labels.items()},
            missing_ranges={name: list(codes) for name, codes in says.missing.items()},
            variable_format=widths,
        )
        data = bytearray(path.read_bytes())
    data[_TIME] = _FIXED
    return bytes(data)


def _column(texts: Sequence[str], number: bool) -> pd.Series:
    if not number:
        return pd.Series(list(texts), dtype=object)
    return pd.Series([float(text.replace(",", ".")) if text else np.nan for text in texts], dtype=np.float64)
