"""A delivery as it lies in its folder: every file's bytes, read once, and what the marker promises of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gm_workbench.intake.faults import Fault, english, masked
from gm_workbench.intake.marker import MARKER, Marker, read_marker, root_of
from gm_workbench.intake.readers import Reading
from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.codes import Place


@dataclass(frozen=True, slots=True)
class Delivery:
    """The bytes of a delivery, each file (the marker too) read once, and what its marker says."""

    folder: Path
    place: Place
    files: Mapping[str, bytes]
    marker: Marker
    faults: tuple[Fault, ...]

    @property
    def raw(self) -> dict[str, bytes]:
        """The files beside the marker."""
        return {name: data for name, data in self.files.items() if name != MARKER}


def open_delivery(folder: Path, place: Place) -> Delivery:
    """Read all of a delivery; hidden files are left alone. What the marker and the folder say wrongly is noted, not raised."""
    found = {entry.name: entry for entry in sorted(folder.iterdir()) if not entry.name.startswith(".")}
    files = {name: entry.read_bytes() for name, entry in found.items() if entry.is_file()}
    marker, faults = read_marker(files.get(MARKER), root_of(folder), place)
    if folder.name != place.code:
        faults.append(english(Reason.MARKER, "", f"the folder must be named {place.code}", "rename the folder"))
    faults += [_stray(name) for name, entry in found.items() if not entry.is_file()]
    unlisted = {name for name in files if marker.rows and name not in marker.rows and name != MARKER}
    faults += [_unlisted(name) for name in sorted(unlisted)]
    # What nobody promised is not read: its own faults would only hide that it does not belong here.
    return Delivery(folder, place, {name: data for name, data in files.items() if name not in unlisted}, marker, tuple(faults))


def _stray(name: str) -> Fault:
    return english(
        Reason.UNKNOWN_FILE, masked(name), "a delivery must hold files only, but this is a folder", "move its files up or away"
    )


def count_faults(marker: Marker, readings: Mapping[str, Reading]) -> list[Fault]:
    """Hold the files that are there, and their rows, against what the marker promises (nothing, when it names none)."""
    if not readings and marker.kind is not None and not marker.rows:
        return [english(Reason.MISSING_FILE, "", "the delivery holds no files", "put the exports beside delivery.yml")]
    if not marker.rows:
        return []
    missing = [_missing(name) for name in marker.rows if name not in readings]
    unlisted = [_unlisted(name) for name in readings if name not in marker.rows]
    return (
        missing + unlisted + [fault for name in readings for fault in _row_faults(name, readings[name], marker.rows.get(name))]
    )


def _missing(name: str) -> Fault:
    return english(
        Reason.MISSING_FILE, masked(name), f"{MARKER} names the file but it is not there", f"add the file, or correct {MARKER}"
    )


def _unlisted(name: str) -> Fault:
    return english(
        Reason.UNKNOWN_FILE, masked(name), f"{MARKER} does not name the file", f"remove the file, or add it to {MARKER}"
    )


def _row_faults(name: str, reading: Reading, promised: int | None) -> list[Fault]:
    cut = any(fault.reason in (Reason.TRUNCATED, Reason.EMPTY) for fault in reading.faults)
    if promised is None or reading.rows in (-1, promised) or cut:
        return []
    fewer = reading.rows < promised
    reason, what = (Reason.TRUNCATED, "the file is cut off") if fewer else (Reason.EXTRA_ROWS, "the file has too many rows")
    problem = f"{what}: {MARKER} promises {promised} rows but it has {reading.rows}"
    return [english(reason, masked(name), problem, f"export the file again and copy it whole, or correct {MARKER}")]
