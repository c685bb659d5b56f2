from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from gm_workbench.errors import OutputError
from gm_workbench.guard import protect as door
from gm_workbench.guard.complement import plan
from gm_workbench.guard.decisions import Choice, Decision
from gm_workbench.guard.protect import Refusal, Released, Verdict, protect
from gm_workbench.outputs.output import Cell, Measure, Output, Role, Shape, Sum, Suppressed
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

COUNT, SHARE, ESTIMATE, MONEY = Measure.COUNT, Measure.SHARE, Measure.ESTIMATE, Measure.MONEY


def decision(choice: Choice) -> Decision:
    return Decision("study/GM0855", "people", choice, "the law says 7", "A. Jansen", date(2025, 3, 1))


def quoting(table, words):
    return dataclasses.replace(table({"men": [30, 20]}), words=words(lead=Text("Er zijn 7 vrouwen.", "There are seven.")))


def force(thing, **given):
    """Give a frozen value a field that its type does not allow."""
    for name, value in given.items():
        object.__setattr__(thing, name, value)
    return thing


@pytest.mark.parametrize(("n", "printed"), [(0, "0.0"), (1, "<10"), (9, "<10"), (10, "10.0"), (11, "11.0")])
def test_protect_shows_counts_from_the_threshold_on(policy, table, n, printed):
    made = protect([table({"men": [n, 30]}, margins=False)], policy)
    assert isinstance(made, Released)
    assert str(made.outputs[0].cells[0].value) == printed


@pytest.mark.parametrize("shape", [Shape.FLOW, Shape.TILES])
def test_protect_rounds_counts_in_flows_and_tiles(policy, table, shape):
    shown = protect([table({"men": [14, 15, 25]}, margins=False, shape=shape)], policy).outputs[0]
    assert [cell.value for cell in shown.cells] == [10, 20, 30]
    assert shown.notes == (Text("Aantallen zijn afgerond op 10", "Counts are rounded to 10"),)


def test_protect_shows_table_counts_exactly_and_their_n_rounded(policy, table):
    shown = protect([table({"men": [14, 15, 25]}, margins=False)], policy).outputs[0]
    assert [(cell.value, cell.n) for cell in shown.cells] == [(14, 10), (15, 20), (25, 30)]
    assert shown.notes == ()


def test_protect_keeps_words_units_and_order(policy, words):
    cells = (
        Cell("r", "score", ESTIMATE, 54, value=1.23456, low=0.1, high=2.3, se=0.5, unit="points", digits=1),
        Cell("r", "spent", MONEY, 54, value=1234.5678, low=1000.2, high=1500.4, largest=0.2, unit="euro"),
        Cell("r", "work", SHARE, 54, numerator=18, low=0.21, high=0.47123, digits=1, unit="share"),
    )
    output = Output(words(estimand="gain"), cells)
    shown = protect([output], policy).outputs[0]
    assert shown.words == output.words
    assert [(c.key, c.measure, c.unit, c.digits, c.n) for c in shown.cells] == [
        (("r", "score"), ESTIMATE, "points", 1, 50),
        (("r", "spent"), MONEY, "euro", 0, 50),
        (("r", "work"), SHARE, "share", 1, 50),
    ]
    assert [(c.value, c.low, c.high, c.se) for c in shown.cells] == [
        (1.235, 0.1, 2.3, 0.5),
        (1235, 1000, 1500, None),
        (0.333, None, None, None),
    ]


def test_protect_gives_a_record_per_output_that_names_the_rules(policy, table, words):
    first = table({"men": [4, 30], "women": [50, 60]}, name="first")
    second = Output(words("second"), (Cell("r", "c", ESTIMATE, 50, value=1.0, df=9),))
    made = protect([first, second], policy)
    assert [(r.id, r.verdict, r.reasons) for r in made.records] == [
        ("first", Verdict.RELEASE, ("threshold", "complement")),
        ("second", Verdict.RELEASE, ("df",)),
    ]
    assert (made.policy, made.kind, made.verdict) == (policy, DataKind.SYNTHETIC, Verdict.RELEASE)


