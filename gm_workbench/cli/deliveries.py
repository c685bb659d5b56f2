"""Write the deliveries of a synthetic world."""

from __future__ import annotations

import click

from gm_workbench.batch.demonstration import SEED, write_world
from gm_workbench.cli.printing import example, relative, world_option
from gm_workbench.settings import paths


@click.command(epilog=example("gm synthesise", "gm synthesise --world default --seed 7 --place GM0855"))
@world_option
@click.option("--seed", type=click.IntRange(min=0), default=SEED, show_default=True, help="The same seed gives the same bytes.")
@click.option("--place", "places", multiple=True, metavar="CODE", help="Only this municipality; may be repeated.")
def synthesise(world: str, seed: int, places: tuple[str, ...]) -> None:
    """Write the deliveries of a synthetic world, in the formats that municipalities deliver."""
    for folder in write_world(world, seed, paths(), places):
        click.echo(f"written  {relative(folder, paths())}")


COMMANDS = {"synthesise": synthesise}
