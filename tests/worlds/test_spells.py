from __future__ import annotations

import dataclasses
from types import MappingProxyType

import numpy as np
import pytest

from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import draw_coaches
from gm_workbench.worlds.people import Population, draw_guidance, draw_population
from gm_workbench.worlds.spells import (
    FOR_GOOD,
    OTHERWISE,
    PENSION,
    TO_WORK,
    base_hazard,
    household_pressure,
    part_time_months,
    walk,
    work_pressure,
)
from gm_workbench.worlds.streams import Streams

STREAMS = Streams(5, "test")


def with_figures(world: World, **values: object) -> World:
    figures = dict(world.figures)
    for name, value in values.items():
        key = name.replace("__", ".", 1)
        figures[key] = dataclasses.replace(figures[key], value=value)
    return dataclasses.replace(world, figures=MappingProxyType(figures))


def singles(size: int, start: int = 0, pension: int = 10**6) -> Population:
    whole = np.zeros(size, dtype=np.int64)
    return Population(
        kind=whole,
        entry=whole,
        start=whole + start,
        pension=whole + pension,
        household=np.arange(size),
        woman=np.zeros(size, dtype=bool),
        birth_year=whole + 1980,
    )


def pressure_of(world: World, size: int, introduced: bool = False, woman: bool = False) -> np.ndarray:
    flags = np.zeros(size, dtype=bool)
    works = np.zeros((size, world.months), dtype=bool)
    return work_pressure(world, flags | woman, works, np.ones(size), flags | introduced)


def test_the_introduction_multiplies_the_hazard_from_the_index_month_on(default):
    ratio = pressure_of(default, 1, introduced=True) / pressure_of(default, 1)
    assert np.allclose(ratio[0, : default.index], 1.0)
    assert np.allclose(ratio[0, default.index :], default.number("exits.introduction_ratio"))


def test_women_have_the_declared_ratio_and_part_time_work_its_own(default):
    assert np.allclose(pressure_of(default, 1, woman=True) / pressure_of(default, 1), 0.72)
    flags = np.zeros(1, dtype=bool)
    works = np.ones((1, default.months), dtype=bool)
    working = work_pressure(default, flags, works, np.ones(1), flags)
    assert np.allclose(working / pressure_of(default, 1), default.number("exits.part_time_ratio"))


def test_the_base_hazard_gives_the_declared_mean(default):
    durations, ratios = default.numbers("people.durations"), default.numbers("exits.duration_ratios")
    sexes = 0.434 + 0.566 * 0.72
    part_time = 0.92 + 0.08 * 1.5
    assert base_hazard(default) * sexes * part_time * (durations @ ratios) == pytest.approx(0.0091)


def test_more_leave_for_work_after_introduction_by_the_planted_ratio(default):
    size = 100_000
    left = {}
    for introduced in (False, True):
        history = walk(default, singles(size, start=-100), pressure_of(default, size, introduced), STREAMS.of("spells"))
        month = history.leaves[:, default.index][history.on[:, default.index]]
        left[introduced] = (month == TO_WORK).mean()
    # the same uniform numbers in both lives: 340 leave and some 50 more do, so the ratio's standard error is about 0.02
    assert left[True] / left[False] == pytest.approx(1.15, abs=0.07)


def test_common_numbers_make_everything_before_the_index_month_equal(default):
    lives = [walk(default, singles(500), pressure_of(default, 500, flag), STREAMS.of("spells")) for flag in (False, True)]
    assert np.array_equal(lives[0].leaves[:, : default.index], lives[1].leaves[:, : default.index])


def test_longer_on_benefit_leaves_less(default):
    shares = []
    for start in (0, -30, -100):
        history = walk(default, singles(20_000, start=start), pressure_of(default, 20_000), STREAMS.of("spells"))
        shares.append((history.leaves[:, 0] > 0).mean())
    assert shares[0] > shares[1] > shares[2]


@pytest.mark.parametrize("month", [0, 1, 35])
def test_everybody_leaves_at_the_pension_age_and_does_not_come_back(default, month):
    history = walk(default, singles(300, pension=month), pressure_of(default, 300), STREAMS.of("spells"))
    assert not history.on[:, month + 1 :].any()
    assert set(history.leaves[history.on[:, month], month]) == {PENSION}


def test_nobody_comes_back_in_the_month_right_after_or_after_leaving_for_good(default):
    world = with_figures(default, exits__return_monthly=[0.9, 0.9])
    history = walk(world, singles(5000), pressure_of(world, 5000), STREAMS.of("spells"))
    left = history.leaves[:, :-1] > 0
    assert not (left & history.on[:, 1:]).any()
    for_good = (history.leaves == FOR_GOOD).argmax(axis=1)
    for who in np.flatnonzero((history.leaves == FOR_GOOD).any(axis=1)):
        assert not history.on[who, for_good[who] + 1 :].any()
    assert (history.spell.max(axis=1) > 0).any()
    assert (history.leaves == OTHERWISE).any()


def test_part_time_work_keeps_its_share_and_goes_on(default):
    works = part_time_months(default, 20_000, STREAMS.of("part-time"))
    assert works[:, 0].mean() == pytest.approx(0.08, abs=0.01)
    assert works[:, -1].mean() == pytest.approx(0.08, abs=0.01)
    assert works[:, 1][works[:, 0]].mean() == pytest.approx(default.number("part_time.stays"), abs=0.04)


def test_a_couple_leaves_by_the_work_of_either(default):
    population = draw_population(default, {"single": 2, "lone_parent": 0, "couple": 3}, STREAMS.of("people"))
    pressure = np.ones((len(population.household), default.months))
    total = household_pressure(population, pressure)
    assert np.allclose(total[population.couples], 2.0)
    assert np.allclose(np.delete(total, population.couples, axis=0), 1.0)


def test_exposure_is_the_coach_of_the_index_month_or_the_first_of_who_enters_later(default):
    world = with_figures(default, coaches__moves_yearly=0.33)
    coaches = draw_coaches(world, (5, 5, 0), STREAMS.of("coaches"))
    population = draw_population(world, {"single": 300, "lone_parent": 300, "couple": 0}, STREAMS.of("people"))
    guidance = draw_guidance(world, population, coaches, STREAMS.of("guidance"))
    at = np.maximum(population.entry, world.index)
    assert np.array_equal(guidance.exposed, np.where(guidance.move <= at, guidance.second, guidance.first))
    mothers = population.mothers[: population.heads]
    assert set(coaches.pool[guidance.first[mothers]]) == {0}
    assert set(coaches.pool[guidance.second[~mothers]]) == {1}
