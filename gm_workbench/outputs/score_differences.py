"""How far apart two groups of teams answered, at each measurement: the difference itself, beside the means of each group."""

from __future__ import annotations

from collections.abc import Mapping

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, plain
from gm_workbench.outputs.questionnaires import ARMS
from gm_workbench.outputs.teams import lacking
from gm_workbench.outputs.verdicts import telling_digits
from gm_workbench.outputs.weighing import caution
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

COLUMN = "difference"
START = "T0"
WHEN = {
    START: Text("aan de start", "at the start"),
    "T6": Text("na 6 maanden", "after 6 months"),
    "T12": Text("na 12 maanden", "after 12 months"),
}
HIGHER, LOWER = Text("hoger", "higher"), Text("lager", "lower")
APART = Text(
    "Consulenten van teams die binnen een half jaar begonnen, scoorden {when} {{value}} punten {way} op {name} dan consulenten "
    "van de andere teams (marge {{low}} tot {{high}}).",
    "Coaches of teams that began within half a year scored {{value}} points {way} {when} on {name} than coaches of the other "
    "teams (interval {{low}} to {{high}}).",
)
OPEN = Text(
    "Of consulenten van teams die binnen een half jaar begonnen {when} anders scoorden op {name} dan consulenten van de andere "
    "teams, is nog niet te zeggen. Het verschil is {{value}} punten (marge {{low}} tot {{high}}).",
    "Whether coaches of teams that began within half a year scored differently {when} on {name} than coaches of the other "
    "teams cannot be said yet. The difference is {{value}} points (interval {{low}} to {{high}}).",
)
AT_START = Text(
    "Aan de start was het verschil {value} punten (marge {low} tot {high}). De eerste vragenlijst valt in de maand waarin de "
    "eerste teams begonnen. Daarom is niet gerekend met een gelijke start.",
    "At the start the difference was {value} points (interval {low} to {high}). The first questionnaire falls in the month in "
    "which the first teams began. So the later difference is not adjusted for the start.",
)
SELF_REPORT = Text(
    "Consulenten vulden dit zelf in. Wie weet dat het team op de nieuwe manier werkt, kan ook daardoor anders antwoorden.",
    "Coaches answered this themselves. Those who know that their team works in the new way may answer differently for that "
    "reason too.",
)
MOVED = Text(
    "Een consulent die later van team wisselde, telt mee bij het team van de start.",
    "A coach who changed teams later counts with the team of the start.",
)
CAPTION = Text(
    "Verschil in {name} per meting: consulenten van teams die binnen een half jaar begonnen min consulenten van de andere "
    "teams (ook als die later begonnen). Marge (95 %) met teams als eenheid, zonder correctie voor de start. Iedereen die de "
    "meting invulde.",
    "Difference in {name} at each measurement: coaches of teams that began within half a year minus coaches of the other teams "
    "(also if these began later). Interval (95 %) with teams as the unit, not adjusted for the start. Everybody who answered "
    "the measurement.",
)


def score_differences(
    found: Mapping[str, Estimate | NotEnoughData], section: Section, about: About, *, name: Text, quoted: str = "T12"
) -> Output:
    """Show how much two groups of teams differ in a score of their coaches, at each measurement.

    It is called a difference throughout: coaches know how their team works, and the first measurement is not before the start.

    Parameters
    ----------
    found : mapping
        Wave, in order of time, to `metrics.team_scores.score_difference` of those who answered it.
    name : Text
        The score, as it reads within a sentence.
    quoted : str
        The wave that the sentence quotes; the last one that can be told where that one cannot.
    """
    id_ = f"{section.id}_difference"
    known = {wave: one for wave, one in found.items() if isinstance(one, Estimate)}
    if not known:
        short = next((one for one in found.values() if isinstance(one, NotEnoughData)), NotEnoughData("", "teams", 0, 1))
        return words_only(section, about, lacking(short, about.units), id=id_)
    cells = {wave: _cell(one, wave) for wave, one in known.items()}
    last = quoted if quoted in known else next(reversed(known))
    sentence = _said(known[last], cells[last], last, name)
    words = section_words(
        section,
        about,
        id=id_,
        sentence=sentence,
        more=(*_at_start(cells, last), plain(SELF_REPORT), plain(MOVED), *caution(about)),
        caption=CAPTION.format(name=name),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={wave: ARMS[wave] for wave in known} | {COLUMN: Text("verschil", "difference")},
        axes={"x": Axis(Text("verschil (punten, schaal 0–100)", "difference (points, scale 0–100)"))},
    )
    return Output(words, tuple(cells.values()))


def _cell(one: Estimate, wave: str) -> Cell:
    return estimate_cell(one, wave, COLUMN, digits=telling_digits(one.low, one.high, 0.0))


def _said(one: Estimate, cell: Cell, wave: str, name: Text) -> Sentence:
    named = {"when": WHEN[wave], "name": name}
    if not one.excludes_zero:
        return Sentence(OPEN.format(**named), quote(cell, signed=True))
    text = APART.format(way=HIGHER if one.value > 0 else LOWER, **named)
    return Sentence(text, quote(cell, signed=True, absolute=True))


def _at_start(cells: Mapping[str, Cell], last: str) -> tuple[Sentence, ...]:
    """Say how far apart the groups were at the start, unless that is what the sentence before says."""
    return (Sentence(AT_START, quote(cells[START], signed=True), NOTHING),) if START in cells and last != START else ()
