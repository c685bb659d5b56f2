from dataclasses import replace

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.exits import Curve, cumulative_incidence
from gm_workbench.metrics.shares import MonthShare
from gm_workbench.outputs.about import About
from gm_workbench.outputs.exits import exit_difference, exits
from gm_workbench.outputs.output import Measure, Output, Shape
from gm_workbench.outputs.part_time import part_time
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.protocols import Assignment, load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.spells import Spells
from gm_workbench.vocabulary.text import Text, same

TILBURG = load_protocol("tilburg_single_mothers")
ABOUT = About(DataKind.SYNTHETIC, Text("moeders", "mothers"), same("2024"), same("BUS"), Assignment.UNKNOWN)
FEW = NotEnoughData("x", "persons at the start", 1, 2)


def spoken(output: Output, language: str = "nl") -> str:
    released = protect([output], load_policy("cbs-stijl"))
    shown = released.outputs[0]
    return " ".join(say(one, shown, language) for one in (shown.words.sentence, *shown.words.more))


def curve(share: float, persons: int = 200, at: tuple[int, ...] = (0, 6, 12)) -> Curve:
    left = round(share * persons)
    return cumulative_incidence([6] * left + [12] * (persons - left), [1] * left + [0] * (persons - left), at)


def test_exits_say_both_groups_with_their_intervals():
    output = exits({"False": curve(0.1), "True": curve(0.2)}, TILBURG.sections["exits"], ABOUT, horizon=12)
    text = spoken(output)
    assert text.startswith(
        "Binnen 12 maanden stroomde 20,0 % uit naar werk waar de consulent de nieuwe werkwijze invoerde (marge "
    )
    assert "en 10,0 % waar dat niet zo was" in text
    assert "Verschil na introductie" not in text
    assert "effect" not in text.lower()
    assert "20.0% left for work" in spoken(output, "en")


def test_exits_say_whether_their_band_allows_for_persons_of_one_coach():
    alike = replace(curve(0.2), groups=20)
    captions = [
        exits({"everybody": one}, TILBURG.sections["exits"], ABOUT, horizon=12).words.caption for one in (alike, curve(0.2))
    ]
    assert "kan op elkaar lijken" in captions[0].nl
    assert "as if persons were independent" not in captions[0].en
    assert "as if persons were independent" in captions[1].en


def test_exits_warn_that_the_assignment_is_not_known_only_when_two_groups_are_compared():
    both = exits({"False": curve(0.1), "True": curve(0.2)}, TILBURG.sections["exits"], ABOUT, horizon=12)
    one = exits({"everybody": curve(0.2)}, TILBURG.sections["exits"], ABOUT, horizon=12)
    assert "Niet bekend is" in spoken(both)
    assert "Niet bekend is" not in spoken(one)
    assert spoken(one).startswith("Binnen 12 maanden stroomde 20,0 % uit naar werk (marge")


def test_exits_put_persons_at_risk_under_the_series_they_belong_to():
    output = exits({"everybody": curve(0.2)}, TILBURG.sections["exits"], ABOUT, horizon=12, risk_at=(0, 12))
    counts = {cell.key: cell.n for cell in output.cells if cell.measure is Measure.COUNT}
    assert counts == {("everybody_at_risk", "0"): 200, ("everybody_at_risk", "12"): 160}
    assert output.words.shown_as == (Shape.CURVE,)


def test_exits_cells_carry_the_events_so_far_for_the_guard():
    output = exits({"everybody": curve(0.2)}, TILBURG.sections["exits"], ABOUT, horizon=12)
    assert [cell.numerator for cell in output.cells if cell.measure is Measure.ESTIMATE] == [0, 40, 40]


def test_exits_begin_at_nought_which_is_no_estimate():
    output = exits({"everybody": curve(0.2)}, TILBURG.sections["exits"], ABOUT, horizon=12)
    first, later, *_ = (cell for cell in output.cells if cell.measure is Measure.ESTIMATE)
    assert (first.column, first.value, first.low, first.high) == ("0", 0.0, None, None)
    assert later.low < later.value < later.high


def test_exits_stop_where_nobody_is_followed_and_say_so():
    output = exits({"everybody": curve(0.2, at=(0, 6, 12, 24))}, TILBURG.sections["exits"], ABOUT, horizon=24)
    assert ("everybody", "24") not in {cell.key for cell in output.cells}
    assert spoken(output).startswith("Er is te kort gevolgd om 24 maanden te overzien.")


def test_exits_that_are_kept_back_have_no_note_on_what_they_count():
    shown, kept = (
        exits({"everybody": curve(0.2, persons)}, TILBURG.sections["exits"], ABOUT, horizon=12) for persons in (200, 8)
    )
    assert "bovengrens" in spoken(shown)
    assert "bovengrens" not in spoken(kept)


