"""What a questionnaire can carry: whether its questions measure one thing, and the same at each wave and in each group."""

from __future__ import annotations

from gm_workbench.metrics.confirmatory import Confirmatory
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.fit_indices import Indices
from gm_workbench.metrics.invariance import Invariance, Step
from gm_workbench.metrics.ladder import STEPS
from gm_workbench.outputs.about import About, capital, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, judged_as, quote
from gm_workbench.outputs.output import Cell, Measure, Output, Sentence, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, number

GOOD_CFI, POOR_CFI = 0.95, 0.90
"""Fit above which a model is usually called good, and below which it is called poor (Hu & Bentler 1999; Bentler 1990)."""

GOOD_RMSEA, POOR_RMSEA = 0.06, 0.10
"""Misfit up to which a model is usually called good, and above which it is called poor (Hu & Bentler 1999; MacCallum 1996)."""

LARGEST_FALL = 0.01
"""Fall in fit (CFI) above which a step of the ladder is usually said not to hold (Cheung & Rensvold 2002)."""

COLUMN = "fit"
FIT_ROWS = {
    "cfi": Text("passing (CFI; 1 is volledig)", "fit (CFI; 1 is complete)"),
    "rmsea": Text("misfit (RMSEA; 0 is geen), marge 90 %", "misfit (RMSEA; 0 is none), 90 % interval"),
    "srmr": Text("gemiddelde afwijking van samenhangen (SRMR)", "mean deviation of correlations (SRMR)"),
    COLUMN: Text("maat", "measure"),
}
FITS = Text(
    "De antwoorden passen bij een schaal die één eigenschap meet.", "The answers fit a scale that measures one quality."
)
FITS_POORLY = Text(
    "De antwoorden passen slecht bij een schaal die één eigenschap meet.",
    "The answers fit a scale that measures one quality poorly.",
)
FITS_PARTLY = Text(
    "Of de antwoorden passen bij een schaal die één eigenschap meet, is niet duidelijk.",
    "Whether the answers fit a scale that measures one quality is not clear.",
)
FIT = Text(
    "{verdict} De passing (CFI) is {{cfi}}, en de misfit (RMSEA) {{value}} (marge 90 %: {{low}} tot {{high}}). Gebruikelijk "
    "zijn een passing vanaf {good} en een misfit tot {small}.",
    "{verdict} The fit (CFI) is {{cfi}}, and the misfit (RMSEA) {{value}} (90% interval {{low}} to {{high}}). A fit from "
    "{good} and a misfit up to {small} are usual.",
)
NO_PROOF = Text(
    "Dat een model past, bewijst niet dat het klopt: andere modellen kunnen ook passen. De grenzen zijn vuistregels.",
    "That a model fits does not prove it right: other models may fit too. The limits are rules of thumb.",
)
FIT_CAPTION = Text(
    "{scale}: passing van het model waarin elke vraag op één eigenschap leunt, elke vraag zo sterk als zij doet "
    "(confirmatieve factoranalyse). Alleen wie elke vraag beantwoordde.",
    "{scale}: fit of the model in which each question leans on one quality, each as strongly as it does (confirmatory factor "
    "analysis). Only those who answered every question.",
)


def factor_fit(result: Confirmatory | NotEnoughData, section: Section, about: About, *, name: Text) -> Output:
    """Show whether the questions of a scale measure one thing: fit of the model with one factor."""
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    fit, n = result.indices, result.n
    misfit = estimate_cell(fit.rmsea, "rmsea", COLUMN, digits=3)
    cells = (_index("cfi", COLUMN, fit.cfi, n, fit), misfit, _index("srmr", COLUMN, fit.srmr, n, fit))
    limits = {"good": printed(GOOD_CFI), "small": printed(GOOD_RMSEA)}
    slots = {**quote(misfit), "cfi": quote(cells[0])["value"]}
    sentence = Sentence(FIT.format(verdict=_fits(fit), **limits), slots)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(NO_PROOF),),
        caption=FIT_CAPTION.format(scale=capital(name)),
        alt=sentence,
        labels=FIT_ROWS,
    )
    return Output(words, cells)


def _index(row: str, column: str, value: float, n: int, fit: Indices) -> Cell:
    """Give the cell of an index of fit, judged by the persons and parameters of its model as the misfit beside it is."""
    about = judged_as(fit.rmsea)
    return Cell(row, column, Measure.ESTIMATE, n, value, unit="", digits=3, **about)  # type: ignore[arg-type]


def printed(limit: float) -> Text:
    """Write a limit with two decimals."""
    return Text(number(limit, 2), number(limit, 2, language="en"))


def _fits(fit: Indices) -> Text:
    """Judge by the whole interval of the misfit, so that a small study is not called good by chance."""
    if fit.cfi < POOR_CFI or fit.rmsea.low > POOR_RMSEA:
        return FITS_POORLY
    return FITS if fit.cfi >= GOOD_CFI and fit.rmsea.high <= POOR_RMSEA and fit.rmsea.value <= GOOD_RMSEA else FITS_PARTLY


