"""Delivered = accepted + set aside + refused, or nothing is read."""

import pytest

from gm_workbench.errors import DeliveryError
from gm_workbench.intake.rowledger import Entry, RowLedger


def test_rows_that_do_not_add_up_cannot_be_written_down():
    with pytest.raises(DeliveryError, match=r"10 were delivered, but 7 accepted \+ 2 set aside \+ 0 refused"):
        Entry("BUS_202301.csv", "benefits", 10, 7, 2, 0)
    with pytest.raises(DeliveryError, match="do not add up"):
        Entry("BUS_202301.csv", "benefits", 1, 2, -1, 0)


def test_totals_add_up_all_entries_or_those_of_one_table():
    ledger = RowLedger((Entry("a.csv", "benefits", 10, 7, 3, 0), Entry("b.csv", "costs", 5, 0, 0, 5)))
    assert ledger.totals() == Entry("", "", 15, 7, 3, 5)
    assert ledger.totals("costs") == Entry("", "costs", 5, 0, 0, 5)
    assert RowLedger().totals() == Entry("", "", 0, 0, 0, 0)


def test_a_file_is_counted_once_for_each_table():
    ledger = RowLedger().with_entries([Entry("a.xlsx", "benefits", 1, 1, 0, 0), Entry("a.xlsx", "caseload", 1, 1, 0, 0)])
    with pytest.raises(DeliveryError, match=r"a\.xlsx is counted more than once for table benefits"):
        ledger.with_entries([Entry("a.xlsx", "benefits", 1, 1, 0, 0)])
