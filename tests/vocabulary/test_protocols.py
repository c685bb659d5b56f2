"""Protocols: a study as a declaration, checked whole, and the two that are shipped."""

import dataclasses
import json
import re
from pathlib import Path

import pytest
import yaml

from gm_workbench.errors import DeclarationError, UnknownStudy
from gm_workbench.settings import paths
from gm_workbench.vocabulary.protocols import (
    NO_FAMILY,
    NOT_DECLARED,
    Assignment,
    Bounds,
    Correction,
    ZeroEvent,
    load_protocol,
    study_names,
)

SHIPPED = ("amersfoort_upward_mobility", "tilburg_single_mothers")

SECTIONS = {
    "tilburg_single_mothers": (
        "answer facts flow who scale scale_fit scale_waves scale_groups course changed course_model attrition_who "
        "attrition_answer bejegening bejegening_exit bejegening_shared knobs moderation slopes slope_shares moderation_levels "
        "exits exits_difference parttime secondary spend spend_parts decomposition spend_equal spend_detail"
    ),
    "amersfoort_upward_mobility": (
        "answer facts flow base transitions_12 transitions_24 directions ranks indices movement crossing growth "
        "regression_to_mean comparison alike event_study secondary"
    ),
}

WORDS = {"nl": "woorden", "en": "words"}
ASSUMED = {"status": "assumed", "source": "drawn in this test"}

DRAWN = {
    "name": "drawn",
    "version": 1,
    "title": WORDS,
    "question": WORDS,
    "design": {"value": "a cohort", **ASSUMED},
    "assignment": "unknown",
    "unit_of_introduction": "coach",
    "unit_of_analysis": "person",
    "facts": {"aim": {"value": "to try", "status": "documented", "source": "https://example.org/aim"}},
    "outcomes": {"held": {"label": WORDS}},
    "estimands": {
        "difference": {
            "primary": True,
            "label": WORDS,
            "unit": "points",
            "population": WORDS,
            "contrast": WORDS,
            "horizon_months": 12,
            "smallest_relevant": {"value": 2.0, **ASSUMED},
        }
    },
    "instruments": ["ECR"],
    "parameters": {
        "share": {"kind": "float", "low": 0.4, "high": 0.9},
        "months": {"kind": "int", "allowed": [1, 3]},
        "place": {"kind": "str"},
    },
    "sections": {name: {"heading": WORDS, "lead": WORDS, "needs": []} for name in ("answer", "facts", "flow")},
    "limits": [WORDS],
}


