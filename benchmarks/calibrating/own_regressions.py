"""Estimators of slopes and differences, on small draws that are declared here, with their truth in closed form."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np
import pandas as pd

from calibrating.rows import RESAMPLED, Estimator, Found, Judged, Scene
from gm_workbench.metrics.agreement import shared_rating
from gm_workbench.metrics.cascade import ancova_difference, within_between
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.doubly_robust import doubly_robust_difference
from gm_workbench.metrics.entropy import entropy_difference
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.growth import growth
from gm_workbench.metrics.mediation import mediation, multilevel_mediation
from gm_workbench.metrics.moderation import moderation
from gm_workbench.metrics.multilevel import random_intercept
from gm_workbench.metrics.oaxaca import oaxaca_blinder
from gm_workbench.metrics.panels import fixed_effects, random_effects
from gm_workbench.metrics.reliability import omega
from gm_workbench.metrics.scales import cronbach_alpha
from gm_workbench.metrics.several import simultaneous
from gm_workbench.metrics.wild import wild_bootstrap

DIFFERENCE = 0.5
"""Planted in clusters, in standard deviations within a cluster."""


def clusters(seed: int, count: int, smallest: int, largest: int) -> pd.DataFrame:
    """Draw persons of coaches, half of whom work in a new way; intraclass correlation 1/11, sizes from `smallest` up."""
    rng = np.random.default_rng(seed)
    size = np.linspace(smallest, largest, count).round().astype(int)
    coach = np.repeat(rng.permutation(count), size)
    new = rng.permutation(np.arange(count) % 2)[coach]
    before, own = rng.normal(size=(2, len(coach)))
    level = rng.normal(scale=0.1**0.5, size=count)[coach]
    y = DIFFERENCE * new + 0.6 * before + level + own
    return pd.DataFrame({"coach": coach, "new": new, "before": before, "y": y})


def adjusted(rows: pd.DataFrame) -> Found:
    found = ancova_difference(rows, "y", "new", ["before"])
    return found if isinstance(found, NotEnoughData) else found.adjusted


def adjusted_cr1(rows: pd.DataFrame) -> Found:
    """CR1 with t on coaches − 1, which is not used where coaches make the groups: too narrow with few, or few on one side."""
    return least_squares(rows["y"], design(rows, ["new", "before"]), rows["coach"]).combine({"new": 1.0}, "points", "CR1")


def adjusted_wild(rows: pd.DataFrame) -> Found:
    found = wild_bootstrap(rows["y"], design(rows, ["new", "before"]), rows["coach"], "new", draws=999)
    return found if isinstance(found, NotEnoughData) else found.estimate


def adjusted_mixed(rows: pd.DataFrame) -> Found:
    found = random_intercept(rows, "y", ["new", "before"], "coach", reml=True)
    return found if isinstance(found, NotEnoughData) else found.coefficients["new"]


def share_between(rows: pd.DataFrame) -> Found:
    found = random_intercept(rows, "y", ["new", "before"], "coach", reml=True)
    return found if isinstance(found, NotEnoughData) else found.share_between


def rated(seed: int) -> pd.DataFrame:
    """Draw ratings of 30 coaches by 8 clients each; intraclass correlation .2."""
    rng = np.random.default_rng(seed)
    coach = np.repeat(np.arange(30), 8)
    return pd.DataFrame({"coach": coach, "y": rng.normal(scale=0.5, size=30)[coach] + rng.normal(size=240)})


def agreement(rows: pd.DataFrame, kind: str) -> Found:
    found = shared_rating(rows, "y", "coach")
    return found if isinstance(found, NotEnoughData) else getattr(found, kind)


def split(seed: int) -> pd.DataFrame:
    """Draw 40 coaches of 10 clients: .5 a point within a coach, 1.5 between the coaches' own means."""
    rng = np.random.default_rng(seed)
    coach = np.repeat(np.arange(40), 10)
    x = rng.normal(size=40)[coach] + rng.normal(size=400)
    mean = pd.Series(x).groupby(coach).transform("mean").to_numpy()
    y = 0.5 * (x - mean) + 1.5 * mean + rng.normal(scale=0.4, size=40)[coach] + rng.normal(size=400)
    return pd.DataFrame({"coach": coach, "x": x, "y": y})


