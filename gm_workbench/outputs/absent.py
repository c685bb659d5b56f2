"""A table that was not delivered costs one sentence."""

from __future__ import annotations

from gm_workbench.outputs.output import Output, Role, Shape, Words, plain
from gm_workbench.panel.study import THRESHOLD, Study
from gm_workbench.vocabulary.text import Text

NEEDS = {
    "benefits": Text("uitkeringen (BUS)", "benefits (BUS)"),
    "provisions": Text("voorzieningen (SRG)", "provisions (SRG)"),
    "costs": Text("kosten van voorzieningen", "costs of provisions"),
    "answers": Text("vragenlijsten", "questionnaires"),
    "caseload": Text("verdeling over consulenten", "allocation to coaches"),
    "introductions": Text("introductie bij consulenten", "introduction to coaches"),
    "wages": Text("lonen en banen", "wages and jobs"),
    "wages.contract": Text("soort contract", "kind of contract"),
    "wages.sex": Text("geslacht van werkenden", "sex of workers"),
    "wages.birth_year": Text("geboortejaar van werkenden", "year of birth of workers"),
    "wages.hours": Text("gewerkte uren", "hours worked"),
    THRESHOLD: Text("landelijke grens voor laag loon", "national low-pay threshold"),
}
"""What a section can need, in words."""

NOT_DELIVERED = Text(
    "Hierover is niets te zeggen: voor deze plaats ontbreekt {needs}.",
    "Nothing can be said about this: for this place there is no {needs}.",
)


def absent(study: Study, name: str) -> Output:
    """Say in one sentence why section `name` is empty here."""
    section = study.section(name)
    missing = [NEEDS[need] for need in study.missing(name)]
    needs = Text(", ".join(need.nl for need in missing), ", ".join(need.en for need in missing))
    said = plain(NOT_DELIVERED.format(needs=needs))
    period = Text(study.period.name("nl"), study.period.name("en"))
    return Output(
        Words(
            id=name,
            role=Role.ABSENT,
            heading=section.heading,
            sentence=said,
            caption=Text("", ""),
            alt=said,
            kind=study.kind,
            population=Text("", ""),
            period=period,
            source=study.source,
            shown_as=(Shape.WORDS,),
        ),
        cells=(),
    )
