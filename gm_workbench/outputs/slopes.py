"""The step from intention to behaviour all along skills and barriers, and within persons and between them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.johnson_neyman import Region
from gm_workbench.metrics.moderation_levels import Levels
from gm_workbench.outputs.about import NOTHING, About, capital, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, judged_as, quote, share_cell
from gm_workbench.outputs.model import SCALE_NAMES
from gm_workbench.outputs.output import Axis, Cell, Measure, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.terms import MOTHERS
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, joined, listed, number, same

ALONG = Text(
    "Bij een score van {low} voor {moderator} gaan {per} punten meer intentie samen met {{low}} punten gedrag (marge "
    "{{low_low}} tot {{low_high}}); bij een score van {high} met {{high}} punten (marge {{high_low}} tot {{high_high}}).",
    "At a score of {low} for {moderator} {per} points more intention go with {{low}} points of behaviour (interval {{low_low}} "
    "to {{low_high}}); at a score of {high} with {{high}} points (interval {{high_low}} to {{high_high}}).",
)
ALL_AT_ONCE = Text(
    "De marges gelden voor alle scores tegelijk. Samenhang zegt niet wat oorzaak is: wie een andere score heeft, kan "
    "ook in andere dingen verschillen.",
    "The intervals hold for all scores at once. A relation does not say what is cause: those with another score may differ in "
    "other things too.",
)
REGION_CAPTION = Text(
    "Verandering in gedrag bij {per} punten meer intentie, naar de score voor {names}, met marge (95 % voor alle scores "
    "samen). Getekend zijn tientallen die binnen de middelste 95 % van de metingen liggen.",
    "Change in behaviour with {per} points more intention, by the score of {names}, with its interval (95 % for all scores "
    "together). Drawn are tens within the middle 95 % of measurements.",
)
SCORE = Text("score op de schaal (0–100)", "score on the scale (0–100)")
STEP = Text("punten gedrag bij {per} punten meer intentie", "points of behaviour with {per} points more intention")


def slope_curves(
    results: Sequence[Region | NotEnoughData],
    section: Section,
    about: About,
    *,
    per: float,
    labels: Mapping[str, Text] | None = None,
) -> Output:
    """Draw the step from intention to behaviour along each moderator; the first is quoted at both ends."""
    found = [one for one in results if isinstance(one, Region) and one.curve]
    if not found:
        return words_only(section, about, shortage(_short(results)))
    named, said = {**SCALE_NAMES, **(labels or {})}, Text(number(per), number(per, language="en"))
    at = sorted(
        (z, place) for place, one in enumerate(found) for z, _ in one.curve
    )  # a line goes through its points from low to high
    cells = [estimate_cell(dict(found[place].curve)[z], found[place].moderator, f"{z:g}") for z, place in at]
    names = [named.get(one.moderator, same(one.moderator)) for one in found]
    sentence = _along(found[0], cells, names[0], said)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(ALL_AT_ONCE),),
        caption=REGION_CAPTION.format(per=said, names=listed(names)),
        alt=sentence,
        shown_as=(Shape.TREND,),
        labels={one.moderator: capital(name) for one, name in zip(found, names, strict=True)},
        axes={"x": Axis(SCORE), "y": Axis(STEP.format(per=said), low=0.0)},
        options={"strong": tuple(one.moderator for one in found)},
    )
    return Output(words, tuple(cells))


def _short(results: Sequence[object]) -> NotEnoughData:
    found = (one for one in results if isinstance(one, NotEnoughData))
    return next(found, NotEnoughData("region", "different scores", 0, 2))


def _along(region: Region, cells: Sequence[Cell], name: Text, per: Text) -> Sentence:
    own = [cell for cell in cells if cell.row == region.moderator]
    slots = {**_renamed("low", own[0]), **_renamed("high", own[-1])}
    return Sentence(ALONG.format(low=own[0].column, high=own[-1].column, moderator=name, per=per), slots)


def _renamed(name: str, cell: Cell) -> dict[str, Slot]:
    slots = quote(cell, signed=True)
    return {name: slots["value"], f"{name}_low": slots["low"], f"{name}_high": slots["high"]}


DIRECTIONS = {1: "more", 0: "unsure", -1: "less"}
REGION_LABELS = {
    "more": Text("meer gedrag, aangetoond", "more behaviour, shown"),
    "unsure": Text("niet aangetoond", "not shown"),
    "less": Text("minder gedrag, aangetoond", "less behaviour, shown"),
    "bound": Text("grens (score)", "limit (score)"),
    "other_bound": Text("andere grens (score)", "other limit (score)"),
    "change": Text("verandering van de stap per punt score", "change of the step per point of score"),
}
INSIDE = Text(
    "Van de {who} heeft {{{name}}} % een score voor {moderator} waarbij meer intentie aantoonbaar samengaat met {sign} gedrag.",
    "Of the {who} {{{name}}}% have a score of {moderator} at which more intention is shown to go with {sign} behaviour.",
)
EVERYWHERE = Text(
    "Bij alle getekende scores voor {moderator} gaat meer intentie aantoonbaar samen met {sign} gedrag; daar ligt 95 % van de "
    "metingen.",
    "At all scores of {moderator} that are drawn more intention is shown to go with {sign} behaviour; 95% of measurements lie "
    "there.",
)
NOWHERE = Text(
    "Bij geen van de getekende scores voor {moderator} is aangetoond dat meer intentie samengaat met meer of minder gedrag.",
    "At none of the scores of {moderator} that are drawn is it shown that more intention goes with more or less behaviour.",
)
SIGNS = {1: Text("meer", "more"), -1: Text("minder", "less")}
TOO_FEW_TO_SHOW = Text(
    "Het aandeel wordt niet getoond: aan één kant van een grens zitten te weinig moeders.",
    "The share is not shown: on one side of a limit there are too few mothers.",
)
GROWS = Text(
    "Waar het niet is aangetoond, kan het er toch zijn: met meer antwoorden wordt het gebied groter.",
    "Where it is not shown it may still be there: with more answers the region grows.",
)
SHARES_CAPTION = Text(
    "Aandeel van de moeders naar hun eigen gemiddelde score over de metingen (Johnson-Neyman, over alle scores tegelijk "
    "getoetst). Een grens staat er alleen als hij binnen de middelste 95 % van de metingen ligt.",
    "Share of mothers by their own mean score over the measurements (Johnson-Neyman, tested over all scores at once). A limit "
    "is given only when it lies within the middle 95 % of measurements.",
)


def slope_shares(
    results: Sequence[Region | NotEnoughData],
    section: Section,
    about: About,
    *,
    who: Text = MOTHERS,
    labels: Mapping[str, Text] | None = None,
) -> Output:
    """Show for which share of persons the step is shown to be above, or below, zero, by moderator."""
    found = [one for one in results if isinstance(one, Region)]
    if not found:
        return words_only(section, about, shortage(_short(results)))
    named = {**SCALE_NAMES, **(labels or {})}
    parts = _extents(found, named, who)
    slots = {name: slot for _, own in parts for name, slot in own.items()}
    text = Text(" ".join(part.nl for part, _ in parts), " ".join(part.en for part, _ in parts))
    changes = [_change_cell(one) for one in found]
    if not slots:  # the same for everybody who is drawn: there is no share to give, and the words rest on the model
        sentence = Sentence(text).resting_on(changes)
        words = section_words(section, about, sentence=sentence, caption=NOTHING, alt=sentence, shown_as=(Shape.WORDS,))
        return Output(words, tuple(changes))
    cells = (*(cell for one in found for cell in _region_cells(one)), *changes)
    sentence = Sentence(text, slots, TOO_FEW_TO_SHOW).resting_on(changes)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(GROWS),),
        caption=SHARES_CAPTION,
        alt=sentence,
        labels={**REGION_LABELS, **{one.moderator: capital(named.get(one.moderator, same(one.moderator))) for one in found}},
        row_title=Text("naar", "by"),
    )
    return Output(words, cells)


def _change_cell(region: Region) -> Cell:
    """Give the cell of the model behind a region: what is said of all scores has no share of its own to be judged by."""
    return estimate_cell(region.change, region.moderator, "change", digits=2, unit="")


Said = tuple[Text, dict[str, Slot]]


def _extents(found: Sequence[Region], named: Mapping[str, Text], who: Text) -> list[Said]:
    """Say where the slope is shown: at all values drawn, at none, or for a share of persons in each direction."""
    alike: dict[int | None, list[Text]] = {}
    for region in found:
        alike.setdefault(_throughout(region), []).append(named.get(region.moderator, same(region.moderator)))
    whole: list[Said] = [
        (
            (
                EVERYWHERE.format(sign=SIGNS[sign], moderator=listed(names))
                if sign
                else NOWHERE.format(moderator=_either(names))
            ),
            {},
        )
        for sign, names in alike.items()
        if sign is not None
    ]
    return whole + [
        _shares(region, named.get(region.moderator, same(region.moderator)), who)
        for region in found
        if _throughout(region) is None
    ]


def _across(region: Region) -> list[int]:
    """Give the directions of the stretches that were looked at."""
    low, high = region.over
    return [part.direction for part in region.stretches if part.low < high and part.high > low]


def _throughout(region: Region) -> int | None:
    """Give the direction of the slope at all values looked at; None when it differs among them."""
    across = _across(region)
    return across[0] if len(set(across)) == 1 else None


def _shares(region: Region, name: Text, who: Text) -> Said:
    shown = [direction for direction in dict.fromkeys(_across(region)) if direction]
    slots = {f"{region.moderator}_{DIRECTIONS[d]}": Slot(region.moderator, DIRECTIONS[d], percent=True) for d in shown}
    said = [INSIDE.format(name=slot, who=who, moderator=name, sign=SIGNS[d]) for d, slot in zip(shown, slots, strict=True)]
    return Text(" ".join(one.nl for one in said), " ".join(one.en for one in said)), slots


def _region_cells(region: Region) -> list[Cell]:
    persons = {
        name: sum(part.persons for part in region.stretches if part.direction == sign) for sign, name in DIRECTIONS.items()
    }
    shares = [share_cell(region.moderator, name, count, region.persons) for name, count in persons.items()]
    low, high = region.over
    bounds = zip(("bound", "other_bound"), [bound for bound in region.bounds if low <= bound <= high], strict=False)
    like = {**judged_as(region.change), "unit": ""}
    return shares + [Cell(region.moderator, name, Measure.ESTIMATE, region.persons, bound, **like) for name, bound in bounds]  # type: ignore[arg-type]


LEVELS = {
    "within": Text("dezelfde moeder, meer {moderator} dan anders", "the same mother, more {moderator} than usual"),
    "across": Text("moeder met meer {moderator}: stap binnen haar", "mother with more {moderator}: step within her"),
    "between": Text("moeders met meer {moderator}: stap tussen hen", "mothers with more {moderator}: step between them"),
}
COLUMN = "slope"
LARGER = Text(
    "Heeft dezelfde moeder meer {moderator}, dan is haar stap groter.",
    "When the same mother has more {moderator}, her step is larger.",
)
SMALLER = Text(
    "Heeft dezelfde moeder meer {moderator}, dan is haar stap kleiner.",
    "When the same mother has more {moderator}, her step is smaller.",
)
UNSURE = Text(
    "Of de stap van dezelfde moeder verandert met haar {moderator}, is nog niet te zeggen.",
    "Whether the step of the same mother changes with her {moderator} cannot be said yet.",
)
LEVELS_SAID = Text(
    "{verdict} Bij één standaarddeviatie meer {moderator} dan zij gewend is, verschilt haar stap van intentie naar gedrag "
    "{{within}} punten (marge {{within_low}} tot {{within_high}}). Tussen moeders is het verschil {{between}} punten (marge "
    "{{between_low}} tot {{between_high}}).",
    "{verdict} With one standard deviation more {moderator} than she is used to, her step from intention to behaviour differs "
    "by {{within}} points (interval {{within_low}} to {{within_high}}). Between mothers the difference is {{between}} points "
    "(interval {{between_low}} to {{between_high}}).",
)
LEVELS_MEAN = Text(
    "Vaste verschillen tussen moeders tellen binnen dezelfde moeder niet mee; wat tegelijk verandert wel. Tussen moeders telt "
    "beide.",
    "Fixed differences between mothers do not count within the same mother; what changes at the same time does. Between "
    "mothers both count.",
)
LEVELS_CAPTION = Text(
    "Verschil in de stap (punten gedrag bij {per} punten meer intentie) bij één standaarddeviatie meer {names}, met marge (95 "
    "%). Alleen wie drie metingen of meer invulde.",
    "Difference in the step (points of behaviour with {per} points more intention) with one standard deviation more {names}, "
    "with its interval (95 %). Only those who answered three measurements or more.",
)


def moderation_apart(
    results: Sequence[Levels | NotEnoughData], section: Section, about: About, *, labels: Mapping[str, Text] | None = None
) -> Output:
    """Show how the step changes with a moderator within persons, across persons and between them; the first is quoted."""
    found = [one for one in results if isinstance(one, Levels)]
    if not found:
        return words_only(section, about, shortage(_short(results)))
    named = {**SCALE_NAMES, **(labels or {})}
    cells = {
        (one.moderator, row): estimate_cell(getattr(one, row), f"{one.moderator}_{row}", COLUMN)
        for one in found
        for row in LEVELS
    }
    names = {one.moderator: named.get(one.moderator, same(one.moderator)) for one in found}
    first = found[0].moderator
    slots = {**_renamed("within", cells[first, "within"]), **_renamed("between", cells[first, "between"])}
    verdict = joined([_within_said(one, names[one.moderator]) for one in found], " ")
    said = Sentence(LEVELS_SAID.format(verdict=verdict, moderator=names[first]), slots)
    sentence = said.resting_on(cells[one.moderator, "within"] for one in found)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(LEVELS_MEAN),),
        caption=LEVELS_CAPTION.format(
            per=Text(number(found[0].per), number(found[0].per, language="en")), names=_either(list(names.values()))
        ),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={
            **{cell.row: capital(LEVELS[row].format(moderator=names[moderator])) for (moderator, row), cell in cells.items()},
            COLUMN: Text("verschil in de stap", "difference in the step"),
        },
        axes={"x": Axis(Text("punten gedrag", "points of behaviour"))},
    )
    return Output(words, tuple(cells.values()))


def _within_said(levels: Levels, name: Text) -> Text:
    within = levels.within
    chosen = (LARGER if within.value > 0 else SMALLER) if within.excludes_zero else UNSURE
    return chosen.format(moderator=name)


def _either(names: Sequence[Text]) -> Text:
    return Text(" of ".join(name.nl for name in names), " or ".join(name.en for name in names))
