"""Numbers that pass the eleven test are from the range 9999xxxxx, which is assumed to be for tests."""

from __future__ import annotations

import base64
import hashlib

import pytest

from gm_workbench.guard.scan import Finding, scan_file, scan_folder, scan_text


def person(remainder: int, first: str = "9999") -> str:
    """Nine digits with this remainder of the eleven test."""
    for tail in range(10**5):
        digits = [int(d) for d in f"{first}{tail:05d}"]
        if (sum((9 - at) * d for at, d in enumerate(digits[:8])) - digits[8]) % 11 == remainder:
            return "".join(map(str, digits))
    raise AssertionError


REAL, SYNTHETIC, OTHER = person(0), person(5), person(3)


NO_KEYS = (
    "naam;waarde",
    "<th>naam</th><th>van buiten</th>",
    '{"name": "exit_12m", "n": 120}',
    "geslacht;leeftijd;aantal",
    "de naam, ook die van een plaats, en het adres",
    "VNO;n",
    "anR]bAMR",  # colours of a picture can look like it
    "telefoon;balie",
    "achternamen die vaak voorkomen;n",
)


def rules(text: str, suffix: str = ".html") -> list[str]:
    return [one.rule for one in scan_text(text, suffix)]


@pytest.mark.parametrize(
    "number", [REAL, SYNTHETIC, f"{REAL[:4]}.{REAL[4:6]}.{REAL[6:]}", f"{REAL[:4]} {REAL[4:6]} {REAL[6:]}"]
)
@pytest.mark.parametrize("around", ["<td>{}</td>", "x;{};y", "naam-{}.csv", '"{}"', "{}", "id_{}", "{}.", "{}, en"])
def test_person_number_is_found(number, around):
    assert rules(around.format(number)) == ["person number"]


@pytest.mark.parametrize(
    "text",
    [
        OTHER,
        "000000000",
        person(5, "1234"),  # the synthetic remainder counts only after a nine
        f"0.{REAL}",
        f"een kans van 0.{REAL} per maand",
        f'<td class="number">0,{REAL}</td>',
        f"1{REAL}",
        f"{REAL}0",
        f"a{REAL}",
        f"{REAL}b",
        f"{REAL}.5",
        hashlib.sha256(b"x").hexdigest(),
        "dfa480e1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7",
        "1.234.567",
    ],
)
def test_other_digits_are_no_person(text):
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{REAL[:3]}-{REAL[3:6]}-{REAL[6:]}",
        " ".join(REAL),
        f"{REAL[:5]}\u00a0{REAL[5:]}",
        f"{REAL[:4]}/{REAL[4:6]}/{REAL[6:]}",
        "\u200b".join(REAL),
        f"{REAL[:4]}&shy;{REAL[4:]}",
        "".join(chr(ord(digit) + 0xFEE0) for digit in REAL),
        "".join(chr(ord(digit) + 0x0630) for digit in REAL),
        "".join(f"&#{ord(digit)};" for digit in REAL),
        "".join(f"&#x{ord(digit):x};" for digit in REAL),
        "".join(f"\\u00{ord(digit):x}" for digit in REAL),
        "".join(f"%{ord(digit):x}" for digit in REAL),
        f"<b>{REAL[:4]}</b><i>{REAL[4:]}</i>",
        f"{REAL[:4]}<!-- -->{REAL[4:]}",
        f"{REAL[:4]}\x1b[0m{REAL[4:]}",
        f"bsn nr{REAL}",
        f"id{REAL}",
        f"code{REAL}",
        f"{REAL}.0",
        f"{REAL[:3]}.{REAL[3:6]}-{REAL[6:]}",
        f"{REAL[:3]}'{REAL[3:6]}'{REAL[6:]}",
        f"{REAL[:3]}·{REAL[3:6]}·{REAL[6:]}",
        f"{REAL[0]}.{REAL[1:]}e+08",
        f"{REAL[0]}.{REAL[1:]}E8",
        f"{REAL[:3]}.{REAL[3:]}e6",
        f"[1,{REAL[0]}.{REAL[1:]}0e8]",
        REAL.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")),
        f"<td>{REAL[:4]}</td>\n<td>{REAL[4:]}</td>",
        f"<td>{REAL[:3]}</td><td>{REAL[3:6]}</td><td>{REAL[6:]}</td>",
        "".join(f"<td>{digit}</td>" for digit in REAL),
        f"<text x='1'>{REAL[:4]}</text><text x='2'>{REAL[4:]}</text>",
        f"{REAL[:4]}<br>{REAL[4:]}",
        f"<![CDATA[{REAL[:4]}]]><![CDATA[{REAL[4:]}]]>",
        f'<!DOCTYPE svg [<!ENTITY a "{REAL[:4]}">]><text>&a;{REAL[4:]}</text>',
        f"<p>C\n{REAL}</p>",  # a line that ends in a letter of hexadecimal digits
        f"[{','.join(REAL)}]",
        f"{REAL[:3]}&ZeroWidthSpace;{REAL[3:]}",
        f"{REAL[:3]}\u3164{REAL[3:]}",
        "".join(chr(0x245F + int(digit)) if digit != "0" else "\u24ea" for digit in REAL),
        "".join(f"&#0000000{ord(digit)};" for digit in REAL),
        "".join(f"&amp;#{ord(digit)};" for digit in REAL),
        f"\\u003{REAL[0]}{REAL[1:]}",
        f"{REAL[:8]}%2{5}3{REAL[8]}",
        "+" + base64.b64encode(REAL.encode("utf-16-be")).decode().rstrip("=") + "-",
        f"<style>p{{content:'{REAL[:4]}' '{REAL[4:]}'}}</style>",
        "<style>p{content:'" + "".join(f"\\3{digit} " for digit in REAL) + "'}</style>",
        "".join(f"=3{digit}" for digit in REAL),
        REAL.encode().hex(),
        REAL.replace("0", "O"),
        REAL.replace("0", "\u041e"),
        f'{{"a":"{REAL[:4]}","b":"{REAL[4:]}"}}',
        f'["{REAL[:4]}", "{REAL[4:]}"]',
        f'"{REAL[:4]}\n{REAL[4:]}";1',
        f"{REAL[:4]}\\\\u200b{REAL[4:]}",
        f'="{REAL[:4]}"&"{REAL[4:]}"',
        f"<iframe srcdoc='{REAL[:4]}&lt;b&gt;{REAL[4:]}'></iframe>",
        f"een kans van 0,{REAL} per maand",
        f"het verschil: -0,{REAL}%",
        f"BSN{REAL}en verder",
        f"<script>x = 'nr\\n{REAL}\\ten'</script>",
    ],
)
def test_person_number_is_found_however_it_is_written(text):
    assert rules(text) == ["person number"]


