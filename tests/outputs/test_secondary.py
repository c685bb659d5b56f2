from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.errors import OutputError
from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.several import declared, simultaneous
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Output, Shape
from gm_workbench.outputs.secondary import together
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.protocols import Assignment, Correction, Family, Secondary, Section
from gm_workbench.vocabulary.text import Text

Reader = Callable[..., str]

WORK = Secondary("other_exit", Text("andere uitstroom", "other exits"), "probability", 12)
SKILLS = Secondary("skills", Text("vaardigheden", "skills"), "points", 12)
DEBTS = Secondary("debts", Text("schulden", "debts"), "euro per month", 12)
SHORT = NotEnoughData("ANCOVA", "teams in each group", 3, 4)


def points(value: float, se: float = 1.0) -> Estimate:
    return Estimate(value, value - 1.96 * se, value + 1.96 * se, se, 700, "points", "example", 38, residual_df=690)


def share(value: float, se: float) -> Estimate:
    return replace(points(value, se), unit="probability")


@pytest.fixture
def shown(section: Section, about: About) -> Callable[..., Output]:
    def maker(
        *outcomes: Secondary, told: About = about, by: Correction = Correction.HOLM, **found: Estimate | NotEnoughData
    ) -> Output:
        family = Family(outcomes, by)
        alone = declared(family.names, found)
        return together(simultaneous(alone, by=by.value), alone, family, section, replace(told, unit="team"))

    return maker


