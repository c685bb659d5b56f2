"""What is true in a planted world: the value of each estimand, how it was obtained, and whose assumptions the world meets.

Read by tests and benchmarks only. A value is closed (it follows from the calibration by a formula) or simulated (the mean
over very many persons who live both with and without the introduction, with its Monte-Carlo standard error).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gm_workbench.vocabulary.calendar import month_code
from gm_workbench.worlds.calibration import World, load_world
from gm_workbench.worlds.estimands import AMERSFOORT, CONTRAST, chunks, entry, simulated
from gm_workbench.worlds.simulated import HORIZON, MONTHS_LATER, crossing
from gm_workbench.worlds.truth_benefits import exit_truths, spend_truths
from gm_workbench.worlds.truth_cascade import cascade_truths
from gm_workbench.worlds.truth_scores import resilience_truths, slope_truths

_BASE = "workers of the programme paid below two thirds of the median in each of the three months before the index month"


def truth(world: str, folder: Path | None = None, size: float = 1.0) -> dict[str, Any]:
    """Give the truth of a world, ready to be written as JSON.

    Parameters
    ----------
    world : str
        Name of a calibration file in `data/worlds`.
    folder : Path, optional
        Where the calibration files are; the project's own when None.
    size : float
        Share of the full simulation; 1 gives a million persons or more behind each difference after introduction.

    Returns
    -------
    dict
        `world`, `period`, `index_month`, and `estimands`: by name the study, value, unit, scale, population, contrast, horizon
        in months, how it was obtained (the formula, or persons and `mc_se`), and for which estimators the assumptions hold.

    Raises
    ------
    UnknownWorld, DeclarationError
        If there is no such world or its file has faults.
    """
    declared = load_world(world, folder)
    entries = (
        resilience_truths(declared, size)
        | exit_truths(declared, size)
        | cascade_truths(declared, size)
        | _crossing(declared, size)
        | slope_truths(declared, size)
        | spend_truths(declared)
    )
    return {
        "world": world,
        "period": str(declared.period),
        "index_month": month_code(declared.index_month),
        "estimands": entries,
    }


def _crossing(world: World, size: float) -> dict[str, Any]:
    found = crossing(world, chunks=chunks(80, size))
    shared: dict[str, Any] = {"study": AMERSFOORT, "unit": "probability", "population": _BASE}
    held = (
        f"six months on end paid at or above the threshold of their calendar year, within {HORIZON} months from the index month"
    )
    return {
        "held_24m": entry(
            simulated(found["difference"]),
            scale=f"difference in the share with {held}",
            contrast=CONTRAST,
            horizon=HORIZON,
            meets=[
                "linear probability model on introduced and the log distance, clustered by coach: choice unrelated to wages"
            ],
            fails=["estimators on the one-month rule, which is another population"],
            **shared,
        ),
        "held_24m_without": entry(
            simulated(found["without"]),
            scale=f"share with {held}",
            contrast="none: not introduced",
            horizon=HORIZON,
            meets=["share among workers of coaches who did not introduce"],
            **shared,
        ),
        "low_pay_exit_12m_without": entry(
            simulated(found["above"]),
            scale="share paid at or above the threshold twelve months after the index month; no pay counts as not above",
            contrast="none: not introduced",
            horizon=MONTHS_LATER,
            meets=["share among workers of coaches who did not introduce"],
            **shared,
        ),
    }
