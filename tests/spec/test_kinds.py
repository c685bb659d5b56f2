"""Every function of docs/metrics.yml, given what its signature does not name, or its columns and options cannot be.

What is right is taken from the example in the docstring of the function, so that a new function is in here by itself.
"""

from __future__ import annotations

import doctest
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.widths import is_flat

SUBJECTS = yaml.safe_load((Path(__file__).resolve().parents[2] / "docs" / "metrics.yml").read_text(encoding="utf-8"))
LISTED = [name for subject in SUBJECTS for name in subject["functions"]]


def function(name: str) -> Callable[..., Any]:
    room, _, own = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"gm_workbench.metrics.{room}"), own)
    return found


@cache
def example(name: str) -> Mapping[str, Any]:
    """Give the arguments of the first call in the example of a function, and leave the rest of the example alone."""
    asked = function(name)
    told: list[Mapping[str, Any]] = []

    def listen(*args: Any, **kwargs: Any) -> Any:
        told.append(inspect.signature(asked).bind(*args, **kwargs).arguments)
        raise StopIteration

    names = {**vars(sys.modules[asked.__module__]), asked.__name__: listen}
    for line in doctest.DocTestParser().get_examples(inspect.getdoc(asked) or ""):
        try:
            exec(compile(line.source, name, "single"), names)
        except StopIteration:
            return told[0]
    raise AssertionError(f"{name}: its example does not call it")


