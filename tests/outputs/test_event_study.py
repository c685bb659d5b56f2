"""Before and after by quarter: the groups before come first, and nothing is called an effect that is none."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.staggered import GroupTime, group_time
from gm_workbench.outputs.about import About
from gm_workbench.outputs.event_study import APART, ONE_MOMENT, SENSITIVITY, UNTESTED, event_study
from gm_workbench.outputs.output import Output
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.protocols import Assignment, load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

SECTION = load_protocol("amersfoort_upward_mobility").sections["event_study"]
ABOUT = About(DataKind.SYNTHETIC, Text("werkenden", "workers"), same("2024"), same("lonen"), Assignment.UNKNOWN)


def spoken(output: Output, language: str = "nl") -> str:
    one = protect([output], load_policy("cbs-stijl")).outputs[0]
    return " ".join(say(sentence, one, language) for sentence in (one.words.sentence, *one.words.more))


def found(coaches: int = 24, first: tuple[int, ...] = (4, 0), drift: float = 0.0, quarters: int = 7) -> GroupTime:
    """Draw five workers a coach; those of coaches who begin at 4 gain a fifth, and may drift before it."""
    random, rows = np.random.default_rng(2), []
    for person in range(5 * coaches):
        coach = person // 5
        began = first[coach % len(first)]
        for time in range(1, quarters + 1):
            above = 0.3 + 0.2 * bool(began and time >= began) + drift * time * bool(began) + 0.1 * random.normal()
            rows.append((person, coach, time, began, above))
    frame = pd.DataFrame(rows, columns=["person", "coach", "time", "first", "above"])
    return group_time(frame, "above", cluster="coach", comparison="not_yet", base="universal", unit="probability")


def test_event_study_says_first_what_was_there_before_and_then_what_came_after():
    output = event_study(found(), SECTION, ABOUT)
    said = spoken(output)
    assert said.startswith("Vóór de introductie is geen verschil in verloop gevonden. Dat bewijst niet dat het er niet was")
    assert said.index("de marges laten daar verschillen toe van −") < said.index(
        "Na de introductie: het verschil na introductie"
    )
    assert all(text.nl in said for text in (ONE_MOMENT, SENSITIVITY))
    assert [cell.row for cell in output.cells[:4]] == ["before_9", "before_6", "since_0", "since_3"]
    assert output.words.labels["since_3"].nl == "maand 4-6 erna"
    assert output.words.labels["before_6"].nl == "maand 4-6 ervoor"


def test_event_study_of_groups_that_went_apart_before_says_that_what_came_after_is_no_sign():
    assert spoken(event_study(found(drift=0.1), SECTION, ABOUT)).startswith(APART.nl)
    assert spoken(event_study(found(drift=0.1), SECTION, ABOUT), "en").startswith(APART.en)


@pytest.mark.parametrize("drift", [0.0, 0.1])
def test_event_study_does_not_say_what_was_there_before_where_a_quarter_is_hidden(read, drift):
    output = event_study(found(drift=drift), SECTION, ABOUT)
    before = [cell.row for cell in output.cells if cell.row.startswith("before")]
    assert {read(output, hidden=(row,)) for row in before} == {output.words.sentence.otherwise.nl}


def test_event_study_without_quarters_to_test_says_so():
    assert spoken(event_study(found(first=(2, 0)), SECTION, ABOUT)).startswith(UNTESTED.nl)


def test_event_study_counts_the_moments_at_which_coaches_began():
    said = spoken(event_study(found(36, (4, 6, 0)), SECTION, ABOUT))
    assert "Consulenten begonnen in 2 verschillende kwartalen" in said


def test_event_study_names_an_effect_only_after_randomisation():
    plain = event_study(found(), SECTION, ABOUT)
    assert "effect" not in (spoken(plain) + plain.words.caption.nl).lower()
    assert "het effect van de introductie is" in spoken(
        event_study(found(), SECTION, replace(ABOUT, assignment=Assignment.RANDOMISED))
    )


@pytest.mark.parametrize(
    ("what", "said"), [("clusters that began later", "begonnen"), ("clusters to compare with", "niet begonnen")]
)
def test_event_study_without_enough_coaches_is_one_sentence(what, said):
    output = event_study(NotEnoughData("x", what, 3, 5), SECTION, ABOUT)
    assert output.cells == ()
    assert said in output.words.sentence.text.nl
