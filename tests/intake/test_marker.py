from __future__ import annotations

import shutil
from datetime import date

import pytest

from gm_workbench.errors import MixedKinds
from gm_workbench.intake.faults import FaultyDeliveryError
from gm_workbench.intake.marker import Root, read_marker, root_of
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.intake.store import check, checked_tables
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.worlds.draw import DRAWN


def only(error):
    (fault,) = error.faults
    return fault


def test_root_says_the_kind(tmp_path):
    assert root_of(tmp_path / "raw" / "GM0855") == Root(DataKind.REAL)
    assert root_of(tmp_path / "synthetic" / "tiny" / "GM0855") == Root(DataKind.SYNTHETIC, "tiny")
    assert root_of(tmp_path / "elsewhere" / "GM0855") == Root(None)


def test_missing_marker_is_a_fault_that_shows_what_to_write(delivery):
    (delivery.folder / "delivery.yml").unlink()
    fault = only(delivery.refused())
    assert (fault.reason, fault.file) == (Reason.MARKER, "delivery.yml")
    assert "kind: real" in fault.remedy.en


BOMB = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))])
DEEP = "[" * 50_000


@pytest.mark.parametrize(
    "content",
    [
        "kind: [",
        "- 999912345",
        "'\xff",
        "999912345: {",
        "kind: {}\nkind: ]",
        BOMB,
        DEEP,
        f"kind: {DEEP}",
        "place: 999912345\nretain_until: 2030-02-31",
        "files: {999912345.csv: {delivered: 2024-13-01}}",
        f"place: 999912345\nseed: {'9' * 5000}",
        "place: 999912345\nkind: !!timestamp soon",
    ],
)
def test_malformed_marker_is_a_fault_that_does_not_quote_it(delivery, content):
    (delivery.folder / "delivery.yml").write_bytes(content.encode("latin-1"))
    assert only(delivery.refused()).reason is Reason.MARKER


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"kind": "999912345"}, "kind must be synthetic or real"),
        ({"kind": None}, "kind must be synthetic or real"),
        ({"kind": "published"}, "kind must be synthetic or real"),
        ({"place": "GM0855"}, "place must be GM9903"),
        ({"world": "other"}, "world must be tiny"),
        ({"retain_until": "soon"}, "retain_until must be a date"),
        ({"period": "2024"}, "period must be written as"),
        ({"shared_key": "999912345 of"}, "shared_key must be a name"),
        ({"shared_key": "k999912345"}, "shared_key must be a name"),
        ({"shared_key": 999912345}, "shared_key must be a name"),
        ({"files": {"caseload.csv": {"delivered": "soon"}}}, "delivered as a date"),
        ({"files": ["999912345"]}, "files must name each file"),
        ({"files": {"caseload.csv": {"rows": -1}}}, "files must name each file"),
        ({"files": {"caseload.csv": {"rows": "many"}}}, "files must name each file"),
        ({"files": {"caseload.csv": {"rows": True}}}, "files must name each file"),
    ],
)
def test_marker_that_says_something_wrong_is_refused(delivery, change, text):
    delivery.mark(**change)
    fault = only(delivery.refused())
    assert (fault.reason, fault.severity, fault.file) == (Reason.MARKER, Severity.REFUSE, "delivery.yml")
    assert text in fault.problem.en
    assert fault.problem.nl != fault.problem.en


def test_date_that_does_not_exist_is_told_as_such(delivery):
    delivery.change("delivery.yml", lambda data: data.replace(b"retain_until: null", b"retain_until: 2030-02-31"))
    assert only(delivery.refused()).problem.en == "a date or number in the marker file does not exist"


@pytest.mark.parametrize("name", ["123456782", 123456782, "pool-123456782"])
def test_shared_key_that_may_be_a_number_of_a_person_is_not_repeated(real_delivery, tmp_path, name):
    shutil.copytree(paths().codes, tmp_path / "data" / "codes")
    real_delivery.mark(shared_key=name)
    with pytest.raises(FaultyDeliveryError, match="shared_key must be a name") as caught:
        checked_tables("GM0855", "", Paths(tmp_path))
    assert "123456782" not in str(caught.value)


def test_marker_and_folder_must_agree_on_the_kind(delivery):
    delivery.mark(kind="real")
    with pytest.raises(MixedKinds, match="says that the data are real but the folder holds synthetic data"):
        delivery.check()


def test_real_marker_in_a_real_folder_is_read(real_delivery):
    assert real_delivery.check().kind is DataKind.REAL


def test_real_data_cannot_come_from_a_fictional_place(real_delivery):
    moved = real_delivery.folder.rename(real_delivery.folder.with_name("GM9901"))
    real_delivery.mark = None
    (moved / "delivery.yml").write_text("kind: real\nplace: GM9901\n")
    with pytest.raises(MixedKinds, match="GM9901 is a fictional place"):
        check(moved, "GM9901")


def test_folder_outside_both_roots_is_refused(delivery, tmp_path):
    moved = delivery.folder.rename(tmp_path / "GM9903")
    delivery.folder = moved
    assert "the folder must be data/raw/<place> or data/synthetic/<world>/<place>" in only(delivery.refused()).problem.en


def test_folder_must_have_the_name_of_the_place(delivery):
    delivery.folder = delivery.folder.rename(delivery.folder.with_name("GM9902"))
    assert "the folder must be named GM9903" in only(delivery.refused()).problem.en


def test_marker_need_not_name_files(delivery):
    delivery.mark(files=None)
    assert set(delivery.check().tables) == set(DRAWN)


def test_marker_need_not_promise_rows(delivery):
    delivery.mark(files={path.name: None for path in delivery.folder.glob("*.csv")})
    assert set(delivery.check().tables) == set(DRAWN)


def test_retention_date_is_allowed(real_delivery):
    real_delivery.mark(retain_until=date(2030, 12, 31))
    assert real_delivery.check().kind is DataKind.REAL


def test_marker_says_until_when_under_which_key_and_when_each_file_came():
    text = """
        kind: real
        place: GM0855
        retain_until: 2030-12-31 12:00:00
        shared_key: pool
        files: {a.csv: {rows: 3, delivered: 2024-02-03}, b.csv: {rows: 1}, c.csv: }
    """
    marker, faults = read_marker(text.encode(), Root(DataKind.REAL), Place.parse("GM0855"))
    assert faults == []
    assert (marker.retain_until, marker.shared_key) == (date(2030, 12, 31), "pool")
    assert marker.rows == {"a.csv": 3, "b.csv": 1, "c.csv": None}
    assert marker.delivered == {"a.csv": date(2024, 2, 3)}
