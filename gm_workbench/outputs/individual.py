"""A result of one person, for their own professional: a kind of its own, which no report can hold.

It is no `Output`: it has no counts behind its cells, so there is nothing by which it could be protected. `show`, the guard and
the report refuse it. `keep_private` (gm_workbench.report.individual) writes it where only its owner can read it.

There is no place here for two persons: no order, no list, no norm group, no score that stands for a decision.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn, final

from gm_workbench.errors import DisclosureRefused, OutputError
from gm_workbench.metrics.reliable_change import SURE, change_index
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text

FEWEST_MOMENTS = 2
_PSEUDONYM = re.compile(r"[0-9a-f]{16}")
_ID = re.compile(r"[a-z][a-z0-9_]{0,60}")
_PLACE = re.compile(r"GM\d{4}")
_WORLD = re.compile(r"[a-z][a-z0-9_-]*|")

NOT_STORED = (
    "An individual result is not stored, copied or sent on its way to anything but keep_private, which writes it to a folder "
    "that only its owner can read. It is about one person, so it can be in no report."
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A score at a moment, e.g. ``Moment(Text("begin", "start"), 40.0)``."""

    label: Text
    score: float


@final
@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Individual:
    """The course of one person on one scale, and whether the last score differs from the first by more than the scale errs.

    Parameters
    ----------
    id : str
        Names the file: lower case, digits, underscores.
    kind : DataKind
    place, world : str
        Whose delivery it is from; `world` is empty for real data.
    person : str
        Pseudonym of the person. It stands on the page and in no message.
    scale : Text
        What was measured.
    moments : tuple of Moment
        In the order of time, at least two.
    index : float
        Reliable change index of the last against the first score.
    margin : float
        Points by which two measurements of somebody who stays the same differ in 19 of 20 cases at most.

    Raises
    ------
    OutputError
        With everything that is not as it should be; no value is told.

    Notes
    -----
    It prints no value, is equal to nothing but itself, has no order, and cannot be pickled or copied.
    """

    id: str
    kind: DataKind
    place: str
    world: str
    person: str
    scale: Text
    moments: tuple[Moment, ...]
    index: float
    margin: float

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise OutputError(f"An individual result is malformed: {'; '.join(faults)}.")

    def __repr__(self) -> str:
        return "<an individual result: see keep_private>"

    def __reduce__(self) -> NoReturn:
        raise DisclosureRefused(NOT_STORED)

    __copy__ = __reduce__

    @property
    def change(self) -> float:
        """Points from the first to the last score."""
        return self.moments[-1].score - self.moments[0].score

    @property
    def verdict(self) -> Text:
        """Say whether it changed by more than the scale errs; *that cannot be said* is an answer."""
        if abs(self.index) <= SURE:
            return Text(
                "Of er iets veranderd is, is niet te zeggen: het verschil is niet groter dan de vragenlijst zich kan "
                "vergissen.",
                "Whether anything changed cannot be said: the difference is no larger than the questionnaire can err.",
            )
        return Text(
            f"De laatste score is {'hoger' if self.index > 0 else 'lager'} dan de eerste, en dat is meer dan de vragenlijst "
            "zich gewoonlijk vergist.",
            f"The last score is {'higher' if self.index > 0 else 'lower'} than the first, by more than the questionnaire "
            "usually errs.",
        )


def _faults(result: Individual) -> Iterator[str]:
    kind: object = result.kind
    if not isinstance(kind, DataKind):
        yield "nobody knows what kind of data it is from"
    elif (kind is DataKind.SYNTHETIC) != bool(result.world) or kind is DataKind.PUBLISHED:
        yield "real data have no world, synthetic data have one, and published data have no professional"
    for name, form in (("id", _ID), ("place", _PLACE), ("world", _WORLD), ("person", _PSEUDONYM)):
        value = getattr(result, name)
        if not isinstance(value, str) or form.fullmatch(value) is None:
            yield f"{name} is not of the form that it must have"
    if not isinstance(result.moments, tuple) or len(result.moments) < FEWEST_MOMENTS:
        yield f"a course has at least {FEWEST_MOMENTS} moments"
    elif not all(isinstance(one, Moment) and math.isfinite(one.score) for one in result.moments):
        yield "a moment has a finite score"
    if not (math.isfinite(result.index) and math.isfinite(result.margin) and result.margin > 0):
        yield "the index and its margin must be finite, the margin above 0"


def individual_change(
    person: str,
    moments: Sequence[Moment],
    *,
    scale: Text,
    kind: DataKind,
    place: str,
    world: str = "",
    sd: float,
    reliability: float,
    name: str = "course",
) -> Individual:
    """Make the result of one person: their course, and whether they changed by more than the scale errs.

    Parameters
    ----------
    person : str
        Pseudonym of the person.
    moments : sequence of Moment
        In the order of time, at least two.
    scale : Text
        What was measured.
    kind : DataKind
    place, world : str
        Whose delivery it is from; `world` is empty for real data.
    sd : float
        Spread of the score between persons before, in points.
    reliability : float
        Of the score, at least 0 and below 1.
    name : str
        Names the file.

    Returns
    -------
    Individual

    Raises
    ------
    OutputError
        If something is not as it should be; no value is told.
    MetricError
        When the spread is not above 0, or the reliability does not lie from 0 to 1.

    Examples
    --------
    >>> start, later = Moment(Text("begin", "start"), 47.5), Moment(Text("later", "later"), 32.5)
    >>> about = {"scale": Text("x", "x"), "kind": DataKind.SYNTHETIC, "place": "GM9901", "world": "default"}
    >>> found = individual_change("0123456789abcdef", [start, later], **about, sd=7.5, reliability=0.88)
    >>> found, found.verdict.en.split(",")[0]
    (<an individual result: see keep_private>, 'The last score is lower than the first')
    """
    if len(moments) < FEWEST_MOMENTS:
        raise OutputError(f"An individual result is malformed: a course has at least {FEWEST_MOMENTS} moments.")
    change = moments[-1].score - moments[0].score
    one_point = change_index(0.0, 1.0, sd=sd, reliability=reliability)
    return Individual(name, kind, place, world, person, scale, tuple(moments), change * one_point, SURE / one_point)
