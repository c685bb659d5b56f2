"""Careers of workers at the base of the labour market: wages, contracts, jobs and gaps, month by month.

A wage is a log distance to two thirds of the national median of its calendar year: a worker's level, which grows slowly and
jumps with another job or a permanent contract, plus noise of the month. Nobody is paid less than the minimum wage. The
introduction raises the rate of job change and the gain from it, from the index month on. The truth uses these same functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.references import wage_references
from gm_workbench.vocabulary.schemas import CONTRACT
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import WORK, Coaches
from gm_workbench.worlds.streams import Flags, Floats, Wholes, choose, shared_out

LOW_PAY_SHARE = 2 / 3
PERMANENT = 0


@dataclass(frozen=True, slots=True)
class Workers:
    """Workers of the mobility programme: each one's coach (by position), sex, year of birth, level, growth, first contract."""

    coach: Wholes
    woman: Flags
    birth_year: Wholes
    level: Floats
    growth: Floats
    contract: Wholes

    def __len__(self) -> int:
        return len(self.coach)


@dataclass(frozen=True, slots=True)
class Careers:
    """Workers x months: paid or not, log distance of the wage to the low-pay threshold, position in CONTRACT, job (from 0)."""

    paid: Flags
    distance: Floats
    contract: Wholes
    job: Wholes


def draw_workers(world: World, size: int, coaches: Coaches, rng: np.random.Generator) -> Workers:
    """Draw the workers who are in the programme during the whole period."""
    members = coaches.of(WORK)
    woman = rng.random(size) < world.number("wages.women")
    edges, band = np.array(world.value("wages.age_edges")), choose(rng, world.numbers("wages.ages"), size)
    level = world.by_sex("wages.level")[woman.astype(np.int64)] + world.number("wages.level_sd") * rng.standard_normal(size)
    return Workers(
        coach=members[rng.integers(0, len(members), size)],
        woman=woman,
        birth_year=world.period.first // 12 - rng.integers(edges[band], edges[band + 1]),
        level=level,
        growth=world.number("wages.growth") + world.number("wages.growth_sd") * rng.standard_normal(size),
        contract=choose(rng, _by_contract(world, "wages.contracts"), size),
    )


def _by_contract(world: World, figure: str) -> Floats:
    """Give a figure by position in CONTRACT; a contract that it does not name gets 0."""
    value = world.by_name(figure)
    return np.array([value.get(name, 0.0) for name in CONTRACT])


def change_ratio(world: World, coaches: Coaches) -> Floats:
    """Give each coach's ratio on the rate of job change: a frailty with mean one."""
    spread = world.number("wages.coach_sd")
    ratio: Floats = np.exp(spread * coaches.frailty - spread**2 / 2)
    return ratio


@dataclass(frozen=True, slots=True)
class State:
    """All workers in one month, before noise: paid, log distance to the threshold, position in CONTRACT, job (from 0)."""

    paid: Flags
    level: Floats
    contract: Wholes
    job: Wholes


def careers(
    world: World,
    workers: Workers,
    ratio: Floats,
    introduced: Flags,
    floor: Floats,
    rng: np.random.Generator,
    months: range | None = None,
    before: State | None = None,
) -> tuple[Careers, State]:
    """Follow every worker through the period, or through some of its months; give also the state in the last of them.

    Parameters
    ----------
    ratio : per worker, the coach's ratio on the rate of job change
    introduced : per worker, whether the way of working was introduced to the coach
    floor : log distance of the minimum wage to the threshold, by month of the period
    months : positions in the period; all when None
    before : the state in the month before the first of `months`; the first month of the period has none
    """
    span = months or range(world.months)
    shape = (len(span), len(workers))
    paid, level = np.empty(shape, dtype=bool), np.empty(shape)
    contract, job = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    now, rates = before or _at_start(workers), _rates(world)
    for row, month in enumerate(span):
        if month:
            now = _next(world, rates, now, ratio, introduced & (month >= world.index), rng)
        paid[row], contract[row], job[row] = now.paid, now.contract, now.job
        level[row] = now.level + month * workers.growth
    distance = np.maximum(level + _noise(world, shape, rng), floor[span.start : span.stop, np.newaxis])
    return Careers(paid.T, distance.T, contract.T, job.T), now


