from __future__ import annotations

from dataclasses import replace

import pytest

from gm_workbench.guard.complement import plan
from gm_workbench.guard.links import Links, Origin, Relation
from gm_workbench.guard.protect import protect
from gm_workbench.guard.rounded import meant, rounded_counts, usable
from gm_workbench.metrics.exits import cumulative_incidence
from gm_workbench.outputs.about import About
from gm_workbench.outputs.exits import exits
from gm_workbench.outputs.output import Cell, Measure, Output, Sum, Suppressed
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.protocols import Assignment, load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import same

SHARE, COUNT = Measure.SHARE, Measure.COUNT


def prints(policy, values, relations=()):
    made = rounded_counts(Links(tuple(values), (), tuple(Relation(*one) for one in relations), False), policy)
    return [made[place] for place in range(len(values))]


def test_leaves_are_rounded_and_the_small_class_is_nought(rounding):
    assert prints(rounding, [0, 7, 8, 12, 13]) == [0, 0, 10, 10, 15]


def test_total_is_the_sum_of_what_is_printed(rounding):
    # raw 13 + 13 + 7 = 33 would round to 35
    assert prints(rounding, [33, 13, 13, 7], [(0, (1, 2, 3))]) == [30, 15, 15, 0]


def test_total_of_totals_is_made_from_the_bottom(rounding):
    assert prints(rounding, [66, 33, 33, 13, 20, 18, 15], [(0, (1, 2)), (1, (3, 4)), (2, (5, 6))]) == [
        70,
        35,
        35,
        15,
        20,
        20,
        15,
    ]


def test_sums_in_a_ring_end(rounding):
    assert prints(rounding, [20, 20], [(0, (1,)), (1, (0,))]) == [20, 20]


@pytest.mark.parametrize(("part", "n"), [(22, 55), (7, 45), (46, 45)])
def test_n_of_a_share_is_rounded_itself_unless_that_gives_a_small_part_away(rounding, part, n):
    relation = (0, (1, 2), Origin.SHARE)
    assert prints(rounding, [53, 53 - part, part], [relation])[0] == n


def test_part_that_is_as_large_as_its_total_is_not_taken_for_it(rounding, table):
    """All 22 of the middle are men, and another table splits the 22 otherwise: it would print as 10."""
    people = table({"young": [4, 9], "mid": [22, 0], "old": [2, 7]}, name="people")
    homes = table({"young": [5, 4, 4], "mid": [9, 7, 6], "old": [0, 8, 1]}, name="homes")
    made = plan([people, homes], rounding)
    at = {(cell.row, cell.column): made.linked.of(place)[-1] for place, cell in made.cells() if place[0] == 0}
    assert at["mid", "a"] != at["mid", "all"]
    assert made.prints[at["mid", "a"]] == 20


def test_part_that_its_neighbours_come_to_by_chance_is_rounded_itself(rounding, table):
    shown = protect([table({"x": [24, 17, 7, 40], "y": [31, 52, 63, 44]})], rounding).outputs[0]
    assert shown.cell("x", "a").value == 25


def test_part_that_a_finer_table_splits_is_rounded_itself_and_what_it_would_give_away_is_hidden(rounding):
    finer = Relation(0, (2, 3), Origin.ACROSS)
    counts = Links((24, 33, 17, 7, 57), (), (Relation(4, (0, 1)), finer), False)
    assert rounded_counts(counts, rounding)[0] == 25
    assert finer in usable(counts)


@pytest.mark.parametrize("origin", [Origin.FOUND, Origin.LAYOUT])
def test_sum_of_counts_that_stand_beside_its_total_in_another_is_not_meant(origin):
    """Rent is own and other together in each row, by chance: all are the three of them."""
    whole, chance = Relation(0, (1, 2, 3), Origin.DECLARED), Relation(1, (2, 3), origin)
    assert meant([whole, chance]) == [whole]


@pytest.mark.parametrize("origin", [Origin.FOUND, Origin.LAYOUT])
def test_sum_without_those_who_are_nobody_is_not_meant(origin):
    """Known to a reader it would say that the third is nobody, and then there is nothing left to protect."""
    whole, short = Relation(0, (1, 2, 3), Origin.DECLARED), Relation(0, (1, 2), origin)
    assert meant([whole, short]) == [whole]


def test_only_part_of_a_total_is_not_taken_for_it(rounding):
    """47 and nobody are 47, as are 21, 8, 13 and 5, which print as 50: the part prints as 45."""
    whole, alone, ring = (Relation(*one, Origin.FOUND) for one in ((0, (1, 2, 3, 4)), (0, (5, 6)), (5, (0, 6))))
    counts = Links((47, 21, 8, 13, 5, 47, 0), (), (whole, alone, ring), False)
    assert meant(counts.relations) == [whole, alone]
    assert [rounded_counts(counts, rounding)[place] for place in (0, 5)] == [45, 45]


def test_total_is_known_by_its_name_where_nobody_declared_its_parts():
    one, other = Relation(0, (1, 2), Origin.FOUND), Relation(0, (3, 4), Origin.FOUND)
    made = usable(Links((19, 12, 7, 18, 1), (), (one, other), False))
    assert [(relation.parts, relation.origin) for relation in made] == [
        ((1, 2), Origin.DECLARED),
        ((3, 4), Origin.DECLARED),
    ]


