"""Pairs of states a horizon apart, for people followed by month and for published sets that were observed now and then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.panel.people import agreed
from gm_workbench.panel.study import THRESHOLD, Study
from gm_workbench.panel.work import STATES, main_jobs, work_months
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text

BELOW, ABOVE = "below", "above"

QUINTILES = ("q1", "q2", "q3", "q4", "q5")

TOLERANCE = 3
"""Months that an observation of a published set may lie off the horizon; such sets were observed now and then."""

QUINTILE_TIES = Text(
    "Posities zijn vijfden van de uurlonen in deze gegevens; gelijke lonen delen de laagste positie.",
    "Positions are fifths of the hourly wages in these data; equal wages share the lower position.",
)

STATES_MEAN = Text(
    "Aan de start: in de maand voor de start. Vast: een contract voor onbepaalde tijd; flexibel: elk ander contract.",
    "At the start: in the month before the start. Permanent: a contract without an end; flexible: every other contract.",
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of states, one per person, with all states from the base upwards and what a reader must know of them."""

    frame: pd.DataFrame
    states: tuple[str, ...]
    ties: Text = Text("", "")


def pairs(study: Study, horizon: int, share: float, months: pd.DataFrame | None = None) -> Pairs:
    """Give the pairs of who consented: against the national threshold, or, without one, by fifths of their own wages.

    `months` are those of `work_months` with the same share, for who has them already.
    """
    if not study.meets(THRESHOLD) or not study.meets("wages.contract"):
        return rank_pairs(study, horizon)
    known = state_pairs(work_months(study, share) if months is None else months, horizon)
    return Pairs(_of_the_agreed(study, known), STATES, STATES_MEAN)


def rank_pairs(study: Study, horizon: int) -> Pairs:
    """Give pairs of fifths of the main jobs' hourly wages: how people change places, whatever the threshold."""
    return in_fifths(wage_pairs(study, horizon))


def wage_pairs(study: Study, horizon: int) -> pd.DataFrame:
    """Give one row per person with the hourly wages of the same pairs as `rank_pairs`, for ranks without borders."""
    return _of_the_agreed(study, _wages(_found(study, horizon)))


def _found(study: Study, horizon: int) -> pd.DataFrame:
    tolerance = TOLERANCE if study.kind is DataKind.PUBLISHED else 0
    return _nearest(main_jobs(study.tables["wages"], ["hourly_wage"]), horizon, tolerance)


def real_wage_pairs(study: Study, horizon: int) -> pd.DataFrame:
    """Give the pairs of `wage_pairs` in constant prices: a rise that prices ate up is none."""
    found = _found(study, horizon)
    prices = {int(year): study.prices(int(year)) for year in {*(found["month"] // 12), *(found["start"] // 12)}}
    real = {
        wage: found[wage] / (found[month] // 12).map(prices) for wage, month in (("wage_from", "start"), ("wage_to", "month"))
    }
    return _of_the_agreed(study, _wages(found.assign(**real)))


def in_fifths(wages: pd.DataFrame) -> Pairs:
    """Turn pairs of wages into pairs of fifths, those of the persons in the pairs, at each end apart."""
    return Pairs(wages.assign(**{end: _quintile(wages[end]) for end in ("from", "to")}), QUINTILES, QUINTILE_TIES)


def _of_the_agreed(study: Study, pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.loc[agreed(study, pairs["person"])].reset_index(drop=True)


def over_threshold(pairs: pd.DataFrame) -> pd.DataFrame:
    """Turn pairs of states into below and above the threshold; without pay later is not above it."""
    above = [state for state in STATES if state.startswith(ABOVE)]
    return pairs.assign(**{side: np.where(pairs[side].isin(above), ABOVE, BELOW) for side in ("from", "to")})


def state_pairs(months: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Give one row per worker paid in the month before the index month: the state then and `horizon` months later.

    A worker without pay at the later month is in state ``no_pay``. A horizon past the period gives no pairs.
    """
    start = months.loc[months["months"].eq(-1) & months["hourly_wage"].notna()]
    later = months.loc[months["months"].eq(horizon - 1)].set_index("person")["state"]
    frame = pd.DataFrame({"person": start["person"], "from": start["state"], "to": start["person"].map(later)})
    return frame.dropna(ignore_index=True)


def quintile_pairs(wages: pd.DataFrame, horizon: int, tolerance: int = 0) -> pd.DataFrame:
    """Give one pair per person: wage quintile at the first observation and at the one nearest to `horizon` months later.

    Quintiles are those of the persons in the pairs, at each end apart; equal wages share the lower quintile. An observation
    further than `tolerance` months from the horizon does not count, and its person is left out.
    """
    if tolerance < 0 or horizon <= tolerance:
        raise MetricError(f"The horizon must be longer than the tolerance, but got {horizon} and {tolerance} months.")
    pairs = _nearest(wages.sort_values(["person", "month"]), horizon, tolerance)
    return in_fifths(_wages(pairs)).frame


def _nearest(wages: pd.DataFrame, horizon: int, tolerance: int) -> pd.DataFrame:
    """Give of each person the wage nearest to the horizon beside her first; rows come by person and month."""
    codes, _ = pd.factorize(wages["person"])
    first = wages.loc[~wages["person"].duplicated(), ["month", "hourly_wage"]]  # in the order of the codes
    start, wage_from = (first[name].to_numpy()[codes] for name in ("month", "hourly_wage"))
    frame = wages.assign(start=start, wage_from=wage_from, off=(wages["month"] - start - horizon).abs())
    close = frame.loc[frame["off"] <= tolerance].sort_values(["person", "off", "month"])
    found: pd.DataFrame = close.drop_duplicates("person").rename(columns={"hourly_wage": "wage_to"}).reset_index(drop=True)
    return found


def _wages(found: pd.DataFrame) -> pd.DataFrame:
    return found[["person", "wage_from", "wage_to"]].set_axis(["person", "from", "to"], axis="columns")


def _quintile(wages: pd.Series) -> pd.Series:
    if wages.empty:
        return wages.astype(str)
    edges = np.quantile(wages, [0.2, 0.4, 0.6, 0.8])
    return pd.Series(np.array(QUINTILES)[np.searchsorted(edges, wages, side="left")], index=wages.index)
