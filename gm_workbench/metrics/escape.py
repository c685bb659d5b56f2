"""How long people stay where they are: the chance to leave a state, and the time until that happens (Prais)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_columns, require_filled
from gm_workbench.metrics.clustered_share import share
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.mobility import MIN_STARTERS, OUT, state_codes

STAY = "mean stay in a state (Prais), from the chance to leave it"


@dataclass(frozen=True, slots=True)
class Escape:
    """Leaving one state.

    Attributes
    ----------
    chance : Estimate
        Probability to be in another state one step later.
    stay : Estimate or NotEnoughData
        Mean number of steps in the state, from arrival on; NotEnoughData when nobody left it.
    """

    chance: Estimate
    stay: Estimate | NotEnoughData


@as_declared
def escape_times(
    pairs: pd.DataFrame, states: Sequence[str], out: str = OUT, *, step: float = 1.0, unit: str = "steps"
) -> Mapping[str, Escape | NotEnoughData]:
    r"""Estimate for each state the chance to leave it, and how long people stay before they do.

    .. math:: e_i = 1 - p_{ii}, \qquad T_i = \Delta / e_i

    T is right for a Markov chain: when the chance to leave is the same however long somebody has been there. Where it falls
    with time, as with low pay, those who have just come leave sooner than T and those who have been there long stay longer.
    Moving out and back within one step is not seen.

    Parameters
    ----------
    pairs : one row per pair: ``person``, ``from``, ``to`` (pairs without a later state, or ending in `out`, are left out)
    states : all states
    out : name of the state of not being there
    step : time between the two moments of a pair, above 0, in `unit`
    unit : of the stay, e.g. ``months``

    Returns
    -------
    mapping
        State to Escape: the chance with a Wilson interval (errors by person when she has several pairs), the stay with the
        interval that is `step` over the ends of the other. NotEnoughData for a state that fewer than 10 persons start from.

    Raises
    ------
    MetricError
        When a column is missing, a person has a gap, a state is not in `states`, or the step is not above 0.

    References
    ----------
    Prais (1955), Measuring social mobility, JRSS A 118:56-66, doi:10.2307/2342534; the chances are giddy.mobility.prais.

    Examples
    --------
    >>> pairs = pd.DataFrame({"person": range(40), "from": ["low", "high"] * 20, "to": ["low", "high", "high", "high"] * 10})
    >>> found = escape_times(pairs, ["low", "high"], step=12, unit="months")
    >>> found["low"].chance.value, found["low"].stay.value, found["high"].stay.what
    (0.5, 24.0, 'persons who left the state')
    """
    require_filled(pairs, ["person", "from"], STAY)
    require_columns(pairs, ["to"], STAY)
    if not step > 0:
        raise MetricError(f"{STAY}: the step must be above 0 but got {step}.")
    if step == math.inf:
        raise MetricError(f"{STAY}: the step must be finite but got {step}.")
    seen = pairs.loc[pairs["to"].notna() & pairs["to"].ne(out)]
    start, end = (pd.Series(state_codes(seen[side], tuple(states)), index=seen.index) for side in ("from", "to"))
    found = {
        name: _escape(seen.loc[start == at, "person"], end[start == at] != at, step, unit) for at, name in enumerate(states)
    }
    return MappingProxyType(found)


def _escape(person: pd.Series[str], left: pd.Series[bool], step: float, unit: str) -> Escape | NotEnoughData:
    if person.nunique() < MIN_STARTERS:
        return NotEnoughData(STAY, "persons in each group", person.nunique(), MIN_STARTERS)
    chance = replace(share(left, person), groups=None)
    return Escape(
        chance, _stay(chance, step, unit) if chance.value > 0 else NotEnoughData(STAY, "persons who left the state", 0, 1)
    )


def _stay(chance: Estimate, step: float, unit: str) -> Estimate:
    value, low, high = (step / end if end > 0 else math.inf for end in (chance.value, chance.high, chance.low))
    return replace(chance, value=value, low=low, high=high, se=value * chance.se / chance.value, unit=unit, method=STAY)
