"""What is off is seen: in the index, and in the box with the answer."""

from __future__ import annotations

import pytest

from gm_workbench.guard.phrasing import quotes_few, silenced
from gm_workbench.guard.policy import load_policy
from gm_workbench.outputs.output import Role, Words, plain
from gm_workbench.report.site import Row, Status, render_index
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same


def test_index_counts_and_marks_what_deviates_in_words_and_keeps_its_link():
    said = Text("1 van de 9 waarden wijkt af.", "1 of the 9 values is off.")
    row = Row(
        place="published-literature",
        place_name="literature",
        study="validation",
        title=same("?"),
        status=Status.DEVIATES,
        kind=DataKind.PUBLISHED,
        path="validation/published-literature",
        headline=said,
    )
    page = render_index([row], "nl")
    assert '<span class="deviates"><b>1</b> wijkt af</span>' in page
    assert '<span class="status deviates">wijkt af</span> <b class="verdict">1 van de 9 waarden wijkt af.</b>' in page
    assert "validation/published-literature/report.html" in page
    assert '<span class="status deviates">off</span>' in render_index([row], "en")


def words(**more: object) -> Words:
    return Words(
        id="part",
        role=Role.SECTION,
        heading=same("?"),
        sentence=plain(same("x")),
        caption=same("x"),
        alt=plain(same("x")),
        kind=DataKind.SYNTHETIC,
        population=same("x"),
        period=same("x"),
        source=same("x"),
        **more,
    )


@pytest.mark.parametrize(("note", "few"), [("3 moeders", True), ("30 moeders", False)])
def test_words_under_the_name_of_a_row_are_scanned_like_all_others(note, few):
    assert quotes_few(words(row_notes={"a": same(note)}), load_policy("cbs-stijl")) is few


def test_output_that_is_withheld_says_nothing_of_its_rows():
    quiet = silenced(words(row_notes={"a": same("x")}, off=("a",)), load_policy("cbs-stijl"), same("y"))
    assert (quiet.row_notes, quiet.off) == ({}, ())
