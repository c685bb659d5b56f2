"""Methods that libraries have wrong, or that mislead: each has a test that turns red when the wrong one is used.

This is the list of them. The tests stand with the metric that they hold; here it is only seen that they are still there.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]

TRAPS = {
    "MixedLM stops short of the maximum, and says that it converged": [
        "spec/test_mixed.py::test_wages_of_dropouts_equal_the_published_fit_where_one_optimiser_would_stop_short",
        "spec/test_mixed.py::test_a_fit_counts_only_when_all_optimisers_that_arrive_agree",
        "spec/test_mixed.py::test_optimisers_that_disagree_give_no_model",
    ],
    "mixedlm gives Satterthwaite under the name of Kenward and Roger": [
        "spec/test_mixed.py::test_kenward_roger_is_not_satterthwaite_under_another_name"
    ],
    "statsmodels 0.15 takes the last six parameters for those of the chance": [
        "spec/test_doubly_robust.py::test_any_number_of_covariates_will_do"
    ],
    "ritest draws treatment anew, and gives a p of zero": [
        "spec/test_randomisation.py::test_assignments_are_permuted_and_not_drawn_anew",
        "spec/test_randomisation.py::test_a_drawn_p_is_never_zero",
        "spec/test_randomisation.py::test_the_deal_that_happened_counts_among_those_drawn",
    ],
    "a p of the wild bootstrap that leaves out turns as extreme as the data": [
        "spec/test_wild.py::test_p_equals_refits_with_statsmodels"
    ],
    "pingouin renamed its columns": ["spec/test_wave_anova.py::test_repeated_measures_equal_r"],
    "statsmodels gives the unexplained part first": ["spec/test_oaxaca.py::test_statsmodels_gives_the_unexplained_first"],
    "a pooled model without the group takes its difference for a characteristic": [
        "spec/test_oaxaca.py::test_the_pooled_model_has_the_group_in_it"
    ],
    "two-way fixed effects compare with who had begun": [
        "spec/test_staggered.py::test_growing_effects_are_found_where_two_way_fixed_effects_are_far_off",
        "spec/test_staggered.py::test_nobody_who_has_begun_is_compared_with",
    ],
    "a loader that cannot reach its data draws them": [
        "spec/test_staggered.py::test_effects_by_group_and_moment_equal_did_on_teen_employment"
    ],
    "a data set under another name is None and not an error": [
        "worlds/test_published.py::test_published_data_that_a_package_no_longer_ships_are_refused",
        "worlds/test_published.py::test_an_unknown_published_set_is_refused_with_a_hint",
    ],
    "PHReg takes late entry and ties with clusters otherwise": [
        "spec/test_hazards.py::test_phreg_of_statsmodels_takes_the_wrong_residuals_for_clusters_with_ties",
        "spec/test_hazards.py::test_phreg_of_statsmodels_counts_who_enters_in_a_month_as_at_risk_for_its_exits",
    ],
    "one minus Kaplan-Meier of one reason is not the share that left for it": [
        "spec/test_restricted_mean.py::test_months_lost_are_not_those_of_one_minus_kaplan_meier_of_the_cause"
    ],
    "the usual cluster-robust interval finds too much with few teams": [
        "spec/test_team_comparison.py::test_the_usual_cluster_robust_interval_would_miss_it_more_often",
        "spec/test_team_scores.py::test_the_usual_wald_test_of_three_scores_would_find_far_too_much",
    ],
    "filling each gap by itself makes answers too sure": [
        "spec/test_imputation.py::test_model_is_drawn_once_for_the_column_and_not_for_each_person",
        "spec/test_imputation.py::test_filling_without_schools_would_make_pupils_unalike",
    ],
    "a product with a dummy per person is not moderation within persons": [
        "spec/test_moderation_levels.py::test_moderation_within_is_not_the_product_with_a_dummy_per_person"
    ],
    "a plain regression of ranks has the wrong error": [
        "spec/test_rank_mobility.py::test_a_plain_regression_of_ranks_has_the_wrong_error"
    ],
}


def written(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("trap", TRAPS)
def test_trap_is_held_by_tests(trap):
    for node in TRAPS[trap]:
        file, _, name = node.partition("::")
        assert name in written(file), node
