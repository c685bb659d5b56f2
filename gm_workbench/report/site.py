"""The index of all reports: places × studies, what each says in one line, and what is not there and why."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from gm_workbench.guard.released import Released
from gm_workbench.guard.scan import scan_text
from gm_workbench.outputs.output import Role
from gm_workbench.outputs.sentences import say, verdict
from gm_workbench.report.findings import refuse_findings
from gm_workbench.report.page import CSP, FILES, PUBLISHED, environment, style
from gm_workbench.report.phrases import DRAFT, INDEX_INTRO, INDEX_PHRASES, KIND_BLOCKS, NETWORK, STATUS_WORDS
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import LANGUAGES, Language, Text

INDEX: dict[Language, str] = {"nl": "index.html", "en": "index.en.html"}
DEFAULT_WORLD = "default"
NOTHING = Text("", "")


class Status(StrEnum):
    """How a report stands."""

    MADE = "made"
    DEVIATES = "deviates"  # made, and values in it are off
    FAILED = "failed"
    RUNNING = "running"
    NOT_DELIVERED = "not_delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One report, as the index shows it.

    Attributes
    ----------
    place, place_name : str
    study : str
    title : Text
        The study's question.
    status : Status
    kind : DataKind
    path : str
        Folder of the report inside `reports`, with forward slashes; empty when there is none.
    headline : Text
        The answer's first sentence.
    reason : Text
        Why it failed or is not there; masked, it may hold no value.
    newer_attempt_failed : Text
        Why a later attempt failed, when an older report still stands.
    stale : Text
        What has changed since the report was made; empty when nothing has.
    world : str
        The synthetic world; empty for real and published data.
    """

    place: str
    place_name: str
    study: str
    title: Text
    status: Status
    kind: DataKind
    path: str = ""
    headline: Text = NOTHING
    reason: Text = NOTHING
    newer_attempt_failed: Text = NOTHING
    stale: Text = NOTHING
    world: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one kind of data and one world, as a matrix of places and studies."""

    title: str
    kind: str
    intro: str
    studies: dict[str, str]
    places: list[tuple[str, str, dict[str, Row]]]


def headline(released: Released) -> Text:
    """Give the first sentence of the answer, in both languages."""
    answers = [shown for shown in released.outputs if shown.words.role is Role.ANSWER]
    if not answers:
        return NOTHING
    said = {
        language: (
            answers[0].withheld[language]
            if answers[0].withheld
            else verdict(say(answers[0].words.sentence, answers[0], language))[0]
        )
        for language in LANGUAGES
    }
    return Text(said["nl"], said["en"])


def write_index(paths: Paths, rows: Sequence[Row]) -> None:
    """Write `reports/index.html` and `index.en.html`; each is replaced whole.

    Raises
    ------
    DisclosureRefused
        When the scanner finds something in a page; the old ones stay.
    """
    paths.reports.mkdir(parents=True, exist_ok=True)
    pages = {name: render_index(rows, language) for language, name in INDEX.items()}
    refuse_findings([replace(one, file=name) for name, page in pages.items() for one in scan_text(page)])
    for name, page in pages.items():
        fresh = paths.reports / f".{name}.new-{os.getpid()}"
        fresh.write_text(page, encoding="utf-8", newline="\n")
        fresh.replace(paths.reports / name)


def render_index(rows: Sequence[Row], language: Language) -> str:
    """Write the index as one file without a request to anywhere."""
    other: Language = "en" if language == "nl" else "nl"
    counts = {status: sum(row.status is status for row in rows) for status in Status}
    return (
        environment()
        .get_template("index.html.j2")
        .render(
            language=language,
            csp=CSP,
            css=style(),
            word={name: text[language] for name, text in INDEX_PHRASES.items()},
            network=NETWORK,
            draft=DRAFT[language],
            other={"href": INDEX[other], "language": other},
            file=FILES,
            counts=[(str(status), STATUS_WORDS[status][language], count) for status, count in counts.items() if count],
            status_words={str(status): text[language] for status, text in STATUS_WORDS.items()},
            blocks=blocks(rows, language),
        )
    )


def blocks(rows: Sequence[Row], language: Language) -> list[Block]:
    """Sort rows into blocks: real data first, then the default world, published sets, and other worlds."""
    keys = sorted({(row.kind, row.world) for row in rows}, key=_rank)
    return [_block([row for row in rows if (row.kind, row.world) == key], *key, language) for key in keys]


def _rank(key: tuple[DataKind, str]) -> tuple[int, str]:
    kind, world = key
    order = (DataKind.REAL, DataKind.SYNTHETIC, DataKind.PUBLISHED)
    return (order.index(kind) if world in ("", DEFAULT_WORLD) else len(order), world)


def _by_name(place: tuple[str, str]) -> tuple[bool, str]:
    """Sort by name, fictional places last; 's-Gravenhage stands under the G."""
    code, name = place
    return code.startswith("GM99"), name.removeprefix("'s-").casefold()


def _block(rows: list[Row], kind: DataKind, world: str, language: Language) -> Block:
    places = sorted({row.place: row.place_name for row in rows}.items(), key=_by_name)
    own = {(row.place, row.study): row for row in rows}
    studies = dict(sorted({row.study: row.title[language] for row in rows}.items()))
    matrix = [
        (place, name.removeprefix(PUBLISHED), {study: own[place, study] for study in studies if (place, study) in own})
        for place, name in places
    ]
    return Block(KIND_BLOCKS[kind][language].format(world=world), str(kind), INDEX_INTRO[kind][language], studies, matrix)
