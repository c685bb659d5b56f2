"""How each report stands: fresh, stale and why, failed, running. Read from the ledger, the recipe of now, and what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from gm_workbench.batch.attempts import Attempt, State
from gm_workbench.batch.freshness import Recipe, Recipes, changed, in_words
from gm_workbench.batch.learnt import Deliveries
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Planned
from gm_workbench.settings import Paths

PAGE = "report.html"


class Stands(StrEnum):
    """How a report stands."""

    FRESH = "fresh"
    STALE = "stale"
    FAILED = "failed"
    RUNNING = "running"
    QUEUED = "queued"
    NOT_MADE = "not made"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one report stands, and why it is not fresh; `parts` names what changed."""

    stands: Stands
    why: str = ""
    parts: tuple[str, ...] = ()

    @property
    def fresh(self) -> bool:
        return self.stands is Stands.FRESH


def judge(last: Attempt | None, made: Attempt | None, recipe: Recipe, *, there: bool) -> Standing:
    """Say how a report stands.

    Parameters
    ----------
    last, made : Attempt, optional
        The last attempt at it, and the last that was made.
    recipe : Recipe
        What it would be made from now.
    there : bool
        Whether its page is there.
    """
    if last is None or last.state is State.STOPPED:
        return Standing(Stands.NOT_MADE, "" if last is None else last.reason)
    if not last.state.ended:
        return Standing(Stands(str(last.state)))
    if made is None or not last.state.made:
        return Standing(Stands.FAILED, last.reason if last.state is State.FAILED else f"{last.state}: {last.reason}")
    return _made(made, recipe, there=there)


def _made(made: Attempt, recipe: Recipe, *, there: bool) -> Standing:
    if not there:
        return Standing(Stands.STALE, "the report was removed")
    if not made.recipe:
        return Standing(Stands.STALE, "made by an older version, which did not keep what it was made from")
    parts = changed(made.recipe, recipe)
    if parts:
        return Standing(Stands.STALE, in_words(parts).en, parts)
    return Standing(Stands.FRESH, "values in it are off" if made.state is State.DEVIATES else "")


@dataclass(frozen=True, slots=True)
class Stood:
    """The last attempt at a report, and how the report stands now."""

    attempt: Attempt
    standing: Standing


def standings(ledger: Ledger, paths: Paths) -> dict[str, Stood]:
    """Say of every report that was ever asked for how it stands, by its folder, in the order of folders."""
    deliveries = Deliveries(ledger, paths)
    recipes, latest, made = Recipes(paths, deliveries.see), ledger.latest(), ledger.latest_done()
    found = {folder: Stood(last, _of(last, made, recipes, paths)) for folder, last in sorted(latest.items())}
    if ledger.writable:
        deliveries.keep()
    return found


def _of(last: Attempt, made: Mapping[str, Attempt], recipes: Recipes, paths: Paths) -> Standing:
    there = (paths.reports / last.folder / PAGE).is_file()
    return judge(last, made.get(last.folder), recipes.of(row_of(last)), there=there)


def row_of(attempt: Attempt) -> Planned:
    """Give the row of a plan that an attempt was about."""
    latest = PurePosixPath(attempt.folder).name == attempt.place
    return Planned(attempt.study, attempt.place, attempt.world, attempt.period, attempt.parameters, latest)
