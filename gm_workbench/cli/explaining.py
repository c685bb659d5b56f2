"""What each file of a delivery was recognised as, and why: in words of declarations, never of a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from gm_workbench.cli.printing import print_rows
from gm_workbench.intake.declared.forms import PRIVATE, sources_and_faults
from gm_workbench.intake.declared.sources import Source
from gm_workbench.intake.faults import masked
from gm_workbench.intake.keys import open_key
from gm_workbench.intake.marker import MARKER, root_of
from gm_workbench.intake.reading.files import open_file
from gm_workbench.intake.reading.opened import Opened
from gm_workbench.intake.reading.recognise import Recognised, recognise
from gm_workbench.intake.reading.sniff import sniff
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind


def explained(place: str, folder: Path, where: Paths) -> list[dict[str, Any]]:
    """Say what every file of a delivery is: a row for each of its tables.

    Raises
    ------
    MissingKey
        If the data are real and there is no pseudonym key: then no file is opened.
    """
    kind = root_of(folder).kind
    if kind is DataKind.REAL:
        open_key(place, kind, where=where)
    sources = sources_of(where, folder)
    files = sorted(
        path
        for path in folder.iterdir()
        if not path.name.startswith(".") and path.name != MARKER and not path.name.endswith(PRIVATE)
    )
    return [{"place": place, **row} for path in files for row in _file(path, sources)]


def _file(path: Path, sources: Sequence[Source]) -> Iterator[dict[str, Any]]:
    if path.is_symlink() or not path.is_file():
        yield {"file": masked(path.name), "sheet": "", "is": "no file", "source": "", "why": ["only files are read"]}
        return
    try:
        tables = open_file(path, sniff(path))
    except OSError:
        yield {"file": masked(path.name), "sheet": "", "is": "not readable", "source": "", "why": ["it may not be read"]}
        return
    for opened in tables:
        yield _table(opened, recognise(opened, sources))


def _table(opened: Opened, hit: Recognised | None) -> dict[str, Any]:
    told = opened.sniffed
    why = [reason.en for reason in told.because]
    why += [reason.en for reason in hit.because] if hit else [] if opened.refused else ["its headers belong to no known source"]
    why += [fault.problem.en for fault in (hit.opened if hit else opened).faults]
    return {
        "file": masked(opened.name),
        "sheet": masked(opened.part) if hit else "",
        "is": " ".join(filter(None, (told.kind.value, told.encoding))),
        "source": hit.source.name if hit else "",
        "why": list(dict.fromkeys(why)),
    }


def tell(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print what was recognised: for a person a line for each table, with the reasons under it."""
    if as_json or not rows:
        return print_rows(rows, as_json=as_json, empty="There is nothing to explain.")
    for row in rows:
        sheet = f" [{row['sheet']}]" if row["sheet"] else ""
        click.echo(f"{row['place']}  {row['file']}{sheet}: {row['source'] or 'not known'} ({row['is']})")
        for reason in row["why"]:
            click.echo(f"    {reason}")
    return None


def sources_of(where: Paths, folder: Path) -> tuple[Source, ...]:
    """Give every source that a file may be written by, those beside the delivery first."""
    return tuple(sources_and_faults(where.codes, folder)[0].values())
