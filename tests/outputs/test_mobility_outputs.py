from dataclasses import replace

import pytest

from gm_workbench.errors import OutputError
from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.counts import CategoryCount
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.exits import Curve, cumulative_incidence
from gm_workbench.metrics.growth import Growth
from gm_workbench.metrics.mobility import INDICES, Transitions
from gm_workbench.metrics.panels import PanelFit
from gm_workbench.metrics.shares import wilson
from gm_workbench.outputs.about import About
from gm_workbench.outputs.growth import NO_SURPLUS, NOT_WHY, SURPLUS, growth, regression_to_mean
from gm_workbench.outputs.mobility import base, indices, transitions
from gm_workbench.outputs.output import NUMBER_HIDDEN, Measure, Output, Shape
from gm_workbench.outputs.sentences import say
from gm_workbench.outputs.terms import term, terms
from gm_workbench.outputs.wages import NO_COMPARISON, comparison, crossing
from gm_workbench.vocabulary.protocols import Assignment, load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

SECTIONS = load_protocol("amersfoort_upward_mobility").sections
ABOUT = About(DataKind.SYNTHETIC, Text("werkenden", "workers"), same("2024"), same("lonen"), Assignment.UNKNOWN)
FEW = NotEnoughData("x", "persons in each group", 4, 10)


def shown(output: Output):
    return protect([output], load_policy("cbs-stijl")).outputs[0]


def spoken(output: Output, language: str = "nl") -> str:
    one = shown(output)
    return " ".join(say(sentence, one, language) for sentence in (one.words.sentence, *one.words.more))


def estimate(value: float, low: float, high: float, unit: str = "index") -> Estimate:
    return Estimate(value, low, high, (high - low) / 4, 200, unit, "x", groups=None)


COUNTS = [
    CategoryCount("sex", "man", "base", 40, 100),
    CategoryCount("sex", "man", "rest", 90, 200),
    CategoryCount("sex", "woman", "base", 60, 100),
    CategoryCount("sex", "woman", "rest", 110, 200),
]


def test_base_counts_who_is_there_and_how_many_a_looser_rule_would_find():
    output = base(COUNTS, SECTIONS["base"], ABOUT, months_low=3, one_month=150)
    assert spoken(output) == (
        "100 werkenden staan aan de basis. "
        "Als één lage maand genoeg was, waren het er 150; 67 % daarvan voldoet ook aan de strengere regel."
    )
    assert output.words.labels["sex_woman"].nl == "geslacht: vrouwen"
    assert "in elk van de 3 maanden voor de start" in output.words.caption.nl


def test_base_hides_the_looser_rule_when_it_would_tell_of_a_few():
    released = shown(base(COUNTS, SECTIONS["base"], ABOUT, months_low=3, one_month=104))
    assert released.cell("one_month", "base").hidden


def test_base_by_the_loose_rule_does_not_compare_it_with_itself():
    output = base(COUNTS, SECTIONS["base"], ABOUT, months_low=1, one_month=100)
    assert all(cell.row != "one_month" for cell in output.cells)
    assert "in de maand voor de start" in output.words.caption.nl


def test_base_of_nobody_is_one_sentence():
    assert base([], SECTIONS["base"], ABOUT, months_low=3, one_month=0).cells == ()


MOVES = Transitions(("low", "high"), ("low", "high", "out"), ((60, 25, 15), (20, 150, 30)), 300, 0, "out")


def test_transitions_are_shares_of_their_row():
    output = transitions(MOVES, SECTIONS["transitions_12"], ABOUT, horizon=12)
    assert [(cell.key, cell.numerator, cell.n) for cell in output.cells[:3]] == [
        (("low", "low"), 60, 100),
        (("low", "high"), 25, 100),
        (("low", "out"), 15, 100),
    ]
    assert output.words.shown_as == (Shape.MATRIX, Shape.TABLE)
    assert output.words.labels["out"].nl == "niet meer gezien"


def test_transitions_quote_the_largest_group():
    output = transitions(MOVES, SECTIONS["transitions_12"], ABOUT, horizon=12, labels={"high": Text("hoog", "high")})
    assert spoken(output).startswith(
        "Na 12 maanden was 75 % van de grootste groep (aan de start: hoog) nog in dezelfde positie (marge 69 tot 80 %). "
    )
    told = output.cells[4]
    assert (told.key, told.low, told.high) == (("high", "high"), *wilson(150, 200))
    assert [cell.low for cell in output.cells if cell is not told] == [None] * 5


