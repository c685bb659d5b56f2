from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import pickle
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest

from gm_workbench.guard import scan


def zipped(**members: bytes | str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return target.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return target.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_file_is_opened(found, real, pack: Callable[[bytes], bytes]):
    assert found("a.txt.gz", pack(real.encode())) == ["unpacked: person number"]
    assert found("a.txt.gz", pack(b"niets")) == []
    assert found("a.txt.gz", pack(real.encode())[:-5])[0] == "cannot be read"


def test_members_of_archives_are_opened_also_when_one_is_in_another(found, png, real):
    inner = zipped(b_csv=f"x;{real}")
    assert found("a.zip", zipped(a_txt="niets", c_zip=inner)) == ["c.zip > b.csv: person number"]
    assert found("a.tar.gz", tarred("c.zip", inner)) == ["unpacked > c.zip > b.csv: person number"]
    assert found("a.zip", zipped(a_png=png((b"tEXt", b"x\x00" + real.encode())))) == ["a.png > tEXt: person number"]


def test_names_and_remarks_in_an_archive_are_looked_at_and_not_repeated(found, real):
    data = io.BytesIO(zipped(a_txt="niets"))
    with zipfile.ZipFile(data, "a") as archive:
        archive.comment = real.encode()
        archive.writestr(f"brief-{real}.txt", "niets")
    assert found("a.zip", data.getvalue()) == [
        "names: person number",
        "raw bytes: person number",
        "remarks: person number",
    ]


def test_sheet_and_document_of_an_office_are_read_cell_by_cell(found, real):
    sheet = f"<row><c r='A1'><v>{real}</v></c><c r='B1'><v>12</v></c></row>"
    assert found("a.xlsx", zipped(xl__sheet1_xml=sheet)) == ["xl/sheet1.xml: person number"]
    apart = f"<row><c><v>{real[:4]}</v></c><c><v>{real[4:]}</v></c></row>"
    assert found("a.xlsx", zipped(xl__sheet1_xml=apart)) == ["xl/sheet1.xml: person number"]
    words = f"<w:p><w:r><w:t>{real[:4]}</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{real[4:]}</w:t></w:r></w:p>"
    assert found("a.docx", zipped(word__document_xml=words)) == ["word/document.xml: person number"]


PERSONS = [(sex, place) for sex in ("man", "vrouw") for place in ("Noord", "Zuid", "Noord", "Oost", "Zuid")] * 3
GROUPS = [(sex, f"{age} jaar") for sex in ("man", "vrouw") for age in range(20, 35)]


def sheet_of(rows: list[tuple[str, ...]]) -> bytes:
    strings = [*dict.fromkeys(cell for row in rows for cell in row)]
    line = "".join(
        "<row>" + "".join(f'<c r="A1" t="s"><v>{strings.index(cell)}</v></c>' for cell in row) + "</row>" for row in rows
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", line)
        archive.writestr("xl/sharedStrings.xml", "".join(f"<si><t>{string}</t></si>" for string in strings))
    return made.getvalue()


def tagged(rows: list[tuple[str, ...]], table: str, row: str, cell: str) -> str:
    lines = ("".join(f"<{cell}><x>{one}</x></{cell}>" for one in line) for line in rows)
    return f"<{table}>" + "".join(f"<{row}>{line}</{row}>" for line in lines) + f"</{table}>"


def test_table_of_records_is_found_in_a_sheet_a_document_and_a_database(found):
    for rows, told in ((PERSONS, ["table of records"]), (GROUPS, [])):
        document = tagged(rows, "w:tbl", "w:tr", "w:tc")
        open_sheet = tagged(rows, "table:table", "table:table-row", "table:table-cell")
        lines = ", ".join(map(str, rows))
        stored = database("create table t (a text, b text)", f"insert into t values {lines}")
        for name, data in (
            ("a.xlsx", sheet_of(rows)),
            ("a.docx", zipped(word__document_xml=document)),
            ("a.ods", zipped(content_xml=open_sheet)),
            ("a.sqlite", stored),
        ):
            assert [one.rpartition(": ")[2] for one in found(name, data)] == told, name


def test_archive_that_is_broken_or_too_deep_cannot_be_read(found):
    assert found("a.zip", zipped(a_txt="niets")[:-30]) == ["cannot be read"]
    deep = b"niets"
    for _ in range(12):
        deep = gzip.compress(deep)
    assert [one.rpartition(": ")[2] for one in found("a.gz", deep)] == ["cannot be read"]


def test_archive_far_larger_than_it_seems_is_not_opened(found, monkeypatch):
    monkeypatch.setattr("gm_workbench.guard.scanning.opened.LARGEST", 1000)
    assert found("a.zip", zipped(a_txt="x" * 1001)) == ["cannot be read"]
    assert found("a.txt.gz", gzip.compress(b"x" * 1001)) == ["cannot be read"]


class Runs:
    def __reduce__(self):
        return (pytest.fail, ("it was run",))


def test_pickle_is_read_and_not_run(found, real):
    assert found("a.pkl", pickle.dumps({"who": int(real)})) == ["unknown type of file", "values: person number"]
    assert found("a.bin", pickle.dumps(Runs())) == ["unknown type of file"]


def database(*statements: str) -> bytes:
    with sqlite3.connect(":memory:") as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        return connection.serialize()


def test_cells_of_a_database_are_looked_at(found, real):
    made = ("create table t (a text, b blob)", "insert into t values ('niets', null)")
    assert found(".ledger.sqlite", database(*made)) == []
    assert found(".ledger.sqlite", database(*made, f"insert into t values ('{real}', null)")) == [
        "raw bytes: person number",
        "t.a: person number",
    ]
    packed = gzip.compress(real.encode()).hex()
    assert found("x.sqlite", database(*made, f"insert into t values ('', x'{packed}')")) == ["t.b 1 > unpacked: person number"]


def test_what_was_removed_from_a_database_is_found_where_it_still_stands(found, real):
    made = ("pragma secure_delete = off", "create table t (a text)")
    removed = database(*made, f"insert into t values ('wie {real}')", "delete from t")
    assert found("x.sqlite", removed) == ["raw bytes: person number"]
    assert found("x.sqlite-wal", b"\x00 wie " + real.encode()) == ["raw bytes: person number"]


def test_ledger_of_the_batch_may_hold_the_folder_of_a_run_and_digests_of_code(found, real):
    mark = "create table batches (mark text)"
    recipe = "create table attempts (recipe text)"
    short = "0123456789abcdef"
    own = database(
        mark,
        "insert into batches values ('/tm' || 'p/gm-ab12')",
        recipe,
        f"""insert into attempts values ('{{"a": "{short}"}}')""",
    )
    assert found(".ledger.sqlite", own) == []
    sized = "create table attempts (memory integer)"
    kibibytes = 307_205 * 1024  # nine digits that pass the eleven test
    assert found(".ledger.sqlite", database(sized, f"insert into attempts values ({kibibytes})")) == []
    assert found(".ledger.sqlite", database(sized, f"insert into attempts values ({real})")) == [
        "attempts.memory: person number"
    ]
    other = database("create table batches (host text)", "insert into batches values ('/ho' || 'me/anna')")
    assert found(".ledger.sqlite", other) == ["batches.host: path of a machine"]
    hidden = database(
        mark, f"insert into batches values ('/ho' || 'me/{real}')", recipe, f"insert into attempts values ('{short}')"
    )
    assert found(".ledger.sqlite", hidden) == [
        "attempts.recipe: pseudonym",
        "batches.mark: person number",
        "raw bytes: person number",
    ]


@pytest.mark.parametrize(("name", "data"), [("a.parquet", b"PAR1\x00"), ("a.exe", b"niets"), ("a", b"\x00\x01")])
def test_type_that_is_not_known_is_a_finding(found, name, data):
    assert found(name, data)[0] in ("unknown type of file", "cannot be read")


def test_letters_in_a_file_of_an_unknown_type_are_looked_at(found, real):
    assert found("a.parquet", b"PAR1\x00 wie: " + real.encode()) == ["unknown type of file", "letters: person number"]


def test_text_in_other_letters_is_read(found, real):
    assert found("a.txt", real.encode("utf-16")) == ["person number"]
    assert found("a.html", f"<td>{real}</td>".encode("utf-32")) == ["person number"]
    assert found("a.html", "<td>niets</td>".encode("utf-32")) == []
    assert found("a.txt", b"\xe9 " + real.encode()) == ["cannot be read", "person number"]


def test_text_that_is_packed_as_letters_is_opened(found, real):
    code = base64.b64encode(f"de persoon met nummer {real} die hier niet had mogen staan".encode()).decode()
    assert found("a.log", f"x = {code}") == ["base64 1: person number"]
    assert found("a.log", "a" * 100) == []


def lines_of(width: int, code: bytes) -> str:
    return "\n".join(code[at : at + width].decode() for at in range(0, len(code), width))


@pytest.mark.parametrize("width", [40, 60, 76])
def test_letters_packed_in_lines_of_any_length_are_opened(found, real, width):
    code = base64.b64encode(f"{' ' * 60}1985-03-12 en {real} van{' ' * 40}".encode())
    told = found("a.txt", f"Bijlage:\n{lines_of(width, code)}\nen verder")
    assert "base64 1: person number" in told
    assert "base64 1: birth date" in told
    harmless = base64.b64encode(b"hier staat niets over een persoon, en dat hoort zo te zijn. " * 3)
    assert found("a.txt", f"Bijlage:\n{lines_of(width, harmless)}\nen verder") == []


def test_letters_packed_for_an_address_of_a_page_are_opened(found, real):
    code = base64.urlsafe_b64encode(f"{'?>~' * 30} {real}".encode()).decode()
    assert "-" in code
    assert "base64 1: person number" in found("a.html", f"<p>{code}</p>")
    assert found("a.html", f"<p>{'een-lang-woord_met-strepen-' * 4}</p>") == []


@pytest.mark.parametrize("before", ["", "x", "id", "wie", "bsn: "])
def test_number_is_found_in_letters_that_are_packed_short(found, real, before):
    code = base64.b64encode(f"{before}{real}".encode()).decode()
    assert found("a.html", f"<p data-x='{code}'>") == ["base64 with digits: person number"]
    other = base64.b64encode(f"{before}{real[:-1]}8".encode()).decode()
    assert found("a.html", f"<p data-x='{other}'>") == []


def test_page_before_an_archive_is_read_as_a_page(found, real):
    apart = f"<b>{real[:4]}</b>{real[4:]}".encode()
    assert found("a.html", apart + zipped(a_txt="niets")) == ["before the archive: person number"]


def test_exception_inside_a_reader_is_a_finding(found, real, monkeypatch):
    def fails(piece):
        yield from ()
        raise ZeroDivisionError(real)

    monkeypatch.setitem(scan._BY_SUFFIX, ".csv", fails)
    assert found("a.csv", f"x;{real}") == ["cannot be read", "letters: person number"]


@pytest.mark.parametrize("said", ["12-03-1985", "jan@tilburg.example", "de persoon 1985-03-12"])
def test_few_words_in_base64_or_in_hexadecimal_digits_are_found(found, said):
    code = base64.b64encode(said.encode()).decode()
    assert len(found("a.html", f'<p data-x="{code}">')) == 1
    assert len(found("a.json", f'{{"x": "{said.encode().hex()}"}}')) == 1
    assert found("a.html", f'<p data-reference="x" id="{base64.b64encode(b"geen persoon").decode()}">') == []


def test_what_is_packed_is_opened_also_when_it_is_short_or_stands_in_an_address(found):
    short = base64.b64encode(gzip.compress(b"12-03-1985")).decode()
    assert found("a.json", f'{{"x": "{short}"}}') == ["base64 1 > unpacked: birth date"]
    long = base64.urlsafe_b64encode(b"de burger over wie het gaat is geboren op 12-03-1985 in de stad").decode()
    assert found("a.html", f"<a href='x?state={long}'>") == ["base64 1: birth date"]


def test_text_that_zlib_packed_is_opened_inside_base64(found, real):
    words = f"iemand die hier niet hoort te staan, met het nummer {real}, en nog wat woorden erachter"
    assert found("a.txt", base64.b64encode(zlib.compress(words.encode()))) == ["base64 1: person number"]
    packed = base64.b64encode(gzip.compress(real.encode())).decode()
    assert found("a.html", f"<a href='data:x/y;BASE64,{packed}'>".encode()) == ["x/y 1 (line 1) > unpacked: person number"]


def test_picture_that_stands_in_an_address_letter_by_letter_is_opened(found, real):
    picture = f"<img src='data:image/svg+xml,%3Ctext%3E{real[:4]}%3Ctspan%3E{real[4:]}%3C/tspan%3E'>"
    assert "image/svg+xml 1: person number" in found("a.html", picture.encode())
