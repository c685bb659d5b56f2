"""Experienced treatment (bejegening): how far it is shared by clients of one coach, and what it goes together with."""

from __future__ import annotations

from dataclasses import replace

from gm_workbench.metrics.agreement import SharedRating
from gm_workbench.metrics.cascade import WithinBetween
from gm_workbench.metrics.consensus import Consensus
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.associations import association
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Beyond, Cell, Output, Sentence
from gm_workbench.outputs.shortages import shortage
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

TREATMENT = Text("bejegening", "treatment")
IN_FULL = Text("ervaren bejegening", "experienced treatment")


def treatment(
    result: WithinBetween | NotEnoughData,
    section: Section,
    about: About,
    *,
    outcome: Text,
    id: str = "",  # noqa: A002 — the name of the field of Words that it fills
    estimand: str = "",
) -> Output:
    """Show how experienced treatment goes with an outcome, within coaches and between them; see `associations.association`.

    Parameters
    ----------
    outcome : Text
        As it reads after "samenhang van bejegening en ...", e.g. ``economische veerkracht``.
    """
    return association(result, section, about, predictor=TREATMENT, in_full=IN_FULL, outcome=outcome, id=id, estimand=estimand)


SHARED = Text(
    "Van de verschillen in ervaren bejegening ligt een deel van {value} tussen consulenten (marge {low} tot {high}; 0 "
    "is niets, 1 is alles). Het gemiddelde oordeel over een consulent heeft een betrouwbaarheid van {mean} (marge {mean_low} "
    "tot {mean_high}).",
    "Of the differences in experienced treatment a part of {value} lies between coaches (interval {low} to {high}; 0 "
    "is none, 1 is all). The mean rating of a coach has a reliability of {mean} (interval {mean_low} to {mean_high}).",
)
AGREED = Text(
    "Hoe eens moeders van één consulent het zijn, is bij de middelste consulent {value} (marge {low} tot {high}; 0 is niet "
    "meer dan bij willekeurig invullen, 1 is geheel). Zij kunnen het ook eens zijn als alle consulenten hetzelfde oordeel "
    "krijgen.",
    "How far mothers of one coach agree is {value} with the middle coach (interval {low} to {high}; 0 is no more than with "
    "random answers, 1 is fully). They can also agree when all coaches are rated the same.",
)
AGREED_BARE = Text(
    "Hoe eens moeders van één consulent het zijn, is bij de middelste consulent {value} (0 is niet meer dan bij willekeurig "
    "invullen, 1 is geheel). Zij kunnen het ook eens zijn als alle consulenten hetzelfde oordeel krijgen.",
    "How far mothers of one coach agree is {value} with the middle coach (0 is no more than with random answers, 1 is fully). "
    "They can also agree when all coaches are rated the same.",
)
SHARED_CAPTION = Text(
    "Intraklassecorrelaties van ervaren bejegening per consulent: van één oordeel, ICC(1), en van het gemiddelde, ICC(2).",
    "Intraclass correlations of experienced treatment by coach: of a single rating, ICC(1), and of the mean, ICC(2).",
)
SHARED_ROWS = {
    "single": Text("één oordeel, ICC(1)", "a single rating, ICC(1)"),
    "mean": Text("gemiddelde per consulent, ICC(2)", "mean of a coach, ICC(2)"),
    "rwg": Text("eensgezindheid bij de middelste consulent, rwg(j)", "agreement with the middle coach, rwg(j)"),
    "icc": Text("gedeeld", "shared"),
}


def shared_treatment(
    result: SharedRating | NotEnoughData, section: Section, about: About, *, consensus: Consensus | NotEnoughData | None = None
) -> Output:
    """Show how far clients of the same coach rate alike; `consensus` adds how far those of the middle coach agree."""
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    single, mean = (estimate_cell(getattr(result, row), row, "icc", digits=2) for row in ("single", "mean"))
    of_mean = {f"mean_{name}".removesuffix("_value"): slot for name, slot in quote(mean).items()}
    sentence = Sentence(SHARED, {**quote(single), **of_mean})
    agreed = [_middle(consensus)] if isinstance(consensus, Consensus) else []
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=tuple(Sentence(AGREED, quote(cell), without_interval=AGREED_BARE) for cell in agreed),
        caption=SHARED_CAPTION,
        alt=sentence,
        labels=SHARED_ROWS,
    )
    return Output(words, (single, mean, *agreed))


def _middle(consensus: Consensus) -> Cell:
    """Give the cell of the median over coaches; its interval runs from one coach's value to another's."""
    inner, outer = (Beyond(one.ratings, one.groups) for one in (consensus.beyond, consensus.beyond_ends))
    return replace(estimate_cell(consensus.median, "rwg", "icc", digits=2), beyond=inner, beyond_ends=outer)
