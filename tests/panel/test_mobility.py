import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.panel.mobility import over_threshold, quintile_pairs, state_pairs


def test_state_pairs_start_with_the_paid_and_lose_nobody():
    months = pd.DataFrame(
        [
            ("a", -1, 12.0, "low_flex"),
            ("a", 11, 16.0, "above_flex"),
            ("b", -1, 12.0, "low_flex"),
            ("b", 11, None, "no_pay"),
            ("c", -1, None, "no_pay"),
            ("c", 11, 12.0, "low_flex"),
        ],
        columns=["person", "months", "hourly_wage", "state"],
    )
    pairs = state_pairs(months, 12)
    assert list(pairs.itertuples(index=False, name=None)) == [("a", "low_flex", "above_flex"), ("b", "low_flex", "no_pay")]


def wages(*rows: tuple[str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["person", "month", "hourly_wage"])


def test_quintile_pairs_take_the_nearest_month_within_the_tolerance():
    observed = wages(*[(name, 0, wage) for name, wage in zip("abcde", (1, 2, 3, 4, 5), strict=True)])
    later = wages(("a", 11, 9), ("b", 12, 1), ("b", 13, 99), ("c", 15, 3), ("d", 9, 4), ("e", 12, 5))
    pairs = quintile_pairs(pd.concat([observed, later]), horizon=12, tolerance=2).set_index("person")
    assert sorted(pairs.index) == ["a", "b", "e"]
    assert pairs.loc["a", ["from", "to"]].tolist() == ["q1", "q5"]
    assert pairs.loc["b", "to"] == "q1"  # the month nearest to twelve, not the later one


def test_quintile_pairs_give_equal_wages_the_same_quintile():
    observed = [(f"p{i}", 0, 10.0) for i in range(9)] + [("rich", 0, 20.0)]
    later = [(name, 12, wage) for name, _, wage in observed]
    pairs = quintile_pairs(wages(*observed, *later), 12).set_index("person")
    assert pairs.loc["p0", "from"] == pairs.loc["p8", "from"] == "q1"
    assert pairs.loc["rich", "from"] == "q5"


def test_quintile_pairs_refuse_a_tolerance_as_long_as_the_horizon():
    with pytest.raises(MetricError, match="longer than the tolerance"):
        quintile_pairs(wages(("a", 0, 1.0)), horizon=12, tolerance=12)


def test_over_threshold_takes_no_pay_for_not_above():
    pairs = pd.DataFrame(
        {
            "person": list("abc"),
            "from": ["low_flex", "above_flex", "above_permanent"],
            "to": ["above_permanent", "no_pay", "above_flex"],
        }
    )
    assert over_threshold(pairs)[["from", "to"]].to_numpy().tolist() == [
        ["below", "above"],
        ["above", "below"],
        ["above", "above"],
    ]
