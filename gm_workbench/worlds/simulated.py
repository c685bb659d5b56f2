"""What a world's estimands are when very many persons live through it twice: with and without the introduction.

Both lives use the same random numbers, and the same functions that draw a place. Persons come in chunks, each with streams of
its own; the spread of the chunks' results gives the Monte-Carlo standard error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from gm_workbench.vocabulary.instruments import instruments
from gm_workbench.vocabulary.schemas import WAVES
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import Coaches, draw_coaches
from gm_workbench.worlds.people import Population, draw_guidance, draw_population
from gm_workbench.worlds.resilience import CODE, resilience_items
from gm_workbench.worlds.spells import STAYS, TO_WORK, coach_ratio, part_time_months, walk, work_pressure
from gm_workbench.worlds.streams import Flags, Floats, Streams, Wholes
from gm_workbench.worlds.surveys import Respondents, answer_items, bejegening_within, latent_scores, points, scored
from gm_workbench.worlds.wages import Careers, State, Workers, careers, change_ratio, draw_workers, wage_floor

MONTHS_LOW = 3
MONTHS_HELD = 6
MONTHS_LATER = 12
HORIZON = 24
_CHUNKS = 40


@dataclass(frozen=True, slots=True)
class Simulated:
    """A mean over simulated persons and its Monte-Carlo standard error."""

    value: float
    se: float
    persons: int


def over_chunks(one: Callable[[Streams], tuple[dict[str, float], int]], chunks: int) -> dict[str, Simulated]:
    """Repeat a simulation in chunks of about equal size; give each result's mean and the standard error of that mean."""
    parts = [one(Streams(number, "truth")) for number in range(chunks)]
    persons = sum(size for _, size in parts)
    found = {}
    for name in parts[0][0]:
        values = np.array([results[name] for results, _ in parts])
        found[name] = Simulated(float(values.mean()), float(values.std(ddof=1) / np.sqrt(chunks)), persons)
    return found


def _coaches(world: World, streams: Streams, pool: int, size: int, per_coach: str) -> Coaches:
    sizes = [0, 0, 0]
    sizes[pool] = max(2, round(size / world.number(per_coach)))
    return draw_coaches(world, (sizes[0], sizes[1], sizes[2]), streams.of("coaches"))


def _assigned(coaches: Coaches, size: int, streams: Streams) -> Wholes:
    return streams.of("guidance").integers(0, len(coaches), size)


def resilience(world: World, chunk: int = 12_500, chunks: int = 2 * _CHUNKS) -> dict[str, Simulated]:
    """Simulate resilience at twelve months: the mean difference, and what comparing the groups as they are would give."""
    instrument, wave = instruments()[CODE], WAVES.index("T12")

    def one(streams: Streams) -> tuple[dict[str, float], int]:
        coaches = _coaches(world, streams, 0, chunk, "coaches.mothers_per_coach")
        coach, within = _assigned(coaches, chunk, streams), bejegening_within(streams, chunk)

        def scores(introduced: Flags) -> Floats:
            asked = Respondents(coach, introduced)
            items, given = resilience_items(world, instrument, coaches, asked, within, streams.of("resilience"), [wave])
            return scored(instrument, items[:, 1], given[:, 1])

        without, with_it = scores(np.zeros(chunk, dtype=bool)), scores(np.ones(chunk, dtype=bool))
        chose = coaches.introduced[coach]
        raw = with_it[chose].mean() - without[~chose].mean()
        return {"difference": float((with_it - without).mean()), "raw": float(raw)}, chunk

    return over_chunks(one, chunks)


def exits(world: World, chunk: int = 13_500, chunks: int = 2 * _CHUNKS) -> dict[str, Simulated]:
    """Simulate exits of lone mothers on benefit in the index month: shares to work, and months off benefit by it, both ways."""

    def one(streams: Streams) -> tuple[dict[str, float], int]:
        coaches = _coaches(world, streams, 0, chunk, "coaches.mothers_per_coach")
        households = {"single": 0, "lone_parent": chunk, "couple": 0}
        drawn = draw_population(world, households, streams.of("people"))
        # households stand in order of entry, so those chosen come first and keep their positions
        population = _of(drawn, np.flatnonzero(drawn.entry <= world.index))
        guidance = draw_guidance(world, population, coaches, streams.of("guidance"))
        works = part_time_months(world, population.heads, streams.of("part-time"))
        ratio = coach_ratio(world, coaches)[guidance.exposed]
        found: dict[str, float] = {}
        for exposed in (False, True):
            introduced = np.full(population.heads, exposed)
            pressure = work_pressure(world, population.woman, works, ratio, introduced)
            history = walk(world, population, pressure, streams.of("spells"))
            here = population.mothers & history.on[:, world.index]
            to_work = _first_exit_to_work(history.leaves[here, world.index :])
            found |= {f"{months}_{exposed}": float((to_work < months).mean()) for months in (12, HORIZON)}
            found[f"lost_{exposed}"] = float(np.maximum(HORIZON - 1 - to_work, 0).mean())
        differences = {f"difference_{name}": found[f"{name}_True"] - found[f"{name}_False"] for name in (12, HORIZON, "lost")}
        return found | differences, int(here.sum())

    return over_chunks(one, chunks)