def test_two_splits_of_the_same_persons_do_not_give_a_small_part_away(rounding, words):
    """Of 64, 67 and 131 in the one, 123, 8 and none in the other: none could be at most three."""
    people, homes = ({"men": 64, "women": 67}, {"own": 123, "rent": 8, "other": 0})
    made = [
        Output(words(name), tuple(Cell(row, "n", COUNT, n) for row, n in {**rows, "all": 131}.items()))
        for name, rows in (("people", people), ("homes", homes))
    ]
    shown = protect(made, rounding).outputs
    assert any(shown[at].cell(row, "n").hidden for at, row in ((0, "men"), (0, "women"), (1, "own"), (1, "rent")))


def test_total_of_hidden_parts_is_hidden(rounding, table):
    shown = protect([table({"men": [7, 7]})], rounding).outputs[0]
    assert str(shown.cell("men", "all").value) == "–"
    assert all(cell.hidden for cell in shown.cells)
    assert [note.en for note in shown.notes][:2] == [
        "4 numbers not shown (fewer than 8 persons)",
        "2 numbers not shown to protect others",
    ]


def test_total_that_may_be_twice_what_is_shown_of_it_is_hidden(rounding, table):
    """Ten of twenty were printed, and beside twenty it said that ten had refused."""
    small = table({"women": [11, 4, 5]}, margins=True)
    large = table({"women": [110, 4, 5]}, margins=True)
    totals = [protect([one], rounding).outputs[0].cell("women", "all") for one in (small, large)]
    assert [(cell.hidden, str(cell.n)) for cell in totals] == [(True, "–"), (False, "110")]


@pytest.mark.parametrize(("homes", "shown"), [((21, 30), True), ((21, 5, 5, 5, 5, 5, 5), False)])
def test_share_of_a_total_with_hidden_parts_is_not_far_from_what_it_prints(rounding, words, homes, shown):
    """Of 51 women twelve got something; with thirty of them in small parts it printed as half of twenty."""
    parts = [Cell(f"home {at}", "n", COUNT, n) for at, n in enumerate(homes)]
    whole, got = Cell("all", "n", COUNT, 51), Cell("all", "any", SHARE, 51, numerator=12)
    sums = (Sum(whole.key, tuple(one.key for one in parts)),)
    outputs = [Output(words("homes"), (*parts, whole), sums), Output(words("any"), (got,))]
    assert protect(outputs, rounding).outputs[1].cells[0].hidden is not shown


def test_share_never_exceeds_one(rounding, words):
    shown = protect([Output(words(), (Cell("r", "c", SHARE, 100, numerator=92, digits=0),))], rounding).outputs[0]
    assert shown.cells[0].value == 0.9
    assert shown.cells[0].n == 100


def test_share_of_hidden_counts_is_hidden(rounding, words):
    cells = (
        *(Cell("r", name, COUNT, 7) for name in "ab"),
        Cell("r", "all", COUNT, 14),
        Cell("r", "s", SHARE, 40, numerator=14),
    )
    shown = protect([Output(words(), cells)], rounding).outputs[0]
    assert isinstance(shown.cell("r", "s").value, Suppressed)


def test_lone_hidden_mean_takes_a_partner_under_rounding_too(rounding, words):
    cells = tuple(Cell(row, "score", Measure.ESTIMATE, n, value=5.0) for row, n in (("men", 40), ("women", 5), ("all", 45)))
    shown = protect([Output(words(), cells)], rounding).outputs[0]
    assert [cell.hidden for cell in shown.cells] == [True, True, False]


@pytest.mark.parametrize(("events", "nl", "en"), [(40, "20,0", "20.0")])
def test_words_on_a_curve_say_what_is_shown_of_it(rounding, events, nl, en):
    """The interval of a curve gives its events away, so under rounding it is kept back: the words go without."""
    section = load_protocol("tilburg_single_mothers").sections["exits"]
    about = About(DataKind.SYNTHETIC, same("mothers"), same("2024"), same("register"), Assignment.UNKNOWN)
    curve = cumulative_incidence([2] * 200, [1] * events + [0] * (200 - events), at=[0, 1, 2])
    shown = protect([exits({"everybody": curve}, section, about, horizon=2)], rounding).outputs[0]
    assert say(shown.words.sentence, shown, "nl") == f"Binnen 2 maanden stroomde {nl} % uit naar werk."
    assert say(shown.words.alt, shown, "en").endswith(f"Within 2 months {en}% left for work.")
    assert shown.notes[-2].en == "The intervals of these shares are not shown: they would give the counts away"


def test_count_that_chance_sums_leave_no_room_keeps_it_for_who_does_not_take_them_for_sums(rounding, table):
    """No man of 94 is an `a`: men who are `b` are all men and all men are those, and were both sums he could be nobody but 0.

    Who knows that the 94 are 62 and 32 in the other table, which print as 60 and 30, has at most 94 for the women's 95.
    """
    people = replace(table({"men": [0, 32], "women": [94, 48]}), sums=())
    homes = replace(table({"rent": [62, 47], "own": [32, 33]}, name="homes"), sums=())
    _, beside = protect([people, homes], rounding).outputs
    inner = [beside.cell(row, "a") for row in ("rent", "own")]
    assert any(isinstance(cell.value, Suppressed) for cell in inner)
