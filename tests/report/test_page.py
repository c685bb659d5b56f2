import itertools
import json
import re
from dataclasses import replace

import pytest

from gm_workbench.errors import DisclosureRefused, OutputError
from gm_workbench.outputs.output import Shape, Suppressed, plain
from gm_workbench.report.page import CSP, files, render
from gm_workbench.report.parts import caption
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text


@pytest.fixture(scope="module")
def pages():
    """The whole made-up report in both languages, rendered once."""
    return {}


@pytest.fixture
def page(pages, released, manifest, protocol):
    if not pages:
        pages.update({language: render(released, manifest, protocol, language) for language in ("nl", "en")})
    return pages


@pytest.fixture
def rendered(release_of, manifest, protocol):
    def made(*shown, language="nl", **more):
        return render(release_of(*shown), manifest, protocol, language, **more)

    return made


def with_words(shown, **more):
    return replace(shown, words=replace(shown.words, **more))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_asks_nothing_of_a_network(page, read, language):
    seen = read(page[language])
    sources = [value for _, attributes in seen.elements for name, value in attributes.items() if name in ("src", "srcset")]
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert not re.search(r"https?://|//cdn|@import|url\(", page[language])
    assert not seen.all("script")
    assert not seen.all("link")


def test_page_has_a_strict_content_policy_before_any_content(page, read):
    first = next(attributes for tag, attributes in read(page["nl"]).elements if attributes.get("http-equiv"))
    assert first["content"] == CSP
    assert "default-src 'none'" in CSP
    assert "script" not in CSP


@pytest.mark.parametrize(("language", "other", "href"), [("nl", "en", "report.en.html"), ("en", "nl", "report.html")])
def test_page_says_its_language_and_links_to_the_other(page, read, language, other, href):
    seen = read(page[language])
    assert seen.all("html")[0]["lang"] == language
    assert {"class": "language", "href": href, "hreflang": other, "lang": other} in seen.all("a")


def test_page_title_heading_and_question_come_from_the_protocol(page, read, protocol):
    seen = read(page["nl"])
    assert seen.texts["h1"] == [protocol.title.nl]
    assert len(seen.all("h1")) == 1
    assert protocol.title.nl in seen.texts["title"][0]
    assert "Tilburg (GM0855)" in seen.texts["title"][0]


def test_page_headings_do_not_skip_a_level(page, read):
    levels = [int(tag[1]) for tag, _ in read(page["nl"]).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_page_has_landmarks_and_a_skip_link_to_one_of_them(page, read):
    seen = read(page["nl"])
    assert all(len(seen.all(tag)) == 1 for tag in ("header", "main", "footer"))
    assert all(nav["aria-label"] for nav in seen.all("nav"))
    assert seen.all("a")[0] == {"class": "skip", "href": f"#{seen.all('main')[0]['id']}"}


def test_page_ids_are_unique_and_links_within_it_arrive(page, read):
    seen = read(page["nl"])
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(link["href"][1:] in ids for link in seen.all("a") if link["href"].startswith("#"))


def test_page_pictures_have_real_alt_text_and_a_variant_for_phones(page, read):
    seen = read(page["nl"])
    assert len(seen.all("img")) == len(seen.all("source")) == 7
    assert all(len(picture["alt"]) > 15 for picture in seen.all("img"))
    assert all(source["media"] == "(max-width: 600px)" for source in seen.all("source"))
    assert all(
        int(source["width"]) <= 328 < int(picture["width"])
        for source, picture in zip(seen.all("source"), seen.all("img"), strict=True)
    )


def test_page_tables_have_caption_and_scopes(page, read):
    seen = read(page["nl"])
    tables = len(seen.all("table"))
    assert tables > 5
    assert len(seen.all("caption")) == tables
    assert all(head.get("scope") in ("row", "col") for head in seen.all("th"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "nl",
            (
                "Synthetische gegevens — dit rapport toont hoe de werkbank werkt, niet hoe het in Tilburg is. "
                "Concept, nog niet vrijgegeven."
            ),
        ),
        (
            "en",
            "Synthetic data — this report shows how the workbench works, not how things are in Tilburg. Draft, not released.",
        ),
    ],
)
def test_page_band_says_that_data_are_synthetic_and_the_report_a_draft(page, language, said):
    assert said in page[language]


def test_page_band_of_published_data_says_which_country_and_years(shapes, release_of, manifest_with, protocol):
    caveat = Text("Verenigde Staten, 1979–1994", "United States, 1979–1994")
    manifest = manifest_with(place="published-wages", place_name="wages", kind=DataKind.PUBLISHED, caveat=caveat, world="")
    page = render(release_of(shapes["answer"](kind=DataKind.PUBLISHED)), manifest, protocol, "nl")
    assert "Verenigde Staten, 1979–1994. Dit rapport gaat niet over een Nederlandse gemeente." in page
    assert "Gepubliceerde gegevens: wages" in page
    assert "GM0855" not in page.split("<footer")[0]