@pytest.mark.parametrize(
    "text",
    [
        f"€ {REAL[:3]}.{REAL[3:6]}.{REAL[6:]}",
        f"{REAL[:4]}.{REAL[4:6]}-{REAL[6:]}",  # two signs, and not three times three
        f"{OTHER[:3]}.{OTHER[3:6]}-{OTHER[6:]}",
        f"{REAL[:3]} {REAL[3:6]}-{REAL[6:]} 1",
        f"{REAL[:3]} {REAL[3:6]} {REAL[6:]} 1",
        f'<td class="number">{REAL[:4]}</td><td class="number">{REAL[4:]}</td>',  # counts of the workbench beside each other
        f"<td>{OTHER[:4]}</td><td>{OTHER[4:]}</td>",
        f"<td>{REAL[:4]}</td><td>{REAL[4:]}</td><td>1</td>",
        f"<text>{REAL[:3]}</text><text>{REAL[3:6]}</text><text>{REAL[6:]}</text>",  # ticks of an axis
        f"M{' '.join(REAL)} 4 5",
        "2023-01/2025-12",
    ],
)
def test_digits_apart_that_are_no_person(text):
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{OTHER[0]}.{OTHER[1:]}e+08",
        f"{REAL[0]}.{REAL[1:]}e+07",
        f"{REAL[0]}.{REAL[1:]}5e+08",
        "1.5e+08",
        f"x{REAL[0]}.{REAL[1:]}e8",
    ],
)
def test_other_powers_of_ten_are_no_person(text):
    assert rules(text) == []


def test_list_of_numbers_that_lost_their_zero_is_found():
    lost = ["12345672", "12345684", "12345696", "12345702", "12345714"]  # with a zero in front each passes
    assert rules("\n".join(lost), ".txt") == ["person number"]
    assert rules("\n".join(lost[:4]), ".txt") == []
    assert rules("\n".join([*lost, "12345673"]), ".txt") == []


