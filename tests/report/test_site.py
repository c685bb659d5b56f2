import re

import pytest

from gm_workbench.errors import DisclosureRefused
from gm_workbench.outputs.output import Suppressed
from gm_workbench.report.page import CSP
from gm_workbench.report.site import Row, Status, blocks, headline, render_index, write_index
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text

TITLE = Text("Komen werkenden omhoog?", "Do workers move up?")
UNDECIDED = Text("Dat is nog niet te zeggen.", "That cannot be said yet.")


def row(place="GM0855", name="Tilburg", study="amersfoort_upward_mobility", **more):
    given = {
        "status": Status.MADE,
        "kind": DataKind.SYNTHETIC,
        "world": "default",
        "headline": UNDECIDED,
        "path": f"{study}/{place}",
    }
    return Row(place=place, place_name=name, study=study, **({"title": TITLE} | given | more))


def test_index_is_written_in_both_languages_without_a_request(tmp_path, read):
    write_index(Paths(tmp_path), [row()])
    for name, language in (("index.html", "nl"), ("index.en.html", "en")):
        page = (tmp_path / "reports" / name).read_text(encoding="utf-8")
        seen = read(page)
        assert seen.all("html")[0]["lang"] == language
        assert len(seen.all("h1")) == 1
        assert not re.search(r"https?://|<script|<link|url\(", page)
        assert seen.all("meta")[1]["content"] == CSP
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == ["index.en.html", "index.html"]


def test_index_links_to_both_languages_of_a_report_and_says_its_answer(read):
    page = render_index([row()], "nl")
    links = [link["href"] for link in read(page).all("a")]
    assert "amersfoort_upward_mobility/GM0855/report.html" in links
    assert "amersfoort_upward_mobility/GM0855/report.en.html" in links
    assert "Dat is nog niet te zeggen." in page
    assert "That cannot be said yet." in render_index([row()], "en")


def test_index_says_what_failed_and_what_was_not_delivered_and_why():
    failed = row(status=Status.FAILED, path="", reason=Text("de levering is leeg", "the delivery is empty"))
    missing = row("GM0307", "Amersfoort", status=Status.NOT_DELIVERED, path="", reason=Text("geen lonen", "no wages"))
    page = render_index([failed, missing], "nl")
    assert '<span class="status failed">mislukt</span> <span class="reason">de levering is leeg</span>' in page
    assert '<span class="status not_delivered">niet geleverd</span> <span class="reason">geen lonen</span>' in page
    assert "Dat is nog niet te zeggen." not in page


def test_index_keeps_the_old_report_beside_a_newer_attempt_that_failed():
    page = render_index([row(newer_attempt_failed=Text("duurde te lang", "timed out"))], "nl")
    assert "Lees het rapport" in page
    assert "Een nieuwere poging mislukte: duurde te lang" in page


def test_index_counts_reports_by_status(read):
    page = render_index([row(), row("GM0307", "Amersfoort"), row("GM0363", "Amsterdam", status=Status.FAILED)], "nl")
    assert '<span class="made"><b>2</b> gemaakt</span> <span class="failed"><b>1</b> mislukt</span>' in page


def test_index_shows_a_place_without_a_study_as_nothing():
    page = render_index([row(), row("GM0307", "Amersfoort", study="tilburg_single_mothers")], "nl")
    assert page.count('<span class="reason">–</span>') == 2


def test_blocks_set_real_default_published_and_other_worlds_apart():
    rows = [
        row(world="null"),
        row("published-wages", "published-wages", kind=DataKind.PUBLISHED, world=""),
        row(),
        row(kind=DataKind.REAL, world=""),
    ]
    titles = [block.title for block in blocks(rows, "nl")]
    assert titles == [
        "Gemeenten",
        "Synthetisch netwerk (wereld: default)",
        "Gepubliceerde gegevens",
        "Synthetisch netwerk (wereld: null)",
    ]


def test_places_stand_by_name_and_fictional_ones_last():
    rows = [row("GM9901", "Aardstad (fictief)"), row(), row("GM0518", "'s-Gravenhage"), row("GM0363", "Amsterdam")]
    (block,) = blocks(rows, "nl")
    assert [name for _, name, _ in block.places] == ["Amsterdam", "'s-Gravenhage", "Tilburg", "Aardstad (fictief)"]


def test_headline_is_the_first_sentence_of_the_answer(shapes, release_of):
    assert headline(release_of(shapes["facts"](), shapes["answer"]())) == Text(
        "Dat is nog niet te zeggen.", "We cannot tell yet."
    )
    assert (
        headline(release_of(shapes["answer"](value=Suppressed(10)))).nl
        == "Het getal dat hier hoort, wordt niet getoond, om personen te beschermen."
    )
    assert headline(release_of(shapes["facts"]())) == Text("", "")


def test_empty_index_says_so():
    assert "Er zijn nog geen rapporten." in render_index([], "nl")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_index_table_has_caption_and_scopes(read, language):
    seen = read(render_index([row()], language))
    assert len(seen.all("caption")) == len(seen.all("table")) == 1
    assert {head["scope"] for head in seen.all("th")} == {"row", "col"}


def test_index_in_which_the_scanner_finds_something_replaces_neither_page(tmp_path):
    write_index(Paths(tmp_path), [row()])
    before = {path.name: path.read_bytes() for path in (tmp_path / "reports").iterdir()}
    with pytest.raises(DisclosureRefused, match="person number"):
        write_index(Paths(tmp_path), [row(), row(place="GM0307", status=Status.FAILED, path="", reason=Text("x", "999990019"))])
    assert {path.name: path.read_bytes() for path in (tmp_path / "reports").iterdir()} == before
