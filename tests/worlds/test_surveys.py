from __future__ import annotations

import numpy as np
import pytest

from gm_workbench.vocabulary.instruments import instruments
from gm_workbench.worlds.coaches import MOTHERS, draw_coaches
from gm_workbench.worlds.draw import survey
from gm_workbench.worlds.resilience import resilience_items
from gm_workbench.worlds.streams import Streams
from gm_workbench.worlds.surveys import (
    Respondents,
    answer_items,
    bejegening_within,
    latent_scores,
    points,
    responses,
    scored,
)

SIZE = 20_000
STREAMS = Streams(7, "test")
ECR = instruments()["ECR"]


@pytest.fixture(scope="module")
def coaches(default):
    return draw_coaches(default, (SIZE // 30, 0, 0), STREAMS.of("coaches"))


@pytest.fixture(scope="module")
def latent(default, coaches):
    return latent_scores(default, coaches, asked(coaches), bejegening_within(STREAMS, SIZE), STREAMS.of("traits"))


def asked(coaches, introduced=None):
    coach = STREAMS.of("guidance").integers(0, len(coaches), SIZE)
    return Respondents(coach, coaches.introduced[coach] if introduced is None else np.full(SIZE, introduced))


def cronbach(items: np.ndarray) -> float:
    count = items.shape[1]
    return count / (count - 1) * (1 - items.var(axis=0, ddof=1).sum() / items.sum(axis=1).var(ddof=1))


OF_MOTHERS = ("ATT", "BEH", "BEJ", "ECR", "ENV", "INT", "NRM", "REG", "SEF", "SKL")


@pytest.mark.parametrize("code", sorted(set(OF_MOTHERS) - {"ECR"}))
def test_a_scale_has_about_its_declared_reliability_mean_and_spread(default, latent, code):
    scale, instrument = default.value("surveys.scales")[code], instruments()[code]
    items = answer_items(default, instrument, points(default, code, latent[code][:, 0]), STREAMS.of("items"))
    # rounding to five answers and the ends of the scale flatten the declared figures a little
    assert cronbach(items) == pytest.approx(scale["alpha"], abs=0.05)
    assert items.min() == instrument.low
    assert items.max() == instrument.high
    score = scored(instrument, items, np.ones(items.shape, dtype=bool))
    assert score.mean() == pytest.approx(scale["mean"], abs=3)


def test_score_is_the_mean_of_what_was_answered_on_0_to_100():
    items = np.array([[1.0, 5.0, 3.0]])
    given = np.array([[True, True, False]])
    assert scored(ECR, items, given).tolist() == [50.0]
    assert scored(ECR, items, np.array([[False, True, False]])).tolist() == [100.0]
    assert scored(ECR, items, np.zeros((1, 3), dtype=bool)).tolist() == [50.0]


def test_intention_follows_its_determinants_within_persons_by_the_planted_slopes(default, latent):
    within = {code: (score - score.mean(axis=1, keepdims=True)).ravel() for code, score in latent.items()}
    design = np.stack([within[code] for code in ("ATT", "NRM", "SEF")], axis=1)
    slopes = np.linalg.lstsq(design, within["INT"], rcond=None)[0]
    planted = default.by_name("surveys.intention")
    assert slopes == pytest.approx([planted[code] for code in ("ATT", "NRM", "SEF")], abs=0.02)  # standard error 0.003


def test_behaviour_follows_intention_more_with_skills_and_less_with_barriers(default, latent):
    intention, skills, barriers = (latent[code].ravel() for code in ("INT", "SKL", "ENV"))
    design = np.stack([np.ones_like(intention), intention, intention * skills, intention * barriers, skills], axis=1)
    slopes = np.linalg.lstsq(design, latent["BEH"].ravel(), rcond=None)[0]
    planted = default.by_name("surveys.behaviour")
    expected = [planted[name] for name in ("INT", "INT_SKL", "INT_ENV", "SKL")]
    assert slopes[1:] == pytest.approx(expected, abs=0.02)
    assert slopes[2] > 0 > slopes[3]


def test_the_introduction_raises_belief_in_own_ability_after_t0_only(default, coaches):
    both = [
        latent_scores(default, coaches, asked(coaches, flag), bejegening_within(STREAMS, SIZE), STREAMS.of("traits"))["SEF"]
        for flag in (False, True)
    ]
    difference = both[1] - both[0]
    assert np.allclose(difference[:, 0], 0.0)
    assert np.allclose(difference[:, 1:], default.number("surveys.introduction_efficacy"))


def scores(world, coaches, introduced, wave):
    items, given = resilience_items(
        world, ECR, coaches, asked(coaches, introduced), bejegening_within(STREAMS, SIZE), STREAMS.of("resilience")
    )
    return scored(ECR, items[:, wave], given[:, wave])


def test_resilience_gains_about_three_points_at_twelve_months_and_none_at_t0(default, coaches):
    gains = [scores(default, coaches, True, wave) - scores(default, coaches, False, wave) for wave in (0, 3)]
    assert np.array_equal(gains[0], np.zeros(SIZE))
    assert gains[1].mean() == pytest.approx(3.0, abs=0.15)  # the ends of the scale take away a little


def test_coaches_who_introduce_start_with_more_resilient_mothers(default, coaches):
    first = scores(default, coaches, None, 0)
    chose = asked(coaches).introduced
    assert 2.0 < first[chose].mean() - first[~chose].mean() < 4.5


def test_given_the_first_score_only_the_planted_difference_is_left(default, coaches):
    first, later = (scores(default, coaches, None, wave) for wave in (0, 3))
    chose = asked(coaches).introduced
    design = np.stack([np.ones(SIZE), chose, first], axis=1)
    slopes = np.linalg.lstsq(design, later, rcond=None)[0]
    raw = later[chose].mean() - later[~chose].mean()
    assert slopes[1] == pytest.approx(2.94, abs=0.75)  # about four standard errors
    assert raw > slopes[1] + 0.8


def test_who_stops_depends_on_the_first_score_and_stays_away(default):
    first = np.repeat([20.0, 64.0], 50_000)
    present = responses(default, first, STREAMS.of("responses"))
    assert present[:, 0].mean() == pytest.approx(0.79, abs=0.01)
    assert (present[:, 1:] <= present[:, :-1]).all()
    low, high = present[:50_000, 4].mean(), present[50_000:, 4].mean()
    assert low < high


def test_a_reversed_item_is_told_the_other_way_round(worlds_folder):
    from gm_workbench.worlds.draw import draw

    answers = draw("tiny", "GM0855", 3, ("answers",), worlds_folder)["answers"]
    wide = answers.loc[answers["instrument"] == "ECR"].pivot(index=["person", "wave"], columns="item", values="answer")
    assert wide["ECR_8"].corr(wide["ECR_7"]) < 0 < wide["ECR_6"].corr(wide["ECR_7"])


def test_survey_gives_every_instrument_and_one_flag_an_item(default, coaches):
    few = Respondents(np.zeros(5, dtype=np.int64), np.zeros(5, dtype=bool))
    items, present, given = survey(default, STREAMS, coaches, few)
    assert set(items) == set(OF_MOTHERS)
    assert present.shape == (5, 5)
    assert given.shape == (5, 5, sum(len(instruments()[code].items) for code in OF_MOTHERS))
    assert coaches.of(MOTHERS).size == len(coaches)
