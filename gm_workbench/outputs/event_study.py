"""Before and after the introduction, quarter by quarter: a second look at the comparison, and at what was there before it."""

from __future__ import annotations

from collections.abc import Mapping

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.event_study import Pretrends, aggregate, pretrends
from gm_workbench.metrics.staggered import GroupTime
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.weighing import caution
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

AFTER, DIFFERENCE = "after", "difference"
LEVEL = 0.05

CAPTION = Text(
    "Het deel van de maanden met een uurloon boven de laagloongrens: de verandering sinds het kwartaal vlak voor de "
    "introductie, van werkenden van wie de consulent begon min werkenden van wie de consulent nog niet was begonnen. "
    "Iedereen is gekozen op een laag loon in de eerste drie maanden van de periode, dus lang voor de introductie. Streep "
    "per kwartaal: marge (95 %) voor alle kwartalen samen; streep bij het gemiddelde: marge (95 %) van dat ene getal. Met "
    "consulenten als groep.",
    "The share of months with an hourly wage above the low-pay threshold: the change since the quarter just before the "
    "introduction, of workers whose coach began minus workers whose coach had not begun. Everybody is chosen on a low wage in "
    "the first three months of the period, so long before the introduction. Line of a quarter: interval (95 %) for all "
    "quarters together; line of the mean: interval (95 %) of that number alone. With coaches as groups.",
)
SAID = Text(
    "Na de introductie: het {difference} is gemiddeld {{value}} procentpunt (marge {{low}} tot {{high}}). Zoveel meer (+) of "
    "minder (−) veranderde het deel van de maanden boven de grens waar de consulent begon.",
    "After the introduction: the {difference} is {{value}} percentage points on average (interval {{low}} to {{high}}). By so "
    "much more (+) or less (−) did the share of months above the threshold change where the coach began.",
)
ALIKE = Text(
    "Vóór de introductie is geen verschil in verloop gevonden. Dat bewijst niet dat het er niet was: de marges laten daar "
    "verschillen toe van {low} tot {high} procentpunt.",
    "Before the introduction no difference in course was found. That does not prove that there was none: the intervals allow "
    "for differences of {low} to {high} percentage points there.",
)
APART = Text(
    "Vóór de introductie liepen de groepen al uiteen. Een verschil erna is dan geen teken van de introductie.",
    "Before the introduction the groups already went apart. A difference after it is then no sign of the introduction.",
)
UNTESTED = Text(
    "Of de groepen vóór de introductie al uiteenliepen, is met deze gegevens niet te toetsen.",
    "Whether the groups already went apart before the introduction cannot be tested with these data.",
)
ONE_MOMENT = Text(
    "Alle consulenten begonnen in hetzelfde kwartaal. Wat er toen nog meer veranderde voor hun werkenden, telt dus mee.",
    "All coaches began in the same quarter. Whatever else changed for their workers then is counted too.",
)
SEVERAL_MOMENTS = Text(
    "Consulenten begonnen in {moments} verschillende kwartalen; wie al begonnen was, is nooit de vergelijking.",
    "Coaches began in {moments} different quarters; those who had begun are never what is compared with.",
)
SENSITIVITY = Text(
    "Dit is een gevoeligheidsanalyse: andere mensen, een andere uitkomst. Het antwoord van dit rapport staat bovenaan.",
    "This is a sensitivity analysis: other people, another outcome. The answer of this report is at the top.",
)


def event_study(result: GroupTime | NotEnoughData, section: Section, about: About, *, months: int = 3) -> Output:
    """Show the difference by quarters since the introduction, its mean afterwards, and what was there before.

    Parameters
    ----------
    result : GroupTime or NotEnoughData
        `metrics.staggered.group_time` of a share of months, with a universal base, over quarters.
    months : int
        Months in one of its moments.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    bands = aggregate(result, "dynamic").bands
    cells = {_name(since, months): _cell(one, _name(since, months)) for since, one in bands.items()}
    cells[AFTER] = _cell(aggregate(result, "group").overall, AFTER)
    after = Sentence(SAID.format(difference=about.difference), quote(cells[AFTER], signed=True))
    before = [_name(since, months) for since in bands if since < 0]
    words = section_words(
        section,
        about,
        sentence=_before(result, [cells[name] for name in before]),
        more=(after, plain(_moments(result)), plain(SENSITIVITY), *caution(about)),
        caption=CAPTION,
        alt=after,
        shown_as=(Shape.DOTS,),
        labels={**_labels(bands, months), AFTER: Text("gemiddeld erna", "mean afterwards"), DIFFERENCE: about.difference},
        axes={"x": Axis(Text("procentpunt", "percentage points"))},
        options={"strong": (AFTER,)},
    )
    return Output(words, tuple(cells.values()))


def _name(since: int, months: int) -> str:
    return f"before_{-since * months}" if since < 0 else f"since_{since * months}"


def _labels(bands: Mapping[int, Estimate], months: int) -> dict[str, Text]:
    return {_name(since, months): _label(since * months, months) for since in bands}


def _label(start: int, months: int) -> Text:
    if start < 0:
        return Text(f"maand {-start - months + 1}-{-start} ervoor", f"month {-start - months + 1}-{-start} before")
    return Text(f"maand {start + 1}-{start + months} erna", f"month {start + 1}-{start + months} after")


def _cell(one: Estimate, row: str) -> Cell:
    return estimate_cell(one, row, DIFFERENCE, unit="difference in probability")


def _before(result: GroupTime, cells: list[Cell]) -> Sentence:
    """Say what is known of the quarters before; where nothing was found, which differences that leaves open."""
    tested = pretrends(result, "dynamic")
    if not isinstance(tested, Pretrends) or not cells:
        return plain(UNTESTED)
    if tested.p < LEVEL:
        return Sentence(APART).resting_on(cells)
    lowest = min(cells, key=lambda cell: cell.low or 0.0)
    highest = max(cells, key=lambda cell: cell.high or 0.0)
    low, high = quote(lowest, signed=True)["low"], quote(highest, signed=True)["high"]
    return Sentence(ALIKE, {"low": low, "high": high}).resting_on(cells)


def _moments(result: GroupTime) -> Text:
    moments = len(result.sizes)
    return ONE_MOMENT if moments == 1 else SEVERAL_MOMENTS.format(moments=str(moments))
