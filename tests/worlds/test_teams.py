"""Teams: who sits where, who begins when, and what that does to leaving for work."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from gm_workbench.worlds.calibration import Figure, World
from gm_workbench.worlds.coaches import GENERAL, MOTHERS, draw_coaches
from gm_workbench.worlds.people import NEVER
from gm_workbench.worlds.professionals import USE, at_waves, coach_answers, latent_professionals
from gm_workbench.worlds.streams import Streams
from gm_workbench.worlds.teams import draw_teams, motivation_ratio, programme_ratio, rosters, team_introductions, works_new

STREAMS = Streams(5, "GM0363")
SIZES = (16, 80, 0)  # 2 teams of mothers' coaches and 10 of the general pool


def changed(world: World, **figures: object) -> World:
    """Give the world with other values of figures, named with two underscores for the dot."""
    own = {name.replace("__", "."): value for name, value in figures.items()}
    made = {name: Figure(value, world.figures[name].status, "", "") for name, value in own.items()}
    return replace(world, figures=MappingProxyType({**world.figures, **made}))


@pytest.fixture(scope="module")
def coaches(default):
    return draw_coaches(default, SIZES, STREAMS.of("coaches"))


def drawn(world, coaches, **how):
    return draw_teams(world, coaches, STREAMS.of("teams"), **how)


def test_teams_have_coaches_of_one_pool_and_at_most_the_declared_size(default, coaches):
    teams = drawn(default, coaches)
    assert len(teams.pool) == 12
    assert (teams.pool[teams.first] == coaches.pool).all()
    assert (teams.pool[teams.second] == coaches.pool).all()
    assert np.bincount(teams.first).max() == 8


@pytest.mark.parametrize(
    ("steps", "starts"),
    [
        ([[0, 0.5]], {0: 5}),
        ([[0, 1.0]], {0: 10}),
        ([[0, 0.2], [4, 0.2], [8, 0.2], [12, 0.2], [16, 0.2]], {0: 2, 4: 2, 8: 2, 12: 2, 16: 2}),
        ([[0, 0.3], [6, 0.3]], {0: 3, 6: 3}),
        ([[0, 0.25], [6, 0.25], [12, 0.25], [18, 0.25]], {0: 2, 6: 3, 12: 3, 18: 2}),
    ],
)
def test_teams_begin_by_the_declared_steps(default, coaches, steps, starts):
    teams = drawn(changed(default, cascade__steps=steps), coaches)
    own = teams.start[teams.taking_part] - default.index
    assert {int(month): int((own == month).sum()) for month in np.unique(own[own < NEVER // 2])} == starts
    assert (teams.start[teams.pool == MOTHERS] == NEVER).all()


def test_without_introduction_no_team_begins(default, coaches):
    teams = drawn(default, coaches, introduced=False)
    assert (teams.start == NEVER).all()
    assert team_introductions(default, "GM0363", teams).empty


def test_a_coach_who_once_worked_in_the_new_way_goes_on(default, coaches):
    teams = drawn(changed(default, cascade__coach_moves_yearly=0.3), coaches)
    new = works_new(default, teams)
    assert (np.diff(new.astype(int), axis=1) >= 0).all()
    moved_away = (
        (teams.start[teams.first] == default.index) & (teams.start[teams.second] == NEVER) & (teams.move > default.index)
    )
    assert (moved_away & (teams.move < NEVER)).any()
    assert new[moved_away, -1].all()


def test_ratio_is_one_in_the_mean_before_and_planted_after(default, coaches):
    world = changed(default, cascade__team_sd=0.0, cascade__fidelity_sd=0.0, cascade__introduction_ratio=1.3)
    teams = drawn(world, coaches)
    new = works_new(world, teams)
    ratio = programme_ratio(world, teams, new)
    assert ratio[new] == pytest.approx(1.3)
    assert ratio[~new] == pytest.approx(1.0)


def test_fidelity_is_one_on_average_and_never_negative(default, coaches):
    many = draw_coaches(default, (0, 8000, 0), STREAMS.of("coaches"))
    fidelity = drawn(default, many).fidelity
    assert fidelity.min() >= 0
    assert fidelity.mean() == pytest.approx(1.0, abs=0.02)
    assert fidelity.std() == pytest.approx(default.number("cascade.fidelity_sd"), abs=0.02)


def test_motivation_leaves_the_mean_hazard_as_it_is_and_mothers_alone(default):
    motivation = STREAMS.of("motivation").standard_normal(200_000)
    general = np.arange(len(motivation)) % 2 == 0
    ratio = motivation_ratio(default, motivation, general)
    assert ratio[general].mean() == pytest.approx(1.0, abs=0.005)
    assert (ratio[~general] == 1).all()


def test_rosters_follow_coaches_without_gap_or_overlap(default, coaches):
    teams = drawn(changed(default, cascade__coach_moves_yearly=0.3), coaches)
    table = rosters(default, "GM0363", teams).sort_values(["coach", "start"])
    assert table["coach"].nunique() == SIZES[1]
    again = table["coach"].duplicated()
    assert again.any()
    assert (table["end"].shift()[again] + 1 == table.loc[again, "start"]).all()
    assert (table.groupby("team")["supervisor"].nunique() == 1).all()


def test_first_measurement_comes_before_the_first_introduction(default, coaches):
    teams = drawn(default, coaches)
    waves = at_waves(default, works_new(default, teams))
    assert not waves[:, 0].any()
    assert waves[:, 1].any()


def test_coaches_use_the_model_more_once_their_team_has_begun(default):
    many = draw_coaches(default, (0, 4000, 0), STREAMS.of("coaches"))
    teams = drawn(default, many)
    new = works_new(default, teams)
    scores = latent_professionals(default, teams, new, STREAMS.of("professionals"))
    began = at_waves(default, new)[:, -2]
    use = default.by_name("cascade.use")
    planted = use["lift"] + use["steering"] * default.by_name("cascade.steering")["lift"]
    assert scores.use[began, -2].mean() - scores.use[~began, -2].mean() == pytest.approx(planted, abs=0.08)
    assert scores.use[began, 0].mean() - scores.use[~began, 0].mean() == pytest.approx(0.0, abs=0.08)


def test_coaches_of_teams_outside_the_study_are_not_asked(default, coaches):
    teams = drawn(default, coaches)
    table = coach_answers(default, STREAMS, teams, works_new(default, teams))
    assert set(table["instrument"]) == {"STU", USE}
    assert table["coach"].nunique() <= int((coaches.pool == GENERAL).sum())
    assert set(table["coach"]) <= set(rosters(default, "GM0363", teams)["coach"])
