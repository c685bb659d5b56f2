from dataclasses import replace
from types import MappingProxyType

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.oaxaca import Oaxaca, Share
from gm_workbench.metrics.two_part import TwoPart
from gm_workbench.outputs.equal_spend import equal_spend, spend_detail
from gm_workbench.outputs.output import Measure, Output, Shape
from gm_workbench.outputs.sentences import say

FEW = NotEnoughData("x", "persons with any spend", 19, 20)
CAUSES = ("effect", "doordat", "omdat", "daardoor", "because", "discrimin", "oorzaak van")


def euros(value: float, n: int = 400, half: float = 5) -> Estimate:
    return Estimate(value, value - half, value + half, half / 2, n, "euro per person-month", "x", residual_df=n - 6)


def found(gap: float, n: int = 400) -> TwoPart:
    chance = Estimate(0.031, 0.011, 0.051, 0.01, n, "difference in probability", "x", residual_df=n - 6)
    parts = (euros(gap, n), chance, euros(-40, n, 12), euros(61, n), euros(78, n))
    return TwoPart(*parts, -20.0, MappingProxyType({}), MappingProxyType({}), n)


def split(n: int = 400) -> Oaxaca:
    share = Share(euros(-1, n, 3), euros(-2, n), euros(-1, n), euros(-2, n), euros(0, n))
    detail = MappingProxyType({"constant": share, "household": share, "age_band": share})
    totals = (euros(-16, n), euros(-2, n), euros(-14, n), euros(-2, n), euros(-13, n), euros(-1, n))
    return Oaxaca(*totals, detail, detail, "pooled")


def spoken(output: Output, language: str = "nl") -> str:
    one = protect([output], load_policy("cbs-stijl")).outputs[0]
    return " ".join(say(sentence, one, language) for sentence in (one.words.sentence, *one.words.more))


def test_equal_spend_says_the_difference_its_parts_and_what_it_is_not(section, about):
    output = equal_spend(found(-17), ["household", "age_band"], section, about)
    text = spoken(output)
    assert text.startswith(
        "Bij gelijke leefvorm en leeftijd is het verschil naar schatting € −17,0 per maand met bijstand, vrouwen min mannen "
        "(marge −22,0 tot −12,0). Het deel van de maanden waarin iets is uitgegeven, verschilt dan +3,1 procentpunt "
        "(marge +1,1 tot +5,1). In een maand waarin iets is uitgegeven, verschilt het bedrag dan € −40,0 "
        "(marge −52,0 tot −28,0)."
    )
    assert "Alleen leefvorm en leeftijd zijn gelijk gemaakt." in text
    assert "zegt dus niet waarom, en ook niet of iemand te weinig kreeg" in text
    assert "at equal household and age" in spoken(output, "en").lower()
    assert not any(word in (text + spoken(output, "en")).lower() for word in CAUSES)


@pytest.mark.parametrize(("gap", "open_"), [(-6, False), (-4, True), (0, True), (4, True), (6, False)])
def test_equal_spend_says_when_neither_way_can_be_told(section, about, gap, open_):
    output = equal_spend(found(gap), ["household"], section, about)
    assert ("meer of minder wordt uitgegeven, is daarmee niet te zeggen" in spoken(output)) is open_
    assert ("cannot be said from this" in spoken(output, "en")) is open_


@pytest.mark.parametrize(("half", "open_"), [(39, False), (41, True)])
def test_a_part_of_the_difference_that_may_be_none_is_said_so(section, about, half, open_):
    output = equal_spend(replace(found(-17), given_any=euros(-40, 400, half)), ["household"], section, about)
    assert ("Of dat meer of minder is, is niet te zeggen." in spoken(output)) is open_
    assert ("Whether that is more or less cannot be said." in spoken(output, "en")) is open_


@pytest.mark.parametrize("gap", [-17.0, 17.0])
def test_equal_spend_says_both_directions_in_the_same_words(section, about, gap):
    text = spoken(equal_spend(found(gap), ["household"], section, about))
    assert text.startswith(f"Bij gelijke leefvorm is het verschil naar schatting € {'+' if gap > 0 else '−'}17,0 per maand")


def test_equal_spend_shows_both_levels_and_both_parts(section, about):
    output = equal_spend(found(-17), ["household"], section, about)
    assert [cell.row for cell in output.cells] == ["woman", "man", "per_month", "any", "given_any"]
    assert [cell.column for cell in output.cells] == ["level"] * 2 + ["difference"] * 3  # a level has no sign
    assert {cell.measure for cell in output.cells} == {Measure.ESTIMATE}
    assert all(cell.low is not None and cell.n == 400 and cell.df == 394 for cell in output.cells)
    assert output.words.shown_as == (Shape.TABLE,)


def test_equal_spend_of_few_persons_is_hidden(section, about):
    output = equal_spend(found(-17, n=9), ["household"], section, about)
    assert all(cell.hidden for cell in protect([output], load_policy("cbs-stijl")).outputs[0].cells)
    assert "17" not in spoken(output)


def test_an_end_near_zero_keeps_the_digits_that_tell(section, about):
    near = found(-5.04)
    assert "(marge −10,04 tot −0,04)" in spoken(equal_spend(near, ["household"], section, about))


@pytest.mark.parametrize("build", [lambda s, a: equal_spend(FEW, ["household"], s, a), lambda s, a: spend_detail(FEW, s, a)])
def test_too_few_persons_with_spend_is_one_sentence(section, about, build):
    output = build(section, about)
    assert output.words.shown_as == (Shape.WORDS,)
    assert spoken(output) == "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 20 personen met uitgaven nodig."


def test_detail_says_what_goes_with_the_characteristics_and_what_does_not(section, about):
    output = spend_detail(split(), section, about)
    text = spoken(output)
    assert text.startswith(
        "Van het verschil van € −16,0 per maand met bijstand gaat € −2,0 (marge −7,0 tot +3,0) samen met leefvorm en leeftijd; "
        "€ −14,0 (marge −19,0 tot −9,0) gaat daar niet mee samen."
    )
    assert "is geen maat voor ongelijke behandeling" in text
    assert "is not a measure of unequal treatment" in spoken(output, "en")
    assert not any(word in (text + spoken(output, "en")).lower() for word in CAUSES)


def test_detail_gives_the_whole_difference_the_interval_that_the_report_gives_it(section, about):
    cells = spend_detail(split(), section, about, whole=euros(-16, half=7)).cells
    assert next((cell.low, cell.high) for cell in cells if cell.row == "gap") == (-23, -9)


def test_detail_shows_each_characteristic_and_not_the_constant(section, about):
    output = spend_detail(split(), section, about)
    assert [cell.row for cell in output.cells] == ["gap", "by_household", "by_age_band", "explained", "unexplained"]
    assert output.words.labels["by_household"].nl == "gaat samen met leefvorm"
    assert output.words.shown_as == (Shape.DOTS,)


def test_detail_of_few_persons_is_hidden(section, about):
    output = spend_detail(split(n=9), section, about)
    assert all(cell.hidden for cell in protect([output], load_policy("cbs-stijl")).outputs[0].cells)
