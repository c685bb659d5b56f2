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
    leaving, returning, finally_ = rng.random(shape), rng.random(shape), rng.random(shape) < _share_for_good(world)
    otherwise, duration_ratio, back = _otherwise(world, population), _by_duration(world), _back(world)
    on, start, leaves, spell = (np.zeros(shape, dtype=kind) for kind in (bool, np.int64, np.int64, np.int64))
    now = np.zeros(population.heads, dtype=bool)
    may_return, left = now.copy(), population.start.copy()
    since, nth = population.start.copy(), np.zeros_like(population.start)
    for month in range(world.months):
        returns = may_return & (returning[month] < back(month - left)) & (month < population.pension)
        since[returns], nth[returns] = month, nth[returns] + 1
        now = now | returns | (population.entry == month)
        how = _how(leaving[month], pressure[:, month], otherwise, duration_ratio(month - since))
        how[finally_[month] & (how == OTHERWISE)] = FOR_GOOD
        how[population.pension <= month] = PENSION
        on[month], start[month], spell[month], leaves[month] = now, since, nth, how * now
        ends = now & (how != STAYS)
        left[ends] = month
        now, may_return = now & ~ends, (may_return & ~returns) | (ends & (how < FOR_GOOD))
    return History(on.T, start.T, leaves.T, spell.T)


def _how(uniform: Floats, work: Floats, otherwise: Floats, ratio: Floats) -> Wholes:
    leaves = np.where(uniform < (work + otherwise) * ratio, OTHERWISE, STAYS)
    return np.where(uniform < work * ratio, TO_WORK, leaves).astype(np.int64)


def _otherwise(world: World, population: Population) -> Floats:
    """Give the base hazard of leaving otherwise; in a couple the partner's work is already among these reasons (code 97)."""
    durations = float(world.numbers("people.durations") @ world.numbers("exits.duration_ratios"))
    hazard, work = world.number("exits.otherwise_monthly"), world.number("exits.to_work_monthly")
    base = np.full(population.heads, hazard / durations)
    base[population.couples] = max(0.0, hazard - work) / durations
    return base


def _by_duration(world: World) -> Callable[[Wholes], Floats]:
    ratios, edges = world.numbers("exits.duration_ratios"), np.array(world.value("people.duration_edges"))[1:-1]
    table = ratios[np.searchsorted(edges, np.arange(edges[-1] + 1), side="right")]
    return lambda months: table[np.clip(months, 0, edges[-1])]


def _back(world: World) -> Callable[[Wholes], Floats]:
    """Give the chance of coming back by months since the last month on benefit; the month right after is never one."""
    first, second = world.numbers("exits.return_monthly")
    table = np.array([0.0, 0.0, *[first] * 6, *[second] * 6, world.number("exits.return_later_monthly")])
    return lambda months: table[np.clip(months, 0, len(table) - 1)]


def _share_for_good(world: World) -> float:
    reasons = world.by_name("exits.other_reasons")
    return sum(reasons[code] for code in world.value("exits.never_return")) / sum(reasons.values())
