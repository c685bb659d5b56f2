"""The fixed words of the pages, in both languages."""

from __future__ import annotations

from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language, Text

NETWORK = "Gewogen Maatwerk"

PHRASES = {
    "skip": Text("Naar de inhoud", "Skip to content"),
    "here": Text("Waar u bent", "Where you are"),
    "other_language": Text("English", "Nederlands"),
    "answer": Text("Het antwoord", "The answer"),
    "published_question": Text(
        "Deze openbare gegevens zijn een proef. Er is niets ingevoerd, dus de vraag van de studie is er niet mee te "
        "beantwoorden: „{title}” Wat wel te zien is, staat hieronder.",
        "These public data are a trial. Nothing was introduced, so they cannot answer the study's question: “{title}” What "
        "can be seen is below.",
    ),
    "contents": Text("In dit rapport", "In this report"),
    "data": Text("gegevens bij deze figuur", "data behind this figure"),
    "data_of": Text("Gegevens bij: {heading}", "Data behind: {heading}"),
    "limits": Text("Wat dit rapport niet zegt", "What this report does not say"),
    "made": Text("Hoe is dit gemaakt?", "How was this made?"),
    "source": Text("Bron", "Source"),
    "persons": Text(
        "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{n} (afgerond)", "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{n} (rounded)"
    ),
    "persons_range": Text(
        "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{low} tot {high} per getal (afgerond)",
        "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{low} to {high} per number (rounded)",
    ),
    "commit": Text("code", "code"),
    "policy": Text("beleid", "policy"),
    "precheck": Text("voorcontrole, geen officiële vrijgave", "pre-check, not an official clearance"),
    "protocol": Text("protocol {name} versie {version}", "protocol {name} version {version}"),
    "digest": Text("kenmerk", "digest"),
    "parameters": Text("Parameters", "Parameters"),
    "inputs": Text("Invoer", "Inputs"),
    "remarks": Text("Wat bij het inlezen opviel", "What was noticed when the data were read"),
    "versions": Text("Versies", "Versions"),
    "name": Text("naam", "name"),
    "value": Text("waarde", "value"),
    "file": Text("bestand", "file"),
    "input_digest": Text("kenmerk met sleutel", "keyed digest"),
    "files": Text("Bestanden", "Files"),
    "numbers": Text("cijfers als CSV", "numbers as CSV"),
    "notebook": Text("notebook met code en beschermde uitkomsten", "notebook with code and protected results"),
    "estimates": Text("schattingen voor samenvoegen", "estimates for pooling"),
    "manifest": Text("herkomst als JSON", "provenance as JSON"),
    "environment": Text("omgeving", "environment"),
    "seed": Text("startgetal", "seed"),
    "world": Text("wereld", "world"),
}

BANDS = {
    DataKind.SYNTHETIC: Text(
        "Synthetische gegevens — dit rapport toont hoe de werkbank werkt, niet hoe het in {place} is.",
        "Synthetic data — this report shows how the workbench works, not how things are in {place}.",
    ),
    DataKind.PUBLISHED: Text(
        "Gepubliceerde gegevens — {caveat} Dit rapport gaat niet over een Nederlandse gemeente.",
        "Published data — {caveat} This report is not about a Dutch municipality.",
    ),
    DataKind.REAL: Text(
        "Gegevens van {place} — alleen voor wie ze mag zien.", "Data of {place} — only for those who may see them."
    ),
}
DRAFT = Text("Concept, nog niet vrijgegeven.", "Draft, not released.")
KINDS = {
    DataKind.SYNTHETIC: Text("synthetische gegevens", "synthetic data"),
    DataKind.PUBLISHED: Text("gepubliceerde gegevens", "published data"),
    DataKind.REAL: Text("gegevens van de gemeente", "the municipality's data"),
}


def phrases(language: Language) -> dict[str, str]:
    """Give the fixed words in one language."""
    return {name: text[language] for name, text in PHRASES.items()}


def band(kind: DataKind, place: str, caveat: Text, language: Language) -> str:
    """Say what the data are and that the report is a draft, for the band that cannot be missed."""
    said = caveat[language].strip()
    stop = "" if not said or said.endswith((".", "!", "?")) else "."
    return " ".join((BANDS[kind][language].format(place=place, caveat=said + stop), DRAFT[language])).replace("  ", " ")


INDEX_PHRASES = {
    "title": Text("Rapporten per gemeente en studie", "Reports by municipality and study"),
    "skip": Text("Naar de inhoud", "Skip to content"),
    "other_language": Text("English", "Nederlands"),
    "place": Text("plaats", "place"),
    "open": Text("Lees het rapport", "Read the report"),
    "in_dutch": Text("Nederlands", "Nederlands"),
    "in_english": Text("English", "English"),
    "newer_failed": Text("Een nieuwere poging mislukte", "A newer attempt failed"),
    "stale": Text("Verouderd", "Stale"),
    "scrolls": Text("Plaatsen en studies", "Places and studies"),
    "none": Text("Er zijn nog geen rapporten.", "There are no reports yet."),
    "lead": Text(
        "Elk rapport beantwoordt één vraag voor één plaats. Hier staat het antwoord in één zin; het rapport zegt meer.",
        "Each report answers one question for one place. Here is the answer in one sentence; the report says more.",
    ),
}
STATUS_WORDS = {
    "made": Text("gemaakt", "made"),
    "deviates": Text("wijkt af", "off"),
    "failed": Text("mislukt", "failed"),
    "running": Text("wordt gemaakt", "being made"),
    "not_delivered": Text("niet geleverd", "not delivered"),
}
KIND_BLOCKS = {
    DataKind.SYNTHETIC: Text("Synthetisch netwerk (wereld: {world})", "Synthetic network (world: {world})"),
    DataKind.PUBLISHED: Text("Gepubliceerde gegevens", "Published data"),
    DataKind.REAL: Text("Gemeenten", "Municipalities"),
}
INDEX_INTRO = {
    DataKind.SYNTHETIC: Text(
        "Bedachte gegevens: deze rapporten tonen hoe de werkbank werkt, niet hoe het in deze gemeenten is.",
        "Made-up data: these reports show how the workbench works, not how things are in these municipalities.",
    ),
    DataKind.PUBLISHED: Text(
        "Echte, openbare gegevens van elders en uit andere jaren; niet over een Nederlandse gemeente.",
        "Real, public data from elsewhere and from other years; not about a Dutch municipality.",
    ),
    DataKind.REAL: Text("Gegevens die gemeenten leverden.", "Data that municipalities delivered."),
}
