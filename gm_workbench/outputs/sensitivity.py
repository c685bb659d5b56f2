"""The answer judged in other ways, beside the one that counts: named a sensitivity analysis, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.sensitivity import Judged, Way
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import judged_as, quote
from gm_workbench.outputs.output import Cell, Measure, Output, Sentence, Slot, plain, verdict
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.teams import COLUMN, difference_cell, lacking
from gm_workbench.outputs.weighing import caution
from gm_workbench.panel.teams import HORIZON
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, joined, listed

MAIN, P = "main", "p"
LEAST_P = 0.001
"""A smaller p prints as this one: it would print as nothing at all, which no p is."""

ROWS = {
    MAIN: Text("hoofdanalyse", "main analysis"),
    Way.CR2: Text("correctie voor weinig teams (CR2)", "corrected for few teams (CR2)"),
    Way.WILD: Text("teams omgekeerd (wild cluster bootstrap)", "teams turned around (wild cluster bootstrap)"),
    Way.LOT: Text("opnieuw verloot (randomisatie)", "dealt out again (randomisation)"),
}
AS_IF = {
    True: ROWS[Way.LOT],
    False: Text("alsof er was geloot (randomisatie)", "as if a lot had been drawn (randomisation)"),
}
"""By whether a lot was drawn."""

SAID = Text(
    "De marge loopt in de hoofdanalyse van {{main_low}} tot {{main_high}} procentpunt. {others}",
    "In the main analysis the interval runs from {{main_low}} to {{main_high}} percentage points. {others}",
)
OTHER = Text("{name} {{{way}_low}} tot {{{way}_high}}", "{name} {{{way}_low}} to {{{way}_high}}")
ANOTHER = Text("Andere rekenwijzen geven: {those}.", "Other ways of calculating give: {those}.")
AGREE = Text(
    "Of nul binnen de marge ligt, hangt niet van de rekenwijze af.",
    "Whether zero lies within the interval does not depend on the way of calculating.",
)
PART = Text(
    "Of nul binnen de marge ligt, hangt af van de rekenwijze. Lees het antwoord dus met voorbehoud.",
    "Whether zero lies within the interval depends on the way of calculating. So read the answer with reserve.",
)
SENSITIVITY = Text(
    "Dit is een gevoeligheidsanalyse. Het antwoord van dit rapport is dat van de hoofdanalyse, die volgt uit de opzet.",
    "This is a sensitivity analysis. The answer of this report is that of the main analysis, which follows from the design.",
)
NO_LOT = Text(
    "Dat er is geloot, is niet bekend. De laatste rij zegt alleen hoe vaak een loting tussen deze teams een verschil van die "
    "grootte zou geven als er niets veranderde.",
    "It is not known that a lot was drawn. The last row only says how often a lot between these teams would give a difference "
    "of that size if nothing changed.",
)
TOO_FEW = Text(
    "Te weinig teams voor: {those}. Ook het grootste verschil had daar geen p onder 0,05 kunnen geven.",
    "Too few teams for: {those}. Even the largest difference could not have given a p below 0.05 there.",
)
NOT_DONE = Text("Niet te berekenen: {those}.", "Could not be calculated: {those}.")
CAPTION = Text(
    "Verschil in uitstroom naar werk binnen twaalf maanden met marge (95 %), en de kans p op minstens zo'n groot verschil als "
    "er niets zou veranderen (tweezijdig).",
    "Difference in exit to work within twelve months with interval (95 %), and the chance p of a difference at least as large "
    "if nothing changed (two-sided).",
)


def sensitivity(
    primary: Contrast | NotEnoughData, found: Mapping[Way, Judged | NotEnoughData], section: Section, about: About
) -> Output:
    """Show the answer beside what other ways of judging the same difference make of it.

    Parameters
    ----------
    primary : Contrast or NotEnoughData
        As the answer has it.
    found : mapping
        `metrics.sensitivity.other_ways`; the way that the answer was judged by is not shown twice.
    """
    if short := about.too_short(HORIZON):
        return words_only(section, about, shortage(short))
    if isinstance(primary, NotEnoughData):
        return words_only(section, about, lacking(primary))
    own = Way.LOT if about.may_say_effect and Way.LOT in found else Way.CR2
    others = {way: one for way, one in found.items() if way is not own}
    known = {way: one for way, one in others.items() if isinstance(one, Judged)}
    labels = {**ROWS, Way.LOT: AS_IF[about.may_say_effect]}
    judged = {MAIN: Judged(primary.adjusted, _p(found.get(own))), **{way.value: one for way, one in known.items()}}
    judged = {row: replace(one, estimate=_of_the_same(one.estimate, primary.adjusted)) for row, one in judged.items()}
    cells = {row: difference_cell(one.estimate, row) for row, one in judged.items()}
    slots = {key: slot for row, cell in cells.items() for key, slot in _ends(row, cell).items()}
    said = [OTHER.format(name=labels[way], way=way.value) for way in known]
    sentence = Sentence(SAID.format(others=ANOTHER.format(those=joined(said, "; ")) if said else NOTHING), slots)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(*_agree(primary.adjusted, known, cells), *map(plain, _more(others, labels, about)), *caution(about)),
        caption=CAPTION,
        alt=sentence,
        labels={
            MAIN: ROWS[MAIN],
            **{way.value: labels[way] for way in known},
            COLUMN: about.difference,
            P: Text("p (tweezijdig)", "p (two-sided)"),
        },
        row_title=Text("rekenwijze", "way of calculating"),
    )
    return Output(words, tuple(cell for row, one in judged.items() for cell in (cells[row], *_p_cell(row, one))))


def _of_the_same(one: Estimate, primary: Estimate) -> Estimate:
    """Judge another way of calculating by the persons, teams and coefficients of the answer that it is about."""
    return replace(one, sides=primary.sides, residual_df=one.residual_df or primary.residual_df, fewest=primary.fewest)


def _p(one: Judged | NotEnoughData | None) -> float:
    return one.p if isinstance(one, Judged) else float("nan")


def _p_cell(row: str, one: Judged) -> tuple[Cell, ...]:
    if one.p != one.p:  # not known
        return ()
    estimate = one.estimate
    return (
        Cell(
            row,
            P,
            Measure.ESTIMATE,
            estimate.n,
            max(one.p, LEAST_P),
            unit="",
            digits=3,
            **judged_as(estimate),  # type: ignore[arg-type]
        ),
    )


def _ends(row: str, cell: Cell) -> dict[str, Slot]:
    slots = quote(cell, signed=True)
    return {f"{row}_low": slots["low"], f"{row}_high": slots["high"]}


def _agree(own: Estimate, known: Mapping[Way, Judged], cells: Mapping[str, Cell]) -> tuple[Sentence, ...]:
    """Say whether the ways agree on whether there is a difference."""
    alike = all(one.estimate.excludes_zero is own.excludes_zero for one in known.values())
    return (verdict(AGREE if alike else PART, cells.values()),) if known else ()


def _more(others: Mapping[Way, Judged | NotEnoughData], labels: Mapping[str, Text], about: About) -> list[Text]:
    missing = {way: one for way, one in others.items() if isinstance(one, NotEnoughData)}
    few = [labels[way] for way, one in missing.items() if one.what in ("teams", "clusters", "clusters in each group")]
    rest = [labels[way] for way in missing if labels[way] not in few]
    return [
        SENSITIVITY,
        *([NO_LOT] if isinstance(others.get(Way.LOT), Judged) and not about.may_say_effect else []),
        *([TOO_FEW.format(those=listed(few))] if few else []),
        *([NOT_DONE.format(those=listed(rest))] if rest else []),
    ]
