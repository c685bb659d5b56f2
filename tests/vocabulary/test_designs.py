"""Designs: the templates that are shipped, what is wrong with one, and what a protocol that names one agrees to."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from gm_workbench.errors import DeclarationError
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Status
from gm_workbench.vocabulary.designs import Design, load_template, templates_folder
from gm_workbench.vocabulary.protocols import load_protocol

STUDY = "tilburg_single_mothers"
"""A shipped protocol, to which a comparison is added: what is tested does not depend on its words."""

COMPARISON = {"design": "stepped_wedge", "status": "assumed", "source": "drawn in this test"}
WORDS = {"nl": "woorden", "en": "words"}
TEMPLATE = {"design": "stepped_wedge", "label": WORDS, "how": WORDS, "contrast": WORDS, "limits": [WORDS]}


def declared(folder: Path, comparison: object = COMPARISON, **changes: object) -> Path:
    """Write a shipped protocol with a comparison, and the templates, in a folder of its own."""
    shutil.copytree(templates_folder(), folder / "designs", dirs_exist_ok=True)
    content = yaml.safe_load((paths().protocols / f"{STUDY}.yml").read_text(encoding="utf-8"))
    text = yaml.safe_dump({**content, "comparison": comparison, **changes}, allow_unicode=True)
    (folder / f"{STUDY}.yml").write_text(text, encoding="utf-8")
    return folder


def template(folder: Path, name: str = "stepped_wedge", **changes: object) -> Path:
    """Write a template with some of its parts changed, or left out."""
    (folder / "designs").mkdir(exist_ok=True)
    content = {key: value for key, value in {**TEMPLATE, **changes}.items() if value is not ...}
    (folder / "designs" / f"{name}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize("design", list(Design))
def test_every_design_has_a_template_with_words_in_both_languages(design):
    found = load_template(design)
    assert found.design is design
    for text in (found.label, found.how, found.contrast, *found.limits):
        assert text.nl
        assert text.en
    assert found.limits


@pytest.mark.parametrize("design", list(Design))
def test_no_template_speaks_of_an_effect(design):
    found = load_template(design)
    said = " ".join(text.nl + text.en for text in (found.label, found.how, found.contrast, *found.limits))
    assert "effect" not in said.lower()


@pytest.mark.parametrize("design", list(Design))
def test_templates_say_sentences_where_a_report_needs_them(design):
    found = load_template(design)
    for text in (found.how, *found.limits):
        assert re.fullmatch(r"[A-Z].*\.", text.nl)
        assert re.fullmatch(r"[A-Z].*\.", text.en)
    for text in (found.label, found.contrast):  # these stand within a sentence
        assert not re.search(r"^[A-Z]|\.$", text.nl + "\n" + text.en, re.MULTILINE)


def test_there_is_a_template_for_every_design_and_no_other():
    assert sorted(path.stem for path in templates_folder().glob("*.yml")) == sorted(Design)


def test_the_table_of_templates_names_every_design():
    readme = (templates_folder() / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)`", readme, re.MULTILINE) == list(Design)


@pytest.mark.parametrize(("name", "hint"), [("stepped_wedges", "stepped_wedge"), ("before_and_after", "before_after")])
def test_a_template_that_is_not_there_is_refused_with_the_nearest(name, hint):
    with pytest.raises(DeclarationError, match=rf"No {name}\.yml in .*there are: before_after, .* HINT: did you mean {hint}"):
        load_template(name)


def test_a_template_is_read_from_the_folder_that_is_given(tmp_path):
    assert load_template("stepped_wedge", template(tmp_path)).how.en == "words"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"how": ...}, "how is missing; it must be a text in two languages"),
        ({"label": {"nl": "woorden"}}, r"label\.en is missing"),
        ({"contrast": {"nl": "", "en": "words"}}, r"contrast\.nl must not be empty"),
        ({"limits": [WORDS, {"en": "words"}]}, r"limits\[2\]\.nl is missing"),
        ({"limits": "none"}, "limits must be a list but got 'none'"),
        ({"limit": [WORDS]}, "limit is not a name that is known here.* HINT: did you mean limits"),
        ({"design": "stepped_wedges"}, r"has 1 fault\(s\)(?s:.*)design must be one of .* HINT: did you mean stepped_wedge"),
        ({"design": ...}, r"has 1 fault\(s\)(?s:.*)design is missing"),
        ({"design": "before_after"}, "design must be that of the file, stepped_wedge, but got 'before_after'"),
    ],
)
def test_a_malformed_template_is_refused(tmp_path, changes, fault):
    with pytest.raises(DeclarationError, match=fault):
        load_template("stepped_wedge", template(tmp_path, **changes))


def test_a_template_lists_every_fault_at_once(tmp_path):
    folder = template(tmp_path, how=..., label={"nl": "woorden"}, design="wedge", limits="none", more=1)
    with pytest.raises(DeclarationError, match=r"(?s)has 5 fault\(s\).*design.*how.*limits.*label\.en.*more"):
        load_template("stepped_wedge", folder)


def test_what_a_template_says_after_a_lot_takes_the_place_of_its_words(tmp_path):
    lot = {"how": {"nl": "loting", "en": "lot"}, "contrast": {"nl": "a", "en": "b"}, "limits": [{"nl": "c", "en": "d"}]}
    folder = template(tmp_path, after_lot=lot)
    by_lot, usual = (load_template("stepped_wedge", folder, by_lot=one) for one in (True, False))
    assert (by_lot.how.en, by_lot.contrast.nl, [one.en for one in by_lot.limits]) == ("lot", "a", ["d"])
    assert (usual.how.en, by_lot.label) == ("words", usual.label)


def test_a_misspelt_word_after_a_lot_is_refused(tmp_path):
    with pytest.raises(DeclarationError, match=r"after_lot\.hwo is not a name that is known here"):
        load_template("stepped_wedge", template(tmp_path, after_lot={"hwo": {"nl": "a", "en": "b"}}))


def test_staggered_teams_of_a_lottery_are_not_said_to_be_compared_in_groups():
    by_lot, usual = (load_template("staggered_introduction", by_lot=one) for one in (True, False))
    assert "binnen hetzelfde team" in by_lot.how.nl
    assert "elke groep teams" in usual.how.nl


def test_a_protocol_names_its_design_and_how_that_is_known(tmp_path):
    found = load_protocol(STUDY, declared(tmp_path)).comparison
    assert (found.design, found.status) == (Design.STEPPED_WEDGE, Status.ASSUMED)
    assert found.template == load_template("stepped_wedge")


def test_a_protocol_without_a_comparison_has_none():
    assert load_protocol(STUDY).comparison is None


@pytest.mark.parametrize(
    ("comparison", "fault"),
    [
        ({**COMPARISON, "design": "stepwise"}, r"comparison\.design must be one of parallel_clusters, .* but got 'stepwise'"),
        ({**COMPARISON, "design": "before_afte"}, r"comparison\.design must be one of .* HINT: did you mean before_after"),
        ({"design": "before_after"}, r"(?s)comparison\.status is missing.*comparison\.source is missing"),
        ({**COMPARISON, "status": "documented"}, r"comparison\.source documented needs a source"),
        ({**COMPARISON, "steps": 3}, r"comparison\.steps is not a name that is known here"),
        ("stepped_wedge", "comparison must be a mapping but got 'stepped_wedge'"),
    ],
)
def test_a_protocol_with_a_malformed_comparison_is_refused(tmp_path, comparison, fault):
    with pytest.raises(DeclarationError, match=fault):
        load_protocol(STUDY, declared(tmp_path, comparison))


@pytest.mark.parametrize("part", ["label", "how", "contrast", "limits"])
def test_digest_changes_with_the_words_of_the_template(tmp_path, part):
    folder = declared(tmp_path)
    before = load_protocol(STUDY, folder).digest
    path = folder / "designs" / "stepped_wedge.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({**content, part: [WORDS] if part == "limits" else WORDS}), encoding="utf-8")
    assert load_protocol(STUDY, folder).digest != before


def test_digest_does_not_change_with_the_words_of_another_template_or_a_remark(tmp_path):
    folder = declared(tmp_path)
    before = load_protocol(STUDY, folder).digest
    template(folder, "before_after", design="before_after")
    own = folder / "designs" / "stepped_wedge.yml"
    own.write_text("# a remark\n" + own.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_protocol(STUDY, folder).digest == before


@pytest.mark.parametrize("change", [{"design": "before_after"}, {"source": "somebody else"}])
def test_digest_changes_with_what_the_protocol_says_of_its_comparison(tmp_path, change):
    before = load_protocol(STUDY, declared(tmp_path)).digest
    assert load_protocol(STUDY, declared(tmp_path, {**COMPARISON, **change})).digest != before


@pytest.mark.parametrize("part", ["label", "how", "contrast"])
def test_a_template_may_say_effect_only_of_a_randomised_study(tmp_path, part):
    folder = template(declared(tmp_path), **{part: {"nl": "het effect", "en": "words"}})
    with pytest.raises(DeclarationError, match=f"only a randomised study may say effect.* design stepped_wedge, {part}"):
        load_protocol(STUDY, folder)
    declared(tmp_path, assignment="randomised")  # writes the templates too, so the changed one again
    template(folder, **{part: {"nl": "het effect", "en": "words"}})
    assert load_protocol(STUDY, folder).may_say_effect
