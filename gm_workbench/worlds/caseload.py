"""The table of the caseload: which coach guided whom, from when until when, and who consented to research."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.schemas import ANSWERS
from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.coaches import coach_names
from gm_workbench.worlds.identities import person_numbers
from gm_workbench.worlds.people import Guidance, Population
from gm_workbench.worlds.spells import STAYS, History
from gm_workbench.worlds.streams import Flags, Streams, Wholes, maybe_month, named
from gm_workbench.worlds.teams import Teams, team_names

_BEFORE = 30  # months before the period in which guidance of the stock may have begun


def consents(world: World, streams: Streams, persons: int) -> Flags:
    """Draw for each person on benefit whether she consents to research."""
    return streams.of("consent").random(persons) < world.number("coaches.consent")


def caseload(
    world: World, streams: Streams, population: Population, guidance: Guidance, history: History, teams: Teams
) -> pd.DataFrame:
    """Make the caseload of persons on benefit: one row per spell with one coach."""
    spells = _spells_with_coach(streams, population, guidance, history)
    persons = np.arange(len(population.household))
    by_person = pd.DataFrame({"household": population.household, "number": persons}).merge(spells, on="household")
    consent = consents(world, streams, len(persons))
    return caseload_table(
        world,
        streams.place,
        teams,
        person=person_numbers(world.town(streams.place).number, len(persons)).take(by_person["number"].to_numpy()),
        coach=by_person["coach"].to_numpy(),
        start=by_person["from"].to_numpy(),
        end=by_person["to"].to_numpy(),
        ended=by_person["ended"].to_numpy(),
        consent=consent[by_person["number"].to_numpy()],
    )


def caseload_table(
    world: World,
    place: str,
    teams: Teams,
    *,
    person: pd.api.extensions.ExtensionArray,
    coach: Wholes,
    start: Wholes,
    end: Wholes,
    ended: Flags,
    consent: Flags,
) -> pd.DataFrame:
    """Name the coaches and write the months; `end` counts only where `ended`."""
    frame = pd.DataFrame(
        {
            "person": person,
            "coach": coach_names(place, len(teams.first)).take(coach),
            "team": team_names(place, teams).take(teams.of(coach, start)),
            "start": (world.period.first + start).astype(np.int32),
            "end": maybe_month(world.period.first + end, ended),
            "consent": named(ANSWERS, np.where(consent, 0, 1)),
        }
    )
    return frame.sort_values(["person", "start"], ignore_index=True)


def _spells_with_coach(streams: Streams, population: Population, guidance: Guidance, history: History) -> pd.DataFrame:
    """Cut each household's spells where it moved to another coach; months are positions in the period."""
    household, first = np.nonzero(history.on & ~np.pad(history.on, ((0, 0), (1, 0)))[:, :-1])
    last = np.nonzero(history.on & ~np.pad(history.on, ((0, 0), (0, 1)))[:, 1:])[1]
    ended = history.leaves[household, last] != STAYS
    early = streams.of("caseload").integers(0, _BEFORE, population.heads)[household]
    begin = np.where(first == 0, np.maximum(history.start[household, 0], -early), first)
    move = guidance.move[household]
    whole = pd.DataFrame({"household": household, "from": begin, "to": last, "ended": ended})
    before = whole.assign(coach=guidance.first[household], to=np.minimum(last, move - 1), ended=ended | (move <= last))
    after = whole.assign(coach=guidance.second[household], **{"from": np.maximum(begin, move)})
    return pd.concat([before.loc[begin < move], after.loc[move <= last]], ignore_index=True)
