"""What the guard said of each output of a report, for who checks a release: `guard.json`.

It stands beside the numbers from the moment they are protected, so that a release need not guess how they were.
"""

from __future__ import annotations

import json
from typing import Any

from gm_workbench.guard.links import ROUNDED
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.guard.released import Record, Released, Verdict
from gm_workbench.outputs.output import ShownOutput
from gm_workbench.report.manifest import Manifest
from gm_workbench.report.parts import caption
from gm_workbench.vocabulary.text import LANGUAGES, Text

JUDGED = "guard.json"
SCHEMA = 1
UNJUDGED = Record("", Verdict.REFUSE, ("the guard left no verdict",))
"""What is said of an output that has no verdict: closed by default."""


def judged_text(released: Released, manifest: Manifest) -> str:
    """Write the verdicts on a report as JSON.

    Parameters
    ----------
    released : Released
        What the guard released.
    manifest : Manifest

    Returns
    -------
    str
        The same arguments give the same text. `docs/release.md` says what each key means.
    """
    records = {record.id: record for record in released.records}
    content = {
        "schema": SCHEMA,
        "study": manifest.study,
        "place": manifest.place,
        "period": manifest.period,
        "data_kind": str(released.kind),
        "policy": policy_content(released.policy),
        "outputs": [_output(shown, records.get(shown.words.id, UNJUDGED), released.policy) for shown in released.outputs],
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def policy_content(policy: Policy) -> dict[str, Any]:
    """Give the rules of a policy as plain values."""
    return {
        "name": policy.name,
        "version": policy.version,
        "digest": policy.digest,
        "method": str(policy.method),
        "rules": {name: rule.value for name, rule in policy.rules.items()},
        "label": _plain(policy.label),
    }


def _output(shown: ShownOutput, record: Record, policy: Policy) -> dict[str, Any]:
    words = shown.words
    rounded = policy.method is Method.ROUND or bool(set(words.shown_as) & ROUNDED)
    return {
        "id": words.id,
        "role": str(words.role),
        "verdict": record.verdict.name.lower(),
        "reasons": list(record.reasons),
        "shapes": [str(shape) for shape in words.shown_as],
        "counts": "rounded" if rounded else "exact",
        "cells": len(shown.cells),
        "hidden": sum(cell.hidden for cell in shown.cells),
        "withheld": shown.withheld is not None,
        "heading": _plain(words.heading),
        "context": _plain(_context(shown)),
        "population": _plain(words.population),
        "period": _plain(words.period),
        "estimand": words.estimand,
    }


def _context(shown: ShownOutput) -> Text:
    """Say what it shows, of whom, when and from which source; of what is withheld, why it is not there."""
    if shown.withheld is not None:
        return shown.withheld
    return Text(*(" ".join(part for part in caption(shown, language) if part) for language in LANGUAGES))


def _plain(text: Text) -> dict[str, str]:
    return {"nl": text.nl, "en": text.en}
