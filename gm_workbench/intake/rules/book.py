"""All rules in one mapping."""

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
