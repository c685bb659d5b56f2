from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from gm_workbench.metrics.confirmatory import Confirmatory
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.fit_indices import Indices
from gm_workbench.metrics.invariance import Invariance, Step
from gm_workbench.metrics.ladder import STEPS
from gm_workbench.outputs.about import About
from gm_workbench.outputs.measuring import OVER_GROUPS, factor_fit, highest_step, measured_alike
from gm_workbench.outputs.output import Shape
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

Reader = Callable[..., str]

RESILIENCE = Text("veerkracht", "resilience")
SHORT = NotEnoughData("factor", "persons who answered every item", 60, 100)


def fit(cfi: float, rmsea: tuple[float, float, float]) -> Indices:
    value, low, high = rmsea
    misfit = Estimate(value, low, high, math.nan, 400, "", "RMSEA", level=0.90, residual_df=20)
    return Indices(30.0, 20, 0.07, cfi, cfi, misfit, 0.03)


def ladder(*changes: float, cfi: float = 0.98) -> Invariance:
    """Make a ladder from the change in CFI at each step after the first."""
    good = fit(cfi, (0.03, 0.0, 0.05))
    first = Step(STEPS[0], good, math.nan, 0, math.nan, math.nan)
    steps = (Step(name, good, 4.0, 3, 0.3, change) for name, change in zip(STEPS[1:], changes, strict=False))
    return Invariance((first, *steps), {"T0": 400, "T12": 400})


@pytest.mark.parametrize(
    ("cfi", "rmsea", "says"),
    [
        (0.95, (0.06, 0.03, 0.10), "De antwoorden passen bij een schaal"),
        (0.949, (0.06, 0.03, 0.10), "is niet duidelijk"),
        (0.95, (0.061, 0.03, 0.10), "is niet duidelijk"),
        (0.95, (0.06, 0.03, 0.101), "is niet duidelijk"),
        (0.90, (0.12, 0.10, 0.14), "is niet duidelijk"),
        (0.899, (0.06, 0.03, 0.08), "passen slecht"),
        (0.90, (0.12, 0.101, 0.14), "passen slecht"),
    ],
)
def test_fit_is_weighed_by_the_whole_interval(
    cfi: float, rmsea: tuple[float, float, float], says: str, section: Section, about: About, read: Reader
) -> None:
    said = read(factor_fit(Confirmatory(fit(cfi, rmsea), (), {}, 400), section, about, name=RESILIENCE))
    assert says in said


def test_fit_quotes_its_interval_and_the_usual_limits(section: Section, about: About, read: Reader) -> None:
    output = factor_fit(Confirmatory(fit(0.981, (0.034, 0.012, 0.056)), (), {}, 400), section, about, name=RESILIENCE)
    assert read(output, "en").endswith(
        "The fit (CFI) is 0.981, and the misfit (RMSEA) 0.034 (90% interval 0.012 to 0.056). A fit from 0.95 and a misfit up "
        "to 0.06 are usual."
    )
    assert [(cell.row, cell.n) for cell in output.cells] == [("cfi", 400), ("rmsea", 400), ("srmr", 400)]
    assert "bewijst niet" in read(output, sentence=output.words.more[0])


@pytest.mark.parametrize("build", [lambda *given: factor_fit(*given, name=RESILIENCE), measured_alike])
def test_a_model_without_enough_data_is_one_sentence(
    build: Callable[..., object], section: Section, about: About, read: Reader
) -> None:
    output = build(SHORT, section, about)
    assert output.words.shown_as == (Shape.WORDS,)
    assert (
        read(output, "en")
        == "That cannot be said with these data: that takes at least 100 persons who answered every question."
    )


@pytest.mark.parametrize(
    ("changes", "held", "says"),
    [
        ((-0.002, -0.010, -0.001), "strict", "De schaal lijkt bij de start, na 6 en na 12 maanden hetzelfde te meten."),
        ((-0.002, -0.010, -0.020), "scalar", "Gemiddelden zijn dan te vergelijken"),
        ((-0.002, -0.011, -0.001), "metric", "Verbanden zijn te vergelijken, gemiddelden niet zonder meer"),
        ((-0.011, -0.001, -0.001), "configural", "Scores zijn dan niet te vergelijken"),
    ],
)
def test_ladder_says_the_highest_step_that_holds(
    changes: tuple[float, ...], held: str, says: str, section: Section, about: About, read: Reader
) -> None:
    assert highest_step(ladder(*changes)) == held
    assert says in read(measured_alike(ladder(*changes), section, about))


def test_ladder_says_the_largest_fall_up_to_the_step_that_holds(section: Section, about: About, read: Reader) -> None:
    said = read(measured_alike(ladder(-0.002, -0.006, -0.030), section, about), "en")
    assert said.endswith("The fit (CFI) falls by at most 0.006 a step; a fall of more than 0.01 counts as too much.")


def test_ladder_of_a_model_that_does_not_fit_says_nothing_of_likeness(section: Section, about: About, read: Reader) -> None:
    result = ladder(0.0, 0.0, 0.0, cfi=0.89)
    assert highest_step(result) == ""
    assert "past niet goed genoeg om te zeggen" in read(measured_alike(result, section, about))


def test_ladder_over_groups_counts_the_persons_of_all_groups(section: Section, about: About, read: Reader) -> None:
    output = measured_alike(ladder(0.0, 0.0, 0.0), section, about, over=OVER_GROUPS)
    assert {cell.n for cell in output.cells} == {400, 800}  # the misfit brings its own
    assert "in beide groepen" in read(output)
    assert {cell.n for cell in measured_alike(ladder(0.0), section, about).cells} == {400}
