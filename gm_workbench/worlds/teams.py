"""Teams of coaches, the supervisors who steer them, and the month in which a team began to work in the new way.

Coaches are in teams of their own pool. Only teams of the general pool take part in the study of teams. Who begins when is drawn
at random, by the steps that the world declares; it goes with nothing else. A coach may move to another team; one who once
worked in the new way goes on doing so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import GENERAL, Coaches, coach_names
from gm_workbench.worlds.identities import texts
from gm_workbench.worlds.people import NEVER
from gm_workbench.worlds.streams import Flags, Floats, Wholes, maybe_month

STUDY = "amsterdam_supervisor_cascade"
_POOLS = 3


@dataclass(frozen=True, slots=True)
class Teams:
    """Teams (`pool`, `number`, `start`, `steering`, `frailty`) and where each coach is (`first`, `second`, `move`, `fidelity`).

    `start` is the position in the period of the first month of the new way of working, `NEVER` for a team that did not begin.
    `steering` and `frailty` are standardised traits of teams. `fidelity` is the part of the planted difference that a coach
    brings to clients: 1 on average over coaches, never below 0.
    """

    pool: Wholes
    number: Wholes
    start: Wholes
    steering: Floats
    frailty: Floats
    first: Wholes
    second: Wholes
    move: Wholes
    fidelity: Floats

    def of(self, coach: Wholes, month: int | Wholes) -> Wholes:
        """Give the team that coaches are in, in a month (one for all, or one each)."""
        return np.where(self.move[coach] <= month, self.second[coach], self.first[coach])

    @property
    def taking_part(self) -> Wholes:
        """Teams of the study."""
        return np.flatnonzero(self.pool == GENERAL)


def draw_teams(world: World, coaches: Coaches, rng: np.random.Generator, *, introduced: bool = True) -> Teams:
    """Draw the teams of a place; without `introduced` none of them begins."""
    first, pool, number = _seats(world, coaches)
    steering, frailty = rng.standard_normal((2, len(pool)))
    start = np.full(len(pool), NEVER, dtype=np.int64)
    order = rng.permutation(np.flatnonzero(pool == GENERAL))
    if introduced:
        start[order] = _starts(world, len(order))
    second = _elsewhere(first, coaches, pool, rng)
    moves = rng.random(len(coaches)) < world.number("cascade.coach_moves_yearly") * world.months / 12
    move = np.where(moves & (first != second), rng.integers(1, world.months, len(coaches)), NEVER)
    spread = world.number("cascade.fidelity_sd")
    fidelity = rng.gamma(1 / spread**2, spread**2, len(coaches)) if spread > 0 else np.ones(len(coaches))
    return Teams(pool, number, start, steering, frailty, first, second, move, fidelity)


def _seats(world: World, coaches: Coaches) -> tuple[Wholes, Wholes, Wholes]:
    """Give each coach's team, each team's pool, and each team's number within the place."""
    size = int(world.number("coaches.team_size"))
    first = np.zeros(len(coaches), dtype=np.int64)
    pools: list[int] = []
    numbers: list[int] = []
    for pool in range(_POOLS):
        members = coaches.of(pool)
        first[members] = len(pools) + np.arange(len(members)) // size
        teams = -(-len(members) // size)
        pools += [pool] * teams
        numbers += [100 * (pool + 1) + at for at in range(teams)]
    return first, np.array(pools, dtype=np.int64), np.array(numbers, dtype=np.int64)


def _starts(world: World, teams: int) -> Wholes:
    """Give as many starts as there are teams, step by step; the shares of the steps are rounded so that they add up."""
    steps = world.value("cascade.steps")
    edges = [round(share * teams) for share in np.cumsum([0.0, *(share for _, share in steps)])]
    start = np.full(teams, NEVER, dtype=np.int64)
    for (month, _), low, high in zip(steps, edges, edges[1:], strict=False):
        start[low:high] = world.index + int(month)
    return start


def _elsewhere(first: Wholes, coaches: Coaches, pool: Wholes, rng: np.random.Generator) -> Wholes:
    """Draw for each coach a team of the same pool."""
    uniform = rng.random(len(first))
    second = first.copy()
    for one in range(_POOLS):
        teams, members = np.flatnonzero(pool == one), coaches.of(one)
        if len(teams):
            second[members] = teams[(uniform[members] * len(teams)).astype(np.int64)]
    return second


def works_new(world: World, teams: Teams) -> Flags:
    """Say for each coach and month whether the coach works in the new way."""
    everybody = np.arange(len(teams.first))
    now = np.stack([teams.start[teams.of(everybody, month)] <= month for month in range(world.months)], axis=1)
    went_on: Flags = np.logical_or.accumulate(now, axis=1)
    return went_on


def programme_ratio(world: World, teams: Teams, new: Flags) -> Floats:
    """Give each coach's ratio on the hazard to work, by month: the team's frailty (mean one), and the new way of working."""
    spread = world.number("cascade.team_sd")
    part = teams.pool[teams.first] == GENERAL
    frailty = np.where(part, np.exp(spread * teams.frailty[teams.first] - spread**2 / 2), 1.0)
    planted = np.log(world.number("cascade.introduction_ratio")) * teams.fidelity
    ratio: Floats = frailty[:, np.newaxis] * np.exp(planted[:, np.newaxis] * new)
    return ratio


def motivation_ratio(world: World, motivation: Floats, general: Flags) -> Floats:
    """Give the ratio on the hazard to work of who is lastingly more motivated (mean one), in the general pool."""
    slope = world.number("cascade.motivation_log_ratio")
    return np.where(general, np.exp(slope * motivation - slope**2 / 2), 1.0)


def team_names(place: str, teams: Teams) -> pd.api.extensions.ExtensionArray:
    """Name every team."""
    return texts(teams.number, f"T{place[2:]}", 3)


def rosters(world: World, place: str, teams: Teams) -> pd.DataFrame:
    """Make the table of coaches in teams that take part: one row per spell, with the supervisor."""
    coach = np.flatnonzero(teams.pool[teams.first] == GENERAL)
    moved = coach[teams.move[coach] < NEVER]
    who, team = np.concatenate([coach, moved]), np.concatenate([teams.first[coach], teams.second[moved]])
    start = np.concatenate([np.full(len(coach), -12), teams.move[moved]])
    ended = np.concatenate([teams.move[coach] < NEVER, np.zeros(len(moved), dtype=bool)])
    frame = pd.DataFrame(
        {
            "coach": coach_names(place, len(teams.first)).take(who),
            "team": team_names(place, teams).take(team),
            "supervisor": supervisor_names(place, teams).take(team),
            "start": (world.period.first + start).astype(np.int32),
            "end": maybe_month(world.period.first + np.where(ended, teams.move[who] - 1, 0), ended),
        }
    )
    return frame.sort_values(["coach", "start"], ignore_index=True)


def supervisor_names(place: str, teams: Teams) -> pd.api.extensions.ExtensionArray:
    """Name the supervisor of every team."""
    return texts(teams.number, f"L{place[2:]}", 3)


def team_introductions(world: World, place: str, teams: Teams) -> pd.DataFrame:
    """Make the table of teams to which the way of working was introduced, with the first month of it."""
    started = teams.taking_part[teams.start[teams.taking_part] < world.months]
    month = (world.period.first + teams.start[started]).astype(np.int32)
    frame = pd.DataFrame({"study": STUDY, "team": team_names(place, teams).take(started), "month": month})
    return frame.astype({"study": "str"}).sort_values(["study", "team"], ignore_index=True)
