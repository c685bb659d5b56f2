from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder
from gm_workbench.worlds.identities import WORKERS_FROM, person_numbers, texts


@pytest.mark.parametrize("town", [0, 6, 9])
def test_person_numbers_are_unique_and_never_a_citizens(town):
    numbers = pd.Series(person_numbers(town, 30_000))
    assert len(numbers) == 30_000
    assert numbers.is_unique
    assert numbers.str.fullmatch(r"9\d{8}").all()
    assert set(eleven_remainder(numbers)) == {SYNTHETIC_REMAINDER}


def test_person_numbers_by_hand():
    # the first number of place 0 begins with 90000017: 9·9 + 3·1 + 2·7 = 98, and 98 - 5 = 93 = 8·11 + 5 leaves 5
    assert person_numbers(0, 1)[0] == "900000175"


def test_more_numbers_keep_the_first_ones():
    assert list(person_numbers(1, 3)) == list(person_numbers(1, 1000))[:3]


def test_places_and_workers_have_numbers_of_their_own():
    blocks = [set(person_numbers(0, 9000)), set(person_numbers(1, 9000)), set(person_numbers(0, 9000, WORKERS_FROM))]
    assert len(set.union(*blocks)) == 27_000


def test_texts_pads_and_prefixes():
    assert list(texts(np.array([1, 23]), "C", 3)) == ["C001", "C023"]
