"""How many cells are hidden, against the fewest that there can be."""

from __future__ import annotations

import importlib.util
from itertools import combinations
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import pytest

from gm_workbench.guard.alike import choose_alike
from gm_workbench.guard.audit import Audit, needs
from gm_workbench.guard.board import UNIT, Board, Clause
from gm_workbench.guard.choice import ASKED, LARGEST, choose
from gm_workbench.guard.links import Links, Relation

_spec = importlib.util.spec_from_file_location("published", Path(__file__).with_name("published.py"))
published = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(published)

DIGEST = "d67b7cba51e32f662cee4f964adb69dc16643830f28db2b87efe207198c05c79"
MEDIAN, NEARLY_ALL = 1.2, 1.5
"""Most that may be hidden, as a ratio to the fewest: in the median, and at the 95th percentile."""


def board(links: Links, policy, **given) -> Board:
    wanted = needs(links, {}, policy)
    live = sorted({place for one in links.relations for place in one.members} - wanted.keys())
    views = {place: ((float(links.values[place]),) * 2,) for place in live}
    totals = {one.total for one in links.relations}
    cost = {place: UNIT + (place in totals) for place in live}
    return Board(Audit(links, wanted, policy, views), {place: ((place, 0),) for place in live}, cost, **given)


def chain(values, relations) -> Links:
    return Links(tuple(values), (), tuple(Relation(total, parts) for total, parts in relations), False)


def loss(number: int, policy, choosing=choose) -> float:
    """Give hidden cells as a ratio to the fewest (or to the least that is proven), those below the threshold among them."""
    links = published.table(number)
    laid = board(links, policy)
    chosen = choosing(laid)
    small = len(laid.audit.wanted)
    least = small + -(-chosen.bound // UNIT) - (chosen.bound % UNIT > 0)
    return (small + len(chosen.hidden)) / max(least, 1)


def test_choice_hides_the_fewest_of_all_choices(policy):
    links = chain([84, 4, 30, 50], [(0, (1, 2, 3))])
    chosen = choose(board(links, policy))
    assert (len(chosen.hidden), chosen.exact) == (1, True)


def test_choice_hides_no_total_where_a_part_will_do(policy):
    assert choose(board(chain([34, 4, 30], [(0, (1, 2))]), policy)).hidden == {2}


@pytest.mark.parametrize("seed", range(3))
def test_nothing_smaller_than_the_choice_passes_the_audit(policy, seed):
    """Every smaller set of cells is tried."""
    draw = np.random.default_rng(seed)
    inside = draw.poisson(draw.gamma(0.7, 25, (2, 3)))
    full = np.vstack([inside, inside.sum(0)])
    full = np.hstack([full, full.sum(1, keepdims=True)])
    places = np.arange(12).reshape(3, 4)
    lines = [*places, *places.T]
    laid = board(chain([int(value) for value in full.ravel()], [(line[-1], tuple(line[:-1])) for line in lines]), policy)
    chosen = choose(laid)
    assert laid.audit.failing(laid.known(chosen.hidden)) is None
    for fewer in combinations(laid.shows, len(chosen.hidden) - 1) if chosen.hidden else ():
        assert laid.audit.failing(laid.known(frozenset(fewer))) is not None


@pytest.mark.parametrize("number", [2, 15, 30])
def test_auditor_who_begins_anew_finds_nothing_against_the_choice(policy, number):
    """The search asks only again about what can have changed; another audit asks about everything."""
    links = published.table(number)
    hidden = choose(board(links, policy)).hidden
    assert board(links, policy).audit.failing(board(links, policy).known(hidden)) is None


def test_choice_from_below_is_enough_too(policy, monkeypatch):
    monkeypatch.setattr("gm_workbench.guard.choice.LARGEST", 5)
    links = published.table(2)
    chosen = choose(board(links, policy))
    assert board(links, policy).audit.failing(board(links, policy).known(chosen.hidden)) is None


def test_where_little_work_may_be_done_the_bound_is_told(policy, monkeypatch):
    monkeypatch.setattr("gm_workbench.guard.demands.WORK", 1)
    chosen = choose(board(published.table(2), policy))
    assert 0 <= chosen.bound < chosen.cost


def cube(seed: int) -> Links:
    """Draw persons by three variables, with every margin: 48 counts that hang together."""
    draw = np.random.default_rng(seed)
    inside = draw.geometric(1 / draw.choice([3, 8, 25], (3, 2, 3))) - 1
    full = inside
    for axis in range(3):
        full = np.concatenate([full, full.sum(axis=axis, keepdims=True)], axis=axis)
    at = np.arange(full.size).reshape(full.shape)
    lines = [line for axis in range(3) for line in np.moveaxis(at, axis, -1).reshape(-1, full.shape[axis])]
    return chain(full.ravel().tolist(), [(int(line[-1]), tuple(line[:-1].tolist())) for line in lines])


@pytest.mark.parametrize("seed", range(2))
def test_work_of_the_audit_is_counted(policy, monkeypatch, seed):
    """Beyond its limit no better choice is sought: what was chosen is enough, and by how many it can be too much is known."""
    monkeypatch.setattr("gm_workbench.guard.choice.ASKED", 100)
    laid = board(cube(seed), policy)
    chosen = choose(laid)
    assert laid.audit.solver.work < 600
    assert 0 < chosen.bound < chosen.cost
    anew = Audit(laid.audit.links, laid.audit.wanted, policy)
    assert anew.failing(laid.known(chosen.hidden)) is None


def test_what_is_hidden_when_the_work_is_done_is_not_shown_again(policy, monkeypatch):
    """It is enough, and more than with all the work; how much more it can be is told."""
    best = choose(board(published.table(2), policy))
    monkeypatch.setattr("gm_workbench.guard.choice.AGAIN", 0)
    monkeypatch.setattr("gm_workbench.guard.choice.ASKED", 0)
    monkeypatch.setattr("gm_workbench.guard.choice.MIDDLE", 5)
    laid = board(published.table(2), policy)
    chosen = choose(laid)
    assert laid.audit.failing(laid.known(chosen.hidden)) is None
    assert chosen.bound <= best.cost <= chosen.cost


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(30))
def test_table_of_three_variables_takes_no_more_than_its_work(policy, seed):
    laid = board(cube(seed), policy)
    assert choose(laid).bound > 0
    assert laid.audit.solver.work < 2 * ASKED


