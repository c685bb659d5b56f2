"""Two outputs beside each other: what the one hides cannot be read from the other."""

from __future__ import annotations

import dataclasses

import pytest

from gm_workbench.guard.across import linked
from gm_workbench.guard.asking import bounds
from gm_workbench.guard.links import Origin
from gm_workbench.guard.protect import Verdict, protect
from gm_workbench.outputs.output import Cell, Measure, Output, Shape, Sum, Suppressed, Whom
from gm_workbench.vocabulary.text import same

COUNT, SHARE, ESTIMATE = Measure.COUNT, Measure.SHARE, Measure.ESTIMATE
WOMEN = Whom("workers").with_("sex", "woman")


def output(words, name, *rows, shape=Shape.TABLE, population="p", **given):
    """Rows are (row, column, n) or (row, column, n, numerator)."""
    cells = tuple(
        Cell(row, column, COUNT if not rest else SHARE, n, numerator=rest[0] if rest else None)
        for row, column, n, *rest in rows
    )
    return Output(words(name, shape=shape, population=same(population), **given), cells)


def hidden(outputs, policy):
    made = protect(outputs, policy)
    return {(one.words.id, cell.row, cell.column) for one in made.outputs for cell in one.cells if cell.hidden}


def test_count_that_one_output_hides_is_not_read_from_another(policy, words):
    one = output(words, "one", ("men", "n", 41), ("women", "n", 4), ("all", "n", 45))
    other = output(words, "other", ("men", "work", 41, 17))
    assert hidden([one], policy) == {("one", "women", "n"), ("one", "men", "n")}
    gone = hidden([one, other], policy)
    assert ("one", "all", "n") in gone or {("one", "men", "n"), ("other", "men", "work")} <= gone


def test_same_count_under_another_name_is_found(policy, words):
    one = output(words, "one", ("men", "n", 41), ("women", "n", 4), ("all", "n", 45))
    other = output(words, "other", ("persons", "size", 45), ("x", "size", 41))
    low, high = bounds([one, other], policy)["one", "women", "n"]
    assert low <= 1
    assert high >= policy.threshold


def test_total_that_stands_in_another_output_is_found(policy, words):
    parts = output(words, "parts", ("women", "a", 30), ("women", "b", 4), ("women", "c", 40))
    total = output(words, "total", ("all women", "n", 74))
    assert len(hidden([parts, total], policy)) == 2
    assert hidden([parts], policy) == {("parts", "women", "b")}


def test_table_that_refines_another_does_not_give_a_part_away(policy, words):
    fine = output(words, "fine", *((age, "n", n) for age, n in (("18", 20), ("26", 4), ("36", 40), ("46", 31))))
    coarse = output(words, "coarse", ("young", "n", 24), ("old", "n", 71))
    assert len(hidden([fine, coarse], policy)) >= 2


def test_few_between_two_wholes_cannot_be_told(policy, words):
    one = output(words, "one", ("all", "n", 345))
    other = output(words, "other", ("answered", "n", 342))
    assert len(hidden([one, other], policy)) == 1
    assert not hidden([one, output(words, "other", ("answered", "n", 330))], policy)


def test_few_who_are_all_that_everybody_has_besides_one_row_cannot_be_told(policy, words):
    assert hidden([output(words, "one", ("men", "n", 40), ("all", "n", 45))], policy) == {("one", "men", "n")}
    assert hidden([output(words, "one", ("men", "n", 40), ("all", "n", 50))], policy) == set()
    assert hidden([output(words, "one", ("men", "n", 40), ("old", "n", 45))], policy) == set()  # of which none is in the other


@pytest.mark.parametrize(("se", "gone"), [((0.3 * 0.7 / 40) ** 0.5, True), (0.09, False)])
def test_share_whose_error_is_that_of_persons_without_a_design_tells_how_many_they_are(policy, words, se, gone):
    share = Cell("men", "left", ESTIMATE, 40, value=0.3, se=se, unit="probability", digits=1)
    outputs = [Output(words("one"), (share,)), output(words, "other", ("all", "n", 45))]
    assert bool(hidden(outputs, policy)) is gone


def test_group_in_one_output_and_its_complement_in_another(policy, words):
    whole = Whom("workers")
    one = Output(words("one"), (Cell("w", "n", COUNT, 46, whom=WOMEN),))
    other = Output(words("other", population=same("q")), (Cell("everybody", "count", COUNT, 50, whom=whole),))
    assert len(hidden([one, other], policy)) == 1  # four men


def test_categories_of_a_variable_add_up_across_outputs(policy, words):
    one = Output(words("one"), (Cell("w", "n", COUNT, 50, whom=WOMEN),))
    contracts = tuple(
        Cell(name, "x", COUNT, n, whom=WOMEN.with_("contract", name)) for name, n in (("fixed", 30), ("call", 4), ("other", 16))
    )
    other = Output(words("other", population=same("q")), contracts)
    assert [one.origin for one in linked([one, other], policy).relations if one.origin is Origin.LINKED] == [Origin.LINKED]
    assert len(hidden([one, other], policy)) == 2


