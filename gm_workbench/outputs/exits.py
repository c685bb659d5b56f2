"""Leaving for work: curves over months, and the difference between two groups.

A curve is a row of ESTIMATE cells with the months as columns (``"0"``, ``"1"``, ...). How many were still followed is a row of
COUNT cells named after the series with ``_at_risk`` behind it, at the months at which it is to be printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.exits import Curve
from gm_workbench.outputs.about import NOTHING, About, capital, section_words, words_only
from gm_workbench.outputs.cells import count_cell, estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.series import AT_RISK
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.terms import terms
from gm_workbench.outputs.verdicts import Reading, reading, telling_digits
from gm_workbench.outputs.weighing import a_noun, amount, caution, noun, smallest_relevant
from gm_workbench.vocabulary.protocols import Estimand, Section
from gm_workbench.vocabulary.spells import ON_BENEFIT, Spells
from gm_workbench.vocabulary.text import Text

EVERYBODY = "everybody"
INTRODUCED, OTHERS = "introduced", "others"
ARMS = {"True": INTRODUCED, "False": OTHERS}
"""Row keys for the two values of a column that says whether the way of working was introduced."""

SERIES = {
    INTRODUCED: Text("met nieuwe werkwijze", "with the new way of working"),
    OTHERS: Text("zonder", "without"),
    EVERYBODY: Text("allen", "all"),
}
SINCE_START = Text("{unit} sinds de start", "{unit} since the start")
MONTHS = Axis(SINCE_START.format(unit=ON_BENEFIT.unit))
STEPPED = Text("Trapvormige lijnen over de {unit}.", "Stepped lines over the {unit}.")
EXIT_AXIS = Text("% uitgestroomd naar {work}", "% left for {work}")

TWO_ARMS = Text(
    "Binnen {horizon} {unit} stroomde {{a}} % uit naar {work} {where}{a_margin}, en {{b}} % waar dat niet zo was{b_margin}.",
    "Within {horizon} {unit} {{a}}% left for {work} {where}{a_margin}, and {{b}}% where that was not so{b_margin}.",
)
ONE_ARM = Text(
    "Binnen {horizon} {unit} stroomde {{a}} % uit naar {work}{a_margin}.",
    "Within {horizon} {unit} {{a}}% left for {work}{a_margin}.",
)
NOT_SHOWN = Text(
    "Het aandeel aan het eind wordt niet voor elke groep getoond, om personen te beschermen.",
    "The share at the end is not shown for every group, to protect persons.",
)
NOT_COMPARED = Text(
    "Of de groepen hierin verschillen, is bij deze vraag niet berekend.",
    "Whether the groups differ in this was not calculated under this question.",
)
MARGINS = {
    "a_margin": Text(" (marge {a_low} tot {a_high} %)", " (interval {a_low} to {a_high}%)"),
    "b_margin": Text(" (marge {b_low} tot {b_high} %)", " (interval {b_low} to {b_high}%)"),
}

CURVE_CAPTION = Text("{shows} {band}", "{shows} {band}")
BAND = Text(
    "Band: marge (95 %); wie bij dezelfde consulent of hetzelfde team hoort, kan op elkaar lijken, en daar is rekening mee "
    "gehouden.",
    "Band: interval (95 %), which allows for persons of one coach or team being alike.",
)
BAND_OF_PERSONS = Text(
    "Band: marge (95 %), alsof personen los van elkaar staan.", "Band: interval (95 %), as if persons were independent."
)
CLUSTERS = Text("consulenten of teams", "coaches or teams")
"""What persons are alike within: a curve does not say which of the two it was given."""


def exits(
    curves: Mapping[str, Curve | NotEnoughData],
    section: Section,
    about: About,
    *,
    horizon: int,
    risk_at: Sequence[int] = (0, 6, 12, 18, 24),
) -> Output:
    """Show the share that left for work over the months, by group, with how many were still followed.

    Parameters
    ----------
    curves : mapping
        Group to cumulative incidence (`metrics.exits.incidence_by_group`). The groups ``True`` and ``False`` become the rows
        ``introduced`` and ``others``; a single group may be called ``everybody``.
    horizon : int
        The month (or other unit in which `about` counts time) that the sentence quotes; one of the curves' times.
    risk_at : sequence of int
        Months under which the persons still followed are printed.
    """
    arms = {"False": EVERYBODY} if set(curves) == {"False"} else ARMS  # nothing was introduced: there is one group
    named = {arms.get(name, name): curve for name, curve in sorted(curves.items(), reverse=True)}
    short = next((curve for curve in named.values() if isinstance(curve, NotEnoughData)), None)
    drawn = {name: curve for name, curve in named.items() if isinstance(curve, Curve)}
    if short is not None or not drawn:
        return words_only(section, about, shortage(short or NotEnoughData("", "persons at the start", 0, 2), CLUSTERS))
    cells = tuple(cell for name, curve in drawn.items() for cell in curve_cells(name, curve, risk_at))
    sentence = _exit_sentence({cell.row: cell for cell in cells if cell.column == str(horizon)}, horizon, about)
    careful = (plain(NOT_COMPARED), *caution(about)) if len(drawn) > 1 else ()
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(*careful, _note(sentence, about)),
        caption=CURVE_CAPTION.format(shows=about.spells.caption, band=_band(drawn.values())),
        alt=sentence.behind(STEPPED.format(unit=about.spells.unit)),
        shown_as=(Shape.CURVE,),
        labels={**terms(drawn, SERIES), **_risk_labels(drawn)},
        axes=_axes(about.spells),
        options={"at_risk": AT_RISK, "strong": tuple(drawn)},
    )
    return Output(words, cells)


def _band(curves: Iterable[Curve]) -> Text:
    return BAND if all(curve.groups is not None for curve in curves) else BAND_OF_PERSONS


def _note(quoted: Sentence, about: About) -> Sentence:
    """Say what the share counts too, where one is shown: a note on a figure that is kept back would have no subject."""
    return Sentence(about.spells.note, dict(list(quoted.slots.items())[:1]), NOTHING)


def _axes(spells: Spells) -> dict[str, Axis]:
    return {"x": Axis(SINCE_START.format(unit=spells.unit)), "y": Axis(EXIT_AXIS.format(work=spells.work), low=0.0)}


def curve_cells(row: str, curve: Curve, risk_at: Sequence[int]) -> list[Cell]:
    """Give the cells of one curve: an estimate a month while somebody is followed, and the persons at risk."""
    seen = [place for place, followed in enumerate(curve.at_risk) if followed > 0]
    # the guard draws the curve in steps with enough events in each, and hides what rests on a few who are still followed
    estimates = [
        replace(
            _at_the_start(estimate_cell(curve.at(curve.times[i]), row, f"{curve.times[i]:g}")),
            numerator=curve.events[i],
            fewest=curve.at_risk[i],
        )
        for i in seen
    ]
    risks = [count_cell(row + AT_RISK, f"{curve.times[i]:g}", curve.at_risk[i]) for i in seen if curve.times[i] in risk_at]
    return [*estimates, *risks]


def _at_the_start(cell: Cell) -> Cell:
    """Leave the interval out where nobody left at the start, when nobody has had time to: with few teams it would be wide."""
    return replace(cell, low=None, high=None, se=None) if cell.column == "0" and cell.value == 0 else cell


def _risk_labels(rows: Mapping[str, Curve]) -> dict[str, Text]:
    still = Text("nog gevolgd: {name}", "still followed: {name}")
    return {name + AT_RISK: still.format(name=words) for name, words in terms(rows, SERIES).items()}


def _exit_sentence(cells: Mapping[str, Cell], horizon: int, about: About) -> Sentence:
    unit, work, where = about.spells.unit, about.spells.work, about.where_introduced
    if set(cells) >= {INTRODUCED, OTHERS}:
        slots = {**_named("a", quote(cells[INTRODUCED])), **_named("b", quote(cells[OTHERS]))}
        parts: dict[str, Text | str] = {"horizon": str(horizon), "unit": unit, "work": work, "where": where}
        return _with_margins(TWO_ARMS, slots, parts)
    one = next(iter(cells.values()), None)
    if one is None:
        return plain(
            Text(
                f"Er is te kort gevolgd om {horizon} {unit.nl} te overzien.",
                f"The follow-up is shorter than {horizon} {unit.en}.",
            )
        )
    return _with_margins(ONE_ARM, _named("a", quote(one)), {"horizon": str(horizon), "unit": unit, "work": work})


def _with_margins(text: Text, slots: Mapping[str, Slot], parts: Mapping[str, Text | str]) -> Sentence:
    """Say shares with their intervals, or alone where those are kept back."""
    none = {"a_margin": NOTHING, "b_margin": NOTHING}
    return Sentence(text.format(**parts, **MARGINS), slots, NOT_SHOWN, text.format(**parts, **none))


def _named(name: str, slots: Mapping[str, Slot]) -> dict[str, Slot]:
    return {name: slots["value"], f"{name}_low": slots["low"], f"{name}_high": slots["high"]}


READINGS = {
    Reading.HIGHER: Text(
        "Op zichzelf bekeken is er {a_difference} dat ertoe doet: meer uitstroom naar werk.",
        "By itself there is {a_difference} that matters: more exit to work.",
    ),
    Reading.HIGHER_MAYBE_SMALL: Text(
        "Op zichzelf bekeken is de uitstroom naar werk hoger, maar het {difference} kan te klein zijn om van belang te zijn.",
        "By itself exit to work is higher, but the {difference} may be too small to matter.",
    ),
    Reading.UNDECIDED: Text(
        "Of de uitstroom naar werk hoger of lager is, is nog niet te zeggen.",
        "Whether exit to work is higher or lower cannot be said yet.",
    ),
    Reading.TOO_SMALL: Text(
        "Op zichzelf bekeken is het {difference} te klein om van belang te zijn.",
        "By itself the {difference} is too small to matter.",
    ),
    Reading.LOWER_MAYBE_SMALL: Text(
        "Op zichzelf bekeken is de uitstroom naar werk lager, maar het {difference} kan te klein zijn om van belang te zijn.",
        "By itself exit to work is lower, but the {difference} may be too small to matter.",
    ),
    Reading.LOWER: Text(
        "Op zichzelf bekeken is er {a_difference} dat ertoe doet: minder uitstroom naar werk.",
        "By itself there is {a_difference} that matters: less exit to work.",
    ),
}
ONE_OF_SEVERAL = Text(
    "Dit is één van de nevenuitkomsten. Wie naar meer uitkomsten kijkt, vindt er al gauw één die toevallig afwijkt: wat "
    "standhoudt als zij allemaal meetellen, staat bij een andere vraag.",
    "This is one of the secondary outcomes. Those who look at several outcomes soon find one that differs by chance: what "
    "holds when all of them count is said under another question.",
)
"""Without it this section could claim what the section on all secondary outcomes together does not."""
BY_THEN = Text(
    "Binnen {months} maanden is het {difference} in uitstroom naar werk {{value}} procentpunt (marge {{low}} tot {{high}}).",
    "Within {months} months the {difference} in exit to work is {{value}} percentage points (interval {{low}} to {{high}}).",
)
DIFFERENCE_CAPTION = Text(
    "{label}: {contrast}. Punt: schatting. Balk: marge (95 %), door consulenten als geheel opnieuw te trekken. "
    "Gekleurd vlak: te "
    "klein om van belang te zijn volgens het protocol (kleiner dan {sesoi} procentpunt). Elke uitstroom telt op de maand; een "
    "lijn die om privacy in grote stappen loopt, kan daarvan afwijken.",
    "{label}: {contrast}. Dot: estimate. Bar: interval (95 %), from drawing whole coaches again. Coloured area: too small to "
    "matter according to the protocol (less than {sesoi} percentage points). Each exit counts in its month; a line that for "
    "privacy runs in large steps may differ from that.",
)


def exit_difference(
    difference: Estimate | NotEnoughData, estimand: Estimand, section: Section, about: About, *, name: str = "exits_difference"
) -> Output:
    """Show how much two groups differ in exit to work at the horizon, on a line with zero and what is too small to matter.

    Parameters
    ----------
    difference : Estimate or NotEnoughData
        `metrics.exit_contrast.incidence_difference`: introduced minus others, in probability.
    estimand : Estimand
        As declared; gives the words and the smallest difference that matters. It is not the primary one, so no headline.
    name : str
        Id of the output.
    """
    if short := about.too_short(estimand.horizon_months):
        return words_only(section, about, shortage(short), id=name)
    if isinstance(difference, NotEnoughData):
        return words_only(section, about, shortage(difference), id=name)
    digits = telling_digits(difference.low, difference.high, smallest_relevant(estimand), 100)
    cell = estimate_cell(difference, estimand.name, "difference", digits=digits, unit="difference in probability")
    sentence = _difference_sentence(cell, estimand, about)
    words = section_words(
        section,
        about,
        id=name,
        sentence=sentence,
        more=(plain(ONE_OF_SEVERAL), *caution(about)),
        caption=DIFFERENCE_CAPTION.format(
            label=capital(estimand.label), contrast=estimand.contrast, sesoi=amount(cell, smallest_relevant(estimand))
        ),
        alt=sentence,
        shown_as=(Shape.INTERVAL,),
        labels={estimand.name: estimand.label, "difference": about.difference},
        axes={"x": Axis(Text(f"{estimand.label.nl} (procentpunt)", f"{estimand.label.en} (percentage points)"))},
        options={"sesoi": smallest_relevant(estimand)},
        estimand=estimand.name,
    )
    return Output(words, (cell,))


def _difference_sentence(cell: Cell, estimand: Estimand, about: About) -> Sentence:
    """Say what the interval says beside zero and beside what matters, and then the difference itself."""
    found = reading(cell.low or 0.0, cell.high or 0.0, smallest_relevant(estimand))
    verdict = READINGS[found].format(difference=noun(about), a_difference=a_noun(about))
    text = BY_THEN.format(months=str(estimand.horizon_months), difference=about.difference)
    return Sentence(Text(f"{verdict.nl} {text.nl}", f"{verdict.en} {text.en}"), quote(cell, signed=True))
