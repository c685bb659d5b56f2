import io
import math

import matplotlib
import pytest
from PIL import Image

from gm_workbench.errors import OutputError
from gm_workbench.outputs.figures import DRAWN, draw
from gm_workbench.outputs.output import Axis, Measure, Role, Shape, ShownCell, ShownOutput, Suppressed, Words, plain
from gm_workbench.outputs.series import AT_RISK, GAP, curves_of, risk_rows
from gm_workbench.outputs.squares import BLACK, DARK, LIGHT, TURNS_WHITE, head_size, shade
from gm_workbench.outputs.style import (
    CREAM,
    RUST,
    SAND,
    SAND_TEXT,
    TEAL,
    TEXT_GREY,
    WHITE,
    inks,
    month_ticks,
    text_width,
    ticks_between,
    ticks_text,
    wrap,
)
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

HIDDEN = Suppressed(10)


def cell(row, column, value, low=None, high=None, *, unit="points", measure=Measure.ESTIMATE, n=320, digits=1):
    return ShownCell(row, column, measure, value, low, high, None, n, unit, digits)


def shown(*cells, role=Role.SECTION, kind=DataKind.SYNTHETIC, **more):
    axes = {"x": Axis(Text("langs de as", "along the axis")), "y": Axis(Text("omhoog", "upwards"))}
    words = Words(
        id="x",
        role=role,
        heading=same("?"),
        sentence=plain(same("")),
        caption=same(""),
        alt=plain(same("wat er staat")),
        kind=kind,
        population=same(""),
        period=same(""),
        source=same(""),
        **({"axes": axes} | more),
    )
    return ShownOutput(words, cells)


def series(row, values, unit="probability"):
    return [
        cell(row, str(time), v, *((None, None) if isinstance(v, Suppressed) else (v - 0.02, v + 0.02)), unit=unit)
        for time, v in enumerate(values)
    ]


INTERVAL = shown(cell("d", "c", 2.9, -0.4, 6.1), options={"sesoi": 2.0}, role=Role.ANSWER)
CURVE = shown(
    *series("a", (0.0, 0.1, 0.2)),
    *series("b", (0.0, 0.05, 0.1)),
    *(cell(f"a{AT_RISK}", str(t), 300.0 - t, measure=Measure.COUNT, n=300) for t in range(3)),
)
TREND = shown(*(cell(row, wave, 40.0, 38.0, 42.0) for row in "ab" for wave in ("T0", "T3", "T12")))
MAP = shown(*(cell(row, axis, 0.4, 0.3, 0.5, unit="") for row in "abc" for axis in "xy"), options={"strong": ("a",)})
MATRIX = shown(
    *(
        cell(row, column, share, unit="share", measure=Measure.SHARE, digits=0)
        for row in "ab"
        for column, share in (("a", 0.7), ("b", 0.3))
    )
)
DOTS = shown(*(cell(row, "b", value, value - 1, value + 1) for row, value in (("a", -2.0), ("b", 1.0))))
BARS = shown(
    *(
        cell(row, sex, 61.0, 55.0, 67.0, unit="euro per month", measure=Measure.MONEY)
        for row in "ab"
        for sex in ("women", "men")
    )
)
PICTURES = {
    Shape.INTERVAL: INTERVAL,
    Shape.CURVE: CURVE,
    Shape.TREND: TREND,
    Shape.MAP: MAP,
    Shape.MATRIX: MATRIX,
    Shape.DOTS: DOTS,
    Shape.BARS: BARS,
}


def opened(png):
    return Image.open(io.BytesIO(png))


def texts(output, shape, *, language="nl", narrow=False):
    """Every text on a sheet."""
    return [text.get_text() for text in DRAWN[shape](output, language, narrow).figure.texts]


