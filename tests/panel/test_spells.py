"""When somebody has left the benefit: ends that were followed by more months, and ends that were only planned."""

from __future__ import annotations

import pandas as pd
import pytest

from gm_workbench.panel.delivered_runs import benefit_runs
from gm_workbench.panel.spells import CENSORED, OTHERWISE, TO_WORK, exit_times, exits, left_for_work
from gm_workbench.panel.study import Study, from_tables
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind

JAN = month_index("2024-01")
PERIOD = Period.parse("2023-01/2025-12")
WORK, ELSEWHERE = "11", "31"


def months(first, last, *, end=None, reason=None, dossier="d1", scheme="01"):
    """Draw the rows of one dossier of person a; `end` and `reason` stand in the last of them."""
    rows = [(month, None, None) for month in range(first, last)] + [(last, end, reason)]
    return [
        {"person": "a", "dossier": dossier, "month": m, "scheme": scheme, "start": first, "end": e, "end_reason": r}
        for m, e, r in rows
    ]


def study(*dossiers) -> Study:
    frame = pd.DataFrame([row for rows in dossiers for row in rows]).astype({"end": "Int32"})
    return from_tables(load_protocol("tilburg_single_mothers"), "GM0855", {"benefits": frame}, DataKind.SYNTHETIC, PERIOD)


def found(opened: Study) -> tuple[int, int]:
    times = exit_times(opened, pd.DataFrame({"person": ["a"]}))
    return int(times["time"][0]), int(times["event"][0])


@pytest.mark.parametrize(
    ("gap", "expected"),
    [(0, (12, CENSORED)), (1, (12, CENSORED)), (2, (3, TO_WORK)), (3, (3, TO_WORK))],
)
def test_who_goes_on_in_another_dossier_next_month_has_not_left(gap, expected):
    first = months(JAN, JAN + 2, end=JAN + 2, reason=WORK)
    assert found(study(first, months(JAN + 2 + gap, JAN + 11, dossier="d2"))) == expected


def test_who_goes_on_in_another_scheme_has_not_left():
    first = months(JAN, JAN + 2, end=JAN + 2, reason=ELSEWHERE)
    assert found(study(first, months(JAN + 3, JAN + 11, dossier="d2", scheme="02"))) == (12, CENSORED)


def test_the_exit_that_counts_is_the_one_after_which_there_was_no_benefit():
    first = months(JAN, JAN + 2, end=JAN + 2, reason=WORK)
    second = months(JAN + 3, JAN + 5, end=JAN + 5, reason=ELSEWHERE, dossier="d2")
    assert found(study(first, second)) == (6, OTHERWISE)


def test_an_end_beside_a_dossier_that_goes_on_is_no_exit():
    opened = study(months(JAN, JAN + 2, end=JAN + 2, reason=WORK), months(JAN, JAN + 11, dossier="d2"))
    assert found(opened) == (12, CENSORED)
    assert not exits(opened).any()


def test_an_end_that_is_planned_within_months_on_benefit_is_no_exit():
    planned = months(JAN, JAN + 1, end=JAN + 4, reason=WORK)
    assert found(study(planned, months(JAN + 2, JAN + 11))) == (12, CENSORED)
    assert found(study(planned, months(JAN + 4, JAN + 11))) == (12, CENSORED)


def test_an_end_that_is_planned_and_comes_is_an_exit_in_the_last_month_on_benefit():
    planned = months(JAN, JAN + 1, end=JAN + 4, reason=WORK)
    assert found(study(planned, months(JAN + 2, JAN + 4, end=JAN + 4, reason=WORK))) == (5, TO_WORK)
    assert found(study(months(JAN, JAN + 3, end=JAN + 4, reason=WORK))) == (4, TO_WORK)


@pytest.mark.parametrize(
    ("later", "event", "left"), [(-1, TO_WORK, 1), (0, TO_WORK, 1), (1, CENSORED, None), (12, CENSORED, None)]
)
def test_an_end_after_the_period_was_seen_by_nobody(later, event, left):
    opened = study(months(PERIOD.last - 5, PERIOD.last, end=PERIOD.last + later, reason=WORK))
    assert found(opened)[1] == event
    assert benefit_runs(opened).event.tolist() == [event]
    known = left_for_work(opened, pd.DataFrame({"person": ["a"]}), 6, PERIOD.last - 5)
    assert known["left"].tolist() == ([left] if left is not None else [0])


def test_an_end_after_the_period_leaves_a_person_in_view_until_its_last_month():
    opened = study(months(JAN, PERIOD.last, end=PERIOD.last + 3, reason=WORK))
    assert found(opened) == (24, CENSORED)
    assert left_for_work(opened, pd.DataFrame({"person": ["a"]}), 12)["left"].tolist() == [0]


def test_rows_in_any_order_give_the_same_exits():
    first, second = months(JAN, JAN + 2, end=JAN + 2, reason=WORK), months(JAN + 5, JAN + 7, end=JAN + 7, reason=ELSEWHERE)
    there, back = study(first, second), study(second[::-1], first[::-1])
    assert found(there) == found(back) == (3, TO_WORK)
    assert exits(there).sum() == exits(back).sum() == 2
