"""`gm`: the table of contents of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from gm_workbench.cli.demo import demo
from gm_workbench.cli.deliveries import check, synthesise
from gm_workbench.cli.reports import run_command, status
from gm_workbench.cli.scan import scan
from gm_workbench.cli.studies import studies
from gm_workbench.errors import WorkbenchError


def exit_codes() -> dict[int, str]:
    """Give every exit code and what it means, from the errors that own them.

    >>> exit_codes()[12]
    "The notebook's parameters cell has no such name."
    """
    kinds = [WorkbenchError, *_below(WorkbenchError)]
    owned = {kind.exit_code: (kind.__doc__ or "").splitlines()[0] for kind in kinds if "exit_code" in vars(kind)}
    return {0: "Done.", **dict(sorted(owned.items()))}


def _below(kind: type[WorkbenchError]) -> Iterator[type[WorkbenchError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _epilog() -> str:
    codes = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in exit_codes().items())
    return f"\b\nExit codes:\n{codes}\n\n\b\nExample:\n  gm demo"


class Told(click.ClickException):
    """An error of ours on its way to the user: the message, no traceback, its own exit code."""

    def __init__(self, error: WorkbenchError) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code

    def show(self, file: Any = None) -> None:
        click.echo(f"gm: {self.message}", file=file, err=file is None)


class Gm(click.Group):
    """A group of commands whose errors become exit codes, and that lists its commands in the order of the work."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WorkbenchError as error:
            raise Told(error) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)


@click.group(cls=Gm, epilog=_epilog(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gm-workbench")
def gm() -> None:
    """Make protected reports for the municipalities of the learning network Gewogen Maatwerk.

    Deliveries go in, one report for each study and place comes out in reports/, and reports/index.html lists them all.
    """


for command in (demo, studies, synthesise, check, run_command, status, scan):
    gm.add_command(command)


def run() -> None:
    """Run the command line."""
    gm()
