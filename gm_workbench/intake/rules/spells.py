"""Rules about rows beside each other: keys, spells, and what several rows say of one person."""

from __future__ import annotations

from gm_workbench.intake.reasons import Reason, Rule, note, set_aside
from gm_workbench.vocabulary.text import Text

SPELLS: dict[Reason, Rule] = {
    Reason.ORDER: set_aside(
        Text("mag niet vóór {start} liggen", "must not be before {start}"),
        Text("verbeter één van de twee datums in de bron", "correct one of the two dates at the source"),
    ),
    Reason.OVERLAP: set_aside(
        Text(
            "moet later zijn dan {end} van elke eerdere rij met dezelfde {own} (een lege {end} loopt nog)",
            "must be later than {end} of every earlier row with the same {own} (an empty {end} is still running)",
        ),
        Text(
            "vul {end} van de eerdere rij in, of verbeter de datums in de bron",
            "fill in {end} of the earlier row, or correct the dates at the source",
        ),
    ),
    Reason.SPELLS: note(
        Text("spellen {what}; er is niets aan veranderd", "spells {what}; nothing of them was changed"),
        Text("niets, als dat klopt; een studie zegt zelf wat zij samenvoegt", "nothing, if so; a study says what it merges"),
    ),
    Reason.DUPLICATE: set_aside(
        Text("een rij moet de enige zijn met haar {key}", "a row must be the only one with its {key}"),
        Text(
            "haal de dubbele rij weg, of tel rijen op die bij elkaar horen",
            "remove the double row, or add up rows that belong together",
        ),
    ),
    Reason.TEAM: note(
        Text(
            "introducties gaan over een team dat in geen rooster staat, en dat niet vergeleken kan worden",
            "introductions are about a team that is in no roster, which cannot be compared",
        ),
        Text(
            "schrijf het team overal hetzelfde, of lever zijn rooster", "write the team alike everywhere, or deliver its roster"
        ),
    ),
    Reason.ADDED_UP: note(
        Text("meer opgaven over één maand zijn opgeteld tot één rij", "several records of one month were added up to one row"),
        Text("niets", "nothing"),
    ),
    Reason.LINK: note(
        Text(
            "cliëntnummers zonder burgerservicenummer: deze personen zijn in andere bestanden niet te herkennen",
            "client numbers without a number of a person: these persons cannot be known again in other files",
        ),
        Text(
            "lever een koppelbestand mee (bridge: in het aliasbestand)",
            "deliver a linking file too (bridge: in the alias file)",
        ),
    ),
}
