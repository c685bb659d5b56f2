"""`gm`: the table of contents of the command line."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from typing import Any

import click

from gm_workbench.errors import Stopped, WorkbenchError

COMMANDS = {
    "demo": ("demo", "Make the demonstration, from nothing to reports."),
    "studies": ("studies", "List the studies, what each asks, and its parameters."),
    "power": ("power", "Say what difference a study can see, before it has data."),
    "synthesise": ("deliveries", "Write the deliveries of a synthetic world."),
    "check": ("checking", "Check deliveries and say everything that is wrong."),
    "context": ("context", "Print figures of StatLine to hold ours against, or look them up again."),
    "run": ("reports", "Make reports."),
    "status": ("reports", "Say how each report stands: fresh, stale and why, failed, running."),
    "release": ("release", "Put reports in a bundle that a second person approves."),
    "collect": ("collecting", "Put approved bundles of several places together."),
    "strip": ("stripping", "Leave only code and words in notebooks."),
    "scan": ("scan", "Look in finished reports for what must not be there."),
    "verify": ("verify", "Make a report again, and say whether it is the same."),
    "forget": ("forgetting", "Remove a person, or all of a delivery, from what is kept."),
}
"""Each command, in the order of the work: its file, and what it does. A file is only imported when its command is asked for."""


STOPPED = Stopped("Stopped.")


def exit_codes() -> dict[int, str]:
    """Give every exit code and what it means, from the errors that own them.

    >>> exit_codes()[12]
    "The notebook's parameters cell has no such name."
    """
    kinds: list[type[WorkbenchError]] = [WorkbenchError, *_below(WorkbenchError)]
    owned = {kind.exit_code: (kind.__doc__ or "").splitlines()[0] for kind in kinds if "exit_code" in vars(kind)}
    return {0: "Done.", **dict(sorted(owned.items()))}


def _below(kind: type[WorkbenchError]) -> Iterator[type[WorkbenchError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _epilog() -> str:
    codes = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in exit_codes().items())
    return f"\b\nExit codes:\n{codes}\n\n\b\nExample:\n  gm demo"


def _unforeseen(error: Exception) -> WorkbenchError:
    """Say of an error that nobody foresaw what it is and where it came up, and nothing of what it says."""
    ours = [one for one in extract_tb(error.__traceback__) if "gm_workbench" in one.filename]
    where = f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else "a library"
    return WorkbenchError(
        f"Something went wrong that gm does not know: {type(error).__name__}, in {where}. What it says is not shown: it may "
        "quote a record. What was finished is kept; run the same command again, and if it comes back, report these words."
    )


class Told(click.ClickException):
    """An error of ours on its way to the user: the message, no traceback, its own exit code."""

    def __init__(self, error: WorkbenchError) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code  # type: ignore[misc]  # click declares it once for the whole class

    def show(self, file: Any = None) -> None:
        click.echo(f"gm: {self.message}", file=file, err=file is None)


class Gm(click.Group):
    """The group of all commands: opens the file of the one that is asked for, and turns its errors into exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WorkbenchError as error:
            raise Told(error) from error
        except KeyboardInterrupt:
            raise Told(STOPPED) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # what a library says may quote a record, and so may a traceback
            raise Told(_unforeseen(error)) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        file = import_module(f"gm_workbench.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = file.COMMANDS[cmd_name]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])


@click.group(cls=Gm, epilog=_epilog(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gm-workbench")
def gm() -> None:
    """Make protected reports for the municipalities of the learning network Gewogen Maatwerk.

    Deliveries go in, one report for each study and place comes out in reports/, and reports/index.html lists them all.
    """


def run() -> None:
    """Run the command line. While it ends, Ctrl-C is not heard: it would only add a traceback."""
    try:
        gm()
    except KeyboardInterrupt:  # a second one, while the first was being told
        sys.exit(STOPPED.exit_code)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
