"""Estimators of the Amersfoort study, on workers at the base of the planted worlds."""

from __future__ import annotations

from functools import cached_property, partial

import pandas as pd

from calibrating.rows import Estimator, Found, Judged, Scene
from calibrating.worlds import AMERSFOORT, GUIDED, drawn
from gm_workbench.metrics.cascade import ancova_difference
from gm_workbench.metrics.clustered_share import share
from gm_workbench.metrics.crossing import held_within
from gm_workbench.metrics.doubly_robust import doubly_robust_difference
from gm_workbench.metrics.entropy import entropy_difference
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.panel.work import base_workers, follow_up, work_months

TABLES = frozenset({*GUIDED, "wages"})
LATER = 12


class Workers:
    """One draw: workers at the base, with what became of them."""

    def __init__(self, seed: int, world: str) -> None:
        self.study = drawn(seed, world, AMERSFOORT, TABLES)

    @cached_property
    def frame(self) -> pd.DataFrame:
        months = work_months(self.study, 0.6667)
        base = base_workers(self.study, months)
        held = held_within(follow_up(months, base), base.frame["person"], run=6, horizon=24)
        later = months.loc[months["months"] == LATER].set_index("person")["above"]
        return base.frame.assign(
            introduced=base.frame["introduced"].astype(int),
            held=held.to_numpy(dtype=float),
            above=base.frame["person"].map(later).astype(bool),
        )


def scene(world: str) -> Scene:
    return Scene(f"workers, {world}", partial(Workers, world=world), world)


DEFAULT, NULL = scene("default"), scene("null")


def ancova(draw: Workers) -> Found:
    """The primary inference of the study, as its notebook calls it."""
    found = ancova_difference(draw.frame, "held", "introduced", ["log_gap"], unit="probability")
    return found if isinstance(found, NotEnoughData) else found.adjusted


def balanced(draw: Workers) -> Found:
    found = entropy_difference(draw.frame, "held", "introduced", ["log_gap"], cluster="coach", unit="probability")
    return found if isinstance(found, NotEnoughData) else found.difference


def doubly_robust(draw: Workers) -> Found:
    found = doubly_robust_difference(draw.frame, "held", "introduced", ["log_gap"], cluster="coach", unit="probability")
    return found if isinstance(found, NotEnoughData) else found.difference


def share_without(draw: Workers, outcome: str) -> Found:
    rows = draw.frame.loc[draw.frame["introduced"] == 0]
    return share(rows[outcome].astype(bool), rows["coach"])


LINEAR = "linear probability model on introduced and the log distance, clustered by coach: choice unrelated to wages"
AS_IF_ALIKE = "the effective number of persons is never put above the number there are, and coaches are nearly alike"
OTHERS = "share among workers of coaches who did not introduce"
NOTHING = "nothing is planted in `null`"

ROWS = [
    Estimator("held-ancova-cr2", DEFAULT, ancova, "held_24m", assumes=LINEAR),
    Estimator("held-entropy", DEFAULT, balanced, "held_24m", assumes=LINEAR),
    Estimator("held-doubly-robust", DEFAULT, doubly_robust, "held_24m", assumes=LINEAR),
    Estimator(
        "held-share-without", DEFAULT, partial(share_without, outcome="held"), "held_24m_without", assumes=OTHERS,
        wide=AS_IF_ALIKE,
    ),
    Estimator(
        "crossed-12m-share-without", DEFAULT, partial(share_without, outcome="above"), "low_pay_exit_12m_without",
        assumes=OTHERS, wide=AS_IF_ALIKE,
    ),
    Estimator("held-ancova-cr2-null", NULL, ancova, 0.0, Judged.ALARMS, assumes=NOTHING),
    Estimator("held-entropy-null", NULL, balanced, 0.0, Judged.ALARMS, assumes=NOTHING),
    Estimator("held-doubly-robust-null", NULL, doubly_robust, 0.0, Judged.ALARMS, assumes=NOTHING),
]  # fmt: skip
