"""One entry of the truth: a value, how it was obtained, and which estimators' assumptions the world meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gm_workbench.worlds.simulated import Simulated

TILBURG, AMSTERDAM, AMERSFOORT = "tilburg_single_mothers", "amsterdam_supervisor_cascade", "amersfoort_upward_mobility"
MOTHERS = "lone mothers on general assistance in the index month with a coach, who consent to research"
CONTRAST = "way of working introduced to the coach of the index month, against not introduced"
_DIGITS = 7


def chunks(whole: int, size: float) -> int:
    """Give the number of chunks of a simulation at a share of its full size; a standard error needs two."""
    return max(2, round(whole * size))


def simulated(result: Simulated) -> dict[str, Any]:
    """Tell a simulated value and its Monte-Carlo standard error."""
    how = {"how": "simulated", "persons": result.persons, "mc_se": round(result.se, _DIGITS + 2)}
    return {"value": round(result.value, _DIGITS), "obtained": how}


def closed(value: float, formula: str) -> dict[str, Any]:
    """Tell a value that follows from the calibration by a formula."""
    return {"value": round(value, _DIGITS), "obtained": {"how": "closed form", "formula": formula, "mc_se": 0.0}}


def entry(
    found: Mapping[str, Any],
    *,
    study: str,
    unit: str,
    scale: str,
    population: str,
    contrast: str,
    horizon: int | None,
    meets: Sequence[str],
    fails: Sequence[str] = (),
) -> dict[str, Any]:
    """Put together what is said about one estimand."""
    about = {"study": study, "unit": unit, "scale": scale, "population": population, "contrast": contrast}
    return {**found, **about, "horizon_months": horizon, "assumptions": {"met_for": list(meets), "not_met_for": list(fails)}}