def answer(name: str, /, **changes: Any) -> Any:
    """Give the result of the example with some arguments changed; a warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return function(name)(**{**example(name), **changes})


def estimates(found: Any) -> Iterator[Estimate]:
    """Give all estimates in a result."""
    if isinstance(found, Estimate):
        yield found
    elif is_dataclass(found):
        for field in fields(found):
            yield from estimates(getattr(found, field.name))
    elif isinstance(found, Mapping | Sequence) and not isinstance(found, str):
        for one in found.values() if isinstance(found, Mapping) else found:
            yield from estimates(one)


def refusal(name: str, /, **changes: Any) -> str:
    """Give what is said when the changed example is refused, and nothing when it is not."""
    try:
        answer(name, **changes)
    except MetricError as said:
        return str(said)
    return ""


@pytest.mark.parametrize("name", LISTED)
def test_argument_that_is_none_of_what_is_declared_is_refused(name: str) -> None:
    for argument in example(name):
        with pytest.raises(MetricError, match=r"must|there (is|are)"):
            answer(name, **{argument: object()})


WITH_TABLE = [name for name in LISTED if any(isinstance(one, pd.DataFrame) for one in example(name).values())]


def in_all(table: pd.DataFrame, make: Callable[[pd.Series[Any]], object]) -> pd.DataFrame:
    """Make every column anew."""
    return table.assign(**{str(column): make(values) for column, values in table.items()})


def first_is(value: float) -> Callable[[pd.Series[Any]], object]:
    """Put a number in the first row of columns of numbers."""

    def make(values: pd.Series[Any]) -> object:
        return [value, *values.astype(float).tolist()[1:]] if pd.api.types.is_numeric_dtype(values) else values

    return make


IMPOSSIBLE: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "one row": lambda table: table.iloc[:1],
    "lists in cells": lambda table: in_all(table, lambda values: [[1]] * len(values)),
    "words": lambda table: in_all(table, lambda values: ["GEHEIM"] * len(values)),
    "nothing known": lambda table: in_all(table, lambda values: [np.nan] * len(values)),
    "infinity": lambda table: in_all(table, first_is(np.inf)),
    "beyond numbers": lambda table: in_all(table, first_is(1e300)),
    "below zero and broken": lambda table: in_all(table, first_is(-1.5)),
    "days": lambda table: in_all(table, lambda values: [pd.Timestamp("2026-01-01")] * len(values)),
    "columns twice": lambda table: pd.concat([table, table], axis="columns"),
    "index named as a column": lambda table: table.rename_axis(table.columns[0], axis="index"),
}


@pytest.mark.parametrize("name", WITH_TABLE)
def test_table_that_cannot_be_is_refused_or_not_enough_and_its_values_stay_out_of_it(name: str) -> None:
    """Some take a table that others refuse, such as one row; what comes out then is a result, without a warning."""
    argument, table = next((key, one) for key, one in example(name).items() if isinstance(one, pd.DataFrame))
    for make in IMPOSSIBLE.values():
        assert "GEHEIM" not in refusal(name, **{argument: make(table.head(200))})


@pytest.mark.parametrize("name", WITH_TABLE)
def test_table_without_rows_gives_no_estimate(name: str) -> None:
    argument, table = next((key, one) for key, one in example(name).items() if isinstance(one, pd.DataFrame))
    try:
        found = answer(name, **{argument: table.iloc[:0]})
    except MetricError:
        return
    assert not list(estimates(found))


NOT_FINITE, NOT_A_FLAG, NO_TIME = "must be finite but holds infinity", "must hold 0 and 1 only", "must be 0 or more months"
BROKEN, NO_EUROS = "numbers below zero and broken", "0 or more euros"
IN_TABLES: list[tuple[str, str, str]] = [
    ("infinity", NOT_FINITE, "scales.oriented scales.item_statistics scales.cronbach_alpha reliability.omega"),
    ("infinity", NOT_FINITE, "confirmatory.confirmatory_fit invariance.over_groups invariance.over_waves waves.course"),
    ("infinity", NOT_FINITE, "agreement.shared_rating reliable_change.reliable_change growth.growth panels.fixed_effects"),
    ("infinity", NOT_FINITE, "panels.random_effects multilevel.random_intercept mixed.mixed_model wave_model.course_model"),
    ("infinity", NOT_FINITE, "within_between.within_between wave_anova.repeated_anova wave_anova.mixed_anova"),
    ("infinity", NOT_FINITE, "imputation.imputed nested.nested_intercepts cascade.within_between team_scores.score_slope"),
    ("infinity", NOT_FINITE, "mediation.mediation mediation.multilevel_mediation mediation_levels.two_one_one"),
    ("infinity", NOT_FINITE, "mediation_levels.three_two_one mediation_levels.one_one_one instrument.two_stage"),
    (
        "infinity",
        NOT_FINITE,
        "moderation.knobs knob_order.knob_order moderation.moderation moderation_levels.moderation_levels",
    ),
    ("infinity", NOT_FINITE, "johnson_neyman.region rank_mobility.rank_mobility decomposition.spend_kitagawa"),
    ("infinity", NOT_FINITE, "oaxaca.oaxaca_blinder"),
    (BROKEN, NOT_A_FLAG, "attrition.who_is_lost attrition.attrition_weights cascade.ancova_difference shares.monthly_share"),
    (BROKEN, NOT_A_FLAG, "attrition_difference.attrition_weighted_difference imputed_comparison.imputed_difference"),
    (BROKEN, NOT_A_FLAG, "tipping.tipping_point exit_months.after_exits recurrence.divosa team_comparison.difference"),
    (BROKEN, NOT_A_FLAG, "team_scores.score_difference sensitivity.other_ways instrument.complier_difference"),
    (BROKEN, NOT_A_FLAG, "membership.exposure_share membership.contamination crossing.first_held crossing.crossing_times"),
    (BROKEN, NOT_A_FLAG, "crossing.held_within weighting.standardised_difference weighting.weighted_difference"),
    (BROKEN, NOT_A_FLAG, "weighting.stabilised_weights weighting.balance entropy.entropy_weights entropy.entropy_difference"),
    (BROKEN, NOT_A_FLAG, "doubly_robust.doubly_robust_difference"),
    (BROKEN, NO_TIME, "exits.incidence_by_group exit_contrast.incidence_difference restricted_mean.difference"),
    (BROKEN, "must hold 0 or the whole number of a reason", "hazards.cause_specific hazards.subdistribution"),
    (BROKEN, "must hold 0 or the whole number of a reason", "hazards.side_by_side"),
    (BROKEN, "answers must lie between 1 and 5", "scales.score_items consensus.within_group_agreement"),
    (BROKEN, NO_EUROS, "equity.spend equity.spend_by equity.spend_difference"),
    (BROKEN, "every amount must be 0 or more", "two_part.two_part"),
    (BROKEN, "months must be whole, from 0, and end after they begin", "person_months.laid_out"),
    (BROKEN, "months be whole and not before the first band", "monthly_hazards.monthly_hazards"),
    (BROKEN, "column n must be above 0 in every cell", "randomisation.randomisation_inference"),
    (BROKEN, "columns month and start must hold whole numbers", "stacks.stacked"),
    (BROKEN, "column d must lie between 0 and 1", "dose.doses"),
    (BROKEN, "every from and to must be positive", "directions.movement"),
    (BROKEN, "time and first must hold whole numbers", "staggered.group_time"),
    (BROKEN, "every hourly_wage must be positive", "crossing.wage_course"),
    ("words", "column after must be numeric", "recurrence.cbs"),
    ("nothing known", "must have no gaps", "mobility.mobility_indices directions.direction_shares escape.escape_times"),
    ("nothing known", "must have no gaps", "membership.weights mobility.transitions decomposition.provision_kitagawa"),
    ("nothing known", "must have no gaps", "counts.category_counts"),
]
"""What is put in the table of the example, what is said then, and of which functions."""

OTHERWISE: list[tuple[str, str, Mapping[str, Any], str]] = [
    ("reliable_change.change_index", "a reliability of 1.5", {"reliability": 1.5}, "the reliability from 0 to below 1"),
    ("rubin.pool", "variances below zero", {"variances": [-1.0] * 5}, "a finite variance above zero"),
    ("rubin.pool_wald", "estimates of another number", {"estimates": [[1.0, 2.0]]}, "in the same order"),
    ("exits.cumulative_incidence", "times below zero", {"time": [-1] * 10}, NO_TIME),
    ("exits.survival", "half an event", {"event": [1, 1, 0, 0.5]}, "must be a whole number"),
    ("late_entry.cumulative_incidence", "entry after the end", {"entry": [99] * 40}, "come before the time"),
    ("late_entry.survival", "entry below zero", {"entry": [-1] * 40}, NO_TIME),
    ("restricted_mean.still_there", "a horizon of 0", {"horizon": 0}, "above 0 months and finite but got 0"),
    ("restricted_mean.lost", "an endless horizon", {"horizon": np.inf}, "above 0 months and finite but got inf"),
    ("clustered_share.share", "a flag of 2", {"happened": pd.Series([2, 0, 0, 0])}, "must be 0 or 1"),
    ("shares.wilson", "11 of 10", {"numerator": 11}, "the numerator must lie between 0 and n"),
    ("horizon.incidence", "chances of 1.1 together", {"chance": 0.9, "other": 0.2}, "at most 1 together"),
    ("horizon.over_months", "a chance of 1.5", {"with_it": 1.5}, "at most 1 together"),
    ("clustered.least_squares", "one cluster", {"cluster": pd.Series([*"aaaa"])}, "two clusters or more but got 1"),
    ("small_sample.cr2", "one cluster", {"cluster": pd.Series(["a"] * 8)}, "at least two clusters"),
    ("joint.joint_test", "a coefficient twice", {"names": ["a", "a"]}, "each once; got a, a"),
    ("wild.wild_bootstrap", "a column that is not there", {"name": "no_such"}, "must be one of const, new"),
    ("confounding.tilt", "a correlation of 1", {"correlations": [1.0]}, "between −1 and 1, ends excluded"),
    ("team_scores.joint_difference", "no score", {"scores": {}}, "there must be a score"),
    ("mobility.indices", "rows that do not add up", {"matrix": [[0.5, 0.6], [0.0, 1.0]]}, "must sum to 1"),
    ("event_study.aggregate", "a kind that is not there", {"kind": "weekly"}, "must be one of simple, dynamic"),
    ("event_study.pretrends", "effects that are not there", {"over": "weekly"}, "must be 'group_time' or 'dynamic'"),
    ("crossing.in_percent", "a number for an estimate", {"change": 0.1}, "change must be a Estimate but got float"),
    ("recurrence.difference", "a number for a recurrence", {"second": 0.1}, "second must be a Recurrence"),
    ("decomposition.kitagawa", "a share below zero", {"shares": [[1.0, 0.0], [0.5, -0.5]]}, "a number of 0 or more"),
    ("power.power", "no error", {"se": 0.0}, "se must be above 0"),
    ("power.detectable", "a chance of 1", {"chance": 1.0}, "at most 0.9999"),
    ("power.design_effect", "a correlation of 1.5", {"icc": 1.5}, "icc must be between 0 and 1"),
    ("power.two_shares_se", "a share of 1.2", {"first": 1.2}, "first must be above 0 and below 1"),
    ("power.clustered_power", "no clusters", {"clusters": 0}, "clusters must be at least 1"),
    ("power.stepped_wedge_power", "a wave without clusters", {"clusters": [0, 1]}, "clusters must be at least 1"),
    ("power.stepped_wedge_se", "a spread below zero", {"between_sd": -1.0}, "between_sd must be at least 0"),
    ("power_plans.foreseen", "a difference that is no number", {"difference": np.nan}, "above 0 and below 1"),
    ("power_plans.smallest_seen", "a chance of 1", {"chance": 1.0}, "at most 0.9999"),
    ("power_plans.by_clusters", "no clusters", {"clusters": [0]}, "clusters must be at least 2"),
    ("power_plans.by_size", "nobody in a cluster", {"sizes": [0]}, "size must be at least 1"),
    ("power_simulation.simulated", "no draws", {"draws": 0}, "draws must be at least 20"),
    ("several.holm", "a p of 1.5", {"p": {"a": 1.5}}, "each must lie between 0 and 1"),
    ("several.simultaneous", "a level of 1", {"level": 1.0}, "the level must lie between 0 and 1"),
    ("bootstrap.person_weights", "nobody", {"people": 0}, "a whole number of 1 or more but got 0"),
    ("bootstrap.percentile", "one draw", {"drawn": np.array([1.0])}, "two draws or more"),
]
"""Of the others: what is wrong, the argument that is so, and what is said."""


@pytest.mark.parametrize(
    ("name", "what", "words"),
    [pytest.param(name, what, words, id=name) for what, words, names in IN_TABLES for name in names.split()],
)
def test_table_that_cannot_be_is_refused_in_words(name: str, what: str, words: str, refused: Callable[..., Any]) -> None:
    argument, table = next((key, one) for key, one in example(name).items() if isinstance(one, pd.DataFrame))
    make = IMPOSSIBLE[what.removeprefix("numbers ")]
    with refused(name, what, words):
        answer(name, **{argument: make(table)})


@pytest.mark.parametrize(
    ("name", "what", "changes", "words"), [pytest.param(*one, id=f"{one[0]}, {one[1]}") for one in OTHERWISE]
)
def test_argument_that_cannot_be_is_refused_in_words(
    name: str, what: str, changes: Mapping[str, Any], words: str, refused: Callable[..., Any]
) -> None:
    with refused(name, what, words):
        answer(name, **changes)


@pytest.mark.parametrize(("name", "words"), [("mobility.indices", "a square matrix"), ("decomposition.kitagawa", "two rows")])
def test_rows_of_unequal_length_are_refused(name: str, words: str) -> None:
    assert words in refusal(name, **{next(iter(example(name))): [[1.0], [0.5, 0.5]]})


@pytest.mark.parametrize("start", [[1.0], [0.4, 0.4], [1.5, -0.5]])
def test_starting_shares_must_add_up_over_the_states(start: list[float]) -> None:
    assert "starting shares must be 2" in refusal("mobility.indices", start=start)


LONG = 10**400
"""A whole number that does not fit in a computer's floating-point number."""


