"""Tables of two variables each over the same persons: one table of all their variables must be behind them."""

from __future__ import annotations

import importlib.util
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from gm_workbench.guard.across import linked
from gm_workbench.guard.audit import Audit
from gm_workbench.guard.grids import grids
from gm_workbench.guard.links import Links, Origin, Relation
from gm_workbench.guard.net import Net
from gm_workbench.guard.protect import UNJOINED, protect
from gm_workbench.outputs.output import Cell, Measure, Output
from gm_workbench.report.release_words import rule_said

_spec = importlib.util.spec_from_file_location("enumeration", Path(__file__).with_name("test_enumeration.py"))
enumeration = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(enumeration)

SIDES = {"age": ("young", "old"), "sex": ("men", "women"), "home": ("rent", "own")}

YES_OR_NO = dict.fromkeys(SIDES, ("yes", "no"))


def pair(words, persons: np.ndarray, one: int, other: int, names=SIDES) -> Output:
    """Make the table by two of three variables, without totals."""
    sides = [*names.values()]
    counts = persons.sum(axis=({0, 1, 2} - {one, other}).pop())
    cells = [
        Cell(row, column, Measure.COUNT, int(n))
        for (row, column), n in zip(product(sides[one], sides[other]), counts.ravel(), strict=True)
    ]
    return Output(words(f"by_{one}_{other}"), tuple(cells))


def report(words, persons, names=SIDES) -> list[Output]:
    return [pair(words, persons, *two, names) for two in combinations(range(3), 2)]


PERSONS = np.array([[[20, 20], [11, 14]], [[15, 30], [41, 15]]])


def joint(outputs, policy) -> list[Relation]:
    return [one for one in linked(outputs, policy).relations if one.origin is Origin.JOINT]


def test_three_tables_of_three_variables_share_one_table(words, policy):
    found = joint(report(words, PERSONS), policy)
    assert len(found) == 12
    assert len({part for one in found for part in one.parts}) == 8


def test_tables_share_one_where_two_categories_count_as_many_by_chance(words, policy):
    """As many old as young, and as many men as women: they may be the same persons, and are not by their names."""
    assert len(joint(report(words, np.full((2, 2, 2), 20)), policy)) == 12


def test_two_tables_leave_no_more_than_their_sums(words, policy):
    assert joint(report(words, PERSONS)[:2], policy) == []


def test_table_of_other_persons_that_stands_first_takes_no_place(words, policy):
    """Two tables by age and sex: the joint one is behind that of the same persons."""
    outputs = report(words, PERSONS)
    for made in ([pair(words, PERSONS + 7, 0, 1), *outputs], [*outputs, pair(words, PERSONS + 7, 0, 1)]):
        assert len(joint(made, policy)) == 12


def test_two_variables_may_have_a_category_of_one_name(words, policy):
    unknown = SIDES | {"age": ("young", "unknown"), "home": ("rent", "unknown")}
    assert len(joint(report(words, PERSONS, unknown), policy)) == 12


def test_numbers_tell_two_variables_of_the_same_categories_apart(words, policy):
    """Yes and no by yes and no: how many say yes is another number for each question."""
    found = joint(report(words, PERSONS, YES_OR_NO), policy)
    assert len(found) == 12
    assert len({part for one in found for part in one.parts}) == 8


def test_variables_that_are_alike_may_be_either(words, policy):
    """As many say yes to each question, and no number says which is which: each way in which there can be a table counts."""
    persons = np.array([[[20, 12], [13, 15]], [[14, 14], [13, 19]]])
    found = joint(report(words, persons, YES_OR_NO), policy)
    behind = {one.parts for one in found}
    assert len({part for parts in behind for part in parts}) > 8
    assert len({one.total for one in found}) == 12


def test_one_table_may_hold_two_variables_beside_a_third(words, policy):
    """Men, women, rent and own by age, with all of them, is two tables by two variables."""
    rows = dict(zip((*SIDES["sex"], *SIDES["home"]), [*PERSONS.sum(axis=2).T, *PERSONS.sum(axis=1).T], strict=True))
    rows["all"] = PERSONS.sum(axis=(1, 2))
    cells = [
        Cell(row, age, Measure.COUNT, int(n)) for row, line in rows.items() for age, n in zip(SIDES["age"], line, strict=True)
    ]
    outputs = [Output(words("both"), tuple(cells)), pair(words, PERSONS, 1, 2)]
    found = joint(outputs, policy)
    assert len(found) == 12
    assert len({part for one in found for part in one.parts}) == 8


