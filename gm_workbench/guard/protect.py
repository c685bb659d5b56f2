"""The one door: outputs and a policy in, `Released` or `Refusal` out. Closed by default.

Protection is a pure function of the outputs, the policy and the decisions. What it does not know it refuses: another shape,
another measure, an exception inside a check. In flows, tiles and curves counts print rounded to the policy's base; a loss is
then the difference of two rounded numbers, and 1 to 9 persons cannot be read from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gm_workbench.guard.cells import Reason, recorded
from gm_workbench.guard.complement import plan
from gm_workbench.guard.decisions import Choice, Decision
from gm_workbench.guard.flows import without_small_losses
from gm_workbench.guard.links import wrong_sums
from gm_workbench.guard.order import in_neutral_order
from gm_workbench.guard.phrasing import (
    WITHHELD_DECIDED,
    WITHHELD_REVIEW,
    WITHHELD_UNSAFE,
    notes,
    quotes_few,
    says_few,
    silenced,
)
from gm_workbench.guard.plans import Plan
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.guard.printing import Printer, kept_back, may_have_moved, printed, reasons
from gm_workbench.guard.released import Record, Refusal, Released, Verdict, release
from gm_workbench.outputs.output import Measure, Output, Role, Shape, ShownOutput
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text

__all__ = ["Record", "Refusal", "Released", "Verdict", "protect"]

_SHAPES = frozenset(
    {
        Shape.INTERVAL,
        Shape.TILES,
        Shape.FLOW,
        Shape.TABLE,
        Shape.CURVE,
        Shape.TREND,
        Shape.MAP,
        Shape.MATRIX,
        Shape.DOTS,
        Shape.BARS,
        Shape.WORDS,
    }
)
_MEASURES = frozenset({Measure.COUNT, Measure.SHARE, Measure.ESTIMATE, Measure.MONEY})


def protect(outputs: Sequence[Output], policy: Policy, decisions: Sequence[Decision] = ()) -> Released | Refusal:
    """Protect all outputs of one report.

    Parameters
    ----------
    outputs : sequence of Output
        In the order of the page.
    policy : Policy
    decisions : sequence of Decision
        Those about this report. They can release an output that needs review and withhold any, not release a refused one.

    Returns
    -------
    Released or Refusal
        A refusal if the report as a whole is not what it should be: no outputs, an id twice, data of two kinds, an unknown
        role, shape, measure or method, a failure in a check. One that cannot be made safe is withheld, and a sentence says so.
    """
    try:
        if faults := _foreign(outputs) or (*_whole(outputs), *_named(outputs, policy), *_in_vain(outputs, decisions)):
            return Refusal(faults)
        merged = [without_small_losses(output, policy.threshold) for output in outputs]
        done = _protected(merged, policy, decisions)
    except Exception as error:  # closed by default: whatever goes wrong, nothing leaves
        return Refusal((f"a check failed ({type(error).__name__})",))
    records = tuple(one.record for one in done)
    return release(tuple(one.shown for one in done), policy, records, outputs[0].words.kind)


def _foreign(outputs: Sequence[Output]) -> tuple[str, ...]:
    if not outputs:
        return ("there are no outputs",)
    if any(type(output) is not Output for output in outputs):  # an individual result, for one
        return ("something is no output, so nobody knows how many persons are behind it",)
    return ()


def _whole(outputs: Sequence[Output]) -> tuple[str, ...]:
    ids = [output.id for output in outputs]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    kinds = sorted({str(output.words.kind) for output in outputs})
    strange = [output.id for output in outputs if not isinstance(output.words.kind, DataKind)]
    roles = sorted({output.id for output in outputs if not isinstance(output.words.role, Role)})
    shapes = sorted({output.id for output in outputs if not set(output.words.shown_as) <= _SHAPES or not output.words.shown_as})
    measures = sorted({output.id for output in outputs if any(cell.measure not in _MEASURES for cell in output.cells)})
    faults = [
        (twice, f"ids are used twice: {', '.join(twice)}"),
        (kinds[1:], f"data of several kinds in one report: {', '.join(kinds)}"),
        (strange, f"nobody knows what kind of data these are: {', '.join(strange)}"),
        (roles, f"nobody knows where on the page these stand: {', '.join(roles)}"),
        (shapes, f"there is no rule for the shape of {', '.join(shapes)}"),
        (measures, f"there is no rule for a measure of {', '.join(measures)}"),
    ]
    return tuple(text for wrong, text in faults if wrong)


def _named(outputs: Sequence[Output], policy: Policy) -> tuple[str, ...]:
    """Say which outputs bear a number of persons in their id, which names a file; the id itself is not told."""
    if policy.method not in tuple(Method):
        return ("the policy has a method that nobody knows",)
    places = [str(at) for at, output in enumerate(outputs, start=1) if says_few(output.id.replace("_", " "), policy)]
    return (f"ids name a number of persons below the threshold: of outputs {', '.join(places)}",) if places else ()


def _in_vain(outputs: Sequence[Output], decisions: Sequence[Decision]) -> tuple[str, ...]:
    """Say which decisions withhold an output that is not there: under a name that is misspelt another would stay."""
    unknown = sorted({one.output for one in decisions if one.decision is Choice.WITHHOLD} - {output.id for output in outputs})
    if not unknown:
        return ()
    there = ", ".join(sorted(output.id for output in outputs))
    return (f"decisions.csv withholds {', '.join(unknown)}, which the report does not have; it has {there}: correct that row",)


@dataclass(frozen=True, slots=True)
class _Done:
    shown: ShownOutput
    record: Record


def _protected(outputs: Sequence[Output], policy: Policy, decisions: Sequence[Decision]) -> list[_Done]:
    """Decide what is withheld, and then what is hidden of the rest: what a reader does not see tells her nothing."""
    judged = [_judged(output, policy, decisions) for output in outputs]
    withheld = frozenset(at for at, (verdict, _) in enumerate(judged) if verdict is not Verdict.RELEASE)
    made = plan(outputs, policy, withheld)
    if made.linked.wrong - withheld:
        judged = [_wrong(one) if at in made.linked.wrong else one for at, one in enumerate(judged)]
        made = plan(outputs, policy, withheld | made.linked.wrong)
    return [_done(made, at, *judged[at]) for at in range(len(outputs))]


WITHHELD = "withheld"
UNJOINED = "the table behind this one and others is too large to reckon with"
Judged = tuple[Verdict, tuple[str, ...]]


def _judged(output: Output, policy: Policy, decisions: Sequence[Decision]) -> Judged:
    decided = next((one for one in decisions if one.output == output.id), None)
    because: tuple[str, ...]
    if wrong_sums(output):
        verdict, because = Verdict.REFUSE, ("a declared sum does not add up",)
    elif quotes_few(output.words, policy, (key for cell in output.cells for key in cell.key)):
        verdict, because = Verdict.REVIEW, ("the words name a number of persons below the threshold",)
    else:
        verdict, because = Verdict.RELEASE, ()
    if verdict is Verdict.REVIEW and decided is not None and decided.decision is Choice.RELEASE:
        return Verdict.RELEASE, (*because, _told("released", decided))
    if decided is not None and decided.decision is Choice.WITHHOLD:
        return max(verdict, Verdict.REVIEW), (*because, _told(WITHHELD, decided))
    return verdict, because


def _wrong(judged: Judged) -> Judged:
    return Verdict.REFUSE, (*judged[1], "another output counts the same persons and does not agree")


def _told(what: str, decided: Decision) -> str:
    return f"{what} by {decided.decided_by} on {decided.date:%Y-%m-%d}: {decided.reason}"


def _done(made: Plan, at: int, verdict: Verdict, because: tuple[str, ...]) -> _Done:
    output, policy = made.outputs[at], made.policy
    if at in made.failed:
        verdict, because = Verdict.REFUSE, ("no set of cells could be hidden that keeps the others from giving a count away",)
    if verdict is not Verdict.RELEASE:
        return _Done(_withheld(output, policy, _why(verdict, because)), Record(output.id, verdict, because))
    printer = _printer(made, at)
    cells = printed(printer)
    bare, moved = kept_back(printer, cells), may_have_moved(printer, cells)
    counts = {"rounded": printer.rounds_counts, "exact": printer.mixes_exact_counts}
    by_name = in_neutral_order(output, cells)
    said = notes(reasons(printer, cells), policy, **counts, bare=bare, moved=moved, by_name=by_name is not None)
    rules = (*(str(reason) for reason in Reason if reason in printer.hidden), *recorded(output, policy, _is_full(made, at)))
    spare = (f"at most {made.spare[at]} more hidden than must be",) if at in made.spare else ()
    order = () if by_name is None else ("order",)
    joint = (UNJOINED,) if at in made.linked.unjoined else ()
    shown = ShownOutput(output.words, cells if by_name is None else by_name, None, said)
    return _Done(shown, Record(output.id, verdict, (*rules, *order, *because, *spare, *joint)))


def _is_full(made: Plan, output: int) -> bool:
    """Whether a count that is shown holds nearly all of its total."""
    return any(at[0] == output and made.visible(at) for at in made.crowded)


def _why(verdict: Verdict, because: tuple[str, ...]) -> Text:
    """Tell a reader in one sentence why a part is not there."""
    if verdict is Verdict.REFUSE:
        return WITHHELD_UNSAFE
    return WITHHELD_DECIDED if any(one.startswith(WITHHELD) for one in because) else WITHHELD_REVIEW


def _printer(made: Plan, output: int) -> Printer:
    cells = range(len(made.outputs[output].cells))
    hidden = tuple(made.reason((output, at)) for at in cells)
    known = made.known(output)
    return Printer(made.outputs[output], made.policy, hidden, made.linked.parts[output], known, made.prints, made.leaves)


def _withheld(output: Output, policy: Policy, because: Text) -> ShownOutput:
    return ShownOutput(silenced(output.words, policy, because), (), because)
