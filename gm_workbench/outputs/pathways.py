"""Along which way a difference runs: past a step in between or along it, and what an unknown factor could make of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gm_workbench.metrics.between_groups import LevelMediation
from gm_workbench.metrics.confounding import Tilt
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.paths import Mediation
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import PARTS, estimate_cell, quote
from gm_workbench.outputs.output import Cell, Output, Sentence, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.verdicts import telling_digits
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, number

COLUMN, SIZE = "difference", "size"
PATHS = ("indirect", "direct", "total")

RUNS = Text(
    "Er loopt een verschil in {outcome} langs {mediator}.",
    "A difference in {outcome} runs along {mediator}.",
)
UNKNOWN = Text(
    "Of er een verschil in {outcome} langs {mediator} loopt, is nog niet te zeggen.",
    "Whether a difference in {outcome} runs along {mediator} cannot be said yet.",
)
NUMBERS = Text(
    "Langs {mediator} is het {{indirect}} {unit} (marge {{indirect_low}} tot {{indirect_high}}), daarbuiten {{direct}} "
    "(marge {{direct_low}} tot {{direct_high}}), samen {{total}} (marge {{total_low}} tot {{total_high}}).",
    "Along {mediator} it is {{indirect}} {unit} (interval {{indirect_low}} to {{indirect_high}}), outside it {{direct}} "
    "(interval {{direct_low}} to {{direct_high}}), together {{total}} (interval {{total_low}} to {{total_high}}).",
)
EXPLAINED = Text(
    "Een onbekende factor die {{needed}} % verklaart van wat er {where} nog onverklaard is aan {mediator}, en evenveel van "
    "{outcome}, zou dit kunnen verklaren. Vanaf {{unsure}} % is het al niet meer zeker.",
    "An unknown factor that explains {{needed}}% of what is still unexplained {where} of {mediator}, and as much of {outcome}, "
    "could explain this. From {{unsure}}% on it is no longer certain.",
)
UNSURE_ALREADY = Text(
    "Een onbekende factor die {{needed}} % verklaart van wat er {where} nog onverklaard is aan {mediator}, en evenveel van "
    "{outcome}, brengt dit op nul. Ook zonder zo'n factor past nul bij deze gegevens.",
    "An unknown factor that explains {{needed}}% of what is still unexplained {where} of {mediator}, and as much of {outcome}, "
    "takes this to zero. Without such a factor zero fits these data too.",
)
NO_LOT = Text(
    "Geen loting bepaalde {mediator}. Dit beschrijft wat samengaat; het zegt niet wat waardoor komt.",
    "No lot decided {mediator}. This describes what goes together; it does not say what comes of what.",
)
ONLY_BETWEEN = Text(
    "Wat voor een heel team geldt, kan alleen verschillen tussen teams verklaren. Verschillen binnen teams tellen niet mee.",
    "What holds for a whole team can only explain differences between teams. Differences within teams do not count here.",
)
NOISY = Text(
    "De gemiddelden per team zijn hier onzeker: misschien verschillen niet de teams, maar toevallig de mensen die antwoordden.",
    "The means of teams are unsure here: perhaps it is not teams that differ, but by chance the people who answered.",
)
CAPTION = Text(
    "Verschil in {outcome} {contrast}, langs {mediator} en daarbuiten, met marge (95 %). De rijen met een onbekende factor "
    "laten zien hoe gevoelig het antwoord is.",
    "Difference in {outcome} {contrast}, along {mediator} and outside it, with its interval (95 %). The rows with an unknown "
    "factor show how sensitive the answer is.",
)
IN_TOTAL = Text("in totaal", "in total")
BETWEEN_TEAMS, BETWEEN_PEOPLE = Text("tussen teams", "between teams"), Text("tussen mensen", "between people")
INTRODUCED = Text("waar het team de nieuwe werkwijze invoerde", "where the team introduced the new way of working")


def pathway(
    result: Mediation | LevelMediation | NotEnoughData,
    tilted: Tilt | NotEnoughData,
    section: Section,
    about: About,
    *,
    mediator: Text,
    outcome: Text,
    contrast: Text = INTRODUCED,
    where: Text = BETWEEN_TEAMS,
    id: str = "",  # noqa: A002 — the name of the field of Words that it fills
) -> Output:
    """Show how much of a difference runs along a step in between, always with what an unknown factor could make of it.

    Parameters
    ----------
    tilted : Tilt or NotEnoughData
        `confounding.tilt` of the result.
    mediator, outcome : Text
        As they read within a sentence, e.g. ``gebruik van het gedragsmodel``, ``uitstroom naar werk``.
    contrast : Text
        Between whom the difference is, as it reads behind the outcome.
    where : Text
        At what level the path runs: `BETWEEN_TEAMS` or `BETWEEN_PEOPLE`.
    id : str
        When a section shows more than one path; default the section's.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result, about.units), id=id)
    if isinstance(tilted, NotEnoughData):  # a path is not shown without what could explain it
        return words_only(section, about, shortage(tilted, about.units), id=id)
    path = result.between if isinstance(result, LevelMediation) else result
    cells = {row: difference(getattr(path, row), row) for row in PATHS}
    named = {"mediator": mediator, "outcome": outcome, "unit": unit_of(cells["total"]), "where": where, "contrast": contrast}
    sentence = _sentence(path, cells, named)
    extra, labels = _corrected(result), _labels(named)
    tilts = {row: difference(one, row) for row, one in _tilts(tilted).items()}
    words = section_words(
        section,
        about,
        id=id,
        sentence=sentence,
        more=(_factor(path, named), *_of_teams(result), plain(NO_LOT.format(**named))),
        caption=CAPTION.format(**named),
        alt=sentence,
        labels={**labels, **_tilt_labels(tilted, named)},
        row_title=Text("weg", "way"),
    )
    return Output(words, (*cells.values(), *extra, *tilts.values(), *_sizes(tilted, path.indirect)))