def test_protect_says_in_words_what_it_hid(policy, table):
    shown = protect([table({"men": [4, 30, 60], "women": [50, 60, 70]})], policy).outputs[0]
    assert [note.en for note in shown.notes] == [
        "1 number not shown (fewer than 10 persons)",
        "3 numbers not shown to protect others",
    ]


def test_protect_is_a_function_of_its_input_alone(policy, table):
    outputs = [table({"men": [4, 30, 60], "women": [50, 6, 70]}, name="a"), table({"x": [4, 30]}, name="b")]
    first, again = protect(outputs, policy), protect(outputs, policy)
    assert first.outputs == again.outputs
    assert protect(outputs[::-1], policy).outputs == first.outputs[::-1]


def test_protect_refuses_an_id_that_is_used_twice(policy, table):
    made = protect([table({"men": [30]}, margins=False)] * 2, policy)
    assert made == Refusal(("ids are used twice: people",))


def test_protect_refuses_data_of_two_kinds(policy, table):
    real = table({"men": [30]}, margins=False, name="other", kind=DataKind.REAL)
    made = protect([table({"men": [30]}, margins=False), real], policy)
    assert made == Refusal(("data of several kinds in one report: real, synthetic",))


def test_protect_refuses_data_of_an_unknown_kind(policy, table):
    made = protect([table({"men": [30]}, margins=False, kind="made-up")], policy)
    assert made == Refusal(("nobody knows what kind of data these are: people",))


def test_protect_refuses_an_empty_report(policy):
    assert protect([], policy) == Refusal(("there are no outputs",))


def test_protect_refuses_an_unknown_shape(policy, table):
    output = table({"men": [30]}, margins=False)
    force(output.words, shown_as=("pie",))
    assert protect([output], policy) == Refusal(("there is no rule for the shape of people",))


def test_protect_refuses_an_output_without_a_shape(policy, table):
    output = table({"men": [30]}, margins=False)
    force(output.words, shown_as=())
    assert protect([output], policy) == Refusal(("there is no rule for the shape of people",))


def test_protect_refuses_an_unknown_measure(policy, table):
    output = table({"men": [30]}, margins=False)
    force(output.cells[0], measure="median")
    assert protect([output], policy) == Refusal(("there is no rule for a measure of people",))


def test_protect_refuses_when_a_check_fails(policy, table, monkeypatch):
    def breaks(*_):
        raise ZeroDivisionError("person 999990019")

    monkeypatch.setattr(door, "plan", breaks)
    made = protect([table({"men": [30]}, margins=False)], policy)
    assert made == Refusal(("a check failed (ZeroDivisionError)",))


@pytest.mark.parametrize("check", ["_whole", "_named", "without_small_losses", "_judged", "wrong_sums", "recorded", "notes"])
def test_exception_inside_any_check_refuses_the_report(policy, table, monkeypatch, check):
    def breaks(*_, **__):
        raise LookupError("person 999990019")

    monkeypatch.setattr(door, check, breaks)
    assert protect([table({"men": [30]}, margins=False)], policy) == Refusal(("a check failed (LookupError)",))


def test_protect_refuses_an_unknown_role(policy, table):
    output = table({"men": [30]}, margins=False)
    force(output.words, role="sectoin")
    assert protect([output], policy) == Refusal(("nobody knows where on the page these stand: people",))


def test_protect_refuses_a_policy_whose_method_is_misspelt(policy, table):
    misspelt = dataclasses.replace(policy, method="supress")
    assert protect([table({"men": [30]}, margins=False)], misspelt) == Refusal(("the policy has a method that nobody knows",))


@pytest.mark.parametrize("verdict", ["relase", "RELEASE", None, 7])
def test_verdict_that_is_not_known_shows_nothing(policy, table, monkeypatch, verdict):
    monkeypatch.setattr(door, "_judged", lambda *_: (verdict, ()))
    (shown,) = protect([table({"men": [30]}, margins=False)], policy).outputs
    assert shown.cells == ()
    assert shown.withheld


