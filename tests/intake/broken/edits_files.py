"""Edits of whole files: cut, shifted, other bytes, other names."""

from __future__ import annotations

import io
import os
import random
import shutil
import zipfile
from pathlib import Path

import pandas as pd

from .breaking import breaks
from .good import Delivery, day_before, month_of

COSTS, CASELOAD, ANSWERS = "kosten_voorzieningen.csv", "caseload.csv", "vragenlijst_T0.csv"


def text_of(delivery: Delivery, name: str) -> str:
    return delivery.read(name).decode("utf-8-sig")


@breaks("1")
def empty_file(d: Delivery) -> None:
    d.put(d.bus, b"")


@breaks("2")
def header_only(d: Delivery) -> None:
    d.write(d.bus, d.table(d.bus).head(0))


@breaks("3")
def cut_in_the_last_line(d: Delivery) -> None:
    d.change(d.bus, lambda data: data[:-40])


@breaks("4")
def cut_in_the_header(d: Delivery) -> None:
    d.change(d.bus, lambda data: data[:60])


@breaks("5")
def fewer_rows_than_promised(d: Delivery) -> None:
    promised = d.promised(d.bus)
    d.write(d.bus, d.table(d.bus).iloc[:-5])
    d.promise(d.bus, promised)


@breaks("6")
def more_rows_than_promised(d: Delivery) -> None:
    d.promise(d.bus, d.promised(d.bus) - 3)


@breaks("10")
def header_shifted(d: Delivery) -> None:
    table = d.table(d.bus)
    d.write(d.bus, table, header=[*table.columns[1:], ""])


@breaks("11")
def title_above_the_header(d: Delivery) -> None:
    d.put(d.bus, ("Export uitkeringen\r\ngemaakt door de applicatie\r\n\r\n" + text_of(d, d.bus)).encode())


@breaks("12")
def required_column_missing(d: Delivery) -> None:
    d.write(d.bus, d.table(d.bus).drop(columns="AANVANGSDATUM UITKERING PERSOON"))


@breaks("13")
def column_twice(d: Delivery) -> None:
    table = d.table(d.bus)
    d.write(d.bus, pd.concat([table, table[["GESLACHT"]]], axis=1))


@breaks("14")
def many_unknown_columns(d: Delivery) -> None:
    table = d.table(d.bus)
    more = pd.DataFrame({f"EXTRA {number}": "x" for number in range(180)}, index=table.index)
    d.write(d.bus, pd.concat([table, more], axis=1))


@breaks("15")
def wide_file_of_which_nothing_is_known(d: Delivery) -> None:
    d.write("uitdraai.csv", pd.DataFrame({f"V{number}": ["1", "2"] for number in range(200)}))


@breaks("16")
def far_too_wide_header(d: Delivery) -> None:
    table = d.table(d.bus)
    more = pd.DataFrame({f"K{number}": "" for number in range(10_000)}, index=table.index)
    d.write(d.bus, pd.concat([table, more], axis=1))


@breaks("17")
def a_ragged_line(d: Delivery) -> None:
    lines = text_of(d, d.bus).split("\r\n")
    lines[3] += ";extra"
    d.put(d.bus, "\r\n".join(lines).encode())


@breaks("18")
def separator_in_unquoted_text(d: Delivery) -> None:
    d.column(COSTS, "OMSCHRIJVING", lambda text: f"{text}; maand")


@breaks("19")
def open_quotation_mark(d: Delivery) -> None:
    lines = text_of(d, d.bus).split("\r\n")
    lines[3] = '"' + lines[3]
    d.put(d.bus, "\r\n".join(lines).encode())


@breaks("20")
def only_carriage_returns(d: Delivery) -> None:
    d.change(d.bus, lambda data: data.replace(b"\r\n", b"\r"))


@breaks("21")
def two_encodings(d: Delivery) -> None:
    d.change(COSTS, lambda data: data.replace("ë".encode(), b"\xeb", 1).replace("ö".encode(), b"\xf6", 1))


@breaks("22")
def windows_1252(d: Delivery) -> None:
    d.put(COSTS, text_of(d, COSTS).encode("cp1252"))


@breaks("23")
def mojibake(d: Delivery) -> None:
    d.put(COSTS, text_of(d, COSTS).encode().decode("cp1252").encode())


