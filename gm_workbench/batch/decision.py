"""Before anything runs: which reports of a plan are fresh, and what each would be made from now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gm_workbench.batch.attempts import Outcome
from gm_workbench.batch.freshness import PROSE, Recipe, Recipes
from gm_workbench.batch.inputs import Seen
from gm_workbench.batch.learnt import Deliveries
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Planned
from gm_workbench.batch.standing import PAGE, Standing, judge
from gm_workbench.settings import Paths


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of each report, by its folder.

    Attributes
    ----------
    recipes : mapping
        What each report is made from now.
    standings : mapping
        How each stands.
    outcomes : mapping
        How the last good attempt at each ended, where there is one.
    seen : mapping
        How the delivery of each (place, world) looked at that moment.
    """

    recipes: Mapping[Path, Recipe]
    standings: Mapping[Path, Standing]
    outcomes: Mapping[Path, Outcome]
    seen: Mapping[tuple[str, str], Seen]

    def todo(self, rows: Sequence[Planned], paths: Paths, *, again: bool = False) -> list[Planned]:
        """Give the reports that are to be made: those that are not fresh, or all of them."""
        return [row for row in rows if again or not self.standings[row.folder(paths)].fresh]

    def reworded(self, folder: Path) -> Outcome | None:
        """Give how a report was made, if nothing has changed since but the words of its notebook."""
        return self.outcomes[folder] if self.standings[folder].parts == (PROSE,) else None


def decide(rows: Sequence[Planned], ledger: Ledger, paths: Paths) -> Decision:
    """Decide of each report of a plan whether it is fresh."""
    deliveries = Deliveries(ledger, paths)
    recipes = Recipes(paths, deliveries.see)
    made_from = {row.folder(paths): recipes.of(row) for row in rows}
    seen = {(row.place, row.world): recipes.see(row.place, row.world) for row in rows if not row.published}
    deliveries.keep()
    last, made = ledger.latest_ended(), ledger.latest_done()
    standings, outcomes = {}, {}
    for folder, recipe in made_from.items():
        name = folder.relative_to(paths.reports).as_posix()
        standings[folder] = judge(last.get(name), made.get(name), recipe, there=(folder / PAGE).is_file())
        if name in made:
            outcomes[folder] = made[name].outcome
    return Decision(made_from, standings, outcomes, seen)
