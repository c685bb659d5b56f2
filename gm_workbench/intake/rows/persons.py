"""Numbers of persons → pseudonyms: the first thing that happens to a file. After it no room sees a number of a person."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.declared.grammar import PersonKind, PersonRule
from gm_workbench.intake.faults import found
from gm_workbench.intake.identity import LONGEST, SHORTEST, judge
from gm_workbench.intake.reading.opened import Int64s
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.books import PERSON, Book, Codebooks
from gm_workbench.intake.rows.bridge import UNKNOWN, Bridge, client_name
from gm_workbench.intake.rows.encode import Cells, Sheet, digits, matches
from gm_workbench.intake.rows.fields import Names
from gm_workbench.intake.rows.findings import Findings
from gm_workbench.intake.rows.parts import Flags
from gm_workbench.intake.rows.signs import lengths
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text

RIN_DOMAIN = "rin"
"""Domain of linkage numbers of CBS: equal digits of a BSN and a RIN are two persons."""

_BETWEEN = r" .\-\x{a0}\x{202f}"  # blanks that do not break a line among them
_DAY = r"(?:19|20)\d{2}-[01]\d-[0-3]\d(?:[T ].*)?|[0-3]\d[.\-][01]\d[.\-](?:19|20)\d{2}"

_LOST_ZEROS = Text("voorloopnullen van nummers", "leading zeros of numbers")
_MIXED = {
    DataKind.SYNTHETIC: Text(
        "nummers die aan de elfproef voldoen, en dus van burgers kunnen zijn, staan tussen synthetische gegevens",
        "numbers that pass the eleven test, and so may be citizens', are among synthetic data",
    ),
    DataKind.REAL: Text("synthetische nummers staan tussen echte gegevens", "synthetic numbers are among real data"),
}
_SAY_BSN = Text(
    "meer dan de helft van de cliëntnummers voldoet aan de elfproef; zeg kind: bsn",
    "more than half of the client numbers pass the eleven test; say kind: bsn",
)


@dataclass(frozen=True, slots=True)
class Keyring:
    """What turns numbers into pseudonyms for one place: which kind of data it is, the books, and the bridge."""

    kind: DataKind
    books: Codebooks
    bridge: Bridge


def own_and_other(numbers: Int64s, kind: DataKind) -> tuple[Flags, Flags]:
    """Say which numbers are persons of this kind of data, and which of the other kind, as `identity.judge` does.

    >>> own, other = own_and_other(np.array([111222333, 900000175, 1234567]), DataKind.REAL)
    >>> own.tolist(), other.tolist()
    ([True, False, False], [False, True, False])
    """
    verdict = judge(numbers, kind)
    return ~verdict.wrong & ~verdict.other, verdict.other


def whole_numbers(texts: pa.Array, shortest: int = SHORTEST) -> Int64s:
    """Read numbers of up to nine digits, with or without points, blanks or hyphens between groups of them; -1 for all else.

    A zero behind the decimal sign, as a spreadsheet writes it, is no digit of the number.

    >>> whole_numbers(pa.array(["123456782", "1234.56.782", "12345672.0", "1.23456782"])).tolist()
    [123456782, 123456782, 12345672, -1]
    """
    plain, good = texts, digits(texts, shortest, LONGEST)
    if not good.all():
        plain = _without_signs(texts)
        good = digits(plain, shortest, LONGEST)
    numbers: Int64s = pc.if_else(pa.array(good), plain, "-1").cast(pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _without_signs(texts: pa.Array) -> pa.Array:
    """Leave out signs between groups of digits; a day, which would be eight digits without its hyphens, becomes empty."""
    whole = pc.replace_substring_regex(texts, r"^(\d+)[.,]0+$", r"\1")
    grouped = matches(whole, rf"\d{{2,}}(?:[{_BETWEEN}]\d{{2,}})+") & ~matches(whole, _DAY)
    return pc.if_else(pa.array(grouped), pc.replace_substring_regex(whole, f"[{_BETWEEN}]", ""), whole)


def replace_numbers(sheet: Sheet, rule: PersonRule, header: str, ring: Keyring, findings: Findings) -> Names:
    """Replace one column of numbers by pseudonyms; what is no number of a person, or one of the other kind, is marked."""
    cells = sheet.cells[header]
    if rule.kind is PersonKind.BSN:
        return _by_number(sheet, header, cells, ring, findings)
    if rule.kind is PersonKind.RIN:
        return _by_linkage_number(sheet, rule, header, ring, findings)
    return _by_client(sheet, rule, header, ring, findings)


def _by_number(sheet: Sheet, header: str, cells: Cells, ring: Keyring, findings: Findings) -> Names:
    numbers = whole_numbers(cells.texts)
    own, other = own_and_other(numbers, ring.kind)
    findings.mark(Reason.MIXED_KINDS, sheet, cells.spread(other), header=header, what=_MIXED[ring.kind])
    findings.mark(Reason.IDENTIFIER, sheet, cells.spread(~own & ~other) & ~cells.empty, header=header, cells=cells)
    short = pc.less(pc.utf8_length(cells.texts), LONGEST).to_numpy(zero_copy_only=False)
    findings.mark(Reason.REPAIRED, sheet, cells.spread(short & own), header=header, what=_LOST_ZEROS)
    return _named(cells, own, numbers, ring, PERSON)


def _by_linkage_number(sheet: Sheet, rule: PersonRule, header: str, ring: Keyring, findings: Findings) -> Names:
    cells = sheet.cells[header]
    numbers = whole_numbers(cells.texts, shortest=1)
    findings.mark(Reason.IDENTIFIER, sheet, cells.spread(numbers <= 0) & ~cells.empty, header=header, cells=cells)
    if rule.type_header in sheet.cells:
        kinds = sheet.cells[rule.type_header]
        strange = kinds.spread(np.array([text not in rule.keep for text in kinds.words], dtype=bool)) & ~cells.empty
        findings.mark(Reason.RIN_KIND, sheet, strange, header=rule.type_header, allowed=", ".join(rule.keep))
    return _named(cells, numbers > 0, numbers, ring, RIN_DOMAIN)


def _by_client(sheet: Sheet, rule: PersonRule, header: str, ring: Keyring, findings: Findings) -> Names:
    cells = sheet.cells[header]
    numbers = whole_numbers(cells.texts, shortest=8)
    looks_like = sum(flags.sum() for flags in own_and_other(numbers, ring.kind))
    if looks_like * 2 > len(cells.words):
        findings.add(found(Reason.MAPPING, findings.file, column=header, what=_SAY_BSN))
    clients = [client_name(rule.system, text) for text in cells.words]
    persons = ring.bridge.resolve(clients)
    loose = cells.spread(persons == UNKNOWN) & ~cells.empty
    findings.mark(Reason.LINK, sheet, loose, header=header)
    own = np.flatnonzero(persons != UNKNOWN)
    alone = np.flatnonzero(persons == UNKNOWN)
    bridged = _column(cells, own, pa.array(persons[own]), ring.books.of(PERSON))
    others = _column(cells, alone, cells.texts.take(pa.array(alone)), ring.books.of(f"client:{rule.system}"))
    both = bridged.below(others)
    rows = np.arange(len(cells.index))
    column = both.take(np.where(others.index >= 0, rows + len(rows), rows))
    return Names(column.hexes, column.whole, np.where(cells.empty, -1, column.index).astype(np.int32))


def _named(cells: Cells, good: Flags, identifiers: Int64s, ring: Keyring, domain: str) -> Names:
    at = np.flatnonzero(good)
    return _column(cells, at, pa.array(identifiers[at]), ring.books.of(domain))


def _column(cells: Cells, at: Int64s, identifiers: pa.Array, book: Book) -> Names:
    """Give the pseudonyms of the distinct texts at these positions to the rows."""
    place = np.full(len(cells.texts), -1, dtype=np.int32)
    place[at] = book.learn(identifiers)
    return book.column(cells.spread(place))


def learn_bridge(sheet: Sheet, rule: PersonRule, ring: Keyring, findings: Findings) -> None:
    """Read a linking file: which client number is which person."""
    numbers, clients = sheet.cells[rule.number], sheet.cells[rule.client]
    persons = whole_numbers(numbers.texts)
    _by_number(sheet, rule.number, numbers, ring, findings)
    own, _ = own_and_other(persons, ring.kind)
    good = numbers.spread(own) & ~clients.empty
    names = np.array([client_name(rule.system, text) for text in clients.words], dtype=object)
    ring.bridge.learn(list(clients.spread(names)[good]), numbers.spread(persons)[good])


_A_DAY = re.compile(_DAY)
_RUN = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){7,8}(?!\d)")


def is_number(texts: pa.Array, shortest: int = 8) -> Flags:
    """Say which texts are the number of a person and nothing else, without signs between, of whatever kind of data."""
    found = np.zeros(len(texts), dtype=bool)
    long = np.flatnonzero(lengths(texts) >= shortest)
    if len(long):
        found[long] = _are_numbers(texts.take(pa.array(long)), shortest)
    return found


def _are_numbers(texts: pa.Array, shortest: int) -> Flags:
    plain = pc.replace_substring_regex(texts, r"[.,]0+$", "")
    written = pc.if_else(pa.array(digits(plain, shortest, LONGEST)), plain, "-1")
    own, other = own_and_other(written.cast(pa.int64()).to_numpy(zero_copy_only=False), DataKind.REAL)
    found: Flags = own | other
    return found


def holds_number(texts: pa.Array) -> Flags:
    """Say which texts have digits in them that can be a number of a person: they pass the eleven test, or are synthetic."""
    maybe = pc.match_substring_regex(texts, r"\d(?:[ .\-]?\d){7,8}").to_numpy(zero_copy_only=False)
    marked = np.zeros(len(texts), dtype=bool)
    for at in np.flatnonzero(maybe):
        runs = [int(re.sub(r"\D", "", run)) for run in _RUN.findall(texts[int(at)].as_py()) if not _A_DAY.fullmatch(run)]
        marked[at] = bool(runs) and any(each.any() for each in own_and_other(np.array(runs, dtype=np.int64), DataKind.REAL))
    return marked