def test_page_of_published_data_is_headed_by_what_they_can_be_asked(shapes, release_of, manifest_with, protocol):
    words = {"heading": Text("Hoe snel?", "How soon?"), "limits": (Text("Niets over hier.", "Nothing about here."),)}
    manifest = manifest_with(place="published-x", kind=DataKind.PUBLISHED, world="", **words)
    page = render(release_of(shapes["answer"](kind=DataKind.PUBLISHED)), manifest, protocol, "nl")
    assert "<h1>Hoe snel?</h1>" in page
    assert "<title>Hoe snel? · " in page
    assert f"niet mee te beantwoorden: „{protocol.title.nl}”" in page
    assert "Niets over hier." in page
    assert protocol.limits[0].nl not in page
    assert json.loads(manifest.to_json())["limits"] == [{"nl": "Niets over hier.", "en": "Nothing about here."}]


def test_answer_begins_with_its_verdict_in_bold_and_dutch_numbers(page):
    assert "<strong>Dat is nog niet te zeggen.</strong> Na twaalf maanden" in page["nl"]
    assert "2,9 punten hoger" in page["nl"]
    assert "van −0,4 tot +6,1" in page["nl"]
    assert "<strong>We cannot tell yet.</strong>" in page["en"]
    assert "runs from −0.4 to +6.1" in page["en"]


def test_hidden_numbers_print_their_mark_and_are_said_in_words(page):
    assert '<span class="mark" role="img" aria-label="minder dan 10 personen">&lt;10</span>' in page["nl"]
    assert '<span class="mark" role="img" aria-label="fewer than 10 persons">&lt;10</span>' in page["en"]


def test_absent_and_withheld_sections_cost_one_sentence_in_their_place(page, read):
    seen = read(page["nl"])
    assert "Dit onderdeel ontbreekt: Voorbeeldstad leverde geen kosten van voorzieningen." in seen.texts["p"]
    assert "Dit onderdeel wordt niet getoond: het steunt op te weinig personen." in seen.texts["p"]
    section = page["nl"].split('id="moderation"')[1].split("</section>")[0]
    assert "De veerkracht nam iets toe" not in section
    assert "<figure" not in section


def test_answer_facts_and_flow_come_first_whatever_the_order_of_the_notebook(rendered, shapes):
    page = rendered(shapes["bars"](), shapes["flow"](), shapes["facts"](), shapes["answer"]())
    places = [
        page.index(f'<{tag} id="{name}"')
        for tag, name in (("section", "answer"), ("div", "facts"), ("section", "flow"), ("section", "spend"))
    ]
    assert places == sorted(places)


def test_second_output_on_one_question_does_not_repeat_it(rendered, shapes, read):
    one, two = shapes["trend"](), with_words(shapes["dots"](), heading=shapes["trend"]().words.heading)
    seen = read(rendered(one, two))
    assert seen.texts["h2"].count("Hoe liep de veerkracht?") == 1
    assert any(section.get("aria-label") == "Hoe liep de veerkracht?" for section in seen.all("section"))


def test_caption_gives_what_population_n_period_source_protection_and_kind(rendered, shapes):
    page = rendered(shapes["answer"]())
    caption = page.split("<figcaption>")[1].split("</figcaption>")[0].replace("\N{NO-BREAK SPACE}", " ")
    assert caption == (
        "<b>Economische veerkracht.</b> Gemiddelde score (0–100). Alleenstaande moeders met algemene bijstand. "
        "n = 710 (afgerond). Januari 2024 – december 2025. Bron: vragenlijst IGM. Aantallen zijn afgerond op 10. "
        "Synthetische gegevens."
    )


def test_caption_gives_the_range_when_numbers_rest_on_different_persons(rendered, shapes):
    page = rendered(shapes["trend"]()).replace("\N{NO-BREAK SPACE}", " ")
    assert "n = 590 tot 710 per getal (afgerond)." in page


def test_limits_of_the_protocol_are_all_said(page, protocol):
    assert "Wat dit rapport niet zegt" in page["nl"]
    assert all(limit.en in page["en"].replace("&#34;", '"').replace("&#39;", "'") for limit in protocol.limits)


def test_provenance_names_protocol_code_and_policy_in_one_line(page, protocol):
    line = page["nl"].split("Hoe is dit gemaakt?")[1].split("</summary>")[0]
    assert f"protocol tilburg_single_mothers versie {protocol.version} · kenmerk {protocol.digest[:8]} · code 4f2c1ab" in line
    assert "voorcontrole, geen officiële vrijgave" in line


