"""Published values as a declaration: read whole, every fault at once, tolerances that say how fine a number is."""

from __future__ import annotations

import copy

import pytest
import yaml

from gm_workbench.errors import DeclarationError
from gm_workbench.settings import paths
from gm_workbench.vocabulary.published_values import FILE, Known, load_published_values

BOTH = {"nl": "iets", "en": "something"}
DRAWN = {
    "period": BOTH, "title": BOTH, "caveat": BOTH, "source": BOTH, "licence": "none",
    "sets": {"a::b": {"title": BOTH, "persons": 40, "rows": 80, "digest": "00"}},
    "sources": {"book": {"label": "Book (1999)", "text": "table 1", "known": "memory"}},
    "values": {"subject": {"mean": {
        "what": BOTH, "data": "a::b",
        "value": {"expected": 0.08, "tolerance": 0.00005, "source": "book"},
        "se": {"expected": 0.0193, "tolerance": 0.00005, "source": "book"},
    }}},
}  # fmt: skip


def load(folder, content):
    (folder / FILE).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return load_published_values(folder)


def test_values_are_read_in_the_order_of_the_file(tmp_path):
    value, se = load(tmp_path, DRAWN).subject("subject")
    assert (value.id, value.expected, value.data.name, value.source.known) == ("subject.mean.value", 0.08, "a::b", Known.MEMORY)
    assert (se.id, se.data.package, se.data.item) == ("subject.mean.se", "a", "b")


@pytest.mark.parametrize(("tolerance", "digits"), [(0.5, 0), (0.05, 1), (0.00005, 4), (5e-9, 8), (0.0004, 3), (20, 0)])
def test_tolerance_says_how_many_decimals_the_source_gives(tmp_path, tolerance, digits):
    content = copy.deepcopy(DRAWN)
    content["values"]["subject"]["mean"]["value"]["tolerance"] = tolerance
    assert load(tmp_path, content).subject("subject")[0].digits == digits


def test_every_fault_of_the_declaration_is_listed_at_once(tmp_path):
    content = copy.deepcopy(DRAWN)
    quantity = content["values"]["subject"]["mean"]
    quantity["data"] = "a::c"
    quantity["value"]["tolerance"] = 0
    quantity["se"]["source"] = "boek"
    content["values"]["subject"]["none"] = {"what": BOTH, "data": "a::b"}
    content["sources"]["book"]["known"] = "heard"
    content["sets"]["a::b"]["persons"] = 3
    with pytest.raises(DeclarationError) as caught:
        load(tmp_path, content)
    for fault in (
        "values.subject.mean.data must be one of a::b but got 'a::c'",
        "values.subject.mean.value.tolerance must be above 0 but got 0.0",
        "values.subject.mean.se.source must be one of book but got 'boek'. HINT: did you mean book?",
        "values.subject.none.value is missing; at least one of value, se, low, high, df, residual_df must be given",
        "sources.book.known must be one of read, run, memory but got 'heard'",
        "sets.a::b.persons must be 10 or more but got 3",
    ):
        assert fault in str(caught.value)


def test_only_published_numbers_may_have_a_wider_tolerance(tmp_path):
    content = copy.deepcopy(DRAWN)
    content["values"]["subject"]["mean"]["value"]["wider"] = BOTH
    assert [value.wider is not None for value in load(tmp_path, content).subject("subject")] == [True, False]
    content["sources"]["book"]["known"] = "run"
    with pytest.raises(DeclarationError, match=r"values\.subject\.mean\.value\.wider is for published numbers"):
        load(tmp_path, content)


@pytest.mark.parametrize(("known", "published"), [("read", True), ("memory", True), ("run", False)])
def test_number_of_other_software_is_not_a_published_one(tmp_path, known, published):
    content = copy.deepcopy(DRAWN)
    content["sources"]["book"]["known"] = known
    assert load(tmp_path, content).subject("subject")[0].source.published is published


def test_set_must_be_named_as_r_names_it(tmp_path):
    content = copy.deepcopy(DRAWN)
    content["sets"]["bfi"] = content["sets"]["a::b"]
    with pytest.raises(DeclarationError, match="must be package::item, as R names it, but got 'bfi'"):
        load(tmp_path, content)


def test_unknown_subject_names_the_nearest():
    with pytest.raises(DeclarationError, match=r"has no 'exit'.*HINT: did you mean exits\?"):
        load_published_values().subject("exit")


def test_no_shipped_tolerance_is_wider_than_the_digits_that_stand_there():
    # written numbers, not floats: .0800 has four decimals; draws have a tolerance of their own, and one number a reason
    raw = yaml.load((paths().codes / FILE).read_text(encoding="utf-8"), yaml.BaseLoader)
    wide = [
        f"{subject}.{name}.{part}"
        for subject, quantities in raw["values"].items()
        for name, quantity in quantities.items()
        for part, value in quantity.items()
        if part not in ("what", "data") and value["source"] not in ("product", "mvrnorm", "boot")
        if float(value["tolerance"]) > 0.5 * 10.0 ** -len(value["expected"].partition(".")[2]) * (1 + 1e-9)
    ]
    assert wide == ["levels.empty_between_printed.value"]
