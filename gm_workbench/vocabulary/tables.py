"""All logical tables of the workbench, by name. Their classes are the manual."""

from __future__ import annotations

from gm_workbench.vocabulary.schemas import Table
from gm_workbench.vocabulary.tables_asked import Answers, CoachAnswers, EmployerAnswers, SupervisorAnswers
from gm_workbench.vocabulary.tables_benefit import Benefits, Costs, Households, Provisions
from gm_workbench.vocabulary.tables_work import (
    Caseload,
    Introductions,
    Rosters,
    SickLeave,
    SickMeasures,
    TeamIntroductions,
    Wages,
)

TABLES: dict[str, type[Table]] = {
    table.name: table
    for table in (
        Benefits,
        Provisions,
        Costs,
        Answers,
        Caseload,
        Introductions,
        Rosters,
        TeamIntroductions,
        CoachAnswers,
        SupervisorAnswers,
        Wages,
        Households,
        SickLeave,
        SickMeasures,
        EmployerAnswers,
    )
}

WORK_REASONS = ("11", "13")
"""Reasons of ending that count as work: wage work (or sickness benefit) and self-employment."""
