"""Estimators of the Tilburg study, on lone mothers of the planted worlds."""

from __future__ import annotations

from functools import cached_property, partial

import pandas as pd

from calibrating.rows import RESAMPLED, Estimator, Found, Judged, Scene
from calibrating.worlds import GUIDED, TILBURG, drawn
from gm_workbench.metrics.cascade import ancova_difference
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.decomposition import spend_kitagawa
from gm_workbench.metrics.doubly_robust import doubly_robust_difference
from gm_workbench.metrics.entropy import entropy_difference
from gm_workbench.metrics.equity import spend_difference
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.exit_contrast import incidence_difference
from gm_workbench.metrics.exits import cumulative_incidence, survival
from gm_workbench.metrics.hazards import cause_specific, subdistribution
from gm_workbench.metrics.panels import fixed_effects
from gm_workbench.metrics.restricted_mean import difference as months_difference
from gm_workbench.metrics.wild import wild_bootstrap
from gm_workbench.panel.people import cohort_waves, lone_mothers, measured_mothers
from gm_workbench.panel.spells import exit_times
from gm_workbench.panel.spending import spending_months

ANSWERS = frozenset({*GUIDED, "answers"})
SPENT = frozenset({"benefits", "costs"})
ARMS = ("True", "False")


class Mothers:
    """One draw; what several estimators share is made once."""

    def __init__(self, seed: int, world: str, tables: frozenset[str]) -> None:
        self.study = drawn(seed, world, TILBURG, tables)

    @cached_property
    def cohort(self):
        return lone_mothers(self.study)

    @cached_property
    def measured(self) -> pd.DataFrame:
        frame = measured_mothers(self.study, self.cohort).frame
        return frame.assign(introduced=frame["introduced"].astype(int), change=frame["ECR_T12"] - frame["ECR_T0"])

    @cached_property
    def waves(self) -> pd.DataFrame:
        return cohort_waves(self.study, self.cohort).dropna(subset=["INT", "ATT", "NRM", "SEF"])

    @cached_property
    def slopes(self):
        return fixed_effects(self.waves, "INT", ["ATT", "NRM", "SEF"])

    @cached_property
    def times(self) -> pd.DataFrame:
        times = exit_times(self.study, self.cohort.frame)
        bands = {
            "short": times["duration"].lt(12),
            "middle": times["duration"].between(12, 23),
            "long": times["duration"].ge(60),
        }
        marks = {name: mark.astype(int) for name, mark in bands.items()}
        return times.assign(new=times["introduced"].astype(int), works_now=times["works"].astype(int), **marks)

    @cached_property
    def months(self) -> pd.DataFrame:
        return spending_months(self.study)

    @cached_property
    def split(self):
        return spend_kitagawa(self.months, "sex", ("man", "woman"), "household")


def scene(name: str, world: str, tables: frozenset[str]) -> Scene:
    return Scene(name, partial(Mothers, world=world, tables=tables), world)


MEASURED = scene("mothers measured", "default", ANSWERS)
MEASURED_NULL = scene("mothers measured, null", "null", ANSWERS)
LEAVING, LEAVING_NULL = MEASURED, MEASURED_NULL
SPENDING = scene("spend of everybody", "default", SPENT)


def ancova(draw: Mothers) -> Found:
    """The primary inference of the study, as its notebook calls it."""
    found = ancova_difference(draw.measured, "ECR_T12", "introduced", ["ECR_T0"])
    return found if isinstance(found, NotEnoughData) else found.adjusted


def raw(draw: Mothers) -> Found:
    found = ancova_difference(draw.measured, "ECR_T12", "introduced", ["ECR_T0"])
    return found if isinstance(found, NotEnoughData) else found.raw


def change_score(draw: Mothers) -> Found:
    found = ancova_difference(draw.measured, "change", "introduced")
    return found if isinstance(found, NotEnoughData) else found.adjusted


