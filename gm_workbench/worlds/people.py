"""Households on benefit and the persons in them: the stock at the start of the period, and who comes in each month.

Persons are numbered heads first, then the partners of couples, so that a household's position is also its head's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gm_workbench.worlds.calibration import HOUSEHOLDS, World
from gm_workbench.worlds.coaches import GENERAL, MOTHERS, Coaches
from gm_workbench.worlds.streams import Flags, Floats, Wholes, choose

SINGLE, LONE_PARENT, COUPLE = range(3)
NEVER = 10**6  # a month that does not come


@dataclass(frozen=True, slots=True)
class Population:
    """Households (`kind`, `entry`, `start`, `pension`, in household order) and persons (`household`, `woman`, `birth_year`).

    Months are positions in the period; `start` may lie before it.
    """

    kind: Wholes
    entry: Wholes
    start: Wholes
    pension: Wholes
    household: Wholes
    woman: Flags
    birth_year: Wholes

    @property
    def heads(self) -> int:
        return len(self.kind)

    @property
    def couples(self) -> Wholes:
        """Households with a partner, in the order of the partners."""
        return self.household[self.heads :]

    @property
    def mothers(self) -> Flags:
        """Whether each person is a woman who heads a lone-parent household."""
        lone: Flags = self.kind[self.household] == LONE_PARENT
        return self.woman & lone


def draw_population(world: World, households: Mapping[str, int], rng: np.random.Generator) -> Population:
    """Draw the stock of households in the first month and those who enter for the first time in each later month."""
    counts = np.array([households[name] for name in HOUSEHOLDS])
    arriving = rng.poisson(world.number("people.inflow_monthly") * counts.sum(), world.months - 1)
    stock = np.repeat(np.arange(len(HOUSEHOLDS)), counts)
    kind = np.concatenate([stock, choose(rng, counts.astype(float), int(arriving.sum()))])
    entry = np.concatenate([np.zeros(len(stock), dtype=np.int64), np.repeat(np.arange(1, world.months), arriving)])
    age = np.where(entry == 0, _ages(world, "people.ages", kind, rng), _ages(world, "people.ages_of_newcomers", kind, rng))
    woman = rng.random(len(kind)) < _women(world, households)[kind]
    birth_year = (world.period.first + entry) // 12 - age
    couples = np.flatnonzero(kind == COUPLE)
    partner_age = np.clip(age[couples] + rng.integers(-4, 5, len(couples)), 18, 66)
    pension = 12 * (birth_year + int(world.number("exits.pension_age"))) + rng.integers(0, 12, len(kind)) - world.period.first
    return Population(
        kind=kind,
        entry=entry,
        start=np.where(entry == 0, -_durations(world, age, rng), entry),
        pension=pension,
        household=np.concatenate([np.arange(len(kind)), couples]),
        woman=np.concatenate([woman, ~woman[couples]]),
        birth_year=np.concatenate([birth_year, (world.period.first + entry[couples]) // 12 - partner_age]),
    )


def _ages(world: World, figure: str, kind: Wholes, rng: np.random.Generator) -> Wholes:
    shares, edges = world.value(figure), np.array(world.value("people.age_edges"))
    ages = np.zeros(len(kind), dtype=np.int64)
    for position, name in enumerate(HOUSEHOLDS):
        members = np.flatnonzero(kind == position)
        band = choose(rng, shares[name], len(members))
        ages[members] = rng.integers(edges[band], edges[band + 1])
    return ages


def _women(world: World, households: Mapping[str, int]) -> Floats:
    """Give the share of women among heads by kind of household; that among singles makes the total come out."""
    single, lone_parent, couple = (households[name] for name in HOUSEHOLDS)
    among_lone_parents = world.number("people.lone_parents_women")
    wanted = world.number("people.women") * (single + lone_parent + 2 * couple) - among_lone_parents * lone_parent - couple
    among_singles = min(1.0, max(0.0, wanted / single)) if single else 0.0
    return np.array([among_singles, among_lone_parents, 0.5])


def _durations(world: World, age: Wholes, rng: np.random.Generator) -> Wholes:
    """Draw months on benefit at the start, no more than there are since the eighteenth birthday."""
    edges = np.array(world.value("people.duration_edges"))
    band = choose(rng, world.numbers("people.durations"), len(age))
    return np.minimum(rng.integers(edges[band], edges[band + 1]), 12 * (age - 18))


@dataclass(frozen=True, slots=True)
class Guidance:
    """Who guides each household: its coach, the coach after a move, and the month of that move (`NEVER` for most).

    `exposed` is the coach in the index month, or the first coach of who enters later: the one whose way of working counts.
    """

    first: Wholes
    second: Wholes
    move: Wholes
    exposed: Wholes


def draw_guidance(world: World, population: Population, coaches: Coaches, rng: np.random.Generator) -> Guidance:
    """Give lone mothers a coach of the mothers' pool and all other households one of the general pool."""
    mothers = population.mothers[: population.heads]
    first, second = (
        np.where(mothers, _any_of(coaches, MOTHERS, len(mothers), rng), _any_of(coaches, GENERAL, len(mothers), rng))
        for _ in range(2)
    )
    moves = rng.random(len(mothers)) < world.number("coaches.moves_yearly") * world.months / 12
    move = np.where(moves & (first != second), rng.integers(1, world.months, len(mothers)), NEVER)
    return Guidance(first, second, move, np.where(move <= np.maximum(world.index, population.entry), second, first))


def _any_of(coaches: Coaches, pool: int, size: int, rng: np.random.Generator) -> Wholes:
    members = coaches.of(pool)
    return members[rng.integers(0, len(members), size)] if len(members) else np.zeros(size, dtype=np.int64)
