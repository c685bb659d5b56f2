"""A tiny delivery of a fictional place, written by the same code that writes the synthetic network."""

from __future__ import annotations

import io
import shutil
import warnings
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from gm_workbench.intake.declared.limits import Limits
from gm_workbench.intake.delivery import open_delivery
from gm_workbench.intake.faults import Fault, FaultyDeliveryError
from gm_workbench.intake.gathering import OF_ALL, Gathered, gather
from gm_workbench.intake.keys import open_key
from gm_workbench.intake.marker import root_of
from gm_workbench.intake.reading import child
from gm_workbench.intake.reading.opened import FileKind
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.intake.store import Checked, check
from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, Place, eleven_remainder
from gm_workbench.worlds.deliveries import write_delivery

JAN = month_index("2024-01")

PLANT = "999912345"


def numbers_with(remainder: int, size: int) -> list[str]:
    """Give numbers 9999xxxxx with a remainder."""
    candidates = [f"9999{number:05d}" for number in range(20_000, 21_000)]
    return [text for text, found in zip(candidates, eleven_remainder(candidates), strict=True) if found == remainder][:size]


def tiny_tables(remainder: int = SYNTHETIC_REMAINDER) -> dict[str, pd.DataFrame]:
    """Draw one row or a few of every logical table."""
    ann, bob, eve = numbers_with(remainder, 3)
    months = pd.array([JAN, JAN, JAN + 1], dtype="int32")
    benefits = pd.DataFrame(
        {
            "person": [ann, bob, ann],
            "dossier": ["0012", "12", "0012"],
            "month": months,
            "scheme": "01",
            "household": ["lone_parent", "couple", "lone_parent"],
            "sex": ["woman", "man", "woman"],
            "birth_year": pd.array([1990, 1961, 1990], dtype="int32"),
            "housing": ["tenant", "homeless", "tenant"],
            "cost_sharers": pd.array([0, 2, 0], dtype="int32"),
            "start": pd.array([JAN - 30, JAN, JAN - 30], dtype="int32"),
            "end": pd.array([None, None, JAN + 1], dtype="Int32"),
            "exemption": ["lone_parent_9a", "none", "none"],
            "end_reason": [None, None, "11"],
            "income_kind": ["11", None, None],
            "income": [250.0, 0.0, 0.0],
            "paid": [1012.5, 1400.0, 990.0],
        }
    )
    provisions = pd.DataFrame(
        {
            "person": [ann, eve],
            "provision": ["V1", "V2"],
            "month": months[:2],
            "type": ["06", "99"],
            "ladder": pd.array([1, 6], dtype="int32"),
            "start": pd.array([JAN - 1, JAN], dtype="int32"),
            "end": pd.array([None, JAN], dtype="Int32"),
            "end_reason": [None, "2"],
            "wage_value": [None, 80.0],
        }
    )
    costs = pd.DataFrame(
        {"person": [ann, bob], "month": months[:2], "type": ["06", "07"], "amount": [1234.56, -20.0]},
    )
    answers = pd.DataFrame(
        {
            "person": [ann, ann, ann, bob],
            "wave": ["T0", "T0", "T3", "T0"],
            "month": pd.array([JAN, JAN, JAN + 3, JAN], dtype="int32"),
            "instrument": ["ATT", "ECR", "ATT", "ECR"],
            "item": ["ATT_2", "ECR_8", "ATT_2", "ECR_1"],
            "answer": [5.0, 1.0, 4.0, 3.0],
        }
    )
    caseload = pd.DataFrame(
        {
            "person": [ann, bob],
            "coach": ["C01", "C02"],
            "team": ["T1", "T1"],
            "start": pd.array([JAN - 3, JAN], dtype="int32"),
            "end": pd.array([JAN + 2, None], dtype="Int32"),
            "consent": ["yes", "no"],
        }
    )
    introductions = pd.DataFrame(
        {"study": ["tilburg_single_mothers"], "coach": ["C01"], "month": pd.array([JAN], dtype="int32")}
    )
    rosters = pd.DataFrame(
        {
            "coach": ["C01", "C01", "C02"],
            "team": ["T1", "T2", "T1"],
            "supervisor": ["L1", "L2", "L1"],
            "start": pd.array([JAN - 12, JAN + 1, JAN - 12], dtype="int32"),
            "end": pd.array([JAN, None, None], dtype="Int32"),
        }
    )
    team_introductions = pd.DataFrame(
        {"study": ["amsterdam_supervisor_cascade"], "team": ["T2"], "month": pd.array([JAN], dtype="int32")}
    )
    asked = pd.DataFrame(
        {
            "wave": ["T0", "T6"],
            "month": pd.array([JAN, JAN + 6], dtype="int32"),
            "instrument": ["STU", "STU"],
            "item": ["STU_1", "STU_1"],
            "answer": [2.0, 4.0],
        }
    )
    coach_answers = asked.assign(coach="C01")[["coach", *asked.columns]]
    supervisor_answers = asked.assign(supervisor="L1")[["supervisor", *asked.columns]]
    wages = pd.DataFrame(
        {
            "person": [eve, eve],
            "job": ["J1", "J1"],
            "month": pd.array([JAN, JAN + 12], dtype="int32"),
            "hourly_wage": [2000.0 / 125.5, 20.0],
            "hours": [125.5, 40.0],
            "contract": ["on_call", "permanent"],
            "employer": ["E1", "E2"],
            "sex": "woman",
            "birth_year": pd.array([1985, 1985], dtype="int32"),
        }
    )
    return {
        "benefits": benefits,
        "provisions": provisions,
        "costs": costs,
        "answers": answers,
        "caseload": caseload,
        "introductions": introductions,
        "rosters": rosters,
        "team_introductions": team_introductions,
        "coach_answers": coach_answers,
        "supervisor_answers": supervisor_answers,
        "wages": wages,
    }