def load(folder: Path, content: dict, name: str = "drawn"):
    (folder / f"{name}.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return load_protocol(name, folder)


def changed(*keys: str, to: object) -> dict:
    """Give the drawn protocol with one value changed, or left out."""
    content = json.loads(json.dumps(DRAWN))  # no part is shared, unlike in a deep copy
    inner = content
    for key in keys[:-1]:
        inner = inner[key]
    if to is ...:
        del inner[keys[-1]]
    else:
        inner[keys[-1]] = to
    return content


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_protocols_have_the_sections_that_notebooks_show(name):
    assert tuple(load_protocol(name).sections) == tuple(SECTIONS[name].split())


@pytest.mark.parametrize(("name", "primary"), [("tilburg_single_mothers", "resilience_12m"), (SHIPPED[0], "held_24m")])
def test_shipped_protocols_have_one_primary_estimand(name, primary):
    protocol = load_protocol(name)
    assert protocol.primary.name == primary
    assert protocol.estimand(primary) is protocol.primary
    assert protocol.primary.smallest_relevant.status == "assumed"


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_protocols_do_not_know_the_assignment_and_may_not_say_effect(name):
    protocol = load_protocol(name)
    assert protocol.assignment is Assignment.UNKNOWN
    assert not protocol.may_say_effect
    assert "effect" not in (paths().protocols / f"{name}.yml").read_text(encoding="utf-8").split("sections:")[1].lower()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_protocols_ask_questions_and_never_give_results(name):
    protocol = load_protocol(name)
    for text in (protocol.title, *(section.heading for section in protocol.sections.values())):
        assert text.nl.endswith("?")
        assert text.en.endswith("?")
    for section in protocol.sections.values():
        sentences = re.findall(r"[.!?](?:\s|$)", section.lead.nl)
        assert 1 <= len(sentences) <= 4, section.id
        assert not re.search(r"\d+[,.]\d", section.lead.nl + section.lead.en), section.id


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_protocols_name_a_public_source_for_the_aim(name):
    aim = load_protocol(name).facts["aim"]
    assert aim.status == "documented"
    assert aim.source.startswith("https://arbeidsdeskundigen.nl/akc/")


def test_shipped_protocols_keep_the_contradiction_about_spend_visible():
    lead = load_protocol("tilburg_single_mothers").sections["spend"].lead
    assert "spreken elkaar tegen" in re.sub(r"\s+", " ", lead.nl)
    assert "contradict each other" in lead.en


def test_shipped_protocols_bound_the_threshold():
    bounds = load_protocol("amersfoort_upward_mobility").parameters
    assert bounds["wage_threshold"] == Bounds("float", 0.4, 0.9)
    assert bounds["months_low"] == Bounds("int", allowed=(1, 3))
    assert set(load_protocol("tilburg_single_mothers").parameters) == {"place", "world", "period", "policy"}


def test_drawn_protocol_loads(tmp_path):
    protocol = load(tmp_path, DRAWN)
    assert protocol.primary.horizon_months == 12
    assert protocol.facts["aim"].value == "to try"
    assert protocol.outcomes["held"].en == "words"
    assert protocol.parameters["place"] == Bounds("str")
    assert study_names(tmp_path) == ("drawn",)


def test_protocol_may_say_effect_only_when_randomised(tmp_path):
    content = changed("assignment", to="randomised")
    content["title"] = {"nl": "Wat is het effect?", "en": "What is the effect?"}
    assert load(tmp_path, content).may_say_effect


@pytest.mark.parametrize(("assignment", "first"), [("unknown", "not known"), ("by_choice", "chose"), ("randomised", None)])
def test_what_a_way_of_assigning_cannot_tell_apart_is_said_only_under_it(tmp_path, assignment, first):
    said = {"unknown": {"nl": "onbekend", "en": "not known"}, "by_choice": {"nl": "kozen", "en": "chose"}}
    content = changed("assignment", to=assignment) | {"assignment_limits": said}
    plain = [limit.en for limit in load(tmp_path, DRAWN).limits]
    assert [limit.en for limit in load(tmp_path, content).limits] == [*([first] if first else []), *plain]


@pytest.mark.parametrize("name", [*SHIPPED, "amsterdam_supervisor_cascade"])
def test_shipped_protocols_say_first_that_the_assignment_is_not_known(name):
    assert load_protocol(name).limits[0].nl.startswith("Niet bekend is hoe is bepaald welke")


@pytest.mark.parametrize("assignment", ["by_choice", "unknown"])
@pytest.mark.parametrize("keys", [("title",), ("sections", "flow", "lead"), ("estimands", "difference", "label")])
def test_protocol_that_is_not_randomised_may_not_say_effect(tmp_path, assignment, keys):
    content = changed(*keys, to={"nl": "Het Effect", "en": "words"})
    content["assignment"] = assignment
    with pytest.raises(DeclarationError, match=rf"only a randomised study may say effect, but it is said in {'.'.join(keys)}"):
        load(tmp_path, content)


@pytest.mark.parametrize(
    ("keys", "to", "fault"),
    [
        (("title",), ..., "title is missing"),
        (("title", "en"), ..., r"title\.en is missing"),
        (("title", "nl"), " ", r"title\.nl must not be empty"),
        (("title", "de"), "Wort", r"title\.de is not a name that is known here; allowed: en, nl"),
        (("name",), "other", "name must be that of the file, drawn, but got 'other'"),
        (("version",), "one", "version must be a whole number but got 'one'"),
        (("version",), True, "version must be a whole number but got True"),
        (("version",), 0, "version must be 1 or more but got 0"),
        (("assignment",), "randomized", "assignment must be one of .* HINT: did you mean randomised"),
        (("estimands", "difference", "primary"), False, "exactly one estimand must be primary but got none"),
        (("estimands", "second"), DRAWN["estimands"]["difference"], "must be primary but got difference, second"),
        (("estimands", "difference", "primary"), "yes", r"primary must be true or false but got 'yes'"),
        (("estimands", "difference", "horizon_months"), -1, r"difference\.horizon_months must be 0 or more but got -1"),
        (("estimands", "difference", "smallest_relevant"), ..., r"difference\.smallest_relevant is missing"),
        (
            ("estimands", "difference", "smallest_relevant", "value"),
            0,
            r"smallest_relevant\.value must be a number above 0 but got 0",
        ),
        (("estimands", "difference", "smallest_relevant", "value"), "2", r"value must be a number above 0 but got '2'"),
        (("instruments",), ["EC"], r"instruments must be declared but got EC\..* HINT: did you mean ECR"),
        (("sections", "flow", "needs"), ["benefit"], r"sections\.flow\.needs must name a table .* HINT: did you mean benefits"),
        (("sections", "flow", "needs"), ["wages.hour"], r"must name a column of wages .* HINT: did you mean hours"),
        (("sections", "flow", "needs"), ["answers:ecr"], r"must name a table .* but got 'answers:ecr'"),
        (("sections", "flow", "needs"), ["answers:QQQ"], "sections need answers to instruments .* does not name: QQQ"),
        (("sections", "answer"), ..., "sections must include answer"),
        (("sections", "Flow-2"), DRAWN["sections"]["flow"], "names must be lower case .* but got Flow-2"),
        (("sections",), [], "sections must be a mapping of names but got"),
        (("sections", "flow"), "text", r"sections\.flow must be a mapping of names to values but got 'text'"),
        (("limits",), [], "limits must say at least one thing"),
        (("limits",), [WORDS, {"nl": "alleen"}], r"limits\[2\]\.en is missing"),
        (("limits",), "one", "limits must be a list but got 'one'"),
        (("facts", "aim", "source"), "somebody", r"facts\.aim\.source documented needs a source"),
        (
            ("facts", "aim", "status"),
            "proven",
            r"facts\.aim\.status must be one of documented, assumed, label_only but got 'proven'",
        ),
        (("parameters", "share", "low"), 0.91, r"parameters\.share\.low must not be above high but got 0\.91 and 0\.9"),
        (("parameters", "share", "kind"), "double", r"parameters\.share\.kind must be one of str, int, float but got 'double'"),
        (("parameters", "months", "allowed"), [1, 2.5], r"months\.allowed must hold values of type int but got 1, 2\.5"),
        (("parameters", "months", "allowed"), [1, True], r"months\.allowed must hold values of type int but got 1, True"),
        (("limts",), [WORDS], "limts is not a name that is known here.* HINT: did you mean limits"),
    ],
)
def test_protocol_refuses_a_malformed_declaration(tmp_path, keys, to, fault):
    with pytest.raises(DeclarationError, match=fault):
        load(tmp_path, changed(*keys, to=to))


def test_protocol_lists_every_fault_at_once(tmp_path):
    content = changed("title", "en", to=...)
    content["version"] = "one"
    content["instruments"] = ["QQQ"]
    content["estimands"]["difference"]["primary"] = False
    content["sections"]["flow"]["needs"] = ["nothing"]
    expected = r"(?s)drawn\.yml .* has 5 fault\(s\).*version.*title\.en.*sections\.flow\.needs.*primary.*QQQ"
    with pytest.raises(DeclarationError, match=expected):
        load(tmp_path, content)


@pytest.mark.parametrize(("low", "high"), [(0.4, 0.4), (None, 0.9), (0.4, None)])
def test_protocol_allows_bounds_that_touch_or_are_open(tmp_path, low, high):
    bounds = {"kind": "float"} | {key: value for key, value in (("low", low), ("high", high)) if value is not None}
    assert load(tmp_path, changed("parameters", "share", to=bounds)).parameters["share"] == Bounds("float", low, high)


def test_protocol_unknown_names_the_nearest():
    with pytest.raises(UnknownStudy, match=r"but got 'tilburg_single_mother'\. HINT: did you mean tilburg_single_mothers"):
        load_protocol("tilburg_single_mother")


def test_protocol_unknown_in_an_empty_folder(tmp_path):
    with pytest.raises(UnknownStudy, match=r"one of \(none declared\) but got 'drawn'"):
        load_protocol("drawn", tmp_path)


def test_protocol_does_not_have_every_estimand():
    with pytest.raises(DeclarationError, match=r"has no 'resilience_12'\. HINT: did you mean resilience_12m"):
        load_protocol("tilburg_single_mothers").estimand("resilience_12")


def test_digest_is_the_same_for_the_same_agreements(tmp_path):
    first = load(tmp_path, DRAWN).digest
    turned = dict(reversed(DRAWN.items()))
    (tmp_path / "drawn.yml").write_text("# a remark\n" + yaml.safe_dump(turned, sort_keys=False), encoding="utf-8")
    assert load_protocol("drawn", tmp_path).digest == first
    assert re.fullmatch("[0-9a-f]{64}", first)


@pytest.mark.parametrize(
    ("keys", "to"),
    [
        (("version",), 2),
        (("estimands", "difference", "smallest_relevant", "value"), 2.5),
        (("limits",), [WORDS, WORDS]),
        (("parameters", "share", "high"), 0.8),
        (("instruments",), ["BEJ"]),
    ],
)
def test_digest_changes_with_any_agreement(tmp_path, keys, to):
    assert load(tmp_path, changed(*keys, to=to)).digest != load(tmp_path, DRAWN).digest


def test_digest_changes_with_the_scoring_of_an_instrument(tmp_path):
    folder = tmp_path / "instruments"
    folder.mkdir()
    shipped = (paths().instruments / "ECR.yml").read_text(encoding="utf-8")
    (tmp_path / "drawn.yml").write_text(yaml.safe_dump(DRAWN), encoding="utf-8")
    digests = []
    for text in (shipped, shipped.replace("reversed: [ECR_8]", "reversed: []")):
        (folder / "ECR.yml").write_text(text, encoding="utf-8")
        digests.append(load_protocol("drawn", tmp_path, folder).digest)
    assert digests[0] == load(tmp_path, DRAWN).digest
    assert digests[0] != digests[1]


def test_protocol_is_frozen():
    protocol = load_protocol("tilburg_single_mothers")
    with pytest.raises(dataclasses.FrozenInstanceError, match="version"):
        protocol.version = 2


FAMILY = {
    "correction": "holm",
    "outcomes": {
        "debts": {"label": WORDS, "unit": "euro per month", "horizon_months": 12},
        "skills": {"label": WORDS, "unit": "points", "horizon_months": 6},
    },
}


def test_secondary_outcomes_are_a_family_in_the_order_declared(tmp_path):
    family = load(tmp_path, DRAWN | {"secondary": FAMILY}).secondary
    assert family.names == ("debts", "skills")
    assert family.correction is Correction.HOLM
    assert (family.outcomes[1].unit, family.outcomes[1].horizon_months, family.outcomes[1].label.en) == ("points", 6, "words")


def test_secondary_outcomes_may_be_none_and_belong_to_the_digest(tmp_path):
    silent = load(tmp_path, DRAWN)
    assert silent.secondary == NO_FAMILY
    assert silent.secondary.names == ()
    one = {**FAMILY, "outcomes": {"debts": FAMILY["outcomes"]["debts"]}}
    digests = {load(tmp_path, DRAWN | more).digest for more in ({}, {"secondary": FAMILY}, {"secondary": one})}
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("keys", "to", "fault"),
    [
        (("correction",), "hollm", r"secondary\.correction must be one of holm, bonferroni but got 'hollm'.*did you mean holm"),
        (("correction",), ..., r"secondary\.correction is missing"),
        (("outcomes",), {}, r"secondary\.outcomes must name at least one outcome"),
        (("outcomes",), ["debts"], r"secondary\.outcomes must be a mapping of names"),
        (("outcome",), {}, r"secondary\.outcome is not a name that is known here.* HINT: did you mean outcomes"),
        (("outcomes", "skills", "unit"), "point", r"secondary\.outcomes\.skills\.unit must be one of probability, points"),
        (("outcomes", "skills", "horizon_months"), -1, r"skills\.horizon_months must be 0 or more but got -1"),
        (("outcomes", "skills", "primary"), False, r"skills\.primary is not a name that is known here"),
        (("outcomes", "Skills"), FAMILY["outcomes"]["skills"], "names must be lower case .* but got Skills"),
        (("outcomes", "difference"), FAMILY["outcomes"]["skills"], "must not be a secondary outcome too but got difference"),
        (
            ("outcomes", "skills", "label", "en"),
            "effects",
            r"may say effect, but it is said in secondary\.outcomes\.skills\.label",
        ),
    ],
)
def test_secondary_outcomes_that_are_malformed_are_refused(tmp_path, keys, to, fault):
    content = json.loads(json.dumps(FAMILY))
    inner = content
    for key in keys[:-1]:
        inner = inner[key]
    if to is ...:
        del inner[keys[-1]]
    else:
        inner[keys[-1]] = to
    with pytest.raises(DeclarationError, match=fault):
        load(tmp_path, DRAWN | {"secondary": content})


@pytest.mark.parametrize("event", ZeroEvent)
def test_time_zero_is_as_declared(tmp_path, event):
    declared = load(tmp_path, DRAWN | {"time_zero": {"value": str(event), **ASSUMED}})
    assert (declared.time_zero.event, declared.time_zero.source) == (event, ASSUMED["source"])


def test_time_zero_that_is_not_declared_is_the_index_month_and_leaves_the_digest_alone(tmp_path):
    silent = load(tmp_path, DRAWN)
    assert silent.time_zero == NOT_DECLARED
    assert silent.time_zero.event is ZeroEvent.INDEX_MONTH
    assert silent.digest != load(tmp_path, DRAWN | {"time_zero": {"value": "index_month", **ASSUMED}}).digest


def test_time_zero_that_is_not_known_names_the_nearest(tmp_path):
    with pytest.raises(DeclarationError, match=r"time_zero.value must be one of .*spell_start.* but got 'spell_begin'"):
        load(tmp_path, DRAWN | {"time_zero": {"value": "spell_begin", **ASSUMED}})
