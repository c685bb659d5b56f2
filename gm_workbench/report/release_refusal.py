"""Why a release is not made, with the arithmetic, and which decisions would mend it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from gm_workbench.errors import DifferencingRefused
from gm_workbench.guard.decisions import Choice, Decision
from gm_workbench.guard.differencing import SENTENCES, Differenced, Finding, remedies
from gm_workbench.guard.findings import Rule
from gm_workbench.guard.sizes import JUDGED
from gm_workbench.report.release_beside import Beside
from gm_workbench.report.release_decisions import decisions_csv

PROPOSED = ".proposed.csv"


def refuse_differences(found: Differenced, beside: Beside, by: str, on: date, file: Path) -> None:
    """Refuse with the arithmetic, and propose what must be withheld besides.

    Parameters
    ----------
    found : Differenced
    beside : Beside
        All that was compared.
    by : str
        Who asks; her name stands in the proposed rows, which she is to read and decide on.
    on : date
    file : Path
        Where the proposed rows go; replaced whole.

    Raises
    ------
    DifferencingRefused
        If there are findings.
    """
    if not found.findings:
        return
    chosen, left = remedies(beside.sides, found.findings, beside.decisions)
    because = {one: next((finding for finding in found.findings if one in finding.candidates), None) for one in chosen}
    rows = [Decision(*one, Choice.WITHHOLD, _reason(finding), by, on) for one, finding in because.items()]
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.new-{os.getpid()}")
    half.write_bytes(decisions_csv(rows).encode("utf-8"))
    half.replace(file)
    raise DifferencingRefused(_refusal(found.findings, rows, left, file))


def _reason(finding: Finding | None) -> str:
    """Name the rule and no more: the reason is released with the report, and the arithmetic would tell on other reports."""
    if finding is not None and finding.rule is Rule.SIZES:
        return f"{JUDGED}: zijn dit de mensen van een ander rapport? / are these the people of another report?"
    rule = "" if finding is None else f" ({finding.rule})"
    said = "naast andere rapporten zou dit een klein aantal personen verraden"
    return f"differencing{rule}: {said} / beside other reports this would give a small number of persons away"


_TO_JUDGE = f"  (to judge: if they are other people, make it `release`, keep '{JUDGED}', and say why)"
SHOWN = 20
"""How many findings a message tells; the proposed rows mend all of them."""


def _refusal(found: Sequence[Finding], rows: Sequence[Decision], left: Sequence[Finding], file: Path) -> str:
    rules = list(dict.fromkeys(finding.rule for finding in found))
    lines = [
        "Nothing is made: put beside each other, these reports would give small numbers of persons away.",
        *(f"  {SENTENCES[rule].en}\n  {SENTENCES[rule].nl}" for rule in rules),
        *(f"  - {finding}" for finding in found[:SHOWN]),
        *([f"  - and {len(found) - SHOWN} more"] if len(found) > SHOWN else []),
    ]
    if rows:
        lines += [
            f"What must be withheld besides stands in releases/{file.parent.name}/{file.name}. Read it, add its rows to",
            "data/policies/decisions.csv, make these reports anew with gm run, and ask again:",
            *(f"  {row.report}: {row.output}{_TO_JUDGE if row.reason.startswith(JUDGED) else ''}" for row in rows),
        ]
    if left:
        lines += [
            "Withholding cannot mend these; leave one of the reports out:",
            *(f"  - {finding}" for finding in left[:SHOWN]),
        ]
    return "\n".join(lines)
