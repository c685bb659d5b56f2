"""Who was lost between measurements; whether that changes the answer is in `after_loss`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gm_workbench.metrics.attrition import Lost
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.overlap import Balance
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import quote, share_cell
from gm_workbench.outputs.output import Candidate, Cell, Measure, Output, Sentence, Slot, plain, verdict
from gm_workbench.outputs.sentence import furthest
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.terms import STANDARD_DEVIATION
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, listed

STAYED, APART = "stayed", "apart"
ARMS = {"True": "introduced", "1": "introduced", "1.0": "introduced", "False": "others", "0": "others", "0.0": "others"}
"""Row keys for the values of a column that says whether the way of working was introduced."""

GROUPS = {
    "everybody": Text("allen", "all"),
    "introduced": Text("met nieuwe werkwijze", "with the new way of working"),
    "others": Text("zonder", "without"),
}
COLUMNS = {
    STAYED: Text("aandeel met een latere meting", "share with a later measurement"),
    APART: Text("wie bleef min wie uitviel", "who stayed minus who was lost"),
}
ONE_GROUP = Text("Van {{everybody}} % is er een latere meting.", "Of {{everybody}}% there is a later measurement.")
TWO_GROUPS = Text(
    "Van {{introduced}} % is er een latere meting {where}, en van {{others}} % waar dat niet zo was.",
    "Of {{introduced}}% there is a later measurement {where}, and of {{others}}% where that was not so.",
)
FURTHEST = {
    True: Text(
        "Wie bleef en wie uitviel, verschillen het meest in {name}: bij wie bleef {{apart}} standaarddeviaties hoger.",
        "Those who stayed and those who were lost differ most in {name}: {{apart}} standard deviations higher for "
        "those who stayed.",
    ),
    False: Text(
        "Wie bleef en wie uitviel, verschillen het meest in {name}: bij wie bleef {{apart}} standaarddeviaties lager.",
        "Those who stayed and those who were lost differ most in {name}: {{apart}} standard deviations lower for those "
        "who stayed.",
    ),
}
FURTHEST_OF_SHOWN = {
    True: Text(
        "Van de kenmerken met een getal verschillen wie bleef en wie uitviel het meest in {name}: bij wie bleef {{apart}} "
        "standaarddeviaties hoger.",
        "Of the characteristics with a number, those who stayed and those who were lost differ most in {name}: {{apart}} "
        "standard deviations higher for those who stayed.",
    ),
    False: Text(
        "Van de kenmerken met een getal verschillen wie bleef en wie uitviel het meest in {name}: bij wie bleef {{apart}} "
        "standaarddeviaties lager.",
        "Of the characteristics with a number, those who stayed and those who were lost differ most in {name}: {{apart}} "
        "standard deviations lower for those who stayed.",
    ),
}
"""By whether it was higher for who stayed; the second where some numbers are hidden."""

GOES_WITH = Text(
    "Uitval hangt samen met {names}, bij verder gelijke kenmerken.",
    "Being lost goes with {names}, other characteristics being equal.",
)
GOES_WITH_NOTHING = Text(
    "Van geen van deze kenmerken is te zeggen of uitval ermee samenhangt.",
    "Of none of these characteristics can it be said whether being lost goes with it.",
)
NO_PROOF = Text(
    "Ook wie aan de start op elkaar leken, kunnen later uiteenlopen. Dat is met deze gegevens niet na te gaan.",
    "Those who were alike at the start may differ later too. That cannot be checked with these data.",
)


def who_left(
    lost: Lost | NotEnoughData,
    section: Section,
    about: About,
    *,
    names: Mapping[str, Text],
    id: str = "attrition_who",  # noqa: A002 — the name of the field of Words that it fills
) -> Output:
    """Show what share has a later measurement, and in what those who have differ from those who have not.

    Parameters
    ----------
    lost : Lost or NotEnoughData
        From `metrics.attrition.who_is_lost`; counted by introduction where that is given as `by`.
    names : mapping of str to Text
        The covariates as they read within a sentence ("de veerkracht aan de start").
    """
    if isinstance(lost, NotEnoughData):
        return words_only(section, about, shortage(lost), id=id)
    shares = _shares(lost)
    apart = [_apart(one, lost) for one in lost.differences]
    sentence = _stayed(shares, about)
    words = section_words(
        section,
        about,
        id=id,
        sentence=sentence,
        more=(_furthest(apart, names), verdict(_goes_with(lost, names), apart), plain(NO_PROOF)),
        caption=Text(
            f"Wie een latere meting heeft, en hoe wie bleef aan de start verschilt van wie uitviel. {STANDARD_DEVIATION.nl}",
            "Who has a later measurement, and how those who stayed differ at the start from those who were lost. "
            f"{STANDARD_DEVIATION.en}",
        ),
        alt=sentence,
        # a group that is a covariate too has one row, and is called what its group is called
        labels={**names, **{cell.row: GROUPS[cell.row] for cell in shares}, **COLUMNS},
        row_title=Text("groep of kenmerk", "group or characteristic"),
    )
    return Output(words, (*shares, *apart))


def _shares(lost: Lost) -> tuple[Cell, ...]:
    if not lost.groups:
        return (share_cell("everybody", STAYED, lost.stayed, lost.persons),)
    arms = {ARMS[name]: name for name in lost.groups}
    cells = ((arms[row], share_cell(row, STAYED, *lost.groups[arms[row]])) for row in ("introduced", "others"))
    return tuple(replace(cell, sides=lost.behind.get(name)) for name, cell in cells)


def _apart(one: Balance, lost: Lost) -> Cell:
    """Give the cell of a difference; the guard judges it by the smaller side, and by the fewest on a side who are otherwise."""
    return Cell(
        one.covariate,
        APART,
        Measure.ESTIMATE,
        lost.persons,
        one.before,
        numerator=min(lost.stayed, lost.persons - lost.stayed),
        fewest=one.fewest,
        unit="standard deviations",
        digits=2,
    )


def _stayed(shares: tuple[Cell, ...], about: About) -> Sentence:
    text = ONE_GROUP.format() if len(shares) == 1 else TWO_GROUPS.format(where=about.where_introduced)
    return Sentence(text, {cell.row: Slot(cell.row, STAYED, digits=0, percent=True) for cell in shares})


def _furthest(apart: list[Cell], names: Mapping[str, Text]) -> Sentence:
    return furthest([_differs(cell, names[cell.row]) for cell in apart], NOTHING)


def _differs(cell: Cell, name: Text) -> Candidate:
    higher = (cell.value or 0.0) > 0
    slots = {"apart": quote(cell, absolute=True)["value"]}
    return Candidate(FURTHEST[higher].format(name=name), FURTHEST_OF_SHOWN[higher].format(name=name), slots, ("apart",))


def _goes_with(lost: Lost, names: Mapping[str, Text]) -> Text:
    found = [names[name] for name, one in lost.log_odds.items() if one.excludes_zero]
    if not found:
        return GOES_WITH_NOTHING
    return GOES_WITH.format(names=listed(found))
