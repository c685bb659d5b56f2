"""Months on benefit: who leaves when and why, and who comes back.

A month's chance of leaving for work is the product of a base hazard and ratios for sex, duration, part-time work, the coach,
and the introduction from the index month on; leaving otherwise depends on duration only. The truth uses these same functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import Coaches
from gm_workbench.worlds.people import Population
from gm_workbench.worlds.streams import Flags, Floats, Wholes

STAYS, TO_WORK, OTHERWISE, FOR_GOOD, PENSION = range(5)
"""How a household's month ends; after the last two it does not come back."""


@dataclass(frozen=True, slots=True)
class History:
    """Households by month: on benefit, when the spell began, how the spell ended in that month, which spell it is (from 0)."""

    on: Flags
    start: Wholes
    leaves: Wholes
    spell: Wholes


def base_hazard(world: World) -> float:
    """Give the monthly hazard to work of a man at mean duration without part-time work, so that the mean is as declared."""
    sexes = 1 - world.number("people.women") * (1 - world.number("exits.women_ratio"))
    durations = float(world.numbers("people.durations") @ world.numbers("exits.duration_ratios"))
    part_time = 1 + world.number("part_time.share") * (world.number("exits.part_time_ratio") - 1)
    return world.number("exits.to_work_monthly") / (sexes * durations * part_time)


def part_time_months(world: World, persons: int, rng: np.random.Generator) -> Flags:
    """Draw for each person and month whether she works next to the benefit: a two-state chain at its steady share."""
    share, stays = world.number("part_time.share"), world.number("part_time.stays")
    starts = share * (1 - stays) / (1 - share)
    uniform = rng.random((world.months, persons))
    works = np.empty((world.months, persons), dtype=bool)
    works[0] = uniform[0] < share
    for month in range(1, world.months):
        works[month] = uniform[month] < np.where(works[month - 1], stays, starts)
    return works.T


def coach_ratio(world: World, coaches: Coaches) -> Floats:
    """Give each coach's ratio on the hazard to work: a frailty with mean one, and bejegening."""
    spread = world.number("exits.coach_sd")
    return np.exp(spread * coaches.frailty - spread**2 / 2 + world.number("exits.bejegening_log_ratio") * coaches.bejegening)


def work_pressure(world: World, woman: Flags, works: Flags, ratio: Floats, introduced: Flags) -> Floats:
    """Give each person's hazard to work by month, duration apart; `ratio` and `introduced` are those of her coach."""
    sexes = np.where(woman, world.number("exits.women_ratio"), 1.0)
    pressure = np.where(works, world.number("exits.part_time_ratio"), 1.0)
    pressure *= (base_hazard(world) * sexes * ratio)[:, np.newaxis]
    pressure[:, world.index :] *= np.where(introduced, world.number("exits.introduction_ratio"), 1.0)[:, np.newaxis]
    return pressure


def household_pressure(population: Population, pressure: Floats) -> Floats:
    """Add up the persons of a household: a couple leaves when either finds work."""
    total = pressure[: population.heads].copy()
    total[population.couples] += pressure[population.heads :]
    return total


def walk(world: World, population: Population, pressure: Floats, rng: np.random.Generator) -> History:
    """Follow every household through the period, month by month."""
    shape = (world.months, population.heads)
    leaving, returning = rng.random(shape), rng.random(shape)
    how, back = _leaving(world, population, pressure), _back(world)
    on, start, leaves, spell = (np.zeros(shape, dtype=kind) for kind in (bool, np.int64, np.int64, np.int64))
    now = np.zeros(population.heads, dtype=bool)
    may_return, left = now.copy(), population.start.copy()
    since, nth = population.start.copy(), np.zeros_like(population.start)
    for month in range(world.months):
        likely = np.flatnonzero(may_return & (returning[month] < back.max()))
        returns = likely[
            (returning[month, likely] < back[_within(back, month - left[likely])]) & (month < population.pension[likely])
        ]
        now[returns], may_return[returns], since[returns] = True, False, month
        nth[returns] += 1
        now |= population.entry == month
        on[month], start[month], spell[month], leaves[month] = now, since, nth, how(month, now, month - since, leaving[month])
        ends = np.flatnonzero(leaves[month])
        left[ends], now[ends], may_return[ends] = month, False, leaves[month, ends] < FOR_GOOD
    return History(on.T, start.T, leaves.T, spell.T)


def _leaving(world: World, population: Population, pressure: Floats) -> Callable[[int, Flags, Wholes, Floats], Wholes]:
    """Give the function that says how the month ends for those on benefit, by their months on benefit and a uniform number."""
    ratios, edges = world.numbers("exits.duration_ratios"), np.array(world.value("people.duration_edges"))[1:-1]
    table = ratios[np.searchsorted(edges, np.arange(edges[-1] + 1), side="right")]
    otherwise, usual = _otherwise(world, population), 1 - _share_for_good(world)
    ceiling = ratios.max() * (pressure.max(axis=0, initial=0.0) + otherwise.max(initial=0.0))

    def how(month: int, now: Flags, duration: Wholes, uniform: Floats) -> Wholes:
        ends = np.zeros(len(now), dtype=np.int64)
        # few leave, so the hazard is only worked out for who can
        near = np.flatnonzero(now & (uniform < ceiling[month]))
        scaled = uniform[near] / table[_within(table, duration[near])]
        work, other = pressure[near, month], otherwise[near]
        steps = (scaled < work, scaled < work + usual * other, scaled < work + other)
        ends[near] = np.select(steps, (TO_WORK, OTHERWISE, FOR_GOOD), STAYS)
        ends[now & (population.pension <= month)] = PENSION
        return ends

    return how


def _otherwise(world: World, population: Population) -> Floats:
    """Give the base hazard of leaving otherwise; in a couple the partner's work is already among these reasons (code 97)."""
    durations = float(world.numbers("people.durations") @ world.numbers("exits.duration_ratios"))
    hazard, work = world.number("exits.otherwise_monthly"), world.number("exits.to_work_monthly")
    base = np.full(population.heads, hazard / durations)
    base[population.couples] = max(0.0, hazard - work) / durations
    return base


def _back(world: World) -> Floats:
    """Give the chance of coming back by months since the last month on benefit; the month right after is never one."""
    first, second = world.numbers("exits.return_monthly")
    return np.array([0.0, 0.0, *[first] * 6, *[second] * 6, world.number("exits.return_later_monthly")])


def _within(table: Floats, months: Wholes) -> Wholes:
    """Keep positions in a table whose last element holds for every later month."""
    return np.minimum(np.maximum(months, 0), len(table) - 1)


def _share_for_good(world: World) -> float:
    reasons = world.by_name("exits.other_reasons")
    return sum(reasons[code] for code in world.value("exits.never_return")) / sum(reasons.values())
