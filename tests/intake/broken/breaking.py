"""Every row of `broken.csv` as an edit of a good delivery: `break_delivery(id, folder)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .good import Delivery

Environment = dict[str, str]
Edit = Callable[[Delivery], "Environment | None"]


@dataclass(frozen=True, slots=True)
class Breaker:
    """An edit, the good delivery that it is for, and what is done with that one before."""

    edit: Edit
    base: str
    first: tuple[str, ...]


BREAKERS: dict[str, Breaker] = {}


def breaks(case: str, base: str = "csv", first: tuple[str, ...] = ()) -> Callable[[Edit], Edit]:
    """Register the edit of a row; `first` names commands that run on the good delivery (``check``, ``forget``)."""

    def register(edit: Edit) -> Edit:
        assert case not in BREAKERS, case
        BREAKERS[case] = Breaker(edit, base, first)
        return edit

    return register


def break_delivery(case: str, folder: Path) -> Environment:
    """Corrupt the good delivery in `folder` in the way that a row of `broken.csv` names.

    Returns
    -------
    dict
        Changes to the environment that belong to the edit; an empty value unsets a variable.
    """
    return BREAKERS[case].edit(Delivery(folder)) or {}
