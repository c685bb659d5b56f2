"""Put what several places released together: checked, in one table of estimates, and without a record."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from gm_workbench.cli.printing import as_json, example, print_rows, relative
from gm_workbench.cli.release import allowed_option
from gm_workbench.errors import UsageError
from gm_workbench.report.collect import Gathered, collect, collections_in
from gm_workbench.report.collection import Collection, checked_collection_name, read_collection
from gm_workbench.settings import paths


@click.command(
    "collect",
    epilog=example(
        "gm collect from-tilburg/tilburg-2026 from-amsterdam/amsterdam-2026 --into spring-2027",
        "gm collect from-tilburg/tilburg-2026-corrected --into spring-2027 --replace",
        "gm collect --into spring-2027 --withdraw GM0363 --reason 'asked by the municipality'",
        "gm collect --into spring-2027",
        "gm collect",
    ),
)
@click.argument("bundles", nargs=-1, type=click.Path(path_type=Path), metavar="[BUNDLE]...")
@click.option("--into", "name", default="", metavar="NAME", help="The collection; alone, it is checked and shown.")
@click.option("--replace", is_flag=True, help="What arrives takes the place of what is there on the same study and place.")
@click.option("--withdraw", multiple=True, metavar="PLACE", help="Take a place out, with the bundle that it is in.")
@click.option("--reason", default="", metavar="TEXT", help="Why a place is withdrawn.")
@click.option(
    "--accept-unsigned", "unsigned", is_flag=True, help="Take approved bundles that nobody signed; it is written down."
)
@allowed_option
@click.option("--expect", "places", multiple=True, metavar="PLACE", help="A place that should be there.")
@click.option("--study", "studies", multiple=True, metavar="STUDY", help="A study that should be there.")
@as_json
def collect_command(bundles: tuple[Path, ...], name: str, as_json: bool, **asked: Any) -> None:
    """Put approved bundles of several places into collections/NAME/, from which analyses over places read.

    Each bundle is checked by itself (every digest, its signature, its protocols and policies) and beside the others (kinds of
    data, places twice, estimands that differ). Everything that is wrong is listed, and then nothing changes. What is missing is
    listed too. docs/collect.md goes through it.
    """
    where = paths()
    if not name:
        _list(bundles, asked, as_json=as_json)
        return
    if bundles or any(asked.values()):
        made = collect(Gathered(name, bundles, **asked), where, datetime.now(UTC))
    else:
        made = read_collection(where.collections / checked_collection_name(name))
    if as_json:
        click.echo(json.dumps(made.content, ensure_ascii=False, indent=2))
        return
    click.echo(f"{name}: {made.content['data_kind']} data, in {relative(made.folder, where)}")
    print_rows(_parts(made), as_json=False, empty="")
    click.echo("\nmissing:" if made.content["missing"] else "")
    print_rows(made.content["missing"], as_json=False, empty="Nothing is missing.")


def _list(bundles: tuple[Path, ...], asked: dict[str, Any], *, as_json: bool) -> None:
    if bundles or any(asked.values()):
        raise UsageError("Say into which collection: --into NAME, for example --into spring-2027.")
    rows = [
        {"name": one.content["name"], "data": one.content["data_kind"], "bundles": len(one.content["parts"])}
        | {"missing": len(one.content["missing"])}
        for one in collections_in(paths())
    ]
    print_rows(rows, as_json=as_json, empty="There are no collections yet.")


def _parts(made: Collection) -> list[dict[str, Any]]:
    return [
        {"study": report["study"], "place": report["place"], "period": report["period"], "estimates": len(report["estimates"])}
        | {"bundle": part["release"], "state": part["state"], "signature": part["signature"]}
        for part in made.content["parts"]
        for report in part["reports"]
    ]


COMMANDS = {"collect": collect_command}
