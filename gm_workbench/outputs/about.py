"""What every caption of a report says beside its numbers, in one value: whose data, which persons, when, from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.outputs.output import Axis, Output, Role, Sentence, Shape, Words, plain
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.spells import ON_BENEFIT, Spells
from gm_workbench.vocabulary.text import Text

NOTHING = Text("", "")
AFTER_INTRODUCTION = Text("verschil na introductie", "difference after introduction")


@dataclass(frozen=True, slots=True)
class About:
    """Data kind, population, period and source of a report, how its persons came to be assigned, and how time is counted.

    >>> from gm_workbench.vocabulary.text import same
    >>> about = About(DataKind.SYNTHETIC, same("x"), same("2024"), same("vragenlijst"), Assignment.UNKNOWN)
    >>> about.may_say_effect, about.difference.nl
    (False, 'verschil na introductie')
    """

    kind: DataKind
    population: Text
    period: Text
    source: Text
    assignment: Assignment
    spells: Spells = ON_BENEFIT
    unit: str = "coach"  # who took up the new way of working
    followed: int | None = None  # months from the start to the end of the period; None where that is not what limits them

    @property
    def units(self) -> Text:
        """Who took up the new way of working, as a plural."""
        return Text("teams", "teams") if self.unit == "team" else Text("consulenten", "coaches")

    @property
    def where_introduced(self) -> Text:
        """Where the new way of working was taken up, as it reads behind an outcome."""
        who = Text("het team", "the team") if self.unit == "team" else Text("de consulent", "the coach")
        return Text(f"waar {who.nl} de nieuwe werkwijze invoerde", f"where {who.en} introduced the new way of working")

    @property
    def may_say_effect(self) -> bool:
        """Whether the word effect may be used: only if people were assigned by lot."""
        return self.assignment is Assignment.RANDOMISED

    @property
    def difference(self) -> Text:
        """What a difference between the arms may be called."""
        if self.may_say_effect:
            return Text("effect van de introductie", "effect of the introduction")
        return AFTER_INTRODUCTION

    def too_short(self, months: int) -> NotEnoughData | None:
        """Say that the period ends before anybody could be followed for so many months, or None when it does not."""
        if self.followed is None or self.followed >= months:
            return None
        return NotEnoughData("follow-up", "months from the start", self.followed, months)


def section_words(
    section: Section,
    about: About,
    *,
    sentence: Sentence,
    caption: Text,
    alt: Sentence,
    id: str = "",  # noqa: A002 — the name of the field of Words that it fills
    role: Role = Role.SECTION,
    lead: Text | None = None,
    more: tuple[Sentence, ...] = (),
    shown_as: tuple[Shape, ...] = (Shape.TABLE,),
    labels: Mapping[str, Text] | None = None,
    tile_words: Mapping[str, Text] | None = None,
    row_title: Text = NOTHING,
    axes: Mapping[str, Axis] | None = None,
    options: Mapping[str, float | str | tuple[str, ...]] | None = None,
    row_notes: Mapping[str, Text] | None = None,
    off: tuple[str, ...] | None = None,
    estimand: str = "",
    ordered: bool = True,
) -> Words:
    """Give the words of an output: heading and lead from the protocol's section, data kind and source from `about`.

    Rows and columns stand in the order in which code names them, unless `ordered` says that it is another.
    """
    return Words(
        id=id or section.id,
        role=role,
        heading=section.heading,
        lead=section.lead if lead is None else lead,
        sentence=sentence,
        more=more,
        caption=caption,
        alt=alt,
        kind=about.kind,
        population=about.population,
        period=about.period,
        source=about.source,
        shown_as=shown_as,
        labels=labels or {},
        tile_words=tile_words or {},
        row_title=row_title,
        axes=axes or {},
        options=options or {},
        row_notes=row_notes or {},
        off=off,
        estimand=estimand,
        ordered=ordered,
    )


def words_only(section: Section, about: About, text: Text, *, id: str = "", role: Role = Role.SECTION) -> Output:  # noqa: A002
    """Give a section that holds one honest sentence and no numbers, for a result that the data cannot carry."""
    words = section_words(
        section, about, id=id, role=role, sentence=plain(text), caption=NOTHING, alt=plain(text), shown_as=(Shape.WORDS,)
    )
    return Output(words, ())


def capital(text: Text) -> Text:
    """Begin with a capital.

    >>> capital(Text("verschil", "difference")).nl
    'Verschil'
    """
    return Text(text.nl[:1].upper() + text.nl[1:], text.en[:1].upper() + text.en[1:])
