from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.exits import Curve
from gm_workbench.metrics.monthly_hazards import MonthlyHazards
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Output, Shape
from gm_workbench.outputs.sentences import say
from gm_workbench.outputs.stays import durations, monthly
from gm_workbench.vocabulary.protocols import Assignment, Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]


@pytest.fixture
def shown(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def maker(*changing: str, told: About = about) -> Output:
        ends = {"introduced": (0.1, -0.1, 0.3), "works": (0.5, 0.2, 0.8), "year_1": (0.0, -0.1, 0.1)}
        log = {name: estimate(*ends[name], "log hazard ratio") for name in changing}
        chances = {
            first: estimate(c, c - 0.002, c + 0.002, "probability") for first, c in ((1, 0.023), (13, 0.015), (61, 0.004))
        }
        found = MonthlyHazards(MappingProxyType(log), MappingProxyType(chances), 400, 9000, "hazard ratio")
        return monthly(found, section, replace(told, unit="team"))

    return maker


def test_the_chance_in_a_month_is_said_by_duration(shown: Callable[..., Output], read: Reader) -> None:
    output = shown("introduced", "works", "year_1")
    assert read(output) == (
        "In de eerste 12 maanden in de bijstand ging per maand 2,3 % naar werk (marge 2,1 tot 2,5 %); vanaf maand 61 was dat "
        "0,4 % "
        "(marge 0,2 tot 0,6 %)."
    )
    assert read(output, "en").startswith("In the first 12 months on benefit 2.3% a month left for work (interval 2.1 to 2.5%)")
    assert output.words.label("from_13").nl == "maand 13 tot en met 60"
    assert output.words.label("from_61").en == "from month 61 on"


def test_what_changes_from_month_to_month_is_said_as_a_ratio(shown: Callable[..., Output], read: Reader) -> None:
    output = shown("introduced", "works", "year_1")
    assert read(output, sentence=output.words.more[0]) == (
        "In maanden met de nieuwe werkwijze was de kans om naar werk uit te stromen 1,11 keer zo groot als in maanden zonder "
        "(marge 0,90 tot 1,35; 1 is geen verschil en ligt daarbinnen). Na een maand met werk naast de uitkering was die kans "
        "1,65 keer zo groot als na een maand zonder (marge 1,22 tot 2,23)."
    )
    assert [cell.row for cell in output.cells] == ["introduced", "works", "from_1", "from_13", "from_61"]
    assert read(output, sentence=output.words.more[1]).startswith("Bij gelijke duur in de bijstand en gelijk jaar.")


@pytest.mark.parametrize(("changing", "rows"), [(("works",), ["works"]), ((), [])])
def test_what_does_not_differ_is_not_compared(
    changing: tuple[str, ...], rows: list[str], shown: Callable[..., Output], read: Reader
) -> None:
    output = shown(*changing)
    assert [cell.row for cell in output.cells if cell.column == "ratio"] == rows
    assert ("niets wat te vergelijken is" in read(output, sentence=output.words.more[0])) is not rows


def test_too_few_exits_in_a_band_are_said_so(section: Section, about: About, read: Reader) -> None:
    output = monthly(NotEnoughData("monthly", "exits in each band of months", 4, 5), section, about)
    assert read(output).endswith("daarvoor zijn minstens 5 keer uitstroom in elke groep maanden nodig.")


CURVE = Curve(
    times=(0, 12, 24),
    value=(0.0, 0.2, 0.28),
    low=(0.0, 0.17, 0.25),
    high=(0.0, 0.23, 0.31),
    se=(0.0, 0.015, 0.015),
    at_risk=(0, 760, 1110),
    events=(0, 80, 160),
    n=5800,
    method="Aalen-Johansen",
    groups=17,
)


def test_the_share_by_duration_is_said_at_one_month(section: Section, about: About, read: Reader) -> None:
    output = durations(CURVE, section, about, horizon=24, risk_at=(12, 24))
    assert (
        read(output) == "Van wie in de bijstand komt, is na 24 maanden 28,0 % uitgestroomd naar werk (marge 25,0 tot 31,0 %)."
    )
    assert read(output, "en", sentence=output.words.more[0]).startswith(
        "Those who were on benefit for longer when counting began"
    )
    assert output.words.shown_as == (Shape.CURVE,)
    assert [cell.key for cell in output.cells] == [
        ("everybody", "0"),
        ("everybody", "12"), ("everybody", "24"), ("everybody_at_risk", "12"), ("everybody_at_risk", "24"),
    ]  # fmt: skip


def test_a_curve_whose_first_steps_are_of_a_few_is_still_drawn(section: Section, about: About) -> None:
    few = replace(CURVE, events=(0, 9, 160))
    output = protect([durations(few, section, about, horizon=24, risk_at=(12, 24))], load_policy("cbs-stijl")).outputs[0]
    values = {cell.column: cell.value for cell in output.cells if cell.row == "everybody"}
    assert values == {"0": 0.0, "12": 0.0, "24": 0.28}
    assert [cell.low for cell in output.cells if cell.column == "0"] == [None]


def test_too_few_at_risk_by_duration_are_said_so(section: Section, about: About, read: Reader) -> None:
    short = NotEnoughData("late", "persons at risk at every exit that counts", 6, 10)
    output = durations(short, section, about, horizon=24, risk_at=(12, 24))
    assert read(output, "en").endswith("that takes at least 10 persons on benefit at every moment of exit.")


@pytest.mark.parametrize("assignment", list(Assignment))
def test_stays_never_say_effect(assignment: Assignment, shown: Callable[..., Output], about: About, read: Reader) -> None:
    output = shown("introduced", "works", told=replace(about, assignment=assignment))
    texts = [output.words.sentence, *output.words.more]
    assert "effect" not in " ".join(read(output, language, sentence=one) for one in texts for language in ("nl", "en"))


def test_the_guard_releases_stays(shown: Callable[..., Output], section: Section, about: About) -> None:
    output = protect([shown("works")], load_policy("cbs-stijl")).outputs[0]
    assert "2,3 %" in say(output.words.sentence, output, "nl")
    curve = protect([durations(CURVE, section, about, horizon=24, risk_at=(12, 24))], load_policy("cbs-stijl")).outputs[0]
    assert "28,0 %" in say(curve.words.sentence, curve, "nl")


def test_the_share_by_duration_is_said_alone_where_its_interval_would_give_counts_away(section: Section, about: About) -> None:
    """As under rounding: a report of a whole place was not made for want of these words."""
    curve = protect([durations(CURVE, section, about, horizon=24, risk_at=(12, 24))], load_policy("opensafely-stijl")).outputs[
        0
    ]
    assert "% uitgestroomd naar werk." in say(curve.words.sentence, curve, "nl")
