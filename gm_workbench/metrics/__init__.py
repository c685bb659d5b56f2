"""Numbers happen here: columns in, frozen results out.

In: data frames and column names. Out: an `Estimate` with its interval, or `NotEnoughData`. Never: files, plots, settings,
global state, or a change to what was passed in.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

__all__ = [
    "agreement",
    "cascade",
    "clustered",
    "clustered_share",
    "confirmatory",
    "consensus",
    "counts",
    "crossing",
    "decomposition",
    "doubly_robust",
    "entropy",
    "equity",
    "exit_contrast",
    "exit_months",
    "exits",
    "growth",
    "hazards",
    "horizon",
    "invariance",
    "joint",
    "late_entry",
    "mediation",
    "mobility",
    "moderation",
    "monthly_hazards",
    "multilevel",
    "oaxaca",
    "overlap",
    "panels",
    "person_months",
    "planning",
    "plans",
    "power",
    "power_plans",
    "power_simulation",
    "randomisation",
    "recurrence",
    "reliability",
    "reliable_change",
    "restricted_mean",
    "scales",
    "several",
    "shares",
    "small_sample",
    "stacks",
    "team_comparison",
    "team_scores",
    "waves",
    "weighting",
    "wild",
]


def __getattr__(name: str) -> ModuleType:
    """Import a room when it is first asked for, so that a command which needs none of them starts at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
