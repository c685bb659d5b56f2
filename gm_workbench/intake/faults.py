"""What can be wrong with a delivery, and one error that lists all of it.

A fault names the file, the line, the column, the rule and the way out. It never holds what was in a cell: a name of a file or a
code that is shown has been masked or is too short to be anybody's number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gm_workbench.errors import DeliveryError, MixedKinds
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.intake.rowledger import RowLedger
from gm_workbench.intake.rules.book import RULES
from gm_workbench.vocabulary.text import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule broken, or one thing that is worth saying, in one file.

    Attributes
    ----------
    reason : Reason
        The rule.
    file : str
        Name of the file, masked; empty when it is about the whole delivery.
    problem : Text
        What is wrong and what is allowed, without a value from the data.
    remedy : Text
        What to do next.
    line : int or None
        First line where it shows; the header is line 1. In a sheet the row, in XML the line, in `.sav` the case plus 1.
    column : str
        Header of the column, as the layout names it.
    count : int
        Number of rows, lines or columns concerned.
    examples : tuple of str
        At most three cells, each as the shape that `shape` gives of it, never as delivered.
    whole : bool
        The whole file is refused for it, although its rule only sets rows aside: too many rows, or all of them.
    """

    reason: Reason
    file: str
    problem: Text
    remedy: Text
    line: int | None = None
    column: str = ""
    count: int = 1
    examples: tuple[str, ...] = ()
    whole: bool = False

    @property
    def severity(self) -> Severity:
        """What happens to the data because of it."""
        return Severity.REFUSE if self.whole else RULES[self.reason].severity

    @property
    def where(self) -> str:
        """File, line and column in words."""
        line = f"line {self.line}" if self.line is not None else ""
        column = f"column {self.column}" if self.column else ""
        return ", ".join(part for part in (self.file, line, column) if part)


def found(
    reason: Reason,
    file: str = "",
    *,
    line: int | None = None,
    column: str = "",
    count: int = 1,
    cells: Iterable[str] = (),
    **slots: Text | str | int,
) -> Fault:
    """Make a fault in the words of its rule. The way to make one; `file` and `column` must be masked already.

    Parameters
    ----------
    cells : iterable of str
        Cells as delivered; the shapes of the first three become the examples.
    slots : Text, str or int
        One for each name in the rule's words except `count`: a word of a declaration or a number, never a cell.

    Raises
    ------
    KeyError
        If the rule has a slot that is not given: a mistake in the caller, not in the data.

    >>> found(Reason.EXTRA_ROWS, "BUS_202301.csv", promised=2, found=3).problem.en
    'delivery.yml promises 2 rows but the file has 3'
    """
    rule = RULES[reason]
    words: dict[str, Text | str] = {"count": str(count)}
    words |= {name: slot if isinstance(slot, Text) else str(slot) for name, slot in slots.items()}
    examples = tuple(shape(cell) for cell, _ in zip(cells, range(3), strict=False))
    return Fault(reason, file, rule.problem.format(**words), rule.remedy.format(**words), line, column, count, examples)


def worst(faults: Iterable[Fault]) -> Severity:
    """Give what happens because of all these faults: the highest of their severities, a note when there are none."""
    return max((fault.severity for fault in faults), default=Severity.NOTE)


def refusing(fault: Fault) -> Fault:
    """Give the fault of a file that is refused for it as a whole."""
    return replace(fault, whole=True)


class FaultyDeliveryError(DeliveryError):
    """A delivery with faults; `faults` holds every one, one for each file and rule, and `ledger` where its rows went."""

    def __init__(self, message: str, faults: Sequence[Fault] = (), ledger: RowLedger | None = None) -> None:
        super().__init__(message)
        self.faults = tuple(faults)
        self.ledger = ledger or RowLedger()


class MixedDeliveryError(FaultyDeliveryError, MixedKinds):
    """A delivery in which synthetic and real data meet, with all its other faults."""


def refuse(place: str, folder: str, faults: Sequence[Fault], ledger: RowLedger | None = None) -> FaultyDeliveryError:
    """Make the error for these faults: `MixedKinds` as soon as one of them says so."""
    mixed = any(fault.reason is Reason.MIXED_KINDS for fault in faults)
    return (MixedDeliveryError if mixed else FaultyDeliveryError)(describe(place, folder, faults), faults, ledger)


def describe(place: str, folder: str, faults: Sequence[Fault]) -> str:
    """Write all that must be mended as one message, the worst first; the same fault in several files is written once."""
    grouped: dict[tuple[Reason, str, Text], list[Fault]] = {}
    wrong = [fault for fault in faults if fault.severity is not Severity.NOTE]
    for fault in sorted(wrong, key=lambda fault: -fault.severity):
        grouped.setdefault((fault.reason, fault.column, fault.problem), []).append(fault)
    many = "1 fault" if len(grouped) == 1 else f"{len(grouped)} faults"
    lines = (f"  {number}. {_sentence(alike)}" for number, alike in enumerate(grouped.values(), start=1))
    return "\n".join((f"The delivery of {place} in {folder} has {many}; nothing of a refused file was read in.", *lines))


def _sentence(alike: Sequence[Fault]) -> str:
    first = alike[0]
    rest = len(alike) - 1
    files = f" (and {rest} more {'file' if rest == 1 else 'files'})" if rest else ""
    rows = sum(fault.count for fault in alike)
    times = f" [{rows} times]" if rows > len(alike) else ""
    where = f"{first.where}{files}: " if first.where else ""
    return f"{where}{first.problem.en}{times}\n     What to do: {first.remedy.en}"


_MAYBE_A_PERSON = re.compile(
    # eight or nine digits with blanks or points between them count too, unless they are a day
    r"\d{8,}|(?<!\d)(?![0-3]\d\.[01]\d\.(?:19|20)\d{2}(?!\d))\d(?:[ .\xa0]?\d){7,8}(?!\d)"
)
_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Signs that steer a screen, turn the order of letters, or (from a name that is not UTF-8) cannot be written at all."""


def masked(name: str) -> str:
    """Hide runs of eight or more digits, which a person's number or birth date could be, and signs that no screen can show.

    >>> masked("BUS_202301.csv"), masked("export 123456782.csv"), masked("export 1234.56.782 2024-01-31.csv")
    ('BUS_202301.csv', 'export #########.csv', 'export ########### 2024-01-31.csv')
    """
    return _MAYBE_A_PERSON.sub(lambda run: "#" * len(run[0]), _NOT_SHOWN.sub("?", name))


SHOWN_SHAPE = 12


def shape(cell: str) -> str:
    """Mask a cell so that it shows how it was written and not what it says: `#` a digit, `a` a letter, at most twelve signs.

    >>> shape("123456782"), shape("31-02-2024"), shape("Jansen-de Wit, M.")
    ('#########', '##-##-####', 'aaaaaa-aa aa…')
    """
    marks = "".join("#" if sign.isnumeric() else "a" if sign.isalpha() else _plain(sign) for sign in cell[:SHOWN_SHAPE])
    return marks + ("…" if len(cell) > SHOWN_SHAPE else "")


def _plain(sign: str) -> str:
    return sign if sign in " .,;:-+/%=()'\"#!" else "?"
