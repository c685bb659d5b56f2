"""What is printed of a calibration: one line for each estimator, and what the lines mean."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from calibrating.rows import CHANCE, Judgement

MEANING = f"""\
missed: share of 95 % intervals without the truth (of alarms: without zero, where nothing is), with its exact 95 % interval.
limit: misses that chance allows, the {100 * CHANCE:.2f} % point of a binomial with the size that the test can attain (size).
se/sd: mean standard error beside the spread of the estimates. FAILS: more missed than chance allows. conservative: fewer than
chance would let; the interval is wider than it need be. printed: outside its assumptions, or shown for comparison; not judged.
own draw: the world has no truth for it; drawn by a small generator in benchmarks/calibrating, its truth in closed form.
"""


def printed(found: Sequence[Judgement]) -> str:
    """Give the table as text."""
    rows = [_row(one) for one in found]
    notes = [f"{one.estimator}: {one.note}." for one in found if one.note]
    return "\n".join([pd.DataFrame(rows).to_string(index=False), "", MEANING, *notes])


def _row(one: Judgement) -> dict[str, str]:
    judged = one.judged != "bias"
    return {
        "estimator": one.estimator,
        "world": one.world,
        "asked": one.judged,
        "draws": f"{one.draws}/{one.wanted}",
        "missed": f"{100 * one.missed_share:.1f} % ({100 * one.low:.1f}-{100 * one.high:.1f})" if one.draws else "",
        "misses": str(one.misses),
        "limit": str(one.allowed) if judged and one.draws else "",
        "size": f"{100 * one.size:.2f} %",
        "truth": f"{one.truth:.5g}",
        "bias": f"{one.bias:+.2g} ({one.bias_se:.1g})" if one.draws else "",
        "se/sd": f"{one.mean_se / one.spread:.2f}" if one.draws > 1 and one.spread > 0 else "",
        "no number": str(one.without_number),
        "verdict": one.verdict,
    }
