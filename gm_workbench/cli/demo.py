"""From nothing to reports, in one command."""

from __future__ import annotations

import click

from gm_workbench.batch.catalogue import DEFAULT_WORLD
from gm_workbench.batch.demonstration import SEED, is_current, write_world
from gm_workbench.batch.plan import Wish
from gm_workbench.batch.run import CELL_SECONDS
from gm_workbench.cli.printing import as_json, example
from gm_workbench.cli.reports import again_option, make, workers_option
from gm_workbench.kernels import warm
from gm_workbench.settings import paths


@click.command(epilog=example("gm demo", "gm demo --fresh --workers 2"))
@click.option("--fresh", is_flag=True, help="Write the synthetic deliveries again, also when they are current.")
@workers_option
@again_option
@as_json
def demo(fresh: bool, workers: int | None, again: bool, as_json: bool) -> None:
    """Make the demonstration: synthetic deliveries of seven places, every report on them and on public data, the index.

    What is fresh is left as it is.
    """
    where = paths()
    if fresh or not is_current(DEFAULT_WORLD, SEED, where):
        click.echo(f"Writing synthetic deliveries in {where.synthetic / DEFAULT_WORLD} ...", err=True)
        warm.server_address()  # what kernels are forked from gets warm meanwhile
        write_world(DEFAULT_WORLD, SEED, where, with_truth=False)
    make((Wish(),), where, workers, CELL_SECONDS, again=again, as_json=as_json)


COMMANDS = {"demo": demo}
