"""Estimators for several levels, several moments and gaps, on small draws that are declared here, with their truth."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from calibrating.own_regressions import DIFFERENCE, FEW
from calibrating.rows import RESAMPLED, Estimator, Found, Judged, Scene
from gm_workbench.metrics.cascade import ancova_difference
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.event_study import aggregate
from gm_workbench.metrics.imputed_comparison import imputed_difference
from gm_workbench.metrics.mediation_levels import three_two_one, two_one_one
from gm_workbench.metrics.mixed import mixed_model
from gm_workbench.metrics.staggered import group_time
from gm_workbench.metrics.two_part import two_part


def kenward_roger(rows: pd.DataFrame) -> Found:
    found = mixed_model(rows, "y", ["new", "before"], {"coach": []}, errors="kenward-roger")
    return found if isinstance(found, NotEnoughData) else found.coefficients["new"]


def of_persons(seed: int) -> pd.DataFrame:
    """Draw 30 teams of 12: .8 from the team's exposure to the mediator, .5 a point of its mean to the outcome, .2 within."""
    rng = np.random.default_rng(seed)
    team, new = np.repeat(np.arange(30), 12), rng.permutation(np.arange(30) % 2)
    m = 0.8 * new[team] + rng.normal(scale=0.6, size=30)[team] + rng.normal(size=360)
    mean = pd.Series(m).groupby(team).transform("mean").to_numpy()
    y = 0.3 * new[team] + 0.5 * mean + 0.2 * (m - mean) + rng.normal(scale=0.4, size=30)[team] + rng.normal(size=360)
    return pd.DataFrame({"team": team, "new": new[team], "m": m, "y": y})


def along_2_1_1(rows: pd.DataFrame) -> Found:
    found = two_one_one(rows, "new", "m", "y", "team", draws=2_000)
    return found if isinstance(found, NotEnoughData) else found.between.indirect


def of_coaches(seed: int) -> pd.DataFrame:
    """Draw 24 teams of 5 coaches with 6 clients: .8 to the coach's use, .5 a point of the team's mean use, .2 within."""
    rng = np.random.default_rng(seed)
    coach_team, new = np.repeat(np.arange(24), 5), rng.permutation(np.arange(24) % 2)
    m = 0.8 * new[coach_team] + rng.normal(scale=0.5, size=24)[coach_team] + rng.normal(size=120)
    mean = pd.Series(m).groupby(coach_team).transform("mean").to_numpy()
    coach = np.repeat(np.arange(120), 6)
    level = rng.normal(scale=0.3, size=24)[coach_team] + rng.normal(scale=0.3, size=120)
    y = (0.3 * new[coach_team] + 0.5 * mean + 0.2 * (m - mean) + level)[coach] + rng.normal(size=720)
    team = coach_team[coach]
    return pd.DataFrame({"coach": coach, "team": team, "new": new[team], "m": m[coach], "y": y})


def along_3_2_1(rows: pd.DataFrame) -> Found:
    found = three_two_one(rows, "new", "m", "y", "coach", "team", draws=2_000)
    return found if isinstance(found, NotEnoughData) else found.between.indirect


def begun(seed: int) -> pd.DataFrame:
    """Draw 120 persons of 24 teams over five moments: eight teams begin at moment 3, eight at 4, eight never; 2 at once."""
    rng = np.random.default_rng(seed)
    person, time = np.repeat(np.arange(120), 5), np.tile(np.arange(1, 6), 120)
    team = person // 5
    first = np.array([3, 4, 0])[team % 3]
    shared = rng.normal(scale=0.5, size=(24, 5))[team, time - 1]
    gain = 2.0 * ((first > 0) & (time >= first))
    y = rng.normal(scale=2, size=120)[person] + 0.5 * time + gain + shared + rng.normal(size=600)
    return pd.DataFrame({"person": person, "time": time, "team": team, "first": first, "y": y})


