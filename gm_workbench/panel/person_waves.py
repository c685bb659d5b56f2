"""Person-waves: one row per person and measurement, whether she had left the benefit by then, and a ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from gm_workbench.panel.ledger import Cohort, Ledger
from gm_workbench.panel.scores import WAVE_MONTHS, at_wave, person_waves
from gm_workbench.panel.spells import CENSORED, OTHERWISE, TO_WORK, exit_times
from gm_workbench.panel.study import Study
from gm_workbench.vocabulary.text import Text

WHY = {
    TO_WORK: Text("uitgestroomd naar werk", "left for work"),
    OTHERWISE: Text("om een andere reden uitgestroomd", "left for another reason"),
    CENSORED: Text("niet gemeten", "not measured"),
}
NO_START = Text("geen bruikbare eerste meting", "no usable first measurement")


@dataclass(frozen=True, slots=True)
class PersonWaves:
    """Measurements of persons, and how the persons came to be the ones.

    Attributes
    ----------
    frame : DataFrame
        One row per person and wave with a score: `person`, `wave`, `months` since the start, a column for the scale (0-100),
        and `event`: how she had left the benefit by then (`panel.spells`), 0 while not.
    ledger : Ledger
        Persons with the first wave, then those with each next wave as well. Those without are told apart by what came before:
        an exit to work, another exit (competing exits), or nothing that is known.
    """

    frame: pd.DataFrame
    ledger: Ledger


def measured_waves(study: Study, cohort: Cohort, scale: str, waves: Sequence[str] = ("T0", "T6", "T12")) -> PersonWaves:
    """Give the measurements of a cohort on benefit at its start, and who was lost at which wave and why.

    Parameters
    ----------
    cohort : Cohort
        One row per person, all of them on benefit in the index month.
    scale : str
        The instrument by which somebody counts as measured.
    waves : sequence of str
        In the order of time; the first is the one that everybody must have.

    Returns
    -------
    PersonWaves
        Of those who have the first wave, every one of `waves` that they have.
    """
    scores = person_waves(study.tables["answers"], [study.instrument(scale)])
    there = scores.loc[scores["wave"].isin(waves)].dropna(subset=[scale])
    first = cohort.keep(cohort.frame["person"].isin(at_wave(there, scale, waves[0]).index), _measured(waves[:1]), NO_START)
    exits = exit_times(study, first.frame[["person"]]).set_index("person")
    frame = there.loc[there["person"].isin(first.frame["person"])]
    gone = frame["months"] >= frame["person"].map(exits["time"])
    frame = frame.assign(event=frame["person"].map(exits["event"]).where(gone, CENSORED).astype("int8"))
    return PersonWaves(frame.reset_index(drop=True), _lost(first, there, scale, waves, exits))


def _lost(first: Cohort, there: pd.DataFrame, scale: str, waves: Sequence[str], exits: pd.DataFrame) -> Ledger:
    kept = first
    for upto in range(2, len(waves) + 1):
        wave, here = waves[upto - 1], kept.frame["person"]
        measured = here.isin(at_wave(there, scale, wave).index)
        gone = here.map(exits["time"]).le(WAVE_MONTHS[wave])
        for event in (TO_WORK, OTHERWISE):
            left = ~measured & gone & here.map(exits["event"]).eq(event)
            kept, stay = kept.keep(~left, _after(wave, event), WHY[event]), ~left.to_numpy()
            here, measured, gone = (each.loc[stay].reset_index(drop=True) for each in (here, measured, gone))
        kept = kept.keep(measured, _measured(waves[:upto]), WHY[CENSORED])
    return kept.ledger


def _measured(waves: Sequence[str]) -> Text:
    *before, last = waves
    if not before:
        return Text(f"gemeten op {last}", f"measured at {last}")
    early = ", ".join(before)
    return Text(f"gemeten op {early} en {last}", f"measured at {early} and {last}")


def _after(wave: str, event: int) -> Text:
    words = {TO_WORK: Text("vertrek naar werk", "exit to work"), OTHERWISE: Text("ander vertrek", "another exit")}[event]
    return Text(f"niet door {words.nl} gemist op {wave}", f"not missed at {wave} through {words.en}")


def with_gaps(
    study: Study, cohort: Cohort, scale: str = "ECR", waves: Sequence[str] = ("T0", "T3", "T6", "T12")
) -> pd.DataFrame:
    """Give everybody with the first wave, also who was lost later: one row per person, one column per wave.

    Parameters
    ----------
    cohort : Cohort
        One row per person; its columns are kept.
    scale : str
        The instrument; columns become ``ECR_T0``, ``ECR_T3``, ...
    waves : sequence of str
        In the order of time; the first is the one that everybody must have.

    Returns
    -------
    DataFrame
        Scores of 0-100, missing where there is none, and `stayed`: 1 with the last wave, 0 without.
    """
    scores = person_waves(study.tables["answers"], [study.instrument(scale)])
    wide = {f"{scale}_{wave}": cohort.frame["person"].map(at_wave(scores, scale, wave)).astype(float) for wave in waves}
    frame = cohort.frame.assign(**wide)
    first, *_, last = wide
    return frame.loc[frame[first].notna()].assign(stayed=frame[last].notna().astype("int64")).reset_index(drop=True)
