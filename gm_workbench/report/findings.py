"""What happens when the scanner finds something in files that are about to be put in place: nothing is."""

from __future__ import annotations

from collections.abc import Sequence

from gm_workbench.errors import DisclosureRefused
from gm_workbench.guard.scan import MEANINGS, Finding, Rule


def refuse_findings(found: Sequence[Finding]) -> None:
    """Refuse files in which the scanner found something; the message names places and rules, never the value.

    Raises
    ------
    DisclosureRefused
        If anything was found.
    """
    if found:
        rules = dict.fromkeys(Rule(one.rule) for one in found)
        raise DisclosureRefused(
            "A report must hold no personal numbers, pseudonyms or paths, so nothing is written. Found:\n  "
            + "\n  ".join(map(str, found))
            + "".join(f"\n{rule}: {MEANINGS[rule].en}" for rule in rules)
            + "\nHINT: look at the notebook cell or the words of the output that these come from."
        )
