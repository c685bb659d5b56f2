"""Provisions and what they cost: each month on benefit has a chance of a new provision, higher for men than for women.

A provision is paid in the month it starts, so that the amount per person-month has a closed form: chance times mean amount.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.identities import person_numbers, texts
from gm_workbench.worlds.people import Population
from gm_workbench.worlds.spells import STAYS, History
from gm_workbench.worlds.streams import Flags, Floats, Streams, Wholes, choose, choose_name, maybe_month, named

SUBSIDY = "04"
_SUPPORTED_WORK = 5  # step on the participation ladder
_FULL_PERIOD = 36  # months on benefit over which the declared chance of any provision holds


def start_rate(world: World) -> Floats:
    """Give the chance that a provision starts in a month on benefit, for men and for women."""
    rate: Floats = 1 - (1 - world.by_sex("spend.any")) ** (1 / _FULL_PERIOD)
    return rate


def mean_amount(world: World) -> Floats:
    """Give the mean amount of a provision in euro, for men and for women: median · exp(σ² / 2)."""
    mean: Floats = world.by_sex("spend.median") * np.exp(world.number("spend.log_sd") ** 2 / 2)
    return mean


def provisions_and_costs(
    world: World, streams: Streams, population: Population, history: History
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the tables of provisions (a row per month that each ran) and of costs (a row per provision)."""
    rng = streams.of("provisions")
    starts = (
        rng.random((len(population.household), world.months)) < start_rate(world)[population.woman.astype(np.int64)][:, None]
    )
    who, month = np.nonzero(starts & history.on[population.household])
    woman = population.woman[who]
    kinds, kind = _types(world, woman, world.period.first // 12 + month // 12 - population.birth_year[who], rng)
    person = person_numbers(world.town(streams.place).number, len(population.household))
    amount = np.exp(np.log(world.by_sex("spend.median"))[woman.astype(np.int64)] + _spread(world, len(who), rng))
    costs = pd.DataFrame(
        {
            "person": person.take(who),
            "month": (world.period.first + month).astype(np.int32),
            "type": named(kinds, kind),
            "amount": np.round(amount, 2),
        }
    )
    last, ended = _ends(world, population, history, who, month, rng)
    subsidised = kind == kinds.index(SUBSIDY)
    facts = pd.DataFrame(
        {
            "person": person.take(who),
            "provision": texts(np.arange(1, len(who) + 1), f"V{streams.place[2:]}", 7),
            "type": named(kinds, kind),
            "ladder": np.where(subsidised, _SUPPORTED_WORK, _ladder(world, len(who), rng)).astype(np.int32),
            "start": (world.period.first + month).astype(np.int32),
            "end": maybe_month(world.period.first + last, ended),
            "end_reason": choose_name(rng, world.by_name("spend.end_reasons"), len(who)),
            "wage_value": np.where(subsidised, _wage_value(world, len(who), rng), np.nan),
        }
    )
    return _monthly(world, facts, month, last, ended), costs


def _types(world: World, woman: Flags, age: Wholes, rng: np.random.Generator) -> tuple[list[str], Wholes]:
    others = world.by_name("spend.other_types")
    kinds = sorted([*others, SUBSIDY])
    young, older = world.by_sex("spend.lks_young"), world.by_sex("spend.lks_older")
    sex = woman.astype(np.int64)
    subsidy = rng.random(len(woman)) < np.where(age < 27, young[sex], older[sex])
    other = np.array([kinds.index(name) for name in others])[choose(rng, list(others.values()), len(woman))]
    return kinds, np.where(subsidy, kinds.index(SUBSIDY), other)


def _spread(world: World, size: int, rng: np.random.Generator) -> Floats:
    spread: Floats = world.number("spend.log_sd") * rng.standard_normal(size)
    return spread


def _ladder(world: World, size: int, rng: np.random.Generator) -> Wholes:
    steps = world.by_name("spend.ladder")
    return np.array([int(step) for step in steps])[choose(rng, list(steps.values()), size)]


def _wage_value(world: World, size: int, rng: np.random.Generator) -> Floats:
    drawn = rng.normal(world.number("spend.wage_value_mean"), world.number("spend.wage_value_sd"), size)
    return np.clip(np.rint(drawn), 20, 100)


def _ends(
    world: World, population: Population, history: History, who: Wholes, month: Wholes, rng: np.random.Generator
) -> tuple[Wholes, Flags]:
    """Give the last month that each provision runs and whether it ended: on its own, with the benefit, or not yet."""
    household, end = population.household[who], world.months - 1
    spell_end = _last_of_spell(history)[household, month]
    own_end = month + rng.geometric(1 / world.number("spend.months_mean"), len(who)) - 1
    benefit_ended = history.leaves[household, spell_end] != STAYS
    return np.minimum(own_end, spell_end), (own_end <= spell_end) & (own_end < end) | benefit_ended


def _last_of_spell(history: History) -> Wholes:
    last = np.full(history.on.shape, history.on.shape[1] - 1)
    for month in range(history.on.shape[1] - 2, -1, -1):
        last[:, month] = np.where(history.leaves[:, month] != STAYS, month, last[:, month + 1])
    return last


def _monthly(world: World, facts: pd.DataFrame, first: Wholes, last: Wholes, ended: Flags) -> pd.DataFrame:
    """Repeat each provision for every month that it ran; end and its reason stand in the last month only."""
    lengths = last - first + 1
    rows = np.repeat(np.arange(len(facts)), lengths)
    month = first[rows] + np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    frame = facts.take(rows).assign(month=(world.period.first + month).astype(np.int32))
    closing = ended[rows] & (month == last[rows])
    frame = frame.assign(end=frame["end"].where(closing), end_reason=frame["end_reason"].where(closing))
    order = ["person", "provision", "month", "type", "ladder", "start", "end", "end_reason", "wage_value"]
    return frame[order].reset_index(drop=True)
