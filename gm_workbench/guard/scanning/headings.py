"""Names of columns that point at a person: numbers, names, days of birth, and how somebody is reached."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMBER = r"[ _.-]?(?:nr|nummer|number|num|no)\.?"
_OF = r"(?:[ _-](?i:partner|client|cliënt|klant|kind|ouder|moeder|vader|aanvrager))?"
_FILES = (
    r"(?:huishoud|cli[eë]nt|klant|dossier|persoon|persoons|uitkerings?|traject|verzuim|zaak|inwoner|deelnemer|medewerker"
    r"|personeels?)s?"
)
_WHO = (
    r"(?:cli[eë]nt|klant|persoon|person|deelnemer|inwoner|burger|bewoner|medewerker|consulent|partner|pati[eë]nt"
    r"|participant|respondent)"
)
_NUMBERS = (
    rf"\w+_(?i:crypt)|RIN[A-Z_]*|(?i:rinpersoons?){_OF}|(?i:bsn(?:{_NUMBER}|r)?|(?:sofi|burger[ _-]?service){_NUMBER}){_OF}"
    rf"|(?i:{_FILES}{_NUMBER}|[av](?:[ _-]nr|[ _-]?nummer)){_OF}|(?i:{_WHO}[ _-]?(?:id|number|code))"
    r"|(?i:registratie[ _]?nummer[ _]?(?:uitkering|voorziening)?|ikvid|sbeid|inkomstenverhouding|pseudonym|pseudoniem)"
)
_NAMES = (
    r"CONSULENT|KLANTMANAGER|LEIDINGGEVENDE|CONTACTPERSOON|(?i:voorletters?|voorvoegsels?|tussenvoegsels?|initialen)"
    rf"|(?i:(?:achter|voor|roep|meisjes|geslachts|familie|sur|fore)[ _]?na(?:am|men|me)|{_WHO}[ _-]?na(?:am|me)"
    r"|(?:volledige|volle|last|first|full|given|family|maiden)[ _-]?na(?:am|me))"
)
_BIRTHS = (
    r"(?i:geboren|geboorte[ _.-]?(?:datum|dag|dt)|geb\.?[ _-]?(?:datum|dat|dt)"
    r"|birth[ _-]?(?:date|day)|date[ _]of[ _]birth)|DOB|Dob|dob"
)
_WAYS = (
    rf"(?i:(?:telefoon|tel|mobiel|phone){_NUMBER}|e?-?mail[ _-]?ad(?:res|dress)"
    rf"|iban|(?:bank)?rekening{_NUMBER}|woonadres)"
)
_KEYS = re.compile(f"(?:{_NUMBERS}|{_NAMES}|{_BIRTHS}|{_WAYS}) *")
_NAME = re.compile(r"(?:naam|namen|name) *", re.IGNORECASE)
_PERSONAL = re.compile(
    r"(?:geslacht|sekse|gender|leeftijd|adres|address|straat|postcode|woonplaats|telefoon|mobiel|e-?mail"
    r"|geboorteplaats|nationaliteit|partner) *",
    re.IGNORECASE,
)
_CELL = re.compile(r"(?:(?<=[;,\t\"'|>\\\[])|^) *([^\W\d_][^;,\t\"'|<>\\\[\]\n]{1,39})(?=[;,\t\"'|<\\\]\n]|\Z)", re.MULTILINE)
_BESIDE = 240
"""Signs on either side in which the other columns of one table are named."""


def key_columns(text: str) -> Iterator[int]:
    r"""Give where columns are named that point at a person; a name is one only beside another thing of a person.

    >>> list(key_columns("bsn_nummer;n")), list(key_columns("naam;geslacht")), list(key_columns("naam;waarde"))
    ([0], [0], [])
    """
    cells = set(_CELL.findall(text))
    keys = {cell for cell in cells if _KEYS.fullmatch(cell)}
    names = {cell for cell in cells if _NAME.fullmatch(cell)} if any(map(_PERSONAL.fullmatch, cells)) else set()
    for match in _CELL.finditer(text) if keys or names else ():
        if match[1] in keys or (match[1] in names and _is_beside_more(text, match)):
            yield match.start()


def _is_beside_more(text: str, name: re.Match[str]) -> bool:
    around = _CELL.findall(text, max(0, name.start() - _BESIDE), name.end() + _BESIDE)
    return any(map(_PERSONAL.fullmatch, around))
