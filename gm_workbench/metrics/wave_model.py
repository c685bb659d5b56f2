"""The course over waves as one model of all measurements, so that who missed a wave still counts at the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_columns, require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import NotEnoughData, Sides
from gm_workbench.metrics.mixed import mixed_model
from gm_workbench.metrics.mixed_result import JointTest, Mixed
from gm_workbench.metrics.mixed_sums import CONSTANT
from gm_workbench.metrics.sides import sides_of
from gm_workbench.metrics.waves import WaveMean

COURSE = "course over waves, mixed model"

MIN_PERSONS_PER_CELL = 5
"""Persons at a wave in a group below which the course is not modelled (assumed floor)."""

LATER = "after the first wave"


@dataclass(frozen=True, slots=True)
class CourseModel:
    """A score over the waves in each group, from one model.

    Attributes
    ----------
    means : tuple of WaveMean
        Mean per wave and group; with covariates, at their mean over the measurements.
    change : tuple of WaveMean
        Change since the first wave per group; not for the first wave.
    contrast : tuple of WaveMean
        Change of a group minus that of the reference group; not for the first wave, nor the reference group.
    together : JointTest or NotEnoughData
        Whether all contrasts are zero: courses run parallel.
    model : Mixed
        The model behind it, with the spread of persons and coaches.
    waves, groups : tuple of str
    reference : str
    """

    means: tuple[WaveMean, ...]
    change: tuple[WaveMean, ...]
    contrast: tuple[WaveMean, ...]
    together: JointTest | NotEnoughData
    model: Mixed
    waves: tuple[str, ...]
    groups: tuple[str, ...]
    reference: str


@as_declared
def course_model(
    frame: pd.DataFrame,
    outcome: str,
    *,
    group: str,
    waves: Sequence[str],
    reference: str | None = None,
    person: str = "person",
    wave: str = "wave",
    coach: str | None = None,
    covariates: Sequence[str] = (),
    errors: Literal["declared", "kenward-roger", "satterthwaite"] = "declared",
    unit: str = "points",
) -> CourseModel | NotEnoughData:
    r"""Follow a score over the waves in groups of persons, and compare how they change, in one mixed model.

    .. math:: y_{cit} = \mu_{g(i), t} + \beta' x_{cit} + u_i + (v_{0c} + v_{1c} [t > t_1]) + e_{cit}, \qquad
        \Delta_{g,t} = (\mu_{g,t} - \mu_{g,t_1}) - (\mu_{0,t} - \mu_{0,t_1})

    Every wave has a mean of its own in every group; no line is drawn through them. Persons have a level of their own
    (:math:`u_i`), and with `coach` so have coaches, as well as a change of their own after the first wave (:math:`v_{1c}`):
    without it, persons of one coach who change together would count as so many proofs. Restricted likelihood, with errors and
    degrees of freedom of each contrast by `mixed_model`: Kenward-Roger below 50 coaches (or persons, where there is no coach),
    Satterthwaite from there on.

    Who missed a wave is in the model with the waves that were not missed. That is right when missing depends on what is in the
    model (group, wave, covariates, the person's other scores), and not when it depends on the score that was missed. Assumed as
    well: two waves of a person go together equally well however far apart they are, and spreads are the same in all groups. A
    difference between groups is an effect only where assignment was randomised.

    Parameters
    ----------
    frame : DataFrame
        One row per person and wave; rows with a gap in the outcome, and of other waves, are left out.
    outcome : str
        The score, in `unit`.
    group : str
        Group of the person, the same at all waves; printed as its text.
    waves : sequence of str
        Two or more, in order of time.
    reference : str, optional
        Group that others are compared with; default the first in order of text.
    coach : str, optional
        Coach of the person, one for all waves: of who moved, the first.
    covariates : sequence of str
        Numeric, no gaps; centred.
    errors : as in `mixed_model`
    person : str
        Column that tells persons apart.
    wave : str
        Column with the wave.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    CourseModel or NotEnoughData
        Persons behind a number are those measured at its (later) wave. NotEnoughData below 5 persons at a wave in a group, with
        fewer than 5 coaches, and as in `mixed_model`.

    Raises
    ------
    MetricError
        When a column is missing, not numeric or has gaps; when a person has two rows in a wave, two groups or two coaches; when
        there are not two waves and two groups, or the reference is not one of them.

    References
    ----------
    Fitzmaurice, Laird & Ware (2011), Applied Longitudinal Analysis, ch. 5 and 8. Kenward & Roger (1997), doi:10.2307/2533558.

    Examples
    --------
    >>> rows = pd.DataFrame([(p, f"T{t}", "new" if p % 2 else "as ever") for p in range(20) for t in range(3)])
    >>> rows = rows.set_axis(["person", "wave", "g"], axis="columns")
    >>> rows["y"] = [p % 7 + t * (1 + p % 2) + (p * 3 + t * 5) % 4 for p in range(20) for t in range(3)]
    >>> found = course_model(rows, "y", group="g", waves=["T0", "T1", "T2"])
    >>> last = found.contrast[-1]
    >>> last.wave, last.group, round(last.estimate.value, 2), round(last.estimate.df, 1)
    ('T2', 'new', 2.0, 36.0)
    """
    rows = _rows(frame, outcome, group, waves, person, wave, coach, covariates)
    groups = tuple(sorted(rows[group].unique()))
    if not groups:
        return NotEnoughData(COURSE, "persons at each wave in each group", 0, MIN_PERSONS_PER_CELL)
    base = groups[0] if reference is None else reference
    _require_courses(rows, groups, waves, base, (person, group, wave))
    cells = rows.groupby([wave, group])[person].nunique().reindex(pd.MultiIndex.from_product([waves, groups]), fill_value=0)
    short = shortage(COURSE, ("persons at each wave in each group", int(cells.min()), MIN_PERSONS_PER_CELL))
    if short is not None:
        return short
    others = tuple(name for name in groups if name != base)
    terms = _terms(rows, group, wave, others, waves)
    centred = {name: rows[name] - rows[name].mean() for name in covariates}
    table = rows.assign(**terms, **centred, **{LATER: (rows[wave] != waves[0]).astype(float)})
    random = {person: [], **({coach: [LATER]} if coach else {})}
    fit = mixed_model(table, outcome, [*terms, *covariates], random, errors=errors, person=person, unit=unit)
    if isinstance(fit, NotEnoughData):
        return fit
    sides = sides_of([rows.loc[rows[group] == name] for name in groups], coach, person=person)
    return _course(fit, cells, base, others, tuple(waves), sides if coach else None)


def _rows(
    frame: pd.DataFrame,
    outcome: str,
    group: str,
    waves: Sequence[str],
    person: str,
    wave: str,
    coach: str | None,
    covariates: Sequence[str],
) -> pd.DataFrame:
    keys = [person, wave, group, *([coach] if coach else [])]
    require_numbers(frame, [outcome], COURSE, gaps=True)
    require_filled(frame, keys, COURSE)
    require_columns(frame, covariates, COURSE)
    rows = frame.loc[frame[wave].isin(list(waves)) & frame[outcome].notna(), [*keys, outcome, *covariates]]
    require_numbers(rows, covariates, COURSE)
    return rows.assign(**{group: rows[group].astype(str)})


def _require_courses(
    rows: pd.DataFrame, groups: Sequence[str], waves: Sequence[str], base: str, keys: tuple[str, str, str]
) -> None:
    person, group, wave = keys
    if len(set(waves)) < 2 or len(groups) < 2:
        raise MetricError(f"{COURSE}: there must be two waves and two groups but got {len(set(waves))} and {len(groups)}.")
    if base not in groups:
        raise MetricError(f"{COURSE}: the reference must be one of the groups ({', '.join(groups)}) but got {base}.")
    if rows.duplicated([person, wave]).any():
        raise MetricError(f"{COURSE}: a person must have one row per wave but some have more.")
    several = int(rows.groupby(person)[group].nunique().gt(1).sum())
    if several:
        raise MetricError(f"{COURSE}: a person must be in one group at all waves, but {several} are in more. Take the first.")


def _terms(
    rows: pd.DataFrame, group: str, wave: str, others: Sequence[str], waves: Sequence[str]
) -> dict[str, pd.Series[float]]:
    """Give a column for each later wave, each other group, and each pair of the two."""
    at = {w: rows[wave].eq(w).astype(float) for w in waves[1:]}
    of = {g: rows[group].eq(g).astype(float) for g in others}
    pairs = {_pair(w, g): at[w] * of[g] for w in at for g in of}
    return {**{_wave(w): column for w, column in at.items()}, **{_group(g): column for g, column in of.items()}, **pairs}


def _wave(wave: str) -> str:
    return f"wave {wave}"


def _group(group: str) -> str:
    return f"group {group}"


def _pair(wave: str, group: str) -> str:
    return f"wave {wave}, group {group}"


def _course(
    fit: Mixed, cells: pd.Series[int], base: str, others: tuple[str, ...], waves: tuple[str, ...], sides: Sides | None
) -> CourseModel:
    groups = tuple(sorted((base, *others)))
    weights = {(w, g): _changed(w, g, base) for g in groups for w in waves[1:]}

    def told(wave: str, group: str, weighed: dict[str, float], *of: str) -> WaveMean:
        n = int(sum(cells[wave, one] for one in of))
        return WaveMean(wave, group, replace(fit.sum_of(weighed), n=n, sides=sides))

    at_start = {g: {CONSTANT: 1.0, **({_group(g): 1.0} if g != base else {})} for g in groups}
    means = tuple(told(w, g, {**at_start[g], **weights.get((w, g), {})}, g) for g in groups for w in waves)
    change = tuple(told(w, g, weighed, g) for (w, g), weighed in weights.items())
    contrasts = [(w, g, {_pair(w, g): 1.0}) for g in groups if g != base for w in waves[1:]]
    together = fit.joint([weighed for *_, weighed in contrasts])
    contrast = tuple(told(w, g, weighed, g, base) for w, g, weighed in contrasts)
    return CourseModel(means, change, contrast, together, fit, waves, groups, base)


def _changed(wave: str, group: str, base: str) -> dict[str, float]:
    return {_wave(wave): 1.0, **({_pair(wave, group): 1.0} if group != base else {})}