@pytest.mark.parametrize("around", ["5,{}", "[0,{}]", "[[0,{0}],[1,{0}]]", "nr,id\n1,{}\n", "ids=1,{}", "rij 0,{}", "0,{},1"])
@pytest.mark.parametrize("suffix", [".csv", ".html", ".json", ".log", ".txt"])
def test_comma_separates_except_in_a_fraction_between_words(around, suffix):
    assert "person number" in rules(around.format(REAL), suffix)


def test_comma_between_words_separates_too_in_a_csv_file():
    assert rules(f"kans van 0,{REAL} per", ".csv") == ["person number"]
    assert rules(f'<td class="number">1,{REAL}</td><td>1,{REAL}</td>') == ["person number"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[12345672,12345684,12345696,12345702,12345714]", "person number"),
        ("1,0123456789abcdef,2", "pseudonym"),
        ("1,0612345678,2", "phone number"),
        ("1,1234AB,12,5", "address"),
        ("Dorpsstraat 12\n1234 AB Tilburg", "address"),
        ("Dorpsstraat 12 te 1234 AB", "address"),
        ("Dorpsstraat 12 (1234 AB)", "address"),
        ("Dorpsstraat 12 - 1234 AB", "address"),
        ("1,1985-03-12,5", "birth date"),
        ("1,19850312,5", "birth date"),
        ("[12-03-1985,3]", "birth date"),
    ],
)
def test_comma_separates_for_each_rule(text, rule):
    assert rule in rules(text, ".txt")


@pytest.mark.parametrize(
    "text",
    [
        "BSN;n",
        "a;BURGERSERVICENUMMER",
        "<th>RINPERSOON</th>",
        "rinpersoons,x",
        '"HUISHOUDNR": 3',
        "|IKVID|",
        "bsn_crypt;n",
        "['RINPERSOON']",
        "n;Clientnr partner",
        "<th><b>Geboortedatum</b></th>",
        "\tregistratienummer uitkering\t",
        "person_id,x",
        "<td>CONSULENT</td>",
        "bsn_nummer;n",
        "n\tBSN-nummer\tm",
        "n | bsnnr | m",
        '{"columns": ["bsnr", "n"], "data": [[1, 2]]}',
        "BSN_partner;n",
        "burgerservicenummer partner;n",
        "a-nummer;n",
        "<th scope='col'>V-nummer</th>",
        "klantid;n",
        "<th> cliënt-id </th>",
        '{"client_naam": 1}',
        "geb.datum;n",
        "geb_dat;n",
        "gebdat,n",
        "birth-date,n",
        "dob;n",
        "<th>Voorletters</th>",
        "n;achternaam",
        "last_name,n",
        "telefoonnummer;n",
        "e-mailadres;n",
        "IBAN;n",
        "naam;geslacht",
        "id;naam;postcode",
        "<tr><th>Naam</th>\n<th class='x'>Leeftijd</th></tr>",
        '[{"name": "x", "gender": "f"}]',
    ],
)
def test_key_column_is_found(text):
    assert rules(text) == ["key column"]


@pytest.mark.parametrize(
    "text", ["het BSN van een burger", "<p>Ring</p>", "rinkel;x", "BSNX;n", "<td>IKVIDEO</td>", "<td>consulent</td>", *NO_KEYS]
)
def test_other_words_are_no_key_column(text):
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "19850312",
        "12-03-1985",
        "1985-03-12",
        "x;20091231;y",
        "<td>01-01-1920</td>",
        "12/3/1985",
        "5.3.1985",
        "1985/03/12",
        "12031985",
        "03/25/1985",
        "12 maart 1985",
        "12mrt1985",
        "1 JAN. 2001",
        "March 12th, 1985",
        "geboren op 3 okt 1999.",
        "1985-04-03T00:00:00",
        '{"born":"1985-04-03T00:00:00.000Z"}',
        "1,1985-04-03T00:00,2",
        "19850403T000000Z",
        "datetime.date(1985, 4, 3)",
        "Timestamp(year=1985, month=4, day=3)",
        "new Date(1985,4,3,0,0)",
        "481334400000",
        '{"d":481330800000}',
        "[1,-481334400000]",
        '{"d":481334400}',
        "481330800",
        "3-4-85",
        "geboren 03/04/85",
        "03.04.85",
        "3-apr-85",
        "3\u202fapril\u202f1985",
        "p{content:'03-04-' '1985'}",
        "3 april '85",
        "3.apr.1985",
        "3-IV-1985",
        "1985-W14-3",
        "1985_04_03",
        "1985\u201304\u201303",
        "3 . 4 . 1985",
        '{"year":1985,"month":4,"day":3}',
        "dag 3, maand 4, jaar 1985",
        "bsn12-03-1985",
        '{"text": "x\\n12-03-1985"}',
        "12\u00a003\u00a01985",
        "12\u221203\u22121985",
        "12 - 03 - 1985",
        "12th of March 1985",
        "12 maart, 1985",
        "1985-mrt-12",
        "1985 maart 12",
        "geboren te Tilburg op 12 maart 2015",
        "geb. 12-03-2015",
        "geb. 3-3-15",
        "Geboortedatum: 2015-03-12",
        "geboortedatum=20150312",
        "<td>born</td><td>12-03-2015</td>",
        "born 2015-03-12",
        "Date of birth: March 12th, 2015",
        "dob 12/03/2015",
        "12-03-2015 geboren",
    ],
)
def test_birth_date_is_found(text):
    assert rules(text) == ["birth date"]


