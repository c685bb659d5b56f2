"""Coaches: three pools (lone mothers, other persons on benefit, workers), their teams, and who introduced the way of working.

A coach chooses to introduce. The choice goes with the resilience of the caseload before (`choice`), so that mothers of coaches
who introduced start higher; it goes with nothing else. `bejegening` and `frailty` do not depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gm_workbench.worlds.calibration import Town, World
from gm_workbench.worlds.identities import texts
from gm_workbench.worlds.streams import Flags, Floats, Wholes

MOTHERS, GENERAL, WORK = range(3)

STUDY_OF_POOL = {MOTHERS: "tilburg_single_mothers", WORK: "amersfoort_upward_mobility"}
"""The study that is introduced in a pool; nothing is introduced in the general pool."""


@dataclass(frozen=True, slots=True)
class Coaches:
    """One element a coach; standardised traits have mean 0 and standard deviation 1 over coaches."""

    pool: Wholes
    choice: Floats
    bejegening: Floats
    frailty: Floats
    introduced: Flags

    def __len__(self) -> int:
        return len(self.pool)

    def of(self, pool: int) -> Wholes:
        """Give the positions of the coaches of one pool."""
        return np.flatnonzero(self.pool == pool)


def pool_sizes(world: World, town: Town) -> tuple[int, int, int]:
    """Give the number of coaches for lone mothers, for others on benefit, and for workers."""
    persons = sum(town.households.values()) + town.households["couple"]
    mothers = town.households["lone_parent"] * world.number("people.lone_parents_women")
    least = int(world.number("coaches.least"))
    by_mothers = max(least, round(mothers / world.number("coaches.mothers_per_coach")))
    others = max(least, round((persons - mothers) / world.number("coaches.caseload")))
    return by_mothers, others, max(least, round(town.workers / world.number("coaches.workers_per_coach")))


def draw_coaches(world: World, sizes: tuple[int, int, int], rng: np.random.Generator) -> Coaches:
    """Draw the coaches of a place, pool after pool."""
    size = sum(sizes)
    pool = np.repeat(np.arange(len(sizes)), sizes)
    choice, bejegening, frailty, chance = rng.standard_normal((4, size))
    pull = world.number("coaches.choice_pull")
    inclined = pull * choice + np.sqrt(1 - pull**2) * chance
    introduced = np.zeros(size, dtype=bool)
    for studied in STUDY_OF_POOL:
        members = np.flatnonzero(pool == studied)
        count = round(world.number("coaches.introduced") * len(members))
        introduced[members[np.argsort(-inclined[members], kind="stable")[:count]]] = True
    return Coaches(pool, choice, bejegening, frailty, introduced)


def coach_names(place: str, size: int) -> pd.api.extensions.ExtensionArray:
    """Name coaches so that no two places share a name."""
    return texts(np.arange(1, size + 1), f"C{place[2:]}", 3)


def introductions(world: World, place: str, coaches: Coaches) -> pd.DataFrame:
    """Make the table of coaches to whom a study's way of working was introduced, in the index month."""
    names, town = coach_names(place, len(coaches)), world.town(place)
    parts = [
        pd.DataFrame({"study": study, "coach": names[np.flatnonzero(coaches.introduced & (coaches.pool == pool))]})
        for pool, study in STUDY_OF_POOL.items()
        if study not in town.not_introduced
    ]
    table = pd.concat([pd.DataFrame({"study": pd.array([], dtype="str"), "coach": names[:0]}), *parts], ignore_index=True)
    return table.assign(month=np.int32(world.index_month)).sort_values(["study", "coach"], ignore_index=True)
