"""Answers of employers by wave, drawn so that their format can be written and read back; no study rests on them yet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.instruments import instruments
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.identities import texts
from gm_workbench.worlds.professionals import asked_waves
from gm_workbench.worlds.streams import Streams
from gm_workbench.worlds.surveys import answers_table

_EMPLOYERS = 20  # assumed
_ASKED = "ENV"  # barriers, as the employer sees them


def employer_answers(world: World, streams: Streams) -> pd.DataFrame:
    """Draw what employers answered: every one in every wave that professionals are asked in, most items filled in."""
    rng, declared = streams.of("employer answers"), instruments()[_ASKED]
    waves = np.repeat(asked_waves()[np.newaxis, :], _EMPLOYERS, axis=0)
    shape = (*waves.shape, len(declared.items))
    points = rng.integers(declared.low, declared.high + 1, shape).astype(np.float64)
    names = texts(np.arange(_EMPLOYERS), "W", 3)
    table = answers_table(world, names, {_ASKED: points}, waves, rng.random(shape) < 0.9, {_ASKED: declared})
    return table.rename(columns={"person": "employer"})
