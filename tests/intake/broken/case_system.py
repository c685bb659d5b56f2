"""An export straight from a case system, made without anything of the intake: client numbers, words, years of birth.

One row for each dossier with its whole history, a partner in the same row, names and remarks in columns that nobody may keep.
It shares no code with layouts or with the writers of synthetic worlds.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path

NAME_SHOWN = "Plantinga-Testman"
SCHEMES = {"Pwet levensonderhoud": "01", "IOAW": "02"}
FORMS = {"Alleenstaande": "single", "Alleenstaande ouder": "lone_parent", "Samenwonend": "couple"}
ENDS = {
    "Werkaanvaarding": "11",
    "Eigen bedrijf": "13",
    "Verhuisd naar andere gemeente": "32",
    "AOW-leeftijd bereikt": "03",
}
PATHS = {"Jobcoach": "06", "Loonkostensubsidie": "04", "Beschut werk": "05"}
HEADERS = (
    "Dossiernr",
    "Clientnr",
    "Naam",
    "Adres",
    "Geslacht",
    "Geboortejaar",
    "Clientnr partner",
    "Geslacht partner",
    "Geboortejaar partner",
    "Regeling",
    "Leefsituatie",
    "Start uitkering",
    "Einde uitkering",
    "Reden einde",
    "Uitkering p/j",
    "Klantmanager",
    "Team",
    "Trajectnr",
    "Trajectsoort",
    "Start traject",
    "Einde traject",
    "Opmerkingen",
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is true of a dossier, before it is written; months are (year, month)."""

    number: str
    clients: tuple[str, ...]
    sexes: tuple[str, ...]
    birth_years: tuple[int, ...]
    scheme: str
    form: str
    start: date
    end: date | None
    reason: str
    yearly: int
    manager: str
    team: str
    path: str
    path_number: str
    path_start: date | None
    path_end: date | None

    def months(self, first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
        """Give the months of a period in which the benefit ran."""
        begin = max(first, (self.start.year, self.start.month))
        stop = min(last, (self.end.year, self.end.month)) if self.end else last
        span = range(begin[0] * 12 + begin[1] - 1, stop[0] * 12 + stop[1])
        return [(number // 12, number % 12 + 1) for number in span]


def draw_dossiers(seed: int, size: int = 60) -> list[Dossier]:
    """Draw dossiers that began between 2019 and 2025; a client number has five digits, and zeros in front are lost."""
    rng = random.Random(seed)
    return [_dossier(rng, number) for number in range(size)]


def _dossier(rng: random.Random, number: int) -> Dossier:
    form = rng.choice(list(FORMS))
    persons = 2 if form == "Samenwonend" else 1
    start = date(rng.randint(2019, 2024), rng.randint(1, 12), rng.randint(1, 28))
    ended = rng.random() < 0.4
    path = rng.choice(["", *PATHS])
    return Dossier(
        number=f"D{2000 + number}/{rng.randint(1, 9)}",
        clients=tuple(str(100 + 7 * number + partner) for partner in range(persons)),
        sexes=tuple(rng.choice("MV") for _ in range(persons)),
        birth_years=tuple(rng.randint(1960, 2000) for _ in range(persons)),
        scheme=rng.choice(list(SCHEMES)),
        form=form,
        start=start,
        end=date(2025, rng.randint(1, 12), rng.randint(1, 28)) if ended else None,
        reason=rng.choice(list(ENDS)) if ended else "",
        yearly=1_200 * rng.randint(8, 16),
        manager=f"{rng.choice('ABCD')}. {NAME_SHOWN}",
        team=rng.choice(["Noord", "Zuid"]),
        path=path,
        path_number=f"T{number}" if path else "",
        path_start=date(2025, 1, rng.randint(1, 28)) if path else None,
        path_end=date(2025, 6, rng.randint(1, 28)) if path and rng.random() < 0.5 else None,
    )


def export_case_system(path: Path, seed: int, size: int = 60) -> list[Dossier]:
    """Write dossiers as the case system does (Windows-1252, dd-mm-jjjj, thousands points), and give what is true of them."""
    dossiers = draw_dossiers(seed, size)
    with path.open("w", encoding="cp1252", newline="") as lines:
        writer = csv.writer(lines, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADERS)
        writer.writerows(map(_line, dossiers))
    return dossiers


def _line(d: Dossier) -> list[str]:
    partner = [d.clients[1], d.sexes[1], str(d.birth_years[1])] if len(d.clients) > 1 else ["", "", ""]
    amount = f"{d.yearly:,}".replace(",", ".") + ",00"
    return [
        d.number,
        d.clients[0],
        f"Mw. {NAME_SHOWN}",
        "Dorpsstraat 1, Proefdorp",
        d.sexes[0],
        str(d.birth_years[0]),
        *partner,
        d.scheme,
        d.form,
        _day(d.start),
        _day(d.end),
        d.reason or "n.v.t.",
        amount,
        d.manager,
        d.team,
        d.path_number,
        d.path,
        _day(d.path_start),
        _day(d.path_end),
        f"gesproken met mw. {NAME_SHOWN}, geëvalueerd",
    ]


def _day(day: date | None) -> str:
    return day.strftime("%d-%m-%Y") if day else ""
