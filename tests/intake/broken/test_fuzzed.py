"""Deliveries that nobody thought of: whatever byte is turned, cut off or moved, the answer is one of four, without a number."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gm_workbench.cli.main import gm

from .conftest import arguments, environment
from .good import Delivery, make_project, place_delivery
from .leaks import leaks, planted

pytestmark = pytest.mark.untraced

CODES = {0, 20, 21, 25}
SMALL = ("BUS_202510.csv", "caseload.csv", "kosten_voorzieningen.csv", "vragenlijst_T0.csv", "lonen_2025.csv")

share = st.floats(0, 1, exclude_max=True)
flips = st.tuples(st.just("flip"), share, st.integers(1, 255))
cuts = st.tuples(st.just("cut"), share, share)
swaps = st.tuples(st.just("swap"), share, share)


def flip(data: bytes, where: float, by: int) -> bytes:
    place = int(where * len(data))
    return data[:place] + bytes([data[place] ^ by]) + data[place + 1 :]


def cut(data: bytes, start: float, size: float) -> bytes:
    first = int(start * len(data))
    return data[:first] + data[first + 1 + int(size * 200) :]


def swap(data: bytes, one: float, other: float) -> bytes:
    """Let two cells, anywhere in a file of text, change places."""
    cells = data.replace(b"\r\n", b";\r\n;").split(b";")
    first, second = int(one * len(cells)), int(other * len(cells))
    cells[first], cells[second] = cells[second], cells[first]
    return b";".join(cells).replace(b";\r\n;", b"\r\n")


EDITS = {"flip": flip, "cut": cut, "swap": swap}


@pytest.fixture(scope="module")
def delivery(bases, tmp_path_factory):
    made = place_delivery(bases, "csv", make_project(tmp_path_factory.mktemp("fuzzed") / "project"))
    made.keep(SMALL)
    return made


@pytest.fixture(scope="module")
def plants(delivery):
    return planted(delivery)


def checked(delivery: Delivery):
    """Run `gm check` here; what a crash would print is part of what is looked through."""
    unset = {name: None for name in os.environ if name.startswith("GM_")}
    told = CliRunner().invoke(gm, arguments(delivery), env={**unset, **environment(delivery)})
    assert told.exception is None or isinstance(told.exception, SystemExit), type(told.exception)
    return told


def test_delivery_that_is_fuzzed_was_good(delivery):
    assert checked(delivery).exit_code == 0


CORRUPTED = {"name": st.sampled_from(SMALL), "edit": st.one_of(flips, cuts, swaps)}
SETTINGS = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=12, **SETTINGS)
@given(**CORRUPTED)
@example(name=SMALL[0], edit=("flip", 0.0, 0xEF))
@example(name=SMALL[0], edit=("cut", 0.0, 0.99))
@example(name=SMALL[1], edit=("swap", 0.3, 0.31))
def test_text_that_was_corrupted_anywhere_never_crashes_or_leaks(delivery, plants, name, edit):
    never_crashes_or_leaks(delivery, plants, name, edit)


@pytest.mark.proof
@settings(max_examples=100, **SETTINGS)
@given(**CORRUPTED)
def test_text_that_was_corrupted_in_many_ways_never_crashes_or_leaks(delivery, plants, name, edit):
    never_crashes_or_leaks(delivery, plants, name, edit)


def never_crashes_or_leaks(delivery, plants, name, edit):
    held = delivery.read(name)
    kind, *where = edit
    delivery.put(name, EDITS[kind](held, *where))
    try:
        told = checked(delivery)
    finally:
        delivery.put(name, held)
    assert told.exit_code in CODES
    assert leaks(told.output.encode(), plants) == set()


@pytest.mark.slow
@pytest.mark.parametrize("base", ["xlsx", *(pytest.param(one, marks=pytest.mark.proof) for one in ("ods", "sav", "polis"))])
@settings(max_examples=6, **SETTINGS)
@given(edit=st.one_of(flips, cuts))
def test_workbook_or_system_file_that_was_corrupted_never_crashes_or_leaks(bases, tmp_path_factory, base, edit):
    made = place_delivery(bases, base, make_project(tmp_path_factory.mktemp("fuzzed") / "project"))
    (path,) = (path for path in made.folder.iterdir() if path.suffix != ".yml")
    kind, *where = edit
    made.put(path.name, EDITS[kind](path.read_bytes(), *where))
    told = checked(made)
    assert told.exit_code in CODES
    assert leaks(told.output.encode(), planted(made)) == set()
