"""Estimators of exits over time, on small draws that are declared here, with their truth in closed form."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from calibrating.rows import RESAMPLED, Estimator, Found, Judged, Scene
from gm_workbench.metrics import late_entry
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.exit_contrast import incidence_difference
from gm_workbench.metrics.exits import cumulative_incidence, survival
from gm_workbench.metrics.hazards import cause_specific, subdistribution
from gm_workbench.metrics.monthly_hazards import monthly_hazards
from gm_workbench.metrics.person_months import laid_out
from gm_workbench.metrics.recurrence import divosa
from gm_workbench.metrics.restricted_mean import lost, still_there

TO_WORK, OTHERWISE = 0.03, 0.02
"""Chance of each exit in a month, the same in every month."""

HORIZON = 12
LOG_RATIO = 0.4

_STAYS = 1 - TO_WORK - OTHERWISE
LEFT_FOR_WORK = TO_WORK / (TO_WORK + OTHERWISE) * (1 - _STAYS**HORIZON)
STILL = _STAYS**HORIZON
MONTHS_STILL = sum(_STAYS**month for month in range(HORIZON))
MONTHS_LOST = sum(TO_WORK / (TO_WORK + OTHERWISE) * (1 - _STAYS**month) for month in range(HORIZON))


def stays(seed: int, count: int = 200) -> pd.DataFrame:
    """Draw whole months until an exit, watched for 12 to 36 months; coaches of ten clients who have nothing in common."""
    rng = np.random.default_rng(seed)
    time = rng.geometric(TO_WORK + OTHERWISE, count)
    event = np.where(rng.random(count) < TO_WORK / (TO_WORK + OTHERWISE), 1, 2)
    watched = rng.integers(HORIZON, 37, count)
    seen = time <= watched
    coach = np.arange(count) // 10
    return pd.DataFrame(
        {"time": np.where(seen, time, watched), "event": event * seen, "coach": coach, "arm": np.where(coach % 2, "new", "old")}
    )


def incidence(rows: pd.DataFrame) -> Found:
    found = cumulative_incidence(rows["time"], rows["event"], [HORIZON])
    return found if isinstance(found, NotEnoughData) else found.at(HORIZON)


def kaplan_meier(rows: pd.DataFrame) -> Found:
    found = survival(rows["time"], rows["event"], [HORIZON])
    return found if isinstance(found, NotEnoughData) else found.at(HORIZON)


def months_still(rows: pd.DataFrame) -> Found:
    return still_there(rows["time"], rows["event"], HORIZON)


def months_lost(rows: pd.DataFrame) -> Found:
    return lost(rows["time"], rows["event"], HORIZON, 1)


def months_lost_by_coach(rows: pd.DataFrame) -> Found:
    return lost(rows["time"], rows["event"], HORIZON, 1, clusters=rows["coach"])


def arms_by_variance(rows: pd.DataFrame) -> Found:
    return incidence_difference(rows, HORIZON, by="arm", groups=("new", "old"))


def arms_by_bootstrap(rows: pd.DataFrame) -> Found:
    return incidence_difference(rows, HORIZON, by="arm", groups=("new", "old"), cluster="coach")


def late(seed: int) -> pd.DataFrame:
    """Draw persons who came under observation 0 to 8 months after their start, if they were still there."""
    rng = np.random.default_rng(seed)
    rows = stays(seed, 400).assign(entry=rng.integers(0, 9, 400))
    return rows.loc[rows["time"] > rows["entry"]]


def incidence_from_late(rows: pd.DataFrame) -> Found:
    found = late_entry.cumulative_incidence(rows["time"], rows["event"], [HORIZON], entry=rows["entry"])
    return found if isinstance(found, NotEnoughData) else found.at(HORIZON)


def incidence_as_if_from_start(rows: pd.DataFrame) -> Found:
    return incidence(rows)


def hazards(seed: int) -> pd.DataFrame:
    """Draw 300 persons with hazards in proportion: log ratio .4 for work, and others who leave otherwise."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=300)
    work = rng.exponential(1 / (0.05 * np.exp(LOG_RATIO * x)))
    other, end = rng.exponential(1 / 0.03, 300), rng.uniform(12, 36, 300)
    first = np.stack([end, work, other])
    return pd.DataFrame({"x": x, "time": first.min(axis=0), "event": first.argmin(axis=0)})


def cox(rows: pd.DataFrame) -> Found:
    found = cause_specific(rows, ["x"])
    return found if isinstance(found, NotEnoughData) else found.log["x"]


