"""The behavioural model: which knobs have room and move with intention, and when intention becomes behaviour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.knob_order import Order
from gm_workbench.metrics.moderation import Interaction, Knob, Moderation, SimpleSlope
from gm_workbench.outputs.about import About, capital, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.terms import STANDARD_DEVIATION
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, number, same

SCALE_NAMES = {
    "ATT": Text("houding", "attitude"),
    "NRM": Text("sociale druk", "social pressure"),
    "SEF": Text("geloof in eigen kunnen", "self-efficacy"),
    "SKL": Text("vaardigheden", "skills"),
    "ENV": Text("belemmeringen", "barriers"),
    "INT": Text("intentie", "intention"),
    "BEH": Text("gedrag", "behaviour"),
}
KNOB_NAMES = {**SCALE_NAMES, "ENV": Text("minder belemmeringen", "fewer barriers")}
"""On the map barriers are turned round, so that turning every knob is a gain."""

MOST_ROOM = Text(
    "De meeste ruimte zit bij {room}: daar is nog {{room}} % van de schaal te winnen (marge {{room_low}} tot {{room_high}}).",
    "Most room is in {room}: {{room}}% of the scale is still to be gained there (interval {{room_low}} to {{room_high}}).",
)
NO_MOST_ROOM = Text(
    "De meeste ruimte zit bij een van deze: {rooms}. Welke daarvan, is nog niet te zeggen.",
    "Most room is in one of these: {rooms}. Which of them cannot be said yet.",
)
STRONGEST = Text(
    "Het sterkst beweegt {link} mee met de intentie ({{link}} standaarddeviaties, marge {{low}} tot {{high}}).",
    "{link} moves most with intention ({{link}} standard deviations, interval {{low}} to {{high}}).",
)
NO_STRONGEST = Text(
    "Het sterkst beweegt een van deze mee met de intentie: {links}. Welke daarvan, is nog niet te zeggen.",
    "Moving most with intention is one of these: {links}. Which of them cannot be said yet.",
)
ANY_ROOM = Text("Bij welke knop de meeste ruimte zit, is nog niet te zeggen.", "Which knob has most room cannot be said yet.")
ANY_LINK = Text(
    "Welke knop het sterkst meebeweegt met de intentie, is nog niet te zeggen.",
    "Which knob moves most with intention cannot be said yet.",
)
"""Where any of them may be the one: to list them all would say nothing more."""
NO_LINK = Text(
    "Welke knop meebeweegt met de intentie, is nog niet te zeggen.", "Which knob moves with intention cannot be said yet."
)
IN_ORDER = Text(
    "Een knop heet pas de grootste of de sterkste als dat voor alle paren van knoppen samen aantoonbaar is. Wat met de "
    "intentie meebeweegt, hoeft haar niet te veranderen.",
    "A knob is called largest or strongest only when that is shown for all pairs of knobs together. What moves with intention "
    "need not change it.",
)
KNOB_CAPTION = Text(
    "Knoppenkaart. Ellips: marge (95 %) in elke richting apart. Ruimte: gemiddeld aandeel van de schaal dat nog te "
    f"winnen is. Samenhang: binnen dezelfde persoon, over de metingen. {STANDARD_DEVIATION.nl}",
    "Map of the knobs. Ellipse: interval (95 %) in each direction by itself. Room: mean share of the scale still to be gained. "
    f"Relation: within the same person, over the measurements. {STANDARD_DEVIATION.en}",
)
MODERATORS_TOO = Text(
    "Vaardigheden en belemmeringen bepalen in het model vooral of een voornemen gedrag wordt; hun samenhang met de "
    "intentie staat er ter vergelijking bij.",
    "In the model skills and barriers mostly decide whether an intention becomes behaviour; their relation to "
    "intention is there for comparison.",
)
ROOM = Text("ruimte om te draaien (% van de schaal dat nog te winnen is)", "room to turn (% of the scale still to gain)")
RELATION = Axis(
    Text("samenhang met intentie binnen personen (standaarddeviaties)", "relation to intention within persons (SDs)")
)


def knob_map(
    found: Sequence[Knob],
    section: Section,
    about: About,
    *,
    order: Order | NotEnoughData | None = None,
    labels: Mapping[str, Text] | None = None,
) -> Output:
    """Put the knobs on a map: room (x) and relation to intention (y); a knob that lacks one of the two is left out.

    Parameters
    ----------
    order : Order, optional
        What `metrics.knob_order.knob_order` says of the same rows. Without it no knob is called largest or strongest.
    """
    named = {**KNOB_NAMES, **(labels or {})}
    complete = [(knob.name, knob.room, knob.link) for knob in found if _both(knob)]
    rooms = {name: estimate_cell(room, name, "x", digits=0) for name, room, _ in complete if isinstance(room, Estimate)}
    links = {name: estimate_cell(link, name, "y", digits=2) for name, _, link in complete if isinstance(link, Estimate)}
    if not rooms:
        return words_only(section, about, shortage(_first_short(found)))
    first = _first(order, list(rooms))
    sentence = _knob_sentence(rooms, links, first, named)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(IN_ORDER), *((plain(MODERATORS_TOO),) if {"SKL", "ENV"} & set(rooms) else ())),
        caption=KNOB_CAPTION,
        alt=sentence,
        shown_as=(Shape.MAP,),
        labels={**named, "x": Text("ruimte", "room"), "y": Text("samenhang", "relation")},
        axes={"x": Axis(ROOM, tens=True), "y": RELATION},
        options={"strong": first.links if len(first.links) < len(rooms) and _clear(links) else ()},
    )
    return Output(words, tuple(cell for name in rooms for cell in (rooms[name], links[name])))


def _both(knob: Knob) -> bool:
    return isinstance(knob.room, Estimate) and isinstance(knob.link, Estimate)


def _first_short(found: Sequence[Knob]) -> NotEnoughData:
    parts = (part for knob in found for part in (knob.room, knob.link))
    return next((part for part in parts if isinstance(part, NotEnoughData)), NotEnoughData("knobs", "persons", 0, 1))


@dataclass(frozen=True, slots=True)
class _First:
    """The knobs that may have most room, and those that may move most with intention."""

    rooms: tuple[str, ...]
    links: tuple[str, ...]


def _first(order: Order | NotEnoughData | None, names: Sequence[str]) -> _First:
    if not isinstance(order, Order):
        return _First(tuple(names), tuple(names))
    may = {place.name: place for place in order.places if place.name in names}
    return _First(
        tuple(name for name, place in may.items() if place.room[0] == 1),
        tuple(name for name, place in may.items() if place.link[0] == 1),
    )


def _knob_sentence(rooms: Mapping[str, Cell], links: Mapping[str, Cell], first: _First, named: Mapping[str, Text]) -> Sentence:
    room_text, slots = _room_said(rooms, first.rooms, {**named, **SCALE_NAMES})
    link_text, more = _link_said(links, first.links, named)
    said = Text(f"{room_text.nl} {link_text.nl}", f"{room_text.en} {link_text.en}")
    return Sentence(said, {**slots, **more}).resting_on((*rooms.values(), *links.values()))


def _room_said(rooms: Mapping[str, Cell], may: Sequence[str], named: Mapping[str, Text]) -> tuple[Text, dict[str, Slot]]:
    if len(may) != 1:
        return NO_MOST_ROOM.format(rooms=_names(may, named)) if len(may) < len(rooms) else ANY_ROOM, {}
    slots = quote(rooms[may[0]])
    said = MOST_ROOM.format(room=named.get(may[0], same(may[0])))
    return said, {"room": slots["value"], "room_low": slots["low"], "room_high": slots["high"]}


def _link_said(links: Mapping[str, Cell], may: Sequence[str], named: Mapping[str, Text]) -> tuple[Text, dict[str, Slot]]:
    if not _clear(links):
        return NO_LINK, {}
    if len(may) != 1:
        return NO_STRONGEST.format(links=_names(may, named)) if len(may) < len(links) else ANY_LINK, {}
    name, slots = named.get(may[0], same(may[0])), quote(links[may[0]])
    said = Text(STRONGEST.format(link=name).nl, STRONGEST.format(link=capital(name)).en)
    return said, {"link": slots["value"], "low": slots["low"], "high": slots["high"]}


def _clear(links: Mapping[str, Cell]) -> bool:
    """Whether a knob moves with intention for certain."""
    return any((cell.low or 0.0) > 0 for cell in links.values())


def _names(keys: Sequence[str], named: Mapping[str, Text]) -> Text:
    words = [named.get(key, same(key)) for key in keys]
    return Text(", ".join(word.nl for word in words), ", ".join(word.en for word in words))


COLUMN = "slope"
AT = {-1: Text("weinig", "few"), 0: Text("gemiddelde", "average"), 1: Text("veel", "many")}
SLOPE = Text("{at} {moderator}", "{at} {moderator}")
BY = Text("verschil per standaarddeviatie {moderator}", "difference per standard deviation of {moderator}")
STEP = Text(
    "Bij gemiddelde {moderator} gaan {per} punten meer intentie samen met {{value}} punten gedrag "
    "(marge {{low}} tot {{high}}).",
    "At average {moderator} {per} points more intention go with {{value}} points of behaviour (interval {{low}} to {{high}}).",
)
STRONGER = Text("Bij meer {moderator} is die stap groter.", "With more {moderator} that step is larger.")
WEAKER = Text("Bij meer {moderator} is die stap kleiner.", "With more {moderator} that step is smaller.")
UNCLEAR = Text(
    "Of {moderator} daarbij uitmaken, is nog niet te zeggen.", "Whether {moderator} matter for that cannot be said yet."
)
MODERATION_CAPTION = Text(
    "Verandering in gedrag bij {per} punten meer intentie, met marge (95 %). Weinig en veel: één standaarddeviatie "
    f"onder en boven het gemiddelde. {STANDARD_DEVIATION.nl} Metingen van dezelfde persoon zijn samen genomen.",
    "Change in behaviour with {per} points more intention, with its interval (95 %). Few and many: one standard "
    f"deviation below and above the mean. {STANDARD_DEVIATION.en} Measurements of the same person were taken together.",
)
POOLED = Text(
    "Deze vergelijking mengt verschillen tussen personen met veranderingen binnen personen; verderop staan die apart.",
    "This comparison mixes differences between persons with changes within persons; further on they are given apart.",
)


def moderation_dots(
    result: Moderation | NotEnoughData,
    section: Section,
    about: About,
    *,
    labels: Mapping[str, Text] | None = None,
) -> Output:
    """Show the step from intention to behaviour where skills and barriers are few, average and many."""
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    named = {**SCALE_NAMES, **(labels or {})}
    slopes = [estimate_cell(one.estimate, _slope_row(one), COLUMN) for one in result.slopes]
    changes = [estimate_cell(one.estimate, _by_row(one), COLUMN) for one in result.interactions]
    said = Text(number(result.per), number(result.per, language="en"))
    sentence = _step_sentence(result, slopes, said, named).resting_on(changes)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(POOLED),),
        caption=MODERATION_CAPTION.format(per=said),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**named, **_moderation_labels(result, named), COLUMN: Text("stap", "step")},
        axes={"x": Axis(Text("punten gedrag", "points of behaviour"))},
    )
    return Output(words, (*slopes, *changes))


def _slope_row(slope: SimpleSlope) -> str:
    return f"{slope.moderator}_{slope.sds:+d}"


def _by_row(interaction: Interaction) -> str:
    return f"{interaction.moderator}_by"


def _moderation_labels(result: Moderation, named: Mapping[str, Text]) -> dict[str, Text]:
    slopes = {
        _slope_row(one): SLOPE.format(at=AT[one.sds], moderator=named.get(one.moderator, same(one.moderator)))
        for one in result.slopes
    }
    return slopes | {
        _by_row(one): BY.format(moderator=named.get(one.moderator, same(one.moderator))) for one in result.interactions
    }


def _step_sentence(result: Moderation, slopes: Sequence[Cell], per: Text, named: Mapping[str, Text]) -> Sentence:
    first = result.interactions[0].moderator
    middle = next(cell for cell in slopes if cell.row == f"{first}_+0")
    parts = [STEP.format(per=per, moderator=named.get(first, same(first)))]
    parts += [_direction(one).format(moderator=named.get(one.moderator, same(one.moderator))) for one in result.interactions]
    slots: dict[str, Slot] = quote(middle, signed=True)
    return Sentence(Text(" ".join(part.nl for part in parts), " ".join(part.en for part in parts)), slots)


def _direction(interaction: Interaction) -> Text:
    if not interaction.estimate.excludes_zero:
        return UNCLEAR
    return STRONGER if interaction.estimate.value > 0 else WEAKER
