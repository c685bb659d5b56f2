from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.hazards import Hazards, SideBySide
from gm_workbench.outputs.about import About
from gm_workbench.outputs.leaving import months, rates
from gm_workbench.outputs.output import Output, Shape
from gm_workbench.vocabulary.protocols import Assignment, Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

NOBODY = NotEnoughData("difference", "exits before the horizon", 0, 5)
FEW = NotEnoughData("difference", "clusters in each group", 4, 5)


def all_said(output: Output, read: Reader, language: str = "nl") -> list[str]:
    return [read(output, language, sentence=one) for one in (output.words.sentence, *output.words.more)]


@pytest.fixture
def shown_months(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def maker(stay: tuple[float, float, float] = (-0.4, -0.7, -0.1), told: About = about, **other: NotEnoughData) -> Output:
        ends = {"stay": stay, "work": (0.3, 0.1, 0.5), "other": (0.1, -0.1, 0.3)}
        found = {row: estimate(*three, "months") for row, three in ends.items()} | other
        return months(found, section, replace(told, unit="team"), horizon=12)

    return maker


@pytest.mark.parametrize(
    ("stay", "nl", "en"),
    [
        ((-0.4, -0.7, -0.1), "gemiddeld 0,4 maanden korter", "0.4 months shorter on average"),
        ((0.4, 0.1, 0.7), "gemiddeld 0,4 maanden langer", "0.4 months longer on average"),
    ],
)
def test_months_are_said_shorter_or_longer(
    stay: tuple[float, float, float], nl: str, en: str, shown_months: Callable[..., Output], read: Reader
) -> None:
    output = shown_months(stay)
    assert nl in read(output)
    assert en in read(output, "en")
    assert "past bij deze gegevens" not in read(output)


def test_months_whose_interval_holds_zero_say_that_no_difference_fits_too(
    shown_months: Callable[..., Output], read: Reader
) -> None:
    assert read(shown_months((-0.1, -0.3, 0.1))) == (
        "Van de eerste 12 maanden zaten mensen waar het team de nieuwe werkwijze invoerde gemiddeld 0,1 maanden korter in de "
        "bijstand dan de anderen. De marge loopt van −0,3 tot +0,1 maanden: ook geen verschil past bij deze gegevens."
    )


@pytest.mark.parametrize("value", [-0.04, 0.0, 0.04])
def test_months_that_print_as_zero_are_neither_shorter_nor_longer(
    value: float, shown_months: Callable[..., Output], read: Reader
) -> None:
    output = shown_months((value, -0.1, 0.2))
    assert read(output) == (
        "Of mensen waar het team de nieuwe werkwijze invoerde van de eerste 12 maanden korter of langer in de bijstand "
        "zaten dan "
        "de anderen, is niet te zeggen: het verschil is gemiddeld 0,0 maanden (marge −0,1 tot +0,2)."
    )
    assert "cannot be said: the difference is 0.0 months on average (interval −0.1 to +0.2)" in read(output, "en")


def test_months_say_where_they_went_and_what_they_are_not(shown_months: Callable[..., Output], read: Reader) -> None:
    output = shown_months()
    said = all_said(output, read)
    assert said[1].startswith(
        "Gemiddeld over iedereen is het verschil in maanden weg uit de bijstand +0,3 door uitstroom naar werk (marge +0,1 tot "
    )
    assert said[2].startswith("Dit is zonder correctie voor verschillen aan de start.")
    assert output.words.shown_as == (Shape.DOTS,)
    assert [cell.unit for cell in output.cells] == ["months"] * 3


@pytest.mark.parametrize(
    ("short", "why"), [(NOBODY, "geen teams die het hele jaar anders werkten"), (FEW, "minstens 5 teams per groep")]
)
def test_months_without_enough_data_are_one_sentence(
    short: NotEnoughData, why: str, shown_months: Callable[..., Output], read: Reader
) -> None:
    output = shown_months(stay=(-0.4, -0.7, -0.1), work=short)
    assert output.words.shown_as == (Shape.WORDS,)
    assert why in read(output)


def test_months_beyond_the_period_are_not_said(shown_months: Callable[..., Output], about: About, read: Reader) -> None:
    assert "minstens 12 maanden" in read(shown_months(told=replace(about, followed=11)))
    assert shown_months(told=replace(about, followed=12)).cells


@pytest.fixture
def shown_rates(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def fit(value: float, low: float, high: float) -> Hazards:
        return Hazards(MappingProxyType({"introduced": estimate(value, low, high, "log hazard ratio")}), "?", 300)

    def maker(work: tuple[float, float, float] = (0.2, 0.05, 0.35), told: About = about, **other: NotEnoughData) -> Output:
        rate = {1: other.get("work_rate", fit(*work)), 2: fit(0.0, -0.1, 0.1)}
        share = {1: other.get("work_share", fit(0.18, 0.02, 0.34)), 2: fit(-0.02, -0.1, 0.06)}
        return rates(SideBySide(rate, share), "introduced", section, replace(told, unit="team"))

    return maker


def test_rates_are_said_as_a_ratio_beside_one(shown_rates: Callable[..., Output], read: Reader) -> None:
    assert read(shown_rates()) == (
        "Onder wie nog in de bijstand zat, was het tempo van uitstroom naar werk waar het team de nieuwe werkwijze invoerde "
        "1,22 "
        "keer zo hoog (marge 1,05 tot 1,42; 1 is geen verschil, dus dit is sneller)."
    )
    assert read(shown_rates((-0.5, -0.7, -0.3))).endswith("1 is geen verschil, dus dit is langzamer).")
    said = read(shown_rates((0.02, -0.1, 0.14)), "en")
    assert "1.02 times as high where the team introduced the new way of working" in said
    assert said.endswith("(interval 0.90 to 1.15; 1 is no difference and lies within it).")


def test_rates_and_shares_stand_side_by_side_with_what_each_answers(shown_rates: Callable[..., Output], read: Reader) -> None:
    output = shown_rates()
    assert [cell.key for cell in output.cells] == [
        ("work", "rate"), ("work", "share"), ("other", "rate"), ("other", "share"),
    ]  # fmt: skip
    assert "en niet hoeveel" in all_said(output, read)[1]
    assert all_said(output, read)[2].startswith("Dit is een gevoeligheidsanalyse")
    assert {cell.unit for cell in output.cells} == {""}


def test_a_ratio_just_above_one_does_not_print_as_one(shown_rates: Callable[..., Output], read: Reader) -> None:
    assert "marge 1,002 tot" in read(shown_rates((0.1, 0.002, 0.2)))


def test_a_share_that_cannot_be_told_leaves_the_rates(shown_rates: Callable[..., Output]) -> None:
    short = NotEnoughData("Fine-Gray", "exits for the reason", 9, 10)
    assert [cell.key for cell in shown_rates(work_share=short).cells] == [
        ("work", "rate"),
        ("other", "rate"),
        ("other", "share"),
    ]


def test_rates_without_enough_exits_or_without_others_are_one_sentence(
    shown_rates: Callable[..., Output], section: Section, about: About, read: Reader
) -> None:
    short = NotEnoughData("Cox", "exits for the reason", 9, 10)
    assert read(shown_rates(work_rate=short)).endswith("daarvoor zijn minstens 10 keer uitstroom om die reden nodig.")
    assert "geen teams die het hele jaar anders werkten" in read(rates(None, "introduced", section, about))


@pytest.mark.parametrize("assignment", list(Assignment))
def test_rates_and_months_say_effect_only_after_a_lot(
    assignment: Assignment,
    shown_months: Callable[..., Output],
    shown_rates: Callable[..., Output],
    about: About,
    read: Reader,
) -> None:
    told = replace(about, assignment=assignment)
    for output in (shown_months((-0.1, -0.3, 0.1), told=told), shown_rates(told=told)):
        said = " ".join([*all_said(output, read), *all_said(output, read, "en")])
        assert ("effect" in said) is (assignment is Assignment.RANDOMISED and "months" in output.cells[0].unit)


def test_the_guard_releases_months_and_rates(shown_months: Callable[..., Output], shown_rates: Callable[..., Output]) -> None:
    made = (
        protect([shown_months()], load_policy("cbs-stijl")).outputs + protect([shown_rates()], load_policy("cbs-stijl")).outputs
    )
    assert all(not cell.hidden for output in made for cell in output.cells)
