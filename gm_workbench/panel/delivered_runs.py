"""Checked tables → runs: the only place where the words of tables become whole numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.panel.ledger import Ledger
from gm_workbench.panel.merging import merge_runs, spell_rule
from gm_workbench.panel.people import general_assistance
from gm_workbench.panel.person_months import PersonMonths, expand
from gm_workbench.panel.runs import Int32s, MergeRule, Runs, runs_of, runs_of_spells
from gm_workbench.panel.spells import CENSORED, OTHERWISE, TO_WORK
from gm_workbench.panel.study import Study
from gm_workbench.panel.time_zero import zero_months
from gm_workbench.vocabulary.tables import WORK_REASONS


def benefit_months(study: Study, rule: str = "benefit") -> PersonMonths:
    """Give the person-months on general assistance within the period, from time zero as the protocol declares it.

    Parameters
    ----------
    rule : str
        The rule in `data/codes/spell_rules.yml` by which runs are put together; the ledger says what it did.

    Raises
    ------
    DeclarationError
        If there is no such rule.
    """
    merged, counts = merge_runs(benefit_runs(study), spell_rule(rule, study.paths.codes))
    return expand(merged, study.period, zero_months(study, merged), Ledger().merging(rule, counts))


def benefit_runs(study: Study) -> Runs:
    """Give the runs of months on general assistance; each begins when the delivery says that the benefit began.

    A person whose rows stop without an end was lost from view; that the run was still going on then is all that is known. An
    end after the period is planned: nobody has seen it happen.
    """
    rows = general_assistance(study, columns=["person", "month", "start", "end", "end_reason"])
    people, person = coded(rows["person"])
    ended, work = rows["end"].le(study.period.last).fillna(False).astype(bool), rows["end_reason"].isin(WORK_REASONS)
    event = np.select([~ended, work], [CENSORED, TO_WORK], OTHERWISE).astype(np.int8)
    month, start = (rows[name].to_numpy(dtype=np.int32) for name in ("month", "start"))
    return runs_of(people, person, month, event, start)


def provision_runs(study: Study, rule: MergeRule) -> Runs:
    """Give one run for each provision of the rule's types (all, where it names none), to be merged by that rule.

    A provision without an end whose rows stop before the period does was not ended, only no longer delivered: it is censored
    in its last month, and so is one that lasts. An end is `panel.spells` OTHERWISE: provisions do not end "to work".
    """
    table = study.tables["provisions"]
    chosen = table.loc[table["type"].isin(rule.types)] if rule.types else table
    latest = chosen.sort_values("month").drop_duplicates(["person", "provision"], keep="last")
    return _spells(latest, latest["month"], study.period.last)


def spell_runs(study: Study, table: str) -> Runs:
    """Give one run for each spell of a table with `start` and `end` (sick leave, households), to be merged by a rule.

    Raises
    ------
    MetricError
        If the table has no spells.
    """
    rows = study.tables[table]
    if not {"person", "start", "end"} <= set(rows.columns):
        raise MetricError(f"Spells must have the columns person, start and end, which {table} has not.")
    lasting = pd.Series(study.period.last, index=rows.index).clip(lower=rows["start"])
    return _spells(rows, lasting, study.period.last)


def _spells(rows: pd.DataFrame, otherwise: pd.Series, horizon: int) -> Runs:
    """Give the spells; one that has no end, or one past the horizon, was still going on when last seen."""
    people, person = coded(rows["person"])
    going_on = (rows["end"].isna() | rows["end"].gt(horizon).fillna(False)).to_numpy(dtype=bool)
    first = rows["start"].to_numpy(dtype=np.int32)
    last: Int32s = rows["end"].astype("Float64").fillna(otherwise).to_numpy().astype(np.int32)
    event = np.where(going_on, CENSORED, OTHERWISE).astype(np.int8)
    return runs_of_spells(people, person, first, last, event, going_on)


def coded(persons: pd.Series) -> tuple[pd.Index, Int32s]:
    """Give pseudonyms, and for each row which of them it is.

    >>> people, codes = coded(pd.Series(["b", "a", "b"]))
    >>> people.tolist(), codes.tolist()
    (['a', 'b'], [1, 0, 1])
    """
    if isinstance(persons.dtype, pd.CategoricalDtype):
        return persons.cat.categories, persons.cat.codes.to_numpy().astype(np.int32)
    codes, people = pd.factorize(persons, sort=True)
    return pd.Index(people), codes.astype(np.int32)
