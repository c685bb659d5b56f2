import re

from gm_workbench.outputs.blocks import flow_html, tiles_html
from gm_workbench.outputs.output import Measure, Role, ShownCell, ShownOutput, Suppressed, Words, plain
from gm_workbench.outputs.tables import table_html
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

HIDDEN = Suppressed(10)


def cell(row, column, value, low=None, high=None, *, unit="points", measure=Measure.ESTIMATE, n=320, digits=0):
    return ShownCell(row, column, measure, value, low, high, None, n, unit, digits)


def count(row, n, column="persons"):
    return ShownCell(
        row, column, Measure.COUNT, n if isinstance(n, Suppressed) else float(n), None, None, None, n, "persons", 0
    )


def shown(*cells, **more):
    words = Words(
        id="x",
        role=Role.SECTION,
        heading=same("?"),
        sentence=plain(same("")),
        caption=same(""),
        alt=plain(same("wat er staat")),
        kind=DataKind.SYNTHETIC,
        population=same(""),
        period=same(""),
        source=same(""),
        **more,
    )
    return ShownOutput(words, cells)


def plain_text(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ").strip()


def test_table_has_caption_scopes_labels_units_and_intervals():
    html = table_html(
        shown(
            cell("a", "v", 61.0, 55.0, 67.0, unit="euro per month"),
            labels={"a": Text("alleen", "single"), "v": Text("vrouwen", "women")},
            row_title=Text("leefvorm", "household"),
        ),
        "nl",
        caption="Wat werd uitgegeven?",
    )
    assert '<caption><span class="unseen">Wat werd uitgegeven? </span>€ per maand</caption>' in html
    assert '<th scope="col">leefvorm</th><th scope="col" class="number">vrouwen</th>' in html
    assert '<th scope="row">alleen</th><td class="number">61 <span class="interval">(55 tot 67)</span></td>' in html


def test_table_scrolls_in_a_box_that_the_keyboard_can_reach():
    html = table_html(shown(count("a", 320)), "en", caption="Who?")
    assert html.startswith('<div class="scroll" role="region" tabindex="0" aria-label="Who? (table, scrolls sideways)">')


def test_hidden_cell_prints_its_mark_is_said_and_hides_its_interval_and_n():
    html = table_html(shown(cell("a", "v", HIDDEN, 41.0, 43.0, n=HIDDEN)), "nl", caption="x", with_n=True)
    assert '<span class="mark" role="img" aria-label="minder dan 10 personen">&lt;10</span></td>' in html
    assert "41" not in html


def test_unit_stands_with_each_number_when_a_column_mixes_units():
    html = table_html(
        shown(cell("a", "v", 61.0, unit="euro"), cell("b", "v", 0.4, unit="share", measure=Measure.SHARE)), "nl", caption="x"
    )
    assert "€ 61" in plain_text(html)
    assert "40 %" in plain_text(html)
    assert "<small>" not in html


def test_unit_stands_with_its_column_when_columns_differ_in_it():
    html = table_html(shown(cell("a", "v", 61.0, unit="euro"), cell("a", "w", 2.0)), "nl", caption="Wat?")
    assert '<caption class="unseen">Wat?</caption>' in html
    assert "v <small>(€)</small></th>" in html
    assert "w <small>(punten)</small></th>" in html


def test_numbers_carry_n_only_when_asked_and_never_a_count():
    output = shown(cell("a", "v", 61.0), count("a", 320, "n"))
    assert "n = 320" not in table_html(output, "nl", caption="x")
    assert table_html(output, "nl", caption="x", with_n=True).count("n = 320") == 1


def test_differences_carry_a_sign():
    html = table_html(shown(cell("a", "v", 3.0, -1.0, 7.0), cell("b", "v", -2.0)), "nl", caption="x")
    assert "+3 (−1 tot +7)" in plain_text(html)
    assert "−2" in html


def test_wide_table_is_turned_on_its_side_and_an_empty_place_stays_empty():
    cells = [cell(row, str(month), month, unit="") for row in "ab" for month in range(8) if (row, month) != ("b", 3)]
    html = table_html(shown(*cells), "nl", caption="x")
    assert html.count("<tr>") == 9
    assert '<th scope="row">3</th><td class="number">3</td><td></td>' in html


def test_words_in_a_table_are_escaped():
    assert "&lt;i&gt;" in table_html(shown(cell("<i>", "v", 1.0)), "nl", caption="x")


def test_flow_counts_each_loss_and_says_why():
    labels = {
        "a": Text("in beeld", "seen"),
        "b": Text("deden mee", "took part"),
        "b_why": Text("geen toestemming", "no consent"),
    }
    text = plain_text(flow_html(shown(count("a", 1310), count("b", 1180), labels=labels), "nl"))
    assert text == "1.310 in beeld −130 geen toestemming 1.180 deden mee"


def test_flow_bars_are_to_scale():
    html = flow_html(shown(count("a", 1000), count("b", 250)), "en")
    assert re.findall(r"width:([\d.]+)%", html) == ["100.0", "25.0"]
    assert '−750 <span class="why">dropped out</span>' in html


def test_flow_does_not_tell_a_loss_beside_a_hidden_number():
    html = flow_html(shown(count("a", 100), count("b", HIDDEN), count("c", HIDDEN)), "nl")
    assert "loss" not in html
    assert html.count("width:0.0%") == 2


def test_flow_says_nothing_of_a_step_that_lost_nobody():
    assert "loss" not in flow_html(shown(count("a", 100), count("b", 100)), "nl")


def test_flow_takes_losses_from_their_own_column_when_there_is_one():
    html = flow_html(shown(count("a", 100), count("b", 60), count("b", HIDDEN, "lost")), "nl")
    assert plain_text(html).startswith("100 a − &lt;10 vielen af 60 b")


def test_tiles_hold_numbers_words_and_intervals():
    output = shown(
        count("persons", 710),
        cell("alpha", "value", 0.86, 0.84, 0.88, unit="", digits=2),
        cell("coaches", "value", 38.0, unit="coaches"),
        cell("part", "value", 0.64, unit="share", measure=Measure.SHARE),
        count("few", HIDDEN),
        labels={"alpha": Text("betrouwbaarheid", "reliability")},
        tile_words={"how": Text("niet geloot", "not by lot")},
    )
    html = tiles_html(output, "nl")
    assert re.findall(r"<dd>(.*?)</dd>", html)[:4] == ["710", "0,86", "38", "64\N{NO-BREAK SPACE}%"]
    assert 'betrouwbaarheid <span class="interval">(0,84 tot 0,88)</span>' in html
    assert "<dt>how</dt><dd>niet geloot</dd>" in html
    assert 'aria-label="minder dan 10 personen"' in html
    assert html.count('<span class="interval">(niet getoond, om personen te beschermen)</span>') == 1
