from __future__ import annotations

import base64
import zlib

import pytest

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x01\x02" * 9


def test_picture_without_words_is_left_alone(found, png):
    assert found("a.png", png((b"pHYs", b"\x00" * 9), (b"tEXt", b"Software\x00workbench"))) == []
    assert found("a.jpg", JPEG + b"\xff\xd9") == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"tEXt", b"Comment\x00%s"),
        (b"iTXt", b"Comment\x00\x00\x00nl\x00\x00%s"),
        (b"eXIf", b"II*\x00\x08\x00\x00\x00 %s\x00"),
        (b"iCCP", b"profile %s\x00"),
        (b"PLTE", b"%s"),
    ],
)
def test_number_is_found_in_a_block(found, png, real, kind, body):
    assert found("a.png", png((kind, body.replace(b"%s", b" " * 9 + real.encode())))) == [f"{kind.decode()}: person number"]


def test_number_is_found_in_a_block_that_is_packed(found, png, real):
    packed = zlib.compress(real.encode())
    zipped, marked = b"Comment\x00\x00" + packed, b"Comment\x00\x01\x00\x00\x00" + packed
    for kind, body in ((b"zTXt", zipped), (b"iTXt", marked), (b"iCCP", zipped)):
        assert found("a.png", png((kind, body))) == [f"{kind.decode()}: person number"]
    assert found("a.png", png((b"zTXt", b"Comment\x00\x00broken"))) == ["zTXt: cannot be read"]
    assert found("a.png", png((b"iCCP", b"sRGB\x00\x00" + zlib.compress(b"acsp mntrRGB XYZ")))) == []
    assert found("a.png", png((b"iCCP", b"sRGB\x00\x00broken"))) == ["iCCP: cannot be read"]


def test_block_of_an_unknown_kind_or_size_cannot_be_read(found, png):
    assert found("a.png", png((b"prVt", b"x"))) == ["prVt: cannot be read"]
    assert found("a.png", png((b"PLTE", b"x" * 2000))) == ["PLTE: cannot be read"]
    assert found("a.png", png((b"IDAT", b"1234567890"))) == []


def test_what_stands_behind_the_end_of_a_picture_is_found(found, png, real):
    behind = ["behind its end: unknown type of file", "behind its end > letters: person number"]
    assert found("a.png", png(behind=b"\x00" + real.encode())) == behind
    assert found("a.jpg", JPEG + b"\xff\xd9\x00" + real.encode())[:2] == behind


def test_number_among_the_points_of_a_picture_is_found(found, png, real):
    assert found("a.png", png((b"IDAT", real.encode()))) == ["IDAT: person number"]


def test_picture_that_is_cut_off_cannot_be_read(found, png):
    assert found("a.png", png()[:-12]) == ["cannot be read"]
    assert found("a.jpg", JPEG) == ["cannot be read"]


def test_picture_in_a_page_is_opened(found, png, real):
    whole, told = (base64.b64encode(one).decode() for one in (png(), png((b"tEXt", b"x\x00" + real.encode()))))
    page = f'<p>x</p>\n<img src="data:image/png;base64,{whole}"><img src="data:image/png;base64,{told}"><td>{real}</td>'
    assert found("report.html", page) == ["person number", "image/png 2 (line 2) > tEXt: person number"]
    assert found("report.html", '<img src="data:image/png;base64,AAAA">') == ["image/png 1 (line 1): unknown type of file"]


def test_drawing_in_a_page_is_a_text(found, real):
    drawing = f"<svg><text x='1'>9999</text><!-- {real} --><desc>x</desc></svg>"
    assert found("report.html", drawing) == ["person number"]
    packed = base64.b64encode(drawing.encode()).decode()
    assert found("report.html", f"url(data:image/svg+xml;base64,{packed})") == ["image/svg+xml 1 (line 1): person number"]
    assert found("report.html", f'<img alt="persoon {real}" src="x.png">') == ["person number"]
