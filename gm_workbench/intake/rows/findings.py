"""What is found in one file while it is read: faults, and which rows of each table are set aside."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gm_workbench.intake.faults import Fault, found
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.intake.rows.encode import Cells, Sheet
from gm_workbench.intake.rows.parts import Flags, Marks
from gm_workbench.intake.rules.book import RULES
from gm_workbench.vocabulary.text import Text

ALL_TABLES = ""
"""Name under which rows are marked that are set aside for every table of the file."""


@dataclass(slots=True)
class Findings:
    """The faults of a file so far, and the rows that each table cannot use (as `Marks` over the rows of the file)."""

    file: str
    rows: int
    faults: list[Fault] = field(default_factory=list)
    _marks: dict[str, dict[Reason, Flags]] = field(default_factory=dict)

    def marks(self, table: str) -> Marks:
        """Give the marks of one table, those of all tables among them."""
        both: dict[Reason, Flags] = dict(self._marks.get(ALL_TABLES, {}))
        for reason, flags in self._marks.get(table, {}).items():
            both[reason] = both[reason] | flags if reason in both else flags
        return Marks(self.rows, both)

    def add(self, fault: Fault) -> None:
        """Note a fault that concerns no single row; one that was noted already (for another table) counts once."""
        if fault not in self.faults:
            self.faults.append(fault)

    def mark(
        self,
        reason: Reason,
        sheet: Sheet,
        rows: Flags,
        table: str = ALL_TABLES,
        header: str = "",
        cells: Cells | None = None,
        **slots: Text | str | int,
    ) -> None:
        """Note a fault of rows of a sheet, and set them aside when the reason does so.

        Parameters
        ----------
        cells : Cells or None
            The column, of whose marked cells the shapes are shown; None where even a shape would say too much.
        """
        if not rows.any():
            return
        of_file = sheet.of_file(rows)
        first = int(sheet.lines[np.flatnonzero(rows)[0]])
        shown = cells.take(np.flatnonzero(rows)[:3]).rows() if cells is not None else []
        self.add(found(reason, self.file, line=first, column=header, count=int(of_file.sum()), cells=shown, **slots))
        if RULES[reason].severity is Severity.SET_ASIDE:
            marked = self._marks.setdefault(table, {})
            marked[reason] = marked[reason] | of_file if reason in marked else of_file

    def refused(self) -> bool:
        """Whether something refuses the file."""
        return any(fault.severity is Severity.REFUSE for fault in self.faults)
