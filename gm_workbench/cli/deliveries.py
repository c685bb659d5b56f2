"""Write the deliveries of a synthetic world, and check deliveries."""

from __future__ import annotations

from typing import Any

import click

from gm_workbench.batch.catalogue import REAL, check_world, delivered, deliveries_folder, delivery_of
from gm_workbench.batch.demonstration import SEED, write_world
from gm_workbench.cli.printing import as_json, example, print_rows, real_option, relative, world_option
from gm_workbench.errors import UnknownPlace, WorkbenchError
from gm_workbench.intake.store import accept
from gm_workbench.settings import Paths, paths


@click.command(epilog=example("gm synthesise", "gm synthesise --world default --seed 7 --place GM0855"))
@world_option
@click.option("--seed", type=click.IntRange(min=0), default=SEED, show_default=True, help="The same seed gives the same bytes.")
@click.option("--place", "places", multiple=True, metavar="CODE", help="Only this municipality; may be repeated.")
def synthesise(world: str, seed: int, places: tuple[str, ...]) -> None:
    """Write the deliveries of a synthetic world, in the formats that municipalities deliver."""
    for folder in write_world(world, seed, paths(), places):
        click.echo(f"written  {relative(folder, paths())}")


@click.command(epilog=example("gm check", "gm check GM0855", "gm check GM0855 --real"))
@click.argument("places", nargs=-1, metavar="[CODE]...")
@world_option
@real_option
@click.option("--new-key", is_flag=True, help="Read everything anew under another pseudonym key, and drop the older tables.")
@click.option("--shared-key", default="", metavar="NAME", help="The key that delivery.yml says is shared with other places.")
@as_json
def check(places: tuple[str, ...], world: str, real: bool, new_key: bool, shared_key: str, as_json: bool) -> None:
    """Check deliveries, all of a world unless you name some, keep what is good, and say everything that is wrong with them."""
    where, world = paths(), REAL if real else world
    check_world(world, where)
    chosen = places or delivered(world, where)
    faults: dict[str, WorkbenchError] = {}
    rows = [_checked(place, world, where, faults, new_key=new_key, shared_key=shared_key) for place in chosen]
    print_rows(rows, as_json=as_json, empty=f"There are no deliveries in {relative(deliveries_folder(world, where), where)}.")
    if faults:
        first = next(iter(faults.values()))
        raise type(first)("\n".join(str(fault) for fault in faults.values()))


def _checked(
    place: str, world: str, where: Paths, faults: dict[str, WorkbenchError], *, new_key: bool, shared_key: str
) -> dict[str, Any]:
    folder = delivery_of(place, world, where)
    try:
        if not folder.is_dir():
            raise UnknownPlace(f"{place} has no delivery in {relative(folder.parent, where)}; look with: gm check")
        checked = accept(place, world, where, new_key=new_key, shared_key=shared_key)
    except WorkbenchError as fault:
        faults[place] = fault
        return {"place": place, "state": "refused", "kind": "", "rows": None, "notes": [str(fault).splitlines()[0]]}
    rows = sum(len(table) for table in checked.tables.values())
    return {"place": place, "state": "good", "kind": str(checked.kind), "rows": rows, "notes": list(checked.notes)}


COMMANDS = {"synthesise": synthesise, "check": check}
