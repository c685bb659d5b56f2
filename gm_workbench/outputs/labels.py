"""Direct labels that do not overlap: along an edge, and around points in a plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_TIE = 0.004  # among spots that are equally free, the earlier one is taken


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Move label centres apart along one axis so that none overlaps, as near to where they were wanted as that allows.

    Neighbours that collide form a block, and a block stands at the mean of what its members wanted, kept within [low, high].

    >>> spread([50, 52], [20, 20], 0, 100)
    [41.0, 61.0]
    """
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], place))
    blocks: list[list[int]] = []
    for place in order:
        blocks.append([place])
        while len(blocks) > 1 and _end(blocks[-2], wanted, heights, low, high) > _start(blocks[-1], wanted, heights, low, high):
            blocks[-2].extend(blocks.pop())
    centres = [0.0] * len(wanted)
    for block in blocks:
        top = _start(block, wanted, heights, low, high)
        for place in block:
            centres[place] = top + heights[place] / 2
            top += heights[place]
    return centres


def _start(block: list[int], wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> float:
    """Give where a block begins: its members' wishes averaged, pushed inside the bounds."""
    total, before, starts = 0.0, 0.0, []
    for place in block:
        starts.append(wanted[place] - heights[place] / 2 - before)
        before += heights[place]
        total += heights[place]
    return max(low, min(sum(starts) / len(starts), high - total))


def _end(block: list[int], wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> float:
    return _start(block, wanted, heights, low, high) + sum(heights[place] for place in block)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """Give the area that two boxes share."""
        across = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        down = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return max(across, 0.0) * max(down, 0.0)

    def outside(self, frame: Box) -> float:
        """Give the area of this box that lies outside a frame."""
        return self.width * self.height - self.overlap(frame)


def place_around(points: Sequence[tuple[float, float]], sizes: Sequence[tuple[float, float]], frame: Box) -> list[Box]:
    """Give each point's label the place, of sixteen around it, that overlaps least with points, labels and the frame's edge.

    Labels are placed in the order given, so the ones that matter most come first.
    """
    taken = [Box(x - 6, y - 6, 12, 12) for x, y in points]
    placed: list[Box] = []
    for (x, y), (width, height) in zip(points, sizes, strict=True):
        options = [Box(left, top, width, height) for left, top in _around(x, y, width, height)]
        costs = [_cost(box, [*taken, *placed], frame) + rank * _TIE for rank, box in enumerate(options)]
        placed.append(options[costs.index(min(costs))])
    return placed


def _around(x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    spots: list[tuple[float, float]] = []
    for gap in (9.0, 20.0):
        right, left, over, under = x + gap, x - gap - width, y - gap - height, y + gap
        middle, centre = y - height / 2, x - width / 2
        spots += [(right, middle), (left, middle), (centre, over), (centre, under)]
        spots += [(right, over + gap / 2), (right, under - gap / 2), (left, over + gap / 2), (left, under - gap / 2)]
    return spots


def _cost(box: Box, taken: Sequence[Box], frame: Box) -> float:
    return sum(box.overlap(other) for other in taken) + 4 * box.outside(frame)
