"""Look through finished files for what must never be in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import click

from gm_workbench.cli.printing import aligned, as_json, example, relative
from gm_workbench.errors import DisclosureRefused, UsageError
from gm_workbench.guard.scan import MEANINGS, Finding, Rule, files_in, scan_file, scan_folder
from gm_workbench.settings import Paths, paths


@click.command(epilog=example("gm scan", "gm scan reports/tilburg_single_mothers/GM0855"))
@click.argument("targets", nargs=-1, type=click.Path(path_type=Path), metavar="[FOLDER OR FILE]...")
@as_json
def scan(targets: tuple[Path, ...], as_json: bool) -> None:
    """Look for what could point at a person, and for what may not be handed over; all of reports/ unless you name something.

    Looked for are numbers of persons, names of key columns, days of birth, pseudonyms, addresses and bank accounts, tables of
    records, secrets, folders of a machine, what a program says when it fails, and numbers that are not protected. Pages,
    notebooks, tables, pictures, PDFs and archives are opened. What cannot be read, or is of an unknown type, is a finding.

    A finding names the file, the line and the rule, never the value.
    """
    where = paths()
    chosen = [_there(target) for target in targets or (where.reports,)]
    files = sum(len(files_in(target)) if target.is_dir() else 1 for target in chosen)
    found = [one for target in chosen for one in _found(target, where)]
    click.echo(_as_json(files, found) if as_json else "\n".join(_lines(files, found)))
    if found:
        raise DisclosureRefused(
            f"{len(found)} places hold what must not be handed over. Look at each before anyone else sees these files."
        )


def _there(target: Path) -> Path:
    if not target.exists():
        raise UsageError(f"There is no {target} to scan. Name a folder or a file, or nothing for all of reports/.")
    return target


def _found(target: Path, where: Paths) -> Iterator[Finding]:
    if not target.is_dir():
        yield from (replace(one, file=one.file.replace(target.name, relative(target, where), 1)) for one in scan_file(target))
    else:
        yield from (replace(one, file=f"{relative(target, where)}/{one.file}") for one in scan_folder(target))


def _as_json(files: int, found: list[Finding]) -> str:
    meanings = {
        rule: {"nl": text.nl, "en": text.en} for rule, text in MEANINGS.items() if any(one.rule == rule for one in found)
    }
    content = {"files": files, "findings": [asdict(one) for one in found], "meanings": meanings}
    return json.dumps(content, ensure_ascii=False, indent=2)


def _lines(files: int, found: list[Finding]) -> Iterator[str]:
    if found:
        yield from aligned([asdict(one) for one in found])
        yield ""
    for rule in dict.fromkeys(Rule(one.rule) for one in found):
        yield f"{rule}: {MEANINGS[rule].en} ({MEANINGS[rule].nl})"
    yield f"{files} {'file' if files == 1 else 'files'} scanned, {len(found) or 'no'} finding{'s' * (len(found) != 1)}."


COMMANDS = {"scan": scan}
