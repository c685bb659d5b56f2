"""Spells in households, drawn so that the register's format can be written and read back; no study rests on them yet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.schemas import ANSWERS, HOUSEHOLD
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.identities import person_numbers, texts
from gm_workbench.worlds.people import Population
from gm_workbench.worlds.streams import Streams, maybe_month, named

_BEFORE = 60  # months before the period in which the first spell may have begun (assumed)
_MOVED = 0.2  # share that is in another household from some month of the period on (assumed)


def households(world: World, streams: Streams, population: Population) -> pd.DataFrame:
    """Draw one spell for each person, and a second one for who moved; the last spell is still running."""
    rng, persons = streams.of("households"), len(population.household)
    start = world.period.first - rng.integers(1, _BEFORE, persons)
    moves = rng.random(persons) < _MOVED
    month = world.period.first + rng.integers(1, world.months, persons)
    number = person_numbers(world.town(streams.place).number, persons)
    first = {"who": np.arange(persons), "home": population.household, "start": start, "end": month - 1, "ended": moves}
    second = {"who": np.arange(persons), "home": 500_000 + np.arange(persons), "start": month, "end": month, "ended": False}
    spells = pd.concat([pd.DataFrame(first), pd.DataFrame(second).loc[moves]], ignore_index=True)
    kind = rng.integers(0, len(HOUSEHOLD), len(spells))
    frame = pd.DataFrame(
        {
            "person": number.take(spells["who"].to_numpy()),
            "household": texts(spells["home"].to_numpy(dtype=np.int64), "", 12),
            "start": spells["start"].to_numpy(dtype=np.int32),
            "end": maybe_month(spells["end"].to_numpy(dtype=np.int64), spells["ended"].to_numpy(dtype=np.bool_)),
            "type": named(HOUSEHOLD, kind),
            "place_in": texts(1 + kind),
            "reference": named(ANSWERS, rng.integers(0, 2, len(spells))),
        }
    )
    return frame.sort_values(["person", "start"], ignore_index=True)
