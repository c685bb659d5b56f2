"""Answers of candidates of the general pool: some clients of each coach, on the model's determinants.

The part of a determinant that lasts goes with the candidate's motivation, which also goes with leaving for work. What the new
way of working adds is in proportion to the coach's fidelity.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.instruments import instruments
from gm_workbench.vocabulary.schemas import WAVES
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import Coaches
from gm_workbench.worlds.identities import person_numbers
from gm_workbench.worlds.professionals import asked_waves, at_waves
from gm_workbench.worlds.streams import Flags, Floats, Streams, Wholes
from gm_workbench.worlds.surveys import (
    Respondents,
    answer_items,
    answered,
    answers_table,
    bejegening_within,
    latent_scores,
    points,
    responses,
)
from gm_workbench.worlds.teams import Teams

CANDIDATE_SCALES = ("ATT", "SEF", "INT", "SKL", "BEH")


def invited(world: World, eligible: Wholes, coach: Wholes, rng: np.random.Generator) -> Wholes:
    """Choose at random as many of the eligible persons of each coach as the world invites."""
    order = rng.permutation(len(eligible))
    shuffled = pd.Series(coach[order])
    within = shuffled.groupby(shuffled).cumcount().to_numpy()
    return np.sort(eligible[order[within < int(world.number("cascade.invited_per_coach"))]])


def candidate_answers(
    world: World,
    streams: Streams,
    coaches: Coaches,
    teams: Teams,
    new: Flags,
    asked: Wholes,
    coach: Wholes,
    motivation: Floats,
    persons: int,
) -> pd.DataFrame:
    """Make the table of what the invited candidates answered.

    Parameters
    ----------
    new : coaches x months, whether the coach works in the new way
    asked : positions of the persons who were invited; `coach` and `motivation` are theirs
    persons : persons of the place, for their numbers
    """
    declared, within = instruments(), bejegening_within(Streams(streams.seed, streams.place + " candidates"), len(asked))
    lift = teams.fidelity[coach, np.newaxis] * at_waves(world, new)[coach]
    who = Respondents(coach, lift[:, -1] > 0, lift)
    latent = latent_scores(world, coaches, who, within, streams.of("candidate traits"), motivation)
    rng = streams.of("candidate items")
    items = {code: answer_items(world, declared[code], points(world, code, latent[code]), rng) for code in CANDIDATE_SCALES}
    count = sum(values.shape[2] for values in items.values())
    mean = float(world.value("surveys.scales")["ECR"]["mean"])  # nobody's chance of stopping depends on a score here
    present = responses(world, np.full(len(asked), mean), streams.of("candidate responses")) & asked_waves()
    given = answered(world, (len(asked), len(WAVES), count), streams.of("candidate skipped"))
    numbers = person_numbers(world.town(streams.place).number, persons).take(asked)
    return answers_table(world, numbers, items, present, given, declared)
