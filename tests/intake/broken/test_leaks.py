"""The search for planted numbers finds them in every form in which they could get out, and nothing where there is nothing."""

from __future__ import annotations

import io
import struct
import zipfile

import pandas as pd
import pytest

from .good import NAME
from .leaks import leaks, leaks_in_file, leaks_in_tree, planted

PLANT, ZERO = "900000175", "012345672"


@pytest.mark.parametrize(
    "data",
    [
        b"x 900000175;",
        b"number 9000.00.175 is wrong",
        b"9000 00 175",
        b"900-000-175",
        "9000\u00a000\u00a0175".encode(),
        b"0000900000175",
        PLANT.encode("utf-16"),
        PLANT.encode("utf-16-be"),
        struct.pack("<q", int(PLANT)),
        struct.pack("<d", float(PLANT)),
    ],
)
def test_number_is_found_in_every_form(data):
    assert leaks(b"before " + data + b" after", {PLANT, ZERO}) == {PLANT}


def test_number_is_found_without_its_leading_zero():
    assert leaks(b"a;12345672;b", {ZERO}) == {ZERO}


def test_name_is_found_as_text_and_as_utf_16():
    assert leaks(f"<p>{NAME}</p>".encode("utf-16-le"), {NAME}) == {NAME}


@pytest.mark.parametrize("data", [b"", b"90000017", b"row 9, 12 rows", b"#########", bytes(range(256))])
def test_nothing_is_found_where_there_is_nothing(data):
    assert leaks(data, {PLANT, ZERO, NAME}) == set()


def test_number_is_found_in_an_archive(tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", f"<c>{PLANT}</c>" * 50)
    (tmp_path / "a.bin").write_bytes(target.getvalue())
    assert leaks_in_file(tmp_path / "a.bin", {PLANT}) == {PLANT}


@pytest.mark.parametrize("cells", [[PLANT] * 50, [int(PLANT)] * 50])
def test_number_is_found_in_parquet(tmp_path, cells):
    pd.DataFrame({"person": cells}).to_parquet(tmp_path / "a.parquet", compression="zstd")
    assert leaks_in_file(tmp_path / "a.parquet", {PLANT}) == {PLANT}


def test_number_is_found_in_the_name_of_a_file(tmp_path):
    (tmp_path / f"{PLANT}.txt").touch()
    assert leaks_in_tree(tmp_path, tmp_path / "delivery", {PLANT}) == {f"{PLANT}.txt": {PLANT}}


def test_delivery_itself_may_hold_its_numbers(good):
    delivery = good("csv")
    plants = planted(delivery)
    assert len(plants) > 150
    assert leaks_in_tree(delivery.project, delivery.folder, plants) == {}
    assert leaks(delivery.read(delivery.bus), plants) != set()
