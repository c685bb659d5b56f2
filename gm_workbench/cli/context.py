"""Figures of StatLine beside our own: print them, and look them up again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from gm_workbench.cli.printing import as_json, example, print_rows
from gm_workbench.intake.statline import LookedUp, client, refresh
from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import month_code
from gm_workbench.vocabulary.context import FILE, Figure, load_context, written

NEVER_LIVE = "Looking figures up was never run against the live service of StatLine; hold what it gives against the table."


@click.command(epilog=example("gm context", "gm context --json", "gm context --refresh"))
@click.option("--refresh", "again", is_flag=True, help="Look the figures up in StatLine (extra `context`); never run live.")
@as_json
def context(again: bool, as_json: bool) -> None:
    """Print the figures of StatLine that stand beside our own, each with its table and how it is known."""
    where = paths()
    figures = load_context(where.codes)
    if not again:
        print_rows([_told(one) for one in figures], as_json=as_json, empty="No figures are declared.")
        return
    click.echo(NEVER_LIVE, err=True)
    looked_up = refresh(figures, client(), datetime.now(UTC).date())
    (where.codes / FILE).write_text(written(one.figure for one in looked_up), encoding="utf-8")
    print_rows([_beside(old, new) for old, new in zip(figures, looked_up, strict=True)], as_json=as_json, empty="")


def _told(figure: Figure) -> dict[str, Any]:
    return {
        "place": figure.place,
        "month": month_code(figure.month),
        "figure": figure.label.nl,
        "value": figure.value,
        "unit": figure.unit,
        "table": figure.table,
        "status": figure.status,
    }


def _beside(old: Figure, new: LookedUp) -> dict[str, Any]:
    return {"figure": old.name, "was": old.value, "now": new.figure.value, "table": old.table, "found": str(new.found)}


COMMANDS = {"context": context}
