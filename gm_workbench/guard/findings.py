"""What differencing can find: a rule, the cells that are subtracted, and what could be withheld against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gm_workbench.vocabulary.text import Text


class Rule(StrEnum):
    """How a small count would be worked out."""

    TOTAL = "total"  # a total minus all others
    PERIOD = "period"  # this year minus last year
    SUBGROUP = "subgroup"  # one sub-group in two or more studies
    POLICY = "policy"  # what one policy hides, another shows
    SIZES = "sizes"  # two sizes that are nearly equal, under names that have nothing in common
    REVISION = "revision"  # a report that was made again with a few persons more or fewer


SENTENCES: Mapping[Rule, Text] = {
    Rule.TOTAL: Text(
        "Wie van het totaal de andere plaatsen aftrekt, houdt een klein aantal personen over.",
        "Who subtracts the other places from the total is left with a small number of persons.",
    ),
    Rule.PERIOD: Text(
        "Wie de ene periode van de andere aftrekt, houdt een klein aantal personen over.",
        "Who subtracts one period from the other is left with a small number of persons.",
    ),
    Rule.SUBGROUP: Text(
        "Dezelfde groep staat in twee of meer studies, heel of in delen; het verschil is een klein aantal personen.",
        "The same group stands in two or more studies, whole or in parts; the difference is a small number of persons.",
    ),
    Rule.POLICY: Text(
        "Dezelfde cijfers zijn volgens twee regels beschermd; wat de ene verbergt, laat de andere zien.",
        "The same numbers were protected by two policies; what one hides, the other shows.",
    ),
    Rule.SIZES: Text(
        "Twee aantallen van dezelfde plaats schelen weinig, onder andere namen. Zijn het dezelfde mensen? Dan is het verschil "
        "een klein aantal personen. Zo niet, geef de uitvoer dan vrij met een regel in decisions.csv, met de reden.",
        "Two sizes of one place are nearly equal, under other names. Are they the same people? Then the difference is a small "
        "number of persons. If not, release the output with a row in decisions.csv that says why.",
    ),
    Rule.REVISION: Text(
        "Het rapport is opnieuw gemaakt; het verschil met het eerdere is een klein aantal personen.",
        "The report was made again; the difference from the earlier one is a small number of persons.",
    ),
}


Candidate = tuple[str, str]
"""An output that could be withheld: (`<study>/<place>`, its id)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A small count that could be worked out: by which rule, from which cells, and what could be withheld against it."""

    rule: Rule
    arithmetic: str
    candidates: tuple[Candidate, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {self.arithmetic}"