def ancova_wild(draw: Mothers) -> Found:
    rows = draw.measured
    found = wild_bootstrap(rows["ECR_T12"], design(rows, ["introduced", "ECR_T0"]), rows["coach"], "introduced", draws=999)
    return found if isinstance(found, NotEnoughData) else found.estimate


def balanced(draw: Mothers) -> Found:
    found = entropy_difference(draw.measured, "ECR_T12", "introduced", ["ECR_T0"], cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.difference


def doubly_robust(draw: Mothers) -> Found:
    found = doubly_robust_difference(draw.measured, "ECR_T12", "introduced", ["ECR_T0"], cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.difference


def slope(draw: Mothers, name: str) -> Found:
    found = draw.slopes
    return found if isinstance(found, NotEnoughData) else found.coefficients[name]


def left_without(draw: Mothers, months: int) -> Found:
    """The curve as the notebook draws it, by coach: as if mothers were independent it misses 158 of 2,000 at 24 months."""
    rows = draw.times.loc[~draw.times["introduced"].astype(bool)]
    found = cumulative_incidence(rows["time"], rows["event"], [months], clusters=rows["coach"])
    return found if isinstance(found, NotEnoughData) else found.at(months)


def one_minus_kaplan_meier(draw: Mothers, months: int) -> Found:
    rows = draw.times.loc[~draw.times["introduced"].astype(bool)]
    found = survival(rows["time"], rows["event"].eq(1).astype(int), [months])
    if isinstance(found, NotEnoughData):
        return found
    stays = found.at(months)
    return type(stays)(1 - stays.value, 1 - stays.high, 1 - stays.low, stays.se, stays.n, stays.unit, stays.method)


def left_difference(draw: Mothers, months: int) -> Found:
    return incidence_difference(draw.times, months, by="introduced", groups=ARMS, cluster="coach")


def months_gained(draw: Mothers, months: int) -> Found:
    return months_difference(draw.times, months, by="introduced", groups=ARMS, cause=1, cluster="coach")


COVARIATES = ["new", "short", "middle", "long", "works_now"]


def log_hazard(draw: Mothers) -> Found:
    found = cause_specific(draw.times, COVARIATES, cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.log["new"]


def hazard_ratio(draw: Mothers) -> Found:
    found = cause_specific(draw.times, COVARIATES, cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.ratio("new")


def subdistribution_ratio(draw: Mothers) -> Found:
    found = subdistribution(draw.times, COVARIATES, cluster="coach")
    return found if isinstance(found, NotEnoughData) else found.ratio("new")


def spend_gap(draw: Mothers) -> Found:
    return spend_difference(draw.months, "sex", ("man", "woman"))


def kitagawa_rates(draw: Mothers) -> Found:
    found = draw.split
    return found if isinstance(found, NotEnoughData) else found.rates


def kitagawa_composition(draw: Mothers) -> Found:
    found = draw.split
    return found if isinstance(found, NotEnoughData) else found.composition


IGNORABLE = "ANCOVA of ECR at T12 on introduced and ECR at T0"
WITHIN = "regression on the three determinants together with persons' means taken out"
CURVE = "Aalen-Johansen among mothers of coaches who did not introduce"
AREA = "restricted mean time, as Aalen-Johansen by group"
CURVES = "Aalen-Johansen by group"
COX = "cause-specific Cox by time on benefit since the index month, clustered by coach"
BY_MONTH = "Kitagawa or Oaxaca by person-month"
NO_OUTCOME = "nothing is planted in `null`"

ROWS = [
    Estimator("resilience-ancova-cr2", MEASURED, ancova, "resilience_12m", assumes=IGNORABLE),
    Estimator("resilience-ancova-wild", MEASURED, ancova_wild, "resilience_12m", draws=RESAMPLED, assumes=IGNORABLE),
    Estimator("resilience-entropy", MEASURED, balanced, "resilience_12m", assumes=IGNORABLE),
    Estimator("resilience-doubly-robust", MEASURED, doubly_robust, "resilience_12m", assumes=IGNORABLE),
    Estimator(
        "resilience-raw", MEASURED, raw, "resilience_12m", Judged.BIAS, RESAMPLED, "difference of means without the T0 score"
    ),
    Estimator("resilience-change", MEASURED, change_score, "resilience_12m", Judged.BIAS, RESAMPLED, "change score"),
    Estimator("intention-on-attitude", MEASURED, partial(slope, name="ATT"), "int_on_att_within", assumes=WITHIN),
    Estimator("intention-on-norm", MEASURED, partial(slope, name="NRM"), "int_on_nrm_within", assumes=WITHIN),
    Estimator("intention-on-efficacy", MEASURED, partial(slope, name="SEF"), "int_on_sef_within", assumes=WITHIN),
    Estimator(
        "intention-on-efficacy-latent", MEASURED, partial(slope, name="SEF"), "int_on_sef_within_latent", Judged.BIAS,
        RESAMPLED, "regressions on observed scores",
    ),
    Estimator("resilience-ancova-cr2-null", MEASURED_NULL, ancova, 0.0, Judged.ALARMS, assumes=NO_OUTCOME),
    Estimator("resilience-ancova-wild-null", MEASURED_NULL, ancova_wild, 0.0, Judged.ALARMS, RESAMPLED, NO_OUTCOME),
    Estimator("resilience-entropy-null", MEASURED_NULL, balanced, 0.0, Judged.ALARMS, assumes=NO_OUTCOME),
    Estimator("resilience-doubly-robust-null", MEASURED_NULL, doubly_robust, 0.0, Judged.ALARMS, assumes=NO_OUTCOME),
    Estimator("exit-incidence-12m", LEAVING, partial(left_without, months=12), "exit_to_work_cif_12m_without", assumes=CURVE),
    Estimator("exit-incidence-24m", LEAVING, partial(left_without, months=24), "exit_to_work_cif_24m_without", assumes=CURVE),
    Estimator(
        "exit-one-minus-kaplan-meier-24m", LEAVING, partial(one_minus_kaplan_meier, months=24), "exit_to_work_cif_24m_without",
        Judged.BIAS, RESAMPLED, "one minus Kaplan-Meier with other exits censored",
    ),
    Estimator(
        "exit-difference-12m-bootstrap", LEAVING, partial(left_difference, months=12), "exit_to_work_cif_12m",
        draws=RESAMPLED, assumes=CURVES,
    ),
    Estimator("exit-months-lost-24m", LEAVING, partial(months_gained, months=24), "exit_to_work_months_24m", assumes=AREA),
    Estimator("exit-hazard-ratio-cox", LEAVING, hazard_ratio, "exit_to_work_hr", assumes=COX),
    Estimator(
        "exit-hazard-ratio-fine-gray", LEAVING, subdistribution_ratio, "exit_to_work_hr", Judged.BIAS, RESAMPLED,
        "subdistribution hazard ratio (Fine and Gray), which is another quantity",
    ),
    Estimator(
        "exit-difference-12m-bootstrap-null", LEAVING_NULL, partial(left_difference, months=12), 0.0, Judged.ALARMS,
        RESAMPLED, NO_OUTCOME,
    ),
    Estimator(
        "exit-months-lost-24m-null", LEAVING_NULL, partial(months_gained, months=24), 0.0, Judged.ALARMS, assumes=NO_OUTCOME
    ),
    Estimator("exit-hazard-cox-null", LEAVING_NULL, log_hazard, 0.0, Judged.ALARMS, assumes=NO_OUTCOME),
    Estimator("spend-gap-bootstrap", SPENDING, spend_gap, "spend_gap_per_month", draws=RESAMPLED, assumes=BY_MONTH),
    Estimator("spend-kitagawa-rates", SPENDING, kitagawa_rates, "spend_gap_per_month", draws=RESAMPLED, assumes=BY_MONTH),
    Estimator(
        "spend-kitagawa-composition", SPENDING, kitagawa_composition, "spend_gap_composition", draws=RESAMPLED,
        assumes="composition part of Kitagawa or Oaxaca by person-month",
    ),
]  # fmt: skip
