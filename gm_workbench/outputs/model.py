"""The behavioural model: which knobs have room and move with intention, and when intention becomes behaviour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.moderation import Interaction, Knob, Moderation, SimpleSlope
from gm_workbench.outputs.about import About, capital, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
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
    "De meeste ruimte zit bij {room}: daar is nog {{room}} % van de schaal te winnen.",
    "Most room is in {room}: {{room}} % of the scale is still to be gained there.",
)
STRONGEST = Text(
    "Het sterkst beweegt {link} mee met de intentie ({{link}} standaarddeviaties, marge {{low}} tot {{high}}).",
    "{link} moves most with intention ({{link}} standard deviations, interval {{low}} to {{high}}).",
)
NO_LINK = Text(
    "Welke knop meebeweegt met de intentie, is nog niet te zeggen.", "Which knob moves with intention cannot be said yet."
)
KNOB_CAPTION = Text(
    "Knoppenkaart. Ellips: marge (95 %) in beide richtingen. Ruimte: gemiddeld aandeel van de schaal dat nog te "
    "winnen is. Samenhang: binnen dezelfde persoon, over de metingen.",
    "Map of the knobs. Ellipse: interval (95 %) in both directions. Room: mean share of the scale still to be gained. "
    "Relation: within the same person, over the measurements.",
)
MODERATORS_TOO = Text(
    "Vaardigheden en belemmeringen bepalen in het model vooral of een voornemen gedrag wordt; hun samenhang met de "
    "intentie staat er ter vergelijking bij.",
    "In the model skills and barriers mostly decide whether an intention becomes behaviour; their relation to "
    "intention is there for comparison.",
)
KNOB_AXES = {
    "x": Axis(
        Text("ruimte om te draaien (% van de schaal dat nog te winnen is)", "room to turn (% of the scale still to gain)")
    ),
    "y": Axis(
        Text("samenhang met intentie binnen personen (standaarddeviaties)", "relation to intention within persons (SDs)")
    ),
}


def knob_map(found: Sequence[Knob], section: Section, about: About, *, labels: Mapping[str, Text] | None = None) -> Output:
    """Put the knobs on a map: room (x) and relation to intention (y); a knob that lacks one of the two is left out."""
    named = {**KNOB_NAMES, **(labels or {})}
    complete = [(knob.name, knob.room, knob.link) for knob in found if _both(knob)]
    rooms = {name: estimate_cell(room, name, "x", digits=0) for name, room, _ in complete if isinstance(room, Estimate)}
    links = {name: estimate_cell(link, name, "y", digits=2) for name, _, link in complete if isinstance(link, Estimate)}
    if not rooms:
        return words_only(section, about, shortage(_first_short(found)))
    sentence = _knob_sentence(rooms, links, named)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(MODERATORS_TOO),) if {"SKL", "ENV"} & set(rooms) else (),
        caption=KNOB_CAPTION,
        alt=sentence,
        shown_as=(Shape.MAP,),
        labels={**named, "x": Text("ruimte", "room"), "y": Text("samenhang", "relation")},
        axes=KNOB_AXES,
        options={"strong": _strong(rooms, links)},
    )
    return Output(words, tuple(cell for name in rooms for cell in (rooms[name], links[name])))


def _both(knob: Knob) -> bool:
    return isinstance(knob.room, Estimate) and isinstance(knob.link, Estimate)


def _first_short(found: Sequence[Knob]) -> NotEnoughData:
    parts = (part for knob in found for part in (knob.room, knob.link))
    return next((part for part in parts if isinstance(part, NotEnoughData)), NotEnoughData("knobs", "persons", 0, 1))


def _value(cell: Cell) -> float:
    return cell.value or 0.0


def _clear(links: Mapping[str, Cell]) -> list[str]:
    """Give the knobs that move with intention for certain, strongest first."""
    certain = [name for name, cell in links.items() if (cell.low or 0.0) > 0]
    return sorted(certain, key=lambda name: -_value(links[name]))


def _strong(rooms: Mapping[str, Cell], links: Mapping[str, Cell]) -> tuple[str, ...]:
    """Give the two knobs that promise most: much room and a certain relation."""
    promise = {name: _value(rooms[name]) * _value(links[name]) for name in _clear(links)}
    return tuple(sorted(promise, key=lambda name: -promise[name])[:2])


def _knob_sentence(rooms: Mapping[str, Cell], links: Mapping[str, Cell], named: Mapping[str, Text]) -> Sentence:
    widest = max(rooms, key=lambda name: _value(rooms[name]))
    first = MOST_ROOM.format(room=SCALE_NAMES.get(widest, named.get(widest, same(widest))))
    slots = {"room": quote(rooms[widest])["value"]}
    clear = _clear(links)
    if not clear:
        return Sentence(Text(f"{first.nl} {NO_LINK.nl}", f"{first.en} {NO_LINK.en}"), slots)
    name = named.get(clear[0], same(clear[0]))
    second = Text(STRONGEST.format(link=name).nl, STRONGEST.format(link=capital(name)).en)
    found = quote(links[clear[0]])
    slots |= {"link": found["value"], "low": found["low"], "high": found["high"]}
    return Sentence(Text(f"{first.nl} {second.nl}", f"{first.en} {second.en}"), slots)


COLUMN = "slope"
AT = {-1: Text("weinig", "few"), 0: Text("gemiddelde", "average"), 1: Text("veel", "many")}
SLOPE = Text("{at} {moderator}", "{at} {moderator}")
BY = Text("verschil per standaarddeviatie {moderator}", "difference per standard deviation of {moderator}")
STEP = Text(
    "Bij gemiddelde {moderator} gaat {per} punten meer intentie samen met {{value}} punten gedrag "
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
    "onder en boven het gemiddelde. Metingen van dezelfde persoon zijn samen genomen.",
    "Change in behaviour with {per} points more intention, with its interval (95 %). Few and many: one standard "
    "deviation below and above the mean. Measurements of the same person were taken together.",
)
POOLED = Text(
    "Deze vergelijking mengt verschillen tussen personen met veranderingen binnen personen.",
    "This comparison mixes differences between persons with changes within persons.",
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
    sentence = _step_sentence(result, slopes, said, named)
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
