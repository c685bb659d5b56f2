"""Any file → its tables, by what its bytes are; and the same table once a source has said how it is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gm_workbench.intake.declared.limits import LIMITS, Limits
from gm_workbench.intake.declared.sources import FixedShape, Source, XmlShape
from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reading.child import in_child
from gm_workbench.intake.reading.fixed import open_fixed
from gm_workbench.intake.reading.grid import too_large_fault
from gm_workbench.intake.reading.opened import FileKind, Opened, Sniffed, unreadable
from gm_workbench.intake.reading.text import open_text
from gm_workbench.intake.reading.xmlrows import elements, open_xml
from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.text import Text

_ANY = Text("tekst, werkboek, SPSS of XML", "text, workbook, SPSS or XML")


def open_file(path: Path, sniffed: Sniffed, limits: Limits = LIMITS) -> tuple[Opened, ...]:
    """Open a file: one table for a text, one for each sheet of a workbook.

    XML gives the names of its elements only, and fixed width its first line: `recognise` tells the source by them, and then
    `opened_as` opens the file by the source's shape.

    Parameters
    ----------
    path : Path
        A regular file.
    sniffed : Sniffed
        What `sniff` told of it.

    Returns
    -------
    tuple of Opened
        At least one; a file that cannot be read is one whose `faults` refuse it.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        return (unreadable(path.name, sniffed, too_large_fault(path.name, "bytes", size, limits.file_bytes)),)
    if sniffed.kind is FileKind.OTHER:
        return (unreadable(path.name, sniffed, found(Reason.FORMAT, masked(path.name), format=_ANY)),)
    if sniffed.kind is FileKind.TEXT:
        return (open_text(path, sniffed, limits),)
    if sniffed.kind is FileKind.XML:
        return (elements(path, sniffed, limits),)
    return _from_child(path, sniffed, in_child(sniffed.kind, path, limits))


def _from_child(path: Path, sniffed: Sniffed, told: tuple[Opened, ...] | Fault) -> tuple[Opened, ...]:
    if isinstance(told, Fault):
        return (unreadable(path.name, sniffed, told),)
    return tuple(replace(table, sniffed=sniffed) for table in told)


def opened_as(path: Path, opened: Opened, source: Source, limits: Limits = LIMITS) -> Opened:
    """Give a table as its source says it is written: XML and fixed width are opened by its shape, others are as they were.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    if isinstance(source.shape, XmlShape) and opened.sniffed.kind is FileKind.XML:
        return open_xml(path, opened.sniffed, source.shape, limits)
    if isinstance(source.shape, FixedShape) and opened.sniffed.kind is FileKind.TEXT:
        return open_fixed(path, opened.sniffed, source.shape, limits)
    return opened
