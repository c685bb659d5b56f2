import pytest

from gm_workbench.errors import OutputError
from gm_workbench.outputs.output import (
    NUMBER_HIDDEN,
    Measure,
    Role,
    Sentence,
    ShownCell,
    ShownOutput,
    Slot,
    Suppressed,
    Words,
    plain,
)
from gm_workbench.outputs.sentences import say, verdict
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

HIDDEN = Suppressed(10)


def shown(value=-1234.56, low=-2000.0, n=710, measure=Measure.ESTIMATE, digits=1):
    words = Words(
        id="x",
        role=Role.SECTION,
        heading=same("?"),
        sentence=plain(same("")),
        caption=same(""),
        alt=plain(same("wat er staat")),
        kind=DataKind.SYNTHETIC,
        population=same(""),
        period=same(""),
        source=same(""),
    )
    return ShownOutput(words, (ShownCell("r", "c", measure, value, low, None, None, n, "points", digits),))


def said(language="nl", output=None, **slot):
    return say(Sentence(same("{x}"), {"x": Slot("r", "c", **slot)}), output or shown(), language)


def test_say_writes_numbers_as_the_language_does():
    assert said("nl") == "−1.234,6"
    assert said("en") == "−1,234.6"


@pytest.mark.parametrize(
    ("slot", "text"),
    [
        ({"digits": 0}, "−1.235"),
        ({"absolute": True}, "1.234,6"),
        ({"field": "low"}, "−2.000,0"),
        ({"field": "n"}, "710"),
        ({"field": "n", "digits": 1}, "710,0"),
    ],
)
def test_slot_chooses_field_digits_and_sign(slot, text):
    assert said(**slot) == text


@pytest.mark.parametrize(("value", "text"), [(2.94, "+2,9"), (-2.94, "−2,9"), (0.01, "0,0")])
def test_signed_slot_writes_plus_or_a_true_minus(value, text):
    assert said(output=shown(value), signed=True) == text


def test_percent_slot_writes_hundredths():
    assert said(output=shown(0.456, measure=Measure.SHARE), percent=True) == "45,6"


@pytest.mark.parametrize("output", [shown(HIDDEN), shown(n=HIDDEN)])
def test_sentence_that_quotes_a_hidden_number_is_not_said(output):
    sentence = Sentence(same("{n} personen"), {"n": Slot("r", "c", "n")}, Text("Te weinig.", "Too few."))
    assert say(sentence, output, "nl") == "Te weinig."
    assert say(sentence, output, "en") == "Too few."


def test_sentence_on_cells_that_the_guard_withheld_is_not_said():
    withheld = ShownOutput(shown().words, ())
    assert said(output=withheld) == NUMBER_HIDDEN.nl


def test_sentence_without_slots_is_said_as_it_is():
    assert say(plain(Text("Ja.", "Yes.")), shown(), "en") == "Yes."


def test_a_number_without_its_interval_is_said_in_the_words_for_it():
    slots = {"x": Slot("r", "c"), "high": Slot("r", "c", "high")}
    sentence = Sentence(same("{x} (tot {high})."), slots, without_interval=same("{x}."))
    assert say(sentence, shown(), "nl") == "−1.234,6."
    assert say(sentence.behind(same("Lijn.")), shown(), "nl") == "Lijn. −1.234,6."
    assert say(sentence, shown(HIDDEN), "nl") == sentence.otherwise.nl


def test_slot_on_a_bound_that_is_not_there_is_an_error():
    with pytest.raises(OutputError, match="a sentence quotes high of a cell that has none"):
        said(field="high")


def test_placeholder_without_slot_is_an_error():
    with pytest.raises(OutputError, match="a sentence has the placeholder 'y' but no slot for it"):
        say(Sentence(same("{y}")), shown(), "nl")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Dat is zo. En meer.", ("Dat is zo.", "En meer.")),
        ("Dat is zo.", ("Dat is zo.", "")),
        ("Is dat zo? 12 keer.", ("Is dat zo?", "12 keer.")),
        ("Na ca. twaalf maanden.", ("Na ca. twaalf maanden.", "")),
        ("Dat is 2,5. Énorm.", ("Dat is 2,5.", "Énorm.")),
    ],
)
def test_verdict_is_the_first_sentence(text, parts):
    assert verdict(text) == parts
