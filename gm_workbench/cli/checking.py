"""Check deliveries, say what each file was recognised as, and draft an alias file for one that is not known."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from traceback import walk_tb

import click

from gm_workbench.batch.catalogue import REAL, check_world
from gm_workbench.cli.explaining import explained, sources_of, tell
from gm_workbench.cli.patience import Patience
from gm_workbench.cli.printing import as_json, data_option, example, print_rows, real_option, relative, world_option
from gm_workbench.cli.standing import Report, as_row, coverage, noted
from gm_workbench.errors import DeclarationError, DeliveryError, PartlyAccepted, UnknownPlace, UsageError, WorkbenchError
from gm_workbench.intake.faults import Fault, FaultyDeliveryError, worst
from gm_workbench.intake.kept.forget import MEND
from gm_workbench.intake.marker import MARKER
from gm_workbench.intake.reasons import Severity
from gm_workbench.intake.store import Checked, checked_tables
from gm_workbench.intake.store import accept as check_delivery
from gm_workbench.intake.suggest import suggest
from gm_workbench.intake.summary import CSV_FILE, HTML_FILE, render_csv, render_html
from gm_workbench.panel.coverage import Covered, place_coverage
from gm_workbench.settings import RAW, Paths, own_roots, paths
from gm_workbench.vocabulary.codes import Place

explain_option = click.option("--explain", is_flag=True, help="Only say what each file is recognised as, and why.")
suggest_option = click.option(
    "--suggest",
    "unknown",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draft an alias file for one unknown file, from its headers and what is in it.",
)


@click.command(epilog=example("gm check", "gm check GM0855 --real --data /mnt/share", "gm check GM0855 --real --explain"))
@click.argument("places", nargs=-1, metavar="[CODE]...")
@world_option
@real_option
@data_option
@explain_option
@suggest_option
@click.option("--new-key", is_flag=True, help="Read everything anew under another pseudonym key, and drop the older tables.")
@click.option("--shared-key", default="", metavar="NAME", help="The key that delivery.yml says is shared with other places.")
@as_json
def check(
    places: tuple[str, ...],
    world: str,
    real: bool,
    data: Path | None,
    explain: bool,
    unknown: Path | None,
    new_key: bool,
    shared_key: str,
    as_json: bool,
) -> None:
    """Check deliveries, all of a world unless you name some, keep what is good, and say everything that is wrong with them.

    Ends with 0 when all is good, with 25 when rows were set aside and the rest is in use, with 20 when a delivery is refused.
    """
    where, world = paths(data=data), REAL if real else world
    if data and not real:
        raise UsageError("--data is where real deliveries lie, so it needs --real; synthetic ones lie in the project.")
    if unknown is not None:
        return click.echo(_suggested(unknown, where), nl=False)
    check_world(world, where)
    chosen = places or _delivered(world, where)
    if explain:
        return tell([row for place in chosen for row in explained(place, _folder(place, world, where), where)], as_json=as_json)
    return _tell(
        _each(chosen, lambda place: _checked(place, world, where, new_key=new_key, shared_key=shared_key)),
        world,
        where,
        as_json=as_json,
    )


def _each(places: Sequence[str], look: Callable[[str], Report]) -> list[Report]:
    with Patience(len(places)) as patience:
        return [look(place) for place in patience.over(places)]


def _suggested(unknown: Path, where: Paths) -> str:
    return suggest(unknown, sources_of(where, unknown.parent))


def _folder(place: str, world: str, where: Paths) -> Path:
    folder = where.delivery_of(place, world)
    if not folder.is_dir():
        raise UnknownPlace(f"{place} has no delivery in {relative(folder.parent, where)}; look with: gm check")
    return folder


def _delivered(world: str, where: Paths) -> tuple[str, ...]:
    """Name the places with a delivery; real ones may each have a data root of their own."""
    there = {marker.parent.name for marker in _root(world, where).glob(f"*/{MARKER}")}
    if not world and where.data is None:
        there |= {place for place in own_roots(where.roots) if (where.raw_of(place) / MARKER).is_file()}
    return tuple(sorted(there))


def _root(world: str, where: Paths) -> Path:
    return where.synthetic / world if world else (where.data or where.root / "data") / RAW


def _checked(place: str, world: str, where: Paths, *, new_key: bool, shared_key: str) -> Report:
    try:
        _folder(place, world, where)
        return _good(place, check_delivery(place, world, where, new_key=new_key, shared_key=shared_key), where)
    except FaultyDeliveryError as error:
        first = str(error).splitlines()[0]
        return Report(place, "", None, (first,), error.faults, error.ledger, error, _in_force(place, world, where))
    except WorkbenchError as error:
        return Report(place, "", None, (str(error).splitlines()[0],), error=error)
    except Exception as error:  # whatever it is, its words may quote a cell, and so may a traceback
        return Report(place, "", None, ("it could not be checked",), error=_unforeseen(place, error))


def _good(place: str, checked: Checked, where: Paths) -> Report:
    rows = sum(len(table) for table in checked.tables.values())
    partly = _partly(place, checked.faults)
    return Report(
        place, str(checked.kind), rows, checked.notes, checked.faults, checked.ledger, partly, _covered(checked, where)
    )


def _in_force(place: str, world: str, where: Paths) -> tuple[Covered, ...]:
    """Say what the tables cover that are in force beside a refused file; nothing when there are none."""
    try:
        checked = checked_tables(place, world, where)
    except WorkbenchError:
        return ()
    return _covered(checked, where)


def _covered(checked: Checked, where: Paths) -> tuple[Covered, ...]:
    """Say what the tables cover; a protocol that is wrong is not the fault of who delivers, and gm run tells of it."""
    try:
        return place_coverage(checked.place, checked.tables, checked.kind, where=where)
    except DeclarationError:
        return ()


def _unforeseen(place: str, error: Exception) -> DeliveryError:
    """Say where an error arose that nobody foresaw, without its words."""
    frames = [
        frame for frame, _ in walk_tb(error.__traceback__) if frame.f_globals.get("__name__", "").startswith("gm_workbench")
    ]
    room = f"{frames[-1].f_globals['__name__']}, line {frames[-1].f_lineno}" if frames else "an unknown room"
    return DeliveryError(
        f"The delivery of {place} could not be checked: {type(error).__name__} in {room}. This is a fault of the workbench; "
        "report it with this line. Nothing was read in."
    )


def _partly(place: str, faults: Sequence[Fault]) -> PartlyAccepted | None:
    aside = [fault for fault in faults if fault.severity is Severity.SET_ASIDE]
    if not aside:
        return None
    said = "".join(
        f"\n  {fault.where}: {fault.problem.en} [{fault.count}]\n     What to do: {fault.remedy.en}" for fault in aside
    )
    return PartlyAccepted(f"Rows of the delivery of {place} were set aside; the rest of it is in use.{said}")


def _tell(reports: Sequence[Report], world: str, where: Paths, *, as_json: bool) -> None:
    rows = [as_row(report, _mend(report, world, where), where, full=as_json) for report in reports]
    print_rows(rows, as_json=as_json, empty=f"There are no deliveries in {relative(_root(world, where), where)}.")
    if not as_json:
        for line in (*noted(reports), *coverage(reports)):
            click.echo(line)
    wrong = sorted(filter(None, (report.error for report in reports)), key=lambda error: isinstance(error, PartlyAccepted))
    if wrong:
        raise type(wrong[0])("\n".join(map(str, wrong)))


def _mend(report: Report, world: str, where: Paths) -> Path | None:
    """Write what the supplier must mend, for its owner's eyes; give the page, or None when nothing must be mended any more."""
    place = Place.parse(report.place, where.codes)
    folder = where.checked_of(place.code, world) / MEND
    if worst(report.faults) is Severity.NOTE:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in ((HTML_FILE, render_html), (CSV_FILE, render_csv)):
        _write_private(folder / name, text(place, report.faults, report.ledger), bom=name == CSV_FILE)
    return folder / HTML_FILE


def _write_private(path: Path, text: str, *, bom: bool) -> None:
    new = path.with_name(f".{path.name}")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text.encode("utf-8-sig" if bom else "utf-8"))
    new.replace(path)


COMMANDS = {"check": check}