STEP_NAMES = {
    "configural": Text("zelfde opbouw", "same structure"),
    "metric": Text("en elke vraag telt even zwaar", "and each question weighs the same"),
    "scalar": Text("en elke vraag begint op hetzelfde niveau", "and each question starts at the same level"),
    "strict": Text("en elke vraag vergist zich even veel", "and each question errs as much"),
    "cfi": Text("passing (CFI)", "fit (CFI)"),
    "change": Text("verschil met de stap ervoor", "difference from the step before"),
    "rmsea": Text("misfit (RMSEA), marge 90 %", "misfit (RMSEA), 90 % interval"),
}
ALIKE = {
    "": Text(
        "Het model met één eigenschap past niet goed genoeg om te zeggen of de schaal {where} hetzelfde meet.",
        "The model with one quality does not fit well enough to say whether the scale measures the same {where}.",
    ),
    "configural": Text(
        "De schaal meet {where} niet hetzelfde: de vragen tellen niet even zwaar. Scores zijn dan niet te vergelijken.",
        "The scale does not measure the same {where}: the questions do not weigh the same. Scores can then not be compared.",
    ),
    "metric": Text(
        "De schaal meet {where} niet geheel hetzelfde: de vragen tellen even zwaar, maar beginnen niet op hetzelfde niveau. "
        "Verbanden zijn te vergelijken, gemiddelden niet zonder meer.",
        "The scale does not measure quite the same {where}: the questions weigh the same, but do not start at the same level. "
        "Relations can be compared, means not without more.",
    ),
    "scalar": Text(
        "De schaal lijkt {where} hetzelfde te meten. Gemiddelden zijn dan te vergelijken.",
        "The scale seems to measure the same {where}. Means can then be compared.",
    ),
}
FALL = Text(
    "{verdict} De passing (CFI) daalt daarbij hoogstens {fall} per stap; een daling van meer dan {limit} geldt als te veel.",
    "{verdict} The fit (CFI) falls by at most {fall} a step; a fall of more than {limit} counts as too much.",
)
OVER_WAVES = Text("bij de start, na 6 en na 12 maanden", "at the start, after 6 and after 12 months")
"""The measurements that the Tilburg report compares; all five in one model take half a minute."""

OVER_GROUPS = Text("in beide groepen", "in both groups")
LADDER_CAPTION = Text(
    "Per stap wordt meer gelijk gehouden {where} (meetinvariantie); elke stap houdt ook gelijk wat de stappen ervoor gelijk "
    "hielden. {who}",
    "Each step holds more equal {where} (measurement invariance); every step keeps equal what the steps before it did. {who}",
)
WHO_WAVES = Text(
    "Alleen wie op elk meetmoment van deze toets elke vraag beantwoordde.",
    "Only those who answered every question at each measurement of this test.",
)
WHO_GROUPS = Text("Alleen wie elke vraag beantwoordde.", "Only those who answered every question.")
NO_SIGN = Text(
    "Dit is geen bewijs: met weinig mensen valt een verschil niet snel op. De grens is een vuistregel.",
    "This is no proof: with few people a difference is not easily seen. The limit is a rule of thumb.",
)


def measured_alike(result: Invariance | NotEnoughData, section: Section, about: About, *, over: Text = OVER_WAVES) -> Output:
    """Show how far a scale measures the same at each wave, or in each group: the highest step of the ladder that holds."""
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    groups = over is OVER_GROUPS
    n = sum(result.persons.values()) if groups else max(result.persons.values())
    held = highest_step(result)
    cells = tuple(cell for step in result.steps for cell in _step_cells(step, n))
    verdict = ALIKE["scalar" if held == "strict" else held].format(where=over)
    said = plain(verdict) if held in ("", "configural") else _fallen(result, held, verdict)
    sentence = said.resting_on(cells)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(NO_SIGN),),
        caption=LADDER_CAPTION.format(where=over, who=WHO_GROUPS if groups else WHO_WAVES),
        alt=sentence,
        labels=STEP_NAMES,
        row_title=Text("gelijk gehouden", "held equal"),
    )
    return Output(words, cells)


def highest_step(result: Invariance) -> str:
    """Name the last step that holds, and all before it; none when the model does not fit to begin with.

    >>> highest_step(Invariance((), {}))
    ''
    """
    held = ""
    for step in result.steps:
        falls = step.indices.cfi < POOR_CFI if step.name == STEPS[0] else step.cfi < -LARGEST_FALL
        if falls:
            return held
        held = step.name
    return held


def _fallen(result: Invariance, held: str, verdict: Text) -> Sentence:
    """Say the largest fall up to the step that holds."""
    upto = [step for step in result.steps[: STEPS.index(held) + 1] if step.name != STEPS[0]]
    worst = min(upto, key=lambda step: step.cfi)
    slots = {"fall": quote(_index(worst.name, "change", worst.cfi, 0, worst.indices), absolute=True)["value"]}
    return Sentence(FALL.format(verdict=verdict, limit=printed(LARGEST_FALL), fall="{fall}"), slots)


def _step_cells(step: Step, n: int) -> list[Cell]:
    change = [] if step.name == STEPS[0] else [_index(step.name, "change", step.cfi, n, step.indices)]
    return [
        _index(step.name, "cfi", step.indices.cfi, n, step.indices),
        *change,
        estimate_cell(step.indices.rmsea, step.name, "rmsea", digits=3),
    ]
