"""Who changed by more than a questionnaire errs: shares, and nobody by himself."""

from __future__ import annotations

from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.reliable_change import ReliableChange
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import quote, share_of
from gm_workbench.outputs.measuring import printed
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain, verdict
from gm_workbench.outputs.shortages import shortage
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, number

CHANGE_ROWS = {
    "up": Text("vooruit", "up"),
    "same": Text("geen duidelijke verandering", "no clear change"),
    "down": Text("achteruit", "down"),
    "share": Text("aandeel", "share"),
}
CHANGED = Text(
    "Van de {who} ging {{up}} %{up} meer vooruit dan de vragenlijst zich vergist, en {{down}} %{down} meer achteruit. "
    "Vergissing alleen brengt ongeveer 2,5 % vooruit en 2,5 % achteruit.",
    "Of the {who} {{up}}%{up} went up by more than the questionnaire errs, and {{down}}%{down} went down by more. Error alone "
    "brings about 2.5% up and 2.5% down.",
)
SAME = Text(
    "Bij {value} % was de verandering niet groter dan de vergissing. Hoeveel er meer vooruit of achteruit gingen, wordt niet "
    "getoond, om personen te beschermen.",
    "Of {value}% the change was no larger than the error. How many went up or down by more is not shown, to protect persons.",
)
"""Where few went one way, that neither way is shown."""
MARGINS = {
    row: Text(f" (marge {{{row}_low}} tot {{{row}_high}})", f" (interval {{{row}_low}} to {{{row}_high}})")
    for row in ("up", "down")
}
NOT_BY_IT = Text(
    "Dit zegt niet waardoor iemand veranderde: wie door toeval laag begon, gaat vanzelf vooruit. Over één persoon zegt het "
    "niets.",
    "This does not say why anyone changed: those who began low by chance rise by themselves. It says nothing about one person.",
)
CHANGE_CAPTION = Text(
    "Aandeel van wie beide metingen invulde ({waves}). Een verandering telt als zij groter is dan wat twee metingen van wie "
    "gelijk bleef 95 van de 100 keer verschillen.",
    "Share of those who answered both measurements ({waves}). A change counts when it is larger than what two measurements of "
    "someone who stayed the same differ by 95 times in 100.",
)
COUNTS = Text(
    "Hier telt een verandering van meer dan {smallest} punten, bij een betrouwbaarheid van {reliability}.",
    "Here a change of more than {smallest} points counts, at a reliability of {reliability}.",
)
START_TO_YEAR = Text("de start en 12 maanden", "the start and 12 months")


def changed(
    result: ReliableChange | NotEnoughData,
    section: Section,
    about: About,
    *,
    who: Text,
    waves: Text = START_TO_YEAR,
) -> Output:
    """Show which shares went up, stayed, or went down by more than the questionnaire errs; never who."""
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    cells = tuple(share_of(getattr(result, name), name, "share") for name in ("up", "same", "down"))
    bare = CHANGED.format(who=who, up=NOTHING, down=NOTHING)
    same = Sentence(SAME, {"value": quote(cells[1])["value"]})
    sentence = Sentence(CHANGED.format(who=who, **MARGINS), _slots(cells), same, bare)
    given = {
        "smallest": Text(number(result.smallest, 1), number(result.smallest, 1, language="en")),
        "reliability": printed(result.reliability),
    }
    words = section_words(
        section,
        about,
        sentence=sentence,
        # two estimates over the same persons: they are told only where a share of these is
        more=(verdict(COUNTS.format(**given), [cell for cell in cells if cell.row == "same"]), plain(NOT_BY_IT)),
        caption=CHANGE_CAPTION.format(waves=waves),
        alt=sentence,
        shown_as=(Shape.BARS,),
        labels=CHANGE_ROWS,
        axes={"x": Axis(Text("% van de personen", "% of persons"))},
    )
    return Output(words, cells)


def _slots(cells: tuple[Cell, ...]) -> dict[str, Slot]:
    quoted = {cell.row: quote(cell) for cell in cells if cell.row in MARGINS}
    return {f"{row}_{part}".removesuffix("_value"): slot for row, slots in quoted.items() for part, slot in slots.items()}
