"""What reports beside each other give away, worked out from what they print, as an outsider would."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from gm_workbench.guard.bounds import Adds, narrowed, tightest
from gm_workbench.guard.decisions import Choice, Decision
from gm_workbench.guard.differencing import Rule, difference, remedies
from gm_workbench.guard.policy import Method
from gm_workbench.guard.readers import gives_away
from gm_workbench.guard.sides import DRAFTS, Side
from gm_workbench.guard.sizes import JUDGED, judged
from gm_workbench.guard.told import NotACount, Part, Rules, told

SUPPRESS = Rules("cbs-stijl", "a" * 8, Method.SUPPRESS, 10, 10, 5, 1)
LOWER = Rules("eight", "c" * 8, Method.SUPPRESS, 8, 10, 4, 1)
ROUND = Rules("opensafely-stijl", "b" * 8, Method.ROUND, 8, 5, 4, 0)
YEAR, NEXT, BOTH = "2023-01/2023-12", "2024-01/2024-12", "2023-01/2024-12"


def line(row, value, column="persons", measure="count", n=""):
    return {
        "row": row,
        "row_label": row,
        "column": column,
        "column_label": column,
        "measure": measure,
        "value": str(value),
        "n": str(n or value),
    }


def report(rows, place="GM0855", *, study="a", period=YEAR, rules=SUPPRESS, origin="", members=(), exact=True, output="who"):
    """A report with one table: `{"all": 120}` for one column, `{"all": {"women": 60, "men": 60}}` for more."""
    cells = {row: value if isinstance(value, dict) else {"persons": value} for row, value in rows.items()}
    lines = [line(row, value, column) for row, values in cells.items() for column, value in values.items()]
    read = told(output, lines, rules, exact=exact)
    digest = f"{study}{place}{period}{rules.policy}{rows}"
    people = {output: "benefit"}
    return Side(study, place, period, "", "real", origin, digest, rules, read, members, {}, people)


def rules_found(*sides):
    return [finding.rule for finding in difference(sides).findings]


def network(rows, **more):
    return report(rows, "network", members=None, **more)


def test_total_minus_all_places_but_one_gives_the_hidden_one_away():
    sides = [network({"all": 120}), report({"all": 60}, "GM0363"), report({"all": 53}), report({"all": "<10"}, "GM0307")]
    (found,) = difference(sides).findings
    assert found.arithmetic == (
        f"[a/network {YEAR}; who: all × persons] − [a/GM0363 {YEAR}; who: all × persons] − [a/GM0855 {YEAR}; "
        f"who: all × persons] = <10 in [a/GM0307 {YEAR}; who: all × persons]"
    )
    assert found.rule is Rule.TOTAL


def test_arithmetic_never_holds_the_small_number():
    sides = [network({"all": 120}), report({"all": 60}, "GM0363"), report({"all": 53}), report({"all": "<10"}, "GM0307")]
    said = " ".join(map(str, difference(sides).findings))
    numbers = re.findall(r"(?<![-/\dGM])\d+(?![-/\d])", said)
    assert numbers == ["10"]


@pytest.mark.parametrize(
    ("total", "hidden", "found"),
    [
        (123, "<10", []),  # two hidden places of 10 together: either may be 1 to 9
        (113 + 18, "<10", [Rule.TOTAL]),  # 18 together can only be 9 and 9
        (115, "<10", [Rule.TOTAL]),  # 2 together can only be 1 and 1
        (113 + 60, "–", []),
    ],
)
def test_total_minus_the_others_is_judged_by_what_it_leaves_possible(total, hidden, found):
    sides = [
        *(network({"all": total}), report({"all": 60}, "GM0363"), report({"all": 53})),
        *(report({"all": hidden}, "GM0307"), report({"all": hidden}, "GM0518")),
    ]
    declared = [Side(**{name: getattr(one, name) for name in Side.__slots__}) for one in sides]
    declared[0] = report({"all": total}, "network", members=("GM0363", "GM0855", "GM0307", "GM0518"))
    assert sorted(set(rules_found(*declared))) == found


def test_total_with_places_that_have_no_report_gives_those_away():
    (found,) = difference([network({"all": 120}), report({"all": 113})]).findings
    assert found.arithmetic.endswith(f"= <10 in the places of a/network {YEAR} that have no report")


def test_total_of_a_municipality_that_others_became_part_of_counts_as_a_total():
    merged = report({"all": 120}, "GM0001", members=("GM0855", "GM0363"))
    assert rules_found(merged, report({"all": 117}), report({"all": "<10"}, "GM0363")) == [Rule.TOTAL]


def test_rounded_total_leaves_enough_room():
    sides = [
        network({"all": 120}, exact=False),
        report({"all": 60}, "GM0363"),
        report({"all": 53}),
        report({"all": "<10"}, "GM1"),
    ]
    assert rules_found(*sides) == []


def test_total_opens_a_table_whose_own_margin_was_hidden():
    table = {"women": {"young": "<10", "old": 40, "all": "–"}, "men": {"young": 30, "old": 20, "all": 50}}
    other = {"women": {"young": 30, "old": 40, "all": 70}, "men": {"young": 12, "old": 20, "all": 32}}
    total = {"women": {"young": 37, "old": 80, "all": 117}, "men": {"young": 42, "old": 40, "all": 82}}
    members = ("GM0855", "GM0363")
    sides = [report(total, "network", members=members), report(table), report(other, "GM0363")]
    assert set(rules_found(*sides)) == {Rule.TOTAL}


def test_hidden_mean_beside_a_shown_total_and_shown_others_is_found():
    def mean(value, place, members=()):
        lines = [line("score", value, measure="estimate", n=200)]
        read = told("scores", lines, SUPPRESS, exact=True)
        return Side("a", place, YEAR, "", "real", "", place, SUPPRESS, read, members)

    others = [mean(4.2, "GM0363"), mean(4.4, "GM0307")]
    assert rules_found(mean(4.1, "network", None), *others, mean("–", "GM0855")) == [Rule.TOTAL]
    assert rules_found(mean(4.1, "network", None), *others, mean(4.0, "GM0855")) == []


@pytest.mark.parametrize(("then", "found"), [(113, True), (120, False), (111, True), (110, False), (130, False), (129, True)])
def test_this_year_minus_last_year_may_not_be_small(then, found):
    sides = [report({"all": 120}), report({"all": then}, period=NEXT, origin="release-1")]
    assert rules_found(*sides) == [Rule.PERIOD] * found


def test_period_inside_a_longer_one_is_subtracted_from_it():
    assert rules_found(report({"all": 120}, period=BOTH), report({"all": 114})) == [Rule.PERIOD]
    assert rules_found(report({"all": 120}, period=BOTH, exact=False), report({"all": 110}, exact=False)) == []


def test_two_years_are_subtracted_from_the_period_that_they_make():
    def seen(both):
        sides = [report({"all": both}, period=BOTH), report({"all": 60}, period=NEXT), report({"all": 140})]
        return rules_found(*sides)

    assert (seen(207), seen(193)) == ([Rule.PERIOD], [Rule.PERIOD])  # in neither year, in both years
    assert (seen(200), seen(220), seen(185)) == ([], [], [])


def test_one_group_in_two_studies_may_not_differ_by_a_few():
    assert rules_found(report({"all": 120}), report({"all": 113}, study="b")) == [Rule.SUBGROUP]
    assert rules_found(report({"all": 120}), report({"all": 113}, study="b", period=NEXT)) == []
    assert rules_found(report({"young": 120}), report({"old": 113}, study="b")) == []
    assert rules_found(report({"all": 120}), report({"all": 113}, "GM0363", study="b")) == []


def test_one_group_in_two_studies_is_found_when_one_splits_it():
    split = report({"all": {"women": 70, "men": 43}}, study="b")
    assert rules_found(report({"all": 120}), split) == [Rule.SUBGROUP]


def split(**more):
    return report({"women": 70, "men": 43}, study="b", **more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (report({"lone mothers": 60}), report({"lone mothers with a young child": 56}, study="b")),
        (report({"all": 120}), split()),
        (report({"sex:man": 70, "sex:woman": 50, "work:yes": 90, "work:no": 30}), report({"all": 113}, study="b")),
        (report({"all": {"young": 60, "old": 40}}), report({"young": 56, "old": 20}, study="b")),
        (report({"all": 75}), split()),  # all benefit, and the women among them
        (report({"young": 75}), report({"young": {"women": 70, "men": 40}}, study="b")),
    ],
)
def test_group_that_another_study_holds_is_subtracted_though_nobody_declared_it(one, other):
    assert rules_found(one, other)[:1] == [Rule.SUBGROUP]
    assert rules_found(other, one) == rules_found(one, other)


def test_groups_of_which_neither_may_hold_the_other_are_not_subtracted():
    assert rules_found(report({"fathers": 75}), split()) == []
    assert rules_found(report({"women": {"young": 60, "old": 50}}), report({"young": {"men": 56, "all": 200}}, study="b")) == []
    elsewhere = Side(**{name: getattr(split(), name) for name in Side.__slots__} | {"populations": {"who": "wages"}})
    assert rules_found(report({"all": 75}), elsewhere) == []


@pytest.mark.parametrize(("men", "rules"), [(47, [Rule.SUBGROUP]), (40, []), (50, [])])
def test_group_minus_its_parts_in_two_other_studies_is_small(men, rules):
    """Three, ten, and nobody besides."""
    sides = (report({"all": 120}), report({"sex:woman": 70}, study="b"), report({"sex:man": men}, study="c"))
    assert rules_found(*sides) == rules


def test_parts_are_of_one_characteristic_and_of_other_studies_in_the_same_months():
    whole, woman, man = report({"all": 120}), report({"sex:woman": 70}, study="b"), report({"sex:man": 47}, study="c")
    assert rules_found(whole, woman, report({"home:rent": 47}, study="c")) == []
    assert rules_found(whole, woman, report({"sex:man": 47}, study="c", period=NEXT)) == []
    assert rules_found(report({"all": 120}, origin="r"), replace(woman, origin="r"), replace(man, origin="r")) == []


def test_total_minus_places_of_two_other_studies_is_small():
    total = report({"all": 120}, "region", members=("GM0307", "GM0363", "GM0855"))
    places = (report({"all": 60}, "GM0363", study="b"), report({"all": 56}, study="c"))
    assert rules_found(total, *places) == [Rule.TOTAL]
    assert rules_found(total, places[0], report({"all": 50}, study="c")) == []


def test_sum_is_of_no_whole_group_when_a_part_of_it_is_hidden():
    assert rules_found(report({"all": 120}), report({"women": 70, "men": 43, "others": "–"}, study="b")) == []


def test_three_years_are_subtracted_from_the_period_that_they_make_and_two_of_them_too():
    three, last = "2023-01/2025-12", "2025-01/2025-12"
    years = [report({"all": 60}, period=NEXT), report({"all": 140})]
    assert rules_found(report({"all": 247}, period=three), *years, report({"all": 40}, period=last)) == [Rule.PERIOD]
    assert rules_found(report({"all": 204}, period=three), *years, report({"all": "–"}, period=last)) == [Rule.PERIOD]
    assert rules_found(report({"all": 260}, period=three), *years, report({"all": 40}, period=last)) == []


def test_last_year_is_subtracted_from_this_year_when_it_was_told_in_parts():
    assert rules_found(report({"all": 120}), report({"women": 70, "men": 43}, period=NEXT)) == [Rule.PERIOD]
    assert rules_found(report({"all": 120}), report({"women": 70, "men": 43}, period=NEXT, output="staff")) == [Rule.PERIOD]
    assert rules_found(
        report({"all": 207}, period=BOTH), report({"women": 100, "men": 40}), report({"all": 60}, period=NEXT)
    ) == [Rule.PERIOD]


@pytest.mark.parametrize(
    "others",
    [
        [report({"all": 60}, "GM0363", study="b"), report({"women": 33, "men": 23}, study="b")],
        [report({"all": 116}, "part", members=("GM0363", "GM0855"))],
        [report({"all": 90}, "part", members=("GM0363", "GM0518")), report({"all": 26})],
        [report({"all": 60}, "GM0363", output="staff"), report({"all": 56}, output="staff")],
    ],
)
def test_total_is_beside_its_places_wherever_these_are_counted(others):
    total = report({"all": 120}, "network", members=("GM0307", "GM0363", "GM0518", "GM0855"))
    assert set(rules_found(total, *others)) == {Rule.TOTAL}


def test_group_that_one_study_hides_and_another_shows_opens_the_table():
    hides = {"young": {"women": "<10", "men": "–", "all": 40}, "old": {"women": 20, "men": 30, "all": 50}}
    shows = {"young": {"men": 33, "couples": 60}}
    assert Rule.SUBGROUP in rules_found(report(hides), report(shows, study="b"))


def test_same_numbers_by_two_policies_show_what_one_of_them_hides():
    assert Rule.POLICY in rules_found(report({"all": "<10"}), report({"all": 8}, rules=LOWER, origin="release-1"))
    assert Rule.POLICY in rules_found(report({"all": "<10"}), report({"all": 10}, rules=ROUND, exact=False, origin="release-1"))
    assert rules_found(report({"all": 121}), report({"all": 120}, rules=ROUND, exact=False, origin="release-1")) == []


def test_rounded_cell_and_exact_margin_together_give_the_rest_away():
    exact = {"women": {"young": "<10", "old": "–", "all": 63}, "men": {"young": 30, "old": 20, "all": 50}}
    rounded = {"women": {"old": 60}, "men": {"young": 30, "old": 20}}
    assert Rule.POLICY in rules_found(report(exact), report(rounded, rules=ROUND, exact=False))


def test_column_whose_parts_are_hidden_is_opened_by_what_another_policy_tells_of_one_of_them():
    hidden = {"sex:man": "–", "sex:woman": "<10", "all": 69}
    rounded = report({"sex:man": 60, "sex:woman": "<8"}, study="b", rules=ROUND, exact=False, origin="release-1")
    assert Rule.SUBGROUP in rules_found(report(hidden), rounded)
    assert rules_found(report(hidden)) == []


def test_report_that_was_made_again_with_a_few_persons_less_gives_them_away():
    assert rules_found(report({"all": 121}), report({"all": 124}, origin="release-1")) == [Rule.REVISION]
    assert rules_found(report({"all": 124}), report({"all": 124}, origin="release-1")) == []


def test_share_that_is_printed_again_as_it_was_gives_nobody_away_and_one_that_moved_does():
    def made(share, n, origin=""):
        read = told("work", [line("all", share, measure="share", n=n)], SUPPRESS, exact=True)
        return Side("a", "GM0855", YEAR, "", "real", origin, f"{share}{n}", SUPPRESS, read)

    first = made("0.45", 120, "release-1")
    again = replace(made("0.45", 120), digest="another page")
    assert rules_found(again, first) == []
    assert set(rules_found(made("0.46", 120), first)) == {Rule.REVISION}
    other_year = replace(again, period=NEXT)
    assert set(rules_found(other_year, first)) == {Rule.PERIOD}
    other_policy = replace(again, rules=replace(SUPPRESS, digest="d" * 8))
    assert set(rules_found(other_policy, first)) == {Rule.POLICY}


def test_mean_made_again_from_other_data_on_nearly_the_same_persons_is_found():
    def mean(value, n, inputs, origin=""):
        read = told("scores", [line("score", value, measure="estimate", n=n)], SUPPRESS, exact=True)
        return Side("a", "GM0855", YEAR, "", "real", origin, f"{value}{n}{inputs}", SUPPRESS, read, (), {}, {}, inputs)

    before = mean(4.21, 200, "with everybody", "release-1")
    assert rules_found(mean(4.19, 200, "one removed"), before) == [Rule.REVISION]
    assert rules_found(mean(4.19, 220, "one removed"), before) == []
    assert rules_found(mean(4.21, 200, "one removed"), before) == []
    assert rules_found(mean(4.19, 200, "with everybody"), before) == []  # the same data, other code


def test_mean_made_again_by_another_policy_from_other_data_is_found_too():
    def mean(value, inputs, rules=SUPPRESS, origin="", output="scores", **ends):
        cell = line("score", value, measure="estimate", n=200) | ends
        read = told(output, [cell], rules, exact=True)
        return Side("a", "GM0855", YEAR, "", "real", origin, f"{value}{inputs}{output}", rules, read, (), {}, {}, inputs)

    before = mean(4.21, "with everybody", origin="release-1", low="4.0", high="4.4")
    assert rules_found(mean(4.19, "one removed", LOWER), before) == [Rule.POLICY]
    assert rules_found(mean(4.21, "one removed", LOWER), before) == []  # its interval is kept back, and the number is the same
    assert rules_found(mean(4.19, "one removed", output="course"), before) == [Rule.REVISION]


@pytest.mark.parametrize(
    ("more", "rule"),
    [({}, Rule.REVISION), ({"rules": LOWER}, Rule.POLICY), ({"period": NEXT}, Rule.PERIOD)],
)
def test_report_that_was_made_again_is_held_against_itself_whatever_its_tables_and_lines_are_called(more, rule):
    before = {"origin": "release-1", **more}
    assert rules_found(report({"women": 60}), report({"women": 56}, output="profile", **before)) == [rule]
    assert rules_found(report({"women": 60}), report({"vrouwen": 56}, **before)) == [rule]
    assert rules_found(report({"women": 60}), report({"men": 56}, **before)) == []


def test_line_that_is_hidden_in_one_making_of_a_report_and_shown_in_the_other_opens_the_table():
    first = {"sex:man": "–", "sex:woman": "<10", "all": 69}
    assert Rule.REVISION in rules_found(report(first), report({"sex:man": 62, "sex:woman": "<10"}, origin="release-1"))
    parts = report({"age:old": 62}, output="ages", rules=LOWER, origin="release-1")
    assert Rule.POLICY in rules_found(report({"all": 69}), parts)


def test_other_table_of_a_report_that_was_made_again_opens_what_the_first_hides():
    first = {"women": {"young": "<10", "old": "–", "all": 63}, "men": {"young": 30, "old": 20, "all": 50}}
    again = {"women": {"old": 56}, "men": {"old": 20}}
    assert Rule.SUBGROUP in rules_found(report(first), report(again, output="profile", origin="release-1"))


def test_reports_beside_it_that_are_not_asked_for_are_nobody_s_fault_here():
    sides = [report({"all": 120}, origin=DRAFTS), report({"all": 113}, study="b", origin="release-1")]
    assert rules_found(*sides) == []


def test_reports_on_other_data_or_worlds_are_never_compared():
    one, other = report({"all": 120}), report({"all": 113}, study="b")
    synthetic = Side(**{name: getattr(other, name) for name in Side.__slots__} | {"kind": "synthetic", "world": "tiny"})
    assert rules_found(one, synthetic) == []


def test_findings_do_not_depend_on_the_order_of_the_reports():
    sides = [network({"all": 120}), report({"all": 60}, "GM0363"), report({"all": 53}), report({"all": "<10"}, "GM0307")]
    sides += [report({"all": 58}, study="b"), report({"all": 61}, "GM0363", period=NEXT)]
    made = {difference(order).findings for order in itertools.islice(itertools.permutations(sides), 0, 720, 97)}
    assert len(made) == 1


def test_remedies_leave_nothing_to_find_and_take_what_mends_most():
    sides = [network({"all": 120}), report({"all": 60}, "GM0363"), report({"all": 53}), report({"all": "<10"}, "GM0307")]
    sides += [report({"all": 58}, study="b")]
    chosen, left = remedies(sides)
    # the other study's 58 beside the first place's 60 leave two of the total
    assert (chosen, left) == ((("a/GM0363", "who"), ("a/GM0855", "who")), ())


def test_remedies_never_take_what_was_released_before():
    chosen, left = remedies([report({"all": 120}, origin="release-1"), report({"all": 113}, study="b")])
    assert (chosen, left) == ((("b/GM0855", "who"),), ())


@pytest.mark.parametrize(
    ("value", "exact", "rules", "low", "high"),
    [
        (120, True, SUPPRESS, 120, 120),
        (120, False, SUPPRESS, 115, 124),
        (10, False, SUPPRESS, 10, 14),
        (0, False, SUPPRESS, 0, 0),
        (121, False, SUPPRESS, 121, 121),  # no multiple of the base, so it was not rounded
        ("<10", True, SUPPRESS, 1, 9),
        ("<8", False, ROUND, 0, 7),
        (120, True, ROUND, 118, 122),
        ("–", True, SUPPRESS, 0, float("inf")),
        ("geheim", True, SUPPRESS, 0, float("inf")),
    ],
)
def test_printed_count_leaves_these_numbers_possible(value, exact, rules, low, high):
    (one,) = told("who", [line("all", value)], rules, exact=exact)
    assert one.marked == (low, high)


def test_printed_share_of_few_gives_its_numerator_away():
    lines = [line("young", 0.41, measure="share", n=30), line("all", 29)]
    read = {one.part: one.marked for one in told("who", lines, SUPPRESS, exact=True) if one.row == "young"}
    assert read == {Part.BODY: (12, 12), Part.REST: (17, 17), Part.N: (25, 34)}


@pytest.mark.parametrize(("text", "fault"), [("12.5", "whole number"), ("-3", "whole number"), ("1e+30", "at most 20,000,000")])
def test_count_that_is_no_number_of_persons_is_not_read(text, fault):
    with pytest.raises(NotACount, match=rf"all × persons: a count must be (a )?{fault}"):
        told("who", [line("all", text)], SUPPRESS, exact=True)


def test_rules_that_are_misspelt_or_out_of_range_are_not_read():
    rules = {"threshold": 10, "base": 10, "width": 5, "zero_is_safe": True}
    policy = {"name": "p", "digest": "d", "method": "suppress", "rules": rules}
    assert Rules.read(policy).smallest == 1
    for strange in ({"method": "supress"}, {"rules": rules | {"zero_is_safe": 1}}, {"rules": rules | {"threshold": 1}}):
        with pytest.raises(ValueError, match=r"supress|out of range"):
            Rules.read(policy | strange)
    with pytest.raises(KeyError):
        Rules.read(policy | {"rules": {"treshold": 10}})


def test_bounds_agree_with_trying_every_number():
    """Two rows and two columns with margins, some hidden: the solver and enumeration find the same ranges."""
    rng = np.random.default_rng(7)
    for _ in range(12):
        cells = rng.integers(1, 7, size=4)
        hidden = rng.random(4) < 0.7
        sums = [Adds(4, (0, 1)), Adds(5, (2, 3)), Adds(6, (0, 2)), Adds(7, (1, 3))]
        margins = [cells[0] + cells[1], cells[2] + cells[3], cells[0] + cells[2], cells[1] + cells[3]]
        ranges = [(1.0, 9.0) if gone else (float(n), float(n)) for n, gone in zip(cells, hidden, strict=True)]
        ranges += [(float(n), float(n)) for n in margins]
        tried = [
            one
            for one in itertools.product(*(range(int(low), int(high) + 1) for low, high in ranges[:4]))
            if [one[0] + one[1], one[2] + one[3], one[0] + one[2], one[1] + one[3]] == margins
        ]
        now = narrowed(ranges, sums)
        for at in range(4):
            values = [one[at] for one in tried]
            assert tightest(now, sums, at, 1000.0) == (min(values), max(values))


def test_sum_that_cannot_be_true_is_left_out():
    assert narrowed([(5, 5), (7, 7), (1, 9)], [Adds(0, (1, 2))]) == [(5, 5), (7, 7), (1, 9)]


def test_threshold_minus_one_is_small_and_the_threshold_is_not():
    assert [gives_away((n, n), 10, 5) for n in (0, 1, 9, 10)] == [False, True, True, False]


def test_cell_that_another_study_shows_with_rows_and_columns_changed_is_found():
    """Of 25 young persons 20 are women: the other study has one line, *women*, and one column, *young*."""
    hidden = report({"young": {"men": "<10", "women": "–", "all": 25}, "old": {"men": 40, "women": 30, "all": 70}})
    beside = report({"women": {"young": 20}}, study="b")
    assert set(rules_found(hidden, beside)) == {Rule.SUBGROUP}
    assert rules_found(beside, report({"old": {"men": 40, "women": 30, "all": 70}})) == []


@pytest.mark.parametrize(("left", "found"), [(4, [Rule.TOTAL]), (-3, [Rule.TOTAL]), (0, []), (30, [])])
def test_total_that_its_own_places_do_not_come_to_is_judged_by_what_is_left(left, found):
    total = report({"all": 116 + left}, "pair", members=("GM0363", "GM0855"))
    assert rules_found(total, report({"all": 60}, "GM0363"), report({"all": 56})) == found


def test_totals_that_overlap_are_solved_together():
    """Half of what two totals have more than the third is the place that they share."""
    pairs = {"ab": (60, ("GM0307", "GM0363")), "ac": (64, ("GM0307", "GM0855")), "bc": (114, ("GM0363", "GM0855"))}
    sides = [report({"all": n}, name, members=members) for name, (n, members) in pairs.items()]
    assert Rule.TOTAL in rules_found(*sides)
    assert rules_found(*sides[:2]) == []


@pytest.mark.parametrize(("quarters", "found"), [((30, 30, 35), True), ((30, 30, 20), False)])
def test_year_minus_quarters_of_other_studies_is_found(quarters, found):
    periods = ("2023-01/2023-03", "2023-04/2023-06", "2023-07/2023-09")
    sides = [
        report({"all": n}, study=f"q{at}", period=period) for at, (n, period) in enumerate(zip(quarters, periods, strict=True))
    ]
    last = report({"all": 300}, study="q4", period="2023-10/2023-12")
    assert (Rule.PERIOD in rules_found(report({"all": 100}), *sides, last)) is found


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("vrouwen", "women"),
        ("sex:woman", "Vrouwen"),
        ("geslacht: vrouw", "women"),
        ("alleenstaande ouders", "lone_parent"),
        ("all", "everyone"),
        ("allen", "iedereen"),
        ("leefvorm: alle personen", "total"),
        ("leeftijd: 27-34", "age_band:27-34"),
    ],
)
def test_group_that_is_called_in_two_ways_is_one_group(here, there):
    assert rules_found(report({here: 120}), report({there: 113}, study="b")) == [Rule.SUBGROUP]


def test_groups_of_other_names_are_not_taken_for_one():
    for here, there in (("vrouwen", "men"), ("werk: ja", "exempt: yes"), ("leeftijd: 27-34", "maanden: 27-34")):
        assert rules_found(report({here: 120}), report({there: 113}, study="b")) == []


def test_parts_that_are_called_in_two_languages_are_taken_from_their_whole():
    sides = (report({"all": 120}), report({"sex:woman": 70}, study="b"), report({"geslacht: mannen": 47}, study="c"))
    assert rules_found(*sides) == [Rule.SUBGROUP]


def test_nearly_equal_sizes_under_other_names_are_a_question_that_a_person_may_answer():
    one = replace(report({"candidates": {"new": 2300, "others": 1000}}), populations={"who": "people with a coach"})
    other = report({"the rest": 3297}, study="b")
    found = difference([one, other]).findings
    assert [finding.rule for finding in found] == [Rule.SIZES]
    row = Decision("b/GM0855", "who", Choice.RELEASE, f"{JUDGED}: of another register", "Noor Bakker", date(2026, 11, 26))
    assert judged(found, [row]) == ()
    assert judged(found, [replace(row, reason="looks good")]) == found
    assert judged(found, [replace(row, decision=Choice.WITHHOLD)]) == found
    assert remedies([one, other], (), [replace(row, report="a/GM0855")]) == ((), ())


def test_sizes_of_small_groups_and_of_two_categories_of_one_characteristic_are_no_question():
    assert rules_found(report({"candidates": 120}), report({"the rest": 113}, study="b")) == []
    assert rules_found(report({"sex:woman": 1200}), report({"sex:man": 1204}, study="b")) == []
    assert rules_found(report({"candidates": 1200}), report({"the rest": 1210}, study="b")) == []


def test_periods_that_overlap_are_held_against_each_other_and_against_the_one_that_they_make():
    later = "2023-07/2024-06"
    assert rules_found(report({"all": 120}), report({"all": 114}, period=later)) == [Rule.PERIOD]
    assert rules_found(report({"all": 120}), report({"all": 114}, period=later, study="b")) == [Rule.SUBGROUP]
    first, last, all_three = "2022-01/2023-12", "2023-01/2024-12", "2022-01/2024-12"

    def seen(whole):
        sides = [report({"all": n}, period=period) for n, period in ((300, first), (200, last), (whole, all_three))]
        return rules_found(*sides)

    assert (seen(495), seen(460)) == ([Rule.PERIOD], [])  # five are in both


def test_total_is_held_against_places_that_tell_other_months():
    total = report({"all": 120}, "region", members=("GM0307", "GM0363", "GM0855"))
    places = (report({"all": 60}, "GM0363"), report({"all": 56}, period="2023-07/2024-06"))
    assert rules_found(total, *places) == [Rule.TOTAL]
    assert rules_found(total, places[0], report({"all": 40}, period="2023-07/2024-06")) == []
    assert rules_found(total, places[0], report({"all": 56}, period=NEXT)) == []
