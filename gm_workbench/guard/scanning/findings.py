"""What the scanner looks for, in plain words, and what it says of a place where it found it: never the value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gm_workbench.vocabulary.text import Text

INSIDE = " > "
"""Between a file and what is in it: ``report.html > picture 3 > tEXt``."""


class Rule(StrEnum):
    """What must not be in a finished file. The value is what a finding prints."""

    NUMBER = "person number"
    KEY = "key column"
    BIRTH = "birth date"
    PSEUDONYM = "pseudonym"
    MAIL = "e-mail address"
    PHONE = "phone number"
    IBAN = "bank account"
    ADDRESS = "address"
    RECORDS = "table of records"
    TRACEBACK = "traceback"
    PATH = "path of a machine"
    SECRET = "secret"  # noqa: S105  # the name of a rule
    UNPROTECTED = "unprotected output"
    FOREIGN = "output that is not the workbench's own"
    FIELD = "field of another type"
    UNKNOWN = "unknown type of file"
    UNREADABLE = "cannot be read"


MEANINGS: Mapping[Rule, Text] = {
    Rule.NUMBER: Text(
        "Negen cijfers die samen een nummer van een persoon kunnen zijn.", "Nine digits that may be the number of a person."
    ),
    Rule.KEY: Text(
        "De naam van een kolom die personen, huishoudens of dossiers aanwijst.",
        "The name of a column that points at persons, households or files.",
    ),
    Rule.BIRTH: Text("Een datum die een geboortedatum kan zijn.", "A day that may be a date of birth."),
    Rule.PSEUDONYM: Text("Een code die in plaats van een persoon staat.", "A code that stands for a person."),
    Rule.MAIL: Text("Een e-mailadres.", "An e-mail address."),
    Rule.PHONE: Text("Een telefoonnummer.", "A phone number."),
    Rule.IBAN: Text("Het nummer van een bankrekening.", "The number of a bank account."),
    Rule.ADDRESS: Text("Een postcode met een huisnummer.", "A postal code with a house number."),
    Rule.RECORDS: Text(
        "Een lange tabel waarin elke rij over één persoon lijkt te gaan.",
        "A long table in which each row seems to be about one person.",
    ),
    Rule.TRACEBACK: Text(
        "De melding van een fout in een programma. Daarin kan een waarde staan.",
        "What a program says when it fails. It may quote a value.",
    ),
    Rule.PATH: Text("De plaats van een map op een computer.", "Where a folder is on a machine."),
    Rule.SECRET: Text("Een wachtwoord of sleutel.", "A password or a key."),
    Rule.UNPROTECTED: Text(
        "Getallen die niet beschermd zijn: alleen om te verkennen.", "Numbers that are not protected: only to explore."
    ),
    Rule.FOREIGN: Text(
        "Iets in een notebook dat niet van de werkbank komt.", "Something in a notebook that the workbench did not put there."
    ),
    Rule.FIELD: Text(
        "In dit veld hoort iets anders te staan, zoals een getal of een controlegetal.",
        "This field should hold something else, such as a number or a digest.",
    ),
    Rule.UNKNOWN: Text("De scanner kent dit soort bestand niet.", "The scanner does not know this type of file."),
    Rule.UNREADABLE: Text(
        "De scanner kan dit niet lezen, en weet dus niet wat erin staat.",
        "The scanner cannot read this, so what it holds is not known.",
    ),
}
"""One sentence for each rule."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Where something stands that must not be there (line and column from 1), and by which rule. The value is not told."""

    line: int
    column: int
    rule: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.rule}"


_DIGITS = re.compile(r"\d(?:[ .\-_]?\d){6,}")


def masked(name: str) -> str:
    """Write a name without its longer rows of digits, which may be a number or a day of birth.

    >>> masked("brief 9999.00.123 van 12-03-1985.csv"), masked("GM0855/2023-01_2023-12/report.html")
    ('brief ##### van #####.csv', 'GM0855/2023-01_2023-12/report.html')
    """
    return _DIGITS.sub(lambda found: found[0] if _PERIOD.fullmatch(found[0]) else "#####", name)


_PERIOD = re.compile(r"(?:19|20)\d\d-\d\d_(?:19|20)\d\d-\d\d")
