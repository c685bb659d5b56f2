"""Checked tables → person-months and person-waves, and a ledger of every row that was left out.

In: checked tables and a declared study. Out: panels, and an attrition ledger (step, persons in, persons out, why).
Never: an estimate.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

__all__ = [
    "cascade",
    "collected",
    "coverage",
    "delivered_runs",
    "event_time",
    "exposure",
    "ledger",
    "merging",
    "mobility",
    "people",
    "person_months",
    "person_waves",
    "public",
    "runs",
    "scores",
    "spells",
    "spending",
    "stays",
    "study",
    "teams",
    "time_zero",
    "work",
]


def __getattr__(name: str) -> ModuleType:
    """Import a room when it is first asked for, so that a command which needs none of them starts at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