def difference(estimate: Estimate, row: str, column: str = COLUMN) -> Cell:
    """Give the cell of a difference, with the digits that tell on which side of zero its interval ends."""
    unit = "difference in probability" if estimate.unit == "probability" else estimate.unit
    digits = telling_digits(estimate.low, estimate.high, 0.0, 100 if unit in PARTS else 1)
    return estimate_cell(estimate, row, column, digits=digits, unit=unit)


def unit_of(cell: Cell) -> Text:
    """Give the words for a cell's unit, as they read behind a number."""
    return Text("procentpunt", "percentage points") if cell.unit in PARTS else Text("punten", "points")


def slots_of(cells: Mapping[str, Cell]) -> dict[str, Slot]:
    """Give for each cell slots for its value and both ends, named after its row."""
    found: dict[str, Slot] = {}
    for name, cell in cells.items():
        quoted = quote(cell, signed=True)
        found |= {name: quoted["value"], f"{name}_low": quoted["low"], f"{name}_high": quoted["high"]}
    return found


def _sentence(path: Mediation, cells: Mapping[str, Cell], named: Mapping[str, Text]) -> Sentence:
    verdict = (RUNS if path.indirect.excludes_zero else UNKNOWN).format(**named)
    numbers = NUMBERS.format(**named)
    return Sentence(Text(f"{verdict.nl} {numbers.nl}", f"{verdict.en} {numbers.en}"), slots_of(cells))


def _factor(path: Mediation, named: Mapping[str, Text]) -> Sentence:
    """Say how strong an unknown factor would have to be."""
    slots = {"needed": Slot("needed", SIZE, digits=0, percent=True), "unsure": Slot("unsure", SIZE, digits=0, percent=True)}
    if path.indirect.excludes_zero:
        return Sentence(EXPLAINED.format(**named), slots)
    return Sentence(UNSURE_ALREADY.format(**named), {"needed": slots["needed"]})


def _of_teams(result: Mediation | LevelMediation) -> tuple[Sentence, ...]:
    """Say what a path between teams leaves out, and whether their means can be relied on."""
    if not isinstance(result, LevelMediation):
        return ()
    return (plain(ONLY_BETWEEN), *((plain(NOISY),) if isinstance(result.corrected, NotEnoughData) else ()))


def _sizes(tilted: Tilt, like: Estimate) -> tuple[Cell, ...]:
    # where nothing is certain to begin with, no factor is needed to make it unsure; a row that is there at times would tell
    # of a hidden path whether it is
    found = {"needed": tilted.needed, "unsure": abs(tilted.unsure) if like.excludes_zero else 0.0}
    return tuple(
        replace(estimate_cell(like, row, SIZE, digits=0, unit="share"), value=value, low=None, high=None, se=None)
        for row, value in found.items()
    )


def _tilts(tilted: Tilt) -> dict[str, Estimate]:
    """Give the indirect part under factors that push it towards zero, by the share that they explain."""
    towards = {one.rho: one.indirect for one in tilted.curve if one.rho * tilted.zero > 0}
    return {_tilt_row(rho): towards[rho] for rho in sorted(towards, key=abs)}


def _tilt_row(rho: float) -> str:
    return f"factor_{round(100 * abs(rho))}"


def _tilt_labels(tilted: Tilt, named: Mapping[str, Text]) -> dict[str, Text]:
    said = Text(
        "langs {mediator}, als een onbekende factor {share} % verklaart",
        "along {mediator}, if an unknown factor explains {share}%",
    )
    rhos = [one.rho for one in tilted.curve if one.rho * tilted.zero > 0]
    return {_tilt_row(rho): said.format(share=number(100 * abs(rho)), mediator=named["mediator"]) for rho in rhos}


def _corrected(result: Mediation | LevelMediation) -> tuple[Cell, ...]:
    """Give the path allowed for unreliable means, where it can be."""
    if not isinstance(result, LevelMediation) or isinstance(result.corrected, NotEnoughData):
        return ()
    return (difference(result.corrected, "corrected"),)


def _labels(named: Mapping[str, Text]) -> dict[str, Text]:
    mediator = named["mediator"]
    return {
        "indirect": Text(f"langs {mediator.nl}", f"along {mediator.en}"),
        "direct": Text("daarbuiten", "outside it"),
        "total": IN_TOTAL,
        "corrected": Text(
            f"langs {mediator.nl}, onzekere gemiddelden meegerekend", f"along {mediator.en}, allowing for unsure means"
        ),
        "needed": Text("factor die het op nul brengt", "factor that takes it to zero"),
        "unsure": Text("factor die het onzeker maakt", "factor that makes it unsure"),
        COLUMN: Text("verschil", "difference"),
        SIZE: Text("deel dat hij van beide verklaart", "share that it explains of both"),
    }
