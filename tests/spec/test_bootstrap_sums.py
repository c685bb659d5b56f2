"""Sums over drawn persons: the same as weights times columns, and the same distribution whoever is alike."""

import numpy as np
import pytest

from gm_workbench.metrics import bootstrap_sums
from gm_workbench.metrics.bootstrap import person_weights
from gm_workbench.metrics.bootstrap_sums import COMMON, drawn_kinds, drawn_sums, kinds

ROOM = "bootstrap_sums.drawn_sums"

EXACT = 1e-9
FOUR_ERRORS = 4


def test_sums_of_persons_who_all_differ_are_weights_times_columns():
    columns = np.random.default_rng(1).normal(size=(40, 3))
    assert drawn_sums(columns, 25, seed=4) == pytest.approx(person_weights(40, 25, seed=4) @ columns, abs=EXACT)


@pytest.mark.parametrize("alike", [1, COMMON - 1, COMMON, COMMON + 1])
def test_sums_are_those_of_the_numbers_of_kinds(alike):
    columns = np.array([[0.0, 1.0]] * alike + [[float(i), 2.0] for i in range(1, 30)])
    found = kinds(columns)
    counts = drawn_kinds(found, 50, seed=2)
    assert drawn_sums(columns, 50, seed=2) == pytest.approx(counts @ found.columns, abs=EXACT)
    assert (counts.sum(axis=1) == len(columns)).all()
    assert found.common == (alike >= COMMON)
    assert (found.columns[found.of_person] == columns).all()


def test_numbers_of_kinds_vary_as_a_multinomial(witness):
    # 30 alike, 5 alike, 15 who are alone: variances n p (1 - p) and covariance -n p q
    columns = np.array([0.0] * 30 + [1.0] * 5 + [2.0 + i for i in range(15)])[:, None]
    counts = drawn_kinds(kinds(columns), 8000, seed=1)[1:]
    source = "multinomial of 50 persons, n p (1 - p) and - n p q, by hand"
    for place, (size, name) in enumerate([(30, "common"), (5, "rare"), (1, "alone")]):
        p = size / 50
        variance = 50 * p * (1 - p)
        given = {"data": "drawn", "source": source, "known": "hand"}
        mean_error = FOUR_ERRORS * (variance / 8000) ** 0.5
        witness(ROOM, f"{name}, mean", counts[:, place].mean(), size, tolerance=mean_error, **given)
        wide = FOUR_ERRORS * variance * (2.6 / 8000) ** 0.5  # at one expected the fourth moment is that of a Poisson
        witness(ROOM, f"{name}, variance", counts[:, place].var(), variance, tolerance=wide, **given)
    both = float(np.cov(counts[:, 0], counts[:, 1])[0, 1])
    witness(ROOM, "covariance", both, -50 * 0.6 * 0.1, tolerance=FOUR_ERRORS * 0.08, **given)


@pytest.mark.parametrize("block", [1, 60, 10_000])
def test_sums_do_not_hang_on_how_many_are_drawn_at_a_time(monkeypatch, block):
    columns = np.vstack([np.random.default_rng(5).normal(size=(30, 2)), np.ones((2 * COMMON, 2))])
    whole = drawn_sums(columns, 20, seed=3)
    monkeypatch.setattr(bootstrap_sums, "BLOCK", block)
    assert drawn_sums(columns, 20, seed=3) == pytest.approx(whole, abs=EXACT)


def test_everybody_alike_gives_the_same_sum_in_every_draw():
    assert (drawn_sums(np.full((20, 1), 3.0), 5, seed=1) == 60.0).all()


def test_sums_of_nobody_are_refused():
    with pytest.raises(ValueError, match="at least one person"):
        drawn_sums(np.empty((0, 2)), 3, seed=1)


@pytest.mark.parametrize("at_once", [1, 60, 1_000])
def test_persons_of_whom_none_are_alike_are_drawn_by_the_numbers_that_numpy_gives(monkeypatch, at_once):
    monkeypatch.setattr(bootstrap_sums, "AT_ONCE", at_once)
    stream = np.random.default_rng(2)
    expected = [np.bincount(stream.integers(0, 40, size=40), minlength=40) for _ in range(7)]
    drawn = bootstrap_sums.drawn_kinds(bootstrap_sums.kinds(np.arange(40.0)[:, None]), 7, seed=2)
    assert drawn[1:].tolist() == np.array(expected).tolist()
