from __future__ import annotations

import json

import pandas as pd
import pytest
import yaml

from gm_workbench.errors import DeclarationError, UnknownPlace, UnknownWorld
from gm_workbench.intake.keys import open_key
from gm_workbench.intake.layouts import load_layouts
from gm_workbench.intake.store import check
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.worlds import deliveries
from gm_workbench.worlds.deliveries import synthesise, write_delivery
from gm_workbench.worlds.draw import draw
from gm_workbench.worlds.rendering import render

JAN = month_index("2024-01")
KEYS = ("person", "dossier", "provision", "coach", "team", "supervisor", "job", "employer")


@pytest.fixture
def where(tmp_path):
    """A project of its own with the declarations of this one."""

    class Borrowed(Paths):
        codes = paths().codes
        worlds = paths().worlds

    return Borrowed(tmp_path)


@pytest.fixture
def caseload():
    return pd.DataFrame(
        {
            "person": ["900000175"],
            "coach": ["C01"],
            "team": ["T1"],
            "start": pd.array([JAN], dtype="int32"),
            "end": pd.array([JAN + 1], dtype="Int32"),
            "consent": ["yes"],
        }
    )


@pytest.fixture
def quick(monkeypatch, caseload):
    """Draw one row and a truth of one figure instead of a world."""

    def draw_one(_world, _place, seed, **_):
        return {"caseload": caseload.assign(coach=f"C{seed}")}

    monkeypatch.setattr(deliveries, "draw", draw_one)
    monkeypatch.setattr(deliveries, "truth", lambda world, _folder=None: {"world": world, "estimands": {"b": 1, "a": "é"}})


def test_raw_file_has_the_declared_bytes(tmp_path, caseload):
    write_delivery({"caseload": caseload}, "GM9903", "tiny", 1, tmp_path)
    header = "GEMEENTECODE;TEAM;TEAMNAAM;CONSULENT;BURGERSERVICENUMMER;BEGINDATUM;EINDDATUM;TOESTEMMING ONDERZOEK"
    row = "9903;T1;Team T1;C01;900000175;20240101;20240229;ja"
    assert (tmp_path / "caseload.csv").read_bytes() == b"\xef\xbb\xbf" + f"{header}\r\n{row}\r\n".encode()


def test_marker_says_where_the_delivery_comes_from(tmp_path, caseload):
    write_delivery({"caseload": caseload}, "GM9903", "tiny", 7, tmp_path)
    marker = yaml.safe_load((tmp_path / "delivery.yml").read_text())
    assert marker.pop("made_by").startswith("gm-workbench ")
    assert marker == {
        "kind": "synthetic",
        "place": "GM9903",
        "world": "tiny",
        "seed": 7,
        "period": "2024-01/2024-01",
        "retain_until": None,
        "files": {"caseload.csv": {"rows": 1}},
    }


