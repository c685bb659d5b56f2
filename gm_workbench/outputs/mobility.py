"""Who is at the base, and where they are later: counts, transitions and indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gm_workbench.metrics.counts import CategoryCount, in_their_order
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.mobility import OUT, Transitions
from gm_workbench.metrics.shares import wilson
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import count_cell, estimate_cell, quote, share_cell
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.terms import term, terms
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

BASE, REST = "base", "rest"
GROUPS = {BASE: Text("aan de basis", "at the base"), REST: Text("andere werkenden", "other workers")}
PERSONS = "persons"

BASE_CAPTION = Text(
    "Kenmerken van werkenden aan de basis en van de andere werkenden in deze levering, in % van elke groep. Aan de basis: "
    "{rule} onder de laagloongrens, een vast deel van het landelijke mediane uurloon. Andere werkenden: wie daar niet aan "
    "voldoet, of om een andere reden niet is gevolgd.",
    "Characteristics of workers at the base and of the other workers in this delivery, in % of each group. At the base: "
    "{rule} below the low-pay threshold, a fixed share of the national median hourly wage. Other workers: who do not meet "
    "that, or were not followed for another reason.",
)
MATRIX_CAPTION = Text(
    "Per positie aan de start (rij): % dat {horizon} maanden later in elke positie is (kolom). Elke rij telt op tot 100 "
    "%.{ties}{lost}",
    "For each position at the start (row): % in each position {horizon} months later (column). Each row adds up to "
    "100%.{ties}{lost}",
)
LOST = Text(
    " Wie later niet is gezien, telt niet mee; de blijvers kunnen anders zijn dan wie verdween.",
    " Those who were not seen later are left out; those who stayed may differ from those who disappeared.",
)
STAYED = Text(
    "Na {horizon} maanden was {{value}} % van de grootste groep (aan de start: {state}) nog in dezelfde positie{margin}.",
    "After {horizon} months {{value}}% of the largest group (at the start: {state}) was still in the same position{margin}.",
)
MARGIN = Text(" (marge {low} tot {high} %)", " (interval {low} to {high}%)")
NOBODY_STAYED = Text("Niemand had op beide momenten dezelfde positie.", "Nobody had the same position at both moments.")
WHY = Text(
    "Waardoor mensen van positie veranderden, is hier niet onderzocht.", "Why people changed position was not studied here."
)
INDICES_CAPTION = Text(
    "Maten van beweging over {horizon} maanden, van mensen die op beide momenten zijn gezien. 0: niemand verandert van "
    "positie. {both_nl} tellen omhoog en omlaag samen. De laatste is het deel dat hoger uitkomt van wie dat kon: wie niet "
    "al in de hoogste positie begon. Streep: marge (95 %), door personen opnieuw te trekken.",
    "Indices of movement over {horizon} months, for people seen at both moments. 0: nobody changes position. {both_en} "
    "count up and down alike. The last is the share that ends higher among those who could: who did not begin in the highest "
    "position. Line: interval (95 %), from drawing persons again.",
)
BOTH_WAYS = Text(
    "Meer beweging is niet vanzelf beter: in de andere maten telt omlaag even zwaar als omhoog, en ook toeval in een loon is "
    "beweging.",
    "More movement is not better by itself: in the other indices down counts as much as up, and chance in a wage is movement "
    "too.",
)
FIVE, OTHERS = ("De eerste vijf", "The first five"), ("De andere", "The others")
NOT_EACH = Text(
    "Niet van elke maat is iets te zeggen: daarvoor verschillen de gegevens te weinig van elkaar.",
    "Not every index can be told: the data differ too little from each other for that.",
)
DIGITS = {"determinant": 3}
"""Of five groups it comes so near to 1 that two digits show an interval without width."""

INDEX_LABELS = {
    "prais": Text("wie verandert, elke positie even zwaar (Prais/Shorrocks)", "who changes, positions alike (Prais/Shorrocks)"),
    "determinant": Text("hoe weinig het begin nog zegt (determinant)", "how little the start still tells (determinant)"),
    "second_eigenvalue": Text(
        "hoe snel het begin vervaagt (tweede eigenwaarde)", "how fast the start fades (second eigenvalue)"
    ),
    "bartholomew_1": Text("wie verandert, elk mens even zwaar (Bartholomew 1)", "who changes, people alike (Bartholomew 1)"),
    "bartholomew_2": Text("hoe ver mensen gaan (Bartholomew 2)", "how far people go (Bartholomew 2)"),
    "upward": Text("deel dat hoger uitkomt", "share that ends higher"),
}


def base(counts: Sequence[CategoryCount], section: Section, about: About, *, months_low: int, one_month: int) -> Output:
    """Show who is at the base beside the other workers, by characteristic.

    Parameters
    ----------
    counts : sequence of CategoryCount
        `metrics.counts.category_counts` with the groups ``base`` and ``rest``, which share nobody.
    months_low : int
        Months that the rule asks for.
    one_month : int
        Persons who would be at the base if one low month were enough, those who are at the base among them.
    """
    totals = {one.group: one.total for one in counts}
    if not totals.get(BASE):
        return words_only(section, about, shortage(NotEnoughData("", "persons", 0, 1)))
    sizes = [count_cell(PERSONS, group, totals[group]) for group in GROUPS if group in totals]
    shares = [share_cell(f"{one.characteristic}_{one.category}", one.group, one.n, one.total) for one in counts if one.total]
    # as a share, so that the guard also sees the persons whom only the looser rule would add
    looser = (share_cell("one_month", BASE, totals[BASE], one_month),) if months_low > 1 else ()
    words = section_words(
        section,
        about,
        sentence=Sentence(
            Text("{n} werkenden staan aan de basis.", "{n} workers are at the base."), {"n": Slot(PERSONS, BASE, "n")}
        ),
        more=(_one_month_sentence(),) if looser else (),
        caption=BASE_CAPTION.format(rule=_rule(months_low)),
        alt=Sentence(
            Text(
                "Tabel met kenmerken van {n} werkenden aan de basis en van de anderen.",
                "Table with characteristics of {n} workers at the base and of the others.",
            ),
            {"n": Slot(PERSONS, BASE, "n")},
        ),
        labels={**GROUPS, **_base_labels(counts)},
        ordered=in_their_order(counts),
    )
    return Output(words, (*sizes, *shares, *looser))


def _rule(months: int) -> Text:
    if months == 1:
        return Text("in de maand voor de start", "in the month before the start")
    return Text(f"in elk van de {months} maanden voor de start", f"in each of the {months} months before the start")


def _one_month_sentence() -> Sentence:
    return Sentence(
        Text(
            "Als één lage maand genoeg was, waren het er {n}; {share} % daarvan voldoet ook aan de strengere regel.",
            "If one low month were enough, there would be {n}; {share}% of these meet the stricter rule too.",
        ),
        {"n": Slot("one_month", BASE, "n"), "share": Slot("one_month", BASE, percent=True)},
    )


def _base_labels(counts: Sequence[CategoryCount]) -> dict[str, Text]:
    named = {f"{one.characteristic}_{one.category}": (term(one.characteristic), term(one.category)) for one in counts}
    labels = {key: Text(f"{what.nl}: {which.nl}", f"{what.en}: {which.en}") for key, (what, which) in named.items()}
    return {
        **labels,
        PERSONS: Text("aantal personen", "number of persons"),
        "one_month": Text("van wie één lage maand had, aan de basis", "of those with one low month, at the base"),
    }


def transitions(
    result: Transitions | NotEnoughData,
    section: Section,
    about: About,
    *,
    horizon: int,
    ties: Text = Text("", ""),
    labels: Mapping[str, Text] | None = None,
) -> Output:
    """Show from which position people went to which, as a shaded square and as a table.

    Every cell is a share of the pairs that start in its row. With one pair per person, pairs are persons.

    Parameters
    ----------
    result : Transitions or NotEnoughData
        `metrics.mobility.transitions`; rows without anybody are left out.
    horizon : int
        Months between the two moments.
    ties : Text
        How equal wages were put in states, where that matters; goes into the caption.
    labels : mapping
        Own words for the states.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    cells = tuple(
        share_cell(origin, destination, count, sum(row))
        for origin, row in zip(result.origins, result.counts, strict=True)
        for destination, count in zip(result.destinations, row, strict=True)
        if sum(row)
    )
    cells, sentence = _stayed_sentence(cells, horizon, labels)
    gap = Text(" ", " ") if ties.nl else Text("", "")
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(WHY),),
        caption=MATRIX_CAPTION.format(
            horizon=str(horizon),
            ties=Text(gap.nl + ties.nl, gap.en + ties.en),
            lost=LOST if result.attrition == "drop" and result.lost else Text("", ""),
        ),
        alt=sentence.behind(
            Text("Vierkant van posities: hoe donkerder, hoe meer.", "Square of positions: the darker, the more.")
        ),
        shown_as=(Shape.MATRIX, Shape.TABLE),
        labels=terms(dict.fromkeys((*result.origins, *result.destinations, OUT)), labels),
        row_title=Text("van", "from"),
        axes={
            "x": Axis(Text(f"na {horizon} maanden", f"after {horizon} months")),
            "y": Axis(Text("aan de start", "at the start")),
        },
    )
    return Output(words, cells)


