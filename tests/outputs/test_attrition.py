from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.attrition import AttritionWeights, Lost
from gm_workbench.metrics.attrition_difference import WeightedDifference
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.imputed_comparison import ImputedDifference
from gm_workbench.metrics.overlap import Balance
from gm_workbench.metrics.rubin import Pooled
from gm_workbench.metrics.tipping import TippingPoint
from gm_workbench.outputs.about import About
from gm_workbench.outputs.after_loss import answer_after_loss
from gm_workbench.outputs.attrition import who_left
from gm_workbench.outputs.output import NUMBER_HIDDEN, Measure, Output, Shape
from gm_workbench.vocabulary.protocols import Assignment, Section, load_protocol
from gm_workbench.vocabulary.text import Text

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

PRIMARY = load_protocol("tilburg_single_mothers").primary
NAMES = {
    "ECR_T0": Text("de veerkracht aan de start", "resilience at the start"),
    "age": Text("de leeftijd", "age"),
}
FEW = NotEnoughData("weights", "persons with, and persons without, the later measurement", 4, 10)
THIN = NotEnoughData("imputed", "percent of the information", 38, 50)
COACHES = NotEnoughData("ANCOVA", "coaches in each group", 4, 5)


@pytest.fixture
def lost(estimate: Maker) -> Callable[..., Lost]:
    def maker(stayed: int = 620, *, by_group: bool = True, sure: bool = True) -> Lost:
        apart = tuple(Balance(name, value, value, 1.0, 1.0) for name, value in (("ECR_T0", -0.31), ("age", 0.12)))
        odds = {"ECR_T0": estimate(-0.02, -0.03, -0.01 if sure else 0.01), "age": estimate(0.01, -0.02, 0.04)}
        return Lost(900, stayed, apart, odds, {"False": (330, 450), "True": (stayed - 330, 450)} if by_group else {})

    return maker