def test_transitions_say_that_those_who_were_lost_are_left_out():
    dropped = replace(MOVES, destinations=("low", "high"), counts=((60, 25), (20, 150)), lost=45, attrition="drop")
    ties = Text("Gelijke lonen horen bij de lagere groep.", "Equal wages belong to the lower group.")
    caption = transitions(dropped, SECTIONS["transitions_12"], ABOUT, horizon=12, ties=ties).words.caption
    assert caption.nl.endswith(
        "Gelijke lonen horen bij de lagere groep. Wie later niet is gezien, telt niet mee; de blijvers kunnen anders "
        "zijn dan wie verdween."
    )
    assert "Wie later niet" not in transitions(MOVES, SECTIONS["transitions_12"], ABOUT, horizon=12).words.caption.nl


def test_transitions_that_keep_back_an_interval_are_described_without_it_too():
    moves = Transitions(("a", "b", "c"), ("a", "b", "c"), ((51, 9, 39), (5, 41, 22), (4, 12, 77)), 260, 0, "drop")
    one = shown(transitions(moves, SECTIONS["transitions_12"], ABOUT, horizon=12))
    for language in ("nl", "en"):
        told, described = say(one.words.sentence, one, language), say(one.words.alt, one, language)
        assert described.endswith(told)


def test_transitions_whose_largest_share_is_kept_back_do_not_say_that_nothing_is_shown():
    moves = Transitions(("low", "high"), ("low", "high"), ((4, 60), (30, 24)), 118, 0, "drop")  # 4 of 64 stayed
    one = shown(transitions(moves, SECTIONS["transitions_12"], ABOUT, horizon=12))
    assert not all(cell.hidden for cell in one.cells)
    assert [say(one.words.sentence, one, language) for language in ("nl", "en")] == [NUMBER_HIDDEN.nl, NUMBER_HIDDEN.en]
    assert say(one.words.alt, one, "nl") == NUMBER_HIDDEN.nl


def test_transitions_leave_out_a_row_that_nobody_starts_from():
    empty = replace(MOVES, counts=((0, 0, 0), (20, 150, 30)))
    assert {cell.row for cell in transitions(empty, SECTIONS["transitions_12"], ABOUT, horizon=12).cells} == {"high"}


def test_transitions_without_a_shared_state_say_so():
    apart = Transitions(("low",), ("high",), ((50,),), 50, 0, "drop")
    assert "Niemand had op beide momenten" in spoken(transitions(apart, SECTIONS["transitions_12"], ABOUT, horizon=12))


def test_indices_say_the_upward_share_in_per_cent():
    found = {name: estimate(0.32, 0.29, 0.35) for name in INDICES}
    output = indices(found, SECTIONS["indices"], ABOUT, horizon=12)
    assert spoken(output).startswith("Van wie hoger kon komen, kwam 32 % in een hogere positie uit (marge 29 tot 35 %). Meer")
    assert [cell.row for cell in output.cells] == list(INDICES)


STILL = NotEnoughData("x", "different outcomes", 1, 2)


def test_indices_leave_out_the_one_that_does_not_vary_and_say_that_not_all_are_there():
    found = {name: estimate(0.32, 0.29, 0.35) for name in INDICES} | {"determinant": STILL}
    output = indices(found, SECTIONS["indices"], ABOUT, horizon=12)
    assert [cell.row for cell in output.cells] == [name for name in INDICES if name != "determinant"]
    assert spoken(output).endswith(
        "Niet van elke maat is iets te zeggen: daarvoor verschillen de gegevens te weinig van elkaar."
    )
    assert "De andere tellen omhoog en omlaag samen." in output.words.caption.nl
    assert "The others count up and down alike." in output.words.caption.en


def test_indices_without_the_share_that_rose_are_one_sentence():
    # the others would tell that it is none, or all
    found = {name: estimate(0.32, 0.29, 0.35) for name in INDICES} | {"upward": STILL}
    assert indices(found, SECTIONS["indices"], ABOUT, horizon=12).cells == ()


def test_indices_say_what_each_of_them_tells():
    labels = indices(dict.fromkeys(INDICES, estimate(0.3, 0.2, 0.4)), SECTIONS["indices"], ABOUT, horizon=12).words.labels
    assert labels["second_eigenvalue"].nl == "hoe snel het begin vervaagt (tweede eigenwaarde)"
    assert all(" (" in labels[name].nl and " (" in labels[name].en for name in INDICES if name != "upward")