def incidence_in_proportion(seed: int) -> pd.DataFrame:
    """Draw 300 persons by Fine and Gray's own model: a share 1 - .6^exp(.4 x) leaves for work, the others otherwise."""
    rng = np.random.default_rng(seed)
    x, u = rng.normal(size=300), rng.random(300)
    share = 1 - 0.6 ** np.exp(LOG_RATIO * x)
    to_work = u < share
    # 1 - (1 - .4 (1 - e^-t))^exp(.4 x) = u, solved for t
    reached = (1 - (1 - np.where(to_work, u, 0.0)) ** np.exp(-LOG_RATIO * x)) / 0.4
    time = np.where(to_work, -np.log1p(-reached), rng.exponential(size=300))
    end = rng.uniform(1, 4, 300)
    event = np.where(time > end, 0, np.where(to_work, 1, 2))
    return pd.DataFrame({"x": x, "time": np.minimum(time, end), "event": event})


def fine_gray(rows: pd.DataFrame) -> Found:
    found = subdistribution(rows, ["x"])
    return found if isinstance(found, NotEnoughData) else found.log["x"]


def months_in_proportion(seed: int) -> pd.DataFrame:
    """Draw months of 300 persons: the complementary log-log of the chance is .4 higher with x."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 2, 300)
    time = rng.geometric(1 - np.exp(-0.05 * np.exp(LOG_RATIO * x)))
    rows = pd.DataFrame({"person": range(300), "time": np.minimum(time, 24), "event": (time <= 24).astype(int), "x": x})
    return laid_out(rows)


def by_month(rows: pd.DataFrame) -> Found:
    found = monthly_hazards(rows, ["x"], bands=[1, 7, 13])
    return found if isinstance(found, NotEnoughData) else found.log["x"]


def returns(seed: int) -> pd.DataFrame:
    """Draw 240 exits of clients of 24 coaches, followed for six months: 15 % come back, 4 to 26 % by coach."""
    rng = np.random.default_rng(seed)
    coach = np.repeat(np.arange(24), 10)
    back = rng.random(240) < np.tile([0.04, 0.15, 0.26], 8)[coach]
    month = np.where(back, rng.integers(2, 7, 240), 99)
    after = np.tile(np.arange(1, 7), 240)
    who = np.repeat(np.arange(240), 6)
    return pd.DataFrame({"exit": who, "person": who, "coach": coach[who], "after": after, "benefit": after >= month[who]})


def came_back(rows: pd.DataFrame, cluster: str | None) -> Found:
    found = divosa(rows, 6, cluster=cluster)
    return found if isinstance(found, NotEnoughData) else found.back


STAYS = Scene("own: stays", stays)
LATE = Scene("own: stays seen late", late)
COX = Scene("own: hazards in proportion", hazards)
GRAY = Scene("own: incidence in proportion", incidence_in_proportion)
MONTHS = Scene("own: months in proportion", months_in_proportion)
RETURNS = Scene("own: returns", returns)

FIXED_COACHES = "the coaches are the same in every draw, and the interval allows for other coaches"

ROWS = [
    Estimator("own-incidence", STAYS, incidence, LEFT_FOR_WORK),
    Estimator("own-kaplan-meier", STAYS, kaplan_meier, STILL),
    Estimator("own-months-still", STAYS, months_still, MONTHS_STILL),
    Estimator("own-months-lost", STAYS, months_lost, MONTHS_LOST),
    Estimator("own-months-lost-by-coach", STAYS, months_lost_by_coach, MONTHS_LOST),
    Estimator("own-incidence-difference", STAYS, arms_by_variance, 0.0, Judged.ALARMS),
    Estimator("own-incidence-difference-bootstrap", STAYS, arms_by_bootstrap, 0.0, Judged.ALARMS, RESAMPLED),
    Estimator("own-incidence-late-entry", LATE, incidence_from_late, LEFT_FOR_WORK),
    Estimator(
        "own-incidence-late-as-if-early", LATE, incidence_as_if_from_start, LEFT_FOR_WORK, Judged.BIAS, RESAMPLED,
        "who left before being seen is not there",
    ),
    Estimator("own-cox", COX, cox, LOG_RATIO),
    Estimator("own-fine-gray", GRAY, fine_gray, LOG_RATIO),
    Estimator("own-monthly-hazards", MONTHS, by_month, LOG_RATIO),
    Estimator("own-recurrence", RETURNS, partial(came_back, cluster=None), 0.15, wide=FIXED_COACHES),
    Estimator("own-recurrence-by-coach", RETURNS, partial(came_back, cluster="coach"), 0.15, wide=FIXED_COACHES),
]  # fmt: skip
