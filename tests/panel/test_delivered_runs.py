"""From checked tables to runs and person-months: one place, index month 2024-01."""

import pandas as pd
import pytest

from gm_workbench.errors import DeclarationError, MetricError
from gm_workbench.panel.delivered_runs import benefit_months, benefit_runs, coded, provision_runs, spell_runs
from gm_workbench.panel.merging import merge_runs, spell_rule
from gm_workbench.panel.runs import MergeCounts
from gm_workbench.panel.spells import CENSORED, OTHERWISE, TO_WORK, exit_times
from gm_workbench.panel.study import from_tables
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind

JAN = month_index("2024-01")
PERIOD = Period.parse("2023-01/2025-12")


def study(**tables):
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    return from_tables(load_protocol("tilburg_single_mothers"), "GM0855", frames, DataKind.SYNTHETIC, PERIOD)


def benefit(person, first, last, reason=None, *, scheme="01", start=None):
    """Draw the monthly rows of one benefit; with a reason it ended in the last of them."""
    ended = {last: (last, reason)} if reason else {}
    return [
        {
            "person": person, "dossier": f"d{person}", "month": month, "scheme": scheme, "start": start or first,
            "end": ended.get(month, (None, None))[0], "end_reason": ended.get(month, (None, None))[1],
        }
        for month in range(first, last + 1)
    ]  # fmt: skip


def spell(person, provision, kind, start, end, last=None):
    months = range(start, (end if end is not None else last) + 1)
    return [{"person": person, "provision": provision, "type": kind, "month": m, "start": start, "end": end} for m in months]


def drawn(runs):
    whose = [runs.people[code] for code in runs.person]
    return list(zip(whose, runs.first.tolist(), runs.last.tolist(), runs.event.tolist(), strict=True))


def test_benefit_runs_say_how_they_ended_and_since_when():
    opened = study(
        benefits=[
            *benefit("work", JAN, JAN + 2, "11", start=JAN - 50),
            *benefit("moved", JAN, JAN + 1, "31"),
            *benefit("stays", JAN - 3, PERIOD.last),
            *benefit("other scheme", JAN, JAN + 1, scheme="11"),
        ]
    )
    assert drawn(benefit_runs(opened)) == [
        ("moved", JAN, JAN + 1, OTHERWISE),
        ("stays", JAN - 3, PERIOD.last, CENSORED),
        ("work", JAN - 50, JAN + 2, TO_WORK),
    ]


def test_benefit_months_are_followed_from_the_index_month_and_agree_with_exit_times():
    rows = [*benefit("a", JAN - 5, JAN + 7, "11"), *benefit("b", JAN, JAN + 3, "31"), *benefit("c", JAN - 1, PERIOD.last)]
    opened = study(benefits=rows)
    months = benefit_months(opened)
    last = months.frame().drop_duplicates("person", keep="last").set_index("person")
    times = exit_times(opened, pd.DataFrame({"person": ["a", "b", "c"]})).set_index("person")
    assert last["time"].astype(int).to_dict() == times["time"].to_dict()
    assert last["event"].astype(int).to_dict() == times["event"].to_dict()
    assert months.ledger.merged == (("benefit", MergeCounts(3, 3, 0, 0, 0, 0)),)
    assert [step.persons_out for step in months.ledger.steps] == [3, 3, 3]


def test_who_came_later_than_the_index_month_came_in_late():
    months = benefit_months(study(benefits=[*benefit("a", JAN, JAN + 1), *benefit("b", JAN + 4, JAN + 5)]))
    assert months.frame(["person", "entry"]).drop_duplicates("person")["entry"].tolist() == [0, 4]


def test_without_the_column_scheme_nobody_is_known_to_be_on_general_assistance():
    rows = [{name: value for name, value in row.items() if name != "scheme"} for row in benefit("a", JAN, JAN + 1)]
    assert len(benefit_months(study(benefits=rows))) == 0


def test_a_subsidy_that_stops_and_restarts_is_one_and_is_counted():
    rows = [
        *spell("a", "p1", "04", JAN, JAN + 3), *spell("a", "p2", "04", JAN + 5, JAN + 8),
        *spell("a", "p3", "06", JAN, JAN + 30),
        *spell("b", "p4", "04", JAN, JAN + 3), *spell("b", "p5", "flat_rate_subsidy", JAN + 6, None, PERIOD.last),
    ]  # fmt: skip
    rule = spell_rule("wage_cost_subsidy")
    merged, counts = merge_runs(provision_runs(study(provisions=rows), rule), rule)
    assert drawn(merged) == [
        ("a", JAN, JAN + 8, OTHERWISE),
        ("b", JAN, JAN + 3, OTHERWISE),
        ("b", JAN + 6, PERIOD.last, CENSORED),
    ]
    assert (counts.before, counts.after, counts.bridged) == (4, 3, 1)


def test_a_rule_without_types_holds_for_all_provisions():
    rows = [*spell("a", "p1", "04", JAN, JAN + 3), *spell("a", "p3", "06", JAN + 1, JAN + 9)]
    rule = spell_rule("provision")
    assert drawn(merge_runs(provision_runs(study(provisions=rows), rule), rule)[0]) == [("a", JAN, JAN + 9, OTHERWISE)]


def test_sick_leave_lasts_until_the_last_month_of_the_period_when_it_has_no_end():
    rows = [
        {"person": "a", "spell": "s1", "start": JAN, "end": JAN + 2},
        {"person": "a", "spell": "s2", "start": JAN + 9, "end": None},
    ]
    runs = spell_runs(study(sick_leave=rows), "sick_leave")
    assert drawn(runs) == [("a", JAN, JAN + 2, OTHERWISE), ("a", JAN + 9, PERIOD.last, CENSORED)]
    assert runs.open_end.tolist() == [False, True]


def test_a_table_without_spells_and_an_unknown_rule_are_refused():
    opened = study(costs=[{"person": "a", "month": JAN}], benefits=benefit("a", JAN, JAN))
    with pytest.raises(MetricError, match="which costs has not"):
        spell_runs(opened, "costs")
    with pytest.raises(DeclarationError, match="no 'benefit_runs'"):
        benefit_months(opened, "benefit_runs")


def test_categories_keep_their_codes():
    people, codes = coded(pd.Series(["b", "a", "b"], dtype=pd.CategoricalDtype(["b", "a"])))
    assert (people.tolist(), codes.tolist()) == (["b", "a"], [0, 1, 0])
