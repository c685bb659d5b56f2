"""Tables of questionnaires: of persons, coaches, supervisors and employers."""

from __future__ import annotations

from gm_workbench.vocabulary.schemas import COACH, EMPLOYER, MONTH, PERSON, WAVES, Column, Kind, Table

_ANSWER_COLUMNS = (
    Column("wave", Kind.CATEGORY, "measurement, months since the first introduction", allowed=WAVES),
    MONTH,
    Column("instrument", Kind.TEXT, "code of a declared instrument"),
    Column("item", Kind.TEXT, "id of a declared item"),
    Column("answer", Kind.NUMBER, "the answer as given, before reverse scoring", "scale point"),
)


class Answers(Table):
    """One row per person, wave and item that was answered. An item that was skipped has no row."""

    name = "answers"
    key = ("person", "wave", "instrument", "item")
    columns = (
        PERSON,
        Column("wave", Kind.CATEGORY, "measurement, months since the person's start", allowed=WAVES),
        MONTH,
        Column("instrument", Kind.TEXT, "code of a declared instrument"),
        Column("item", Kind.TEXT, "id of a declared item"),
        Column("answer", Kind.NUMBER, "the answer as given, before reverse scoring", "scale point"),
    )


class CoachAnswers(Table):
    """One row per coach, wave and item that the coach answered: how the supervisor steers, and how far the model is used."""

    name = "coach_answers"
    key = ("coach", "wave", "instrument", "item")
    columns = (COACH, *_ANSWER_COLUMNS)


class SupervisorAnswers(Table):
    """One row per supervisor, wave and item that the supervisor answered: how he or she steers, by own account."""

    name = "supervisor_answers"
    key = ("supervisor", "wave", "instrument", "item")
    columns = (Column("supervisor", Kind.PSEUDONYM, "the supervisor"), *_ANSWER_COLUMNS)


class EmployerAnswers(Table):
    """One row per employer, wave and item that somebody answered for the employer. Who answered is not kept."""

    name = "employer_answers"
    key = ("employer", "wave", "instrument", "item")
    columns = (EMPLOYER, *_ANSWER_COLUMNS)
