import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.panel.ledger import Ledger, Step, start_cohort
from gm_workbench.vocabulary.text import Text

ALL = Text("allen", "all")
WHY = Text("omdat", "because")


def people(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"person": list(names)})


def test_cohort_counts_each_loss():
    cohort = start_cohort(people("a", "b", "c"), ALL, WHY)
    kept = cohort.keep(pd.Series([True, False, True]), Text("over", "left"), WHY)
    assert [(step.persons_in, step.persons_out) for step in kept.ledger.steps] == [(3, 3), (3, 2)]
    assert list(kept.frame["person"]) == ["a", "c"]
    assert kept.ledger.persons == 2


def test_cohort_filter_leaves_the_earlier_cohort_alone():
    cohort = start_cohort(people("a", "b"), ALL, WHY)
    cohort.keep(pd.Series([False, False]), ALL, WHY)
    assert cohort.ledger.persons == len(cohort.frame) == 2


def test_cohort_refuses_a_person_with_two_rows():
    with pytest.raises(MetricError, match="one row per person"):
        start_cohort(people("a", "a"), ALL, WHY)


def test_ledger_without_steps_has_no_persons():
    assert Ledger().persons == 0


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Step(ALL, 3, 4, WHY)], "more persons came out"),
        ([Step(ALL, 3, 3, WHY), Step(ALL, 2, 1, WHY)], "did not come out of the step before"),
    ],
)
def test_ledger_that_does_not_add_up_is_refused(steps, message):
    with pytest.raises(MetricError, match=message):
        Ledger(tuple(steps))
