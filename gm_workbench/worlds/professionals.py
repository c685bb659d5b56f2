"""Questionnaires of supervisors and coaches: how supervisors steer with the model, and how far coaches use it.

A supervisor steers more once the team works in the new way. A coach sees the supervisor's steering through eyes of his or her
own, and uses the model more the more it is steered on, and once the new way of working has begun.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.instruments import Instrument, instruments
from gm_workbench.vocabulary.schemas import WAVES
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import coach_names
from gm_workbench.worlds.streams import Flags, Floats, Streams
from gm_workbench.worlds.surveys import WAVE_MONTHS, answer_items, answered, answers_table, points
from gm_workbench.worlds.teams import Teams, supervisor_names

STEERING, USE = "STU", "USE"
ASKED_WAVES = ("T0", "T6", "T12")


@dataclass(frozen=True, slots=True)
class Scores:
    """Standardised latent scores by wave: steering by team, steering as each coach sees it, and use by coach."""

    steering: Floats
    seen: Floats
    use: Floats


def at_waves(world: World, by_month: Flags) -> Flags:
    """Give what holds in the month before each wave, so that the first measurement comes before the first introduction."""
    months = np.clip(world.index + np.array(WAVE_MONTHS) - 1, 0, world.months - 1)
    return by_month[:, months]


def latent_professionals(world: World, teams: Teams, new: Flags, rng: np.random.Generator) -> Scores:
    """Draw the latent scores of all teams and coaches; `new` says per coach and month whether the new way is followed."""
    shares, eyes, use = (world.by_name(f"cascade.{name}") for name in ("steering", "perceived", "use"))
    waves = len(WAVES)
    months = world.index + np.array(WAVE_MONTHS) - 1
    began = teams.start[:, np.newaxis] <= months
    steering = np.sqrt(shares["team"]) * teams.steering[:, np.newaxis] + shares["lift"] * began
    steering = steering + np.sqrt(shares["occasion"]) * rng.standard_normal((len(teams.pool), waves))
    seat = np.stack([teams.of(np.arange(len(teams.first)), month) for month in np.maximum(months, 0)], axis=1)
    own = np.take_along_axis(steering, seat, axis=0) if len(steering) else np.zeros((0, waves))
    eye, habit = rng.standard_normal((2, len(teams.first)))
    seen = eyes["steering"] * own + eyes["coach"] * eye[:, np.newaxis]
    lifted = use["lift"] * teams.fidelity[:, np.newaxis] * at_waves(world, new)
    used = use["steering"] * own + np.sqrt(use["coach"]) * habit[:, np.newaxis] + lifted
    used = used + np.sqrt(use["occasion"]) * rng.standard_normal(used.shape)
    return Scores(steering, seen, used)


def coach_answers(world: World, streams: Streams, teams: Teams, new: Flags) -> pd.DataFrame:
    """Make the table of what coaches of teams that take part answered: steering as they see it, and use."""
    rng = streams.of("coach answers")
    scores = latent_professionals(world, teams, new, streams.of("professionals"))
    members = np.flatnonzero(np.isin(teams.first, teams.taking_part))
    declared = instruments()
    latent = {STEERING: scores.seen[members], USE: scores.use[members]}
    names = coach_names(streams.place, len(teams.first)).take(members)
    return _table(world, names, {code: declared[code] for code in latent}, latent, rng).rename(columns={"person": "coach"})


def supervisor_answers(world: World, streams: Streams, teams: Teams, new: Flags) -> pd.DataFrame:
    """Make the table of what supervisors of teams that take part answered: their own steering."""
    scores = latent_professionals(world, teams, new, streams.of("professionals"))
    members = teams.taking_part
    names = supervisor_names(streams.place, teams).take(members)
    latent = {STEERING: scores.steering[members]}
    frame = _table(world, names, {STEERING: instruments()[STEERING]}, latent, streams.of("supervisor answers"))
    return frame.rename(columns={"person": "supervisor"})


def _table(
    world: World,
    names: pd.api.extensions.ExtensionArray,
    declared: dict[str, Instrument],
    latent: dict[str, Floats],
    rng: np.random.Generator,
) -> pd.DataFrame:
    items = {code: answer_items(world, declared[code], points(world, code, score), rng) for code, score in latent.items()}
    count = sum(values.shape[2] for values in items.values())
    present = rng.random((len(names), len(WAVES))) < world.number("cascade.professionals_response")
    present &= asked_waves()
    return answers_table(world, names, items, present, answered(world, (len(names), len(WAVES), count), rng), declared)


def asked_waves() -> Flags:
    """Say of each wave whether candidates and professionals are asked then."""
    asked: Flags = np.isin(WAVES, ASKED_WAVES)
    return asked