def test_what_holds_together_is_said_with_how_large_it_is_at_most(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(WORK, SKILLS, other_exit=share(0.01, 0.01), skills=points(5.0))
    assert read(output) == (
        "Hoger: vaardigheden (+5,0 punten, hoogstens +7,2). "
        "Dit houdt stand, ook als meetelt dat er naar 2 uitkomsten is gekeken. Van andere uitstroom is dat niet te zeggen."
    )
    assert read(output, "en") == (
        "Higher: skills (+5.0 points, at most +7.2). This holds, also when it counts that 2 outcomes were looked at. "
        "Of other exits that cannot be said."
    )


def test_lower_outcomes_are_said_in_the_same_words(shown: Callable[..., Output], read: Reader) -> None:
    said = read(shown(WORK, SKILLS, other_exit=share(0.01, 0.01), skills=points(-5.0)))
    assert said.startswith("Lager: vaardigheden (−5,0 punten, hoogstens −7,2).")


def test_outcomes_that_all_hold_have_two_bounds(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(WORK, SKILLS, other_exit=share(0.05, 0.01), skills=points(5.0))
    assert read(output).startswith(
        "Hoger: andere uitstroom (+5,0 procentpunt, marge +2,8 tot +7,2) en vaardigheden (+5,0 punten, marge +2,8 tot +7,2)."
    )


def test_two_directions_are_two_sentences(shown: Callable[..., Output], read: Reader) -> None:
    said = read(shown(WORK, SKILLS, other_exit=share(-0.05, 0.01), skills=points(5.0)), "en")
    assert said.startswith(
        "Higher: skills (+5.0 points, at most +7.0). Lower: other exits (−5.0 percentage points, at most −7.0)."
    )


def test_an_outcome_that_held_by_itself_need_not_hold_together(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(WORK, SKILLS, other_exit=share(0.0, 0.01), skills=points(2.1))
    assert output.cells[2].low > 0 > output.cells[3].low
    assert (
        read(output) == "Als meetelt dat er naar 2 uitkomsten is gekeken, is van geen ervan te zeggen of die hoger of lager is."
    )


@pytest.mark.parametrize(("value", "first"), [(2.1, "Hoger: vaardigheden (+2,1 punten"), (1.9, "Van deze uitkomst is niet")])
def test_one_outcome_alone_needs_no_allowance(value: float, first: str, shown: Callable[..., Output], read: Reader) -> None:
    assert read(shown(SKILLS, skills=points(value))).startswith(first)


def test_an_outcome_without_data_is_said_and_counts(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(WORK, SKILLS, DEBTS, other_exit=SHORT, skills=points(5.0))
    assert "naar 3 uitkomsten" in read(output)
    assert read(output, sentence=output.words.more[0]) == (
        "Over andere uitstroom en schulden zijn er te weinig gegevens. Bij het meetellen doen ook die uitkomsten mee."
    )
    assert [cell.key for cell in output.cells] == [("skills", "alone"), ("skills", "together")]


def test_a_family_without_any_data_is_one_sentence(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(WORK, other_exit=SHORT)
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert read(output, "en") == "On other exits there are too few data."
    several = shown(WORK, SKILLS, other_exit=SHORT, skills=SHORT)
    assert read(several) == "Over andere uitstroom en vaardigheden zijn er te weinig gegevens."


def test_the_correction_is_named_and_what_a_bound_at_zero_means(shown: Callable[..., Output], read: Reader) -> None:
    found = {"other_exit": share(0.01, 0.01), "skills": points(5.0)}
    holm, equal = shown(WORK, SKILLS, **found), shown(WORK, SKILLS, by=Correction.BONFERRONI, **found)
    assert "(Holm, in beide richtingen)" in holm.words.caption.nl
    assert read(holm, sentence=holm.words.more[0]).endswith("bevat 0 zelf niet.")
    at_zero = {slot.row for slot in holm.words.more[0].slots.values()}
    assert at_zero
    assert {read(holm, sentence=holm.words.more[0], hidden=(row,)) for row in at_zero} == {""}
    assert "(Bonferroni)" in equal.words.caption.nl
    assert not any("bevat 0" in one.text.nl for one in equal.words.more)


def test_a_bound_at_zero_prints_in_one_digit(shown: Callable[..., Output]) -> None:
    output = shown(WORK, SKILLS, other_exit=share(0.01, 0.01), skills=points(5.0))
    assert [cell.digits for cell in output.cells] == [1, 1, 1, 1]


def test_the_guard_releases_it_and_silences_the_sentence_of_few_teams(shown: Callable[..., Output]) -> None:
    released = protect([shown(SKILLS, skills=points(5.0))], load_policy("cbs-stijl")).outputs[0]
    assert say(released.words.sentence, released, "nl").startswith("Hoger: vaardigheden (+5,0 punten")
    few = protect([shown(SKILLS, skills=replace(points(5.0), n=9))], load_policy("cbs-stijl")).outputs[0]
    assert "5,0" not in say(few.words.sentence, few, "nl")


MISSING = {
    ("skills",): (
        "Als meetelt dat er naar 3 uitkomsten is gekeken, is van andere uitstroom en schulden niet te zeggen of het hoger of "
        "lager is. Van vaardigheden is het getal niet te tonen."
    ),
    ("other_exit",): (
        "Hoger: vaardigheden (+5,0 punten, hoogstens +7,4). Dit houdt stand, ook als meetelt dat er naar 3 uitkomsten is "
        "gekeken. Van schulden is dat niet te zeggen. Van andere uitstroom is het getal niet te tonen."
    ),
    ("other_exit", "debts"): (
        "Hoger: vaardigheden (+5,0 punten, hoogstens +7,4). Dit houdt stand, ook als meetelt dat er naar 3 uitkomsten is "
        "gekeken. Van andere uitstroom en schulden is het getal niet te tonen."
    ),
    ("other_exit", "debts", "skills"): "Van geen van de uitkomsten is het getal te tonen.",
}


@pytest.mark.parametrize(("hidden", "said"), MISSING.items())
def test_where_numbers_are_hidden_the_others_are_said(
    hidden: tuple[str, ...], said: str, shown: Callable[..., Output], read: Reader
) -> None:
    euros = replace(points(1.0, 20.0), unit="euro per month")
    output = shown(WORK, SKILLS, DEBTS, other_exit=share(0.01, 0.01), skills=points(5.0), debts=euros)
    assert read(output, hidden=hidden) == said


def test_what_is_hidden_has_no_part_in_what_is_said_of_the_others(shown: Callable[..., Output], read: Reader) -> None:
    told = {
        read(shown(WORK, SKILLS, other_exit=share(0.01, 0.01), skills=points(value)), hidden=("skills",))
        for value in (-5.0, 0.0, 5.0)
    }
    (one,) = told
    assert one.endswith(
        "is van andere uitstroom niet te zeggen of het hoger of lager is. Van vaardigheden is het getal niet te tonen."
    )


@pytest.mark.parametrize("assignment", list(Assignment))
def test_secondary_outcomes_never_say_effect(
    assignment: Assignment, shown: Callable[..., Output], about: About, read: Reader
) -> None:
    output = shown(SKILLS, skills=points(5.0), told=replace(about, assignment=assignment))
    said = [
        read(output, language, sentence=one) for one in (output.words.sentence, *output.words.more) for language in ("nl", "en")
    ]
    assert "effect" not in " ".join(said)
    assert len(output.words.more) == (2 if assignment is Assignment.RANDOMISED else 3)


def test_an_estimate_in_another_unit_is_refused(shown: Callable[..., Output]) -> None:
    with pytest.raises(OutputError, match="skills must be in points, as declared, but got probability"):
        shown(SKILLS, skills=share(0.1, 0.01))


def test_who_is_compared_is_said_where_no_section_says_it(section: Section, about: About) -> None:
    alone = declared(["skills"], {"skills": points(5.0)})
    given = (simultaneous(alone), alone, Family((SKILLS,), Correction.HOLM), section, about)
    assert "staat bij elk onderdeel." in together(*given).words.caption.nl
    assert "Vergeleken zijn A min B." in together(*given, contrast=Text("A min B", "A minus B")).words.caption.nl


def test_a_difference_in_probability_is_in_the_unit_that_is_declared(shown: Callable[..., Output], read: Reader) -> None:
    found = replace(share(0.05, 0.01), unit="difference in probability")
    assert "+5,0 procentpunt" in read(shown(WORK, other_exit=found))


@pytest.mark.parametrize(("followed", "told"), [(11, False), (12, True)])
def test_a_period_that_ends_before_the_last_horizon_says_nothing(
    followed: int, told: bool, shown: Callable[..., Output], about: About
) -> None:
    output = shown(SKILLS, skills=points(5.0), told=replace(about, followed=followed))
    assert bool(output.cells) is told
