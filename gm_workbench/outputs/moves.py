"""Who changed sides: coaches who went to another team, clients who came to one that works otherwise; and what that does."""

from __future__ import annotations

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote, share_cell
from gm_workbench.outputs.output import Axis, Cell, Measure, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

COLUMN = "difference"
ROWS = {
    "assigned": Text("zoals toegewezen", "as assigned"),
    "stayed": Text("zonder wie van kant wisselde", "without those who changed sides"),
    "raw": Text("zonder correctie", "unadjusted"),
    "changed": Text("wisselde van kant", "changed sides"),
    "coaches": Text("consulenten die van team wisselden", "coaches who changed teams"),
}
SAID = Text(
    "Van de kandidaten kreeg {{changed}} % binnen het jaar te maken met een team dat anders werkte dan aan de start. Zonder "
    "hen is het {difference} {{stayed}} procentpunt (marge {{low}} tot {{high}}); zoals toegewezen {{assigned}}.",
    "Of the candidates {{changed}}% came to a team within the year that worked otherwise than at the start. Without them the "
    "{difference} is {{stayed}} percentage points (interval {{low}} to {{high}}); as assigned {{assigned}}.",
)
NUMBERS_ONLY = Text(
    "Zonder wie van kant wisselde is het {difference} {{stayed}} procentpunt (marge {{low}} tot {{high}}); zoals toegewezen "
    "{{assigned}}.",
    "Without those who changed sides the {difference} is {{stayed}} percentage points (interval {{low}} to {{high}}); as "
    "assigned {{assigned}}.",
)
SENSITIVITY = Text(
    "Het antwoord van dit rapport gaat over de toewijzing. Wie van kant wisselt, verschilt van wie blijft; de andere regels "
    "laten alleen zien hoe gevoelig het antwoord daarvoor is.",
    "The answer of this report is about the assignment. Those who change sides differ from those who stay; the other lines "
    "only show how sensitive the answer is to that.",
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

    Parameters
    ----------
    changed, persons : int
        Candidates who changed sides, out of all compared.
    coaches : int
        Coaches who went to another team within the year.
    """
    short = next((one for one in (assigned, stayed) if isinstance(one, NotEnoughData)), None)
    if isinstance(assigned, NotEnoughData) or isinstance(stayed, NotEnoughData) or short is not None:
        return words_only(section, about, shortage(short or NotEnoughData("", "persons", 0, 10)))
    cells = {
        name: estimate_cell(one, name, COLUMN, unit="difference in probability")
        for name, one in (("assigned", assigned.adjusted), ("stayed", stayed.adjusted), ("raw", assigned.raw))
    }
    counts = (
        share_cell("changed", "share", changed, persons, digits=1),
        Cell("coaches", "number", Measure.ESTIMATE, persons, float(coaches), groups=assigned.adjusted.groups, unit="coaches"),
    )
    slots = quote(cells["stayed"], signed=True)
    own = {"stayed": slots["value"], "low": slots["low"], "high": slots["high"]}
    own["assigned"] = quote(cells["assigned"], signed=True)["value"]
    named = {"difference": about.difference}
    shown = changed >= FEWEST
    text = SAID if shown else NUMBERS_ONLY
    share = {"changed": Slot("changed", "share", digits=1, percent=True)} if shown else {}
    sentence = Sentence(text.format(**named), {**own, **share})
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(SENSITIVITY),),
        caption=Text(
            "Verschil in uitstroom naar werk binnen twaalf maanden, op drie manieren, met marge (95 %).",
            "Difference in exit to work within twelve months, in three ways, with interval (95 %).",
        ),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**ROWS, COLUMN: about.difference, "share": Text("aandeel", "share"), "number": Text("aantal", "number")},
        axes={"x": Axis(Text("procentpunt", "percentage points"))},
    )
    return Output(words, (*cells.values(), *counts))


FEWEST = 10
"""Persons who changed sides below which the sentence does not quote them; the guard hides the number anyway."""
