"""Take out of notebooks what came from a run, where they were not saved by JupyterLab of this environment."""

from __future__ import annotations

from pathlib import Path

import click

from gm_workbench.batch.stripped import fault_of, strip
from gm_workbench.cli.printing import example, relative
from gm_workbench.errors import DisclosureRefused
from gm_workbench.settings import paths


@click.command("strip", epilog=example("gm strip", "gm strip notebooks/explore.ipynb", "gm strip --check"))
@click.argument("notebooks", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="[NOTEBOOK]...")
@click.option("--check", is_flag=True, help="Change nothing; say which hold more than code and words, and refuse.")
def strip_command(notebooks: tuple[Path, ...], check: bool) -> None:
    """Leave only code and words in notebooks, as they are committed; all of notebooks/ when none is named.

    Outputs, numbers of executions, state of widgets, pasted pictures and metadata are taken out.
    """
    where = paths()
    chosen = notebooks or tuple(sorted(where.notebooks.glob("*.ipynb")))
    if check:
        _refuse(chosen)
        return
    changed = [relative(one.absolute(), where) for one in chosen if strip(one)]
    click.echo("\n".join(f"stripped  {name}" for name in changed) or "Nothing to take out.")


def _refuse(notebooks: tuple[Path, ...]) -> None:
    faults = [fault for fault in map(fault_of, notebooks) if fault]
    if faults:
        raise DisclosureRefused("\n".join(faults))
    click.echo("Nothing to take out.")


COMMANDS = {"strip": strip_command}
