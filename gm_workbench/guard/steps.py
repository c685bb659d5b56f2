"""A ledger without small losses: steps are put together until each loses nobody, or enough persons to be told."""

from __future__ import annotations

from collections.abc import Sequence

from gm_workbench.panel.ledger import Step
from gm_workbench.vocabulary.text import joined


def merged(steps: Sequence[Step], least: int) -> tuple[Step, ...]:
    """Put neighbouring steps together until each drop is 0 or at least the threshold.

    A step with a small drop goes together with the steps after it until they lose enough; what is then left over at the end
    goes together with the last step that lost enough. Where all steps together lose fewer, nothing of it is told: one step is
    left, with those who remained. How many remained at the end is always as it was.

    Parameters
    ----------
    steps : sequence of Step
        In the order of the ledger. The first is where it begins; it is told how many came out of it, not how many went in.
    least : int
        The fewest that a drop may be, if it is not 0: the threshold of the policy.

    Returns
    -------
    tuple of Step
        The labels of steps that were put together read "one, other", and the reasons "one; other".

    Examples
    --------
    >>> from gm_workbench.vocabulary.text import Text
    >>> a, b = Text("a", "a"), Text("b", "b")
    >>> told = merged([Step(a, 90, 90, a), Step(a, 90, 86, a), Step(b, 86, 60, b)], 10)
    >>> [(step.label.en, step.persons_in, step.persons_out) for step in told]
    [('a', 90, 90), ('a, b', 90, 60)]
    """
    groups = together(steps, least)
    return (_begin(groups[0]), *map(_together, groups[1:])) if groups else ()


def together(steps: Sequence[Step], least: int) -> list[list[Step]]:
    """Give the steps that `merged` puts together, group by group; the first group is where the ledger begins."""
    if not steps:
        return []
    opening, *later = steps
    groups = _groups(later, least)
    if groups and 0 < _drop(groups[-1]) < least:
        groups = _back(groups)
    if groups and 0 < _drop(groups[0]) < least:
        return [[opening, *groups[0]], *groups[1:]]
    return [[opening], *groups]


def _drop(group: Sequence[Step]) -> int:
    return group[0].persons_in - group[-1].persons_out


def _groups(steps: Sequence[Step], least: int) -> list[list[Step]]:
    """Gather steps from the first on; a group is whole when it loses nobody or enough. Only the last may not be whole."""
    groups: list[list[Step]] = []
    whole = True
    for step in steps:
        if whole:
            groups.append([])
        groups[-1].append(step)
        whole = _drop(groups[-1]) == 0 or _drop(groups[-1]) >= least
    return groups


def _back(groups: list[list[Step]]) -> list[list[Step]]:
    """Put the last group together with those before it, back to one that lost somebody, or all of them."""
    at = max((place for place, group in enumerate(groups[:-1]) if _drop(group)), default=0)
    return [*groups[:at], [step for group in groups[at:] for step in group]]


def _together(group: Sequence[Step]) -> Step:
    if len(group) == 1:
        return group[0]
    label, why = joined([step.label for step in group], ", "), joined([step.why for step in group], "; ")
    return Step(label, group[0].persons_in, group[-1].persons_out, why)


def _begin(group: Sequence[Step]) -> Step:
    """Begin with those who came out; that more went in is not told."""
    one = _together(group)
    return Step(one.label, one.persons_out, one.persons_out, one.why)