@pytest.mark.parametrize("builder", [transitions, indices])
def test_movement_without_enough_data_is_one_sentence(builder):
    output = builder(FEW, SECTIONS["indices"], ABOUT, horizon=12)
    assert "minstens 10 personen per groep" in output.words.sentence.text.nl


def risen(share: float, at: tuple[int, ...] = (0, 6, 12)) -> Curve:
    up = round(share * 200)
    return cumulative_incidence([6] * up + [12] * (200 - up), [1] * up + [0] * (200 - up), at)


def test_crossing_says_who_held_it_and_who_only_touched_it():
    output = crossing({"held": risen(0.3), "once": risen(0.6)}, SECTIONS["crossing"], ABOUT, horizon=12)
    text = spoken(output)
    assert text.startswith("Binnen 12 maanden kwam 30,0 % boven de grens en bleef daar zes maanden (marge")
    assert "; 60,0 % haalde ten minste één maand (marge 5" in text
    assert text.endswith(f" %). {NO_COMPARISON.nl}")
    assert {cell.row for cell in output.cells if cell.measure is Measure.COUNT} == {"held_at_risk"}


def test_crossing_says_why_one_line_ends_sooner_and_who_is_still_followed():
    caption = crossing({"held": risen(0.3)}, SECTIONS["crossing"], ABOUT, horizon=12).words.caption
    assert ("houdt daarom eerder op" in caption.nl, "ends sooner" in caption.en) == (True, True)
    assert ("Nog gevolgd: wie nog geen zes" in caption.nl, "Still followed: who had not" in caption.en) == (True, True)


def test_crossing_without_the_single_month_says_the_rest():
    said = spoken(crossing({"held": risen(0.3)}, SECTIONS["crossing"], ABOUT, horizon=12))
    assert said.endswith(f"%). {NO_COMPARISON.nl}")


def test_crossing_beyond_the_follow_up_says_so():
    output = crossing({"held": risen(0.3)}, SECTIONS["crossing"], ABOUT, horizon=24)
    assert spoken(output, "en") == "The follow-up is shorter than 24 months."


@pytest.mark.parametrize("curves", [{}, {"held": NotEnoughData("x", "persons at the start", 0, 2)}, {"once": risen(0.3)}])
def test_crossing_without_held_is_one_sentence(curves):
    assert crossing(curves, SECTIONS["crossing"], ABOUT, horizon=12).cells == ()


GROWN = Growth(estimate(2.5, 2.4, 2.6), estimate(0.0457, 0.0411, 0.0503, "log points"), 0.2, 0.04, -0.3, 0.3, 4921.4, 6402)


def test_growth_is_said_in_per_cent_a_year_and_in_which_prices():
    output = growth({"base": GROWN}, SECTIONS["growth"], ABOUT, prices=Text("in dollars van 1990", "in 1990 dollars"))
    said = "Het uurloon veranderde gemiddeld met +4,7 % per jaar (marge +4,2 tot +5,2 %), in dollars van 1990."
    assert spoken(output) == f"{said} {NOT_WHY.nl}"
    assert "in dollars van 1990" in output.words.caption.nl


@pytest.mark.parametrize("results", [{}, {"base": NotEnoughData("x", "persons with two measurements", 3, 30)}])
def test_growth_without_enough_data_is_one_sentence(results):
    assert growth(results, SECTIONS["growth"], ABOUT).cells == ()


def test_growth_sets_fixed_and_random_effects_beside_it_as_sensitivity():
    fits = {
        name: PanelFit({"years": estimate(slope, slope - 0.01, slope + 0.01, "log points")}, 0.2, 0.1, 900)
        for name, slope in (("fixed", 0.03), ("random", 0.05))
    }
    output = growth({"all": GROWN, **fits}, SECTIONS["growth"], ABOUT)
    assert "Gevoeligheidsanalyse: volgen we alleen" in spoken(output)
    assert "+3,0 % per jaar; vergelijken we ook mensen onderling, dan +5,1 %" in spoken(output)
    assert [cell.row for cell in output.cells] == ["all", "fixed", "random"]
    assert "Gevoeligheidsanalyse" not in spoken(growth({"all": GROWN, "fixed": fits["fixed"]}, SECTIONS["growth"], ABOUT))


def change(value: float) -> Estimate:
    return estimate(value, value - 0.01, value + 0.01, "log points")


