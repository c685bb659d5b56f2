"""Holm and the intervals that go with it, against R's p.adjust and t quantiles, and by drawing families again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from gm_workbench.errors import MetricError
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.several import declared, holm, simultaneous

RUN = 1e-9
"""R printed fourteen figures."""

SHORT = NotEnoughData("difference", "persons", 12, 30)


def of(value: float, df: float = math.inf, se: float = 1.0) -> Estimate:
    half = float(stats.t.ppf(0.975, df)) * se
    return Estimate(value, value - half, value + half, se, 100, "points", "difference", df=df)


def family(*values: float) -> dict[str, Estimate]:
    return {f"outcome {number}": of(value) for number, value in enumerate(values, start=1)}


def test_holm_equals_r(witness):
    # R: p.adjust(c(.01, .04, .03, .005, .5), "holm"): .040 .090 .090 .025 .500
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005, "e": 0.5})
    given = {"data": "drawn", "source": 'R: p.adjust(c(.01, .04, .03, .005, .5), "holm")', "known": "run", "tolerance": RUN}
    for name, expected in (("a", 0.04), ("b", 0.09), ("c", 0.09), ("d", 0.025), ("e", 0.5)):
        witness("several.holm", name, found[name], expected, **given)


def test_holm_equals_statsmodels(witness):
    p = np.random.default_rng(1).uniform(0, 0.2, 8)
    theirs = multipletests(p, method="holm")[1]
    ours = holm({str(number): value for number, value in enumerate(p)})
    for number, expected in enumerate(theirs):
        source = 'statsmodels multipletests(method="holm"), in the test'
        given = {"data": "drawn", "source": source, "known": "run", "tolerance": RUN}
        witness("several.holm", f"p {number + 1} of eight", ours[str(number)], expected, **given)


FOUR = {"a": of(4.0, 20), "b": of(2.5, 30), "c": of(2.3), "d": of(0.5, 25)}


@pytest.mark.parametrize(
    ("name", "p", "adjusted", "low", "high"),
    [
        ("a", 0.00070352329312832, 0.0028140931725133, 0.0, 6.7443763705409),
        ("b", 0.01811564906806671, 0.0543469472042001, -0.035741605435288, 5.1573552554061),
        ("c", 0.02144822004335162, 0.0543469472042001, -0.093979799818511, 4.7977054744124),
        ("d", 0.62144778519022870, 0.6214477851902287, -2.065978552077901, 3.1915576367708),
    ],
)
def test_four_outcomes_equal_r(witness, name, p, adjusted, low, high):
    # R: e <- c(4, 2.5, 2.3, .5); df <- c(20, 30, Inf, 25); p <- 2 * pt(-abs(e), df); p.adjust(p, "holm")
    #   R <- p.adjust(pt(-e, df), "holm") <= .025; ifelse(R, 0, e - qt(1 - .025 / sum(!R), df)); e + qt(1 - .025 / 4, df)
    found = simultaneous(FOUR)[name]
    given = {"data": "drawn", "source": "R: pt, p.adjust, qt", "known": "run", "tolerance": RUN}
    for what, got, expected in (
        ("p", found.p, p),
        ("adjusted", found.adjusted, adjusted),
        ("low", found.estimate.low, low),
        ("high", found.estimate.high, high),
    ):
        witness("several.simultaneous", f"{name} of four, {what}", got, expected, **given)
    assert found.estimate.excludes_zero is (name == "a")
    assert found.estimate.method == "difference; Holm over 4 outcomes, simultaneous interval"


@pytest.mark.parametrize(
    ("name", "adjusted", "low", "high"),
    [
        ("a", 0.0014070465862566, 1.38741457696651, 6.6125854230335),
        ("b", 0.0053899640656519, 0.46425839456471, 5.5357416054353),
        ("c", 0.0013957744742131, 1.10602020018149, 5.8939797998185),
    ],
)
def test_outcomes_that_are_all_proven_have_bounds_away_from_zero(witness, name, adjusted, low, high):
    # R: e <- c(4, 3, 3.5); df <- c(20, 30, Inf); e - qt(1 - .025 / 3, df); p.adjust(2 * pt(-e, df), "holm")
    found = simultaneous({"a": of(4.0, 20), "b": of(3.0, 30), "c": of(3.5)})[name]
    given = {"data": "drawn", "source": "R: pt, p.adjust, qt", "known": "run", "tolerance": RUN}
    witness("several.simultaneous", f"{name} of three, adjusted", found.adjusted, adjusted, **given)
    witness("several.simultaneous", f"{name} of three, low", found.estimate.low, low, **given)
    witness("several.simultaneous", f"{name} of three, high", found.estimate.high, high, **given)


def test_outcomes_that_point_both_ways_step_apart(witness):
    # R: e <- c(3, -2.4, 1); 2 * pmin(p.adjust(pnorm(-e), "holm"), p.adjust(pnorm(e), "holm"))
    found = simultaneous({"up": of(3.0), "down": of(-2.4), "flat": of(1.0)})
    given = {"data": "drawn", "source": 'R: p.adjust(pnorm(e), "holm") in each direction', "known": "run", "tolerance": RUN}
    for name, expected in (("up", 0.0080993881897806), ("down", 0.0491852155475768), ("flat", 0.6346210157258282)):
        witness("several.simultaneous", f"{name}, adjusted", found[name].adjusted, expected, **given)
    assert found["down"].estimate.high < 0
    assert holm({name: one.p for name, one in found.items()})["down"] < found["down"].adjusted


def test_bonferroni_equals_r(witness):
    # R: p.adjust(p, "bonferroni") of the four above
    found = simultaneous(FOUR, by="bonferroni")
    given = {"data": "drawn", "source": 'R: p.adjust(p, "bonferroni"), qt(1 - .025 / 4, df)', "known": "run", "tolerance": RUN}
    for name, expected in zip("abcd", (0.0028140931725133, 0.0724625962722668, 0.0857928801734065, 1.0), strict=True):
        witness("several.simultaneous", f"{name}, Bonferroni", found[name].adjusted, expected, **given)
    a = found["a"].estimate
    witness("several.simultaneous", "a, Bonferroni, high", a.high, 6.7443763705409, **given)
    assert a.high - a.value == pytest.approx(a.value - a.low)


@pytest.mark.parametrize("seed", range(20))
def test_interval_leaves_out_zero_exactly_when_the_adjusted_p_is_small(seed):
    values = np.random.default_rng(seed).normal(0, 2.5, 6).tolist()
    for by in ("holm", "bonferroni"):
        for one in simultaneous(family(*values), by=by).values():
            assert one.estimate.excludes_zero is (one.adjusted <= 0.05)


def test_one_outcome_keeps_its_own_interval():
    (found,) = simultaneous({"work": of(2.5, 12)}).values()
    own = of(2.5, 12)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((own.low, own.high))
    assert found.adjusted == pytest.approx(found.p)


def test_outcome_without_enough_data_still_counts():
    alone, with_short = simultaneous(family(2.2)), simultaneous({**family(2.2), "debts": SHORT})
    assert with_short["debts"] == SHORT
    assert alone["outcome 1"].estimate.excludes_zero
    assert not with_short["outcome 1"].estimate.excludes_zero
    assert with_short["outcome 1"].adjusted == pytest.approx(2 * alone["outcome 1"].adjusted)
    assert simultaneous({"debts": SHORT}) == {"debts": SHORT}


@pytest.mark.proof
@pytest.mark.parametrize("truth", [(0.0, 0.0, 0.0, 0.0), (3.0, 0.0, -3.0, 0.0), (2.5, 2.5, 2.5, 2.5), (4.0, 4.0, 0.0, 0.0)])
def test_intervals_hold_together_95_times_in_100(truth):
    rng = np.random.default_rng(1)
    together = 0
    for _ in range(500):
        shared = rng.normal()  # outcomes of the same persons go together
        drawn = np.array(truth) + 0.6 * shared + 0.8 * rng.normal(size=4)
        found = simultaneous(family(*drawn.tolist())).values()
        together += all(one.estimate.low <= true <= one.estimate.high for one, true in zip(found, truth, strict=True))
    assert together >= 458


def test_unadjusted_intervals_would_not_hold_together():
    rng = np.random.default_rng(1)
    together = sum(bool((np.abs(rng.normal(size=4)) < 1.96).all()) for _ in range(500))
    assert together < 458


@pytest.mark.parametrize("p", [{}, {"a": -0.01}, {"a": 1.01}, {"a": math.nan}])
def test_holm_takes_p_values_only(p):
    with pytest.raises(MetricError, match="there must be p-values, and each must lie between 0 and 1"):
        holm(p)


def test_family_must_be_there_and_have_standard_errors():
    with pytest.raises(MetricError, match="there must be an outcome, and the level must lie between 0 and 1"):
        simultaneous({})
    with pytest.raises(MetricError, match="there must be an outcome, and the level must lie between 0 and 1"):
        simultaneous(family(1.0), level=1.0)
    for se in (math.nan, math.inf, 0.0):
        share = Estimate(0.5, 0.4, 0.6, se, 100, "probability", "share")
        with pytest.raises(MetricError, match="work has no standard error"):
            simultaneous({"work": share})


def test_declared_family_is_whole_and_in_order():
    work, raw = of(2.5), of(3.0)
    found = {"work": Contrast(work, raw, 350, 350, 8, 9), "debts": SHORT}
    family = declared(["health", "debts", "work"], found)
    assert list(family) == ["health", "debts", "work"]
    assert (family["work"], family["debts"]) == (work, SHORT)
    assert family["health"] == NotEnoughData("simultaneous intervals", "data on the outcome", 0, 1)


def test_declared_family_takes_nothing_that_was_looked_at_besides():
    with pytest.raises(MetricError, match=r"must be declared \(work\) but got health"):
        declared(["work"], {"work": of(1.0), "health": of(9.0)})
    with pytest.raises(MetricError, match=r"must be declared \(none is\) but got work"):
        declared([], {"work": of(1.0)})
