"""Every attack beside the rule that must stop it, tried with rules on and off; `make attacks` prints it.

    python tests/attacks/table.py [--only NAME]

Columns: whether the attack recovers its secret *unopposed* (its rule and every other layer off), against its *rule alone*,
*without it* (only that rule off: no means that another layer stops it as well), and against *everything*. The exit code is 1
when an attack succeeds that is not marked as open, or when one does not succeed unopposed.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "agg")
sys.path.insert(0, str(Path(__file__).parent))

from attacking.every import ATTACKS
from attacking.rules import RULES

YES, NO = "yes", "-"


def main(only: str = "") -> int:
    """Print the table; 0 when every attack succeeds unopposed and none against everything."""
    wrong = 0
    print(f"{'attack':58} {'rule':18} {'unopposed':10} {'rule alone':11} {'without it':11} everything")  # noqa: T201
    for one in (one for one in ATTACKS if only in one.name):
        tried = (
            one.succeeds_unopposed(),
            one.succeeds_against_its_rule_alone(),
            one.succeeds_without_its_rule(),
            one.succeeds(),
        )
        bad = not tried[0] or ((tried[1] or tried[3]) and not one.open)
        wrong += bad
        said = [YES if got else NO for got in tried]
        print(  # noqa: T201
            f"{one.name:58} {one.rule:18} {said[0]:10} {said[1]:11} {said[2]:11} {said[3]}"
            f"{'   OPEN: ' + one.open if one.open else ''}{'   <-- WRONG' if bad else ''}"
        )
    unheld = RULES.keys() - {one.rule for one in ATTACKS}
    print(f"\n{len(ATTACKS)} attacks on {len(RULES)} rules; rules without an attack: {', '.join(sorted(unheld)) or 'none'}.")  # noqa: T201
    print(f"open: {sum(bool(one.open) for one in ATTACKS)}; wrong: {wrong}.")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--only", default="", help="attacks whose name holds this")
    sys.exit(main(parser.parse_args().only))
