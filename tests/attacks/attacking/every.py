"""All attacks, in the order of the table."""

from __future__ import annotations

from attacking import (
    adding,
    beside,
    choosing,
    delivery,
    exploring,
    files,
    linked,
    months,
    nested,
    order,
    persons,
    rounding,
    saying,
    sums,
)
from attacking.attack import Attack

ROOMS = (sums, linked, adding, choosing, rounding, persons, saying, order, files, beside, nested, months, delivery, exploring)
ATTACKS: tuple[Attack, ...] = tuple(one for room in ROOMS for one in vars(room).values() if isinstance(one, Attack))
