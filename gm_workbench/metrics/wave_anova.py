"""Analysis of variance over the waves, for readers who expect it: pingouin's, with what it leaves out counted and told.

Only persons measured at every wave count. `wave_model.course_model` uses everybody; where the two differ, that is why.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pingouin
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import NotEnoughData

REPEATED = "repeated-measures analysis of variance"
MIXED_ANOVA = "mixed analysis of variance"

MIN_COMPLETE = 10
"""Persons measured at every wave below which nothing is said (assumed floor)."""

MIN_COMPLETE_PER_GROUP = 5
"""Those in each group (assumed floor)."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of an analysis of variance.

    Attributes
    ----------
    name : str
        ``wave``, ``group`` or ``group x wave``.
    f : float
    df1, df2 : float
        Degrees of freedom as they come, of the uncorrected test.
    p : float
        Of the uncorrected test.
    epsilon : float
        Greenhouse and Geisser's: 1 when differences between all pairs of waves spread equally, 1 / (waves − 1) at worst; NaN
        between groups.
    p_corrected : float
        With both degrees of freedom times epsilon: the one to report, decided on beforehand. Between groups, the same as `p`.
    eta : float
        Generalised eta squared, 0-1: of the spread that is not made by measuring persons repeatedly, the share that goes with
        the effect.
    """

    name: str
    f: float
    df1: float
    df2: float
    p: float
    epsilon: float
    p_corrected: float
    eta: float


@dataclass(frozen=True, slots=True)
class WaveAnova:
    """An analysis of variance over the waves.

    Attributes
    ----------
    effects : tuple of Effect
    persons : int
        Measured at every wave, and so in it.
    left_out : int
        Measured at some waves only.
    mauchly, mauchly_p : float
        Mauchly's W and its p, for sphericity; NaN with two waves. To be told, not to choose the test by.
    waves, groups : tuple of str
        No groups in a repeated-measures analysis.
    """

    effects: tuple[Effect, ...]
    persons: int
    left_out: int
    mauchly: float
    mauchly_p: float
    waves: tuple[str, ...]
    groups: tuple[str, ...] = ()

    def effect(self, name: str) -> Effect:
        """Give the line of that name."""
        return next(one for one in self.effects if one.name == name)


@as_declared
def repeated_anova(
    frame: pd.DataFrame, outcome: str, *, waves: Sequence[str], person: str = "person", wave: str = "wave"
) -> WaveAnova | NotEnoughData:
    r"""Test whether the mean differs between waves, in persons measured at every wave.

    .. math:: F = \frac{SS_{wave} / (k - 1)}{SS_{error} / ((k - 1)(n - 1))}, \qquad \hat\varepsilon =
        \frac{(\sum_j \lambda_j)^2}{(k - 1) \sum_j \lambda_j^2}, \qquad
        \hat\eta^2_G = \frac{SS_{wave}}{SS_{wave} + SS_{persons} + SS_{error}}

    :math:`\lambda` are the eigenvalues of the covariance of orthonormal contrasts of the k waves. Degrees of freedom are always
    corrected by :math:`\hat\varepsilon` (Greenhouse & Geisser), not only when Mauchly's test finds a departure: that test finds
    little in small samples and anything in large ones. It says that waves differ, not which, nor by how much.

    Parameters
    ----------
    frame : DataFrame
        One row per person and wave; gaps in the outcome, and other waves, are left out.
    outcome : str
        The score.
    waves : sequence of str
        Two or more.
    person : str
        Column that tells persons apart.
    wave : str
        Column with the wave.

    Returns
    -------
    WaveAnova or NotEnoughData
        NotEnoughData below 10 persons measured at every wave, or when nobody changes otherwise than others.

    Raises
    ------
    MetricError
        When a column is missing or not numeric, a person has two rows in a wave, or there are fewer than two waves.

    References
    ----------
    Greenhouse & Geisser (1959), doi:10.1007/BF02289823. Bakeman (2005), doi:10.3758/BF03192707 (generalised eta squared).
    Computed by pingouin: Vallat (2018), doi:10.21105/joss.01026.

    Examples
    --------
    >>> rows = [(p, f"T{t}", p % 5 + t + (p * 3 + t * 5) % 4) for p in range(12) for t in range(3)]
    >>> found = repeated_anova(pd.DataFrame(rows, columns=["person", "wave", "y"]), "y", waves=["T0", "T1", "T2"])
    >>> one = found.effect("wave")
    >>> round(one.f, 2), one.df1, one.df2, found.persons, found.left_out
    (6.6, 2.0, 22.0, 12, 0)
    """
    kept = _complete(frame, outcome, waves, (person, wave), REPEATED)
    persons, left_out = int(kept[person].nunique()), int(frame[person].nunique() - kept[person].nunique())
    short = _shortage(kept, outcome, (person, wave), ("persons measured at every wave", persons, MIN_COMPLETE), REPEATED)
    if short is not None:
        return short
    options = {"data": kept, "dv": outcome, "within": wave, "subject": person}
    table = _quietly(pingouin.rm_anova, correction=True, detailed=True, effsize="ng2", **options)
    line, error = table.to_dict("records")
    effect = _effect("wave", {**line, "DF1": line["DF"], "DF2": error["DF"]})
    return WaveAnova((effect,), persons, left_out, *_mauchly(line), tuple(waves))


@as_declared
def mixed_anova(
    frame: pd.DataFrame, outcome: str, *, group: str, waves: Sequence[str], person: str = "person", wave: str = "wave"
) -> WaveAnova | NotEnoughData:
    r"""Test whether groups change differently over the waves, in persons measured at every wave.

    .. math:: F_{g \times w} = \frac{SS_{g \times w} / ((g - 1)(k - 1))}{SS_{error} / ((n - g)(k - 1))}

    The line ``group x wave`` is about change. As in `repeated_anova`, with :math:`\hat\varepsilon` from the covariance within
    groups. Sums of squares are sequential over group
    and wave: with groups of unequal size the line ``wave`` is about the mean over persons, not over groups (SPSS's type III);
    the other lines do not hang on that. Persons who share a coach are taken for independent: use `wave_model.course_model`
    where they do. Generalised eta squared takes groups as assigned.

    Parameters
    ----------
    frame, outcome, waves : as in `repeated_anova`
    group : str
        Group of the person, the same at all waves.
    person : str
        Column that tells persons apart.
    wave : str
        Column with the wave.

    Returns
    -------
    WaveAnova or NotEnoughData
        NotEnoughData below 10 persons measured at every wave, or 5 in a group, or when nobody changes otherwise than others in
        the group.

    Raises
    ------
    MetricError
        As in `repeated_anova`; also when a person is in two groups, or there is one group.

    References
    ----------
    As in `repeated_anova`. Winer, Brown & Michels (1991), Statistical Principles in Experimental Design, ch. 7.

    Examples
    --------
    >>> rows = [(p, f"T{t}", p % 2, p % 5 + t * (p % 2) + (p * 3 + t * 5) % 4) for p in range(12) for t in range(3)]
    >>> frame = pd.DataFrame(rows, columns=["person", "wave", "g", "y"])
    >>> found = mixed_anova(frame, "y", group="g", waves=["T0", "T1", "T2"])
    >>> one = found.effect("group x wave")
    >>> round(one.f, 2), one.df1, one.df2, found.groups
    (4.38, 2.0, 20.0, ('0', '1'))
    """
    kept = _complete(frame, outcome, waves, (person, wave), MIXED_ANOVA, group).assign(
        **{group: lambda rows: rows[group].astype(str)}
    )
    sizes = kept.groupby(group)[person].nunique()
    _require_groups(frame, group, person)
    persons = int(sizes.sum())
    least = 0 if len(sizes) < frame[group].nunique() else int(sizes.min())
    each = ("persons measured at every wave in each group", least, MIN_COMPLETE_PER_GROUP)
    everybody = ("persons measured at every wave", persons, MIN_COMPLETE)
    short = shortage(MIXED_ANOVA, everybody, each) or _shortage(kept, outcome, (person, wave, group), everybody, MIXED_ANOVA)
    if short is not None:
        return short
    options = {"data": kept, "dv": outcome, "within": wave, "subject": person, "between": group}
    table = _quietly(pingouin.mixed_anova, correction=True, effsize="ng2", **options)
    lines = table.to_dict("records")
    effects = tuple(_effect(name, line) for name, line in zip(("group", "wave", "group x wave"), lines, strict=True))
    left_out = int(frame[person].nunique()) - persons
    return WaveAnova(effects, persons, left_out, *_mauchly(lines[1]), tuple(waves), tuple(map(str, sizes.index)))


def _quietly(analysis: Callable[..., pd.DataFrame], **options: Any) -> pd.DataFrame:
    """Call pingouin without its warnings that pandas will change: they are for its makers, and change no number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return analysis(**options)


def _complete(
    frame: pd.DataFrame, outcome: str, waves: Sequence[str], keys: tuple[str, str], method: str, *others: str
) -> pd.DataFrame:
    """Check the columns and give the rows of persons with all waves."""
    person, wave = keys
    require_numbers(frame, [outcome], method, gaps=True)
    require_filled(frame, [*keys, *others], method)
    if len(set(waves)) < 2:
        raise MetricError(f"{method}: there must be two waves or more but got {len(set(waves))}.")
    rows = frame.loc[frame[wave].isin(list(waves)) & frame[outcome].notna(), [*keys, *others, outcome]]
    if rows.duplicated([person, wave]).any():
        raise MetricError(f"{method}: a person must have one row per wave but some have more.")
    whole = rows.groupby(person)[wave].transform("nunique") == len(set(waves))
    return rows.loc[whole].astype({outcome: float})


def _require_groups(frame: pd.DataFrame, group: str, person: str) -> None:
    moved = int(frame.groupby(person)[group].nunique().gt(1).sum())
    if moved:
        raise MetricError(f"{MIXED_ANOVA}: a person must be in one group at all waves, but {moved} are in more.")
    if frame[group].nunique() < 2:
        raise MetricError(f"{MIXED_ANOVA}: there must be two groups or more but got {frame[group].nunique()}.")


def _shortage(
    kept: pd.DataFrame, outcome: str, keys: tuple[str, ...], enough: tuple[str, int, int], method: str
) -> NotEnoughData | None:
    """Say when there are too few persons, or when all of a group change alike, so that there is no error to compare with."""
    person, wave, *group = keys
    own = kept[outcome] - kept.groupby(person)[outcome].transform("mean")
    left = own - own.groupby([kept[name] for name in (wave, *group)]).transform("mean")
    return shortage(method, enough, ("different changes", left.round(9).nunique(), 2))


def _effect(name: str, line: dict[Any, Any]) -> Effect:
    """Read a line of pingouin; it leaves the corrected p out with two waves, where there is nothing to correct."""
    f, df1, df2, epsilon = (float(line[key]) for key in ("F", "DF1", "DF2", "eps"))
    share = 1.0 if math.isnan(epsilon) else epsilon
    corrected = float(stats.f.sf(f, df1 * share, df2 * share))
    return Effect(name, f, df1, df2, float(line["p_unc"]), epsilon, corrected, float(line["ng2"]))


def _mauchly(line: dict[Any, Any]) -> tuple[float, float]:
    return float(line.get("W_spher", math.nan)), float(line.get("p_spher", math.nan))
