"""Ask the audit between which whole numbers each hidden count of a report lies, for who knows all that is released."""

from __future__ import annotations

from collections.abc import Sequence

from gm_workbench.guard.complement import plan
from gm_workbench.guard.policy import Policy
from gm_workbench.guard.scene import Scene
from gm_workbench.outputs.output import Measure, Output

Where = tuple[str, str, str]
"""Output, row, column."""


def bounds(outputs: Sequence[Output], policy: Policy, *, marks: bool = False) -> dict[Where, tuple[int, int]]:
    """Give the tightest bounds of every hidden count and numerator, from all that the report shows.

    Parameters
    ----------
    outputs : sequence of Output
        All of the report.
    policy : Policy
    marks : bool
        Whether the reader also knows what the marks stand for: `<10` for less than the threshold, another for that or more.

    Returns
    -------
    dict
        For each hidden cell that is a count or a share, the smallest and largest number of persons that it can be. What nothing
        bounds from above has a bound far beyond all that is counted.

    Raises
    ------
    ArithmeticError
        If bounds cannot be found.

    Examples
    --------
    Of a table with a margin, 4 and the smaller of the others are hidden; they share 34 persons.

    >>> from gm_workbench.guard.policy import load_policy
    >>> from gm_workbench.outputs.output import Cell, Role, Words, plain
    >>> from gm_workbench.vocabulary.schemas import DataKind
    >>> from gm_workbench.vocabulary.text import same
    >>> said = (Role.SECTION, same("h"), plain(same("s")), same("c"), plain(same("a")), DataKind.SYNTHETIC)
    >>> words = Words("t", *said, same("p"), same("2024"), same("x"))
    >>> cells = [Cell("r", name, Measure.COUNT, n) for name, n in (("a", 4), ("b", 30), ("c", 50), ("all", 84))]
    >>> bounds([Output(words, tuple(cells))], load_policy("cbs-stijl"))
    {('t', 'r', 'a'): (0, 34), ('t', 'r', 'b'): (0, 34)}
    """
    made = plan(outputs, policy)
    scene = Scene(made)
    asked = {
        (outputs[at[0]].id, *cell.key): made.linked.parts[at[0]].body(at[1])
        for at, cell in made.cells()
        if not made.visible(at) and cell.measure in (Measure.COUNT, Measure.SHARE)
    }
    found: dict[int, tuple[int, int]] = {}
    for part in scene.parts(asked.values()):
        board = scene.board(part, {}, lambda _: ())
        known = board.known(frozenset())
        for place in set(part.places) & set(asked.values()):
            found[place] = board.audit.bounds(part.places.index(place), known, marks=marks)
    return {where: found[place] for where, place in asked.items()}
