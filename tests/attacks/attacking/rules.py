"""The rules of the guard, and how each is switched off while an attack is tried."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import nbformat
import pytest

from gm_workbench.guard import plans, printing, protect, showing
from gm_workbench.guard.choice import choose
from gm_workbench.guard.differencing import Differenced
from gm_workbench.guard.policy import Policy
from gm_workbench.guard.policy import Rule as Number
from gm_workbench.outputs import people
from gm_workbench.outputs.output import Suppressed
from gm_workbench.report import csvfiles

GUARD = "gm_workbench.guard"
NOTHING_FOUND = Differenced((), {})


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and what is done to be without it: numbers of the policy that allow anything, and functions that are exchanged."""

    says: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    exchanged: Mapping[str, object] = field(default_factory=dict)


def _as_it_is(value: Any, *_: object) -> Any:
    return value


def _raw_share(printer: printing.Printer, at: int) -> float:
    cell = printer.output.cells[at]
    return printing.numerator(cell) / cell.n


_shown = printing._shown
_line = csvfiles._line


def _shown_with_ends(printer: printing.Printer, at: int, value: Any, ends: Any = (None, None, None)) -> Any:
    cell = printer.output.cells[at]
    return _shown(printer, at, value, (cell.low, cell.high, cell.se) if isinstance(value, Suppressed) else ends)


def _line_with_ends(shown: Any, cell: Any, language: str) -> list[str]:
    line = _line(shown, cell, language)
    ends = [csvfiles._text(end) for end in (cell.low, cell.high, cell.se)]
    return [*line[:6], *ends, *line[9:]]


def _every_n(printer: printing.Printer, at: int) -> Any:
    place = printer.links.n(at)
    return printing.round_to_base(printer.links.values[place], printer.policy.base)


def _own_total(counts: Any, policy: Policy) -> dict[int, tuple[int, ...]]:
    return {place: (place,) for place in range(len(counts.values))}


def _each_alone(outputs: Any, policy: Policy, decisions: Any = ()) -> Any:
    """Protect every output as if it were the only one of the report."""
    return [_protected([output], policy, decisions)[0] for output in outputs]


_protected = protect._protected


def _only_the_largest(counts: Any, groups: Any, labels: Any) -> list[Any]:
    """Leave of all categories the one that differs most, hidden or not."""
    shares = {(people._row(one), one.group): one.n / one.total for one in counts}
    among = _categories(counts, groups, labels)
    return [max(among, key=lambda one: abs(shares[one.slots["a"].row, groups[0]] - shares[one.slots["b"].row, groups[1]]))]


_categories = people._categories


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _raw_notebook(notebook: Any, outputs: Any, language: str = "nl") -> str:
    return str(nbformat.writes(notebook))