def of_split(rows: pd.DataFrame, part: str) -> Found:
    found = within_between(rows, "y", "x", "coach")
    return found if isinstance(found, NotEnoughData) else getattr(found, part)


def courses(seed: int) -> pd.DataFrame:
    """Draw 100 persons over five waves: 1.5 points a year on average, with starts and slopes of their own."""
    rng = np.random.default_rng(seed)
    person, years = np.repeat(np.arange(100), 5), np.tile(np.arange(5.0), 100)
    start, slope = rng.normal(scale=2, size=100), rng.normal(scale=0.7, size=100)
    y = 40 + start[person] + (1.5 + slope[person]) * years + rng.normal(size=500)
    return pd.DataFrame({"person": person, "years": years, "y": y})


def growth_slope(rows: pd.DataFrame) -> Found:
    found = growth(rows, "y", "years")
    return found if isinstance(found, NotEnoughData) else found.slope


def panel(seed: int, pull: float) -> pd.DataFrame:
    """Draw 100 persons over four waves, slope .5; `pull` is how much what is lasting in a person goes with x."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(100), 4)
    lasting = rng.normal(size=100)[person]
    x = pull * lasting + rng.normal(size=400)
    return pd.DataFrame({"person": person, "x": x, "y": 0.5 * x + lasting + rng.normal(size=400)})


def within_persons(rows: pd.DataFrame) -> Found:
    found = fixed_effects(rows, "y", ["x"])
    return found if isinstance(found, NotEnoughData) else found.coefficients["x"]


def persons_by_chance(rows: pd.DataFrame) -> Found:
    found = random_effects(rows, "y", ["x"])
    return found if isinstance(found, NotEnoughData) else found.coefficients["x"]


def paths(seed: int, first: float, second: float) -> pd.DataFrame:
    """Draw 200 persons: `first` from exposure to mediator, `second` on to the outcome, .3 straight."""
    rng = np.random.default_rng(seed)
    new = rng.permutation(np.arange(200) % 2)
    m = first * new + rng.normal(size=200)
    return pd.DataFrame({"new": new, "m": m, "y": second * m + 0.3 * new + rng.normal(size=200)})


def indirect(rows: pd.DataFrame) -> Found:
    found = mediation(rows, "new", "m", "y", draws=2_000)
    return found if isinstance(found, NotEnoughData) else found.indirect


def paths_of_groups(seed: int) -> pd.DataFrame:
    """Draw 40 coaches of 10 clients: .8 from training to the coach's way, .4 on to the client, .2 straight."""
    rng = np.random.default_rng(seed)
    new, coach = rng.permutation(np.arange(40) % 2), np.repeat(np.arange(40), 10)
    way = 0.8 * new + rng.normal(size=40)
    y = 0.4 * way[coach] + 0.2 * new[coach] + rng.normal(scale=0.4, size=40)[coach] + rng.normal(size=400)
    return pd.DataFrame({"coach": coach, "new": new[coach], "m": way[coach], "y": y})


def indirect_of_groups(rows: pd.DataFrame) -> Found:
    found = multilevel_mediation(rows, "new", "m", "y", "coach", draws=2_000)
    return found if isinstance(found, NotEnoughData) else found.indirect


