"""One protected output → one part of the page: its words filled, its pictures drawn, its table made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gm_workbench.errors import OutputError
from gm_workbench.outputs.blocks import flow_html, tiles_html
from gm_workbench.outputs.figures import DRAWN
from gm_workbench.outputs.output import Measure, Role, Shape, ShownOutput, Suppressed
from gm_workbench.outputs.sentences import say, verdict
from gm_workbench.outputs.tables import table_html
from gm_workbench.report.figures import picture_html
from gm_workbench.report.phrases import KINDS, PHRASES
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language, number


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page, ready to print.

    `repeats` says that it continues the question of the part before, `off` that something in it is not as it should be.
    """

    id: str
    role: str
    heading: str
    lead: str
    says: tuple[str, str]
    more: tuple[str, ...]
    blocks: tuple[Markup, ...]
    table: Markup
    caption: tuple[str, str]
    withheld: str
    repeats: bool = False
    off: bool = False


def parts(outputs: Sequence[ShownOutput], language: Language) -> list[Part]:
    """Make the parts of a page in the order in which the notebook showed them; answer, facts and flow come first."""
    ordered = sorted(outputs, key=lambda shown: _RANKS.get(shown.words.role, len(_RANKS)))
    headings = ["", *(shown.words.heading[language] for shown in ordered)]
    return [
        _part(shown, language, repeats=before == shown.words.heading[language])
        for before, shown in zip(headings, ordered, strict=False)
    ]


LONGEST_OPENING = 110
_CLAUSE = re.compile(r"(.+?[.,:;])(?:\s+(.*))?$", re.DOTALL)
_RANKS = {Role.ANSWER: 0, Role.FACTS: 1, Role.FLOW: 2}


def _more(shown: ShownOutput, language: Language) -> tuple[str, ...]:
    """Say the further sentences, once each: where numbers are hidden several of them, and the first, come down to the same."""
    first = say(shown.words.sentence, shown, language)
    said = dict.fromkeys(say(sentence, shown, language) for sentence in shown.words.more)
    return tuple(tidy(text) for text in said if text and text != first)


def _silent(shown: ShownOutput) -> bool:
    """Whether a section has nothing left to draw: every number that is not a mere count is hidden, so words must do."""
    told = [cell for cell in shown.cells if cell.measure is not Measure.COUNT]
    return shown.words.role is Role.SECTION and bool(told) and all(cell.hidden for cell in told)


def _blank(shown: ShownOutput, shape: Shape) -> bool:
    """Whether a square would show dashes and noughts only, and the table beside it says the same in less room."""
    return (
        shape is Shape.MATRIX
        and Shape.TABLE in shown.words.shown_as
        and any(cell.hidden for cell in shown.cells)
        and all(cell.hidden or cell.value == 0 for cell in shown.cells)
    )


def _part(shown: ShownOutput, language: Language, *, repeats: bool) -> Part:
    words = shown.words
    if not words.heading[language].strip():
        raise OutputError(f"Output {words.id!r}: its heading ({language}) must be a question, but it is empty.")
    empty = bool(shown.withheld) or not (shown.cells or words.tile_words) or _silent(shown)
    shapes = [] if empty else [shape for shape in words.shown_as if shape is not Shape.WORDS and not _blank(shown, shape)]
    blocks = tuple(Markup(_block(shown, shape, language)) for shape in shapes)  # noqa: S704 — escaped where it is made
    return Part(
        id=words.id,
        role=str(words.role),
        heading=words.heading[language],
        lead="" if repeats else words.lead[language],
        says=verdict(tidy(say(words.sentence, shown, language))),
        more=_more(shown, language),
        blocks=blocks,
        table=Markup(_data(shown, language)) if blocks else Markup(""),  # noqa: S704 — as above
        caption=caption(shown, language),
        withheld=shown.withheld[language] if shown.withheld else "",
        repeats=repeats,
        off=bool(words.off),
    )


def _block(shown: ShownOutput, shape: Shape, language: Language) -> str:
    if shape in DRAWN:
        return picture_html(shown, shape, language)
    match shape:
        case Shape.TILES:
            return tiles_html(shown, language)
        case Shape.FLOW:
            return flow_html(shown, language)
        case _:
            return table_html(shown, language, caption=shown.words.heading[language])


def _data(shown: ShownOutput, language: Language) -> str:
    """Write the table behind the figures; nothing where the table itself is shown, or there are tiles only."""
    if Shape.TABLE in shown.words.shown_as or set(shown.words.shown_as) <= {Shape.TILES}:
        return ""
    title = PHRASES["data_of"][language].format(heading=shown.words.heading[language])
    return table_html(shown, language, caption=title, with_n=_varies(shown))


def caption(shown: ShownOutput, language: Language) -> tuple[str, str]:
    """Write a caption: what it shows; then population, n, period, source, what protection did, and the kind of data."""
    words = shown.words
    first, rest = opening(words.caption[language])
    told = [rest, _sentence(words.population[language]), _persons(shown, language), _sentence(words.period[language])]
    source = f"{PHRASES['source'][language]}: {words.source[language]}"
    kind = KINDS[words.kind][language] if words.kind is not DataKind.REAL else ""
    told += [_sentence(source), *(_sentence(note[language]) for note in shown.notes), _sentence(kind)]
    return first, tidy(" ".join(text for text in dict.fromkeys(told) if text))  # a caption may be its population and no more


def opening(text: str) -> tuple[str, str]:
    """Split a caption into its first clause, which names the figure, and the rest; a long first clause is not set apart.

    >>> opening("Uitstroom naar werk, met concurrerende redenen.")
    ('Uitstroom naar werk,', 'met concurrerende redenen.')
    >>> opening("Wie er is vergeleken.")
    ('Wie er is vergeleken.', '')
    """
    found = _CLAUSE.match(text)
    if found is None or len(found[1]) > LONGEST_OPENING:
        return "", _sentence(text)
    first, rest = found[1], found[2] or ""
    return first if rest else _sentence(first), _sentence(rest) if first.endswith(".") else rest


def tidy(text: str) -> str:
    """Keep a number and its sign on one line.

    >>> tidy("31 % en € 61") == "31\N{NO-BREAK SPACE}% en €\N{NO-BREAK SPACE}61"
    True
    """
    return text.replace(" %", "\N{NO-BREAK SPACE}%").replace("€ ", "€\N{NO-BREAK SPACE}")


def _sentence(text: str) -> str:
    """Begin with a capital and end with a full stop."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}" if text else ""


def _behind(shown: ShownOutput) -> list[int]:
    """Give the rounded numbers of persons behind the numbers that are not counts themselves."""
    statistics = (cell.n for cell in shown.cells if cell.measure is not Measure.COUNT and not cell.hidden)
    return sorted({n for n in statistics if not isinstance(n, Suppressed)})


def _varies(shown: ShownOutput) -> bool:
    return len(_behind(shown)) > 1


def _persons(shown: ShownOutput, language: Language) -> str:
    ns = [number(n, language=language) for n in _behind(shown)]
    if not ns:
        return ""
    said = (
        PHRASES["persons"][language].format(n=ns[0])
        if len(ns) == 1
        else PHRASES["persons_range"][language].format(low=ns[0], high=ns[-1])
    )
    return f"{said}."