def test_provenance_links_only_to_files_that_are_written(page, read, released):
    linked = {link["href"] for link in read(page["nl"]).all("a") if link["href"].endswith((".csv", ".json", ".ipynb"))}
    assert linked == {href for href, _ in files(released, "nl")}
    assert "outputs/moderation.csv" not in linked


def test_page_marks_code_that_differs_from_its_commit(shapes, release_of, manifest_with, protocol):
    assert "code 4f2c1ab+" in render(release_of(shapes["facts"]()), manifest_with(dirty=True), protocol, "nl")


def test_page_of_the_same_inputs_has_the_same_bytes(rendered, shapes):
    assert rendered(shapes["answer"](), shapes["flow"]()) == rendered(shapes["answer"](), shapes["flow"]())


def test_page_escapes_words(rendered, shapes):
    page = rendered(with_words(shapes["flow"](), heading=Text("<b>Wie?</b>", "<b>Who?</b>")))
    assert "<b>Wie?</b>" not in page
    assert "&lt;b&gt;Wie?&lt;/b&gt;" in page


def test_page_leads_home_in_its_own_language(rendered, shapes):
    assert '<a href="../../../../index.en.html">' in rendered(shapes["facts"](), language="en", home="../../../../index.html")


def test_hidden_answer_says_the_other_sentence_and_never_the_number(rendered, shapes):
    page = rendered(shapes["answer"](value=Suppressed(10), low=None, high=None))
    assert "Het getal dat hier hoort, wordt niet getoond, om personen te beschermen." in page
    assert "punten hoger" not in page


def hidden_but(shown, *keep):
    """Hide every number of an output but those in some rows."""
    cells = tuple(
        cell if cell.row in keep else replace(cell, value=Suppressed(10), low=None, high=None, se=None, n=Suppressed(10))
        for cell in shown.cells
    )
    return replace(shown, cells=cells)


def test_section_in_which_every_number_is_hidden_draws_nothing(rendered, shapes):
    dots = shapes["dots"]()
    assert "<figure>" in rendered(dots)
    assert "<figure>" in rendered(hidden_but(dots, dots.cells[0].row))
    assert "<figure>" not in rendered(hidden_but(dots))


@pytest.mark.parametrize(("left", "pictures"), [(0.27, 1), (0.0, 0)])
def test_square_with_noughts_and_dashes_only_is_a_table_and_no_picture(rendered, shapes, left, pictures):
    square = shapes["matrix"]()
    cells = (replace(square.cells[0], value=left), *hidden_but(square).cells[1:])
    both = replace(square.words, shown_as=(Shape.MATRIX, Shape.TABLE))
    page = rendered(replace(square, words=both, cells=cells))
    figure = page[page.index("<figure>") : page.index("</figure>")]
    assert figure.count("<picture>") == pictures
    assert figure.count("<table") == 1


def test_curve_of_which_only_the_numbers_at_risk_are_left_draws_nothing(rendered, shapes):
    curve = shapes["curve"]()
    counts = [cell.row for cell in curve.cells if cell.measure == "count"]
    assert counts
    assert "<figure>" in rendered(curve)
    assert "<figure>" not in rendered(hidden_but(curve, *counts))


def test_render_takes_nothing_but_what_the_guard_released(shapes, manifest, protocol):
    with pytest.raises(DisclosureRefused, match="Only what the guard released can be rendered, but got tuple"):
        render((shapes["answer"](),), manifest, protocol, "nl")


@pytest.mark.parametrize(
    "text", ["No description has been provided for this image", "image", "figuur.", "plot", "exits", "te kort"]
)
def test_render_refuses_a_placeholder_for_alt_text(rendered, shapes, text):
    with pytest.raises(OutputError, match=r"alt text \(nl\) must say what the figure shows, but it is a placeholder"):
        rendered(with_words(shapes["curve"](), alt=plain(Text(text, text))))


def test_render_refuses_an_empty_heading(rendered, shapes):
    with pytest.raises(OutputError, match=r"Output 'flow': its heading \(nl\) must be a question, but it is empty"):
        rendered(with_words(shapes["flow"](), heading=Text(" ", " ")))


def test_sentences_that_come_down_to_the_same_are_said_once(rendered, shapes):
    dots = shapes["dots"]()
    said = Text("Dat is een zin.", "That is a sentence.")
    twice = with_words(dots, sentence=plain(said), more=(plain(said), plain(said)))
    once = with_words(dots, sentence=plain(said), more=())
    assert rendered(twice).count("Dat is een zin.") == rendered(once).count("Dat is een zin.") > 0


def test_caption_that_is_its_population_says_it_once(shapes):
    shown = shapes["answer"]()
    same_words = replace(shown, words=replace(shown.words, caption=shown.words.population))
    first, rest = caption(same_words, "en")
    assert f"{first} {rest}".casefold().count(shown.words.population.en) == 1
