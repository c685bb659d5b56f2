"""An export straight from a case system is read by an alias file alone."""

from __future__ import annotations

import pandas as pd

from gm_workbench.intake.declared.forms import load_sources
from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder

JAN = month_index("2024-01")

NUMBERS = [f"9999{number:05d}" for number in range(20_000, 20_100)]
ANN, BOB, *_ = [one for one, left in zip(NUMBERS, eleven_remainder(NUMBERS), strict=True) if left == SYNTHETIC_REMAINDER]

# one column a line: the header, the cell of the first row, the cell of the second
COLUMNS = """
Dossiernr          | D1                    | D2
Clientnr           | 17                    | 19
Clientnr partner   | 18                    | _
Klantmanager       | J. de Wit             | J. de Wit
Team               | Noord                 | Noord
Regeling           | Pwet levensonderhoud  | IOAW
Leefsituatie       | Samenwonend           | alleenstaande
Geslacht           | V                     | V
Geslacht partner   | M                     | _
Geboortejaar       | 1990                  | 1961
Start Uitkering    | 15-11-2023            | 2024-05-03
Einde uitkering    | 29-02-2024            | -
Reden einde        | Onderwijs met studiefinanciering | _
Uitkering p/j      | 12.000,00             | 6.000
Trajectnr          | 1                     | _
Trajectsoort       | Beschut werk          | _
Start traject      | 01-02-2024            | _
Einde traject      | n.v.t.                | _
Opmerkingen        | belt graag            | _
"""

EXPORT = "\n".join(
    "|".join(cells)
    for cells in zip(*([cell.strip() for cell in line.split("|")] for line in COLUMNS.strip().splitlines()), strict=True)
)

BRIDGE = f"""
BSN|Clientnr
{ANN}|17
{BOB}|18
"""


def frame(rows, table):
    return pd.concat([part.data.to_pandas() for part in rows.parts if part.table == table], ignore_index=True)


def test_bridge_gives_clients_the_pseudonym_of_their_number(read):
    linked = read(BRIDGE, "koppeling_voorbeeld")
    assert (linked.parts, linked.faults, linked.entries[0].accepted) == ((), (), 2)
    rows = read(EXPORT, "zaaksysteem_voorbeeld")
    ann, bob = read.names.each([ANN, BOB], "person")
    assert {ann, bob} < set(frame(rows, "benefits")["person"])
    assert [(fault.reason, fault.count) for fault in rows.faults if fault.reason is Reason.LINK] == [(Reason.LINK, 1)]


def test_dossier_becomes_the_months_in_which_it_ran(read):
    benefits = frame(read(EXPORT, "zaaksysteem_voorbeeld"), "benefits")
    runs = benefits.groupby("person", observed=True)["month"].agg(["min", "max"]).sort_values(["min", "max"])
    assert runs.values.tolist() == [[JAN, JAN + 1], [JAN, JAN + 1], [JAN + 4, JAN + 5]]


def test_labels_units_and_both_persons_are_read(read):
    benefits = frame(read(EXPORT, "zaaksysteem_voorbeeld"), "benefits")
    first = benefits.loc[benefits["month"].eq(JAN + 1), ["scheme", "household", "sex", "start", "end", "end_reason", "paid"]]
    assert first.sort_values("sex").values.tolist() == [
        ["01", "couple", "man", JAN - 2, JAN + 1, "01", 1000.0],
        ["01", "couple", "woman", JAN - 2, JAN + 1, "01", 1000.0],
    ]


def test_end_of_a_dossier_is_known_in_its_last_month_only(read):
    benefits = frame(read(EXPORT, "zaaksysteem_voorbeeld"), "benefits")
    assert benefits.loc[benefits["month"].eq(JAN), "end"].isna().all()


def test_one_file_fills_three_tables_and_each_row_is_counted_once(read):
    rows = read(EXPORT, "zaaksysteem_voorbeeld")
    assert [(entry.table, entry.delivered, entry.accepted) for entry in rows.entries] == [
        ("benefits", 2, 2),
        ("caseload", 2, 2),
        ("provisions", 1, 1),
    ]
    assert set(frame(rows, "provisions")["type"]) == {"05"}
    assert set(frame(rows, "caseload")["consent"]) == {"no"}


