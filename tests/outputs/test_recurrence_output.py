from __future__ import annotations

from collections.abc import Callable

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.recurrence import Definition, Recurrence, States
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Output
from gm_workbench.outputs.recurrence import recurrence
from gm_workbench.vocabulary.protocols import Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

FEW = NotEnoughData("recurrence", "clusters", 8, 10)


@pytest.fixture
def shown(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def share(value: float) -> Estimate:
        return estimate(value, value - 0.03, value + 0.03, "probability", 640, 17)

    def divosa(value: float) -> Recurrence:
        return Recurrence(Definition.DIVOSA, 12, share(value), 700, 90)

    def maker(
        everybody: float | NotEnoughData = 0.17,
        sides: tuple[float | NotEnoughData, ...] = (),
        cbs: float | NotEnoughData | None = None,
    ) -> Output:
        given = {"all": everybody, **dict(zip(("introduced", "others"), sides, strict=False))}
        back = {name: divosa(one) if isinstance(one, float) else one for name, one in given.items()}
        states = (
            cbs if not isinstance(cbs, float) else States(share(0.7), share(cbs), share(0.3 - cbs), share(0.6), 12, 400, 50)
        )
        return recurrence(back, states, section, about)

    return maker


def said(output: Output, read: Reader, language: str = "nl") -> list[str]:
    return [read(output, language, sentence=one) for one in (output.words.sentence, *output.words.more)]


def test_coming_back_is_said_by_divosas_count_and_by_name(shown: Callable[..., Output], read: Reader) -> None:
    assert said(shown(), read)[:2] == [
        (
            "Na 17,0 % van de uitstroom, om welke reden ook, was er binnen 12 maanden weer bijstand (marge 14,0 tot 20,0 %). "
            "Zo telt "
            "Divosa."
        ),
        "De telling van CBS is hier niet te maken: daarvoor zijn gegevens over het werk van dezelfde mensen nodig.",
    ]


def test_the_count_of_cbs_stands_apart_and_is_not_compared(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(cbs=0.12)
    assert said(output, read, "en")[1] == (
        "CBS follows only those who left for paid work and looks at one month: in month 12 12.0% were on benefit and 70.0% had "
        "work "
        "without benefit. These two counts cannot be compared."
    )
    assert [cell.row for cell in output.cells] == ["divosa", "working", "back", "elsewhere", "uninterrupted"]
    assert output.words.label("back").nl == "CBS: bijstand in maand 12"


def test_two_groups_of_teams_are_compared_by_one_definition(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(sides=(0.15, 0.19))
    assert [cell.row for cell in output.cells] == ["divosa", "divosa_introduced", "divosa_others", "divosa_difference"]
    text = said(output, read)[1]
    assert text.startswith("Tussen teams met en zonder de nieuwe werkwijze scheelt dat −4,0 procentpunt (marge −8,2 tot +0,2).")
    assert "gaat het om verschillende mensen" in text
    assert said(output, read)[-1].startswith("Niet bekend is hoe")


def test_too_few_teams_on_a_side_leave_the_share_of_everybody(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(sides=(FEW, 0.19))
    assert [cell.row for cell in output.cells] == ["divosa", "divosa_others"]
    assert said(output, read)[1].endswith("daarvoor zijn minstens 10 teams per groep nodig.")  # both sides may have 17


def test_too_few_exits_are_one_sentence(shown: Callable[..., Output], read: Reader) -> None:
    short = NotEnoughData("recurrence", "exits that were followed", 9, 10)
    assert read(shown(short)).endswith("daarvoor zijn minstens 10 keer uitstroom met genoeg maanden erna nodig.")


@pytest.mark.parametrize(("value", "hidden"), [(10 / 700, False), (9 / 700, True), (691 / 700, True), (690 / 700, False)])
def test_the_guard_hides_a_share_of_a_few_who_came_back_or_did_not(
    value: float, hidden: bool, estimate: Maker, section: Section, about: About
) -> None:
    back = Recurrence(Definition.DIVOSA, 12, estimate(value, 0.0, 1.0, "probability", 640, 17), 700, 0)
    output = protect([recurrence({"all": back}, None, section, about)], load_policy("cbs-stijl")).outputs[0]
    assert output.cells[0].hidden is hidden


def _hidden(output: Output) -> set[str]:
    return {cell.row for cell in protect([output], load_policy("cbs-stijl")).outputs[0].cells if cell.hidden}


def test_share_of_a_group_is_hidden_where_few_of_the_others_came_back_or_they_are_of_few_teams(
    estimate: Maker, section: Section, about: About
) -> None:
    """Who has the share of all and that of one group has that of the others, also where it is no row."""

    def back(times: int, exits: int, teams: int) -> Recurrence:
        share = estimate(times / exits, 0.0, 1.0, "probability", exits, teams)
        return Recurrence(Definition.DIVOSA, 12, share, exits, 0)

    def hidden(everybody: Recurrence, **groups: Recurrence) -> set[str]:
        return _hidden(recurrence({"all": everybody, **groups}, None, section, about))

    everybody = back(123, 460, 20)
    assert hidden(everybody, introduced=back(83, 200, 10), others=back(40, 260, 10)) == set()
    assert hidden(everybody, introduced=back(120, 200, 10)) == {"divosa_introduced"}
    assert hidden(everybody, introduced=back(83, 200, 18)) == {"divosa_introduced"}


@pytest.mark.parametrize(("interrupted", "hidden"), [(9, True), (10, False)])
def test_share_that_worked_all_months_is_hidden_where_few_worked_with_an_interruption(
    interrupted: int, hidden: bool, estimate: Maker, section: Section, about: About
) -> None:
    working, back, elsewhere, always = (
        estimate(times / 400, 0.0, 1.0, "probability", 390, 17) for times in (280, 60, 60, 280 - interrupted)
    )
    everybody = Recurrence(Definition.DIVOSA, 12, estimate(0.17, 0.14, 0.2, "probability", 640, 17), 700, 90)
    output = recurrence({"all": everybody}, States(working, back, elsewhere, always, 12, 400, 50), section, about)
    assert ("uninterrupted" in _hidden(output)) is hidden
