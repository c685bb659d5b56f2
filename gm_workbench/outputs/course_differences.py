"""How differently two groups changed, by a model of all measurements: a sensitivity analysis beside the answer of a report."""

from __future__ import annotations

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.mixed_result import JointTest
from gm_workbench.metrics.wave_model import MIN_PERSONS_PER_CELL, CourseModel
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.questionnaires import ARMS
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.verdicts import telling_digits
from gm_workbench.outputs.weighing import caution
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, same

COLUMN = "difference"
ONE_GROUP = NotEnoughData("course", "persons in each group", 0, MIN_PERSONS_PER_CELL)
LEVEL = 0.05
"""Risk of calling courses different that are not."""

CHANGED = Text(
    "Gevoeligheidsanalyse. De verandering in {name} tussen de start en {wave} was {where} {{value}} punten {way} dan elders "
    "(marge {{low}} tot {{high}}). {together}",
    "Sensitivity analysis. The change in {name} between the start and {wave} was {{value}} points {way} {where} than elsewhere "
    "(interval {{low}} to {{high}}). {together}",
)
NOT_SAID = Text(
    "Gevoeligheidsanalyse. Of {name} tussen de start en {wave} anders veranderde {where}, is niet te zeggen: het verschil in "
    "verandering is {{value}} punten (marge {{low}} tot {{high}}). {together}",
    "Sensitivity analysis. Whether {name} changed otherwise between the start and {wave} {where} cannot be said: the "
    "difference in change is {{value}} points (interval {{low}} to {{high}}). {together}",
)
HIGHER, LOWER = Text("hoger", "higher"), Text("lager", "lower")
APART = Text(
    "Over alle metingen samen veranderden de groepen aantoonbaar verschillend.",
    "Over all measurements together the groups were shown to change differently.",
)
NOT_APART = Text(
    "Of de groepen over alle metingen samen verschillend veranderden, is niet te zeggen.",
    "Whether the groups changed differently over all measurements together cannot be said.",
)
BESIDE = Text(
    "Het antwoord van dit rapport blijft dat bovenaan. Dat vergelijkt scores bij een gelijke start; dit model vergelijkt "
    "veranderingen, en telt ook wie een meting miste. Begonnen de groepen ongelijk, dan kunnen de twee uiteenlopen.",
    "The answer of this report remains the one at the top. That compares scores at an equal start; this model compares "
    "changes, and also counts those who missed a measurement. Where the groups began unequal, the two may differ.",
)
CAPTION = Text(
    "Verandering in {name} sinds de start {where} min die van de anderen, per meting, met marge (95 %). Gemengd model met een "
    "eigen niveau per persoon en een eigen niveau en verandering per consulent ({errors}).",
    "Change in {name} since the start {where} minus that of the others, by measurement, with its interval (95 %). Mixed model "
    "with a level of its own for each person, and a level and a change of its own for each coach ({errors}).",
)


def course_differences(
    result: CourseModel | NotEnoughData | None,
    section: Section,
    about: About,
    *,
    name: Text,
    quoted: str = "T12",
    answer: object = None,
) -> Output:
    """Show the change since the start of the group with the new way of working minus that of the others, at each wave.

    Parameters
    ----------
    result : CourseModel, NotEnoughData or None
        None where there is one group only.
    name : Text
        The score, as it reads within a sentence.
    quoted : str
        The wave that the sentence quotes.
    answer : optional
        What the report answers with. Where that is NotEnoughData, so is this: a sensitivity analysis of an answer that is not
        there would take its place.
    """
    if isinstance(answer, NotEnoughData):
        return words_only(section, about, shortage(answer, about.units))
    if not isinstance(result, CourseModel):
        return words_only(section, about, shortage(result or ONE_GROUP, about.units))
    found = {one.wave: one.estimate for one in result.contrast if isinstance(one.estimate, Estimate)}
    cells = {wave: _cell(one, wave) for wave, one in found.items()}
    last = quoted if quoted in cells else next(reversed(cells))
    said = _said(found[last], cells[last], _apart(result), last, name, about.where_introduced)
    sentence = said.resting_on(cells.values())  # it also says what all measurements together show
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(BESIDE), *caution(about)),
        caption=CAPTION.format(name=name, where=about.where_introduced, errors=found[last].method.split(", ")[-1]),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={
            **{wave: ARMS.get(wave, same(wave)) for wave in cells},
            COLUMN: Text("verschil in verandering", "difference in change"),
        },
        axes={"x": Axis(Text("verschil in verandering (punten)", "difference in change (points)"))},
    )
    return Output(words, tuple(cells.values()))


def _apart(result: CourseModel) -> bool:
    return isinstance(result.together, JointTest) and result.together.p < LEVEL


def _said(one: Estimate, cell: Cell, apart: bool, wave: str, name: Text, where: Text) -> Sentence:
    parts = {"wave": ARMS.get(wave, same(wave)), "name": name, "where": where, "together": APART if apart else NOT_APART}
    if not one.excludes_zero:
        return Sentence(NOT_SAID.format(**parts), quote(cell, signed=True))
    return Sentence(CHANGED.format(way=HIGHER if one.value > 0 else LOWER, **parts), quote(cell, absolute=True) | _ends(cell))


def _ends(cell: Cell) -> dict[str, Slot]:
    slots = quote(cell, signed=True)
    return {"low": slots["low"], "high": slots["high"]}


def _cell(one: Estimate, wave: str) -> Cell:
    return estimate_cell(one, wave, COLUMN, digits=telling_digits(one.low, one.high, 0.0))
