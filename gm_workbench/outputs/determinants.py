"""What changed in the determinants of behaviour after an introduction: a difference a scale, and which are up or down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.joint import JointTest
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.model import SCALE_NAMES
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain, verdict
from gm_workbench.outputs.teams import lacking
from gm_workbench.outputs.verdicts import telling_digits
from gm_workbench.outputs.weighing import caution
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, listed

COLUMN = "difference"

HIGHER = Text(
    "Hoger dan in de andere teams waren de scores voor {scales}.", "Scores were higher than in the other teams for {scales}."
)
LOWER = Text(
    "Lager dan in de andere teams waren de scores voor {scales}.", "Scores were lower than in the other teams for {scales}."
)
OPEN = Text("Voor {scales} is dat nog niet te zeggen.", "For {scales} that cannot be said yet.")
ONE_HIGHER = Text(
    "Hoger dan in de andere teams was de score voor {scales}.", "The score was higher than in the other teams for {scales}."
)
ONE_LOWER = Text(
    "Lager dan in de andere teams was de score voor {scales}.", "The score was lower than in the other teams for {scales}."
)
PART = Text(
    "{name} ({{{code}}} punten, marge {{{code}_low}} tot {{{code}_high}})",
    "{name} ({{{code}}} points, interval {{{code}_low}} to {{{code}_high}})",
)
NOTHING_SURE = Text(
    "Van geen van deze determinanten is te zeggen of die hoger of lager was dan in de andere teams.",
    "Of none of these determinants can it be said whether it was higher or lower than in the other teams.",
)
CAPTION = Text(
    "Verschil per determinant {wave}, bij gelijke score aan de start: {contrast}. Marge (95 %) met teams als eenheid.",
    "Difference in each determinant {wave}, at the same score at the start: {contrast}. Interval (95 %) with teams as the "
    "unit.",
)
ONE_BY_ONE = Text(
    "Elke marge geldt voor die ene determinant. Wie naar meer determinanten kijkt, vindt eerder een toevallig verschil.",
    "Each interval holds for that one determinant. Those who look at more determinants sooner find a chance difference.",
)
SOMETHING = Text(
    "Gevoeligheidsanalyse: één toets op alle {m} determinanten tegelijk (HTZ, 5 %) vindt een verschil. In welke determinant, "
    "zegt die toets niet.",
    "Sensitivity analysis: one test of all {m} determinants at once (HTZ, 5 %) finds a difference. In which determinant, that "
    "test does not say.",
)
NOTHING_AT_ONCE = Text(
    "Gevoeligheidsanalyse: één toets op alle {m} determinanten tegelijk (HTZ, 5 %) vindt geen verschil. Dat bewijst niet dat "
    "er geen is.",
    "Sensitivity analysis: one test of all {m} determinants at once (HTZ, 5 %) finds no difference. That does not prove that "
    "there is none.",
)
TOO_FEW_AT_ONCE = Text(
    "Er zijn te weinig teams om alle determinanten in één toets te nemen.",
    "There are too few teams to take all determinants in one test.",
)
LEVEL = 0.05

ON_THE_WAY = Text(
    "Dit is een stap op weg en nog geen uitstroom: of meer mensen aan het werk gingen, staat bovenaan dit rapport.",
    "This is a step on the way and not yet an exit: whether more people found work stands at the top of this report.",
)


def determinants(
    found: Mapping[str, Estimate | NotEnoughData],
    section: Section,
    about: About,
    *,
    contrast: Text,
    wave: Text,
    joint: JointTest | NotEnoughData | None = None,
) -> Output:
    """Show by how much each determinant differs after the introduction, and say which are higher, lower, or not to be told.

    Parameters
    ----------
    found : mapping
        Scale code to difference in points.
    contrast : Text
        Whose scores are compared.
    wave : Text
        When, as it reads within a sentence ("na 12 maanden").
    joint : JointTest or NotEnoughData, optional
        `metrics.team_scores.joint_difference` of the same scores: a sensitivity analysis.
    """
    known = {code: one for code, one in found.items() if isinstance(one, Estimate)}
    if not known:
        short = next((one for one in found.values() if isinstance(one, NotEnoughData)), NotEnoughData("", "persons", 1, 10))
        return words_only(section, about, lacking(short))
    cells = {
        code: estimate_cell(one, code, COLUMN, digits=telling_digits(one.low, one.high, 0.0)) for code, one in known.items()
    }
    sentence = _sentence(known, cells)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(
            plain(ON_THE_WAY),
            *caution(about),
            *((plain(ONE_BY_ONE),) if len(known) > 1 else ()),
            *_at_once(joint, cells.values()),
        ),
        caption=CAPTION.format(contrast=contrast, wave=wave),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={code: SCALE_NAMES[code] for code in known} | {COLUMN: about.difference},
        axes={"x": Axis(Text("verschil (punten, schaal 0–100)", "difference (points, scale 0–100)"))},
    )
    return Output(words, tuple(cells.values()))


def _at_once(joint: JointTest | NotEnoughData | None, cells: Iterable[Cell]) -> tuple[Sentence, ...]:
    if joint is None:
        return ()
    if isinstance(joint, NotEnoughData):
        return (plain(TOO_FEW_AT_ONCE),)
    return (verdict((SOMETHING if joint.p < LEVEL else NOTHING_AT_ONCE).format(m=str(joint.df)), cells),)


def _sentence(known: Mapping[str, Estimate], cells: Mapping[str, Cell]) -> Sentence:
    up = [code for code, one in known.items() if one.low > 0]
    down = [code for code, one in known.items() if one.high < 0]
    rest = [code for code in known if code not in (*up, *down)]
    parts = [
        _part(up, HIGHER if len(up) > 1 else ONE_HIGHER, numbers=True),
        _part(down, LOWER if len(down) > 1 else ONE_LOWER, numbers=True),
        _part(rest, OPEN, numbers=False) if up or down else NOTHING_SURE,
    ]
    said = [part for part in parts if part is not None]
    return Sentence(
        Text(" ".join(part.nl for part in said), " ".join(part.en for part in said)),
        {name: slot for code in (*up, *down) for name, slot in _slots(code, cells[code]).items()},
    ).resting_on(cells.values())


def _part(codes: Sequence[str], text: Text, *, numbers: bool) -> Text | None:
    if not codes:
        return None
    named = [PART.format(name=SCALE_NAMES[code], code=code) if numbers else SCALE_NAMES[code] for code in codes]
    those = listed(named)
    return Text(text.nl.replace("{scales}", those.nl), text.en.replace("{scales}", those.en))


def _slots(code: str, cell: Cell) -> dict[str, Slot]:
    slots = quote(cell, signed=True)
    return {code: slots["value"], f"{code}_low": slots["low"], f"{code}_high": slots["high"]}
