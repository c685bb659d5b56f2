"""For each rule on words what it finds, and what looks like it and is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gm_workbench.guard.exploring import BAND
from gm_workbench.guard.scan import MEANINGS, Rule, scan_text

ROOT = Path(__file__).parents[3]

ADDRESSES = (
    "5038cb 12",
    "5038 cb 12a",
    "Spoorlaan 12 5038cb",
    '{"postcode":"5038CB","huisnummer":12}',
    '{"huisnummer": 12, "plaats": "Tilburg",\n "postcode": "5038 CB"}',
    "postcode 5038CB huisnummer 12",
    "postcode 5038 CB (Tilburg), huisnummer: 12",
    "pc,straat,nr\n5038CB,Spoorlaan,12\n",
    "nr;straat;plaats;pc\n12;Spoorlaan;Tilburg;5038 CB\n",
    "pc,x,y,huisnr\n5038CB,1.5,,12\n",
    "1,5038CB,12,5",
    "9,12,5038CB",
    "<si><t>5038CB</t></si><si><t>12</t></si>",
    "5038 CB\n12\n",
    "Hij woont op 5038 CB 12.",
    "?pc=5038CB&nr=12",
    '{"pc":"5038CB","nr":"12"}',
    "5038-CB 12",
    "5038&nbsp;CB&nbsp;12",
    "<td>5038</td><td>CB</td><td>12</td>",
    "5038CB-12",
    "5038CB/12",
    "5038 cb 12 bis",
    "5038 CB 12-III",
    "5038CB 12hs",
    "5038CB12",
    "5038CB12a",
    "5038CB_12",
    "5038CB#12",
    "5038 CB - 12",
    "5038 CB (12)",
    "5038CB no 12",
    "12-5038CB",
    "Spoorlaan 12-2, 5038 CB",
    "Spoorlaan 12hs 5038 CB",
    "Spoorstr. 12 5038CB",
    "Plein 1944 nr 3, 5038 CB",
    "postcode;huisnummer\n5038;12",
    "<tr><th>Postcode</th><th>Huisnr</th></tr>",
)
NO_ADDRESSES = (
    "in 2024 is 12 procent",
    "van 2012 tm 2015",
    "1200px 12",
    "5000 km, 12 uur",
    "2023 zw 12",
    "5038 cb",
    "5038 CB Tilburg",
    "het huisnummer staat er niet in",
    "5038 CB 12,5 procent",
    "5038cbs 12",
    "1500 en 12",
    "<td>1000 ms</td><td>12</td>",
    "5038CBS12",
    "5038cb12",  # an identifier of hexadecimal digits can look like it
    "5038CB123456",
    "1200px-12",
    "postcode;aantal\n5038;120",
    "GM0855-12",
)
PHONES = (
    "020 123 45 67",
    "(013) 542 63 54",
    "013.542.63.54",
    "013-542 63 54",
    "0416 - 12 34 56",
    "(0416) 123 456",
    "0135426354",
    "06.12.34.56.78",
    "06/12345678",
    "06 123 456 78",
    "06\u00a012\u00a034\u00a056\u00a078",
    "06\u201112345678",
    "+31 (0)6 12 34 56 78",
    "+31 (0) 6-12345678",
    "+31(0)135426354",
    "+31.6.12.34.56.78",
    "0031612345678",
    "0031 (0)13 542 63 54",
    "+32 475 12 34 56",
    "+49 151 23456789",
)
NO_PHONES = (
    "013.542.634",  # thousands have three digits each
    "1.013.542.63.54",
    "06-12-2026 11",
    "06.12.2026 11",
    "0123456789",  # no place has this code
    "0363 0307 0518",
    "05 10 15 20 25",
    "+32.456.789",
    "0000016 00000",
)
ACCOUNTS = (
    "FR7630006000011234567890189",
    "BE68 5390 0754 7034",
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00 is",
    "nl91abna0417164300",
    "nl91 abna 0417 1643 00",
    "NL91.ABNA.0417.1643.00",
    "NL91&nbsp;ABNA&nbsp;0417&nbsp;1643&nbsp;00",
)
NO_PATHS = (
    r"a:\nb",
    r'"n:\n120 personen"',
    r"\\d\\w",
    r"\d{2}\\\w",
    "stap 1: /dag",
    "30 % HOMEPATH",
    "$HOMEPAGE/",
    "hdfs: //",
)
FOUND = {
    Rule.MAIL: (
        "Vraag het jan.de-boer+x@tilburg.nl.",
        "<a href='mailto:a@b-c.example'>",
        "jan@x.nl",
        "jan@zürich.example",
        "jan [at] tilburg [dot] nl",
        "jan(at)tilburg.nl",
    ),
    Rule.PHONE: ("06-12345678", "06 12 34 56 78", "+31 6 12345678", "bel 013-5429999.", "(013) 5429999", "0612345678", *PHONES),
    Rule.IBAN: ("NL91ABNA0417164300", "NL91 ABNA 0417 1643 00", *ACCOUNTS),
    Rule.ADDRESS: ("Spoorlaan 12a, 5038 CB Tilburg", "5038CB 12", "<td>5038 CB</td><td>12</td>", "5038 CB;12;x", *ADDRESSES),
    Rule.PATH: (
        "gelezen uit /home/anna/bus.csv",
        r"C:\Users\anna\x.csv",
        "file:///x",
        "\\\\server\\map\\x.csv",
        "'/var/lib/x'",
        "C:/Users/anna/x.csv",
        "PATH:/home/anna",
        "~/data/bus.csv",
        "/scratch/anna/x",
        r"\\server\map",
        r'"\\\\nas01.tilburg.example\\team$\\bus.csv"',
        r'"\\\\server\\map"',
        r'"C:\\Users\\anna"',
        r"C:\Users",
        r"H:\bus.csv",
        r'"H:\\bus.csv"',
        "smb://server/map",
        "$HOME/x",
        r"%USERPROFILE%\x",
        "/c/Users/anna",
    ),
    Rule.SECRET: (
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "password=geheim1234",
        "wachtwoord: 'welkom01'",
        '"api_key": "abcdef123456"',
        "https://anna:geheim@host/x",
        "GM_PSEUDONYM_KEY=0123456789",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----",
        "github_pat_11ABCDEFG0abcdefghij_XYZ",
        "Authorization: Bearer abc123def456",
        "JUPYTER_TOKEN=0f3a9b8c7d6e5f4012",
        '"token": "0f3a9b8c7d6e5f4012"',
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG",
        "sk-proj-abcdefghij0123456789xyz",
    ),
    Rule.TRACEBACK: ("Traceback (most recent call last):", '  File "x.py", line 3, in f', "\x1b[0;31mKeyError\x1b[0m: 1"),
    Rule.UNPROTECTED: (BAND.nl, BAND.en, "show(output, protected=False)"),
    Rule.PSEUDONYM: ("consulent 0123456789abcdef.", "0123456789ABCDEF"),
    Rule.RECORDS: (
        "[300 rows x 5 columns]",
        "shape: (300, 5)",
        '<table border="1" class="dataframe">',
        "".join(f"{row}  a{row}  {row * 7}\n" for row in range(5)),
        "var x = [" + "1.5, " * 120 + "2];",
    ),
}
LEFT_ALONE = {
    Rule.MAIL: ("@media (max-width: 3rem)", "numpy@2", "a @ b.nl", "meer (at) elk. Moment", "jan at tilburg.nl"),
    Rule.PHONE: ("0.0612345678", "06-1234567", "2013-5429999", "0612345678901", "x-06-12345678", *NO_PHONES),
    Rule.IBAN: ("NL92ABNA0417164300", "NL91 ABNA 0417", "BE68 5390 0754 7035", "BE68 5390 0754 70340", "XX68539007547034"),
    Rule.ADDRESS: ("in 2024 EU 12%", "5038 SS 12", "5038 Tilburg 12", "GM0855 AB 1", "n = 1200 CS", *NO_ADDRESSES),
    Rule.PATH: ("https://www.cbs.nl/data/x", "en/of", "</data>", "data/raw/GM0855", "wat:\\nnu", "/ home", *NO_PATHS),
    Rule.SECRET: (
        "een wachtwoord is nodig",
        "token: ja",
        "-----BEGIN SSH SIGNATURE-----",
        "https://x.nl:80/a",
        "token: onbekend of leeg",
        "risk-averse",
    ),
    Rule.TRACEBACK: ("KeyError", "a traceback is not shown", "File x, line 3"),
    Rule.UNPROTECTED: ("onbeschermd", "show(output, protected=True)", "unprotected sex"),
    Rule.PSEUDONYM: ("0.1234567890123456", "0123456789abcdef0", "0123456789abcdeF"),
    Rule.RECORDS: ("300 rows", "shape: curve", 'class="data"', "0  a  1\n1  b  2\n\nx", "var x = [1, 2, 3];"),
}


def rules(text: str) -> list[str]:
    return [one.rule for one in scan_text(text)]


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in FOUND.items() for text in texts])
def test_words_are_found(rule, text):
    assert rules(text) == [rule]


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in LEFT_ALONE.items() for text in texts])
def test_words_that_look_like_it_are_left_alone(rule, text):
    assert rules(text) == []


def declared_keys() -> set[str]:
    """Collect the headers under which deliveries bring numbers of persons, as layouts and mappings declare them."""
    found: set[str] = set()
    for file in (ROOT / "data" / "codes" / "layouts").glob("*.yml"):
        columns = yaml.safe_load(file.read_text(encoding="utf-8"))["features"]
        found |= {column["header"] for column in columns if column.get("as") == "identifier"}
    for file in (ROOT / "data" / "codes" / "mappings").glob("*.yml"):
        person = yaml.safe_load(file.read_text(encoding="utf-8")).get("person", {})
        also = person.get("also", {})
        found |= {person.get("number"), person.get("client"), also.get("number") if isinstance(also, dict) else None} - {None}
    return found


def test_every_declared_header_of_a_persons_number_is_a_key_column():
    keys = declared_keys()
    assert {"BURGERSERVICENUMMER", "RINPERSOON", "Clientnr", "RINPERSOON partner"} <= keys
    assert {key: rules(f"a;{key};n") for key in keys} == {key: [Rule.KEY] for key in keys}


def test_every_rule_has_a_sentence_in_both_languages():
    assert set(MEANINGS) == set(Rule)
    assert all(text.nl.endswith(".") and text.en.endswith(".") for text in MEANINGS.values())
