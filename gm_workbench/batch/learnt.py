"""What earlier runs taught: how long a report takes, how much memory a study needs, and how each delivery looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gm_workbench.batch.inputs import Seen, see
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Planned
from gm_workbench.batch.storage import opened
from gm_workbench.settings import Paths

MADE = "from attempts where state in ('done', 'deviates') and seconds is not null"


@dataclass(frozen=True, slots=True)
class Learnt:
    """What earlier attempts at a report tell of the next: seconds of its place, or of its study, and the study's memory."""

    seconds: Mapping[tuple[str, str], float]
    memory: Mapping[str, int]

    def expected(self, row: Planned) -> float | None:
        """Give the seconds that a report will probably take; None when nothing is known of its study."""
        return self.seconds.get((row.study, row.place), self.seconds.get((row.study, "")))


def learnt(ledger: Ledger) -> Learnt:
    """Give what earlier attempts took: means of seconds, and the most memory, of reports that were made."""
    with opened(ledger.file) as connection:
        places = connection.execute(f"select study, place, avg(seconds) {MADE} group by study, place").fetchall()
        studies = connection.execute(f"select study, '', avg(seconds) {MADE} group by study").fetchall()
        memory = connection.execute(
            "select study, max(memory) from attempts where memory is not null group by study"
        ).fetchall()
    seconds = {(study, place): mean for study, place, mean in (*places, *studies)}
    return Learnt(seconds, {str(study): int(most) for study, most in memory})


class Deliveries:
    """How deliveries look now; what is found is kept, so that the next time only what changed is read."""

    def __init__(self, ledger: Ledger, paths: Paths) -> None:
        self._ledger = ledger
        self._paths = paths
        with opened(ledger.file) as connection:
            rows = connection.execute("select place, world, look, digest from deliveries").fetchall()
        self._before = {(place, world): Seen(look, digest) for place, world, look, digest in rows}
        self._new: dict[tuple[str, str], Seen] = {}

    def see(self, place: str, world: str) -> Seen:
        """Look at one delivery."""
        before = self._before.get((place, world))
        seen = see(place, world, self._paths, before)
        if seen.settled and seen != before:
            self._new[place, world] = seen
        return seen

    def keep(self) -> None:
        """Keep what was found."""
        rows = [(*where, seen.look, seen.digest) for where, seen in self._new.items()]
        with opened(self._ledger.file) as connection:
            connection.executemany("insert or replace into deliveries (place, world, look, digest) values (?, ?, ?, ?)", rows)
