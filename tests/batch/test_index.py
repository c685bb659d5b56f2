from __future__ import annotations

import pytest

from gm_workbench.batch.attempts import Attempt, State
from gm_workbench.batch.index import why_not
from gm_workbench.vocabulary.text import Text


def failed(reason: str) -> Attempt:
    empty: dict[str, str] = {}
    return Attempt(
        1, "s", "GM0855", "", "", "s/GM0855", State.FAILED, "", 1.0, 4, reason, "", Text("", ""), 1, empty, empty, None, None
    )


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("DeliveryError: BUS_202301.csv has no rows", "at cell 4: DeliveryError: BUS_202301.csv has no rows"),
        ("DeliveryError: /home/anna/GM0855/BUS_202301.csv has no rows", "at cell 4: DeliveryError"),
        ("DeliveryError: born 1985-03-12", "at cell 4: DeliveryError"),
    ],
)
def test_reason_in_which_the_scanner_finds_something_is_not_told(reason, told):
    assert why_not(failed(reason)).en == told
