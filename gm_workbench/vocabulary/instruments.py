"""Instruments: which items a scale has and how they are scored.

Only ids and scoring are declared (`data/codes/instruments/*.yml`). The wording of items belongs to whoever holds the licence,
and is theirs to fill in; nothing in the workbench needs it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gm_workbench.errors import DeclarationError, did_you_mean
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Form, Status, open_form
from gm_workbench.vocabulary.scoring import MissingItems, share_needed
from gm_workbench.vocabulary.text import Text

_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Instrument:
    """A scale: its items and how answers become a score of 0-100.

    Attributes
    ----------
    code : str
        Three capitals; items are named `<code>_<number>`.
    low, high : int
        Lowest and highest point of the answer scale.
    reversed : frozenset of str
        Items that are turned round before scoring: answer' = low + high - answer.
    missing_items : MissingItems
        What becomes of the score when items were not answered: the person's own mean stands in for them when a share
        (``person-mean``) or a number (``at-least``) of items was answered, or nothing does (``none``).
    minimum_answered : float
        Share of the items that must be answered for a score, above 0 and at most 1; follows from the treatment.
    higher : Text
        What a higher score means.
    """

    code: str
    name: Text
    items: tuple[str, ...]
    low: int
    high: int
    reversed: frozenset[str]
    minimum_answered: float
    status: Status
    source: str
    higher: Text
    missing_items: MissingItems = MissingItems.PERSON_MEAN


def instruments(folder: Path | None = None) -> dict[str, Instrument]:
    """Give every declared instrument by its code.

    >>> instruments()["ECR"].items[-1], sorted(instruments()["ECR"].reversed)
    ('ECR_8', ['ECR_8'])
    """
    return {code: instrument(code, folder) for code in instrument_codes(folder)}


def instrument_codes(folder: Path | None = None) -> tuple[str, ...]:
    """Give the codes of all declared instruments, in alphabetical order."""
    return tuple(sorted(path.stem for path in (folder or paths().instruments).glob("*.yml")))


def instrument(code: str, folder: Path | None = None) -> Instrument:
    """Load one instrument from `<code>.yml`.

    Raises
    ------
    DeclarationError
        If there is none of that code, or its declaration has faults; every fault is listed.
    """
    path = (folder or paths().instruments) / f"{code}.yml"
    if not path.is_file():
        codes = instrument_codes(folder)
        raise DeclarationError(f"No instrument {code!r}; there are: {', '.join(codes) or 'none'}.{did_you_mean(code, codes)}")
    form = open_form(path)
    found = _parse(form)
    for wrong, text in _faults(found, code, form):
        if wrong:
            form.faults.append(text)
    form.finish(path)
    return found


def _parse(form: Form) -> Instrument:
    status, source = form.known_by()
    items = form.words("items")
    missing, share = _missing(form, len(items))
    return Instrument(
        code=form.text("code"),
        name=form.both("name"),
        items=items,
        low=form.whole("low"),
        high=form.whole("high"),
        reversed=frozenset(form.words("reversed")),
        minimum_answered=share,
        status=status,
        source=source,
        higher=form.both("higher"),
        missing_items=missing,
    )


def _missing(form: Form, items: int) -> tuple[MissingItems, float]:
    """Read what becomes of a score with gaps, and the share of the items that it takes."""
    allowed = tuple(str(one) for one in MissingItems)
    told = form.one_of("missing_items", allowed) if form.has("missing_items") else str(MissingItems.PERSON_MEAN)
    missing = MissingItems(told)
    share = form.number("minimum_answered") if missing is MissingItems.PERSON_MEAN else 1.0
    least = form.whole("minimum_items", 1) if missing is MissingItems.AT_LEAST else None
    if least is not None and least > items and form.sound("minimum_items", "items"):
        form.fault("minimum_items", f"must be at most the number of items, {items}, but got {least}")
    return missing, share_needed(missing, max(items, 1), share, least)


def _faults(found: Instrument, code: str, form: Form) -> list[tuple[bool, str]]:
    names = re.compile(rf"{re.escape(found.code)}_\d+")
    strange = [item for item in found.items if form.sound("code") and names.fullmatch(item) is None]
    missing = sorted(found.reversed - set(found.items))
    return [
        (_CODE.fullmatch(code) is None, f"code must be three capitals but got {code!r}"),
        (form.sound("code") and found.code != code, f"code must be that of the file, {code}, but got {found.code!r}"),
        (bool(strange), f"items must be named {found.code}_<number> but got {', '.join(strange)}"),
        (form.sound("items") and not found.items, "items must not be empty"),
        (len(set(found.items)) < len(found.items), "items must not hold an item twice"),
        (form.sound("items", "reversed") and bool(missing), f"reversed names items that are not there: {', '.join(missing)}"),
        (form.sound("low", "high") and found.low >= found.high, f"low must be below high but got {found.low} and {found.high}"),
        (
            found.missing_items is MissingItems.PERSON_MEAN and not 0 < found.minimum_answered <= 1,
            f"minimum_answered must be above 0 and at most 1 but got {found.minimum_answered}",
        ),
        (form.has("texts"), "texts must stay empty (null) here: the wording of items is not part of this repository"),
    ]
