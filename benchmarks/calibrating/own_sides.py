"""Comparisons of five coaches with forty, where nothing is: each estimator that a report uses for groups of coaches."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from calibrating.own_regressions import adjusted, adjusted_cr1
from calibrating.rows import RESAMPLED, Estimator, Found, Judged, Scene
from gm_workbench.metrics.attrition import who_is_lost
from gm_workbench.metrics.attrition_difference import attrition_weighted_difference
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.doubly_robust import doubly_robust_difference
from gm_workbench.metrics.entropy import entropy_difference
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.event_study import Kind, aggregate
from gm_workbench.metrics.exit_contrast import incidence_difference
from gm_workbench.metrics.hazards import cause_specific, subdistribution
from gm_workbench.metrics.johnson_neyman import Region, region
from gm_workbench.metrics.mediation import mediation
from gm_workbench.metrics.mixed import mixed_model
from gm_workbench.metrics.moderation import moderation
from gm_workbench.metrics.monthly_hazards import monthly_hazards
from gm_workbench.metrics.person_months import laid_out
from gm_workbench.metrics.randomisation import randomisation_inference
from gm_workbench.metrics.restricted_mean import difference
from gm_workbench.metrics.staggered import group_time
from gm_workbench.metrics.wild import wild_bootstrap

FEW, COACHES = 5, 45
HORIZON = 12
ARMS = {"by": "arm", "groups": ("few", "many"), "cluster": "coach"}


def one_sided(seed: int) -> pd.DataFrame:
    """Draw persons of five coaches who introduced and of forty who did not: they start differently, and end alike.

    Coaches have 3 persons or more, 11 on average, and levels of their own: intraclass correlation .1 of the score, a standard
    deviation of .4 in the log chance of leaving in a month.
    """
    rng = np.random.default_rng(seed)
    coach = np.repeat(np.arange(COACHES), 3 + rng.poisson(8, COACHES))
    new, level, n = (coach < FEW).astype(int), rng.normal(size=COACHES)[coach], len(coach)
    before = rng.normal(size=n) + 0.3 * new
    y = 0.5 * before + 0.1**0.5 * level + rng.normal(scale=0.9**0.5, size=n)
    time, otherwise = rng.geometric(np.minimum(0.03 * np.exp(0.4 * level), 0.9)), rng.geometric(0.01, n)
    watched = rng.integers(HORIZON, 40, n)
    event = np.where(np.minimum(time, otherwise) > watched, 0, np.where(time <= otherwise, 1, 2))
    halfway = y + rng.normal(size=n)
    stayed = rng.random(n) < 1 / (1 + np.exp(-(1.5 - 0.5 * halfway)))
    columns = {
        "coach": coach,
        "new": new,
        "arm": np.where(new == 1, "few", "many"),
        "before": before,
        "y": y,
        "halfway": halfway,
    }
    after = {"later": np.where(stayed, y, np.nan), "event": event, "time": np.minimum.reduce([time, otherwise, watched])}
    answered = rng.random(n) < 1 / (1 + np.exp(-0.8 - 0.4 * level))
    own = {"answered": answered.astype(int), "skills": rng.normal(size=n), "person": np.arange(n)}
    return pd.DataFrame(columns | after | own)


def balanced(rows: pd.DataFrame) -> Found:
    found = entropy_difference(rows, "y", "new", ["before"], cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.difference


def by_both_models(rows: pd.DataFrame) -> Found:
    found = doubly_robust_difference(rows, "y", "new", ["before"], cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.difference


def of_who_stayed(rows: pd.DataFrame) -> Found:
    found = attrition_weighted_difference(rows, "later", "new", ["before"], ["halfway"], cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.difference


def months_lost(rows: pd.DataFrame) -> Found:
    return difference(rows, HORIZON, cause=1, **ARMS)


def left(rows: pd.DataFrame) -> Found:
    return incidence_difference(rows, HORIZON, **ARMS)


def rate(rows: pd.DataFrame) -> Found:
    found = cause_specific(rows, ["new", "before"], cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.log["new"]


def share(rows: pd.DataFrame) -> Found:
    found = subdistribution(rows, ["new", "before"], cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.log["new"]


def by_month(rows: pd.DataFrame) -> Found:
    months = laid_out(rows[["person", "time", "event", "new", "before", "coach"]])
    found = monthly_hazards(months, ["new", "before"], bands=[1, 7, 13], cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.log["new"]


def turned(rows: pd.DataFrame) -> Found:
    found = wild_bootstrap(rows["y"], design(rows, ["new", "before"]), rows["coach"], "new", draws=999)
    return found if isinstance(found, NotEnoughData) else found.estimate


def dealt_again(rows: pd.DataFrame) -> Found:
    """Deal the starts out again, of what the score at the start leaves: the few start higher, by a slope that is known here."""
    left = rows.assign(y=rows["y"] - 0.5 * rows["before"], period=1)
    cells = left.groupby(["coach", "period"], as_index=False).agg(y=("y", "mean"), n=("y", "size"), new=("new", "first"))
    start = {coach: 1 if new else None for coach, new in zip(cells["coach"], cells["new"], strict=True)}
    told = {"nuisance": "none", "unit": "points", "persons": len(rows), "draws": 999}
    found = randomisation_inference(cells, "y", "n", "coach", "period", start, **told)
    return found if isinstance(found, NotEnoughData) else found.estimate


def of_levels(rows: pd.DataFrame, errors: str) -> Found:
    found = mixed_model(rows, "y", ["new", "before"], {"coach": []}, errors=errors)
    return found if isinstance(found, NotEnoughData) else found.coefficients["new"]


def few_begin(seed: int) -> pd.DataFrame:
    """Draw five moments of persons of a hundred coaches, of whom five begin at the third; moments of a coach drift together.

    Nothing comes of beginning. Coaches have 3 persons or more, 11 on average.
    """
    rng = np.random.default_rng(seed)
    coach = np.repeat(np.arange(100), 3 + rng.poisson(8, 100))
    n, drift = len(coach), rng.normal(scale=0.5, size=(100, 5)).cumsum(axis=1)[coach]
    y = rng.normal(scale=2, size=(n, 1)) + drift + rng.normal(size=(n, 5))
    person, time = np.repeat(np.arange(n), 5), np.tile(np.arange(1, 6), n)
    return pd.DataFrame({"person": person, "time": time, "coach": coach[person], "y": y.ravel()}).assign(
        first=lambda rows: np.where(rows["coach"] < FEW, 3, 0)
    )


def at_once(rows: pd.DataFrame) -> Found:
    found = group_time(rows, "y", cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.effects[3, 3]


def since(rows: pd.DataFrame, kind: Kind) -> Found:
    found = group_time(rows, "y", cluster="coach")
    return found if isinstance(found, NotEnoughData) else aggregate(found, kind, draws=99).overall


def along(rows: pd.DataFrame, part: str) -> Found:
    """Of the path by way of `halfway`, which goes with the outcome and not with what the coach does."""
    found = mediation(rows, "new", "halfway", "y", ["before"], cluster="coach", draws=2_000)
    return found if isinstance(found, NotEnoughData) else getattr(found, part)


def staying(rows: pd.DataFrame) -> Found:
    found = who_is_lost(rows, "answered", ["new", "before"], cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.log_odds["new"]


def over_skills(rows: pd.DataFrame) -> Region | NotEnoughData:
    return region(rows, "y", "new", "skills", covariates=["before"], cluster="coach", over=(-1.0, 1.0), at=[0.0])


def slope_in_the_middle(rows: pd.DataFrame) -> Found:
    found = over_skills(rows)
    return found if isinstance(found, NotEnoughData) else found.curve[0][1]


def change_of_slope(rows: pd.DataFrame) -> Found:
    found = over_skills(rows)
    return found if isinstance(found, NotEnoughData) else found.change


def steeper(rows: pd.DataFrame) -> Found:
    """Of a step that does not hang on what the coach does."""
    found = moderation(rows, "y", "before", ["new"], cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.interactions[0].estimate


def begun(rows: pd.DataFrame) -> Found:
    """Of a change between two moments, were the five to have begun in between."""
    moments = (rows["skills"], rows["y"] - 0.5 * rows["before"])
    frame = pd.concat([rows.assign(time=time, score=score, first=rows["new"]) for time, score in enumerate(moments)])
    found = group_time(frame, "score", cluster="coach")
    return found if isinstance(found, NotEnoughData) else aggregate(found, "simple", draws=99).overall


SIDES = Scene("own: five coaches and forty", one_sided)
BEGIN = Scene("own: five coaches of a hundred begin", few_begin)

ROWS = [
    Estimator("own-sides-ancova", SIDES, adjusted, 0.0, Judged.ALARMS),
    Estimator("own-sides-ancova-cr1", SIDES, adjusted_cr1, 0.0, Judged.BIAS, RESAMPLED, "t on coaches − 1"),
    Estimator("own-sides-entropy", SIDES, balanced, 0.0, Judged.ALARMS),
    Estimator("own-sides-doubly-robust", SIDES, by_both_models, 0.0, Judged.ALARMS),
    Estimator("own-sides-attrition-weighted", SIDES, of_who_stayed, 0.0, Judged.ALARMS),
    Estimator("own-sides-months-lost", SIDES, months_lost, 0.0, Judged.ALARMS),
    Estimator("own-sides-incidence-difference", SIDES, left, 0.0, Judged.ALARMS, RESAMPLED),
    Estimator("own-sides-cox", SIDES, rate, 0.0, Judged.ALARMS),
    Estimator("own-sides-fine-gray", SIDES, share, 0.0, Judged.ALARMS),
    Estimator("own-sides-monthly-hazards", SIDES, by_month, 0.0, Judged.ALARMS),
    Estimator("own-sides-wild", SIDES, turned, 0.0, Judged.ALARMS, RESAMPLED),
    Estimator("own-sides-randomisation", SIDES, dealt_again, 0.0, Judged.ALARMS, RESAMPLED),
    Estimator("own-sides-kenward-roger", SIDES, partial(of_levels, errors="kenward-roger"), 0.0, Judged.ALARMS, RESAMPLED),
    Estimator("own-sides-satterthwaite", SIDES, partial(of_levels, errors="satterthwaite"), 0.0, Judged.ALARMS, RESAMPLED),
    Estimator("own-sides-staggered", BEGIN, at_once, 0.0, Judged.ALARMS),
    Estimator("own-sides-staggered-simple", BEGIN, partial(since, kind="simple"), 0.0, Judged.ALARMS),
    Estimator("own-sides-staggered-dynamic", BEGIN, partial(since, kind="dynamic"), 0.0, Judged.ALARMS),
    Estimator("own-sides-mediation-total", SIDES, partial(along, part="total"), 0.0, Judged.ALARMS),
    Estimator("own-sides-mediation-direct", SIDES, partial(along, part="direct"), 0.0, Judged.ALARMS),
    Estimator("own-sides-mediation-indirect", SIDES, partial(along, part="indirect"), 0.0, Judged.ALARMS, RESAMPLED),
    Estimator("own-sides-who-is-lost", SIDES, staying, 0.0, Judged.ALARMS),
    Estimator("own-sides-region-slope", SIDES, slope_in_the_middle, 0.0, Judged.ALARMS),
    Estimator("own-sides-region-change", SIDES, change_of_slope, 0.0, Judged.ALARMS),
    Estimator("own-sides-moderation", SIDES, steeper, 0.0, Judged.ALARMS),
    Estimator("own-sides-staggered-two-moments", SIDES, begun, 0.0, Judged.ALARMS),
]
