"""Rules about one file: whether it is whole, what it is written in, and which columns it has."""

from __future__ import annotations

from gm_workbench.intake.reasons import Reason, Rule, note, refuse, set_aside
from gm_workbench.vocabulary.text import Text

_AGAIN = Text("exporteer het bestand opnieuw en kopieer het in zijn geheel", "export the file again and copy it whole")
_SAVE_AS = Text(
    "open de bron opnieuw en bewaar als 'CSV UTF-8'; zet deze kopie niet om",
    "open the source again and save it as 'CSV UTF-8'; do not convert this copy",
)

FILES: dict[Reason, Rule] = {
    Reason.EMPTY: refuse(Text("het bestand heeft geen rijen", "the file has no rows"), _AGAIN),
    Reason.TRUNCATED: refuse(Text("het bestand is afgebroken: {what}", "the file is cut off: {what}"), _AGAIN),
    Reason.EXTRA_ROWS: refuse(
        Text(
            "delivery.yml belooft {promised} rijen, maar het bestand heeft er {found}",
            "delivery.yml promises {promised} rows but the file has {found}",
        ),
        Text("exporteer opnieuw, of verbeter delivery.yml", "export again, or correct delivery.yml"),
    ),
    Reason.TOO_LARGE: refuse(
        Text(
            "het bestand is groter dan wat gelezen wordt: {what}, hoogstens {most}",
            "the file is too large: {what}, at most {most}",
        ),
        Text(
            "splits het bestand per maand of jaar, en laat lege rijen en kolommen weg",
            "split it by month or year, without empty rows",
        ),
    ),
    Reason.FORMAT: refuse(
        Text("het bestand is niet te lezen als {format}", "the file cannot be read as {format}"),
        Text(
            "exporteer het opnieuw, zonder wachtwoord, en kopieer het in zijn geheel",
            "export it again, without a password, and copy it whole",
        ),
    ),
    Reason.ENTITY: refuse(
        Text(
            "de XML bevat een documenttype of entiteiten, en die worden niet gelezen",
            "the XML has a document type or entities, which are not read",
        ),
        Text("exporteer zonder DOCTYPE", "export it without a DOCTYPE"),
    ),
    Reason.ENCODING: refuse(
        Text("de tekens zijn niet te vertrouwen: {what}", "its characters cannot be trusted: {what}"), _SAVE_AS
    ),
    Reason.QUOTES: refuse(
        Text("een tekst tussen aanhalingstekens loopt over een regeleinde", "a text in quotation marks runs over a line end"),
        Text("haal regeleinden uit teksten en exporteer opnieuw", "remove line ends from texts and export again"),
    ),
    Reason.LINE_ENDS: refuse(
        Text("regels eindigen op een losse CR", "lines end in a carriage return only"),
        Text("bewaar als CSV voor Windows of Linux, niet voor oude Macs", "save as CSV for Windows or Linux, not for old Macs"),
    ),
    Reason.COLUMNS: refuse(
        Text("kolommen ontbreken of staan er dubbel: {columns}", "columns are missing or there more than once: {columns}"),
        Text(
            "geef elke kolom één keer, of zet de naam die u gebruikt in {declared}",
            "give each column once, or put the name that you use in {declared}",
        ),
    ),
    Reason.EXTRA_COLUMNS: note(
        Text("{count} kolommen zijn niet bekend en niet gelezen", "{count} columns are not known and were not read"),
        Text("niets; lever ze liever niet", "nothing; better not deliver them"),
    ),
    Reason.EXTRA_SHEET: note(
        Text(
            "{count} bladen horen bij geen bekende bron en zijn niet gelezen",
            "{count} sheets belong to no known source and were not read",
        ),
        Text("niets, als er geen gegevens op staan", "nothing, if there are no data on them"),
    ),
    Reason.HEADER_BELOW: note(
        Text(
            "de kolomnamen staan op regel {header}; wat erboven staat is niet gelezen",
            "column names stand on line {header}; what is above was not read",
        ),
        Text("niets; liever kolomnamen op regel 1", "nothing; column names on line 1 are better"),
    ),
    Reason.RAGGED: set_aside(
        Text("regels hebben een ander aantal cellen dan de kop", "lines have another number of cells than the header"),
        Text(
            "zet teksten met een scheidingsteken tussen aanhalingstekens, en exporteer opnieuw",
            "put texts that hold a separator between quotation marks, and export again",
        ),
    ),
    Reason.LABELS: refuse(
        Text(
            "de labels in het bestand spreken codelijst {list} tegen bij code {allowed}",
            "the labels in the file contradict code list {list} at code {allowed}",
        ),
        Text("controleer de labels in de bron", "check the labels at the source"),
    ),
    Reason.ITEM: refuse(
        Text("kolom of vraag {item} hoort bij geen bekende vragenlijst", "{item} is no item of a declared instrument"),
        Text(
            "verbeter de naam, laat de kolom weg, of beschrijf de vragenlijst in data/codes/instruments",
            "correct the name, leave the column out, or declare the instrument in data/codes/instruments",
        ),
    ),
    Reason.FILE_NAME: refuse(
        Text(
            "de rijen zijn niet van {split} die in de bestandsnaam staat",
            "rows are not of the {split} that the file's name says",
        ),
        Text("hernoem het bestand, of exporteer de juiste selectie", "rename the file, or export the right selection"),
    ),
    Reason.PLACE: refuse(
        Text(
            "moet in elke rij de gemeente van de map zijn, {allowed}",
            "must be the place of the folder, {allowed}, in every row",
        ),
        Text("lever elke gemeente in een eigen map", "deliver each municipality in a folder of its own"),
    ),
}
