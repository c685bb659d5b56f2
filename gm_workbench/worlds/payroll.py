"""The table of wages: careers written as a payroll register would, with jobs, employers, hours and pay in cents."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.schemas import CONTRACT, SEX
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.caseload import caseload_table
from gm_workbench.worlds.identities import WORKERS_FROM, person_numbers
from gm_workbench.worlds.streams import Floats, Streams, Wholes, named
from gm_workbench.worlds.teams import Teams
from gm_workbench.worlds.wages import Careers, Workers, thresholds

_JOBS = 100  # more jobs than a worker can have in one period
_SECOND_JOB = 99
_LEAST_HOURS = 30
_SECOND_HOURS = (8, 25)  # always fewer than in a main job
_SECOND_WAGE = 0.98


def wages(world: World, streams: Streams, workers: Workers, career: Careers) -> pd.DataFrame:
    """Make the table of wages: one row per worker, job and month with pay."""
    rng = streams.of("payroll")
    hours, second = _hours(world, workers, career, rng), rng.random(len(workers)) < world.number("wages.second_job")
    second_hours = rng.integers(*_SECOND_HOURS, len(workers))
    hourly = thresholds(world) * np.exp(career.distance)
    employers = rng.integers(0, _employers(world, len(workers)), (len(workers), int(career.job.max()) + 2))
    who, month = np.nonzero(career.paid)
    main = _rows(who, month, career.job[who, month], hours[who, month], hourly[who, month], career.contract[who, month])
    extra = second[who]
    small = _rows(
        who[extra],
        month[extra],
        np.full(extra.sum(), _SECOND_JOB),
        second_hours[who[extra]],
        _SECOND_WAGE * hourly[who[extra], month[extra]],
        np.full(extra.sum(), CONTRACT.index("on_call")),
    )
    rows = pd.concat([main, small]).sort_values(["who", "month", "job"], kind="stable", ignore_index=True)
    return _written(world, streams, workers, rows, employers)


def _rows(who: Wholes, month: Wholes, job: Wholes, hours: Wholes, hourly: Floats, contract: Wholes) -> pd.DataFrame:
    return pd.DataFrame({"who": who, "month": month, "job": job, "hours": hours, "hourly": hourly, "contract": contract})


def _hours(world: World, workers: Workers, career: Careers, rng: np.random.Generator) -> Wholes:
    """Draw whole hours a month, so that pay in cents over hours is the hourly wage again."""
    mean, spread = (np.array([world.by_name(f"wages.{name}")[kind] for kind in CONTRACT]) for name in ("hours", "hours_sd"))
    part = np.where(workers.woman, world.number("wages.hours_women"), 1.0)[:, np.newaxis]
    drawn = part * mean[career.contract] + spread[career.contract] * rng.standard_normal(career.contract.shape)
    hours: Wholes = np.maximum(_LEAST_HOURS, np.rint(drawn)).astype(np.int64)
    return hours


def _employers(world: World, workers: int) -> int:
    return max(1, round(workers / world.number("wages.workers_per_employer")))


def _written(world: World, streams: Streams, workers: Workers, rows: pd.DataFrame, employers: Wholes) -> pd.DataFrame:
    who, job, digits = rows["who"].to_numpy(), rows["job"].to_numpy(), streams.place[2:]
    known, position = np.unique(who * _JOBS + job, return_inverse=True)
    employer = employers[who, np.minimum(job, employers.shape[1] - 1)]
    hours = rows["hours"].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "person": workers_numbers(world, streams.place, len(workers)).take(who),
            "job": named([f"J{digits}{number:07d}" for number in known.tolist()], position),
            "month": (world.period.first + rows["month"]).astype(np.int32),
            "hourly_wage": np.round(rows["hourly"].to_numpy() * hours, 2) / hours,
            "hours": hours,
            "contract": named(CONTRACT, rows["contract"].to_numpy()),
            "employer": named([f"W{digits}{number:04d}" for number in range(int(employers.max()) + 1)], employer),
            "sex": named(SEX, workers.woman[who].astype(np.int64)),
            "birth_year": workers.birth_year[who].astype(np.int32),
        }
    )


def workers_numbers(world: World, place: str, size: int) -> pd.api.extensions.ExtensionArray:
    """Give the persons' numbers of the workers of a place."""
    return person_numbers(world.town(place).number, size, WORKERS_FROM)


def workers_caseload(world: World, streams: Streams, workers: Workers, teams: Teams) -> pd.DataFrame:
    """Make the caseload of the mobility programme: everybody has one coach, from before the index month to after the period."""
    rng, size = streams.of("workers caseload"), len(workers)
    return caseload_table(
        world,
        streams.place,
        teams,
        person=workers_numbers(world, streams.place, size),
        coach=workers.coach,
        start=rng.integers(-6, world.index + 1, size),
        end=np.zeros(size, dtype=np.int64),
        ended=np.zeros(size, dtype=bool),
        consent=rng.random(size) < world.number("coaches.consent"),
    )
