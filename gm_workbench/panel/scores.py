"""Answers → scale scores per person and wave, by each instrument's declared scoring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from gm_workbench.panel.ledger import Cohort
from gm_workbench.panel.study import Study
from gm_workbench.vocabulary.instruments import Instrument
from gm_workbench.vocabulary.scoring import mean_score, turned

WAVE_MONTHS = {"T0": 0, "T3": 3, "T6": 6, "T12": 12, "T18": 18}
"""Months between a wave and the start, by the wave's name."""

WAVES = tuple(WAVE_MONTHS)


def item_answers(answers: pd.DataFrame, instrument: Instrument, wave: str | None = None) -> pd.DataFrame:
    """Spread the answers to one instrument: one row per person (and wave), one column per declared item, as answered."""
    chosen = answers.loc[answers["instrument"] == instrument.code]
    if wave is not None:
        chosen = chosen.loc[chosen["wave"] == wave]
    keys = ["person"] if wave is not None else ["person", "wave"]
    wide = chosen.set_index([*keys, "item"])["answer"].unstack("item")  # noqa: PD010 - a duplicate must raise, not be averaged
    return wide.reindex(columns=list(instrument.items)).rename_axis(columns=None)


def oriented(items: pd.DataFrame, declared: Instrument) -> pd.DataFrame:
    """Turn the instrument's reversed items round, so that every item points the scale's way."""
    return turned(items, declared.reversed, declared.low, declared.high)


def scale_scores(items: pd.DataFrame, declared: Instrument) -> pd.Series[float]:
    """Score each row 0-100 as the instrument declares; missing when too few items were answered."""
    scores = mean_score(oriented(items, declared), declared.low, declared.high, declared.minimum_answered)
    return scores.rename(declared.code)


def person_waves(answers: pd.DataFrame, instruments: Iterable[Instrument]) -> pd.DataFrame:
    """Give one row per person and wave with a column of 0-100 scores per instrument, and `months` since the start."""
    scored = [scale_scores(item_answers(answers, instrument), instrument) for instrument in instruments]
    frame = pd.concat(scored, axis="columns").dropna(how="all").reset_index()
    frame["months"] = frame["wave"].map(WAVE_MONTHS).astype("int64")
    return frame.sort_values(["person", "months"], ignore_index=True)


def at_wave(waves: pd.DataFrame, column: str, wave: str) -> pd.Series:
    """Give one scale at one wave, indexed by person; persons without it have no row."""
    return waves.loc[waves["wave"] == wave].set_index("person")[column].dropna()


def cohort_items(study: Study, cohort: Cohort, code: str, wave: str) -> pd.DataFrame:
    """Give the cohort's answers to one instrument at one wave, a column per item, all pointing the scale's way."""
    declared = study.instrument(code)
    items = item_answers(study.tables["answers"], declared, wave)
    return oriented(items.loc[items.index.isin(cohort.frame["person"])], declared)


def items_over_waves(study: Study, cohort: Cohort, code: str, waves: Sequence[str]) -> pd.DataFrame:
    """Give the cohort's answers to one instrument at some waves: a row per person and wave, items as in `cohort_items`."""
    declared = study.instrument(code)
    items = oriented(item_answers(study.tables["answers"], declared), declared).reset_index()
    return items.loc[items["person"].isin(cohort.frame["person"]) & items["wave"].isin(waves)].reset_index(drop=True)


def beside(items: pd.DataFrame, cohort: Cohort, column: str) -> pd.DataFrame:
    """Put a column of the cohort beside the answers of persons, and leave out who has none."""
    return items.assign(**{column: items.index.map(cohort.frame.set_index("person")[column].to_dict())}).dropna(subset=[column])


def wide(waves: pd.DataFrame, cohort: Cohort, scores: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Give the cohort, one row per person, with a column a score and wave (``ECR_T0``); who was not measured has gaps."""
    found = {f"{code}_{wave}": at_wave(waves, code, wave) for code, at in scores.items() for wave in at}
    frame = cohort.frame
    return frame.assign(**{name: frame["person"].map(score).astype(float) for name, score in found.items()})


def at_both(waves: pd.DataFrame, cohort: Cohort, codes: Iterable[str], first: str, last: str) -> dict[str, pd.DataFrame]:
    """Give by scale the members measured at both waves: the cohort's columns, and the scores ``before`` and ``after``."""
    ends = ("before", first), ("after", last)
    people, person = cohort.frame, cohort.frame["person"]
    return {
        code: people.assign(**{name: person.map(at_wave(waves, code, wave)).astype(float) for name, wave in ends}).dropna(
            subset=["before", "after"]
        )
        for code in codes
    }
