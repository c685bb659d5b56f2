"""Results → outputs: values that may be shown, with caption, alt text and the counts behind every cell.

In: frozen results and texts. Out: `Output` values, and drawings of outputs that the guard has protected. Never: a file.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

__all__ = [
    "about",
    "after_loss",
    "alike",
    "answers",
    "associations",
    "attrition",
    "changed",
    "course_differences",
    "determinants",
    "doses",
    "equal_spend",
    "event_study",
    "exits",
    "facts",
    "foresight",
    "growth",
    "individual",
    "leaving",
    "measuring",
    "mobility",
    "model",
    "movement",
    "moves",
    "part_time",
    "pathways",
    "people",
    "questionnaires",
    "ranks",
    "recurrence",
    "score_differences",
    "secondary",
    "sensitivity",
    "slopes",
    "spend",
    "stays",
    "studies",
    "teams",
    "terms",
    "treatment",
    "validation",
    "wages",
]


def __getattr__(name: str) -> ModuleType:
    """Import a room when it is first asked for, so that a command which needs none of them starts at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
