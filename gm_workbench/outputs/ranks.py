"""Up and down kept apart: over the low-pay threshold, and on the ladder of all wages in the delivery."""

from __future__ import annotations

from gm_workbench.metrics.directions import Directions
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.rank_mobility import RankMobility
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote, share_of
from gm_workbench.outputs.output import Axis, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

SHARE, VALUE = "share", "value"
WAYS = {
    "up": Text("van wie eronder begon: erboven", "of those who began below: above"),
    "down": Text("van wie erboven begon: eronder of zonder loon", "of those who began above: below or without pay"),
}
WAYS_CAPTION = Text(
    "Van werkenden met loon in de maand voor de start, {horizon} maanden later: % dat van onder naar boven de laagloongrens "
    "ging, van wie onder de grens begon; en % dat er niet meer boven zat, van wie erboven begon. Streep: marge (95 %).",
    "Of workers with pay in the month before the start, {horizon} months later: % that went from below to above the low-pay "
    "threshold, of those who began below; and % no longer above it, of those who began above. Line: interval (95 %).",
)
WAYS_SAID = Text(
    "Van wie onder de grens begon, zat {{up}} % er {horizon} maanden later boven (marge {{up_low}} tot {{up_high}} %). Van wie "
    "erboven begon, zat {{down}} % er toen onder of had geen loon (marge {{down_low}} tot {{down_high}} %).",
    "Of those who began below the threshold, {{up}}% were above it {horizon} months later (interval {{up_low}} to "
    "{{up_high}}%). Of those who began above it, {{down}}% were below it then or had no pay (interval {{down_low}} to "
    "{{down_high}}%).",
)
NOT_COMPARED = Text(
    "De twee delen gaan over verschillende mensen, en zijn dus geen saldo. Waardoor zij gingen, is hier niet onderzocht.",
    "The two shares are about different people, so they are no balance. Why they moved was not studied here.",
)

RANK_ROWS = {
    "rose": Text("laagste kwart: later hoger op de ladder", "lowest quarter: higher on the ladder later"),
    "left": Text("laagste kwart: later niet meer het laagste kwart", "lowest quarter: no longer in it later"),
    "fell": Text("hoogste kwart: later lager op de ladder", "highest quarter: lower on the ladder later"),
    "expected": Text("begin op plaats 25 van 100: gemiddelde plaats later", "start at place 25 of 100: mean place later"),
    "slope": Text(
        "samenhang van plaats toen en later (1: niemand wisselt)", "link of place then and later (1: nobody changes)"
    ),
}
RANK_CAPTION = Text(
    "Plaats van het uurloon onder de mensen in deze gegevens die op beide momenten loon hadden, {horizon} maanden uit "
    "elkaar (gerekend vanaf iemands eerste maand met loon in de periode); plaats 0 is het laagst, 100 het hoogst. Wie geen "
    "loon meer had, telt niet mee. Met marge (95 %).",
    "Place of the hourly wage among the people in these data who had pay at both moments, {horizon} months apart (counted "
    "from somebody's first month with pay in the period); place 0 is the lowest, 100 the highest. Those without pay later "
    "are left out. With interval (95 %).",
)
RANK_SAID = Text(
    "Na {horizon} maanden stond {{rose}} % van het laagst betaalde kwart hoger op de ladder (marge {{rose_low}} tot "
    "{{rose_high}} %). Van het hoogst betaalde kwart stond {{fell}} % toen lager (marge {{fell_low}} tot {{fell_high}} %).",
    "After {horizon} months {{rose}}% of the lowest paid quarter stood higher on the ladder (interval {{rose_low}} to "
    "{{rose_high}}%). Of the highest paid quarter {{fell}}% stood lower then (interval {{fell_low}} to {{fell_high}}%).",
)
BY_ITSELF = Text(
    "Wie laag begint, kan bijna alleen omhoog, en wie hoog begint bijna alleen omlaag. Een deel hiervan is toeval dat "
    "voorbijgaat; lees de twee getallen daarom naast elkaar.",
    "Those who begin low can hardly go but up, and those who begin high hardly but down. Part of this is chance that "
    "passes; so read the two numbers beside each other.",
)
OTHERS_PLACE = Text(
    "Wie een plaats stijgt, passeert een ander. Meer beweging is dus niet hetzelfde als meer loon.",
    "Who goes up a place passes somebody else. So more movement is not the same as more pay.",
)


def directions(result: Directions | NotEnoughData, section: Section, about: About, *, horizon: int) -> Output:
    """Show who went over the threshold and who came back under it, each out of those who could.

    Parameters
    ----------
    result : Directions or NotEnoughData
        `metrics.directions.direction_shares` of two states, below (or without pay later) and above.
    horizon : int
        Months between the two moments.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    cells = {way: share_of(getattr(result, way), way, SHARE) for way in WAYS}
    slots = {f"{way}{end}": slot for way in WAYS for end, slot in _ends(quote(cells[way])).items()}
    sentence = Sentence(WAYS_SAID.format(horizon=str(horizon)), slots)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(NOT_COMPARED),),
        caption=WAYS_CAPTION.format(horizon=str(horizon)),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**WAYS, SHARE: Text("deel", "share")},
        axes={"x": Axis(Text(f"% na {horizon} maanden", f"% after {horizon} months"), low=0.0)},
    )
    return Output(words, tuple(cells.values()))


def ranks(result: RankMobility | NotEnoughData, section: Section, about: About, *, horizon: int) -> Output:
    """Show how people change places on the ladder of wages.

    Parameters
    ----------
    result : RankMobility or NotEnoughData
        `metrics.rank_mobility.rank_mobility` of the wages at two moments, with a quarter at either end.
    horizon : int
        Months between the two moments.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    moved = {"rose": result.rose, "left": result.left, "fell": result.fell}
    short = next((one for one in moved.values() if isinstance(one, NotEnoughData)), None)
    if short is not None:  # the sentence is about both ends of the ladder
        return words_only(section, about, shortage(short))
    shares = {name: share_of(one, name, VALUE) for name, one in moved.items() if isinstance(one, Estimate)}
    place = estimate_cell(result.expected, "expected", VALUE, digits=0, unit="places of 100")
    slope = estimate_cell(result.slope, "slope", VALUE, digits=2, unit="")
    slots = {f"{name}{end}": slot for name in ("rose", "fell") for end, slot in _ends(quote(shares[name])).items()}
    sentence = Sentence(RANK_SAID.format(horizon=str(horizon)), slots)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(BY_ITSELF), plain(OTHERS_PLACE)),
        caption=RANK_CAPTION.format(horizon=str(horizon)),
        alt=sentence,
        labels={**RANK_ROWS, VALUE: Text("uitkomst", "result")},
        row_title=Text("maat", "measure"),
    )
    return Output(words, (*shares.values(), place, slope))


def _ends(slots: dict[str, Slot]) -> dict[str, Slot]:
    return {"": slots["value"], "_low": slots["low"], "_high": slots["high"]}
