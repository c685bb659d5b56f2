"""The truth about exits from benefit and about spending on re-integration."""

from __future__ import annotations

from typing import Any

from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.estimands import CONTRAST, MOTHERS, TILBURG, chunks, closed, entry, simulated
from gm_workbench.worlds.simulated import HORIZON, MONTHS_LATER, exits
from gm_workbench.worlds.spending import mean_amount, start_rate

_CURVES = "Aalen-Johansen by group: no censoring before the horizon, choice unrelated to exits"


def exit_truths(world: World, size: float) -> dict[str, Any]:
    """Tell hazard ratios and shares of exits to work."""
    found = exits(world, chunks=chunks(84, size))
    shared: dict[str, Any] = {"study": TILBURG, "population": f"{MOTHERS.partition(' with a coach')[0]}"}
    moves = "estimators in which the introduction follows the coach of the day: here it stays with the coach of the index month"
    hazard = "monthly hazard ratio of leaving for work, given duration, part-time work and coach"
    entries = {
        "exit_to_work_hr": entry(
            closed(world.number("exits.introduction_ratio"), "exits.introduction_ratio, the same in every month"),
            unit="ratio",
            scale=hazard,
            contrast=CONTRAST,
            horizon=None,
            meets=["cause-specific Cox by time on benefit since the index month, clustered by coach (ties: one month)"],
            fails=["subdistribution hazard ratio (Fine and Gray), which is another quantity", moves],
            **shared,
        ),
        "exit_to_work_women_hr": entry(
            closed(world.number("exits.women_ratio"), "exits.women_ratio, before any introduction"),
            unit="ratio",
            scale=hazard,
            contrast="women against men, before any introduction",
            horizon=None,
            meets=["cause-specific Cox before the index month; a partner's exit for work is not one's own (code 97)"],
            **shared | {"population": "all persons on benefit"},
        ),
    }
    entries[f"exit_to_work_months_{HORIZON}m"] = entry(
        simulated(found["difference_lost"]),
        unit="months",
        scale=f"difference in the months of the first {HORIZON} after an exit to work: the area under the share that left",
        contrast=CONTRAST,
        horizon=HORIZON,
        meets=["restricted mean time, as " + _CURVES],
        fails=["mean time to exit, for which nobody was followed long enough", moves],
        **shared,
    )
    for months in (MONTHS_LATER, HORIZON):
        entries[f"exit_to_work_cif_{months}m"] = entry(
            simulated(found[f"difference_{months}"]),
            unit="probability",
            scale=f"difference in the share that left for work by the end of month {months}, the index month being the first",
            contrast=CONTRAST,
            horizon=months,
            meets=[_CURVES],
            fails=["one minus Kaplan-Meier with other exits censored", moves],
            **shared,
        )
        entries[f"exit_to_work_cif_{months}m_without"] = entry(
            simulated(found[f"{months}_False"]),
            unit="probability",
            scale=f"share that left for work by the end of month {months}, the index month being the first",
            contrast="none: not introduced",
            horizon=months,
            meets=["Aalen-Johansen among mothers of coaches who did not introduce"],
            fails=["one minus Kaplan-Meier with other exits censored"],
            **shared,
        )
    return entries


def spend_truths(world: World) -> dict[str, Any]:
    """Tell the gaps in spending between men and women."""
    rate, amount = start_rate(world), mean_amount(world)
    shared: dict[str, Any] = {
        "study": TILBURG,
        "population": "all persons on general assistance, by person-month",
        "horizon": len(world.period),
    }
    men_women = "men minus women, descriptive"
    formula = "start rate x median x exp(log_sd^2 / 2), with start rate = 1 - (1 - any)^(1/36)"
    gap = float(rate[0] * amount[0] - rate[1] * amount[1])
    return {
        "spend_gap_per_month": entry(
            closed(gap, f"men minus women of {formula}"),
            unit="euro per person-month",
            scale="mean amount per month on benefit",
            contrast=men_women,
            meets=[
                "total amount over person-months by sex; two-part model by person-month; Kitagawa or Oaxaca by person-month"
            ],
            **shared,
        ),
        "spend_gap_composition": entry(
            closed(0.0, "none: spend does not depend on household or age, given sex"),
            unit="euro per person-month",
            scale="part of the gap that would go with another mix of households",
            contrast=men_women,
            meets=["composition part of Kitagawa or Oaxaca by person-month"],
            **shared,
        ),
        "spend_any_gap_per_month": entry(
            closed(float(rate[0] - rate[1]), "men minus women of 1 - (1 - any)^(1/36)"),
            unit="probability",
            scale="chance of any spending in a month on benefit",
            contrast=men_women,
            meets=["share of person-months with costs, by sex"],
            **shared,
        ),
        "spend_amount_gap_given_any": entry(
            closed(float(amount[0] - amount[1]), "men minus women of median x exp(log_sd^2 / 2)"),
            unit="euro",
            scale="mean amount in a month with costs",
            contrast=men_women,
            meets=["mean amount over person-months with costs, by sex"],
            **shared,
        ),
    }
