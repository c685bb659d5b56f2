"""Edits of the marker, of the key, and of what was accepted before."""

from __future__ import annotations

from datetime import date

from .breaking import Environment, breaks
from .edits_cells import BSN
from .good import KEY, MARKER, PASSES, Delivery


@breaks("77")
def real_number_among_synthetic(d: Delivery) -> None:
    d.cell(d.bus, BSN, PASSES)


@breaks("78", "real")
def synthetic_number_among_real(d: Delivery) -> None:
    d.cell(d.bus, BSN, "900000175")


@breaks("79")
def marker_says_real(d: Delivery) -> None:
    d.mark(kind="real")


@breaks("80")
def marker_is_broken(d: Delivery) -> None:
    d.put(MARKER, b"kind: [synthetic\nplace: {GM9902")


@breaks("81", "real")
def no_key(d: Delivery) -> Environment:
    return {"GM_PSEUDONYM_KEY": ""}


@breaks("82", "real")
def key_that_others_may_read(d: Delivery) -> Environment:
    path = d.project.parent / f"{d.project.name}.key"
    path.write_text(KEY, encoding="utf-8")
    path.chmod(0o640)
    return {"GM_PSEUDONYM_KEY": "", "GM_PSEUDONYM_KEY_FILE": str(path)}


@breaks("83", "real", first=("check",))
def another_key(d: Delivery) -> Environment:
    return {"GM_PSEUDONYM_KEY": KEY[::-1]}


@breaks("84", "real")
def kept_too_long(d: Delivery) -> None:
    d.mark(retain_until=date(2020, 1, 1))


@breaks("89")
def mapping_with_a_column_that_no_table_has(d: Delivery) -> None:
    lines = (
        "source: eigen_bus",
        "like: bus",
        "status: assumed",
        "made_by: of a test",
        "recognised_by: [LEEFVORM]",
        "tables: {benefits: {columns: {hair_colour: {from: LEEFVORM, as: text}}}}",
    )
    d.put("eigen.mapping.yml", "\n".join(lines).encode())


@breaks("90", "real")
def no_day_of_retention(d: Delivery) -> None:
    d.mark(retain_until=None)


@breaks("93", "real", first=("check", "forget"))
def file_that_holds_who_was_forgotten(d: Delivery) -> None:
    """Leave the files as they are: they still hold the person."""


@breaks("94", first=("check",))
def file_that_is_gone(d: Delivery) -> None:
    name = d.bus
    d.promise(name, None)
    (d.folder / name).unlink()


@breaks("105")
def marker_that_grows_without_end(d: Delivery) -> None:
    lines = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
    d.put(MARKER, "\n".join(["l0: &l0 [ha]", *lines, "kind: *l9", "place: *l9", "period: *l9"]).encode())


@breaks("106")
def marker_that_is_very_deep(d: Delivery) -> None:
    d.put(MARKER, b"kind: " + b"[" * 50_000)


@breaks("107")
def marker_in_utf_16(d: Delivery) -> None:
    d.put(MARKER, d.read(MARKER).decode().encode("utf-16"))


@breaks("108")
def number_in_the_marker(d: Delivery) -> None:
    person = d.table(d.bus)[BSN][0]
    d.mark(kind=f"synthetic {person}", period=person, files={f"dossier {person}.csv": {"rows": "many"}})


@breaks("111")
def mapping_that_grows_without_end(d: Delivery) -> None:
    lines = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
    d.put("eigen.mapping.yml", "\n".join(["l0: &l0 [ha]", *lines, "source: *l9", "status: *l9", "tables: *l9"]).encode())


@breaks("112")
def mapping_that_is_very_deep(d: Delivery) -> None:
    d.put("eigen.mapping.yml", b"tables: " + b"[" * 50_000)
