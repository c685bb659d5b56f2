"""Until when a delivery may be read."""

from __future__ import annotations

from datetime import date, datetime

from gm_workbench.errors import RetentionPassed
from gm_workbench.intake.marker import Marker


def today() -> date:
    """Give the day that it is here."""
    return datetime.now().astimezone().date()


def overdue(marker: Marker, day: date) -> bool:
    """Whether the last day on which a delivery may be read is over.

    >>> marker = Marker(None, "GM0855", "", retain_until=date(2025, 12, 31))
    >>> overdue(marker, date(2025, 12, 31)), overdue(marker, date(2026, 1, 1))
    (False, True)
    """
    return marker.retain_until is not None and marker.retain_until < day


def refuse_overdue(place: str, until: date | None) -> None:
    """Raise `RetentionPassed` when the last day is over.

    Parameters
    ----------
    place : str
        Municipality code.
    until : date or None
        As the marker says; None when it names no day.
    """
    if overdue(Marker(None, place, "", retain_until=until), today()):
        raise RetentionPassed(
            f"The delivery of {place} might be kept until {until}, and so nothing of it is read any more. Remove what is kept "
            f"of it with: gm forget {place} --real --all (with --also-raw the delivery itself goes too)"
        )
