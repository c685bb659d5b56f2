"""Who changed sides: coaches who went to another team, clients who came to one that works otherwise; and what that does."""

from __future__ import annotations

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.outputs.about import AFTER_INTRODUCTION, NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import count_cell, quote, share_cell
from gm_workbench.outputs.output import Output, Sentence, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.teams import COLUMN, difference_cell, lacking
from gm_workbench.panel.teams import HORIZON
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

SIZE = "size"
ROWS = {
    "assigned": Text("naar het team van de start", "by the team of the start"),
    "stayed": Text("zonder wie van kant wisselde", "without those who changed sides"),
    "raw": Text("naar het team van de start, zonder correctie", "by the team of the start, unadjusted"),
    "changed": Text("kandidaten die van kant wisselden", "candidates who changed sides"),
    "coaches": Text("consulenten die van team wisselden", "coaches who changed teams"),
}
HOW_MANY = Text(
    "Van de kandidaten zat {changed} % aan het eind van het jaar, of aan het eind van de begeleiding, bij een team dat anders "
    "werkte dan hun team van de start.",
    "Of the candidates {changed}% were, at the end of the year or at the end of their guidance, with a team that worked "
    "otherwise than their team of the start.",
)
SAID = Text(
    "Zonder wie van kant wisselde is het verschil {stayed} procentpunt (marge {low} tot {high}); naar het team van de start is "
    "het {assigned} (marge {assigned_low} tot {assigned_high}).",
    "Without those who changed sides the difference is {stayed} percentage points (interval {low} to {high}); by the team of "
    "the start it is {assigned} (interval {assigned_low} to {assigned_high}).",
)
COACHES_MOVED = Text(
    "Van de consulenten wisselden er {coaches} binnen het jaar van team.",
    "Of the coaches {coaches} changed teams within the year.",
)
NOT_SHOWN = Text(
    "Hoeveel consulenten binnen het jaar van team wisselden, wordt niet getoond om hen te beschermen.",
    "How many coaches changed teams within the year is not shown, to protect them.",
)
BLURS = Text(
    "In het antwoord tellen zij en hun kandidaten mee bij het team van de start. Daardoor kan een verschil kleiner lijken dan "
    "wanneer niemand had gewisseld.",
    "In the answer they and their candidates count with the team of the start. So a difference may look smaller than if nobody "
    "had moved.",
)
SENSITIVITY = Text(
    "Het antwoord van dit rapport gaat uit van het team van de start. Wie van kant wisselt, verschilt van wie blijft; de "
    "andere rijen laten alleen zien hoe gevoelig het antwoord daarvoor is.",
    "The answer of this report goes by the team of the start. Those who change sides differ from those who stay; the other "
    "rows only show how sensitive the answer is to that.",
)


def moves(
    assigned: Contrast | NotEnoughData,
    stayed: Contrast | NotEnoughData,
    section: Section,
    about: About,
    *,
    changed: int,
    persons: int,
    coaches: int,
) -> Output:
    """Show the difference as assigned and without those who changed sides, labelled as sensitivity.

    It is never called an effect: no lot decided who changed sides.

    Parameters
    ----------
    changed, persons : int
        Candidates who changed sides, out of all compared.
    coaches : int
        Coaches who went to another team within the year.
    """
    if short := about.too_short(HORIZON):
        return words_only(section, about, shortage(short))
    if isinstance(assigned, NotEnoughData):
        return words_only(section, about, lacking(assigned))
    if isinstance(stayed, NotEnoughData):
        return words_only(section, about, lacking(stayed))
    cells = {
        name: difference_cell(one, name)
        for name, one in (("assigned", assigned.adjusted), ("stayed", stayed.adjusted), ("raw", assigned.raw))
    }
    counts = (
        share_cell("changed", SIZE, changed, persons, digits=1),
        count_cell("coaches", SIZE, coaches),
    )
    slots, first = quote(cells["stayed"], signed=True), quote(cells["assigned"], signed=True)
    own = {"stayed": slots["value"], "low": slots["low"], "high": slots["high"]}
    own |= {"assigned": first["value"], "assigned_low": first["low"], "assigned_high": first["high"]}
    sentence = Sentence(SAID, own)
    share = Sentence(HOW_MANY, {"changed": Slot("changed", SIZE, digits=1, percent=True)}, NOTHING)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(share, Sentence(COACHES_MOVED, {"coaches": Slot("coaches", SIZE)}, NOT_SHOWN), plain(BLURS), plain(SENSITIVITY)),
        caption=Text(
            "Verschil in uitstroom naar werk binnen twaalf maanden, op drie manieren, met marge (95 %). Teams die in de "
            "startmaand op de nieuwe manier werkten, naast teams die dat niet gingen doen.",
            "Difference in exit to work within twelve months, in three ways, with interval (95 %). Teams that worked in the "
            "new way in the first month, beside teams that did not take it up.",
        ),
        alt=sentence,
        # a table: differences, a share and a number of coaches do not belong on one axis
        labels={**ROWS, COLUMN: AFTER_INTRODUCTION, SIZE: Text("aandeel of aantal", "share or number")},
        row_title=Text("maat", "measure"),
    )
    return Output(words, (*cells.values(), *counts))
