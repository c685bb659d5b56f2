"""Answers to questionnaires: latent scores of the model's determinants and of bejegening, and items that measure them.

A latent score is standardised and has a part of the person, of her coach and of the occasion. Intention is made of attitude,
social pressure and belief in own ability within persons; behaviour of intention, more so with skills and less so with barriers.
An item is the latent score on the answer scale, with its own loading and difficulty, plus noise, rounded to an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.instruments import Instrument
from gm_workbench.vocabulary.schemas import WAVES
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import Coaches
from gm_workbench.worlds.streams import Flags, Floats, Streams, Wholes, named

DETERMINANTS = ("ATT", "NRM", "SEF", "SKL", "ENV", "REG")
WAVE_MONTHS = (0, 3, 6, 12, 18)
_ROUNDING = 1 / 12  # variance that rounding to whole answers adds


@dataclass(frozen=True, slots=True)
class Respondents:
    """Who is asked: the position of each one's coach, and whether that coach introduced the way of working.

    `lift` (persons x waves) says how much of the planted change in determinants there is at each wave; without it, all of it
    from the second wave on for those whose coach introduced.
    """

    coach: Wholes
    introduced: Flags
    lift: Floats | None = None

    def __len__(self) -> int:
        return len(self.coach)

    @property
    def lifted(self) -> Floats:
        """How much of the planted change there is, persons x waves."""
        if self.lift is not None:
            return self.lift
        later = np.arange(len(WAVES)) > 0
        return np.outer(self.introduced, later).astype(np.float64)


def latent_scores(
    world: World,
    coaches: Coaches,
    asked: Respondents,
    within: Floats,
    rng: np.random.Generator,
    motivation: Floats | None = None,
) -> dict[str, Floats]:
    """Draw the standardised latent scores, persons x waves, of every instrument but resilience.

    Parameters
    ----------
    within : persons x waves, the occasions' part of experienced bejegening, standardised (resilience shares it)
    motivation : the factor that the persons' lasting parts share, standardised; drawn here when it is not given
    """
    traits = world.by_name("surveys.traits")
    common = rng.standard_normal(len(asked)) if motivation is None else motivation
    latent = {code: _determinant(code, traits, common, coaches, asked, rng) for code in DETERMINANTS}
    for code, figure in (("SEF", "surveys.introduction_efficacy"), ("SKL", "surveys.introduction_skills")):
        latent[code] += world.number(figure) * asked.lifted
    latent["INT"] = _intention(world, latent, coaches, asked, rng)
    latent["BEH"] = _behaviour(world, latent, coaches, asked, rng)
    by_coach = world.number("surveys.bejegening_coach")
    person = rng.standard_normal(len(asked)) * np.sqrt(1 - by_coach - traits["occasion"])
    between = np.sqrt(by_coach) * coaches.bejegening[asked.coach] + person
    latent["BEJ"] = between[:, np.newaxis] + np.sqrt(traits["occasion"]) * within
    return latent


def _determinant(
    code: str, traits: Mapping[str, float], common: Floats, coaches: Coaches, asked: Respondents, rng: np.random.Generator
) -> Floats:
    loading = -traits["common"] if code == "ENV" else traits["common"]
    person = loading * common + np.sqrt(1 - loading**2) * rng.standard_normal(len(asked))
    return _parts(traits, person, coaches, asked, rng)


def _parts(
    shares: Mapping[str, float], person: Floats, coaches: Coaches, asked: Respondents, rng: np.random.Generator
) -> Floats:
    by_coach = rng.standard_normal(len(coaches))[asked.coach]
    stable = np.sqrt(shares["person"]) * person + np.sqrt(shares["coach"]) * by_coach
    occasion = rng.standard_normal((len(asked), len(WAVES)))
    total: Floats = stable[:, np.newaxis] + np.sqrt(shares["occasion"]) * occasion
    return total


def _intention(
    world: World, latent: Mapping[str, Floats], coaches: Coaches, asked: Respondents, rng: np.random.Generator
) -> Floats:
    slopes = world.by_name("surveys.intention")
    rest = _parts(slopes, rng.standard_normal(len(asked)), coaches, asked, rng)
    return slopes["ATT"] * latent["ATT"] + slopes["NRM"] * latent["NRM"] + slopes["SEF"] * latent["SEF"] + rest


def _behaviour(
    world: World, latent: Mapping[str, Floats], coaches: Coaches, asked: Respondents, rng: np.random.Generator
) -> Floats:
    slopes = world.by_name("surveys.behaviour")
    strength = slopes["INT"] + slopes["INT_SKL"] * latent["SKL"] + slopes["INT_ENV"] * latent["ENV"]
    rest = _parts(slopes, rng.standard_normal(len(asked)), coaches, asked, rng)
    return strength * latent["INT"] + slopes["SKL"] * latent["SKL"] + rest


def points(world: World, code: str, latent: Floats) -> Floats:
    """Put standardised latent scores on the 0-100 scale of an instrument."""
    scale = world.value("surveys.scales")[code]
    return float(scale["mean"]) + float(scale["sd"]) * latent


def answer_items(world: World, instrument: Instrument, score: Floats, rng: np.random.Generator) -> Floats:
    """Answer every item, pointing the scale's way: `score` (0-100, any shape) gives answers of that shape x items.

    An item's noise follows from the declared alpha of k items: the correlation of two items is alpha / (k − (k − 1)·alpha).
    """
    scale, count = world.value("surveys.scales")[instrument.code], len(instrument.items)
    span, centred = instrument.high - instrument.low, np.linspace(-1, 1, count)
    spread = world.by_name("surveys.items")
    between = scale["alpha"] / (count - (count - 1) * scale["alpha"])
    variance = (span * scale["sd"] / 100) ** 2 * (1 - between) / between
    noise = np.sqrt(max(0.0, variance - _ROUNDING)) * rng.standard_normal((*score.shape, count))
    loading = 1 + spread["loading_spread"] * centred
    middle = instrument.low + span * scale["mean"] / 100 + spread["difficulty_spread"] * centred[::-1]
    exact = middle + loading * (span * (score - scale["mean"]) / 100)[..., np.newaxis] + noise
    answers: Floats = np.clip(np.rint(exact), instrument.low, instrument.high)
    return answers


def answered(world: World, shape: tuple[int, ...], rng: np.random.Generator) -> Flags:
    """Draw which items are answered rather than skipped."""
    return rng.random(shape) >= world.number("surveys.item_skipped")


def scored(instrument: Instrument, items: Floats, given: Flags) -> Floats:
    """Score 0-100 from the answered items, the last axis; somebody without any answer gets the middle of the scale."""
    count = given.sum(axis=-1)
    total = np.where(given, items, 0.0).sum(axis=-1)
    middle = (instrument.low + instrument.high) / 2
    mean = np.where(count > 0, total / np.maximum(count, 1), middle)
    return 100 * (mean - instrument.low) / (instrument.high - instrument.low)


def responses(world: World, first_score: Floats, rng: np.random.Generator) -> Flags:
    """Draw who answers at each wave: T0 at random, and who stops depends on the T0 score only."""
    still = rng.random(len(first_score)) < world.number("surveys.response")
    distance = (world.value("surveys.scales")["ECR"]["mean"] - first_score) / world.value("surveys.scales")["ECR"]["sd"]
    present = [still]
    for share in world.by_name("surveys.drop_out").values():
        odds = share / (1 - share) * np.exp(world.number("surveys.drop_out_slope") * distance)
        still = still & (rng.random(len(first_score)) >= odds / (1 + odds))
        present.append(still)
    return np.stack(present, axis=1)


def answers_table(
    world: World,
    person: pd.api.extensions.ExtensionArray,
    items: Mapping[str, Floats],
    present: Flags,
    given: Flags,
    instruments: Mapping[str, Instrument],
) -> pd.DataFrame:
    """Make the table of answers: one row per person, wave and item that was answered, reversed items as they were given.

    Parameters
    ----------
    items : persons x waves x items by instrument, pointing the scale's way
    present : persons x waves
    given : persons x waves x all items, in the order of `items`
    """
    names = [name for code in items for name in instruments[code].items]
    codes = [code for code in items for _ in instruments[code].items]
    last = world.period.last - world.index_month
    asked = present & (np.array(WAVE_MONTHS) <= last)
    who, wave, item = np.nonzero(given & asked[:, :, np.newaxis])
    as_given = np.concatenate([_as_given(instruments[code], values) for code, values in items.items()], axis=2)
    return pd.DataFrame(
        {
            "person": person.take(who),
            "wave": named(WAVES, wave),
            "month": (world.index_month + np.array(WAVE_MONTHS)[wave]).astype(np.int32),
            "instrument": named(codes, item),
            "item": named(names, item),
            "answer": as_given[who, wave, item],
        }
    )


def _as_given(instrument: Instrument, items: Floats) -> Floats:
    turned = np.array([name in instrument.reversed for name in instrument.items])
    return np.where(turned, instrument.low + instrument.high - items, items)


def bejegening_within(streams: Streams, persons: int) -> Floats:
    """Draw the occasions' part of experienced bejegening, standardised, persons x waves."""
    return streams.of("bejegening").standard_normal((persons, len(WAVES)))
