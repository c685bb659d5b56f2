"""The facts that help to weigh the answer: how many persons and coaches, how reliable, how assigned."""

from __future__ import annotations

from collections.abc import Mapping

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About, section_words
from gm_workbench.outputs.cells import count_cell, estimate_cell
from gm_workbench.outputs.output import Cell, Measure, Output, Role, Sentence, Shape, Slot
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.text import Text

VALUE = "value"

ASSIGNED = {
    Assignment.RANDOMISED: Text("geloot", "by lot"),
    Assignment.BY_CHOICE: Text("niet geloot", "not by lot"),
    Assignment.UNKNOWN: Text("onbekend", "not known"),
}
ASSIGNED_MEANS = {
    Assignment.RANDOMISED: Text("loting bepaalde wie introduceerde", "a lot decided who introduced"),
    Assignment.BY_CHOICE: Text(
        "wie introduceerde, koos daar zelf voor: verschil na introductie, geen bewijs van oorzaak",
        "who introduced chose to: a difference after introduction, no proof of cause",
    ),
    Assignment.UNKNOWN: Text(
        "hoe is bepaald wie introduceerde: verschil na introductie, geen bewijs van oorzaak",
        "how it was decided who introduced: a difference after introduction, no proof of cause",
    ),
}
CANNOT_BE_SAID = Text("niet te zeggen", "cannot be said")
ABOUT_HOW_MANY = Text("Dit antwoord gaat over {n} personen.", "This answer is about {n} persons.")
TILES = {
    "persons": Text("personen in de vergelijking", "persons in the comparison"),
    "teams": Text("teams", "teams"),
    "coaches": Text("consulenten", "coaches"),
    "reliability": Text("betrouwbaarheid van de schaal", "reliability of the scale"),
}


def facts(
    section: Section,
    about: About,
    *,
    persons: int,
    coaches: int | None = None,
    teams: int | None = None,
    reliability: Estimate | NotEnoughData | None = None,
    labels: Mapping[str, Text] | None = None,
) -> Output:
    """Put the facts on tiles; row keys are ``persons``, ``coaches``, ``reliability`` and ``assignment``.

    Parameters
    ----------
    coaches : int, optional
        Without coaches (or teams) nothing was introduced: both that tile and the one on assignment are left out.
    teams : int, optional
        Where teams are compared.
    reliability : Estimate or NotEnoughData, optional
        Of the scale, where the answer rests on one.
    labels : mapping of str to Text, optional
        Other words under a tile, by row key.
    """
    tile_words = {} if coaches is None and teams is None else {"assignment": ASSIGNED[about.assignment]}
    if isinstance(reliability, NotEnoughData):
        tile_words["reliability"] = CANNOT_BE_SAID
    said = Sentence(ABOUT_HOW_MANY, {"n": Slot("persons", VALUE)})
    words = section_words(
        section,
        about,
        role=Role.FACTS,
        sentence=said,
        caption=about.population,
        alt=said,
        shown_as=(Shape.TILES,),
        labels={**TILES, "assignment": ASSIGNED_MEANS[about.assignment], **(labels or {})},
        tile_words=tile_words,
    )
    return Output(words, tuple(_cells(persons, {"teams": teams, "coaches": coaches}, reliability)))


def _cells(persons: int, groups: Mapping[str, int | None], reliability: Estimate | NotEnoughData | None) -> list[Cell]:
    cells = [count_cell("persons", VALUE, persons)]
    for row, count in groups.items():
        # a number of coaches is no number of citizens: it stands over these persons, and the guard judges it as such
        if count is not None:
            cells.append(Cell(row, VALUE, Measure.ESTIMATE, persons, value=float(count), groups=count, unit=row))
    if isinstance(reliability, Estimate):
        cells.append(estimate_cell(reliability, "reliability", VALUE, digits=2))
    return cells
