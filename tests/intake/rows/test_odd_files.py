"""Whatever stands in the cells: no exception, no lost row, and nothing of a cell in a message."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gm_workbench.intake.declared.forms import load_sources
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.headers import needed
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder

SOURCES = sorted(load_sources())
NUMBERS = [f"9999{number:05d}" for number in range(20_000, 20_100)]
ANN = next(one for one, left in zip(NUMBERS, eleven_remainder(NUMBERS), strict=True) if left == SYNTHETIC_REMAINDER)
DATES = ["2024", "202401", "20240101", "31-02-2024", "45292", "00000000", "99999999"]
OTHERS = [
    "_",
    "1",
    "01",
    "1.234,56",
    "-",
    "x" * 80,
    "111222333",
    "T0",
    "=1+1",
    "ja",
    "R",
    "#DIV/0!",
    "0",
    "Beschut werk",
    "€ 5",
    "1e9",
]
CELLS = st.sampled_from([*DATES, *OTHERS, ANN, ANN, "Jansen, M.", "\u0661\u0662"])


def headers(source) -> list[str]:
    own = [header for table in source.tables for rule in table.columns.values() for header in rule.headers]
    return list(dict.fromkeys([*needed(source), *own, *source.ignore, *(["STU_1"] if "METING" in own else [])]))


@pytest.mark.untraced
@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_cell_breaks_a_source_and_no_row_is_lost(read, name, data):
    source = load_sources()[name]
    columns = headers(source)
    size = data.draw(st.integers(1, 4))
    rows = [[data.draw(CELLS) for _ in columns] for _ in range(size)]
    found = read("\n".join("|".join(row) for row in [columns, *rows]), source)
    assert all(entry.delivered <= size for entry in found.entries)
    assert not any("Jansen" in str(fault) or ANN in str(fault) for fault in found.faults)


@pytest.mark.parametrize("name", SOURCES)
def test_file_with_headers_only_is_empty_unless_that_is_right(read, name):
    source = load_sources()[name]
    found = read("|".join(headers(source)), source)
    assert (Reason.EMPTY in {fault.reason for fault in found.faults}) is not source.may_be_empty


def test_first_sick_day_that_is_missing_sets_the_measure_aside(read):
    head = "BURGERSERVICENUMMER|VERZUIMNUMMER|MAATREGEL|DATUM MAATREGEL|EERSTE ZIEKTEDAG"
    found = read(f"{head}\n{ANN}|V1|plan van aanpak|12-02-2024|_", "verzuim_maatregelen")
    assert Reason.MISSING_VALUE in {fault.reason for fault in found.faults}
    assert found.parts == ()
