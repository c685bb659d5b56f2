from __future__ import annotations

import base64
import zlib

import pytest


def pdf(*streams: tuple[bytes, bytes], info: bytes = b"") -> bytes:
    parts = [b"%PDF-1.4\n1 0 obj << /Title (Rapport) " + info + b" >> endobj\n"]
    for at, (about, body) in enumerate(streams, start=2):
        parts.append(b"%d 0 obj << %s /Length %d >> stream\n%s\nendstream endobj\n" % (at, about, len(body), body))
    return b"".join(parts) + b"%%EOF\n"


FLATE = b"/Filter /FlateDecode"


def test_pdf_without_persons_is_left_alone(found):
    assert (
        found("a.pdf", pdf((FLATE, zlib.compress(b"BT (Hoeveel personen?) Tj ET")), info=b"/CreationDate (D:20261126)")) == []
    )


@pytest.mark.parametrize("info", [b"/Author (%s)", b"/Author (\\376\\377%w)", b"/Author <%h>", b"/Keywords (nr \\071%r)"])
def test_number_in_the_properties_of_a_pdf_is_found(found, real, info):
    number = real.encode()
    wide = real.encode("utf-16-be")
    told = info.replace(b"%s", number).replace(b"%w", wide).replace(b"%h", number.hex().encode()).replace(b"%r", number[1:])
    assert found("a.pdf", pdf(info=told)) == ["properties: person number"]


def test_number_on_a_page_of_a_pdf_is_found_in_one_piece_or_apart(found, real):
    digits = " 5 0 Td ".join(f"({digit}) Tj" for digit in real)
    for said in (f"({real}) Tj", f"[({real[:4]})-20({real[4:]})] TJ", f"({real[:4]}) Tj ({real[4:]}) Tj", digits):
        page = f"BT /F1 9 Tf {said} ET".encode()
        assert found("a.pdf", pdf((FLATE, zlib.compress(page)))) == ["stream 1: person number"]
        assert found("a.pdf", pdf((b"/Filter /Fl", zlib.compress(page)))) == ["stream 1: person number"]
        assert found("a.pdf", pdf((b"/Filter [/Fl#61teDecode]", zlib.compress(page)))) == ["stream 1: person number"]
        assert found("a.pdf", pdf((b"/Filter /ASCII85Decode", base64.a85encode(page) + b"~>"))) == ["stream 1: person number"]


def test_number_in_letters_of_a_font_of_its_own_is_found(found, real):
    letters = b"begincmap 1 beginbfrange <0010> <0019> <0030> endbfrange endcmap"
    said = b"BT <" + b"".join(b"%04x" % (int(digit) + 0x10) for digit in real) + b"> Tj ET"
    assert found("a.pdf", pdf((b"", letters), (FLATE, zlib.compress(said)))) == ["stream 2: person number"]


def test_file_that_is_attached_to_a_pdf_is_opened(found, real):
    attached = pdf((b"/Type /EmbeddedFile " + FLATE, zlib.compress(f"a;{real}".encode())))
    assert found("a.pdf", attached) == ["attached file 1: person number"]


@pytest.mark.parametrize("about", [b"/Filter /LZWDecode", FLATE, b"/Filter /Crypt2Decode", b"/Filter 5 0 R"])
def test_stream_that_cannot_be_opened_is_said(found, about):
    assert found("a.pdf", pdf((about, b"zzzz"))) == ["stream 1: cannot be read"]


def test_pdf_under_a_lock_cannot_be_read(found):
    assert found("a.pdf", pdf(info=b"/Encrypt 4 0 R")) == ["cannot be read"]