@pytest.fixture
def shown(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def maker(told: About = about, **other: object) -> Output:
        complete = estimate(2.9, 0.4, 5.4, n=620)
        weights = AttritionWeights(pd.Series([1.0]), 900, 620, 0, 590.0, 1.0, 2.4, 0)
        contrast = Contrast(complete, complete, 300, 320, 19, 19)
        pooled = Pooled(estimate(2.6, 0.2, 5.0, n=900), 1.0, 0.4, 0.4, 0.3, 0.32, 20)
        given: dict[str, object] = {
            "complete": contrast,
            "weighted": WeightedDifference(estimate(2.7, 0.1, 5.3, n=620), contrast, weights),
            "imputed": ImputedDifference(pooled, contrast, 900, 280),
            "tipping": None,
            **other,
        }
        tipping = given.pop("tipping")
        return answer_after_loss(*given.values(), PRIMARY, section, told, tipping=tipping)  # type: ignore[arg-type]

    return maker


def told(output: Output, read: Reader, language: str = "nl", **more: object) -> list[str]:
    return [read(output, language, sentence=one, **more) for one in (output.words.sentence, *output.words.more)]


def test_who_left_says_how_many_stayed_in_each_group_and_what_is_furthest_apart(
    lost: Callable[..., Lost], section: Section, about: About, read: Reader
) -> None:
    output = who_left(lost(), section, about, names=NAMES)
    assert told(output, read) == [
        "Van 64 % is er een latere meting waar de consulent de nieuwe werkwijze invoerde, en van 73 % waar dat niet zo was.",
        (
            "Wie bleef en wie uitviel, verschillen het meest in de veerkracht aan de start: bij wie bleef 0,31 "
            "standaarddeviaties lager."
        ),
        "Uitval hangt samen met de veerkracht aan de start, bij verder gelijke kenmerken.",
        "Ook wie aan de start op elkaar leken, kunnen later uiteenlopen. Dat is met deze gegevens niet na te gaan.",
    ]
    assert told(output, read, "en")[:3] == [
        (
            "Of 64% there is a later measurement where the coach introduced the new way of working, and of 73% where that was "
            "not so."
        ),
        (
            "Those who stayed and those who were lost differ most in resilience at the start: 0.31 standard deviations "
            "lower for those who stayed."
        ),
        "Being lost goes with resilience at the start, other characteristics being equal.",
    ]
    assert [(cell.row, cell.column, cell.measure) for cell in output.cells] == [
        ("introduced", "stayed", Measure.SHARE),
        ("others", "stayed", Measure.SHARE),
        ("ECR_T0", "apart", Measure.ESTIMATE),
        ("age", "apart", Measure.ESTIMATE),
    ]
    assert output.id == "attrition_who"


def test_who_left_without_groups_or_anything_sure(
    lost: Callable[..., Lost], section: Section, about: About, read: Reader
) -> None:
    said = told(who_left(lost(by_group=False, sure=False), section, about, names=NAMES), read)
    assert said[0] == "Van 69 % is er een latere meting."
    assert said[2] == "Van geen van deze kenmerken is te zeggen of uitval ermee samenhangt."


@pytest.mark.parametrize(("stayed", "seen"), [(891, False), (890, True)])
def test_guard_hides_differences_with_a_few_who_were_lost(
    stayed: int, seen: bool, lost: Callable[..., Lost], section: Section, about: About
) -> None:
    output = protect([who_left(lost(stayed, by_group=False), section, about, names=NAMES)], load_policy("cbs-stijl")).outputs[0]
    assert [isinstance(cell.value, float) for cell in output.cells] == [seen] * 3


def test_who_left_with_too_few_is_one_sentence(section: Section, about: About, read: Reader) -> None:
    output = who_left(FEW, section, about, names=NAMES)
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert "minstens 10 personen met en evenveel zonder een latere meting" in read(output)


def test_answer_is_shown_three_ways_and_labelled_as_sensitivity(shown: Callable[..., Output], read: Reader) -> None:
    output = shown()
    assert told(output, read)[:2] == [
        (
            "Gevoeligheidsanalyse. Met alleen wie beide metingen heeft is het verschil +2,9 punten (marge +0,4 tot +5,4); "
            "gewogen voor wie uitviel +2,7 (marge +0,1 tot +5,3); met ingevulde metingen +2,6 (marge +0,2 tot +5,0)."
        ),
        "Op elk van deze manieren is de conclusie dezelfde.",
    ]
    assert told(output, read, "en")[0] == (
        "Sensitivity analysis. With only those who have both measurements the difference is +2.9 points (interval +0.4 to "
        "+5.4); weighted for those who were lost +2.7 (interval +0.1 to +5.3); with missing measurements filled in +2.6 "
        "(interval +0.2 to +5.0)."
    )
    assert told(output, read)[-1].endswith("Het antwoord van dit rapport blijft dat bovenaan.")
    assert "gevoeligheidsanalyse" in output.words.caption.nl.lower()
    assert [(cell.row, cell.n) for cell in output.cells] == [("complete", 620), ("weighted", 620), ("imputed", 900)]
    assert output.words.shown_as == (Shape.DOTS,)
    assert output.words.estimand == ""  # what is pooled over municipalities is the answer, not this


def test_another_reading_is_said(shown: Callable[..., Output], estimate: Maker, read: Reader) -> None:
    contrast = Contrast(estimate(2.9, 0.4, 5.4), estimate(2.9, 0.4, 5.4), 300, 320, 19, 19)
    pooled = Pooled(estimate(2.2, -0.1, 4.5, n=900), 1.0, 0.4, 0.4, 0.3, 0.32, 20)
    said = told(shown(imputed=ImputedDifference(pooled, contrast, 900, 280)), read)
    assert said[1] == "De conclusie hangt ervan af hoe wie uitviel wordt meegeteld."


@pytest.mark.parametrize(
    ("down", "up", "nl", "en"),
    [
        (-8.0, None, "Als wie bij de nieuwe werkwijze uitviel 8 punten lager scoorde dan verwacht", "8 points lower than"),
        (-8.0, 4.5, "8 punten lager of 4,5 punten hoger scoorde dan verwacht", "8 points lower or 4.5 points higher than"),
        (
            None,
            None,
            "nul ligt buiten de marge. Dat blijft zo als wie bij de nieuwe werkwijze uitviel −20 tot 20 punten anders scoorde",
            "zero lies outside the interval. That stays so if those lost with the new way of working had scored −20 to",
        ),
    ],
)
def test_tipping_point_is_said_in_words(
    down: float | None, up: float | None, nl: str, en: str, shown: Callable[..., Output], estimate: Maker, read: Reader
) -> None:
    ends = tuple((shift, estimate(1.0, 0.5, 1.5)) for shift in (-20.0, 0.0, 20.0))
    output = shown(tipping=TippingPoint(ends, down, up))
    assert nl in told(output, read)[2]
    assert en in told(output, read, "en")[2]
    assert told(output, read, hidden=("imputed",))[2] == ""  # nor is it said where the difference may not be


@pytest.mark.parametrize(("low", "nl", "en"), [(0.2, "buiten", "outside"), (-0.2, "binnen", "within")])
def test_tipping_point_says_where_zero_lies_now(
    low: float, nl: str, en: str, shown: Callable[..., Output], estimate: Maker, read: Reader
) -> None:
    contrast = Contrast(estimate(2.9, 0.4, 5.4), estimate(2.9, 0.4, 5.4), 300, 320, 19, 19)
    pooled = Pooled(estimate(2.6, low, 5.0, n=900), 1.0, 0.4, 0.4, 0.3, 0.32, 20)
    tipping = TippingPoint(((0.0, pooled.estimate),), -8.0, None)
    output = shown(imputed=ImputedDifference(pooled, contrast, 900, 280), tipping=tipping)
    assert f"en nul ligt {nl} de marge. Als" in told(output, read)[2]
    assert f"and zero lies {en} the interval. If" in told(output, read, "en")[2]


def test_tipping_point_of_a_share_is_in_percentage_points(shown: Callable[..., Output], estimate: Maker, read: Reader) -> None:
    part = estimate(0.02, 0.01, 0.03, "probability")
    pooled = Pooled(part, 1.0, 0.4, 0.4, 0.3, 0.32, 20)
    contrast = Contrast(part, part, 300, 320, 19, 19)
    tipping = TippingPoint(((-0.1, part), (0.0, part)), -0.1, None)
    output = shown(complete=contrast, weighted=FEW, imputed=ImputedDifference(pooled, contrast, 900, 280), tipping=tipping)
    assert "10 procentpunt lager scoorde dan verwacht" in " ".join(told(output, read))


def test_ways_that_fall_short_are_said_and_not_drawn(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(weighted=FEW, imputed=THIN, tipping=COACHES)
    assert [cell.row for cell in output.cells] == ["complete"]
    said = told(output, read)
    assert said[1].startswith(
        "Gewogen voor wie uitviel: Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 10 personen"
    )
    assert said[2].endswith("minstens 50 procent van de informatie uit de metingen zelf nodig.")
    assert not any("conclusie" in one for one in said)
    assert "38" not in " ".join(said)


def test_without_complete_cases_it_is_one_sentence(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(complete=COACHES)
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert "minstens 5 consulenten per groep" in read(output)


def test_who_left_names_what_is_furthest_apart_of_what_is_shown(
    lost: Callable[..., Lost], section: Section, about: About, read: Reader
) -> None:
    output = who_left(lost(), section, about, names=NAMES)
    assert told(output, read, hidden=("ECR_T0",))[1] == (
        "Van de kenmerken met een getal verschillen wie bleef en wie uitviel het meest in de leeftijd: bij wie bleef 0,12 "
        "standaarddeviaties hoger."
    )
    assert told(output, read, hidden=("ECR_T0", "age"))[1] == ""


def test_hidden_difference_is_not_said(shown: Callable[..., Output], read: Reader) -> None:
    assert told(shown(), read, hidden=("weighted",))[0] == NUMBER_HIDDEN.nl


@pytest.mark.parametrize("assignment", list(Assignment))
def test_loss_is_never_called_an_effect(
    assignment: Assignment, shown: Callable[..., Output], about: About, read: Reader
) -> None:
    output = shown(told=replace(about, assignment=assignment))
    said = " ".join(
        (*told(output, read), *told(output, read, "en"), output.words.label("difference").en, output.words.caption.nl)
    )
    assert "effect" not in said


def test_guard_releases_all_three_ways(shown: Callable[..., Output]) -> None:
    output = protect([shown()], load_policy("cbs-stijl")).outputs[0]
    assert output.withheld is None
    assert all(isinstance(cell.value, float) for cell in output.cells)
