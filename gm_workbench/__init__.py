"""Shared loaders and metrics of the Gewogen Maatwerk research workbench.

What a notebook needs, and no more: open a study, look at its panel, compute with metrics, make outputs, show them.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "about_study": "gm_workbench.outputs.studies",
    "keep_private": "gm_workbench.report.individual",
    "metrics": "",
    "offered": "gm_workbench.guard.offered",
    "open_study": "gm_workbench.panel.study",
    "outputs": "",
    "panel": "",
    "show": "gm_workbench.guard.showing",
}

__all__ = ["about_study", "keep_private", "metrics", "offered", "open_study", "outputs", "panel", "show"]


def __getattr__(name: str) -> object:
    """Import what is asked for when it is first asked for: importing the package itself does no work."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES[name]
    return getattr(import_module(home), name) if home else import_module(f"{__name__}.{name}")
