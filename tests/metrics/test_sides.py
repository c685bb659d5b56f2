"""Estimates carry who stands on each side, counted from rows drawn here."""

from __future__ import annotations

import pandas as pd
import pytest

from gm_workbench.metrics.cascade import Contrast, ancova_difference
from gm_workbench.metrics.consensus import Consensus, Outside, within_group_agreement
from gm_workbench.metrics.estimate import Estimate, NotEnoughData, Sides
from gm_workbench.metrics.exit_contrast import incidence_difference
from gm_workbench.metrics.overlap import balance
from gm_workbench.metrics.sides import beside, sides_of


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Twelve coaches, six of them new; coach 0 has as many persons as the other five of her side together."""
    sizes = [50, *[10] * 11]
    frame = pd.DataFrame(
        [(coach, person) for coach, size in enumerate(sizes) for person in range(size)], columns=["coach", "i"]
    )
    left = frame["i"] % 5 == 0
    left |= frame["coach"].isin([1, 10]) & frame["i"].eq(1)  # with one share of every coach nothing would vary
    left &= ~(frame["coach"].isin([2, 11]) & frame["i"].eq(0))
    return frame.assign(new=(frame["coach"] < 6).astype(int), left=left.astype(int), age=20 + frame["i"] % 7)


def test_contrast_says_who_is_on_each_side_and_how_many_have_the_outcome(rows):
    swapped = rows.assign(left=rows["left"].mask(rows["coach"].isin([1, 7]) & (rows["i"] < 1), 0))  # coaches are not all alike
    found = ancova_difference(swapped, "left", "new", unit="probability")
    assert isinstance(found, Contrast)
    assert found.adjusted.sides == found.raw.sides == Sides((100, 60), (6, 6), 0.5, (19, 11))


def test_outcome_that_is_a_number_has_no_persons_with_it(rows):
    found = ancova_difference(rows, "age", "new")
    assert isinstance(found, Contrast)
    assert found.adjusted.sides == Sides((100, 60), (6, 6), 0.5)


def test_difference_in_incidence_counts_events_until_the_horizon_only(rows):
    frame = rows.assign(time=1 + rows["i"] % 10, event=rows["left"], arm=rows["new"].map({1: "a", 0: "b"}))
    found = incidence_difference(frame, 3, by="arm", groups=("a", "b"))
    assert isinstance(found, Estimate)
    assert found.sides == Sides((100, 60), events=(10, 6))


def test_persons_with_several_rows_count_once_a_side():
    frame = pd.DataFrame({"person": ["p", "p", "q"], "team": ["a", "a", "b"]})
    assert sides_of([frame], "team", person="person") == Sides((2,), (2,), 0.5)
    assert sides_of([frame.iloc[:0]], "team") == Sides((0,), (0,))


def test_events_are_counted_where_each_person_has_one_row():
    frame = pd.DataFrame({"person": ["p", "q", "r"], "team": ["a", "a", "b"], "left": [1, 0, 1]})
    assert sides_of([frame], "team", "left", "person").events == (2,)
    assert sides_of([pd.concat([frame, frame.iloc[:1]])], "team", "left", "person").events == ()


def test_what_is_no_estimate_stays_as_it_is():
    short = NotEnoughData("m", "persons", 3, 10)
    assert beside(short, Sides((1,))) is short


def test_balance_counts_the_fewest_who_have_or_lack_a_characteristic(rows):
    table = balance(
        rows.assign(few=(rows["i"] == 49).astype(int) + (rows["coach"].eq(9) & rows["i"].eq(3))), "new", ["few", "age"]
    )
    assert [one.fewest for one in table] == [1, None]  # type: ignore[union-attr]


def test_agreement_counts_who_lies_beyond_the_median_and_beyond_the_ends_of_its_interval():
    answers = pd.DataFrame([(c, 3 + (i % (c + 2) == 0)) for c in range(12) for i in range(5 + c)], columns=["coach", "item"])
    found = within_group_agreement(answers, ["item"], "coach")
    assert isinstance(found, Consensus)
    assert (found.beyond.groups, found.beyond_ends.groups) == (6, 2)  # P(X < 3) is .019 of twelve: the third from either end
    assert found.beyond_ends.ratings >= 10
    assert Consensus((), found.median, 1.0, 0).beyond == Outside(0, 0)  # what is not counted is not released
