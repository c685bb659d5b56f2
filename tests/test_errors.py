"""The exception tree: exit codes, the drawing in the docstring, and hints."""

import re

import pytest

from gm_workbench import errors
from gm_workbench.errors import DeliveryError, MixedKinds, PlanError, UnknownStudy, WorkbenchError, did_you_mean

TREE = [
    error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, WorkbenchError)
]  # in the order of the file


def test_errors_have_an_exit_code_of_their_own_unless_they_only_group():
    codes = {error.__name__: error.exit_code for error in TREE if error is not PlanError}
    assert len(set(codes.values())) == len(codes)


def test_errors_leave_exit_code_zero_to_what_went_well_and_fit_in_a_byte():
    assert all(0 < error.exit_code < 126 for error in TREE)  # shells keep 126 and up for themselves


@pytest.mark.parametrize("error", TREE, ids=lambda error: error.__name__)
def test_errors_are_all_drawn_in_the_docstring_with_their_code(error):
    line = next(line for line in errors.__doc__.splitlines() if re.search(rf"\b{error.__name__}\b", line))
    if error is not PlanError:
        assert re.search(rf"{error.__name__}\s+{error.exit_code}\b", line)


def test_errors_that_stop_a_plan_are_plan_errors():
    assert issubclass(UnknownStudy, PlanError)
    assert issubclass(MixedKinds, DeliveryError)


@pytest.mark.parametrize(
    ("got", "allowed", "hint"),
    [
        ("wage_treshold", ["period", "wage_threshold"], " HINT: did you mean wage_threshold?"),
        ("GM0856", {"GM0855": 1}, " HINT: did you mean GM0855?"),
        ("zzz", ["period"], ""),
        ("", ["period"], ""),
        ("period", [], ""),
    ],
)
def test_hint_names_the_nearest_or_nothing(got, allowed, hint):
    assert did_you_mean(got, allowed) == hint