@pytest.mark.parametrize("curves", [{}, {"True": FEW, "False": curve(0.1)}])
def test_exits_without_enough_data_are_one_sentence(curves):
    output = exits(curves, TILBURG.sections["exits"], ABOUT, horizon=12)
    assert output.cells == ()
    assert output.words.shown_as == (Shape.WORDS,)
    assert "minstens 2 personen aan de start" in output.words.sentence.text.nl


DIFFERENCE = Estimate(-0.01, -0.038, 0.019, 0.014, 1064, "difference in probability", "x", groups=38, df=36)


def test_exit_difference_is_said_in_percentage_points_with_a_sign():
    output = exit_difference(DIFFERENCE, TILBURG.estimand("exit_12m"), TILBURG.sections["exits"], ABOUT)
    assert spoken(output).startswith(
        "Of de uitstroom naar werk hoger of lager is, is nog niet te zeggen. Binnen 12 maanden is het verschil na "
        "introductie in uitstroom naar werk −1,0 procentpunt (marge −3,8 tot +1,9)."
    )
    assert (output.id, output.words.estimand, output.cells[0].groups) == ("exits_difference", "exit_12m", 38)
    assert output.words.options["sesoi"] == 0.02
    assert output.words.lead == TILBURG.sections["exits"].lead  # what is looked at, as the protocol says it


@pytest.mark.parametrize(
    ("low", "high", "open_"), [(-0.03, -0.01, False), (-0.03, 0.0, True), (0.0, 0.03, True), (0.01, 0.03, False)]
)
def test_exit_difference_that_may_be_none_is_said_first(low, high, open_):
    found = replace(DIFFERENCE, value=(low + high) / 2, low=low, high=high)
    said = spoken(exit_difference(found, TILBURG.estimand("exit_12m"), TILBURG.sections["exits"], ABOUT), "en")
    assert said.startswith("Whether exit to work is higher or lower cannot be said yet.") is open_


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.021, 0.05, "Op zichzelf bekeken is er een verschil dat ertoe doet: meer uitstroom naar werk."),
        (0.001, 0.05, "Op zichzelf bekeken is de uitstroom naar werk hoger, maar het verschil kan te klein zijn"),
        (-0.05, -0.001, "Op zichzelf bekeken is de uitstroom naar werk lager, maar het verschil kan te klein zijn"),
        (-0.05, -0.021, "Op zichzelf bekeken is er een verschil dat ertoe doet: minder uitstroom naar werk."),
        (-0.01, 0.01, "Op zichzelf bekeken is het verschil te klein om van belang te zijn."),
    ],
)
def test_exit_difference_is_read_beside_what_matters_in_both_directions(low, high, verdict):
    found = replace(DIFFERENCE, value=(low + high) / 2, low=low, high=high)
    assert spoken(exit_difference(found, TILBURG.estimand("exit_12m"), TILBURG.sections["exits"], ABOUT)).startswith(verdict)


def test_exit_difference_claims_nothing_that_all_outcomes_together_may_take_back():
    found = replace(DIFFERENCE, value=0.042, low=0.011, high=0.073)
    said = spoken(exit_difference(found, TILBURG.estimand("exit_12m"), TILBURG.sections["exits"], ABOUT), "en")
    assert said.startswith("By itself exit to work is higher")
    assert "what holds when all of them count is said under another question" in said


def test_exit_difference_says_what_its_colours_mean_and_why_the_line_may_differ():
    caption = exit_difference(DIFFERENCE, TILBURG.estimand("exit_12m"), TILBURG.sections["exits"], ABOUT).words.caption.nl
    assert "te klein om van belang te zijn volgens het protocol (kleiner dan 2,0 procentpunt)" in caption
    assert "kan daarvan afwijken" in caption


def test_exit_difference_is_an_effect_only_after_randomisation():
    drawn = replace(ABOUT, assignment=Assignment.RANDOMISED)
    output = exit_difference(DIFFERENCE, TILBURG.estimand("exit_12m"), TILBURG.sections["exits"], drawn)
    assert "effect van de introductie" in spoken(output)
    assert len(output.words.more) == 1  # that it is one of several outcomes, and no word on how coaches were chosen


def test_exit_difference_without_enough_coaches_is_one_sentence():
    few = NotEnoughData("x", "clusters in each group", 3, 5)
    output = exit_difference(few, TILBURG.estimand("exit_12m"), TILBURG.sections["exits"], ABOUT)
    assert output.id == "exits_difference"
    assert "minstens 5 consulenten per groep" in output.words.sentence.text.nl


def months(numerators: list[int], first: int = 0) -> list[MonthShare]:
    return [MonthShare(first + i, k, 200, k / 200 - 0.01, k / 200 + 0.01) for i, k in enumerate(numerators)]


