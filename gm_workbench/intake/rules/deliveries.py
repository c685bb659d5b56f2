"""Rules about a delivery as a whole, and about which of its files is in force."""

from __future__ import annotations

from gm_workbench.intake.reasons import Reason, Rule, note, refuse
from gm_workbench.vocabulary.text import Text

DELIVERIES: dict[Reason, Rule] = {
    Reason.MARKER: refuse(
        Text("{what}", "{what}"),
        Text(
            "schrijf in delivery.yml (als UTF-8): kind: real (of synthetic), place: GM0855, period: 2023-01/2025-12, "
            "made_by: een naam, retain_until: 2030-12-31, files: {{BUS_202301.csv: {{rows: 5550}}}}",
            "write in delivery.yml (as UTF-8): kind: real (or synthetic), place: GM0855, period: 2023-01/2025-12, made_by: a "
            "name, retain_until: 2030-12-31, files: {{BUS_202301.csv: {{rows: 5550}}}}",
        ),
    ),
    Reason.MIXED_KINDS: refuse(
        Text("{what}", "{what}"),
        Text(
            "houd synthetische en echte gegevens uit elkaar: maak de levering opnieuw uit één soort",
            "keep synthetic and real data apart: make the delivery again from one kind only",
        ),
    ),
    Reason.MISSING_FILE: refuse(
        Text("een bestand ontbreekt: {what}", "a file is missing: {what}"),
        Text("voeg het bestand toe, of verbeter delivery.yml", "add the file, or correct delivery.yml"),
    ),
    Reason.UNKNOWN_FILE: refuse(
        Text("niet bekend is wat dit is: {what}", "it is not known what this is: {what}"),
        Text(
            "haal het weg, of maak een aliasbestand: gm check --suggest <bestand> schrijft een eerste versie",
            "take it away, or make an alias file: gm check --suggest <file> writes a first version",
        ),
    ),
    Reason.MAPPING: refuse(
        Text("het aliasbestand klopt niet: {what}", "the alias file is not right: {what}"),
        Text("verbeter het aliasbestand; docs/intake.md legt het uit", "correct the alias file; docs/intake.md explains it"),
    ),
    Reason.RETENTION: note(
        Text(
            "delivery.yml zegt niet tot wanneer de gegevens bewaard mogen worden", "delivery.yml has no day to keep data until"
        ),
        Text("zet er retain_until: jjjj-mm-dd in", "put retain_until: yyyy-mm-dd in it"),
    ),
    Reason.BLOCKED: refuse(
        Text(
            "het bestand bevat nog een persoon die met gm forget is verwijderd, en wordt daarom niet gelezen",
            "the file still holds a person who was removed with gm forget, and so it is not read",
        ),
        Text(
            "lever het bestand opnieuw zonder deze persoon, of gebruik gm forget --also-raw",
            "deliver the file again without this person, or use gm forget --also-raw",
        ),
    ),
    Reason.VANISHED: note(
        Text(
            "een bestand dat eerder is gelezen, is weg; zijn rijen doen niet meer mee",
            "a file that was read before is gone; its rows are left out from now on",
        ),
        Text("zet het terug als dat niet de bedoeling was", "put it back if that was not meant"),
    ),
    Reason.DUPLICATE_FILE: note(
        Text("het bestand is gelijk aan {other} en telt één keer mee", "the file is the same as {other} and counts once"),
        Text("niets; één van de twee mag weg", "nothing; one of the two may go"),
    ),
    Reason.CORRECTION: note(
        Text(
            "een latere levering van {period} vervangt {other}; welke later is, bleek uit {by}",
            "a later delivery of {period} replaces {other}; which one is later was told by {by}",
        ),
        Text(
            "niets, als dat klopt; zet anders delivered: in delivery.yml", "nothing, if so; else put delivered: in delivery.yml"
        ),
    ),
    Reason.AMBIGUOUS: refuse(
        Text("dit kan op twee manieren gelezen worden: {what}", "this can be read in two ways: {what}"),
        Text(
            "zeg welke bedoeld is: in delivery.yml (delivered:), of in het aliasbestand (dates:, numbers:)",
            "say which one is meant: in delivery.yml (delivered:), or in the alias file (dates:, numbers:)",
        ),
    ),
}
