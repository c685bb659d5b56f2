from types import SimpleNamespace

import pandas as pd
import pytest

from gm_workbench.panel.ledger import Cohort
from gm_workbench.panel.scores import at_both, at_wave, beside, item_answers, items_over_waves, person_waves, scale_scores, wide
from gm_workbench.vocabulary.instruments import instrument

ATT = "ATT"  # five items of 1-5; the last one is reversed; three quarters must be answered


def answers(person: str, wave: str, *given: float | None) -> list[tuple[str, str, str, str, float]]:
    return [(person, wave, ATT, f"{ATT}_{i}", value) for i, value in enumerate(given, 1) if value is not None]


def table(*rows: list[tuple[str, str, str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame([row for block in rows for row in block], columns=["person", "wave", "instrument", "item", "answer"])


def score(*given: float | None) -> float:
    return scale_scores(item_answers(table(answers("a", "T0", *given)), instrument(ATT), "T0"), instrument(ATT)).iloc[0]


def test_score_turns_the_reversed_item_round():
    assert score(5, 5, 5, 5, 1) == 100
    assert score(1, 1, 1, 1, 5) == 0


@pytest.mark.parametrize(
    ("given", "known"), [((3, 3, 3, 3, 3), True), ((3, 3, 3, 3, None), True), ((3, 3, 3, None, None), False)]
)
def test_score_needs_three_quarters_of_the_items(given, known):
    assert pd.notna(score(*given)) is known


def test_person_waves_have_months_since_the_start():
    frame = person_waves(table(answers("a", "T12", 3, 3, 3, 3, 3), answers("a", "T0", 5, 5, 5, 5, 1)), [instrument(ATT)])
    assert frame[["wave", "months", ATT]].values.tolist() == [["T0", 0, 100.0], ["T12", 12, 50.0]]
    assert at_wave(frame, ATT, "T12").to_dict() == {"a": 50.0}


def test_answers_given_twice_are_not_averaged():
    with pytest.raises(ValueError, match="duplicate"):
        item_answers(table(answers("a", "T0", 3), answers("a", "T0", 5)), instrument(ATT), "T0")


def test_answers_over_waves_are_of_the_cohort_and_point_the_same_way():
    study = SimpleNamespace(
        tables={
            "answers": table(
                answers("a", "T0", 1, 2, 3, 4, 5), answers("a", "T6", 5, 5, 5, 5, 1), answers("b", "T0", 1, 1, 1, 1, 1)
            )
        },
        instrument=instrument,
    )
    cohort = Cohort(pd.DataFrame({"person": ["a"]}), ())
    rows = items_over_waves(study, cohort, ATT, ["T0", "T12"])
    assert rows.values.tolist() == [["a", "T0", 1, 2, 3, 4, 1]]


def test_beside_leaves_out_who_has_no_coach():
    items = pd.DataFrame({"ATT_1": [1, 2]}, index=["a", "b"])
    cohort = Cohort(pd.DataFrame({"person": ["a", "b"], "coach": ["x", None]}), ())
    assert beside(items, cohort, "coach").values.tolist() == [[1, "x"]]


def test_at_both_keeps_who_was_measured_twice_and_beside_it_what_the_cohort_knows():
    waves = pd.DataFrame({"person": ["a", "a", "b"], "wave": ["T0", "T12", "T0"], "SKL": [40.0, 50.0, 30.0]})
    cohort = Cohort(pd.DataFrame({"person": ["a", "b"], "coach": ["x", "y"]}), ())
    found = at_both(waves, cohort, ["SKL"], "T0", "T12")
    assert list(found) == ["SKL"]
    assert found["SKL"].values.tolist() == [["a", "x", 40.0, 50.0]]
    assert found["SKL"].columns.tolist() == ["person", "coach", "before", "after"]


def test_wide_scores_have_a_row_for_who_was_never_measured():
    waves = pd.DataFrame({"person": ["a", "a"], "wave": ["T0", "T12"], "ECR": [40.0, 50.0]})
    cohort = Cohort(pd.DataFrame({"person": ["a", "b"], "coach": ["x", "y"], "introduced": [True, False]}), ())
    frame = wide(waves, cohort, {"ECR": ["T0", "T12"]})
    assert list(frame) == ["person", "coach", "introduced", "ECR_T0", "ECR_T12"]
    assert frame["ECR_T12"].fillna(-1).tolist() == [50.0, -1.0]
