"""What a world's estimands are when very many persons live through it twice: with and without the introduction.

Both lives use the same random numbers, and the same functions that draw a place. Persons come in chunks, each with streams of its
own; the spread of the chunks' results gives the Monte-Carlo standard error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gm_workbench.vocabulary.instruments import instruments
from gm_workbench.vocabulary.schemas import WAVES
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import Coaches, draw_coaches
from gm_workbench.worlds.people import draw_guidance, draw_population
from gm_workbench.worlds.resilience import CODE, resilience_items
from gm_workbench.worlds.spells import STAYS, TO_WORK, coach_ratio, part_time_months, walk, work_pressure
from gm_workbench.worlds.streams import Flags, Floats, Streams, Wholes
from gm_workbench.worlds.surveys import Respondents, answer_items, bejegening_within, latent_scores, points, scored
from gm_workbench.worlds.wages import Workers, careers, change_ratio, draw_workers

MONTHS_LOW = 3
MONTHS_HELD = 6
HORIZON = 24
_CHUNKS = 40


@dataclass(frozen=True, slots=True)
class Simulated:
    """A mean over simulated persons and its Monte-Carlo standard error."""

    value: float
    se: float
    persons: int


def _over_chunks(one: Callable[[Streams], tuple[dict[str, float], int]], chunks: int) -> dict[str, Simulated]:
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


def resilience(world: World, chunk: int = 25_000, chunks: int = _CHUNKS) -> dict[str, Simulated]:
    """Simulate resilience at twelve months: the mean difference, and what comparing the groups as they are would give."""
    instrument, wave = instruments()[CODE], WAVES.index("T12")

    def one(streams: Streams) -> tuple[dict[str, float], int]:
        coaches = _coaches(world, streams, 0, chunk, "coaches.mothers_per_coach")
        coach, within = _assigned(coaches, chunk, streams), bejegening_within(streams, chunk)

        def scores(introduced: Flags) -> Floats:
            asked = Respondents(coach, introduced)
            items, given = resilience_items(world, instrument, coaches, asked, within, streams.of("resilience"))
            return scored(instrument, items[:, wave], given[:, wave])

        without, with_it = scores(np.zeros(chunk, dtype=bool)), scores(np.ones(chunk, dtype=bool))
        chose = coaches.introduced[coach]
        raw = with_it[chose].mean() - without[~chose].mean()
        return {"difference": float((with_it - without).mean()), "raw": float(raw)}, chunk

    return _over_chunks(one, chunks)


def exits(world: World, chunk: int = 27_000, chunks: int = _CHUNKS) -> dict[str, Simulated]:
    """Simulate exits of lone mothers on benefit in the index month: shares to work within 12 and 24 months, both ways."""

    def one(streams: Streams) -> tuple[dict[str, float], int]:
        coaches = _coaches(world, streams, 0, chunk, "coaches.mothers_per_coach")
        households = {"single": 0, "lone_parent": chunk, "couple": 0}
        population = draw_population(world, households, streams.of("people"))
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
        differences = {f"difference_{months}": found[f"{months}_True"] - found[f"{months}_False"] for months in (12, HORIZON)}
        return found | differences, int(here.sum())

    return _over_chunks(one, chunks)


def _first_exit_to_work(leaves: Wholes) -> Wholes:
    """Give months until the first end of the spell when that is to work, and more than the period otherwise."""
    left = leaves != STAYS
    first = left.argmax(axis=1)
    to_work = left.any(axis=1) & (leaves[np.arange(len(leaves)), first] == TO_WORK)
    return np.where(to_work, first, leaves.shape[1] + 1)


def crossing(world: World, chunk: int = 50_000, chunks: int = _CHUNKS) -> dict[str, Simulated]:
    """Simulate workers at the base: holding a wage above the threshold, both ways, and being above it after twelve months."""

    def one(streams: Streams) -> tuple[dict[str, float], int]:
        coaches = _coaches(world, streams, 2, chunk, "coaches.workers_per_coach")
        workers = draw_workers(world, chunk, coaches, streams.of("workers"))
        without, base = _above(world, workers, coaches, streams, exposed=False)
        with_it, _ = _above(world, workers, coaches, streams, exposed=True)
        held = [held_six_months(above[base, world.index : world.index + HORIZON]).mean() for above in (without, with_it)]
        later = without[base, world.index + 12].mean()
        return {"without": float(held[0]), "difference": float(held[1] - held[0]), "above_12": float(later)}, int(base.sum())

    return _over_chunks(one, chunks)


def _above(world: World, workers: Workers, coaches: Coaches, streams: Streams, *, exposed: bool) -> tuple[Flags, Flags]:
    """Give persons x months above the threshold, and who was at the base in each of the three months before the index month."""
    ratio = change_ratio(world, coaches)[workers.coach]
    career = careers(world, workers, ratio, np.full(len(workers), exposed), streams.of("careers"))
    low = career.paid & (career.distance < 0)
    return career.paid & ~low, low[:, world.index - MONTHS_LOW : world.index].all(axis=1)


def held_six_months(above: Flags) -> Flags:
    """Say for each person whether she was above the threshold in six months on end."""
    run, held = np.zeros(len(above), dtype=np.int64), np.zeros(len(above), dtype=bool)
    for month in range(above.shape[1]):
        run = np.where(above[:, month], run + 1, 0)
        held |= run >= MONTHS_HELD
    return held


def intention_slopes(world: World, chunk: int = 25_000, chunks: int = 8) -> dict[str, Simulated]:
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

    return _over_chunks(one, chunks)