def contrast(one, other):
    """WCAG 2.2, relative luminance."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_picture_is_tried_here():
    assert set(PICTURES) == set(DRAWN)


@pytest.mark.parametrize("shape", PICTURES)
def test_picture_is_two_pixels_per_css_pixel_at_both_widths(shape):
    wide, narrow = opened(draw(PICTURES[shape], shape, "nl")), opened(draw(PICTURES[shape], shape, "nl", narrow=True))
    assert wide.width in (1440, 1304)
    assert narrow.width in (656, 640)


@pytest.mark.parametrize("shape", [Shape.INTERVAL, Shape.CURVE])
def test_picture_of_the_same_numbers_has_the_same_bytes_and_no_metadata(shape):
    first = draw(PICTURES[shape], shape, "nl")
    assert draw(PICTURES[shape], shape, "nl") == first
    assert not opened(first).info.keys() & {"Software", "Creation Time", "date"}


LOUD = {
    "font.family": "monospace",
    "font.size": 30,
    "text.hinting": "none",
    "text.antialiased": False,
    "lines.antialiased": False,
    "lines.solid_joinstyle": "miter",
    "patch.antialiased": False,
    "axes.linewidth": 5,
    "hatch.linewidth": 5,
    "savefig.bbox": "tight",
    "savefig.transparent": True,
    "path.simplify": False,
}


@pytest.mark.untraced
@pytest.mark.parametrize("shape", PICTURES)
def test_picture_does_not_follow_the_settings_of_a_user(shape):
    plainly = draw(PICTURES[shape], shape, "nl")
    with matplotlib.rc_context(LOUD):
        assert draw(PICTURES[shape], shape, "nl") == plainly
        assert matplotlib.rcParams["font.size"] == 30


@pytest.mark.parametrize("shape", PICTURES)
@pytest.mark.parametrize("narrow", [False, True])
def test_picture_of_synthetic_data_says_so(shape, narrow):
    assert "SYNTHETISCHE GEGEVENS" in texts(PICTURES[shape], shape, narrow=narrow)
    assert "SYNTHETIC DATA" in texts(PICTURES[shape], shape, narrow=narrow, language="en")


@pytest.mark.parametrize(("kind", "mark"), [(DataKind.PUBLISHED, ["GEPUBLICEERDE DATA"]), (DataKind.REAL, [])])
def test_watermark_follows_the_kind_of_data(kind, mark):
    output = shown(cell("a", "b", 1.0, 0.0, 2.0), kind=kind)
    assert [text for text in texts(output, Shape.DOTS) if text.isupper()] == mark


@pytest.mark.parametrize("shape", PICTURES)
@pytest.mark.parametrize("narrow", [False, True])
def test_no_text_is_cut_off(shape, narrow):
    sheet = DRAWN[shape](PICTURES[shape], "nl", narrow)
    sheet.png()
    for text in sheet.figure.texts:
        box = text.get_window_extent()
        assert box.x0 >= -2, text.get_text()
        assert box.x1 <= sheet.figure.bbox.width + 2, text.get_text()
        assert box.y0 >= -2, text.get_text()
        assert box.y1 <= sheet.figure.bbox.height + 2, text.get_text()


@pytest.mark.parametrize("shape", PICTURES)
@pytest.mark.parametrize("narrow", [False, True])
def test_no_two_texts_overlap(shape, narrow):
    sheet = DRAWN[shape](PICTURES[shape], "nl", narrow)
    sheet.png()
    boxes = [text.get_window_extent() for text in sheet.figure.texts if not text.get_text().isupper()]
    shared = [
        min(one.x1, two.x1) - max(one.x0, two.x0) > 2 and min(one.y1, two.y1) - max(one.y0, two.y0) > 2
        for place, one in enumerate(boxes)
        for two in boxes[:place]
    ]
    assert not any(shared)


def test_interval_names_what_is_too_small_the_estimate_and_both_directions():
    written = texts(INTERVAL, Shape.INTERVAL)
    assert "te klein om van belang te zijn (volgens het protocol)" in written
    assert {"+2,9\N{NO-BREAK SPACE}punten", "−0,4", "+6,1", "← minder", "meer →"} <= set(written)
    assert "+2.9\N{NO-BREAK SPACE}points" in texts(INTERVAL, Shape.INTERVAL, language="en")


def test_interval_always_shows_zero_and_what_is_too_small():
    far = shown(cell("d", "c", 9.0, 8.0, 10.0), options={"sesoi": 2.0})
    assert {"0", "−10", "10"} <= set(texts(far, Shape.INTERVAL))


def test_interval_in_probability_is_drawn_in_percentage_points():
    output = shown(cell("d", "c", 0.031, -0.01, 0.07, unit="difference in probability"), options={"sesoi": 0.03})
    assert "+3,1\N{NO-BREAK SPACE}procentpunt" in texts(output, Shape.INTERVAL)


@pytest.mark.parametrize(
    ("shape", "output"),
    [
        (Shape.INTERVAL, shown(cell("d", "c", HIDDEN, 41.0, 43.0))),
        (Shape.DOTS, shown(cell("a", "b", 1.0, 0.0, 2.0), cell("h", "b", HIDDEN, 41.0, 43.0, n=HIDDEN))),
        (Shape.BARS, shown(cell("a", "b", 1.0), cell("h", "b", HIDDEN, 41.0, 43.0, n=HIDDEN))),
        (Shape.MATRIX, shown(cell("a", "b", 1.0), cell("h", "b", HIDDEN, 41.0, 43.0, n=HIDDEN))),
    ],
)
def test_hidden_number_prints_its_mark_and_moves_nothing(shape, output):
    written = texts(output, shape)
    assert "<10" in written
    assert not [text for text in written if "41" in text or "43" in text]


def test_forest_of_several_columns_names_them_in_their_own_colours():
    output = shown(*(cell("a", sex, 1.0, 0.0, 2.0) for sex in ("women", "men")))
    sheet = DRAWN[Shape.DOTS](output, "nl", False)
    colours = {text.get_text(): text.get_color() for text in sheet.figure.texts}
    assert (colours["women"], colours["men"]) == (TEAL, RUST)


def test_curve_has_a_gap_where_a_number_is_hidden_and_stops_where_all_later_ones_are():
    output = shown(*series("a", (0.0, 0.1, HIDDEN, 0.3, HIDDEN)), *series("b", (0.0, 0.1, 0.2, 0.3, 0.4)))
    broken, whole = curves_of(output, "nl")
    assert (broken.x, [one is GAP for one in broken.seen]) == ((0.0, 1.0, 2.0, 3.0), [False, False, True, False])
    assert len(whole.seen) == 5
    draw(output, Shape.CURVE, "nl")


def test_curve_that_is_hidden_from_the_start_leaves_an_empty_plot():
    assert draw(shown(*series("a", (HIDDEN, HIDDEN))), Shape.CURVE, "nl")


def test_curve_prints_persons_at_risk_under_their_series_with_marks():
    risk = [
        cell(f"a{AT_RISK}", "0", 1240.0, measure=Measure.COUNT, n=1240),
        cell(f"a{AT_RISK}", "2", HIDDEN, measure=Measure.COUNT, n=HIDDEN),
    ]
    output = shown(*series("a", (0.0, 0.1, 0.2)), *risk)
    ((line, cells),) = risk_rows(output, "nl")
    assert (line.key, list(cells)) == ("a", [0.0, 2.0])
    assert {"1.240", "<10", "nog gevolgd (afgerond)"} <= set(texts(output, Shape.CURVE))


def test_map_leaves_out_a_point_of_which_one_number_is_hidden():
    output = shown(*MAP.cells[2:], cell("a", "x", HIDDEN), cell("a", "y", 0.4, 0.3, 0.5, unit=""))
    written = texts(output, Shape.MAP)
    assert "b" in written
    assert "a" not in written


def test_map_with_a_hidden_point_makes_none_of_the_others_weak():
    """Which points are strong was chosen by all of them: of weak ones only, the hidden one would be the strongest."""
    few = (cell("a", "x", HIDDEN), cell("a", "y", HIDDEN), *MAP.cells[2:])
    chosen, none = shown(*few, options={"strong": ("a",)}), shown(*few)
    assert draw(chosen, Shape.MAP, "nl") == draw(none, Shape.MAP, "nl")


@pytest.mark.parametrize(("rooms", "ends"), [((0.44, 0.48), (30.0, 60.0)), ((0.02, 0.99), (0.0, 100.0))])
def test_map_of_a_scale_is_drawn_between_tens_around_its_points(rooms, ends):
    assert _room(*rooms) == ends


def test_map_of_a_scale_does_not_make_room_for_a_hidden_point():
    assert _room(0.44, 0.48, Suppressed(10)) == (30.0, 60.0)


def _room(*rooms):
    points = [c for k, room in zip("ABC", rooms, strict=False) for c in (cell(k, "x", room, unit="share"), cell(k, "y", 0.3))]
    output = shown(*points, shown_as=(Shape.MAP,), axes={"x": Axis(same("x"), tens=True), "y": Axis(same("y"))})
    return DRAWN[Shape.MAP](output, "nl", False).figure.axes[0].get_xlim()


@pytest.mark.parametrize("shape", DRAWN)
def test_hidden_extreme_does_not_move_an_axis_a_tick_or_a_bar(shape):
    """Pictures of the same visible numbers are the same, however large the number was that is hidden."""
    extreme = Suppressed(None, "dominance")
    one = shown(cell("a", "1", 5.0, 4.0, 6.0), cell("b", "1", extreme, -900.0, 900.0), shown_as=(shape,))
    other = shown(cell("a", "1", 5.0, 4.0, 6.0), cell("b", "1", extreme), shown_as=(shape,))
    assert draw(one, shape, "nl") == draw(other, shape, "nl")


@pytest.mark.parametrize("shape", PICTURES)
def test_picture_holds_nothing_but_what_is_seen(shape):
    """No text, no date, no software, no vectors: header, palette and points."""
    assert set(_chunks(draw(PICTURES[shape], shape, "nl"))) <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def _chunks(png):
    at, names = 8, []
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        names.append(png[at + 4 : at + 8])
        at += 12 + size
    return names


def test_map_without_points_is_an_empty_plane():
    assert draw(shown(cell("a", "x", HIDDEN), cell("a", "y", HIDDEN)), Shape.MAP, "nl")


def test_trend_over_many_months_labels_the_round_ones_only():
    output = shown(*(cell("a", str(month), 40.0, 38.0, 42.0) for month in range(37)))
    written = texts(output, Shape.TREND)
    assert {"0", "6", "12", "36"} <= set(written)
    assert "7" not in written


def test_trend_of_months_apart_keeps_at_least_their_number():
    waves = ("T0", "T3", "T6", "T12", "T18")
    labels = {"T0": same("de start")} | {wave: same(f"{wave[1:]} maanden") for wave in waves[1:]}
    output = shown(
        *(cell(row, wave, 40.0, 38.0, 42.0) for row in "ab" for wave in waves),
        labels={**labels, "a": same("met een lange naam")},
    )
    written = texts(output, Shape.TREND)
    assert {"de start", "3 maanden", "6", "12 maanden", "18 maanden"} <= set(written)


def test_trend_over_words_stands_at_equal_distances():
    output = shown(*(cell("a", name, 40.0) for name in ("voor", "na")))
    assert {"voor", "na"} <= set(texts(output, Shape.TREND))


def test_bars_name_their_groups_in_the_first_category_only():
    written = texts(BARS, Shape.BARS)
    assert sum("women" in text for text in written) == 1
    assert "€\N{NO-BREAK SPACE}61,0" in written


def test_draw_refuses_what_is_no_picture_or_has_no_cells():
    with pytest.raises(OutputError, match=r"a picture needs cells and a shape among bars, curve, dots, .* but got table"):
        draw(DOTS, Shape.TABLE, "nl")
    with pytest.raises(OutputError, match="but got dots"):
        draw(shown(), Shape.DOTS, "nl")


@pytest.mark.parametrize(
    ("ink", "paper"),
    [(TEAL, WHITE), (RUST, WHITE), (TEXT_GREY, WHITE), (TEAL, CREAM), (TEXT_GREY, CREAM), (SAND_TEXT, CREAM), (TEAL, SAND)],
)
def test_every_text_colour_stands_out_from_its_paper(ink, paper):
    assert contrast(ink, paper) >= 4.5


@pytest.mark.parametrize("share", [0.0, 0.25, TURNS_WHITE - 0.01, TURNS_WHITE, 0.8, 1.0])
def test_numbers_in_a_matrix_stand_out_from_their_shade(share):
    assert contrast(shade(share), WHITE if share >= TURNS_WHITE else BLACK) >= 4.5


@pytest.mark.parametrize("room", [40.0, 49.0, 50.0, 51.0, 80.0])
def test_heads_of_a_matrix_do_not_run_into_each_other(room):
    heads = ["no pay", "below, flexible", "above, permanent"]
    size = head_size(heads, room, 11.0)
    assert size <= 11.0
    assert max(text_width(word, size) for head in heads for word in head.split()) <= room + 0.5


def test_shade_runs_from_light_to_dark():
    assert [shade(0.0), shade(1.0)] == ["#{:02x}{:02x}{:02x}".format(*colour) for colour in (LIGHT, DARK)]


def test_two_strong_colours_and_greys_for_the_rest():
    chosen = inks(["a", "b", "c", "d"], ["c"])
    assert chosen["c"].line == TEAL
    assert len({chosen[key].dash for key in "abd"}) == 3
    assert [inks(["a", "b", "c"], [])[key].bold for key in "abc"] == [True, True, False]


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [(0, 20, 5, [0, 5, 10, 15, 20]), (-9, 9, 5, [-5, 0, 5]), (0, 1, 6, [0, 0.2, 0.4, 0.6, 0.8, 1])],
)
def test_ticks_are_round_and_within_bounds(low, high, most, ticks):
    assert ticks_between(low, high, most) == pytest.approx(ticks)


def test_ticks_are_written_in_both_languages():
    assert ticks_text([0.0, 0.5], "nl") == ["0,0", "0,5"]
    assert ticks_text([0.0, 1000.0], "en") == ["0", "1,000"]


@pytest.mark.parametrize(
    ("high", "most", "ticks"),
    [(24, 7, [0, 6, 12, 18, 24]), (24, 4, [0, 6, 12, 18, 24]), (24, 3, [0, 12, 24]), (36, 4, [0, 12, 24, 36])],
)
def test_months_get_ticks_that_readers_expect(high, most, ticks):
    assert month_ticks(0, high, most) == ticks


def test_wrap_breaks_at_spaces_and_keeps_long_words():
    lines = wrap("ervaren bejegening tussen consulenten", 120, 12)
    assert " ".join(lines) == "ervaren bejegening tussen consulenten"
    assert all(text_width(line, 12) <= 120 for line in lines)
    assert wrap("levensonderhoudsvoorzieningen", 10, 12) == ["levensonderhoudsvoorzieningen"]


def test_text_width_grows_with_size_and_weight():
    assert math.isclose(text_width("abc", 24), 2 * text_width("abc", 12), rel_tol=0.06)
    assert text_width("abc", 12, bold=True) > text_width("abc", 12)