def test_no_name_client_number_or_remark_is_in_the_tables(read):
    rows = read(EXPORT, "zaaksysteem_voorbeeld")
    kept = " ".join(part.data.to_pandas().to_string() for part in rows.parts)
    assert not any(word in kept for word in ("Wit", "Noord", "D1", "belt"))


def test_row_of_two_persons_is_set_aside_as_one(read):
    rows = read(EXPORT.replace("|Samenwonend|", "|Kasteel|"), "zaaksysteem_voorbeeld")
    entry = next(entry for entry in rows.entries if entry.table == "benefits")
    assert (entry.accepted, entry.set_aside) == (1, 1)
    fault = next(fault for fault in rows.faults if fault.reason is Reason.CODE)
    assert (fault.count, fault.examples[0]) == (1, "aaaaaaa")
    assert "data/codes/lists/leefvorm.csv" in fault.remedy.nl


def test_client_numbers_that_are_numbers_of_persons_are_refused(read):
    rows = read(EXPORT.replace("|17|18|", f"|{ANN}|_|").replace("|19|", f"|{BOB}|"), "zaaksysteem_voorbeeld")
    assert Reason.MAPPING in {fault.reason for fault in rows.faults}
    assert rows.parts == ()


def with_partner(tmp_path, read, also, *headers):
    """Read a dossier of two persons by an alias file that says `also`; the headers are of the partner's birth and sex."""
    mapping = f"""
source: zaken
status: assumed
made_by: of a test
format: text
recognised_by: [Zaaknr, Product]
dates: [dd-mm-jjjj]
person: {{number: Clientnr, kind: client, system: zaken, also: {also}}}
tables:
  benefits:
    rows: {{expand: months, from: Begin, to: Eind, until: delivered}}
    columns:
      dossier: {{from: Zaaknr, as: key, domain: dossier}}
      birth_year: {{from: Geboortejaar, as: birth_year}}
      sex: {{from: Sekse, as: code, words: {{Man: man, Vrouw: woman}}}}
      start: {{from: Begin, as: date}}
      end: {{from: Eind, as: date, day: last}}
      end_reason: {{from: Reden, as: code, list: reden_beeindiging, read: label}}
"""
    path = tmp_path / "zaken.mapping.yml"
    path.write_text(mapping, encoding="utf-8")
    own = dict(zip(headers, ("1985", "Man"), strict=False))
    first = ("Zaaknr", "Clientnr", "Geboortejaar", "Sekse", "Begin", "Eind", "Reden", "Product", "Partnernr", *own)
    cells = ("Z1", "17", "1990", "Vrouw", "01-03-2024", "31-03-2024", "overlijden", "P", "18", *own.values())
    return read(f"\n{'|'.join(first)}\n{'|'.join(cells)}\n", load_sources(read.within.codes, tmp_path)["zaken"])


def of_persons(rows):
    benefits = frame(rows, "benefits")
    return sorted(map(tuple, benefits[["birth_year", "sex"]].to_numpy().tolist()))


def test_columns_of_the_second_person_have_a_prefix_or_a_name_of_their_own(tmp_path, read):
    prefix = '{number: Partnernr, prefix: "Partner "}'
    own = "{number: Partnernr, own: {Geboortejaar: Geb.jr partner, Sekse: Sekse P}}"
    for also, headers in ((prefix, ("Partner Geboortejaar", "Partner Sekse")), (own, ("Geb.jr partner", "Sekse P"))):
        assert of_persons(with_partner(tmp_path, read, also, *headers)) == [(1985, "man"), (1990, "woman")]


def test_year_of_birth_and_sex_of_the_first_person_are_never_those_of_the_second(tmp_path, read):
    rows = with_partner(tmp_path, read, '{number: Partnernr, prefix: "Partner "}', "Partner Geboortejaar")
    benefits = frame(rows, "benefits")
    assert sorted(benefits["birth_year"]) == [1985, 1990]
    assert "sex" not in benefits
    assert [(fault.column, fault.count) for fault in rows.faults if fault.reason is Reason.REPAIRED] == [("Sekse", 1)]
