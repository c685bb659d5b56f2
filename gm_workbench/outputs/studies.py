"""What every report of a study says of itself, and the one sentence that a table costs which was not delivered."""

from __future__ import annotations

import pandas as pd

from gm_workbench.outputs.about import About
from gm_workbench.outputs.answers import NO_ROLL_OUT, OUTSIDE_PERIOD, no_comparison
from gm_workbench.outputs.output import Output, Role, Shape, Words, plain
from gm_workbench.outputs.wages import HELD_MONTHS
from gm_workbench.panel.study import INTRODUCED_TO, THRESHOLD, Study
from gm_workbench.vocabulary.instruments import instrument
from gm_workbench.vocabulary.protocols import ASKED, PUBLISHED_VALUES
from gm_workbench.vocabulary.spells import ON_BENEFIT
from gm_workbench.vocabulary.text import Text, joined

NEEDS = {
    "benefits": Text("uitkeringen (BUS)", "benefits (BUS)"),
    "benefits.scheme": Text("soort uitkering", "kind of benefit"),
    "benefits.household": Text("leefvorm", "household"),
    "benefits.sex": Text("geslacht", "sex"),
    "benefits.housing": Text("wonen", "housing"),
    "benefits.exemption": Text("ontheffing", "exemption"),
    "benefits.income_kind": Text("inkomsten naast de uitkering", "income next to the benefit"),
    "provisions": Text("voorzieningen (SRG)", "provisions (SRG)"),
    "costs": Text("kosten van voorzieningen", "costs of provisions"),
    "answers": Text("vragenlijsten", "questionnaires"),
    "caseload": Text("verdeling over consulenten", "allocation to coaches"),
    "introductions": Text("introductie bij consulenten", "introduction to coaches"),
    "rosters": Text("indeling van consulenten in teams", "teams of coaches"),
    "team_introductions": Text("introductie bij teams", "introduction to teams"),
    "coach_answers": Text("vragenlijsten van consulenten", "questionnaires of coaches"),
    "supervisor_answers": Text("vragenlijsten van leidinggevenden", "questionnaires of supervisors"),
    "wages": Text("lonen en banen", "wages and jobs"),
    "wages.contract": Text("soort contract", "kind of contract"),
    "wages.sex": Text("geslacht van werkenden", "sex of workers"),
    "wages.birth_year": Text("geboortejaar van werkenden", "year of birth of workers"),
    "wages.hours": Text("gewerkte uren", "hours worked"),
    PUBLISHED_VALUES: Text("gepubliceerde waarden van anderen", "values published by others"),
    THRESHOLD: Text("landelijke grens voor laag loon", "national low-pay threshold"),
}
"""What a section can need, in words."""

QUESTIONS = Text("vragen over {names}", "questions on {names}")
"""What is missing when a section needs answers to instruments that were not asked."""

WITHIN_PERIOD = Text("{need} binnen de periode", "{need} within the period")
"""What is missing when it was delivered, of months outside the period only."""

NOT_DELIVERED = Text(
    "Hierover is niets te zeggen. In deze gegevens ontbreekt: {needs}.",
    "Nothing can be said about this. Missing from these data: {needs}.",
)


def about_study(study: Study, population: Text | None = None) -> About:
    """Give what captions say: data kind, period, source, and the population (default: that of the primary estimand).

    A published set is about its own people, whatever the study declares.
    """
    if study.published is not None:
        population, spells = study.published.title, study.published.spells
    else:
        population, spells = population or study.protocol.primary.population, ON_BENEFIT
    declared = study.protocol
    return About(
        study.kind,
        population,
        study.period_name,
        study.source,
        declared.assignment,
        spells,
        declared.unit_of_introduction,
        study.follow_up if study.published is None else None,
    )


HELD_HERE = Text(
    f"Van de werkenden aan de basis verdiende {{share}} binnen {HELD_MONTHS} maanden zes maanden achtereen boven de "
    "laagloongrens.",
    f"Of the workers at the base, {{share}} earned above the low-pay threshold for six months in a row within {HELD_MONTHS} "
    "months.",
)


def only_introduction_missing(study: Study) -> bool:
    """Whether all that the answer lacks is an introduction: then there is nothing to compare, rather than something missing."""
    unmet = study.missing(ANSWER)
    return bool(unmet) and set(unmet) <= set(INTRODUCED_TO.values())


def no_rollout(study: Study, held: pd.Series[float] | None = None) -> Output:
    """Say that nothing was introduced here, or not within the period; where known, describe the share that rose and stayed.

    It is not known when the period ends before everybody could be followed for long enough.
    """
    share = None if held is None or study.follow_up < HELD_MONTHS else (int(held.sum()), len(held))
    why = OUTSIDE_PERIOD if study.introduced_outside else NO_ROLL_OUT
    return no_comparison(study.section("answer"), about_study(study), why=why, share=share, share_text=HELD_HERE)


def no_answer(study: Study, held: pd.Series[float] | None = None) -> Output:
    """Say why there is no answer: nothing was introduced here or, when even the persons are not known, what is missing."""
    return no_rollout(study, held) if study.offers("flow") else absent(study, ANSWER)


ANSWER = "answer"
"""The section that answers the report's question; it stands at the top, also when there is nothing to say."""


def absent(study: Study, name: str) -> Output:
    """Say in one sentence why section `name` is empty here; of the answer, in the box at the top."""
    section = study.section(name)
    said = plain(NOT_DELIVERED.format(needs=_missing(study, name)))
    return Output(
        Words(
            id=name,
            role=Role.ANSWER if name == ANSWER else Role.ABSENT,
            heading=section.heading,
            sentence=said,
            caption=Text("", ""),
            alt=said,
            kind=study.kind,
            population=Text("", ""),
            period=study.period_name,
            source=study.source,
            shown_as=(Shape.WORDS,),
        ),
        cells=(),
    )


def _missing(study: Study, name: str) -> Text:
    """Name what is missing: tables and columns first, then what was not asked; without any answers, only that."""
    unmet = study.missing(name)
    asked = [match[1] for need in unmet if (match := ASKED.fullmatch(need))]
    parts = [_within_period(study, need) for need in unmet if not ASKED.fullmatch(need)]
    if asked and "answers" not in study.tables:
        parts.append(NEEDS["answers"])
    elif asked:
        # the study's own instruments: what stands in for one is about something else
        names = [instrument(code, study.paths.instruments).name for code in asked]
        parts.append(QUESTIONS.format(names=joined(names, ", ")))
    return joined(parts, ", ")


def _within_period(study: Study, need: str) -> Text:
    """Name what is missing; of an introduction that was delivered, that it does not lie within the period."""
    own = INTRODUCED_TO.get(study.protocol.unit_of_introduction) == need
    return WITHIN_PERIOD.format(need=NEEDS[need]) if own and study.introduced_outside else NEEDS[need]