def test_same_persons_who_are_counted_otherwise_are_refused(policy, words):
    outputs = [Output(words(name), (Cell("w", "n", COUNT, n, whom=WOMEN),)) for name, n in (("one", 50), ("other", 61))]
    made = protect([*outputs, output(words, "third", ("a", "b", 70))], policy)
    assert [record.verdict for record in made.records] == [Verdict.REFUSE, Verdict.REFUSE, Verdict.RELEASE]


def test_those_who_are_known_to_be_others_are_not_joined(policy, words):
    men, women = (Whom("workers").with_("sex", sex) for sex in ("man", "woman"))
    outputs = [Output(words(name), (Cell("w", "n", COUNT, 50, whom=whom),)) for name, whom in (("one", men), ("two", women))]
    found = linked(outputs, policy)
    assert found.of((0, 0)) != found.of((1, 0))


def test_rounded_number_beside_an_exact_one_is_kept_back(policy, words):
    # 48 exactly, and about 40 of them: the others would be 4 to 13
    one = output(words, "one", ("women", "n", 8), ("all", "n", 48))
    score = Output(words("two", shape=Shape.DOTS), (Cell("men", "score", ESTIMATE, 40, value=5.0, se=0.4),))
    men = output(words, "three", ("men", "n", 40), ("women", "n", 8), ("all", "n", 48))
    made = protect([one, score, men], policy)
    shown = made.outputs[1].cells[0]
    assert made.outputs[1].cells[0].hidden or isinstance(shown.n, Suppressed) or made.outputs[0].cell("all", "n").hidden


def test_withheld_output_tells_nothing_but_what_it_counts_is_protected(policy, words):
    one = output(words, "one", ("men", "n", 41), ("women", "n", 4), ("all", "n", 45))
    silent = dataclasses.replace(one, words=words("one", caption=same("n = 3"), population=same("p")))
    other = output(words, "other", ("men", "n", 41), ("all", "n", 45))
    assert len(hidden([silent, other], policy)) == 1


@pytest.mark.parametrize(("men", "women"), [(10, 1), (10, 5), (14, 1), (15, 1)])
@pytest.mark.parametrize("declared", [False, True])
def test_row_that_is_hidden_whole_with_its_total_leaves_enough_values(policy, words, men, women, declared):
    """The total of a row that is hidden whole follows from the other totals, and the rows of both tables have one name."""
    rows = {"young": (20, 30), "mid": (30, 40), "old": (men, women)}
    cells = tuple(Cell(row, sex, COUNT, n) for row, line in rows.items() for sex, n in zip(("m", "f"), line, strict=True))
    ages = output(words, "ages", *((row, "n", sum(line)) for row, line in rows.items()), ("all", "n", 120 + men + women))
    ages = dataclasses.replace(ages, sums=(Sum(("all", "n"), tuple((row, "n") for row in rows)),) if declared else ())
    seen = protect([Output(words("people"), cells), ages], policy).outputs
    told = sum(not seen[1].cell(row, "n").hidden for row in (*rows, "all"))
    most = men + women - 10 if seen[0].cell("old", "m").hidden else 0
    assert seen[0].cell("old", "f").hidden
    assert told < 3 or min(most, 9) - 1 >= 5


def test_sum_within_a_table_is_known_though_it_is_hidden_whole(policy, words):
    """Eleven are 51 minus 40; that they are men and women stands nowhere, but is known of such numbers."""
    people = output(words, "people", ("men", "n", 10), ("women", "n", 1), ("both", "n", 11), ("x", "n", 40), ("all", "n", 51))
    shown = protect([people, output(words, "homes", ("rent", "n", 40), ("own", "n", 0))], policy).outputs[0]
    assert shown.cell("women", "n").hidden
    assert shown.cell("x", "n").hidden or shown.cell("all", "n").hidden


@pytest.mark.parametrize("turned", [False, True])
def test_order_of_outputs_decides_nothing_about_how_many_are_hidden(policy, words, turned):
    outputs = [
        output(words, "one", ("men", "n", 41), ("women", "n", 4), ("all", "n", 45)),
        output(words, "two", ("men", "work", 41, 17), ("all", "work", 45, 20)),
    ]
    assert len(hidden(outputs[::-1] if turned else outputs, policy)) == 3


def test_total_of_two_outputs_prints_alike_under_rounding(rounding, words):
    one = output(words, "one", ("all", "n", 19), ("a", "n", 12), ("b", "n", 7))
    other = output(words, "other", ("all", "n", 19))
    made = protect([one, other], rounding)
    assert made.outputs[0].cell("all", "n").value == made.outputs[1].cell("all", "n").value == 10
