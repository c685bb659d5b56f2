"""Estimators of the Amsterdam study, on teams of the planted worlds, under each of the four designs."""

from __future__ import annotations

from functools import cached_property, partial

import pandas as pd

from calibrating.rows import CLOSED, RESAMPLED, Estimator, Found, Judged, Scene, attainable
from calibrating.worlds import AMSTERDAM, EIGHT, OF_TEAMS, drawn
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.clustered_share import share
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.team_comparison import ADJUSTED_FOR, difference
from gm_workbench.metrics.wild import wild_bootstrap
from gm_workbench.panel.teams import compared
from gm_workbench.vocabulary.designs import Design

PARALLEL, STEPS, STAGGERED, BEFORE_AFTER = (
    Design.PARALLEL_CLUSTERS,
    Design.STEPPED_WEDGE,
    Design.STAGGERED_INTRODUCTION,
    Design.BEFORE_AFTER,
)


SHORT = 20
"""Of eight teams too few begin or never begin in three steps: every draw must say that there is not enough data."""


class Teams:
    """One draw, as the design compares it."""

    def __init__(self, seed: int, world: str, way: Design) -> None:
        self.study, self.way = drawn(seed, world, AMSTERDAM, OF_TEAMS), way

    @cached_property
    def frame(self) -> pd.DataFrame:
        return compared(self.study, self.way).frame


def scene(world: str, way: Design) -> Scene:
    return Scene(f"teams, {way}, {world}", partial(Teams, world=world, way=way), world)


def by_team(draw: Teams) -> Found:
    """The primary inference where no lot was declared, as the notebook calls it."""
    found = difference(draw.frame, draw.way)
    return found if isinstance(found, NotEnoughData) else found.adjusted


def unadjusted(draw: Teams) -> Found:
    found = difference(draw.frame, draw.way, covariates=())
    return found if isinstance(found, NotEnoughData) else found.adjusted


def by_lot(draw: Teams, assignments: str) -> Found:
    """The primary inference where a lot dealt the starts out; `assignments` is what the table's attainable size rests on."""
    found = difference(draw.frame, draw.way, randomised=True)
    if isinstance(found, NotEnoughData):
        return found
    if assignments not in found.adjusted.method:
        raise SystemExit(f"The attainable size is that of {assignments}, but the method is {found.adjusted.method}.")
    return found.adjusted


def wild(draw: Teams) -> Found:
    rows = draw.frame
    found = wild_bootstrap(
        rows["left"].astype(float), design(rows, ["introduced", *ADJUSTED_FOR]), rows["team"], "introduced", draws=999
    )
    return found if isinstance(found, NotEnoughData) else found.estimate


def usual_by_team(draw: Teams) -> Found:
    """CR1 with t on teams − 1, which is not used for teams: with few of them it is too narrow."""
    rows = draw.frame
    fit = least_squares(rows["left"].astype(float), design(rows, ["introduced", *ADJUSTED_FOR]), rows["team"])
    return fit.combine({"introduced": 1.0}, "probability", "CR1")


def as_independent(draw: Teams) -> Found:
    rows = draw.frame
    person = pd.Series(range(len(rows)))
    fit = least_squares(rows["left"].astype(float), design(rows, ["introduced", *ADJUSTED_FOR]), person)
    return fit.combine({"introduced": 1.0}, "probability", "HC1")


def left_without(draw: Teams) -> Found:
    rows = draw.frame.loc[draw.frame["introduced"] == 0]
    return share(rows["left"].astype(bool), rows["team"])


LOT = "difference between teams, parallel design: who begins is drawn at random"
BY_TEAM = "CR2 by team; randomisation of teams"
INDEPENDENT = "standard errors that treat persons as independent"
AS_IF_ALIKE = "the effective number of persons is never put above the number there are, and teams are nearly alike"
OTHERS = "share among persons of teams that did not begin"
STARTED = "comparison within teams in steps: the hazard differs by one ratio from a team's first month on"
OTHERWISE = {
    STAGGERED: "stacks of starters: teams that begin later are followed over months with fewer exits to come",
    BEFORE_AFTER: "before and after: this year's clients are not last year's",
}
NOTHING = "nothing is planted in `null`"