def test_one_table_may_hold_two_variables_without_all_of_them(words, policy):
    """Men, women, rent and own by age: which rows split the same persons follows from the numbers."""
    rows = dict(zip((*SIDES["sex"], *SIDES["home"]), [*PERSONS.sum(axis=2).T, *PERSONS.sum(axis=1).T], strict=True))
    cells = [
        Cell(row, age, Measure.COUNT, int(n)) for row, line in rows.items() for age, n in zip(SIDES["age"], line, strict=True)
    ]
    found = joint([Output(words("both"), tuple(cells)), pair(words, PERSONS, 1, 2)], policy)
    assert len(found) == 12
    assert len({part for one in found for part in one.parts}) == 8


def share(words, persons: np.ndarray, one: int, other: int, names=SIDES) -> Output:
    """Make the table of how many of each category of a variable are in the first of another."""
    sides = [*names.values()]
    counts = persons.sum(axis=({0, 1, 2} - {one, other}).pop())
    cells = [
        Cell(row, sides[other][0], Measure.SHARE, int(line.sum()), numerator=int(line[0]))
        for row, line in zip(sides[one], counts, strict=True)
    ]
    return Output(words(f"share_{one}_{other}"), tuple(cells))


def test_shares_are_tables_of_two_variables(words, policy):
    """Who rents by age and by sex; a table names the others owners, or none does."""
    for outputs in (
        [pair(words, PERSONS, 0, 1), share(words, PERSONS, 0, 2), share(words, PERSONS, 1, 2)],
        [pair(words, PERSONS, 0, 1), share(words, PERSONS, 0, 2), pair(words, PERSONS, 1, 2)],
        [share(words, PERSONS, 0, 1), share(words, PERSONS, 0, 2), share(words, PERSONS, 1, 2)],
    ):
        found = joint(outputs, policy)
        assert len(found) == 12
        assert len({part for one in found for part in one.parts}) == 8


def test_what_a_share_leaves_may_be_several_categories(words, policy):
    """Who rents by sex, where another table has rent, own and other by age."""
    three = SIDES | {"home": ("rent", "own", "other")}
    persons = np.array([[[20, 20, 8], [11, 14, 4]], [[15, 30, 9], [41, 15, 12]]])
    outputs = [pair(words, persons, 0, 1, three), pair(words, persons, 0, 2, three), share(words, persons, 1, 2, three)]
    found = joint(outputs, policy)
    assert len({part for one in found for part in one.parts}) == 12
    assert sorted(len(one.parts) for one in found) == [2, 2, *[2] * 6, *[3] * 4, 4, 4]


def test_shares_of_several_questions_are_no_categories(words, policy):
    """Who rents, who works: that does not split anybody, so there is no variable of the two."""
    sexes = [
        Cell(sex, question, Measure.SHARE, n, numerator=part)
        for sex, n, parts in (("men", 50, (20, 31)), ("women", 70, (36, 12)))
        for question, part in zip(("rents", "works"), parts, strict=True)
    ]
    ages = [
        Cell(age, question, Measure.SHARE, n, numerator=part)
        for age, n, parts in (("young", 45, (24, 15)), ("old", 75, (32, 28)))
        for question, part in zip(("rents", "works"), parts, strict=True)
    ]
    both = [Output(words("sexes"), tuple(sexes)), Output(words("ages"), tuple(ages))]
    sides = {name for one in grids(Net(both, policy), {}) for side in one.sides for name, _ in side}
    assert sides == {"men", "women", "young", "old", "rents", "works", "not rents", "not works"}
    assert {len(side) for one in grids(Net(both, policy), {}) for side in one.sides} == {2}


RING = {"age": ("young", "old"), "sex": ("men", "women"), "home": ("rent", "own"), "work": ("works", "seeks")}


def ring(words, persons: np.ndarray) -> list[Output]:
    """Make the tables by age and sex, sex and home, home and work, age and work."""
    sides, made = [*RING.values()], []
    for one, other in ((0, 1), (1, 2), (2, 3), (0, 3)):
        counts = persons.sum(axis=tuple({0, 1, 2, 3} - {one, other}))
        cells = [
            Cell(row, column, Measure.COUNT, int(n))
            for (row, column), n in zip(product(sides[one], sides[other]), counts.ravel(), strict=True)
        ]
        made.append(Output(words(f"by_{one}_{other}"), tuple(cells)))
    return made