def test_part_time_shows_every_third_month_from_the_start():
    output = part_time(
        {"True": months([16] * 9, first=-2), "False": months([20] * 9, first=-2)}, TILBURG.sections["parttime"], ABOUT
    )
    assert [cell.key for cell in output.cells] == [
        (row, month) for row in ("introduced", "others") for month in ("0", "3", "6")
    ]
    assert {(cell.numerator, cell.n) for cell in output.cells} == {(16, 200), (20, 200)}
    assert spoken(output) == (
        "Met de nieuwe werkwijze: in de startmaand werkte 8 % (marge 7 tot 9) naast de uitkering, en 8 % (marge 7 tot "
        "9) in maand 6. "
        "Zonder de nieuwe werkwijze: in de startmaand werkte 10 % (marge 9 tot 11) naast de uitkering, en 10 % (marge "
        "9 tot 11) in "
        "maand 6. Of de groepen hierin verschillen, is niet berekend. Wie uitstroomde, telt niet meer mee: een laag "
        "aandeel kan ook komen doordat wie werkte, vertrok."
    )


def test_part_time_without_its_intervals_says_the_shares_alone():
    few = replace(months([16])[0], n=60, numerator=16)
    said = spoken(part_time({"everybody": (few,)}, TILBURG.sections["parttime"], ABOUT), "en")
    assert said == "In the first month 27% worked next to the benefit, and 27% in month 0."


def test_part_time_that_may_not_be_shown_says_so_beside_what_is_shown():
    hidden = part_time({"everybody": months([4, 0, 0, 30])}, TILBURG.sections["parttime"], ABOUT)
    assert spoken(hidden) == "Het aandeel in de eerste of de laatste maand wordt niet getoond, om personen te beschermen."


def test_part_time_of_one_group_names_no_group():
    output = part_time({"everybody": months([16, 18, 20, 22])}, TILBURG.sections["parttime"], ABOUT)
    assert (
        spoken(output, "en")
        == "In the first month 8% (interval 7 to 9) worked next to the benefit, and 11% (interval 10 to 12) in month 3."
    )


@pytest.mark.parametrize(
    ("groups", "rows", "names"),
    [
        (["False"], ["everybody"], ["allen"]),
        (["False", "True"], ["introduced", "others"], ["met nieuwe werkwijze", "zonder"]),
        (["True"], ["introduced"], ["met nieuwe werkwijze"]),
    ],
)
def test_part_time_where_nothing_was_introduced_is_of_all(groups, rows, names):
    output = part_time({group: months([16]) for group in groups}, TILBURG.sections["parttime"], ABOUT)
    assert [cell.row for cell in output.cells] == rows
    assert [output.words.labels[row].nl for row in rows] == names


@pytest.mark.parametrize("shares", [{}, {"everybody": ()}, {"everybody": months([10], first=-3)}])
def test_part_time_without_months_is_one_sentence(shares):
    output = part_time(shares, TILBURG.sections["parttime"], ABOUT)
    assert output.cells == ()


PERIODS = Spells(Text("perioden", "periods"), Text("een baan", "a job"), same("Wie een baan vond."), same("Let op."))


def test_exits_of_another_set_are_told_in_its_unit_and_words():
    output = exits({"everybody": curve(0.2)}, TILBURG.sections["exits"], replace(ABOUT, spells=PERIODS), horizon=12)
    assert spoken(output).startswith("Binnen 12 perioden stroomde 20,0 % uit naar een baan (marge")
    assert spoken(output, "en").startswith("Within 12 periods 20.0% left for a job (interval")
    assert [axis.label.nl for axis in output.words.axes.values()] == ["perioden sinds de start", "% uitgestroomd naar een baan"]
    assert output.words.caption.nl == "Wie een baan vond. Band: marge (95 %), alsof personen los van elkaar staan."
    assert "maand" not in output.words.alt.text.nl
    assert output.words.more[-1].text == PERIODS.note


def test_exits_where_nothing_was_introduced_are_those_of_everybody():
    output = exits({"False": curve(0.2)}, TILBURG.sections["exits"], ABOUT, horizon=12)
    assert {cell.row for cell in output.cells} == {"everybody", "everybody_at_risk"}


def test_exits_of_teams_name_the_team():
    curves = {"False": curve(0.1), "True": curve(0.2)}
    output = exits(curves, TILBURG.sections["exits"], replace(ABOUT, unit="team"), horizon=12)
    assert "20,0 % uit naar werk waar het team de nieuwe werkwijze invoerde (marge" in spoken(output)
    assert "20.0% left for work where the team introduced the new way of working (interval" in spoken(output, "en")
    assert "consulent" not in spoken(output)
    chosen = exits(curves, TILBURG.sections["exits"], replace(ABOUT, unit="team", assignment=Assignment.BY_CHOICE), horizon=12)
    assert "De teams kozen zelf of zij de nieuwe werkwijze invoerden." in spoken(chosen)


def test_exit_difference_of_too_short_a_period_is_one_sentence():
    output = exit_difference(DIFFERENCE, TILBURG.estimand("exit_12m"), TILBURG.sections["exits"], replace(ABOUT, followed=11))
    assert output.cells == ()
    assert output.words.sentence.text.en.endswith("that takes at least 12 months from the start.")