DEFAULT, NULL = scene("default", PARALLEL), scene("null", PARALLEL)
FEW, FEW_NULL = scene(f"default, {EIGHT}", PARALLEL), scene(f"null, {EIGHT}", PARALLEL)
MANY_WAYS, SEVENTY = "Monte Carlo, 10000 assignments", "exact, all 70 assignments"
IN_STEPS = {"stepped-wedge": STEPS, "staggered": STAGGERED, "before-after": BEFORE_AFTER}


def _of_design(world: str, way: Design) -> list[Estimator]:
    """Cover the truth in the design's own world; count false alarms with its starts in `null`, also with eight teams."""
    null = f"null with starts of {world}"
    own = Estimator(f"teams-{world}-cr2", scene(world, way), by_team, "exit_teams_12m", assumes=STARTED)
    if way is not STEPS:
        own = Estimator(own.name, own.scene, by_team, "exit_teams_12m", Judged.BIAS, RESAMPLED, OTHERWISE[way])
    return [
        own,
        Estimator(f"teams-{world}-cr2-null", scene(null, way), by_team, 0.0, Judged.ALARMS, assumes=NOTHING),
        Estimator(
            f"teams-{world}-cr2-null-eight",
            scene(f"{null}, {EIGHT}", way),
            by_team,
            0.0,
            Judged.ALARMS,
            draws=SHORT if way is STAGGERED else CLOSED,
            assumes=NOTHING,
        ),
    ]


ROWS = [
    Estimator("teams-cr2", DEFAULT, by_team, "exit_teams_12m", assumes=BY_TEAM),
    Estimator("teams-lot", DEFAULT, partial(by_lot, assignments=MANY_WAYS), "exit_teams_12m", draws=RESAMPLED, assumes=BY_TEAM),
    Estimator("teams-wild", DEFAULT, wild, "exit_teams_12m", draws=RESAMPLED, assumes=LOT),
    Estimator("teams-independent", DEFAULT, as_independent, "exit_teams_12m", Judged.BIAS, RESAMPLED, INDEPENDENT),
    Estimator("teams-share-without", DEFAULT, left_without, "exit_teams_12m_without", assumes=OTHERS, wide=AS_IF_ALIKE),
    Estimator("teams-cr2-eight", FEW, by_team, "exit_teams_12m", assumes=BY_TEAM),
    Estimator("teams-cr2-null", NULL, by_team, 0.0, Judged.ALARMS, assumes=NOTHING),
    Estimator("teams-cr2-unadjusted-null", NULL, unadjusted, 0.0, Judged.ALARMS, assumes=NOTHING),
    Estimator(
        "teams-lot-null", NULL, partial(by_lot, assignments=MANY_WAYS), 0.0, Judged.ALARMS, RESAMPLED, NOTHING,
        attainable(10_000),
    ),
    Estimator("teams-wild-null", NULL, wild, 0.0, Judged.ALARMS, RESAMPLED, NOTHING),
    Estimator("teams-cr1-null", NULL, usual_by_team, 0.0, Judged.BIAS, assumes=NOTHING),
    Estimator("teams-cr2-null-eight", FEW_NULL, by_team, 0.0, Judged.ALARMS, assumes=NOTHING),
    Estimator("teams-cr2-unadjusted-null-eight", FEW_NULL, unadjusted, 0.0, Judged.ALARMS, assumes=NOTHING),
    Estimator(
        "teams-lot-null-eight", FEW_NULL, partial(by_lot, assignments=SEVENTY), 0.0, Judged.ALARMS, assumes=NOTHING,
        size=attainable(70, ties=2), wide="with 4 of 8 teams p comes in steps of 2/70, so 2/70 is the nearest below .05",
    ),
    Estimator("teams-wild-null-eight", FEW_NULL, wild, 0.0, Judged.ALARMS, RESAMPLED, NOTHING),
    Estimator("teams-cr1-null-eight", FEW_NULL, usual_by_team, 0.0, Judged.BIAS, assumes=NOTHING),
    *(row for world, way in IN_STEPS.items() for row in _of_design(world, way)),
]  # fmt: skip
