"""Remove a person, or a whole delivery, from all that is kept."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from gm_workbench.batch.catalogue import REAL
from gm_workbench.batch.finished import reports_on
from gm_workbench.cli.printing import data_option, example, real_option, world_option
from gm_workbench.errors import UsageError
from gm_workbench.intake.kept.forget import Forgotten, forget, forget_all
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.codes import Place

NEVER_HERE = (
    "gm forget takes one municipality code and no number of a person: what is typed here stays in the history of the shell. "
    "Leave the number out; it is asked for, or read from standard input. If it was typed just now, remove it from the history."
)


@click.command(
    "forget",
    epilog=example("gm forget GM0855 --real", "gm forget GM0855 --real < number.txt", "gm forget GM0855 --real --all"),
)
@click.argument("words", nargs=-1, metavar="CODE")
@world_option
@real_option
@data_option
@click.option(
    "--all", "everything", is_flag=True, help="All that is kept of the municipality, as when its last day has passed."
)
@click.option(
    "--also-raw", is_flag=True, help="Also out of the delivery itself: the lines of a person, or with --all every file."
)
@click.option("--yes", is_flag=True, help="Do not ask whether --all is meant.")
def forget_command(
    words: tuple[str, ...], world: str, real: bool, data: Path | None, everything: bool, also_raw: bool, yes: bool
) -> None:
    """Remove one person from the tables and caches of a municipality; the number is read from standard input.

    Every report on the municipality becomes stale, and gm run makes it anew. Who was removed is written down nowhere.
    """
    where, world = paths(data=data), REAL if real else world
    place = _place(words, where)
    if everything:
        _confirm(place, also_raw=also_raw, yes=yes)
        files = forget_all(place, world, where, also_raw=also_raw)
        click.echo(f"Removed all that is kept of {place}: {_several(files, 'file')} of tables.")
    else:
        _say(forget(place, world, _number(), where, also_raw=also_raw), place)
    stale = len(reports_on(place, world, where))
    click.echo(f"{_several(stale, 'report')} on {place} {'is' if stale == 1 else 'are'} stale; make them anew with: gm run")


def _place(words: tuple[str, ...], where: Paths) -> str:
    """Give the one place that is named; nothing that could be a number is repeated in a message."""
    if len(words) != 1 or not re.fullmatch(r"GM\d{4}", words[0]):
        raise UsageError(NEVER_HERE)
    return Place.parse(words[0], where.codes).code


def _number() -> str:
    """Read the number: unseen from a terminal, else the one line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Number of the person (is not shown)", hide_input=True))
    lines = [line.strip() for line in sys.stdin if line.strip()]
    if len(lines) != 1:
        raise UsageError(f"Standard input must hold one number of a person, but it holds {_several(len(lines), 'line')}.")
    return lines[0]


def _confirm(place: str, *, also_raw: bool, yes: bool) -> None:
    what = (
        "its tables, what is known of its files, and the delivery itself" if also_raw else "its tables and what is known of it"
    )
    if not yes and not click.confirm(f"Remove {what}: all of {place}?"):
        raise UsageError("Nothing was removed.")


def _say(done: Forgotten, place: str) -> None:
    tables = f" ({', '.join(done.tables)})" if done.tables else ""
    click.echo(f"Removed {_several(done.rows, 'row')} of the tables of {place}{tables}.")
    if done.pages:
        click.echo(f"Removed {_several(done.pages, 'individual result')} from the private folder.")
    if done.rewritten:
        click.echo(f"Removed from {_several(done.rewritten, 'file')} of the delivery.")
    if done.blocked:
        holds = "holds the person or cannot" if done.blocked == 1 else "hold the person or cannot"
        click.echo(
            f"{_several(done.blocked, 'file')} of the delivery still {holds} be searched, and will not be read until changed. "
            "A changed file that still holds the person brings the person back."
        )


def _several(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


COMMANDS = {"forget": forget_command}