def _plain_digest(key: object, content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _displayed(output: Any, *_: object, **__: object) -> None:
    showing._display(showing._raw(output), showing.BAND, "red", showing.UNPROTECTED_MARK)


def _nothing(*_: object, **__: object) -> list[Any]:
    return []


def _stays(*_: object) -> None:
    return None


def _no(*_: object, **__: object) -> bool:
    return False


def _yes(*_: object, **__: object) -> bool:
    return True


RULES: dict[str, Rule] = {
    "threshold": Rule("fewer than the threshold are hidden", {"threshold": 1, "zero_is_safe": True}),
    "class": Rule("no group of which nearly everybody has a sensitive value", {"class_share": 1.0}),
    "dominance": Rule("no amount that is mostly one person's", {"dominance": 1.0}),
    "df": Rule("no model with hardly more observations than coefficients", {"minimum_df": -1000}),
    "groups": Rule("no result of one or two coaches or teams", {"minimum_groups": 0}),
    "group share": Rule("no result that is mostly one team's", {"group_share": 1.0}),
    "zero": Rule("under rounding, none is not told apart from a few", {"zero_is_safe": True}),
    "width": Rule("the marks leave enough values possible", {"width": 0}),
    "rounded n": Rule("numbers of persons behind a result print rounded", {"base": 1}),
    "complement": Rule(
        "what would give a hidden count away is hidden with it", exchanged={f"{GUARD}.protect.plan": plans.start}
    ),
    "partner": Rule(
        "a hidden mean or amount is never the only one of its sum",
        exchanged={f"{GUARD}.complement._clauses": _nothing, f"{GUARD}.complement.telling": lambda *_: set()},
    ),
    "purse": Rule(
        "what is hidden of a sum is together of enough persons, and not mostly one's",
        exchanged={f"{GUARD}.complement.told_together": lambda *_: set()},
    ),
    "sum and mean": Rule(
        "no sum of money beside its mean, which together give n", exchanged={f"{GUARD}.plans.sums_beside_means": _nothing}
    ),
    "equations": Rule("estimates that add up exactly count", exchanged={f"{GUARD}.plans.that_follow": lambda *_: set()}),
    "remainders": Rule(
        "a few who are left of a group count, though they stand nowhere", exchanged={f"{GUARD}.across.add_remainders": _stays}
    ),
    "told by errors": Rule(
        "a share with the error of a plain one tells how many persons it is of", exchanged={f"{GUARD}.net.tells_n": _no}
    ),
    "made again": Rule(
        "under rounding, what is made of counts is made again of rounded ones",
        exchanged={f"{GUARD}.printing._shift": lambda *_: 0.0},
    ),
    "found sums": Rule(
        "sums count that nobody declared",
        exchanged={
            f"{GUARD}.web._Web._add_up": _nothing,
            f"{GUARD}.web._Web._join_line": _nothing,
            f"{GUARD}.web._Web._stack": _nothing,
            f"{GUARD}.web._Web._same_wholes": _nothing,
        },
    ),
    "linked": Rule("outputs of a report are protected together", exchanged={f"{GUARD}.protect._protected": _each_alone}),
    "joint": Rule("the table behind others counts", exchanged={f"{GUARD}.across.add_joint": lambda _: frozenset()}),
    "alike": Rule(
        "cells are chosen as for other counts of the same marks", exchanged={f"{GUARD}.complement.choose_alike": choose}
    ),
    "sums of parts": Rule(
        "under rounding, a total is the sum of its printed parts",
        exchanged={f"{GUARD}.plans.leaves": _own_total, f"{GUARD}.rounded.leaves": _own_total},
    ),
    "protected shares": Rule("shares are made from protected counts", exchanged={f"{GUARD}.printing._share": _raw_share}),
    "intervals": Rule("no interval from which counts follow", exchanged={f"{GUARD}.printing.keeps_interval": _yes}),
    "decimals": Rule("too few decimals to find n", exchanged={f"{GUARD}.printing.decimals": lambda *_: 12}),
    "steps": Rule("curves go in steps of enough events", exchanged={f"{GUARD}.plans.thinned": _nothing}),
    "flow": Rule("no step of a flow loses a few", exchanged={f"{GUARD}.protect.without_small_losses": _as_it_is}),
    "hidden whole": Rule(
        "what is hidden has no interval and no n either",
        exchanged={
            f"{GUARD}.printing._shown": _shown_with_ends,
            f"{GUARD}.printing._n": _every_n,
            "gm_workbench.report.csvfiles._line": _line_with_ends,
        },
    ),
    "words": Rule(
        "words that name a few persons need a decision",
        exchanged={f"{GUARD}.protect.quotes_few": _no, f"{GUARD}.protect.says_few": _no},
    ),
    "verdicts": Rule(
        "words that a hidden number decided are not said",
        exchanged={"gm_workbench.outputs.output.Sentence.resting_on": _as_it_is},
    ),
    "candidates": Rule(
        "what is called the largest is so of what is shown, whatever is hidden",
        exchanged={"gm_workbench.outputs.people._categories": _only_the_largest},
    ),
    "order": Rule(
        "what is hidden does not tell by where it stands between which numbers it lies",
        exchanged={f"{GUARD}.protect.in_neutral_order": _stays},
    ),
    "silence": Rule("what is withheld keeps its heading only", exchanged={f"{GUARD}.protect.silenced": _as_it_is}),
    "notebook": Rule(
        "of the notebook only protected results stay", exchanged={"gm_workbench.report.write.protected_notebook": _raw_notebook}
    ),
    "scanner": Rule("finished files are scanned", exchanged={"gm_workbench.report.write.refuse_findings": _nothing}),
    "kinds of errors": Rule(
        "of an error only its kind is told",
        exchanged={"gm_workbench.batch.execution._ended": lambda error: ("failed", _told(error))},
    ),
    "differencing": Rule(
        "a bundle is held against all that was released",
        exchanged={f"{GUARD}.differencing.difference": lambda *_: NOTHING_FOUND},
    ),
    "collection": Rule(
        "bundles of several checkouts are held against each other",
        exchanged={"gm_workbench.report.collect_beside.difference": lambda *_: NOTHING_FOUND},
    ),
    "saving": Rule(
        "JupyterLab saves what is known to be protected", exchanged={"gm_workbench.kernels.saving.to_keep": _as_it_is}
    ),
    "batch": Rule(
        "a batch refuses numbers as they are",
        exchanged={"gm_workbench.batch.worker.refuse_exploring": _nothing, f"{GUARD}.showing._register": _displayed},
    ),
    "hook": Rule("what came from a run is not committed", exchanged={"gm_workbench.batch.stripped.fault_of": _nothing}),
    "keyed digests": Rule(
        "digests of deliveries bear a secret key", exchanged={"gm_workbench.intake.keys.Key.digest": _plain_digest}
    ),
}


@contextmanager
def switched_off(off: Collection[str]) -> Iterator[Callable[[Policy], Policy]]:
    """Be without these rules for a while; gives the function that weakens a policy."""
    numbers = {key: value for name in RULES if name in off for key, value in RULES[name].numbers.items()}
    with pytest.MonkeyPatch.context() as patch:
        for name in sorted(off):
            for target, other in RULES[name].exchanged.items():
                patch.setattr(target, other)
        yield lambda policy: _weakened(policy, numbers)


def _weakened(policy: Policy, numbers: Mapping[str, float]) -> Policy:
    rules = {key: Number(value, "assumed", "switched off for an attack") for key, value in numbers.items()}
    return replace(policy, rules={**policy.rules, **rules})
