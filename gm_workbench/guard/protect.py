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
from gm_workbench.guard.phrasing import WITHHELD_REVIEW, WITHHELD_UNSAFE, notes, quotes_few, silenced
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.guard.printing import Printer, kept_back, may_have_moved, printed, reasons
from gm_workbench.guard.released import Record, Refusal, Released, Verdict, release
from gm_workbench.guard.rounded import rounded_plan
from gm_workbench.outputs.output import Measure, Output, Shape, ShownOutput
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
        shape or measure, a failure inside a check. One output that cannot be made safe is withheld, and a sentence says so.
    """
    faults = _whole(outputs)
    if faults:
        return Refusal(faults)
    try:
        done = [_protected(without_small_losses(output, policy.threshold), policy, decisions) for output in outputs]
    except Exception as error:  # closed by default: whatever goes wrong, nothing leaves
        return Refusal((f"a check failed ({type(error).__name__})",))
    records = tuple(one.record for one in done)
    return release(tuple(one.shown for one in done), policy, records, outputs[0].words.kind)


def _whole(outputs: Sequence[Output]) -> tuple[str, ...]:
    if not outputs:
        return ("there are no outputs",)
    if any(type(output) is not Output for output in outputs):  # an individual result, for one
        return ("something is no output, so nobody knows how many persons are behind it",)
    ids = [output.id for output in outputs]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    kinds = sorted({str(output.words.kind) for output in outputs})
    strange = [output.id for output in outputs if not isinstance(output.words.kind, DataKind)]
    shapes = sorted({output.id for output in outputs if not set(output.words.shown_as) <= _SHAPES or not output.words.shown_as})
    measures = sorted({output.id for output in outputs if any(cell.measure not in _MEASURES for cell in output.cells)})
    faults = [
        (twice, f"ids are used twice: {', '.join(twice)}"),
        (kinds[1:], f"data of several kinds in one report: {', '.join(kinds)}"),
        (strange, f"nobody knows what kind of data these are: {', '.join(strange)}"),
        (shapes, f"there is no rule for the shape of {', '.join(shapes)}"),
        (measures, f"there is no rule for a measure of {', '.join(measures)}"),
    ]
    return tuple(text for wrong, text in faults if wrong)


@dataclass(frozen=True, slots=True)
class _Done:
    shown: ShownOutput
    record: Record


def _protected(output: Output, policy: Policy, decisions: Sequence[Decision]) -> _Done:
    decided = next((one for one in decisions if one.output == output.id), None)
    printer, because = _planned(output, policy)
    checks = [Verdict.REFUSE if printer is None else Verdict.RELEASE]
    if quotes_few(output.words, policy):
        checks.append(Verdict.REVIEW)
        because = (*because, "the words name a number of persons below the threshold")
    verdict = max(checks)
    if verdict is Verdict.REVIEW and decided is not None and decided.decision is Choice.RELEASE:
        verdict, because = Verdict.RELEASE, (*because, _told("released", decided))
    elif decided is not None and decided.decision is Choice.WITHHOLD:
        verdict, because = max(verdict, Verdict.REVIEW), (*because, _told("withheld", decided))
    record = Record(output.id, verdict, because)
    if printer is None or verdict is not Verdict.RELEASE:
        sentence = WITHHELD_UNSAFE if verdict is Verdict.REFUSE else WITHHELD_REVIEW
        return _Done(_withheld(output, policy, sentence), record)
    cells = printed(printer)
    bare, moved = kept_back(printer, cells), may_have_moved(printer, cells)
    counts = {"rounded": printer.rounds_counts, "exact": printer.mixes_exact_counts}
    said = notes(reasons(printer, cells), policy, **counts, bare=bare, moved=moved)
    return _Done(ShownOutput(output.words, cells, None, said), record)


def _told(what: str, decided: Decision) -> str:
    return f"{what} by {decided.decided_by} on {decided.date:%Y-%m-%d}: {decided.reason}"


def _planned(output: Output, policy: Policy) -> tuple[Printer | None, tuple[str, ...]]:
    if wrong_sums(output):
        return None, ("a declared sum does not add up",)
    printer = rounded_plan(output, policy) if policy.method is Method.ROUND else _suppressed(output, policy)
    if printer is None:
        return None, ("no set of cells could be hidden that keeps the others from giving a count away",)
    return printer, (*(str(reason) for reason in Reason if reason in printer.hidden), *recorded(output, policy))


def _suppressed(output: Output, policy: Policy) -> Printer | None:
    made = plan(output, policy)
    if made is None:
        return None
    known = made.known()
    return Printer(output, policy, tuple(made.reason(at) for at in range(len(output.cells))), made.links, frozenset(known), {})


def _withheld(output: Output, policy: Policy, because: Text) -> ShownOutput:
    return ShownOutput(silenced(output.words, policy, because), (), because)
