"""Degrees of freedom of a slope that is a straight line over a moderator, where they differ by value of the moderator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Degrees:
    """Satterthwaite degrees of freedom of a slope by value z of the moderator, and of all values together.

    Of the slope at z they are :math:`T(x)^2 / S(x)`, polynomials of the second and fourth degree in (z − `centre`) / `scale`:
    the trace and the sum of squares of what clusters add to its variance. `together` is η of the approximate Hotelling test of
    level and change at once.
    """

    centre: float
    scale: float
    trace: Floats
    squares: Floats
    together: float | None

    @classmethod
    def of(cls, moments: Callable[[float], tuple[float, float]], over: tuple[float, float], together: float | None) -> Degrees:
        """Take the trace and sum of squares at five values, which tell those at all others.

        >>> some = Degrees.of(lambda z: (1 + z**2, 0.1 + z**4), (-1.0, 1.0), None)
        >>> some.at(np.array([3.0])).round(6).tolist()  # 10^2 / 81.1
        [1.233046]
        """
        centre, scale = sum(over) / 2, (over[1] - over[0]) / 2
        x = np.linspace(-2, 2, 5)
        trace, squares = np.array([moments(centre + scale * float(one)) for one in x]).T
        return cls(centre, scale, np.polyfit(x, trace, 2), np.polyfit(x, squares, 4), together)

    def at(self, z: Floats) -> Floats:
        """Give the degrees of freedom at values of the moderator."""
        x = (z - self.centre) / self.scale
        return np.asarray(np.polyval(self.trace, x) ** 2 / np.polyval(self.squares, x))
