"""Words beside the numbers: what protection did, and words that themselves quote a small number of persons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gm_workbench.guard.cells import Reason
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.outputs.output import Cell, Sentence, Shape, Words, plain
from gm_workbench.vocabulary.text import Text

_PERSONS = (
    "personen|persoon|mensen|vrouwen|vrouw|mannen|man|moeders|moeder|kandidaten|kandidaat|werknemers|werknemer|werkenden|deelnemers"
    "|deelnemer|cliënten|cliënt|klanten|respondenten|respondent|people|persons?|women|woman|men|mothers?|candidates?|workers?"
    "|participants?|clients?|respondents?"
)
_BOUNDS = (
    "minstens",
    "minste",
    "minder dan",
    "meer dan",
    "hoogstens",
    "at least",
    "fewer than",
    "less than",
    "more than",
    "at most",
)
_NO_BOUND = "".join(rf"(?<!\b{bound} )" for bound in _BOUNDS)
_SPELT = {
    **{word: at for at, word in enumerate(("drie", "vier", "vijf", "zes", "zeven", "acht", "negen"), start=3)},
    **{word: at for at, word in enumerate(("three", "four", "five", "six", "seven", "eight", "nine"), start=3)},
}
"""From three on: *two people* and *een vrouw* are said of how a study works, and not of who was counted."""
_OTHER = r"(?:maanden|months|jaren?|years|weken|weeks|metingen|waves|groepen|groups|teams|vragen|questions)\b"
_END = r"(?!\d|[.,]\d)"  # not 3 of 3.000 or 3,5; a full stop or a comma may follow
_QUOTED = re.compile(
    rf"(?<![\w.,]){_NO_BOUND}(\d{{1,3}})\s+(?:\w+\s+){{0,3}}?\w*(?:{_PERSONS})\b"  # 3 mothers, 3 of the 40 mothers
    rf"|\bn\s*[=:]\s*(\d{{1,3}}){_END}|\b(?:{_PERSONS})\s*[:=]\s*(\d{{1,3}}){_END}"  # n = 3, mothers: 3
    rf"|\b{_NO_BOUND}({'|'.join(_SPELT)})\s+(?!{_OTHER})(?:\w+\s+){{0,2}}?\w*(?:{_PERSONS})\b",  # three mothers
    re.IGNORECASE,
)

WITHHELD_REVIEW = Text(
    "Dit onderdeel wordt niet getoond: iemand moet eerst beoordelen of het mag.",
    "This part is not shown: a person must first decide whether it may be.",
)
WITHHELD_DECIDED = Text(
    "Dit onderdeel wordt niet getoond: zo is besloten, om te voorkomen dat iemand herkenbaar is.",
    "This part is not shown: that was decided, so that nobody can be recognised.",
)
WITHHELD_UNSAFE = Text(
    "Dit onderdeel wordt niet getoond: er zijn te weinig personen om het veilig te laten zien.",
    "This part is not shown: there are too few persons to show it safely.",
)

_NOTES: dict[Reason, tuple[Text, Text]] = {
    Reason.THRESHOLD: (
        Text("1 getal niet getoond (minder dan {threshold} personen)", "1 number not shown (fewer than {threshold} persons)"),
        Text(
            "{k} getallen niet getoond (minder dan {threshold} personen)",
            "{k} numbers not shown (fewer than {threshold} persons)",
        ),
    ),
    Reason.COMPLEMENT: (
        Text("1 getal niet getoond om andere te beschermen", "1 number not shown to protect others"),
        Text("{k} getallen niet getoond om andere te beschermen", "{k} numbers not shown to protect others"),
    ),
    Reason.GROUPS: (
        Text(
            "1 getal niet getoond (minder dan {groups} consulenten of teams)",
            "1 number not shown (fewer than {groups} coaches or teams)",
        ),
        Text(
            "{k} getallen niet getoond (minder dan {groups} consulenten of teams)",
            "{k} numbers not shown (fewer than {groups} coaches or teams)",
        ),
    ),
    Reason.GROUP_SHARE: (
        Text(
            "1 getal niet getoond (één consulent of team heeft de meeste personen)",
            "1 number not shown (one coach or team has most of the persons)",
        ),
        Text(
            "{k} getallen niet getoond (één consulent of team heeft de meeste personen)",
            "{k} numbers not shown (one coach or team has most of the persons)",
        ),
    ),
    Reason.DF: (
        Text(
            "1 getal niet getoond (te weinig waarnemingen voor het model)",
            "1 number not shown (too few observations for the model)",
        ),
        Text(
            "{k} getallen niet getoond (te weinig waarnemingen voor het model)",
            "{k} numbers not shown (too few observations for the model)",
        ),
    ),
    Reason.DOMINANCE: (
        Text(
            "1 bedrag niet getoond (één persoon bepaalt het grotendeels)", "1 amount not shown (one person makes up most of it)"
        ),
        Text(
            "{k} bedragen niet getoond (één persoon bepaalt ze grotendeels)",
            "{k} amounts not shown (one person makes up most of them)",
        ),
    ),
    Reason.STEP: (
        Text(
            "De lijn loopt in stappen van ten minste {threshold} gebeurtenissen; daartussen staat de stap ervoor, en kan het "
            "echte aandeel anders zijn",
            "The line runs in steps of at least {threshold} events; between them stands the step before, and the true share "
            "may differ",
        ),
    )
    * 2,
    Reason.EMPTY: (
        Text("1 aandeel niet getoond (er zijn geen personen)", "1 share not shown (there are no persons)"),
        Text("{k} aandelen niet getoond (er zijn geen personen)", "{k} shares not shown (there are no persons)"),
    ),
}
_ROUNDED = Text("Aantallen zijn afgerond op {base}", "Counts are rounded to {base}")
_EXACT = Text(
    "Aantallen in de tabel zijn precies; n is afgerond op {base}", "Counts in the table are exact; n is rounded to {base}"
)
_SUMS = Text(
    "Aantallen zijn afgerond op {base}; totalen zijn sommen van wat getoond is",
    "Counts are rounded to {base}; totals are sums of what is shown",
)

_BARE = Text(
    "De marges van deze aandelen worden niet getoond: zij zouden de aantallen verraden",
    "The intervals of these shares are not shown: they would give the counts away",
)


_BARE_HERE = Text(
    "Waar een marge ontbreekt, is zij weggelaten: zij zou aantallen verraden",
    "Where an interval is missing, it was left out: it would give counts away",
)
_ENDS = Text(
    "Een marge is weggelaten: haar grenzen zijn waarden van een paar consulenten of personen",
    "An interval was left out: its ends are values of a few coaches or persons",
)
_MOVED = Text(
    "Aandelen en verschillen zijn uit afgeronde aantallen berekend; dat kan ze meer dan een tiende standaardfout verschuiven",
    "Shares and differences were made from rounded counts; that can move them by more than a tenth of a standard error",
)
_BY_NAME = Text(
    "Er is op naam gesorteerd: een andere volgorde kan een verborgen getal verraden",
    "Sorted by name: another order can give a hidden number away",
)


def notes(
    reasons: Iterable[Reason],
    policy: Policy,
    *,
    rounded: bool,
    exact: bool = False,
    bare: Sequence[Cell] = (),
    moved: bool = False,
    by_name: bool = False,
) -> tuple[Text, ...]:
    """Say what protection did to an output, for its caption.

    Parameters
    ----------
    reasons : iterable of Reason
        Why numbers are hidden, one for each.
    policy : Policy
    rounded : bool
        Whether plain counts print rounded.
    exact : bool
        Whether they print as they are beside numbers whose n is rounded.
    bare : sequence of Cell
        Those shown without the interval that they have.
    moved : bool
        Whether shares and differences can have moved by more than a tenth of their standard error.
    by_name : bool
        Whether rows or columns were put in the order of their names.
    """
    counted = Counter(reasons)
    said = [
        _NOTES[reason][counted[reason] > 1].format(**_numbers(policy), k=str(counted[reason]))
        for reason in Reason
        if counted[reason]
    ]
    if policy.method is Method.ROUND:
        said.append(_SUMS.format(**_numbers(policy)))
    elif rounded:
        said.append(_ROUNDED.format(**_numbers(policy)))
    elif exact:
        said.append(_EXACT.format(**_numbers(policy)))
    ends = any(cell.beyond_ends is not None for cell in bare)
    counts = any(cell.beyond_ends is None for cell in bare)
    rounds = policy.method is Method.ROUND
    told = (
        (ends, _ENDS),
        (counts and rounds, _BARE),
        (counts and not rounds, _BARE_HERE),
        (moved, _MOVED),
        (by_name, _BY_NAME),
    )
    return (*said, *(text for says, text in told if says))


def _numbers(policy: Policy) -> dict[str, str]:
    return {"threshold": str(policy.threshold), "groups": str(policy.minimum_groups), "base": str(policy.base)}


def quotes_few(words: Words, policy: Policy, keys: Iterable[str] = ()) -> bool:
    """Whether the words themselves, not a slot, name a number of persons that may not be shown.

    `keys` are those of rows and columns, which print as they are where they have no label.
    """
    unnamed = (key for key in keys if key not in words.labels)
    return any(says_few(text, policy) for text in (*_texts(words), *unnamed))


def says_few(text: str, policy: Policy) -> bool:
    """Whether a text names a number of persons that may not be shown."""
    return any(policy.is_small(_quoted(match)) for match in _QUOTED.finditer(text))


def _quoted(match: re.Match[str]) -> int:
    spelt = match[4]
    return _SPELT[spelt.lower()] if spelt else int(match[1] or match[2] or match[3])


def _texts(words: Words) -> Iterator[str]:
    sentences: tuple[Sentence, ...] = (words.sentence, words.alt, *words.more)
    plain_texts = (words.heading, words.lead, words.caption, words.population, words.period, words.source, words.row_title)
    said = (text for sentence in sentences for text in sentence.texts)
    axes = (axis.label for axis in words.axes.values())
    for text in (*plain_texts, *said, *words.labels.values(), *words.tile_words.values(), *words.row_notes.values(), *axes):
        yield from (text.nl, text.en)
    for value in words.options.values():
        yield from (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()


def silenced(words: Words, policy: Policy, because: Text) -> Words:
    """Leave of the words only what a withheld output may still say: its heading, and why it is not there."""
    empty = Text("", "")
    bare = replace(
        words,
        sentence=plain(because),
        alt=plain(because),
        lead=empty,
        caption=empty,
        more=(),
        shown_as=(Shape.WORDS,),
        labels={},
        tile_words={},
        row_notes={},
        off=None if words.off is None else (),
        row_title=empty,
        axes={},
        options={},
    )
    if not quotes_few(bare, policy):
        return bare
    return replace(bare, heading=because, population=empty, period=empty, source=empty)
