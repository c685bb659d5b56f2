from __future__ import annotations

import pytest

from gm_workbench.intake.declared.limits import Limits
from gm_workbench.intake.declared.sources import XmlShape
from gm_workbench.intake.reading.sniff import sniff
from gm_workbench.intake.reading.xmlrows import open_xml

PERSONS = """<?xml version="1.0" encoding="utf-8"?>
<b:Levering xmlns:b="urn:voorbeeld"><b:Maand>01</b:Maand>
<b:Uitkering><b:Nummer>7</b:Nummer>
<b:Persoon><b:BSN>012</b:BSN><b:Woning><b:Soort>huur</b:Soort></b:Woning></b:Persoon>
<b:Persoon rol="partner"><b:BSN>13</b:BSN><b:BSN>14</b:BSN></b:Persoon></b:Uitkering>
<b:Uitkering><b:Nummer>8</b:Nummer><!-- niets --><b:Persoon><b:BSN/></b:Persoon></b:Uitkering>
</b:Levering>
"""


@pytest.fixture
def rows(write, told):
    """Write XML and read its rows by a shape."""

    def read(content, shape=XmlShape("Persoon", ("Levering", "Uitkering")), **how):  # noqa: B008
        path = write("a.xml", content)
        return told(open_xml(path, sniff(path), shape, **how))

    return read


def test_each_element_is_a_row_with_what_its_ancestors_say(rows):
    got = rows(PERSONS)
    assert got.cells == {
        "BSN": ["012", "13", ""],
        "Soort": ["huur", "", ""],
        "Nummer": ["7", "7", "8"],
        "Maand": ["01", "01", "01"],
        "rol": ["", "partner", ""],
    }
    assert (got.lines, got.opened.rows, got.reasons) == ([4, 5, 6], 3, [])


def test_only_kept_ancestors_are_columns(rows):
    assert "Maand" not in rows(PERSONS, XmlShape("Persoon", ("Uitkering",))).cells


def test_rows_come_in_batches(rows, monkeypatch):
    monkeypatch.setattr("gm_workbench.intake.reading.xmlrows.BATCH", 2)
    assert rows(PERSONS).cells["Nummer"] == ["7", "7", "8"]


def test_names_of_elements_are_the_headers_by_which_a_source_is_recognised(read):
    assert read(PERSONS, "a.xml").opened.headers == (
        "Levering",
        "Maand",
        "Uitkering",
        "Nummer",
        "Persoon",
        "BSN",
        "Woning",
        "Soort",
    )


LAUGHS = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha"}">' for i in range(12))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"<!DOCTYPE l [{LAUGHS}]><Levering>&e11;</Levering>", "entity"),
        ('<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]><Levering>&a;</Levering>', "entity"),
        ('<!DOCTYPE l SYSTEM "http://127.0.0.1/l.dtd"><Levering/>', "entity"),
        ("<!DOCTYPE l><Levering/>", "entity"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE l><Levering/>'.encode("utf-16"), "entity"),
        ("<Levering>&onbekend;</Levering>", "format"),
        (PERSONS[:-60], "format"),
        ("<Levering><Persoon></Levering></Persoon>", "format"),
        ("<Levering><P>999912345</P", "format"),
        ("<Levering>" + "<a>" * 1000 + "</a>" * 1000 + "</Levering>", "format"),
        ("<html><body><p>geen XML<br></body></html>", "format"),
        (b"<?xml version='1.0' encoding='utf-8'?><L>\xeb</L>", "format"),
    ],
)
@pytest.mark.parametrize("way", ["rows", "elements"])
def test_xml_that_is_no_plain_whole_xml_is_refused(rows, read, content, reason, way):
    got = rows(content) if way == "rows" else read(content, "a.xml")
    assert got.reasons == [(reason, None, 1)]


def test_xml_with_too_many_columns_is_refused(rows):
    content = "<L><Persoon>" + "".join(f"<k{i}/>" for i in range(6)) + "</Persoon></L>"
    assert rows(content, limits=Limits(columns=5)).reasons == [("too_large", None, 1)]
    assert rows(content, limits=Limits(columns=6)).reasons == []


@pytest.mark.parametrize(
    ("value", "read_as"),
    [
        ("<BSN><![CDATA[012]]></BSN>", "012"),
        ("<BSN>0<!-- 9 -->12</BSN>", "012"),
        ("<BSN>0<?verwerking 9?>12</BSN>", "012"),
        ("<BSN>&#48;12</BSN>", "012"),
        ("<BSN xmlns='urn:anders'>012</BSN>", "012"),
        ("<BSN>012</BSN><BSN>012</BSN>", "012"),
        ("<BSN xsi:nil='true' xmlns:xsi='urn:x'/>", ""),
    ],
)
def test_value_is_what_stands_in_its_element(rows, value, read_as):
    got = rows(f"<L><Persoon>{value}</Persoon></L>", XmlShape("Persoon"))
    assert (got.cells["BSN"], got.opened.twice) == ([read_as], ())


@pytest.mark.parametrize("value", ["<BSN>012</BSN><BSN>013</BSN>", "<BSN>012</BSN><Partner><BSN>013</BSN></Partner>"])
def test_element_that_says_two_things_is_there_twice(rows, value):
    assert rows(f"<L><Persoon>{value}</Persoon></L>", XmlShape("Persoon")).opened.twice == ("BSN",)
