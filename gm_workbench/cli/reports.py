"""Make reports, and say how that went."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from gm_workbench.batch.catalogue import REAL, left_out
from gm_workbench.batch.lanes import worker_count
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Planned, Wish, plan, read_plan, wishes_from_options
from gm_workbench.batch.progress import duration, progress_for
from gm_workbench.batch.run import CELL_SECONDS, run_batch, settle
from gm_workbench.batch.standing import Stood, standings
from gm_workbench.batch.summary import Summary
from gm_workbench.cli.printing import as_json, data_option, example, print_rows, real_option, relative, world_option
from gm_workbench.errors import Stopped, UsageError
from gm_workbench.settings import Paths, paths

workers_option = click.option(
    "--workers", type=int, metavar="N", help="Reports at a time; by default GM_WORKERS, else one a core."
)
again_option = click.option("--again", is_flag=True, help="Make also reports that are fresh.")


@click.command(
    "run",
    epilog=example(
        "gm run",
        "gm run amersfoort_upward_mobility --place GM0307 -p wage_threshold=0.6",
        "gm run --plan plan.csv        (columns study, place, world, period and any parameter)",
        "gm run --again --place GM0307  (also when nothing changed)",
    ),
)
@click.argument("studies", nargs=-1, metavar="[STUDY]...")
@click.option("--place", "places", multiple=True, metavar="CODE", help="A municipality, or public data; may be repeated.")
@world_option
@real_option
@data_option
@click.option("--period", default="", metavar="YYYY-MM/YYYY-MM", help="Another period than the notebook's own.")
@click.option("-p", "--parameter", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter; may be repeated.")
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), metavar="FILE", help="Take the reports from a CSV file.")
@workers_option
@click.option(
    "--cell-seconds", type=click.IntRange(min=1), default=CELL_SECONDS, show_default=True, help="How long a cell may run."
)
@again_option
@as_json
def run_command(
    studies: tuple[str, ...],
    places: tuple[str, ...],
    world: str,
    real: bool,
    data: Path | None,
    period: str,
    pairs: tuple[str, ...],
    plan_file: Path | None,
    workers: int | None,
    cell_seconds: int,
    again: bool,
    as_json: bool,
) -> None:
    """Make reports: every study for every place that delivered, unless you name some; what is fresh is left as it is.

    Everything that is wrong with what you ask is said before anything runs. A report that cannot be made does not stop the
    others, and the last good one stays.
    """
    if plan_file and (studies or places or period or pairs):
        raise UsageError(
            "A plan file says which reports to make, so it must stand alone. Leave out STUDY, --place, --period and -p."
        )
    world = REAL if real else world
    wishes = read_plan(plan_file, world) if plan_file else wishes_from_options(studies, places, world, period, pairs)
    make(wishes, paths(data=data), workers, cell_seconds, again=again, as_json=as_json)


def make(
    wishes: tuple[Wish, ...],
    where: Paths,
    workers: int | None,
    cell_seconds: int,
    *,
    again: bool = False,
    as_json: bool = False,
) -> None:
    """Plan, run, write the index, and print what was made; raise at the end if something was not."""
    from gm_workbench.batch.index import write_index_of  # draws pages, which takes seconds to import

    for sentence in (one for world in dict.fromkeys(wish.world for wish in wishes) for one in left_out(world, where)):
        click.echo(sentence, err=True)
    rows = plan(wishes, where)
    progress = progress_for(sys.stdout if as_json else sys.stderr, as_json=as_json)
    try:
        summary = run_batch(rows, where, worker_count(workers), progress, cell_seconds=cell_seconds, again=again)
    except KeyboardInterrupt:
        write_index_of(where)
        raise Stopped("Stopped. What was finished is kept, and gm run makes the rest.") from None
    index = write_index_of(where)
    if not as_json:
        _print_summary(summary, where, index)
    summary.raise_if_incomplete()


def _print_summary(summary: Summary, where: Paths, index: Path) -> None:
    for result in summary.new:
        click.echo(f"{'deviates' if result in summary.deviating else 'made':<9} {relative(_page(result.row, where), where)}")
    asked, fresh = len(summary.results) - len(summary.fresh), len(summary.fresh)
    if asked:
        click.echo(f"{len(summary.new)} of {asked} reports made in {duration(summary.seconds)}.")
    if fresh:
        click.echo(f"{fresh} reports were fresh already; --again makes them too.")
    click.echo(f"Index: {index}")


def _page(row: Planned, where: Paths) -> Path:
    return row.folder(where) / "report.html"


@click.command(epilog=example("gm status", "gm status --json", "gm status --gone old-server"))
@data_option
@click.option("--gone", default="", metavar="MACHINE", help="Another machine whose batches are over: release what they held.")
@as_json
def status(data: Path | None, gone: str, as_json: bool) -> None:
    """Say how each report stands: fresh, stale (and why), failed (and why), running."""
    where = paths(data=data)
    ledger = Ledger.to_look_at(where)
    if ledger is not None and ledger.writable:
        settle(ledger, where, gone)
    stood = () if ledger is None else standings(ledger, where).values()
    rows = [_whole(one) if as_json else _short(one) for one in stood]
    print_rows(rows, as_json=as_json, empty="No report was asked for yet. Make the demonstration with: gm demo")


def _short(stood: Stood) -> dict[str, Any]:
    attempt = stood.attempt
    return {
        "study": attempt.study,
        "place": attempt.place,
        "world": attempt.world or "-",
        "stands": str(stood.standing.stands),
        "when": attempt.started,
        "why": f"cell {attempt.cell}: {stood.standing.why}" if attempt.cell else stood.standing.why,
    }


def _whole(stood: Stood) -> dict[str, Any]:
    attempt = stood.attempt
    return {
        **_short(stood),
        "world": attempt.world,
        "period": attempt.period,
        "folder": attempt.folder,
        "why": stood.standing.why,
        "changed": list(stood.standing.parts),
        "state": str(attempt.state),
        "seconds": attempt.seconds,
        "computing": attempt.computing,
        "memory": attempt.memory,
        "cell": attempt.cell,
        "reason": attempt.reason,
        "data": attempt.kind,
        "headline": {"nl": attempt.headline.nl, "en": attempt.headline.en},
    }


COMMANDS = {"run": run_command, "status": status}
