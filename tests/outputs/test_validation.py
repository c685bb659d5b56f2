"""Our numbers beside published ones: digits, verdicts, and that nothing goes unnoticed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gm_workbench.errors import OutputError
from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import Released, protect
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.outputs.output import Role
from gm_workbench.outputs.tables import table_html
from gm_workbench.outputs.validation import answer, beside, compare, facts, sets
from gm_workbench.vocabulary.published_values import load_published_values
from gm_workbench.vocabulary.schemas import DataKind

VALUES = load_published_values()
SHARES = VALUES.subject("transitions")[:4]
RIGHT = {"single_single": 80.487, "single_married": 19.513, "married_single": 7.960, "married_married": 92.040}


@pytest.fixture
def public(about):
    return replace(about, kind=DataKind.PUBLISHED)


def moved(**changed: object):
    return compare(SHARES, {**RIGHT, **changed})


def shown(output):
    released = protect([output], load_policy("cbs-stijl"))
    assert isinstance(released, Released)
    return released.outputs[0]


@pytest.mark.parametrize(("got", "off"), [(80.4851, False), (80.4949, False), (80.4951, True), (80.4849, True), (-80.49, True)])
def test_a_value_is_off_when_it_differs_by_more_than_the_tolerance(got, off):
    assert moved(single_single=got)[0].off is off


@pytest.mark.parametrize("result", [NotEnoughData("matrix", "persons", 0, 1), float("nan"), float("inf")])
def test_what_could_not_be_calculated_is_off(section, public, result):
    (one, *_) = moved(single_single=result)
    assert (one.got, one.deviation, one.off) == (None, None, True)
    output = beside(moved(single_single=result), section, public)
    assert [cell.column for cell in output.cells if cell.row == one.published.id] == ["published", "tolerance"]
    assert "kon berekenen" in output.words.more[0].text.nl


def test_estimates_give_the_parts_that_are_published(estimate):
    values = [value for value in VALUES.subject("growth") if value.quantity == "slope"]
    compared = compare(values, {"slope": estimate(0.0457, 0.04109, 0.05027)})
    assert [one.published.part for one in compared] == ["value", "se", "low", "high", "residual_df"]
    assert [one.published.part for one in compared if one.off] == ["residual_df"]


def test_nothing_is_compared_when_a_quantity_is_forgotten_or_made_up():
    with pytest.raises(OutputError, match=r"missing: married_married; not published: maried_married\. HINT: did you mean"):
        compare(SHARES, {**{k: v for k, v in RIGHT.items() if k != "married_married"}, "maried_married": 1})


def test_table_prints_the_digits_of_the_source_and_one_more(section, public):
    table = table_html(shown(beside(moved(), section, public)), "nl", caption="Vraag?")
    assert ">80,49<" in table
    assert ">80,487<" in table
    assert ">−0,003<" in table
    assert ">0,005<" in table
    assert table.count("<td>komt uit</td>") == 4
    assert 'class="off"' not in table


def test_row_that_is_off_is_marked_in_colour_and_in_words(section, public):
    output = shown(beside(moved(single_single=19.5), section, public))
    assert output.words.off == ("transitions.single_single.value",)
    table = table_html(output, "en", caption="Question?")
    assert table.count('<tr class="off">') == 1
    assert table.count("<b>off</b>") == 1
    assert table.count("<td>equal</td>") == 3
    assert "Stata [XT], from memory" in table


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Alle waarden komen uit (4 van 4)."),
        ({"single_single": 1.0}, "Niet alle waarden komen uit: 1 van 4 wijkt af."),
        ({"single_single": 1.0, "single_married": 1.0}, "Niet alle waarden komen uit: 2 van 4 wijken af."),
    ],
)
def test_section_says_how_many_are_off(section, public, read, changed, said):
    assert read(beside(moved(**changed), section, public)) == said


def test_numbers_of_values_are_not_taken_for_numbers_of_persons(section, public):
    assert shown(beside(moved(), section, public)).withheld is None


RUN = VALUES.subject("reliability")[:3]
ONLY = replace(VALUES, values={"transitions": SHARES, "reliability": RUN})
PRINTED = tuple(value for value in VALUES.subject("levels") if value.wider)


class Alpha:
    """An estimate as R gives it."""

    value, low, high = 0.70302, 0.68496, 0.72034


def run_values(**changed: float):
    return compare(RUN, {"agreeableness": Alpha() if not changed else type("Other", (Alpha,), changed)()})


@pytest.mark.parametrize(
    ("changed", "run", "said", "named"),
    [
        ({}, {}, "Alle 4 gepubliceerde waarden komen uit, en alle 3 waarden van andere software.", []),
        (
            {"single_single": 1.0},
            {},
            "Afwijkend: 1 van de 4 gepubliceerde waarden en 0 van de 3 waarden van andere software.",
            ["Afwijkend: ongehuwd blijft ongehuwd, %."],
        ),
        (
            {"single_single": 1.0, "married_married": 1.0},
            {"value": 0.1},
            "Afwijkend: 2 van de 4 gepubliceerde waarden en 1 van de 3 waarden van andere software.",
            ["Afwijkend: ongehuwd blijft ongehuwd, %; gehuwd blijft gehuwd, %; vriendelijkheid, alfa."],
        ),
    ],
)
def test_answer_counts_published_values_and_those_of_other_software_apart(section, public, read, changed, run, said, named):
    output = answer([moved(**changed), run_values(**run)], ONLY, section, public)
    assert (read(output), output.words.role) == (said, Role.ANSWER)
    assert output.words.off == (("off",) if changed else ())
    assert shown(output).withheld is None
    assert [sentence.text.nl for sentence in output.words.more] == named


def test_value_that_is_not_reproduced_to_the_last_digit_is_said_with_its_reason(section, public, read):
    compared = compare(PRINTED, {"empty_between_printed": 19.4285})
    only = replace(VALUES, values={"levels": PRINTED, **ONLY.values})
    output = answer([compared, moved(), run_values()], only, section, public)
    assert read(output) == "4 van de 5 gepubliceerde waarden komen uit, en alle 3 waarden van andere software."
    assert output.words.off == ()
    assert shown(output).withheld is None
    (why,) = output.words.more
    assert why.text.nl.startswith(
        "Niet tot op het laatste cijfer: variantie tussen scholen, zoals het boek die geeft (Snijders"
    )
    assert "lme4 gives 19.429" in why.text.en
    table = table_html(shown(beside(compared, section, public)), "en", caption="Question?")
    assert table.count("<td>not to the last digit</td>") == 1
    assert "<td>equal</td>" not in table
    assert "lme4 gives 19.429" in table
    assert read(beside((*compared, *moved()), section, public)).startswith(
        "Alle andere waarden komen uit (4 van 5); 1 niet tot"
    )


@pytest.mark.parametrize(("got", "off"), [(19.4299, False), (19.4301, True), (19.4099, True)])
def test_wider_tolerance_is_a_tolerance_all_the_same(got, off):
    (one,) = compare(PRINTED, {"empty_between_printed": got})
    assert (one.off, one.nearly) == (off, not off)


def test_answer_refuses_a_declared_value_that_was_not_compared(section, public):
    with pytest.raises(OutputError, match=r"7 are not: reliability\.agreeableness\.high"):
        answer([], ONLY, section, public)


TRAITS = ("agreeableness", "conscientiousness", "extraversion", "neuroticism", "openness")
MEANS = tuple(f"{trait}_mean" for trait in TRAITS)


class Ones:
    """An estimate of which only the numbers matter."""

    value = low = high = 1.0


def test_facts_count_values_sets_and_how_they_are_known(section, public):
    output = facts(
        [moved(), compare(VALUES.subject("reliability"), dict.fromkeys(TRAITS, Ones()) | dict.fromkeys(MEANS, 4.0))],
        section,
        public,
    )
    assert {cell.row: cell.value for cell in output.cells} == {
        "values": 24.0, "sets": 2.0, "subjects": 2.0, "run": 20.0, "memory": 4.0
    }  # fmt: skip


def test_sets_are_listed_with_their_persons(section, public):
    output = sets([moved()], section, public)
    assert [(cell.row, cell.n) for cell in output.cells] == [("sampleSelection::nlswork", 4711)]
    assert output.words.role is Role.FLOW


@pytest.mark.parametrize("kind", [DataKind.REAL, DataKind.SYNTHETIC])
def test_other_data_than_public_ones_are_refused(section, about, kind):
    with pytest.raises(OutputError, match=f"on public data only, but got {kind} data"):
        beside(moved(), section, replace(about, kind=kind))
