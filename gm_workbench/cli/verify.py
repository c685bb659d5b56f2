"""Make a report again, and say whether it is the same."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

import click

from gm_workbench.batch.changes import Change, Part
from gm_workbench.batch.compare import TOLERANCES, Difference
from gm_workbench.batch.finished import find_report
from gm_workbench.batch.run import CELL_SECONDS
from gm_workbench.batch.verify import Verification
from gm_workbench.batch.verify import verify as verify_report
from gm_workbench.cli.printing import as_json, example, world_option
from gm_workbench.errors import ReportDiffers
from gm_workbench.report.files import contents, edited
from gm_workbench.settings import paths

_DIGEST = re.compile("[0-9a-f]{40,64}")

SHOWN = 20
"""How many differences are printed for a person; --json gives them all."""


@click.command(
    epilog=example("gm verify reports/tilburg_single_mothers/GM0855", "gm verify tilburg_single_mothers --place GM0855 --json")
)
@click.argument("report", metavar="REPORT")
@click.option("--place", default="", metavar="CODE", help="REPORT is a study, and this the place.")
@world_option
@click.option(
    "--cell-seconds", type=click.IntRange(min=1), default=CELL_SECONDS, show_default=True, help="How long a cell may run."
)
@as_json
def verify(report: str, place: str, world: str, cell_seconds: int, as_json: bool) -> None:
    """Make REPORT again from its manifest, and compare every protected number and every file.

    REPORT is the folder of a report, or a study with --place. The report that stands is not touched. Says which of code, data,
    environment, rules or seed changed since it was made, and whether someone changed its files.
    """
    where = paths()
    folder = find_report(report, where, place, world)
    for one in edited(contents(folder)):  # said first: what was edited may be why the report cannot be made again
        click.echo(f"edited   {one}", err=as_json)
    found = verify_report(folder, where, cell_seconds=cell_seconds)
    click.echo(json.dumps(_as_plain(found), ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(found)))
    if not found.same:
        raise ReportDiffers(_differs(found))


def _as_plain(found: Verification) -> dict[str, Any]:
    plain = asdict(found)
    return {"report": plain.pop("report"), "same": found.same, "changed": list(found.changed), "tolerances": TOLERANCES} | plain


def _lines(found: Verification) -> list[str]:
    how = "to the last digit" if found.exact else "within the tolerance of another machine or environment"
    return [
        found.report,
        *(f"changed  {part}: {_names(found, part)}" for part in found.changed),
        *([] if found.code_known else ["unknown  code: it is not on record which code it was, or is now"]),
        *(f"number   {_difference(one)}" for one in found.differences[:SHOWN]),
        *([f"number   ... and {len(found.differences) - SHOWN} more; see --json"] if len(found.differences) > SHOWN else []),
        *(f"printed  {_difference(one)}" for one in found.printed[:SHOWN]),
        *([f"printed  ... and {len(found.printed) - SHOWN} more; see --json"] if len(found.printed) > SHOWN else []),
        *(f"file     {name}" for name in found.other_bytes),
        f"{found.values - len(found.differences)} of {found.values} values are the same, {how}.",
        f"{found.files - len(found.other_bytes)} of {found.files} files are the same, byte for byte.",
    ]


def _names(found: Verification, part: Part) -> str:
    own = [change for change in found.changes if change.part is part]
    shown = ", ".join(_change(change) for change in own[:3])
    return shown + (f" and {len(own) - 3} more" if len(own) > 3 else "")


def _change(change: Change) -> str:
    return f"{change.name} ({_short(change.was)} → {_short(change.now)})"


def _short(value: object) -> str:
    """Write a digest or a commit with its first digits; they are for recognising, and --json has the rest."""
    text = "none" if value in (None, "") else str(value)
    return text[:8] if _DIGEST.fullmatch(text) else text


def _difference(one: Difference) -> str:
    where = " ".join(part for part in (one.file, one.row, one.column) if part not in ("", "printed"))
    return f"{where}: was {one.was or 'nothing'}, now {one.now or 'nothing'}"


def _differs(found: Verification) -> str:
    if found.edited:
        return f"{found.report} was changed after it was made; see the lines marked edited. Make it anew with gm run."
    why = f"what changed since: {', '.join(found.changed)}" if found.changed else "nothing on record has changed since"
    what = f"{len(found.differences)} values, {len(found.printed)} printed numbers and {len(found.other_bytes)} files differ"
    return f"{found.report} is not what is made now: {what}; {why}."


COMMANDS = {"verify": verify}
