"""Rising above the low-pay threshold and staying there: how soon, and for whose workers."""

from __future__ import annotations

from collections.abc import Mapping

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.exits import Curve
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.exits import MONTHS, STEPPED, curve_cells
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, plain
from gm_workbench.outputs.series import AT_RISK
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.weighing import caution
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, capitalised

ONCE, HELD = "once", "held"
CROSSING_LABELS = {
    HELD: Text("zes maanden erboven", "six months above"),
    ONCE: Text("één maand erboven", "one month above"),
}
CROSSING_CAPTION = Text(
    "Deel van de werkenden aan de basis dat voor het eerst boven de laagloongrens kwam: in ten minste één maand, en in zes "
    "maanden achtereen (geteld vanaf de eerste daarvan). Zes maanden achtereen zijn pas te zien als zij voorbij zijn; die lijn "
    "houdt daarom eerder op. Een maand zonder loon is niet boven de grens. Nog gevolgd: wie nog geen zes maanden achtereen "
    "boven de grens zat. Band: marge (95 %).",
    "Share of the workers at the base who rose above the low-pay threshold for the first time: in at least one month, and in "
    "six months in a row (counted from the first of these). Six months in a row are seen only when they are over, so that line "
    "ends sooner. A month without pay is not above the threshold. Still followed: who had not been above the threshold for six "
    "months in a row. Band: interval (95 %).",
)
COMPARISON_CAPTION = Text(
    "{difference}: het aandeel {outcome}, werkenden van consulenten die de nieuwe werkwijze invoerden min de anderen, in "
    "procentpunt. "
    "Gecorrigeerd: bij gelijke afstand tot de grens aan de start. Streep: marge (95 %), met consulenten als groep.",
    "{difference}: the share {outcome}, workers of coaches who introduced the new way of working minus the others, in "
    "percentage points. "
    "Adjusted: at the same distance to the threshold at the start. Line: interval (95 %), with coaches as groups.",
)
ADJUSTED_LABELS = {
    "adjusted": Text("gecorrigeerd voor de start", "adjusted for the start"),
    "raw": Text("zonder correctie", "unadjusted"),
}
PRIMARY = Text(
    "Het gecorrigeerde verschil is dat van het antwoord bovenaan; het andere is een gevoeligheidsanalyse.",
    "The adjusted difference is that of the answer at the top; the other is a sensitivity analysis.",
)
HELD_MONTHS = 24
"""Months within which a wage must be held, in the words below and of the answer."""

HELD_OUTCOME = Text(
    f"dat binnen {HELD_MONTHS} maanden zes maanden achtereen boven de laagloongrens verdiende",
    f"that was paid above the low-pay threshold for six months in a row within {HELD_MONTHS} months",
)

ROSE = Text(
    "Binnen {horizon} maanden kwam {{value}} % boven de grens en bleef daar zes maanden{margin}{once}.",
    "Within {horizon} months {{value}}% rose above the threshold and stayed there for six months{margin}{once}.",
)
NO_COMPARISON = Text(
    "Dit is geen vergelijking: het zegt niet waardoor men boven de grens kwam.",
    "This is no comparison: it does not say what made people rise above the threshold.",
)
MARGIN = Text(" (marge {low} tot {high} %)", " (interval {low} to {high}%)")
AT_LEAST_ONCE = Text("; {{once}} % haalde ten minste één maand{once_margin}", "; {{once}}% had at least one month{once_margin}")
ONCE_MARGIN = Text(" (marge {once_low} tot {once_high} %)", " (interval {once_low} to {once_high}%)")