@cache
def declared(name: str) -> Mapping[str, Any]:
    """Give the arguments of the example, and of the others what they are when they are left out; few draws."""
    defaults = {key: one.default for key, one in inspect.signature(function(name)).parameters.items()}
    known = {key: one for key, one in defaults.items() if one is not inspect.Parameter.empty}
    return {**known, **example(name), **({"draws": 20} if "draws" in defaults else {})}


def is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def spoiled(value: Any) -> Iterator[object]:
    """Give what a number, or a list of numbers, can never be."""
    if is_number(value):
        yield from (LONG, -LONG, 1j, "GEHEIM", [value])
    elif isinstance(value, list | tuple | np.ndarray | pd.Series) and len(value) and all(map(is_number, value)):
        yield from ([LONG, *list(value)[1:]], [1j, *list(value)[1:]], np.asarray(value, dtype=float) + 0j)
        yield from (pd.Series(value, dtype=float) + 0j, [*["GEHEIM"] * len(value)])


def doubtful(value: Any) -> Iterator[object]:
    """Give what is odd, and may be allowed: names of nothing, the infinite, columns that may play no part."""
    if is_number(value):
        yield from (np.inf, -np.inf, np.nan, 0, -1)
    elif isinstance(value, pd.DataFrame):
        numbers = [str(column) for column in value if pd.api.types.is_numeric_dtype(value[column])]
        few = value.head(200)
        for column in numbers:
            yield few.assign(**{column: few[column].to_numpy() + 0j})
            yield few.assign(**{column: pd.Series([LONG, *few[column].tolist()[1:]], index=few.index, dtype=object)})
            yield few.assign(**{column: [np.inf, *few[column].astype(float).tolist()[1:]]})
    elif isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        yield from (["no_such"], [1], [None], [np.nan], [np.inf], [*value, *value])


