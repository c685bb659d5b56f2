"""Draws of the planted worlds, in memory, as studies: only the tables that the estimators of a scene need."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import Any

from calibrating.rows import Scene
from gm_workbench.panel.study import Study, from_tables
from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.protocols import Protocol, load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.worlds.calibration import World, load_world
from gm_workbench.worlds.draw import Drawing
from gm_workbench.worlds.streams import Streams
from gm_workbench.worlds.truth import truth

PERIOD = Period.parse("2023-01/2025-12")
TILBURG, AMSTERDAM, AMERSFOORT = "tilburg_single_mothers", "amsterdam_supervisor_cascade", "amersfoort_upward_mobility"
HOME = {TILBURG: "GM0855", AMSTERDAM: "GM0363", AMERSFOORT: "GM0307"}
GUIDED = ("benefits", "caseload", "introductions")
OF_TEAMS = ("benefits", "caseload", "rosters", "team_introductions")

EIGHT = "eight teams"
"""The home place of the study of teams with so few households that eight teams of the usual size are left."""


@cache
def world_of(name: str) -> World:
    """Give a world: a declared one, or `null in steps` and the like, which is `null` with the starts of another world.

    `eight teams` behind a comma leaves eight teams of the general pool in Amsterdam.
    """
    base, _, few = name.partition(", ")
    outcome, _, starts = base.partition(" with starts of ")
    world = load_world(outcome)
    if starts:
        steps = {"cascade.steps": load_world(starts).figures["cascade.steps"]}
        world = replace(world, figures={**world.figures, **steps})
    if few == EIGHT:
        place = HOME[AMSTERDAM]
        town = world.town(place)
        fewer = {kind: round(count * 0.47) for kind, count in town.households.items()}
        world = replace(world, towns={**world.towns, place: replace(town, households=fewer)})
    return world


@cache
def _protocol(name: str) -> Protocol:
    return load_protocol(name)


def drawn(seed: int, world: str, study: str, tables: Collection[str]) -> Study:
    """Draw the home place of a study, with these tables only."""
    place = HOME[study]
    drawing = Drawing(world_of(world), Streams(seed, place))
    return from_tables(_protocol(study), place, {name: drawing.table(name) for name in tables}, DataKind.SYNTHETIC, PERIOD)


def figures(world: str) -> str:
    """Give the figures of a world and what else a draw reads, for the digest; nothing for a draw that is declared here."""
    if not world:
        return ""
    declared = world_of(world)
    told = {name: figure.value for name, figure in sorted(declared.figures.items())}
    towns = {code: [dict(town.households), town.workers] for code, town in sorted(declared.towns.items())}
    instruments = [path.read_text(encoding="utf-8") for path in sorted(paths().instruments.glob("*.yml"))]
    return json.dumps([told, towns, declared.index_month, str(declared.period), instruments], default=str)


@cache
def truths(world: str, size: float = 1.0) -> dict[str, Any]:
    """Give the truth of the world that a scene's outcomes are planted by."""
    outcome = world.partition(", ")[0].partition(" with starts of ")[0]
    return dict(truth(outcome, paths().worlds, size)["estimands"])


def truth_of(scene: Scene, name: str | float, size: float = 1.0) -> float:
    """Give the true value: of the world's estimand (`-name`: its opposite), or the value itself."""
    if isinstance(name, (int, float)):
        return float(name)
    value = float(truths(scene.world, size)[name.removeprefix("-")]["value"])
    return -value if name.startswith("-") else value
