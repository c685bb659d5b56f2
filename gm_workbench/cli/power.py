"""What a study can see, before it has data: from its protocol, or from what one delivery counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click

from gm_workbench.batch.catalogue import REAL
from gm_workbench.cli.printing import aligned, as_json, example, real_option, world_option
from gm_workbench.outputs.prospects import Counted, Prospect, counted, prospect
from gm_workbench.settings import paths
from gm_workbench.vocabulary.designs import Design
from gm_workbench.vocabulary.protocols import load_protocol

BAR = 30
"""Signs in a bar of 100 %."""

ANALYSIS = {
    None: "persons by what their coach did, at equal starts: ANCOVA, CR2 by coach",
    Design.PARALLEL_CLUSTERS: "teams side by side, CR2 by team, Satterthwaite",
    Design.STEPPED_WEDGE: "teams in steps, each with itself, CR2 by team, Satterthwaite",
    Design.STAGGERED_INTRODUCTION: "teams in steps and teams that never begin, in stacks, CR2 by team, Satterthwaite",
    Design.BEFORE_AFTER: "teams with their own past, CR2 by team, Satterthwaite",
}
NO_FORM = "No closed form for this design: simulate it with --simulate N."
BY_LOT = "randomisation inference"

design_option = click.option(
    "--design",
    type=click.Choice([str(one) for one in Design]),
    help="Another design than the protocol's, for a study of teams.",
)


@click.command(
    epilog=example(
        "gm power amsterdam_supervisor_cascade",
        "gm power amsterdam_supervisor_cascade --simulate 200",
        "gm power tilburg_single_mothers --place GM0855 --json",
    )
)
@click.argument("study")
@click.option("--simulate", type=click.IntRange(min=20), metavar="N", help="Also draw N studies for each difference.")
@click.option("--place", metavar="PLACE", help="Count clusters and persons in this place's delivery; no outcome is read.")
@design_option
@world_option
@real_option
@as_json
def power(
    study: str, simulate: int | None, place: str | None, design: str | None, world: str, real: bool, as_json: bool
) -> None:
    """Say what difference a study can see, before it has data.

    By the numbers that its protocol plans on, each with how it is known: the chance by size of the difference, the smallest
    difference seen four times in five, and the chance by number of teams or coaches.
    """
    protocol = load_protocol(study, paths().protocols)
    delivered = _counted(study, place, REAL if real else world) if place else None
    found = prospect(protocol, design=design, delivered=delivered, draws=simulate or 0)
    click.echo(json.dumps(_told(study, found), indent=2) if as_json else "\n".join(_lines(study, found)))


def _counted(study: str, place: str, world: str) -> Counted:
    """Count the persons of the index month; only now is the panel imported."""
    from gm_workbench.panel import people, teams, work
    from gm_workbench.panel.study import open_study

    opened = open_study(study, place, world)
    if opened.protocol.comparison is not None:
        return counted(teams.candidates(opened).frame, "team")
    if opened.offers("base"):
        share = float(opened.protocol.facts["low_pay_share"].value)
        return counted(work.base_workers(opened, work.work_months(opened, share)).frame, "coach")
    return counted(people.followed(opened).frame, "coach")


def _told(study: str, found: Prospect) -> dict[str, Any]:
    return {
        "study": study,
        "design": found.plan.design,
        "analysis": _analysis(found),
        "never": asdict(found.never) if found.never else None,
        "unit": found.unit,
        "smallest_relevant": found.smallest_relevant,
        "smallest_seen": found.smallest_seen,
        "planned_on": found.rests_on,
        "by_difference": found.curve,
        "by_clusters": found.clusters,
        "by_persons": found.sizes,
    }


def _analysis(found: Prospect) -> str:
    return f"{ANALYSIS[found.plan.design]}{f'; {BY_LOT}' if found.plan.randomised and found.plan.design else ''}"


def _lines(study: str, found: Prospect) -> Iterator[str]:
    yield f"{study}: what it can see, before there are data"
    yield f"Analysis: {_analysis(found)}."
    yield ""
    yield from aligned([{key: row[key] for key in ("number", "value", "status", "source")} for row in found.rests_on])
    yield ""
    if found.never is not None:
        short = found.never
        yield f"Not enough {short.what} for p < .05 ever: {short.got} planned, {short.needed} needed."
        yield "No difference, however large, would be seen. Plan on more of them, or on another design."
    else:
        yield from _curve(found)
    if any(row["chance"] is not None for row in found.clusters):
        yield ""
        yield f"Chance to see the smallest relevant difference, {_size(found, found.smallest_relevant)}, by number of clusters:"
        yield from aligned([_row(row) for row in found.clusters])
        yield ""
        yield "And by persons in a cluster at the start:"
        yield from aligned([_row(row) for row in found.sizes])


def _curve(found: Prospect) -> Iterator[str]:
    if all(row["closed_form"] is None and "simulated" not in row for row in found.curve):
        yield NO_FORM
        return
    yield f"Chance to see a true difference (in {found.unit}):"
    yield from aligned([_of_size(found, row) for row in found.curve])
    yield ""
    if found.smallest_seen is None:
        yield NO_FORM
    else:
        relevant = f"the smallest relevant is {_size(found, found.smallest_relevant)}"
        yield f"Smallest difference seen four times in five: {_size(found, found.smallest_seen)} ({relevant})."


def _of_size(found: Prospect, row: Mapping[str, Any]) -> dict[str, str]:
    told = {"difference": _size(found, row["difference"]), "closed form": _percent(row["closed_form"])}
    shown = row["closed_form"]
    if "simulated" in row:
        error, low, high = (100 * row[name] for name in ("monte_carlo_error", "simulated_low", "simulated_high"))
        told["simulated"] = f"{_percent(row['simulated'])} (Monte-Carlo error {error:.1f}; {low:.0f}-{high:.0f} %)"
        shown = row["simulated"]
        if row["without_number"]:
            told["no number"] = str(row["without_number"])
    return {**told, "": "" if shown is None else "#" * round(BAR * shown) + "." * (BAR - round(BAR * shown))}


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: _percent(value) if name == "chance" else str(value) for name, value in row.items()}


def _size(found: Prospect, value: float) -> str:
    return f"{value:.2f}" if found.plan.base is None else f"{value:.3f}"


def _percent(chance: float | None) -> str:
    return "none" if chance is None else f"{100 * chance:.0f} %"


COMMANDS = {"power": power}
