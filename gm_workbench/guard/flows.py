"""A flow without small losses: its steps are put together before anything else is protected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from gm_workbench.guard.steps import merged, together
from gm_workbench.outputs.output import Output, Role, Sentence, Slot, Words
from gm_workbench.outputs.people import ONE_STEP, PERSONS, spoken, why_key
from gm_workbench.panel.ledger import Step
from gm_workbench.vocabulary.text import Text

_NO_WHY = Text("", "")


def without_small_losses(output: Output, least: int) -> Output:
    """Put the steps of a flow together until each loses nobody or at least the threshold; another output stays as it is.

    A row keeps the name of the last step that is in it.

    Parameters
    ----------
    output : Output
        As `outputs.people.flow` makes it.
    least : int
        The threshold of the policy.
    """
    if not _is_ledger(output):
        return output
    steps = _steps(output)
    groups = together(list(steps.values()), least)
    if len(groups) == len(steps):
        return output
    rows = _last_rows(list(steps), groups)
    told = dict(zip(rows, merged(list(steps.values()), least), strict=True))
    return Output(_words(output.words, told), tuple(cell for cell in output.cells if cell.row in told))


def _is_ledger(output: Output) -> bool:
    """Whether these are persons after each step, with the reason of each loss; a flow of something else is left alone."""
    rows = [cell.row for cell in output.cells]
    named = {PERSONS, *rows, *map(why_key, rows[1:])} <= output.words.labels.keys()
    alone = all(cell.column == PERSONS for cell in output.cells)
    return output.words.role is Role.FLOW and len(rows) > 1 and alone and named


def _steps(output: Output) -> dict[str, Step]:
    """Give the ledger that a flow was made of, each step under its row."""
    labels, cells = output.words.labels, output.cells
    first = cells[0]
    steps = {first.row: Step(labels[first.row], first.n, first.n, _NO_WHY)}
    for before, cell in pairwise(cells):
        steps[cell.row] = Step(labels[cell.row], before.n, cell.n, labels[why_key(cell.row)])
    return steps


def _last_rows(rows: Sequence[str], groups: Sequence[Sequence[Step]]) -> list[str]:
    ends, at = [], -1
    for group in groups:
        at += len(group)
        ends.append(rows[at])
    return ends


def _words(words: Words, told: Mapping[str, Step]) -> Words:
    rows = list(told)
    names = {row: step.label for row, step in told.items()}
    whys = {why_key(row): told[row].why for row in rows[1:]}
    kept = {PERSONS: words.labels[PERSONS]}
    return replace(words, labels={**names, **whys, **kept}, alt=spoken(rows, names), sentence=_sentence(words, rows))


def _sentence(words: Words, rows: Sequence[str]) -> Sentence:
    slots = {"first": Slot(rows[0], PERSONS), "last": Slot(rows[-1], PERSONS)}
    if not words.sentence.slots or len(rows) > 1:
        return replace(words.sentence, slots={name: slots[name] for name in words.sentence.slots})
    return Sentence(ONE_STEP, {"first": slots["first"]})
