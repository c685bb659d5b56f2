"""Moves: proofs that a hidden count has room, which stay true while more is hidden."""

from __future__ import annotations

import numpy as np
import pytest

from gm_workbench.guard.limits import Limits
from gm_workbench.guard.moves import Moves

SUMS = np.array([[1.0, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]])  # two by two, rows then columns
TRUE = np.array([4.0, 30, 20, 50])


@pytest.fixture
def moves():
    made = Moves(TRUE, SUMS, [np.flatnonzero(row) for row in SUMS])
    made.keep(np.arange(4), np.array([10.0, 24, 14, 56]))  # six persons around the square
    return made


def limits(low=(0, 0, 0, 0), high=(99, 99, 99, 99)):
    return Limits(np.array(low, float), np.array(high, float), np.zeros(4, bool), marks=False)


def test_a_move_is_made_as_often_as_counts_allow_both_ways(moves):
    room = moves.room(0, limits())
    assert (room.low, room.high) == (0, 24)  # the third, of 20, is empty when the first has 24


@pytest.mark.parametrize(("high", "reached"), [(50, 4), (51, 5), (52, 6)])
def test_a_move_stops_at_what_is_known(moves, high, reached):
    assert moves.room(0, limits(high=(99, 99, 99, high))).high == reached


def test_a_change_that_breaks_a_sum_is_no_move(moves):
    moves = Moves(TRUE, SUMS, [np.flatnonzero(row) for row in SUMS])
    moves.keep(np.arange(2), np.array([5.0, 29]))  # the columns no longer add up
    assert moves.room(0, limits()).high == 4


def test_halves_are_moves_of_two(moves):
    moves = Moves(TRUE, SUMS, [np.flatnonzero(row) for row in SUMS])
    moves.keep(np.arange(4), TRUE + np.array([0.5, -0.5, -0.5, 0.5]))
    assert moves.room(0, limits()).high == 24


def test_only_counts_whose_proof_rests_on_what_is_shown_are_shaken(moves):
    moves.prove(0, moves.room(0, limits()).by)
    assert moves.shaken([3]) == {0}
    moves.prove(0, frozenset())
    assert moves.shaken([3]) == set()