def test_a_partner_is_hidden_with_what_asks_for_it(policy):
    def clauses(hidden):
        return [] if hidden & {2, 3} else [Clause(frozenset({1}) & hidden, frozenset({2, 3}))] if 1 in hidden else []

    links = chain([34, 30, 50, 84, 4], [(0, (1, 4)), (3, (0, 2))])
    assert choose(board(links, policy, clauses=clauses)).hidden & {2, 3}


def test_choice_in_vain_is_none(policy):
    """Where hiding everything is not enough, nothing is chosen."""
    links = chain([34, 4, 30], [(0, (1, 2))])
    laid = board(links, policy)
    stubborn = Board(Audit(links, laid.audit.wanted, policy, {}), {}, {})
    assert choose(stubborn) is not None  # nothing is shown
    laid.audit.wanted[1] = type(laid.audit.wanted[1])(1, laid.audit.cap + 1, 5)
    assert choose(laid) is None


def test_large_sets_are_bounded_and_not_solved(policy, monkeypatch):
    monkeypatch.setattr("gm_workbench.guard.choice.LARGEST", 5)
    chosen = choose(board(published.table(1), policy))
    assert 0 < chosen.bound <= chosen.cost
    assert LARGEST > 5


def test_sample_of_tables_is_the_published_one():
    assert published.digest() == DIGEST


def test_some_tables_of_the_sample_lose_little(policy):
    lost = [loss(number, policy) for number in (1, 4)]
    assert max(lost) <= NEARLY_ALL


@pytest.mark.proof
def test_tables_of_the_sample_lose_little(policy):
    lost = [loss(number, policy, choose_alike) for number in range(published.MANY)]
    assert median(lost) <= MEDIAN
    assert quantiles(lost, n=20)[-1] <= NEARLY_ALL
