"""How time is counted and what leaving means, in words: months on a Dutch benefit, unless a published set says otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from gm_workbench.vocabulary.text import Text


@dataclass(frozen=True, slots=True)
class Spells:
    """The words in which captions, axes and sentences speak of spells.

    Attributes
    ----------
    unit : Text
        What one step of the column `month` is, as a plural: "maanden", "months".
    work : Text
        What an exit to work is to, as it reads behind "uitstroom naar", "left for".
    caption : Text
        What the curve of exits shows, and who counts.
    note : Text
        What must be said beside that figure.
    """

    unit: Text
    work: Text
    caption: Text
    note: Text


ON_BENEFIT = Spells(
    unit=Text("maanden", "months"),
    work=Text("werk", "work"),
    caption=Text(
        "Uitstroom naar werk: deel van de personen aan de start dat sindsdien de uitkering verliet met werk als reden. Wie om "
        "een andere reden vertrok (verhuizing, relatie, pensioen, overig), kan daarna niet meer naar werk uitstromen en telt "
        "zo mee.",
        "Exit to work: share of the persons at the start who have left the benefit since with work as the reason. Those who "
        "left for another reason (moving, relationship, pension, other) can no longer leave for work and are counted as such.",
    ),
    note=Text(
        "Reden 11 in de bijstandsstatistiek omvat naast loon ook een ziektewetuitkering. Het cijfer is dus een bovengrens.",
        "Reason 11 in the benefit statistics covers wages and also sickness benefit. So the figure is an upper bound.",
    ),
)
"""Of municipal deliveries, real and synthetic."""
