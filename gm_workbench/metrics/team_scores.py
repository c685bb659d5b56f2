"""Scores after an introduction to teams: the difference at equal scores before, with teams as the unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage, two_arms
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.joint import JointTest, joint_test
from gm_workbench.metrics.sides import beside, sides_of
from gm_workbench.metrics.small_sample import Floats, cr2
from gm_workbench.metrics.team_comparison import MIN_PERSONS_PER_ARM, MIN_TEAMS_PER_ARM

SLOPE = "regression (least squares), CR2 by team, t interval on Satterthwaite degrees of freedom"

MIN_TEAMS = 10
"""Teams below which a slope over teams says nothing (assumed floor)."""

MIN_PERSONS = 30
"""People below which a slope says nothing (assumed floor)."""

COLUMNS = ["after", "before", "exposed", "team"]

JOINT = "joint test of several scores (ANCOVA, stacked), HTZ by team"

METHOD = "ANCOVA (least squares), CR2 by team, t interval on Satterthwaite degrees of freedom"


@as_declared
def score_difference(
    frame: pd.DataFrame,
    outcome: str,
    covariates: Sequence[str] = (),
    *,
    exposed: str = "introduced",
    team: str = "team",
    unit: str = "points",
) -> Estimate | NotEnoughData:
    r"""Compare a score between people of teams that took up a new way of working and of teams that did not.

    .. math:: y_{ij} = \alpha + \delta d_j + \gamma' x_{ij} + e_{ij}

    Parameters
    ----------
    frame : DataFrame
        One row per person (or coach), no gaps in the columns named.
    outcome : str
        Score, in `unit`.
    covariates : sequence of str
        Measured before, e.g. the same score at the start.
    exposed, team : str
        0 or 1 (or false, true) and the team that it is about.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Estimate or NotEnoughData
        :math:`\delta` in `unit`; NotEnoughData below 10 persons or 4 teams in a group, or when all scores are equal.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, or exposure is not 0 or 1.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28; Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004; Vickers &
    Altman (2001), doi:10.1136/bmj.323.7321.1123.

    Examples
    --------
    >>> rows = pd.DataFrame([(t, p) for t in range(8) for p in range(6)], columns=["team", "p"])
    >>> rows = rows.assign(introduced=rows["team"] % 2, y=5.0 * (rows["team"] % 2) + rows["p"] + rows["team"] // 2)
    >>> found = score_difference(rows, "y")
    >>> round(found.value, 1), found.groups
    (5.0, 8)
    """
    teams = "teams in each group", MIN_TEAMS_PER_ARM
    arms = two_arms(frame, [outcome, *covariates], exposed, team, METHOD, persons=MIN_PERSONS_PER_ARM, clusters=teams)
    if isinstance(arms, NotEnoughData):
        return arms
    fit = cr2(frame[outcome], design(frame, [exposed, *covariates]), frame[team], method=METHOD)
    return beside(fit.combine({exposed: 1.0}, unit, METHOD, groups=int(frame[team].nunique())), sides_of(arms, team, outcome))


@as_declared
def joint_difference(
    scores: Mapping[str, pd.DataFrame],
    *,
    outcome: str = "after",
    covariate: str = "before",
    exposed: str = "introduced",
    team: str = "team",
) -> JointTest | NotEnoughData:
    r"""Test at once that no score of several differs between teams that took up a new way of working and teams that did not.

    The regressions of `score_difference`, one for each score s, are stacked, each with a constant and a slope of its own, and
    the teams are the clusters of all of them together, so that scores of one person need not be independent:

    .. math:: y_{ijs} = \alpha_s + \delta_s d_j + \gamma_s x_{ijs} + e_{ijs}, \qquad H_0: \delta_1 = \dots = \delta_q = 0

    It says whether anything differs, not what, nor by how much; for that there are the scores one by one
    (`several.simultaneous`). Scores in one unit only: a stack of points and euros would let the euros decide.

    Parameters
    ----------
    scores : mapping of str to DataFrame
        By score: a row per person with the columns named, no gaps; persons may differ from score to score.
    outcome, covariate : str
        The score after, and the same score before, in points; ``{score}`` stands for the name of the score.
    exposed, team : as in `score_difference`

    Returns
    -------
    JointTest or NotEnoughData
        The test of `joint.joint_test` (HTZ). NotEnoughData when any of the scores has too few persons or teams, when a score
        does not vary, or when the teams leave fewer than one degree of freedom for so many scores.

    Raises
    ------
    MetricError
        When there is no score, or as in `score_difference`.

    References
    ----------
    Tipton & Pustejovsky (2015), doi:10.3102/1076998615606099; stacking as in Zellner (1962), doi:10.2307/2281644.

    Examples
    --------
    >>> rows = pd.DataFrame([(t, p) for t in range(16) for p in range(6)], columns=["team", "p"])
    >>> rows = rows.assign(introduced=rows["team"] % 2, before=rows["p"] * 1.0)
    >>> gained = rows.assign(after=5.0 * (rows["team"] % 2) + rows["p"] + rows["team"] // 2 % 3)
    >>> level = rows.assign(after=rows["p"] + rows["team"] // 4 % 2 + rows["p"] % 2)
    >>> found = joint_difference({"skills": gained, "intention": level})
    >>> found.df, found.clusters, found.p < 0.05
    (2, 16, True)
    """
    if not scores:
        raise MetricError(f"{JOINT}: there must be a score.")
    named = {name: (outcome.format(score=name), covariate.format(score=name)) for name in scores}
    for name, rows in scores.items():
        alone = score_difference(rows, named[name][0], [named[name][1]], exposed=exposed, team=team)
        if isinstance(alone, NotEnoughData):
            return alone
    parts = {name: rows[[*named[name], exposed, team]].set_axis(COLUMNS, axis=1) for name, rows in scores.items()}
    parts = {name: rows.reset_index(drop=True) for name, rows in parts.items()}
    stacked = pd.concat(parts, names=["score"]).reset_index("score")
    x: dict[str, Floats] = {}
    for name in scores:
        own = stacked["score"].eq(name).to_numpy(dtype=float)
        columns = design(stacked, ["exposed", "before"])
        x |= {f"{column} of {name}": own * values for column, values in columns.items()}
    fit = cr2(stacked["after"], x, stacked["team"], method=JOINT)
    return joint_test(fit, [f"exposed of {name}" for name in scores])


@as_declared
def score_slope(
    frame: pd.DataFrame,
    outcome: str,
    predictor: str,
    covariates: Sequence[str] = (),
    *,
    team: str = "team",
    per: float = 1.0,
    unit: str = "points",
) -> Estimate | NotEnoughData:
    r"""Relate a score of people to something that their whole team shares, e.g. how the supervisor says to steer.

    .. math:: y_{ij} = \alpha + \beta x_j + \gamma' z_{ij} + e_{ij}

    With x rated by somebody else than y, the relation cannot come from one person's way of answering.

    Parameters
    ----------
    frame : DataFrame
        One row per person (or coach), no gaps in the columns named.
    outcome, predictor : str
        Scores, in `unit` and in points; the predictor is the same for all of a team.
    covariates : sequence of str
        Measured before, e.g. the outcome at the start.
    per : float
        Step in the predictor, e.g. 10 points.
    team : str
        Column with the team.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Estimate or NotEnoughData
        :math:`\beta` times `per`, in `unit`; NotEnoughData below 30 persons or 10 teams, or when all scores are equal.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28; Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    >>> rows = pd.DataFrame([(t, p) for t in range(12) for p in range(3)], columns=["team", "p"])
    >>> rows = rows.assign(x=rows["team"] * 1.0, y=2.0 * rows["team"] + rows["p"] + rows["team"] % 2)
    >>> round(score_slope(rows, "y", "x", per=10.0).value, 1)
    20.2
    """
    require_numbers(frame, [outcome, predictor, *covariates], SLOPE)
    require_filled(frame, [team], SLOPE)
    short = shortage(
        SLOPE,
        ("persons", len(frame), MIN_PERSONS),
        ("teams", int(frame[team].nunique()), MIN_TEAMS),
        ("different outcomes", frame[outcome].nunique(), 2),
        ("different scores between groups", frame[predictor].nunique(), 2),
    )
    if short is not None:
        return short
    fit = cr2(frame[outcome], design(frame, [predictor, *covariates]), frame[team], method=SLOPE)
    return fit.combine({predictor: per}, unit, SLOPE, groups=int(frame[team].nunique()))
