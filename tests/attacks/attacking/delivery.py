"""Attacks on a planted delivery: persons with temptations among them, counted, put into words and released as a report is."""

from __future__ import annotations

import itertools

import pandas as pd

from attacking.attack import Claim, attack
from attacking.puzzle import MANY, Ends, possible
from attacking.scenes import Seen, shown
from gm_workbench.metrics.counts import category_counts
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Output
from gm_workbench.outputs.people import flow, profile
from gm_workbench.panel.ledger import Step
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

GROUPS = ("mothers", "rest")
PLANTED = {
    # group, housing, exempt: three homeless mothers, one in an institution; every mother but two is exempt
    ("mothers", "tenant", "True"): 60,
    ("mothers", "owner", "True"): 40,
    ("mothers", "lodging", "True"): 14,
    ("mothers", "homeless", "True"): 3,
    ("mothers", "institution", "True"): 1,
    ("mothers", "lodging", "False"): 2,
    ("rest", "tenant", "False"): 150,
    ("rest", "owner", "True"): 120,
    ("rest", "lodging", "False"): 66,
    ("rest", "homeless", "False"): 31,
    ("rest", "institution", "False"): 24,
}
TOTALS = {group: sum(n for (one, _, _), n in PLANTED.items() if one == group) for group in GROUPS}
ABOUT = About(DataKind.SYNTHETIC, Text("bijstand", "benefit"), same("2024"), Text("bestand", "file"), Assignment.UNKNOWN)


def persons() -> pd.DataFrame:
    """One row a person."""
    rows = [key for key, n in PLANTED.items() for _ in range(n)]
    frame = pd.DataFrame(rows, columns=["group", "housing", "exempt"])
    return frame.assign(person=[f"p{at}" for at in range(len(rows))])


def who() -> Output:
    counted = category_counts(persons(), ["housing", "exempt"], "group", GROUPS)
    section = Section("who", Text("Wie zijn het?", "Who are they?"), Text("Wie.", "Who."), ("profile",))
    return profile(counted, section, ABOUT, sensitive=["exempt"])


def steps() -> Output:
    """The ledger behind them: two left for a missing birth date."""
    told = itertools.pairwise((TOTALS["mothers"] + 40, TOTALS["mothers"] + 38, TOTALS["mothers"]))
    later = [Step(same(f"stap {at}"), before, after, same("viel af")) for at, (before, after) in enumerate(told, start=1)]
    first = Step(same("begin"), later[0].persons_in, later[0].persons_in, same("begin"))
    return flow(
        [first, *later], Section("flow", Text("Over wie gaat dit?", "Who is this about?"), same("Wie."), ("flow",)), ABOUT
    )


def _others(seen: Seen, characteristic: str, group: str, name: str) -> Ends:
    """Bound one category by the printed percentages of the others, which are whole or nearly so, and the printed total."""
    n = seen.number("all", group, name)
    shares = {
        cell.row: cell for cell in seen.outputs[name].cells if cell.column == group and cell.row.startswith(characteristic)
    }
    known: dict[str, Ends] = {"all": (n, n)}
    for row, cell in shares.items():
        if not cell.hidden:
            k = round(float(cell.value) * n)
            near = [one for one in range(k - 2, k + 3) if abs(one / n - float(cell.value)) < 0.5 * 10 ** -(cell.digits + 2)]
            known[row] = (min(near), max(near))
    return possible(f"{characteristic}:homeless", known, [("all", list(shares))])


@attack(shown(who()), "complement", 3, needs=("threshold", "found sums"))
def homeless_mothers_are_what_the_others_leave(seen: Seen) -> Claim:
    """All mothers minus the percentages of every other kind of housing, but for one who lives in an institution"""
    name = next(iter(seen.outputs))
    low, high = _others(seen, "housing", "mothers", name)
    return (max(low, 1), high)


@attack(shown(who()), "threshold", 3)
def homeless_mothers_as_a_percentage(seen: Seen) -> Claim:
    """The percentage of homeless mothers times all mothers"""
    name = next(iter(seen.outputs))
    return round(seen.number("housing:homeless", "mothers", name) * seen.number("all", "mothers", name))


@attack(shown(who()), "class", 118 / 120, near=0.01, needs=())
def every_mother_is_exempt(seen: Seen) -> Claim:
    """Nearly all mothers are exempt, and so is she"""
    return seen.number("exempt:True", "mothers", next(iter(seen.outputs)))


@attack(shown(steps()), "flow", 2, needs=("threshold",))
def who_fell_out_of_the_ledger(seen: Seen) -> Claim:
    """Two persons left between two steps of the ledger"""
    numbers = [float(cell.value) for cell in seen.outputs["flow"].cells if not cell.hidden]
    losses = [before - after for before, after in itertools.pairwise(numbers)]
    return min((loss for loss in losses if loss), default=MANY)
