"""Rows for a person, or the same rows as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from gm_workbench.settings import Paths

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")
world_option = click.option("--world", default="default", show_default=True, metavar="NAME", help="The synthetic world.")
real_option = click.option("--real", is_flag=True, help="Real deliveries in data/raw, in place of a synthetic world.")

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Data root of real deliveries, in place of GM_DATA and data/.",
)


def example(*lines: str) -> str:
    """Give the epilog of a command: how it is typed."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def print_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str) -> None:
    """Print rows as an aligned table under their names, or as a JSON list."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))
    elif rows:
        click.echo("\n".join(aligned(rows)))
    else:
        click.echo(empty)


def aligned(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give the lines of a table.

    >>> aligned([{"place": "GM0855", "state": "done"}, {"place": "GM0363", "state": "timed out"}])
    ['place   state', 'GM0855  done', 'GM0363  timed out']
    """
    table = [list(rows[0]), *([_words(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]


def _words(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def relative(path: Path, paths: Paths) -> str:
    """Write a path as seen from the project's root."""
    return path.relative_to(paths.root).as_posix() if path.is_relative_to(paths.root) else str(path)
