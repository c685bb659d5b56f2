"""Teams that work in a new way against teams that do not, under the design that a protocol declares.

Each design has one primary inference: randomisation inference where teams were assigned by lot, else CR2 standard errors by
team with Satterthwaite degrees of freedom. With few teams the usual cluster-robust interval is too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.checks import require_binary, require_columns, require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.horizon import over_months
from gm_workbench.metrics.randomisation import Randomisation
from gm_workbench.metrics.sides import beside, sides_of
from gm_workbench.metrics.stacks import MONTH_IN_STACK, TEAM_IN_STACK, stacked
from gm_workbench.metrics.team_cells import dealt_by_month, dealt_to_persons, exposure, persons_in
from gm_workbench.vocabulary.designs import Design

PARALLEL = "difference between teams (least squares), CR2 by team, t interval on Satterthwaite degrees of freedom"
STEPS = "difference within teams, calendar month allowed for (least squares), CR2 by team, Satterthwaite"
STAGGERED = "stacked difference in differences of teams that began and that had not (least squares), CR2 by team, Satterthwaite"
BEFORE_AFTER = "difference within teams, after minus before (least squares), CR2 by team, Satterthwaite"

MIN_TEAMS_PER_ARM = 4
"""Teams in each arm below which a comparison of teams says nothing (assumed floor)."""

MIN_TEAMS = 6
"""Teams below which a comparison within teams says nothing (assumed floor)."""

MIN_PERSONS_PER_ARM = 10
"""Persons in each arm below which a difference says nothing (assumed floor)."""

ADJUSTED_FOR = ("woman", "young", "old", "short", "middle", "long")


@as_declared
def difference(
    frame: pd.DataFrame,
    design: Design,
    *,
    randomised: bool = False,
    covariates: Sequence[str] = ADJUSTED_FOR,
    horizon: int = 12,
    draws: int = 9_999,
    seed: int = 1,
) -> Contrast | NotEnoughData:
    r"""Estimate by how much exits to work within a horizon differ with a new way of working that teams took up.

    Parallel teams, persons i in teams j, :math:`d_j` whether the team took it up, x known before:

    .. math:: y_{ij} = \alpha + \delta d_j + \gamma' x_{ij} + e_{ij}

    Steps (stepped wedge): persons by month t, :math:`d_{jt}` whether the team worked in the new way in that month,

    .. math:: y_{ijt} = \alpha_j + \tau_t + \delta d_{jt} + e_{ijt}

    where y is leaving for work in that month; :math:`\delta` is then put on the scale of the horizon (`horizon.over_months`).
    Staggered: the same in stacks, each of the teams of one step and the teams that had not begun a year later, from a year
    before to a year after (`stacks.stacked`), with effects of team by stack and month by stack. Before and after:
    :math:`y_{ij} = \alpha_j + \delta\,\text{after} + \gamma' x_{ij} + e_{ij}`.

    Few teams on one side are allowed for: with five against forty 29 in 600 draws without a difference saw one (parallel
    teams), and 22 in 400 where one of the five had half of their persons.

    Where a lot dealt the starts out, a staggered introduction is fitted as steps are, over all months at one difference:
    dealing them out again would change who stands in which stack.

    Parameters
    ----------
    frame : DataFrame
        As `panel.teams.compared` gives it: by person ``left``, ``introduced``, ``team`` and the covariates; or by person and
        month ``person``, ``month``, ``start`` (missing for a team that never began), ``to_work``, ``otherwise``, ``team``.
    design : Design
        Which of the four.
    randomised : bool
        Whether a lot decided which teams began, or when. Then the interval is that of randomisation inference.
    covariates : sequence of str
        0 or 1, known before; used where rows are persons.
    horizon : int
        Months.
    draws, seed : int
        Of randomisation inference, where not all assignments can be listed.

    Returns
    -------
    Contrast or NotEnoughData
        Differences in probability; ``raw`` is without covariates, or (in steps) without allowing for team and month. Clusters
        are teams. NotEnoughData below 10 persons or 4 teams in an arm (of staggered starters, seen before and after), below 6
        teams that are compared with themselves, with fewer than 2 steps within the months, when all outcomes are equal, or
        when a lottery over so few teams could not give p < .05.

    Raises
    ------
    MetricError
        When a column is missing, not numeric or has gaps.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28; Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004; Hussey &
    Hughes (2007), doi:10.1016/j.cct.2006.05.007; Cengiz, Dube, Lindner & Zipperer (2019), doi:10.1093/qje/qjz014, for stacks.

    Examples
    --------
    >>> rows = pd.DataFrame([(t, p) for t in range(12) for p in range(20)], columns=["team", "p"])
    >>> left = rows["p"] < 2 + 3 * (rows["team"] % 2) + rows["team"] % 3
    >>> rows = rows.assign(introduced=rows["team"] % 2, left=left.astype(int))
    >>> found = difference(rows, Design.PARALLEL_CLUSTERS, covariates=())
    >>> round(found.adjusted.value, 3), found.clusters_exposed, found.adjusted.groups
    (0.15, 6, 12)
    """
    if design in (Design.PARALLEL_CLUSTERS, Design.BEFORE_AFTER):
        return _by_person(frame, design, list(covariates), randomised, draws, seed)
    return _by_month(frame, design, horizon, randomised, draws, seed)


def _by_person(
    frame: pd.DataFrame, design: Design, covariates: list[str], randomised: bool, draws: int, seed: int
) -> Contrast | NotEnoughData:
    parallel = design is Design.PARALLEL_CLUSTERS
    method = PARALLEL if parallel else BEFORE_AFTER
    require_numbers(frame, ["left", *covariates], method)
    require_binary(frame, "introduced", method)
    require_filled(frame, ["team"], method)
    new, old = _arms(frame)
    teams = min(new["team"].nunique(), old["team"].nunique()), MIN_TEAMS_PER_ARM if parallel else MIN_TEAMS
    if short := _short(method, new, old, frame["left"], ("teams in each group", *teams)):
        return short
    used = [name for name in covariates if frame[name].ne(frame[name].iloc[0]).any()]
    own = [] if parallel else ["team"]
    adjusted = exposure(frame, used, own, method)
    if randomised and parallel:
        drawn = dealt_to_persons(frame, used, draws, seed)
        if isinstance(drawn, NotEnoughData):
            return drawn
        adjusted = replace(drawn.estimate, se=adjusted.se, df=adjusted.df, residual_df=adjusted.residual_df)
    return _contrast(adjusted, exposure(frame, [], own, method), new, old)


def _short(
    method: str, new: pd.DataFrame, old: pd.DataFrame, outcome: pd.Series[int], *first: tuple[str, int, int]
) -> NotEnoughData | None:
    return shortage(
        method,
        *first,
        ("persons in each group", min(persons_in(new), persons_in(old)), MIN_PERSONS_PER_ARM),
        ("different outcomes", outcome.nunique(), 2),
    )


def _arms(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return rows.loc[rows["introduced"].eq(1)], rows.loc[rows["introduced"].eq(0)]


def _contrast(adjusted: Estimate, raw: Estimate, new: pd.DataFrame, old: pd.DataFrame) -> Contrast:
    sides = sides_of((new, old), "team", "left", "person" if "person" in new else None)
    return Contrast(beside(adjusted, sides), beside(raw, sides), *sides.persons, *sides.groups)


def _by_month(
    frame: pd.DataFrame, design: Design, horizon: int, randomised: bool, draws: int, seed: int
) -> Contrast | NotEnoughData:
    wedge = design is Design.STEPPED_WEDGE
    method = STEPS if wedge else STAGGERED
    require_columns(frame, ["start"], method)
    require_numbers(frame, ["month", "to_work", "otherwise"], method)
    require_filled(frame, ["person", "team"], method)
    marked = frame.assign(introduced=frame["start"].le(frame["month"]).astype("int64"), left=frame["to_work"])
    rows = marked if wedge else stacked(marked, horizon)
    if short := _months_short(method, rows, wedge):
        return short
    if randomised:
        return _steps(marked, ["team", "month"], method, horizon, dealt_by_month(marked, draws, seed))
    return _steps(rows, ["team", "month"] if wedge else [TEAM_IN_STACK, MONTH_IN_STACK], method, horizon)


def _steps(
    rows: pd.DataFrame, own: list[str], method: str, horizon: int, drawn: Randomisation | NotEnoughData | None = None
) -> Contrast | NotEnoughData:
    if isinstance(drawn, NotEnoughData):
        return drawn
    monthly, raw = exposure(rows, [], own, method), exposure(rows, [], [], method)
    if drawn is not None:
        monthly = replace(drawn.estimate, se=monthly.se, df=monthly.df, residual_df=monthly.residual_df)
    new, old = _arms(rows)
    chances = float(new["left"].mean()), float(new["otherwise"].mean())
    return _contrast(over_months(monthly, *chances, horizon), over_months(raw, *chances, horizon), new, old)


def _months_short(method: str, rows: pd.DataFrame, wedge: bool) -> NotEnoughData | None:
    new, old = _arms(rows)
    teams, began = set(rows["team"].unique()), set(new["team"].unique())
    # a step that all months lie before, or after, changes nothing within a team
    steps = rows.loc[rows["start"].gt(rows["month"].min()) & rows["start"].le(rows["month"].max()), "start"].nunique()
    wanted = [("teams", len(teams), MIN_TEAMS), ("moments at which teams began", int(steps), 2)]
    if not wedge:
        both = began & set(old.loc[~old["control"].astype(bool), "team"].unique())
        wanted = [("teams in each group", min(len(both), len(teams - began)), MIN_TEAMS_PER_ARM)]
    return _short(method, new, old, rows["left"]) or shortage(method, *wanted)
