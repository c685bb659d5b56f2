"""Persons who are alike but for an amount are drawn with the same chances as all others."""

import numpy as np
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics import bootstrap_lines
from gm_workbench.metrics.bootstrap_lines import LEAST, lines, own_counts, own_sums
from gm_workbench.metrics.bootstrap_sums import drawn_sums

EXACT = 1e-9


def months(people: int) -> np.ndarray:
    """Months, rows of costs and euros in two categories: most persons have one amount, some none and one has two."""
    random = np.random.default_rng(5)
    first, amount = np.arange(people) % 2 == 0, random.gamma(2.0, 100.0, people) * (np.arange(people) % 9 > 0)
    euros = np.column_stack([amount * first, amount * ~first])
    euros[1] = [50.0, 70.0]
    return np.column_stack([np.ones(people), first, ~first, euros]).astype(float)


def test_draws_are_those_of_the_persons_written_out():
    columns = months(1200)
    counts = np.array(list(own_counts(columns, range(3, 5), 30, seed=4)))
    assert (counts.sum(axis=1) == 1200).all()
    assert own_sums(columns, range(3, 5), 30, seed=4)[1:] == pytest.approx(counts @ columns, rel=EXACT)


def test_sums_spread_as_the_multinomial_says():
    # cov S* = n cov c, with the covariance over persons: Efron & Tibshirani (1993), ch. 5; a variance is known to 3 % by 2,000
    columns = months(1200)
    found = np.cov(own_sums(columns, range(3, 5), 2000, seed=1)[1:, 1:], rowvar=False)
    meant = 1200 * np.cov(columns[:, 1:], rowvar=False, ddof=0)
    assert np.diag(found) == pytest.approx(np.diag(meant), rel=0.13)
    assert found[0, 2] == pytest.approx(meant[0, 2], rel=0.13)


def test_how_many_draws_are_summed_at_a_time_makes_no_difference(monkeypatch):
    whole = own_sums(months(1200), range(3, 5), 20, seed=3)
    monkeypatch.setattr(bootstrap_lines, "AT_ONCE", 5000)
    assert own_sums(months(1200), range(3, 5), 20, seed=3) == pytest.approx(whole, rel=EXACT)


@pytest.mark.parametrize("people", [LEAST, 40])
def test_small_groups_are_drawn_as_before(people):
    columns = months(people)
    assert lines(columns, range(3, 5))[0] == []
    assert (own_sums(columns, range(3, 5), 20, seed=3) == drawn_sums(columns, 20, seed=3)).all()


def test_amounts_that_repeat_are_no_line():
    columns = np.column_stack([np.ones(600), np.arange(600) % 10 + 1.0])
    assert lines(columns, range(1, 2))[0] == []


def test_without_amounts_nobody_is_drawn_apart():
    columns = months(1200)[:, :3]
    assert (own_sums(columns, range(3, 3), 20, seed=3) == drawn_sums(columns, 20, seed=3)).all()


def test_draws_must_be_a_number_above_one():
    with pytest.raises(MetricError, match="draws"):
        own_sums(months(1200), range(3, 5), 1, seed=1)