def test_protect_withholds_an_output_whose_sums_do_not_add_up(policy, words):
    cells = (Cell("r", "a", COUNT, 30), Cell("r", "b", COUNT, 40), Cell("r", "all", COUNT, 71))
    made = protect([Output(words(), cells, (Sum(("r", "all"), (("r", "a"), ("r", "b"))),))], policy)
    assert made.records[0].verdict is Verdict.REFUSE
    assert made.records[0].reasons == ("a declared sum does not add up",)
    assert made.outputs[0].cells == ()
    assert made.outputs[0].withheld.nl == (
        "Dit onderdeel wordt niet getoond: er zijn te weinig personen om het veilig te laten zien."
    )


def test_protect_withholds_what_cannot_be_made_safe(policy, table, monkeypatch):
    def hopeless(*given):
        made = plan(*given)
        made.failed.add(0)
        return made

    monkeypatch.setattr(door, "plan", hopeless)
    made = protect([table({"men": [4, 30]})], policy)
    assert (made.verdict, made.outputs[0].cells) == (Verdict.REFUSE, ())


def test_protect_withholds_words_for_review_until_someone_decides(policy, table, words):
    output = quoting(table, words)
    made = protect([output], policy)
    assert made.records[0].verdict is Verdict.REVIEW
    assert made.outputs[0].withheld.en == "This part is not shown: a person must first decide whether it may be."
    assert "7 vrouwen" not in repr(made.outputs)
    released = protect([output], policy, [decision(Choice.RELEASE)])
    assert released.outputs[0].words == output.words
    assert released.records[0].verdict is Verdict.RELEASE
    assert released.records[0].reasons[-1] == "released by A. Jansen on 2025-03-01: the law says 7"


def test_decision_to_release_does_not_release_what_is_refused(policy, words):
    cells = (Cell("r", "a", COUNT, 30), Cell("r", "b", COUNT, 40), Cell("r", "all", COUNT, 71))
    output = Output(words(), cells, (Sum(("r", "all"), (("r", "a"), ("r", "b"))),))
    made = protect([output], policy, [decision(Choice.RELEASE)])
    assert made.outputs[0].cells == ()


def test_decision_to_withhold_withholds_what_is_safe(policy, table):
    made = protect([table({"men": [30, 40]})], policy, [decision(Choice.WITHHOLD)])
    assert (made.verdict, made.outputs[0].cells) == (Verdict.REVIEW, ())


def test_decision_on_another_output_changes_nothing(policy, table):
    outputs = [table({"men": [30, 40]}, name="other"), table({"men": [30, 40]}, name="people")]
    withheld = protect(outputs, policy, [decision(Choice.WITHHOLD)]).outputs
    assert withheld[0] == protect(outputs, policy).outputs[0]
    assert withheld[1].withheld
    assert protect(outputs[:1], policy, [decision(Choice.RELEASE)]).outputs == protect(outputs[:1], policy).outputs


def test_withheld_output_keeps_its_heading_and_nothing_else(policy, table, words):
    shown = protect([quoting(table, words)], policy).outputs[0]
    assert shown.words.heading == Text("Wie zijn het?", "Who are they?")
    assert (shown.words.shown_as, shown.words.lead, shown.words.caption) == ((Shape.WORDS,), Text("", ""), Text("", ""))
    assert shown.words.sentence.text == shown.words.alt.text == shown.withheld


def test_withheld_output_loses_a_heading_that_tells(policy, words):
    output = Output(words(heading=Text("Wie zijn de 3 moeders?", "Who are they?")), (Cell("r", "a", COUNT, 30),))
    shown = protect([output], policy).outputs[0]
    assert shown.words.heading == shown.withheld
    assert "3 moeders" not in repr(shown)


def test_output_of_words_alone_is_released(policy, words):
    output = Output(words(shape=Shape.WORDS, role=Role.ABSENT), ())
    made = protect([output], policy)
    assert (made.verdict, made.outputs[0].words) == (Verdict.RELEASE, output.words)