def _stayed_sentence(
    cells: tuple[Cell, ...], horizon: int, labels: Mapping[str, Text] | None
) -> tuple[tuple[Cell, ...], Sentence]:
    """Quote the largest row, which is least likely to be hidden: how many of it are still there, with the interval it gets."""
    kept = [cell for cell in cells if cell.row == cell.column]
    if not kept:
        return cells, plain(NOBODY_STAYED)
    cell = max(kept, key=lambda one: one.n)
    low, high = wilson(cell.numerator or 0, cell.n)
    told = replace(cell, low=low, high=high)
    state = terms([cell.row], labels)[cell.row]
    with_it, bare = (STAYED.format(horizon=str(horizon), state=state, margin=margin) for margin in (MARGIN, NOTHING))
    return tuple(told if one is cell else one for one in cells), Sentence(with_it, quote(told), without_interval=bare)


def indices(
    result: Mapping[str, Estimate | NotEnoughData] | NotEnoughData,
    section: Section,
    about: About,
    *,
    horizon: int,
    states: Text = Text("", ""),
) -> Output:
    """Show the mobility indices with their intervals.

    An index that cannot be told is left out, and a sentence says that not all are there. Without the share that moved up there
    are no numbers: the others would tell that it is none, or all.

    Parameters
    ----------
    result : mapping or NotEnoughData
        `metrics.mobility.mobility_indices`.
    horizon : int
        Months between the two moments.
    states : Text
        A sentence on what the positions are; goes into the caption.
    """
    if isinstance(result, NotEnoughData):
        return words_only(section, about, shortage(result))
    upward = result["upward"]
    if isinstance(upward, NotEnoughData):
        return words_only(section, about, shortage(upward))
    known = {name: one for name, one in result.items() if isinstance(one, Estimate)}
    both, missing = (FIVE, []) if len(known) == len(result) else (OTHERS, [plain(NOT_EACH)])
    cells = {name: estimate_cell(one, name, "index", digits=DIGITS.get(name, 2), unit="") for name, one in known.items()}
    sentence = Sentence(
        Text(
            "Van wie hoger kon komen, kwam {value} % in een hogere positie uit (marge {low} tot {high} %).",
            "Of those who could move up, {value}% ended in a higher position (interval {low} to {high}%).",
        ),
        {name: replace(slot, digits=0, percent=True) for name, slot in quote(cells["upward"]).items()},
    )
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(BOTH_WAYS), *missing),
        caption=_joined(INDICES_CAPTION.format(horizon=str(horizon), both_nl=both[0], both_en=both[1]), states),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**INDEX_LABELS, "index": Text("maat", "index")},
        axes={"x": Axis(Text("0 = niemand verandert van positie", "0 = nobody changes position"), low=0.0)},
        options={"strong": ("upward",)},
    )
    return Output(words, tuple(cells.values()))


def _joined(one: Text, other: Text) -> Text:
    return Text(f"{one.nl} {other.nl}".rstrip(), f"{one.en} {other.en}".rstrip())
