"""Rules about what stands in a cell."""

from __future__ import annotations

from gm_workbench.intake.reasons import Reason, Rule, note, set_aside
from gm_workbench.vocabulary.text import Text

_AS_TEXT = Text(
    "exporteer de kolom als tekst, zodat een spreadsheet er niets aan verandert",
    "export the column as text, so that a spreadsheet cannot reformat it",
)
_AT_SOURCE = Text("verbeter de waarde in de bron", "correct the value at the source")
_NOTHING = Text("niets, als dat klopt", "nothing, if that is right")

CELLS: dict[Reason, Rule] = {
    Reason.REPAIRED: note(Text("hersteld bij het lezen: {what}", "mended while reading: {what}"), _NOTHING),
    Reason.MISSING_VALUE: set_aside(
        Text("mag niet leeg zijn", "must not be empty"),
        Text(
            "vul de cel in de bron, of laat de rij weg als zij er niet hoort",
            "fill in the cell at the source, or leave the row out when it should not be there",
        ),
    ),
    Reason.MISSING_CODE: note(
        Text(
            "een code die het bestand zelf 'ontbrekend' noemt, is als leeg gelezen",
            "a code that the file calls missing was read as empty",
        ),
        _NOTHING,
    ),
    Reason.IDENTIFIER: set_aside(
        Text(
            "moet een burgerservicenummer zijn (negen cijfers die aan de elfproef voldoen; synthetisch: met een 9 vooraan)",
            "must be a number of a person (nine digits that pass the eleven test; synthetic: starting with 9)",
        ),
        Text(
            "controleer of de juiste kolom is geëxporteerd, als tekst met alle cijfers",
            "check that the right column was exported, as text with all its digits",
        ),
    ),
    Reason.RIN_KIND: set_aside(
        Text(
            "dit soort koppelnummer wijst geen persoon aan; gelezen worden: {allowed}",
            "this kind of linkage number is nobody's; read are: {allowed}",
        ),
        Text("niets, als deze rijen buiten de populatie vallen", "nothing, if these rows are outside the population"),
    ),
    Reason.FREE_TEXT: note(
        Text(
            "in een vrije tekst staan nummers van personen; de tekst is niet bewaard",
            "a free text holds numbers of persons; it was not kept",
        ),
        Text("lever deze kolom liever niet", "better not deliver this column"),
    ),
    Reason.CODE: set_aside(
        Text("moet een code van lijst {list} zijn, één van {allowed}", "must be a code of list {list}, one of {allowed}"),
        Text(
            "verbeter de code, of vul haar in {declared} in als zij geldig is",
            "correct the code, or fill it in in {declared} when it is a valid one",
        ),
    ),
    Reason.REGIME: note(
        Text(
            "gelezen met de lijst {list} van {day}, die daarna niet meer gold (aangenomen, alleen bij synthetische gegevens)",
            "read with list {list} of {day}, which had ended after that day (assumed, for synthetic data only)",
        ),
        Text("niets", "nothing"),
    ),
    Reason.MERGED: note(
        Text("de code van een gemeente die in {place} is opgegaan", "the code of a municipality that merged into {place}"),
        Text("niets", "nothing"),
    ),
    Reason.DATE: set_aside(
        Text("moet een datum zijn, geschreven als {allowed}", "must be a date written as {allowed}"), _AS_TEXT
    ),
    Reason.NUMBER: set_aside(
        Text("moet een getal zijn, geschreven als {allowed}", "must be a number written as {allowed}"),
        _AS_TEXT,
    ),
    Reason.BOUNDS: set_aside(Text("moet van {low} tot en met {high} zijn", "must be from {low} to {high}"), _AT_SOURCE),
    Reason.SCALE: set_aside(
        Text(
            "moet een geheel getal zijn op de schaal van {instrument}, {low} tot en met {high}, of leeg",
            "must be a whole number on the scale of {instrument}, {low} to {high}, or empty",
        ),
        Text(
            "verbeter het antwoord, of laat het leeg als de vraag is overgeslagen",
            "correct the answer, or leave it empty when the item was skipped",
        ),
    ),
    Reason.FORMULA: note(
        Text(
            "cellen bevatten een formule; de laatst berekende waarde is gelezen",
            "cells hold a formula; its last value was read",
        ),
        Text("bewaar liever waarden dan formules", "better save values than formulas"),
    ),
    Reason.CELL_ERROR: set_aside(
        Text(
            "cellen bevatten een fout van het rekenblad in plaats van een waarde",
            "cells hold an error of the spreadsheet, no value",
        ),
        Text("verbeter de formule in de bron", "mend the formula at the source"),
    ),
}
