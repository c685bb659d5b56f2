"""Whether the answer changes when those who were lost are allowed for: complete cases, weighed, and with gaps filled in.

Sensitivity analyses: the answer of a report is that of its declared design, and none of this takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping

from gm_workbench.metrics.attrition_difference import WeightedDifference
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.imputed_comparison import ImputedDifference
from gm_workbench.metrics.tipping import TippingPoint
from gm_workbench.outputs.about import AFTER_INTRODUCTION, NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import PARTS, estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain, verdict
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.verdicts import reading, telling_digits
from gm_workbench.outputs.weighing import PERCENT_POINTS, smallest_relevant, unit_of
from gm_workbench.vocabulary.protocols import Estimand, Section
from gm_workbench.vocabulary.text import Text, number

COLUMN = "difference"
ROWS = {
    "complete": Text("alleen wie beide metingen heeft", "only those with both measurements"),
    "weighted": Text("gewogen voor wie uitviel", "weighted for those who were lost"),
    "imputed": Text("ontbrekende metingen ingevuld", "missing measurements filled in"),
}
COMPLETE = Text(
    "Gevoeligheidsanalyse. Met alleen wie beide metingen heeft is het verschil {{complete}} {unit} (marge {{complete_low}} tot "
    "{{complete_high}})",
    "Sensitivity analysis. With only those who have both measurements the difference is {{complete}} {unit} (interval "
    "{{complete_low}} to {{complete_high}})",
)
WEIGHTED = Text(
    "gewogen voor wie uitviel {{weighted}} (marge {{weighted_low}} tot {{weighted_high}})",
    "weighted for those who were lost {{weighted}} (interval {{weighted_low}} to {{weighted_high}})",
)
IMPUTED = Text(
    "met ingevulde metingen {{imputed}} (marge {{imputed_low}} tot {{imputed_high}})",
    "with missing measurements filled in {{imputed}} (interval {{imputed_low}} to {{imputed_high}})",
)
PARTS_SAID = {"weighted": WEIGHTED, "imputed": IMPUTED}
SAME = Text(
    "Op elk van deze manieren is de conclusie dezelfde.",
    "In each of these ways the conclusion is the same.",
)
OTHER = Text(
    "De conclusie hangt ervan af hoe wie uitviel wordt meegeteld.",
    "The conclusion depends on how those who were lost are allowed for.",
)
ASSUMES = Text(
    "Alle manieren gaan ervan uit dat wie uitviel niet anders is dan wie bleef, bij gelijke gemeten kenmerken. Of dat zo is, "
    "is met deze gegevens niet na te gaan. Het antwoord van dit rapport blijft dat bovenaan.",
    "All ways assume that those who were lost are no different from those who stayed, at equal measured characteristics. "
    "Whether that is so cannot be checked with these data. The answer of this report remains the one at the top.",
)
MISSING = {
    "weighted": Text("Gewogen voor wie uitviel: {why}", "Weighted for those who were lost: {why}"),
    "imputed": Text("Met ingevulde metingen: {why}", "With missing measurements filled in: {why}"),
}
TIPS = Text(
    "Met ingevulde metingen is het verschil {{imputed}}, en nul ligt {now} de marge. Als wie bij de nieuwe "
    "werkwijze uitviel {tips} scoorde dan verwacht, is dat anders.",
    "With missing measurements filled in the difference is {{imputed}}, and zero lies {now} the interval. If "
    "those lost with the new way of working had scored {tips} than expected, that would be otherwise.",
)
LOWER = Text("{shift} {unit} lager", "{shift} {unit} lower")
HIGHER = Text("{shift} {unit} hoger", "{shift} {unit} higher")
HOLDS = Text(
    "Met ingevulde metingen is het verschil {{imputed}}, en nul ligt {now} de marge. Dat blijft zo als wie bij de "
    "nieuwe werkwijze uitviel {low} tot {high} {unit} anders scoorde dan verwacht.",
    "With missing measurements filled in the difference is {{imputed}}, and zero lies {now} the interval. That stays "
    "so if those lost with the new way of working had scored {low} to {high} {unit} otherwise than expected.",
)


def answer_after_loss(
    complete: Contrast | NotEnoughData,
    weighted: WeightedDifference | NotEnoughData,
    imputed: ImputedDifference | NotEnoughData,
    estimand: Estimand,
    section: Section,
    about: About,
    *,
    tipping: TippingPoint | NotEnoughData | None = None,
    id: str = "attrition_answer",  # noqa: A002 — the name of the field of Words that it fills
) -> Output:
    """Show the difference among those with both measurements, weighed, and after filling gaps, under each other.

    It is never called an effect: no lot decided who was lost.

    Parameters
    ----------
    complete : Contrast or NotEnoughData
        From `metrics.cascade.ancova_difference`, as the report's answer.
    weighted, imputed
        From `metrics.attrition_difference.attrition_weighted_difference` and `metrics.imputed_comparison.imputed_difference`,
        with the same outcome, exposure and covariates.
    estimand : Estimand
        Whose smallest relevant difference decides whether two of them say the same.
    tipping : TippingPoint, optional
        From `metrics.tipping.tipping_point`.
    """
    if isinstance(complete, NotEnoughData):
        return words_only(section, about, shortage(complete, about.units), id=id)
    estimates = {"complete": complete.adjusted}
    if isinstance(weighted, WeightedDifference):
        estimates["weighted"] = weighted.difference
    if isinstance(imputed, ImputedDifference):
        estimates["imputed"] = imputed.pooled.estimate
    cells = {row: _cell(one, row) for row, one in estimates.items()}
    sentence = _said(cells)
    words = section_words(
        section,
        about,
        id=id,
        sentence=sentence,
        more=(
            *((verdict(_verdict(estimates, estimand), cells.values()),) if len(estimates) > 1 else ()),
            *_missing({"weighted": weighted, "imputed": imputed}, about),
            *_tips(tipping, cells),
            plain(ASSUMES),
        ),
        caption=Text(
            "Verschil na introductie op drie manieren, met marge (95 %). Gevoeligheidsanalyse.",
            "Difference after introduction in three ways, with interval (95 %). Sensitivity analysis.",
        ),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**{row: ROWS[row] for row in cells}, COLUMN: AFTER_INTRODUCTION},
        axes={"x": Axis(Text("verschil ({unit})", "difference ({unit})").format(unit=unit_of(cells["complete"])))},
        options={"strong": ("complete",)},
    )
    return Output(words, tuple(cells.values()))


def _cell(estimate: Estimate, row: str) -> Cell:
    unit = "difference in probability" if estimate.unit == "probability" else estimate.unit
    digits = telling_digits(estimate.low, estimate.high, 0.0, 100 if unit in PARTS else 1)
    return estimate_cell(estimate, row, COLUMN, digits=digits, unit=unit)


def _said(cells: Mapping[str, Cell]) -> Sentence:
    parts = [
        COMPLETE.format(unit=unit_of(cells["complete"])),
        *(PARTS_SAID[row].format() for row in cells if row in PARTS_SAID),
    ]
    slots = {name: slot for row, cell in cells.items() for name, slot in _slots(row, cell).items()}
    return Sentence(Text("; ".join(part.nl for part in parts) + ".", "; ".join(part.en for part in parts) + "."), slots)


def _slots(row: str, cell: Cell) -> dict[str, Slot]:
    slots = quote(cell, signed=True)
    return {row: slots["value"], f"{row}_low": slots["low"], f"{row}_high": slots["high"]}


def _verdict(estimates: Mapping[str, Estimate], estimand: Estimand) -> Text:
    smallest = smallest_relevant(estimand)
    readings = {reading(one.low, one.high, smallest) for one in estimates.values()}
    return SAME if len(readings) == 1 else OTHER


def _missing(found: Mapping[str, object], about: About) -> tuple[Sentence, ...]:
    short = {row: one for row, one in found.items() if isinstance(one, NotEnoughData)}
    return tuple(plain(MISSING[row].format(why=shortage(one, about.units))) for row, one in short.items())


def _tips(tipping: TippingPoint | NotEnoughData | None, cells: Mapping[str, Cell]) -> tuple[Sentence, ...]:
    """Say at which shift the reading changes; not said where the difference itself is hidden."""
    if not isinstance(tipping, TippingPoint) or "imputed" not in cells:
        return ()
    unit, slots = unit_of(cells["imputed"]), {"imputed": quote(cells["imputed"], signed=True)["value"]}
    pairs, now = ((LOWER, tipping.down), (HIGHER, tipping.up)), _zero_lies(cells["imputed"])
    said = [text.format(shift=_shift(abs(at), unit), unit=unit) for text, at in pairs if at is not None]
    if said:
        tips = Text(" of ".join(one.nl for one in said), " or ".join(one.en for one in said))
        return (Sentence(TIPS.format(tips=tips, now=now), slots, NOTHING),)
    ends = {"low": _shift(tipping.shifts[0][0], unit), "high": _shift(tipping.shifts[-1][0], unit)}
    return (Sentence(HOLDS.format(unit=unit, now=now, **ends), slots, NOTHING),)


def _zero_lies(cell: Cell) -> Text:
    inside = (cell.low or 0.0) <= 0 <= (cell.high or 0.0)
    return Text("binnen", "within") if inside else Text("buiten", "outside")


def _shift(value: float, unit: Text) -> Text:
    """Write a shift in points, or in percentage points where the outcome is a part of one."""
    shown = 100 * value if unit is PERCENT_POINTS else value
    digits = 0 if float(shown).is_integer() else 1
    return Text(number(shown, digits, signed=shown < 0), number(shown, digits, language="en", signed=shown < 0))