def test_four_tables_in_a_ring_share_two_tables_that_agree(words, policy):
    found = linked(ring(words, np.arange(5, 21).reshape(2, 2, 2, 2)), policy).relations
    told = [one for one in found if one.origin is Origin.JOINT]
    shared = [one for one in found if one.origin is Origin.SHARED]
    assert len(told) == 16
    assert len({part for one in told for part in one.parts}) == 16
    assert len(shared) == 8
    assert len({one.total for one in shared}) == 4


def test_table_that_no_ring_is_closed_by_has_none_behind_it(words, policy):
    assert joint(ring(words, np.arange(5, 21).reshape(2, 2, 2, 2))[:3], policy) == []


def test_tables_of_other_persons_share_none(words, policy):
    """A category that counts more persons in the one table than in the other is of other persons."""
    outputs = [*report(words, PERSONS)[:2], *report(words, PERSONS + 1)[2:]]
    assert joint(outputs, policy) == []


def test_counts_that_no_table_can_be_behind_are_of_other_persons(words, policy):
    """Margins agree, and still there is no table of three: who is a man is young, who is young rents, and no man rents."""
    apart = [np.zeros((2, 2, 2), int) for _ in range(3)]
    for persons, cells in zip(apart, (((0, 0, 0), (1, 1, 1)), ((0, 0, 0), (1, 0, 1)), ((0, 0, 1), (0, 1, 0))), strict=True):
        for cell in cells:
            persons[cell] = 20
    outputs = [pair(words, persons, *two) for persons, two in zip(apart, combinations(range(3), 2), strict=True)]
    assert joint(outputs, policy) == []


def test_table_that_is_too_large_is_told(words, policy, monkeypatch):
    monkeypatch.setattr("gm_workbench.guard.joint.MOST", 7)
    outputs = report(words, PERSONS)
    assert joint(outputs, policy) == []
    told = [record.reasons for record in protect(outputs, policy).records]
    assert all(UNJOINED in one for one in told)
    assert rule_said(UNJOINED, "nl") == "de tabel achter deze en andere is te groot om mee te rekenen"


def world(total: int) -> tuple[np.ndarray, list[Relation]]:
    """Give every table of three variables with this total: counts by all three, by two, by one and in all; and their sums."""
    groups = list(product((0, 1, None), repeat=3))
    inner = [one for one in groups if None not in one]
    at = {one: place for place, one in enumerate(groups)}
    tables = enumeration.ways(total, 8)
    of = [[all(b in (None, a) for a, b in zip(cell, one, strict=True)) for cell in inner] for one in groups]
    sums = []
    for one in groups:
        for axis in (axis for axis in range(3) if one[axis] is None):
            parts = tuple(at[(*one[:axis], value, *one[axis + 1 :])] for value in (0, 1))
            sums.append(Relation(at[one], parts, Origin.JOINT if one.count(None) == 1 else Origin.DECLARED))
    return tables @ np.array(of, dtype=np.int64).T, sums


def check(seed: int, policy) -> None:
    draw = np.random.default_rng([17, seed])
    tables, sums = world(int(draw.integers(2, 6)))
    true = tables[draw.integers(len(tables))]
    nowhere = {part for one in sums if one.origin is Origin.JOINT for part in one.parts}
    printed = [place for place in range(true.size) if place not in nowhere]
    hidden = [place for place in printed if place != true.size - 1 and draw.random() < 0.6] or printed[:1]
    known = {place: (float(true[place]),) * 2 for place in printed if place not in hidden}
    # any table behind them will do
    behind = tables[(tables[:, printed] == true[printed]).all(axis=1)][0]
    audit = Audit(Links(tuple(int(value) for value in behind), (), tuple(sums), False), {}, policy)
    place = hidden[int(draw.integers(len(hidden)))]
    agree = (tables[:, [*known]] == true[[*known]]).all(axis=1)
    left = tables[agree][:, place]
    assert audit.bounds(place, known, marks=False) == (left.min(), left.max())
    for other in hidden:  # every count here is below the threshold: its mark says so, or that it is nought
        agree &= (tables[:, other] > 0) == (true[other] > 0)
    left = tables[agree][:, place]
    assert audit.bounds(place, known, marks=True) == (left.min(), left.max())


def test_bounds_are_those_of_enumeration_of_all_tables_of_three(policy):
    for seed in range(40):
        check(seed, policy)


@pytest.mark.proof
def test_bounds_are_those_of_enumeration_of_all_tables_of_three_a_thousand_times(policy):
    for seed in range(40, 1040):
        check(seed, policy)
