from __future__ import annotations

import os

import pytest

from gm_workbench.errors import MissingKey
from gm_workbench.intake import identity
from gm_workbench.intake.identity import Pseudonyms, judge, pseudonyms, whole_number
from gm_workbench.vocabulary.schemas import DataKind

SYNTHETIC, REAL = DataKind.SYNTHETIC, DataKind.REAL


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    for variable in ("GM_PSEUDONYM_KEY", "GM_PSEUDONYM_KEY_FILE"):
        monkeypatch.delenv(variable, raising=False)


def test_pseudonym_is_hmac_sha256_under_a_key_of_the_place():
    # Witness: RFC 4231's construction by another implementation, OpenSSL 3:
    #   K=$(printf GM0855 | openssl dgst -sha256 -hmac "$MASTER" -binary | xxd -p -c 64)
    #   printf person:999992351 | openssl dgst -sha256 -mac HMAC -macopt hexkey:$K
    # with MASTER the public key of synthetic data; the first 16 digits are below.
    assert pseudonyms("GM0855", SYNTHETIC).each(["999992351"], "person") == ["835cd83cd9dfdc77"]


def test_pseudonyms_are_sixteen_hexadecimal_digits_and_repeatable():
    (first,), (again,) = (pseudonyms("GM0855", SYNTHETIC).each(["1"], "coach") for _ in range(2))
    assert first == again
    assert len(first) == 16
    assert int(first, 16) >= 0


def test_pseudonyms_differ_by_place_domain_and_key():
    made = {
        pseudonyms("GM0855", SYNTHETIC).each(["1"], "coach")[0],
        pseudonyms("GM0363", SYNTHETIC).each(["1"], "coach")[0],
        pseudonyms("GM0855", SYNTHETIC).each(["1"], "team")[0],
        Pseudonyms(b"another").each(["1"], "coach")[0],
    }
    assert len(made) == 4


def test_digest_of_a_file_is_no_pseudonym_of_it():
    names = Pseudonyms(b"key")
    assert len(names.digest(b"x")) == 64
    assert names.digest(b"1") != names.each(["1"], "file")[0]
    assert names.digest(b"1")[:16] == names.each(["1"], "file")[0]


def test_key_does_not_show():
    assert "secret" not in repr(Pseudonyms(b"secret"))


def test_real_data_use_the_key_of_the_environment(monkeypatch):
    made = set()
    for key in ("a" * 32, "b" * 32):
        monkeypatch.setenv("GM_PSEUDONYM_KEY", key)
        made |= set(pseudonyms("GM0855", REAL).each(["1"], "person"))
    made |= set(pseudonyms("GM0855", SYNTHETIC).each(["1"], "person"))
    assert len(made) == 3


def test_no_key_is_an_error_that_says_how_to_make_one():
    with pytest.raises(
        MissingKey, match=r"neither GM_PSEUDONYM_KEY nor GM_PSEUDONYM_KEY_FILE is set.*secrets.token_hex"
    ) as caught:
        pseudonyms("GM0855", REAL)
    assert caught.value.exit_code == 22


@pytest.mark.parametrize(("length", "enough"), [(31, False), (32, True), (33, True)])
def test_key_must_have_thirty_two_characters(monkeypatch, length, enough):
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "k" * length)
    if enough:
        assert pseudonyms("GM0855", REAL)
        return
    with pytest.raises(MissingKey, match="at least 32 characters but got 31"):
        pseudonyms("GM0855", REAL)


def key_file(tmp_path, monkeypatch, mode=0o600):
    path = tmp_path / "key"
    path.write_text("k" * 40 + "\n")
    path.chmod(mode)
    monkeypatch.setenv("GM_PSEUDONYM_KEY_FILE", str(path))


def test_key_file_gives_the_same_as_its_text(tmp_path, monkeypatch):
    key_file(tmp_path, monkeypatch)
    from_file = pseudonyms("GM0855", REAL).each(["1"], "person")
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "k" * 40)
    assert pseudonyms("GM0855", REAL).each(["1"], "person") == from_file


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_key_file_that_others_may_read_is_refused(tmp_path, monkeypatch, mode):
    key_file(tmp_path, monkeypatch, mode)
    with pytest.raises(MissingKey, match="readable by its owner only"):
        pseudonyms("GM0855", REAL)


def test_key_file_inside_the_project_is_refused(tmp_path, monkeypatch):
    key_file(tmp_path, monkeypatch)
    monkeypatch.setenv("GM_ROOT", str(tmp_path))
    with pytest.raises(MissingKey, match="outside the project"):
        pseudonyms("GM0855", REAL)


def test_key_file_that_is_not_there_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GM_PSEUDONYM_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(MissingKey, match="is not there"):
        pseudonyms("GM0855", REAL)


@pytest.mark.parametrize(
    ("number", "real", "synthetic"),
    [
        ("999992351", (False, False), (False, True)),  # remainder 0
        ("99999235", (True, False), (True, False)),  # eight digits: 099999235 has remainder 2
        ("12345672", (False, False), (False, True)),  # eight digits, leading zero lost, remainder 0
        ("123456788", (True, False), (True, False)),  # remainder 5 but starts with 1
        ("999912345", (True, False), (True, False)),  # remainder 9
        ("1234567", (True, False), (True, False)),
        ("9999923510", (True, False), (True, False)),
        ("99999235x", (True, False), (True, False)),
        ("", (True, False), (True, False)),
    ],
)
def test_numbers_are_judged_by_the_kind_of_data(number, real, synthetic):
    for kind, expected in ((REAL, real), (SYNTHETIC, synthetic)):
        verdict = judge([number], kind)
        assert (bool(verdict.wrong[0]), bool(verdict.other[0])) == expected


def test_synthetic_number_is_the_other_kind_among_real_data():
    verdict = judge(["900000175"], REAL)
    assert (verdict.wrong.tolist(), verdict.other.tolist()) == ([False], [True])
    verdict = judge(["900000175"], SYNTHETIC)
    assert (verdict.wrong.tolist(), verdict.other.tolist()) == ([False], [False])


def test_leading_zero_is_given_back():
    assert whole_number("12345672") == "012345672"


def test_synthetic_key_is_no_secret():
    assert b"no secret" in identity.SYNTHETIC_KEY
