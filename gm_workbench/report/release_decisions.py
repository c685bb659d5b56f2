"""What persons decided about the outputs of a release."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from gm_workbench.guard.decisions import COLUMNS, Decision, load_decisions
from gm_workbench.report.release_reading import Finished
from gm_workbench.settings import Paths


def decisions_about(reports: Sequence[Finished], paths: Paths) -> tuple[Decision, ...]:
    """Give what persons decided about the outputs of these reports."""
    outputs = {(report.report, output["id"]) for report in reports for output in report.judged["outputs"]}
    every = [one for name in sorted({report for report, _ in outputs}) for one in load_decisions(name, paths.policies)]
    return tuple(one for one in every if (one.report, one.output) in outputs)


def decisions_csv(rows: Sequence[Decision]) -> str:
    """Write decisions as `decisions.csv` has them."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        (one.report, one.output, str(one.decision), one.reason, one.decided_by, one.date.isoformat()) for one in rows
    )
    return buffer.getvalue()
