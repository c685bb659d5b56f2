"""The gate in front of a section: go on if its tables were delivered, else say in one sentence that they were not."""

from __future__ import annotations

from gm_workbench.guard.showing import show
from gm_workbench.outputs.studies import absent
from gm_workbench.panel.study import Study


def offered(study: Study, section: str) -> bool:
    """Tell whether `section` can be made here; if not, show the one sentence that says what is missing."""
    if study.offers(section):
        return True
    show(absent(study, section))
    return False
