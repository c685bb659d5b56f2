"""The index of reports, from the ledger: what stands in `reports/`, and whether a newer attempt failed."""

from __future__ import annotations

from pathlib import Path

from gm_workbench.batch.attempts import Attempt, State
from gm_workbench.batch.catalogue import PREFIX, to_make
from gm_workbench.batch.freshness import in_words
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.standing import Stood, row_of, standings
from gm_workbench.guard.scan import scan_text
from gm_workbench.report.page import FILES
from gm_workbench.report.site import INDEX, NOTHING, Row, Status, write_index
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.text import LANGUAGES, Text
from gm_workbench.worlds.literature import LITERATURE
from gm_workbench.worlds.published import dataset_name

LITERATURE_NAME = "literatuur · literature"

STATES = {
    State.FAILED: Text("mislukt", "failed"),
    State.KILLED: Text("afgebroken", "killed"),
    State.TIMED_OUT: Text("duurde te lang", "timed out"),
}

REMOVED = Text("het rapport is weggehaald", "the report was removed")

DUTCH = {
    "DeliveryError": "de levering heeft fouten; gm check zegt welke",
    "MixedKinds": "echte en synthetische gegevens liggen door elkaar; gm check zegt waar",
    "MissingKey": "de sleutel voor pseudoniemen ontbreekt",
    "AssumedReference": "een loongegeven is nog aangenomen en mag niet bij echte gegevens worden gebruikt",
    "DisclosureRefused": "de uitkomsten mogen niet worden getoond",
}
"""Kinds of errors in words for readers of the Dutch index."""


def write_index_of(paths: Paths) -> Path:
    """Write the index of everything that the ledger knows, and give its Dutch page."""
    write_index(paths, index_rows(Ledger.at(paths), paths))
    return paths.reports / INDEX["nl"]


def index_rows(ledger: Ledger, paths: Paths) -> list[Row]:
    """Give one row for each report on its latest period that was ever asked for, and begun."""
    titles = {study: load_protocol(study, paths.protocols).title for study in to_make(paths)}
    made = ledger.latest_done()
    return [
        _row(stood, made.get(folder), titles[stood.attempt.study], paths)
        for folder, stood in sorted(standings(ledger, paths).items(), key=lambda one: one[1].attempt.id)
        if stood.attempt.study in titles and row_of(stood.attempt).latest and stood.attempt.state is not State.STOPPED
    ]


def _row(stood: Stood, made: Attempt | None, title: Text, paths: Paths) -> Row:
    last = stood.attempt
    stands = made is not None and (paths.reports / made.folder / FILES["nl"]).is_file()
    failed = last.state.ended and not last.state.made
    why = why_not(last) if failed else REMOVED if last.state.ended else NOTHING
    return Row(
        place=last.place,
        place_name=_place_name(last.place, paths),
        study=last.study,
        title=title,
        status=_status(made, last) if stands or not last.state.ended else Status.FAILED,
        kind=row_of(last).kind,
        path=last.folder if stands else "",
        headline=made.headline if made is not None and stands else NOTHING,
        reason=NOTHING if stands else why,
        newer_attempt_failed=why if stands and failed else NOTHING,
        stale=in_words(stood.standing.parts) if stands and stood.standing.parts else NOTHING,
        world=last.world,
    )


def _status(made: Attempt | None, last: Attempt) -> Status:
    if made is None:
        return Status.RUNNING if not last.state.ended else Status.FAILED
    return Status.DEVIATES if made.state is State.DEVIATES else Status.MADE


def _place_name(code: str, paths: Paths) -> str:
    published = code.startswith(PREFIX)
    if code == PREFIX + LITERATURE:
        return LITERATURE_NAME
    return dataset_name(code.removeprefix(PREFIX), paths.codes) if published else Place.parse(code, paths.codes).name


def why_not(attempt: Attempt) -> Text:
    """Say in both languages how an attempt ended; the reason itself is masked, and is as the program gave it.

    Of a reason in which the scanner finds something, such as a folder of this machine, only the kind of error is told.
    """
    given = attempt.reason.partition(":")[0] if scan_text(attempt.reason, ".txt") else attempt.reason
    state = STATES[attempt.state] if attempt.state is not State.FAILED or not (attempt.reason or attempt.cell) else NOTHING
    cell = Text(f" bij cel {attempt.cell}", f" at cell {attempt.cell}") if attempt.cell else NOTHING
    reason = Text(*(f": {words}" if words else "" for words in (_in_dutch(given), given)))
    return Text(*((state[language] + cell[language] + reason[language]).lstrip(" :") for language in LANGUAGES))


def _in_dutch(reason: str) -> str:
    """Say what kind of error it was in Dutch; the message itself is for whoever mends it, and is in the English index."""
    kind = reason.partition(":")[0]
    return DUTCH.get(kind, kind)