def finite(found: Any) -> bool:
    """Tell whether a result is no number that is none."""
    inside = found.values() if isinstance(found, Mapping) else found if isinstance(found, tuple) else [found]
    return all(np.isfinite(one) for one in inside if isinstance(one, float))


@pytest.mark.parametrize("name", LISTED)
def test_numbers_that_cannot_be_are_refused_in_words(name: str) -> None:
    for argument, value in declared(name).items():
        for one in spoiled(value):
            with pytest.raises(MetricError) as said:
                answer(name, **{**declared(name), argument: one})
            assert "GEHEIM" not in str(said.value)


@pytest.mark.proof
@pytest.mark.parametrize("name", LISTED)
def test_what_is_odd_is_refused_in_words_or_gives_a_number(name: str) -> None:
    for argument, value in declared(name).items():
        for one in doubtful(value):
            try:
                found = answer(name, **{**declared(name), argument: one})
            except MetricError:
                continue
            assert finite(found), (argument, one)


KNOWN = {  # whose values are known where nothing varies: the docstrings say why
    "bootstrap.percentile horizon.over_months confirmatory.confirmatory_fit invariance.over_groups invariance.over_waves",
    "consensus.within_group_agreement randomisation.randomisation_inference team_comparison.difference sensitivity.other_ways",
    "oaxaca.oaxaca_blinder membership.contamination dose.doses instrument.complier_difference",
}


def constant(value: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Give a table with one column of numbers the same everywhere, within each of another column, or as another column."""
    numbers = [str(column) for column in value if pd.api.types.is_numeric_dtype(value[column])]
    for column in numbers:
        yield from (value.assign(**{column: one}) for one in (0, 1, value[column].iloc[0]))
        for other in value.columns.drop(column):
            codes = pd.factorize(value[other])[0]
            yield from (value.assign(**{column: one}) for one in (codes % 2, codes % 5 + 1.0))


@pytest.mark.proof
@pytest.mark.parametrize("name", sorted({*WITH_TABLE} - {one for names in KNOWN for one in names.split()}))
def test_no_interval_is_without_width_where_nothing_varies(name: str) -> None:
    argument, table = next((key, one) for key, one in example(name).items() if isinstance(one, pd.DataFrame))
    for made in constant(table):
        try:
            found = answer(name, **{**declared(name), argument: made})
        except MetricError:
            continue
        assert not [one for one in estimates(found) if is_flat(one)]
