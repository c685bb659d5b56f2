"""Growth of wages, and how much of a rise comes by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gm_workbench.metrics.crossing import in_percent
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.growth import Growth
from gm_workbench.metrics.panels import PanelFit
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.exits import MONTHS
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.terms import terms, when
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

CURRENT_PRICES = Text("zonder correctie voor prijzen", "without correction for prices")
CONSTANT_PRICES = Text("gecorrigeerd voor prijzen", "corrected for prices")
GROWTH_CAPTION = Text(
    "Groei van het uurloon per jaar in %, uit rechte lijnen door het logaritme van het uurloon. Bij een lijn per persoon "
    "verschillen begin en helling per persoon. Streep: marge (95 %). Alleen maanden met loon tellen mee, {prices}.",
    "Growth of the hourly wage per year in %, from straight lines through the logarithm of the hourly wage. With a line per "
    "person, start and slope differ between persons. Line: interval (95 %). Only months with pay count, {prices}.",
)
ALL, FIXED, RANDOM = "all", "fixed", "random"
GROWTH_LABELS = {
    ALL: Text("lijn per persoon", "line per person"),
    FIXED: Text("alleen binnen personen (fixed effects)", "within persons only (fixed effects)"),
    RANDOM: Text("binnen en tussen personen (random effects)", "within and between persons (random effects)"),
}
TWO_WAYS = Text(
    "Gevoeligheidsanalyse: volgen we alleen hoe het loon van dezelfde mensen verandert, dan is het {fixed} % per jaar; "
    "vergelijken we ook mensen onderling, dan {random} %. Lopen die uiteen, dan verschilt wie langer in beeld is van de "
    "anderen.",
    "Sensitivity analysis: if we only follow how the wage of the same people changes, it is {fixed}% a year; if we also "
    "compare people with each other, {random}%. If the two go apart, those in view longer differ from the others.",
)
NOT_WHY = Text(
    "Dit is geen vergelijking en zegt niet waardoor lonen veranderden. Bij wie op een laag loon is gekozen, stijgt het loon "
    "deels vanzelf.",
    "This is no comparison and does not say why wages changed. Of those chosen on a low wage it rises in part by itself.",
)
REGRESSION_LABELS = {
    "rule_1": Text("gekozen op één lage maand", "chosen on one low month"),
    "rule_3": Text("gekozen op drie lage maanden", "chosen on three low months"),
}
BOTH_RULES = Text(
    "{when} was het uurloon ten opzichte van de grens {{one}} % veranderd{one_margin} bij wie op één lage maand is gekozen, "
    "en {{three}} %{three_margin} bij wie op drie lage maanden is gekozen.",
    "{when} the hourly wage relative to the threshold had changed by {{one}}%{one_margin} for those chosen on one low month, "
    "and by {{three}}%{three_margin} for those chosen on three low months.",
)
ONE_RULE = Text(
    "{when} was het uurloon ten opzichte van de grens {{value}} % veranderd{margin} ({chosen}).",
    "{when} the hourly wage relative to the threshold had changed by {{value}}%{margin} ({chosen}).",
)
MARGIN = Text(" (marge {low} tot {high} %)", " (interval {low} to {high}%)")
BOTH_MARGINS = {
    f"{rule}_margin": Text(f" (marge {{{rule}_low}} tot {{{rule}_high}} %)", f" (interval {{{rule}_low}} to {{{rule}_high}}%)")
    for rule in ("one", "three")
}
SURPLUS = Text(
    "Na één lage maand stijgt het verder dan na drie. Dat meerdere komt waarschijnlijk vanzelf: een toevallig lage maand ging "
    "voorbij.",
    "After one low month it rises further than after three. That surplus probably comes by itself: a month that was low by "
    "chance has passed.",
)
NO_SURPLUS = Text(
    "Na één lage maand stijgt het niet aantoonbaar verder dan na drie. Dat zegt niet dat er niets vanzelf komt: ook drie "
    "maanden achtereen kunnen toevallig laag zijn. Springt het loon meteen aan de start omhoog, dan wijst dat daarop.",
    "After one low month it does not demonstrably rise further than after three. That does not say that nothing comes by "
    "itself: three months in a row can be low by chance too. When the wage jumps up right at the start, that points to it.",
)
REGRESSION_CAPTION = Text(
    "Gemiddelde verandering in % van het uurloon, gedeeld door de laagloongrens van dat jaar, sinds de maanden waarop mensen "
    "zijn gekozen (bij drie maanden: sinds het gemiddelde daarvan), van wie in die maand loon had. Streep: marge (95 %). De "
    "groep van de drie maanden is een deel van de groep van één maand.",
    "Mean change in % of the hourly wage, divided by the low-pay threshold of its year, since the months on which people were "
    "chosen (with three months: since their mean), for those paid in that month. Line: interval (95 %). The group of three "
    "months is a part of the group of one month.",
)


def growth(
    results: Mapping[str, Growth | PanelFit | NotEnoughData],
    section: Section,
    about: About,
    *,
    labels: Mapping[str, Text] | None = None,
    prices: Text = CURRENT_PRICES,
) -> Output:
    """Show the growth of the hourly wage in per cent a year, by group.

    Parameters
    ----------
    results : mapping
        Name to `metrics.growth.growth`, or to a fit of `metrics.panels`, of the log hourly wage over *years* (unit ``log
        points``). The first is quoted; ``fixed`` and ``random`` are quoted as sensitivity when both are there.
    labels : mapping
        Words for the groups.
    prices : Text
        In which prices the wage is, e.g. those of 1990.
    """
    known = {name: _slope(one) for name, one in results.items() if not isinstance(one, NotEnoughData)}
    if not known:
        short = next((one for one in results.values() if isinstance(one, NotEnoughData)), None)
        return words_only(section, about, shortage(short or NotEnoughData("", "persons", 0, 1)))
    cells = tuple(estimate_cell(in_percent(one), name, "growth") for name, one in known.items())
    sentence = Sentence(
        Text(
            "Het uurloon veranderde gemiddeld met {{value}} % per jaar (marge {{low}} tot {{high}} %), {prices}.",
            "The hourly wage changed by {{value}}% a year on average (interval {{low}} to {{high}}%), {prices}.",
        ).format(prices=prices),
        quote(cells[0], signed=True),
    )
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(*_two_ways(cells), plain(NOT_WHY)),
        caption=GROWTH_CAPTION.format(prices=prices),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**terms(known, {**GROWTH_LABELS, **(labels or {})}), "growth": Text("groei per jaar", "growth per year")},
        axes={"x": Axis(Text("% per jaar", "% per year"))},
    )
    return Output(words, cells)


def _slope(one: Growth | PanelFit) -> Estimate:
    return one.slope if isinstance(one, Growth) else one.coefficients["years"]


def _two_ways(cells: Sequence[Cell]) -> tuple[Sentence, ...]:
    """Say what changes when persons are followed and when they are also compared with each other."""
    own = {cell.row: cell for cell in cells if cell.row in (FIXED, RANDOM)}
    if len(own) < 2:
        return ()
    slots = {name: quote(cell, signed=True)["value"] for name, cell in own.items()}
    return (Sentence(TWO_WAYS, slots, NOTHING),)


def regression_to_mean(
    courses: Mapping[str, Mapping[int, Estimate | NotEnoughData]], section: Section, about: About, *, quoted: int
) -> Output:
    """Show how far wages come back after the months on which people were chosen, for two rules.

    Parameters
    ----------
    courses : mapping
        Rule (``"rule_1"``, ``"rule_3"``: months that had to be low) to `metrics.crossing.wage_course` of the wage over the
        threshold. Months before the start are left out.
    quoted : int
        The month that the sentence quotes.
    """
    cells = tuple(
        estimate_cell(in_percent(one), rule, str(month))
        for rule, course in courses.items()
        for month, one in course.items()
        if isinstance(one, Estimate) and month >= 0
    )
    cells = tuple(_apart(cell, cells) for cell in cells)
    quotes = {cell.row: quote(cell, signed=True) for cell in cells if cell.column == str(quoted)}
    if set(quotes) < set(courses) or not quotes:
        return words_only(section, about, shortage(NotEnoughData("", "persons paid in the month", 0, 2)))
    sentence = _regression_sentence(quotes, quoted)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=_by_itself(cells, quotes, quoted),
        caption=REGRESSION_CAPTION,
        alt=sentence,
        shown_as=(Shape.TREND,),
        labels=terms(courses, REGRESSION_LABELS),
        axes={
            "x": MONTHS,
            "y": Axis(
                Text(
                    "% verandering van het uurloon ten opzichte van de grens",
                    "% change of the hourly wage relative to the threshold",
                ),
                low=0.0,  # where nothing has changed
            ),
        },
        options={"strong": tuple(courses)},
    )
    return Output(words, cells)


def _apart(cell: Cell, cells: Sequence[Cell]) -> Cell:
    """Judge a mean also by whom the stricter rule leaves out: beside its own mean, it gives theirs."""
    within = (cell.n - one.n for one in cells if one.column == cell.column and one.row != cell.row)
    return replace(cell, fewest=min((left for left in within if left > 0), default=None))


def _regression_sentence(quotes: Mapping[str, Mapping[str, Slot]], month: int) -> Sentence:
    if set(quotes) >= {"rule_1", "rule_3"}:
        return _both_rules(quotes["rule_1"], quotes["rule_3"], month)
    (rule, slots), *_ = quotes.items()
    with_it, bare = (
        ONE_RULE.format(when=when(month), margin=margin, chosen=terms([rule], REGRESSION_LABELS)[rule])
        for margin in (MARGIN, NOTHING)
    )
    return Sentence(with_it, slots, without_interval=bare)


def _both_rules(one: Mapping[str, Slot], three: Mapping[str, Slot], month: int) -> Sentence:
    named = {"one": one, "three": three}
    slots = {f"{name}_{end}".removesuffix("_value"): slot for name, ends in named.items() for end, slot in ends.items()}
    none = dict.fromkeys(BOTH_MARGINS, NOTHING)
    with_it, bare = (BOTH_RULES.format(when=when(month), **margins) for margins in (BOTH_MARGINS, none))
    return Sentence(with_it, slots, without_interval=bare)


def _by_itself(cells: Sequence[Cell], quotes: Mapping[str, Mapping[str, Slot]], month: int) -> tuple[Sentence, ...]:
    """Say whether those chosen on one month come back further than those chosen on three; nothing when either is hidden."""
    at = {cell.row: cell for cell in cells if cell.column == str(month)}
    if not set(at) >= {"rule_1", "rule_3"}:
        return ()
    one, three = at["rule_1"], at["rule_3"]
    further = one.low is not None and three.value is not None and one.low > three.value
    said = {rule: slots["value"] for rule, slots in quotes.items()}
    return (Sentence(SURPLUS if further else NO_SURPLUS, said, NOTHING),)
