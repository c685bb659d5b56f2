"""Lines of several outputs that add up in every count, and a variable in more and in fewer categories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gm_workbench.guard.across import linked
from gm_workbench.guard.links import Origin
from gm_workbench.guard.protect import protect
from gm_workbench.outputs.output import Cell, Measure, Output

AGES = ("17-26", "27-44", "45-54", "55-67")


def table(words, name, rows, columns) -> Output:
    counts = [
        Cell(row, column, Measure.COUNT, n) for row, line in rows.items() for column, n in zip(columns, line, strict=True)
    ]
    return Output(words(name), tuple(counts))


def shares(words, name, rows, column) -> Output:
    return Output(words(name), tuple(Cell(row, column, Measure.SHARE, n, numerator=part) for row, (part, n) in rows.items()))


def shown(outputs, policy) -> dict[tuple[str, str, str], float]:
    released = protect(outputs, policy).outputs
    return {
        (output.words.id, cell.row, cell.column): cell.value
        for output in released
        for cell in output.cells
        if isinstance(cell.value, float)
    }


def across(outputs, policy) -> set[tuple[int, tuple[int, ...]]]:
    """Give the sums across outputs, in counts; what no cell holds too."""
    found = linked(outputs, policy)
    return {
        (found.values[one.total], tuple(sorted(found.values[part] for part in one.parts)))
        for one in found.relations
        if one.origin is Origin.ACROSS
    }


def three(words, all_, renters, owners) -> list[Output]:
    made = {"all": all_, "renters": renters, "owners": owners}
    return [table(words, name, dict(zip(AGES, ([n] for n in line), strict=True)), ["n"]) for name, line in made.items()]


@pytest.mark.parametrize("few", [(64, 67, 138, 85), (64, 67, 138, 84)])
def test_all_persons_in_one_table_minus_some_in_another_give_no_small_count(words, policy, few):
    """All, renters and owners by age: 67 - 64 were 3 renters, also where equal numbers stand elsewhere by chance."""
    renters, owners = (25, 3, 57, few[3] - 18), (39, 64, 81, 18)
    seen = shown(three(words, few, renters, owners), policy)
    age = AGES[1]
    assert ("renters", age, "n") not in seen
    assert not {("all", age, "n"), ("owners", age, "n")} <= seen.keys()


def test_line_that_is_the_sum_of_two_in_one_count_only_is_none(words, policy):
    sums = across(three(words, (40, 70, 90, 81), (25, 13, 57, 67), (15, 11, 21, 18)), policy)
    assert (40, (15, 25)) not in sums


def test_shares_of_some_and_of_all_add_up_as_counts_do(words, policy):
    """Who rents, of all: the numerators are the men and the women who rent, in tables of counts."""
    men, women = {"young": (56, 20), "old": (18, 30)}, {"young": (15, 30), "old": (12, 41)}
    everybody = {row: (men[row][0] + women[row][0], sum(men[row]) + sum(women[row])) for row in men}
    outputs = [table(words, "men", men, ["rent", "own"]), table(words, "women", women, ["rent", "own"])]
    sums = across([*outputs, shares(words, "all", everybody, "rents")], policy)
    assert {(71, (15, 56)), (30, (12, 18))} <= sums
    assert {(50, (20, 30)), (71, (30, 41))} <= sums


def test_all_but_one_of_four_tables_make_up_the_fourth(words, policy):
    parts = {"a": [12, 20], "b": [13, 21], "c": [14, 22]}
    outputs = [table(words, name, {"young": [line[0]], "old": [line[1]]}, ["n"]) for name, line in parts.items()]
    whole = table(words, "all", {"young": [39], "old": [63]}, ["n"])
    assert {(39, (12, 13, 14)), (63, (20, 21, 22))} <= across([*outputs, whole], policy)


def test_bands_by_one_variable_and_ages_by_another_come_to_the_same(words, policy):
    """70 + 71 - 44 - 16 - 72 were 9: neither table says how many are 45 and older, and both do."""
    ages = dict(zip(AGES, [(27, 10), (26, 10), (9, 44), (16, 72)], strict=True))
    bands = {"17-44": (23, 50), "45-67": (70, 71)}
    outputs = [table(words, "ages", ages, ["man", "woman"]), table(words, "bands", bands, ["rent", "own"])]
    seen = shown(outputs, policy)
    known = {("ages", age, sex) for age in AGES[2:] for sex in ("man", "woman")} | {
        ("bands", "45-67", home) for home in ("rent", "own")
    }
    assert ("ages", AGES[2], "man") not in seen
    assert len(known - seen.keys()) > 1


def test_ages_that_do_not_come_to_the_bands_are_of_others(words, policy):
    ages = dict(zip(AGES, [(27, 10), (26, 11), (9, 44), (16, 71)], strict=True))
    bands = {"17-44": (23, 50), "45-67": (70, 71)}
    outputs = [table(words, "ages", ages, ["man", "woman"]), table(words, "bands", bands, ["rent", "own"])]
    assert not any(total == 141 for total, _ in across(outputs, policy))


def test_whole_that_stands_in_a_table_is_not_made_again(words, policy):
    """With totals in both tables each category is one count: no other is needed, but for all persons."""
    rows = {"young": (20, 30, 50), "old": (41, 12, 53)}
    other = {"young": (10, 40, 50), "old": (28, 25, 53)}
    outputs = [table(words, "homes", rows, ["rent", "own", "all"]), table(words, "work", other, ["works", "seeks", "all"])]
    found = linked(outputs, policy)
    assert not [one for one in found.relations if one.origin is Origin.ACROSS and len(one.parts) < 2]
    assert found.values[12:] == (103,)


def test_table_may_leave_out_of_whom_it_is_not_known(words, policy):
    """37 + 93 - 49 - 74 were 7 women: those of unknown age are not in the second table."""
    ages = {"17-26": (98, 49), "27-44": (12, 74), "45-67": (82, 7), "unknown": (3, 6)}
    homes = {"rent": (92, 37), "own": (100, 93)}
    outputs = [table(words, "ages", ages, ["man", "woman"]), table(words, "homes", homes, ["man", "woman"])]
    seen = shown(outputs, policy)
    women = {("ages", age, "woman") for age in ("17-26", "27-44", "45-67")} | {("homes", home, "woman") for home in homes}
    assert ("ages", "45-67", "woman") not in seen
    assert len(women - seen.keys()) > 1


def test_margin_of_three_variables_is_the_table_of_two_of_them(table, policy):
    """Sex and age stand together in rows here, and across each other there: what the one hides the other does not tell."""
    counts = {"men": [[7, 37], [87, 11], [39, 179], [223, 6]], "women": [[6, 0], [49, 4], [8, 133], [58, 84]]}
    homes = table({f"{sex}, {age}": own for sex, rows in counts.items() for age, own in zip("abcd", rows, strict=True)})
    named = tuple(replace(cell, column={"a": "rent", "b": "own"}.get(cell.column, cell.column)) for cell in homes.cells)
    people = table({sex: [sum(own) for own in rows] for sex, rows in counts.items()}, name="sexes")
    one, other = protect([replace(homes, cells=named, sums=()), people], policy).outputs
    for age in "abcd":
        hidden = [one.cell(f"{sex}, {age}", "all").hidden and other.cell(sex, age).hidden for sex in counts]
        assert sum([*hidden, other.cell("all", age).hidden]) != 1
