"""Numbers happen here: columns in, frozen results out.

In: data frames and column names. Out: an `Estimate` with its interval, or `NotEnoughData`. Never: files, plots, settings,
global state, or a change to what was passed in.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

__all__ = [
    "agreement",
    "attrition",
    "attrition_difference",
    "bootstrap",
    "cascade",
    "clustered",
    "clustered_share",
    "confirmatory",
    "confounding",
    "consensus",
    "counts",
    "crossing",
    "decomposition",
    "directions",
    "dose",
    "doubly_robust",
    "entropy",
    "equity",
    "escape",
    "event_study",
    "exit_contrast",
    "exit_months",
    "exits",
    "growth",
    "hazards",
    "horizon",
    "imputation",
    "imputed_comparison",
    "instrument",
    "invariance",
    "johnson_neyman",
    "joint",
    "knob_order",
    "late_entry",
    "mediation",
    "mediation_levels",
    "membership",
    "mixed",
    "mobility",
    "moderation",
    "moderation_levels",
    "monthly_hazards",
    "multilevel",
    "nested",
    "oaxaca",
    "overlap",
    "panels",
    "person_months",
    "power",
    "power_plans",
    "power_simulation",
    "randomisation",
    "rank_mobility",
    "recurrence",
    "reliability",
    "reliable_change",
    "restricted_mean",
    "rubin",
    "scales",
    "sensitivity",
    "several",
    "shares",
    "small_sample",
    "stacks",
    "staggered",
    "team_comparison",
    "team_scores",
    "tipping",
    "two_part",
    "wave_anova",
    "wave_model",
    "waves",
    "weighting",
    "wild",
    "within_between",
]


def __getattr__(name: str) -> ModuleType:
    """Import a room when it is first asked for, so that a command which needs none of them starts at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
