"""Good deliveries in a project of their own, for tests to break; and a hand to break them with."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
import yaml

from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import month_code
from gm_workbench.vocabulary.codes import eleven_remainder
from gm_workbench.worlds.deliveries import write_delivery
from gm_workbench.worlds.draw import FORMATS, draw

PLACE, REAL_PLACE, WORLD = "GM9902", "GM0855", "plain"
MARKER = "delivery.yml"
KEY = "a key of a test, long enough to count"
NAME = "Plantinga-Testman"
PASSES = "999992351"
"""Passes the eleven test; from the range for tests (assumed)."""
SHORT = "12345672"
"""Passes the eleven test when its lost zero is put back."""

LAST = 2025 * 12 + 11
FORMAT_FILES = {
    "xlsx": ("vragenlijst_T3.xlsx",),
    "ods": ("vragenlijst_T6.ods",),
    "sav": ("vragenlijst_T12.sav",),
    "polis": ("SPOLISBUS2025V1.sav",),
    "register": ("GBAHUISHOUDENS2025BUSV1.sav",),
    "labels": ("SRG2019_202512.csv",),
}


def small_tables() -> dict[str, pd.DataFrame]:
    """Draw a place and keep three months of what is monthly, so that one check takes a second."""
    tables = draw(FORMATS, PLACE, 6)
    recent = {name: tables[name].loc[tables[name]["month"] > LAST - 3] for name in ("benefits", "provisions", "wages")}
    first = {name: tables[name].loc[tables[name]["wave"] == "T0"] for name in ("coach_answers", "supervisor_answers")}
    return {name: table.reset_index(drop=True) for name, table in (tables | recent | first).items()}


def plain(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Keep what layouts of text write."""
    apart = ("households", "sick_leave", "sick_measures", "employer_answers")
    answers = tables["answers"]
    kept = {name: table for name, table in tables.items() if name not in apart}
    return kept | {"answers": answers.loc[answers["wave"] == "T0"].reset_index(drop=True)}


