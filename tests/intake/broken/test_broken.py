"""Each broken delivery gives its exit code and its reason, in seconds, without a traceback and without a planted number."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from gm_workbench.errors import WorkbenchError
from gm_workbench.intake.store import check

from . import edits_cells, edits_files, edits_formats, edits_keys  # noqa: F401 - they register themselves
from .breaking import BREAKERS, break_delivery
from .conftest import PATIENCE, arguments, environment, run_gm
from .good import PLACE, REAL_PLACE
from .leaks import leaks, leaks_in_tree, planted

pytestmark = pytest.mark.untraced

TABLE = Path(__file__).resolve().parents[1] / "broken.csv"
CASES = {case["id"]: case for case in csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines())}
FEW_AND_MORE = [case if at % 6 == 0 else pytest.param(case, marks=pytest.mark.proof) for at, case in enumerate(CASES)]
"""Every sixth of them is run each time, and all of them by `make proof`."""
CODES = {0, 20, 21, 22, 25, 26, 27}


def test_every_row_of_the_table_has_an_edit():
    assert set(BREAKERS) == set(CASES)


def before(delivery, commands):
    """Run what must have happened before: a check of the good delivery, a person forgotten."""
    for command in commands:
        asked = arguments(delivery)
        if command == "forget":
            person = delivery.table(delivery.bus)["BURGERSERVICENUMMER"][0]
            run_gm(delivery, ["forget", asked[1], asked[2]], told=f"{person}\n")
        else:
            run_gm(delivery, asked)


def reasons_in_process(delivery, monkeypatch, changes):
    """Give the reasons of the faults where the command line does not name them."""
    for name, value in environment(delivery, changes).items():
        monkeypatch.setenv(name, value)
    place = REAL_PLACE if delivery.folder.name == REAL_PLACE else PLACE
    try:
        check(delivery.folder, place, delivery.project / "data" / "codes")
    except WorkbenchError as error:
        return {str(fault.reason) for fault in getattr(error, "faults", ())}
    return set()


@pytest.mark.slow
@pytest.mark.parametrize("case", FEW_AND_MORE)
def test_broken_delivery_gives_its_fault(case, good, monkeypatch):
    row, breaker = CASES[case], BREAKERS[case]
    if case == "87d" and os.geteuid() == 0:
        pytest.skip("an administrator may read everything")
    delivery = good(breaker.base)
    plants = planted(delivery)
    before(delivery, breaker.first)
    changes = break_delivery(case, delivery.folder)
    ran = run_gm(delivery, arguments(delivery), changes)
    assert leaks((ran.out + ran.err).encode(), plants) == set()
    assert leaks_in_tree(delivery.project, delivery.folder, plants) == {}
    # what kills a child would kill this process too
    known = ran.reasons() or ran.code not in CODES
    reasons = ran.reasons() if known else reasons_in_process(delivery, monkeypatch, changes)
    assert wrongs(row, ran, reasons) == []


def wrongs(row, ran, reasons):
    """Say in what a run differs from its row."""
    checks = (
        ("Traceback" in ran.err or ran.code not in CODES, f"crashed with exit code {ran.code}"),
        (ran.seconds > PATIENCE, f"worked for {ran.seconds:.0f} seconds"),
        (str(ran.code) != row["exit"], f"exit code {ran.code} and not {row['exit']}"),
        (bool(row["reason"]) and row["reason"] not in reasons, f"reasons {sorted(reasons)} and not {row['reason']}"),
    )
    return [said for is_wrong, said in checks if is_wrong]
