"""A delivery as it lies in its folder: what its marker says, which files are to be read, and what should not be there.

No file but the marker is opened here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gm_workbench.intake.declared.forms import PRIVATE
from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.marker import MARKER, Marker, read_marker, root_of
from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.text import Text

NO_FILE = Text(
    "het is geen bestand, maar een map, een koppeling of iets anders", "it is no file but a folder, a link or another"
)
NOT_READABLE = Text("het mag niet gelezen worden", "it may not be read")
_NOT_NAMED = Text("delivery.yml noemt het bestand niet", "delivery.yml does not name the file")
_FOLDER = Text("de map moet {place} heten", "the folder must be named {place}")
_NOT_THERE = Text("delivery.yml noemt het, maar het is er niet", "delivery.yml names the file but it is not there")
_NONE = Text("er zijn geen bestanden geleverd", "the delivery holds no files")
_FEWER = Text(
    "delivery.yml belooft {promised} rijen, maar het bestand heeft er {found}",
    "delivery.yml promises {promised} rows but the file has {found}",
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What lies in the folder of a place.

    Attributes
    ----------
    folder, place : Path, Place
    marker : Marker
        What `delivery.yml` says.
    files : mapping
        Path of each file that is to be read, by its name.
    mappings : tuple of Path
        Alias files beside the delivery.
    faults : tuple of Fault
        What marker and folder say wrongly. One that concerns all of the delivery means that nothing is read.
    """

    folder: Path
    place: Place
    marker: Marker
    files: Mapping[str, Path]
    mappings: tuple[Path, ...]
    faults: tuple[Fault, ...]


def open_delivery(folder: Path, place: Place) -> Delivery:
    """List a delivery; hidden entries are left alone. What the marker and the folder say wrongly is noted, not raised."""
    entries = {entry.name: entry for entry in sorted(folder.iterdir()) if not entry.name.startswith(".")}
    marker, faults = read_marker(_bytes(entries.pop(MARKER, None)), root_of(folder), place)
    if folder.name != place.code:
        faults.append(found(Reason.MARKER, what=_FOLDER.format(place=place.code)))
    odd = {name for name, entry in entries.items() if entry.is_symlink() or not entry.is_file()}
    mappings = tuple(path for name, path in entries.items() if name.endswith(PRIVATE) and name not in odd)
    plain = {name: path for name, path in entries.items() if name not in odd and path not in mappings}
    # What nobody promised is not read: its own faults would only hide that it does not belong here.
    named = {name: path for name, path in plain.items() if not marker.rows or name in marker.rows}
    faults += [found(Reason.UNKNOWN_FILE, masked(name), what=NO_FILE) for name in sorted(odd)]
    faults += [found(Reason.UNKNOWN_FILE, masked(name), what=_NOT_NAMED) for name in plain if name not in named]
    faults += [found(Reason.MISSING_FILE, masked(name), what=_NOT_THERE) for name in marker.rows if name not in entries]
    if not plain and not marker.rows and marker.kind is not None:
        faults.append(found(Reason.MISSING_FILE, what=_NONE))
    return Delivery(folder, place, marker, named, mappings, tuple(faults))


def _bytes(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path is not None and path.is_file() else None
    except OSError:
        return None


def promised_faults(name: str, rows: int | None, marker: Marker) -> list[Fault]:
    """Hold the rows of a file against what the marker promises.

    Parameters
    ----------
    name : str
        As it lies in the folder.
    rows : int or None
        What it has; None where that is not known, because it could not be read.
    marker : Marker
    """
    promised = marker.rows.get(name)
    if promised is None or rows is None or rows == promised:
        return []
    if rows > promised:
        return [found(Reason.EXTRA_ROWS, masked(name), promised=promised, found=rows)]
    return [found(Reason.TRUNCATED, masked(name), what=_FEWER.format(promised=str(promised), found=str(rows)))]