def after_beginning(rows: pd.DataFrame, kind: str) -> Found:
    found = group_time(rows, "y", cluster="team")
    return found if isinstance(found, NotEnoughData) else aggregate(found, kind, draws=99).overall


def spent(seed: int) -> pd.DataFrame:
    """Draw six months of 400 persons, half women: spend in one month in ten, of men in three in twenty; 300 and 400 euro."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(400), 6)
    man, rent = person % 2, (person // 2 % 2)
    got = rng.random(2400) < np.where(man, 0.15, 0.10)
    amount = got * np.where(man, 400.0, 300.0) * rng.gamma(2, 0.5, 2400)
    return pd.DataFrame(
        {"person": person, "sex": np.where(man, "man", "woman"), "home": np.where(rent, "rent", "own"), "amount": amount}
    )


def spend_at_equal_homes(rows: pd.DataFrame, part: str) -> Found:
    found = two_part(rows, "sex", ("woman", "man"), ["home"])
    return found if isinstance(found, NotEnoughData) else getattr(found, part)


def lost(seed: int) -> pd.DataFrame:
    """Draw 240 persons of 24 coaches; who felt worse halfway is lost more often, so complete cases are not like the rest."""
    rng = np.random.default_rng(seed)
    coach = np.repeat(np.arange(24), 10)
    new = coach % 2
    before = rng.normal(size=240)
    halfway = 0.6 * before + 0.5 * new + rng.normal(size=240)
    after = 0.3 * before + 0.6 * halfway + DIFFERENCE * new + rng.normal(scale=0.2, size=24)[coach] + rng.normal(size=240)
    stayed = rng.random(240) < 1 / (1 + np.exp(-(0.8 + 1.2 * halfway)))
    return pd.DataFrame({"coach": coach, "new": new, "T0": before, "T6": halfway, "T12": np.where(stayed, after, np.nan)})


AFTER_ALL = DIFFERENCE + 0.6 * 0.5
"""Straight, and along what was halfway."""


def filled_in(rows: pd.DataFrame) -> Found:
    found = imputed_difference(rows, "T12", "new", ["T0"], ["T6"], m=10)
    return found if isinstance(found, NotEnoughData) else found.pooled.estimate


def complete_cases(rows: pd.DataFrame) -> Found:
    found = ancova_difference(rows.dropna(), "T12", "new", ["T0"])
    return found if isinstance(found, NotEnoughData) else found.adjusted


OF_PERSONS = Scene("own: paths 2-1-1", of_persons)
OF_COACHES = Scene("own: paths 3-2-1", of_coaches)
BEGUN = Scene("own: begun in steps", begun)
SPENT = Scene("own: spend in two parts", spent)
LOST = Scene("own: lost", lost)

ROWS = [
    Estimator("own-ancova-kenward-roger-few", FEW, kenward_roger, DIFFERENCE),
    Estimator("own-mediation-2-1-1", OF_PERSONS, along_2_1_1, 0.8 * 0.5),
    Estimator("own-mediation-3-2-1", OF_COACHES, along_3_2_1, 0.8 * 0.5),
    Estimator("own-staggered-simple", BEGUN, partial(after_beginning, kind="simple"), 2.0),
    Estimator("own-staggered-dynamic", BEGUN, partial(after_beginning, kind="dynamic"), 2.0),
    Estimator("own-staggered-group", BEGUN, partial(after_beginning, kind="group"), 2.0),
    Estimator("own-two-part-month", SPENT, partial(spend_at_equal_homes, part="per_month"), 0.10 * 300 - 0.15 * 400),
    Estimator("own-two-part-any", SPENT, partial(spend_at_equal_homes, part="any"), -0.05),
    Estimator("own-two-part-given-any", SPENT, partial(spend_at_equal_homes, part="given_any"), -100.0),
    Estimator("own-imputed", LOST, filled_in, AFTER_ALL, draws=RESAMPLED),
    Estimator("own-complete-cases", LOST, complete_cases, AFTER_ALL, Judged.BIAS, RESAMPLED, "lost by how it went halfway"),
]
