"""Look through finished reports for what must never be in them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from gm_workbench.cli.printing import as_json, example, print_rows, relative
from gm_workbench.errors import DisclosureRefused, UsageError
from gm_workbench.guard.scan import scan_file, scan_folder
from gm_workbench.settings import paths


@click.command(epilog=example("gm scan", "gm scan reports/tilburg_single_mothers/GM0855"))
@click.argument("targets", nargs=-1, type=click.Path(path_type=Path), metavar="[FOLDER OR FILE]...")
@as_json
def scan(targets: tuple[Path, ...], as_json: bool) -> None:
    """Look for numbers of persons, key columns, birth dates and pseudonyms; all of reports/ unless you name something.

    A finding names the file, the line and the rule, never the value.
    """
    where = paths()
    chosen = [_there(target) for target in targets or (where.reports,)]
    found = [
        {**asdict(finding), "file": f"{relative(target, where)}/{finding.file}" if target.is_dir() else relative(target, where)}
        for target in chosen
        for finding in (scan_folder(target) if target.is_dir() else scan_file(target))
    ]
    print_rows(found, as_json=as_json, empty="Nothing found.")
    if found:
        raise DisclosureRefused(
            f"{len(found)} places hold what looks like a record. Look at each before anyone else sees these files."
        )


def _there(target: Path) -> Path:
    if not target.exists():
        raise UsageError(f"There is no {target} to scan. Name a folder or a file, or nothing for all of reports/.")
    return target


COMMANDS = {"scan": scan}
