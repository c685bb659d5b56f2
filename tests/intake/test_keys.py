from __future__ import annotations

import os

import pytest

from gm_workbench.errors import KeyChanged, MissingKey
from gm_workbench.intake import keys
from gm_workbench.intake.keys import Key, mac, open_key, refuse_other_key
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind

SYNTHETIC, REAL = DataKind.SYNTHETIC, DataKind.REAL

posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these rights")

LONG = (
    b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before "
    b"being used by the HMAC algorithm."
)

RFC_4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (b"\xaa" * 131, LONG, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
]


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    for variable in ("GM_PSEUDONYM_KEY", "GM_PSEUDONYM_KEY_FILE", "GM_SHARED_KEY_FILE"):
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize(("secret", "message", "expected"), RFC_4231)
def test_keyed_hash_is_that_of_rfc_4231(secret, message, expected):
    assert mac(secret, message).hex() == expected


def test_pseudonyms_are_sixteen_hexadecimal_digits_and_repeatable():
    (first,), (again,) = (open_key("GM0855", SYNTHETIC).each(["1"], "coach") for _ in range(2))
    assert first == again
    assert len(first) == 16
    assert int(first, 16) >= 0


def test_pseudonyms_differ_by_place_domain_and_key():
    made = {
        open_key("GM0855", SYNTHETIC).each(["1"], "coach")[0],
        open_key("GM0363", SYNTHETIC).each(["1"], "coach")[0],
        open_key("GM0855", SYNTHETIC).each(["1"], "team")[0],
        Key("", b"another").each(["1"], "coach")[0],
    }
    assert len(made) == 4


def test_digest_of_a_file_is_no_pseudonym_of_it():
    names = Key("", b"key")
    assert len(names.digest(b"x")) == 64
    assert names.digest(b"1") != names.each(["1"], "file")[0]
    assert names.digest(b"1")[:16] == names.each(["1"], "file")[0]


def test_key_does_not_show():
    assert repr(Key("shared", b"secret")) == "Key(...)"


def test_real_data_use_the_key_of_the_environment(monkeypatch):
    made = set()
    for key in ("a" * 32, "b" * 32):
        monkeypatch.setenv("GM_PSEUDONYM_KEY", key)
        made |= set(open_key("GM0855", REAL).each(["1"], "person"))
    made |= set(open_key("GM0855", SYNTHETIC).each(["1"], "person"))
    assert len(made) == 3


def test_no_key_is_an_error_that_says_how_to_make_one():
    with pytest.raises(
        MissingKey, match=r"neither GM_PSEUDONYM_KEY nor GM_PSEUDONYM_KEY_FILE is set.*secrets.token_hex"
    ) as caught:
        open_key("GM0855", REAL)
    assert caught.value.exit_code == 22


@pytest.mark.parametrize(("length", "enough"), [(31, False), (32, True), (33, True)])
def test_key_must_have_thirty_two_characters(monkeypatch, length, enough):
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "k" * length)
    if enough:
        assert open_key("GM0855", REAL)
        return
    with pytest.raises(MissingKey, match="at least 32 characters but got 31"):
        open_key("GM0855", REAL)


def key_file(tmp_path, monkeypatch, mode=0o600):
    path = tmp_path / "key"
    path.write_text("k" * 40 + "\n")
    path.chmod(mode)
    monkeypatch.setenv("GM_PSEUDONYM_KEY_FILE", str(path))


def test_key_file_gives_the_same_as_its_text(tmp_path, monkeypatch):
    key_file(tmp_path, monkeypatch)
    from_file = open_key("GM0855", REAL).each(["1"], "person")
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "k" * 40)
    assert open_key("GM0855", REAL).each(["1"], "person") == from_file


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_key_file_that_others_may_read_is_refused(tmp_path, monkeypatch, mode):
    key_file(tmp_path, monkeypatch, mode)
    with pytest.raises(MissingKey, match="readable by its owner only"):
        open_key("GM0855", REAL)


def test_key_file_inside_the_project_is_refused(tmp_path, monkeypatch):
    key_file(tmp_path, monkeypatch)
    monkeypatch.setenv("GM_ROOT", str(tmp_path))
    with pytest.raises(MissingKey, match="outside the project"):
        open_key("GM0855", REAL)