@pytest.mark.parametrize("measure", [SHARE, ESTIMATE])
def test_hidden_statistic_prints_a_dash_and_its_small_n_the_threshold(policy, words, measure):
    given = {"numerator": 2} if measure is SHARE else {"value": 3.0, "low": 1.0, "high": 4.0, "se": 1.0}
    cell = protect([Output(words(), (Cell("r", "c", measure, 7, **given),))], policy).outputs[0].cells[0]
    assert (str(cell.value), cell.low, cell.high, cell.se, str(cell.n)) == ("–", None, None, None, "<10")
    assert isinstance(cell.value, Suppressed)


def test_share_of_nobody_is_hidden(policy, words):
    cell = protect([Output(words(), (Cell("r", "c", SHARE, 0, numerator=0),))], policy).outputs[0].cells[0]
    assert cell.value == Suppressed(None, "empty")


def test_source_text_may_name_the_threshold(policy, table, words):
    output = dataclasses.replace(
        table({"men": [30, 20]}), words=words(source=same("minder dan 10 personen niet getoond; 12 maanden; 3 coaches"))
    )
    assert protect([output], policy).verdict is Verdict.RELEASE


def test_id_that_names_few_persons_refuses_the_report_and_is_not_told(policy, words):
    refused = protect([Output(words("people_of_4_women"), (Cell("r", "c", Measure.COUNT, 50),))], policy)
    assert isinstance(refused, Refusal)
    assert refused.reasons == ("ids name a number of persons below the threshold: of outputs 1",)


def test_measure_written_as_a_word_is_no_measure():
    # "count" equals Measure.COUNT, but a rule that asks `is` would pass it by: this cell kept all of a team that is ill
    with pytest.raises(OutputError, match=r"measure must be one of Measure\.COUNT"):
        Cell("team", "ill", "count", 40, sensitive=True)


def test_sensitive_mean_without_any_spread_is_hidden(policy, words):
    alike = Cell("debts", "mean", Measure.ESTIMATE, 40, value=12_000.0, se=0.0, sensitive=True)
    spread = Cell("debts", "other", Measure.ESTIMATE, 40, value=11_900.0, se=3.0, sensitive=True)
    shown = protect([Output(words(), (alike, spread))], policy).outputs[0]
    assert [cell.hidden for cell in shown.cells] == [True, False]


def test_total_whose_parts_are_all_hidden_is_not_of_nobody(table, rounding):
    """Under rounding it prints as the sum of what is shown, which is nothing; `n = 0` would say that there are none."""
    (shown,) = protect([table({"women": [4, 5]})], rounding).outputs
    assert {str(cell.n) for cell in shown.cells} == {"<8", "–"}


STEPS = tuple(Cell(f"step{at}", "persons", COUNT, n) for at, n in enumerate((1265, 1140, 895)))
"""Nine in ten of those with a benefit gave consent."""


def test_step_of_a_flow_is_no_category_in_a_table_either(strict, table, words):
    flow = Output(words("flow", shape=Shape.FLOW), STEPS)
    of_consenting = table({"all_ages": [600, 540]}, name="who", margins=False)
    shown = protect([flow, of_consenting, Output(words("size"), (Cell("consenting", "persons", COUNT, 1140),))], strict)
    assert [cell.value for output in shown.outputs for cell in output.cells] == [1270, 1140, 900, 600, 540, 1140]


def test_step_of_a_flow_is_judged_where_a_table_says_who_left(strict, words):
    flow = Output(words("flow", shape=Shape.FLOW), STEPS)
    counts = {"yes": 1140, "no": 125, "all": 1265}
    cells = tuple(Cell("consent", name, COUNT, n) for name, n in counts.items())
    consent = Output(words("consent"), cells, (Sum(("consent", "all"), (("consent", "yes"), ("consent", "no"))),))
    assert protect([flow, consent], strict).outputs[1].cells[0].hidden


def test_mean_stays_without_its_n_where_nearly_everybody_answered(strict, words):
    cells = (
        Cell("question", "answered", SHARE, 895, numerator=879),
        Cell("question", "mean", ESTIMATE, 879, value=2.98, digits=1),
    )
    answered, mean = protect([Output(words(), cells)], strict).outputs[0].cells
    assert answered.hidden
    assert (mean.value, isinstance(mean.n, Suppressed)) == (3.0, True)