def stepped_over(seed: int) -> pd.DataFrame:
    """Draw 100 persons over three waves; the step from intention is .4, and .15 steeper a standard deviation of skills."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(100), 3)
    x, skills = rng.normal(size=(2, 300))
    y = 0.4 * x + 0.1 * skills + 0.15 * x * skills + rng.normal(scale=0.5, size=100)[person] + rng.normal(size=300)
    return pd.DataFrame({"person": person, "INT": x, "SKL": skills, "BEH": y})


def steeper(rows: pd.DataFrame) -> Found:
    found = moderation(rows, moderators=["SKL"])
    return found if isinstance(found, NotEnoughData) else found.interactions[0].estimate


def slope_at_mean(rows: pd.DataFrame) -> Found:
    found = moderation(rows, moderators=["SKL"])
    return found if isinstance(found, NotEnoughData) else next(one.estimate for one in found.slopes if one.sds == 0)


def chosen(seed: int) -> pd.DataFrame:
    """Draw 300 persons; those with x choose twice as often (.6 against .3), and gain 1.5 in place of 1."""
    rng = np.random.default_rng(seed)
    x, other = rng.integers(0, 2, 300), rng.normal(size=300)
    new = (rng.random(300) < 0.3 + 0.3 * x).astype(int)
    y = 2 * x + 0.5 * other + new * (1 + 0.5 * x) + rng.normal(size=300)
    return pd.DataFrame({"x": x, "other": other, "new": new, "y": y})


OVER_EVERYBODY, OVER_EXPOSED = 1 + 0.5 * 0.5, 1 + 0.5 * 0.6 / 0.9


def by_entropy(rows: pd.DataFrame) -> Found:
    found = entropy_difference(rows, "y", "new", ["x", "other"])
    return found if isinstance(found, NotEnoughData) else found.difference


def by_both_models(rows: pd.DataFrame) -> Found:
    # "x" alone in the chance of exposure, which is the whole of it
    found = doubly_robust_difference(rows, "y", "new", ["x", "other"], selection=["x"])
    return found if isinstance(found, NotEnoughData) else found.difference


class TwoGroups:
    """150 persons in each of two groups: 1 apart in a predictor that counts .8, and .5 apart for the rest."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        first = np.repeat([1, 0], 150)
        x = first + rng.normal(size=300)
        self.rows = pd.DataFrame(
            {"group": np.where(first, "a", "b"), "x": x, "y": 0.8 * x + 0.5 * first + rng.normal(size=300)}
        )

    @cached_property
    def found(self):
        return oaxaca_blinder(self.rows, "y", "group", ("a", "b"), ["x"], draws=499)


def oaxaca(draw: TwoGroups, part: str) -> Found:
    return draw.found if isinstance(draw.found, NotEnoughData) else getattr(draw.found, part)


def family(seed: int) -> pd.DataFrame:
    """Draw five outcomes of 80 persons of 20 coaches, alike (correlation .3), with no difference in any."""
    rng = np.random.default_rng(seed)
    coach = np.repeat(np.arange(20), 4)
    rows = pd.DataFrame({"coach": coach, "new": coach % 2})
    shared = 0.3**0.5 * rng.normal(size=80)
    return rows.assign(**{f"y{i}": shared + 0.7**0.5 * rng.normal(size=80) for i in range(5)})


def nearest_to_claim(rows: pd.DataFrame) -> Found:
    """Of five simultaneous intervals by Holm, that of the smallest p: the family has a false alarm when it leaves out zero."""
    contrasts = {f"y{i}": ancova_difference(rows, f"y{i}", "new") for i in range(5)}
    found = simultaneous({name: one if isinstance(one, NotEnoughData) else one.adjusted for name, one in contrasts.items()})
    told = [one for one in found.values() if not isinstance(one, NotEnoughData)]
    return min(told, key=lambda one: one.p).estimate


def items(seed: int, unequal: float) -> pd.DataFrame:
    """Draw 200 persons who answer five items of one factor: loadings 1 (and `unequal` apart), errors of variance 1.5."""
    rng = np.random.default_rng(seed)
    loads = 1 + unequal * np.linspace(-1, 1, 5)
    answers = np.outer(rng.normal(size=200), loads) + rng.normal(scale=1.5**0.5, size=(200, 5))
    return pd.DataFrame(answers, columns=[f"i{i}" for i in range(5)])


RELIABLE = 25 / (25 + 5 * 1.5)
"""Of five items with loadings that add up to 5: the same for alpha (equal loadings) and omega."""

