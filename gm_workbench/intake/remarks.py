"""What is to be said of the tables in force that is no fault of one file."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.faults import Fault, found
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.parts import Piece


def remarks_on(parts: Sequence[tuple[str, Piece]]) -> tuple[Fault, ...]:
    """Count the introductions of teams that no roster knows: a team without coaches, or a name that was written otherwise."""
    introduced, rosters = _teams("team_introductions", parts), _teams("rosters", parts)
    if introduced is None or rosters is None:
        return ()
    unknown = len(introduced) - int(pc.sum(pc.is_in(introduced, value_set=rosters)).as_py() or 0)
    return (found(Reason.TEAM, count=unknown),) if unknown else ()


def _teams(table: str, parts: Sequence[tuple[str, Piece]]) -> pa.ChunkedArray | None:
    columns = [part.data.column("team").cast(pa.string()) for _, part in parts if part.table == table]
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string()) if columns else None
