"""Person-waves: who was measured when, and who had left by then."""

import pandas as pd
import pytest

from gm_workbench.panel.ledger import start_cohort
from gm_workbench.panel.person_waves import measured_waves, with_gaps
from gm_workbench.panel.spells import CENSORED, OTHERWISE, TO_WORK
from gm_workbench.panel.study import from_tables
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text

JAN = month_index("2024-01")
ITEMS = [f"ECR_{i}" for i in range(1, 9)]

FOLLOWED = {
    # person: (last month, reason, waves)
    "all": (JAN + 20, None, ["T0", "T6", "T12"]),
    "work": (JAN + 3, "11", ["T0"]),
    "work and asked": (JAN + 3, "11", ["T0", "T6", "T12"]),
    "moved": (JAN + 8, "31", ["T0", "T6"]),
    "silent": (JAN + 20, None, ["T0", "T6"]),
    "no start": (JAN + 20, None, ["T6", "T12"]),
}


@pytest.fixture
def followed(opened):
    return measured_waves(opened, everybody(), "ECR")


def everybody():
    return start_cohort(pd.DataFrame({"person": list(FOLLOWED)}), Text("allen", "all"), Text("-", "-"))


@pytest.fixture
def opened():
    benefits = [
        {"person": person, "month": month, "end": last if reason and month == last else None, "end_reason": reason}
        for person, (last, reason, _) in FOLLOWED.items()
        for month in range(JAN, last + 1)
    ]
    answers = [
        {"person": person, "wave": wave, "month": JAN, "instrument": "ECR", "item": item, "answer": 3.0}
        for person, (*_, waves) in FOLLOWED.items()
        for wave in waves
        for item in ITEMS
    ]
    tables = {"benefits": pd.DataFrame(benefits).astype({"end": "Int32"}), "answers": pd.DataFrame(answers)}
    protocol = load_protocol("tilburg_single_mothers")
    return from_tables(protocol, "GM0855", tables, DataKind.SYNTHETIC, Period.parse("2023-01/2025-12"))


def test_ledger_tells_exits_to_work_other_exits_and_silence_apart(followed):
    told = [(step.label.en, step.persons_out, step.why.en) for step in followed.ledger.steps[1:]]
    assert told == [
        ("measured at T0", 5, "no usable first measurement"),
        ("not missed at T6 through exit to work", 4, "left for work"),
        ("not missed at T6 through another exit", 4, "left for another reason"),
        ("measured at T0 and T6", 4, "not measured"),
        ("not missed at T12 through exit to work", 4, "left for work"),
        ("not missed at T12 through another exit", 3, "left for another reason"),
        ("measured at T0, T6 and T12", 2, "not measured"),
    ]


def test_measurements_say_who_had_left_by_then(followed):
    rows = followed.frame.set_index(["person", "wave"])["event"].to_dict()
    assert rows["all", "T12"] == CENSORED
    assert [rows["work and asked", wave] for wave in ("T0", "T6", "T12")] == [CENSORED, TO_WORK, TO_WORK]
    assert [rows["moved", wave] for wave in ("T0", "T6")] == [CENSORED, CENSORED]
    assert OTHERWISE not in rows.values()
    assert "no start" not in followed.frame["person"].tolist()


def test_waves_with_gaps_keep_who_was_lost_after_the_start(opened):
    found = with_gaps(opened, everybody(), waves=("T0", "T6", "T12")).set_index("person")
    assert found["stayed"].to_dict() == {"all": 1, "work": 0, "work and asked": 1, "moved": 0, "silent": 0}
    assert found["ECR_T6"].notna().to_dict() == {
        "all": True,
        "work": False,
        "work and asked": True,
        "moved": True,
        "silent": True,
    }
    assert found["ECR_T0"].tolist() == [50.0] * 5