def test_key_file_inside_a_data_root_that_is_asked_for_is_refused(tmp_path, monkeypatch):
    key_file(tmp_path, monkeypatch)
    with pytest.raises(MissingKey, match="outside the data"):
        open_key("GM0855", REAL, where=Paths(tmp_path / "project", data=tmp_path))


def test_key_file_that_is_not_there_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GM_PSEUDONYM_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(MissingKey, match="is not there"):
        open_key("GM0855", REAL)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A project, and a folder outside it with a key file."""
    project, private = tmp_path / "project", tmp_path / "private"
    project.mkdir()
    private.mkdir(mode=0o700)
    monkeypatch.setenv("GM_ROOT", str(project))
    monkeypatch.setenv("GM_PSEUDONYM_KEY_FILE", str(private / "key"))
    (private / "key").write_text("k" * 40)
    (private / "key").chmod(0o600)
    return private


@posix
def test_key_file_of_another_user_is_refused(home, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(MissingKey, match="must be yours, but it belongs to another user"):
        open_key("GM0855", REAL)


@posix
def test_key_file_that_is_a_link_is_refused(home, monkeypatch):
    (home / "link").symlink_to(home / "key")
    monkeypatch.setenv("GM_PSEUDONYM_KEY_FILE", str(home / "link"))
    with pytest.raises(MissingKey, match="it is a link"):
        open_key("GM0855", REAL)


@posix
def test_key_file_in_a_folder_that_others_may_write_in_is_refused(home):
    home.chmod(0o770)
    with pytest.raises(MissingKey, match="could be replaced"):
        open_key("GM0855", REAL)


def test_key_file_among_the_data_is_refused(home, monkeypatch):
    monkeypatch.setenv("GM_DATA", str(home))
    with pytest.raises(MissingKey, match="outside the data"):
        open_key("GM0855", REAL)


def test_key_file_can_be_one_for_each_place(home, monkeypatch):
    monkeypatch.setenv("GM_PSEUDONYM_KEY_FILE", str(home / "{place}.key"))
    (home / "GM0855.key").write_text("q" * 40)
    (home / "GM0855.key").chmod(0o600)
    assert open_key("GM0855", REAL).id
    with pytest.raises(MissingKey, match="is not there"):
        open_key("GM0363", REAL)


def test_key_file_goes_before_the_text_of_a_key(home, monkeypatch):
    from_file = open_key("GM0855", REAL).id
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "z" * 40)
    assert open_key("GM0855", REAL).id == from_file


def test_shared_key_gives_the_same_person_the_same_pseudonym_in_two_places(home, monkeypatch):
    monkeypatch.setenv("GM_SHARED_KEY_FILE", str(home / "key"))
    one, two = (open_key(place, REAL, "pool").each(["1"], "person") for place in ("GM0855", "GM0363"))
    assert one == two
    assert open_key("GM0855", REAL, "other").each(["1"], "person") != one
    assert open_key("GM0855", REAL).each(["1"], "person") != one


def test_shared_key_without_its_file_is_refused_although_there_is_a_key_of_the_place(home):
    with pytest.raises(MissingKey, match="asks for the shared key pool, but GM_SHARED_KEY_FILE is not set"):
        open_key("GM0855", REAL, "pool")


def test_key_has_an_id_of_eight_digits_that_is_no_pseudonym():
    key, other = Key("", b"a" * 32), Key("", b"b" * 32)
    assert len(key.id) == 8
    assert key.id != other.id
    assert key.id == mac(b"a" * 32, b"key id").hex()[:8]


def test_other_key_than_that_of_the_tables_is_refused_and_named_by_its_id():
    key = Key("", b"a" * 32)
    refuse_other_key("GM0855", key, "")
    refuse_other_key("GM0855", key, key.id)
    with pytest.raises(KeyChanged, match=f"under key 01234567, but the key that is set now is {key.id}") as caught:
        refuse_other_key("GM0855", key, "01234567")
    assert caught.value.exit_code == 26


def test_synthetic_key_is_no_secret():
    assert b"no secret" in keys.SYNTHETIC_KEY