def crossing(curves: Mapping[str, Curve | NotEnoughData], section: Section, about: About, *, horizon: int) -> Output:
    """Show how soon people rise above the threshold, and above it to stay.

    Parameters
    ----------
    curves : mapping
        ``held`` and ``once`` to the cumulative incidence of `metrics.crossing.crossing_times` with runs of six months and of
        one.
    horizon : int
        The month that the sentence quotes.
    """
    drawn = {name: curves[name] for name in CROSSING_LABELS if isinstance(curves.get(name), Curve)}
    if HELD not in drawn:
        short = curves.get(HELD)
        missing = short if isinstance(short, NotEnoughData) else NotEnoughData("", "persons at the start", 0, 2)
        return words_only(section, about, shortage(missing))
    cells = tuple(cell for name, curve in drawn.items() if isinstance(curve, Curve) for cell in _crossing_cells(name, curve))
    sentence = _crossing_sentence(cells, horizon)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(NO_COMPARISON),) if sentence.slots else (),
        caption=CROSSING_CAPTION,
        alt=sentence.behind(STEPPED.format(unit=about.spells.unit)),
        shown_as=(Shape.CURVE,),
        labels={**CROSSING_LABELS, HELD + AT_RISK: Text("nog gevolgd", "still followed")},
        axes={"x": MONTHS, "y": Axis(Text("% boven de laagloongrens gekomen", "% risen above the low-pay threshold"), low=0.0)},
        options={"at_risk": AT_RISK, "strong": (HELD,)},
    )
    return Output(words, cells)


def _crossing_cells(name: str, curve: Curve) -> list[Cell]:
    """Give the cells of a curve; how many are followed is the same question for both, so it is printed once."""
    return curve_cells(name, curve, risk_at=range(0, 60, 6) if name == HELD else ())


def _crossing_sentence(cells: tuple[Cell, ...], horizon: int) -> Sentence:
    at = {cell.row: quote(cell) for cell in cells if cell.column == str(horizon)}
    if HELD not in at:
        return plain(
            Text(f"Er is te kort gevolgd om {horizon} maanden te overzien.", f"The follow-up is shorter than {horizon} months.")
        )
    with_it, bare = (
        ROSE.format(horizon=str(horizon), margin=margin, once=AT_LEAST_ONCE.format(once_margin=once) if ONCE in at else NOTHING)
        for margin, once in ((MARGIN, ONCE_MARGIN), (NOTHING, NOTHING))
    )
    slots = {f"{ONCE}_{end}".removesuffix("_value"): slot for end, slot in at.get(ONCE, {}).items()}
    return Sentence(with_it, {**at[HELD], **slots}, without_interval=bare)


def comparison(contrast: Contrast | NotEnoughData, section: Section, about: About, *, outcome: Text = HELD_OUTCOME) -> Output:
    """Show the difference between workers of coaches who did and did not introduce, adjusted and not.

    Parameters
    ----------
    contrast : Contrast or NotEnoughData
        `metrics.cascade.ancova_difference` of an outcome of 0 and 1.
    outcome : Text
        What the share is of, as it follows "the share".
    """
    if short := about.too_short(HELD_MONTHS):
        return words_only(section, about, shortage(short))
    if isinstance(contrast, NotEnoughData):
        return words_only(section, about, shortage(contrast))
    rows = {"adjusted": contrast.adjusted, "raw": contrast.raw}
    cells = tuple(estimate_cell(one, name, "difference", unit="difference in probability") for name, one in rows.items())
    sentence = Sentence(
        Text(
            "Het {difference} is {{value}} procentpunt (marge {{low}} tot {{high}}), bij gelijke afstand tot de grens aan de "
            "start.",
            "The {difference} is {{value}} percentage points (interval {{low}} to {{high}}), at the same distance to the "
            "threshold at the start.",
        ).format(difference=about.difference),
        quote(cells[0], signed=True),
    )
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(PRIMARY), *caution(about)),
        caption=COMPARISON_CAPTION.format(difference=capitalised(about.difference), outcome=outcome),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**ADJUSTED_LABELS, "difference": about.difference},
        axes={"x": Axis(Text("procentpunt", "percentage points"))},
        options={"strong": ("adjusted",)},
    )
    return Output(words, cells)
