from __future__ import annotations

from pathlib import Path

import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.guard.policy import Method, load_policy, parse_policy, policy_names

POLICIES = Path(__file__).parents[2] / "data" / "policies"
CBS = (POLICIES / "cbs-stijl.yml").read_text(encoding="utf-8")


def test_cbs_style_has_the_numbers_of_its_name(policy):
    # "CBS-stijl (10/10/90/50)": threshold, degrees of freedom, class disclosure, dominance
    assert (policy.threshold, policy.minimum_df, policy.class_share, policy.dominance) == (10, 10, 0.9, 0.5)
    assert (policy.method, policy.base, policy.minimum_groups, policy.zero_is_safe) == (Method.SUPPRESS, 10, 3, True)
    assert (policy.width, policy.significant, policy.smallest) == (5, 3, 1)


def test_opensafely_style_takes_zero_to_seven_as_one_class(rounding):
    assert (rounding.method, rounding.threshold, rounding.base, rounding.smallest) == (Method.ROUND, 8, 5, 0)
    assert [rounding.is_small(n) for n in (0, 7, 8)] == [True, True, False]


@pytest.mark.parametrize(("n", "small"), [(0, False), (1, True), (9, True), (10, False), (11, False)])
def test_cbs_style_finds_one_to_nine_small(policy, n, small):
    assert policy.is_small(n) is small


@pytest.mark.parametrize("name", policy_names(POLICIES))
def test_policy_says_that_it_is_no_clearance_and_names_a_source_for_each_rule(name):
    policy = load_policy(name, POLICIES)
    assert (policy.label.nl, policy.label.en) == (
        "voorcontrole, geen officiële toestemming",
        "a pre-check and not an official clearance",
    )
    assert all(rule.source and rule.status in ("documented", "assumed") for rule in policy.rules.values())


def test_policy_that_is_misspelt_lists_those_there_are_and_hints():
    with pytest.raises(
        DeclarationError, match=r"one of cbs-stijl, cbs-streng, opensafely-stijl but got 'cbs-style'.*did you mean cbs-stijl"
    ):
        load_policy("cbs-style", POLICIES)


def test_policy_name_cannot_leave_its_folder():
    with pytest.raises(DeclarationError, match="must be one of"):
        load_policy("../policies/cbs-stijl", POLICIES)


def test_policy_digest_changes_with_its_text(policy):
    assert parse_policy(CBS, "cbs-stijl").digest == policy.digest
    assert parse_policy(CBS + "\n", "cbs-stijl").digest != policy.digest


def test_malformed_policy_lists_every_fault():
    text = CBS.replace("threshold:\n    value: 10", "treshold:\n    value: 10").replace("method: suppress", "method: supress")
    text = text.replace("value: 0.5", "value: 5").replace('version: "2"', "version: 1")
    with pytest.raises(DeclarationError) as caught:
        parse_policy(text, "cbs-stijl")
    message = str(caught.value)
    for fault in (
        "unknown rule 'treshold'. HINT: did you mean threshold?",
        "rule threshold is missing",
        "method must be one of suppress, round",
        "rule dominance: value must be a number from 0.01 to 1 but got 5",
        "version must be a text",
    ):
        assert fault in message


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("name: cbs-stijl", "name: other", "name must be cbs-stijl"),
        ("label: {nl:", "label: {de:", "label must have nl and en"),
        ("title: {nl:", "title: {de:", "title must have nl and en"),
        ("geen officiële toestemming", "officiële toestemming", "label must read"),
        ("a pre-check and not an official clearance", "an official clearance", "label must read"),
        ("method: suppress", "method: suppress\nextra: 1", "unknown key 'extra'"),
        ("value: true", "value: 1", "zero_is_safe: value must be true or false"),
        (
            "value: 10\n    status: documented\n    source: Residual",
            "value: true\n    status: documented\n    source: R",
            "minimum_df",
        ),
        (
            "value: 10\n    status: documented\n    source: Persons",
            "value: 11\n    status: documented\n    source: P",
            "base must not",
        ),
        ("value: 5\n", "value: 9\n", "width must be at most threshold - 2"),
        ("status: assumed", "status: guessed", "status must be one of documented, assumed but got 'guessed'"),
        ("source: House rule, no result for one or two coaches or teams.", "source: ' '", "source must be a text"),
        ("value: 3\n    status: assumed\n", "value: 3\n", "must have value, status and source"),
    ],
)
def test_policy_fault_is_named(old, new, fault):
    assert old in CBS
    with pytest.raises(DeclarationError, match=fault):
        parse_policy(CBS.replace(old, new), "cbs-stijl")


@pytest.mark.parametrize("width", [8])
def test_policy_width_at_its_bound_is_allowed(width):
    assert parse_policy(CBS.replace("value: 5\n", f"value: {width}\n"), "cbs-stijl").width == width


def test_policy_key_that_is_written_twice_is_refused():
    with pytest.raises(DeclarationError, match="written twice: method"):
        parse_policy(CBS + "method: round\n", "cbs-stijl")


def test_policy_takes_no_rules_from_elsewhere():
    """A merge (`<<`) would give a rule a value that does not stand where the rule does."""
    weaker = "rules:\n  <<: {threshold: {value: 2, status: assumed, source: x}}\n"
    with pytest.raises(DeclarationError, match="<< takes rules from elsewhere"):
        parse_policy(CBS.replace("rules:\n", weaker), "cbs-stijl")


def test_policy_that_is_no_file_of_text_is_refused(tmp_path):
    (tmp_path / "own.yml").write_bytes(CBS.encode() + b"\xff")
    (tmp_path / "gone.yml").symlink_to(tmp_path / "nowhere.yml")
    for name in ("own", "gone"):
        with pytest.raises(DeclarationError, match=f"{name}.yml cannot be read"):
            load_policy(name, tmp_path)


@pytest.mark.parametrize(
    ("text", "fault"), [("a: [", "not readable as YAML"), ("- a", "mapping of keys"), ("rules: 3", "rules must be")]
)
def test_policy_that_is_no_mapping_is_refused(text, fault):
    with pytest.raises(DeclarationError, match=fault):
        parse_policy(text, "cbs-stijl")
