"""Which person a client number of another system is, as a linking file says. Held in memory, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gm_workbench.intake.reading.opened import Int64s

UNKNOWN = -1


@dataclass(slots=True)
class Bridge:
    """Client numbers, each with the system that it is of, and the number of the person. Neither shows in its repr."""

    _persons: dict[str, int] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self._persons)

    def learn(self, client: Sequence[str], persons: Int64s) -> int:
        """Take over pairs; give how many client numbers were known as another person before. Those mean nobody from now on.

        >>> bridge = Bridge(); bridge.learn(["c:1", "c:2"], np.array([10, 20])), bridge.resolve(["c:2", "c:3"]).tolist()
        (0, [20, -1])
        """
        contradicted = 0
        for name, person in zip(client, persons.tolist(), strict=True):
            if self._persons.setdefault(name, person) != person:
                self._persons[name] = UNKNOWN
                contradicted += 1
        return contradicted

    def resolve(self, client: Sequence[str]) -> Int64s:
        """Give the number of each person, -1 where it is unknown."""
        return np.array([self._persons.get(name, UNKNOWN) for name in client], dtype=np.int64)


def client_name(system: str, client: str) -> str:
    """Keep equal client numbers of two systems apart."""
    return f"{system}:{client}"
