"""The table of benefits: one row per person and month in which the household's dossier was open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.schemas import EXEMPTION, HOUSING, SEX
from gm_workbench.worlds.calibration import HOUSEHOLDS, World
from gm_workbench.worlds.identities import person_numbers
from gm_workbench.worlds.people import COUPLE, LONE_PARENT, SINGLE, Population
from gm_workbench.worlds.spells import FOR_GOOD, OTHERWISE, PENSION, STAYS, TO_WORK, History
from gm_workbench.worlds.streams import Flags, Floats, Streams, Values, Wholes, choose, maybe_month, named

_SPELLS = 100  # more spells than a household can have in one period
_PARTNER = "97"
_WAGE_WORK, _ALIMONY = "11", "23"


@dataclass(frozen=True, slots=True)
class Rows:
    """Which person and which month each row is about, in order of person and month."""

    person: Wholes
    month: Wholes
    household: Wholes


def rows_on_benefit(population: Population, history: History) -> Rows:
    """List every person and month on benefit."""
    person, month = np.nonzero(history.on[population.household])
    return Rows(person, month, population.household[person])


def benefits(
    world: World, streams: Streams, population: Population, history: History, works: Flags, pressure: Floats
) -> pd.DataFrame:
    """Make the table of benefits.

    Parameters
    ----------
    works : persons x months, whether she works next to the benefit
    pressure : persons x months, hazard to work; shares out between partners who of them left for work
    """
    rows = rows_on_benefit(population, history)
    at = (rows.household, rows.month)
    ends = history.leaves[at] != STAYS
    month = world.period.first + rows.month
    town = world.town(streams.place).number
    table: dict[str, Values] = {
        "person": person_numbers(town, len(population.household)).take(rows.person),
        "dossier": _dossiers(streams.place, rows.household, history.spell[at]),
        "month": month.astype(np.int32),
        "household": named(HOUSEHOLDS, population.kind[rows.household]),
        "sex": named(SEX, population.woman[rows.person].astype(np.int64)),
        "birth_year": population.birth_year[rows.person].astype(np.int32),
        "start": (world.period.first + history.start[at]).astype(np.int32),
        "end": maybe_month(month, ends),
        "end_reason": _reasons(world, streams, population, history, pressure, rows),
    }
    table |= _circumstances(world, streams, population, rows) | _money(world, streams, population, rows, works)
    order = [
        "person",
        "dossier",
        "month",
        "scheme",
        "household",
        "sex",
        "birth_year",
        "housing",
        "cost_sharers",
        "start",
        "end",
    ]
    return pd.DataFrame(table)[[*order, "exemption", "end_reason", "income_kind", "income", "paid"]]


def _dossiers(place: str, household: Wholes, spell: Wholes) -> pd.api.extensions.ExtensionArray:
    known, position = np.unique(household * _SPELLS + spell, return_inverse=True)
    return named([f"U{place[2:]}{number:08d}" for number in known.tolist()], position)


def _reasons(
    world: World, streams: Streams, population: Population, history: History, pressure: Floats, rows: Rows
) -> pd.api.extensions.ExtensionArray:
    """Give the statutory reason in the month a spell ends; in a couple, the one whose reason it was not gets code 97."""
    rng, shape = streams.of("reasons"), history.leaves.shape
    codes, code = _codes(world, history.leaves, rng)
    partner_left = np.zeros(shape, dtype=bool)
    couples, heads = population.couples, population.heads
    both = pressure[couples] + pressure[heads:]
    chance = np.where(history.leaves[couples] == TO_WORK, pressure[heads:] / both, 0.5)
    partner_left[couples] = (rng.random(chance.shape) < chance) & (history.leaves[couples] != PENSION)
    at = (rows.household, rows.month)
    is_couple = population.kind[rows.household] == COUPLE
    because_of_other = is_couple & (partner_left[at] == (rows.person < heads)) & (code[at] >= 0)
    return named(codes, np.where(because_of_other, codes.index(_PARTNER), code[at]))


def _codes(world: World, leaves: Wholes, rng: np.random.Generator) -> tuple[list[str], Wholes]:
    work, other = world.by_name("exits.work_reasons"), world.by_name("exits.other_reasons")
    final = {code: other[code] for code in world.value("exits.never_return")}
    usual = {code: share for code, share in other.items() if code not in final}
    codes = [*dict.fromkeys([*work, *other, "03", _PARTNER])]
    code = np.full(leaves.shape, -1, dtype=np.int64)
    for how, shares in ((TO_WORK, work), (OTHERWISE, usual), (FOR_GOOD, final), (PENSION, {"03": 1.0})):
        members = np.nonzero(leaves == how)
        drawn = choose(rng, list(shares.values()), len(members[0]))
        code[members] = np.array([codes.index(name) for name in shares])[drawn]
    return codes, code


def _circumstances(world: World, streams: Streams, population: Population, rows: Rows) -> dict[str, Values]:
    """Give scheme, housing, cost sharers and exemption: facts of a household that stay the same in the period."""
    rng, size = streams.of("circumstances"), population.heads
    single, lone = population.kind == SINGLE, population.kind == LONE_PARENT
    scheme = ioaw(world, population, rng).astype(np.int64)
    families, alone = (world.by_name(f"people.housing_{kind}") for kind in ("families", "singles"))
    chosen = [choose(rng, [shares.get(name, 0.0) for name in HOUSING], size) for shares in (families, alone)]
    sharers = world.by_name("people.cost_sharers")
    count = np.array([int(name) for name in sharers], dtype=np.int32)[choose(rng, list(sharers.values()), size)]
    return {
        "scheme": named(("01", "02"), scheme[rows.household]),
        "housing": named(HOUSING, np.where(single, chosen[1], chosen[0])[rows.household]),
        "cost_sharers": count[rows.household],
        "exemption": named(EXEMPTION, _exempt(world, lone, rng)[rows.household]),
    }


def ioaw(world: World, population: Population, rng: np.random.Generator) -> Flags:
    """Draw which households are under the IOAW scheme: some of those whose head is 55 or over, lone parents apart."""
    old = (population.kind != LONE_PARENT) & (population.birth_year[: population.heads] <= world.period.first // 12 - 55)
    drawn: Flags = old & (rng.random(population.heads) < world.number("people.ioaw_55_plus"))
    return drawn


def _exempt(world: World, lone: Flags, rng: np.random.Generator) -> Wholes:
    """Give positions in EXEMPTION: lone parents may have that of article 9a, others those of article 9."""
    chance = np.where(lone, world.number("people.exempt_lone_parents"), world.number("people.exempt_others"))
    full = rng.random(len(lone)) < world.number("people.exempt_full_share")
    kind = np.where(lone, 1, np.where(full, 3, 2))
    return np.where(rng.random(len(lone)) < chance, kind, 0)


def _money(world: World, streams: Streams, population: Population, rows: Rows, works: Flags) -> dict[str, Values]:
    """Give income and what was paid, in whole euros."""
    rng, size = streams.of("money"), population.heads
    shape = world.number("part_time.income_shape")
    wage = np.rint(rng.gamma(shape, world.number("part_time.income_mean") / shape, len(rows.person))) + 1
    receives = (population.kind == LONE_PARENT) & (rng.random(size) < world.number("people.alimony"))
    alimony = np.rint(rng.gamma(4.0, world.number("people.alimony_mean") / 4.0, size)) + 1
    working, supported = works[rows.person, rows.month], receives[rows.household]
    kind = np.where(working, 0, np.where(supported, 1, -1))
    income = np.select([working, supported], [wage, alimony[rows.household]], 0.0)
    norm = np.array([world.by_name("people.norm")[name] for name in HOUSEHOLDS])[population.kind[rows.household]]
    paid = np.maximum(0.0, np.rint(norm - world.number("people.income_counted") * income))
    return {"income_kind": named((_WAGE_WORK, _ALIMONY), kind), "income": income, "paid": paid}
