from __future__ import annotations

import numpy as np
import pytest

from gm_workbench.intake.identity import as_numbers, judge, whole_number
from gm_workbench.intake.keys import open_key
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder
from gm_workbench.vocabulary.schemas import DataKind

SYNTHETIC, REAL = DataKind.SYNTHETIC, DataKind.REAL


def test_pseudonym_is_hmac_sha256_under_a_key_of_the_place():
    # Witness: another implementation, OpenSSL 3:
    #   K=$(printf GM0855 | openssl dgst -sha256 -hmac "$MASTER" -binary | xxd -p -c 64)
    #   printf person:999992351 | openssl dgst -sha256 -mac HMAC -macopt hexkey:$K
    # with MASTER the public key of synthetic data; the first 16 digits are below.
    assert open_key("GM0855", SYNTHETIC).each(["999992351"], "person") == ["835cd83cd9dfdc77"]


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
