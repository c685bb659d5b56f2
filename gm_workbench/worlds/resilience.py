"""Economic resilience over the waves: the outcome of the first home study, with its planted difference.

What a mother reports at T0 is what carries over: later resilience depends on her T0 *score*, on the introduction, and on parts
that have nothing to do with who introduced. Coaches who introduce have caseloads that start higher, so the raw difference is
too large; given the T0 score there is no such bias. That is the assumption of the study's estimator, and this world meets it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gm_workbench.vocabulary.instruments import Instrument
from gm_workbench.vocabulary.schemas import WAVES
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import Coaches
from gm_workbench.worlds.streams import Flags, Floats
from gm_workbench.worlds.surveys import Respondents, answer_items, answered, scored

CODE = "ECR"


LATER_WAVES = range(1, len(WAVES))


def resilience_items(
    world: World,
    instrument: Instrument,
    coaches: Coaches,
    asked: Respondents,
    within: Floats,
    rng: np.random.Generator,
    later: Sequence[int] = LATER_WAVES,
) -> tuple[Floats, Flags]:
    """Draw the items of resilience (persons x waves x items, pointing the scale's way) and which of them were answered.

    Parameters
    ----------
    within : persons x all waves, the occasions' part of experienced bejegening, standardised
    later : positions in WAVES of the waves to draw after T0
    """
    chosen = list(later)
    first_items = answer_items(world, instrument, _first(world, coaches, asked, within[:, 0], rng), rng)
    given = answered(world, (len(asked), 1 + len(chosen), len(instrument.items)), rng)
    first_score = scored(instrument, first_items, given[:, 0])
    score = _later(world, first_score, coaches, asked, within[:, chosen], chosen, rng)
    later_items = answer_items(world, instrument, score, rng)
    return np.concatenate([first_items[:, np.newaxis], later_items], axis=1), given


def _first(world: World, coaches: Coaches, asked: Respondents, within: Floats, rng: np.random.Generator) -> Floats:
    spread = world.by_name("resilience.first")
    by_coach = spread["choice"] * coaches.choice + spread["bejegening_coach"] * coaches.bejegening
    person, occasion = rng.standard_normal((2, len(asked)))
    own = spread["person"] * person + spread["occasion"] * occasion + spread["bejegening_within"] * within
    score: Floats = float(world.value("surveys.scales")[CODE]["mean"]) + by_coach[asked.coach] + own
    return score


def _later(
    world: World,
    first_score: Floats,
    coaches: Coaches,
    asked: Respondents,
    within: Floats,
    waves: list[int],
    rng: np.random.Generator,
) -> Floats:
    spread, mean = world.by_name("resilience.later"), float(world.value("surveys.scales")[CODE]["mean"])
    carried, drift, planted = (
        np.array([world.by_name(f"resilience.{name}")[WAVES[wave]] for wave in waves])
        for name in ("carried", "drift", "introduction")
    )
    by_coach = spread["coach"] * rng.standard_normal(len(coaches))[asked.coach]
    person = spread["person"] * rng.standard_normal(len(asked))
    occasion = spread["occasion"] * rng.standard_normal(within.shape)
    expected = mean + drift + np.outer(first_score - mean, carried) + np.outer(asked.introduced, planted)
    return expected + (by_coach + person)[:, np.newaxis] + spread["bejegening_within"] * within + occasion
