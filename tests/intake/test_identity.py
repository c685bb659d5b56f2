from __future__ import annotations

import numpy as np
import pytest

from gm_workbench.intake.identity import Codebook, as_numbers, judge, pseudonyms, whole_number
from gm_workbench.intake.keys import open_key
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder
from gm_workbench.vocabulary.schemas import DataKind

SYNTHETIC, REAL = DataKind.SYNTHETIC, DataKind.REAL


def test_pseudonym_is_hmac_sha256_under_a_key_of_the_place():
    # Witness: another implementation, OpenSSL 3:
    #   K=$(printf GM0855 | openssl dgst -sha256 -hmac "$MASTER" -binary | xxd -p -c 64)
    #   printf person:999992351 | openssl dgst -sha256 -mac HMAC -macopt hexkey:$K
    # with MASTER the public key of synthetic data; the first 16 digits are below.
    assert pseudonyms("GM0855", SYNTHETIC).each(["999992351"], "person") == ["835cd83cd9dfdc77"]


def test_codebook_gives_the_pseudonyms_of_the_key_each_once():
    key = open_key("GM0855", SYNTHETIC)
    book = Codebook(key, "person")
    assert book.learn(np.array([999992351, 12345672, 999992351])).tolist() == [0, 1, 0]
    assert book.hex().to_pylist() == key.each(["999992351", "012345672"], "person")


def test_codebook_knows_a_person_again_in_the_next_file_of_the_place_and_in_no_other_place():
    here, there = (Codebook(open_key(place, SYNTHETIC), "person") for place in ("GM0855", "GM0363"))
    first = here.learn(np.array([999992351, 12345672]))
    again = here.learn(np.array([999912345, 12345672]))
    there.learn(np.array([12345672]))
    assert again.tolist() == [2, first[1]]
    assert len(here.hex()) == 3
    assert not set(there.hex().to_pylist()) & set(here.hex().to_pylist())


def test_codebook_gives_no_pseudonym_to_what_is_no_number():
    book = Codebook(open_key("GM0855", SYNTHETIC), "person")
    assert book.learn(np.array([-1, 999992351, -1])).tolist() == [-1, 0, -1]
    assert book.learn(np.array([], dtype=np.int64)).tolist() == []
    assert len(book.hex()) == 1


def test_codebook_shows_no_number():
    book = Codebook(open_key("GM0855", SYNTHETIC), "person")
    book.learn(np.array([999992351]))
    assert repr(book) == "Codebook(person, 1 known)"


def test_remainders_are_those_of_the_rule_written_for_texts():
    numbers = np.random.default_rng(5).integers(1_000_000, 1_000_000_000, 5000)
    remainder = eleven_remainder([f"{number:09d}" for number in numbers])
    assert (
        judge(numbers, REAL).wrong == ~((remainder == 0) | ((numbers >= 900_000_000) & (remainder == SYNTHETIC_REMAINDER)))
    ).all()


@pytest.mark.parametrize(
    ("number", "real", "synthetic"),
    [
        ("999992351", (False, False), (False, True)),  # remainder 0
        ("99999235", (True, False), (True, False)),  # eight digits: 099999235 has remainder 2
        ("12345672", (False, False), (False, True)),  # eight digits, leading zero lost, remainder 0
        ("123456788", (True, False), (True, False)),  # remainder 5 but starts with 1
        ("999912345", (True, False), (True, False)),  # remainder 9
        ("1234567", (True, False), (True, False)),  # seven digits: 001234567 has remainder 4
        ("1234560", (False, False), (False, True)),  # seven digits, two leading zeros lost, remainder 0
        ("001234560", (False, False), (False, True)),
        ("123456", (True, False), (True, False)),  # six digits, whatever the remainder (0)
        ("000123456", (True, False), (True, False)),
        ("9999923510", (True, False), (True, False)),
        ("99999235x", (True, False), (True, False)),
        ("", (True, False), (True, False)),
    ],
)
def test_numbers_are_judged_by_the_kind_of_data(number, real, synthetic):
    for kind, expected in ((REAL, real), (SYNTHETIC, synthetic)):
        verdict = judge(as_numbers([number]), kind)
        assert (bool(verdict.wrong[0]), bool(verdict.other[0])) == expected


def test_synthetic_number_is_the_other_kind_among_real_data():
    verdict = judge(as_numbers(["900000175"]), REAL)
    assert (verdict.wrong.tolist(), verdict.other.tolist()) == ([False], [True])
    verdict = judge(as_numbers(["900000175"]), SYNTHETIC)
    assert (verdict.wrong.tolist(), verdict.other.tolist()) == ([False], [False])


def test_leading_zero_is_given_back():
    assert whole_number("12345672") == "012345672"


def test_signs_and_other_digits_make_no_number():
    assert as_numbers(["12.345.672", "１２３４５６７２", " 12345672", "1234567²"]).tolist() == [-1, -1, -1, -1]
