"""Spend on re-integration, women beside men: what is there, never why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from gm_workbench.metrics.decomposition import Decomposition
from gm_workbench.metrics.equity import EURO_MONTH, Spend
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.shares import wilson
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote, share_cell
from gm_workbench.outputs.output import Axis, Cell, Measure, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.terms import term, terms
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, joined

ALL = "all"
SEXES = ("woman", "man")
HOUSEHOLDS = (ALL, "single", "lone_parent", "couple", "other")
DIFFERENCE = "difference"
DIFFERENCE_LABEL = Text("verschil, vrouwen min mannen", "difference, women minus men")

DESCRIPTIVE = Text(
    "Dit beschrijft wat is uitgegeven. Het zegt niet waarom, en ook niet of iemand kreeg wat nodig was.",
    "This describes what was spent. It does not say why, nor whether anybody got what was needed.",
)
SPEND_CAPTION = Text(
    "Uitgaven aan re-integratie per persoon per maand met algemene bijstand, in euro: alle uitgaven gedeeld door alle "
    "maanden, ook van wie niets kreeg. Verschil met marge (95 %), door personen opnieuw te trekken. Alles is op hele euro's "
    "afgerond: het verschil van twee bedragen kan er daardoor € 1 naast zitten.",
    "Spend on re-integration per person per month on general assistance, in euros: all spend divided by all months, including "
    "those of people who got nothing. Difference with interval (95 %), from drawing persons again. All is rounded to whole "
    "euros: the difference of two amounts may therefore be € 1 off.",
)
PARTS_CAPTION = Text(
    "In twee delen: het deel van de personen voor wie in de periode iets is uitgegeven, met marge (95 %), en het gemiddelde "
    "bedrag over de hele periode voor die personen, in euro.",
    "In two parts: the share of persons on whom anything was spent in the period, with its interval (95 %), and the mean "
    "amount over the whole period for those persons, in euros.",
)
DECOMPOSITION_CAPTION = Text(
    "Verschil in uitgaven per persoon per maand, vrouwen min mannen, in euro, gesplitst volgens Kitagawa. Samenstelling: "
    "vrouwen en mannen "
    "zitten in andere groepen. Bedragen: binnen dezelfde groep is het bedrag anders. De twee delen tellen op tot het "
    "verschil. Streep: "
    "marge (95 %).",
    "Difference in spend per person per month, women minus men, in euros, split after Kitagawa. Composition: women and men "
    "are in different "
    "groups. Amounts: within the same group the amount differs. The two parts add up to the difference. Line: interval (95 %).",
)


WHOLE_ONLY = Text(
    "Het verschil is € {gap} per persoon per maand (marge {gap_low} tot {gap_high}).",
    "The difference is € {gap} per person per month (interval {gap_low} to {gap_high}).",
)
NOT_EACH = Text(
    "Niet elk deel van het verschil is te geven: daarvoor verschillen de gegevens te weinig van elkaar.",
    "Not every part of the difference can be told: the data differ too little from each other for that.",
)


def spend(
    spent: Mapping[tuple[str, ...], Spend | NotEnoughData],
    differences: Mapping[str, Estimate | NotEnoughData],
    section: Section,
    about: About,
) -> Output:
    """Show the spend per person-month of women and men, by household and over all, with the difference.

    Parameters
    ----------
    spent : mapping
        ``(household, sex)`` or, over all households, ``(sex,)`` to spend (`metrics.equity.spend_by`).
    differences : mapping
        Household, or ``all``, to women minus men (`metrics.equity.spend_difference`). A missing or impossible difference has no
        cell. The n of a difference is that of both groups together.
    """
    known = {(key[0] if len(key) > 1 else ALL, key[-1]): one for key, one in spent.items() if isinstance(one, Spend)}
    if not {(ALL, sex) for sex in SEXES} <= set(known):
        return words_only(section, about, shortage(NotEnoughData("", "persons in each group", 0, 2)))
    cells = tuple(cell for household in HOUSEHOLDS for cell in _row(household, known, differences))
    sentence = _spend_sentence(cells)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(DESCRIPTIVE),),
        caption=SPEND_CAPTION,
        alt=sentence,
        shown_as=(Shape.TABLE,),
        labels=terms((*HOUSEHOLDS, *SEXES, DIFFERENCE), {DIFFERENCE: DIFFERENCE_LABEL}),
        row_title=term("household"),
    )
    return Output(words, cells)


def _row(
    household: str, known: Mapping[tuple[str, str], Spend], differences: Mapping[str, Estimate | NotEnoughData]
) -> list[Cell]:
    cells = [_money(household, sex, known[household, sex]) for sex in SEXES if (household, sex) in known]
    gap = differences.get(household)
    if isinstance(gap, Estimate):
        fewest = min((cell.n for cell in cells), default=gap.n)
        cells.append(replace(estimate_cell(gap, household, DIFFERENCE, digits=0), fewest=fewest))
    return cells


def _money(row: str, column: str, one: Spend) -> Cell:
    return Cell(row, column, Measure.MONEY, one.persons, value=one.per_month.value, largest=one.largest, unit=EURO_MONTH)


EITHER_WAY = Text(
    " Of dat verschil meer is dan toeval, is niet te zeggen.", " Whether that difference is more than chance cannot be said."
)


WHOLE_EITHER_WAY = Text(
    " Of het hele verschil meer is dan toeval, is niet te zeggen.",
    " Whether the whole difference is more than chance cannot be said.",
)


def _spend_sentence(cells: Sequence[Cell]) -> Sentence:
    slots = {sex: Slot(ALL, sex) for sex in SEXES}
    nl = "Per maand met bijstand is aan vrouwen gemiddeld € {woman} uitgegeven en aan mannen € {man}"
    en = "Per month on benefit € {woman} was spent on women on average, and € {man} on men"
    gap = next((cell for cell in cells if cell.key == (ALL, DIFFERENCE)), None)
    if gap is None:
        return Sentence(Text(f"{nl}.", f"{en}."), slots)
    margin = Text(
        ", een verschil van € {value} (marge {low} tot {high}).", ", a difference of € {value} (interval {low} to {high})."
    )
    open_ = NOTHING if _sure(gap) else EITHER_WAY
    said = Text(nl + margin.nl + open_.nl, en + margin.en + open_.en)
    return Sentence(said, {**slots, **quote(gap, signed=True)})


def spend_parts(spent: Mapping[tuple[str, ...], Spend | NotEnoughData], section: Section, about: About) -> Output:
    """Show the two parts of the spend of women and men: how many got anything, and how much those got.

    Parameters
    ----------
    spent : mapping
        ``(sex,)`` to spend (`metrics.equity.spend_by` by sex alone); other keys are passed over.
    """
    known = {sex: one for sex in SEXES if isinstance(one := spent.get((sex,)), Spend)}
    if set(known) != set(SEXES):
        return words_only(section, about, shortage(NotEnoughData("", "persons in each group", 0, 2)), id="spend_parts")
    anything = [_any_cell(sex, one) for sex, one in known.items()]
    amounts = [
        Cell("given_any", sex, Measure.MONEY, one.given_any.n, value=one.given_any.value, largest=one.largest, unit="euro")
        for sex, one in known.items()
        if isinstance(one.given_any, Estimate)
    ]
    sentence = _any_sentence()
    words = section_words(
        section,
        about,
        id="spend_parts",
        sentence=sentence,
        more=(plain(ONLY_SHARES), plain(DESCRIPTIVE)),
        caption=PARTS_CAPTION,
        alt=sentence,
        labels=terms(
            (*SEXES, "any", "given_any"),
            {
                "any": Text("kreeg iets", "got anything"),
                "given_any": Text("gemiddeld bedrag als men iets kreeg", "mean amount for those who got anything"),
            },
        ),
    )
    return Output(words, (*anything, *amounts))


ANY = Text(
    "Voor {{woman}} % van de vrouwen{woman_margin} en {{man}} % van de mannen{man_margin} is in de periode iets uitgegeven.",
    "Anything was spent in the period on {{woman}}% of the women{woman_margin} and {{man}}% of the men{man_margin}.",
)
ANY_MARGIN = Text(" (marge {{{sex}_low}} tot {{{sex}_high}})", " (interval {{{sex}_low}} to {{{sex}_high}})")


ONLY_SHARES = Text(
    "Of de aandelen meer verschillen dan door toeval kan, is bij deze vraag niet berekend.",
    "Whether the shares differ by more than chance was not calculated under this question.",
)


def _any_cell(sex: str, one: Spend) -> Cell:
    low, high = wilson(one.any_persons, one.persons)
    return replace(share_cell("any", sex, one.any_persons, one.persons), low=low, high=high)


def _any_sentence() -> Sentence:
    """Say both shares with their intervals, or without where the guard keeps these back."""
    fields: tuple[tuple[str, Literal["value", "low", "high"]], ...] = (("", "value"), ("_low", "low"), ("_high", "high"))
    slots = {f"{sex}{end}": Slot("any", sex, field, percent=True) for sex in SEXES for end, field in fields}
    margins = {f"{sex}_margin": ANY_MARGIN.format(sex=sex) for sex in SEXES}
    return Sentence(ANY.format(**margins), slots, without_interval=ANY.format(**dict.fromkeys(margins, NOTHING)))


def decomposition(
    results: Mapping[str, Decomposition | NotEnoughData],
    section: Section,
    about: About,
    *,
    whole: Estimate | NotEnoughData | None = None,
) -> Output:
    """Show the difference in spend and how much of it goes with composition and with amounts.

    A part that cannot be told is left out, and a sentence says that not all are there. Only the two totals are shown, not the
    parts by category: they sum to the difference, so a hidden one could be worked out.

    Parameters
    ----------
    results : mapping
        What was split over (``household``, ``age_band``, ``type``) to the decomposition; all of the same difference.
    whole : Estimate, optional
        The whole difference as another section shows it (`metrics.equity.spend_difference`). Each bootstrap draws anew, and a
        report that gives one difference two intervals contradicts itself.
    """
    known = {name: one for name, one in results.items() if isinstance(one, Decomposition)}
    gap = next((one for one in (whole, *(split.gap for split in known.values())) if isinstance(one, Estimate)), None)
    if not known or gap is None:
        short = next((one for one in results.values() if isinstance(one, NotEnoughData)), None)
        return words_only(section, about, shortage(short or NotEnoughData("", "persons in each group", 0, 2)))
    parts = {f"{name}_{part}": getattr(one, part) for name, one in known.items() for part in PART_LABELS}
    told = {"gap": gap, **{row: one for row, one in parts.items() if isinstance(one, Estimate)}}
    cells = [estimate_cell(one, row, EURO_MONTH, digits=1) for row, one in told.items()]
    labels = {"gap": DIFFERENCE_LABEL, EURO_MONTH: Text("€ per persoon per maand", "€ per person per month")}
    labels |= {
        f"{name}_{part}": words.format(name=term(name))
        for name in known
        for part, words in PART_LABELS.items()
        if f"{name}_{part}" in told
    }
    split = next((name for name in known if all(f"{name}_{part}" in told for part in PART_LABELS)), None)
    sentence = _decomposition_sentence(split, {cell.row: cell for cell in cells})
    missing = () if len(told) > len(parts) else (plain(NOT_EACH),)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(DESCRIPTIVE), *missing),
        caption=DECOMPOSITION_CAPTION,
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels=labels,
        axes={"x": Axis(Text("€ per persoon per maand", "€ per person per month"))},
        options={"strong": ("gap",)},
    )
    return Output(words, tuple(cells))


PART_LABELS = {
    "composition": Text("{name}: samenstelling", "{name}: composition"),
    "rates": Text("{name}: bedragen", "{name}: amounts"),
}


def _decomposition_sentence(name: str | None, cells: Mapping[str, Cell]) -> Sentence:
    """Say what goes with the first split of which both parts are there; the whole difference where there is none."""
    doubt = NOTHING if _sure(cells["gap"]) else WHOLE_EITHER_WAY
    if name is None:
        whole = quote(cells["gap"], signed=True)
        return Sentence(
            joined([WHOLE_ONLY, doubt], ""), {f"gap_{end}".removesuffix("_value"): one for end, one in whole.items()}
        )
    text = Text(
        "Van het verschil van € {{gap}} per persoon per maand gaat € {{composition}} (marge {{composition_low}} tot "
        "{{composition_high}}) samen met {name}; € {{rates}} (marge {{rates_low}} tot {{rates_high}}) blijft over bij gelijke "
        "{name}.",
        "Of the difference of € {{gap}} per person per month, € {{composition}} (interval {{composition_low}} to "
        "{{composition_high}}) goes with {name}; € {{rates}} (interval {{rates_low}} to {{rates_high}}) remains at equal "
        "{name}.",
    ).format(name=term(name))
    slots = {"gap": quote(cells["gap"], signed=True)["value"]}
    for part in PART_LABELS:
        quoted = quote(cells[f"{name}_{part}"], signed=True)
        slots |= {f"{part}_{end}".removesuffix("_value"): slot for end, slot in quoted.items()}
    return Sentence(joined([text, doubt], ""), slots)


def _sure(gap: Cell) -> bool:
    """Whether the interval of a difference leaves zero out."""
    return (gap.low or 0.0) > 0 or (gap.high or 0.0) < 0
