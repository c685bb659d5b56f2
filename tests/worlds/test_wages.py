from __future__ import annotations

import numpy as np
import pytest

from gm_workbench.vocabulary.references import low_pay_threshold
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.worlds.coaches import draw_coaches
from gm_workbench.worlds.simulated import held_six_months
from gm_workbench.worlds.streams import Streams
from gm_workbench.worlds.wages import careers, change_ratio, draw_workers, thresholds, wage_floor

SIZE = 20_000
STREAMS = Streams(9, "test")


@pytest.fixture(scope="module")
def workers(default):
    return draw_workers(default, SIZE, draw_coaches(default, (0, 0, 600), STREAMS.of("coaches")), STREAMS.of("workers"))


def live(world, workers, introduced, months=None, before=None, stream="careers"):
    everybody = np.full(SIZE, introduced)
    return careers(world, workers, np.ones(SIZE), everybody, wage_floor(world), STREAMS.of(stream), months, before)


@pytest.fixture(scope="module")
def lives(default, workers):
    return [live(default, workers, introduced)[0] for introduced in (False, True)]


def test_thresholds_are_those_that_the_study_uses(default):
    by_year = [low_pay_threshold(None, year, 2 / 3, DataKind.SYNTHETIC) for year in (2023, 2024, 2025)]
    assert thresholds(default) == pytest.approx(np.repeat(by_year, 12))


def test_nobody_is_paid_less_than_the_minimum_wage(default, lives):
    assert (lives[0].distance >= wage_floor(default)).all()
    assert (wage_floor(default) < 0).all()


def test_all_are_paid_at_first_and_some_have_gaps_later(lives):
    assert lives[0].paid[:, 0].all()
    assert 0.9 < lives[0].paid.mean() < 1.0


def test_a_job_found_after_a_gap_is_another_job(lives):
    found = ~lives[0].paid[:, :-1] & lives[0].paid[:, 1:]
    steps = np.diff(lives[0].job, axis=1)
    assert found.any()
    assert (steps[found] == 1).all()
    assert set(np.unique(steps)) == {0, 1}


def test_without_another_job_a_contract_only_becomes_permanent(lives):
    same_job = np.diff(lives[0].job, axis=1) == 0
    changed = same_job & (np.diff(lives[0].contract, axis=1) != 0)
    assert changed.any()
    assert set(lives[0].contract[:, 1:][changed]) == {0}


def test_the_introduction_changes_nothing_before_the_index_month(default, lives):
    before = slice(0, default.index)
    assert np.array_equal(lives[0].job[:, before], lives[1].job[:, before])
    assert np.array_equal(lives[0].distance[:, before], lives[1].distance[:, before])


def test_the_introduction_makes_job_changes_more_frequent_by_the_planted_ratio(default, lives):
    changes = [
        (np.diff(life.job, axis=1) == 1)[:, default.index - 1 :][life.paid[:, default.index - 1 : -1]].mean() for life in lives
    ]
    assert changes[1] / changes[0] == pytest.approx(default.number("wages.introduction_change_ratio"), abs=0.12)


def test_more_workers_hold_a_wage_above_the_threshold_after_introduction(default, lives):
    held = [held_six_months((life.paid & (life.distance >= 0))[:, default.index :]).mean() for life in lives]
    assert held[1] > held[0] + 0.02


def test_who_is_chosen_on_one_low_month_comes_back_to_the_mean(default, lives):
    distance = lives[0].distance
    low = distance[:, default.index - 1] < 0
    assert (distance[low, default.index] >= 0).mean() > 0.03


def test_living_on_from_a_state_joins_up(default, workers):
    early, state = live(default, workers, False, range(12), stream="before")
    later, _ = live(default, workers, False, range(12, 36), state, stream="after")
    assert (early.paid.shape, later.paid.shape) == ((SIZE, 12), (SIZE, 24))
    assert set(np.unique(later.job[:, 0] - early.job[:, -1])) == {0, 1}
    assert abs(later.distance[:, 0].mean() - early.distance[:, -1].mean()) < 0.01


def test_coaches_differ_around_one(default):
    ratio = change_ratio(default, draw_coaches(default, (0, 0, 5000), STREAMS.of("coaches")))
    assert ratio.mean() == pytest.approx(1.0, abs=0.01)
    assert ratio.std() == pytest.approx(0.15, abs=0.02)


@pytest.mark.parametrize(("run", "held"), [(5, False), (6, True), (7, True)])
def test_six_months_on_end_count_as_held(run, held):
    above = np.zeros((1, 24), dtype=bool)
    above[0, 10 : 10 + run] = True
    assert held_six_months(above).tolist() == [held]


def test_six_months_with_a_gap_do_not_count_as_held():
    above = np.ones((1, 24), dtype=bool)
    above[0, 5::6] = False
    assert held_six_months(above).tolist() == [False]
