"""Sick leave from work, and the measures that an employer takes while it lasts.

No study rests on these tables yet: they are drawn so that their formats can be written and read back. Lengths and shares are
assumed here and stand for nothing.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from gm_workbench.vocabulary.schemas import ANSWERS, MEASURE, SEX
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.identities import WORKERS_FROM, person_numbers, texts
from gm_workbench.worlds.streams import Streams, Wholes, maybe_month, named
from gm_workbench.worlds.wages import Workers

Days: TypeAlias = npt.NDArray[np.datetime64]

_EXPECTED = (42, 56, 90, 120, 180, 294, 365, 540, 30)
"""Days since the first sick day on which each measure is about due, in the order of MEASURE (assumed)."""


def sick_leave(world: World, streams: Streams, workers: Workers) -> pd.DataFrame:
    """Draw one spell for every third worker; what lasts beyond the period is still running."""
    rng = streams.of("sick leave")
    who = np.arange(0, len(workers), 3)
    first = first_days(_months(world, rng, len(who)))
    days = np.minimum(2 + rng.geometric(0.01, len(who)), 730)
    last = first + (days - 1).astype("timedelta64[D]")
    ended = _month(last) <= world.period.last
    frame = pd.DataFrame(
        {
            "person": person_numbers(world.town(streams.place).number, len(workers), WORKERS_FROM).take(who),
            "spell": texts(who, "Z", 5),
            "start": _month(first).astype(np.int32),
            "end": maybe_month(_month(last), ended),
            "days": np.where(ended, days, np.nan),
            "employer": texts(who % 20, "W", 3),
            "recovered": named(ANSWERS, np.where(ended, rng.integers(0, 2, len(who)), -1)),
            "sex": named(SEX, workers.woman[who].astype(np.int64)),
            "birth_year": workers.birth_year[who].astype(np.int32),
        }
    )
    return frame.sort_values(["person", "spell"], ignore_index=True)


def _months(world: World, rng: np.random.Generator, size: int) -> Wholes:
    return world.period.first + rng.integers(0, world.months, size)


def first_days(months: Wholes) -> Days:
    """Give the first sick day in each month: always the tenth, for a checked table keeps months and lengths, and no day.

    >>> first_days(np.array([24290])).tolist()
    [datetime.date(2024, 3, 10)]
    """
    first: Days = (np.asarray(months) - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")
    tenth: Days = np.add(first, np.timedelta64(9, "D"))
    return tenth


def _month(days: Days) -> Wholes:
    return days.astype("datetime64[M]").astype(np.int64) + 1970 * 12


def sick_measures(streams: Streams, spells: pd.DataFrame) -> pd.DataFrame:
    """Draw the measures of each spell: each is taken with equal chance, some days late, as long as the spell lasts."""
    rng = streams.of("sick measures")
    late = rng.integers(-5, 60, (len(spells), len(MEASURE)))
    day = np.maximum(np.array(_EXPECTED) + late, 0)
    lasts = spells["days"].fillna(np.inf).to_numpy()[:, np.newaxis]
    row, which = np.nonzero((rng.random(day.shape) < 0.5) & (day < lasts))
    frame = pd.DataFrame(
        {
            "person": spells["person"].array.take(row),
            "spell": spells["spell"].array.take(row),
            "measure": named(MEASURE, which),
            "day": day[row, which].astype(np.int32),
        }
    )
    return frame.sort_values(["person", "spell", "measure", "day"], ignore_index=True)