def _first_exit_to_work(leaves: Wholes) -> Wholes:
    """Give months until the first end of the spell when that is to work, and more than the period otherwise."""
    left = leaves != STAYS
    first = left.argmax(axis=1)
    to_work = left.any(axis=1) & (leaves[np.arange(len(leaves)), first] == TO_WORK)
    months: Wholes = np.where(to_work, first, leaves.shape[1] + 1)
    return months


def crossing(world: World, chunk: int = 25_000, chunks: int = 2 * _CHUNKS) -> dict[str, Simulated]:
    """Simulate workers at the base: holding a wage above the threshold, both ways, and being above it after twelve months."""
    floor = wage_floor(world)

    def one(streams: Streams) -> tuple[dict[str, float], int]:
        coaches = _coaches(world, streams, 2, chunk, "coaches.workers_per_coach")
        workers = draw_workers(world, chunk, coaches, streams.of("workers"))
        ratio, nobody = change_ratio(world, coaches)[workers.coach], np.zeros(chunk, dtype=bool)
        early, state = careers(world, workers, ratio, nobody, floor, streams.of("before"), range(world.index))
        base = _at_base(early)
        chosen, before, months = _of(workers, base), _of(state, base), range(world.index, world.months)

        def above(exposed: bool) -> Flags:
            everybody = np.full(len(base), exposed)
            later, _ = careers(world, chosen, ratio[base], everybody, floor, streams.of("after"), months, before)
            return later.paid & (later.distance >= 0)

        without, with_it = above(False), above(True)
        shares = [float(held_six_months(months[:, :HORIZON]).mean()) for months in (without, with_it)]
        later = float(without[:, MONTHS_LATER].mean())
        return {"without": shares[0], "difference": shares[1] - shares[0], "above": later}, len(base)

    return over_chunks(one, chunks)


def _at_base(early: Careers) -> Wholes:
    """Give who was paid below the threshold in each of the last months before the index month."""
    low = early.paid & (early.distance < 0)
    base: Wholes = np.flatnonzero(low[:, -MONTHS_LOW:].sum(axis=1) == MONTHS_LOW)
    return base


_Many = TypeVar("_Many", Workers, State, Population)


def _of(many: _Many, chosen: Wholes) -> _Many:
    """Give the chosen elements of a set of arrays of equal length."""
    return type(many)(*(getattr(many, field.name)[chosen] for field in fields(many)))


def held_six_months(above: Flags) -> Flags:
    """Say for each person whether she was above the threshold in six months on end."""
    run, held = np.zeros(len(above), dtype=np.int64), np.zeros(len(above), dtype=bool)
    for month in range(above.shape[1]):
        run = np.where(above[:, month], run + 1, 0)
        held |= run >= MONTHS_HELD
    return held


def intention_slopes(world: World, chunk: int = 25_000, chunks: int = 10) -> dict[str, Simulated]:
    """Simulate the slopes of intention on its determinants within persons, on 0-100 scores as questionnaires give them."""
    declared = instruments()

    def one(streams: Streams) -> tuple[dict[str, float], int]:
        coaches = _coaches(world, streams, 0, chunk, "coaches.mothers_per_coach")
        coach = _assigned(coaches, chunk, streams)
        asked = Respondents(coach, coaches.introduced[coach])
        latent = latent_scores(world, coaches, asked, bejegening_within(streams, chunk), streams.of("traits"))
        rng = streams.of("items")
        within = {code: _within(world, code, latent[code], rng) for code in ("ATT", "NRM", "SEF", "INT")}
        design = np.stack([within[code] for code in ("ATT", "NRM", "SEF")], axis=1)
        slopes = np.linalg.solve(design.T @ design, design.T @ within["INT"])
        return dict(zip(("ATT", "NRM", "SEF"), slopes.tolist(), strict=True)), chunk

    def _within(world: World, code: str, latent: Floats, rng: np.random.Generator) -> Floats:
        items = answer_items(world, declared[code], points(world, code, latent), rng)
        score = scored(declared[code], items, np.ones(items.shape, dtype=bool))
        centred: Floats = (score - score.mean(axis=1, keepdims=True)).ravel()
        return centred

    return over_chunks(one, chunks)