@pytest.mark.parametrize(
    "text",
    [
        "20240312",
        "28-09-2015",
        "2025-01-01",
        "19851312",
        "19850332",
        "1985-3",
        "0.19850312",
        "198503121",
        "01-01-1919",
        "maart 1985",
        "12 maart 2015",
        "32 maart 1985",
        "12-1985",
        "13/13/1985",
        "2026-11-26T20:08:00Z",
        "1985-04-03Types",
        "(Jansen et al. (2005, 4, 3))",
        "plot(1985, 40, 3)",
        "481334460000",
        "86400000000",
        "1767225600000",
        "1767225600",
        "481334460",
        "108000000",  # an amount that is a number of whole days as well
        "10/10/90/50",
        "26-11-26",
        "3.4.85",
        "12-13-85",
        "3 april 85 personen",
        "wie geboren is na 1 januari 2015",
        "geboren tussen 1-1-2012 en 1-1-2015",
        "geboren. Gemaakt op 28-09-2015 met de werkbank.",
        "het gebruik op 12-03-2015",
        "born before 2015-03-12",
        "de reborn 2015",
        "v3.4.1985b",
        "* 2015-03-12: verbeterd",
        "1985-maart",
        "1985 april 85 personen",
    ],
)
def test_other_dates_and_numbers_are_no_birth_date(text):
    assert rules(text) == []


@pytest.mark.parametrize(
    ("text", "suffix", "rule"),
    [
        ("jan=40tilburg.nl", ".txt", "e-mail address"),
        (r"jan\.de\-boer\@tilburg\.nl", ".md", "e-mail address"),
        ("<b>jan</b>@<i>tilburg</i>.nl", ".md", "e-mail address"),
        (r"12\-03\-1985", ".md", "birth date"),
        ("12=2D03=2D1985", ".txt", "birth date"),
        (r"<script>a = 'bel\n06-12345678'</script>", ".html", "phone number"),
        ('{"page": "12<b>-03-</b>1985"}', ".json", "birth date"),
    ],
)
def test_escapes_of_mail_scripts_and_notes_are_undone_for_each_rule(text, suffix, rule):
    assert set(rules(text, suffix)) == {rule}


def test_pseudonym_is_found_and_a_digest_is_not():
    assert rules("coach 0123456789abcdef.") == ["pseudonym"]
    assert rules("0123456789abcdef0") == []
    assert rules("0x0123456789abcdef") == []


def test_finding_tells_place_and_rule_and_never_the_value():
    (found,) = scan_text(f"a\nbc {REAL}\n")
    assert found == Finding(2, 4, "person number")
    assert str(Finding(2, 4, "person number", "x.csv")) == "x.csv:2:4: person number"
    assert REAL not in repr(found)


def test_findings_are_in_the_order_of_the_text():
    assert rules(f"19850312\n{REAL}\nBSN;n") == ["birth date", "person number", "key column"]


def test_file_and_folder_are_scanned(tmp_path):
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "a.csv").write_text(f"x;{REAL}\n", encoding="utf-8")
    (tmp_path / "b.html").write_text("19850312", encoding="utf-8")
    (tmp_path / "c.txt").write_text("niets", encoding="utf-8")
    assert scan_folder(tmp_path) == (Finding(1, 1, "birth date", "b.html"), Finding(1, 3, "person number", "outputs/a.csv"))
    assert scan_file(tmp_path / "b.html") == (Finding(1, 1, "birth date", "b.html"),)
