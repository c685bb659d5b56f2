"""A place of a world as checked tables in memory, without the way through deliveries.

Every subject has its own random stream, so drawing some tables gives the same rows as drawing all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from gm_workbench.errors import DeclarationError
from gm_workbench.vocabulary.instruments import instruments
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.worlds.benefits import benefits
from gm_workbench.worlds.calibration import World, load_world
from gm_workbench.worlds.candidates import candidate_answers, invited
from gm_workbench.worlds.caseload import caseload, consents
from gm_workbench.worlds.coaches import GENERAL, Coaches, draw_coaches, introductions, pool_sizes
from gm_workbench.worlds.employers import employer_answers
from gm_workbench.worlds.households import households
from gm_workbench.worlds.identities import person_numbers
from gm_workbench.worlds.payroll import wages, workers_caseload
from gm_workbench.worlds.people import Guidance, Population, draw_guidance, draw_population
from gm_workbench.worlds.professionals import coach_answers, supervisor_answers
from gm_workbench.worlds.resilience import CODE, resilience_items
from gm_workbench.worlds.sickness import sick_leave, sick_measures
from gm_workbench.worlds.spells import History, coach_ratio, household_pressure, part_time_months, walk, work_pressure
from gm_workbench.worlds.spending import provisions_and_costs
from gm_workbench.worlds.streams import Flags, Floats, Streams
from gm_workbench.worlds.surveys import (
    Respondents,
    answer_items,
    answered,
    answers_table,
    bejegening_within,
    latent_scores,
    points,
    responses,
    scored,
)
from gm_workbench.worlds.teams import (
    STUDY,
    Teams,
    draw_teams,
    motivation_ratio,
    programme_ratio,
    rosters,
    team_introductions,
    works_new,
)
from gm_workbench.worlds.wages import Careers, Workers, careers, change_ratio, draw_workers, wage_floor

FORMATS = "formats"
"""The world whose place delivers every table, in every format."""

_ONLY_ASKED = ("households", "sick_leave", "sick_measures", "employer_answers")

DRAWN = tuple(name for name in TABLES if name not in _ONLY_ASKED)
"""Tables that every world plants; the others are drawn for who asks for them, and in the world of all formats."""


def draw(
    world: str, place: str, seed: int, tables: Collection[str] | None = None, folder: Path | None = None
) -> dict[str, pd.DataFrame]:
    """Draw the logical tables of a place.

    Parameters
    ----------
    world : str
        Name of a calibration file in `data/worlds`.
    place : str
        Code of a place that the world has, e.g. `GM0855`.
    seed : int
        0 or more; the same seed gives the same tables.
    tables : collection of str, optional
        Only these tables; all when None. A table that the place does not deliver is left out.
    folder : Path, optional
        Where the calibration files are; the project's own when None.

    Returns
    -------
    dict of DataFrame
        By name, with the columns and keys of `vocabulary.schemas`; identifiers are the synthetic world's, not pseudonyms.

    Raises
    ------
    UnknownWorld, UnknownPlace, DeclarationError
        If there is no such world, the world has no such place, or a table's name is not known.
    """
    declared = load_world(world, folder)
    unknown = sorted(set(tables or ()) - set(TABLES))
    if unknown:
        raise DeclarationError(f"No table {', '.join(unknown)}; the tables are: {', '.join(TABLES)}.")
    chosen = tables or (TABLES if world == FORMATS else DRAWN)
    drawing = Drawing(declared, Streams(seed, place))
    lacking = declared.town(place).not_delivered
    return {name: drawing.table(name) for name in TABLES if name in chosen and name not in lacking}


class Drawing:
    """One place being drawn; what several tables share is drawn once, when it is first needed."""

    def __init__(self, world: World, streams: Streams) -> None:
        self.world = world
        self.streams = streams
        self.town = world.town(streams.place)

    def table(self, name: str) -> pd.DataFrame:
        makers: dict[str, Callable[[], pd.DataFrame]] = {
            "benefits": self._benefits,
            "provisions": lambda: self._spending[0],
            "costs": lambda: self._spending[1],
            "answers": self._answers,
            "caseload": self._caseload,
            "introductions": lambda: introductions(self.world, self.streams.place, self.coaches),
            "rosters": lambda: rosters(self.world, self.streams.place, self.teams),
            "team_introductions": lambda: team_introductions(self.world, self.streams.place, self.teams),
            "coach_answers": lambda: coach_answers(self.world, self.streams, self.teams, self._new),
            "supervisor_answers": lambda: supervisor_answers(self.world, self.streams, self.teams, self._new),
            "wages": lambda: wages(self.world, self.streams, self.workers, self.careers),
            "households": lambda: households(self.world, self.streams, self.population),
            "sick_leave": lambda: self._sick_leave,
            "sick_measures": lambda: sick_measures(self.streams, self._sick_leave),
            "employer_answers": lambda: employer_answers(self.world, self.streams),
        }
        return makers[name]()

    @cached_property
    def coaches(self) -> Coaches:
        return draw_coaches(self.world, pool_sizes(self.world, self.town), self.streams.of("coaches"))

    @cached_property
    def teams(self) -> Teams:
        here = STUDY not in self.town.not_introduced
        return draw_teams(self.world, self.coaches, self.streams.of("teams"), introduced=here)

    @cached_property
    def _sick_leave(self) -> pd.DataFrame:
        return sick_leave(self.world, self.streams, self.workers)

    @cached_property
    def _new(self) -> Flags:
        return works_new(self.world, self.teams)

    @cached_property
    def _motivation(self) -> Floats:
        return self.streams.of("motivation").standard_normal(len(self.population.household))

    @cached_property
    def population(self) -> Population:
        return draw_population(self.world, self.town.households, self.streams.of("people"))

    @cached_property
    def guidance(self) -> Guidance:
        return draw_guidance(self.world, self.population, self.coaches, self.streams.of("guidance"))

    @cached_property
    def _works(self) -> Flags:
        return part_time_months(self.world, len(self.population.household), self.streams.of("part-time"))

    @cached_property
    def _pressure(self) -> Floats:
        coach = self.guidance.exposed[self.population.household]
        general = self.coaches.pool[coach] == GENERAL
        ratio = coach_ratio(self.world, self.coaches)[coach] * motivation_ratio(self.world, self._motivation, general)
        introduced = self.coaches.introduced[coach]
        pressure = work_pressure(self.world, self.population.woman, self._works, ratio, introduced)
        return pressure * programme_ratio(self.world, self.teams, self._new)[coach]

    @cached_property
    def history(self) -> History:
        total = household_pressure(self.population, self._pressure)
        return walk(self.world, self.population, total, self.streams.of("spells"))

    @cached_property
    def workers(self) -> Workers:
        return draw_workers(self.world, self.town.workers, self.coaches, self.streams.of("workers"))

    @cached_property
    def careers(self) -> Careers:
        coach, introduced_here = self.workers.coach, "amersfoort_upward_mobility" not in self.town.not_introduced
        introduced = self.coaches.introduced[coach] & introduced_here
        ratio = change_ratio(self.world, self.coaches)[coach]
        return careers(self.world, self.workers, ratio, introduced, wage_floor(self.world), self.streams.of("careers"))[0]

    @cached_property
    def _spending(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return provisions_and_costs(self.world, self.streams, self.population, self.history)

    def _benefits(self) -> pd.DataFrame:
        return benefits(self.world, self.streams, self.population, self.history, self._works, self._pressure)

    def _caseload(self) -> pd.DataFrame:
        on_benefit = caseload(self.world, self.streams, self.population, self.guidance, self.history, self.teams)
        working = workers_caseload(self.world, self.streams, self.workers, self.teams)
        return pd.concat([on_benefit, working], ignore_index=True)

    def _answers(self) -> pd.DataFrame:
        """Ask every lone mother, and some of the other clients of each coach: on benefit in the index month, with consent."""
        people, world = self.population, self.world
        there = self.history.on[people.household, world.index] & consents(world, self.streams, len(people.household))
        parts = [self._mothers_answers(there & people.mothers), self._candidates_answers(there & ~people.mothers)]
        return pd.concat(parts, ignore_index=True)

    def _mothers_answers(self, there: Flags) -> pd.DataFrame:
        world, streams, asked = self.world, self.streams, np.flatnonzero(there)
        coach = self.guidance.exposed[self.population.household[asked]]
        items, present, given = survey(world, streams, self.coaches, Respondents(coach, self.coaches.introduced[coach]))
        numbers = person_numbers(self.town.number, len(there)).take(asked)
        return answers_table(world, numbers, items, present, given, instruments())

    def _candidates_answers(self, there: Flags) -> pd.DataFrame:
        world, household = self.world, self.population.household
        eligible = np.flatnonzero(there)
        coaches_of = self.guidance.exposed[household]
        asked = invited(world, eligible, coaches_of[eligible], self.streams.of("invited"))
        coach, motivation = coaches_of[asked], self._motivation[asked]
        return candidate_answers(
            world, self.streams, self.coaches, self.teams, self._new, asked, coach, motivation, len(household)
        )


def survey(world: World, streams: Streams, coaches: Coaches, asked: Respondents) -> tuple[dict[str, Floats], Flags, Flags]:
    """Let the respondents fill in every instrument: items by instrument, who answered each wave, which items were answered."""
    declared, within = instruments(), bejegening_within(streams, len(asked))
    resilience, given = resilience_items(world, declared[CODE], coaches, asked, within, streams.of("resilience"))
    rng = streams.of("items")
    latent = latent_scores(world, coaches, asked, within, streams.of("traits"))
    items = {code: answer_items(world, declared[code], points(world, code, score), rng) for code, score in latent.items()}
    shape = (len(asked), within.shape[1], sum(values.shape[2] for values in items.values()))
    others = answered(world, shape, streams.of("skipped"))
    first = scored(declared[CODE], resilience[:, 0], given[:, 0])
    present = responses(world, first, streams.of("responses"))
    return items | {CODE: resilience}, present, np.concatenate([others, given], axis=2)