MANY = Scene("own: 40 clusters", partial(clusters, count=40, smallest=10, largest=30))
FEW = Scene("own: 10 unequal clusters", partial(clusters, count=10, smallest=5, largest=40))
RATED = Scene("own: ratings of coaches", rated)
SPLIT = Scene("own: within and between", split)
COURSES = Scene("own: growth", courses)
APART, TOGETHER = (Scene(f"own: panel, pull {pull}", partial(panel, pull=pull)) for pull in (0.0, 0.7))
PATHS, NO_PATHS = (Scene(f"own: paths {a} and {b}", partial(paths, first=a, second=b)) for a, b in ((0.5, 0.4), (0.0, 0.0)))
PATHS_OF_GROUPS = Scene("own: paths of groups", paths_of_groups)
STEPPED = Scene("own: moderated step", stepped_over)
CHOSEN = Scene("own: by choice", chosen)
TWO = Scene("own: two groups", TwoGroups)
FAMILY = Scene("own: five outcomes", family)
PARALLEL, CONGENERIC = (Scene(f"own: items, {apart} apart", partial(items, unequal=apart)) for apart in (0.0, 0.4))

ROWS = [
    Estimator("own-ancova-cr1", MANY, adjusted_cr1, DIFFERENCE),
    Estimator("own-ancova-cr2", MANY, adjusted, DIFFERENCE),
    Estimator("own-ancova-mixed", MANY, adjusted_mixed, DIFFERENCE),
    Estimator("own-ancova-icc-profile", MANY, share_between, 1 / 11),
    Estimator("own-ancova-cr1-few", FEW, adjusted_cr1, DIFFERENCE, Judged.BIAS),
    Estimator("own-ancova-cr2-few", FEW, adjusted, DIFFERENCE),
    Estimator("own-ancova-wild-few", FEW, adjusted_wild, DIFFERENCE, draws=RESAMPLED),
    Estimator("own-icc1", RATED, partial(agreement, kind="single"), 0.2),
    Estimator("own-icc2", RATED, partial(agreement, kind="mean"), 8 * 0.2 / (1 + 7 * 0.2)),
    Estimator("own-within", SPLIT, partial(of_split, part="within"), 0.5),
    Estimator("own-between", SPLIT, partial(of_split, part="between"), 1.5),
    Estimator("own-between-less-within", SPLIT, partial(of_split, part="difference"), 1.0),
    Estimator("own-growth-slope", COURSES, growth_slope, 1.5),
    Estimator("own-fixed-effects", TOGETHER, within_persons, 0.5),
    Estimator("own-random-effects", APART, persons_by_chance, 0.5),
    Estimator("own-random-effects-pulled", TOGETHER, persons_by_chance, 0.5, Judged.BIAS, RESAMPLED, "persons differ in x"),
    Estimator("own-mediation-indirect", PATHS, indirect, 0.5 * 0.4),
    Estimator("own-mediation-indirect-zero", NO_PATHS, indirect, 0.0, Judged.BIAS, RESAMPLED, "both paths are zero"),
    Estimator("own-mediation-2-2-1", PATHS_OF_GROUPS, indirect_of_groups, 0.8 * 0.4),
    Estimator("own-moderation-interaction", STEPPED, steeper, 0.15),
    Estimator("own-moderation-slope", STEPPED, slope_at_mean, 0.4),
    Estimator("own-entropy", CHOSEN, by_entropy, OVER_EXPOSED),
    Estimator("own-doubly-robust", CHOSEN, by_both_models, OVER_EVERYBODY),
    Estimator("own-oaxaca-explained", TWO, partial(oaxaca, part="explained"), 0.8, draws=RESAMPLED),
    Estimator("own-oaxaca-unexplained", TWO, partial(oaxaca, part="unexplained"), 0.5, draws=RESAMPLED),
    Estimator("own-oaxaca-coefficients", TWO, partial(oaxaca, part="coefficients"), 0.5, draws=RESAMPLED),
    Estimator(
        "own-holm-family", FAMILY, nearest_to_claim, 0.0, Judged.ALARMS,
        wide="Holm allows for any dependence between outcomes, and these are alike",
    ),
    Estimator("own-alpha", PARALLEL, cronbach_alpha, RELIABLE),
    Estimator("own-alpha-unequal-items", CONGENERIC, cronbach_alpha, RELIABLE, Judged.BIAS, RESAMPLED, "items lean unequally"),
    Estimator("own-omega", CONGENERIC, omega, RELIABLE),
]  # fmt: skip