def _at_start(workers: Workers) -> State:
    return State(np.ones(len(workers), dtype=bool), workers.level, workers.contract, np.zeros(len(workers), dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Rates:
    """Chances a month by contract."""

    loss: Floats
    change: Floats
    made_permanent: Floats
    found: float
    new_contracts: Floats


def _rates(world: World) -> _Rates:
    return _Rates(
        loss=_by_contract(world, "wages.loss_monthly"),
        change=_by_contract(world, "wages.change_monthly"),
        made_permanent=_by_contract(world, "wages.made_permanent_monthly"),
        found=world.number("wages.found_monthly"),
        new_contracts=_by_contract(world, "wages.contracts_after_change"),
    )


def _next(world: World, rates: _Rates, now: State, ratio: Floats, exposed: Flags, rng: np.random.Generator) -> State:
    """Let a month pass: at most one of losing, changing, being made permanent (when paid) or finding a job (when not)."""
    uniform, jump, renewed = rng.random(len(ratio)), rng.standard_normal(len(ratio)), rng.random(len(ratio))
    faster = np.where(exposed, world.number("wages.introduction_change_ratio"), 1.0) * ratio
    ceiling = max(rates.found, float((rates.loss + rates.change * faster.max(initial=1.0) + rates.made_permanent).max()))
    near = np.flatnonzero(uniform < ceiling)  # little happens in a month, so it is only worked out where it can
    chance, old, paid = uniform[near], now.contract[near], now.paid[near]
    to_loss = rates.loss[old]
    to_change = to_loss + rates.change[old] * faster[near]
    loses, changes = paid & (chance < to_loss), paid & (chance >= to_loss) & (chance < to_change)
    promoted = paid & (chance >= to_change) & (chance < to_change + rates.made_permanent[old])
    finds = ~paid & (chance < rates.found)
    level, contract, job, is_paid = now.level.copy(), now.contract.copy(), now.job.copy(), now.paid.copy()
    starts, jumps = changes | finds, world.number("wages.jump_sd") * jump[near]
    gained = world.number("wages.jump") + world.number("wages.introduction_jump") * exposed[near] + jumps
    steps = (gained, world.number("wages.found_loss") + jumps, world.number("wages.made_permanent_gain"))
    level[near] += np.select([changes, finds, promoted], steps, 0.0)
    contract[near] = np.select([starts, promoted], [shared_out(rates.new_contracts, renewed[near]), PERMANENT], old)
    job[near] += starts
    is_paid[near] = (paid & ~loses) | finds
    return State(is_paid, level, contract, job)


def _noise(world: World, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    bump = world.by_name("wages.bump")
    noise = world.number("wages.noise_sd") * rng.standard_normal(shape)
    months = np.nonzero(rng.random(shape) < bump["share"])
    noise[months] += np.abs(bump["sd"] * rng.standard_normal(len(months[0])))
    return noise


def thresholds(world: World) -> Floats:
    """Give the low-pay threshold of each month, in euro per hour: two thirds of the national median of its year."""
    return LOW_PAY_SHARE * _reference(world, "national_median")


def wage_floor(world: World) -> Floats:
    """Give the log distance of the minimum wage to the low-pay threshold, by month."""
    floor: Floats = np.log(_reference(world, "minimum_wage") / thresholds(world))
    return floor


def _reference(world: World, column: str) -> Floats:
    by_year = wage_references().set_index("year")[column]
    months = pd.Series(np.arange(world.period.first, world.period.last + 1) // 12)
    return months.map(by_year).to_numpy(dtype=np.float64)
