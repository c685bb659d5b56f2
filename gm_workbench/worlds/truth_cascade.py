"""The truth about exits to work of clients of teams that work in the new way."""

from __future__ import annotations

from typing import Any

from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.estimands import AMSTERDAM, chunks, closed, entry, simulated
from gm_workbench.worlds.simulated_cascade import HOME, MONTHS, general_exits

_PERSONS = f"persons of the general pool on general assistance in the index month, in the mix of households of {HOME}"
_CONTRAST = "way of working introduced to the coach's team in the index month, against not introduced"


def cascade_truths(world: World, size: float) -> dict[str, Any]:
    """Tell the difference between teams in exits to work within twelve months, and what the programme does to the hazard."""
    found = general_exits(world, chunks=chunks(80, size))
    shared: dict[str, Any] = {"study": AMSTERDAM, "population": _PERSONS}
    share = f"share of persons that left for work by the end of month {MONTHS}, the index month being the first"
    moves = "the few coaches who move between teams that work in different ways, which blurs the comparison a little"
    return {
        "exit_teams_12m": entry(
            simulated(found["difference"]),
            unit="probability",
            scale=f"difference in the {share}",
            contrast=_CONTRAST,
            horizon=MONTHS,
            meets=[
                "difference between teams, parallel design: who begins is drawn at random",
                "CR2 by team; randomisation of teams",
                "comparison within teams in steps: the hazard differs by one ratio from a team's first month on",
            ],
            fails=[
                "standard errors that treat persons as independent",
                "stacks of starters: teams that begin later are followed over months with fewer exits to come",
                "before and after: this year's clients are not last year's",
                moves,
            ],
            **shared,
        ),
        "exit_teams_12m_without": entry(
            simulated(found["without"]),
            unit="probability",
            scale=share,
            contrast="none: not introduced",
            horizon=MONTHS,
            meets=["share among persons of teams that did not begin"],
            **shared,
        ),
        "exit_teams_hr": entry(
            closed(world.number("cascade.introduction_ratio"), "cascade.introduction_ratio, of a coach with fidelity 1"),
            unit="ratio",
            scale="monthly hazard ratio of leaving for work, given everything else",
            contrast=_CONTRAST,
            horizon=None,
            meets=["cause-specific models with the coach's fidelity as dose"],
            fails=["models that leave out what persons differ in: such ratios shrink towards one"],
            **shared,
        ),
    }