def test_table_that_is_not_given_is_not_written(tmp_path, caseload):
    write_delivery({"caseload": caseload}, "GM9903", "tiny", 1, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["caseload.csv", "delivery.yml"]


@pytest.fixture(scope="module")
def drawn():
    return draw("default", "GM9903", 3)


@pytest.fixture(scope="module")
def written(drawn, tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "synthetic" / "default" / "GM9903"
    write_delivery(drawn, "GM9903", "default", 3, folder)
    return folder


def test_place_that_delivers_no_costs_has_no_file_of_costs(written):
    names = {path.name for path in written.iterdir()}
    assert "kosten_voorzieningen.csv" not in names
    assert {"BUS_202301.csv", "BUS_202512.csv", "SRG_202301.csv", "lonen_2023.csv", "vragenlijst_T12.csv"} <= names


def test_same_tables_give_the_same_bytes(drawn, written, tmp_path):
    write_delivery(drawn, "GM9903", "default", 3, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in written.iterdir()
    }


@pytest.mark.untraced
def test_drawn_place_comes_back_from_its_delivery_exactly(drawn, written):
    checked, names = check(written, "GM9903"), open_key("GM9903", DataKind.SYNTHETIC)
    assert checked.tables.keys() == drawn.keys()
    for name, table in drawn.items():
        replaced = {key: names.each(list(table[key]), key) for key in KEYS if key in table}
        expected = table.assign(**replaced)[list(TABLES[name].column_names())].sort_values(
            list(TABLES[name].key), ignore_index=True
        )
        # exact, because an estimate from a delivery must be the estimate from the tables that it was written from
        pd.testing.assert_frame_equal(checked.tables[name], expected, check_dtype=False, check_exact=True)


def test_person_has_one_birth_date_in_benefits_and_provisions(written):
    def birth_dates(prefix):
        files = [pd.read_csv(path, sep=";", dtype=str) for path in written.glob(f"{prefix}_*.csv")]
        return pd.concat(files).groupby("BURGERSERVICENUMMER")["GEBOORTEDATUM"].unique()

    benefits, provisions = birth_dates("BUS"), birth_dates("SRG")
    assert (benefits.map(len) == 1).all()
    assert pd.to_datetime(benefits.str[0], format="%Y%m%d").dt.day.between(1, 28).all()
    shared = provisions.index.intersection(benefits.index)
    assert len(shared) > 0
    assert all(provisions[person][0] == benefits[person][0] for person in shared)


def test_spend_has_words_that_a_wrong_encoding_spoils(tmp_path):
    costs = pd.DataFrame({"person": "900000175", "month": JAN, "type": ["01", "07"], "amount": [1234.5, -3.0]})
    cells = render(load_layouts()["costs"], costs, {"costs": costs}, "9903")
    assert all(not text.isascii() for text in cells["OMSCHRIJVING"])
    assert cells["BEDRAG"] == ["1234,5", "-3"]


def test_what_is_borrowed_from_a_table_that_is_not_there_is_empty():
    provisions = pd.DataFrame(
        {
            "person": ["900000175"],
            "provision": ["V1"],
            "month": [JAN],
            "type": ["01"],
            "ladder": [3],
            "start": [JAN],
            "end": pd.array([None], dtype="Int32"),
            "end_reason": [None],
            "wage_value": [None],
        }
    )
    cells = render(load_layouts()["srg"], provisions, {"provisions": provisions}, "9903")
    assert (cells["GEBOORTEDATUM"], cells["GESLACHT"], cells["EINDDATUM VOORZIENING"]) == ([""], [""], [""])
    assert cells["BEGINDATUM POSITIE PARTICIPATIELADDER"] == ["20240101"]


@pytest.mark.parametrize("text", ["a;b", 'a"b', "a\r\nb"])
def test_text_that_would_break_a_line_is_refused(tmp_path, caseload, text):
    with pytest.raises(DeclarationError, match="must not hold a semicolon"):
        write_delivery({"caseload": caseload.assign(team=text)}, "GM9903", "tiny", 1, tmp_path)


def test_truth_is_left_out_when_asked_and_an_older_one_goes(where, quick):
    synthesise("default", 1, where, ["GM9903"])
    synthesise("default", 1, where, ["GM9903"], with_truth=False)
    assert [path.name for path in (where.synthetic / "default").iterdir()] == ["GM9903"]


def test_synthesise_writes_every_place_and_the_truth(where, quick):
    made = synthesise("default", 1, where)
    assert [folder.name for folder in made] == sorted(["GM0307", "GM0363", "GM0518", "GM0855", "GM9901", "GM9902", "GM9903"])
    root = where.synthetic / "default"
    assert sorted(path.name for path in root.iterdir()) == [*(folder.name for folder in made), "truth.json"]
    text = (root / "truth.json").read_text(encoding="utf-8")
    assert json.loads(text)["estimands"]["a"] == "é"
    assert text.index('"a"') < text.index('"b"') < text.index('"world"')


def test_synthesise_again_replaces_a_place_whole(where, quick):
    (folder,) = synthesise("default", 1, where, ["GM9903"])
    (folder / "left.csv").write_text("x")
    synthesise("default", 2, where, ["GM9903"])
    assert sorted(path.name for path in folder.iterdir()) == ["caseload.csv", "delivery.yml"]
    assert "C2" in (folder / "caseload.csv").read_text(encoding="utf-8-sig")


def test_synthesise_leaves_the_old_delivery_when_a_draw_fails(where, quick, monkeypatch):
    (folder,) = synthesise("default", 1, where, ["GM9903"])

    def fail(*_, **__):
        raise DeclarationError("no draw")

    monkeypatch.setattr(deliveries, "draw", fail)
    with pytest.raises(DeclarationError, match="no draw"):
        synthesise("default", 2, where, ["GM9903"])
    assert "C1" in (folder / "caseload.csv").read_text(encoding="utf-8-sig")
    assert sorted(path.name for path in folder.parent.iterdir()) == ["GM9903", "truth.json"]


@pytest.mark.parametrize(
    ("world", "places", "error", "text"),
    [
        ("raw", None, UnknownWorld, "must not be named 'raw'"),
        ("defualt", None, UnknownWorld, "did you mean default"),
        ("default", ["GM0001"], UnknownPlace, "GM0001"),
        ("default", ["GM9903", "GM0080"], UnknownPlace, "no place 'GM0080'"),
    ],
)
def test_synthesise_refuses_what_is_not_declared_before_it_writes(where, quick, world, places, error, text):
    with pytest.raises(error, match=text):
        synthesise(world, 1, where, places)
    assert not where.synthetic.exists()
