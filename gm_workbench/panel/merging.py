"""Which runs of one person count as one, by a declared rule, and how many that were."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gm_workbench.errors import DeclarationError, MetricError, did_you_mean
from gm_workbench.panel.runs import Flags, Int8s, Int32s, Int64s, MergeCounts, MergeRule, Runs, no_runs, rank_of_event
from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Form, Status, open_form

FILE = "spell_rules.yml"

STILL_GOING_ON = 3
_EVENT_OF_RANK = np.array([0, 2, 1, 0], dtype=np.int8)
"""Of runs that end in one month, one that was still going on counts first, then an end to work, then another, then none."""


def spell_rules(folder: Path | None = None) -> dict[str, MergeRule]:
    """Load the declared rules by name.

    Raises
    ------
    DeclarationError
        If the declaration has faults; every fault is listed.

    Examples
    --------
    >>> spell_rules()["wage_cost_subsidy"].gap_months
    1
    """
    path = (folder or paths().codes) / FILE
    form = open_form(path)
    rules = {name: _rule(name, child) for name, child in form.children("rules").items()}
    form.finish(path)
    return rules


def _rule(name: str, form: Form) -> MergeRule:
    types = form.words("types") if form.has("types") else ()
    stale = form.whole("stale_after_months", least=1) if form.has("stale_after_months") else None
    rule = MergeRule(name, types, form.whole("gap_months", least=0), stale)
    status, _ = form.known_by()
    if status is Status.LABEL_ONLY:
        form.fault("status", "must be documented or assumed")
    form.close()
    return rule


def spell_rule(name: str, folder: Path | None = None) -> MergeRule:
    """Give a declared rule by name.

    Raises
    ------
    DeclarationError
        If there is no such rule, or the declaration has faults.
    """
    rules = spell_rules(folder)
    if name not in rules:
        raise DeclarationError(f"{FILE} must declare the rule but has no {name!r}.{did_you_mean(name, rules)}")
    return rules[name]


def merge_runs(runs: Runs, rule: MergeRule) -> tuple[Runs, MergeCounts]:
    """Put runs of one person together that overlap, touch, or lie close enough; cut what is open for too long first.

    What is open for longer than the rule allows was hardly looked after since: it is censored after so many months, before
    anything is put together, so that it does not swallow what came later. Which types the rule holds for is for the caller to
    choose (`panel.delivered_runs`); runs have none.

    Parameters
    ----------
    runs : Runs
        As `runs_of` or `runs_of_spells` gives them. They may overlap.
    rule : MergeRule

    Returns
    -------
    Runs
        Of one person no two overlap or touch. Each begins where its first part does and ends where its last part does; if that
        part was still going on, so is the whole.
    MergeCounts
        Runs before and after; after = before − overlapping − touching − bridged.

    Raises
    ------
    MetricError
        If the runs are not in the order of person and first month.

    Examples
    --------
    >>> import pandas as pd
    >>> first, last = np.array([1, 3, 9], dtype=np.int32), np.array([2, 6, 9], dtype=np.int32)
    >>> none = np.zeros(3, dtype=np.int32)
    >>> runs = Runs(pd.Index(["a"]), none, first, last, none.astype(np.int8), none.astype(bool))
    >>> merged, counts = merge_runs(runs, MergeRule("example", gap_months=1))
    >>> merged.first.tolist(), merged.last.tolist(), counts.touching
    ([1, 9], [6, 9], 1)
    """
    if not len(runs):
        return no_runs(runs.people), MergeCounts(0, 0, 0, 0, 0, 0)
    _in_order(runs)
    last, stale = _cut(runs, rule.stale_after_months)
    gap, same = _gaps(runs, last)
    joins = same & (gap <= rule.gap_months)
    begin = np.flatnonzero(~joins)
    end, event, going_on = _ends(last, runs.event, runs.open_end, begin)
    merged = Runs(runs.people, runs.person[begin], runs.first[begin], end, event, going_on)
    overlapping, touching, bridged = (int(np.count_nonzero(joins & which)) for which in (gap < 0, gap == 0, gap > 0))
    return merged, MergeCounts(len(runs), len(merged), overlapping, touching, bridged, int(np.count_nonzero(stale)))


def _in_order(runs: Runs) -> None:
    key = (runs.person.astype(np.int64) << 32) + runs.first
    if bool((key[1:] < key[:-1]).any()):
        raise MetricError("Runs must be in the order of person and first month to be merged; make them with runs_of_spells.")


def _cut(runs: Runs, months: int | None) -> tuple[Int32s, Flags]:
    """Give the last months after cutting what is stale, and which those are."""
    if months is None:
        return runs.last, np.zeros(len(runs), dtype=bool)
    stale = runs.open_end & (runs.last - runs.first + 1 > months)
    return np.where(stale, runs.first + months - 1, runs.last).astype(np.int32), stale


def _gaps(runs: Runs, last: Int32s) -> tuple[Int32s, Flags]:
    """Give the months between a run and all of its person before it (negative: shared), and whether there is one before."""
    base = int(min(runs.first.min(), 0))
    reached = np.maximum.accumulate((runs.person.astype(np.int64) << 32) + (last - base))
    before = ((reached[:-1] & 0xFFFFFFFF) + base).astype(np.int32)
    gap = np.r_[np.int32(0), runs.first[1:] - before - 1].astype(np.int32)
    return gap, np.r_[False, runs.person[1:] == runs.person[:-1]]


def _ends(last: Int32s, event: Int8s, going_on: Flags, begin: Int64s) -> tuple[Int32s, Int8s, Flags]:
    """Give for each group of runs the last month, how it ended, and whether it was still going on."""
    rank = np.where(going_on, STILL_GOING_ON, rank_of_event(event))
    latest = np.maximum.reduceat((last.astype(np.int64) << 2) + rank, begin)
    rank = latest & 3
    return (latest >> 2).astype(np.int32), _EVENT_OF_RANK[rank], rank == STILL_GOING_ON
