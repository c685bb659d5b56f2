import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.decomposition import Decomposition
from gm_workbench.metrics.equity import Spend
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Measure, Output, Shape
from gm_workbench.outputs.sentences import say
from gm_workbench.outputs.spend import decomposition, spend, spend_parts
from gm_workbench.vocabulary.protocols import Assignment, load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

SECTIONS = load_protocol("tilburg_single_mothers").sections
ABOUT = About(DataKind.SYNTHETIC, Text("caseload", "caseload"), same("2024"), same("BUS"), Assignment.UNKNOWN)
FEW = NotEnoughData("x", "persons in each group", 4, 10)


def euros(value: float, n: int = 100) -> Estimate:
    return Estimate(value, value - 5, value + 5, 2.5, n, "euro per person-month", "x")


def spent(value: float, persons: int = 100, largest: float = 0.02) -> Spend:
    return Spend(euros(value, persons), euros(1500, persons // 2), persons // 2, persons, 12 * persons, largest)


BOTH = {("woman",): spent(61), ("man",): spent(78), ("single", "woman"): spent(60), ("single", "man"): spent(80)}


def shown(output: Output):
    return protect([output], load_policy("cbs-stijl")).outputs[0]


def spoken(output: Output, language: str = "nl") -> str:
    one = shown(output)
    return " ".join(say(sentence, one, language) for sentence in (one.words.sentence, *one.words.more))


def test_spend_says_both_sexes_and_the_difference_and_that_it_describes():
    output = spend(BOTH, {"all": euros(-17, 200), "single": euros(-20, 200)}, SECTIONS["spend"], ABOUT)
    text = spoken(output)
    assert text.startswith(
        "Per maand met bijstand is aan vrouwen gemiddeld € 61 uitgegeven en aan mannen € 78, een verschil van € −17 "
    )
    assert "(marge −22 tot −12)" in text
    assert "Het zegt niet waarom" in text
    assert "does not say why" in spoken(output, "en")
    assert not any(word in text for word in ("effect", "doordat", "omdat", "daardoor"))


def test_spend_cells_know_their_largest_contributor():
    output = spend(BOTH, {}, SECTIONS["spend"], ABOUT)
    assert {cell.largest for cell in output.cells if cell.measure is Measure.MONEY} == {0.02}
    assert [cell.key for cell in output.cells] == [(row, sex) for row in ("all", "single") for sex in ("woman", "man")]


def test_spend_without_a_difference_quotes_none():
    output = spend(BOTH, {"all": FEW}, SECTIONS["spend"], ABOUT)
    assert spoken(output).startswith("Per maand met bijstand is aan vrouwen gemiddeld € 61 uitgegeven en aan mannen € 78. Dit")


def test_spend_hides_few_lone_fathers_and_has_no_difference_that_would_give_them_away():
    fathers = {("lone_parent", "woman"): spent(54, 120), ("lone_parent", "man"): spent(70, 8)}
    output = spend(BOTH | fathers, {"lone_parent": FEW}, SECTIONS["spend"], ABOUT)
    released = shown(output)
    assert released.cell("lone_parent", "man").hidden
    assert released.cell("lone_parent", "difference") is None


def test_spend_carried_by_one_person_is_hidden():
    output = spend(
        BOTH | {("couple", "man"): spent(66, largest=0.9), ("couple", "woman"): spent(47)}, {}, SECTIONS["spend"], ABOUT
    )
    assert shown(output).cell("couple", "man").hidden


@pytest.mark.parametrize("missing", [("woman",), ("man",)])
def test_spend_without_one_of_the_sexes_is_one_sentence(missing):
    output = spend(BOTH | {missing: FEW}, {}, SECTIONS["spend"], ABOUT)
    assert output.words.shown_as == (Shape.WORDS,)


def test_spend_parts_say_how_many_got_anything():
    output = spend_parts(BOTH, SECTIONS["spend"], ABOUT)
    assert output.id == "spend_parts"
    assert output.words.lead == SECTIONS["spend"].lead
    assert "Of de aandelen meer verschillen dan door toeval kan, is bij deze vraag niet berekend." in spoken(output)
    assert spoken(output).startswith(
        "Voor 50 % van de vrouwen (marge 40 tot 60) en 50 % van de mannen (marge 40 tot 60) is in de periode iets uitgegeven."
    )
    assert {(cell.row, cell.measure) for cell in output.cells} == {("any", Measure.SHARE), ("given_any", Measure.MONEY)}


def test_spend_parts_without_one_of_the_sexes_are_one_sentence():
    output = spend_parts({("woman",): spent(61)}, SECTIONS["spend"], ABOUT)
    assert (output.id, output.cells) == ("spend_parts", ())


def test_spend_parts_leave_out_an_amount_that_too_few_got():
    nobody = Spend(euros(0), NotEnoughData("x", "persons with any spend", 0, 2), 0, 100, 1200, 0.0)
    output = spend_parts(BOTH | {("woman",): nobody}, SECTIONS["spend"], ABOUT)
    assert ("given_any", "woman") not in {cell.key for cell in output.cells}


SPLIT = Decomposition(euros(-16), euros(-1), euros(-15), ())


def test_decomposition_says_what_goes_with_the_composition():
    output = decomposition({"household": SPLIT, "type": SPLIT}, SECTIONS["decomposition"], ABOUT)
    text = spoken(output)
    assert text.startswith(
        "Van het verschil van € −16,0 per persoon per maand gaat € −1,0 (marge −6,0 tot +4,0) samen met leefvorm; € −15,0 "
        "(marge −20,0 tot −10,0) blijft over bij gelijke leefvorm."
    )
    assert [cell.row for cell in output.cells] == [
        "gap",
        "household_composition",
        "household_rates",
        "type_composition",
        "type_rates",
    ]
    assert output.words.labels["type_rates"].nl == "soort voorziening: bedragen"


def test_decomposition_gives_the_whole_difference_the_interval_that_the_report_gives_it():
    drawn_before = Estimate(-16.0, -23.4, 0.4, 5.0, 100, "euro per person-month", "x")
    output = decomposition({"household": SPLIT}, SECTIONS["decomposition"], ABOUT, whole=drawn_before)
    assert next((cell.low, cell.high) for cell in output.cells if cell.row == "gap") == (-23.4, 0.4)
    assert "Of het hele verschil meer is dan toeval, is niet te zeggen." in spoken(output)


def test_decomposition_of_a_difference_that_is_sure_does_not_doubt_it():
    assert "toeval" not in spoken(decomposition({"household": SPLIT}, SECTIONS["decomposition"], ABOUT))


def test_decomposition_leaves_out_what_could_not_be_split():
    output = decomposition({"household": FEW, "type": SPLIT}, SECTIONS["decomposition"], ABOUT)
    assert [cell.row for cell in output.cells] == ["gap", "type_composition", "type_rates"]


ONE_PART = Decomposition(euros(-16), NotEnoughData("x", "different outcomes", 1, 2), euros(-16), ())
NOTHING_VARIES = Decomposition(*[NotEnoughData("x", "different outcomes", 1, 2)] * 3, ())


def test_decomposition_shows_the_part_that_can_be_told_and_says_that_one_is_missing():
    output = decomposition({"household": ONE_PART, "type": SPLIT}, SECTIONS["decomposition"], ABOUT)
    assert [cell.row for cell in output.cells] == ["gap", "household_rates", "type_composition", "type_rates"]
    assert "household_composition" not in output.words.labels
    assert "samen met soort voorziening" in spoken(output)
    assert "Niet elk deel van het verschil is te geven: daarvoor verschillen de gegevens te weinig van elkaar." in spoken(
        output
    )


def test_decomposition_without_any_whole_split_says_the_difference():
    output = decomposition({"household": ONE_PART}, SECTIONS["decomposition"], ABOUT)
    assert spoken(output, "en").startswith("The difference is € −16.0 per person per month (interval −21.0 to −11.0).")
    assert "Not every part of the difference can be told" in spoken(output, "en")


@pytest.mark.parametrize("results", [{}, {"household": FEW}, {"household": NOTHING_VARIES}])
def test_decomposition_of_nothing_is_one_sentence(results):
    assert decomposition(results, SECTIONS["decomposition"], ABOUT).cells == ()


@pytest.mark.parametrize(("value", "open_"), [(-6, False), (-5, True), (0, True), (5, True), (6, False)])
def test_difference_in_spend_that_may_be_chance_is_said_so(value, open_):
    said = spoken(spend(BOTH, {"all": euros(value)}, SECTIONS["spend"], ABOUT), "en")
    assert ("Whether that difference is more than chance cannot be said." in said) is open_
