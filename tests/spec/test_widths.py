"""Where nothing varies there is no interval, and so no number: an error of zero is not known, it is not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.decomposition import provision_kitagawa, spend_kitagawa
from gm_workbench.metrics.directions import direction_shares, movement
from gm_workbench.metrics.equity import spend, spend_by, spend_difference
from gm_workbench.metrics.estimate import Estimate, Known, NotEnoughData
from gm_workbench.metrics.growth import growth
from gm_workbench.metrics.horizon import over_months
from gm_workbench.metrics.mobility import mobility_indices
from gm_workbench.metrics.moderation import moderation
from gm_workbench.metrics.oaxaca import oaxaca_blinder
from gm_workbench.metrics.panels import fixed_effects, random_effects
from gm_workbench.metrics.rank_mobility import rank_mobility
from gm_workbench.metrics.scales import cronbach_alpha
from gm_workbench.metrics.waves import course
from gm_workbench.metrics.weighting import standardised_difference, weighted_difference
from gm_workbench.metrics.widths import varied
from gm_workbench.outputs.shortages import shortage

LEVEL = pd.DataFrame({"person": range(80), "amount": 5.0, "sex": ["w", "m"] * 40, "home": ["a", "a", "b", "b"] * 20})
COSTS = LEVEL.assign(type="06")
STAYED = pd.DataFrame({"person": range(60), "from": ["low", "high"] * 30, "to": ["low", "high"] * 30})
FALLEN = STAYED.assign(to="low")
WAGES = pd.DataFrame({"from": np.arange(60.0) + 10, "to": (np.arange(60.0) + 10) * 1.5})
LINES = pd.DataFrame(
    {"person": np.arange(120) // 3, "t": [0, 1, 2] * 40, "x": np.arange(120) % 5, "wave": ["T0", "T1", "T2"] * 40}
)
LINES["y"] = LINES["t"] * (1 + LINES["person"] % 3) + LINES["person"]
ALIKE = LINES.loc[LINES["t"] < 2].assign(y=lambda rows: rows["t"] + rows["person"], g="all")
ARMS = pd.DataFrame({"coach": np.arange(80) // 5, "new": np.arange(80) // 5 % 2, "y": np.arange(80) // 5 % 2})
COACH = np.arange(80.0) % 7
SCORES = pd.DataFrame({"person": range(60), "INT": np.arange(60) % 7, "SKL": np.arange(60) % 5})
PAIR = ("w", "m")

FLAT: list[tuple[str, Callable[[], Any]]] = [
    ("one amount for everybody", lambda: spend(LEVEL, draws=9)),
    ("nothing for anybody", lambda: spend(LEVEL.assign(amount=0.0), draws=9)),
    ("one amount in a group", lambda: spend_by(LEVEL, ["sex"], draws=9)["w",]),
    ("one amount in both groups", lambda: spend_difference(LEVEL, "sex", PAIR, draws=9)),
    ("one amount to split", lambda: spend_kitagawa(LEVEL, "sex", PAIR, "home", draws=9)),
    ("one amount by type", lambda: provision_kitagawa(LEVEL, COSTS, "sex", PAIR, draws=9)),
    ("one amount to explain", lambda: oaxaca_blinder(LEVEL, "amount", "sex", PAIR, ["home"], "points", 9)),
    ("nobody moves", lambda: mobility_indices(STAYED, ["low", "high"], draws=9)),
    ("all end in one state", lambda: mobility_indices(FALLEN, ["low", "high"], draws=9)["upward"]),
    ("wages that rise alike", lambda: movement(WAGES)),
    ("nobody passes anybody", lambda: rank_mobility(WAGES, draws=9)),
    ("everybody on a line of her own", lambda: growth(LINES, "y", "t")),
    ("everybody on one line", lambda: growth(LINES.assign(y=LINES["t"] * 2.0), "y", "t")),
    ("nobody changes", lambda: fixed_effects(LINES.assign(y=LINES["person"]), "y", ["x"])),
    ("an outcome that is its predictor", lambda: random_effects(LINES.assign(y=LINES["x"] * 2.0), "y", ["x"])),
    ("an outcome that is the arm", lambda: weighted_difference(ARMS.assign(x=COACH), "y", "new", ["x"])),
    ("a moderator that is the outcome", lambda: moderation(SCORES.assign(BEH=SCORES["SKL"]), moderators=["SKL"])),
    (
        "an outcome that is a covariate",
        lambda: standardised_difference(ARMS.assign(x=COACH, y=COACH), "y", "new", ["x"], draws=9),
    ),
    ("items that are copies", lambda: cronbach_alpha(pd.DataFrame({"a": [1, 2] * 40, "b": [1, 2] * 40}))),
    (
        "all change alike",
        lambda: course(ALIKE, "y", group="g", waves=["T0", "T1"]).change[0].estimate,
    ),
]


@pytest.mark.parametrize("ask", [pytest.param(ask, id=name) for name, ask in FLAT])
def test_where_nothing_varies_there_is_no_number_and_a_sentence_that_says_so(ask: Callable[[], Any]) -> None:
    found = ask()
    assert isinstance(found, NotEnoughData)
    assert (found.got, found.needed) == (1, 2)
    assert shortage(found).nl.endswith("daarvoor verschillen de gegevens te weinig van elkaar.")


def test_indices_that_vary_are_given_beside_those_that_do_not() -> None:
    found = mobility_indices(FALLEN, ["low", "high"], draws=99)
    there = [name for name, one in found.items() if isinstance(one, Estimate)]
    assert there == ["bartholomew_1", "bartholomew_2"]  # who falls counts there; the rows of the matrix are all alike
    assert (found["bartholomew_2"].value, found["prais"].what) == (0.5, "different outcomes")


@pytest.mark.parametrize(
    ("split", "nothing", "whole"),
    [
        (
            lambda: spend_kitagawa(LEVEL.assign(amount=1 + np.arange(80) % 7, home="a"), "sex", PAIR, "home"),
            "composition",
            "rates",
        ),
        (
            lambda: provision_kitagawa(pd.concat([LEVEL, LEVEL.assign(person=LEVEL["person"] + 80)]), COSTS, "sex", PAIR),
            "rates",
            "composition",
        ),
    ],
)
def test_a_split_of_which_one_part_is_nothing_gives_the_other(split: Callable[[], Any], nothing: str, whole: str) -> None:
    found = split()
    assert isinstance(getattr(found, nothing), NotEnoughData)
    assert getattr(found, whole) == found.gap


def test_shares_have_an_interval_where_all_or_none_do_it() -> None:
    found = direction_shares(STAYED, ["low", "high"])
    assert (found.up.value, found.up.low) == (0.0, 0.0)
    assert found.up.high > 0.1


def test_after_no_months_nothing_has_happened_and_that_is_known() -> None:
    chance = Estimate(-0.01, -0.02, 0.0, 0.005, 90, "difference in probability", "m")
    assert over_months(chance, with_it=0.02, otherwise=0.01, months=0).high == 0.0


STILL, MOVES = (Estimate(2.0, 2.0 - half, 2.0 + half, half, 9, "points", "m") for half in (0.0, 0.5))
NONE = NotEnoughData("m", "different outcomes", 1, 2)


@dataclass(frozen=True)
class Parts:
    one: Estimate
    other: Estimate | NotEnoughData
    fixed: Known


def test_the_smallest_part_that_may_be_not_enough_data_is() -> None:
    assert varied(Parts(MOVES, STILL, MOVES), Parts | NotEnoughData) == Parts(MOVES, NONE, MOVES)
    assert varied({"a": STILL, "b": MOVES}, dict[str, Estimate | NotEnoughData]) == {"a": NONE, "b": MOVES}
    assert varied((STILL, MOVES), tuple[Estimate | NotEnoughData, ...]) == (NONE, MOVES)


def test_the_whole_is_not_enough_data_where_a_part_may_not_be() -> None:
    assert varied(Parts(STILL, MOVES, MOVES), Parts | NotEnoughData) == NONE
    assert varied({"a": STILL, "b": MOVES}, dict[str, Estimate] | NotEnoughData) == NONE


def test_what_is_known_stays_and_so_does_what_cannot_be_not_enough_data() -> None:
    known, plain = Parts(MOVES, MOVES, STILL), Parts(STILL, MOVES, MOVES)
    assert varied(known, Parts | NotEnoughData) is known
    assert varied(plain, Parts) is plain


def test_every_metric_is_looked_at() -> None:
    @as_declared
    def mean(se: float) -> Estimate | NotEnoughData:
        return Estimate(1.0, 1.0 - se, 1.0 + se, se, 9, "points", "m")

    assert mean(0.0) == mean(1e-13) == NONE
    assert isinstance(mean(1e-9), Estimate)
