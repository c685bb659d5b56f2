"""The words of the page that an output checker reads."""

from __future__ import annotations

import re

from gm_workbench.guard.findings import Rule
from gm_workbench.vocabulary.text import Language, Text

WORDS = {
    "title": Text("Vrijgave", "Release"),
    "asked": Text("Gevraagd door", "Asked for by"),
    "signed": Text("ondertekend", "signed"),
    "unsigned": Text("niet ondertekend: wie het vroeg, is niet te bewijzen", "not signed: who asked for it cannot be proven"),
    "reason": Text("Waarom", "Why"),
    "precheck": Text(
        "Dit is een voorcontrole, geen officiële vrijgave door de eigenaar van de gegevens. Wie controleert, leest hieronder "
        "van elk onderdeel wat het toont, volgens welke regels het is beschermd, en wat er verborgen is.",
        "This is a pre-check and not an official clearance by the owner of the data. Who checks, reads below of each part what "
        "it shows, by which rules it was protected, and what is hidden.",
    ),
    "beside": Text("Naast elkaar gelegd", "Held beside each other"),
    "compared": Text(
        "Met deze vergelijkingen is gezocht naar kleine aantallen die uit meer rapporten samen volgen. Er is niets gevonden.",
        "These comparisons looked for small numbers that follow from several reports together. Nothing was found.",
    ),
    "answered": Text(
        "Met deze vergelijkingen is gezocht naar kleine aantallen die uit meer rapporten samen volgen. Van bijna gelijke "
        "aantallen heeft iemand gezegd dat ze over andere mensen gaan; wie en waarom staat bij het onderdeel. Verder is niets "
        "gevonden.",
        "These comparisons looked for small numbers that follow from several reports together. Of nearly equal sizes somebody "
        "said that they are of other people; who and why stands beside the part. Nothing else was found.",
    ),
    "held": Text("Ook naast deze rapporten gelegd", "Also laid beside these reports"),
    "output": Text("onderdeel", "part"),
    "context": Text("wat het toont", "what it shows"),
    "rules": Text("oordeel en regels", "verdict and rules"),
    "numbers": Text("getallen", "numbers"),
}
VERDICTS = {
    "release": Text("mag worden getoond", "may be shown"),
    "review": Text("niet getoond: wacht op een oordeel", "not shown: waits for a person"),
    "refuse": Text("niet getoond: kan niet veilig", "not shown: cannot be made safe"),
}
DECIDED = Text("niet getoond: zo besloten", "not shown: so decided")
COMPARED = {
    Rule.TOTAL: Text("totaal min de andere plaatsen", "total minus the other places"),
    Rule.PERIOD: Text("deze periode min een andere", "this period minus another"),
    Rule.SUBGROUP: Text("dezelfde groep in twee studies, heel of deels", "the same group in two studies, whole or in part"),
    Rule.POLICY: Text("dezelfde cijfers volgens twee regels", "the same numbers by two policies"),
    Rule.SIZES: Text("of aantallen onder andere namen bijna gelijk zijn", "whether sizes under other names are nearly equal"),
    Rule.REVISION: Text("een eerdere versie van het rapport", "an earlier version of the report"),
}
HELD = {
    "drafts": Text("concepten die nu niet worden vrijgegeven", "drafts that are not released now"),
    "released": Text("rapporten uit eerdere vrijgaven", "reports from earlier releases"),
    "skipped": Text("concepten die niet te lezen waren en zijn weggelaten", "drafts that could not be read and are left out"),
}
HIDDEN = Text("verborgen", "hidden")
OF_ALL = frozenset({"step", "order"})
"""Rules by which a whole table or line is shown in another way, and no number of it is hidden."""

RULES = {
    "threshold": Text("te weinig personen", "too few persons"),
    "complement": Text("om andere te beschermen", "to protect others"),
    "groups": Text("te weinig consulenten of teams", "too few coaches or teams"),
    "group_share": Text("één team telt de meeste personen", "one team counts most of the persons"),
    "df": Text("te weinig waarnemingen voor het model", "too few observations for the model"),
    "dominance": Text("één persoon bepaalt het grotendeels", "one person makes up most of it"),
    "step": Text("lijn in stappen van genoeg personen", "line in steps of enough persons"),
    "empty": Text("er zijn geen personen", "there are no persons"),
    "order": Text("op naam gesorteerd", "sorted by name"),
}
SAYINGS = {
    "a declared sum does not add up": "een som klopt niet",
    "the words name a number of persons below the threshold": "de tekst noemt een klein aantal personen",
    "another output counts the same persons and does not agree": "een ander onderdeel telt dezelfde personen anders",
    "no set of cells could be hidden that keeps the others from giving a count away": "de rest verraadt altijd een getal",
    r"a category holds more than (\d+)% of a group: allowed, it is not sensitive": (
        r"meer dan \1 % van een groep heeft dezelfde waarde: dat mag, want die is niet gevoelig"
    ),
    "the table behind this one and others is too large to reckon with": (
        "de tabel achter deze en andere is te groot om mee te rekenen"
    ),
    r"at most (\d+) more hidden than must be": r"hooguit \1 getallen meer verborgen dan nodig",
}
"""What the guard notes of an output, and how that is said in Dutch."""


def rule_said(reason: str, language: Language) -> str:
    """Say a rule or a note of the guard in plain words.

    Examples
    --------
    >>> rule_said("threshold", "en"), rule_said("at most 3 more hidden than must be", "nl")
    ('too few persons', 'hooguit 3 getallen meer verborgen dan nodig')
    """
    if reason in RULES:
        return RULES[reason][language]
    pattern = next((one for one in SAYINGS if re.fullmatch(one, reason)), "")
    return re.sub(pattern, SAYINGS[pattern], reason) if pattern and language == "nl" else reason
