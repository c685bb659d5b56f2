"""What the exits of the general pool are when very many persons live through them twice: in teams that work anew, and not.

Both lives use the same random numbers and the functions that draw a place; persons come in chunks, as in `simulated`.
"""

from __future__ import annotations

import numpy as np

from gm_workbench.worlds.benefits import ioaw
from gm_workbench.worlds.calibration import HOUSEHOLDS, World
from gm_workbench.worlds.coaches import draw_coaches
from gm_workbench.worlds.people import Population, draw_guidance, draw_population
from gm_workbench.worlds.simulated import Simulated, over_chunks
from gm_workbench.worlds.spells import STAYS, TO_WORK, coach_ratio, household_pressure, part_time_months, walk, work_pressure
from gm_workbench.worlds.streams import Flags, Floats, Streams, Wholes
from gm_workbench.worlds.teams import draw_teams, motivation_ratio, programme_ratio

HOME = "GM0363"
"""The place whose mix of households the truth is about."""

MONTHS = 12


def general_exits(world: World, chunk: int = 12_500, chunks: int = 80, months: int = MONTHS) -> dict[str, Simulated]:
    """Simulate exits to work within `months` of persons of the general pool on benefit in the index month, both ways.

    Returns
    -------
    dict of Simulated
        ``without`` and ``difference``, as shares of persons.
    """
    households = _mix(world, chunk)

    def one(streams: Streams) -> tuple[dict[str, float], int]:
        population = draw_population(world, households, streams.of("people"))
        mothers = population.mothers
        coaches = draw_coaches(world, (2, max(2, round(chunk / world.number("coaches.caseload"))), 0), streams.of("coaches"))
        teams = draw_teams(world, coaches, streams.of("teams"), introduced=False)
        guidance = draw_guidance(world, population, coaches, streams.of("guidance"))
        coach = guidance.exposed[population.household]
        motivation = motivation_ratio(world, streams.of("motivation").standard_normal(len(coach)), ~mothers)
        works = part_time_months(world, len(coach), streams.of("part-time"))
        nobody = np.zeros(len(coach), dtype=bool)
        base = work_pressure(world, population.woman, works, coach_ratio(world, coaches)[coach] * motivation, nobody)
        schemes = ioaw(world, population, streams.of("circumstances"))[population.household]
        found, here = {}, np.zeros(0)
        for name, exposed in (("without", False), ("with", True)):
            new = np.zeros((len(coaches), world.months), dtype=bool)
            new[:, world.index :] = exposed
            pressure = base * programme_ratio(world, teams, new)[coach]
            history = walk(world, population, household_pressure(population, pressure), streams.of("spells"))
            here = history.on[population.household, world.index] & ~mothers & ~schemes
            left = _own_exits(population, history.leaves[:, world.index : world.index + months], pressure[:, world.index :])
            found[name] = float(left[here].mean())
        return {"without": found["without"], "difference": found["with"] - found["without"]}, int(here.sum())

    return over_chunks(one, chunks)


def _mix(world: World, chunk: int) -> dict[str, int]:
    counts = world.town(HOME if HOME in world.towns else next(iter(world.towns))).households
    whole = sum(counts.values())
    return {kind: round(chunk * counts[kind] / whole) for kind in HOUSEHOLDS}


def _own_exits(population: Population, leaves: Wholes, pressure: Floats) -> Floats:
    """Give each person's chance that the household's first end is hers, and to work: partners share by their hazards."""
    ended: Flags = leaves != STAYS
    first = ended.argmax(axis=1)
    to_work = ended.any(axis=1) & (leaves[np.arange(len(leaves)), first] == TO_WORK)
    month = first[population.household]
    own = pressure[np.arange(len(month)), month]
    both = own.copy()
    heads = population.heads
    both[population.couples] += own[heads:]
    both[heads:] = both[population.couples]
    chances: Floats = np.where(to_work[population.household], own / both, 0.0)
    return chances
