"""A file in any format gives back the planted table cell for cell, read with a plain library that knows nothing of us."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import python_calamine
import yaml

from gm_workbench.intake.layouts import load_layouts
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.worlds.deliveries import write_delivery
from gm_workbench.worlds.draw import FORMATS, draw
from gm_workbench.worlds.formats import plan
from gm_workbench.worlds.formats.cells import csv_bytes
from gm_workbench.worlds.formats.microdata import CONTRACTS, HOUSEHOLD_TYPES
from gm_workbench.worlds.formats.shapes import MEASURES
from gm_workbench.worlds.formats.sheets import ods_bytes, xlsx_bytes
from gm_workbench.worlds.formats.spss import Dictionary, sav_bytes

PLACE = "GM9902"


@pytest.fixture(scope="module")
def planted():
    return draw(FORMATS, PLACE, 4)


@pytest.fixture(scope="module")
def folder(planted, tmp_path_factory):
    made = tmp_path_factory.mktemp("formats") / PLACE
    write_delivery(planted, PLACE, FORMATS, 4, made)
    return made


def text_file(path, separator=";", encoding="utf-8-sig"):
    return pd.read_csv(path, sep=separator, encoding=encoding, dtype=str, keep_default_na=False)


def month(days):
    """Turn ``jjjjmm`` with or without a day into month indices; empty is missing."""
    return pd.array([int(day[:4]) * 12 + int(day[4:6]) - 1 if day else None for day in days], dtype="Int64")


def numbers(texts):
    return [float(text.replace(",", ".")) if text else np.nan for text in texts]


def words(codes, texts):
    back = {code: word for word, code in codes.items()}
    return [back[text] if text else None for text in texts]


def none(texts):
    return [text or None for text in texts]


def same(got, planted, name):
    """Compare all planted columns that `got` has, in the order of the key; types of storage do not count."""
    key = [column for column in TABLES[name].key if column in got]
    ordered = [
        frame[list(got)].astype(object).where(frame[list(got)].notna(), None).sort_values(key, ignore_index=True)
        for frame in (got, planted)
    ]
    assert len(got) > 0
    pd.testing.assert_frame_equal(*ordered, check_dtype=False)


def test_world_of_all_formats_plants_every_table(planted):
    assert set(planted) == set(TABLES)
    # with one team nobody can begin later than another
    assert [name for name, table in planted.items() if table.empty] == ["team_introductions"]


def test_every_planted_row_is_written_once(planted, folder):
    plain, other = plan.split(planted)
    for name, table in planted.items():
        parts = [part[name] for part in (plain, other) if name in part]
        assert sum(map(len, parts)) == len(table)
        assert set(map(tuple, pd.concat(parts)[list(TABLES[name].key)].to_numpy())) == set(
            map(tuple, table[list(TABLES[name].key)].to_numpy())
        )


def test_marker_promises_the_rows_of_every_file(folder):
    promised = yaml.safe_load((folder / "delivery.yml").read_text(encoding="utf-8"))["files"]
    assert set(promised) == {path.name for path in folder.iterdir()} - {"delivery.yml"}
    assert promised["vragenlijst_T3.xlsx"]["rows"] == len(sheet(folder / "vragenlijst_T3.xlsx"))


def test_same_tables_give_the_same_bytes_in_every_format(planted, folder, tmp_path):
    write_delivery(planted, PLACE, FORMATS, 4, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_tables_that_only_the_world_of_formats_plants_are_drawn_alike_when_asked_for(planted):
    alone = draw(FORMATS, PLACE, 4, tables=["sick_measures"])
    pd.testing.assert_frame_equal(alone["sick_measures"], planted["sick_measures"])


def test_other_worlds_plant_and_write_what_they_did():
    assert "households" not in draw("tiny", "GM9903", 1)
    assert "households" in draw("tiny", "GM9903", 1, tables=["households"])


def test_text_of_the_layouts_comes_back(planted, folder):
    got = pd.concat([text_file(path) for path in sorted(folder.glob("BUS_*.csv"))], ignore_index=True)
    benefits = planted["benefits"]
    same(
        pd.DataFrame(
            {
                "person": got["BURGERSERVICENUMMER"],
                "dossier": got["REGISTRATIENUMMER UITKERING"],
                "month": month(got["STATISTIEKJAAR"] + got["STATISTIEKMAAND"]),
                "start": month(got["AANVANGSDATUM UITKERING PERSOON"]),
                "end": month(got["EINDDATUM UITKERING PERSOON"]),
                "end_reason": none(got["REDEN BEEINDIGING UITKERING PERSOON"]),
                "paid": numbers(got["BETAALBAAR GESTELD BEDRAG"]),
            }
        ),
        benefits[benefits["month"] < benefits["month"].max()],
        "benefits",
    )


def test_provisions_come_back_from_codes_before_2019_and_labels_after(planted, folder):
    labels = {"loonkostensubsidie (Participatiewet)": "04", "tijdelijke loonkostensubsidie": "01"}
    labels |= {"WIW/ID-baan": "02", "beschut werk": "05"}
    old = pd.concat([text_file(path) for path in folder.glob("SRG_*.csv")]).rename(columns={"TYPE VOORZIENING": "type"})
    new = pd.concat([text_file(path, encoding="cp1252") for path in folder.glob("SRG2019_*.csv")])
    new = new.assign(type=new["SOORT VOORZIENING"].map(labels))
    got = pd.concat([old, new], ignore_index=True)
    same(
        pd.DataFrame(
            {
                "person": got["BURGERSERVICENUMMER"],
                "provision": got["REGISTRATIENUMMER VOORZIENING"],
                "month": month(got["STATISTIEKJAAR"] + got["STATISTIEKMAAND"]),
                "type": got["type"],
                "ladder": got["POSITIE OP DE PARTICIPATIELADDER"].astype(int),
                "start": month(got["BEGINDATUM VOORZIENING"]),
                "end": month(got["EINDDATUM VOORZIENING"]),
                "end_reason": none(got["REDEN EINDE VOORZIENING"]),
                "wage_value": numbers(got["LOONWAARDE"]),
            }
        ),
        planted["provisions"],
        "provisions",
    )


def test_costs_of_a_financial_export_come_back(planted, folder):
    got = text_file(folder / "kosten_voorzieningen.csv")
    costs = {"person": got["BURGERSERVICENUMMER"], "month": month(got["JAAR"] + got["MAAND"])}
    same(pd.DataFrame(costs | {"type": got["TYPE VOORZIENING"], "amount": numbers(got["BEDRAG"])}), planted["costs"], "costs")


def test_caseload_comes_back(planted, folder):
    got = text_file(folder / "caseload.csv")
    spells = {"start": month(got["BEGINDATUM"]), "end": month(got["EINDDATUM"])}
    named = {"person": got["BURGERSERVICENUMMER"], "coach": got["CONSULENT"], "team": got["TEAM"]}
    consent = words({"yes": "ja", "no": "nee"}, got["TOESTEMMING ONDERZOEK"])
    same(pd.DataFrame(named | spells | {"consent": consent}), planted["caseload"], "caseload")


def sheet(path):
    header, *rows = python_calamine.load_workbook(path).get_sheet_by_name("Export").to_python()
    return pd.DataFrame(rows, columns=header)


def system_file(path, **options):
    return pyreadstat.read_sav(path, **options)


def melted(wide, key):
    """Turn a column for each item into a row for each answer."""
    items = [name for name in wide if name[:3].isupper() and name[3:4] == "_"]
    long = wide.melt([*key, "METING"], items, "item", "answer")
    answered = long[~long["answer"].isin(["", None]) & long["answer"].notna()]
    numbered = pd.to_numeric(answered["answer"].astype(str).str.replace(",", "."))
    named = answered.assign(answer=numbered, instrument=answered["item"].str[:3]).rename(columns={"METING": "wave"})
    return named.reset_index(drop=True)


WIDE = {
    "T0": lambda folder: text_file(folder / "vragenlijst_T0.csv"),
    "T3": lambda folder: sheet(folder / "vragenlijst_T3.xlsx"),
    "T6": lambda folder: sheet(folder / "vragenlijst_T6.ods"),
    "T12": lambda folder: system_file(folder / "vragenlijst_T12.sav")[0],
}


@pytest.mark.parametrize("wave", list(WIDE))
def test_wide_questionnaire_comes_back_from_every_format(planted, folder, wave):
    got = WIDE[wave](folder)
    got = got.assign(person=[f"{float(number):.0f}" for number in got["BURGERSERVICENUMMER"]])
    long = melted(got, ["person"])[["person", "wave", "instrument", "item", "answer"]]
    same(long, planted["answers"].loc[planted["answers"]["wave"] == wave], "answers")


def test_workbooks_hold_numbers_and_days_as_a_spreadsheet_does(folder):
    for name in ("vragenlijst_T3.xlsx", "vragenlijst_T6.ods"):
        got = sheet(folder / name)
        assert isinstance(got["BURGERSERVICENUMMER"][0], float)
        assert got["DATUM"][0].day == 1


def test_skipped_items_are_user_missing_codes_in_a_system_file(folder):
    got, says = system_file(folder / "vragenlijst_T12.sav", user_missing=True)
    items = [name for name in got if "_" in name]
    assert (got[items] == 99).to_numpy().sum() > 0
    assert says.missing_ranges[items[0]] == [{"lo": 98.0, "hi": 98.0}, {"lo": 99.0, "hi": 99.0}]
    assert says.variable_value_labels[items[0]] == {98.0: "weet niet", 99.0: "geen antwoord"}


def test_long_questionnaire_comes_back(planted, folder):
    got = text_file(folder / "vragenlijst_lang_T18.csv", "\t", "utf-8")
    answers = pd.DataFrame(
        {
            "person": got["BURGERSERVICENUMMER"],
            "wave": got["METING"],
            "month": month(got["DATUM"]),
            "instrument": got["VRAAG"].str[:3],
            "item": got["VRAAG"],
            "answer": numbers(got["ANTWOORD"]),
        }
    )
    same(answers, planted["answers"].loc[planted["answers"]["wave"] == "T18"], "answers")


def test_wages_come_back_from_text_and_from_the_shape_of_spolisbus(planted, folder):
    text = pd.concat([text_file(path) for path in folder.glob("lonen_*.csv")], ignore_index=True)
    polis, _ = system_file(folder / "SPOLISBUS2025V1.sav")
    assert set(polis["RINPERSOONS"]) == {"R"}
    got = pd.DataFrame(
        {
            "person": [*text["BURGERSERVICENUMMER"], *polis["RINPERSOON"]],
            "job": [*text["INKOMSTENVERHOUDING"], *polis["IKVID"]],
            "month": month([*(text["JAAR"] + text["MAAND"]), *polis["SDATUMAANVANGIKO"]]),
            "hours": [*numbers(text["BASISUREN"]), *polis["SBASISUREN"]],
            "employer": [*text["WERKGEVER"], *polis["SBEID"]],
        }
    )
    pay = [*numbers(text["BASISLOON"]), *polis["SBASISLOON"]]
    same(got.assign(hourly_wage=np.array(pay) / got["hours"]), planted["wages"], "wages")
    later = planted["wages"][planted["wages"]["month"] // 12 == 2025].sort_values(["person", "job", "month"])
    ordered = polis.sort_values(["RINPERSOON", "IKVID", "SDATUMAANVANGIKO"])
    assert words(CONTRACTS, ordered["SCONTRACTSOORT"]) == list(later["contract"])


def test_two_persons_on_one_benefit_come_back_as_two_rows(planted, folder):
    got, _ = system_file(folder / "BIJSTANDUITKERING202512TABV1.sav")
    assert (got["RINPERSOONpartner"] != "").any()
    assert not got["UITKERINGNR"].duplicated().any()
    halves = [persons_of(got, suffix) for suffix in ("", "partner")]
    last = planted["benefits"]["month"].max()
    same(pd.concat(halves, ignore_index=True), planted["benefits"].loc[planted["benefits"]["month"] == last], "benefits")


def persons_of(got, suffix):
    there = got[got[f"RINPERSOON{suffix}"] != ""]
    forms = {"single": "1", "lone_parent": "2", "couple": "3", "other": "4"}
    return pd.DataFrame(
        {
            "person": there[f"RINPERSOON{suffix}"],
            "dossier": there["UITKERINGNR"],
            "month": month(there["STATISTIEKMAAND"]),
            "scheme": there["BIJSTANDStatistiekcodeA"],
            "household": words(forms, there["BIJSTANDLeefvormA"]),
            "sex": words({"man": "1", "woman": "2"}, there[f"BIJSTANDGeslachtPersoon1A{suffix}"]),
            "birth_year": there[f"BIJSTANDGeboortejaarPersoon1A{suffix}"].astype(int),
            "start": month(there[f"BIJSTANDAanvangUitkeringPersoon1A{suffix}"]),
            "end": month(there[f"BIJSTANDEindeUitkeringPersoon1A{suffix}"]),
            "end_reason": none(there[f"REDENEINDE{suffix}"]),
        }
    )


def test_eldest_person_of_a_benefit_comes_first(folder):
    got, _ = system_file(folder / "BIJSTANDUITKERING202512TABV1.sav")
    pairs = got[got["RINPERSOONpartner"] != ""]
    first, second = (pairs[f"BIJSTANDGeboortejaarPersoon1A{code}"].astype(int) for code in ("", "partner"))
    assert (first <= second).all()


def test_spells_in_households_come_back(planted, folder):
    got, says = system_file(folder / "GBAHUISHOUDENS2025BUSV1.sav")
    assert says.variable_value_labels["TYPHH"]["6"] == "eenouderhuishouden"
    spells = {"start": month(got["DATUMAANVANGHH"]), "end": month(got["DATUMEINDEHH"])}
    named = {"person": got["RINPERSOON"], "household": got["HUISHOUDNR"], "type": words(HOUSEHOLD_TYPES, got["TYPHH"])}
    rest = {"place_in": got["PLHH"], "reference": words({"yes": "1", "no": "0"}, got["REFPERSOONHH"])}
    same(pd.DataFrame(named | spells | rest), planted["households"], "households")


def test_answers_of_employers_come_back(planted, folder):
    got = pd.concat([text_file(path, ",") for path in folder.glob("vragenlijst_werkgevers_*.csv")], ignore_index=True)
    long = melted(got.rename(columns={"WERKGEVER": "employer"}), ["employer"])
    same(long[["employer", "wave", "instrument", "item", "answer"]], planted["employer_answers"], "employer_answers")


def test_spells_of_sick_leave_come_back(planted, folder):
    got = text_file(folder / "verzuim.csv")
    days = pd.to_datetime(got["LAATSTE ZIEKTEDAG"]) - pd.to_datetime(got["EERSTE ZIEKTEDAG"])
    named = {"person": got["BURGERSERVICENUMMER"], "spell": got["VERZUIMNUMMER"], "employer": got["WERKGEVER"]}
    spells = {"start": month(got["EERSTE ZIEKTEDAG"]), "end": month(got["LAATSTE ZIEKTEDAG"]), "days": days.dt.days + 1}
    rest = {"recovered": words({"yes": "ja", "no": "nee"}, got["HERSTELD"]), "birth_year": got["GEBOORTEJAAR"].astype(int)}
    same(pd.DataFrame(named | spells | rest), planted["sick_leave"], "sick_leave")


def test_measures_during_sick_leave_come_back(planted, folder):
    got = text_file(folder / "verzuim_maatregelen.csv")
    days = pd.to_datetime(got["DATUM MAATREGEL"]) - pd.to_datetime(got["EERSTE ZIEKTEDAG"])
    named = {"person": got["BURGERSERVICENUMMER"], "spell": got["VERZUIMNUMMER"]}
    same(
        pd.DataFrame(named | {"measure": words(MEASURES, got["MAATREGEL"]), "day": days.dt.days}),
        planted["sick_measures"],
        "sick_measures",
    )


def test_measure_is_taken_while_the_spell_lasts(planted):
    both = planted["sick_measures"].merge(planted["sick_leave"], on=["person", "spell"])
    assert (both["day"] >= 0).all()
    assert (both["day"] < both["days"].fillna(np.inf)).all()


CELLS = {"NUMMER": ["012345678", "900000175"], "DAG": ["20240131", ""], "TEKST": ['é <&> "', ""]}


def test_workbook_keeps_text_numbers_days_and_empty_cells():
    for data in (xlsx_bytes({"Blad": CELLS}, ["NUMMER"], ["DAG"]), ods_bytes({"Blad": CELLS}, ["NUMMER"], ["DAG"])):
        (first, second) = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1:]
        assert (first[0], first[1].isoformat(), first[2]) == (12345678.0, "2024-01-31", 'é <&> "')
        assert second[1:] == ["", ""]


def test_opendocument_says_first_what_it_is():
    with zipfile.ZipFile(io.BytesIO(ods_bytes({"Blad": CELLS}))) as packed:
        first = packed.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert packed.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"


def test_system_file_keeps_zeros_in_front_of_a_text(tmp_path):
    (tmp_path / "a.sav").write_bytes(sav_bytes({"RINPERSOON": ["000012345"]}, Dictionary()))
    assert list(system_file(tmp_path / "a.sav")[0]["RINPERSOON"]) == ["000012345"]


def test_text_refuses_what_its_encoding_does_not_have():
    with pytest.raises(UnicodeEncodeError, match="charmap"):
        csv_bytes({"A": ["ŝ"]}, encoding="cp1252")


def test_every_layout_that_writes_is_declared():
    from gm_workbench.worlds.deliveries import WRITTEN

    assert set(WRITTEN) <= set(load_layouts())
