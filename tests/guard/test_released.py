from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from gm_workbench.errors import DisclosureRefused
from gm_workbench.guard.protect import protect
from gm_workbench.guard.released import Record, Released, Verdict, release
from gm_workbench.vocabulary.schemas import DataKind


def test_verdicts_fold_to_the_gravest():
    assert max(Verdict.RELEASE, Verdict.REFUSE, Verdict.REVIEW) is Verdict.REFUSE
    assert Verdict.RELEASE < Verdict.REVIEW < Verdict.REFUSE


def test_released_cannot_be_made_elsewhere(policy):
    with pytest.raises(DisclosureRefused, match="Only the guard can release"):
        Released((), policy, (), DataKind.REAL, object())


def test_released_cannot_be_given_other_outputs(policy, table):
    made = protect([table({"men": [30, 20]})], policy)
    with pytest.raises((DisclosureRefused, ValueError), match=r"guard|token"):
        dataclasses.replace(made, outputs=())
    with pytest.raises(dataclasses.FrozenInstanceError, match="outputs"):
        made.outputs = ()


@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy])
def test_released_is_not_stored_or_copied(policy, table, way):
    with pytest.raises(DisclosureRefused, match="protect the outputs again"):
        way(protect([table({"men": [30, 20]})], policy))


def test_released_has_no_other_forms():
    with pytest.raises(DisclosureRefused, match="no other forms"):
        type("Mine", (Released,), {})


def test_released_verdict_is_the_gravest_of_its_records(policy):
    records = (Record("a", Verdict.RELEASE), Record("b", Verdict.REVIEW))
    assert release((), policy, records, DataKind.SYNTHETIC).verdict is Verdict.REVIEW
    assert release((), policy, (), DataKind.SYNTHETIC).verdict is Verdict.REFUSE
