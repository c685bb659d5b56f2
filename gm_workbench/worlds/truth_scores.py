"""The truth about scores: resilience twelve months after the introduction, and intention on its determinants within persons."""

from __future__ import annotations

from typing import Any

from gm_workbench.worlds.calibration import World
from gm_workbench.worlds.estimands import CONTRAST, MOTHERS, TILBURG, chunks, closed, entry, simulated
from gm_workbench.worlds.simulated import intention_slopes, resilience


def resilience_truths(world: World, size: float) -> dict[str, Any]:
    """Tell the difference in resilience after twelve months, adjusted and as the groups are."""
    found = resilience(world, chunks=chunks(80, size))
    shared: dict[str, Any] = {
        "study": TILBURG,
        "unit": "points",
        "scale": "ECR score 0-100 from answered items",
        "population": MOTHERS,
        "horizon": 12,
    }
    adjusted = ("ANCOVA of ECR at T12 on introduced and ECR at T0, clustered by coach: choice ignorable given the T0 score, "
                "drop-out depends on the T0 score only, linear up to the ends of the scale")  # fmt: skip
    unadjusted = ("difference of means without the T0 score", "change score: the T0 score carries over less than one to one")
    return {
        "resilience_12m": entry(
            simulated(found["difference"]), contrast=CONTRAST, meets=[adjusted], fails=unadjusted, **shared
        ),
        "resilience_12m_raw": entry(
            simulated(found["raw"]),
            contrast="groups as they chose, without adjustment: this is not a difference made by the introduction",
            meets=["difference of means without adjustment, when nobody drops out"],
            **shared,
        ),
    }


def slope_truths(world: World, size: float) -> dict[str, Any]:
    """Tell the slopes of intention within persons, on observed and on latent scores."""
    found, planted = intention_slopes(world, chunks=chunks(10, size)), world.by_name("surveys.intention")
    scales = world.value("surveys.scales")
    shared: dict[str, Any] = {
        "study": TILBURG,
        "population": MOTHERS,
        "contrast": "one higher within the same person",
        "horizon": None,
    }
    entries: dict[str, Any] = {}
    for code, result in found.items():
        latent = planted[code] * float(scales["INT"]["sd"]) / float(scales[code]["sd"])
        entries[f"int_on_{code.lower()}_within"] = entry(
            simulated(result),
            unit="points per point",
            scale="observed 0-100 scores of five waves: flattened by the scales' unreliability",
            meets=["regression on the three determinants together with persons' means taken out, or within-between model"],
            fails=["errors-in-variables models, which aim at the latent slope"],
            **shared,
        )
        entries[f"int_on_{code.lower()}_within_latent"] = entry(
            closed(latent, f"surveys.intention.{code} x sd(INT) / sd({code})"),
            unit="points per point",
            scale="latent scores, free of measurement error",
            meets=["within-person models with a measurement part"],
            fails=["regressions on observed scores"],
            **shared,
        )
    return entries
