"""One notebook through papermill, in a private kernel; and what to say of it when it does not come to its end."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from gm_workbench import errors
from gm_workbench.batch.attempts import State
from gm_workbench.batch.parameters import is_tagged, read_cells
from gm_workbench.kernels.folders import KERNEL, RunFolder, kernel_config

START_SECONDS = 120
"""How long a kernel may take to answer: many start at once on a machine with few cores."""

INJECTED = "injected-parameters"


class OverMemory(DeadKernelError):  # type: ignore[misc]  # nbclient has no types that mypy reads here
    """The kernel was killed because it had more memory than it may have."""


@dataclass(slots=True)
class Execution:
    """One run of a notebook. Remembers the cell it came to, because a dead kernel does not tell."""

    notebook: Path
    parameters: Mapping[str, object]
    run: RunFolder
    cell_seconds: int
    _cell: int | None = field(default=None, init=False)

    def execute(self) -> nbformat.NotebookNode:
        """Execute every cell and give the executed notebook; nothing is written.

        Raises
        ------
        PapermillExecutionError, DeadKernelError, OverMemory, CellTimeoutError
            See `ended_early`.
        """
        try:
            return self._executed()
        except DeadKernelError as error:
            end = self.run.kernel_end
            if end and end.over_memory:
                raise OverMemory(str(error)) from error
            raise

    def _executed(self) -> nbformat.NotebookNode:
        logging.getLogger("papermill").setLevel(logging.ERROR)  # its log repeats parameters and paths
        # never cwd=: papermill changes the folder of the whole process, under whatever else it is doing
        return papermill.execute_notebook(
            str(self.notebook),
            None,
            parameters=dict(self.parameters),
            kernel_name=KERNEL,
            progress_bar=False,
            start_timeout=START_SECONDS,
            execution_timeout=self.cell_seconds,
            config=kernel_config(self.run),
            on_cell_start=self._reached,
        )

    def _reached(self, cell: Any, cell_index: int) -> None:
        del cell
        self._cell = cell_index

    @property
    def cell(self) -> int | None:
        """The cell that it came to, counted from 1 in the notebook as it was written; None if the kernel never answered."""
        if self._cell is None:
            return None
        tagged = next(index for index, cell in enumerate(read_cells(self.notebook)) if is_tagged(cell))
        return self._cell + (0 if self._cell > tagged else 1)  # papermill puts a cell of its own after the tagged one


def computing_seconds(notebook: nbformat.NotebookNode) -> float:
    """Give the seconds that the cells of an executed notebook took, as papermill timed them.

    >>> cell = nbformat.v4.new_code_cell(metadata={"papermill": {"duration": 0.25}})
    >>> computing_seconds(nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_markdown_cell()]))
    0.25
    """
    return float(sum(cell.metadata.get("papermill", {}).get("duration") or 0.0 for cell in notebook.cells))


def ended_early(error: BaseException) -> tuple[State, str]:
    """Say how a notebook ended and why, without a value from the data.

    The text of an error of our own holds no value, by rule, and is given. Of any other error only the kind is given: pandas,
    for one, quotes the value that it could not read.

    >>> ended_early(KeyError("999900012"))
    (<State.FAILED: 'failed'>, 'KeyError')
    """
    match error:
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return State.FAILED, "the disk is full"
        case errors.WorkbenchError():
            return State.FAILED, f"{_public_name(error)}: {error}"
        case PapermillExecutionError(ename=name, evalue=text):
            return State.FAILED, f"{name}: {text}" if _is_ours(name) else str(name)
        case OverMemory():
            return State.KILLED, "the kernel took more memory than it may; see GM_KERNEL_MIB"
        case DeadKernelError():
            return State.KILLED, "the kernel died; often there was too little memory"
        case CellTimeoutError():
            return State.TIMED_OUT, "the cell ran longer than it may; see gm run --cell-seconds"
        case _:
            return State.FAILED, type(error).__name__


def _public_name(error: errors.WorkbenchError) -> str:
    """Give the name under which `errors` lists this error, or the kind of error that it is a variant of."""
    return next(kind.__name__ for kind in type(error).__mro__ if _is_ours(kind.__name__))


def _is_ours(name: str) -> bool:
    kind = getattr(errors, name, None)
    return isinstance(kind, type) and issubclass(kind, errors.WorkbenchError)
