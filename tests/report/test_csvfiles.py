import csv
import io
import json
from dataclasses import replace

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.estimate import Sides
from gm_workbench.outputs.cells import quote
from gm_workbench.outputs.output import Cell, Measure, Output, Sentence, Suppressed, verdict
from gm_workbench.outputs.sentences import say
from gm_workbench.report.csvfiles import COLUMNS, csv_text, estimates_text
from gm_workbench.vocabulary.text import Text


def lines(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_is_long_with_labels_measure_interval_n_and_unit(shapes):
    (line,) = lines(csv_text(shapes["answer"]()))
    assert tuple(line) == COLUMNS
    assert line == {
        "row": "difference",
        "row_label": "difference",
        "column": "score",
        "column_label": "score",
        "measure": "estimate",
        "value": "2.9",
        "low": "-0.4",
        "high": "6.1",
        "se": "1.66",
        "n": "710",
        "unit": "points",
    }


def test_csv_writes_a_hidden_number_as_its_mark_and_nothing_about_it(shapes):
    shown = shapes["bars"]()
    hidden = next(cell for cell in shown.cells if cell.hidden)
    leaking = replace(shown, cells=(replace(hidden, low=41.0, high=53.0, se=3.0),))
    (line,) = lines(csv_text(leaking))
    assert [line[name] for name in ("value", "low", "high", "se", "n")] == ["<10", "", "", "", "<10"]


def test_estimates_hold_what_pooling_needs_and_how_people_were_assigned(shapes, manifest, protocol):
    content = json.loads(estimates_text([shapes["answer"](), shapes["bars"]()], manifest, protocol))
    (estimate,) = content["estimates"]
    assert estimate == {
        "name": "resilience_12m",
        "estimand": "resilience_12m",
        "estimate": 2.9,
        "standard_error": 1.66,
        "low": -0.4,
        "high": 6.1,
        "level": 0.95,
        "n": 710,
        "unit": "points",
    }
    assert (content["place"], content["data_kind"], content["assignment"]) == ("GM0855", "synthetic", "unknown")
    assert content["design"] == protocol.design.value
    assert (content["policy"], content["policy_version"]) == (manifest.policy, manifest.policy_version)
    assert content["withheld"] == []


@pytest.mark.parametrize("how", ["cell", "output"])
def test_hidden_estimate_is_named_as_withheld_and_not_given(shapes, manifest, protocol, how):
    shown = (
        shapes["answer"](value=Suppressed(10)) if how == "cell" else replace(shapes["answer"](), withheld=Text("Niet.", "Not."))
    )
    content = json.loads(estimates_text([shown], manifest, protocol))
    assert (content["estimates"], content["withheld"]) == ([], ["resilience_12m"])


def test_manifest_is_sorted_json_without_time_unless_given(manifest):
    content = json.loads(manifest.to_json())
    assert list(content) == sorted(content)
    assert content["kind"] == "synthetic"
    assert content["parameters"]["place"] == "GM0855"
    assert not {"started", "finished"} & set(content)
    assert json.loads(manifest.to_json(started="2026-01-01"))["started"] == "2026-01-01"


def test_manifest_says_the_period_in_words(manifest, manifest_with):
    assert manifest.period_in("nl") == "januari 2023 – december 2025"
    named = manifest_with(period_name=Text("jaren 1979–1994", "years 1979–1994"))
    assert named.period_in("en") == "years 1979–1994"


@pytest.fixture
def difference(shapes):
    """Draw an answer: 12 of 52 against `other` of 48; its words were chosen by the numbers before protection."""

    def maker(other):
        value = 12 / 52 - other / 48
        cell = Cell(
            "difference", "work", Measure.ESTIMATE, 101, value, value - 0.15, value + 0.15, 0.08,
            unit="difference in probability", digits=1, sides=Sides((52, 48), events=(12, other)),
        )  # fmt: skip
        said = Sentence(
            Text("{value} procentpunt ({low} tot {high}).", "{value} points ({low} to {high})."), quote(cell, signed=True)
        )
        lower = verdict(Text("Dat is minder.", "That is less."), [cell])
        own = replace(shapes["answer"]().words, sentence=said, alt=said, more=(lower,), estimand="work")
        return Output(own, (cell,))

    return maker


def test_estimates_and_sentences_follow_rounded_counts(difference, manifest, protocol):
    """12 of 52 minus 23 of 48 is -24.8 points; as printed, 10 of 50 minus 25 of 50 is -30."""
    (shown,) = protect([difference(23)], load_policy("opensafely-stijl")).outputs
    (estimate,) = json.loads(estimates_text([shown], manifest, protocol))["estimates"]
    assert [estimate[name] for name in ("estimate", "low", "high")] == pytest.approx([-0.3, -0.45, -0.15], abs=5e-4)
    assert estimate["n"] == 100
    assert say(shown.words.sentence, shown, "en") == "\N{MINUS SIGN}30.0 points (\N{MINUS SIGN}45.0 to \N{MINUS SIGN}15.0)."
    (line,) = lines(csv_text(shown))
    assert (float(line["value"]), float(line["low"])) == (estimate["estimate"], estimate["low"])
    assert say(shown.words.more[0], shown, "en") == "That is less."


def test_estimates_and_sentences_are_silent_on_a_class_of_small_counts(difference, manifest, protocol):
    (shown,) = protect([difference(7)], load_policy("opensafely-stijl")).outputs
    content = json.loads(estimates_text([shown], manifest, protocol))
    assert (content["estimates"], content["withheld"]) == ([], ["work"])
    assert say(shown.words.sentence, shown, "nl") == shown.words.sentence.otherwise.nl
    assert say(shown.words.more[0], shown, "nl") == ""


def test_direction_that_rounding_turns_is_not_told(difference, manifest, protocol):
    """12 of 52 minus 12 of 48 is less than nothing; as printed, 10 of 50 minus 10 of 50 is not."""
    (shown,) = protect([difference(12)], load_policy("opensafely-stijl")).outputs
    assert shown.cells[0].hidden
    assert json.loads(estimates_text([shown], manifest, protocol))["withheld"] == ["work"]
    assert say(shown.words.more[0], shown, "en") == ""
