"""The secondary outcomes of a study side by side: which hold when it counts that several were looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from gm_workbench.errors import OutputError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.several import OPEN, Simultaneous
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import PARTS, estimate_cell, quote
from gm_workbench.outputs.output import Cell, Output, Sentence, Slot, plain, verdict
from gm_workbench.outputs.printed import UNITS
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.verdicts import telling_digits
from gm_workbench.outputs.weighing import caution
from gm_workbench.vocabulary.protocols import Correction, Family, Section
from gm_workbench.vocabulary.text import Text, listed

ALONE, TOGETHER = "alone", "together"
COLUMNS = {
    ALONE: Text("op zichzelf", "by itself"),
    TOGETHER: Text("samen met de andere", "together with the others"),
}

HIGHER, LOWER = Text("Hoger: {those}.", "Higher: {those}."), Text("Lager: {those}.", "Lower: {those}.")
HOLDS = Text(
    "Dit houdt stand, ook als meetelt dat er naar {m} uitkomsten is gekeken.",
    "This holds, also when it counts that {m} outcomes were looked at.",
)
ONE_HOLDS = Text("Dit is de enige uitkomst waarnaar is gekeken.", "This is the only outcome that was looked at.")
NONE_HOLDS = Text(
    "Als meetelt dat er naar {m} uitkomsten is gekeken, is van geen ervan te zeggen of die hoger of lager is.",
    "When it counts that {m} outcomes were looked at, of none of them can it be said whether it is higher or lower.",
)
ONE_DOES_NOT = Text(
    "Van deze uitkomst is niet te zeggen of die hoger of lager is.",
    "Of this outcome it cannot be said whether it is higher or lower.",
)
NOT_SAID = Text("Van {those} is dat niet te zeggen.", "Of {those} that cannot be said.")
NONE_SHOWN_HOLDS = Text(
    "Als meetelt dat er naar {m} uitkomsten is gekeken, is van {those} niet te zeggen of het hoger of lager is.",
    "When it counts that {m} outcomes were looked at, it cannot be said of {those} whether it is higher or lower.",
)
HIDDEN = Text("Van {those} is het getal niet te tonen.", "Of {those} the number cannot be shown.")
NOT_ALIKE = Text(
    "Niet te zeggen is iets anders dan gelijk: kijk naar de marge.",
    "That it cannot be said is not that it is equal: see the interval.",
)
SHORT = Text(
    "Over {those} zijn er te weinig gegevens. Bij het meetellen doet ook die uitkomst mee.",
    "On {those} there are too few data. That outcome counts as one that was looked at too.",
)
SEVERAL_SHORT = Text(
    "Over {those} zijn er te weinig gegevens. Bij het meetellen doen ook die uitkomsten mee.",
    "On {those} there are too few data. Those outcomes count as looked at too.",
)
NONE_KNOWN = Text("Over {those} zijn er te weinig gegevens.", "On {those} there are too few data.")
BESIDE = Text(
    "Deze uitkomsten zijn vooraf genoemd, naast de hoofdvraag. Zij zijn geen tweede antwoord daarop.",
    "These outcomes were named beforehand, beside the main question. They are no second answer to it.",
)

BOTH_ENDS = Text(
    "{label} ({{{name}}} {unit}, marge {{{name}_low}} tot {{{name}_high}})",
    "{label} ({{{name}}} {unit}, interval {{{name}_low}} to {{{name}_high}})",
)
AT_MOST = Text("{label} ({{{name}}} {unit}, hoogstens {{{name}_high}})", "{label} ({{{name}}} {unit}, at most {{{name}_high}})")
AT_LEAST = Text("{label} ({{{name}}} {unit}, hoogstens {{{name}_low}})", "{label} ({{{name}}} {unit}, at most {{{name}_low}})")
"""A proven outcome, by which of its bounds says how large it is; below zero the lower bound does."""

CAPTION = Text(
    "Verschil per uitkomst, met een marge (95 %) die voor die ene uitkomst geldt, en met een marge (95 %) die voor alle "
    "uitkomsten samen geldt ({method}). {compared}",
    "Difference in each outcome, with an interval (95 %) for that one outcome, and with an interval (95 %) that holds for all "
    "outcomes together ({method}). {compared}",
)
IN_EACH = Text("Wie met wie is vergeleken, staat bij elk onderdeel.", "Who is compared with whom is said in each section.")
COMPARED = Text("Vergeleken zijn {contrast}.", "Compared are {contrast}.")
METHODS = {
    Correction.HOLM: Text("Holm, in beide richtingen", "Holm, in either direction"),
    Correction.BONFERRONI: Text("Bonferroni", "Bonferroni"),
}
ENDS_AT_ZERO = Text(
    "Een marge die bij 0 begint of ophoudt, bevat 0 zelf niet.",
    "An interval that begins or ends at 0 does not hold 0 itself.",
)


NONE_SHOWN = Text("Van geen van de uitkomsten is het getal te tonen.", "Of none of the outcomes the number can be shown.")


def together(
    found: Mapping[str, Simultaneous | NotEnoughData],
    alone: Mapping[str, Estimate | NotEnoughData],
    family: Family,
    section: Section,
    about: About,
    *,
    contrast: Text | None = None,
) -> Output:
    """Show each secondary outcome by itself and together with the others, and say which hold together.

    Parameters
    ----------
    found : mapping
        `metrics.several.simultaneous` of `alone`.
    alone : mapping
        `metrics.several.declared`: the whole family, as the protocol declares it.
    contrast : Text, optional
        Who is compared with whom, where that is the same for all and no other section says it.

    Raises
    ------
    OutputError
        When an estimate is not in the unit that the protocol declares.
    """
    if brief := about.too_short(max(one.horizon_months for one in family.outcomes)):
        return words_only(section, about, shortage(brief))
    known = {name: one for name, one in found.items() if isinstance(one, Simultaneous)}
    labels = {one.name: one.label for one in family.outcomes}
    _require_units(known, family)
    short = _short([labels[name] for name in family.names if name not in known])
    if not known:
        return words_only(section, about, NONE_KNOWN.format(those=listed(list(labels.values()))))
    cells = {name: _cell(one.estimate, name, TOGETHER) for name, one in known.items()}
    own = {name: _cell(one, name, ALONE) for name, one in alone.items() if isinstance(one, Estimate)}
    sentence = _sentence(known, cells, labels, len(family.outcomes))
    compared = COMPARED.format(contrast=contrast) if contrast else IN_EACH
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(
            *((plain(short),) if len(known) < len(found) else ()),
            *_ends(known, cells),
            plain(NOT_ALIKE),
            plain(BESIDE),
            *caution(about),
        ),
        caption=CAPTION.format(method=METHODS[family.correction], compared=compared),
        alt=sentence,
        labels={name: labels[name] for name in known} | COLUMNS,
        row_title=Text("uitkomst", "outcome"),
    )
    return Output(words, tuple(cell for name in known for cell in (own[name], cells[name])))


DIFFERENCE_IN = "difference in "
"""How some metrics name the unit of a difference; a protocol names that of the outcome."""


def _require_units(known: Mapping[str, Simultaneous], family: Family) -> None:
    for one in family.outcomes:
        if one.name in known and (got := known[one.name].estimate.unit).removeprefix(DIFFERENCE_IN) != one.unit:
            raise OutputError(f"Secondary outcome {one.name} must be in {one.unit}, as declared, but got {got}.")


def _cell(one: Estimate, row: str, column: str) -> Cell:
    unit = "difference in probability" if one.unit == "probability" else one.unit
    digits = telling_digits(_end(one.low), _end(one.high), 0.0, 100 if unit in PARTS else 1)
    return estimate_cell(one, row, column, digits=digits, unit=unit)


def _end(bound: float) -> float:
    """Take a bound that zero is just not within for zero: no number of digits would tell the two apart."""
    return 0.0 if abs(bound) <= OPEN else bound


def _ends(known: Mapping[str, Simultaneous], cells: Mapping[str, Cell]) -> tuple[Sentence, ...]:
    """Explain an interval that ends at zero: only proven outcomes have one, so it is not said where one of these is hidden."""
    at_zero = [cells[name] for name, one in known.items() if OPEN in map(abs, (one.estimate.low, one.estimate.high))]
    return (verdict(ENDS_AT_ZERO, at_zero),) if at_zero else ()


def _short(labels: Sequence[Text]) -> Text:
    return (SHORT if len(labels) == 1 else SEVERAL_SHORT).format(those=listed(labels)) if labels else NOTHING


def _sentence(known: Mapping[str, Simultaneous], cells: Mapping[str, Cell], labels: Mapping[str, Text], m: int) -> Sentence:
    """Say which hold; where numbers are hidden, the same of those that are not."""
    fewer = [names for size in range(1, len(known) + 1) for names in combinations(known, size)]
    said: Sentence | Text = NONE_SHOWN
    for names in fewer:
        said = _of_shown(names, known, cells, labels, m, said)
    return said if isinstance(said, Sentence) else plain(said)


def _of_shown(
    shown: Sequence[str],
    known: Mapping[str, Simultaneous],
    cells: Mapping[str, Cell],
    labels: Mapping[str, Text],
    m: int,
    otherwise: Sentence | Text,
) -> Sentence:
    """Say which hold of those that are shown; words and numbers hang on these only."""
    up = [name for name in shown if known[name].estimate.low > 0]
    down = [name for name in shown if known[name].estimate.high < 0]
    rest, hidden = ([labels[name] for name in some] for some in (_but(shown, up + down), _but(known, shown)))
    parts = [
        *(text.format(those=listed([_part(name, known, cells, labels) for name in names])) for text, names in _sides(up, down)),
        *(_none(rest, m, among=bool(hidden)) if not up + down else _some(rest, m)),
        *([HIDDEN.format(those=listed(hidden))] if hidden else []),
    ]
    slots = {key: slot for name in (*up, *down) for key, slot in _slots(name, cells[name]).items()}
    said = Text(" ".join(part.nl for part in parts), " ".join(part.en for part in parts))
    return Sentence(said, slots, otherwise).resting_on(cells[name] for name in shown)


def _but(names: Iterable[str], without: Sequence[str]) -> list[str]:
    return [name for name in names if name not in without]


def _none(labels: Sequence[Text], m: int, *, among: bool) -> list[Text]:
    none = NONE_SHOWN_HOLDS.format(m=str(m), those=listed(labels)) if among else NONE_HOLDS.format(m=str(m))
    return [none if m > 1 else ONE_DOES_NOT]


def _some(rest: Sequence[Text], m: int) -> list[Text]:
    return [HOLDS.format(m=str(m)) if m > 1 else ONE_HOLDS, *([NOT_SAID.format(those=listed(rest))] if rest else [])]


def _sides(up: list[str], down: list[str]) -> list[tuple[Text, list[str]]]:
    return [(text, names) for text, names in ((HIGHER, up), (LOWER, down)) if names]


def _part(name: str, known: Mapping[str, Simultaneous], cells: Mapping[str, Cell], labels: Mapping[str, Text]) -> Text:
    one = known[name].estimate
    text = AT_MOST if one.low == OPEN else AT_LEAST if one.high == -OPEN else BOTH_ENDS
    return text.format(label=labels[name], unit=UNITS[cells[name].unit], name=name)


def _slots(name: str, cell: Cell) -> dict[str, Slot]:
    slots = quote(cell, signed=True)
    return {name: slots["value"], f"{name}_low": slots["low"], f"{name}_high": slots["high"]}