class Delivery:
    """A delivery that a test can spoil.

    `plant` is a recognisable number that is neither a citizen's nor synthetic (remainder 9): no message may hold it. `passing`
    passes the eleven test (assumed test range).
    """

    plant = PLANT
    passing = "999992351"

    def __init__(self, folder: Path, place: str) -> None:
        self.folder, self.place = folder, place

    def change(self, name: str, edit: Callable[[bytes], bytes]) -> None:
        """Rewrite the bytes of a file; the edit must change something."""
        path = self.folder / name
        before = path.read_bytes()
        after = edit(before)
        assert after != before
        path.write_bytes(after)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace the first occurrence of a text in a file."""
        assert old.encode() in (self.folder / name).read_bytes()
        self.change(name, lambda data: data.replace(old.encode(), new.encode(), 1))

    def line(self, name: str, number: int) -> str:
        """Give a line of a file; the header is line 1."""
        return (self.folder / name).read_text(encoding="utf-8-sig").split("\n")[number - 1].strip("\r")

    def put(self, name: str, line: int, column: str, value: str) -> None:
        """Put a value in a cell."""
        header = self.line(name, 1).split(";")
        cells = self.line(name, line).split(";")
        cells[header.index(column)] = value
        rows = (self.folder / name).read_bytes().split(b"\r\n")
        rows[line - 1] = ";".join(cells).encode()
        (self.folder / name).write_bytes(b"\r\n".join(rows))

    def alone(self, *names: str) -> None:
        """Leave only these files, and what was promised of them: where no other file has a say, others only take time."""
        for path in self.folder.glob("*.csv"):
            if path.name not in names:
                path.unlink()
        promised = yaml.safe_load((self.folder / "delivery.yml").read_text(encoding="utf-8"))["files"]
        self.mark(files={name: promised[name] for name in names})

    def mark(self, **content: object) -> None:
        """Change the marker."""
        path = self.folder / "delivery.yml"
        marked = yaml.safe_load(path.read_text(encoding="utf-8")) | content
        path.write_text(yaml.safe_dump(marked), encoding="utf-8")

    def check(self) -> Checked:
        return check(self.folder, self.place)

    def read(self) -> Checked:
        """Check a delivery of which no file is refused; the planted number must be in nothing that comes of it."""
        checked = self.check()
        assert all(fault.severity is not Severity.REFUSE for fault in checked.faults)
        assert PLANT not in repr((checked.faults, checked.notes, checked.ledger))
        assert not any(table.astype(str).eq(PLANT).to_numpy().any() for table in checked.tables.values())
        return checked

    def faults(self, *, regime: bool = False) -> tuple[Fault, ...]:
        """Check a delivery of which no file is refused, and give what was found.

        Synthetic provisions are later than the last list, of 2018, and that is noted each time; it is among them with `regime`.
        """
        return beside_regime(self.read().faults, regime=regime)

    def leaves_out(self, name: str, *lines: int) -> tuple[Fault, ...]:
        """Check, and give what was found; these lines of a file are counted as set aside, and are all that the tables lack."""
        delivered = len(self.lines(name)) - 1
        checked = self.read()
        (entry,) = [entry for entry in checked.ledger.entries if entry.file == name]
        assert (entry.delivered, entry.accepted, entry.set_aside) == (delivered, delivered - len(lines), len(lines))
        assert checked.ledger.totals().set_aside == len(lines)
        without = self.without(name, *lines).check()
        assert checked.tables.keys() == without.tables.keys()
        for table, rows in checked.tables.items():
            pd.testing.assert_frame_equal(rows, without.tables[table])
        return beside_regime(checked.faults)

    def without(self, name: str, *lines: int) -> Delivery:
        """Give another delivery, which is this one without these lines of a file."""
        folder = self.folder.parents[2] / "without" / Path(*self.folder.parts[-3:])
        shutil.copytree(self.folder, folder)
        other = Delivery(folder, self.place)
        kept = [line for number, line in enumerate(self.lines(name), start=1) if number not in lines]
        other.change(name, lambda _: b"".join(line + b"\r\n" for line in kept))
        other.mark(files=None)
        return other

    def lines(self, name: str) -> list[bytes]:
        """Give the lines of a file, without blank ones."""
        return [line for line in (self.folder / name).read_bytes().split(b"\r\n") if line]

    def gathered(self) -> Gathered:
        """Give what each file of the delivery comes to, also when some are refused; nothing is raised for a fault."""
        place, kind = Place.parse(self.place), root_of(self.folder).kind
        assert kind is not None
        return gather(open_delivery(self.folder, place), paths().codes, open_key(place.code, kind), kind, lambda part: part)

    def refused(self) -> FaultyDeliveryError:
        """Check, and give the error: it names the place, hides the planted number, and of a refused file nothing is read.

        Its faults are given without the notes that a sound delivery has too (`faults`).
        """
        with pytest.raises(FaultyDeliveryError, match=f"The delivery of {self.place} in .* has .* fault") as caught:
            self.check()
        error = caught.value
        assert PLANT not in str(error)
        assert PLANT not in repr(error.faults)
        assert error.__cause__ is None
        assert error.__suppress_context__ or error.__context__ is None
        if not any(fault.reason in OF_ALL for fault in error.faults):
            refused = {fault.file for fault in error.faults if fault.severity is Severity.REFUSE}
            assert error.ledger == self.holds_nothing_of(refused).ledger
        error.faults = beside_regime(error.faults)
        return error

    def holds_nothing_of(self, files: set[str]) -> Gathered:
        """See that no row of these files (by masked name) is in a table, and that the ledger counts all of them as refused."""
        gathered = self.gathered()
        assert not [file for file, _ in gathered.parts if file.split("~")[0] in files]
        entries = [entry for entry in gathered.ledger.entries if entry.file in files]
        assert [entry.refused for entry in entries] == [entry.delivered for entry in entries]
        return gathered

    def reasons(self) -> list[Reason]:
        return [fault.reason for fault in self.refused().faults]


def beside_regime(faults: Iterable[Fault], *, regime: bool = False) -> tuple[Fault, ...]:
    """Leave out the notes on the list with which synthetic provisions are read."""
    return tuple(fault for fault in faults if regime or fault.reason is not Reason.REGIME)


@pytest.fixture
def readers_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let readers run in this process, where a test asks what cells become and not what a crash does.

    A child starts in half a second, and there are a hundred such tests. Those of the child itself are in `test_child`.
    """

    def read(kind: FileKind, path: Path, limits: Limits) -> bytes | None:
        told = io.BytesIO()
        with warnings.catch_warnings(action="ignore"):  # a child that warns says it to nobody
            try:
                child._tell(kind, path, limits, told)
            except Exception:
                return None
        return told.getvalue()

    monkeypatch.setattr(child, "_run", read)


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """The logical tables that the delivery was written from."""
    return tiny_tables()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The delivery as it was written, once; tests spoil a copy."""
    folder = tmp_path_factory.mktemp("written") / "GM9903"
    write_delivery(tiny_tables(), "GM9903", "tiny", 1, folder)
    return folder


@pytest.fixture
def delivery(written: Path, tmp_path: Path) -> Delivery:
    """A delivery of synthetic data without a fault."""
    folder = tmp_path / "data" / "synthetic" / "tiny" / "GM9903"
    shutil.copytree(written, folder)
    return Delivery(folder, "GM9903")


@pytest.fixture
def real_delivery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    """A delivery that says that it is real; its numbers pass the eleven test and are from the test range.

    Without provisions: of the years since 2019 real ones come with labels, for which there is another layout.
    """
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "k" * 32)
    folder = tmp_path / "data" / "raw" / "GM0855"
    tables = {name: table for name, table in tiny_tables(remainder=0).items() if name != "provisions"}
    write_delivery(tables, "GM0855", "", 1, folder)
    made = Delivery(folder, "GM0855")
    made.mark(kind="real", world=None, retain_until=date(2099, 12, 31))
    return made
