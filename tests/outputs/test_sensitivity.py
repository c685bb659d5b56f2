from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.sensitivity import Judged, Way
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Output, Shape
from gm_workbench.outputs.sensitivity import sensitivity
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.protocols import Assignment, Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

FEW = NotEnoughData("lot", "teams", 6, 7)


@pytest.fixture
def shown(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def one(low: float, high: float, p: float) -> Judged:
        return Judged(estimate((low + high) / 2, low, high, "probability"), p)

    def maker(
        cr2: tuple[float, float, float] = (-0.01, 0.03, 0.31),
        wild: tuple[float, float, float] | NotEnoughData = (-0.012, 0.031, 0.36),
        lot: tuple[float, float, float] | NotEnoughData | None = (-0.008, 0.028, 0.29),
        told: About = about,
    ) -> Output:
        given = {Way.CR2: cr2, Way.WILD: wild, **({Way.LOT: lot} if lot is not None else {})}
        found = {way: one(*it) if isinstance(it, tuple) else it for way, it in given.items()}
        main = found[Way.LOT if told.may_say_effect and lot is not None else Way.CR2].estimate
        return sensitivity(Contrast(main, main, 350, 350, 8, 9), found, section, told)

    return maker


def more(output: Output, read: Reader, language: str = "nl") -> list[str]:
    return [read(output, language, sentence=one) for one in output.words.more]


def test_the_answer_is_said_beside_what_other_ways_make_of_it(shown: Callable[..., Output], read: Reader) -> None:
    output = shown()
    assert read(output) == (
        "De marge loopt in de hoofdanalyse van −1,0 tot +3,0 procentpunt. Andere rekenwijzen geven: teams omgekeerd (wild "
        "cluster bootstrap) −1,2 tot +3,1; alsof er was geloot (randomisatie) −0,8 tot +2,8."
    )
    assert read(output, "en") == (
        "In the main analysis the interval runs from −1.0 to +3.0 percentage points. Other ways of calculating give: teams "
        "turned "
        "around (wild cluster bootstrap) −1.2 to +3.1; as if a lot had been drawn (randomisation) −0.8 to +2.8."
    )
    assert more(output, read)[1].startswith("Dit is een gevoeligheidsanalyse.")
    assert [(cell.row, cell.column) for cell in output.cells] == [
        (row, column) for row in ("main", "wild", "lot") for column in ("difference", "p")
    ]


def test_ways_that_disagree_about_zero_are_said_to(shown: Callable[..., Output], read: Reader) -> None:
    assert more(shown(), read)[0].endswith("hangt niet van de rekenwijze af.")
    assert "hangt af van de rekenwijze" in more(shown(cr2=(0.001, 0.03, 0.04)), read)[0]
    assert "depends on the way" in more(shown(cr2=(0.001, 0.03, 0.04)), read, "en")[0]


def test_after_a_lot_the_lot_is_the_main_analysis_and_the_correction_stands_beside_it(
    shown: Callable[..., Output], about: About, read: Reader
) -> None:
    output = shown(told=replace(about, assignment=Assignment.RANDOMISED))
    assert [cell.row for cell in output.cells[::2]] == ["main", "cr2", "wild"]
    assert output.cells[1].value == 0.29
    assert not any("niet bekend" in text for text in more(output, read))


def test_without_a_lot_the_last_row_is_said_to_describe(shown: Callable[..., Output], read: Reader) -> None:
    assert any(text.startswith("Dat er is geloot, is niet bekend.") for text in more(shown(), read))


def test_too_few_teams_are_said_so_and_give_no_number(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(lot=FEW)
    assert [cell.row for cell in output.cells] == ["main", "main", "wild", "wild"]
    told = (
        "Te weinig teams voor: alsof er was geloot (randomisatie). Ook het grootste verschil had daar geen p onder 0,05 kunnen "
    )
    assert f"{told}geven." in more(output, read)
    both = shown(lot=FEW, wild=replace(FEW, what="clusters"))
    assert read(both).strip() == "De marge loopt in de hoofdanalyse van −1,0 tot +3,0 procentpunt."
    assert not any("hangt niet" in text for text in more(both, read))


def test_what_cannot_be_calculated_is_not_blamed_on_teams(shown: Callable[..., Output], read: Reader) -> None:
    said = more(shown(wild=NotEnoughData("wild", "optimisers that agree", 0, 1)), read, "en")
    assert "Could not be calculated: teams turned around (wild cluster bootstrap)." in said


def test_before_and_after_has_one_other_way(shown: Callable[..., Output]) -> None:
    assert [cell.row for cell in shown(lot=None).cells[::2]] == ["main", "wild"]


def test_no_answer_has_no_sensitivity(section: Section, about: About, read: Reader) -> None:
    short = NotEnoughData("CR2", "teams in each group", 3, 4)
    output = sensitivity(short, {Way.CR2: short, Way.WILD: short}, section, about)
    assert output.words.shown_as == (Shape.WORDS,)
    assert read(output).endswith("daarvoor zijn minstens 4 teams per groep nodig.")
    brief = sensitivity(short, {}, section, replace(about, followed=11))
    assert "minstens 12 maanden" in read(brief)


@pytest.mark.parametrize("assignment", list(Assignment))
def test_a_sensitivity_analysis_never_says_effect(
    assignment: Assignment, shown: Callable[..., Output], about: About, read: Reader
) -> None:
    output = shown(told=replace(about, assignment=assignment))
    said = [read(output), read(output, "en"), *more(output, read), *more(output, read, "en")]
    assert "effect" not in " ".join(said)


def test_the_guard_releases_it_with_its_p_values(shown: Callable[..., Output]) -> None:
    released = protect([shown()], load_policy("cbs-stijl")).outputs[0]
    assert [cell.value for cell in released.cells if cell.column == "p"] == [0.31, 0.36, 0.29]
    assert "−1,0 tot +3,0" in say(released.words.sentence, released, "nl")


def test_a_very_small_p_never_prints_as_nothing(shown: Callable[..., Output]) -> None:
    output = shown(wild=(-0.05, -0.03, 1e-6), lot=(-0.05, -0.03, 0.0011))
    assert [cell.value for cell in output.cells if cell.column == "p"] == [0.31, 0.001, 0.0011]
