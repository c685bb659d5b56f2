"""A delivery that has every format gives back the planted tables cell for cell, through the intake itself."""

from __future__ import annotations

import pandas as pd
import pytest

from gm_workbench.intake.keys import open_key
from gm_workbench.intake.store import check
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.worlds.formats import plan

from .good import PLACE, small_tables

pytestmark = pytest.mark.untraced

DOMAINS = {
    "person": "person",
    "dossier": "dossier",
    "provision": "provision",
    "coach": "coach",
    "team": "team",
    "supervisor": "supervisor",
    "job": "job",
    "employer": "employer",
    "household": "household",
    "spell": "sick_leave",
}
LINKED = ("benefits", "wages", "households")
"""Tables whose other format has linkage numbers, which are persons of their own."""


def named(table, name, *, linked):
    """Replace every identifier by its pseudonym."""
    names = open_key(PLACE, DataKind.SYNTHETIC)
    keys = [column.name for column in TABLES[name].columns if column.kind == "pseudonym" and column.name in table]
    domains = DOMAINS | ({"person": "rin"} if linked and name in LINKED else {})
    return table.assign(**{key: names.each(list(table[key]), domains[key]) for key in keys})


def differences(got, planted, name):
    """Say in which columns rows differ; a column that a format does not carry is empty in all of its rows."""
    key = list(TABLES[name].key)
    if planted.empty:
        return [] if got.empty else ["rows"]
    both = planted.merge(got, on=key, how="outer", suffixes=("", " got"), indicator=True)
    if not (both["_merge"] == "both").all():
        return ["rows"]
    carried = [column for column in planted if column not in key and column in got and got[column].notna().any()]
    return [column for column in carried if not _equal(both[column], both[f"{column} got"])]


def _equal(planted, got):
    filled = [values.astype(object).where(values.notna(), None) for values in (planted, got)]
    return all(one == other for one, other in zip(*filled, strict=True))


def compared(tables, planted):
    """Hold all planted rows, by the format they were written in, against what came back."""
    found = {}
    for linked, part in enumerate(plan.split(planted)):
        for name, table in part.items():
            expected = named(table, name, linked=bool(linked))
            keys = set(map(tuple, expected[list(TABLES[name].key)].to_numpy()))
            rows = [tuple(key) in keys for key in tables[name][list(TABLES[name].key)].to_numpy()]
            found[name, bool(linked)] = differences(tables[name].loc[rows], expected, name)
    return {where: wrong for where, wrong in found.items() if wrong}


def test_every_format_comes_back_through_the_intake_cell_for_cell(good):
    planted = small_tables()
    tables = check(good("every").folder, PLACE).tables
    assert {name: len(table) for name, table in tables.items()} == {name: len(table) for name, table in planted.items()}
    assert compared(tables, planted) == {}


def test_comparison_sees_one_cell_that_differs():
    planted = small_tables()
    tables = {
        name: pd.concat(
            [named(part[name], name, linked=bool(at)) for at, part in enumerate(plan.split(planted)) if name in part]
        )
        for name in planted
    }
    assert compared(tables, planted) == {}
    costs = tables["costs"].reset_index(drop=True)
    costs.loc[1, "amount"] += 1
    assert compared(tables | {"costs": costs}, planted) == {("costs", False): ["amount"]}
    assert compared(tables | {"rosters": tables["rosters"].head(0)}, planted) == {("rosters", False): ["rows"]}