@breaks("24")
def utf_16(d: Delivery) -> None:
    d.put(d.bus, text_of(d, d.bus).encode("utf-16"))


@breaks("25")
def nul_bytes(d: Delivery) -> None:
    d.change(d.bus, lambda data: data.replace(b";01;", b";\x00\x00;", 2))


@breaks("26")
def tabs(d: Delivery) -> None:
    d.change(d.bus, lambda data: data.replace(b";", b"\t"))


@breaks("38c")
def number_in_the_name_of_an_unknown_file(d: Delivery) -> None:
    person = d.table(d.bus)["BURGERSERVICENUMMER"][0]
    d.put(f"dossier {person}.csv", b"ONBEKEND;VREEMD\r\n1;2\r\n", 1)


@breaks("47")
def same_file_twice(d: Delivery) -> None:
    d.put(f"kopie van {d.bus}", d.read(d.bus), d.promised(d.bus))


def corrected(d: Delivery, name: str) -> str:
    bus = d.bus
    table = d.table(bus)
    table.loc[0, "BETAALBAAR GESTELD BEDRAG"] = "1"
    d.write(name, table)
    return bus


@breaks("48")
def corrected_month(d: Delivery) -> None:
    name = d.bus.replace(".csv", " nieuw.csv")
    bus = corrected(d, name)
    d.promise(bus, d.promised(bus), delivered=pd.Timestamp("2026-01-10").date())
    d.promise(name, d.promised(name), delivered=pd.Timestamp("2026-02-10").date())


@breaks("49")
def two_versions_without_order(d: Delivery) -> None:
    name = d.bus.replace(".csv", " b.csv")
    bus = corrected(d, name)
    for path in (d.folder / bus, d.folder / name):
        os.utime(path, (1_700_000_000, 1_700_000_000))


@breaks("56")
def name_of_another_month(d: Delivery) -> None:
    d.rename(d.bus, f"BUS_{day_before(month_of(d.bus))}.csv")


@breaks("57")
def text_over_two_lines(d: Delivery) -> None:
    d.cell(COSTS, "OMSCHRIJVING", '"regel een\r\nregel twee"')


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return target.getvalue()


@breaks("58")
def zip_named_csv(d: Delivery) -> None:
    d.put(d.bus, zipped({d.bus: d.read(d.bus)}))


@breaks("87a")
def symbolic_link(d: Delivery) -> None:
    outside = d.project.parent / "elsewhere.csv"
    shutil.move(d.folder / d.bus, outside)
    Path(d.folder / "BUS_202510.csv").symlink_to(outside)


@breaks("87b")
def pipe(d: Delivery) -> None:
    os.mkfifo(d.folder / "BUS_202509.csv")


@breaks("87c")
def folder_inside(d: Delivery) -> None:
    (d.folder / "oud").mkdir()
    shutil.copy(d.folder / d.bus, d.folder / "oud")


@breaks("87d")
def file_that_cannot_be_read(d: Delivery) -> None:
    (d.folder / d.bus).chmod(0)


@breaks("88")
def random_bytes(d: Delivery) -> None:
    d.put(d.bus, random.Random(1).randbytes(1_000_000))


@breaks("91")
def promised_file_is_missing(d: Delivery) -> None:
    (d.folder / d.bus).unlink()


@breaks("97")
def all_cells_in_quotation_marks(d: Delivery) -> None:
    lines = text_of(d, d.bus).splitlines()
    d.put(d.bus, "".join('"' + line.replace(";", '";"') + '"\r\n' for line in lines).encode())


@breaks("98")
def empty_lines_at_the_end(d: Delivery) -> None:
    d.change(d.bus, lambda data: data + b"\r\n\r\n")


@breaks("99")
def only_line_feeds(d: Delivery) -> None:
    d.change(d.bus, lambda data: data.replace(b"\r\n", b"\n"))


@breaks("100")
def columns_in_another_order(d: Delivery) -> None:
    table = d.table(d.bus)
    d.write(d.bus, table[list(table.columns[::-1])])


@breaks("101")
def headers_in_lower_case(d: Delivery) -> None:
    table = d.table(d.bus)
    d.write(d.bus, table, header=[f" {name.lower()}" for name in table.columns])