def passing(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Number every person anew by numbers that pass the eleven test, as a real delivery has them."""
    pool = [f"9999{number:05d}" for number in range(20_000, 60_000)]
    numbers = [text for text, left in zip(pool, eleven_remainder(pool), strict=True) if left == 0]
    persons = sorted({person for table in tables.values() if "person" in table for person in table["person"]})
    new = dict(zip(persons, numbers, strict=False))
    return {
        name: table.assign(person=table["person"].map(new)) if "person" in table else table for name, table in tables.items()
    }


def write_bases(folder: Path) -> None:
    """Write every good delivery once, in a folder for each."""
    tables = small_tables()
    write_delivery(plain(tables), PLACE, WORLD, 6, folder / "csv")
    write_delivery(tables, PLACE, FORMATS, 6, folder / "every")
    real = passing(plain(tables))
    write_delivery(real, REAL_PLACE, "", 6, folder / "real_srg")
    write_delivery({name: real[name] for name in real if name != "provisions"}, REAL_PLACE, "", 6, folder / "real")
    for name in ("real", "real_srg"):
        Delivery(folder / name).mark(kind="real", world=None, retain_until=pd.Timestamp("2099-01-01").date())
    for name, files in FORMAT_FILES.items():
        shutil.copytree(folder / "every", folder / name)
        Delivery(folder / name).keep(files)
    for name in ("every", *FORMAT_FILES):
        Delivery(folder / name).mark(world=WORLD)
    bare = Delivery(shutil.copytree(folder / "csv", folder / "bare"))
    bare.keep(())
    bare.mark(period="2025-10/2025-12")


class Delivery:
    """A delivery and what can be done to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    @property
    def project(self) -> Path:
        """The project's root, when the delivery lies in one."""
        data = next(parent for parent in self.folder.parents if parent.name == "data")
        return data.parent

    @property
    def bus(self) -> str:
        """Name of the first monthly file of benefits."""
        return min(path.name for path in self.folder.glob("BUS_*.csv"))

    @property
    def srg(self) -> str:
        return min(path.name for path in self.folder.glob("SRG_*.csv"))

    def marker(self) -> dict[str, object]:
        return dict(yaml.safe_load((self.folder / MARKER).read_text(encoding="utf-8")))

    def mark(self, **content: object) -> None:
        changed = yaml.safe_dump(self.marker() | content, sort_keys=False)
        (self.folder / MARKER).write_text(changed, encoding="utf-8")

    def promise(self, name: str, rows: int | None, **more: object) -> None:
        """Say in the marker how many rows a file has; None takes the file off the list."""
        files = dict(self.marker()["files"])  # type: ignore[call-overload]
        files.pop(name, None)
        if rows is not None:
            files[name] = {"rows": rows, **more}
        self.mark(files=files)

    def promised(self, name: str) -> int:
        return self.marker()["files"][name]["rows"]  # type: ignore[index, no-any-return]

    def keep(self, names: Iterable[str]) -> None:
        """Take all other files away, also from the list of the marker."""
        files = {name: entry for name, entry in self.marker()["files"].items() if name in names}  # type: ignore[attr-defined]
        for path in self.folder.iterdir():
            if path.name not in (*names, MARKER):
                path.unlink()
        self.mark(files=files)

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def put(self, name: str, data: bytes, rows: int | None = None) -> None:
        """Write a file; with `rows` it is promised too."""
        (self.folder / name).write_bytes(data)
        if rows is not None:
            self.promise(name, rows)

    def change(self, name: str, edit: Callable[[bytes], bytes]) -> None:
        before = self.read(name)
        after = edit(before)
        assert after != before
        self.put(name, after)

    def rename(self, name: str, new: str) -> None:
        rows = self.promised(name)
        (self.folder / name).rename(self.folder / new)
        self.promise(name, None)
        self.promise(new, rows)

    def table(self, name: str) -> pd.DataFrame:
        """Read a file of text as it stands."""
        return pd.read_csv(self.folder / name, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")

    def write(self, name: str, table: pd.DataFrame, *, separator: str = ";", header: Iterable[str] | None = None) -> None:
        """Write a file of text anew, and promise its rows; nothing is put in quotation marks."""
        names = list(table.columns) if header is None else list(header)
        lines = [names, *table.to_numpy().tolist()]
        text = "".join(f"{separator.join(line)}\r\n" for line in lines)
        self.put(name, b"\xef\xbb\xbf" + text.encode(), len(table))

    def cell(self, name: str, column: str, value: str, row: int = 1) -> None:
        """Put a value in one cell."""
        table = self.table(name)
        assert table.loc[row, column] != value
        table.loc[row, column] = value
        self.write(name, table)

    def column(self, name: str, column: str, edit: Callable[[str], str]) -> None:
        """Change every filled cell of a column."""
        table = self.table(name)
        table[column] = [edit(cell) if cell else cell for cell in table[column]]
        self.write(name, table)


def month_of(name: str) -> str:
    """Give the month (``jjjjmm``) in a file's name.

    >>> month_of("BUS_202510.csv")
    '202510'
    """
    return name.partition("_")[2][:6]


def day_before(month: str) -> str:
    """Give the month before ``jjjjmm`` in the same form.

    >>> day_before("202501")
    '202412'
    """
    return month_code(int(month[:4]) * 12 + int(month[4:]) - 2).replace("-", "")


def make_project(root: Path) -> Path:
    """Make a project that has the declarations of this one and nothing else."""
    (root / "data").mkdir(parents=True)
    for name in ("codes", "worlds", "protocols"):
        (root / "data" / name).symlink_to(paths().root / "data" / name)
    for name in ("notebooks", "scratch", "home"):
        (root / name).mkdir()
    (root / "pyproject.toml").touch()
    return root


def place_delivery(bases: Path, base: str, root: Path) -> Delivery:
    """Put a good delivery where it belongs in a project."""
    real = base.startswith("real")
    folder = root / "data" / ("raw" if real else f"synthetic/{WORLD}") / (REAL_PLACE if real else PLACE)
    shutil.copytree(bases / base, folder)
    return Delivery(folder)
