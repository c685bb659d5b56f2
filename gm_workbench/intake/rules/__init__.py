"""The words and the weight of every reason, in Dutch and English: the only place where severity is decided.

In: nothing. Out: `RULES`, one `Rule` for each `Reason`. Never: a value of a cell, or a decision that depends on one.
A slot takes a word of a declaration (a column, a list, an allowed code), a count, or a `Text` that the finder declares as a
constant; what was in a cell is never a slot, and is shown as an example only, masked by `faults.shape`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gm_workbench.intake.reasons import Reason, Rule
from gm_workbench.intake.rules.cells import CELLS
from gm_workbench.intake.rules.deliveries import DELIVERIES
from gm_workbench.intake.rules.files import FILES
from gm_workbench.intake.rules.spells import SPELLS

RULES: Mapping[Reason, Rule] = MappingProxyType(DELIVERIES | FILES | CELLS | SPELLS)
"""Every reason with its severity and words."""