def test_regression_to_the_mean_sets_two_rules_side_by_side():
    courses = {
        "rule_1": {-1: change(0.0), 0: change(0.05), 3: change(0.06)},
        "rule_3": {-1: change(0.0), 0: change(0.01), 3: change(0.02)},
    }
    output = regression_to_mean(courses, SECTIONS["regression_to_mean"], ABOUT, quoted=3)
    assert spoken(output).startswith(
        "In maand 3 was het uurloon ten opzichte van de grens +6,2 % veranderd (marge +5,1 tot +7,3 %) bij wie op één lage "
        "maand is gekozen, en +2,0 % (marge +1,0 tot +3,0 %) bij wie op drie lage maanden is gekozen."
    )
    assert {cell.column for cell in output.cells} == {"0", "3"}


@pytest.mark.parametrize(("one", "said"), [(0.0299, NO_SURPLUS), (0.0301, SURPLUS), (0.01, NO_SURPLUS)])
def test_regression_to_the_mean_says_whether_one_month_comes_back_further(one, said):
    # the interval of one month reaches .01 down; it must lie above the .02 of three months
    output = regression_to_mean(
        {"rule_1": {0: change(one)}, "rule_3": {0: change(0.02)}}, SECTIONS["regression_to_mean"], ABOUT, quoted=0
    )
    assert said.nl in spoken(output)


def test_regression_to_the_mean_without_a_surplus_does_not_say_that_nothing_comes_by_itself():
    assert "ook drie maanden achtereen kunnen toevallig laag zijn" in NO_SURPLUS.nl
    assert "three months in a row can be low by chance too" in NO_SURPLUS.en
    courses = {rule: {0: change(0.02)} for rule in ("rule_1", "rule_3")}
    assert regression_to_mean(courses, SECTIONS["regression_to_mean"], ABOUT, quoted=0).words.axes["y"].low == 0


def test_regression_to_the_mean_of_one_rule_says_which():
    output = regression_to_mean({"rule_3": {0: change(0.01)}}, SECTIONS["regression_to_mean"], ABOUT, quoted=0)
    assert "+1,0 % veranderd (marge 0,0 tot +2,0 %) (gekozen op drie lage maanden)" in spoken(output)


@pytest.mark.parametrize("courses", [{}, {"rule_1": {0: FEW}}, {"rule_1": {0: change(0.1)}, "rule_3": {0: FEW}}])
def test_regression_to_the_mean_without_enough_data_is_one_sentence(courses):
    output = regression_to_mean(courses, SECTIONS["regression_to_mean"], ABOUT, quoted=0)
    assert "minstens 2 personen met loon in de maand" in output.words.sentence.text.nl


CONTRAST = Contrast(
    replace(estimate(0.034, -0.038, 0.106, "probability"), groups=34),
    replace(estimate(0.018, -0.056, 0.092, "probability"), groups=34),
    261,
    284,
    17,
    17,
)


def test_comparison_is_a_difference_after_introduction():
    output = comparison(CONTRAST, SECTIONS["comparison"], ABOUT)
    assert spoken(output).startswith(
        "Het verschil na introductie is +3,4 procentpunt (marge −3,8 tot +10,6), bij gelijke afstand"
    )
    assert "effect" not in (output.words.caption.nl + spoken(output)).lower()
    assert [(cell.row, cell.groups) for cell in output.cells] == [("adjusted", 34), ("raw", 34)]


def test_comparison_is_an_effect_only_after_randomisation():
    output = comparison(CONTRAST, SECTIONS["comparison"], replace(ABOUT, assignment=Assignment.RANDOMISED))
    assert spoken(output).startswith("Het effect van de introductie is")


def test_comparison_without_enough_coaches_is_one_sentence():
    assert comparison(FEW, SECTIONS["comparison"], ABOUT).cells == ()


def test_terms_prefer_own_words_and_fall_back_on_the_code():
    assert term("27-34").nl == "27-34"
    assert terms(["low_flex", "x"], {"x": same("eigen")})["x"].nl == "eigen"


def test_a_row_with_words_may_not_share_its_key_with_a_column():
    with pytest.raises(OutputError, match="share a key that has a label"):
        regression_to_mean(
            {"rule_1": {0: change(0.1)}, "3": {0: change(0.1), 3: change(0.2)}}, SECTIONS["regression_to_mean"], ABOUT, quoted=0
        )


@pytest.mark.parametrize(("followed", "cells"), [(23, 0), (24, 2)])
def test_comparison_of_too_short_a_period_is_one_sentence(followed, cells):
    assert len(comparison(CONTRAST, SECTIONS["comparison"], replace(ABOUT, followed=followed)).cells) == cells
